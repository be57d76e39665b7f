//! Records by what they hold. The server finds the documents that may be meant; which of them are,
//! is decided by what they say.

use flowkeep_core::Value;
use reqwest::{Method, StatusCode};

use super::fault;
use super::record::{is_missing, path, source, table_missing};
use super::request::{Answer, Api, TOO_LARGE};
use crate::actions::{ActionError, List, Output, Room};
use crate::sources::record::{ID, Portion, by_key, fits, keyed, several};

/// Documents that are named in one answer.
const AT_ONCE: usize = 1000;

/// Documents that are fetched whole in one answer, at most.
const WHOLE_AT_ONCE: usize = 500;

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
        return Err(fault::answered(&api.peer, &answer, false));
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
    let mut left = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut found = all(api, index, &query, equal).await?;
    found.sort_by(|(one, _), (other, _)| by_key(one, other));
    // Several indices behind one alias may each have a document of one name.
    found.dedup_by(|(_, one), (_, other)| one == other);
    found.truncate(left);
    let mut list = List::new(room, "records");
    let (mut rest, mut portion) = (&found[..], Portion::up_to(WHOLE_AT_ONCE));
    while !rest.is_empty() && left > 0 {
        let some = portion.of(rest);
        let (documents, bytes) = match fetched(api, index, some).await {
            Err(error) if error.message.code == TOO_LARGE && some.len() > 1 => {
                portion.was_too_much(some.len());
                continue;
            }
            fetched => fetched?,
        };
        portion.came(some.len(), bytes);
        rest = &rest[some.len()..];
        for record in documents {
            if left > 0 && fits(&record, equal) {
                list.push(record)?;
                left -= 1;
            }
        }
    }
    several(list)
}

/// Asks an index for documents.
async fn ask(
    api: &Api,
    index: &str,
    options: &str,
    asked: Vec<(&str, Value)>,
) -> Result<Answer, ActionError> {
    let path = path(index, "_search")? + "?allow_partial_search_results=false" + options;
    let body = Value::object(asked);
    let answer = api.ask(Method::POST, &path, Some(&body), false).await?;
    match answer.status {
        StatusCode::NOT_FOUND if is_missing(&answer) => Err(table_missing(index)),
        status if status.is_success() => Ok(answer),
        _ => Err(fault::answered(&api.peer, &answer, false)),
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

/// All documents that fit, by no more than their keys and what is compared: they may be very many,
/// and very large.
async fn all(
    api: &Api,
    index: &str,
    query: &Value,
    equal: &[(String, Value)],
) -> Result<Vec<Named>, ActionError> {
    let fields = equal.iter().map(|(name, _)| name.as_str()).chain([ID]);
    let fields: Vec<Value> = fields.map(Into::into).collect();
    let asked = || {
        vec![
            ("query", query.clone()),
            ("_source", fields.clone().into()),
            ("size", (AT_ONCE as u64).into()),
            ("sort", Value::Array(vec!["_doc".into()])),
        ]
    };
    let mut found = Vec::new();
    let mut take = |some: &[Value]| {
        for document in some {
            let (key, record) = record(document);
            if fits(&record, equal) {
                found.push((key, name(document)));
            }
        }
    };
    let first = hits(api, &ask(api, index, "", asked()).await?.body)?;
    if first.len() < AT_ONCE {
        take(&first);
        return Ok(found);
    }
    // The server keeps its place for the next.
    let keep = format!("&scroll={PLACE_KEPT}");
    let mut answer = ask(api, index, &keep, asked()).await?.body;
    loop {
        let some = hits(api, &answer)?;
        take(&some);
        let Some(place) = answer.get("_scroll_id").cloned() else {
            break;
        };
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

/// These documents, in the order of the key, and the bytes of the answer. One that has gone since is
/// none.
async fn fetched(
    api: &Api,
    index: &str,
    some: &[Named],
) -> Result<(Vec<Value>, usize), ActionError> {
    let names: Vec<Value> = some.iter().map(|(_, name)| name.as_str().into()).collect();
    let query = object("ids", object("values", names.into()));
    let asked = vec![("query", query), ("size", (AT_ONCE as u64).into())];
    let answer = ask(api, index, "", asked).await?;
    let mut there: Vec<_> = hits(api, &answer.body)?.iter().map(record).collect();
    there.sort_by(|(one, _), (other, _)| by_key(one, other));
    let records = there.into_iter().map(|(_, record)| record);
    Ok((records.collect(), answer.bytes))
}
