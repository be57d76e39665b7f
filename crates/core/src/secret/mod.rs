//! Whether a document holds something like a password, a key or a token (decisions 9), where it stands, and
//! the same text without it.
//!
//! A document of ours is kept as it came and marked; of a configuration that is not ours the snapshot holds
//! [`MASK`] in its place. Both are told by the same places. A mark too many is a small nuisance, one too few
//! a leak, so names and shapes are both looked at. Placeholders (`${ENV}`, `${secret.NAME}`, `{{ … }}`,
//! `<your key>`, stars) are no keys.

mod mask;
mod name;
mod places;
mod shape;
mod spoken;
#[cfg(test)]
mod tests;
mod text;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::{Document, Format, Value};

pub use mask::{MASK, Masked, masked};
pub use places::{SecretKind, SecretPlace, places};

use name::{SECRET_NAME_PARTS, is_secret_field};
use spoken::keys_told_in;

/// What stands in every text that holds something like a key: a part of a secret's name, what people call one, or
/// what keys known by their shape begin with.
static TRACES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let traces = SECRET_NAME_PARTS
        .into_iter()
        .chain(shape::BEGINNINGS)
        .chain(name::CHINESE)
        // Escaped characters could spell any of these.
        .chain(["://", "\\u", "\\/", "\\x"]);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(traces)
        .ok()
});

/// Whether there may be something like a key in a text: nearly all are told in one pass.
fn has_traces(text: &str) -> bool {
    TRACES.as_ref().is_none_or(|traces| traces.is_match(text))
}

/// Whether there is something like a key anywhere in the document.
pub(crate) fn contains_key(document: &Document) -> bool {
    if !has_traces(document.text()) {
        return false;
    }
    match document.format() {
        Format::Json => in_value(document.value()),
        // What is not in its values may be in its comments.
        Format::Yaml => {
            in_value(document.value())
                || (document.text().contains('#') && !places(document).is_empty())
        }
        Format::Markdown => !places(document).is_empty(),
    }
}

fn in_value(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, value)| {
            in_text(key)
                || is_secret_field(key, value)
                || is_secret_list(key, value)
                || in_value(value)
        }),
        Value::Array(items) => items.iter().any(in_value),
        Value::String(text) => in_text(text),
        _ => false,
    }
}

/// Whether one of a list is a secret by the name of the list.
fn is_secret_list(key: &str, value: &Value) -> bool {
    let items = value.as_array().unwrap_or_default();
    let mut name = None;
    items.iter().any(|item| {
        let name = name.get_or_insert_with(|| name::of_one(key));
        is_secret_field(name, item)
    })
}

fn in_text(text: &str) -> bool {
    !keys_told_in(text).is_empty()
}
