//! One message of an execution.

use std::collections::BTreeMap;

use crate::json;
use crate::{Message, Value};

/// A message of an execution: append-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogMessage {
    /// When, as it came; absent where nobody said.
    pub at: Option<String>,
    /// `info`, `warning`, `error` or another program's word.
    pub level: String,
    /// Which task it is about.
    pub task: Option<String>,
    /// What it says.
    pub said: Said,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A text.
    Text(String),
    /// A message of ours; every face says it in the operator's language.
    Message(Message),
    /// Something of another shape, kept as it came.
    Other(Value),
}

impl LogMessage {
    /// A text that came without a time.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            at: None,
            level: "info".to_owned(),
            task: None,
            said: Said::Text(text.into()),
        }
    }

    /// Reads one as another program wrote it.
    pub fn read(value: &Value) -> Self {
        if let Some(text) = value.as_str() {
            return Self::text(text);
        }
        let word = |keys: &[&str]| value.get_any(keys)?.as_word().map(str::to_owned);
        let said = own(value).unwrap_or_else(|| Said::Other(value.clone()));
        Self {
            at: word(&["at", "timestamp", "time"]),
            level: word(&["level"]).unwrap_or_else(|| "info".to_owned()),
            task: word(&["task", "task_id"]),
            said,
        }
    }

    /// As it stands in a file of the log. A message of ours is said by `say`, too: for whoever reads
    /// the file; nobody reads that text back.
    pub fn to_value(&self, say: &dyn Fn(&Message) -> String) -> Value {
        let text = |text: &str| Value::String(text.to_owned());
        let known = |said: Vec<(&str, Value)>| {
            let word = |word: &Option<String>| word.as_deref().map_or(Value::Null, text);
            let mut members = vec![
                ("at", word(&self.at)),
                ("level", text(&self.level)),
                ("task", word(&self.task)),
            ];
            members.extend(said);
            let members = members.into_iter();
            Value::Object(
                members
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        };
        match &self.said {
            Said::Other(value) => value.clone(),
            Said::Text(plain)
                if self.at.is_none() && self.task.is_none() && self.level == "info" =>
            {
                text(plain)
            }
            Said::Text(plain) => known(vec![("text", text(plain))]),
            Said::Message(message) => {
                let mut said = vec![("text", text(&say(message)))];
                said.extend(coded(message));
                known(said)
            }
        }
    }

    /// As it is kept in the database: what it says, and how to read that.
    pub fn to_kept(&self) -> (Option<String>, Option<String>) {
        match &self.said {
            Said::Text(text) => (Some(text.clone()), None),
            _ => (None, Some(json::print(&self.to_value(&|_| String::new())))),
        }
    }

    /// The words to find it by.
    pub fn words(&self) -> String {
        match &self.said {
            Said::Text(text) => text.clone(),
            Said::Message(message) => words_of(message),
            Said::Other(value) => json::print(value),
        }
    }
}

/// The words a message of ours is found by: those of its code, and what it tells.
pub fn words_of(message: &Message) -> String {
    let fields = message.fields.values().map(String::as_str);
    let words = std::iter::once(message.code.as_str()).chain(fields);
    let mut words: Vec<_> = words.map(str::to_owned).collect();
    words.extend(message.because.as_deref().map(words_of));
    words.join(" ")
}

/// A message of ours without its sentence: `code`, `fields`, and `because` where it has a reason.
fn coded(message: &Message) -> Vec<(&'static str, Value)> {
    let text = |text: &str| Value::String(text.to_owned());
    let fields = message.fields.iter();
    let fields = fields.map(|(key, value)| (key.clone(), text(value)));
    let mut members = vec![
        ("code", text(&message.code)),
        ("fields", Value::Object(fields.collect())),
    ];
    if let Some(why) = &message.because {
        let why = coded(why).into_iter();
        let why = why.map(|(key, value)| (key.to_owned(), value)).collect();
        members.push(("because", Value::Object(why)));
    }
    members
}

/// The message that such members are, and nothing else.
fn uncoded(value: &Value) -> Option<Message> {
    let mut message = Message::new(value.get("code")?.as_str()?);
    let fields = value
        .get("fields")
        .map_or(Some(&[][..]), Value::as_object)?;
    message.fields = fields
        .iter()
        .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(match value.get("because") {
        None => message,
        Some(why) => {
            let known =
                |(key, _): &(String, Value)| matches!(key.as_str(), "code" | "fields" | "because");
            why.as_object()?.iter().all(known).then_some(())?;
            message.because(uncoded(why)?)
        }
    })
}

/// What an object of just our keys says.
fn own(value: &Value) -> Option<Said> {
    let known = ["at", "level", "task", "text", "code", "fields", "because"];
    let members = value.as_object()?;
    let plain = |(key, value): &(String, Value)| match key.as_str() {
        "text" | "code" | "level" => value.as_str().is_some(),
        "fields" | "because" => true,
        key => known.contains(&key) && (value.is_null() || value.as_str().is_some()),
    };
    if !members.iter().all(plain) {
        return None;
    }
    if value.get("code").is_some() {
        // Only what we write ourselves has all of these; another program's text is not ours to drop.
        let ours = ["at", "level", "task", "fields"];
        let whole = ours.iter().all(|key| value.get(key).is_some());
        return whole.then(|| uncoded(value).map(Said::Message))?;
    }
    let text = value.get("text").and_then(Value::as_str)?;
    let alone = value.get("fields").is_none() && value.get("because").is_none();
    alone.then(|| Said::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn again(text: &str) -> String {
        let read = LogMessage::read(&json::parse(text));
        json::print(&read.to_value(&|message| format!("said {}", message.code)))
    }

    #[rstest]
    #[case(r#""执行完成""#)]
    #[case(r#"{"at":"2025-01-01 10:00:00","level":"error","task":"load","text":"no"}"#)]
    #[case(r#"{"message":"x","extra":1}"#)]
    #[case(r#"{"at":null,"level":"info","task":null,"text":"said run_stops","code":"run_stops","fields":{"a":"b"}}"#)]
    #[case(r#"{"at":null,"level":"error","task":"a","text":"said run_task_failed","code":"run_task_failed","fields":{},"because":{"code":"timeout","fields":{}}}"#)]
    #[case(r#"{"level":"error","text":"Disk full","code":"E28"}"#)]
    #[case(r#"{"text":"x","code":"y","because":{"code":"z","more":1}}"#)]
    #[case("17")]
    #[case(r#"{"text":5}"#)]
    fn a_message_is_given_back_as_it_came(#[case] text: &str) {
        assert_eq!(again(text), text);
    }

    #[test]
    fn what_is_known_of_another_shape_is_read() {
        let read = LogMessage::read(&json::parse(
            r#"{"timestamp":"2025-01-01","level":"warning","task_id":7,"message":"密码错误"}"#,
        ));
        assert_eq!(read.at.as_deref(), Some("2025-01-01"));
        assert_eq!(read.level, "warning");
        assert_eq!(read.task.as_deref(), Some("7"));
        assert!(read.words().contains("密码错误"));
    }
}
