//! `redis.command`: one command and its answer.

use flowkeep_core::json::print;
use flowkeep_core::{Message, Value};

use super::connection::Line;
use super::fault::Fault;
use super::value::{argument, from_reply};
use crate::actions::{Bytes, List, Output, Room};

/// Commands that make no sense alone: they begin what others end, or listen for ever.
const UNFIT: [&str; 9] = [
    "MULTI",
    "EXEC",
    "WATCH",
    "SUBSCRIBE",
    "PSUBSCRIBE",
    "SSUBSCRIBE",
    "MONITOR",
    "SYNC",
    "PSYNC",
];

/// Commands after which a connection is not what it was.
const CHANGING: [&str; 9] = [
    "SELECT",
    "CLIENT",
    "AUTH",
    "HELLO",
    "RESET",
    "QUIT",
    "READONLY",
    "READWRITE",
    "SCRIPT",
];

/// Whether the connection is another one after this command.
pub(super) fn changes_connection(command: &[Value]) -> bool {
    is_among(command, &CHANGING)
}

fn is_among(command: &[Value], names: &[&str]) -> bool {
    let name = command.first().and_then(Value::as_word).unwrap_or_default();
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

pub(super) async fn carry_out(
    line: &mut Line,
    command: &[Value],
    room: &Room,
) -> Result<Output, Fault> {
    let wrong = || Fault::lasting(Message::new("redis_words").with("field", "command"));
    let Some((name, arguments)) = command.split_first() else {
        return Err(wrong());
    };
    let name = name.as_str().ok_or_else(wrong)?;
    if is_among(command, &UNFIT) {
        let message = Message::new("redis_unfit").with("command", name.to_ascii_uppercase());
        return Err(Fault::lasting(message));
    }
    let mut asked = redis::cmd(name);
    for value in arguments {
        asked.arg(argument(value).ok_or_else(wrong)?);
    }
    let answer = from_reply(line.ask(&asked).await?);
    Ok(fitted(answer, room)?)
}

/// The answer, or the beginning of it and the file that has the whole.
fn fitted(answer: Value, room: &Room) -> Result<Output, crate::actions::ActionError> {
    const PART: &str = "value";
    let (value, overflow) = match answer {
        Value::Array(items) => {
            let mut list = List::new(room, PART);
            for item in items {
                list.push(item)?;
            }
            let (items, overflow) = list.finish()?;
            (items.into(), overflow)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => (answer, None),
        Value::String(_) | Value::Object(_) => {
            let text = answer
                .as_str()
                .map_or_else(|| print(&answer), str::to_owned);
            let mut bytes = Bytes::new(room, PART);
            bytes.push(text.as_bytes())?;
            match bytes.finish()? {
                (_, None) => (answer, None),
                (begins, overflow) => (
                    String::from_utf8_lossy(&begins).into_owned().into(),
                    overflow,
                ),
            }
        }
    };
    let mut output = Output::of([(PART, value)]);
    output.overflow(overflow);
    Ok(output)
}
