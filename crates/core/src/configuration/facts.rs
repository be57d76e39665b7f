//! What of a file's content decides which other files belong to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ConfigKind, ConfigPath, Reference, references};
use crate::Value;
use crate::value::{push_token, unescape_token};

/// What of a file's content decides which other files belong to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Its members: what a reference into it may name.
    pub keys: Keys,
    /// How it calls itself.
    pub name: Option<String>,
    /// How the model is called that it is for.
    pub model_name: Option<String>,
    /// What it registers.
    pub registered: Vec<Registered>,
}

/// A text that a register names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Under which heading.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where that stands.
    pub pointer: String,
}

/// The names of members, and of theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys(Vec<(String, Keys)>);

/// A level of a group stands below it, perhaps below a member that holds all of them; so does the group.
const KEPT_DEPTH: usize = 4;

impl Keys {
    fn of(value: &Value, depth: usize) -> Self {
        match value {
            Value::Object(members) if depth > 0 => {
                let below = members.iter();
                Self(
                    below
                        .map(|(key, value)| (key.clone(), Self::of(value, depth - 1)))
                        .collect(),
                )
            }
            _ => Self::default(),
        }
    }

    fn get(&self, key: &str) -> Option<&Self> {
        let mut members = self.0.iter();
        members.find(|(own, _)| own == key).map(|(_, below)| below)
    }

    /// The pointer of a member that stands right here or below one of these.
    pub(super) fn find(&self, key: &str, below: &[&str]) -> Option<String> {
        if self.get(key).is_some() {
            return Some(push_token("", key));
        }
        let mut holders = below.iter();
        let holder =
            holders.find(|holder| self.get(holder).is_some_and(|of| of.get(key).is_some()));
        holder.map(|holder| push_token(&push_token("", holder), key))
    }

    /// Whether what is at a pointer has such a member, or one of its members has.
    pub(super) fn has_level(&self, within: &str, level: &str) -> bool {
        let mut steps = within.split('/').skip(1);
        let at = steps.try_fold(self, |keys, token| keys.get(&unescape_token(token)));
        at.is_some_and(|keys| {
            let mut below = keys.0.iter();
            keys.get(level).is_some() || below.any(|(_, of)| of.get(level).is_some())
        })
    }
}

impl Facts {
    /// How it calls itself, or, where it is for a model, that.
    pub(super) fn own_names(&self, kind: ConfigKind) -> BTreeSet<String> {
        let model = (kind == ConfigKind::Llms).then_some(&self.model_name);
        let names = [&self.name].into_iter().chain(model);
        names.flatten().cloned().collect()
    }

    /// Adds what another document of the same file says. It is called as the first of them is.
    pub fn join(&mut self, other: Self) {
        self.references.extend(other.references);
        self.keys.0.extend(other.keys.0);
        self.name = self.name.take().or(other.name);
        self.model_name = self.model_name.take().or(other.model_name);
        self.registered.extend(other.registered);
    }

    /// Finds them in what a file says.
    pub fn of(value: &Value, path: &ConfigPath) -> Self {
        let word = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let members = match value {
            Value::Object(members) => members.as_slice(),
            _ => &[],
        };
        Self {
            references: references(value, path),
            keys: Keys::of(value, KEPT_DEPTH),
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
