//! The portable writes, taken apart and put together again.

use flowkeep_core::run::fallback::Change;
use flowkeep_core::{Message, Value};
use flowkeep_store::{FallenWriteRecord, StoreError, Tx};

use crate::sources::{Key, Operation};

/// What a write that another source took would write, column by column; nothing of one that takes the
/// record out. `operation` is as it is kept ([`flowkeep_store::NewFallenWrite`]).
pub fn values_of(operation: &str) -> Option<Value> {
    let operation: Operation = serde_json::from_str(operation).ok()?;
    match Written::of(&operation)?.change {
        Change::Add { values } | Change::Update { values } => Some(Value::Object(values.to_vec())),
        Change::Delete => None,
    }
}

/// Does what a person decided about a write that another source took: it goes before what is there
/// (`ours`), or it is not wanted. Answers what it was; nothing when there is none of this number any
/// more.
///
/// # Errors
/// What the database says.
pub fn settle_fallen(
    tx: &Tx<'_>,
    fallen: i64,
    ours: bool,
) -> Result<Option<FallenWriteRecord>, StoreError> {
    let code = if ours {
        "run_fallen_ours"
    } else {
        "run_fallen_theirs"
    };
    tx.settle_fallen_write(fallen, ours, |write| {
        Message::new(code).with("source", &write.write.source)
    })
}

/// A write of one record.
pub(super) struct Written<'a> {
    /// Where.
    pub(super) table: &'a str,
    /// Which.
    pub(super) key: &'a Value,
    /// What it changes.
    pub(super) change: Change<'a>,
}

impl<'a> Written<'a> {
    /// Nothing where it is none, or one of a new record that was given no key: which one that is at
    /// another source cannot be said.
    pub(super) fn of(operation: &'a Operation) -> Option<Self> {
        let (table, key, change) = match operation {
            Operation::Add { table, key, values } => {
                let Key::Given(key) = key else { return None };
                (table, key, Change::Add { values })
            }
            Operation::Update { table, key, values } => (table, key, Change::Update { values }),
            Operation::Delete { table, key } => (table, key, Change::Delete),
            _ => return None,
        };
        Some(Self { table, key, change })
    }

    /// What a source has to be asked before it is written to, so that it is known later whether
    /// somebody else changed the record: not for a new one.
    pub(super) fn changes(&self) -> bool {
        !matches!(self.change, Change::Add { .. })
    }

    /// Of the record that is changed, what the write changes; all of it where it is taken out.
    pub(super) fn touched(&self, record: &Value) -> Value {
        let Change::Update { values } = self.change else {
            return record.clone();
        };
        let members = record.as_object().unwrap_or_default().iter();
        let touched = members.filter(|(name, _)| {
            let mut values = values.iter();
            values.any(|(column, _)| column.eq_ignore_ascii_case(name))
        });
        Value::Object(touched.cloned().collect())
    }

    /// The same record added, with what is to be changed.
    pub(super) fn added(&self) -> Operation {
        Operation::Add {
            table: self.table.to_owned(),
            key: Key::Given(self.key.clone()),
            values: self.values(),
        }
    }

    /// The same record changed, to what was to be added.
    pub(super) fn updated(&self) -> Operation {
        Operation::Update {
            table: self.table.to_owned(),
            key: self.key.clone(),
            values: self.values(),
        }
    }

    fn values(&self) -> Vec<(String, Value)> {
        match self.change {
            Change::Add { values } | Change::Update { values } => values.to_vec(),
            Change::Delete => Vec::new(),
        }
    }
}
