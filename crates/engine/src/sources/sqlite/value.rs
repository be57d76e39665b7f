//! Values between JSON and SQLite.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::Message;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, Statement};
use serde_json::{Map, Number, Value as Json, json};

use super::fault::Fault;

/// The one key of an object that stands for bytes.
const BLOB: &str = "$blob";

/// What is bound for a value.
pub(super) fn to_sql(value: &Json) -> Result<Value, Fault> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Integer(i64::from(*value)),
        Json::Number(number) => to_number(number),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(members) if members.len() == 1 && members.contains_key(BLOB) => {
            let bytes = members[BLOB]
                .as_str()
                .and_then(|text| BASE64_STANDARD.decode(text).ok());
            Value::Blob(bytes.ok_or_else(|| Fault::lasting(Message::new("blob_unreadable")))?)
        }
        Json::Array(_) | Json::Object(_) => Value::Text(value.to_string()),
    })
}

fn to_number(number: &Number) -> Value {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => Value::Integer(whole),
        // Between 2^63 and 2^64: as a float it would be another number.
        (None, Some(float)) if number.is_f64() => Value::Real(float),
        _ => Value::Text(number.to_string()),
    }
}

fn to_json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(whole) => whole.into(),
        ValueRef::Real(float) => Number::from_f64(float)
            // An infinity, the only float that is no JSON number and that SQLite keeps.
            .map_or_else(|| Json::String(float.to_string()), Json::Number),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or_else(|_| blob(text), Json::from),
        ValueRef::Blob(bytes) => blob(bytes),
    }
}

fn blob(bytes: &[u8]) -> Json {
    json!({BLOB: BASE64_STANDARD.encode(bytes)})
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
pub(super) fn row(columns: &[String], row: &Row<'_>) -> Result<Json, Fault> {
    let mut members = Map::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        members.insert(name.clone(), to_json(row.get_ref(index)?));
    }
    Ok(Json::Object(members))
}
