//! Whether a document holds something like a password, a key or a token (decisions 9), where it stands, and
//! the same text without it.
//!
//! A document of ours is kept as it came and marked; of a configuration that is not ours the snapshot holds
//! [`MASK`] in its place. Both are told by the same places. A mark too many is a small nuisance, one too few
//! a leak, so names and shapes are both looked at. Placeholders (`${ENV}`, `${secret.NAME}`, `{{ … }}`,
//! `<your key>`, stars) are no keys.

mod about;
mod around;
mod assigned;
mod beside;
mod calls;
mod check;
mod chinese;
mod directives;
mod ends;
mod grid;
mod lines;
mod list;
mod markup;
mod mask;
mod name;
mod options;
mod pairs;
mod places;
mod relaxed;
mod settings;
mod shape;
mod shell;
mod spelling;
mod spoken;
mod statement;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_alone;
#[cfg(test)]
mod tests_around;
#[cfg(test)]
mod tests_ends;
#[cfg(test)]
mod tests_exact;
#[cfg(test)]
mod tests_files;
#[cfg(test)]
mod tests_given;
#[cfg(test)]
mod tests_kinds;
#[cfg(test)]
mod tests_pieces;
#[cfg(test)]
mod tests_table;
mod text;
mod value;
mod words;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::{Document, Format, Value};

pub use mask::{MASK, Masked, masked};
pub use places::{SecretKind, SecretPlace, places};

use around::Around;
use assigned::assigned_in;
use calls::{in_objects, piped_in};
use directives::{directives_in, given_in};
use ends::cut;
use name::SECRET_NAME_PARTS;
use shape::{Found, in_order};
use spoken::keys_told_in;
use statement::statements_in;

/// What stands in every text that holds something like a key: a part of a secret's name, what people call one, or
/// what keys known by their shape begin with.
static TRACES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let traces = SECRET_NAME_PARTS
        .into_iter()
        .chain(shape::BEGINNINGS)
        .chain(name::CHINESE)
        .chain(shape::ACCOUNTS)
        // An account of a program, and a statement of SQL.
        .chain(["-u", "--user", "identified"])
        // Accounts of Redis.
        .chain([
            "masterauth",
            "primaryauth",
            "basic_auth",
            "basicauth",
            "\"auth\"",
            "auth:",
            "/rp ",
            "auth-pass",
            "net use",
            "securestring",
            "auth=(",
            "auth = (",
            " on >",
            " off >",
            "user default",
            "rootpw",
            "bindpw",
            "stats auth",
            "sig=",
            "account ",
            "aws configure",
            "vault login",
            "net user",
            "ssh-keygen",
            "login",
        ])
        // Names of programs, but for those that are parts of many words.
        .chain(options::PROGRAMS.into_iter().filter(|name| name.len() > 3))
        .chain([" -p", "7z"])
        // Escaped characters could spell any of these.
        .chain(["://", "\\u", "\\/", "\\x"]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(traces)
        .ok()
});

/// Whether there may be something like a key in a text: nearly all are told in one pass.
fn has_traces(text: &str) -> bool {
    let is_wide = |letter| matches!(letter, '\u{ff21}'..='\u{ff5a}');
    TRACES.as_ref().is_none_or(|traces| traces.is_match(text))
        || (!text.is_ascii() && text.contains(is_wide))
}

/// Whether there is something like a key anywhere in the document.
pub(crate) fn contains_key(document: &Document) -> bool {
    if !has_traces(document.text()) {
        return false;
    }
    let is_in_values = || in_value(document.value(), Around::Nothing);
    match document.format() {
        Format::Json => is_in_values(),
        // What is not in its values may be in its comments.
        Format::Yaml => {
            is_in_values() || (document.text().contains('#') && !places(document).is_empty())
        }
        Format::Markdown => !places(document).is_empty(),
    }
}

fn in_value(value: &Value, around: Around<'_>) -> bool {
    if around.is_secret(value) {
        return true;
    }
    match value {
        Value::Object(members) => members.iter().enumerate().any(|(at, (key, value))| {
            !keys_in_text(key, Around::Nothing).is_empty()
                || in_value(value, around.member(members, at))
        }),
        Value::Array(items) => {
            let mut items_in = items.iter().enumerate();
            items_in.any(|(at, item)| in_value(item, around.item(items, at)))
        }
        Value::String(text) => !keys_in_text(text, around).is_empty(),
        _ => false,
    }
}

/// All that is a key in a text that is a value, in its order.
fn keys_in_text(text: &str, around: Around<'_>) -> Vec<Found> {
    // Nearly all values are told in one pass, as texts are; in these places nothing else needs to tell a key.
    let is_told = around.is_named() || matches!(around, Around::Account | Around::Joined);
    if !is_told && !has_traces(text) {
        return Vec::new();
    }
    let mut found = keys_told_in(text);
    found.extend(assigned_in(text, around));
    let is_of_lines = around != Around::Prose && text.contains('\n');
    let given = if is_of_lines {
        directives_in(text)
    } else {
        given_in(text)
    };
    let given = given.into_iter().chain(piped_in(text));
    let given = given.chain(in_objects(text));
    found.extend(given.map(|at| (at, SecretKind::Name)));
    found.extend(statements_in(text));
    in_order(cut_all(text, found))
}

/// What was found in a text, each as far as it goes.
fn cut_all(text: &str, found: Vec<Found>) -> Vec<Found> {
    let cut = |(at, kind)| match kind {
        SecretKind::Name => cut(text, at).map(|at| (at, kind)),
        SecretKind::Url | SecretKind::Shape => Some((at, kind)),
    };
    found.into_iter().filter_map(cut).collect()
}
