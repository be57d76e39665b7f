//! Secrets that are told by the name of their field.

use std::borrow::Cow;

use crate::Value;

/// Words that end the name of a secret field.
const SECRET_WORDS: [&str; 18] = [
    "password",
    "passwd",
    "pwd",
    "pw",
    "passwort",
    "kennwort",
    "passcode",
    "dbpass",
    "userpass",
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

/// What ends the name of a secret field in Chinese, which has no spaces between its words.
pub(super) const CHINESE: [&str; 6] = ["密码", "密碼", "口令", "密钥", "令牌", "私钥"];

/// Chinese goes on without a space.
pub(super) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// Whether a field is named in Chinese as secrets are. What follows in Chinese, too, says something about one.
pub(super) fn is_chinese_name(key: &str) -> bool {
    let key = key.trim_end_matches(|c: char| c.is_ascii_digit() || !c.is_alphanumeric());
    CHINESE.iter().any(|name| key.ends_with(name))
}

/// Parts of which one stands in every name of a secret field that is no Chinese one.
pub(super) const SECRET_NAME_PARTS: [&str; 8] = [
    "pass",
    "pw",
    "kennwort",
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

/// Words that make a secret of a following `pass`. Alone it is mostly what follows a test.
const PASS_WORDS: [&str; 20] = [
    "db", "database", "mysql", "pg", "postgres", "mongo", "redis", "es", "elastic", "mq", "smtp",
    "imap", "mail", "ftp", "sftp", "ssh", "proxy", "user", "admin", "root",
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
    let mut words = words
        .iter()
        .rev()
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .skip_while(|word| word.is_empty());
    let Some(last) = words.next() else {
        return false;
    };
    let before = |among: &[&str]| words.clone().next().is_some_and(|one| among.contains(&one));
    let named = SECRET_WORDS.contains(&last)
        || is_chinese_name(key)
        || (last == "key" && before(&KEY_WORDS))
        || (last == "pass" && before(&PASS_WORDS));
    // `token: 12` counts tokens and `secret: user` names one; a password is at least four long
    // and no sentence, which is what a passphrase is.
    let plausible = text.len() >= 4
        && (is_phrase(key) || !text.contains(char::is_whitespace))
        && !(is_chinese_name(key) && text.contains(is_chinese));
    let header = last == "authorization" && text.contains(' ') && !text.contains("${");
    (named && plausible) || header
}

/// Whether a name is that of a secret with spaces in it.
pub(super) fn is_phrase(key: &str) -> bool {
    key.to_ascii_lowercase().contains("passphrase")
}

/// What one of a list is called: `api_keys` are of `api_key`. Tokens in a list are mostly words.
pub(super) fn of_one(key: &str) -> Cow<'_, str> {
    let lower = key.to_ascii_lowercase();
    match key.get(..key.len().saturating_sub(1)) {
        Some(one)
            if lower.ends_with('s') && !lower.ends_with("ss") && !lower.ends_with("tokens") =>
        {
            Cow::Borrowed(one)
        }
        _ => Cow::Borrowed(key),
    }
}

/// Whether a field's name could be a secret's at all; nearly all are not, and cutting a name into
/// words is the costly part.
pub(super) fn may_name_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let mut parts = SECRET_NAME_PARTS.iter().chain(&CHINESE);
    parts.any(|part| key.contains(part))
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
    let holds = |open: &str, close: &str| {
        inner
            .split_once(open)
            .is_some_and(|(_, behind)| behind.contains(close))
    };
    holds("${", "}")
        || holds("{{", "}}")
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
