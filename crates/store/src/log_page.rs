//! Pages of what other programs recorded, newest first.

use flowkeep_core::log::{LogEntry, LogType, status_of_word};
use rusqlite::types::Value as Sql;

use crate::log_entry::{EXECUTION, OPERATION, execution, messages, operation};
use crate::{Store, StoreError};

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Executions of this status (whatever word was used for it), or operations of this type.
    pub word: Option<String>,
    /// Milliseconds; begun or made at or after.
    pub since: Option<i64>,
    /// Milliseconds; before.
    pub until: Option<i64>,
    /// Executions in whose texts all of these are: expressions of `core::search_words`.
    pub words: Option<Vec<String>>,
    /// Behind this one.
    pub after: Option<LogKey>,
    /// Rows of the page.
    pub limit: u32,
    /// Whether to count them all.
    pub count: bool,
    /// Messages of each execution, at most.
    pub messages: u32,
}

/// An entry's place in the order: its time in milliseconds, and the number of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey {
    /// Milliseconds.
    pub at: i64,
    /// The row.
    pub row: i64,
}

/// A page of entries, newest first: one more than wanted where there is a further page.
#[derive(Debug, Default)]
pub struct LogRows {
    /// The rows with their places.
    pub items: Vec<(LogKey, LogEntry)>,
    /// How many there are in all, when that was wanted.
    pub total: Option<u32>,
}

impl Store {
    /// A page of what other programs recorded.
    ///
    /// # Errors
    /// What the database says.
    pub fn log_entries(&self, log: LogType, filter: &LogFilter) -> Result<LogRows, StoreError> {
        let (table, key, columns) = match log {
            LogType::Executions => ("execution", "execution", EXECUTION),
            LogType::Operations => ("logged_operation", "operation", OPERATION),
        };
        let (conditions, mut values) = conditions(log, key, filter);
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let total = if filter.count {
            let sql = format!("SELECT count(*) FROM {table} e WHERE {conditions}");
            let values = rusqlite::params_from_iter(&values);
            Some(reader.query_row(&sql, values, |row| row.get(0))?)
        } else {
            None
        };
        let mut behind = String::new();
        if let Some(after) = filter.after {
            let first = values.len() + 1;
            behind = format!(" AND (e.at, e.{key}) < (?{first}, ?{})", first + 1);
            values.extend([after.at.into(), after.row.into()]);
        }
        let sql = format!(
            "SELECT {columns}, e.at, e.{key} FROM {table} e WHERE {conditions}{behind}
             ORDER BY e.at DESC, e.{key} DESC LIMIT {}",
            u64::from(filter.limit) + 1
        );
        let mut statement = reader.prepare(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(&values), |row| {
            let place = LogKey {
                at: row.get(7)?,
                row: row.get(8)?,
            };
            Ok(match log {
                LogType::Executions => (place, LogEntry::Execution(execution(row)?)),
                LogType::Operations => (place, LogEntry::Operation(operation(row)?)),
            })
        })?;
        let mut items = rows.collect::<Result<Vec<_>, _>>()?;
        for (place, entry) in &mut items {
            if let LogEntry::Execution(execution) = entry {
                execution.messages = messages(&reader, place.row, filter.messages)?;
            }
        }
        Ok(LogRows { items, total })
    }
}

/// A filter but for its place, as SQL on `e`, and what is bound there.
fn conditions(log: LogType, key: &str, filter: &LogFilter) -> (String, Vec<Sql>) {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Sql> = Vec::new();
    let mut add = |condition: &str, value: Sql| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("?{}", values.len())));
    };
    if let Some(workflow) = &filter.workflow {
        add("e.workflow_id = ?", workflow.clone().into());
    }
    match (&filter.word, log) {
        (Some(word), LogType::Executions) => match status_of_word(word) {
            Some(status) => add("e.state = ?", status.as_str().to_owned().into()),
            None => add("e.status = ?", word.clone().into()),
        },
        (Some(word), LogType::Operations) => {
            add("e.operation_type = ? COLLATE NOCASE", word.clone().into());
        }
        (None, _) => {}
    }
    if let Some(since) = filter.since {
        add("e.at >= ?", since.into());
    }
    if let Some(until) = filter.until {
        add("e.at < ?", until.into());
    }
    if let (Some(words), LogType::Executions) = (&filter.words, log) {
        let found = format!(
            "e.{key} IN (SELECT rowid >> 32 FROM execution_search WHERE execution_search MATCH ?)"
        );
        for word in words {
            add(&found, word.clone().into());
        }
        if words.is_empty() {
            add("?", 0.into());
        }
    }
    (conditions.join(" AND "), values)
}
