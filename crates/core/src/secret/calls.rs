//! Secrets that programs and descriptions of machines give under a name in quotes: `setenv("API_KEY", "…")`,
//! `variable "password" { default = "…" }`.

use std::ops::Range;

use super::about::is_about;
use super::directives::{is_password, is_written_down};
use super::name::{Told, is_of_several, is_secret, is_secret_name, of_one, told_by};
use super::shell::head_of;
use super::text::{closing, key_before};
use super::value::looks_like_key;

/// How functions end that are given a name and its value.
const FUNCTIONS: [&str; 11] = [
    "define(",
    "environ.get(",
    "ENV.fetch(",
    "env(",
    ".put(",
    "set_header(",
    "setHeader(",
    "etEnv(",
    "etdefault(",
    "etProperty(",
    "EnvironmentVariable(",
];

/// The farthest the parts of one stand from each other.
const NEAR: usize = 1_024;

/// All that is given to a function behind a secret's name, and the defaults of variables with such names.
pub(super) fn calls_in(text: &str) -> Vec<Range<usize>> {
    let calls = FUNCTIONS.into_iter();
    let calls = calls.flat_map(|function| {
        let met = text.match_indices(function);
        met.map(|(at, function)| at + function.len())
    });
    let variables = text.match_indices("variable \"");
    let variables = variables.map(|(at, begin)| at + begin.len() - 1);
    let given = calls.filter_map(|at| given_at(text, at));
    let mut found: Vec<Range<usize>> = given
        .chain(variables.filter_map(|at| default_at(text, at)))
        .collect();
    for (at, sign) in text.char_indices() {
        if matches!(sign, '"' | '\'') {
            let value = hidden_at(text, at).or_else(|| set_at(text, at));
            let value = value.or_else(|| wrapped_at(text, at));
            let value = value.or_else(|| instead_at(text, at));
            found.extend(value.or_else(|| chosen_at(text, at)));
        }
    }
    let pairs = text.match_indices("\" to \"");
    found.extend(pairs.filter_map(|(at, sign)| paired_at(text, at, at + sign.len() - 1)));
    found.extend(in_maps(text));
    found.extend(in_objects(text));
    for (at, begin) in ["auth=(", "auth = ("]
        .into_iter()
        .flat_map(|begin| text.match_indices(begin))
    {
        found.extend(second_at(text, at + begin.len()));
    }
    found.extend(piped_in(text));
    found
}

/// What is written to programs that read a password.
pub(super) fn piped_in(text: &str) -> Vec<Range<usize>> {
    let met = text.match_indices("--password-stdin");
    met.filter_map(|(at, _)| piped_to(text, at)).collect()
}

/// All that stands in a map with a name of secrets: `secrets = { one = "…" }`.
fn in_maps(text: &str) -> Vec<Range<usize>> {
    /// The longest map, in bytes.
    const LONGEST: usize = 8_192;
    let mut found = Vec::new();
    let mut told = 0;
    for (at, _) in text.match_indices('{') {
        let before = text[told.min(at)..at].trim_end_matches([' ', '\t']);
        let name = before.strip_suffix(['=', ':']).filter(|_| at >= told);
        let Some(name) = name.and_then(key_before).filter(|name| is_of_several(name)) else {
            continue;
        };
        let name = of_one(name, false);
        let map = &text[at + 1..text.floor_char_boundary(at.saturating_add(LONGEST))];
        let Some(end) = map
            .find(['{', '}'])
            .filter(|end| map[*end..].starts_with('}'))
        else {
            continue;
        };
        let mut here = 0;
        while let Some(open) = map[here..end].find(['"', '\'']).map(|open| here + open) {
            let quote = char::from(map.as_bytes()[open]);
            let begin = open + 1;
            let length = closing(&map[begin..end], quote);
            let word = &map[begin..begin + length];
            let before = map[..open].trim_end();
            let field = before
                .strip_suffix("=>")
                .or_else(|| before.strip_suffix(['=', ':']));
            let field = field.and_then(key_before);
            if field.is_some_and(|field| !is_about(field)) && is_secret(name, word) {
                found.push(at + 1 + begin..at + 1 + begin + length);
            }
            here = (begin + length + 1).min(end);
        }
        told = at + 1 + end;
    }
    found
}

/// The password in quotes that begin here which a function is given that spells it otherwise: `password =
/// base64encode("…")`.
fn wrapped_at(text: &str, at: usize) -> Option<Range<usize>> {
    const FUNCTIONS: [&str; 7] = [
        "base64encode(",
        "sensitive(",
        "nonsensitive(",
        "trimspace(",
        "chomp(",
        "tostring(",
        "sha256(",
    ];
    let mut functions = FUNCTIONS.into_iter();
    let before = functions.find_map(|function| text[..at].strip_suffix(function))?;
    let name = key_before(before.trim_end().strip_suffix('=')?)?;
    let value = quoted_at(near_from(text, at), at)?;
    is_given(name, &text[value.clone()]).then_some(value)
}

/// Whether a text is a secret of this name, which may be the `pass` of something.
fn is_given(name: &str, word: &str) -> bool {
    is_secret(name, word) || (name.eq_ignore_ascii_case("pass") && looks_like_key(word))
}

/// The password in quotes that begin here of which there is another one: `token = var.t == "" ? "…" : var.t`.
fn chosen_at(text: &str, at: usize) -> Option<Range<usize>> {
    let head = head_of(text, at);
    let before = head.trim_end();
    let is_first = before.ends_with('?');
    let is_second = before.ends_with(':') && before.contains('?');
    let (name, _) = before.split_once(" = ").filter(|_| is_first || is_second)?;
    let value = quoted_at(near_from(text, at), at)?;
    is_secret(key_before(name)?, &text[value.clone()]).then_some(value)
}

/// What stands beside the name of a secret in one object: `{ name = "DB_PASSWORD", value = "…" }`, also on lines of a
/// block; and the `pass` of an object.
pub(super) fn in_objects(text: &str) -> Vec<Range<usize>> {
    /// The longest object.
    const LONGEST: usize = 512;
    let mut found = Vec::new();
    for (at, field) in ["value", "pass"]
        .into_iter()
        .flat_map(|field| text.match_indices(field))
    {
        let end = at + field.len();
        let is_whole = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        let Some(value) = field_at(text, end).filter(|_| is_whole) else {
            continue;
        };
        let from = text.ceil_char_boundary(at.saturating_sub(LONGEST));
        let Some(open) = text[from..at].rfind(['{', '}']) else {
            continue;
        };
        let begin = from + open;
        let to = text.floor_char_boundary(value.end.saturating_add(LONGEST));
        let Some(close) = text[value.end..to].find(['{', '}']) else {
            continue;
        };
        let end = value.end + close;
        if !text[begin..].starts_with('{') || !text[end..].starts_with('}') {
            continue;
        }
        let word = &text[value.clone()];
        let is_one = if field == "pass" {
            looks_like_key(word)
        } else {
            named_in_object(&text[begin..end]).is_some_and(|name| is_secret(name, word))
        };
        if is_one {
            found.push(value);
        }
    }
    found
}

/// The text in quotes that a field has whose name ends here, perhaps with quotes of its own.
fn field_at(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = text[end..].trim_start_matches(['"', '\'']).trim_start();
    let rest = rest
        .strip_prefix("=>")
        .or_else(|| rest.strip_prefix(['=', ':']))?;
    let begin = text.len() - rest.trim_start_matches([' ', '\t']).len();
    quoted_at(near_from(text, begin), begin)
}

/// The secret's name that an object has for the value in it.
fn named_in_object(object: &str) -> Option<&str> {
    let fields = ["name", "key", "variable"].into_iter();
    let mut names = fields.flat_map(|field| {
        let met = object.match_indices(field);
        met.filter_map(move |(at, field)| {
            let is_whole = !object[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let name = field_at(object, at + field.len()).filter(|_| is_whole)?;
            Some(&object[name])
        })
    });
    names.find(|name| is_secret_name(name))
}

/// The password in quotes that begin here which a function is given: `setPassword("…")`, or a word and a blank as some
/// programs have them: `storePassword "…"`.
fn set_at(text: &str, at: usize) -> Option<Range<usize>> {
    /// The longest name.
    const LONGEST: usize = 48;
    let near = &text[text.ceil_char_boundary(at.saturating_sub(LONGEST))..at];
    let before = near.strip_suffix(['(', ' '])?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = &before[before.trim_end_matches(is_name).len()..];
    let plain = ["set", "with"]
        .into_iter()
        .find_map(|verb| name.strip_prefix(verb));
    let is_given = if near.ends_with('(') {
        plain.is_some()
    } else {
        // A word of a sentence has neither; of tokens people say more.
        let is_made = name.contains(|c: char| c.is_ascii_uppercase() || c == '_');
        (is_made || told_by(name) == Some(Told::Surely)) && !name.ends_with("oken")
    };
    let value = quoted_at(near_from(text, at), at).filter(|_| is_given)?;
    let word = &text[value.clone()];
    let name = plain.unwrap_or(name).trim_start_matches('_');
    (is_written_down(word) && is_secret(name, word)).then_some(value)
}

/// `ConvertTo-SecureString "…" -AsPlainText`.
fn hidden_at(text: &str, at: usize) -> Option<Range<usize>> {
    let is_hidden = text[..at].ends_with("ConvertTo-SecureString ");
    let value = quoted_at(near_from(text, at), at).filter(|_| is_hidden)?;
    let line = text[value.end..].lines().next().unwrap_or_default();
    let is_plain = line.to_ascii_lowercase().contains("-asplaintext");
    (is_plain && is_password(&text[value.clone()])).then_some(value)
}

/// What is taken in quotes that begin here where a variable has nothing: `process.env.DB_PASSWORD || "…"`.
fn instead_at(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].strip_suffix(' ').unwrap_or(&text[..at]);
    let mut signs = ["||", "||=", "??", "??=", " or"].into_iter();
    let before = signs.find_map(|sign| before.strip_suffix(sign))?.trim_end();
    let name = key_before(before.strip_suffix([')', ']']).unwrap_or(before))?;
    let value = quoted_at(near_from(text, at), at)?;
    let word = &text[value.clone()];
    let is_word = !word.contains(char::is_whitespace);
    (is_word && is_secret(name, word)).then_some(value)
}

/// The value in the quotes that begin at `at`, where those that end at `end` hold a secret's name: `"password" to "…"`.
fn paired_at(text: &str, end: usize, at: usize) -> Option<Range<usize>> {
    let name = head_of(text, end).rsplit('"').next()?;
    let value = quoted_at(near_from(text, at), at)?;
    is_secret(name, &text[value.clone()]).then_some(value)
}

/// The second of two texts: `auth=("bob", "…")`.
fn second_at(text: &str, at: usize) -> Option<Range<usize>> {
    let near = near_from(text, at);
    let name = quoted_at(near, skipped(near, at))?;
    let behind = skipped(near, name.end + 1);
    let behind = near[behind..].strip_prefix(',').map(|_| behind + 1)?;
    let value = quoted_at(near, skipped(near, behind))?;
    is_password(&near[value.clone()]).then_some(value)
}

/// What is written to a program that reads a password here: `echo … | docker login --password-stdin`.
fn piped_to(text: &str, at: usize) -> Option<Range<usize>> {
    let head = head_of(text, at);
    let (begin, writes) = ["echo ", "printf "]
        .into_iter()
        .filter_map(|writes| Some((head.rfind(writes)?, writes)))
        .max()?;
    let begin = at - head.len() + begin + writes.len();
    let end = begin + text[begin..at].find('|')?;
    let word = text[begin..end].trim();
    let shapes = ["-n ", "'%s' ", "\"%s\" ", "%s ", "'%s\\n' "];
    let word = shapes
        .into_iter()
        .fold(word, |word, shape| word.strip_prefix(shape).unwrap_or(word));
    let word = word.trim_matches(['"', '\'']);
    let begin = begin + text[begin..end].find(word)?;
    let is_one = is_password(word) && !word.contains(char::is_whitespace) && !word.starts_with('$');
    is_one.then(|| begin..begin + word.len())
}

/// The value behind the name in quotes that begins here: `"API_KEY", "…"`.
fn given_at(text: &str, at: usize) -> Option<Range<usize>> {
    let near = near_from(text, at);
    let name = quoted_at(near, skipped(near, at))?;
    if !is_secret_name(&near[name.clone()]) {
        return None;
    }
    let behind = skipped(near, name.end + 1);
    let behind = near[behind..].strip_prefix(',').map(|_| behind + 1)?;
    let value = quoted_at(near, skipped(near, behind))?;
    is_secret(&near[name], &near[value.clone()]).then_some(value)
}

/// The default in the block behind the name in quotes that begins here.
fn default_at(text: &str, at: usize) -> Option<Range<usize>> {
    let near = near_from(text, at);
    let name = quoted_at(near, at)?;
    if !is_secret_name(&near[name.clone()]) {
        return None;
    }
    let open = skipped(near, name.end + 1);
    let block = near[open..].strip_prefix('{')?;
    let begin = near.len() - block.len();
    // The next one has a block of its own.
    let block = &block[..block.find("variable \"").unwrap_or(block.len())];
    let mut met = block.match_indices("default").map(|(at, _)| at);
    met.find_map(|at| {
        let is_word = block[..at].ends_with(|c: char| c.is_whitespace() || c == '{');
        let behind = skipped(near, begin + at + "default".len());
        let behind = near[behind..].strip_prefix('=').map(|_| behind + 1)?;
        let value = quoted_at(near, skipped(near, behind))?;
        (is_word && is_secret(&near[name.clone()], &near[value.clone()])).then_some(value)
    })
}

fn near_from(text: &str, at: usize) -> &str {
    &text[..text.floor_char_boundary(at.saturating_add(NEAR))]
}

fn skipped(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    text.len() - rest.trim_start().len()
}

/// What is between the quotes that begin here.
fn quoted_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let length = closing(&rest[1..], quote);
    rest[1 + length..]
        .starts_with(quote)
        .then(|| at + 1..at + 1 + length)
}
