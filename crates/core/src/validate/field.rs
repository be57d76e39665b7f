//! Fields of a known type and fields of a few known words.

use super::{Severity, Validation};
use crate::value::push_token;
use crate::{Message, Value};

/// The type a field should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    /// A text or a number, as ids come.
    Word,
    Bool,
    /// A whole number that is at least this.
    Whole(i64),
    /// A number that is at least zero.
    Amount,
    List,
    Object,
    ListOrObject,
    /// One word or a list of them.
    Words,
}

impl Type {
    /// What is said when the field has another type; says what it should be.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Text | Self::Word => "field_not_text",
            Self::Bool => "field_not_yes_or_no",
            Self::Whole(_) => "field_not_whole_number",
            Self::Amount => "field_not_number",
            Self::List => "field_not_list",
            Self::Object => "field_not_object",
            Self::ListOrObject => "field_not_list_or_object",
            Self::Words => "field_not_words",
        }
    }

    pub(crate) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.as_str().is_some(),
            Self::Word => value.as_word().is_some(),
            Self::Bool => value.as_bool().is_some(),
            Self::Whole(_) => value.as_number().is_some_and(|text| whole(text).is_some()),
            Self::Amount => value.as_number().is_some(),
            Self::List => value.as_array().is_some(),
            Self::Object => value.as_object().is_some(),
            Self::ListOrObject => value.as_array().is_some() || value.as_object().is_some(),
            Self::Words => {
                value.as_word().is_some()
                    || value
                        .as_array()
                        .is_some_and(|items| items.iter().all(|item| item.as_word().is_some()))
            }
        }
    }

    pub(crate) fn too_small(self, value: &Value) -> Option<i64> {
        let text = value.as_number()?;
        let least = match self {
            Self::Whole(least) => least,
            Self::Amount => 0,
            _ => return None,
        };
        let number: f64 = text.parse().ok()?;
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        let below = number < least as f64;
        below.then_some(least)
    }
}

/// A whole number however it is spelled (`3`, `3.0`, `1e3`), as long as it is one.
fn whole(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number.fract() == 0.0).then_some(number)
}

/// Checks the types of fields of an object that are there and not null.
pub(crate) fn types(
    severity: Severity,
    object: &Value,
    pointer: &str,
    fields: &[(&str, Type)],
    validation: &mut Validation,
) {
    for &(key, expected) in fields {
        let Some(value) = object.get(key).filter(|value| !value.is_null()) else {
            continue;
        };
        let path = || push_token(pointer, key);
        if !expected.fits(value) {
            validation.report(
                severity,
                path(),
                Message::new(expected.code()).with("field", key),
            );
        } else if let Some(least) = expected.too_small(value) {
            let message = Message::new("field_too_small")
                .with("field", key)
                .with("least", least);
            validation.report(severity, path(), message);
        }
    }
}

/// Checks that a field, when it is a text, is one of these words.
pub(super) fn choice(
    severity: Severity,
    object: &Value,
    pointer: &str,
    key: &str,
    choices: &[&str],
    validation: &mut Validation,
) {
    let Some(word) = object.get(key).and_then(Value::as_str) else {
        return;
    };
    if !choices.contains(&word) {
        let message = Message::new("field_unknown_choice")
            .with("field", key)
            .with("value", word)
            .with("choices", choices.join(", "));
        validation.report(severity, push_token(pointer, key), message);
    }
}
