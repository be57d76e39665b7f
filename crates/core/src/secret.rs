//! Whether a document holds something like a password, a key or a token (decisions 9).
//!
//! Such a document is kept as it came and marked; a mark too many is a small nuisance, one too few
//! a leak, so names and shapes are both looked at. Placeholders (`${ENV}`, `${secret.NAME}`,
//! `{{ … }}`, `<your key>`, stars) are no keys.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::{Document, Format, Value};

/// Words that end the name of a secret field.
const SECRET_WORDS: [&str; 12] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "passphrase",
    "credential",
    "credentials",
    "accesskey",
    "privatekey",
    "secretkey",
];

/// Parts of which one stands in every name of a secret field.
const SECRET_NAME_PARTS: [&str; 7] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "authorization",
];

/// The shortest key that is known by its shape alone, in bytes (`AKIA` and sixteen more).
const SHORTEST_KEY: usize = 20;

/// Words that make a secret of a following `key`.
const KEY_WORDS: [&str; 7] = [
    "api",
    "access",
    "private",
    "secret",
    "auth",
    "account",
    "encryption",
];

/// What stands in every text that holds something like a key: a part of a secret's name, or what
/// keys known by their shape begin with.
static TRACES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let traces = SECRET_NAME_PARTS.into_iter().chain([
        "sk-",
        "akia",
        "aiza",
        "ghp_",
        "github_pat_",
        "glpat-",
        "xox",
        "eyj",
        "://",
        // Escaped characters could spell any of these.
        "\\u",
        "\\/",
        "\\x",
    ]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(traces)
        .ok()
});

/// Whether there is something like a key anywhere in the document.
pub(crate) fn contains_key(document: &Document) -> bool {
    // Nearly all documents are told in one pass over their text.
    if TRACES
        .as_ref()
        .is_some_and(|traces| !traces.is_match(document.text()))
    {
        return false;
    }
    in_value(document.value())
        || (document.format() == Format::Markdown && looks_like_key_anywhere(document.text()))
}

fn in_value(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| is_secret_field(key, value) || in_value(value)),
        Value::Array(items) => items.iter().any(in_value),
        Value::String(text) => looks_like_key_anywhere(text),
        _ => false,
    }
}

fn is_secret_field(key: &str, value: &Value) -> bool {
    let Some(text) = value.as_word().map(str::trim) else {
        return false;
    };
    if text.is_empty() || !may_name_secret(key) || is_placeholder(text) {
        return false;
    }
    let words = key_words(key);
    let Some(last) = words.last().map(String::as_str) else {
        return false;
    };
    let before = words
        .len()
        .checked_sub(2)
        .and_then(|at| words.get(at))
        .map(String::as_str);
    let named = SECRET_WORDS.contains(&last)
        || (last == "key" && before.is_some_and(|word| KEY_WORDS.contains(&word)));
    // `token: 12` counts tokens and `secret: user` names one; a password is at least four long
    // and no sentence.
    let plausible = text.len() >= 4 && !text.contains(char::is_whitespace);
    let header = last == "authorization" && text.contains(' ') && !text.contains("${");
    (named && plausible) || header
}

/// Whether a field's name could be a secret's at all; nearly all are not, and cutting a name into
/// words is the costly part.
fn may_name_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_NAME_PARTS.iter().any(|part| key.contains(part))
}

/// The words of a field's name, lower case: `clientSecret`, `client_secret`, `X-Api-Key`.
fn key_words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for character in key.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && previous_lower);
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_placeholder(text: &str) -> bool {
    let inner = text.strip_prefix("Bearer ").unwrap_or(text);
    let lower = inner.to_ascii_lowercase();
    (inner.contains("${") && inner.contains('}'))
        || (inner.contains("{{") && inner.contains("}}"))
        || (inner.starts_with('<') && inner.ends_with('>'))
        || (inner.starts_with('%') && inner.ends_with('%'))
        || inner.starts_with('$')
        || lower
            .chars()
            .all(|c| matches!(c, '*' | 'x' | '.' | '-' | '_' | '•'))
        || [
            "redacted", "null", "none", "changeme", "your_", "your-", "your ",
        ]
        .iter()
        .any(|word| lower.starts_with(word))
}

/// Known shapes of keys, and passwords in connection URLs, anywhere in a text.
fn looks_like_key_anywhere(text: &str) -> bool {
    // The shortest of these is a URL such as `db://a:b@c`.
    text.len() >= 10
        && (text.contains("PRIVATE KEY-----") || url_password(text) || has_known_key(text))
}

fn has_known_key(text: &str) -> bool {
    text.len() >= SHORTEST_KEY
        && text
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .any(is_known_key)
}

fn is_known_key(word: &str) -> bool {
    let tail = |prefix: &str, least: usize| {
        word.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= least
                && rest.chars().any(|c| c.is_ascii_digit())
                && rest.chars().any(|c| c.is_ascii_alphabetic())
        })
    };
    tail("sk-", 20)
        || tail("AKIA", 16)
        || tail("AIza", 30)
        || tail("ghp_", 30)
        || tail("github_pat_", 30)
        || tail("glpat-", 18)
        || ["xoxb-", "xoxp-", "xoxa-"]
            .iter()
            .any(|prefix| tail(prefix, 20))
        || (word.starts_with("eyJ") && word.len() > 40 && word.matches('.').count() == 2)
}

/// `scheme://user:password@host` with a password that is no placeholder.
fn url_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#'))
            .unwrap_or(rest.len());
        let user = rest[..end].rsplit_once('@');
        let password = user.and_then(|(user, _)| user.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn json(text: &str) -> bool {
        contains_key(&Document::parse(Format::Json, text.to_owned()).unwrap())
    }

    #[rstest]
    #[case(r#"{"password": "hunter22"}"#, true)]
    #[case(r#"{"db": {"dbPassword": 12345}}"#, true)]
    #[case(r#"{"headers": {"X-Api-Key": "0123456789"}}"#, true)]
    #[case(r#"{"headers": {"Authorization": "Bearer abcdef0123"}}"#, true)]
    #[case(r#"{"url": "mysql://root:pa55@db/x"}"#, true)]
    #[case(r#"{"note": "use sk-abcdefghij0123456789KLMN here"}"#, true)]
    #[case(r#"{"api_key": "${OPENAI_API_KEY}"}"#, false)]
    #[case(r#"{"password": "${secret.DB}"}"#, false)]
    #[case(r#"{"password": ""}"#, false)]
    #[case(r#"{"max_tokens": 2000, "token_counter": "openai_gpt4"}"#, false)]
    #[case(r#"{"key": "stage_1", "primary_key": "id"}"#, false)]
    #[case(
        r#"{"url": "postgresql://postgres:REDACTED@192.0.2.1:6432/db"}"#,
        false
    )]
    #[case(r#"{"url": "https://example.com/a:b@c"}"#, false)]
    #[case(r#"{"Authorization": "Bearer ${secret.API}"}"#, false)]
    fn keys_are_told_from_placeholders(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(json(text), expected, "{text}");
    }
}
