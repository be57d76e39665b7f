//! Runs as of the moment of a backup, piece by piece: no run is held whole, however large.

use flowkeep_core::run::{Head, Start, Status, TaskId, TaskState};
use flowkeep_core::{Format, Message, RunId, Sha256};
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::document::format_of;
use crate::run::{id_of, json_of, status_of};
use crate::run_list::{ATTEMPTS, attempt};
use crate::{AttemptRecord, Snapshot, StoreError};

/// Attempts, tasks or messages in one piece.
const PIECE: usize = 500;

/// A part of a run as of that moment. Also a line of a backup's `runs/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotRun {
    /// The text of the definition that runs after it in the same file were started with.
    Definition {
        /// Its hash.
        sha256: Sha256,
        /// The text.
        text: String,
    },
    /// A run; its other parts come after it.
    Run(Box<SnapshotRunHead>),
    /// Tasks that are no longer as every task begins.
    Tasks {
        /// Their run.
        of: RunId,
        /// Each.
        tasks: Vec<SnapshotTask>,
    },
    /// Attempts.
    Attempts {
        /// Their run.
        of: RunId,
        /// Each.
        attempts: Vec<AttemptRecord>,
    },
    /// What a task gave last: JSON.
    Output {
        /// Its run.
        of: RunId,
        /// The task.
        task: TaskId,
        /// The JSON, as a text.
        value: String,
    },
    /// What a person has ticked and filled in so far: JSON.
    Answer {
        /// Its run.
        of: RunId,
        /// The task.
        task: TaskId,
        /// The JSON, as a text.
        value: String,
    },
    /// Lines of the log, in their order.
    Messages {
        /// Their run.
        of: RunId,
        /// Each.
        messages: Vec<SnapshotMessage>,
    },
}

/// A run without what hangs on it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotRunHead {
    /// Its id.
    pub id: RunId,
    /// Its workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// What the workflow was called.
    pub workflow_name: String,
    /// The workflow's revision.
    pub revision: Option<u32>,
    /// The hash of the definition's text.
    pub definition: Sha256,
    /// The format of that text.
    pub format: Format,
    /// What it was started with: JSON, as a text.
    pub context: String,
    /// How it began.
    pub start: Start,
    /// What chance it has.
    pub seed: i64,
    /// Who wanted it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// The run it repeats.
    pub repeats: Option<RunId>,
    /// The run that started it as its child.
    pub parent: Option<RunId>,
    /// The task that did.
    pub parent_task: Option<TaskId>,
    /// The number of the attempt that did.
    pub parent_attempt: Option<u32>,
    /// How many runs are above it.
    pub depth: u32,
    /// What it had come to.
    pub status: Status,
    /// Absent when no engine had begun with it.
    pub head: Option<Head>,
    /// Milliseconds; when it was made.
    pub created_at: i64,
    /// Milliseconds; when its first task began.
    pub started_at: Option<i64>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// The session it belongs to; absent where it is its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Tasks, attempts, outputs, answers and messages it has: a run that does not come with all of them
    /// is not whole. Absent in backups of before this was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
}

/// A run, or an entry of other programs, that could not be read to its end.
#[derive(Debug)]
pub struct Lost {
    /// Its id; where that could not be read either, the number of its row.
    pub id: String,
    /// What its workflow was called.
    pub name: Option<String>,
}

/// A task of a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotTask {
    /// Its id.
    pub task: TaskId,
    /// What it had come to.
    pub state: TaskState,
}

/// A line of a run's log.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotMessage {
    /// Milliseconds; when.
    pub at: i64,
    /// `info`, `warning`, `error`.
    pub level: String,
    /// Which task it is about.
    pub task: Option<TaskId>,
    /// A message of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Message>,
    /// What a program printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

impl Snapshot {
    /// Gives the runs that ended at or after `since` (milliseconds) to `each`, in the order in which
    /// they ended, then those that have not ended; each with its definition before it and its parts
    /// after it. The first argument is when it ended. A run that cannot be read whole is given to
    /// `lost`, and the others go on: of one that breaks off `each` has got the beginning, which says how
    /// much there should be.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn runs<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(Option<i64>, SnapshotRun) -> Result<(), E>,
        mut lost: impl FnMut(Lost),
    ) -> Result<(), E> {
        if since == i64::MAX {
            return Ok(());
        }
        let mut broken = None;
        for sql in [
            "SELECT run FROM run WHERE ended_at >= ?1 ORDER BY ended_at, run",
            "SELECT run FROM run WHERE ended_at IS NULL AND ?1 NOT NULL ORDER BY run",
        ] {
            let mut statement = self.connection.prepare(sql).map_err(StoreError::from)?;
            let mut rows = statement.query([since]).map_err(StoreError::from)?;
            loop {
                let next = rows
                    .next()
                    .and_then(|row| row.map(|row| row.get(0)).transpose());
                let row = match next.map_err(StoreError::from) {
                    Ok(Some(row)) => row,
                    Ok(None) => break,
                    // Where the list of what ended breaks off, there are still the open ones.
                    Err(StoreError::Damaged(detail)) => {
                        broken = Some(StoreError::Damaged(detail));
                        break;
                    }
                    Err(error) => return Err(error.into()),
                };
                if let Err(run) = self.whole_run(row, &mut each)? {
                    lost(run);
                }
            }
        }
        match broken {
            Some(broken) => Err(broken.into()),
            None => Ok(()),
        }
    }

    /// Gives one run to `each`, with its definition before it and its parts after it. Says whether all of it could be
    /// read.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn run<E: From<StoreError>>(
        &self,
        row: i64,
        mut each: impl FnMut(SnapshotRun) -> Result<(), E>,
    ) -> Result<bool, E> {
        Ok(self.whole_run(row, &mut |_, part| each(part))?.is_ok())
    }

    /// Gives one run with its definition and its parts.
    fn whole_run<E: From<StoreError>>(
        &self,
        row: i64,
        each: &mut impl FnMut(Option<i64>, SnapshotRun) -> Result<(), E>,
    ) -> Result<Result<(), Lost>, E> {
        let run = match self.run_head(row) {
            Ok(Some(run)) => run,
            Ok(None) | Err(StoreError::Damaged(_)) => return Ok(Err(self.lost_run(row))),
            Err(error) => return Err(error.into()),
        };
        let lost = Lost {
            id: run.id.to_string(),
            name: Some(run.workflow_name.clone()),
        };
        let (at, of, sha256) = (run.ended_at, run.id, run.definition);
        let text = self.definition(sha256)?;
        let Some(text) = text.filter(|text| Sha256::of(text.as_bytes()) == sha256) else {
            return Ok(Err(lost));
        };
        each(at, SnapshotRun::Definition { sha256, text })?;
        each(at, SnapshotRun::Run(Box::new(run)))?;
        let parts = self.parts_of_run(row, of, &mut |part| each(at, part).map_err(Ended::Other));
        match parts {
            Ok(()) => Ok(Ok(())),
            Err(Ended::Damaged) => Ok(Err(lost)),
            Err(Ended::Other(error)) => Err(error),
        }
    }

    /// What of a run can be named.
    fn lost_run(&self, row: i64) -> Lost {
        self.lost("SELECT id, workflow_name FROM run WHERE run = ?1", row)
    }

    /// What can be named by a question for an id and a workflow's name.
    pub(crate) fn lost(&self, sql: &str, row: i64) -> Lost {
        let named = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement.query_row([row], |row| {
                    Ok(Lost {
                        id: row.get(0)?,
                        name: row.get(1)?,
                    })
                })
            });
        named.unwrap_or_else(|_| Lost {
            id: row.to_string(),
            name: None,
        })
    }

    /// A run whose definition is there.
    fn run_head(&self, row: i64) -> Result<Option<SnapshotRunHead>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.id, r.workflow_id, r.workflow_name, r.revision, c.sha256, r.format,
               r.context, r.start, r.seed, r.actor, r.face, r.repeats, p.id, r.parent_task,
               r.parent_attempt, r.depth, r.status, r.head, r.created_at, r.started_at, r.ended_at,
               (SELECT count(*) FROM run_task WHERE run = r.run)
                 + (SELECT count(*) FROM attempt WHERE run = r.run)
                 + (SELECT count(*) FROM output WHERE run = r.run)
                 + (SELECT count(*) FROM answer WHERE run = r.run)
                 + (SELECT count(*) FROM message WHERE run = r.run),
               r.session
             FROM run r JOIN content c USING (content) LEFT JOIN run p ON p.run = r.parent
             WHERE r.run = ?1",
        )?;
        Ok(statement.query_row([row], head).optional()?)
    }

    fn definition(&self, sha256: Sha256) -> Result<Option<String>, StoreError> {
        let sql = "SELECT text FROM content WHERE sha256 = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row([sha256.0], |row| row.get(0));
        match found.optional().map_err(StoreError::from) {
            Err(StoreError::Damaged(_)) => Ok(None),
            found => found,
        }
    }

    fn parts_of_run<E: From<StoreError>>(
        &self,
        row: i64,
        of: RunId,
        each: &mut impl FnMut(SnapshotRun) -> Result<(), E>,
    ) -> Result<(), E> {
        let tasks = "SELECT task, state FROM run_task WHERE run = ?1 ORDER BY task";
        self.pieces(tasks, row, task, |tasks| {
            each(SnapshotRun::Tasks { of, tasks })
        })?;
        self.pieces(ATTEMPTS, row, attempt, |attempts| {
            each(SnapshotRun::Attempts { of, attempts })
        })?;
        let outputs = "SELECT task, value FROM output WHERE run = ?1 ORDER BY task";
        self.each_row(outputs, row, value, |(task, value)| {
            each(SnapshotRun::Output { of, task, value })
        })?;
        let answers = "SELECT task, value FROM answer WHERE run = ?1 ORDER BY task";
        self.each_row(answers, row, value, |(task, value)| {
            each(SnapshotRun::Answer { of, task, value })
        })?;
        let messages =
            "SELECT at, level, task, said, line FROM message WHERE run = ?1 ORDER BY message";
        self.pieces(messages, row, message, |messages| {
            each(SnapshotRun::Messages { of, messages })
        })
    }

    pub(crate) fn each_row<T, E: From<StoreError>>(
        &self,
        sql: &str,
        run: i64,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .map_err(StoreError::from)?;
        let mut rows = statement.query([run]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(read(row).map_err(StoreError::from)?)?;
        }
        Ok(())
    }

    pub(crate) fn pieces<T, E: From<StoreError>>(
        &self,
        sql: &str,
        run: i64,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut gathered = Vec::new();
        self.each_row(sql, run, read, |one| {
            gathered.push(one);
            if gathered.len() == PIECE {
                each(std::mem::take(&mut gathered))?;
            }
            Ok::<_, E>(())
        })?;
        if gathered.is_empty() {
            return Ok(());
        }
        each(gathered)
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<SnapshotRunHead> {
    let id_or_none = |column| match row.get::<_, Option<String>>(column)? {
        Some(_) => id_of(row, column).map(Some),
        None => Ok(None),
    };
    let kept: Option<String> = row.get(17)?;
    Ok(SnapshotRunHead {
        id: id_of(row, 0)?,
        workflow_id: row.get(1)?,
        workflow_name: row.get(2)?,
        revision: row.get(3)?,
        definition: Sha256(row.get(4)?),
        format: format_of(row, 5)?,
        context: row.get(6)?,
        start: json_of(7, &row.get::<_, String>(7)?)?,
        seed: row.get(8)?,
        actor: row.get(9)?,
        face: row.get(10)?,
        repeats: id_or_none(11)?,
        parent: id_or_none(12)?,
        parent_task: row.get::<_, Option<String>>(13)?.map(TaskId),
        parent_attempt: row.get(14)?,
        depth: row.get(15)?,
        status: status_of(row, 16)?,
        head: kept.map(|text| json_of(17, &text)).transpose()?,
        created_at: row.get(18)?,
        started_at: row.get(19)?,
        ended_at: row.get(20)?,
        rows: row.get(21)?,
        session: row.get(22)?,
    })
}

/// Why what is in parts ended before its end.
pub(crate) enum Ended<E> {
    /// Its part of the database is damaged.
    Damaged,
    /// Nothing further is wanted or possible.
    Other(E),
}

impl<E: From<StoreError>> From<StoreError> for Ended<E> {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(_) => Self::Damaged,
            other => Self::Other(other.into()),
        }
    }
}

fn task(row: &Row<'_>) -> rusqlite::Result<SnapshotTask> {
    Ok(SnapshotTask {
        task: TaskId(row.get(0)?),
        state: json_of(1, &row.get::<_, String>(1)?)?,
    })
}

fn value(row: &Row<'_>) -> rusqlite::Result<(TaskId, String)> {
    Ok((TaskId(row.get(0)?), row.get(1)?))
}

fn message(row: &Row<'_>) -> rusqlite::Result<SnapshotMessage> {
    let said: Option<String> = row.get(3)?;
    Ok(SnapshotMessage {
        at: row.get(0)?,
        level: row.get(1)?,
        task: row.get::<_, Option<String>>(2)?.map(TaskId),
        said: said.map(|text| json_of(3, &text)).transpose()?,
        line: row.get(4)?,
    })
}
