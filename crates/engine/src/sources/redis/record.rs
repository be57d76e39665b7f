//! Records: hashes whose keys begin with the table's name.

use flowkeep_core::Value;
use redis::{Cmd, Value as Reply};

use super::connection::Line;
use super::fault::Fault;
use super::value::{from_field, to_field};
use crate::actions::{List, Output, Room, Stop};
use crate::sources::Key;
use crate::sources::record::{self, ID, NewKey, Portion, by_key, fits, keyed};

/// Keys that are asked for in one go, at most.
const AT_ONCE: usize = 500;

/// Adds a hash where there is nothing: 1; 0 where there is something.
const ADD: &str = "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end \
    for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end return 1";

/// Sets fields of a hash that is there: 1; 0 where there is none.
const UPDATE: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end \
    for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end return 1";

/// Deletes a hash: 1; 0 where there is none.
const DELETE: &str = "if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end \
    return redis.call('DEL', KEYS[1])";

/// A name of the server's key for a record.
fn place(table: &str, key: &Value) -> String {
    format!("{table}:{}", record::word(key))
}

/// Runs a script on one key. Says whether it did something.
async fn run(
    line: &mut Line,
    script: &str,
    place: &str,
    fields: &[(&str, &Value)],
) -> Result<bool, Fault> {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(place);
    for (name, value) in fields {
        command.arg(*name).arg(to_field(value));
    }
    Ok(line.ask(&command).await? == Reply::Int(1))
}

/// A table has the columns its records have.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other kinds of sources know their columns"
)]
fn any_column(name: &str) -> Result<&str, crate::actions::ActionError> {
    Ok(name)
}

pub(super) async fn add(
    line: &mut Line,
    table: &str,
    key: &Key,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let given = match key {
        Key::Given(key) => Some(key),
        Key::Made(_) => None,
    };
    let (among, others) = record::without_key(table, ID, values, given, any_column)?;
    let new = NewKey::of(key, among);
    let mut fields = vec![(ID, &*new.key)];
    fields.extend(others);
    let added = run(line, ADD, &place(table, &new.key), &fields).await?;
    if added || new.made {
        return Ok(Output::of([("key", new.key.into_owned())]));
    }
    Err(record::taken(table, &new.key).into())
}

pub(super) async fn update(
    line: &mut Line,
    table: &str,
    key: &Value,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let (_, others) = record::without_key(table, ID, values, Some(key), any_column)?;
    if !run(line, UPDATE, &place(table, key), &others).await? {
        return Err(record::missing(table, key).into());
    }
    Ok(Output::of([("key", key.clone())]))
}

pub(super) async fn get(
    line: &mut Line,
    table: &str,
    key: &Value,
    room: &Room,
) -> Result<Output, Fault> {
    let answer = line.ask(&all_fields(&place(table, key))).await?;
    let record = fields(answer).map(|fields| keyed(fields, &record::word(key)));
    Ok(record::one(record, room)?)
}

pub(super) async fn delete(line: &mut Line, table: &str, key: &Value) -> Result<Output, Fault> {
    let deleted = run(line, DELETE, &place(table, key), &[]).await?;
    Ok(Output::of([("deleted", deleted.into())]))
}

/// Looks through all keys that begin with the table's name: Redis has no index of them. An `id`
/// that is asked for need not be the key; it is looked at before the rest is fetched.
pub(super) async fn find(
    line: &mut Line,
    table: &str,
    equal: &[(String, Value)],
    limit: Option<u64>,
    room: &Room,
    stop: &Stop,
) -> Result<Output, Fault> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut list = List::new(room, "records");
    let id = equal.iter().find(|(name, _)| name == ID);
    let keys = in_order(line, table, id.map(|(_, id)| id), stop).await?;
    let (mut rest, mut portion) = (&keys[..], Portion::up_to(AT_ONCE));
    while !rest.is_empty() && left > 0 {
        go_on(stop)?;
        let some = portion.of(rest);
        rest = &rest[some.len()..];
        let mut asked = redis::pipe();
        for key in some {
            asked.add_command(all_fields(&format!("{table}:{key}")));
        }
        let answers = line.ask_all(&asked).await?;
        portion.came(some.len(), answers.iter().map(size).sum());
        for (key, answer) in some.iter().zip(answers) {
            // One that has gone since is none, nor is one that is no hash any more.
            let found = fields(answer).map(|fields| keyed(fields, key));
            if let Some(record) = found.filter(|record| left > 0 && fits(record, equal)) {
                list.push(record)?;
                left -= 1;
            }
        }
    }
    Ok(record::several(list)?)
}

/// The keys of a table's records, without its name, in their order; those alone whose `id` is this
/// one, where one is given.
async fn in_order(
    line: &mut Line,
    table: &str,
    wanted: Option<&Value>,
    stop: &Stop,
) -> Result<Vec<String>, Fault> {
    let prefix = format!("{table}:");
    let mut keys = Vec::new();
    let mut cursor = b"0".to_vec();
    loop {
        go_on(stop)?;
        let mut scan = redis::cmd("SCAN");
        scan.arg(&cursor)
            .arg("MATCH")
            .arg(format!("{}*", literal(&prefix)));
        scan.arg("COUNT").arg(1000).arg("TYPE").arg("hash");
        let (next, some): (Vec<u8>, Vec<Vec<u8>>) =
            redis::from_redis_value(line.ask(&scan).await?).map_err(redis::RedisError::from)?;
        // A key that is no text can be no record's: nobody could name it.
        let texts = some
            .into_iter()
            .filter_map(|key| String::from_utf8(key).ok());
        keys.extend(texts.filter_map(|key| Some(key.strip_prefix(&prefix)?.to_owned())));
        if next == b"0" {
            break;
        }
        cursor = next;
    }
    // While the server's table grows, a key may come twice.
    keys.sort_unstable();
    keys.dedup();
    let mut typed = Vec::with_capacity(keys.len());
    for some in keys.chunks(AT_ONCE) {
        go_on(stop)?;
        let mut asked = redis::pipe();
        for key in some {
            asked.cmd("HGET").arg(format!("{prefix}{key}")).arg(ID);
        }
        for (key, answer) in some.iter().zip(line.ask_all(&asked).await?) {
            let id = match answer {
                Reply::BulkString(bytes) => Some(from_field(&bytes)),
                _ => None,
            };
            let found = id.as_ref().unwrap_or(&Value::Null);
            if wanted.is_some_and(|wanted| !found.is_same(wanted)) {
                continue;
            }
            let id = id.filter(|id| id.as_word() == Some(key));
            typed.push((id.unwrap_or_else(|| key.as_str().into()), key.clone()));
        }
    }
    typed.sort_by(|(one, _), (other, _)| by_key(one, other));
    Ok(typed.into_iter().map(|(_, key)| key).collect())
}

fn go_on(stop: &Stop) -> Result<(), Fault> {
    if stop.is_asked() {
        return Err(Fault::Stopped);
    }
    Ok(())
}

fn all_fields(place: &str) -> Cmd {
    let mut command = redis::cmd("HGETALL");
    command.arg(place);
    command
}

/// Bytes of the fields of a hash.
fn size(answer: &Reply) -> usize {
    match answer {
        Reply::BulkString(bytes) => bytes.len(),
        Reply::Array(items) => items.iter().map(size).sum(),
        Reply::Map(fields) => fields
            .iter()
            .map(|(name, value)| size(name) + size(value))
            .sum(),
        _ => 0,
    }
}

/// The fields of a hash; nothing when there is none.
fn fields(answer: Reply) -> Option<Vec<(String, Value)>> {
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = redis::from_redis_value(answer).ok()?;
    let named = pairs.into_iter().map(|(name, value)| {
        let name = String::from_utf8_lossy(&name).into_owned();
        (name, from_field(&value))
    });
    Some(named.collect()).filter(|fields: &Vec<_>| !fields.is_empty())
}

/// A text as a pattern that matches nothing else.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '^' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
