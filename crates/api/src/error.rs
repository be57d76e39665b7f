//! The one error at the edge (ARCHITECTURE.md, invariant 7).

use std::collections::BTreeMap;

use flowkeep_core::Message;
use serde::Serialize;
use ts_rs::TS;

/// What went wrong, as a code that every face translates. Add a code only where a consumer acts
/// on it or a person needs its own sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AppError {
    /// Key `error_<code>` in the message catalogue; stable, part of the contract.
    pub code: String,
    /// English sentence for logs and for programs that know no catalogue. Never matched on.
    pub message: String,
    /// Keys `hint_<code>` of next steps, in order.
    pub hints: Vec<String>,
    /// What fills the placeholders of the sentence: names, paths, numbers.
    pub fields: BTreeMap<String, String>,
    /// Whether the same call may succeed later without any change.
    pub retryable: bool,
}

impl AppError {
    /// An error with this code and no more.
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: String::new(),
            hints: Vec::new(),
            fields: BTreeMap::new(),
            retryable: false,
        }
    }

    /// The same error with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.fields.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same error with a next step, a key `hint_<hint>` of the catalogue.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hints.push(hint.to_owned());
        self
    }

    /// The same error, marked as one that may pass by itself.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl From<Message> for AppError {
    fn from(message: Message) -> Self {
        let mut error = Self::new(&message.code);
        error.fields = message.fields;
        if let Some(place) = message.place {
            error = error.with("line", place.line).with("column", place.column);
        }
        error
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() { f.write_str(&self.code) } else { f.write_str(&self.message) }
    }
}

impl std::error::Error for AppError {}
