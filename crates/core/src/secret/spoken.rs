//! Secrets that somebody tells in running text: “the password is …”, 密码是…, or a piece of JSON within a text.
//!
//! A word behind such a name is one where a digit is in it: people write about passwords, too.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::name::is_placeholder;
use super::places::SecretKind;
use super::shape::{Found, in_order, keys_in};

/// What passwords are called.
const PASSWORDS: [&str; 6] = ["password", "passwd", "passphrase", "pwd", "密码", "口令"];

/// What other secrets are called. Words like these are also said of what is none, so that more is asked of what
/// follows them.
const OTHERS: [&str; 11] = [
    "api key",
    "api_key",
    "api-key",
    "apikey",
    "access key",
    "access_key",
    "accesskey",
    "secret",
    "token",
    "密钥",
    "令牌",
];

/// Those of the names that are not told by a part of the name of a field.
pub(super) const CHINESE: [&str; 4] = ["密码", "口令", "密钥", "令牌"];

/// What stands between a name and what it names.
const LINKS: [&str; 8] = [":", "=", "：", "＝", "is ", "was ", "是", "为"];

/// The shortest password, and the shortest other secret.
const SHORTEST: (usize, usize) = (4, 8);

static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(PASSWORDS.into_iter().chain(OTHERS))
        .ok()
});

/// All that is a key in a text that somebody wrote, by its shape or by what is said of it, in its order. None of
/// them overlaps another.
pub(super) fn keys_told_in(text: &str) -> Vec<Found> {
    let mut found = keys_in(text);
    let known = found.len();
    found.extend(spoken_in(text));
    if found.len() == known {
        return found;
    }
    in_order(found)
}

/// What is said to be a secret.
pub(super) fn spoken_in(text: &str) -> impl Iterator<Item = Found> {
    let names = NAMES.as_ref();
    let met = names
        .into_iter()
        .flat_map(move |names| names.find_iter(text));
    let mut told = 0;
    met.filter_map(move |name| {
        // A name within a word that was looked at means nothing.
        if name.start() < told {
            return None;
        }
        let is_password = name.pattern().as_usize() < PASSWORDS.len();
        let word = word_behind(text, name.end())?;
        told = word.end;
        is_secret(&text[word.clone()], is_password).then_some((word, SecretKind::Name))
    })
}

fn is_secret(word: &str, is_password: bool) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    let least = if is_password { SHORTEST.0 } else { SHORTEST.1 };
    word.len() >= least
        && has(char::is_ascii_digit)
        && (is_password || has(char::is_ascii_alphabetic))
        && !is_placeholder(word)
}

/// The word that is named by a name that ends here.
fn word_behind(text: &str, at: usize) -> Option<Range<usize>> {
    // Quotes may be escaped: a text within a text.
    let is_quote = |c: char| matches!(c, '"' | '\'' | '\\' | '`' | '*' | '“' | '”');
    let blank = [' ', '\t'];
    let rest = text[at..].trim_start_matches(is_quote);
    let rest = rest.trim_start_matches(blank);
    let behind = LINKS.iter().find_map(|link| rest.strip_prefix(link))?;
    let behind = behind
        .trim_start_matches(blank)
        .trim_start_matches(is_quote);
    let start = text.len() - behind.len();
    // Chinese goes on without a space.
    let is_chinese = |c: char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let ends = |c: char| c.is_whitespace() || is_quote(c) || is_chinese(c);
    let word = &behind[..behind.find(ends).unwrap_or(behind.len())];
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
    Some(start..start + word.len())
}
