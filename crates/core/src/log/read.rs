//! Reading an entry that any program wrote.

use super::entry::{Execution, LogEntry, LogType, Operation};
use super::message::LogMessage;
use crate::encoding::decode;
use crate::{Document, Format, Message, Value};

/// Names of files whose program had no id to give.
const NAMELESS: [&str; 5] = ["none", "null", "undefined", "nan", ""];

/// Takes known keys out of an object; the rest stays in its order.
struct Members(Vec<(String, Value)>);

impl Members {
    fn take(&mut self, key: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let at = self
            .0
            .iter()
            .position(|(name, value)| name == key && fits(value))?;
        Some(self.0.remove(at).1)
    }

    /// A text, or a number as it is spelled; `null` is as if the key were not there.
    fn word(&mut self, key: &str) -> Option<String> {
        let value = self.take(key, |value| value.is_null() || value.as_word().is_some())?;
        value.as_word().map(str::to_owned)
    }

    fn any(&mut self, key: &str) -> Option<Value> {
        self.take(key, |_| true).filter(|value| !value.is_null())
    }
}

impl LogEntry {
    /// Reads the bytes of a file, as [`LogEntry::read`] reads a value.
    ///
    /// # Errors
    /// As [`LogEntry::read`]; why the bytes are no JSON, with the place.
    pub fn read_bytes(log: Option<LogType>, bytes: &[u8], file: &str) -> Result<Self, Message> {
        let (text, _) = decode(bytes).ok_or_else(|| Message::new("encoding_unknown"))?;
        let document = Document::parse(Format::Json, text)?;
        Self::read(log, document.value(), file)
    }

    /// Reads an entry; without a type, of the type it looks like. Where it has no id, its file's name (without the ending) is the id; a file that
    /// is called after none gets one made of what it says, so that the same file has the same id.
    ///
    /// # Errors
    /// `log_entry_not_object`, `log_entry_unknown` for an object that has none of the keys.
    pub fn read(log: Option<LogType>, value: &Value, file: &str) -> Result<Self, Message> {
        let Some(members) = value.as_object() else {
            return Err(Message::new("log_entry_not_object"));
        };
        let has = |keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
        let log = log.unwrap_or(if has(&["operation_id", "operation_type"]) {
            LogType::Operations
        } else {
            LogType::Executions
        });
        let known: &[&str] = match log {
            LogType::Executions => &["execution_id", "workflow_id", "status", "messages"],
            LogType::Operations => &["operation_id", "operation_type", "workflow_id", "timestamp"],
        };
        if !has(known) {
            return Err(Message::new("log_entry_unknown"));
        }
        let mut members = Members(members.to_vec());
        let mut entry = match log {
            LogType::Executions => Self::Execution(execution(&mut members)),
            LogType::Operations => Self::Operation(operation(&mut members)),
        };
        if entry.id().is_empty() {
            let nameless = NAMELESS.contains(&file.trim().to_ascii_lowercase().as_str());
            let id = if nameless {
                format!("legacy-{}", &entry.sha256().to_string()[..16])
            } else {
                file.to_owned()
            };
            match &mut entry {
                Self::Execution(execution) => execution.id = id,
                Self::Operation(operation) => operation.id = id,
            }
        }
        Ok(entry)
    }
}

fn execution(members: &mut Members) -> Execution {
    let messages = members.take("messages", |value| {
        value.is_null() || value.as_array().is_some() || value.as_str().is_some()
    });
    Execution {
        id: members.word("execution_id").unwrap_or_default(),
        workflow_id: members.word("workflow_id"),
        status: members.word("status"),
        start_time: members.word("start_time"),
        end_time: members.word("end_time"),
        context: members.any("context"),
        messages: match &messages {
            Some(Value::Array(messages)) => messages.iter().map(LogMessage::read).collect(),
            Some(Value::String(text)) => vec![LogMessage::text(text)],
            _ => Vec::new(),
        },
        rest: std::mem::take(&mut members.0),
    }
}

fn operation(members: &mut Members) -> Operation {
    Operation {
        id: members.word("operation_id").unwrap_or_default(),
        operation_type: members.word("operation_type"),
        workflow_id: members.word("workflow_id"),
        timestamp: members.word("timestamp"),
        user: members.word("user"),
        data: members.any("data"),
        rest: std::mem::take(&mut members.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(log: LogType, text: &str, file: &str) -> Result<LogEntry, Message> {
        LogEntry::read(Some(log), &json::parse(text), file)
    }

    #[test]
    fn a_real_file_without_id_status_or_time_is_kept_whole() {
        let text = r#"{"workflow_id":"742bb39b","session_id":"s","completed":[],"context":{},"current_stage":"stage_1","name":"S"}"#;
        let entry = read(LogType::Executions, text, "None").unwrap();
        assert!(entry.id().starts_with("legacy-"), "{}", entry.id());
        assert_eq!(entry, read(LogType::Executions, text, "None").unwrap());
        let written = entry.to_text(&|_| String::new());
        for kept in [
            "\"session_id\":\"s\"",
            "\"completed\":[]",
            "\"context\":{}",
            "\"name\":\"S\"",
        ] {
            assert!(written.contains(kept), "{written}");
        }
        let again = read(LogType::Executions, &written, "anything").unwrap();
        assert_eq!(again, entry);
        assert_eq!(again.sha256(), entry.sha256());
        assert_eq!(read(LogType::Executions, text, "e-7").unwrap().id(), "e-7");
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        let refused = |text| read(LogType::Executions, text, "x").unwrap_err().code;
        assert_eq!(refused("[1]"), "log_entry_not_object");
        assert_eq!(refused(r#"{"a":1}"#), "log_entry_unknown");
    }

    #[test]
    fn an_operation_keeps_large_numbers_and_what_nobody_knows() {
        let text = r#"{"operation_id":18446744073709551617,"operation_type":"UPDATE","workflow_id":null,"timestamp":"t","user":null,"data":{"n":1.0},"more":[1e400]}"#;
        let entry = read(LogType::Operations, text, "x").unwrap();
        assert_eq!(entry.id(), "18446744073709551617");
        let written = entry.to_text(&|_| String::new());
        assert!(
            written.ends_with(r#""data":{"n":1.0},"more":[1e400]}"#),
            "{written}"
        );
    }

    #[test]
    fn a_known_key_of_another_type_is_kept_and_stands_once() {
        let text = r#"{"execution_id":"a","workflow_id":null,"start_time":null,"end_time":null,"context":null,"messages":[],"status":{"code":3}}"#;
        let entry = read(LogType::Executions, text, "x").unwrap();
        assert_eq!(entry.to_text(&|_| String::new()), text);
    }
}
