//! A SQLite file of the user's.
//!
//! Every operation has a connection of its own, so that nothing an attempt sets (a pragma, a
//! temporary table) is there for the next one. The file keeps its journal mode, WAL or not; its
//! foreign keys are enforced where it declares them. A connection reaches its one file: attaching
//! another is refused, and so is Flowkeep's own database.
//!
//! Values: whole numbers of 64 bits, floats, texts and `NULL` are what they are in JSON; a blob, and
//! a text that is not Unicode, is `{"$blob": base64}` in both directions. True and false are bound
//! as 1 and 0, lists and objects as their JSON, numbers that SQLite cannot hold as texts.
//!
//! Absent on purpose: a table of ours in the user's file, for whatever good purpose.

mod connection;
mod describe;
mod fault;
mod record;
mod statement;
mod value;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowkeep_core::Message;
use rusqlite::Connection;

use super::{Doing, Operation, Source, unfit};
use crate::actions::{ActionError, Done, Output, Room, Stop, Stopper};
use fault::Fault;

/// How often a file that another program holds is asked for again before giving up; each time
/// SQLite itself waits [`connection::BUSY`].
const TRIES: u32 = 40;

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    file: Arc<SqliteFile>,
}

#[derive(Debug)]
struct SqliteFile {
    name: String,
    path: PathBuf,
    /// Whether it is made when it is missing.
    made: bool,
}

/// What came of blocking work.
enum Worked<T> {
    Done(T),
    Stopped {
        /// Whether nothing of it was kept.
        undone: bool,
    },
}

impl Sqlite {
    /// A file that has to be there. Nothing is opened yet.
    ///
    /// # Errors
    /// What the system says when a relative path cannot be made absolute.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> std::io::Result<Self> {
        Self::with(name.into(), path.into(), false)
    }

    /// A file that is made, readable by its owner alone, when it is first used: `local`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn made(name: impl Into<String>, path: impl Into<PathBuf>) -> std::io::Result<Self> {
        Self::with(name.into(), path.into(), true)
    }

    fn with(name: String, path: PathBuf, made: bool) -> std::io::Result<Self> {
        // SQLite would read `file:…` as a URL with options.
        let path = std::path::absolute(path)?;
        let file = Arc::new(SqliteFile { name, path, made });
        Ok(Self { file })
    }

    /// Does blocking work on a connection of its own, again while another program holds the file.
    async fn work<T: Send + 'static>(
        &self,
        stop: Stop,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<Worked<T>, ActionError> {
        let file = Arc::clone(&self.file);
        let blocking = tokio::task::spawn_blocking(move || {
            // A script may commit by itself, and one commit is enough for no way back.
            let committed = Arc::new(AtomicBool::new(false));
            for tries in 1.. {
                let result = connection::open(&file, &stop).and_then(|connection| {
                    let committed = Arc::clone(&committed);
                    connection.commit_hook(Some(move || {
                        committed.store(true, Ordering::Relaxed);
                        false
                    }))?;
                    work(&connection)
                });
                let undone = !committed.load(Ordering::Relaxed);
                match result {
                    Ok(answer) => return Ok(Worked::Done(answer)),
                    Err(_) if stop.is_asked() => return Ok(Worked::Stopped { undone }),
                    Err(fault) if fault.is_busy() && undone && tries < TRIES => {}
                    Err(fault) => return Err(fault.told(&file.name)),
                }
            }
            Ok(Worked::Stopped { undone: true })
        });
        blocking.await.unwrap_or_else(|error| {
            let message = Message::new("source_broke").with("source", &self.file.name);
            Err(ActionError::passing(message.with("reason", error)))
        })
    }
}

impl Source for Sqlite {
    fn name(&self) -> &str {
        &self.file.name
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    fn version(&self) -> Doing<'_, String> {
        Box::pin(async {
            let (_unasked, stop) = Stopper::new();
            let asked = self.work(stop, |connection| {
                // Opening reads nothing; a question does.
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
                Ok(rusqlite::version().to_owned())
            });
            Ok(match asked.await? {
                Worked::Done(version) => version,
                Worked::Stopped { .. } => String::new(),
            })
        })
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(async move {
            let source = self.file.name.clone();
            let done = self.work(stop, move |connection| {
                carry_out(&source, connection, &operation, &room)
            });
            Ok(match done.await? {
                Worked::Done(output) => output.into(),
                Worked::Stopped { undone } => Done::Stopped { undone },
            })
        })
    }
}

fn carry_out(
    source: &str,
    connection: &Connection,
    operation: &Operation,
    room: &Room,
) -> Result<Output, Fault> {
    match operation {
        Operation::Query(asked) => statement::query(connection, asked, room),
        Operation::Execute(asked) => statement::execute(connection, asked),
        Operation::Either(asked) => statement::either(connection, asked, room),
        Operation::Add { table, key, values } => record::add(connection, table, key, values),
        Operation::Update { table, key, values } => record::update(connection, table, key, values),
        Operation::Get { table, key } => record::get(connection, table, key, room),
        Operation::Delete { table, key } => record::delete(connection, table, key),
        Operation::Find {
            table,
            equal,
            limit,
        } => record::find(connection, table, equal, *limit, room),
        Operation::Search { table, text, limit } => {
            record::search(connection, table, text, *limit, room)
        }
        Operation::Describe { table, samples } => describe::describe(connection, table, *samples),
        Operation::Command(_) | Operation::Request(_) => {
            Err(Fault::Action(unfit(source, operation)))
        }
    }
}
