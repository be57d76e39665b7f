//! Secrets in texts without structure: comments, and what cannot be understood.

use std::ops::Range;

use super::name::{
    is_chinese, is_chinese_name, is_phrase, is_placeholder, is_secret, may_name_secret,
};
use super::places::SecretKind;
use super::shape::{Found, private_keys};
use super::spoken::keys_told_in;

/// What the value of an `Authorization` begins with.
const HEADER_SCHEMES: [&str; 4] = ["basic", "bearer", "digest", "token"];

/// What stands behind names of secrets: `NAME: value`, `NAME=value`, in quotes or without, also where the
/// value is on the next line.
pub(super) fn named_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut told = 0;
    let signs = text
        .char_indices()
        .filter(|(_, sign)| matches!(sign, ':' | '=' | '：' | '＝'));
    for (at, sign) in signs {
        // A sign within a value means nothing.
        let key =
            key_before(&text[told.min(at)..at]).filter(|key| at >= told && may_name_secret(key));
        if let Some(value) = key.and_then(|key| secret_behind(text, at + sign.len_utf8(), key)) {
            told = value.end;
            found.push((value, SecretKind::Name));
        }
    }
    found
}

/// The value that begins here, where it is a secret.
fn secret_behind(text: &str, at: usize, key: &str) -> Option<Range<usize>> {
    /// Far enough to tell. Lines of what a program wrote may be as long as their file.
    const NEAR: usize = 256;
    let near = &text[..text.floor_char_boundary(at.saturating_add(NEAR))];
    let value = value_behind(near, at, key);
    if !is_secret(key, &near[value.clone()]) {
        return None;
    }
    let is_cut = near.len() < text.len() && value.end + 16 > near.len();
    Some(if is_cut {
        value_behind(text, at, key)
    } else {
        value
    })
}

/// The name that ends here, without its quotes.
fn key_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([' ', '\t']);
    let text = text.strip_suffix(['"', '\'']).unwrap_or(text);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let key = &text[text.trim_end_matches(is_name).len()..];
    (!key.is_empty()).then_some(key)
}

/// The value of `key` that begins here.
fn value_behind(text: &str, at: usize, key: &str) -> Range<usize> {
    let skipped = |at: usize, what: &[char]| text.len() - text[at..].trim_start_matches(what).len();
    let begins = skipped(at, &[' ', '\t', '>', '=']);
    let line = &text[begins..];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let marks = line
        .trim_end()
        .trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
    let begins = if matches!(marks, "" | "|" | ">") && line.trim_end().len() <= marks.len() + 2 {
        // It is on the next line.
        skipped(begins + line.len(), &['\r', '\n', ' ', '\t'])
    } else {
        begins
    };
    let value = &text[begins..];
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        return begins + 1..begins + 1 + closing(&value[1..], quote);
    }
    let line = &value[..value.find(['\r', '\n']).unwrap_or(value.len())];
    let scheme = line
        .split_once(' ')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_header = scheme.is_some_and(|word| HEADER_SCHEMES.contains(&word.as_str()));
    let end = match line.find(char::is_whitespace) {
        Some(end) if !is_header && !is_phrase(key) => end,
        _ => line.len(),
    };
    let word = &line[..end];
    let word = if is_chinese_name(key) {
        &word[..word.find(is_chinese).unwrap_or(word.len())]
    } else {
        word
    };
    let word = word
        .trim_end()
        .trim_end_matches([',', '}', ']', ';', '"', '\'']);
    begins..begins + word.len()
}

/// Where a quoted text ends: at the quote that is not escaped, else with its line.
fn closing(rest: &str, quote: char) -> usize {
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote || letter == '\n' {
            return at;
        }
    }
    rest.len()
}

/// Whether a value is written down in a program, and is not the name of one: it stands in quotes, is no
/// word, or stands in a list of settings.
pub(super) fn is_literal(text: &str, at: &Range<usize>) -> bool {
    /// The longest name of a setting.
    const LONGEST_NAME: usize = 256;
    let near = text.floor_char_boundary(at.start.saturating_sub(LONGEST_NAME));
    let before = &text[near..at.start];
    let line = before.rsplit('\n').next().unwrap_or(before);
    let is_setting = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let in_settings = line
        .strip_suffix('=')
        .is_some_and(|name| name.chars().all(is_setting));
    let word = &text[at.clone()];
    let is_call = word.contains(['(', '[', '{']);
    before.ends_with(['"', '\''])
        || in_settings
        || (!is_call && word.contains(|c: char| c.is_ascii_digit()))
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
            let named = named_in(comment).into_iter().filter(|(at, _)| {
                let word = &comment[at.clone()];
                word.contains(|c: char| c.is_ascii_digit()) && !is_placeholder(word)
            });
            let all = named.chain(keys_told_in(comment));
            found.extend(all.map(|(at, kind)| (begins + at.start..begins + at.end, kind)));
        }
        at += line.len();
    }
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
