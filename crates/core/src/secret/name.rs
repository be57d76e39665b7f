//! Secrets that are told by the name of their field: one of its words is a secret's, and none says that it is about
//! one only.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::Value;

use super::about::{ask_of, do_with, say_of, says_of, show_of};
use super::chinese;
use super::value::{is_about_secrets, is_kept_there, is_no_secret, is_reference, looks_like_key};
use super::words::{plain, words};

/// What passwords are called. It ends the word it is in: `dbpassword` is one, too; or it is told in several words:
/// `pass_word`, `mot de passe`.
const PASSWORDS: [&str; 11] = [
    "password",
    "passwd",
    "pwd",
    "passwort",
    "kennwort",
    "passcode",
    "passphrase",
    "contraseña",
    "contrasena",
    "motdepasse",
    "пароль",
];

/// The same, where it is all of a word.
const PASSWORD_WORDS: [&str; 5] = ["pw", "psw", "psk", "senha", "пароли"];

/// What ends the word of another secret.
const KEYS: [&str; 4] = ["apikey", "accesskey", "privatekey", "secretkey"];

/// Words of other secrets.
const CREDENTIALS: [&str; 2] = ["credential", "credentials"];

/// What secrets are called where nothing stands between words.
pub(super) const CHINESE: [&str; 19] = [
    "密码",
    "密碼",
    "口令",
    "密钥",
    "密鑰",
    "秘钥",
    "令牌",
    "私钥",
    "私鑰",
    "授权码",
    "授權碼",
    "金鑰",
    "凭证",
    "凭据",
    "憑證",
    "憑據",
    "パスワード",
    "暗証番号",
    "비밀번호",
];

/// Parts of which one stands in every name of a secret that is told in letters.
pub(super) const SECRET_NAME_PARTS: [&str; 16] = [
    "psk",
    "_auth",
    "pass",
    "pw",
    "psw",
    "kennwort",
    "secret",
    "token",
    "key",
    "credential",
    "authorization",
    "contrase",
    "senha",
    "парол",
    "Парол",
    "ПАРОЛ",
];

/// Words that make a secret of a following `key`.
const KEY_WORDS: [&str; 14] = [
    "api",
    "access",
    "private",
    "secret",
    "auth",
    "account",
    "encryption",
    "signing",
    "signature",
    "master",
    "shared",
    "subscription",
    "hmac",
    "jwt",
];

/// Words that make a secret of a following `pass`, which alone is often what follows a test, and of `pw` in one word
/// with them. Behind another word only what looks like a key is one.
const PASS_WORDS: [&str; 38] = [
    "db",
    "database",
    "mysql",
    "pg",
    "postgres",
    "mongo",
    "redis",
    "es",
    "elastic",
    "mq",
    "smtp",
    "imap",
    "mail",
    "ftp",
    "sftp",
    "ssh",
    "proxy",
    "user",
    "admin",
    "root",
    "store",
    "key",
    "keystore",
    "truststore",
    "require",
    "auth",
    "master",
    "ldap",
    "http",
    "login",
    "account",
    "service",
    "app",
    "sudo",
    "vpn",
    "wifi",
    "cert",
    "bind",
];

/// Words that make a sign for the end of a text, or the like, of a following `token`.
const MARKING: [&str; 11] = [
    "stop", "eos", "bos", "pad", "unk", "sep", "cls", "mask", "special", "input", "output",
];

/// Words behind a secret's that say which one it is.
const WHICH: [&str; 20] = [
    "prod",
    "production",
    "live",
    "dev",
    "development",
    "test",
    "testing",
    "staging",
    "stage",
    "value",
    "plain",
    "main",
    "primary",
    "secondary",
    "old",
    "new",
    "current",
    "previous",
    "default",
    "backup",
];

/// What a name tells of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// That it is a secret, whatever it looks like.
    Surely,
    /// That it is one where it is a word: more words tell something.
    Word,
    /// That it is one where it looks like one.
    Perhaps,
    /// That it is a scheme with a secret behind it: `Basic …`.
    Header,
}

/// What a word of a secret's name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    /// A `pass` of which nobody knows whose.
    Pass,
    Secret,
    /// A token or a key.
    Other,
    /// Tokens are mostly words, and secrets are told by their names.
    Several,
}

/// Whether a field is a secret: by its name, and by not being a placeholder.
pub(super) fn is_secret_field(key: &str, value: &Value) -> bool {
    value.as_word().is_some_and(|text| is_secret(key, text))
}

/// Whether a text is a secret as the value of this field.
pub(super) fn is_secret(key: &str, text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() {
        return false;
    }
    let Some(told) = told_by(key) else {
        return false;
    };
    if is_reference(text)
        || is_no_secret(text)
        || is_of_accounts(key, text)
        || is_message(text)
        || is_name_of_other(key, text)
    {
        return false;
    }
    match told {
        // `token: 12` counts tokens and `secret: user` names one; a password is at least four long.
        Told::Surely => {
            text.len() >= 4
                && (is_password_name(key) || !(is_short_number(text) || is_kept_there(text)))
                && (is_phrase(key) || !is_about_secrets(text))
                && (!is_chinese_name(key)
                    || !text.contains(is_chinese)
                    || is_chinese_secret(key, text))
        }
        Told::Word => text.len() >= 4 && !text.contains(|c| is_chinese(c) || c.is_whitespace()),
        Told::Perhaps => looks_like_key(text),
        Told::Header => is_header(text),
    }
}

/// Whether this is the name of a secret that is kept elsewhere, as notes on objects of Kubernetes have it:
/// `nginx.ingress.kubernetes.io/auth-secret: basic-auth`.
fn is_name_of_other(key: &str, text: &str) -> bool {
    let is_note = key.contains(".io/") || key == "auth-secret";
    let is_in = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
    is_note && key.ends_with("secret") && text.chars().all(is_in) && !looks_like_key(text)
}

/// Whether a text is one that a program shows, with what it puts there: `Waiting for “{name}”`.
fn is_message(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut slots = text.split('{').skip(1);
    let has_slot = slots.any(|rest| rest.split_once('}').is_some_and(|(name, _)| is_name(name)));
    has_slot && text.contains(|c| is_chinese(c) || c == ' ')
}

/// Whether a text says where a system has its accounts: `passwd: files systemd`.
fn is_of_accounts(key: &str, text: &str) -> bool {
    const PLACES: [&str; 10] = [
        "files", "systemd", "compat", "nis", "nisplus", "ldap", "sss", "winbind", "altfiles", "db",
    ];
    key == "passwd" && text.split_whitespace().all(|word| PLACES.contains(&word))
}

/// Whether a text is a number that counts something, as a token's life in seconds.
fn is_short_number(text: &str) -> bool {
    const LONGEST: usize = 7;
    text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name is that of a password, or of a secret that may be a number.
fn is_password_name(key: &str) -> bool {
    let words = words(key);
    let ends = (1..=words.len()).rev();
    let mut kinds = ends.filter_map(|end| kind_at(&words[..end]));
    let kind = kinds.next().map(|(_, kind)| kind);
    kind != Some(Kind::Other)
}

/// Whether a text with Chinese letters is a secret behind a Chinese name.
pub(super) fn is_chinese_secret(key: &str, text: &str) -> bool {
    chinese::is_secret(text, chinese::is_of_password(key)) || chinese::begins_with_secret(text)
}

/// Whether this is what a header says that names a secret: a scheme and one word, or a key alone.
fn is_header(text: &str) -> bool {
    const SCHEMES: [&str; 6] = ["basic", "bearer", "digest", "token", "apikey", "key"];
    let Some((scheme, word)) = text.split_once(' ') else {
        return looks_like_key(text);
    };
    let is_known = SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let is_word = !word.trim().contains(char::is_whitespace) && !is_reference(word.trim());
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    is_word && ((is_known && word.trim().len() >= 4) || has_digit)
}

/// Whether a field is named as secrets are.
pub(super) fn is_secret_name(key: &str) -> bool {
    told_by(key).is_some()
}

/// What a name tells of its value; nothing where it is no secret's.
pub(super) fn told_by(key: &str) -> Option<Told> {
    /// No name is that long, and somebody may have meant harm: it is looked at for all that is below it.
    const LONGEST: usize = 256;
    if key.len() > LONGEST || !may_name_secret(key) {
        return None;
    }
    let words = words(key);
    if words
        .last()
        .is_some_and(|last| last.ends_with("authorization"))
    {
        return Some(Told::Header);
    }
    let is_public = |pair: &[String]| pair[0] == "public" && pair[1].starts_with("key");
    if words.windows(2).any(is_public) {
        return None;
    }
    if words == ["client", "key", "data"] {
        return Some(Told::Surely);
    }
    // What `npm` logs in with.
    if key == "_auth" {
        return Some(Told::Surely);
    }
    // Variables of shells, which have `PASS` for a count as well.
    if words == ["keys"] || key == "PASS" {
        return Some(Told::Perhaps);
    }
    for end in (1..=words.len()).rev() {
        let behind = &words[end..];
        if let Some((begin, kind)) = kind_at(&words[..end]) {
            return told(kind, &words[..begin], behind);
        }
        if let Some((before, rest)) = in_chinese(&words[end - 1]) {
            let asks = ask_of(&words[..end - 1]) || ask_of(&[before.to_owned()]);
            let is_about = says_of(rest) || say_of(behind);
            let told = if rest.is_empty() {
                Told::Surely
            } else {
                Told::Perhaps
            };
            return (!asks && !is_about).then_some(told);
        }
    }
    None
}

/// What a word of this kind tells between others.
fn told(kind: Kind, before: &[String], behind: &[String]) -> Option<Told> {
    let is_password = matches!(kind, Kind::Password | Kind::Pass);
    if ask_of(before) || say_of(behind) || (is_password && do_with(before)) {
        return None;
    }
    // Another one that is there already, and the key under which a password is kept: both are names.
    let is_existing = |word: &String| word == "existing";
    let is_other = before.iter().any(is_existing) && kind != Kind::Password
        || before.windows(2).any(|pair| pair == ["existing", "secret"]);
    if is_other {
        return None;
    }
    let is_name = is_password && behind.last().is_some_and(|word| word == "key");
    let is_which = behind.iter().all(|word| WHICH.contains(&word.as_str()));
    match kind {
        _ if is_name || show_of(before) => Some(Told::Perhaps),
        Kind::Pass | Kind::Several => Some(Told::Perhaps),
        _ if is_which => Some(Told::Surely),
        Kind::Password | Kind::Secret => Some(Told::Word),
        Kind::Other => Some(Told::Perhaps),
    }
}

/// The word of a secret's name with which these words end, and where it begins.
fn kind_at(words: &[String]) -> Option<(usize, Kind)> {
    let (last, before) = words.split_last()?;
    let previous = before.last().map(String::as_str).unwrap_or_default();
    let one = one_of(last);
    let ends = |endings: &[&str]| endings.iter().any(|ending| one.ends_with(ending));
    // `api_key`, `keystorepass`.
    let after = |among: &[&str], ending: &str| match one.strip_suffix(ending)? {
        "" if among.contains(&previous) => Some(before.len().saturating_sub(1)),
        rest if among.contains(&rest) => Some(before.len()),
        _ => None,
    };
    let here = before.len();
    if ends(&PASSWORDS) || PASSWORD_WORDS.contains(&one) {
        return Some((here, Kind::Password));
    }
    for several in 2..=3 {
        let Some(begin) = words.len().checked_sub(several) else {
            break;
        };
        if PASSWORDS.contains(&words[begin..].concat().as_str()) {
            return Some((begin, Kind::Password));
        }
    }
    if ends(&["secret"]) {
        let kind = if one == last {
            Kind::Secret
        } else {
            Kind::Several
        };
        return Some((here, kind));
    }
    if ends(&["token"]) {
        let is_mark = MARKING.contains(&previous);
        let kind = if one == last {
            Kind::Other
        } else {
            Kind::Several
        };
        return (!is_mark).then_some((here, kind));
    }
    if ends(&KEYS) || CREDENTIALS.contains(&last.as_str()) {
        return Some((here, Kind::Other));
    }
    let key = after(&KEY_WORDS, "key").map(|begin| (begin, Kind::Other));
    let pass = after(&PASS_WORDS, "pass").or_else(|| after(&PASS_WORDS, "pw"));
    let pass = pass.map(|begin| (begin, Kind::Password));
    let is_any = one == "pass" && here > 0;
    key.or(pass).or(is_any.then_some((here, Kind::Pass)))
}

/// One of several of this word.
fn one_of(word: &str) -> &str {
    let one = word.strip_suffix('s');
    one.filter(|one| !one.ends_with('s') && *one != "pas")
        .unwrap_or(word)
}

/// What stands before and behind the name of a secret in a word of a script without spaces.
fn in_chinese(word: &str) -> Option<(&str, &str)> {
    if word.is_ascii() {
        return None;
    }
    let names = CHINESE.iter();
    let met = names.filter_map(|name| Some((word.rfind(name)?, name.len())));
    let (at, length) = met.max()?;
    Some((&word[..at], &word[at + length..]))
}

/// Chinese goes on without a space.
pub(super) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// Whether a field is named in Chinese as secrets are. What follows in Chinese, too, says something about one.
pub(super) fn is_chinese_name(key: &str) -> bool {
    !key.is_ascii() && CHINESE.iter().any(|name| key.contains(name))
}

/// Whether a name is that of a secret with spaces in it.
pub(super) fn is_phrase(key: &str) -> bool {
    key.to_ascii_lowercase().contains("passphrase")
}

/// What one of several is called: `tokens` that have names are each a token, and `secrets` are one in any case.
pub(super) fn of_one(key: &str, are_named: bool) -> &str {
    if told_by(key) != Some(Told::Perhaps) {
        return key;
    }
    let words = words(key);
    let has = |name: &str| words.iter().any(|word| word.ends_with(name));
    match key {
        _ if has("secrets") => "secret",
        _ if are_named && has("tokens") => "token",
        _ => key,
    }
}

/// Whether a list of this name holds secrets: passwords or keys. Of one there is no list.
pub(super) fn is_of_several(key: &str) -> bool {
    let is_sure = !matches!(told_by(key), None | Some(Told::Header));
    is_sure && words(key).iter().any(|word| one_of(word) != word) || is_chinese_name(key)
}

/// Whether a field's name could be a secret's at all; nearly all are not, and cutting a name into
/// words is the costly part.
pub(super) fn may_name_secret(key: &str) -> bool {
    static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(SECRET_NAME_PARTS.into_iter().chain(CHINESE))
            .ok()
    });
    let has_parts = |key: &str| PARTS.as_ref().is_none_or(|parts| parts.is_match(key));
    has_parts(key) || (!key.is_ascii() && has_parts(&plain(key)))
}
