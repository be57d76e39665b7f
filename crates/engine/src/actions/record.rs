//! `record.*`: the set of operations on records that every kind of source understands.

use flowkeep_core::{Message, Value};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

use super::params::{Params, needs, wrong};
use super::{ActionError, Attempt, Done, perform};
use crate::sources::{Key, Operation};

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let table = params.needed("table")?.to_owned();
    let limit = || params.whole("limit");
    let operation = match attempt.action {
        "record.add" => Operation::Add {
            table,
            key: match key(params)? {
                Some(key) => Key::Given(key),
                None => Key::Made(made_key(attempt)),
            },
            values: params.members("values")?.to_vec(),
        },
        "record.update" => Operation::Update {
            table,
            key: needed_key(params)?,
            values: params.members("values")?.to_vec(),
        },
        "record.get" => Operation::Get {
            table,
            key: needed_key(params)?,
        },
        "record.delete" => Operation::Delete {
            table,
            key: needed_key(params)?,
        },
        "record.find" => Operation::Find {
            table,
            equal: params.members("where")?.to_vec(),
            limit: limit()?,
        },
        "record.search" => Operation::Search {
            table,
            text: params.needed("text")?.to_owned(),
            limit: limit()?,
        },
        other => {
            let message = Message::new("unknown_action").with("action", other);
            return Err(ActionError::lasting(message));
        }
    };
    perform(attempt, operation).await
}

fn key(params: &Params<'_>) -> Result<Option<Value>, ActionError> {
    match params.value("key")? {
        None => Ok(None),
        Some(key @ (Value::String(_) | Value::Number(_))) => Ok(Some(key.clone())),
        Some(_) => Err(wrong("key", "field_not_text")),
    }
}

fn needed_key(params: &Params<'_>) -> Result<Value, ActionError> {
    key(params)?.ok_or_else(|| needs("key"))
}

/// A key for a record that has none: a ULID with the time of its run. It follows from the
/// attempt's idempotency key, so that adding the record again after a crash meets the record that
/// is already there instead of adding a second one.
fn made_key(attempt: &Attempt<'_>) -> String {
    let digest: [u8; 32] = Sha256::digest(attempt.key.as_bytes()).into();
    let (first, _) = digest.split_at(16);
    let random = first
        .iter()
        .fold(0, |bits, &byte| bits << 8 | u128::from(byte));
    Ulid::from_parts(attempt.run.0.timestamp_ms(), random).to_string()
}
