//! What stands around a value says whether it is a secret: the name of its field, that of a field further up, and
//! what its neighbours say.

use crate::Value;

use super::about::{is_about, is_doing};
use super::name::{is_secret_field, is_secret_name, of_one};
use super::options::{is_short_in, joined_in};
use super::value::looks_like_key;

/// What is said around a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around<'v> {
    /// Nothing of secrets.
    Nothing,
    /// It stands where a secret of this name is expected.
    Named(&'v str),
    /// It is what a program is called with.
    Command,
    /// People write it.
    Prose,
    /// It is an option of two signs with a password behind it.
    Joined,
    /// It is what follows the option for an account.
    Account,
    /// It is shown to somebody: a name tells little there.
    Shown,
    /// It is a list of names.
    Names,
    /// It is a list of lists.
    Rows,
    /// All there is a secret, whatever it is called.
    Secrets,
    /// It is what signs something: its key is a secret.
    Signing,
    /// It is pieces of a text, which are called tokens, too.
    Pieces,
}

/// What a `pass` is called that is a password.
pub(super) const PASS: &str = "user_pass";

/// What one of a list of `secrets` is called.
const ONE_OF_SECRETS: &str = "secret";

/// What the key of something that signs is called.
const SIGNING_KEY: &str = "signing_key";

/// What an account is called that is spelled as Docker has them.
const LOGIN: &str = "login_password";

/// Below what, and beside what, a `token` is a piece of a text.
const PIECES: [&str; 3] = ["logprobs", "top_logprobs", "vocab"];
const OF_PIECES: [&str; 4] = ["logprob", "logit", "bytes", "token_id"];

/// What stands beside a `pass` that is a password.
const OF_ACCOUNTS: [&str; 18] = [
    "user",
    "username",
    "login",
    "account",
    "email",
    "mail",
    "host",
    "hostname",
    "server",
    "port",
    "url",
    "database",
    "dbname",
    "用户",
    "用户名",
    "账号",
    "主机",
    "邮箱",
];

/// What stands beside a `pass` that follows a test.
const OF_TESTS: [&str; 22] = [
    "fail",
    "failed",
    "failure",
    "failures",
    "error",
    "errors",
    "warn",
    "warning",
    "skip",
    "skipped",
    "else",
    "on_pass",
    "on_fail",
    "onpass",
    "onfail",
    "next",
    "retry",
    "condition",
    "check",
    "test",
    "expect",
    "total",
];

/// Fields that hold a name, beside one of [`VALUES`].
const NAMES: [&str; 19] = [
    "name",
    "key",
    "k",
    "n",
    "variable",
    "var",
    "env",
    "id",
    "header",
    "param",
    "parameter",
    "field",
    "option",
    "setting",
    "名称",
    "名字",
    "键",
    "参数",
    "变量",
];

/// Fields that hold what another one names.
const VALUES: [&str; 10] = [
    "value",
    "v",
    "val",
    "values",
    "content",
    "default",
    "default_value",
    "defaultvalue",
    "值",
    "默认值",
];

/// What fields of objects are called in which a program is called.
const COMMANDS: [&str; 14] = [
    "args",
    "arguments",
    "argv",
    "command",
    "commands",
    "cmd",
    "run",
    "script",
    "exec",
    "entrypoint",
    "shell",
    "命令",
    "参数",
    "脚本",
];

/// Fields below which texts stand that are shown.
const SHOWN: &[&str] = &[
    "labels",
    "titles",
    "messages",
    "translations",
    "i18n",
    "l10n",
    "locales",
    "descriptions",
    "placeholders",
    "hints",
    "tooltips",
    "captions",
    "标签",
    "文案",
];

/// Lists of names alone.
const LISTS: &[&str] = &[
    "required", "fields", "columns", "names", "params", "include", "exclude", "ignore",
];

/// Options of programs that are followed by `name:password`.
const ACCOUNT_OPTIONS: [&str; 2] = ["-u", "--user"];

/// Fields of what somebody does, whatever that is called.
const OF_STEPS: [&str; 18] = [
    "prompt",
    "model",
    "command",
    "steps",
    "tasks",
    "stages",
    "agent",
    "llm",
    "tool",
    "tools",
    "inputs",
    "outputs",
    "uses",
    "run",
    "action",
    "depends_on",
    "next",
    "properties",
];

impl<'v> Around<'v> {
    /// What stands around a member of an object around which stands this.
    pub(super) fn member(self, members: &'v [(String, Value)], at: usize) -> Self {
        let Some((key, value)) = members.get(at) else {
            return Self::Nothing;
        };
        if self == Self::Secrets || is_kept_secret(members, key) {
            return Self::Secrets;
        }
        let is_piece = is_among(&PIECES, key) || (self == Self::Pieces && !is_key(value));
        if is_piece || is_piece_beside(members, key) {
            return Self::Pieces;
        }
        if self == Self::Signing && key.eq_ignore_ascii_case("key") && is_long_key(value) {
            return Self::Named(SIGNING_KEY);
        }
        let named = name_of(members, key, value).filter(|_| self != Self::Shown || is_key(value));
        if let Some(name) = named {
            return Self::Named(name);
        }
        match self {
            Self::Named(_) if is_about(key) || is_kept_as(members, key) => Self::Nothing,
            Self::Named(name) => Self::Named(name),
            Self::Shown => Self::Shown,
            _ if is_among(&COMMANDS, key) => Self::Command,
            _ if is_among(SHOWN, key) && value.as_object().is_some() => Self::Shown,
            _ if is_among(LISTS, key) => Self::Names,
            _ if value.as_object().is_some() && has_word(key, "jwt") => Self::Signing,
            _ => Self::Nothing,
        }
    }

    /// What stands around an item of a list around which stands this.
    pub(super) fn item(self, items: &'v [Value], at: usize) -> Self {
        let value = items.get(at);
        let before = at
            .checked_sub(1)
            .and_then(|before| items.get(before)?.as_str());
        if let Some(name) = before.and_then(|name| self.paired(name, items)) {
            return Self::Named(name);
        }
        let is_next = value
            .and_then(Value::as_word)
            .is_some_and(|next| !next.starts_with('-'));
        let before = before.filter(|_| is_next);
        if self == Self::Named(ONE_OF_SECRETS) && value.is_some_and(is_name_of_secret) {
            return Self::Nothing;
        }
        match before.and_then(option_name) {
            Some(name) => Self::Named(name),
            None if before.is_some_and(|name| ACCOUNT_OPTIONS.contains(&name)) => Self::Account,
            None if before.is_some() && is_short(&items[..at]) => Self::Named(PASS),
            None if value.is_some_and(|value| is_joined(&items[..at], value)) => Self::Joined,
            None if matches!(value, Some(Value::Array(_))) && self == Self::Nothing => Self::Rows,
            None if matches!(self, Self::Rows | Self::Names | Self::Shown | Self::Signing) => {
                Self::Nothing
            }
            None => self,
        }
    }

    /// The name that is the first of a pair, where the second is its value: `[password, …]`.
    fn paired(self, name: &'v str, items: &[Value]) -> Option<&'v str> {
        let [_, value] = items else {
            return None;
        };
        let value_is = |is: fn(&str) -> bool| value.as_word().is_some_and(is);
        let is_pair = match self {
            Self::Rows => !value_is(|word| is_among(&OF_ACCOUNTS, word)),
            Self::Nothing => {
                value_is(|word| word.contains(|c: char| !c.is_ascii_lowercase() && c != '_'))
            }
            _ => false,
        };
        // What has its value already names nothing: `DB_PASSWORD=…`.
        let is_word = !name.starts_with('-') && !name.contains(['=', ':']);
        let is_name = is_pair && is_word && !value_is(is_secret_name);
        (is_name && is_secret_name(name)).then_some(name)
    }

    /// Whether a value is a secret here.
    pub(super) fn is_secret(self, value: &Value) -> bool {
        match self {
            Self::Named(name) => is_secret_field(name, value),
            Self::Secrets => is_secret_field(ONE_OF_SECRETS, value),
            _ => false,
        }
    }

    /// Whether this is where a secret of some name is expected.
    pub(super) fn is_named(self) -> bool {
        matches!(self, Self::Named(_) | Self::Secrets)
    }
}

/// Whether an item of a list of secrets is the name of one, as Compose and the like have them: `db_password`.
fn is_name_of_secret(value: &Value) -> bool {
    /// What files are called that are given in the same way.
    const FILES: [&str; 8] = ["key", "cert", "crt", "ca", "pem", "config", "conf", "env"];
    let is_name = |text: &str| {
        let mut parts = text.split(['_', '-', '.']);
        let is_word = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        let last = text.rsplit(['_', '-', '.']).next().unwrap_or_default();
        parts.all(is_word)
            && !looks_like_key(text)
            && (is_secret_name(text) || FILES.contains(&last))
    };
    value
        .as_str()
        .is_some_and(|text| text.contains(['_', '-', '.']) && is_name(text))
}

/// Whether all below this field is secret: the contents of a Kubernetes `Secret`.
fn is_kept_secret(members: &[(String, Value)], key: &str) -> bool {
    let is_kind =
        |(key, value): &(String, Value)| key == "kind" && value.as_str() == Some("Secret");
    matches!(key, "data" | "stringData") && members.iter().any(is_kind)
}

/// Whether a field is the name of a key of a secret: beside the path it is written to, or beside where it comes from.
fn is_kept_as(members: &[(String, Value)], key: &str) -> bool {
    let has = |name: &str| members.iter().any(|(key, _)| key == name);
    match key {
        "key" => has("path"),
        "secretKey" => has("remoteRef") || has("sourceRef"),
        _ => false,
    }
}

/// Whether an object names a secret that is elsewhere, or the keys of one.
fn is_elsewhere(value: &Value) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let is_key = |(key, value): &(String, Value)| key.ends_with("Key") && value.as_str().is_some();
    let is_named = members.iter().any(|(key, _)| key == "secretName");
    is_named || (!members.is_empty() && members.iter().all(is_key))
}

/// Whether this is a piece of a text, which stands beside how likely it is.
fn is_piece_beside(members: &[(String, Value)], key: &str) -> bool {
    let mut names = members.iter().map(|(key, _)| key);
    key.eq_ignore_ascii_case("token") && names.any(|name| is_among(&OF_PIECES, name))
}

/// Whether a text is a key that signs, and no name of one.
fn is_long_key(value: &Value) -> bool {
    const SHORTEST: usize = 16;
    let is_long = |text: &str| text.len() >= SHORTEST;
    is_key(value) || value.as_str().is_some_and(is_long)
}

fn has_word(name: &str, word: &str) -> bool {
    let name = name.as_bytes();
    name.windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_key(value: &Value) -> bool {
    value.as_word().is_some_and(looks_like_key)
}

/// The secret's name by which a member goes; nothing where it is none.
fn name_of<'v>(members: &'v [(String, Value)], key: &'v str, value: &'v Value) -> Option<&'v str> {
    if is_kept_as(members, key) {
        return None;
    }
    if is_login(key, value) {
        return Some(LOGIN);
    }
    let by_others = || {
        is_pass(members, key, value)
            .then_some(PASS)
            .or_else(|| named_beside(members, key))
    };
    if value.as_word().is_some() {
        // What a variable has for a default is no secret as a whole, and its name is that of one.
        let is_named = is_secret_field(key, value) || (is_variable(value) && is_secret_name(key));
        return is_named.then_some(key).or_else(by_others);
    }
    let is_named = is_secret_name(key) && !is_done(key, value) && !is_elsewhere(value);
    let one = of_one(key, value.as_object().is_some());
    is_named.then_some(one).or_else(by_others)
}

/// Whether this is an account as Docker keeps it: `"auth": "…"`, the letters of `name:password` in Base64.
fn is_login(key: &str, value: &Value) -> bool {
    let letters = value.as_str().filter(|_| key == "auth").and_then(spelled);
    letters.is_some_and(|letters| {
        let mut parts = letters.splitn(2, |letter| *letter == b':');
        let mut is_part = || parts.next().is_some_and(|part| !part.is_empty());
        letters.iter().all(u8::is_ascii_graphic) && is_part() && is_part()
    })
}

/// What a text says in Base64.
fn spelled(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut said = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0;
    for letter in text.trim_end_matches('=').bytes() {
        let at = LETTERS.iter().position(|known| *known == letter)?;
        bits = (bits << 6) | u32::try_from(at).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            said.push(u8::try_from((bits >> count) & 0xff).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    Some(said)
}

fn is_variable(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("${"))
}

/// Whether this is no secret but something that is done with one.
fn is_done(key: &str, value: &Value) -> bool {
    let is_step =
        |members: &[(String, Value)]| members.iter().any(|(key, _)| is_among(&OF_STEPS, key));
    value.as_object().is_some_and(is_step) || is_doing(key)
}

/// Whether a `pass` is a password: it stands beside an account, or at least not beside what belongs to tests.
fn is_pass(members: &[(String, Value)], key: &str, value: &Value) -> bool {
    // What is no text is none but beside an account.
    let word = value.as_str().unwrap_or_default();
    let names = members.iter().map(|(key, _)| key.as_str());
    is_pass_beside(names, key, word)
}

/// The same of any names that stand together, with the text of the one.
pub(super) fn is_pass_beside<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    key: &str,
    word: &str,
) -> bool {
    if !key.eq_ignore_ascii_case("pass") {
        return false;
    }
    let is_beside = |words: &[&str]| names.clone().any(|name| is_among(words, name));
    let is_word = !word.is_empty() && !word.trim().contains(char::is_whitespace);
    is_beside(&OF_ACCOUNTS) || (is_word && !is_beside(&OF_TESTS))
}

/// What another member says the name of this one is.
fn named_beside<'v>(members: &'v [(String, Value)], key: &str) -> Option<&'v str> {
    if !is_among(&VALUES, key) {
        return None;
    }
    let names = members.iter().filter(|(key, _)| is_among(&NAMES, key));
    let mut names = names.filter_map(|(_, name)| name.as_str());
    names.find(|name| is_secret_name(name))
}

/// Whether these items end with a short option for a password of the program they name.
fn is_short(items: &[Value]) -> bool {
    let is_option = |item: &Value| {
        item.as_str()
            .is_some_and(|text| text.len() == 2 && text.starts_with('-'))
    };
    if !items.last().is_some_and(is_option) {
        return false;
    }
    let last = items.last().and_then(Value::as_str);
    let words: Vec<&str> = first_words(items).chain(last).collect();
    is_short_in(&words)
}

/// Whether an item has the password of the program that others before it name.
fn is_joined(items: &[Value], item: &Value) -> bool {
    let option = item.as_str().filter(|text| text.starts_with("-p"));
    option.is_some_and(|item| joined_in(&first_words(items).collect::<Vec<_>>(), item).is_some())
}

/// The first texts of a list: one of them is the program.
fn first_words(items: &[Value]) -> impl Iterator<Item = &str> {
    items.iter().take(8).filter_map(Value::as_str)
}

/// The name of an option that is followed by its value.
fn option_name(item: &str) -> Option<&str> {
    let name = item.strip_prefix("--").or_else(|| item.strip_prefix('-'))?;
    (!name.contains(['=', ' ']) && is_secret_name(name)).then_some(name)
}

/// Whether a field holds a name beside one that has its value.
pub(super) fn is_naming(key: &str) -> bool {
    is_among(&NAMES, key)
}

/// Whether a field holds what another one names.
pub(super) fn is_named_value(key: &str) -> bool {
    is_among(&VALUES, key)
}

fn is_among(words: &[&str], key: &str) -> bool {
    words.iter().any(|word| key.eq_ignore_ascii_case(word))
}
