//! What JSON has no type for, and how all kinds of sources tell it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::{Message, Value};
use serde_json::Number;

use crate::actions::ActionError;

/// The one key of an object that stands for bytes.
const BLOB: &str = "$blob";

/// Bytes as a value.
pub(super) fn blob(bytes: &[u8]) -> Value {
    Value::object([(BLOB, BASE64_STANDARD.encode(bytes).into())])
}

/// Bytes as a text where they are one, else as they are.
pub(super) fn text_or_blob(bytes: Vec<u8>) -> Value {
    match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => blob(error.as_bytes()),
    }
}

/// The bytes a value stands for, when it stands for bytes.
///
/// # Errors
/// `blob_unreadable`.
pub(super) fn read_blob(value: &Value) -> Option<Result<Vec<u8>, ActionError>> {
    match value {
        Value::Object(members) if members.len() == 1 && members[0].0 == BLOB => {
            let text = members[0].1.as_str();
            let bytes = text.and_then(|text| BASE64_STANDARD.decode(text).ok());
            let unreadable = || ActionError::lasting(Message::new("blob_unreadable"));
            Some(bytes.ok_or_else(unreadable))
        }
        _ => None,
    }
}

/// A float as the number it is; what JSON cannot spell, an infinity, is its name.
pub(super) fn float(float: f64) -> Value {
    Number::from_f64(float).map_or_else(
        || float.to_string().into(),
        |number| Value::Number(number.to_string()),
    )
}

/// The names of a result's columns, each of them once: a second `id` is `id_2`, so that no value is
/// lost in an object.
pub(super) fn unique_names<N: AsRef<str>>(names: impl Iterator<Item = N>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let name = name.as_ref();
        let mut unique = name.to_owned();
        let mut number = 2;
        while found.contains(&unique) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        found.push(unique);
    }
    found
}
