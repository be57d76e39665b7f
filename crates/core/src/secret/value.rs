//! Texts that are no secrets, whatever they are called, and texts that look like keys.

use std::ops::Range;

use super::name::is_secret_name;

/// What is said in the place of a secret.
const WORDS: [&str; 22] = [
    "true",
    "false",
    "required",
    "optional",
    "enabled",
    "disabled",
    "prompt",
    "keyring",
    "keychain",
    "undefined",
    "unset",
    "empty",
    "hidden",
    "inherit",
    "include",
    "omit",
    "same-origin",
    "inline",
    "auto",
    "manual",
    "read",
    "write",
];

/// What kinds of values are called.
const TYPES: [&str; 21] = [
    "string",
    "str",
    "text",
    "integer",
    "int",
    "number",
    "float",
    "double",
    "boolean",
    "bool",
    "object",
    "array",
    "list",
    "dict",
    "bytes",
    "char",
    "varchar",
    "nvarchar",
    "uuid",
    "any",
    "secretstr",
];

/// What a text begins with that names a variable in which a secret is.
const VARIABLES: [&str; 6] = [
    "os.environ/",
    "process.env.",
    "env.",
    "env:",
    "secrets.",
    "vars.",
];

/// What the address of a secret begins with.
const STORES: [&str; 8] = [
    "vault:",
    "op://",
    "secret://",
    "secrets://",
    "keyring:",
    "file:",
    "ssm:",
    "env://",
];

/// What people speak of who describe a secret.
const SUBJECTS: [&str; 10] = [
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "token",
    "api key",
    "api-key",
    "access key",
    "credential",
    "密码",
];

/// What they count in it.
const MEASURES: [&str; 6] = [
    "character",
    "chars",
    "letters",
    "digits",
    "zeichen",
    "buchstaben",
];

/// Where programs keep what is no password.
const KEPT: [&str; 10] = [
    "vault",
    "keyvault",
    "keystore",
    "secretsmanager",
    "environment",
    "env",
    "stdin",
    "netrc",
    "kms",
    "iam",
];

/// Whether a text says where a token or a key is kept.
pub(super) fn is_kept_there(text: &str) -> bool {
    KEPT.iter().any(|place| text.eq_ignore_ascii_case(place))
}

/// A text without what programs have before its quote: `$"…`, `@"…`, `r"…`, `b"…`.
pub(super) fn behind_sign(text: &str) -> &str {
    const LONGEST: usize = 2;
    let signs = text.bytes().take(LONGEST);
    let signs = signs
        .take_while(|sign| b"$@rRbBuUfF".contains(sign))
        .count();
    let rest = &text[signs..];
    if rest.starts_with(['"', '\'']) {
        rest
    } else {
        text
    }
}

/// Whether a text stands for a secret that is somewhere else.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = behind_sign(text).trim_matches(['"', '\'']);
    let inner = text.strip_prefix("Bearer ").unwrap_or(text);
    let lower = inner.to_ascii_lowercase();
    let holds = |open: &str, close: &str| {
        inner
            .split_once(open)
            .is_some_and(|(_, behind)| behind.contains(close))
    };
    (holds("${", "}") && !is_beside_key(inner))
        || holds("{{", "}}")
        || inner.starts_with("$(")
        || begins_with_slot(inner)
        || (inner.starts_with('<') && inner.ends_with('>'))
        || (inner.starts_with("&lt;") && inner.trim_end_matches(';').ends_with("&gt"))
        || (inner.starts_with('%') && inner.ends_with('%'))
        || inner.strip_prefix('$').is_some_and(is_variable)
        || lower
            .chars()
            .all(|c| matches!(c, '*' | 'x' | '.' | '-' | '_' | '•'))
        || ["redacted", "your_", "your-", "your "].iter().any(|word| {
            let rest = lower.strip_prefix(word);
            rest.is_some_and(|rest| !rest.contains(|c: char| c.is_ascii_digit()))
        })
        || lower
            .strip_prefix("changeme")
            .is_some_and(|rest| !rest.contains(char::is_alphanumeric))
        || ["null", "none"].iter().any(|word| {
            let rest = lower.strip_prefix(word);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == ' '))
        })
}

/// Whether what looks like a key stands before the first variable of a text or behind the last one: `hunter22x-${Env}`.
fn is_beside_key(text: &str) -> bool {
    let before = text.split("${").next().unwrap_or_default();
    let behind = text.rsplit('}').next().unwrap_or_default();
    let is_key = |part: &str| !part.contains(['/', ':', '@', '=']) && looks_like_key(part);
    is_key(before) || is_key(behind)
}

/// Whether a text is where a program finds a secret: a placeholder, what a shell puts there, or `settings.password`.
pub(super) fn is_reference(text: &str) -> bool {
    let is_bind = |text: &str| is_identifier(text) && is_secret_name(text);
    is_placeholder(text)
        || (text.starts_with("ENC[") && text.ends_with(']'))
        || text.starts_with("$ANSIBLE_VAULT;")
        || STORES.iter().any(|store| text.starts_with(store))
        || text.starts_with("#/")
        || (text.len() > 1 && text.starts_with('`') && text.ends_with('`'))
        || (text.starts_with("%(") && text.ends_with(['s', ')']))
        || (text.starts_with("#{") && text.ends_with('}'))
        || text.strip_prefix(':').is_some_and(is_bind)
        || is_member(text)
        || is_path(text)
}

/// Whether this is where a file is. What looks like a key within it is a part of one.
fn is_path(text: &str) -> bool {
    let begin = text.find('/').unwrap_or_default();
    let is_begin = match &text[..begin] {
        "" | "." | ".." | "~" => true,
        other => other.strip_prefix('$').is_some_and(is_identifier),
    };
    let is_name = |name: &str| {
        let is_sign = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        !name.is_empty() && name.chars().all(is_sign) && !looks_like_key(name)
    };
    let mut names = text[begin..].split('/').skip(1);
    text.matches('/').count() > 1 && is_begin && names.all(is_name)
}

/// Whether this is a member with a secret's name of something in a program: `settings.db.password`.
fn is_member(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(of, name)| {
        of.split('.').all(is_identifier) && is_identifier(name) && is_secret_name(name)
    })
}

fn is_identifier(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_letter) && text.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// Whether a text begins with the place into which a program puts something: `{token}`.
fn begins_with_slot(text: &str) -> bool {
    let name = text.strip_prefix('{').and_then(|text| text.split_once('}'));
    let is_slot = name.is_some_and(|(name, _)| name.split('.').all(is_identifier));
    is_slot && behind_kept(text).is_none_or(is_placeholder)
}

/// What stands behind a word that says how a password is kept: `{noop}…`.
pub(super) fn behind_kept(text: &str) -> Option<&str> {
    const KEPT: [&str; 10] = [
        "noop", "bcrypt", "scrypt", "argon2", "pbkdf2", "ssha", "sha", "sha256", "md5", "crypt",
    ];
    let (name, rest) = text.strip_prefix('{')?.split_once('}')?;
    let is_kept = KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept));
    (is_kept && !rest.is_empty()).then_some(rest)
}

/// Whether this is what follows the `$` of a variable.
fn is_variable(name: &str) -> bool {
    let is_sign = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-' | '[' | ']');
    name.chars().all(is_sign) || (name.starts_with('(') && name.ends_with(')'))
}

/// Whether a text is what stands in the place of a secret: a word for whether there is one, a variable, what kind of
/// value it is, or a sign for a model (`[PAD]`).
pub(super) fn is_no_secret(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        !name.is_empty()
            && letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let sign = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let variable = VARIABLES.iter().find_map(|start| text.strip_prefix(start));
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || sign.or(variable).is_some_and(is_name)
        || is_type(text)
}

/// Whether a text is what a kind of value is called: `string`, `str | None`, `Optional[str]`, `varchar(64)`.
fn is_type(text: &str) -> bool {
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphabetic() || c == '.');
    let mut kinds = text.split('|').map(str::trim);
    kinds.all(|kind| {
        let name = &kind[..kind.find(['[', '(', '?', '<']).unwrap_or(kind.len())];
        let inside = &kind[name.len()..];
        let is_of_words = inside.starts_with('[')
            && inside.ends_with(']')
            && inside
                .chars()
                .all(|c| c.is_ascii_alphabetic() || "[], .|".contains(c));
        let is_of_types = inside.starts_with('<')
            && inside.ends_with('>')
            && inside
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "<>, :".contains(c));
        let is_sized = inside.starts_with('(')
            && inside.ends_with(')')
            && inside[1..inside.len() - 1]
                .chars()
                .all(|c| c.is_ascii_digit());
        let is_known = TYPES.iter().any(|known| name.eq_ignore_ascii_case(known));
        let is_none = ["None", "null", "undefined"].contains(&name);
        is_word(name)
            && !name.is_empty()
            && (is_of_words
                || is_of_types
                || ((is_known || is_none) && (inside.is_empty() || inside == "?" || is_sized)))
    })
}

/// Whether a text says something about secrets: “The password of the database”, “at least 8 characters”.
pub(super) fn is_about_secrets(text: &str) -> bool {
    if !text.contains(char::is_whitespace) {
        return false;
    }
    let lower = text.to_lowercase();
    let mentions = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if text.contains(|c: char| c.is_ascii_digit()) {
        mentions(&MEASURES)
    } else {
        mentions(&SUBJECTS)
    }
}

/// Whether a text looks like a key, whatever it is called: one word of some length with letters and digits in it, or
/// with signs that no name has. What is put together of words and short numbers is a name: `openai-gpt4`.
pub(super) fn looks_like_key(text: &str) -> bool {
    const SHORTEST: usize = 8;
    /// The longest part of a name that has a digit.
    const LONGEST_PART: usize = 6;
    let has = |is: fn(char) -> bool| text.contains(is);
    if text.len() < SHORTEST
        || has(char::is_whitespace)
        || !has(|c| c.is_ascii_alphabetic())
        || text.contains("://")
        || text.starts_with(['/', '.', '~', '$', '<', '{', '[', '+', '#'])
        || text.contains([';', ',', '(', ')', '"', '\''])
        || is_placeholder(text)
    {
        return false;
    }
    let has_signs = has(|c| matches!(c, '!' | '#' | '%' | '^' | '&' | '*' | '+' | '='));
    let is_word = |part: &str| {
        let has_digit = part.contains(|c: char| c.is_ascii_digit());
        !has_digit || part.len() <= LONGEST_PART
    };
    let is_name = !has(|c| c.is_ascii_uppercase())
        && text.contains(['_', '-', '.', '/', ':'])
        && text.split(['_', '-', '.', '/', ':']).all(is_word);
    has_signs || (has(|c| c.is_ascii_digit()) && !is_name)
}

/// What a variable that begins a text has for a default, which stands there in clear: `${DB:-geheim}`, and where its
/// name says so or is in capitals `${DB:geheim}`.
pub(super) struct InClear<'t> {
    /// The variable's.
    pub(super) name: &'t str,
    /// Where the default stands.
    pub(super) at: Range<usize>,
}

/// The default of the variable with which a text begins.
pub(super) fn default_of(text: &str) -> Option<InClear<'_>> {
    /// Names are short; a default may be a line.
    const LONGEST: usize = 512;
    let near = &text[..text.floor_char_boundary(LONGEST)];
    let inside = near.strip_prefix("${")?;
    let name =
        &inside[..inside.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c))?];
    // In a shell, where names have no such signs.
    let is_of_shell = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let shell = &name[..name.find(|c| !is_of_shell(c)).unwrap_or(name.len())];
    let is_shell = shell.len() > 1 && inside[shell.len()..].starts_with(['-', '=']);
    let name = if is_shell { shell } else { name };
    let rest = &inside[name.len()..];
    let is_capital = !name.contains(|c: char| c.is_ascii_lowercase());
    let sign = if rest.starts_with(":-") || rest.starts_with(":=") {
        2
    } else if is_shell
        || (rest.starts_with(':')
            && !rest.starts_with(":?")
            && !rest.starts_with(":+")
            && (is_capital || is_secret_name(name)))
    {
        1
    } else {
        return None;
    };
    let start = "${".len() + name.len() + sign;
    let length = near[start..].find(['}', '{', '\n'])?;
    let default = near[start..start + length].trim_matches(['"', '\'']);
    let begin = start + near[start..].find(default)?;
    let is_one = !name.is_empty() && near[start + length..].starts_with('}');
    is_one.then_some(InClear {
        name,
        at: begin..begin + default.len(),
    })
}
