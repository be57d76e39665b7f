//! The data sources of the user: what can be asked of them, and how one is chosen.
//!
//! A source takes an [`Operation`] and answers with the output the contract gives for it. The
//! operations are plain data, so that one that could not reach its source can be kept and carried
//! out later. Which kinds can do which action stands in the table of `core::run::action`.
//!
//! Absent on purpose: where connections and their passwords are kept (`store`, `host`). No SQL for the user's data is outside this folder and `actions`
//! (ARCHITECTURE.md, invariant 3).

mod choice;
mod coming;
mod described;
mod elasticsearch;
mod health;
mod kept;
mod mysql;
mod open;
mod record;
mod redis;
pub(crate) mod server;
mod sqlite;
mod value;

use std::future::Future;
use std::pin::Pin;

use flowkeep_core::connection::Secret;
use flowkeep_core::run::redis::only_reads;
use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};

pub(crate) use choice::readable;
pub use choice::{
    Chosen, Connected, Connections, KeptRules, Readable, keep_rules, kept_rules, kept_rules_in,
};
pub(crate) use described::table as described_table;
pub use flowkeep_core::connection::LOCAL;
pub use health::{ask, ask_apart};
pub use open::{Bounds, open, open_within};
pub use sqlite::Sqlite;

use crate::actions::{ActionError, Done, Room, Stop};

/// What a source is doing.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, ActionError>> + Send + 'a>>;

/// One connection of the user's.
pub trait Source: Send + Sync {
    /// What the user calls it.
    fn name(&self) -> &str;

    /// `sqlite mysql redis elasticsearch`, as in the table of actions and among the capabilities
    /// of agents.
    fn kind(&self) -> &'static str;

    /// The password it is opened with, which nothing that comes back may repeat. It may take
    /// seconds: asked where that holds nobody up.
    ///
    /// # Errors
    /// The name of the secret it waits for: locked, or not entered yet.
    fn password(&self) -> Result<Option<Secret>, String> {
        Ok(None)
    }

    /// Whether as many operations as it may have are under way: nothing can be asked beside them.
    fn is_full(&self) -> bool {
        false
    }

    /// Reaches it and says which version answers.
    fn version(&self) -> Doing<'_, String>;

    /// Carries an operation out. Answers [`Done::Output`] in the shape of the contract's table, or
    /// [`Done::Stopped`] within a second after `stop` asks; what a stopped operation wrote is
    /// undone.
    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done>;
}

/// Something to do with a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A statement that reads: `{rows, columns}`. One that could write is refused.
    Query(Statement),
    /// Statements that write: `{affected, last_id}`.
    Execute(Statement),
    /// A statement that does either, and answers as it turns out to be.
    Either(Statement),
    /// A command of Redis and its arguments (texts, numbers, `{"$blob": base64}`): `{value}`.
    Command(Vec<Value>),
    /// A request to Elasticsearch: `{status, body}`.
    Request(Request),
    /// A new record: `{key}`.
    Add {
        /// Where.
        table: String,
        /// Its key.
        key: Key,
        /// Its other columns.
        values: Vec<(String, Value)>,
    },
    /// Changes columns of a record: `{key}`. It is an error when there is no such record.
    Update {
        /// Where.
        table: String,
        /// Which.
        key: Value,
        /// The columns to change.
        values: Vec<(String, Value)>,
    },
    /// One record: `{record}`, `null` when there is none.
    Get {
        /// Where.
        table: String,
        /// Which.
        key: Value,
    },
    /// Takes a record out: `{deleted}`, true or false.
    Delete {
        /// Where.
        table: String,
        /// Which.
        key: Value,
    },
    /// Records whose columns equal all of these: `{records}`, in the order of the key.
    Find {
        /// Where.
        table: String,
        /// The columns and their values; none: all records.
        equal: Vec<(String, Value)>,
        /// At most so many.
        limit: Option<u64>,
    },
    /// Records that have this text in any column that holds text: `{records}`, in the order of the
    /// key.
    Search {
        /// Where.
        table: String,
        /// The text; it has no wildcards.
        text: String,
        /// At most so many.
        limit: Option<u64>,
    },
    /// What a table or view is, as far as it can be asked without changing anything: `{table}`, a
    /// [`description::Table`](flowkeep_core::description::Table).
    Describe {
        /// Its name, or that of its schema, a dot and its name.
        table: String,
        /// So many of its rows show values; none: no value leaves the database.
        samples: u64,
    },
}

impl Operation {
    /// Whether it changes nothing, whatever it is asked with.
    pub fn only_reads(&self) -> bool {
        match self {
            Self::Query(_)
            | Self::Get { .. }
            | Self::Find { .. }
            | Self::Search { .. }
            | Self::Describe { .. } => true,
            Self::Command(command) => only_reads(command),
            Self::Request(request) => matches!(request.method.as_str(), "GET" | "HEAD"),
            Self::Execute(_)
            | Self::Either(_)
            | Self::Add { .. }
            | Self::Update { .. }
            | Self::Delete { .. } => false,
        }
    }

    /// The action it is of; for `Either`, the one it would be.
    const fn action(&self) -> &'static str {
        match self {
            Self::Query(_) => "sql.query",
            Self::Execute(_) | Self::Either(_) => "sql.execute",
            Self::Command(_) => "redis.command",
            Self::Request(_) => "elasticsearch.request",
            Self::Add { .. } => "record.add",
            Self::Update { .. } => "record.update",
            Self::Get { .. } => "record.get",
            Self::Delete { .. } => "record.delete",
            Self::Find { .. } => "record.find",
            Self::Search { .. } => "record.search",
            Self::Describe { .. } => "sql.describe",
        }
    }
}

/// An operation that a kind of source does not have.
fn unfit(source: &str, operation: &Operation) -> ActionError {
    let message = Message::new("source_unfit").with("source", source);
    ActionError::lasting(message.with("action", operation.action()))
}

/// A request as Elasticsearch takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// What follows the server's address, with what is asked after a `?`.
    pub path: String,
    /// JSON; for requests of many lines a list of them, or their text.
    pub body: Option<Value>,
    /// Statuses from 400 on that are no failure.
    pub accept: Vec<String>,
}

/// A statement and the values for its placeholders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// In the language of the source.
    pub sql: String,
    /// In the order of the placeholders. What JSON has no type for is an object with one key:
    /// `{"$blob": base64}`.
    pub args: Vec<Value>,
}

/// The key of a new record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The definition gives it; a record that has it already is an error.
    Given(Value),
    /// Made for this one doing: a record that has it already *is* this record, added by an attempt
    /// that could not say so.
    Made(String),
}
