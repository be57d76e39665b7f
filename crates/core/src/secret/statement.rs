//! Passwords in statements of SQL: `IDENTIFIED BY '…'`, `PASSWORD '…'`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::places::SecretKind;
use super::shape::Found;
use super::value::{is_no_secret, is_reference};

/// The shortest password.
const SHORTEST: usize = 4;

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["identified", "password"])
        .ok()
});

/// All passwords that statements give in this text.
pub(super) fn statements_in(text: &str) -> Vec<Found> {
    let words = WORDS.iter().flat_map(|words| words.find_iter(text));
    let met = words.filter_map(|word| {
        let is_begin = !text[..word.start()]
            .ends_with(|c: char| c.is_alphanumeric() || "_.>$\"'-".contains(c));
        let behind = text[word.end()..].starts_with(|c: char| c.is_whitespace() || c == '(');
        if !is_begin || !behind {
            return None;
        }
        let is_password = word.pattern().as_usize() == 1;
        let literal = if is_password {
            behind_password(text, word.range())
        } else {
            behind_identified(text, word.end())
        };
        literal.map(|at| (at, SecretKind::Name))
    });
    met.collect()
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
    literal(text, text.len() - rest.len())
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
    let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
    (is_call || is_given || is_statement).then(|| literal(text, text.len() - rest.len()))?
}

/// The text without the word with which it begins.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let begin = text.get(..word.len())?;
    begin
        .eq_ignore_ascii_case(word)
        .then(|| &text[word.len()..])
}

/// What is between the quotes that begin here.
fn literal(text: &str, at: usize) -> Option<Range<usize>> {
    let quote = text[at..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))?;
    let inside = &text[at + 1..];
    let length = inside
        .find([quote, '\n'])
        .filter(|end| inside[*end..].starts_with(quote))?;
    let word = &inside[..length];
    let is_one = length >= SHORTEST && !is_reference(word) && !is_no_secret(word);
    is_one.then(|| at + 1..at + 1 + length)
}
