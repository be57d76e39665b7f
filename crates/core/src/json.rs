//! A value as JSON text, numbers as they are spelled. Beside a document, which has a text of its own,
//! this is how everything travels that people or programs give: what a run is started with, what its
//! tasks give, what is filled in, the entries of a log.
//!
//! Why not `serde_json::Value`: it makes machine numbers of `12345678901234567890123` and `1.50`. (Its
//! `arbitrary_precision` would be switched on for every crate of the program, and with it no number
//! is read any more below `flatten`, `untagged` or a tag.) A [`Value`] is written and read by `serde`
//! through the text itself: from text to text nothing is lost. Into a `serde_json::Value` it goes
//! only as far as that holds it; see [`Value::to_json`] for one that loses nothing.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::document::json::{self, is_number};
use crate::document::tree::{Lenient, View};
use crate::{Message, Value};

/// Without white space; keys in their order.
pub fn print(value: &Value) -> String {
    let mut text = String::new();
    push(&mut text, value);
    text
}

/// For people: a line for each member and item, keys in their order, a line end at the end.
pub fn print_lines(value: &Value) -> String {
    let mut text = String::new();
    push_lines(&mut text, value, 0);
    text.push('\n');
    text
}

/// What a text printed here says; `null` for anything else.
pub fn parse(text: &str) -> Value {
    read(text).unwrap_or(Value::Null)
}

/// What a text says, however large it is.
///
/// # Errors
/// What is wrong with it, and where. Codes begin with `document_` or `json_`.
pub fn read(text: &str) -> Result<Value, Message> {
    json::read(text, &mut View).map_err(|fault| fault.into_message(text))
}

/// As [`read`], for what another machine says: of a key that stands twice the last one counts.
///
/// # Errors
/// As [`read`], but for keys that stand twice.
pub fn read_lenient(text: &str) -> Result<Value, Message> {
    json::read(text, &mut Lenient).map_err(|fault| fault.into_message(text))
}

fn push(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(number),
        Value::String(string) => push_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_string(text, key);
                text.push(':');
                push(text, value);
            }
            text.push('}');
        }
    }
}

fn push_lines(text: &mut String, value: &Value, depth: usize) {
    let begin = |text: &mut String, first: bool, depth: usize| {
        text.push_str(if first { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                begin(text, index == 0, depth + 1);
                push_lines(text, item, depth + 1);
            }
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
            text.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                begin(text, index == 0, depth + 1);
                push_string(text, key);
                text.push_str(": ");
                push_lines(text, member, depth + 1);
            }
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
            text.push('}');
        }
        other => push(text, other),
    }
}

fn push_string(text: &mut String, string: &str) {
    if string
        .bytes()
        .all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'))
    {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(string).to_string());
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serialize_number(number, serializer),
            Self::String(string) => serializer.serialize_str(string),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

fn serialize_number<S: Serializer>(number: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if number != "-0"
        && let Ok(whole) = number.parse::<i64>()
    {
        return serializer.serialize_i64(whole);
    }
    if !is_number(number) {
        return serializer.serialize_str(number);
    }
    match RawValue::from_string(number.to_owned()) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => serializer.serialize_str(number),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        read(raw.get()).map_err(|message| D::Error::custom(message.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_printed_as_it_was_spelled() {
        let text = r#"{"b":1.0,"a":[18446744073709551617,1e400,null,true],"订单":"\"\n"}"#;
        assert_eq!(print(&parse(text)), text);
        assert_eq!(parse("{"), Value::Null);
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts_where_another_machine_spoke() {
        let text = r#"{"id":1,"of":{"x":1.50,"y":2,"x":3,"x":[]},"id":2}"#;
        assert_eq!(read(text).unwrap_err().code, "document_duplicate_key");
        let read = read_lenient(text).unwrap();
        assert_eq!(print(&read), r#"{"id":2,"of":{"x":[],"y":2}}"#);
        assert!(read_lenient(r#"{"id":1,"id"}"#).is_err());
        let many: Vec<_> = (0..40).map(|n| format!("\"k{}\":{n}", n % 30)).collect();
        let many = read_lenient(&format!("{{{}}}", many.join(","))).unwrap();
        assert_eq!(many.get("k9").and_then(Value::as_number), Some("39"));
        // Gone through once: many times over, this would not end while anybody waits.
        let times: Vec<_> = (0..300_000).map(|n| format!("\"k\":{n}")).collect();
        let times = read_lenient(&format!("{{{}}}", times.join(","))).unwrap();
        assert_eq!(print(&times), r#"{"k":299999}"#);
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        before: u32,
        value: Value,
    }

    #[test]
    fn serde_carries_it_from_text_to_text_as_it_was_spelled() {
        let text = concat!(
            r#"{"before":1,"value":{"b":1.50,"a":[12345678901234567890123,1e400,-0,-7,1E3,"#,
            r#"18446744073709551615,null,true,"\"\u0001订单"]}}"#
        );
        let read: Holder = serde_json::from_str(text).unwrap();
        assert_eq!(read.value.get("b").and_then(Value::as_number), Some("1.50"));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(print(&read.value), text[20..text.len() - 1]);
    }

    #[test]
    fn it_is_read_from_a_value_of_the_library_and_refuses_a_key_twice() {
        let given = serde_json::json!({"before": 1, "value": {"n": 2, "f": 0.5}});
        let read: Holder = serde_json::from_value(given).unwrap();
        assert_eq!(print(&read.value), r#"{"n":2,"f":0.5}"#);
        assert!(serde_json::from_str::<Value>(r#"{"a":1,"a":2}"#).is_err());
    }
}
