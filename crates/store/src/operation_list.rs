//! Pages of Activity.

use rusqlite::{OptionalExtension as _, ToSql};

use crate::operation::{CHANGED_DOCUMENTS, CHANGED_SETTINGS, COLUMNS, record};
use crate::{OperationRecord, Store, StoreError};

/// Which operations.
#[derive(Debug, Clone, Default)]
pub struct OperationFilter {
    /// Part of a name, id or actor.
    pub text: Option<String>,
    /// Only this type.
    pub operation: Option<String>,
    /// Only what changed documents or settings: what is not in a backup made before.
    pub changes: bool,
    /// The starts of runs as well. They are no rows of Activity: each run says who started it, and a
    /// start is forgotten with its run.
    pub starts: bool,
    /// Only this kind of subject.
    pub kind: Option<String>,
    /// Only this subject (with `kind`).
    pub id: Option<String>,
    /// Only at or after this time, in milliseconds.
    pub since: Option<i64>,
    /// Only before this time, in milliseconds.
    pub until: Option<i64>,
    /// Only operations older than this one.
    pub after: Option<String>,
    /// Rows of the page.
    pub limit: u32,
    /// Count them all, too.
    pub count: bool,
}

/// A page of operations, newest first.
#[derive(Debug)]
pub struct OperationPage {
    /// The rows.
    pub items: Vec<OperationRecord>,
    /// The key of the next page.
    pub next: Option<String>,
    /// How many in all, when asked.
    pub total: Option<u32>,
}

impl Store {
    /// One operation; one that started a run goes by the run's id.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation_or_start(&self, id: &str) -> Result<Option<OperationRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM {WITH_STARTS} o WHERE o.id = ?1");
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(statement.query_row([id], record).optional()?)
    }

    /// A page of operations, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn operations(&self, filter: &OperationFilter) -> Result<OperationPage, StoreError> {
        let reader = self.reader()?;
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut bind = |value: Box<dyn ToSql>| {
            values.push(value);
            values.len()
        };
        if let Some(text) = &filter.text {
            let n = bind(Box::new(like(text)));
            conditions.push(format!(
                "(o.subject_name LIKE ?{n} ESCAPE '\\' OR o.subject_id LIKE ?{n} ESCAPE '\\'
                  OR o.actor LIKE ?{n} ESCAPE '\\' OR EXISTS (
                    SELECT 1 FROM operation_item i WHERE i.operation = o.id
                    AND (i.name LIKE ?{n} ESCAPE '\\' OR i.id LIKE ?{n} ESCAPE '\\')))"
            ));
        }
        if let Some(operation) = &filter.operation {
            conditions.push(format!(
                "o.operation = ?{}",
                bind(Box::new(operation.clone()))
            ));
        }
        if filter.changes {
            conditions.push(format!("({CHANGED_DOCUMENTS} OR {CHANGED_SETTINGS})"));
        }
        if let Some(kind) = &filter.kind {
            let kind = bind(Box::new(kind.clone()));
            let (subject, item) = match &filter.id {
                Some(id) => {
                    let id = bind(Box::new(id.clone()));
                    (
                        format!(" AND o.subject_id = ?{id}"),
                        format!(" AND i.id = ?{id}"),
                    )
                }
                None => (String::new(), String::new()),
            };
            conditions.push(format!(
                "(o.kind = ?{kind}{subject} OR EXISTS (SELECT 1 FROM operation_item i
                 WHERE i.operation = o.id AND i.kind = ?{kind}{item}))"
            ));
        }
        if let Some(since) = filter.since {
            conditions.push(format!("o.at >= ?{}", bind(Box::new(since))));
        }
        if let Some(until) = filter.until {
            conditions.push(format!("o.at < ?{}", bind(Box::new(until))));
        }
        let all = conditions.join(" AND ");
        let from = if filter.starts {
            WITH_STARTS
        } else {
            "operation"
        };
        let total = if filter.count {
            let sql = format!("SELECT count(*) FROM {from} o WHERE {all}");
            let values = rusqlite::params_from_iter(values.iter());
            Some(reader.query_row(&sql, values, |row| row.get(0))?)
        } else {
            None
        };
        let mut page = String::new();
        if let Some(after) = &filter.after {
            values.push(Box::new(after.clone()));
            page = format!(" AND o.id < ?{}", values.len());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM {from} o WHERE {all}{page} ORDER BY o.id DESC LIMIT {}",
            filter.limit + 1
        );
        let mut statement = reader.prepare(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(values.iter()), record)?;
        let mut items = rows.collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > filter.limit as usize;
        items.truncate(filter.limit as usize);
        let next = if more {
            items.last().map(|last| last.id.clone())
        } else {
            None
        };
        Ok(OperationPage { items, next, total })
    }
}

/// Activity and the starts of runs, those that no task of another run started: both by their ids, which
/// rise with time.
const WITH_STARTS: &str = "(SELECT id, at, actor, face, operation, kind, subject_id, subject_name, \
     before, after, count, undoes, undone_by, came_in FROM operation \
     UNION ALL SELECT id, created_at, actor, face, iif(repeats IS NULL, 'run_start', 'run_retry'), \
     'run', id, workflow_name, NULL, NULL, 0, NULL, NULL, 0 FROM run WHERE parent IS NULL)";

fn like(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}
