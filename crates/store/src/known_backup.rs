//! The backups made from this data folder, and how well they were when last looked at.

use flowkeep_core::KeptHistory;
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, Tag, Tx};

/// A backup that was made here. Also written down outside the database, by other versions too: there
/// only what finds it must be given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KnownBackup {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub path: String,
    /// Milliseconds; when it was made.
    #[serde(default)]
    pub created_at: i64,
    /// Documents in it.
    #[serde(default)]
    pub count: u32,
    /// Bytes.
    #[serde(default)]
    pub bytes: u64,
    /// The newest operation it knows of: what came later is not in it.
    #[serde(default)]
    pub operation: String,
    /// Milliseconds; when it was last read back.
    #[serde(default)]
    pub checked_at: Option<i64>,
    /// What the database could not give when it was made.
    #[serde(default)]
    pub lost: u32,
    /// Damaged files found then.
    #[serde(default)]
    pub damaged: u32,
    /// The names of the first of them.
    #[serde(default)]
    pub damaged_names: Vec<String>,
    /// How much of the history is in it.
    #[serde(default)]
    pub history: KeptHistory,
}

impl KnownBackup {
    /// Whether nothing is missing in it, from the start or by now.
    pub fn is_whole(&self) -> bool {
        self.lost == 0 && self.damaged == 0
    }
}

const COLUMNS: &str = "id, path, created_at, count, bytes, operation, checked_at, damaged, damaged_names, lost, \
     history";

fn record(row: &Row<'_>) -> rusqlite::Result<KnownBackup> {
    let names: String = row.get(8)?;
    let history: String = row.get(10)?;
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
        history: serde_json::from_str(&history).unwrap_or_default(),
    })
}

impl Store {
    /// The known backups, the one that became known last first.
    ///
    /// # Errors
    /// What the database says.
    pub fn known_backups(&self) -> Result<Vec<KnownBackup>, StoreError> {
        let reader = self.reader()?;
        let sql = format!("SELECT {COLUMNS} FROM known_backup ORDER BY sequence DESC");
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sequence the next backup will have.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_backup_sequence(&self) -> Result<u64, StoreError> {
        let sql = format!("SELECT {NEXT}");
        Ok(self.reader()?.query_row(&sql, [], |row| row.get(0))?)
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

const NEXT: &str = "(SELECT coalesce(max(sequence), 0) + 1 FROM known_backup)";

impl Tx<'_> {
    /// Adds a backup to the known ones, as the newest. One that is known already stays as it is.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_known_backup(&self, backup: &KnownBackup) -> Result<(), StoreError> {
        let json = |error: serde_json::Error| StoreError::Io(error.into());
        let names = serde_json::to_string(&backup.damaged_names).map_err(json)?;
        let history = serde_json::to_string(&backup.history).map_err(json)?;
        let sql = format!(
            "INSERT INTO known_backup({COLUMNS}, sequence)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, {NEXT})
             ON CONFLICT(id) DO NOTHING"
        );
        self.connection.execute(
            &sql,
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
                history,
            ],
        )?;
        self.tag(&Tag::Backup);
        Ok(())
    }

    /// Notes where a known backup is and what was found when it was read back.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_checked_backup(&self, backup: &KnownBackup) -> Result<(), StoreError> {
        let names = serde_json::to_string(&backup.damaged_names)
            .map_err(|error| StoreError::Io(error.into()))?;
        self.connection.execute(
            "UPDATE known_backup SET path = ?2, checked_at = ?3, damaged = ?4, damaged_names = ?5
             WHERE id = ?1",
            rusqlite::params![
                backup.id,
                backup.path,
                backup.checked_at,
                backup.damaged,
                names,
            ],
        )?;
        self.tag(&Tag::Backup);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::StoreOptions;

    fn backup(id: &str, created_at: i64) -> KnownBackup {
        KnownBackup {
            id: id.to_owned(),
            path: format!("/backups/{id}"),
            created_at,
            count: 1,
            bytes: 1,
            operation: String::new(),
            checked_at: None,
            lost: 0,
            damaged: 0,
            damaged_names: Vec::new(),
            history: KeptHistory::None,
        }
    }

    #[test]
    fn the_last_to_become_known_is_the_first_whatever_the_clock_said() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap();
        for (id, at) in [("2", 2000), ("1", 1000), ("3", 500)] {
            let sequence = store.next_backup_sequence().unwrap();
            let known = backup(id, at);
            store
                .write::<_, StoreError>(move |tx| tx.add_known_backup(&known))
                .unwrap();
            assert_eq!(store.next_backup_sequence().unwrap(), sequence + 1);
        }
        let checked = KnownBackup {
            damaged: 1,
            ..backup("2", 2000)
        };
        store
            .write::<_, StoreError>(move |tx| tx.note_checked_backup(&checked))
            .unwrap();
        let known = store.known_backups().unwrap();
        let ids: Vec<_> = known.iter().map(|known| known.id.as_str()).collect();
        assert_eq!(ids, ["3", "1", "2"], "reading one back does not move it");
        assert_eq!((known[2].damaged, known[2].history), (1, KeptHistory::None));
    }
}
