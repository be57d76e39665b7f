//! How a mask is spelled where a key stood, so that a file is still one of its kind.

use std::ops::Range;

use super::mask::{MASK, QUOTED};
use super::places::SecretPlace;
use super::settings::is_settings;
use super::shell::head_of;

/// The same in markup, where `<` begins a tag.
pub(super) const IN_MARKUP: &str = "&lt;masked&gt;";

/// What stands before or behind a text, so that it needs no quotes of its own.
const QUOTES: [char; 11] = ['"', '\'', '`', '“', '”', '‘', '’', '「', '」', '『', '』'];

/// The mask for each place of a text that is no document, in their order: in the quotes that shells and programs want,
/// where it does not stand in some; in markup as that has such signs.
pub(super) fn spellings(text: &str, places: &[SecretPlace]) -> Vec<&'static str> {
    let is_markup = is_markup(text);
    let is_plain = is_plain(text);
    let first = text.lines().next().unwrap_or_default();
    let is_shell = first.starts_with("#!") && first.contains("sh");
    let mut quotes = Quotes::new(text);
    let mut outside = Outside::default();
    let mut told = 0;
    let mut spell = |at: &Range<usize>| {
        let between = &text[told.min(at.start)..at.start];
        told = at.start;
        outside.follow(between);
        let is_tagged = text[..at.start].ends_with('>') && text[at.end..].starts_with("</");
        if is_markup || is_tagged {
            return if outside.is_open() { MASK } else { IN_MARKUP };
        }
        let before = text[..at.start].trim_end_matches([' ', '\t']);
        let is_block = (before.is_empty() || before.ends_with('\n'))
            && (text[at.clone()].contains('\n') || text[at.end..].starts_with(['\r', '\n']));
        let is_quoted = is_plain
            || is_block
            || text[..at.start].ends_with(QUOTES)
            || text[at.end..].starts_with(QUOTES)
            || (quotes.are_open_at(at.start) && !is_in_call(head_of(text, at.start), is_shell));
        if is_quoted { MASK } else { QUOTED }
    };
    places.iter().map(|place| spell(&place.span)).collect()
}

/// Whether a call within double quotes is open behind this, in which a shell has quotes of its own: `x="$(run …`. Other
/// files have such a call only where a variable is given one, or `eval` is.
fn is_in_call(head: &str, is_shell: bool) -> bool {
    let Some((before, inside)) = head.rsplit_once("$(") else {
        return false;
    };
    let quoted = before.strip_suffix('$').unwrap_or(before).strip_suffix('"');
    let is_in = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_given = |text: &str| {
        let variable = text.strip_suffix('=');
        variable.is_some_and(|name| name.ends_with(is_in)) || text.ends_with("eval ")
    };
    let is_double = Open::behind(before).is_some_and(|open| open.quote == '"');
    is_double
        && (is_shell || quoted.is_some_and(is_given))
        && !inside.contains(')')
        && Open::behind(inside).is_none()
}

/// Whether quotes mean nothing in a text: settings with parts or with dots in their names, that are no TOML. What a shell
/// reads has neither.
fn is_plain(text: &str) -> bool {
    let is_line = |line: &str| {
        let name = line.split(['=', ':']).next().unwrap_or_default().trim();
        let is_in = |c: char| c.is_alphanumeric() || "._-".contains(c);
        let is_dotted = name.contains('.') && name.len() < line.len() && name.chars().all(is_in);
        line.starts_with('[') || is_dotted
    };
    text.lines().any(is_line) && is_settings(text) && text.parse::<toml::Table>().is_err()
}

/// Whether all of a text is XML or the like.
pub(super) fn is_markup(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let inside = text.strip_prefix('<');
    // Some servers have parts that look like tags: `<VirtualHost *:80>`.
    let is_tag = |rest: &str| {
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        let name = tag.find(char::is_whitespace).unwrap_or(tag.len());
        let is_whole = tag[name..].trim().is_empty() || tag.contains('=');
        let is_named = rest.starts_with(char::is_alphabetic) && is_whole;
        is_named || rest.starts_with("?xml") || rest.starts_with('!')
    };
    inside.is_some_and(is_tag) && (text.contains("</") || text.contains("/>"))
}

/// Which stretches of markup are open in which `<` means nothing.
#[derive(Default)]
struct Outside {
    open: Option<&'static str>,
}

impl Outside {
    fn follow(&mut self, mut text: &str) {
        const STRETCHES: [(&str, &str); 2] = [("<![CDATA[", "]]>"), ("<!--", "-->")];
        loop {
            if let Some(end) = self.open {
                let Some(at) = text.find(end) else { return };
                text = &text[at + end.len()..];
                self.open = None;
            }
            let begins = STRETCHES.iter();
            let begins = begins.filter_map(|(begin, end)| Some((text.find(begin)?, *begin, *end)));
            let Some((at, begin, end)) = begins.min() else {
                return;
            };
            text = &text[at + begin.len()..];
            self.open = Some(end);
        }
    }

    const fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// Where in a text quotes are open: those of one line, and double ones that go over several.
struct Quotes<'t> {
    text: &'t str,
    /// Whether each double quote of the text has another one.
    are_paired: bool,
    told: usize,
    is_open: bool,
    line: Line,
}

impl<'t> Quotes<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            are_paired: doubles(text).is_multiple_of(2),
            told: 0,
            is_open: false,
            line: Line::default(),
        }
    }

    /// Whether some are open at a place that is not before the last one. A line of megabytes is read once, however
    /// many places are in it.
    fn are_open_at(&mut self, at: usize) -> bool {
        let between = &self.text[self.told.min(at)..at];
        self.told = self.told.max(at);
        self.is_open ^= !doubles(between).is_multiple_of(2);
        self.line.follow(between);
        self.line.open.is_some() || (self.are_paired && self.is_open)
    }
}

/// How many double quotes there are that have no `\` before them.
fn doubles(text: &str) -> usize {
    let quotes = text.match_indices('"');
    quotes
        .filter(|(at, _)| !text[..*at].ends_with('\\'))
        .count()
}

/// A line as far as it was read, which may be as long as its file.
#[derive(Default)]
struct Line {
    /// The quote that is open there. One behind a letter may be of a word: `don't`.
    open: Option<char>,
    /// Where that stands in what was followed last.
    begins: usize,
    has_inner: bool,
    before: Option<char>,
}

/// A text in quotes that is open where a line goes on.
pub(super) struct Open {
    pub(super) quote: char,
    /// Where it begins.
    pub(super) at: usize,
    /// Whether another one is open within it, whose quotes have a `\` before them.
    pub(super) has_inner: bool,
}

impl Open {
    /// The one that is open behind this.
    pub(super) fn behind(line: &str) -> Option<Self> {
        let mut told = Line::default();
        told.follow(line);
        told.open.map(|quote| Self {
            quote,
            at: told.begins,
            has_inner: told.has_inner,
        })
    }
}

/// Whether a text in such quotes is open where a line goes on behind this.
pub(super) fn is_open_behind(line: &str, quote: char) -> bool {
    Open::behind(line).is_some_and(|open| open.quote == quote)
}

impl Line {
    const fn begin(&mut self, quote: char, at: usize) {
        self.open = Some(quote);
        self.begins = at;
        self.has_inner = false;
    }

    fn follow(&mut self, text: &str) {
        for (at, sign) in text.char_indices() {
            let is_escaped = self.before == Some('\\');
            let is_in_word = self.before.is_some_and(char::is_alphanumeric);
            match self.open {
                _ if sign == '\n' => self.open = None,
                Some(quote) if quote == sign && !is_escaped => self.open = None,
                Some(quote) if quote == sign => self.has_inner = !self.has_inner,
                None if matches!(sign, '"' | '`') && !is_escaped => self.begin(sign, at),
                None if sign == '\'' && !is_in_word => self.begin(sign, at),
                _ => {}
            }
            self.before = Some(sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_told_as_by_reading_the_line_from_its_beginning() {
        let text = "a = \"x y\" don't 'b `c\n\"d\\\" e\" `f ' 密 \" g\n' h \\' i";
        let mut quotes = Quotes::new(text);
        let mut was_told = Vec::new();
        for (at, _) in text.char_indices() {
            let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
            let mut anew = Line::default();
            anew.follow(&text[line..at]);
            quotes.are_open_at(at);
            assert_eq!(quotes.line.open, anew.open, "{at}");
            was_told.extend(anew.open);
        }
        was_told.sort_unstable();
        was_told.dedup();
        assert_eq!(was_told, ['"', '\'', '`']);
    }
}
