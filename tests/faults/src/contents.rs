//! What is in a database, read without the program that wrote it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, ensure};
use rusqlite::{Connection, OpenFlags};

/// Every table in order, without what is another in every run (made-up ids, times, folders' names)
/// and without notes to the next start: who runs, where a backup was begun, what was broken off.
const QUERIES: &[&str] = &[
    "SELECT kind, id, name, format, revision, hex(sha256), d.bytes, problems, example,
       deleted_at IS NULL FROM document d JOIN content USING (content) ORDER BY kind, id",
    "SELECT kind, id, r.revision, hex(sha256), r.name, r.format, r.bytes, r.actor
     FROM revision r JOIN document USING (document) JOIN content c ON c.content = r.content
     ORDER BY 1, 2, 3",
    "SELECT hex(sha256), text FROM content ORDER BY 1",
    "SELECT count(*) FROM document_search_docsize",
    "SELECT actor, face, operation, kind, subject_id, before, after, count, undoes IS NULL,
       undone_by IS NULL FROM operation ORDER BY id",
    "SELECT kind, id, name, before, after FROM operation_item ORDER BY operation, item",
    "SELECT key, value FROM setting WHERE key NOT IN ('interrupted_restore', 'backup_target')
     ORDER BY key",
    "SELECT count, bytes, damaged, damaged_names FROM known_backup ORDER BY id",
    "SELECT recipient, request FROM inbox ORDER BY seq",
];

/// All of it as one text, after SQLite's own check of the file.
///
/// # Errors
/// When the database does not open or is not whole.
pub(crate) fn contents(database: &Path) -> Result<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(check == "ok", "integrity_check: {check}");
    let mut all = String::new();
    for query in QUERIES {
        let mut statement = connection.prepare(query)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                write!(all, "{:?}|", row.get_ref(column)?)?;
            }
            all.push('\n');
        }
        all.push('\n');
    }
    Ok(all)
}
