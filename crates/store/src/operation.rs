//! Activity: one row per thing a person or program did, and one per subject it touched. Nothing
//! here refers to documents by key: their history outlives them.

use std::time::{Duration, UNIX_EPOCH};

use flowkeep_core::OperationId;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{Store, StoreError, Tag, Tx};

/// An operation to record.
#[derive(Debug, Clone)]
pub struct NewOperation<'a> {
    /// Who.
    pub actor: &'a str,
    /// Through which face.
    pub face: &'a str,
    /// What.
    pub operation: &'a str,
    /// What to call the whole, where it is not one document: a folder, a source.
    pub name: Option<&'a str>,
    /// The operation it undoes.
    pub undoes: Option<&'a str>,
    /// What it touched.
    pub items: &'a [OperationItemRecord],
}

/// One subject of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationItemRecord {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name at that time.
    pub name: Option<String>,
    /// Its revision before; absent when it did not exist.
    pub before: Option<u32>,
    /// Its revision after; absent when it was deleted.
    pub after: Option<u32>,
}

/// An operation as recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OperationRecord {
    /// Its id.
    pub id: String,
    /// Milliseconds; when.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// What.
    pub operation: String,
    /// The subject's kind, when there is one.
    pub kind: Option<String>,
    /// The subject's id, when there is one.
    pub subject_id: Option<String>,
    /// The subject's name, or what to call the whole.
    pub subject_name: Option<String>,
    /// The subject's revision before.
    pub before: Option<u32>,
    /// The subject's revision after.
    pub after: Option<u32>,
    /// How many subjects.
    pub count: u32,
    /// The operation it undoes.
    pub undoes: Option<String>,
    /// The operation that undid it.
    pub undone_by: Option<String>,
    /// Whether it happened elsewhere and came with a backup.
    #[serde(default, skip_serializing)]
    pub came_in: bool,
    /// What kind of operation it undoes.
    #[serde(default, skip_serializing)]
    pub undone: Option<String>,
    /// Whether it changed documents, or task folders came with it.
    #[serde(default, skip_serializing)]
    pub(crate) touched: bool,
    /// Whether it deleted runs that can still come back.
    #[serde(default, skip_serializing)]
    pub brings_runs_back: bool,
}

/// What Activity calls a run as a subject.
pub(crate) const RUN: &str = "run";

/// What it calls a connection.
pub(crate) const CONNECTION: &str = "connection";

/// What it calls a task folder.
pub(crate) const FOLDER: &str = "folder";

/// What it calls a session.
pub(crate) const SESSION: &str = "session";

/// What was changed since some moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangesRecord {
    /// How many documents are there now that were not, or not as they are.
    pub documents: u32,
    /// How many documents were there and are not.
    pub deleted: u32,
    /// Whether a setting was changed.
    pub settings: bool,
}

/// Operations in which there is something that an undo takes back, but for what they are about: documents, or
/// the task folders that came with a restore. Those are not among the documents it counts.
macro_rules! touched {
    () => {
        "(o.count > 0 OR o.operation = 'restore' AND EXISTS \
         (SELECT 1 FROM operation_item t WHERE t.operation = o.id))"
    };
}

/// Operations that changed documents that count, or brought task folders: the example does not, and neither
/// does what happened elsewhere.
pub(crate) const CHANGED_DOCUMENTS: &str = concat!(
    touched!(),
    " AND NOT o.came_in AND o.operation NOT IN \
     ('example_add', 'example_remove', 'run_delete', 'run_undelete') \
     AND coalesce(o.kind, '') NOT IN ('run', 'connection', 'folder', 'session')"
);

/// Operations that changed settings, connections among them: a backup has both. That a question was
/// answered is none.
pub(crate) const CHANGED_SETTINGS: &str = "NOT o.came_in AND (o.operation IN \
    ('connection_add', 'connection_update', 'connection_remove') OR o.operation = 'settings' \
    AND o.subject_name NOT IN ('backup_folder_asked', 'example_declined'))";

pub(crate) const COLUMNS: &str = concat!(
    "o.id, o.at, o.actor, o.face, o.operation, o.kind, o.subject_id, \
     o.subject_name, o.before, o.after, o.count, o.undoes, o.undone_by, o.came_in, \
     (SELECT u.operation FROM operation u WHERE u.id = o.undoes), ",
    touched!(),
    ", o.operation = 'run_delete' AND NOT o.came_in \
     AND EXISTS (SELECT 1 FROM removed_run d WHERE d.operation = o.id)"
);

impl OperationRecord {
    /// Whether it could be undone, if nobody has: it changed documents or brought task folders, here.
    pub fn changed_documents(&self) -> bool {
        let of_documents = !matches!(
            self.kind.as_deref(),
            Some(RUN | CONNECTION | FOLDER | SESSION)
        );
        let of_runs = matches!(self.operation.as_str(), "run_delete" | "run_undelete");
        self.touched && !self.came_in && of_documents && !of_runs
    }
}

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<OperationRecord> {
    Ok(OperationRecord {
        id: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        face: row.get(3)?,
        operation: row.get(4)?,
        kind: row.get(5)?,
        subject_id: row.get(6)?,
        subject_name: row.get(7)?,
        before: row.get(8)?,
        after: row.get(9)?,
        count: row.get(10)?,
        undoes: row.get(11)?,
        undone_by: row.get(12)?,
        came_in: row.get(13)?,
        undone: row.get(14)?,
        touched: row.get(15)?,
        brings_runs_back: row.get(16)?,
    })
}

pub(crate) fn find(
    connection: &Connection,
    id: &str,
) -> Result<Option<OperationRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM operation o WHERE o.id = ?1");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([id], record)
        .optional()?)
}

pub(crate) fn next_id(
    connection: &Connection,
    now: flowkeep_host::Timestamp,
    after: Option<&str>,
) -> Result<OperationId, StoreError> {
    let last: Option<String> =
        connection.query_row("SELECT max(id) FROM operation", [], |row| row.get(0))?;
    let millis = u64::try_from(now.0).unwrap_or_default();
    let fresh = Ulid::from_datetime(UNIX_EPOCH + Duration::from_millis(millis));
    // The order of Activity is the order of what happened, also when the clock went back.
    let last = last
        .as_deref()
        .max(after)
        .and_then(|text| Ulid::from_string(text).ok());
    let id = match last {
        Some(last) if fresh <= last => Ulid(last.0.saturating_add(1)),
        _ => fresh,
    };
    Ok(OperationId(id))
}

impl Tx<'_> {
    /// The id the operation of this transaction will have.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_operation_id(&self) -> Result<OperationId, StoreError> {
        next_id(self.connection, self.now(), None)
    }

    /// The newest operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_operation(&self) -> Result<Option<String>, StoreError> {
        let sql = "SELECT max(id) FROM operation";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Records an operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn record_operation(
        &self,
        id: OperationId,
        new: &NewOperation<'_>,
    ) -> Result<(), StoreError> {
        let id = id.to_string();
        // A folder goes with the document that it is for: that is what was done.
        let of_documents = new.items.iter().filter(|item| item.kind != FOLDER);
        let (count, subject) = match of_documents.clone().count() {
            0 => (new.items.len(), new.items.first()),
            count => (count, of_documents.clone().next()),
        };
        let subject = subject.filter(|_| count == 1);
        self.connection.execute(
            "INSERT INTO operation(id, at, actor, face, operation, kind, subject_id, \
             subject_name, before, after, count, undoes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            rusqlite::params![
                id,
                self.now().0,
                new.actor,
                new.face,
                new.operation,
                subject.map(|subject| &subject.kind),
                subject.map(|subject| &subject.id),
                new.name
                    .or_else(|| subject.and_then(|subject| subject.name.as_deref())),
                subject.and_then(|subject| subject.before),
                subject.and_then(|subject| subject.after),
                count,
                new.undoes,
            ],
        )?;
        put_items(self.connection, &id, 0, new.items)?;
        if let Some(undone) = new.undoes {
            self.connection.execute(
                "UPDATE operation SET undone_by = ?1 WHERE id = ?2",
                (&id, undone),
            )?;
        }
        self.tag(&Tag::Operation);
        Ok(())
    }
}

impl Tx<'_> {
    /// Notes that an operation also concerned these: they are found by it, and it is not about them.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_operation_items(
        &self,
        id: OperationId,
        first: u32,
        items: &[OperationItemRecord],
    ) -> Result<(), StoreError> {
        put_items(self.connection, &id.to_string(), first, items)
    }
}

/// Notes what an operation touched, from item number `first` on.
pub(crate) fn put_items(
    connection: &Connection,
    operation: &str,
    first: u32,
    items: &[OperationItemRecord],
) -> Result<(), StoreError> {
    let statement = connection.prepare_cached(
        "INSERT INTO main.operation_item(operation, item, kind, id, name, before, after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    put_items_by(statement, operation, first, items)
}

/// The same by a statement of the caller's, which takes the columns in this order.
pub(crate) fn put_items_by(
    mut statement: CachedStatement<'_>,
    operation: &str,
    first: u32,
    items: &[OperationItemRecord],
) -> Result<(), StoreError> {
    for (number, item) in (first..).zip(items) {
        statement.execute((
            operation,
            number,
            &item.kind,
            &item.id,
            &item.name,
            item.before,
            item.after,
        ))?;
    }
    Ok(())
}

impl Store {
    /// One operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation(&self, id: &str) -> Result<Option<OperationRecord>, StoreError> {
        find(&*self.reader()?, id)
    }

    /// The newest operation of this type that was about this subject.
    ///
    /// # Errors
    /// What the database says.
    pub fn newest_about(
        &self,
        operation: &str,
        kind: &str,
        id: &str,
    ) -> Result<Option<OperationRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT i.operation FROM operation_item i JOIN operation o ON o.id = i.operation
             WHERE i.kind = ?2 AND i.id = ?3 AND o.operation = ?1
             ORDER BY i.operation DESC LIMIT 1";
        let mut statement = reader.prepare_cached(sql)?;
        let found = statement.query_row((operation, kind, id), |row| row.get::<_, String>(0));
        match found.optional()? {
            Some(id) => find(&reader, &id),
            None => Ok(None),
        }
    }

    /// The newest operation of these types that was not undone and touched something.
    ///
    /// # Errors
    /// What the database says.
    pub fn latest_undoable(&self, types: &[&str]) -> Result<Option<OperationRecord>, StoreError> {
        let reader = self.reader()?;
        let touched = touched!();
        let sql = format!(
            "SELECT {COLUMNS} FROM operation o
             WHERE o.undone_by IS NULL AND {touched} AND NOT o.came_in
               AND o.operation IN (SELECT value FROM json_each(?1))
             ORDER BY o.id DESC LIMIT 1"
        );
        let types = serde_json::to_string(types).map_err(|error| StoreError::Io(error.into()))?;
        Ok(reader
            .prepare_cached(&sql)?
            .query_row([types], record)
            .optional()?)
    }

    /// The id of the newest operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn latest_operation_id(&self) -> Result<Option<String>, StoreError> {
        Ok(self
            .reader()?
            .query_row("SELECT max(id) FROM operation", [], |row| row.get(0))?)
    }

    /// Whether an operation of this type was recorded here after another one.
    ///
    /// # Errors
    /// What the database says.
    pub fn happened_after(&self, operation: &str, id: &str) -> Result<bool, StoreError> {
        Ok(self.reader()?.query_row(
            "SELECT EXISTS (SELECT 1 FROM operation
             WHERE operation = ?1 AND id > ?2 AND NOT came_in)",
            (operation, id),
            |row| row.get(0),
        )?)
    }

    /// How many documents differ from what they were after this operation, and whether a setting was
    /// changed. [`OperationFilter::changes`](crate::OperationFilter) lists what was done to them, also
    /// where what was done came to nothing.
    ///
    /// # Errors
    /// What the database says.
    pub fn changes_after(&self, operation: &str) -> Result<ChangesRecord, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        // Of each document the first operation knows the revision it had: none where it was not there.
        let documents = format!(
            "SELECT count(*) FILTER (WHERE is_there AND was IS NOT content),
               count(*) FILTER (WHERE NOT is_there AND before IS NOT NULL)
             FROM (
               SELECT t.before, d.content, r.content AS was,
                 d.document IS NOT NULL AND d.deleted_at IS NULL AS is_there
               FROM (
                 SELECT i.kind, i.id, i.before, min(i.operation)
                 FROM operation_item i JOIN operation o ON o.id = i.operation
                 WHERE i.operation > ?1 AND i.kind <> '{FOLDER}' AND {CHANGED_DOCUMENTS}
                 GROUP BY i.kind, i.id
               ) t
               LEFT JOIN document d ON d.kind = t.kind AND d.id = t.id
               LEFT JOIN revision r ON r.document = d.document AND r.revision = t.before
             )"
        );
        let settings = format!(
            "SELECT EXISTS (SELECT 1 FROM operation o WHERE o.id > ?1 AND {CHANGED_SETTINGS})"
        );
        let (documents, deleted) = reader.query_row(&documents, [operation], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(ChangesRecord {
            documents,
            deleted,
            settings: reader.query_row(&settings, [operation], |row| row.get(0))?,
        })
    }

    /// A page of what an operation touched, and how many there are.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation_items(
        &self,
        id: &str,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<OperationItemRecord>, StoreError> {
        items_from(&*self.reader()?, id, limit, offset)
    }
}

pub(crate) fn item_record(row: &Row<'_>) -> rusqlite::Result<OperationItemRecord> {
    Ok(OperationItemRecord {
        kind: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        before: row.get(3)?,
        after: row.get(4)?,
    })
}

/// A page of operations after `id` and not before `since`, oldest first, for a snapshot.
pub(crate) fn page_after(
    connection: &Connection,
    id: &str,
    since: i64,
) -> Result<Vec<OperationRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM operation o WHERE o.id > ?1 AND o.at >= ?2 ORDER BY o.id LIMIT 500"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((id, since), record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What an operation touched, `limit` items from number `first` on.
pub(crate) fn items_from(
    connection: &Connection,
    id: &str,
    limit: u32,
    first: u32,
) -> Result<Vec<OperationItemRecord>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, id, name, before, after FROM operation_item
         WHERE operation = ?1 AND item >= ?3 ORDER BY item LIMIT ?2",
    )?;
    let rows = statement.query_map((id, limit, first), item_record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
