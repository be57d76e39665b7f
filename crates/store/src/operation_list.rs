//! Pages of Activity.

use rusqlite::ToSql;

use crate::operation::{COLUMNS, record};
use crate::{OperationRecord, Store, StoreError};

/// Which operations.
#[derive(Debug, Clone, Default)]
pub struct OperationFilter {
    /// Part of a name, id or actor.
    pub text: Option<String>,
    /// Only this type.
    pub operation: Option<String>,
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
        if let Some(kind) = &filter.kind {
            let kind = bind(Box::new(kind.clone()));
            let subject = match &filter.id {
                Some(id) => format!(" AND i.id = ?{}", bind(Box::new(id.clone()))),
                None => String::new(),
            };
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM operation_item i
                 WHERE i.operation = o.id AND i.kind = ?{kind}{subject})"
            ));
        }
        if let Some(since) = filter.since {
            conditions.push(format!("o.at >= ?{}", bind(Box::new(since))));
        }
        if let Some(until) = filter.until {
            conditions.push(format!("o.at < ?{}", bind(Box::new(until))));
        }
        let all = conditions.join(" AND ");
        let total = if filter.count {
            let sql = format!("SELECT count(*) FROM operation o WHERE {all}");
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
            "SELECT {COLUMNS} FROM operation o WHERE {all}{page} ORDER BY o.id DESC LIMIT {}",
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

fn like(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}
