//! What any process wants of whoever owns the engine: to cancel a run, to hand in an answer. The
//! owner looks here whenever the database has changed, and writes its answer beside the request.

use flowkeep_core::{Message, RunId};
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use crate::operation::RUN;
use crate::run::{id_of, json_of, to_json};
use crate::{NewOperation, OperationItemRecord, Store, StoreError, Tag, Tx, schema};

/// How long an answered request is kept for who asked, in milliseconds.
const KEPT: i64 = 3_600_000;

/// What a person wants of a run, and what Activity says of it once it is done.
#[derive(Debug, Clone)]
pub struct NewRunRequest {
    /// Row of the run.
    pub row: i64,
    /// What, as the engine understands it: JSON.
    pub wanted: String,
    /// Who wants it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// What Activity calls it.
    pub operation: String,
    /// What a person calls the task it is about, with whatever else Activity says of it.
    pub task: Option<String>,
}

/// Beside what is wanted, in the column of that name: what Activity says once it is done.
#[derive(Serialize, Deserialize)]
struct Told {
    wanted: String,
    face: String,
    operation: String,
    task: Option<String>,
}

/// What is wanted of a run.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Number of the request.
    pub request: i64,
    /// Row of the run.
    pub row: i64,
    /// The run.
    pub run: RunId,
    /// What, as the engine understands it: JSON.
    pub wanted: String,
    /// Who wants it.
    pub actor: String,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestAnswer {
    /// Nobody has looked at it.
    Open,
    /// It was done.
    Done,
    /// It was refused, for this reason.
    Refused(Message),
}

/// Sees whether the database has changed. Looking reads shared memory alone.
#[derive(Debug)]
pub struct Watch {
    connection: Connection,
    version: i64,
}

impl Watch {
    /// Whether any other connection, of this process or another, has committed since the last
    /// look.
    ///
    /// # Errors
    /// What the database says.
    pub fn changed(&mut self) -> Result<bool, StoreError> {
        let version = data_version(&self.connection)?;
        let changed = version != self.version;
        self.version = version;
        Ok(changed)
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))?)
}

impl Store {
    /// Begins to watch.
    ///
    /// # Errors
    /// What the database says.
    pub fn watch(&self) -> Result<Watch, StoreError> {
        let connection = schema::open_reader(self.opened())?;
        let version = data_version(&connection)?;
        Ok(Watch {
            connection,
            version,
        })
    }

    /// Requests nobody has answered, in their order; of a former program, which wrote nothing beside what
    /// is wanted, as well.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_requests(&self) -> Result<Vec<RunRequest>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT q.request, q.run, r.id,
               iif(json_valid(q.wanted), coalesce(q.wanted ->> '$.wanted', q.wanted), q.wanted), q.actor
             FROM run_request q JOIN run r USING (run)
             WHERE q.answered_at IS NULL ORDER BY q.request",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(RunRequest {
                request: row.get(0)?,
                row: row.get(1)?,
                run: id_of(row, 2)?,
                wanted: row.get(3)?,
                actor: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What became of a request.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_request(&self, request: i64) -> Result<RequestAnswer, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT answered_at, refusal FROM run_request WHERE request = ?1")?;
        let found = statement.query_row([request], |row| {
            let answered: Option<i64> = row.get(0)?;
            let refusal: Option<String> = row.get(1)?;
            Ok(match (answered, refusal) {
                (None, _) => RequestAnswer::Open,
                (Some(_), None) => RequestAnswer::Done,
                (Some(_), Some(refusal)) => RequestAnswer::Refused(json_of(1, &refusal)?),
            })
        });
        // One that is gone was answered long ago.
        Ok(found.optional()?.unwrap_or(RequestAnswer::Done))
    }
}

impl Tx<'_> {
    /// Leaves a request for whoever owns the engine.
    ///
    /// # Errors
    /// What the database says.
    pub fn request_of_run(&self, new: &NewRunRequest) -> Result<i64, StoreError> {
        let told = Told {
            wanted: new.wanted.clone(),
            face: new.face.clone(),
            operation: new.operation.clone(),
            task: new.task.clone(),
        };
        self.connection.execute(
            "DELETE FROM run_request WHERE answered_at < ?1",
            [self.now().0 - KEPT],
        )?;
        self.connection.execute(
            "INSERT INTO run_request(run, wanted, at, actor) VALUES (?1, ?2, ?3, ?4)",
            (new.row, to_json(&told)?, self.now().0, &new.actor),
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    pub(crate) fn answer_request(
        &self,
        request: i64,
        refusal: Option<&Message>,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE run_request SET answered_at = ?2, refusal = ?3 WHERE request = ?1",
            (request, self.now().0, refusal.map(to_json).transpose()?),
        )?;
        if refusal.is_none() {
            self.record_request(request)?;
        }
        Ok(())
    }

    /// What a person did to a run stands in Activity from the moment on in which it is done.
    fn record_request(&self, request: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT q.wanted, q.actor, r.id, r.workflow_name FROM run_request q JOIN run r
             USING (run) WHERE q.request = ?1",
        )?;
        let found = statement
            .query_row([request], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let Some((told, actor, id, workflow)): Option<(String, String, String, String)> = found
        else {
            return Ok(());
        };
        // One of a former program says no more than what was wanted.
        let Ok(told) = serde_json::from_str::<Told>(&told) else {
            return Ok(());
        };
        let name = match &told.task {
            Some(task) => format!("{workflow} · {task}"),
            None => workflow,
        };
        let run = OperationItemRecord {
            kind: RUN.to_owned(),
            id,
            name: Some(name),
            before: None,
            after: None,
        };
        let new = NewOperation {
            actor: &actor,
            face: &told.face,
            operation: &told.operation,
            name: None,
            undoes: None,
            items: &[run],
        };
        self.record_operation(self.next_operation_id()?, &new)
    }

    /// Keeps what a person has ticked and filled in so far: JSON.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_answer(
        &self,
        row: i64,
        run: RunId,
        task: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO answer(run, task, value) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET value = ?3",
            (row, task, value),
        )?;
        self.tag(&Tag::Run(run));
        Ok(())
    }
}

impl Store {
    /// What a person has ticked and filled in so far: JSON.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_answer(&self, row: i64, task: &str) -> Result<Option<String>, StoreError> {
        kept_answer(&*self.reader()?, row, task)
    }
}

impl Tx<'_> {
    /// What a person has ticked and filled in so far: JSON.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_answer(&self, row: i64, task: &str) -> Result<Option<String>, StoreError> {
        kept_answer(self.connection, row, task)
    }
}

fn kept_answer(
    connection: &Connection,
    row: i64,
    task: &str,
) -> Result<Option<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT value FROM answer WHERE run = ?1 AND task = ?2")?;
    let found = statement.query_row((row, task), |row| row.get(0));
    Ok(found.optional()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{NewRun, StoreOptions};

    #[test]
    fn what_a_former_program_wanted_is_understood_and_answered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let store = Store::open(StoreOptions {
            path: path.clone(),
            safety: folder.path().to_owned(),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap();
        let new = NewRun::of("W", "{}");
        let row = store.write::<_, StoreError>(move |tx| Ok(tx.add_run(&new)?.0));
        let row = row.unwrap();
        let wanted = [r#""cancel""#, r#"{"answer":{"task":"a"}}"#, "{"];
        let database = Connection::open(path).unwrap();
        for wanted in wanted {
            let sql = "INSERT INTO run_request(run, wanted, at, actor) VALUES (?1, ?2, 1, 'x')";
            database.execute(sql, (row, wanted)).unwrap();
        }
        let open = store.run_requests().unwrap();
        let read: Vec<_> = open.iter().map(|open| open.wanted.as_str()).collect();
        assert_eq!(read, wanted);
        let first = open[0].request;
        store
            .write::<_, StoreError>(move |tx| tx.answer_request(first, None))
            .unwrap();
        assert_eq!(store.run_request(first).unwrap(), RequestAnswer::Done);
    }
}
