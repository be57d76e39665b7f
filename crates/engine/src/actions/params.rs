//! The parameters of an action as what they hold. A definition is checked before it starts, but
//! what an expression gives is only known now.

use flowkeep_core::run::action::Param;
use flowkeep_core::{Message, Value};

use super::ActionError;

/// Evaluated parameters beside the table's row.
pub(super) struct Params<'a> {
    row: &'static [Param],
    given: &'a Value,
}

impl<'a> Params<'a> {
    pub(super) const fn new(row: &'static [Param], given: &'a Value) -> Self {
        Self { row, given }
    }

    /// The parameter, unless it is absent or `null`; an error where the table says it must be
    /// there.
    pub(super) fn value(&self, name: &'static str) -> Result<Option<&'a Value>, ActionError> {
        let value = self.given.get(name).filter(|value| !value.is_null());
        let required = self
            .row
            .iter()
            .any(|param| param.name == name && param.required);
        if value.is_none() && required {
            return Err(needs(name));
        }
        Ok(value)
    }

    fn read<T>(
        &self,
        name: &'static str,
        otherwise: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ActionError> {
        self.value(name)?
            .map(|value| read(value).ok_or_else(|| wrong(name, otherwise)))
            .transpose()
    }

    /// A text. A number is its spelling: keys and paths come as either.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, ActionError> {
        self.read(name, "field_not_text", Value::as_word)
    }

    /// A text that has to be there.
    pub(super) fn needed(&self, name: &'static str) -> Result<&'a str, ActionError> {
        self.text(name)?.ok_or_else(|| needs(name))
    }

    /// A whole number that is not negative, nor above what the table says is the most; `3.0` is one.
    pub(super) fn whole(&self, name: &'static str) -> Result<Option<u64>, ActionError> {
        if let Some(value) = self.value(name)? {
            let most = self.row.iter().find(|param| param.name == name);
            if let Some(most) = most.and_then(|param| param.exceeded(value)) {
                let message = Message::new("field_above").with("field", name);
                return Err(ActionError::lasting(message.with("most", most)));
            }
        }
        self.read(name, "field_not_whole_number", Value::as_whole)
    }

    /// A list of anything; empty when absent.
    pub(super) fn list(&self, name: &'static str) -> Result<&'a [Value], ActionError> {
        let list = self.read(name, "field_not_list", Value::as_array)?;
        Ok(list.unwrap_or_default())
    }

    /// A list of texts or numbers, as texts; empty when absent.
    pub(super) fn words(&self, name: &'static str) -> Result<Vec<&'a str>, ActionError> {
        self.list(name)?
            .iter()
            .map(|item| item.as_word().ok_or_else(|| wrong(name, "field_not_words")))
            .collect()
    }

    /// Keys and values; empty when absent.
    pub(super) fn members(&self, name: &'static str) -> Result<&'a [(String, Value)], ActionError> {
        let members = self.read(name, "field_not_object", Value::as_object)?;
        Ok(members.unwrap_or_default())
    }

    /// Keys with texts or numbers, as texts: headers and environments.
    pub(super) fn named_words(
        &self,
        name: &'static str,
    ) -> Result<Vec<(&'a str, &'a str)>, ActionError> {
        self.members(name)?
            .iter()
            .map(|(key, value)| {
                let word = value
                    .as_word()
                    .ok_or_else(|| wrong(name, "field_not_text"))?;
                Ok((key.as_str(), word))
            })
            .collect()
    }
}

/// A parameter that has to be there and is not.
pub(super) fn needs(name: &str) -> ActionError {
    ActionError::lasting(Message::new("parameter_missing").with("param", name))
}

/// A parameter that holds something else than it should. What it holds is not told: it may be a
/// secret.
pub(super) fn wrong(name: &str, code: &str) -> ActionError {
    ActionError::lasting(Message::new(code).with("field", name))
}
