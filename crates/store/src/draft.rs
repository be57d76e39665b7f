//! Drafts: texts being edited that are not a revision yet, one per document. They outlive a crash
//! and a closed window, stand in no backup and no history, and are tagged as no change: the one
//! window of a data folder writes them, and nobody else follows them.

use flowkeep_core::Kind;
use rusqlite::{OptionalExtension as _, Row};

use crate::document::kind_of;
use crate::{Store, StoreError, Tx};

/// What is known of a draft without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRecord {
    /// What the document is.
    pub kind: Kind,
    /// The id the document is kept under.
    pub id: String,
    /// The document's name as it is saved.
    pub name: String,
    /// The revision the draft was begun from.
    pub revision: u32,
    /// Milliseconds; when it was last written.
    pub at: i64,
}

/// A draft's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// The revision it was begun from.
    pub revision: u32,
    /// The text, which need not be readable.
    pub text: String,
}

fn record(row: &Row<'_>) -> rusqlite::Result<DraftRecord> {
    Ok(DraftRecord {
        kind: kind_of(row, 0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        revision: row.get(3)?,
        at: row.get(4)?,
    })
}

impl Store {
    /// All drafts, the one written last first. One of a deleted document waits for its return.
    ///
    /// # Errors
    /// What the database says.
    pub fn drafts(&self) -> Result<Vec<DraftRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT d.kind, d.id, d.name, draft.revision, draft.at
             FROM draft JOIN document d USING (document) WHERE d.deleted_at IS NULL
             ORDER BY draft.at DESC, draft.document",
        )?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The draft of a document, if one is kept.
    ///
    /// # Errors
    /// What the database says.
    pub fn draft(&self, kind: Kind, id: &str) -> Result<Option<KeptDraft>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT draft.revision, draft.text FROM draft JOIN document d USING (document)
             WHERE d.kind = ?1 AND d.id = ?2",
        )?;
        let found = statement.query_row((kind.as_str(), id), |row| {
            Ok(KeptDraft {
                revision: row.get(0)?,
                text: row.get(1)?,
            })
        });
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// Keeps a document's draft in the place of an earlier one; false when there is no such
    /// document.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_draft(&self, kind: Kind, id: &str, draft: &KeptDraft) -> Result<bool, StoreError> {
        let kept = self
            .connection
            .prepare_cached(
                "INSERT INTO draft(document, revision, at, text)
                 SELECT document, ?3, ?4, ?5 FROM document WHERE kind = ?1 AND id = ?2
                 ON CONFLICT(document) DO UPDATE SET
                   revision = excluded.revision, at = excluded.at, text = excluded.text",
            )?
            .execute((kind.as_str(), id, draft.revision, self.now().0, &draft.text))?;
        Ok(kept == 1)
    }

    /// Forgets a document's draft, if there is one.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_draft(&self, kind: Kind, id: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM draft WHERE document =
                   (SELECT document FROM document WHERE kind = ?1 AND id = ?2)",
            )?
            .execute((kind.as_str(), id))?;
        Ok(())
    }

    /// Forgets a document's draft where it is this text, because that was saved just now.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_saved_draft(&self, kind: Kind, id: &str, text: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM draft WHERE text = ?3 AND document =
                   (SELECT document FROM document WHERE kind = ?1 AND id = ?2)",
            )?
            .execute((kind.as_str(), id, text))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::{Document, Format, summarise};
    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{NewDocument, StoreOptions};

    fn open(folder: &tempfile::TempDir) -> Store {
        Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap()
    }

    fn put(store: &Store, id: &'static str, text: &str) {
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let summary = summarise(Kind::Workflow, &document, None);
        let put = move |tx: &Tx<'_>| {
            let new = NewDocument {
                kind: Kind::Workflow,
                id,
                document: &document,
                summary: &summary,
                example: false,
            };
            tx.put_document(&new, tx.next_operation_id()?, "tester")
        };
        store.write::<_, StoreError>(put).unwrap();
    }

    fn keep(store: &Store, id: &'static str, text: &'static str) -> bool {
        let draft = KeptDraft {
            revision: 1,
            text: text.to_owned(),
        };
        store
            .write::<_, StoreError>(move |tx| tx.keep_draft(Kind::Workflow, id, &draft))
            .unwrap()
    }

    fn text_of(store: &Store, id: &str) -> Option<String> {
        store
            .draft(Kind::Workflow, id)
            .unwrap()
            .map(|draft| draft.text)
    }

    #[test]
    fn a_draft_is_there_when_the_database_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        put(&store, "a", r#"{"id": "a", "name": "A", "tasks": []}"#);
        assert!(keep(&store, "a", "first"));
        assert!(keep(&store, "a", "{not readable"));
        assert!(!keep(&store, "nobody", "lost"), "a draft is of a document");
        drop(store);

        let store = open(&folder);
        assert_eq!(text_of(&store, "a").as_deref(), Some("{not readable"));
        let known = store.drafts().unwrap();
        assert_eq!(known.len(), 1);
        assert_eq!((known[0].name.as_str(), known[0].revision), ("A", 1));
    }

    #[test]
    fn only_the_text_that_was_saved_is_forgotten_with_a_save() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        put(&store, "a", r#"{"id": "a", "tasks": []}"#);
        keep(&store, "a", "typed on meanwhile");
        let saved = |text: &'static str| {
            store
                .write::<_, StoreError>(move |tx| tx.forget_saved_draft(Kind::Workflow, "a", text))
                .unwrap();
        };
        saved("typed on");
        assert_eq!(text_of(&store, "a").as_deref(), Some("typed on meanwhile"));
        saved("typed on meanwhile");
        assert_eq!(text_of(&store, "a"), None);
    }

    #[test]
    fn a_deleted_documents_draft_waits_for_its_return_unlisted() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        put(&store, "a", r#"{"id": "a", "tasks": []}"#);
        keep(&store, "a", "typed");
        store
            .write::<_, StoreError>(|tx| tx.delete_document(Kind::Workflow, "a"))
            .unwrap();
        assert_eq!(store.drafts().unwrap(), []);
        assert_eq!(text_of(&store, "a").as_deref(), Some("typed"));
    }
}
