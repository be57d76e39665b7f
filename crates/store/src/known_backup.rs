//! The backups made from this data folder, and how well they were when last looked at.

use rusqlite::{OptionalExtension as _, Row};

use crate::{Store, StoreError, Tag, Tx};

/// A backup that was made here.
#[derive(Debug, Clone)]
pub struct KnownBackup {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub path: String,
    /// Milliseconds; when it was made.
    pub created_at: i64,
    /// Documents in it.
    pub count: u32,
    /// Bytes.
    pub bytes: u64,
    /// The newest operation it knows of: what came later is not in it.
    pub operation: String,
    /// Milliseconds; when it was last read back.
    pub checked_at: Option<i64>,
    /// What the database could not give when it was made.
    pub lost: u32,
    /// Damaged files found then.
    pub damaged: u32,
    /// The names of the first of them.
    pub damaged_names: Vec<String>,
}

impl KnownBackup {
    /// Whether nothing is missing in it, from the start or by now.
    pub fn is_whole(&self) -> bool {
        self.lost == 0 && self.damaged == 0
    }
}

const COLUMNS: &str =
    "id, path, created_at, count, bytes, operation, checked_at, damaged, damaged_names, lost";

fn record(row: &Row<'_>) -> rusqlite::Result<KnownBackup> {
    let names: String = row.get(8)?;
    Ok(KnownBackup {
        id: row.get(0)?,
        path: row.get(1)?,
        created_at: row.get(2)?,
        count: row.get(3)?,
        bytes: row.get(4)?,
        operation: row.get(5)?,
        checked_at: row.get(6)?,
        damaged: row.get(7)?,
        damaged_names: serde_json::from_str(&names).unwrap_or_default(),
        lost: row.get(9)?,
    })
}

impl Store {
    /// The known backups, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn known_backups(&self) -> Result<Vec<KnownBackup>, StoreError> {
        let reader = self.reader()?;
        let sql = format!("SELECT {COLUMNS} FROM known_backup ORDER BY id DESC");
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One known backup.
    ///
    /// # Errors
    /// What the database says.
    pub fn known_backup(&self, id: &str) -> Result<Option<KnownBackup>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM known_backup WHERE id = ?1");
        Ok(self.reader()?.query_row(&sql, [id], record).optional()?)
    }
}

impl Tx<'_> {
    /// Adds a backup to the known ones, or what was found when it was read back.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_known_backup(&self, backup: &KnownBackup) -> Result<(), StoreError> {
        let names = serde_json::to_string(&backup.damaged_names)
            .map_err(|error| StoreError::Io(error.into()))?;
        self.connection.execute(
            "INSERT INTO known_backup(id, path, created_at, count, bytes, operation, checked_at, \
             damaged, damaged_names, lost)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT(id) DO UPDATE SET path = excluded.path, checked_at = excluded.checked_at, \
             damaged = excluded.damaged, damaged_names = excluded.damaged_names",
            rusqlite::params![
                backup.id,
                backup.path,
                backup.created_at,
                backup.count,
                backup.bytes,
                backup.operation,
                backup.checked_at,
                backup.damaged,
                names,
                backup.lost,
            ],
        )?;
        self.tag(&Tag::Backup);
        Ok(())
    }
}
