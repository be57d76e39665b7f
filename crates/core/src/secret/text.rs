//! Secrets in texts without structure: comments, and what cannot be understood.

use std::ops::Range;

use super::about::is_about;
use super::chinese;
use super::ends::{end_of, without_ends};
use super::name::{
    is_chinese, is_chinese_name, is_chinese_secret, is_of_several, is_phrase, is_secret,
    is_secret_name, may_name_secret,
};
use super::options::{Place, options_in};
use super::places::SecretKind;
use super::shape::{Found, private_keys};
use super::shell::{head_of, joined as joined_quotes};
use super::spelling::is_open_behind;
use super::spoken::keys_told_in;
use super::value::{default_of, is_placeholder};

/// What the value of an `Authorization` begins with.
const HEADER_SCHEMES: [&str; 4] = ["basic", "bearer", "digest", "token"];

/// What begins and ends a text of several lines.
pub(super) const FENCES: [&str; 2] = ["\"\"\"", "'''"];

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Word by word, as programs and what people write.
    Words,
    /// As fields, each with all of its line, and with what stands further in below it.
    Data,
}

/// What stands behind names of secrets: `NAME: value`, `NAME=value`, in quotes or without, also where the
/// value is on the next line.
pub(super) fn named_in(text: &str, reading: Reading) -> Vec<Found> {
    let mut found = Vec::new();
    let mut told = 0;
    let signs = text.char_indices().filter(|(at, sign)| {
        let is_sign = matches!(sign, ':' | '=' | '：' | '＝');
        is_sign && !text[*at..].starts_with("://")
    });
    for (at, sign) in signs {
        // A sign within a value means nothing.
        let before = &text[told.min(at)..at];
        // A default of `make`.
        let before = before.strip_suffix(" ?").unwrap_or(before);
        let key = key_before(before);
        let key = match reading {
            Reading::Data => long_key(before).or(key),
            Reading::Words => key,
        };
        let key = key.filter(|key| {
            at >= told
                && may_name_secret(key)
                && !is_in_variable(before, key)
                && !is_compared(&text[at..], reading)
        });
        let field = key.map(|key| Field {
            text,
            at: at + sign.len_utf8(),
            key,
            column: column_of(text, at, key).filter(|_| reading == Reading::Data),
        });
        if let Some((key, value)) = field.and_then(|field| Some((field.key, field.secret()?))) {
            told = value.end;
            let each = each_of(text, key, &value).into_iter();
            found.extend(each.map(|value| (value, SecretKind::Name)));
        }
    }
    found
}

/// Whether a sign that begins here compares: `token == expected1`, `flask==2.0`. A text in quotes may be a secret all
/// the same.
fn is_compared(text: &str, reading: Reading) -> bool {
    let Some(value) = text.strip_prefix("==") else {
        return false;
    };
    let value = value
        .trim_start_matches('=')
        .trim_start_matches([' ', '\t']);
    let is_version = value.trim_end().starts_with(|c: char| c.is_ascii_digit());
    match reading {
        Reading::Words => !value.starts_with(['"', '\'']),
        Reading::Data => is_version,
    }
}

/// The name of several words that is all that stands before a sign on its line, where that is a secret's.
fn long_key(before: &str) -> Option<&str> {
    /// The longest name.
    const LONGEST: usize = 64;
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(LONGEST))..];
    let begins = near.rfind('\n').map(|end| end + 1);
    let begins = begins.or((near.len() == before.len()).then_some(0))?;
    let name = near[begins..].trim_end();
    let name = name.trim_start_matches([' ', '\t', '-', '"', '\'']);
    let name = name.trim_end_matches(['"', '\'']);
    let is_name = |c: char| c.is_alphanumeric() || "_-. （）".contains(c);
    let is_long = name.contains([' ', '）']) && !name.starts_with("export ") && !has_option(name);
    (is_long && name.chars().all(is_name) && is_secret_name(name)).then_some(name)
}

/// Whether one of several words is an option of a program, so that they are a command: `run --token`.
pub(super) fn has_option(words: &str) -> bool {
    let mut words = words.split([' ', '\t']);
    let is_option = |word: &str| {
        let name = word.trim_start_matches('-');
        name.len() < word.len() && name.starts_with(char::is_alphabetic)
    };
    words.any(is_option)
}

/// Whether a name is that of a variable with what is to be done without it: `${API_KEY:?…}`.
fn is_in_variable(before: &str, key: &str) -> bool {
    before
        .strip_suffix(key)
        .is_some_and(|before| before.ends_with("${"))
}

/// How far in a key stands whose sign is here; nothing where something stands before it on its line.
fn column_of(text: &str, sign: usize, key: &str) -> Option<usize> {
    /// The farthest a field stands in, with the marks around its name.
    const FARTHEST: usize = 256;
    let near = text.floor_char_boundary(sign.saturating_sub(key.len() + FARTHEST));
    let before = text[near..sign].trim_end_matches([' ', '\t', '"', '\'']);
    let before = before.strip_suffix(key)?;
    let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    let is_first = line
        .trim_start_matches("export ")
        .chars()
        .all(|c| " \t-\"'".contains(c));
    is_first.then(|| line.trim_end_matches(['"', '\'']).len())
}

/// A field with a name that may be a secret's.
struct Field<'t> {
    text: &'t str,
    /// Where its value may begin.
    at: usize,
    key: &'t str,
    /// How far in it stands, where it is all of its line.
    column: Option<usize>,
}

impl Field<'_> {
    /// Its value, where that is a secret.
    fn secret(&self) -> Option<Range<usize>> {
        /// Far enough to tell. Lines of what a program wrote may be as long as their file.
        const NEAR: usize = 256;
        if let Some(begins) = self.block() {
            return self.below(begins);
        }
        let text = self.text;
        let near = &text[..text.floor_char_boundary(self.at.saturating_add(NEAR))];
        if let Some(at) = declared_at(near, self.at) {
            let value = at + 1..at + 1 + closing(&text[at + 1..], char::from(text.as_bytes()[at]));
            return is_secret(self.key, &text[value.clone()]).then_some(value);
        }
        if let Some(value) = here_at(text, self.at) {
            return is_secret(self.key, &text[value.clone()]).then_some(value);
        }
        let value = self.value_in(near);
        if self.is_none_at(value.start) || is_choice(&near[value.clone()]) {
            return None;
        }
        if let Some(default) = self.default_at(near, value.start) {
            return Some(default);
        }
        if !is_secret(self.key, &near[value.clone()]) {
            return None;
        }
        let is_cut = near.len() < text.len() && value.end + 16 > near.len();
        Some(if is_cut { self.value_in(text) } else { value })
    }

    /// Whether something else begins where the value may: a comment, a list, or the other sign of `name::other`.
    fn is_none_at(&self, at: usize) -> bool {
        let value = &self.text[at..];
        value.starts_with(['[', ':'])
            || (self.column.is_some() && value.starts_with("# "))
            || self.is_end_of_text(at)
    }

    /// Whether the quote before this ends the text in which the name is: `prompt='Password: ', …`.
    fn is_end_of_text(&self, at: usize) -> bool {
        let quote = self.text[..at].chars().next_back();
        let quote = quote.filter(|c| matches!(c, '"' | '\''));
        let ends = |c: char| c.is_whitespace() || ",);]}+".contains(c);
        let rest = &self.text[at..];
        let Some(quote) = quote.filter(|_| rest.is_empty() || rest.starts_with(ends)) else {
            return false;
        };
        let head = head_of(self.text, at - 1);
        let before = &self.text[..at - 1 - head.len()];
        // Of a part of a line nobody can tell.
        (before.is_empty() || before.ends_with('\n')) && is_open_behind(head, quote)
    }

    /// The default of the variable that stands for the value.
    fn default_at(&self, near: &str, at: usize) -> Option<Range<usize>> {
        let default = default_of(&near[at..])?;
        let default = at + default.at.start..at + default.at.end;
        is_secret(self.key, &near[default.clone()]).then_some(default)
    }

    fn value_in(&self, text: &str) -> Range<usize> {
        value_behind(text, self.at, self.key, self.column.is_some())
    }

    /// Where the lines below it begin, where nothing stands on its own line and it is all of that.
    fn block(&self) -> Option<usize> {
        self.column?;
        let end = self.line_end(self.at);
        let line = self.text[self.at..end].trim();
        let rest = line.trim_start_matches(['|', '>']);
        let is_open =
            line.len() <= 4 && rest.chars().all(|c| "+-".contains(c) || c.is_ascii_digit());
        (is_open && is_secret_name(self.key)).then_some(end + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n');
        end.map_or(self.text.len(), |end| at + end)
    }

    /// What stands further in below it: all of it where a secret is in it.
    fn below(&self, begins: usize) -> Option<Range<usize>> {
        let column = self.column?;
        let is_block_text = !self.text[self.at..begins - 1].trim().is_empty();
        let mut span: Option<Range<usize>> = None;
        let mut has_secret = false;
        let mut at = begins;
        while at < self.text.len() {
            let end = self.line_end(at);
            let line = &self.text[at..end];
            let inside = line.trim_start();
            if !inside.is_empty() {
                if line.len() - inside.len() <= column {
                    break;
                }
                let start = end - inside.len();
                span.get_or_insert(start..start).end = start + inside.trim_end().len();
                has_secret |= !is_block_text && self.is_secret_line(inside);
            }
            at = end + 1;
        }
        let is_secret = |span: &Range<usize>| {
            has_secret || (is_block_text && is_secret(self.key, &self.text[span.clone()]))
        };
        span.filter(is_secret)
    }

    /// Whether a line below the field holds a secret: behind another name, or all of it.
    fn is_secret_line(&self, line: &str) -> bool {
        let line = line.trim_start_matches("- ");
        let named = line
            .split_once(':')
            .filter(|(name, _)| key_before(name).is_some());
        let (is_about, value) = match named {
            Some((name, value)) => (key_before(name).is_some_and(is_about), value),
            None => (false, line),
        };
        !is_about && is_secret(self.key, value.trim().trim_matches(['"', '\'']))
    }
}

/// The name that ends here, without its quotes.
pub(super) fn key_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([' ', '\t']);
    // What a program looks up: `os.environ["DB_PASSWORD"]`.
    let looked_up = text
        .strip_suffix(']')
        .filter(|text| text.ends_with(['"', '\'']));
    let text = looked_up.unwrap_or(text);
    let text = text.strip_suffix(['"', '\'']).map_or(text, |text| {
        // Within a text the quotes of another one have a `\` before them.
        text.trim_end_matches('\\')
    });
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let key = &text[text.trim_end_matches(is_name).len()..];
    (!key.is_empty()).then_some(key)
}

/// The value of `key` that begins here, to the end of its line where the key is the first of it.
fn value_behind(text: &str, at: usize, key: &str, is_line: bool) -> Range<usize> {
    let skipped = |at: usize, what: &[char]| text.len() - text[at..].trim_start_matches(what).len();
    let begins = skipped(at, &[' ', '\t', '>', '=']);
    let line = &text[begins..];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let marks = line
        .trim_end()
        .trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
    let begins = if !is_line
        && matches!(marks, "" | "|" | ">")
        && line.trim_end().len() <= marks.len() + 2
    {
        // It is on the next line.
        skipped(begins + line.len(), &['\r', '\n', ' ', '\t'])
    } else {
        begins
    };
    let value = &text[begins..];
    let is_here = !text[at..begins].contains('\n');
    if let Some(fence) = FENCES
        .into_iter()
        .find(|fence| value.starts_with(fence) && is_here)
    {
        let inside = &value[fence.len()..];
        let inside = &inside[..inside.find(fence).unwrap_or(inside.len())];
        let begins = begins + fence.len() + inside.len() - inside.trim_start().len();
        return begins..begins + inside.trim().len();
    }
    if let Some(word) = bare_template(value).filter(|_| !is_line) {
        return begins + 1..begins + 1 + word.len();
    }
    if let Some(inside) = value.strip_prefix("\\\"").filter(|_| is_here) {
        let line = &inside[..inside.find('\n').unwrap_or(inside.len())];
        if let Some(end) = line.find("\\\"") {
            return begins + 2..begins + 2 + end;
        }
    }
    if let Some(end) = put_there(value) {
        return begins..begins + end;
    }
    // A letter may stand before the quotes of a program: `N'…'`, `b"…"`.
    // Or a `$` before those of a shell.
    let signed = value.strip_prefix(|c: char| c == '$' || (!is_line && c.is_ascii_alphabetic()));
    let signed = signed.filter(|value| value.starts_with(['"', '\'']));
    let (begins, value) = signed.map_or((begins, value), |value| (begins + 1, value));
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inside = &value[1..];
        let over_lines = if is_line || is_of_shell(head_of(text, at), key) {
            closing_over_lines(inside, quote)
        } else {
            None
        };
        let joined = || joined_quotes(inside).filter(|_| quote == '\'');
        let end = over_lines.or_else(joined);
        let end = end.unwrap_or_else(|| closing(inside, quote));
        return begins + 1..begins + 1 + end;
    }
    let line = &value[..value.find(['\r', '\n']).unwrap_or(value.len())];
    let scheme = line
        .split_once(' ')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_header = scheme.is_some_and(|word| HEADER_SCHEMES.contains(&word.as_str()));
    let end = match line.find(char::is_whitespace) {
        Some(_) if is_line && !line.starts_with(['{', '[']) => {
            line.find(" #").unwrap_or(line.len())
        }
        Some(_) if is_header => line.find(['"', '\'', '`']).unwrap_or(line.len()),
        Some(end) if !is_phrase(key) => end,
        _ => line.len(),
    };
    let word = &line[..end];
    let word = if is_chinese_name(key) {
        // What goes on in Chinese is of the word, or says something.
        let whole = &word[..word.find(chinese::ends).unwrap_or(word.len())];
        if is_chinese_secret(key, whole) {
            whole
        } else {
            &word[..word.find(is_chinese).unwrap_or(word.len())]
        }
    } else {
        word
    };
    let end = end_of(text, &(begins..begins + word.len()));
    begins..begins + without_ends(&text[begins..end]).len()
}

/// Whether the name that ends here is of the query of an address: `?token`, `&access_token`, and in markup
/// `&amp;token`.
pub(super) fn is_in_query(before: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = before.trim_end_matches(is_name);
    before.ends_with(['?', '&']) || before.ends_with("&amp;")
}

/// Each of the values of a name of several that stand here with commas between: `passwords=…,…`.
fn each_of(text: &str, key: &str, at: &Range<usize>) -> Vec<Range<usize>> {
    const SHORTEST: usize = 4;
    let word = &text[at.clone()];
    let is_word = |one: &str| {
        let one = one.trim();
        one.len() >= SHORTEST && !one.contains(|c: char| c.is_whitespace() || "\"'\\".contains(c))
    };
    if !word.contains(',') || !is_of_several(key) || !word.split(',').all(is_word) {
        return vec![at.clone()];
    }
    let mut begin = at.start;
    let pieces = word.split(',').map(|piece| {
        let start = begin + piece.len() - piece.trim_start().len();
        begin += piece.len() + 1;
        start..start + piece.trim().len()
    });
    pieces.collect()
}

/// Where the lines stand that a name is given up to a word which ends them: `secret = <<EOT`.
fn here_at(text: &str, at: usize) -> Option<Range<usize>> {
    /// The longest text of this kind.
    const LONGEST: usize = 8_192;
    let rest =
        text[at..text.floor_char_boundary(at.saturating_add(LONGEST))].trim_start_matches(' ');
    let rest = rest.strip_prefix("<<")?.trim_start_matches(['-', '~']);
    let (word, lines) = rest.split_once('\n')?;
    let word = word.trim().trim_matches(['"', '\'']);
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begin = at + text[at..].find('\n')? + 1;
    let mut end = begin;
    for line in lines.split_inclusive('\n').filter(|_| is_word) {
        if line.trim() == word {
            let inside = text[begin..end].trim();
            let begin = begin + text[begin..end].find(inside)?;
            return (!inside.is_empty()).then(|| begin..begin + inside.len());
        }
        end += line.len();
    }
    None
}

/// Whether one of two texts is chosen: `var.t == "" ? "…" : var.t`.
fn is_choice(value: &str) -> bool {
    let behind = value.split_once(" ? ").map(|(_, behind)| behind);
    behind.is_some_and(|behind| behind.contains(" : ")) && value.contains(['"', '\''])
}

/// Where the text in quotes begins that something is given behind its name, a `:` that ends here and what kind of value
/// it is: `password: string = "…"`, `token: Optional[str] = '…'`.
fn declared_at(text: &str, at: usize) -> Option<usize> {
    /// The longest name of a kind.
    const LONGEST: usize = 64;
    if !text[..at].ends_with(':') {
        return None;
    }
    let line = text[at..].split('\n').next()?;
    let (kind, rest) = line.split_once('=')?;
    let is_in = |c: char| c.is_ascii_alphanumeric() || "_.:[]<>|?&', ".contains(c);
    let name = kind.trim();
    let is_kind = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '&')
        && name.len() <= LONGEST
        && name.chars().all(is_in)
        && (!name.contains(' ') || name.contains(['|', '[', '<', '&']));
    let value = rest.trim_start();
    // A letter may stand before the quotes.
    let value = value.trim_start_matches(['b', 'r', 'f', 'u']);
    let begin = at + line.len() - value.len();
    (is_kind
        && kind.ends_with(' ')
        && value.starts_with(['"', '\''])
        && !value.starts_with("\"\"\""))
    .then_some(begin)
}

/// Where what a shell or a template puts into a text ends, with which it begins: `$(…)`, `${…}`, `{{ … }}`.
fn put_there(text: &str) -> Option<usize> {
    const SIGNS: [(&str, &str); 5] = [
        ("$(", ")"),
        ("${", "}"),
        ("#{", "}"),
        ("{{", "}}"),
        ("`", "`"),
    ];
    let line = &text[..text.find('\n').unwrap_or(text.len())];
    SIGNS.into_iter().find_map(|(open, close)| {
        let inside = line.strip_prefix(open)?;
        Some(open.len() + inside.find(close)? + close.len())
    })
}

/// The one word between the signs of a template with which a text begins: nothing is put there.
fn bare_template(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('`')?;
    let word = &inside[..inside.find(['`', '\n'])?];
    let is_word = word
        .chars()
        .all(|c| c.is_alphanumeric() || "_-.!#%^&*+=".contains(c));
    let is_written = word.contains(|c: char| c.is_ascii_digit()) && word.len() >= 4;
    (is_word && is_written && inside[word.len()..].starts_with('`')).then_some(word)
}

/// Whether the name that ends here with its sign is all of its line, as a variable of a shell.
fn is_of_shell(line: &str, key: &str) -> bool {
    let name = line.strip_prefix("export ").unwrap_or(line).trim_start();
    name.strip_suffix('=') == Some(key)
}

/// Where a quoted text of a setting ends that goes over several lines, none of which is a setting.
fn closing_over_lines(rest: &str, quote: char) -> Option<usize> {
    /// The longest text.
    const LONGEST: usize = 8_192;
    let near = &rest[..rest.floor_char_boundary(LONGEST)];
    let end = near.find(quote)?;
    let mut lines = near[..end].split('\n').skip(1);
    let is_setting = |line: &str| {
        let is_name = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
        let rest = line.trim_start_matches(is_name);
        rest.len() < line.len() && rest.trim_end().len() > 1 && rest.starts_with(['=', ':'])
    };
    let is_last = near[end + 1..]
        .lines()
        .next()
        .is_none_or(|line| line.trim().is_empty());
    let goes_over = near[..end].contains('\n');
    (goes_over && is_last && !lines.any(is_setting) && !near[..end].ends_with(['=', ':']))
        .then_some(end)
}

/// Where a quoted text ends: at the quote that is neither escaped nor doubled, else with its line.
pub(super) fn closing(rest: &str, quote: char) -> usize {
    let mut letters = rest.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == '\n' {
            return at;
        } else if letter == quote {
            let is_doubled = at > 0 && letters.next_if(|(_, next)| *next == quote).is_some();
            if !is_doubled {
                return at;
            }
        }
    }
    rest.len()
}

/// Whether a value is written down in a program, and is not the name of one: it stands in quotes, is no
/// word, or stands in a list of settings. A token that short is what texts are cut into: `token="cl100k"`.
pub(super) fn is_literal(text: &str, at: &Range<usize>) -> bool {
    /// The longest name of a setting.
    const LONGEST_NAME: usize = 256;
    const SHORTEST_TOKEN: usize = 8;
    let near = text.floor_char_boundary(at.start.saturating_sub(LONGEST_NAME));
    let before = &text[near..at.start];
    let line = before.rsplit('\n').next().unwrap_or(before);
    let is_setting = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let behind = text[at.end..].chars().next();
    let in_settings = line
        .rsplit(char::is_whitespace)
        .next()
        .and_then(|name| name.strip_suffix('='))
        .is_some_and(|name| name.chars().all(is_setting) && !matches!(behind, Some(',' | ')')));
    let word = &text[at.clone()];
    let name = before.trim_end_matches([' ', '=', ':', '"', '\'', ']']);
    if word.len() < SHORTEST_TOKEN && name.to_ascii_lowercase().ends_with("token") {
        return false;
    }
    let is_set = line.trim_start().get(..4);
    let is_set = is_set.is_some_and(|word| word.eq_ignore_ascii_case("set "));
    // What Windows asks for, and a variable that it puts there.
    if is_set && (line.contains("/p ") || (word.starts_with('!') && word.ends_with('!'))) {
        return false;
    }
    let is_call = word.contains(['(', '[', '{']);
    let is_multi_line = FENCES
        .iter()
        .any(|fence| before.trim_end().ends_with(fence));
    let variable = line.rsplit_once("${").map(|(_, variable)| variable);
    is_multi_line
        || variable.is_some_and(|variable| !variable.contains('}'))
        || is_in_connection(before, behind)
        || before.ends_with(['"', '\''])
        || in_settings
        || (!is_call && word.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a value stands among others in quotes: `"Server=…;Password=…;"`.
fn is_in_connection(before: &str, behind: Option<char>) -> bool {
    let name = before.strip_suffix('=').map(|name| {
        name.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
    });
    let is_end = |c: char| matches!(c, ';' | '"' | '\'');
    name.is_some_and(|before| before.ends_with(';')) && behind.is_some_and(is_end)
}

/// Keys in the comments of YAML. A word behind a name is one where a digit is in it: people write about
/// passwords, too.
pub(super) fn said_in_comments(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(comment) = comment_in(line) {
            let begins = at + comment;
            let comment = line[comment..].trim_end();
            let all = said_in_comment(comment).into_iter();
            found.extend(all.map(|(at, kind)| (begins + at.start..begins + at.end, kind)));
        }
        at += line.len();
    }
    found
}

/// Keys in one comment.
pub(super) fn said_in_comment(comment: &str) -> Vec<Found> {
    let mut found = named_in(comment, Reading::Words);
    found.retain(|(at, _)| {
        let word = &comment[at.clone()];
        word.contains(|c: char| c.is_ascii_digit()) && !is_placeholder(word)
    });
    found.extend(keys_told_in(comment));
    let options = options_in(comment, Place::Lines).into_iter();
    found.extend(options.map(|at| (at, SecretKind::Name)));
    found
}

/// Where a comment may begin in a line: it need not be one, within a text.
fn comment_in(line: &str) -> Option<usize> {
    line.match_indices('#').map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        before.is_none_or(char::is_whitespace)
    })
}

/// Private keys that go over several lines. What has no end is met where its beginning is.
pub(super) fn private_keys_in(text: &str) -> Vec<Found> {
    private_keys(text)
        .into_iter()
        .filter(|at| text[at.clone()].matches("PRIVATE KEY-----").count() > 1)
        .map(|at| (at, SecretKind::Shape))
        .collect()
}
