//! Records by what they hold. The server finds the documents that may be meant; which of them are,
//! is decided by what they say.

use flowkeep_core::Value;
use reqwest::{Method, StatusCode};

use super::fault;
use super::record::{is_missing, path, source, table_missing};
use super::request::Api;
use crate::actions::{ActionError, List, Output, Room};
use crate::sources::record::{ID, by_key, fits, keyed, several};

/// Documents in one answer.
const AT_ONCE: usize = 1000;

/// How long the server keeps its place in a long list between two questions.
const PLACE_KEPT: &str = "2m";

/// A key, and the server's name of its document.
type Named = (Value, String);

pub(super) async fn find(
    api: &Api,
    index: &str,
    equal: &[(String, Value)],
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, ActionError> {
    let conditions: Vec<_> = equal.iter().filter_map(may_equal).collect();
    let query = object("bool", object("filter", conditions.into()));
    records(api, index, query, equal, limit, room).await
}

/// As the server understands the text, word after word, in all fields that hold text.
pub(super) async fn search(
    api: &Api,
    index: &str,
    text: &str,
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, ActionError> {
    let fields = text_fields(api, index).await?;
    let query = if fields.is_empty() {
        object("match_none", Value::object([]))
    } else {
        let asked = Value::object([
            ("query", text.into()),
            ("type", "phrase".into()),
            ("fields", fields.into()),
        ]);
        object("multi_match", asked)
    };
    records(api, index, query, &[], limit, room).await
}

fn object(name: &str, value: Value) -> Value {
    Value::object([(name, value)])
}

/// A question that finds every document whose field equals this, and maybe more; nothing where the
/// server has no such question.
fn may_equal((field, value): &(String, Value)) -> Option<Value> {
    match value {
        Value::Null => {
            let exists = object("exists", object("field", field.as_str().into()));
            Some(object("bool", object("must_not", exists)))
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let asked = Value::object([
                ("query", value.clone()),
                ("operator", "and".into()),
                ("zero_terms_query", "all".into()),
                ("lenient", true.into()),
            ]);
            Some(object("match", object(field, asked)))
        }
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The names of an index's fields that hold text.
async fn text_fields(api: &Api, index: &str) -> Result<Vec<Value>, ActionError> {
    let answer = api
        .ask(Method::GET, &path(index, "_mapping")?, None, false)
        .await?;
    if is_missing(&answer) {
        return Err(table_missing(index));
    }
    if !answer.status.is_success() {
        return Err(fault::answered(&api.peer, &answer));
    }
    let mut fields = Vec::new();
    // An alias leads to an index of another name.
    for (_, mapped) in answer.body.as_object().unwrap_or_default() {
        collect(mapped.pointer("/mappings/properties"), "", &mut fields);
    }
    Ok(fields)
}

fn collect(properties: Option<&Value>, prefix: &str, fields: &mut Vec<Value>) {
    for (name, property) in properties.and_then(Value::as_object).unwrap_or_default() {
        let name = format!("{prefix}{name}");
        let kind = property.get("type").and_then(Value::as_str);
        match kind {
            Some("text" | "match_only_text" | "search_as_you_type" | "keyword" | "wildcard") => {
                fields.push(name.into());
            }
            _ => collect(property.get("properties"), &format!("{name}."), fields),
        }
    }
}

async fn records(
    api: &Api,
    index: &str,
    query: Value,
    equal: &[(String, Value)],
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, ActionError> {
    let limit = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut list = List::new(room, "records");
    let first = hits(api, &begin(api, index, &query, None).await?)?;
    if first.len() < AT_ONCE {
        let mut found: Vec<_> = first.iter().map(record).collect();
        found.retain(|(_, record)| fits(record, equal));
        found.sort_by(|(one, _), (other, _)| by_key(one, other));
        for (_, record) in found.into_iter().take(limit) {
            list.push(record)?;
        }
    } else {
        let mut found = all(api, index, &query, equal).await?;
        found.sort_by(|(one, _), (other, _)| by_key(one, other));
        found.truncate(limit);
        for some in found.chunks(AT_ONCE) {
            for record in fetched(api, index, some).await? {
                list.push(record)?;
            }
        }
    }
    several(list)
}

/// The first documents. With `fields`, of each no more than those, and the server keeps its place for
/// the next.
async fn begin(
    api: &Api,
    index: &str,
    query: &Value,
    fields: Option<&[&str]>,
) -> Result<Value, ActionError> {
    let mut asked = vec![
        ("query", query.clone()),
        ("size", (AT_ONCE as u64).into()),
        ("sort", Value::Array(vec!["_doc".into()])),
    ];
    let mut path = path(index, "_search")? + "?allow_partial_search_results=false";
    if let Some(fields) = fields {
        let fields: Vec<Value> = fields.iter().map(|&field| field.into()).collect();
        asked.push(("_source", fields.into()));
        path = format!("{path}&scroll={PLACE_KEPT}");
    }
    let body = Value::object(asked);
    let answer = api.ask(Method::POST, &path, Some(&body), false).await?;
    match answer.status {
        StatusCode::NOT_FOUND if is_missing(&answer) => Err(table_missing(index)),
        status if status.is_success() => Ok(answer.body),
        _ => Err(fault::answered(&api.peer, &answer)),
    }
}

/// The documents of an answer, which has to speak for the whole index: a part of what there is would
/// look like all of it.
fn hits(api: &Api, answer: &Value) -> Result<Vec<Value>, ActionError> {
    let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
    let hits = hits.ok_or_else(|| api.stranger(false))?;
    let failed = answer.pointer("/_shards/failed").and_then(Value::as_whole);
    let timed_out = answer.get("timed_out").and_then(Value::as_bool);
    if timed_out == Some(true) || failed.is_some_and(|failed| failed > 0) {
        return Err(incomplete(
            api,
            answer.pointer("/_shards/failures/0/reason/reason"),
        ));
    }
    Ok(hits.to_vec())
}

/// A part of what was asked for is missing. `reason`: the first of the server's.
fn incomplete(api: &Api, reason: Option<&Value>) -> ActionError {
    let reason = reason.and_then(Value::as_str).unwrap_or("timed_out");
    let message = api.peer.says("server_not_ready").with("reason", reason);
    ActionError::passing(message)
}

/// The key and the record of a document.
fn record(document: &Value) -> (Value, Value) {
    let name = name(document);
    let record = keyed(source(document), &name);
    (key(&record, &name), record)
}

fn name(document: &Value) -> String {
    let name = document.get("_id").and_then(Value::as_word);
    name.unwrap_or_default().to_owned()
}

/// The key as it was given: a number where it was one.
fn key(record: &Value, name: &str) -> Value {
    let id = record.get(ID).filter(|id| id.as_word() == Some(name));
    id.cloned().unwrap_or_else(|| name.into())
}

/// All documents that fit, by no more than their keys: there may be very many.
async fn all(
    api: &Api,
    index: &str,
    query: &Value,
    equal: &[(String, Value)],
) -> Result<Vec<Named>, ActionError> {
    let mut fields: Vec<_> = equal.iter().map(|(name, _)| name.as_str()).collect();
    fields.push(ID);
    let mut found = Vec::new();
    let mut answer = begin(api, index, query, Some(&fields)).await?;
    loop {
        let some = hits(api, &answer)?;
        let place = answer.get("_scroll_id").cloned();
        for document in &some {
            let (key, record) = record(document);
            if fits(&record, equal) {
                found.push((key, name(document)));
            }
        }
        let Some(place) = place else { break };
        if some.is_empty() {
            let done = object("scroll_id", place);
            // It would forget the place by itself.
            let _ = api
                .ask(Method::DELETE, "/_search/scroll", Some(&done), false)
                .await;
            break;
        }
        let next = Value::object([("scroll", PLACE_KEPT.into()), ("scroll_id", place)]);
        answer = api
            .read(Method::POST, "/_search/scroll", Some(&next))
            .await?;
    }
    Ok(found)
}

/// These documents, in this order; one that has gone since is none.
async fn fetched(api: &Api, index: &str, some: &[Named]) -> Result<Vec<Value>, ActionError> {
    let names: Vec<Value> = some.iter().map(|(_, name)| name.as_str().into()).collect();
    let asked = object("ids", names.into());
    let path = path(index, "_mget")?;
    let answer = api.read(Method::POST, &path, Some(&asked)).await?;
    let documents = answer.get("docs").and_then(Value::as_array);
    let documents = documents.ok_or_else(|| api.stranger(false))?;
    if let Some(failed) = documents.iter().find_map(|document| document.get("error")) {
        return Err(incomplete(api, failed.get("reason")));
    }
    let there = documents
        .iter()
        .filter(|document| document.get("found").and_then(Value::as_bool) == Some(true));
    Ok(there.map(|document| record(document).1).collect())
}
