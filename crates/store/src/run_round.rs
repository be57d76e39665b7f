//! What an engine writes: everything that followed from one round of events, in one transaction.
//!
//! Values are absolute (a status, a state), never differences, so that a round whose commit failed
//! can be written again.

use std::borrow::Cow;

use flowkeep_core::log::words_of;
use flowkeep_core::run::route::PassedOver;
use flowkeep_core::run::{
    Archive, Head, Level, Moment, Phase, Question, Status, TaskId, TaskState,
};
use flowkeep_core::{Message, RunId};

use crate::run::{list_or_null, to_json};
use crate::search::{self, Place, Searched};
use crate::{NewFallenWrite, NewRun, StoreError, Tag, Tx, schedule};

/// The data source of an attempt, and why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedSource {
    /// What the user calls it.
    pub name: String,
    /// Why, in a word.
    pub rule: String,
    /// What the rules before that asked for, and why it was not taken.
    pub passed_over: Vec<PassedOver>,
}

/// One thing to write down about a run.
#[derive(Debug, Clone)]
pub enum RunWrite {
    /// What the run as a whole has come to.
    Head(Box<Head>),
    /// What a task has come to.
    Task(TaskId, Box<TaskState>),
    /// What an attempt has come to.
    Attempt {
        /// Its task.
        task: TaskId,
        /// Its number.
        number: u32,
        /// Its status.
        status: Status,
        /// Why it failed or was broken off.
        error: Option<Message>,
    },
    /// Who carries an attempt out, and on which data source.
    Assigned {
        /// Its task.
        task: TaskId,
        /// Its number.
        number: u32,
        /// The agent; absent when the engine does it itself.
        agent: Option<String>,
        /// Its data source, where it needs one.
        source: Option<AssignedSource>,
    },
    /// It uses another data source from now on: one that stands in, or its own, as none did.
    FellBack {
        /// Its task.
        task: TaskId,
        /// Its number.
        number: u32,
        /// That one.
        source: AssignedSource,
        /// What that is about to take in place of its own, where it is a write.
        write: Option<Box<NewFallenWrite>>,
    },
    /// What a task gave: JSON.
    Output(TaskId, String),
    /// What the run tells.
    Say {
        /// How much it matters.
        level: Level,
        /// Which task it is about.
        task: Option<TaskId>,
        /// What.
        said: Said,
    },
    /// A person is asked about a task, for the first time.
    Asks {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// What about.
        question: Question,
    },
    /// What was wanted of it was done, or refused.
    Answered {
        /// Number of the request.
        request: i64,
        /// Why not.
        refusal: Option<Message>,
    },
    /// A run it starts as its child.
    Child(Box<NewRun>),
    /// What was archived in its task folder, so far or at all; nothing where nothing was.
    Archive(Option<Box<Archive>>),
    /// Somebody here lets it go on, though it came with a restore.
    TakenOver,
}

/// A line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message.
    Message(Message),
    /// What a program printed.
    Line(String),
}

impl Tx<'_> {
    /// Writes down what followed for one run. The caller has made sure that it is the owner
    /// ([`Tx::owns`]).
    ///
    /// # Errors
    /// What the database says.
    pub fn write_run(
        &self,
        row: i64,
        id: RunId,
        at: Moment,
        writes: &[RunWrite],
    ) -> Result<(), StoreError> {
        let mut listed = false;
        for write in writes {
            match write {
                RunWrite::Head(head) => {
                    listed = true;
                    self.write_head(row, at, head)?;
                    if head.status.is_final() {
                        self.writes_end_with_run(id, at)?;
                    }
                    if head.status == Status::Failed {
                        self.note_failed(row, id, at)?;
                    }
                }
                RunWrite::Task(task, state) => {
                    let mut statement = self.connection.prepare_cached(
                        "INSERT INTO run_task(run, task, status, state) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT DO UPDATE SET status = ?3, state = ?4",
                    )?;
                    let status = state.status();
                    statement.execute((row, task.as_str(), status.as_str(), to_json(state)?))?;
                    self.write_follows_task(id, at, task, status)?;
                    if let Phase::Locked { secret } = &state.phase {
                        self.note_locked((row, id), at, task, secret)?;
                    }
                }
                RunWrite::Attempt {
                    task,
                    number,
                    status,
                    error,
                } => {
                    self.write_attempt(row, at, (task, *number), *status, error.as_ref())?;
                    self.write_follows_attempt(id, at, (task, *number), *status)?;
                }
                RunWrite::Assigned {
                    task,
                    number,
                    agent,
                    source,
                } => {
                    let source = source.as_ref();
                    self.assign_attempt(row, (task, *number), agent.as_deref(), source)?;
                }
                RunWrite::FellBack {
                    task,
                    number,
                    source,
                    write,
                } => {
                    self.assign_source(row, (task, *number), source)?;
                    match write {
                        Some(write) => {
                            let of = (task, *number);
                            self.intend_write((row, id), at, of, &source.name, write)?;
                        }
                        None => self.forget_intended(id, task, *number)?,
                    }
                }
                RunWrite::Output(task, value) => {
                    let mut statement = self.connection.prepare_cached(
                        "INSERT INTO output(run, task, value) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO UPDATE SET value = ?3",
                    )?;
                    statement.execute((row, task.as_str(), value))?;
                }
                RunWrite::Say { level, task, said } => {
                    self.say(row, at, *level, task.as_ref(), said)?;
                }
                RunWrite::Asks {
                    task,
                    attempt,
                    question,
                } => self.note_asked((row, id), at, (task, *attempt), *question)?,
                RunWrite::Answered { request, refusal } => {
                    self.answer_request(*request, refusal.as_ref())?;
                }
                RunWrite::Child(new) => self.add_child(new)?,
                RunWrite::Archive(archive) => self.write_archive(row, archive.as_deref())?,
                RunWrite::TakenOver => {
                    let sql = "UPDATE run SET brought_in = 0 WHERE run = ?1";
                    self.connection.prepare_cached(sql)?.execute([row])?;
                }
            }
        }
        self.tag(&Tag::Run(id));
        if listed {
            self.tag(&Tag::Runs);
        }
        Ok(())
    }

    fn write_head(&self, row: i64, at: Moment, head: &Head) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE run SET status = ?2, head = ?3,
               started_at = CASE WHEN ?4 THEN coalesce(started_at, ?6) ELSE started_at END,
               ended_at = CASE WHEN ?5 THEN coalesce(ended_at, ?6) END
             WHERE run = ?1",
        )?;
        let ended = head.status.is_final();
        if matches!(head.status, Status::Succeeded | Status::Failed) {
            schedule::keep_end(self.connection, row, head.status.as_str(), at)?;
        }
        let begun = head.begun || ended;
        statement.execute((
            row,
            head.status.as_str(),
            to_json(head)?,
            begun,
            ended,
            at.0,
        ))?;
        Ok(())
    }

    fn write_attempt(
        &self,
        row: i64,
        at: Moment,
        (task, number): (&TaskId, u32),
        status: Status,
        error: Option<&Message>,
    ) -> Result<(), StoreError> {
        if let Some(error) = error {
            let place = Place::Error(task.as_str(), number);
            let words = words_of(error);
            search::keep(self.connection, Searched::Runs, row, place, &words)?;
        }
        let error = error.map(to_json).transpose()?;
        let begins = matches!(status, Status::Running | Status::Waiting);
        let ends = status.is_final() || status == Status::Interrupted;
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO attempt(run, task, number, status, queued_at, started_at, ended_at, error)
             VALUES (?1, ?2, ?3, ?4, ?5, iif(?6, ?5, NULL), iif(?7, ?5, NULL), ?8)
             ON CONFLICT DO UPDATE SET status = ?4,
               started_at = coalesce(started_at, iif(?6, ?5, NULL)),
               ended_at = iif(?7, ?5, NULL), error = ?8",
        )?;
        statement.execute((
            row,
            task.as_str(),
            number,
            status.as_str(),
            at.0,
            begins,
            ends,
            error,
        ))?;
        Ok(())
    }

    /// Who carries an attempt out, and on what.
    fn assign_attempt(
        &self,
        row: i64,
        (task, number): (&TaskId, u32),
        agent: Option<&str>,
        source: Option<&AssignedSource>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE attempt SET agent = ?4, data_source = NULL, rule = NULL,
                     passed_over = NULL
                   WHERE run = ?1 AND task = ?2 AND number = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((row, task.as_str(), number, agent))?;
        let of = (task, number);
        source.map_or(Ok(()), |source| self.assign_source(row, of, source))
    }

    fn assign_source(
        &self,
        row: i64,
        (task, number): (&TaskId, u32),
        source: &AssignedSource,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE attempt SET data_source = ?4, rule = ?5, passed_over = ?6
                   WHERE run = ?1 AND task = ?2 AND number = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let passed_over = list_or_null(&source.passed_over)?;
        let (name, rule) = (&source.name, &source.rule);
        statement.execute((row, task.as_str(), number, name, rule, passed_over))?;
        Ok(())
    }

    pub(crate) fn say(
        &self,
        row: i64,
        at: Moment,
        level: Level,
        task: Option<&TaskId>,
        said: &Said,
    ) -> Result<(), StoreError> {
        let (words, said, line) = match said {
            Said::Message(message) => (words_of(message).into(), Some(to_json(message)?), None),
            Said::Line(line) => (Cow::Borrowed(line.as_str()), None, Some(line)),
        };
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO message(run, at, level, task, said, line)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let level = match level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        statement.execute((row, at.0, level, task.map(TaskId::as_str), said, line))?;
        let place = Place::Message(self.connection.last_insert_rowid());
        search::keep(self.connection, Searched::Runs, row, place, &words)
    }
}
