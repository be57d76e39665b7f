//! Copies of the whole database, for disasters. A copy is one file without side files; whether it
//! is sound shows before anybody counts on it.

use std::path::Path;

use flowkeep_core::Sha256;
use flowkeep_host::Cancellation;
use rusqlite::{Connection, OpenFlags};

use crate::interrupt::interruptible;
use crate::path_value::PathValue;
use crate::{Store, StoreError, schema};

impl Store {
    /// Copies the whole database, consistent and without side files, to a new file and flushes it.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`]; what the database or the system says; the target may then exist in part.
    pub fn copy_to(&self, target: &Path, cancellation: &Cancellation) -> Result<(), StoreError> {
        let reader = self.reader()?;
        interruptible(&reader, cancellation, || {
            Ok(reader.execute("VACUUM INTO ?1", [PathValue(target.to_owned())])?)
        })?;
        #[cfg(unix)]
        std::fs::set_permissions(target, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        std::fs::File::open(target)?.sync_all()?;
        Ok(())
    }
}

/// The id of the newest operation in a copy of a database. Reads a page or two; nothing is written.
///
/// # Errors
/// What the database or the system says.
pub fn newest_operation_in_copy(path: &Path) -> Result<Option<String>, StoreError> {
    let sql = "SELECT max(id) FROM operation";
    Ok(open_copy(path)?.query_row(sql, [], |row| row.get(0))?)
}

fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

/// Checks a copy of a database from the first page to the last text. Nothing is written.
///
/// # Errors
/// [`StoreError::Damaged`], [`StoreError::NotOurs`], [`StoreError::Newer`]; what the system says.
pub fn check_copy(path: &Path) -> Result<(), StoreError> {
    let connection = open_copy(path)?;
    schema::check_ours(&connection)?;
    schema::check_version(&connection)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged(found));
    }
    // A flipped bit inside a text is no fault to SQLite.
    let mut statement = connection.prepare("SELECT sha256, text FROM content")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if Sha256::of(text.as_bytes()) != Sha256(row.get(0)?) {
            return Err(StoreError::Damaged(
                "a text is not as it was written".to_owned(),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::{Document, Format, Kind, OperationId, summarise};
    use flowkeep_host::testing::TestClock;
    use ulid::Ulid;

    use super::*;
    use crate::{NewDocument, StoreOptions};

    fn open(folder: &Path, name: &str) -> Store {
        Store::open(StoreOptions {
            path: folder.join(name),
            safety: folder.join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap()
    }

    /// A copy of a database with one document.
    fn copy(folder: &Path) -> std::path::PathBuf {
        let store = open(folder, "flowkeep.db");
        store
            .write::<_, StoreError>(|tx| {
                let text = "{\"name\": \"mark-1\"}".to_owned();
                let document = Document::parse(Format::Json, text).unwrap();
                let new = NewDocument {
                    kind: Kind::Workflow,
                    id: "a",
                    summary: &summarise(Kind::Workflow, &document, None),
                    document: &document,
                    example: false,
                };
                tx.put_document(&new, OperationId(Ulid::from_parts(1, 1)), "tester")
            })
            .unwrap();
        let copy = folder.join("copy.db");
        store.copy_to(&copy, Cancellation::never()).unwrap();
        copy
    }

    fn flip(path: &Path, mark: &str) {
        let mut bytes = std::fs::read(path).unwrap();
        let found = bytes
            .windows(mark.len())
            .position(|at| at == mark.as_bytes());
        bytes[found.unwrap()] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_sound_copy_passes_and_is_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let copy = copy(folder.path());
        let before = std::fs::read(&copy).unwrap();
        check_copy(&copy).unwrap();
        assert_eq!(std::fs::read(&copy).unwrap(), before);
        assert!(!folder.path().join("copy.db-wal").exists());
    }

    #[test]
    fn whatever_is_wrong_with_a_copy_shows() {
        let folder = tempfile::tempdir().unwrap();
        let copy = copy(folder.path());
        flip(&copy, "mark-1\"}");
        let error = check_copy(&copy).unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
        let whole = std::fs::read(&copy).unwrap();
        std::fs::write(&copy, &whole[..whole.len() / 2]).unwrap();
        check_copy(&copy).unwrap_err();
        std::fs::write(&copy, "").unwrap();
        check_copy(&copy).unwrap_err();
        check_copy(&folder.path().join("none.db")).unwrap_err();
    }

    #[test]
    fn a_copy_that_is_opened_works_as_any_other_database() {
        let folder = tempfile::tempdir().unwrap();
        copy(folder.path());
        let store = open(folder.path(), "copy.db");
        let found = store.document(Kind::Workflow, "a").unwrap();
        assert!(found.is_some());
        assert!(folder.path().join("copy.db-wal").exists(), "with a log");
    }
}
