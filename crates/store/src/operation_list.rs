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
        let total = if filter.count {
            let (of, values) = chosen(filter);
            let values = rusqlite::params_from_iter(values.iter());
            let sql = format!("SELECT count(*) {of}");
            Some(reader.query_row(&sql, values, |row| row.get(0))?)
        } else {
            None
        };
        let (sql, values) = page(filter);
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

type Values = Vec<Box<dyn ToSql>>;

/// Where those of a filter are found, whatever page.
fn chosen(filter: &OperationFilter) -> (String, Values) {
    let mut conditions = vec!["1".to_owned()];
    let mut values = Values::new();
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
    let from = if filter.starts {
        WITH_STARTS
    } else {
        "operation"
    };
    (
        format!("FROM {from} o WHERE {}", conditions.join(" AND ")),
        values,
    )
}

/// The question for a page.
fn page(filter: &OperationFilter) -> (String, Values) {
    let (of, mut values) = chosen(filter);
    let mut older = String::new();
    if let Some(after) = &filter.after {
        values.push(Box::new(after.clone()));
        older = format!(" AND o.id < ?{}", values.len());
    }
    let limit = filter.limit + 1;
    let sql = format!("SELECT {COLUMNS} {of}{older} ORDER BY o.id DESC LIMIT {limit}");
    (sql, values)
}

/// Activity and the starts of runs, those that no task of another run started: both by their ids, which
/// rise with time. What is no column has the type of the column beside it: only then does `SQLite` merge
/// both in their order, instead of reading and sorting all there are for each page.
const WITH_STARTS: &str = "(SELECT id, at, actor, face, operation, kind, subject_id, subject_name, \
     before, after, count, undoes, undone_by, came_in FROM operation \
     UNION ALL SELECT id, created_at, actor, face, \
     CAST(iif(repeats IS NULL, 'run_start', 'run_retry') AS TEXT), CAST('run' AS TEXT), id, \
     workflow_name, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(0 AS INTEGER), \
     CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(0 AS INTEGER) FROM run WHERE parent IS NULL)";

fn like(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Timestamp;

    use super::*;
    use crate::schema;

    /// However many operations and runs there are, a page reads both in their order and sorts nothing.
    #[test]
    fn every_page_follows_the_order_of_both() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        for (starts, changes) in [(false, false), (true, false), (true, true)] {
            for after in [None, Some("01".to_owned())] {
                let (sql, values) = page(&OperationFilter {
                    starts,
                    changes,
                    after,
                    limit: 60,
                    ..OperationFilter::default()
                });
                let mut statement = connection
                    .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                    .unwrap();
                let steps: Vec<String> = statement
                    .query_map(rusqlite::params_from_iter(values.iter()), |row| row.get(3))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                assert!(
                    !steps.iter().any(|step| step.contains("TEMP B-TREE")),
                    "{sql}: {steps:?}"
                );
                let merged = steps.iter().any(|step| step.contains("MERGE"));
                assert_eq!(merged, starts, "{sql}: {steps:?}");
            }
        }
    }
}
