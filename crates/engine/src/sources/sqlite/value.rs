//! Values between JSON and SQLite.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::json::print;
use flowkeep_core::{Message, Value};
use rusqlite::types::{Value as Bound, ValueRef};
use rusqlite::{Row, Statement};
use serde_json::Number;

use super::fault::Fault;

/// The one key of an object that stands for bytes.
const BLOB: &str = "$blob";

/// What is bound for a value.
pub(super) fn to_sql(value: &Value) -> Result<Bound, Fault> {
    Ok(match value {
        Value::Null => Bound::Null,
        Value::Bool(value) => Bound::Integer(i64::from(*value)),
        Value::Number(number) => to_number(value, number),
        Value::String(text) => Bound::Text(text.clone()),
        Value::Object(members) if members.len() == 1 && members[0].0 == BLOB => {
            let bytes = members[0].1.as_str();
            let bytes = bytes.and_then(|text| BASE64_STANDARD.decode(text).ok());
            Bound::Blob(bytes.ok_or_else(|| Fault::lasting(Message::new("blob_unreadable")))?)
        }
        Value::Array(_) | Value::Object(_) => Bound::Text(print(value)),
    })
}

/// A whole number of 64 bits or a float where that is exactly the number; otherwise its text.
fn to_number(value: &Value, spelled: &str) -> Bound {
    let text = || Bound::Text(spelled.to_owned());
    match value.to_json() {
        // Between 2^63 and 2^64: as a float it would be another number.
        serde_json::Value::Number(number) if number.is_u64() && !number.is_i64() => text(),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Bound::Integer(whole),
            (None, Some(float)) => Bound::Real(float),
            (None, None) => text(),
        },
        _ => text(),
    }
}

fn to_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(whole) => whole.into(),
        ValueRef::Real(float) => Number::from_f64(float).map_or_else(
            // An infinity, the only float that is no JSON number and that SQLite keeps.
            || float.to_string().into(),
            |number| Value::Number(number.to_string()),
        ),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or_else(|_| blob(text), Value::from),
        ValueRef::Blob(bytes) => blob(bytes),
    }
}

fn blob(bytes: &[u8]) -> Value {
    Value::object([(BLOB, BASE64_STANDARD.encode(bytes).into())])
}

/// The names of a result's columns, each of them once: a second `id` is `id_2`, so that no value is
/// lost in an object.
pub(super) fn columns(statement: &Statement<'_>) -> Vec<String> {
    let mut columns: Vec<String> = Vec::with_capacity(statement.column_count());
    for name in statement.column_names() {
        let mut unique = name.to_owned();
        let mut number = 2;
        while columns.contains(&unique) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        columns.push(unique);
    }
    columns
}

/// A row under these names.
pub(super) fn row(columns: &[String], row: &Row<'_>) -> Result<Value, Fault> {
    let mut members = Vec::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        members.push((name.clone(), to_value(row.get_ref(index)?)));
    }
    Ok(Value::Object(members))
}
