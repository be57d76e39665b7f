//! Values between JSON and `MySQL`.

use flowkeep_core::Value;
use flowkeep_core::json::{self, print};
use mysql_async::consts::{ColumnFlags, ColumnType};
use mysql_async::{Column, Row, Value as Bound};

use super::fault::Fault;
use crate::sources::value::{blob, float, read_blob, unique_names};

/// The character set of what is no text.
const BINARY: u16 = 63;

/// What is bound for a value.
pub(super) fn to_sql(value: &Value) -> Result<Bound, Fault> {
    if let Some(bytes) = read_blob(value) {
        return Ok(Bound::Bytes(bytes?));
    }
    Ok(match value {
        Value::Null => Bound::NULL,
        Value::Bool(value) => Bound::Int(i64::from(*value)),
        Value::Number(spelled) => to_number(value, spelled),
        Value::String(text) => Bound::from(text.as_str()),
        Value::Array(_) | Value::Object(_) => Bound::from(print(value)),
    })
}

/// A whole number of 64 bits or a float where that is exactly the number; otherwise its text, which
/// a decimal column takes exactly.
fn to_number(value: &Value, spelled: &str) -> Bound {
    match value.to_json() {
        serde_json::Value::Number(number) => {
            let whole = number.as_i64().map(Bound::Int);
            let whole = whole.or_else(|| number.as_u64().map(Bound::UInt));
            whole
                .or_else(|| number.as_f64().map(Bound::Double))
                .unwrap_or_else(|| Bound::from(spelled))
        }
        _ => Bound::from(spelled),
    }
}

/// The names of a result's columns, each of them once.
pub(super) fn names(columns: &[Column]) -> Vec<String> {
    unique_names(columns.iter().map(Column::name_str))
}

/// A row under these names.
pub(super) fn row(names: &[String], row: Row) -> Value {
    let columns = row.columns();
    let values = row
        .unwrap_raw()
        .into_iter()
        .map(|value| value.unwrap_or(Bound::NULL));
    let members = names.iter().zip(columns.iter().zip(values));
    Value::Object(
        members
            .map(|(name, (column, value))| (name.clone(), to_value(column, value)))
            .collect(),
    )
}

fn to_value(column: &Column, value: Bound) -> Value {
    match value {
        Bound::NULL => Value::Null,
        Bound::Int(whole) => whole.into(),
        Bound::UInt(whole) => whole.into(),
        // As the narrow float is spelled, and not the wide one it fits into.
        Bound::Float(narrow) => float(narrow.to_string().parse().unwrap_or(f64::from(narrow))),
        Bound::Double(wide) => float(wide),
        Bound::Date(year, month, day, hour, minute, second, micro) => {
            let date = format!("{year:04}-{month:02}-{day:02}");
            if column.column_type() == ColumnType::MYSQL_TYPE_DATE {
                return date.into();
            }
            let time = clock(&format!("{hour:02}"), minute, second);
            format!("{date} {time}{}", fraction(column, micro)).into()
        }
        Bound::Time(negative, days, hours, minute, second, micro) => {
            let sign = if negative { "-" } else { "" };
            let hours = format!("{:02}", u64::from(days) * 24 + u64::from(hours));
            let time = clock(&hours, minute, second);
            format!("{sign}{time}{}", fraction(column, micro)).into()
        }
        Bound::Bytes(bytes) => from_bytes(column, bytes),
    }
}

fn clock(hours: &str, minute: u8, second: u8) -> String {
    format!("{hours}:{minute:02}:{second:02}")
}

/// As many digits of a second as the column keeps.
fn fraction(column: &Column, micro: u32) -> String {
    match usize::from(column.decimals()) {
        0 => String::new(),
        digits @ 1..=6 => format!(".{}", &format!("{micro:06}")[..digits]),
        // An expression that does not say.
        _ if micro == 0 => String::new(),
        _ => format!(".{micro:06}"),
    }
}

fn from_bytes(column: &Column, bytes: Vec<u8>) -> Value {
    use ColumnType as Type;
    let number = matches!(
        column.column_type(),
        Type::MYSQL_TYPE_DECIMAL
            | Type::MYSQL_TYPE_NEWDECIMAL
            | Type::MYSQL_TYPE_TINY
            | Type::MYSQL_TYPE_SHORT
            | Type::MYSQL_TYPE_INT24
            | Type::MYSQL_TYPE_LONG
            | Type::MYSQL_TYPE_LONGLONG
            | Type::MYSQL_TYPE_FLOAT
            | Type::MYSQL_TYPE_DOUBLE
            | Type::MYSQL_TYPE_YEAR
    );
    let time = matches!(
        column.column_type(),
        Type::MYSQL_TYPE_DATE
            | Type::MYSQL_TYPE_DATETIME
            | Type::MYSQL_TYPE_TIMESTAMP
            | Type::MYSQL_TYPE_TIME
    );
    match column.column_type() {
        Type::MYSQL_TYPE_BIT => bits(&bytes),
        Type::MYSQL_TYPE_JSON => match String::from_utf8(bytes) {
            Ok(text) => json::read(&text).unwrap_or(Value::String(text)),
            Err(error) => blob(error.as_bytes()),
        },
        _ if column.character_set() == BINARY && !number && !time => blob(&bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) if number => Value::Number(plain_number(column, text)),
            Ok(text) => text.into(),
            Err(error) => blob(error.as_bytes()),
        },
    }
}

/// A number as JSON spells it: columns that are filled up with zeros have them before it.
fn plain_number(column: &Column, text: String) -> String {
    if !column.flags().contains(ColumnFlags::ZEROFILL_FLAG) {
        return text;
    }
    let digits = text.trim_start_matches('0');
    match digits.chars().next() {
        Some('0'..='9') => digits.to_owned(),
        _ => format!("0{digits}"),
    }
}

/// A bit field of up to 64 bits, as the number it is.
fn bits(bytes: &[u8]) -> Value {
    let number = bytes
        .iter()
        .fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    number.into()
}
