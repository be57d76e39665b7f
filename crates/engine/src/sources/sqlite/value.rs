//! Values between JSON and SQLite.

use flowkeep_core::Value;
use flowkeep_core::json::print;
use rusqlite::types::{Value as Bound, ValueRef};
use rusqlite::{Row, Statement};

use super::fault::Fault;
use crate::sources::value::{blob, float, read_blob, unique_names};

/// What is bound for a value.
pub(super) fn to_sql(value: &Value) -> Result<Bound, Fault> {
    if let Some(bytes) = read_blob(value) {
        return Ok(Bound::Blob(bytes?));
    }
    Ok(match value {
        Value::Null => Bound::Null,
        Value::Bool(value) => Bound::Integer(i64::from(*value)),
        Value::Number(number) => to_number(value, number),
        Value::String(text) => Bound::Text(text.clone()),
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
        // An infinity is the only float that is no JSON number and that SQLite keeps.
        ValueRef::Real(wide) => float(wide),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or_else(|_| blob(text), Value::from),
        ValueRef::Blob(bytes) => blob(bytes),
    }
}

/// The names of a result's columns, each of them once.
pub(super) fn columns(statement: &Statement<'_>) -> Vec<String> {
    unique_names(statement.column_names().into_iter())
}

/// A row under these names.
pub(super) fn row(columns: &[String], row: &Row<'_>) -> Result<Value, Fault> {
    let mut members = Vec::with_capacity(columns.len());
    for (index, name) in columns.iter().enumerate() {
        members.push((name.clone(), to_value(row.get_ref(index)?)));
    }
    Ok(Value::Object(members))
}
