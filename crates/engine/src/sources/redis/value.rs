//! Values between JSON and Redis.

use flowkeep_core::Value;
use flowkeep_core::json::{self, print};
use redis::Value as Reply;

use crate::sources::value::{blob, float, read_blob, text_or_blob};

/// What the server answered, as JSON.
pub(super) fn from_reply(reply: Reply) -> Value {
    match reply {
        Reply::Int(number) => number.into(),
        Reply::BulkString(bytes) => text_or_blob(bytes),
        Reply::SimpleString(text) | Reply::VerbatimString { text, .. } => text.into(),
        Reply::Okay => "OK".into(),
        Reply::Double(number) => float(number),
        Reply::Boolean(truth) => truth.into(),
        Reply::BigNumber(digits) => Value::Number(String::from_utf8_lossy(&digits).into_owned()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push { data: items, .. } => {
            Value::Array(items.into_iter().map(from_reply).collect())
        }
        Reply::Map(members) => from_map(members),
        Reply::Attribute { data, .. } => from_reply(*data),
        // One of several answers in a list; a single one is a failure.
        Reply::ServerError(error) => Value::object([("$error", error.to_string().into())]),
        // Nothing, and what later protocols may bring.
        _ => Value::Null,
    }
}

/// An object where the keys are different texts, else a list of pairs.
fn from_map(members: Vec<(Reply, Reply)>) -> Value {
    let members: Vec<_> = members
        .into_iter()
        .map(|(key, value)| (from_reply(key), from_reply(value)))
        .collect();
    let names: Option<Vec<_>> = members.iter().map(|(key, _)| key.as_str()).collect();
    let unlike = names.is_some_and(|mut names| {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == count
    });
    if !unlike {
        let pair = |(key, value)| Value::Array(vec![key, value]);
        return Value::Array(members.into_iter().map(pair).collect());
    }
    let fields = members.into_iter().filter_map(|(key, value)| match key {
        Value::String(name) => Some((name, value)),
        _ => None,
    });
    Value::Object(fields.collect())
}

/// An argument of a command: a text, a number as it is spelled, or bytes. Nothing for anything else.
pub(super) fn argument(value: &Value) -> Option<Vec<u8>> {
    match read_blob(value) {
        Some(bytes) => bytes.ok(),
        None => value.as_word().map(|word| word.as_bytes().to_vec()),
    }
}

/// A field of a record.
pub(super) fn to_field(value: &Value) -> Vec<u8> {
    match (value, read_blob(value)) {
        (Value::String(text), _) if json::read(text).is_err() => text.as_bytes().to_vec(),
        (_, Some(Ok(bytes))) if std::str::from_utf8(&bytes).is_err() => bytes,
        _ => print(value).into_bytes(),
    }
}

/// What a field of a record says.
pub(super) fn from_field(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json::read(text).unwrap_or_else(|_| text.into()),
        Err(_) => blob(bytes),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!("tea"), "tea")]
    #[case(json!("7"), r#""7""#)]
    #[case(json!(""), "")]
    #[case(json!("null"), r#""null""#)]
    #[case(json!("\"q\""), r#""\"q\"""#)]
    #[case(json!("007"), "007")]
    #[case(json!(7), "7")]
    #[case(json!(null), "null")]
    #[case(json!(true), "true")]
    #[case(json!({"a": [1, "x"]}), r#"{"a":[1,"x"]}"#)]
    #[case(json!({"$blob": "YQ=="}), r#"{"$blob":"YQ=="}"#)]
    fn a_field_comes_back_as_it_was(#[case] value: serde_json::Value, #[case] field: &str) {
        let value = Value::from_json(&value);
        assert_eq!(String::from_utf8(to_field(&value)).unwrap(), field);
        assert_eq!(from_field(&to_field(&value)), value);
    }

    #[test]
    fn bytes_that_are_no_text_stand_as_they_are() {
        let value = blob(&[0xff, 0]);
        assert_eq!(to_field(&value), [0xff, 0]);
        assert_eq!(from_field(&[0xff, 0]), value);
    }
}
