//! All of the catalog as of one moment, read piece by piece for a backup. A damaged row fails by
//! itself and by name; the rest is read on.

use std::collections::HashSet;

use flowkeep_core::{Format, Kind, Sha256};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::document::{format_of, kind_of};
use crate::{OperationItemRecord, OperationRecord, Store, StoreError, operation};

/// One moment of the database. It holds a read transaction: writers go on beside it.
pub struct Snapshot {
    pub(crate) connection: Connection,
}

/// Where a document of that moment is to be found.
#[derive(Debug)]
pub struct DocumentRow {
    kind: Kind,
    row: i64,
    id: String,
}

impl DocumentRow {
    /// The id it is kept under.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A document as of that moment.
#[derive(Debug)]
pub struct SnapshotDocument {
    /// What it is.
    pub kind: Kind,
    /// The id it is kept under.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The format of its text.
    pub format: Format,
    /// Its revision.
    pub revision: u32,
    /// Milliseconds; when it came into the catalog.
    pub created_at: i64,
    /// Milliseconds; when it was last changed.
    pub updated_at: i64,
    /// Its text.
    pub text: String,
    /// The hash its text had when it was written.
    pub sha256: Sha256,
}

/// An earlier revision as of that moment; its text comes beside it.
/// This is also a line of a backup's `revisions/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotRevision {
    /// What it is.
    pub kind: Kind,
    /// The id the document is kept under.
    pub id: String,
    /// Its number.
    pub revision: u32,
    /// Milliseconds; when it was saved.
    pub at: i64,
    /// Who saved it.
    pub actor: String,
    /// The operation that saved it.
    pub operation: String,
    /// The name the document had.
    pub name: String,
    /// The format of its text.
    pub format: Format,
}

/// A part of Activity as of that moment. An operation may have touched a hundred thousand
/// documents, so what it touched comes in pieces. Also a line of a backup's `operations/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SnapshotOperation {
    /// Some of what an operation touched.
    Items {
        /// Its id.
        items_of: String,
        /// The number of the first of these items.
        first: u32,
        /// The items.
        items: Vec<OperationItemRecord>,
    },
    /// An operation.
    Operation(Box<OperationRecord>),
}

/// Items of an operation in one piece.
const ITEMS: u32 = 500;

impl Store {
    /// Begins to read one moment of the database.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let connection = self.reader()?.keep().ok_or(StoreError::Closed)?;
        connection.execute_batch("BEGIN")?;
        // A read transaction begins with the first read, not with BEGIN.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Snapshot { connection })
    }
}

impl Snapshot {
    /// How many documents of each kind; examples are not counted.
    ///
    /// # Errors
    /// What the database says.
    pub fn counts(&self) -> Result<Vec<(Kind, u32)>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT count(*) FROM document WHERE kind = ?1 AND deleted_at IS NULL AND example = 0",
        )?;
        Kind::ALL
            .into_iter()
            .map(|kind| {
                Ok((
                    kind,
                    statement.query_row([kind.as_str()], |row| row.get(0))?,
                ))
            })
            .collect()
    }

    /// In how many documents something like a password or a key stands.
    ///
    /// # Errors
    /// What the database says.
    pub fn with_keys(&self) -> Result<u32, StoreError> {
        Ok(self.connection.query_row(
            "SELECT count(*) FROM document WHERE contains_key AND deleted_at IS NULL AND example = 0",
            [],
            |row| row.get(0),
        )?)
    }

    /// How many documents there are and the bytes of their texts, `cluster` bytes at a time.
    ///
    /// # Errors
    /// What the database says.
    pub fn size(&self, cluster: u64) -> Result<(u32, u64), StoreError> {
        Ok(self.connection.query_row(
            "SELECT count(*), coalesce(sum((bytes + ?1 - 1) / ?1 * ?1), 0) FROM document
             WHERE deleted_at IS NULL AND example = 0",
            [cluster],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?)
    }

    /// Bytes of what is beside the documents, roughly: task folders, earlier revisions, Activity, runs and what other
    /// programs recorded from `since` on, in milliseconds.
    ///
    /// # Errors
    /// What the database says.
    pub fn rest_bytes(&self, since: i64) -> Result<u64, StoreError> {
        let sessions = self.session_bytes()?;
        let rest: u64 = self.connection.query_row(
            "SELECT (SELECT coalesce(sum(r.bytes + 300), 0) FROM revision r
                     JOIN document d USING (document) WHERE r.revision < d.revision AND r.at >= ?1)
                  + (SELECT coalesce(sum(400 + 200 * count), 0) FROM operation WHERE at >= ?1)
                  + (WITH kept AS (SELECT run, context FROM run
                       WHERE ?1 < 9223372036854775807 AND (ended_at IS NULL OR ended_at >= ?1))
                     SELECT (SELECT coalesce(sum(1000 + octet_length(context)), 0) FROM kept)
                       + (SELECT count(*) * 400 FROM kept JOIN attempt USING (run))
                       + (SELECT count(*) * 300 FROM kept JOIN message USING (run))
                       + (SELECT coalesce(sum(octet_length(value) * 5 / 4 + 100), 0)
                          FROM kept JOIN output USING (run)))
                  + (WITH kept AS (SELECT execution, context FROM execution
                       WHERE coalesce(ended_at, at) >= ?1)
                     SELECT (SELECT coalesce(sum(600 + coalesce(octet_length(context), 0)), 0) FROM kept)
                       + (SELECT count(*) * 300 FROM kept JOIN execution_message USING (execution)))
                  + (SELECT coalesce(sum(400 + coalesce(octet_length(data), 0)), 0)
                     FROM logged_operation WHERE at >= ?1)
                  + (SELECT coalesce(sum(4096 + octet_length(settings)), 0) FROM task_folder)",
            [since],
            |row| row.get(0),
        )?;
        Ok(rest + sessions)
    }

    /// Bytes of the whole database as of this moment.
    ///
    /// # Errors
    /// What the database says.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// The newest operation of this moment.
    ///
    /// # Errors
    /// What the database says.
    pub fn latest_operation_id(&self) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .query_row("SELECT max(id) FROM operation", [], |row| row.get(0))?)
    }

    /// The kept documents of a kind, in the order of their ids. Only indexes are read: a broken page
    /// of the documents themselves costs those on it and not the list.
    ///
    /// # Errors
    /// What the database says.
    pub fn document_rows(&self, kind: Kind) -> Result<Vec<DocumentRow>, StoreError> {
        match self.rows_by_index(kind) {
            // The index itself is broken: the table says the same.
            Err(StoreError::Damaged(_)) => self.rows_by(
                "SELECT document, id FROM document NOT INDEXED
                 WHERE kind = ?1 AND deleted_at IS NULL ORDER BY id",
                kind,
            ),
            rows => rows,
        }
    }

    fn rows_by_index(&self, kind: Kind) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT document FROM document INDEXED BY document_deleted
             WHERE kind = ?1 AND deleted_at IS NOT NULL",
        )?;
        let deleted: HashSet<i64> = statement
            .query_map([kind.as_str()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut rows = self.rows_by(
            "SELECT document, id FROM document INDEXED BY sqlite_autoindex_document_1
             WHERE kind = ?1 ORDER BY id",
            kind,
        )?;
        rows.retain(|row| !deleted.contains(&row.row));
        Ok(rows)
    }

    fn rows_by(&self, sql: &str, kind: Kind) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([kind.as_str()], |row| {
            Ok(DocumentRow {
                kind,
                row: row.get(0)?,
                id: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One document; nothing for an example. Where its row cannot be read it is what its newest
    /// revision says.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Damaged`] concerns this document alone.
    pub fn document(&self, of: &DocumentRow) -> Result<Option<SnapshotDocument>, StoreError> {
        let sql =
            "SELECT d.name, d.format, d.revision, d.created_at, d.updated_at, c.text, c.sha256
                   FROM document d JOIN content c USING (content)
                   WHERE d.document = ?1 AND NOT d.example";
        match self.document_by(sql, of) {
            Err(StoreError::Damaged(_)) => self.document_by(
                "SELECT r.name, r.format, r.revision,
                   (SELECT min(at) FROM revision WHERE document = ?1), r.at, c.text, c.sha256
                 FROM revision r JOIN content c USING (content)
                 WHERE r.document = ?1 ORDER BY r.revision DESC LIMIT 1",
                of,
            ),
            other => other,
        }
    }

    fn document_by(
        &self,
        sql: &str,
        of: &DocumentRow,
    ) -> Result<Option<SnapshotDocument>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let document = statement.query_row([of.row], |row| {
            Ok(SnapshotDocument {
                kind: of.kind,
                id: of.id.clone(),
                name: row.get(0)?,
                format: format_of(row, 1)?,
                revision: row.get(2)?,
                created_at: row.get(3)?,
                updated_at: row.get(4)?,
                text: row.get(5)?,
                sha256: Sha256(row.get(6)?),
            })
        });
        Ok(document.optional()?)
    }

    /// What a document is called, its text left unread; where nothing says it, its id.
    pub fn document_name(&self, of: &DocumentRow) -> String {
        [
            "SELECT name FROM document WHERE document = ?1",
            "SELECT name FROM revision WHERE document = ?1 ORDER BY revision DESC LIMIT 1",
        ]
        .iter()
        .find_map(|sql| {
            let mut statement = self.connection.prepare_cached(sql).ok()?;
            statement.query_row([of.row], |row| row.get(0)).ok()
        })
        .unwrap_or_else(|| of.id.clone())
    }

    /// Gives every earlier revision of the kept documents from `since` (milliseconds) on to
    /// `each`, oldest first, with its text and the hash that had when it was written. A text that
    /// cannot be read fails by itself; a document whose revisions cannot is given to `lost`.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn earlier_revisions<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(SnapshotRevision, Result<(String, Sha256), StoreError>) -> Result<(), E>,
        lost: impl FnMut(&DocumentRow),
    ) -> Result<(), E> {
        // The texts stay out of this query: it sorts, and one damaged text would end it.
        let mut statement = self
            .connection
            .prepare(
                "SELECT r.revision, r.at, r.actor, r.operation, r.name, r.format, r.content, \
                 d.kind, d.id
                 FROM revision r JOIN document d USING (document)
                 WHERE r.revision < d.revision AND d.deleted_at IS NULL AND d.example = 0
                   AND r.at >= ?1
                 ORDER BY r.at, r.document, r.revision",
            )
            .map_err(StoreError::from)?;
        let mut rows = statement.query([since]).map_err(StoreError::from)?;
        // It has read all of them before it gives the first.
        let mut next = match rows.next().map_err(StoreError::from) {
            Err(StoreError::Damaged(_)) => return self.revisions_one_by_one(since, each, lost),
            next => next?,
        };
        while let Some(row) = next {
            let named = || Ok((kind_of(row, 7)?, row.get(8)?));
            let (kind, id) = named().map_err(|error: rusqlite::Error| StoreError::from(error))?;
            let (revision, content) = revision(row, kind, id).map_err(StoreError::from)?;
            each(revision, self.content(content))?;
            next = rows.next().map_err(StoreError::from)?;
        }
        Ok(())
    }

    /// As [`Snapshot::earlier_revisions`] where a page is broken: what can be found by indexes is.
    fn revisions_one_by_one<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(SnapshotRevision, Result<(String, Sha256), StoreError>) -> Result<(), E>,
        mut lost: impl FnMut(&DocumentRow),
    ) -> Result<(), E> {
        let mut documents = Vec::new();
        for kind in Kind::ALL {
            documents.append(&mut self.document_rows(kind)?);
        }
        let mut found = Vec::new();
        for (place, document) in documents.iter().enumerate() {
            match self.earlier_numbers(document, since) {
                Ok(numbers) => found.extend(numbers.into_iter().map(|(at, n)| (at, place, n))),
                Err(_) => lost(document),
            }
        }
        found.sort_unstable();
        let mut statement = self
            .connection
            .prepare(
                "SELECT revision, at, actor, operation, name, format, content FROM revision
                 WHERE document = ?1 AND revision = ?2",
            )
            .map_err(StoreError::from)?;
        for (_, place, number) in found {
            let Some(document) = documents.get(place) else {
                continue;
            };
            let read = statement.query_row((document.row, number), |row| {
                revision(row, document.kind, document.id.clone())
            });
            match read {
                Ok((revision, content)) => each(revision, self.content(content))?,
                Err(_) => lost(document),
            }
        }
        Ok(())
    }

    /// When and under which numbers a document was saved before its newest state.
    fn earlier_numbers(
        &self,
        document: &DocumentRow,
        since: i64,
    ) -> Result<Vec<(i64, u32)>, StoreError> {
        let example = self
            .connection
            .prepare_cached("SELECT example FROM document WHERE document = ?1")?
            .query_row([document.row], |row| row.get(0));
        if let Ok(true) = example {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT at, revision FROM revision WHERE document = ?1 ORDER BY revision",
        )?;
        let mut numbers: Vec<(i64, u32)> = statement
            .query_map([document.row], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        numbers.pop();
        numbers.retain(|(at, _)| *at >= since);
        Ok(numbers)
    }

    /// A text and the hash it had when it was written.
    fn content(&self, content: i64) -> Result<(String, Sha256), StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT text, sha256 FROM content WHERE content = ?1")?;
        Ok(statement.query_row([content], |row| Ok((row.get(0)?, Sha256(row.get(1)?))))?)
    }

    /// Gives every operation from `since` (milliseconds) on to `each`, oldest first, each followed
    /// by what it touched.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn operations<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(SnapshotOperation) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after = String::new();
        loop {
            let page = operation::page_after(&self.connection, &after, since)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for operation in page {
                let id = operation.id.clone();
                each(SnapshotOperation::Operation(Box::new(operation)))?;
                let mut first = 0;
                loop {
                    let items = operation::items_from(&self.connection, &id, ITEMS, first)?;
                    let Ok(count) = u32::try_from(items.len()) else {
                        break;
                    };
                    if count == 0 {
                        break;
                    }
                    each(SnapshotOperation::Items {
                        items_of: id.clone(),
                        first,
                        items,
                    })?;
                    first += count;
                }
            }
        }
    }

    /// All settings.
    ///
    /// # Errors
    /// What the database says.
    pub fn settings(&self) -> Result<Vec<(String, serde_json::Value)>, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT key, value FROM setting ORDER BY key")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut settings = Vec::new();
        for row in rows {
            let (key, json) = row?;
            if let Ok(value) = serde_json::from_str(&json) {
                settings.push((key, value));
            }
        }
        Ok(settings)
    }
}

/// A revision and where its text is, of the columns `revision, at, actor, operation, name, format,
/// content`.
fn revision(row: &Row<'_>, kind: Kind, id: String) -> rusqlite::Result<(SnapshotRevision, i64)> {
    let revision = SnapshotRevision {
        kind,
        id,
        revision: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        operation: row.get(3)?,
        name: row.get(4)?,
        format: format_of(row, 5)?,
    };
    Ok((revision, row.get(6)?))
}
