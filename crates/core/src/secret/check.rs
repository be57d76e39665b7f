//! Whether a masked text is what the text was: the same outside its keys, and still of its kind.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::ends::SHORTEST;
use super::mask::{MASK, QUOTED};
use super::places::SecretPlace;
use super::spelling::{IN_MARKUP, is_markup};

/// Whether all of a text is in the masked one, byte for byte and in its order, but for what stands in these places.
pub(super) fn is_same_outside(text: &str, masked: &str, places: &[SecretPlace]) -> bool {
    let mut told = 0;
    let mut rest = masked;
    for place in places {
        let between = text.get(told..place.span.start);
        let behind = between.and_then(|between| rest.strip_prefix(between));
        let mut spelled = [QUOTED, MASK, IN_MARKUP].into_iter();
        let behind = behind.and_then(|rest| spelled.find_map(|mask| rest.strip_prefix(mask)));
        let Some(behind) = behind else {
            return false;
        };
        rest = behind;
        told = place.span.end;
    }
    text.get(told..) == Some(rest)
}

/// What a text that is no document of ours is, as far as a reader of it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Markup,
    Toml,
    /// Lines whose quotes and calls are all closed, as a shell wants them.
    Closed,
}

impl Kind {
    pub(super) fn of(text: &str) -> Option<Self> {
        let all = if is_markup(text) {
            [Some(Self::Markup), None]
        } else {
            [
                begins_as_toml(text).then_some(Self::Toml),
                Some(Self::Closed),
            ]
        };
        all.into_iter().flatten().find(|kind| kind.is_of(text))
    }

    /// Whether a text is of this kind.
    pub(super) fn is_of(self, text: &str) -> bool {
        match self {
            Self::Markup => is_well_formed(text),
            Self::Toml => text.parse::<toml::Table>().is_ok(),
            Self::Closed => is_closed(text),
        }
    }

    /// Whether nothing else can be meant: what is closed may be so by chance.
    pub(super) fn is_sure(self, text: &str) -> bool {
        self != Self::Closed || text.starts_with("#!")
    }
}

fn begins_as_toml(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with('[') || line.contains('='))
}

fn is_well_formed(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        let tag = match reader.read_event() {
            Ok(Event::Eof) => return depth == 0,
            Ok(Event::Start(tag)) => {
                depth += 1;
                tag
            }
            Ok(Event::Empty(tag)) => tag,
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Ok(_) => continue,
            Err(_) => return false,
        };
        if tag.attributes().any(|attribute| attribute.is_err()) {
            return false;
        }
    }
}

/// Whether each quote of a text, each call within one (`` ` `` and `$(`) and each bracket of a call has another one.
fn is_closed(text: &str) -> bool {
    let mut open: Vec<char> = Vec::new();
    let mut before = None;
    let mut is_escaped = false;
    for sign in text.chars() {
        let inner = open.last().copied();
        if is_escaped {
            is_escaped = false;
        } else {
            match (inner, sign) {
                (Some(opened), _) if sign == end_of(opened) => {
                    open.pop();
                }
                (_, '\\') if inner != Some('\'') => is_escaped = true,
                (Some('"'), '(') if before == Some('$') => open.push(')'),
                (Some('"'), '`') => open.push(sign),
                (Some('\'' | '"' | '#'), _) => {}
                (_, '\'' | '"' | '`') => open.push(sign),
                (_, '#') if before.is_none_or(char::is_whitespace) => open.push(sign),
                (_, '(') => open.push(')'),
                _ => {}
            }
        }
        before = Some(sign);
    }
    open.last().is_none_or(|open| *open == '#')
}

/// What ends what was opened: a comment goes to the end of its line.
const fn end_of(opened: char) -> char {
    if opened == '#' { '\n' } else { opened }
}

/// Whether something begins or ends in a word that does the other outside of it: a quote, a call, a bracket.
pub(super) fn is_uneven(word: &str) -> bool {
    let count = |sign: char| word.matches(sign).count();
    let is_odd = |sign: char| !count(sign).is_multiple_of(2);
    ['"', '\'', '`'].into_iter().any(is_odd)
        || [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')]
            .into_iter()
            .any(|(begin, end)| count(begin) != count(end))
}

/// The least of what stands in a place that may be a key: up to the first sign that ends something anywhere. All of it
/// where a letter or a digit stands behind that, which may be of the key.
pub(super) fn smallest(text: &str, at: &Range<usize>) -> Range<usize> {
    let word = &text[at.clone()];
    let ends = |c: char| c.is_whitespace() || "\"'`)]}<>|;&,\\".contains(c);
    let end = word.find(ends).unwrap_or(word.len());
    if end < SHORTEST || word[end..].contains(char::is_alphanumeric) {
        return at.clone();
    }
    at.start..at.start + end
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a = \"b\" # it's\nc=`d \"$(e 'f')\"`\ng() { h; }\n", true)]
    #[case("a='\\'\nb=\"\\\"\"\n", true)]
    #[case("a=`b\n", false)]
    #[case("a=\"$(b\"\n", false)]
    #[case("a=(b\n", false)]
    #[case("a='b\n", false)]
    fn what_is_open_is_closed(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_closed(text), expected);
    }

    #[rstest]
    #[case("<a><b c='1'/></a>", Some(Kind::Markup))]
    #[case("<a><b></a>", None)]
    #[case("<a><b c='1></b></a>", None)]
    #[case("<a><b></b>", None)]
    #[case("# one\n[a]\nb = 1\n", Some(Kind::Toml))]
    #[case("a=b\n", Some(Kind::Closed))]
    #[case("a='b\n", None)]
    fn kinds_are_told_by_reading(#[case] text: &str, #[case] expected: Option<Kind>) {
        assert_eq!(Kind::of(text), expected);
    }
}
