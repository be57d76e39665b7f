//! Documents, their texts and their revisions.

use flowkeep_core::{Document, Format, Kind, OperationId, Sha256, Summary, search_terms, sort_key};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::schedule::Paused;
use crate::{Store, StoreError, Tag, Tx};

/// A document to keep.
#[derive(Debug)]
pub struct NewDocument<'a> {
    /// What it is.
    pub kind: Kind,
    /// The id to keep it under.
    pub id: &'a str,
    /// The document.
    pub document: &'a Document,
    /// What it says of itself.
    pub summary: &'a Summary,
    /// Whether it belongs to the example workspace.
    pub example: bool,
}

/// A document's row.
#[derive(Debug, Clone)]
pub struct DocumentRecord {
    /// Number of the row.
    pub row: i64,
    /// What it is.
    pub kind: Kind,
    /// The id it is kept under.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The format of its text.
    pub format: Format,
    /// Its `type`.
    pub doc_type: Option<String>,
    /// First words of its description.
    pub description: Option<String>,
    /// The shape found in it.
    pub shape: String,
    /// Number of stages.
    pub stages: u32,
    /// Number of tasks.
    pub tasks: u32,
    /// Number of milestones.
    pub milestones: u32,
    /// Errors of validation.
    pub problems: u32,
    /// Warnings of validation.
    pub warnings: u32,
    /// Whether it writes, calls or runs something.
    pub runs_something: bool,
    /// Whether something like a key stands in it.
    pub contains_key: bool,
    /// When it says it was made, in its own words.
    pub stated_created_at: Option<String>,
    /// When it says it was changed, in its own words.
    pub stated_updated_at: Option<String>,
    /// The number of its latest revision.
    pub revision: u32,
    /// Milliseconds; when it came into the catalog.
    pub created_at: i64,
    /// Milliseconds; when it was last changed here.
    pub updated_at: i64,
    /// Whether it belongs to the example workspace.
    pub example: bool,
    /// Milliseconds; when it was deleted.
    pub deleted_at: Option<i64>,
}

/// A saved state, without its text.
#[derive(Debug, Clone)]
pub struct RevisionRecord {
    /// Its number, from 1.
    pub revision: u32,
    /// The format of its text.
    pub format: Format,
    /// The name the document had.
    pub name: String,
    /// Bytes of its text.
    pub bytes: u32,
    /// Milliseconds; when it was saved.
    pub at: i64,
    /// Who saved it.
    pub actor: String,
    /// The operation that saved it.
    pub operation_id: String,
    /// That operation's type; absent when it came with a backup that did not have it.
    pub operation: Option<String>,
}

/// The text of a revision.
#[derive(Debug, Clone)]
pub struct StoredText {
    /// Its format.
    pub format: Format,
    /// The name the document had.
    pub name: String,
    /// The text.
    pub text: String,
}

pub(crate) const COLUMNS: &str = "d.document, d.kind, d.id, d.name, d.format, d.doc_type, \
    d.description, d.shape, d.stages, d.tasks, d.milestones, d.problems, d.warnings, \
    d.runs_something, d.contains_key, d.stated_created_at, d.stated_updated_at, d.revision, \
    d.created_at, d.updated_at, d.example, d.deleted_at";

pub(crate) fn kind_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    let word: String = row.get(column)?;
    Kind::from_word(&word).ok_or_else(|| unknown_word(column, word))
}

pub(crate) fn format_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Format> {
    let word: String = row.get(column)?;
    Format::from_word(&word).ok_or_else(|| unknown_word(column, word))
}

/// A word that no version of this program wrote: the row is damaged.
fn unknown_word(column: usize, word: String) -> rusqlite::Error {
    let error: Box<dyn std::error::Error + Send + Sync> = word.into();
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
}

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<DocumentRecord> {
    Ok(DocumentRecord {
        row: row.get(0)?,
        kind: kind_of(row, 1)?,
        id: row.get(2)?,
        name: row.get(3)?,
        format: format_of(row, 4)?,
        doc_type: row.get(5)?,
        description: row.get(6)?,
        shape: row.get(7)?,
        stages: row.get(8)?,
        tasks: row.get(9)?,
        milestones: row.get(10)?,
        problems: row.get(11)?,
        warnings: row.get(12)?,
        runs_something: row.get(13)?,
        contains_key: row.get(14)?,
        stated_created_at: row.get(15)?,
        stated_updated_at: row.get(16)?,
        revision: row.get(17)?,
        created_at: row.get(18)?,
        updated_at: row.get(19)?,
        example: row.get(20)?,
        deleted_at: row.get(21)?,
    })
}

pub(crate) fn find(
    connection: &Connection,
    kind: Kind,
    id: &str,
) -> Result<Option<DocumentRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM document d WHERE d.kind = ?1 AND d.id = ?2");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row((kind.as_str(), id), record)
        .optional()?)
}

pub(crate) fn text_of(
    connection: &Connection,
    row: i64,
    revision: u32,
) -> Result<Option<StoredText>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.format, r.name, c.text, c.sha256 FROM revision r JOIN content c USING (content)
         WHERE r.document = ?1 AND r.revision = ?2",
    )?;
    let stored = statement.query_row((row, revision), |row| {
        let stored = StoredText {
            format: format_of(row, 0)?,
            name: row.get(1)?,
            text: row.get(2)?,
        };
        Ok((stored, Sha256(row.get(3)?)))
    });
    // SQLite does not see a flipped bit inside a text; a wrong text must never pass for the right.
    match stored.optional()? {
        Some((stored, sha256)) if Sha256::of(stored.text.as_bytes()) != sha256 => {
            Err(StoreError::TextDamaged { name: stored.name })
        }
        stored => Ok(stored.map(|(stored, _)| stored)),
    }
}

impl Store {
    /// The document's row, deleted ones too.
    ///
    /// # Errors
    /// What the database says.
    pub fn document(&self, kind: Kind, id: &str) -> Result<Option<DocumentRecord>, StoreError> {
        find(&*self.reader()?, kind, id)
    }

    /// The text of one revision of a document.
    ///
    /// # Errors
    /// What the database says.
    pub fn text(&self, row: i64, revision: u32) -> Result<Option<StoredText>, StoreError> {
        text_of(&*self.reader()?, row, revision)
    }

    /// The revisions of a document, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn revisions(&self, row: i64) -> Result<Vec<RevisionRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT r.revision, r.format, r.name, r.bytes, r.at, r.actor, r.operation, o.operation
             FROM revision r LEFT JOIN operation o ON o.id = r.operation
             WHERE r.document = ?1 ORDER BY r.revision DESC",
        )?;
        let rows = statement.query_map([row], |row| {
            Ok(RevisionRecord {
                revision: row.get(0)?,
                format: format_of(row, 1)?,
                name: row.get(2)?,
                bytes: row.get(3)?,
                at: row.get(4)?,
                actor: row.get(5)?,
                operation_id: row.get(6)?,
                operation: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// The document's row as this transaction sees it, deleted ones too.
    ///
    /// # Errors
    /// What the database says.
    pub fn document(&self, kind: Kind, id: &str) -> Result<Option<DocumentRecord>, StoreError> {
        find(self.connection, kind, id)
    }

    /// The text of one revision as this transaction sees it.
    ///
    /// # Errors
    /// What the database says.
    pub fn text(&self, row: i64, revision: u32) -> Result<Option<StoredText>, StoreError> {
        text_of(self.connection, row, revision)
    }

    /// Keeps a document: a new one, a new revision of one that is there, or one that was deleted
    /// and comes back. A text that is there already makes no revision.
    /// Answers the revision before (none for a new or deleted one) and the one now.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_document(
        &self,
        new: &NewDocument<'_>,
        operation: OperationId,
        actor: &str,
    ) -> Result<(Option<u32>, u32), StoreError> {
        let there = self.document(new.kind, new.id)?;
        let sha256 = new.document.sha256();
        let content = self.put_content(sha256, new.document.text())?;
        let before = there.as_ref().filter(|there| there.deleted_at.is_none());
        let (row, revision, saved) = match &there {
            None => (self.insert_row(new, content)?, 1, true),
            Some(there) => {
                let same = self.content_of(there.row, there.revision)? == Some(content)
                    && there.format == new.document.format();
                let revision = if same {
                    there.revision
                } else {
                    there.revision.saturating_add(1)
                };
                if same && there.deleted_at.is_none() && there.example == new.example {
                    return Ok((Some(revision), revision));
                }
                self.update_row(there.row, revision, new, content)?;
                (there.row, revision, !same)
            }
        };
        if saved {
            self.connection
                .prepare_cached(
                    "INSERT INTO revision(document, revision, content, format, name, bytes, at, \
                     actor, operation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute((
                    row,
                    revision,
                    content,
                    new.document.format().as_str(),
                    &new.summary.name,
                    new.document.text().len(),
                    self.now().0,
                    actor,
                    operation.to_string(),
                ))?;
        }
        self.index(row, new.kind, &new.summary.search)?;
        self.keep_starts(new, there.as_ref())?;
        self.tag(&Tag::Kind(new.kind));
        self.tag(&Tag::Document(new.kind, new.id.to_owned()));
        Ok((before.map(|there| there.revision), revision))
    }

    /// Deletes a document; its revisions stay and it can come back. Answers the revision it had,
    /// or none when there is no such document.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_document(
        &self,
        kind: Kind,
        id: &str,
    ) -> Result<Option<DocumentRecord>, StoreError> {
        let there = self
            .document(kind, id)?
            .filter(|there| there.deleted_at.is_none());
        let Some(there) = there else { return Ok(None) };
        self.connection.execute(
            "UPDATE document SET deleted_at = ?2 WHERE document = ?1",
            (there.row, self.now().0),
        )?;
        self.connection
            .execute("DELETE FROM document_search WHERE rowid = ?1", [there.row])?;
        self.tag(&Tag::Kind(kind));
        self.tag(&Tag::Document(kind, id.to_owned()));
        Ok(Some(there))
    }

    /// What says nothing of what starts it, and never did, has nothing beside it.
    fn keep_starts(
        &self,
        new: &NewDocument<'_>,
        there: Option<&DocumentRecord>,
    ) -> Result<(), StoreError> {
        if new.kind != Kind::Workflow {
            return Ok(());
        }
        let now = new.summary.starts_by.as_deref();
        let kept = self.kept_starts(new.id)?;
        let nothing = now.is_none() && kept.is_none();
        if nothing
            || now == kept.as_deref() && there.is_some_and(|there| there.deleted_at.is_none())
        {
            return Ok(());
        }
        // The example shows what can be done; it does nothing by itself.
        let paused = new.example.then_some(Paused::BroughtIn);
        self.keep_schedule(new.id, now, paused)
    }

    pub(crate) fn put_content(&self, sha256: Sha256, text: &str) -> Result<i64, StoreError> {
        let found: Option<i64> = self
            .connection
            .prepare_cached("SELECT content FROM content WHERE sha256 = ?1")?
            .query_row([sha256.0], |row| row.get(0))
            .optional()?;
        if let Some(content) = found {
            // A text that rotted under its hash is healed by whoever brings the right one.
            self.connection
                .prepare_cached("UPDATE content SET text = ?2 WHERE content = ?1 AND text <> ?2")?
                .execute((content, text))?;
            return Ok(content);
        }
        self.connection
            .prepare_cached("INSERT INTO content(sha256, text) VALUES (?1, ?2)")?
            .execute((sha256.0, text))?;
        Ok(self.connection.last_insert_rowid())
    }

    fn content_of(&self, row: i64, revision: u32) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT content FROM revision WHERE document = ?1 AND revision = ?2")?
            .query_row((row, revision), |row| row.get(0))
            .optional()?)
    }

    fn insert_row(&self, new: &NewDocument<'_>, content: i64) -> Result<i64, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO document(kind, id, name, sort_key, format, shape, stages, tasks, \
                 milestones, problems, warnings, runs_something, contains_key, revision, content, \
                 bytes, created_at, updated_at)
                 VALUES (?1, ?2, '', x'', '', '', 0, 0, 0, 0, 0, 0, 0, 1, ?3, 0, ?4, ?4)",
            )?
            .execute((new.kind.as_str(), new.id, content, self.now().0))?;
        let row = self.connection.last_insert_rowid();
        self.update_row(row, 1, new, content)?;
        Ok(row)
    }

    fn update_row(
        &self,
        row: i64,
        revision: u32,
        new: &NewDocument<'_>,
        content: i64,
    ) -> Result<(), StoreError> {
        let summary = new.summary;
        self.connection
            .prepare_cached(
                "UPDATE document SET name = :name, sort_key = :sort_key, format = :format, \
                 doc_type = :doc_type, description = :description, shape = :shape, \
                 stages = :stages, tasks = :tasks, milestones = :milestones, \
                 problems = :problems, warnings = :warnings, runs_something = :runs, \
                 contains_key = :key, stated_created_at = :created, stated_updated_at = :updated, \
                 revision = :revision, content = :content, bytes = :bytes, updated_at = :now, \
                 example = :example, starts_by = :starts_by, deleted_at = NULL
                 WHERE document = :row",
            )?
            .execute(rusqlite::named_params! {
                ":row": row,
                ":name": summary.name,
                ":sort_key": sort_key(&summary.name),
                ":format": new.document.format().as_str(),
                ":doc_type": summary.doc_type,
                ":description": summary.description,
                ":shape": summary.shape,
                ":stages": summary.stages,
                ":tasks": summary.tasks,
                ":milestones": summary.milestones,
                ":problems": summary.problems,
                ":warnings": summary.warnings,
                ":runs": summary.runs_something,
                ":key": summary.contains_key,
                ":created": summary.created_at,
                ":updated": summary.updated_at,
                ":revision": revision,
                ":content": content,
                ":bytes": new.document.text().len(),
                ":now": self.now().0,
                ":example": new.example,
                ":starts_by": summary.starts_by,
            })?;
        Ok(())
    }

    fn index(&self, row: i64, kind: Kind, search: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM document_search WHERE rowid = ?1")?
            .execute([row])?;
        let sql = format!(
            "INSERT INTO document_search(rowid, {}) VALUES (?1, ?2)",
            kind.as_str()
        );
        self.connection
            .prepare_cached(&sql)?
            .execute((row, search_terms(search)))?;
        Ok(())
    }
}
