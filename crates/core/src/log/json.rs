//! A value as compact JSON. Unlike a document, an entry of a log has no text of its own: what is
//! kept and compared is what it says, numbers as they were spelled.

use crate::{Document, Format, Value};

/// Without white space; keys in their order.
pub fn print(value: &Value) -> String {
    let mut text = String::new();
    push(&mut text, value);
    text
}

/// What a text printed here says; `null` for anything else.
pub fn parse(text: &str) -> Value {
    match Document::parse(Format::Json, text.to_owned()) {
        Ok(document) => document.value().clone(),
        Err(_) => Value::Null,
    }
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

fn push_string(text: &mut String, string: &str) {
    text.push_str(&serde_json::Value::from(string).to_string());
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
}
