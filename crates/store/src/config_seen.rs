//! What files of a configuration said when they were last read. It spares reading them again; nothing is
//! lost with it.

use std::collections::HashMap;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{ObjectHash, Sha256};

use crate::run::json_of;
use crate::{Store, StoreError, Tx};

/// What a file said when it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSeen {
    /// What the disk said of it.
    pub stamp: String,
    /// Milliseconds; when the disk was asked.
    pub seen_at: i64,
    /// The hash of its bytes.
    pub sha256: Sha256,
    /// The hash of what is kept of it.
    pub object: ObjectHash,
    /// What was found in it: JSON, as `files::snapshots` has it.
    pub read: String,
}

impl Store {
    /// What is remembered of the files below a root.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_seen(&self, root: i64) -> Result<HashMap<ConfigPath, ConfigSeen>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT path, stamp, seen_at, sha256, hash, read FROM config_seen WHERE root = ?1",
        )?;
        let rows = statement.query_map([root], |row| {
            let path: String = row.get(0)?;
            let seen = ConfigSeen {
                stamp: row.get(1)?,
                seen_at: row.get(2)?,
                sha256: Sha256(row.get(3)?),
                object: ObjectHash(row.get(4)?),
                read: row.get(5)?,
            };
            let path = json_of(0, &serde_json::Value::from(path).to_string())?;
            Ok((path, seen))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Remembers what files below a root said, and forgets those that are no longer there.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_config_seen(
        &self,
        root: i64,
        seen: &[(ConfigPath, ConfigSeen)],
        gone: &[ConfigPath],
    ) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT INTO config_seen(root, path, stamp, seen_at, sha256, hash, read)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?;
        let mut replace = self.connection.prepare_cached(
            "UPDATE config_seen SET stamp = ?3, seen_at = ?4, sha256 = ?5, hash = ?6, read = ?7
             WHERE root = ?1 AND path = ?2",
        )?;
        for (path, seen) in seen {
            let row = (
                root,
                path.as_str(),
                &seen.stamp,
                seen.seen_at,
                seen.sha256.0,
                seen.object.0,
                &seen.read,
            );
            if add.execute(row)? == 0 {
                replace.execute(row)?;
            }
        }
        let forget = "DELETE FROM config_seen WHERE root = ?1 AND path = ?2";
        let mut forget = self.connection.prepare_cached(forget)?;
        for path in gone {
            forget.execute((root, path.as_str()))?;
        }
        Ok(())
    }
}
