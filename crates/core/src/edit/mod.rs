//! Edits that change only the text they concern (invariant 12).
//!
//! Every edit is made twice: to the parsed view, which says what the document has to say
//! afterwards, and to the text. The new text is read back and has to say exactly that; otherwise
//! a larger part of it is written anew, at worst the whole. So comments and layout may be lost
//! where a format gets in the way, but an edit never does anything else than it says.

mod json;
mod markdown;
mod view;
mod yaml;
mod yaml_text;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use json::inline as json_text;

use crate::value::push_token;
use crate::{Document, Format, Message, Value};

/// One step of a path into a document: a key or the index of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// One change to a document. A path may lead into a list that is kept as a text
/// (`stages_data`); the text is edited then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Edit {
    /// Gives a value to a key or an item; the empty path is the whole document. Keys that are not
    /// there yet are added at the end of their object, objects on the way to them are made, and
    /// the index behind the last item appends.
    Set {
        /// What to set.
        path: Vec<Step>,
        /// The value it gets. Numbers that only differ in spelling from what is there keep the
        /// spelling.
        value: serde_json::Value,
    },
    /// As `set`, with the value as JSON: a number stays as it is spelled here, however large.
    Write {
        /// What to set.
        path: Vec<Step>,
        /// The value it gets.
        text: String,
    },
    /// Takes a key or an item out.
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
    /// Gives a member another key, at its place.
    Rename {
        /// The member.
        path: Vec<Step>,
        /// Its new key.
        key: String,
    },
}

/// An edit with everything decided: paths lead somewhere and values have their final spelling.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    /// Another value for what is there.
    Replace {
        path: Vec<Step>,
        value: Value,
    },
    /// A key that is not there yet.
    Add {
        object: Vec<Step>,
        key: String,
        value: Value,
    },
    Remove {
        path: Vec<Step>,
    },
    Insert {
        list: Vec<Step>,
        index: usize,
        value: Value,
    },
    Move {
        list: Vec<Step>,
        from: usize,
        to: usize,
    },
    Rename {
        path: Vec<Step>,
        key: String,
    },
}

impl Document {
    /// The document with these edits made, one after the other. Only the stretches of the text
    /// that an edit concerns change; YAML falls back to writing a larger part anew where it must
    /// (comments in that part are lost), with keys in their order.
    ///
    /// # Errors
    /// `edit_not_found` when a path leads nowhere, `edit_key_exists` when a key is taken,
    /// `edit_not_possible` when the format cannot hold the value (a Markdown body that is no
    /// text), what is wrong with a text that is written and no JSON, `document_too_large` and `document_too_deep` when the result would be. Nothing is
    /// edited then.
    pub fn edit(&self, edits: &[Edit]) -> Result<Self, Message> {
        let mut document = self.clone();
        for edit in edits {
            if let Some(change) = view::decide(document.value(), edit)? {
                document = document.with_change(&change)?;
            }
        }
        Ok(document)
    }

    fn with_change(&self, change: &Change) -> Result<Self, Message> {
        let mut wanted = self.value().clone();
        view::apply(&mut wanted, change)?;
        let candidates = match self.format() {
            Format::Json => json::candidates(self, change),
            Format::Yaml => yaml::candidates(self.text(), self.value(), &wanted, change),
            Format::Markdown => markdown::candidates(self, &mut wanted, change),
        };
        let mut refusal = None;
        for text in candidates {
            match Self::parse(self.format(), text) {
                Ok(edited) if *edited.value() == wanted => return Ok(edited),
                Ok(_) => {}
                Err(message) => refusal = Some(message),
            }
        }
        let too_much = |message: &Message| {
            matches!(
                message.code.as_str(),
                "document_too_large" | "document_too_deep"
            )
        };
        let refusal = refusal.filter(too_much);
        Err(refusal.unwrap_or_else(|| Message::new("edit_not_possible")))
    }
}

/// A path as a pointer, for messages.
fn pointer_of(path: &[Step]) -> String {
    path.iter().fold(String::new(), |pointer, step| match step {
        Step::Key(key) => push_token(&pointer, key),
        Step::Index(index) => push_token(&pointer, &index.to_string()),
    })
}

fn not_found(path: &[Step]) -> Message {
    Message::new("edit_not_found").with("path", pointer_of(path))
}

/// The line end a text uses.
fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
