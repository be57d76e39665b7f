//! Passwords in statements of SQL: `IDENTIFIED BY '…'`, `PASSWORD '…'`, and what is written into columns of secrets.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::name::{is_secret, is_secret_name};
use super::places::SecretKind;
use super::shape::Found;
use super::value::{is_no_secret, is_reference};

/// The shortest password.
const SHORTEST: usize = 4;

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["identified", "password", "insert", "replace", "update"])
        .ok()
});

/// All passwords that statements give in this text.
pub(super) fn statements_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for word in WORDS.iter().flat_map(|words| words.find_iter(text)) {
        let is_begin = !text[..word.start()]
            .ends_with(|c: char| c.is_alphanumeric() || "_.>$\"'-".contains(c));
        let behind =
            text[word.end()..].starts_with(|c: char| c.is_whitespace() || "(=".contains(c));
        if !is_begin || !behind {
            continue;
        }
        match word.pattern().as_usize() {
            0 => found.extend(behind_identified(text, word.end())),
            1 => found.extend(behind_password(text, word.range())),
            4 => found.extend(assigned(text, word.end())),
            _ => found.extend(inserted(text, word.end()).unwrap_or_default()),
        }
    }
    let found = found.into_iter();
    found.map(|at| (at, SecretKind::Name)).collect()
}

/// `BY '…'`, `WITH … BY '…'`.
fn behind_identified(text: &str, at: usize) -> Option<Range<usize>> {
    let mut rest = text[at..].trim_start();
    if let Some(behind) = without(rest, "with") {
        let behind = behind.trim_start();
        rest = behind[behind.find(char::is_whitespace)?..].trim_start();
    }
    let rest = without(rest, "by")?.trim_start();
    let rest = without(rest, "password").unwrap_or(rest).trim_start();
    let begin = text.len() - rest.len();
    literal(text, begin).or_else(|| bare_word(text, begin, &text[..at]))
}

/// The word without quotes that begins here: people say “identified by”, too.
fn bare_word(text: &str, at: usize, before: &str) -> Option<Range<usize>> {
    let is_in = |c: char| c.is_alphanumeric() || "_$#!".contains(c);
    let rest = &text[at..];
    let word = &rest[..rest.find(|c| !is_in(c)).unwrap_or(rest.len())];
    let is_known = ["VALUES", "RANDOM", "PASSWORD", "EXTERNALLY", "GLOBALLY"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    let is_statement =
        before.ends_with("IDENTIFIED") || word.contains(|c: char| c.is_ascii_digit());
    let is_one = is_statement && !is_known && word.len() >= SHORTEST && !is_no_secret(word);
    is_one.then(|| at..at + word.len())
}

/// `'…'` or `('…')`. Behind a word in small letters that is not given with something people write about passwords.
fn behind_password(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let rest = text[word.end..].trim_start();
    let is_call = rest.starts_with('(');
    let before = text[..word.start].trim_end();
    let is_given = ["with", "encrypted", "WITH", "ENCRYPTED"]
        .iter()
        .any(|given| before.ends_with(given));
    let is_statement = text[word].bytes().all(|byte| byte.is_ascii_uppercase());
    let rest = rest.strip_prefix(['(', '=']).unwrap_or(rest).trim_start();
    (is_call || is_given || is_statement).then(|| literal(text, text.len() - rest.len()))?
}

/// The text without the word with which it begins.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let begin = text.get(..word.len())?;
    begin
        .eq_ignore_ascii_case(word)
        .then(|| &text[word.len()..])
}

/// The secrets that are written behind `UPDATE … SET`: `password = '…'`.
fn assigned(text: &str, at: usize) -> Vec<Range<usize>> {
    /// The farthest `SET` is, and the longest statement.
    const NEAR: usize = 192;
    const FAR: usize = 4_096;
    let near = &text[at..text.floor_char_boundary(at.saturating_add(NEAR))];
    let mut words = near.split_inclusive(char::is_whitespace);
    let mut begin = at;
    let is_set = words.any(|word| {
        begin += word.len();
        word.trim().eq_ignore_ascii_case("set")
    });
    let mut found: Vec<Range<usize>> = Vec::new();
    let end = text.floor_char_boundary(begin.saturating_add(FAR));
    let statement = if is_set { &text[begin..end] } else { "" };
    for (sign, _) in statement.match_indices('=') {
        let sign = begin + sign;
        let told = found.last().map_or(begin, |last| last.end);
        let name = text.get(told..sign).and_then(column_before);
        let rest = text[sign + 1..].trim_start();
        let value = literal(text, text.len() - rest.len());
        let value = value.filter(|value| {
            value.end <= end && name.is_some_and(|name| is_secret(name, &text[value.clone()]))
        });
        found.extend(value);
    }
    found
}

/// The name of a column that ends here, without its marks.
fn column_before(text: &str) -> Option<&str> {
    let text = text.trim_end().trim_end_matches(MARKS);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let name = &text[text.trim_end_matches(is_name).len()..];
    (!name.is_empty()).then_some(name)
}

/// What stands around the name of a column.
const MARKS: [char; 4] = ['"', '`', '[', ']'];

/// The secrets of `INTO table (name, password) VALUES ('…', '…'), …`: those in columns with a secret's name.
fn inserted(text: &str, at: usize) -> Option<Vec<Range<usize>>> {
    /// The farthest the columns are, and the most bytes they have.
    const NEAR: usize = 192;
    const COLUMNS: usize = 4_096;
    let near = &text[at..text.floor_char_boundary(at.saturating_add(NEAR))];
    let open = near.find('(')?;
    let mut words = near[..open].split_whitespace();
    if !words.any(|word| word.eq_ignore_ascii_case("into")) {
        return None;
    }
    let begin = at + open + 1;
    let columns = &text[begin..text.floor_char_boundary(begin.saturating_add(COLUMNS))];
    let columns = &columns[..columns.find(')')?];
    let names = columns
        .split(',')
        .map(|name| name.trim().trim_matches(MARKS));
    let names: Vec<&str> = names.collect();
    if !names.iter().any(|name| is_secret_name(name)) {
        return None;
    }
    let rest = text[begin + columns.len() + 1..].trim_start();
    let mut rest = without(rest, "values")?.trim_start();
    let mut found = Vec::new();
    while rest.starts_with('(') {
        let at = text.len() - rest.len() + 1;
        let Some((cells, end)) = cells(text, at) else {
            break;
        };
        for (name, cell) in names.iter().zip(cells) {
            found.extend(secrets_in_cell(text, name, cell));
        }
        rest = text[end..].trim_start();
        rest = rest.strip_prefix(',').unwrap_or_default().trim_start();
    }
    Some(found)
}

/// The values of a row that begins here, and where it ends.
fn cells(text: &str, at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let mut cells = Vec::new();
    let mut begin = at;
    let mut depth = 0_usize;
    let mut here = at;
    while let Some(letter) = text.get(here..)?.chars().next() {
        match letter {
            '\'' | '"' => here += 1 + closing_of(&text[here + 1..], letter)?,
            '(' => depth += 1,
            ')' if depth == 0 => {
                cells.push(begin..here);
                return Some((cells, here + 1));
            }
            ')' => depth -= 1,
            ',' if depth == 0 => {
                cells.push(begin..here);
                begin = here + 1;
            }
            _ => {}
        }
        here += letter.len_utf8();
    }
    None
}

/// All texts in a value of this column, and a number.
fn secrets_in_cell(text: &str, column: &str, cell: Range<usize>) -> Vec<Range<usize>> {
    let raw = &text[cell.clone()];
    let word = raw.trim();
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let begin = cell.start + raw.len() - raw.trim_start().len();
        let is_one = is_secret(column, word);
        return is_one
            .then_some(begin..begin + word.len())
            .into_iter()
            .collect();
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for (quote, _) in raw.match_indices('\'') {
        let at = cell.start + quote;
        if found.last().is_none_or(|last| last.end < at) {
            let value = literal(text, at).filter(|value| value.end < cell.end);
            found.extend(value.filter(|value| is_secret(column, &text[value.clone()])));
        }
    }
    found
}

/// Where a text ends whose quote stands before this: quotes within it are doubled or have a `\` before them.
fn closing_of(rest: &str, quote: char) -> Option<usize> {
    /// The longest text.
    const LONGEST: usize = 8_192;
    let near = &rest[..rest.floor_char_boundary(LONGEST)];
    let mut letters = near.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            let is_doubled = letters.next_if(|(_, next)| *next == quote).is_some();
            if !is_doubled {
                return Some(at);
            }
        }
    }
    None
}

/// What is between the quotes that begin here, perhaps behind a sign for what letters it has: `N'…'`.
fn literal(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let signed = rest.strip_prefix(['N', 'n', 'E', 'e']);
    let signed = signed.filter(|rest| rest.starts_with('\''));
    let rest = signed.unwrap_or(rest);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let begin = text.len() - rest.len() + 1;
    let length = closing_of(&text[begin..], quote)?;
    let word = &text[begin..begin + length];
    let is_one =
        length >= SHORTEST && !word.contains('\n') && !is_reference(word) && !is_no_secret(word);
    is_one.then(|| begin..begin + length)
}
