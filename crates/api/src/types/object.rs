//! What people and programs give in their own shape.

use flowkeep_core::{Value, json};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JSON object as somebody typed it, every number to its last digit. It comes as an object, or as
/// the text of one: for those who cannot write such numbers, as the page's scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object(
    /// Its members, in their order; no key twice.
    pub Vec<(String, Value)>,
);

impl Object {
    /// It as a value.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// The value of this key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let mut members = self.0.iter();
        members
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Sets the value of a key, in its place where it is there already.
    pub fn set(&mut self, key: &str, value: Value) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, present)) => *present = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::String(text) => {
                json::read(&text).map_err(|message| D::Error::custom(message.code))?
            }
            value => value,
        };
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(D::Error::custom("json_not_an_object")),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
