//! Names, ids and paths as they may be shown on one line of a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// So many characters of one text are shown whole.
const SHOWN: usize = 200;

/// So many of its last characters stay when it is cut: the end of a path says most.
const END: usize = 60;

/// A text that came from outside, fit for a line that a person reads: what would move the cursor,
/// colour the screen, ring, break the line or turn its direction stands there as an escape
/// (`\n`, `\u{1b}`), and a very long text loses its middle. The text itself stays as it is
/// wherever a program reads it.
pub fn visible(text: &str) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= SHOWN && !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().min(SHOWN * 4));
    if length <= SHOWN {
        escape(&mut shown, text.chars());
    } else {
        escape(&mut shown, text.chars().take(SHOWN - END - 1));
        shown.push('…');
        escape(&mut shown, text.chars().skip(length - END));
    }
    Cow::Owned(shown)
}

/// As [`visible`], but whole however long it is: for what somebody has to see all of.
pub fn visible_whole(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    escape(&mut shown, text.chars());
    Cow::Owned(shown)
}

fn escape(shown: &mut String, characters: impl Iterator<Item = char>) {
    for character in characters {
        // Writing to a text cannot fail.
        let _ = match character {
            '\n' => shown.write_str("\\n"),
            '\r' => shown.write_str("\\r"),
            '\t' => shown.write_str("\\t"),
            acting if acts(acting) => write!(shown, "{}", acting.escape_unicode()),
            plain => shown.write_char(plain),
        };
    }
}

/// Whether a character does something on a screen rather than being seen there: controls, line
/// separators, and the marks and overrides of direction.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_screen_is_shown_as_an_escape() {
        for (text, shown) in [
            ("报告 – é 👩‍💻", "报告 – é 👩‍💻"),
            ("a\nb\tc\r\0", "a\\nb\\tc\\r\\u{0}"),
            ("\u{1b}[31mred\u{7}\u{9b}", "\\u{1b}[31mred\\u{7}\\u{9b}"),
            ("\u{202e}fdp.json\u{2028}", "\\u{202e}fdp.json\\u{2028}"),
            ("a\\nb", "a\\nb"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible_whole(text), shown);
            assert_eq!(visible(shown), shown, "what is shown stays as it is");
        }
    }

    #[test]
    fn a_very_long_text_loses_its_middle() {
        let whole = "是".repeat(SHOWN);
        assert_eq!(visible(&whole), whole);
        let path = format!("/{}/end.json", "x".repeat(5000));
        let shown = visible(&path);
        assert_eq!(shown.chars().count(), SHOWN);
        assert!(shown.starts_with("/xxx") && shown.ends_with("/end.json"));
        assert_eq!(shown.matches('…').count(), 1);
    }
}
