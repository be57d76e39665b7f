//! What a task can do: one row for every action, as plain data.
//!
//! The table makes the form a person fills in, the validation of parameters, the defaults of
//! [`Task`](super::Task) and what an agent has to be able to do. Absent on purpose: carrying an
//! action out, and the words for people (`param_<name>` and `action_<key>` of the catalogue).

use serde::Serialize;
use ts_rs::TS;

use super::redis;
use crate::Value;
use crate::description::MOST_SAMPLES;

/// Everything an agent can be able to do.
pub const CAPABILITIES: [&str; 8] = [
    "mysql",
    "sqlite",
    "redis",
    "elasticsearch",
    "http",
    "file",
    "program",
    "workflow",
];

/// One action and everything that is known of it without running it.
#[derive(Debug, PartialEq, Eq, Serialize, TS)]
pub struct Action {
    /// What a task's `action` says.
    pub name: &'static str,
    /// Its parameters, in the order of a form.
    pub params: &'static [Param],
    /// Whether doing it twice is as good as doing it once, where the task does not say.
    pub idempotent: Idempotency,
    /// What an agent needs for it, beside the type of the data source that is chosen.
    pub capabilities: &'static [&'static str],
    /// Types of data sources that can do it; empty where it needs none.
    pub sources: &'static [&'static str],
    /// The kind of data it means where the task does not say; for the routing rules.
    pub data_kind: Option<&'static str>,
    /// Who carries it out.
    pub worker: Worker,
}

/// Who carries an action out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Worker {
    /// An attempt that is queued and given to an agent or to the engine itself.
    Attempt,
    /// A person: the task waits for an answer.
    Person,
}

/// Whether an action may be done again after a crash in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Idempotency {
    /// Always.
    Safe,
    /// Never, unless the task says so.
    Unsafe,
    /// When the parameter `method` is GET or HEAD.
    ByMethod,
    /// When the parameter `command` is a command of Redis that only reads.
    ByCommand,
}

/// One parameter of an action.
#[derive(Debug, PartialEq, Eq, Serialize, TS)]
pub struct Param {
    /// Its key in `params`; its label is `param_<name>` of the catalogue.
    pub name: &'static str,
    /// What it holds. A text with an expression is possible everywhere.
    pub holds: Holds,
    /// Whether the action cannot do without it.
    pub required: bool,
    /// The largest number it can be, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub most: Option<u64>,
}

impl Param {
    /// The largest number it can be, where `value` is a larger one.
    pub fn exceeded(&self, value: &Value) -> Option<u64> {
        let most = self.most?;
        (value.as_whole()? > most).then_some(most)
    }
}

/// What a parameter holds, and so which field a form has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// A line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// What a file is to hold: several lines of text, or anything else as its JSON.
    Content,
    /// An SQL statement; expressions in it become bound values.
    Sql,
    /// A text or a number, as keys come.
    Word,
    /// A whole number that is not negative.
    Whole,
    /// A list of anything.
    List,
    /// A list of texts or numbers; a program's arguments.
    Words,
    /// Keys and values.
    Object,
    /// A list, or keys and values: checklists and form fields come as either.
    ListOrObject,
    /// A list of `{condition, task}`.
    Cases,
    /// Anything.
    Any,
}

const fn required(name: &'static str, holds: Holds) -> Param {
    Param {
        name,
        holds,
        required: true,
        most: None,
    }
}

const fn optional(name: &'static str, holds: Holds) -> Param {
    Param {
        name,
        holds,
        required: false,
        most: None,
    }
}

const fn at_most(name: &'static str, most: u64) -> Param {
    Param {
        most: Some(most),
        ..optional(name, Holds::Whole)
    }
}

/// An action that touches nothing and needs nobody; the rows below say how they differ.
const PLAIN: Action = Action {
    name: "",
    params: &[],
    idempotent: Idempotency::Safe,
    capabilities: &[],
    sources: &[],
    data_kind: None,
    worker: Worker::Attempt,
};

const SQL: &[&str] = &["sqlite", "mysql"];
const RECORDS: &[&str] = &["sqlite", "mysql", "redis", "elasticsearch"];
const SEARCHABLE: &[&str] = &["sqlite", "mysql", "elasticsearch"];
const STATEMENT: &[Param] = &[required("sql", Holds::Sql), optional("args", Holds::List)];
const ONE_RECORD: &[Param] = &[required("table", Holds::Text), required("key", Holds::Word)];

/// Every action the engine knows, in the order in which a form offers them.
pub static ACTIONS: [Action; 22] = [
    Action {
        name: "sql.query",
        params: STATEMENT,
        sources: SQL,
        ..PLAIN
    },
    Action {
        name: "sql.execute",
        params: STATEMENT,
        idempotent: Idempotency::Unsafe,
        sources: SQL,
        ..PLAIN
    },
    Action {
        name: "sql.describe",
        params: &[
            required("tables", Holds::Words),
            at_most("samples", MOST_SAMPLES),
        ],
        capabilities: &["file"],
        sources: SQL,
        ..PLAIN
    },
    Action {
        name: "record.add",
        params: &[
            required("table", Holds::Text),
            optional("key", Holds::Word),
            required("values", Holds::Object),
        ],
        idempotent: Idempotency::Unsafe,
        sources: RECORDS,
        ..PLAIN
    },
    Action {
        name: "record.update",
        params: &[
            required("table", Holds::Text),
            required("key", Holds::Word),
            required("values", Holds::Object),
        ],
        idempotent: Idempotency::Unsafe,
        sources: RECORDS,
        ..PLAIN
    },
    Action {
        name: "record.get",
        params: ONE_RECORD,
        sources: RECORDS,
        ..PLAIN
    },
    Action {
        name: "record.delete",
        params: ONE_RECORD,
        idempotent: Idempotency::Unsafe,
        sources: RECORDS,
        ..PLAIN
    },
    Action {
        name: "record.find",
        params: &[
            required("table", Holds::Text),
            optional("where", Holds::Object),
            optional("limit", Holds::Whole),
        ],
        sources: RECORDS,
        ..PLAIN
    },
    Action {
        name: "record.search",
        params: &[
            required("table", Holds::Text),
            required("text", Holds::Text),
            optional("limit", Holds::Whole),
        ],
        sources: SEARCHABLE,
        data_kind: Some("search"),
        ..PLAIN
    },
    Action {
        name: "redis.command",
        params: &[required("command", Holds::Words)],
        idempotent: Idempotency::ByCommand,
        sources: &["redis"],
        ..PLAIN
    },
    Action {
        name: "elasticsearch.request",
        params: &[
            required("method", Holds::Text),
            required("path", Holds::Text),
            optional("body", Holds::Any),
            optional("accept", Holds::List),
        ],
        idempotent: Idempotency::ByMethod,
        sources: &["elasticsearch"],
        ..PLAIN
    },
    Action {
        name: "http.request",
        params: &[
            optional("method", Holds::Text),
            required("url", Holds::Text),
            optional("headers", Holds::Object),
            optional("body", Holds::Any),
            optional("accept", Holds::List),
        ],
        idempotent: Idempotency::ByMethod,
        capabilities: &["http"],
        ..PLAIN
    },
    Action {
        name: "file.write",
        params: &[
            required("path", Holds::Text),
            required("text", Holds::Content),
        ],
        capabilities: &["file"],
        ..PLAIN
    },
    Action {
        name: "file.copy",
        params: &[required("from", Holds::Text), required("to", Holds::Text)],
        capabilities: &["file"],
        ..PLAIN
    },
    Action {
        name: "table_list.read",
        params: &[optional("path", Holds::Text)],
        capabilities: &["file"],
        ..PLAIN
    },
    Action {
        name: "program.run",
        params: &[
            required("program", Holds::Text),
            optional("args", Holds::Words),
            optional("env", Holds::Object),
            optional("accept", Holds::List),
        ],
        idempotent: Idempotency::Unsafe,
        capabilities: &["program"],
        ..PLAIN
    },
    Action {
        name: "workflow.run",
        params: &[
            required("workflow", Holds::Word),
            optional("context", Holds::Object),
            optional("accept", Holds::List),
        ],
        idempotent: Idempotency::Unsafe,
        capabilities: &["workflow"],
        ..PLAIN
    },
    Action {
        name: "wait",
        params: &[required("ms", Holds::Whole)],
        ..PLAIN
    },
    Action {
        name: "branch",
        params: &[required("when", Holds::Cases)],
        ..PLAIN
    },
    Action {
        name: "manual",
        params: &[
            optional("instruction", Holds::LongText),
            optional("checklist", Holds::ListOrObject),
            optional("fields", Holds::ListOrObject),
        ],
        idempotent: Idempotency::Unsafe,
        worker: Worker::Person,
        ..PLAIN
    },
    // Requirement 002, section 3.3: their input comes from the run's context.
    Action {
        name: "DataSourceTaskExecutor.determineDataSource",
        ..PLAIN
    },
    Action {
        name: "DataSourceTaskExecutor.execute",
        idempotent: Idempotency::Unsafe,
        sources: SQL,
        ..PLAIN
    },
];

/// The action of this name.
pub fn action(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

impl Action {
    /// The end of its catalogue key: its name in small letters, such as `sql_query`.
    pub fn key(&self) -> String {
        let mut key = String::with_capacity(self.name.len() + 8);
        for character in self.name.chars() {
            let begins = character == '.' || character.is_ascii_uppercase();
            if begins && !key.is_empty() && !key.ends_with('_') {
                key.push('_');
            }
            if character != '.' {
                key.push(character.to_ascii_lowercase());
            }
        }
        key
    }

    /// Whether a task of this action changes something outside, so that it should not be broken in
    /// two. The parameters are as they are written.
    pub fn writes(&self, params: &Value) -> bool {
        self.capabilities.contains(&"file") || !self.idempotent_by_default(params)
    }

    /// Whether a task of this action can be done twice, where it does not say so itself. The
    /// parameters are as they are written: what an expression gives is not known.
    pub fn idempotent_by_default(&self, params: &Value) -> bool {
        match self.idempotent {
            Idempotency::Safe => true,
            Idempotency::Unsafe => false,
            Idempotency::ByCommand => {
                let command = params.get("command").and_then(Value::as_array);
                command.is_some_and(redis::only_reads)
            }
            Idempotency::ByMethod => match params.get("method") {
                // A request without a method is a GET.
                None | Some(Value::Null) => true,
                Some(method) => method.as_str().is_some_and(|method| {
                    ["GET", "HEAD"]
                        .iter()
                        .any(|safe| method.trim().eq_ignore_ascii_case(safe))
                }),
            },
        }
    }
}
