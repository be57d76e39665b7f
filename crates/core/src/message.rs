//! What is told to people, before it is words: a code and its fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something to tell a person. The code names an entry of the message catalogue
/// (`messages/*.json`), the fields fill its placeholders. Never an English sentence, so that every
/// face can say it in the operator's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    /// Key in the message catalogue, such as `json_expected_comma`.
    pub code: String,
    /// What fills the placeholders of that entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Where in the text it is, when it is in a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Why, where that is a message of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Box<Self>>,
}

/// A position in a text. Both numbers start at 1; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Message {
    /// A message without fields or place.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            fields: BTreeMap::new(),
            place: None,
            because: None,
        }
    }

    /// The same message with one more field.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "texts, numbers and characters are given alike, most of them borrowed"
    )]
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.fields.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same message with why it is so.
    #[must_use]
    pub fn because(mut self, why: Self) -> Self {
        self.because = Some(Box::new(why));
        self
    }

    /// The same message at a place in the text.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}
