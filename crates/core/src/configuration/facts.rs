//! What of a file's content decides which other files belong to it.

use std::collections::BTreeSet;

use super::{ConfigPath, Reference, references};
use crate::Value;
use crate::value::push_token;

/// What of a file's content decides which other files belong to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Its own members: what a reference into it may name.
    pub keys: BTreeSet<String>,
    /// How it calls itself.
    pub name: Option<String>,
    /// How the model is called that it is for.
    pub model_name: Option<String>,
    /// What it registers.
    pub registered: Vec<Registered>,
}

/// A text that a register names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Under which heading.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where that stands.
    pub pointer: String,
}

impl Facts {
    /// Finds them in what a file says.
    pub fn of(value: &Value, path: &ConfigPath) -> Self {
        let word = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let members = match value {
            Value::Object(members) => members.as_slice(),
            _ => &[],
        };
        Self {
            references: references(value, path),
            keys: members.iter().map(|(key, _)| key.clone()).collect(),
            name: word("name"),
            model_name: word("model_name"),
            registered: members
                .iter()
                .flat_map(|(kind, entries)| registered(kind, entries))
                .collect(),
        }
    }
}

fn registered(kind: &str, entries: &Value) -> Vec<Registered> {
    let Value::Array(entries) = entries else {
        return Vec::new();
    };
    let named = entries.iter().enumerate().filter_map(|(number, entry)| {
        Some(Registered {
            kind: kind.to_owned(),
            name: entry.get("name")?.as_str()?.to_owned(),
            pointer: push_token(&push_token("", kind), &number.to_string()),
        })
    });
    named.collect()
}
