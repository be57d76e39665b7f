//! Secrets that are told by the name of their field.

use std::borrow::Cow;

use crate::Value;

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
pub(super) const SECRET_NAME_PARTS: [&str; 7] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "authorization",
];

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

/// Whether a field is a secret: by its name, and by not being a placeholder.
pub(super) fn is_secret_field(key: &str, value: &Value) -> bool {
    value.as_word().is_some_and(|text| is_secret(key, text))
}

/// Whether a text is a secret as the value of this field.
pub(super) fn is_secret(key: &str, text: &str) -> bool {
    let text = text.trim();
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

/// What one of a list is called: `api_keys` are of `api_key`. Tokens in a list are mostly words.
pub(super) fn of_one(key: &str) -> Cow<'_, str> {
    let lower = key.to_ascii_lowercase();
    match key.get(..key.len().saturating_sub(1)) {
        Some(one) if lower.ends_with('s') && !lower.ends_with("tokens") => Cow::Borrowed(one),
        _ => Cow::Borrowed(key),
    }
}

/// Whether a field's name could be a secret's at all; nearly all are not, and cutting a name into
/// words is the costly part.
pub(super) fn may_name_secret(key: &str) -> bool {
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

/// Whether a text stands for a secret that is somewhere else.
pub(super) fn is_placeholder(text: &str) -> bool {
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
