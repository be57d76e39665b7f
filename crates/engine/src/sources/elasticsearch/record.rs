//! Single records: documents of an index.

use flowkeep_core::{Message, Value};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};

use super::fault;
use super::request::{Answer, Api};
use crate::actions::{ActionError, Output, Room};
use crate::sources::Key;
use crate::sources::record::{self, ID, NewKey, keyed};

/// How often a change is tried again when another one came between.
const TRIES: u32 = 20;

/// The path to something of an index, such as `orders/_search`.
///
/// # Errors
/// `index_name_wrong`: names of several indices at once, or of none.
pub(super) fn path(index: &str, what: &str) -> Result<String, ActionError> {
    let odd = |c: char| c.is_control() || "*,/\\?\"<>|# ".contains(c);
    if index.is_empty() || index.starts_with(['_', '-', '+', '.']) || index.contains(odd) {
        let message = Message::new("index_name_wrong").with("table", index);
        return Err(ActionError::lasting(message));
    }
    Ok(format!("/{}/{what}", segment(index)))
}

/// One segment of a path, whatever stands in it.
fn segment(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

/// The path to a document.
fn document(index: &str, what: &str, key: &Value) -> Result<String, ActionError> {
    path(index, &format!("{what}/{}", segment(&record::word(key))))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "other kinds of sources know their columns"
)]
fn any_column(name: &str) -> Result<&str, ActionError> {
    Ok(name)
}

fn owned(members: Vec<(&str, &Value)>) -> Vec<(String, Value)> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// Whether the index itself is not there.
pub(super) fn is_missing(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND && fault::kind(answer) == "index_not_found_exception"
}

pub(super) fn table_missing(index: &str) -> ActionError {
    record::told(Message::new("table_missing"), index)
}

/// What an answer that says no is for a record. `changes`: whether it was a write.
fn refused(api: &Api, index: &str, answer: &Answer, changes: bool) -> ActionError {
    if is_missing(answer) {
        table_missing(index)
    } else {
        fault::answered(&api.peer, answer, changes)
    }
}

pub(super) async fn add(
    api: &Api,
    index: &str,
    key: &Key,
    values: &[(String, Value)],
) -> Result<Output, ActionError> {
    let given = match key {
        Key::Given(key) => Some(key),
        Key::Made(_) => None,
    };
    let (among, others) = record::without_key(index, ID, values, given, any_column)?;
    let new = NewKey::of(key, among);
    let mut members = vec![(ID.to_owned(), (*new.key).clone())];
    members.extend(owned(others));
    let path = document(index, "_create", &new.key)? + "?refresh=wait_for";
    let body = Value::Object(members);
    let answer = api.ask(Method::PUT, &path, Some(&body), true).await?;
    match answer.status {
        StatusCode::CONFLICT if !new.made => Err(record::taken(index, &new.key)),
        // A made key that is there: an earlier attempt added it.
        status if status.is_success() || status == StatusCode::CONFLICT => {
            Ok(Output::of([("key", new.key.into_owned())]))
        }
        _ => Err(refused(api, index, &answer, true)),
    }
}

/// Reads, changes and puts back what nobody has changed since: values are replaced, not mixed with
/// what was there.
pub(super) async fn update(
    api: &Api,
    index: &str,
    key: &Value,
    values: &[(String, Value)],
) -> Result<Output, ActionError> {
    let (_, others) = record::without_key(index, ID, values, Some(key), any_column)?;
    for _ in 0..TRIES {
        let there = read(api, index, key).await?;
        let Some(there) = there else {
            return Err(record::missing(index, key));
        };
        let mut members = source(&there);
        for (name, value) in &others {
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = (*value).clone(),
                None => members.push(((*name).to_owned(), (*value).clone())),
            }
        }
        let number = |name: &str| there.get(name).and_then(Value::as_whole).unwrap_or(0);
        let path = format!(
            "{}?refresh=wait_for&if_seq_no={}&if_primary_term={}",
            document(index, "_doc", key)?,
            number("_seq_no"),
            number("_primary_term"),
        );
        let body = Value::Object(members);
        let answer = api.ask(Method::PUT, &path, Some(&body), true).await?;
        match answer.status {
            StatusCode::CONFLICT => {}
            status if status.is_success() => return Ok(Output::of([("key", key.clone())])),
            _ => return Err(refused(api, index, &answer, true)),
        }
    }
    Err(api.peer.passing("rows_locked"))
}

pub(super) async fn get(
    api: &Api,
    index: &str,
    key: &Value,
    room: &Room,
) -> Result<Output, ActionError> {
    let there = read(api, index, key).await?;
    let record = there.map(|there| keyed(source(&there), &record::word(key)));
    record::one(record, room)
}

pub(super) async fn delete(api: &Api, index: &str, key: &Value) -> Result<Output, ActionError> {
    let path = document(index, "_doc", key)? + "?refresh=wait_for";
    let answer = api.ask(Method::DELETE, &path, None, true).await?;
    match answer.body.get("result").and_then(Value::as_str) {
        Some("deleted") => Ok(Output::of([("deleted", true.into())])),
        Some("not_found") => Ok(Output::of([("deleted", false.into())])),
        _ if answer.status.is_success() => Err(api.stranger(true)),
        _ => Err(refused(api, index, &answer, true)),
    }
}

/// A document with what the server knows of it; nothing when there is none.
async fn read(api: &Api, index: &str, key: &Value) -> Result<Option<Value>, ActionError> {
    let path = document(index, "_doc", key)?;
    let answer = api.ask(Method::GET, &path, None, false).await?;
    match answer.body.get("found").and_then(Value::as_bool) {
        Some(true) => Ok(Some(answer.body)),
        Some(false) => Ok(None),
        None if answer.status.is_success() => Err(api.stranger(false)),
        None => Err(refused(api, index, &answer, false)),
    }
}

/// What a document says.
pub(super) fn source(document: &Value) -> Vec<(String, Value)> {
    let members = document.get("_source").and_then(Value::as_object);
    members.unwrap_or_default().to_vec()
}
