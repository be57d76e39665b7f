//! Filling a plan. Import, restore and the trial restore all go this way: what is found on disk is
//! laid out in a database file of its own, compared with the catalog, shown, decided, and then
//! applied in one short transaction. So memory stays flat however much there is, and what was
//! shown is what is written.

use std::path::{Path, PathBuf};

use flowkeep_core::{Encoding, Format, Kind, Message, Sha256, Summary, search_terms, sort_key};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::document::format_of;
use crate::operation::put_items_by;
use crate::run::{json_of, to_json};
use crate::schema::PAGE;
use crate::{
    Choice, OperationItemRecord, OperationRecord, SnapshotRevision, StagedGroup, StoreError,
    StoredText,
};

/// A plan being filled, or waiting to be decided and applied.
pub struct Staging {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

/// A document that was found.
#[derive(Debug)]
pub struct IncomingDocument<'a> {
    /// The file, openable as it stands.
    pub path: &'a str,
    /// What it is.
    pub kind: Kind,
    /// The id to keep it under.
    pub id: &'a str,
    /// Whether the id was derived because the text has none.
    pub id_derived: bool,
    /// The format of its text.
    pub format: Format,
    /// Its text. The view that was made of it is not needed any more.
    pub text: &'a str,
    /// The hash of its text.
    pub sha256: Sha256,
    /// What it says of itself.
    pub summary: &'a Summary,
    /// What it is sorted and found by.
    pub terms: &'a IndexTerms,
    /// The encoding it was read in.
    pub encoding: Encoding,
    /// Its state there, where known.
    pub there: Option<StateThere>,
}

/// What a document is sorted and found by. Apart from the laying out, because it is costly to make
/// and can be made by any thread. Nothing by default: such a document is kept, in no order, and not
/// found.
#[derive(Debug, Default)]
pub struct IndexTerms {
    sort_key: Vec<u8>,
    search: String,
}

impl IndexTerms {
    /// Makes them of what a document says of itself.
    pub fn of(summary: &Summary) -> Self {
        Self {
            sort_key: sort_key(&summary.name),
            search: search_terms(&summary.search),
        }
    }
}

/// What a backup knows of a document's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateThere {
    /// Its revision.
    pub revision: u32,
    /// Milliseconds; when it came into that catalog.
    pub created_at: Option<i64>,
    /// Milliseconds; when it was last changed there.
    pub updated_at: i64,
}

/// A file that will not come in.
#[derive(Debug)]
pub struct Rejection<'a> {
    /// The file, openable as it stands.
    pub path: &'a str,
    /// What it is, where the manifest knows.
    pub kind: Option<Kind>,
    /// Its id, where the manifest knows.
    pub id: Option<&'a str>,
    /// Its name, where the manifest knows.
    pub name: Option<&'a str>,
    /// Ours but unreadable (else nothing Flowkeep keeps).
    pub damaged: bool,
    /// Why.
    pub reason: &'a Message,
}

/// One item of a plan.
#[derive(Debug, Clone)]
pub struct StagedItem {
    /// Its number, from 1.
    pub item: u32,
    /// The file.
    pub path: String,
    /// What it is.
    pub kind: Option<Kind>,
    /// The id it would be kept under.
    pub id: Option<String>,
    /// Whether the id was derived.
    pub id_derived: bool,
    /// Its name.
    pub name: Option<String>,
    /// The encoding it was read in.
    pub encoding: Option<Encoding>,
    /// Why it will not come in.
    pub reason: Option<Message>,
    /// Number of stages.
    pub stages: u32,
    /// Number of tasks.
    pub tasks: u32,
    /// Number of milestones.
    pub milestones: u32,
    /// Whether it writes, calls or runs something.
    pub runs_something: bool,
    /// Whether something like a key stands in it.
    pub contains_key: bool,
    /// What starts it beside people, as JSON.
    pub starts_by: Option<String>,
    /// Milliseconds; when it was last changed there.
    pub there_updated_at: Option<i64>,
    /// The catalog's row and revision it was compared with.
    pub here: Option<(i64, u32)>,
    /// Milliseconds; when that was last changed.
    pub here_updated_at: Option<i64>,
    /// What it is, compared with the catalog.
    pub group: StagedGroup,
    /// What will happen.
    pub choice: Choice,
    /// What was done, once applied: `imported`, `updated`, `unchanged`, `skipped`, `failed`.
    pub action: Option<String>,
    /// The id it was kept under, once applied.
    pub target: Option<String>,
}

pub(crate) const COLUMNS: &str = "item, path, kind, id, id_derived, name, encoding, reason, \
    stages, tasks, milestones, runs_something, contains_key, there_updated_at, here_row, \
    here_revision, here_updated_at, section, decision, action, target, starts_by";

pub(crate) fn staged(row: &Row<'_>) -> rusqlite::Result<StagedItem> {
    let kind: Option<String> = row.get(2)?;
    let encoding: Option<String> = row.get(6)?;
    let reason: Option<String> = row.get(7)?;
    let here_row: Option<i64> = row.get(14)?;
    let here_revision: Option<u32> = row.get(15)?;
    let decision: String = row.get(18)?;
    Ok(StagedItem {
        item: row.get(0)?,
        path: row.get(1)?,
        kind: kind.as_deref().and_then(Kind::from_word),
        id: row.get(3)?,
        id_derived: row.get(4)?,
        name: row.get(5)?,
        encoding: encoding.and_then(|word| serde_json::from_value(word.into()).ok()),
        reason: reason.and_then(|json| serde_json::from_str(&json).ok()),
        stages: row.get(8)?,
        tasks: row.get(9)?,
        milestones: row.get(10)?,
        runs_something: row.get(11)?,
        contains_key: row.get(12)?,
        there_updated_at: row.get(13)?,
        here: here_row.zip(here_revision),
        here_updated_at: row.get(16)?,
        group: StagedGroup::from_number(row.get(17)?),
        choice: Choice::from_word(&decision),
        action: row.get(19)?,
        target: row.get(20)?,
        starts_by: row.get(21)?,
    })
}

impl Staging {
    /// A new, empty plan in a new file. Its folder must exist.
    ///
    /// # Errors
    /// What the database says.
    pub fn create(path: PathBuf) -> Result<Self, StoreError> {
        let connection = Connection::open(&path)?;
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        connection.execute_batch(&format!(
            "PRAGMA page_size = {PAGE}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
                      PRAGMA cache_size = -8192;"
        ))?;
        connection.execute_batch(include_str!("schema/staging.sql"))?;
        connection.execute_batch("BEGIN")?;
        Ok(Self { connection, path })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a document.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_document(&mut self, new: &IncomingDocument<'_>) -> Result<(), StoreError> {
        let summary = new.summary;
        let text = new.text;
        let encoding = serde_json::to_value(new.encoding).ok();
        let there = new.there;
        // By position: names are looked up anew for every row.
        self.connection
            .prepare_cached(
                "INSERT INTO item(path, status, kind, id, id_derived, name, encoding, format, \
                 sha256, bytes, sort_key, doc_type, description, shape, stages, tasks, \
                 milestones, problems, warnings, runs_something, contains_key, \
                 stated_created_at, stated_updated_at, there_revision, there_created_at, \
                 there_updated_at, starts_by, task_folder)
                 VALUES (?1, 'document', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
                 ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)",
            )?
            .execute(rusqlite::params![
                new.path,
                new.kind.as_str(),
                new.id,
                new.id_derived,
                summary.name,
                encoding.as_ref().and_then(serde_json::Value::as_str),
                new.format.as_str(),
                new.sha256.0,
                text.len(),
                new.terms.sort_key,
                summary.doc_type,
                summary.description,
                summary.shape,
                summary.stages,
                summary.tasks,
                summary.milestones,
                summary.problems,
                summary.warnings,
                summary.runs_something,
                summary.contains_key,
                summary.created_at,
                summary.updated_at,
                there.map(|there| there.revision),
                there.and_then(|there| there.created_at),
                there.map(|there| there.updated_at),
                summary.starts_by,
                summary.task_folder,
            ])?;
        let item = self.connection.last_insert_rowid();
        self.connection
            .prepare_cached("INSERT INTO text(item, text, search) VALUES (?1, ?2, ?3)")?
            .execute((item, text, &new.terms.search))?;
        Ok(())
    }

    /// Adds a file that will not come in.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_rejection(&mut self, new: &Rejection<'_>) -> Result<(), StoreError> {
        let reason =
            serde_json::to_string(new.reason).map_err(|error| StoreError::Io(error.into()))?;
        self.connection
            .prepare_cached(
                "INSERT INTO item(path, status, kind, id, name, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                new.path,
                if new.damaged { "damaged" } else { "not_ours" },
                new.kind.map(Kind::as_str),
                new.id,
                new.name,
                reason,
            ))?;
        Ok(())
    }

    /// What was left out for a reason with this code: its number here, its id and the reason.
    ///
    /// # Errors
    /// What the database says.
    pub fn left_out_as(
        &self,
        code: &str,
    ) -> Result<Vec<(i64, Option<String>, Message)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT item, id, reason FROM item
             WHERE status = 'not_ours' AND reason ->> '$.code' = ?1 ORDER BY item",
        )?;
        let rows = statement.query_map([code], |row| {
            let reason: String = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, json_of(2, &reason)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Says otherwise why something was left out.
    ///
    /// # Errors
    /// What the database says.
    pub fn say_left_out(&mut self, item: i64, reason: &Message) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE item SET reason = ?2 WHERE item = ?1")?
            .execute((item, to_json(reason)?))?;
        Ok(())
    }

    /// Adds an earlier revision.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_revision(&mut self, new: &SnapshotRevision, text: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO history(kind, id, revision, at, actor, operation, name, format, \
                 sha256, bytes, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(rusqlite::params![
                new.kind.as_str(),
                new.id,
                new.revision,
                new.at,
                new.actor,
                new.operation,
                new.name,
                new.format.as_str(),
                Sha256::of(text.as_bytes()).0,
                text.len(),
                text,
            ])?;
        Ok(())
    }

    /// Adds an operation of Activity.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_operation(&mut self, new: &OperationRecord) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO operation(id, at, actor, face, operation, kind, \
                 subject_id, subject_name, before, after, count, undoes, undone_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(rusqlite::params![
                new.id,
                new.at,
                new.actor,
                new.face,
                new.operation,
                new.kind,
                new.subject_id,
                new.subject_name,
                new.before,
                new.after,
                new.count,
                new.undoes,
                new.undone_by,
            ])?;
        Ok(())
    }

    /// Adds what an operation touched, from item number `first` on.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_operation_items(
        &mut self,
        operation: &str,
        first: u32,
        items: &[OperationItemRecord],
    ) -> Result<(), StoreError> {
        let statement = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO operation_item(operation, item, kind, id, name, before, after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        put_items_by(statement, operation, first, items)
    }

    /// Adds a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_setting(&mut self, key: &str, value: &serde_json::Value) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO setting(key, value) VALUES (?1, ?2)")?
            .execute((key, value.to_string()))?;
        Ok(())
    }

    /// Ends the filling of a plan that will be read but not compared.
    ///
    /// # Errors
    /// What the database says.
    pub fn finish_filling(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    /// Gives every file that is ours but unreadable to `each`.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn each_damaged<E: From<StoreError>>(
        &self,
        each: impl FnMut(StagedItem) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_where("status = 'damaged'", each)
    }

    /// Gives every item that meets a condition to `each`, in the order in which they were found.
    pub(crate) fn each_where<E: From<StoreError>>(
        &self,
        condition: &str,
        mut each: impl FnMut(StagedItem) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT {COLUMNS} FROM item WHERE {condition} ORDER BY item");
        let mut statement = self
            .connection
            .prepare_cached(&sql)
            .map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(staged(row).map_err(StoreError::from)?)?;
        }
        Ok(())
    }

    /// One item.
    ///
    /// # Errors
    /// What the database says.
    pub fn item(&self, item: u32) -> Result<Option<StagedItem>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM item WHERE item = ?1");
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row([item], staged)
            .optional()?)
    }

    /// The text of one item, when it has one.
    ///
    /// # Errors
    /// What the database says.
    pub fn text(&self, item: u32) -> Result<Option<StoredText>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT i.format, i.name, t.text FROM item i JOIN text t USING (item)
             WHERE i.item = ?1",
        )?;
        let stored = statement.query_row([item], |row| {
            Ok(StoredText {
                format: format_of(row, 0)?,
                name: row.get(1)?,
                text: row.get(2)?,
            })
        });
        Ok(stored.optional()?)
    }
}
