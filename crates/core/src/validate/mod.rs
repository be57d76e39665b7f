//! What is wrong with what a document says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Document, Kind, Place};

/// One thing that is wrong, or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// Where in the document (RFC 6901, such as `/tasks/0/dependsOn/1`); empty for the whole.
    pub path: String,
    /// Key in the message catalogue.
    pub code: String,
    /// What fills its placeholders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Where in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What validation found. Errors stop a start, never the keeping of a document; warnings stop
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Validation {
    /// What stops a start.
    pub errors: Vec<Finding>,
    /// What is odd.
    pub warnings: Vec<Finding>,
}

impl Validation {
    /// Whether there is no error.
    pub fn valid(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Validates a document of this kind.
pub fn validate(_kind: Kind, _document: &Document) -> Validation {
    Validation::default()
}
