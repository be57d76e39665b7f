//! Texts being edited, and what is wrong with them: the same bodies for every kind.

use std::collections::BTreeMap;

use flowkeep_core::{Document, Kind, Validation, validate};

use super::documents::{find_kept, parsed};
use crate::types::{Draft, DraftInput};
use crate::{Api, AppError};

/// Applies edits to a text that is being edited; nothing is kept.
///
/// # Errors
/// The reason an edit cannot be made.
pub fn draft(_: &Api, kind: Kind, input: DraftInput) -> Result<Draft, AppError> {
    let parsed = match Document::parse(input.format, input.text.clone()) {
        Ok(document) => document.edit(&input.edits)?,
        Err(broken) => {
            return Ok(Draft {
                text: input.text,
                view: serde_json::Value::Null,
                spelled: BTreeMap::new(),
                broken: Some(broken),
                validation: Validation::default(),
            });
        }
    };
    Ok(Draft {
        view: parsed.value().to_web_json(),
        spelled: parsed.value().spelled_numbers(),
        broken: None,
        validation: validate(kind, &parsed),
        text: parsed.into_text(),
    })
}

/// What validation finds in a kept document.
///
/// # Errors
/// `not_found`.
pub fn validate_kept(api: &Api, kind: Kind, id: &str) -> Result<Validation, AppError> {
    let record = find_kept(api, kind, id)?;
    Ok(validate(kind, &parsed(api, &record, record.revision)?))
}
