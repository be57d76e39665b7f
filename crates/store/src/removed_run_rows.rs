//! The rows of a deleted run as one compressed text, and back as rows.
//!
//! A row is kept with the names of its columns, so that one that was deleted before a column came can still
//! come back.

use std::collections::BTreeMap;

use flowkeep_core::log::words_of;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StoreError;
use crate::clean_up::OF_A_RUN;
use crate::run::{facts, json_of};
use crate::run_search::begin_stretch;
use crate::search::{self, Place, Searched};

/// All rows of one run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptRows {
    /// Number of its row.
    pub(crate) run: i64,
    tables: BTreeMap<String, Rows>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl KeptRows {
    /// Reads the rows of a run, and of the session that is nothing without it.
    pub(crate) fn read(connection: &Connection, run: i64, id: &str) -> Result<Self, StoreError> {
        let mut tables = BTreeMap::new();
        for (table, _) in OF_A_RUN {
            let rows = Rows::read(connection, table, "run = ?1", &Sql::Integer(run))?;
            tables.insert(table.to_owned(), rows);
        }
        let id = Sql::Text(id.to_owned());
        tables.insert(
            "session".to_owned(),
            Rows::read(connection, "session", "run = ?1", &id)?,
        );
        tables.insert(
            "session_attempt".to_owned(),
            Rows::read(
                connection,
                "session_attempt",
                "session IN (SELECT session FROM session WHERE run = ?1)",
                &id,
            )?,
        );
        // Of what it used an attempt says only what it used last.
        tables.insert(
            "run_used".to_owned(),
            Rows::read(connection, "run_used", "id = ?1", &id)?,
        );
        // A number of a folder may be another folder's by then.
        tables.insert(
            "config_root".to_owned(),
            Rows::read(
                connection,
                "config_root",
                "root IN (SELECT root FROM session WHERE run = ?1)",
                &id,
            )?,
        );
        tables.retain(|_, rows| !rows.rows.is_empty());
        Ok(Self { run, tables })
    }

    /// The texts of a column.
    pub(crate) fn texts<'a>(&'a self, table: &str, column: &str) -> impl Iterator<Item = &'a str> {
        let rows = self.tables.get(table);
        let at = rows.and_then(|rows| rows.columns.iter().position(|name| name == column));
        let rows = rows.filter(|_| at.is_some()).into_iter();
        rows.flat_map(|rows| &rows.rows)
            .filter_map(move |row| row.get(at?)?.as_str())
    }

    /// Puts them back where they were, findable as they were. Says whether a session came with them.
    pub(crate) fn put_back(&self, connection: &Connection) -> Result<bool, StoreError> {
        // The run first: what counts what it used reads its id.
        for (table, _) in OF_A_RUN.iter().rev() {
            if let Some(rows) = self.tables.get(*table) {
                rows.put(connection, table)?;
            }
        }
        if let Some(used) = self.tables.get("run_used") {
            used.put(connection, "run_used")?;
        }
        let session = self.put_session(connection)?;
        self.index(connection)?;
        mark_stretches(connection, self.run)?;
        Ok(session)
    }

    /// The number that the folder of configurations of its session has now; null where it is not known any more.
    fn root_now(&self, connection: &Connection) -> Result<Value, StoreError> {
        let Some(path) = self.texts("config_root", "path").next() else {
            return Ok(Value::Null);
        };
        let mut statement =
            connection.prepare_cached("SELECT root FROM config_root WHERE path = ?1")?;
        let now: Option<i64> = statement.query_row([path], |row| row.get(0)).optional()?;
        Ok(now.into())
    }

    /// The session gets another number where another one has its own by now, and so may its folder.
    fn put_session(&self, connection: &Connection) -> Result<bool, StoreError> {
        let Some(sessions) = self.tables.get("session") else {
            return Ok(false);
        };
        let (number, others) = sessions.without("session");
        let (_, others) = others.without("root");
        let root = self.root_now(connection)?;
        let mut came = false;
        for (before, session) in number.iter().zip(others.each()) {
            let session = session.with("root", root.clone());
            if session.put(connection, "session")? == 0 {
                continue;
            }
            came = true;
            let now = connection.last_insert_rowid();
            if let Some(attempts) = self.tables.get("session_attempt") {
                let (of, others) = attempts.without("session");
                for (_, attempt) in of.iter().zip(others.each()).filter(|(of, _)| *of == before) {
                    attempt
                        .with("session", now.into())
                        .put(connection, "session_attempt")?;
                }
            }
        }
        Ok(came)
    }

    /// Makes its texts findable, each at its own place.
    fn index(&self, connection: &Connection) -> Result<(), StoreError> {
        let keep = |place: Place<'_>, text: &str| {
            search::keep(connection, Searched::Runs, self.run, place, text)
        };
        let told = connection.query_row(
            "SELECT r.id, r.workflow_id, r.workflow_name, r.context, c.text
             FROM run r JOIN content c USING (content) WHERE r.run = ?1",
            [self.run],
            |row| {
                let (id, workflow): (String, Option<String>) = (row.get(0)?, row.get(1)?);
                let (name, context): (String, String) = (row.get(2)?, row.get(3)?);
                let definition: String = row.get(4)?;
                Ok(facts(
                    &id,
                    workflow.as_deref(),
                    &name,
                    &context,
                    &definition,
                ))
            },
        )?;
        keep(Place::Facts, &told)?;
        let mut statement =
            connection.prepare_cached("SELECT message, said, line FROM message WHERE run = ?1")?;
        let mut rows = statement.query([self.run])?;
        while let Some(row) = rows.next()? {
            let said: Option<String> = row.get(1)?;
            let words = match said {
                Some(said) => words_of(&json_of(1, &said)?),
                None => row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            };
            keep(Place::Message(row.get(0)?), &words)?;
        }
        let mut statement = connection.prepare_cached(
            "SELECT task, number, error FROM attempt WHERE run = ?1 AND error NOT NULL",
        )?;
        let mut rows = statement.query([self.run])?;
        while let Some(row) = rows.next()? {
            let (task, error): (String, String) = (row.get(0)?, row.get(2)?);
            keep(
                Place::Error(&task, row.get(1)?),
                &words_of(&json_of(2, &error)?),
            )?;
        }
        Ok(())
    }
}

impl Rows {
    fn read(
        connection: &Connection,
        table: &str,
        condition: &str,
        of: &Sql,
    ) -> Result<Self, StoreError> {
        // Without what the database computes by itself.
        let mut columns =
            connection.prepare_cached("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
        let columns = columns.query_map([table], |row| row.get(0))?;
        let columns: Vec<String> = columns.collect::<Result<_, _>>()?;
        let sql = format!(
            "SELECT {} FROM {table} WHERE {condition}",
            columns.join(", ")
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([of], |row| {
            (0..columns.len())
                .map(|at| kept(row.get_ref(at)?, at))
                .collect()
        })?;
        let rows = rows.collect::<Result<_, _>>()?;
        Ok(Self { columns, rows })
    }

    /// Puts them into a table, but for one that is there already; says how many.
    fn put(&self, connection: &Connection, table: &str) -> Result<usize, StoreError> {
        let places: Vec<_> = (1..=self.columns.len())
            .map(|at| format!("?{at}"))
            .collect();
        let sql = format!(
            "INSERT INTO {table}({}) VALUES ({}) ON CONFLICT DO NOTHING",
            self.columns.join(", "),
            places.join(", ")
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut put = 0;
        for row in &self.rows {
            let values = row.iter().map(given).collect::<Result<Vec<_>, _>>()?;
            put += statement.execute(params_from_iter(values))?;
        }
        Ok(put)
    }

    /// The values of one column, and the rows without it.
    fn without(&self, column: &str) -> (Vec<Value>, Self) {
        let Some(at) = self.columns.iter().position(|name| name == column) else {
            let rows = self.rows.clone();
            let columns = self.columns.clone();
            return (vec![Value::Null; rows.len()], Self { columns, rows });
        };
        let mut columns = self.columns.clone();
        columns.remove(at);
        let mut rows = self.rows.clone();
        let values = rows.iter_mut().map(|row| row.remove(at)).collect();
        (values, Self { columns, rows })
    }

    /// Each row by itself.
    fn each(&self) -> impl Iterator<Item = Self> {
        self.rows.iter().map(|row| Self {
            columns: self.columns.clone(),
            rows: vec![row.clone()],
        })
    }

    /// With one more column, of this value.
    fn with(mut self, column: &str, value: Value) -> Self {
        self.columns.push(column.to_owned());
        for row in &mut self.rows {
            row.push(value.clone());
        }
        self
    }
}

/// A value as it is kept: bytes as a list of numbers.
fn kept(value: ValueRef<'_>, column: usize) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map_err(|error| rusqlite::Error::Utf8Error(column, error))?
            .into(),
        ValueRef::Blob(bytes) => bytes.into(),
    })
}

fn given(value: &Value) -> Result<Sql, StoreError> {
    let unknown = || StoreError::Damaged("a deleted run is not as it was kept".to_owned());
    Ok(match value {
        Value::Null => Sql::Null,
        Value::Number(number) => match number.as_i64() {
            Some(number) => Sql::Integer(number),
            None => Sql::Real(number.as_f64().ok_or_else(unknown)?),
        },
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(bytes) => {
            let byte = |byte: &Value| u8::try_from(byte.as_u64()?).ok();
            let bytes: Option<Vec<u8>> = bytes.iter().map(byte).collect();
            Sql::Blob(bytes.ok_or_else(unknown)?)
        }
        Value::Bool(_) | Value::Object(_) => return Err(unknown()),
    })
}

/// Notes where ids do not go on rising before and after this row: search walks each stretch by itself, and they were
/// joined where they could be when it went.
fn mark_stretches(connection: &Connection, row: i64) -> Result<(), StoreError> {
    let mut falls = connection.prepare_cached(
        "SELECT n.run FROM run n WHERE n.run = ?1
         AND n.id < (SELECT id FROM run WHERE run < n.run ORDER BY run DESC LIMIT 1)",
    )?;
    let mut next =
        connection.prepare_cached("SELECT run FROM run WHERE run > ?1 ORDER BY run LIMIT 1")?;
    let after: Option<i64> = next.query_row([row], |row| row.get(0)).optional()?;
    for first in [Some(row), after].into_iter().flatten() {
        if falls.exists([first])? {
            begin_stretch(connection, first)?;
        }
    }
    Ok(())
}
