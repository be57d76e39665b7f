//! Runs: their rows as they are made and read whole. What an engine writes while they go on is in
//! `run_round`, pages and details for people are in `run_list`.

use std::time::{Duration, UNIX_EPOCH};

use flowkeep_core::run::{Head, Moment, Start, Status, TaskId, TaskState};
use flowkeep_core::{Format, RunId, Sha256};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ulid::Ulid;

use crate::document::format_of;
use crate::search::{self, Place, Searched};
use crate::{Store, StoreError, Tag, Tx};

/// The face of a run that came in from a file of its own: it was carried out elsewhere.
pub const IMPORTED: &str = "import";

/// A run to be made. It waits for whoever owns the engine.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// Its name now.
    pub workflow_name: String,
    /// Its revision.
    pub revision: Option<u32>,
    /// The text of the definition.
    pub text: String,
    /// The format of the text.
    pub format: Format,
    /// What the run is started with: a JSON object.
    pub context: String,
    /// How it begins.
    pub start: Start,
    /// Who wants it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// The run it repeats; outputs of tasks that are carried over are taken from it.
    pub repeats: Option<RunId>,
    /// The attempt that starts it as its child.
    pub parent: Option<Parent>,
}

impl NewRun {
    /// A run of a definition in JSON that is no workflow's, with no input and nothing left out.
    pub fn of(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            workflow_id: None,
            workflow_name: name.into(),
            revision: None,
            text: text.into(),
            format: Format::Json,
            context: "{}".to_owned(),
            start: Start::default(),
            actor: String::new(),
            face: String::new(),
            repeats: None,
            parent: None,
        }
    }
}

/// The attempt that started a run as its child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Row of the run it belongs to.
    pub run: i64,
    /// Its task.
    pub task: TaskId,
    /// Its number.
    pub attempt: u32,
    /// How many runs are above the child.
    pub depth: u32,
}

/// A run as it is kept, with all that is needed to go on with it.
#[derive(Debug, Clone)]
pub struct KeptRun {
    /// Number of the row; rises with every run.
    pub row: i64,
    /// Its id.
    pub id: RunId,
    /// The workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// The workflow's name at that time.
    pub workflow_name: String,
    /// The workflow's revision.
    pub revision: Option<u32>,
    /// Number of the definition's text, the same for the same text.
    pub content: i64,
    /// The format of that text.
    pub format: Format,
    /// What it was started with: a JSON object.
    pub context: String,
    /// How it begins.
    pub start: Start,
    /// What chance it has.
    pub seed: u64,
    /// Who wanted it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// The run it repeats.
    pub repeats: Option<RunId>,
    /// The attempt that started it.
    pub parent: Option<Parent>,
    /// What it has come to.
    pub status: Status,
    /// Absent until an engine has begun with it.
    pub head: Option<Head>,
    /// Milliseconds; when it was made.
    pub created_at: i64,
    /// Milliseconds; when its first task began.
    pub started_at: Option<i64>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// Whether it came with a restore and nobody here has let it go on.
    pub brought_in: bool,
    /// The session it belongs to; absent where it is its own.
    pub session: Option<String>,
}

pub(crate) const COLUMNS: &str = "r.run, r.id, r.workflow_id, r.workflow_name, r.revision, \
    r.content, r.format, r.context, r.start, r.seed, r.actor, r.repeats, r.parent, \
    r.parent_task, r.parent_attempt, r.depth, r.status, r.head, r.created_at, r.started_at, \
    r.ended_at, r.brought_in, r.face, r.session";

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<KeptRun> {
    let parent: Option<i64> = row.get(12)?;
    let parent = match parent {
        Some(run) => Some(Parent {
            run,
            task: TaskId(row.get(13)?),
            attempt: row.get(14)?,
            depth: row.get(15)?,
        }),
        None => None,
    };
    let repeats: Option<String> = row.get(11)?;
    let head: Option<String> = row.get(17)?;
    Ok(KeptRun {
        row: row.get(0)?,
        id: id_of(row, 1)?,
        workflow_id: row.get(2)?,
        workflow_name: row.get(3)?,
        revision: row.get(4)?,
        content: row.get(5)?,
        format: format_of(row, 6)?,
        context: row.get(7)?,
        start: json_of(8, &row.get::<_, String>(8)?)?,
        seed: row.get::<_, i64>(9)?.cast_unsigned(),
        actor: row.get(10)?,
        repeats: repeats
            .map(|text| text.parse().map_err(|error| damaged(11, error)))
            .transpose()?,
        parent,
        status: status_of(row, 16)?,
        head: head.map(|text| json_of(17, &text)).transpose()?,
        created_at: row.get(18)?,
        started_at: row.get(19)?,
        ended_at: row.get(20)?,
        brought_in: row.get(21)?,
        face: row.get(22)?,
        session: row.get(23)?,
    })
}

/// What a run is found by beside what it tells.
pub(crate) fn facts(
    id: &str,
    workflow: Option<&str>,
    name: &str,
    context: &str,
    definition: &str,
) -> String {
    let mut facts = format!("{id} {} {name} {context}", workflow.unwrap_or_default());
    if workflow.is_none() {
        // One operation: its parameters are what it was started with.
        facts.push_str(definition);
    }
    facts
}

/// The lowest id that a run can have which was made at this moment or later: ids are never behind the
/// time, only ahead of it where the clock went back.
pub(crate) fn first_id(since: i64) -> String {
    const LAST: i64 = (1 << Ulid::TIME_BITS) - 1;
    let millis = u64::try_from(since.min(LAST)).unwrap_or_default();
    Ulid::from_parts(millis, 0).to_string()
}

pub(crate) fn id_of(row: &Row<'_>, column: usize) -> rusqlite::Result<RunId> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| damaged(column, error))
}

pub(crate) fn status_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Status> {
    let word: String = row.get(column)?;
    json_of(column, &format!("\"{word}\""))
}

pub(crate) fn json_of<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(column, error))
}

/// Something that no version of this program wrote.
fn damaged(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    let error = Box::new(error);
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io(error.into()))
}

/// A list as a column keeps it: nothing where it is empty.
pub(crate) fn list_or_null(list: &[impl Serialize]) -> Result<Option<String>, StoreError> {
    (!list.is_empty()).then(|| to_json(&list)).transpose()
}

pub(crate) fn find(connection: &Connection, id: RunId) -> Result<Option<KeptRun>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM run r WHERE r.id = ?1");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([id.to_string()], record)
        .optional()?)
}

impl Store {
    /// A run.
    ///
    /// # Errors
    /// What the database says.
    pub fn run(&self, id: RunId) -> Result<Option<KeptRun>, StoreError> {
        find(&*self.reader()?, id)
    }

    /// A run by its row.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_at(&self, row: i64) -> Result<Option<KeptRun>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM run r WHERE r.run = ?1");
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(statement.query_row([row], record).optional()?)
    }

    /// Rows of the runs that have not ended, after this one; in the order in which they were made.
    /// Those that came with a restore are not among them: they never go on by themselves.
    ///
    /// # Errors
    /// What the database says.
    pub fn open_runs(&self, after: i64) -> Result<Vec<i64>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT run FROM run WHERE ended_at IS NULL AND NOT brought_in AND run > ?1
             ORDER BY run",
        )?;
        let rows = statement.query_map([after], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The text of the definition a run was started with.
    ///
    /// # Errors
    /// What the database says; [`StoreError::TextDamaged`].
    pub fn definition_text(&self, run: &KeptRun) -> Result<String, StoreError> {
        let (text, sha256): (String, [u8; 32]) = self
            .reader()?
            .prepare_cached("SELECT text, sha256 FROM content WHERE content = ?1")?
            .query_row([run.content], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if Sha256::of(text.as_bytes()) == Sha256(sha256) {
            Ok(text)
        } else {
            let name = run.workflow_name.clone();
            Err(StoreError::TextDamaged { name })
        }
    }

    /// The tasks of a run that are no longer as every task begins.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_tasks(&self, row: i64) -> Result<Vec<(TaskId, TaskState)>, StoreError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT task, state FROM run_task WHERE run = ?1")?;
        let rows = statement.query_map([row], |row| {
            Ok((TaskId(row.get(0)?), json_of(1, &row.get::<_, String>(1)?)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the attempts of a run that wait for their turn came into the queue.
    ///
    /// # Errors
    /// What the database says.
    pub fn queued_since(&self, row: i64) -> Result<Vec<(TaskId, i64)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT task, queued_at FROM attempt WHERE run = ?1 AND status = 'queued'",
        )?;
        let rows = statement.query_map([row], |row| Ok((TaskId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a task gave last, as JSON.
    ///
    /// # Errors
    /// What the database says.
    pub fn output(&self, row: i64, task: &TaskId) -> Result<Option<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT value FROM output WHERE run = ?1 AND task = ?2")?;
        Ok(statement
            .query_row((row, task.as_str()), |row| row.get(0))
            .optional()?)
    }

    /// The child run that an attempt started: row, id and what it has come to.
    ///
    /// # Errors
    /// What the database says.
    pub fn child_run(
        &self,
        row: i64,
        task: &TaskId,
        attempt: u32,
    ) -> Result<Option<(i64, RunId, Status)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT run, id, status FROM run
             WHERE parent = ?1 AND parent_task = ?2 AND parent_attempt = ?3",
        )?;
        let found = statement.query_row((row, task.as_str(), attempt), |row| {
            Ok((row.get(0)?, id_of(row, 1)?, status_of(row, 2)?))
        });
        Ok(found.optional()?)
    }

    /// Whether somebody trusts these tasks.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_trusted(&self, tasks: Sha256) -> Result<bool, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT 1 FROM trusted WHERE sha256 = ?1")?;
        Ok(statement.exists([tasks.0])?)
    }
}

impl Tx<'_> {
    /// Keeps a new run; it is in the history from now on, and its task folder is its own until it has
    /// ended.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`], and nothing is kept; what the database says.
    pub fn add_run(&self, new: &NewRun) -> Result<(i64, RunId), StoreError> {
        if let Some(folder) = new.start.folder {
            self.must_be_free(folder)?;
        }
        let id = self.next_run_id()?;
        let row = self.put_run(new, id, Moment(self.now().0))?;
        if let Some(folder) = new.start.folder {
            self.hold_folder(row, folder)?;
        }
        Ok((row, id))
    }

    /// Keeps a run that a task starts. A round cannot be refused: where another run has the folder by now,
    /// this one is there without it, and cannot begin.
    pub(crate) fn add_child(&self, new: &NewRun) -> Result<(), StoreError> {
        match self.add_run(new) {
            Err(StoreError::FolderInUse(_)) => {
                let id = self.next_run_id()?;
                self.put_run(new, id, Moment(self.now().0)).map(drop)
            }
            added => added.map(drop),
        }
    }

    /// Keeps a run that was made at another moment, under an id of that moment that no run has.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_past_run(&self, new: &NewRun, id: RunId, at: Moment) -> Result<i64, StoreError> {
        self.begin_stretch_for(id)?;
        self.put_run(new, id, at)
    }

    fn put_run(&self, new: &NewRun, id: RunId, at: Moment) -> Result<i64, StoreError> {
        let content = self.put_content(Sha256::of(new.text.as_bytes()), &new.text)?;
        let (parent, parent_task, parent_attempt) = match &new.parent {
            Some(parent) => (
                Some(parent.run),
                Some(parent.task.as_str()),
                Some(parent.attempt),
            ),
            None => (None, None, None),
        };
        // The low half of a ULID is chance.
        #[expect(clippy::cast_possible_truncation, reason = "the low half is wanted")]
        let seed = (id.0.0 as u64).cast_signed();
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO run(id, workflow_id, workflow_name, revision, content, format, context, \
             start, seed, actor, face, repeats, parent, parent_task, parent_attempt, depth, \
             status, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
             'queued', ?17)",
        )?;
        statement.execute(rusqlite::params![
            id.to_string(),
            new.workflow_id,
            new.workflow_name,
            new.revision,
            content,
            new.format.as_str(),
            new.context,
            to_json(&new.start)?,
            seed,
            new.actor,
            new.face,
            new.repeats.map(|id| id.to_string()),
            parent,
            parent_task,
            parent_attempt,
            new.parent.as_ref().map_or(0, |parent| parent.depth),
            at.0,
        ])?;
        let row = self.connection.last_insert_rowid();
        let facts = facts(
            &id.to_string(),
            new.workflow_id.as_deref(),
            &new.workflow_name,
            &new.context,
            &new.text,
        );
        search::keep(self.connection, Searched::Runs, row, Place::Facts, &facts)?;
        if let Some(before) = new.repeats {
            self.carry_outputs(row, before, &new.start.carried)?;
        }
        if new.repeats.is_some() || parent.is_some() {
            self.inherit_session(row, id, new.repeats, parent)?;
        }
        self.tag(&Tag::Runs);
        if new.parent.is_none() {
            self.tag(&Tag::Started);
        }
        self.tag(&Tag::Run(id));
        Ok(row)
    }

    /// The order of runs is the order in which they were made, also when the clock went back; one that was deleted
    /// may come back.
    fn next_run_id(&self) -> Result<RunId, StoreError> {
        let last: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT max(id) FROM (SELECT max(id) AS id FROM run
                   UNION ALL SELECT max(id) FROM removed_run)",
            )?
            .query_row([], |row| row.get(0))?;
        let millis = u64::try_from(self.now().0).unwrap_or_default();
        let fresh = Ulid::from_datetime(UNIX_EPOCH + Duration::from_millis(millis));
        let last = last.and_then(|text| Ulid::from_string(&text).ok());
        Ok(RunId(match last {
            Some(last) if fresh <= last => Ulid(last.0.saturating_add(1)),
            _ => fresh,
        }))
    }

    fn carry_outputs(&self, row: i64, before: RunId, tasks: &[TaskId]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO output(run, task, value) SELECT ?1, o.task, o.value
             FROM output o JOIN run r USING (run) WHERE r.id = ?2 AND o.task = ?3",
        )?;
        for task in tasks {
            statement.execute((row, before.to_string(), task.as_str()))?;
        }
        Ok(())
    }

    /// Remembers that somebody trusts these tasks.
    ///
    /// # Errors
    /// What the database says.
    pub fn trust(&self, tasks: Sha256, actor: &str) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT OR IGNORE INTO trusted(sha256, at, actor) VALUES (?1, ?2, ?3)",
            (tasks.0, self.now().0, actor),
        )?;
        Ok(())
    }
}
