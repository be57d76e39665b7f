//! The two types of entries, and what stands for a set of them.

use std::fmt;

use super::message::LogMessage;
use super::status_of_word;
use crate::json;
use crate::run::Status;
use crate::{Message, Sha256, Value};

/// A type of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogType {
    /// Executions of workflows.
    Executions,
    /// Operations on workflows.
    Operations,
}

impl LogType {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Executions, Self::Operations];

    /// The folder its files are in (requirement 001, 5.2).
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Executions => "workflow_executions",
            Self::Operations => "workflow_operations",
        }
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// Of [`LogType::Executions`].
    Execution(Execution),
    /// Of [`LogType::Operations`].
    Operation(Operation),
}

/// One execution of a workflow, in the shape of requirement 001, 3.2.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Execution {
    /// Its id; another program's may be any text.
    pub id: String,
    /// The workflow, which need not be there.
    pub workflow_id: Option<String>,
    /// The word for its status, as it came.
    pub status: Option<String>,
    /// When it began, as it came.
    pub start_time: Option<String>,
    /// When it ended, as it came.
    pub end_time: Option<String>,
    /// What it was started with; `null` where nobody said.
    pub context: Option<Value>,
    /// What it told.
    pub messages: Vec<LogMessage>,
    /// Keys beside these, in their order.
    pub rest: Vec<(String, Value)>,
}

/// One operation on a workflow, in the shape of requirement 001, 3.2.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// What was done: `CREATE`, `UPDATE`, or another program's word.
    pub operation_type: Option<String>,
    /// The workflow, which need not be there.
    pub workflow_id: Option<String>,
    /// When, as it came.
    pub timestamp: Option<String>,
    /// Who.
    pub user: Option<String>,
    /// What belongs to it.
    pub data: Option<Value>,
    /// Keys beside these, in their order.
    pub rest: Vec<(String, Value)>,
}

/// What has become of an execution.
#[derive(Debug, Clone, Default)]
pub struct ExecutionUpdate {
    /// The new status.
    pub status: Option<String>,
    /// Messages to append.
    pub messages: Vec<LogMessage>,
}

impl Execution {
    /// What its status means, where that is known.
    pub fn state(&self) -> Option<Status> {
        self.status.as_deref().and_then(status_of_word)
    }

    /// The same with what has become of it. The end is now when it has come to a final status.
    ///
    /// # Errors
    /// `execution_final`: a final status never changes again.
    pub fn updated(mut self, update: ExecutionUpdate, now: &str) -> Result<Self, Message> {
        if let Some(status) = update.status {
            let new = status_of_word(&status);
            let was = self.state().filter(|state| state.is_final());
            if let Some(was) = was {
                if new != Some(was) {
                    return Err(Message::new("execution_final")
                        .with("id", &self.id)
                        .with("status", self.status.unwrap_or_default()));
                }
            } else {
                if new.is_some_and(Status::is_final) && self.end_time.is_none() {
                    self.end_time = Some(now.to_owned());
                }
                self.status = Some(status);
            }
        }
        self.messages.extend(update.messages);
        Ok(self)
    }
}

impl LogEntry {
    /// Its type.
    pub const fn log_type(&self) -> LogType {
        match self {
            Self::Execution(_) => LogType::Executions,
            Self::Operation(_) => LogType::Operations,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Execution(execution) => &execution.id,
            Self::Operation(operation) => &operation.id,
        }
    }

    /// When it began or was made, as it came.
    pub fn time(&self) -> Option<&str> {
        match self {
            Self::Execution(execution) => execution.start_time.as_deref(),
            Self::Operation(operation) => operation.timestamp.as_deref(),
        }
    }

    /// The workflow it is about.
    pub fn workflow_id(&self) -> Option<&str> {
        match self {
            Self::Execution(execution) => execution.workflow_id.as_deref(),
            Self::Operation(operation) => operation.workflow_id.as_deref(),
        }
    }

    /// As it stands in a file, in the shape of requirement 001; `say` as for
    /// [`LogMessage::to_value`].
    pub fn to_value(&self, say: &dyn Fn(&Message) -> String) -> Value {
        let text = |word: &Option<String>| word.clone().map_or(Value::Null, Value::String);
        let any = |value: &Option<Value>| value.clone().unwrap_or(Value::Null);
        let (known, rest) = match self {
            Self::Execution(execution) => {
                let messages = execution.messages.iter();
                let messages = messages.map(|message| message.to_value(say)).collect();
                let known = vec![
                    ("execution_id", Value::String(execution.id.clone())),
                    ("workflow_id", text(&execution.workflow_id)),
                    ("status", text(&execution.status)),
                    ("start_time", text(&execution.start_time)),
                    ("end_time", text(&execution.end_time)),
                    ("context", any(&execution.context)),
                    ("messages", Value::Array(messages)),
                ];
                (known, &execution.rest)
            }
            Self::Operation(operation) => {
                let known = vec![
                    ("operation_id", Value::String(operation.id.clone())),
                    ("operation_type", text(&operation.operation_type)),
                    ("workflow_id", text(&operation.workflow_id)),
                    ("timestamp", text(&operation.timestamp)),
                    ("user", text(&operation.user)),
                    ("data", any(&operation.data)),
                ];
                (known, &operation.rest)
            }
        };
        // A known key with a value of another type stands in the rest.
        let known = known
            .into_iter()
            .filter(|(key, _)| rest.iter().all(|(name, _)| name != key))
            .map(|(key, value)| (key.to_owned(), value));
        Value::Object(known.chain(rest.iter().cloned()).collect())
    }

    /// The text of its file.
    pub fn to_text(&self, say: &dyn Fn(&Message) -> String) -> String {
        json::print(&self.to_value(say))
    }

    /// What stands for all it says, in whatever language that was said.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.to_text(&|_| String::new()).as_bytes())
    }

    /// The words to find it by, without those of its messages.
    pub fn words(&self) -> String {
        let (id, workflow, value, rest) = match self {
            Self::Execution(one) => (&one.id, &one.workflow_id, &one.context, &one.rest),
            Self::Operation(one) => (&one.id, &one.workflow_id, &one.data, &one.rest),
        };
        let mut words = format!("{id} {}", workflow.as_deref().unwrap_or_default());
        let rest = Value::Object(rest.clone());
        for value in value.iter().chain([&rest]) {
            words.push(' ');
            words.push_str(&json::print(value));
        }
        words
    }
}

/// Stands for a set of entries, whatever their order: the sum of their hashes, modulo 2^256. Equal
/// sets have equal checksums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogChecksum([u8; 32]);

impl LogChecksum {
    /// Adds an entry.
    pub fn add(&mut self, entry: &LogEntry) {
        let mut carry = 0;
        for (sum, byte) in self.0.iter_mut().zip(entry.sha256().0).rev() {
            let total = u16::from(*sum) + u16::from(byte) + carry;
            let [high, low] = total.to_be_bytes();
            *sum = low;
            carry = u16::from(high);
        }
    }
}

impl fmt::Display for LogChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Sha256(self.0), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(id: &str) -> LogEntry {
        LogEntry::Execution(Execution {
            id: id.to_owned(),
            ..Execution::default()
        })
    }

    #[test]
    fn a_checksum_is_of_a_set_and_misses_nothing() {
        let of = |ids: &[&str]| {
            let mut sum = LogChecksum::default();
            for id in ids {
                sum.add(&execution(id));
            }
            sum
        };
        assert_eq!(of(&["a", "b", "c"]), of(&["c", "a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "c"]));
        assert_ne!(of(&["a", "a"]), of(&[]));
        assert_eq!(of(&["a"]).to_string(), execution("a").sha256().to_string());
    }

    #[test]
    fn a_final_status_never_changes_and_sets_the_end() {
        let update = |status: &str| ExecutionUpdate {
            status: Some(status.to_owned()),
            messages: vec![LogMessage::text(status)],
        };
        let begun = Execution {
            status: Some("running".to_owned()),
            ..Execution::default()
        };
        let ended = begun.updated(update("completed"), "2026-01-01").unwrap();
        assert_eq!(ended.end_time.as_deref(), Some("2026-01-01"));
        let again = ended
            .clone()
            .updated(update("Success"), "2027-01-01")
            .unwrap();
        assert_eq!(again.status.as_deref(), Some("completed"));
        assert_eq!(again.end_time.as_deref(), Some("2026-01-01"));
        assert_eq!(again.messages.len(), 2);
        let refused = ended.updated(update("running"), "2027-01-01").unwrap_err();
        assert_eq!(refused.code, "execution_final");
    }
}
