//! Folders of configurations in backups and what is restored from them: those the operator named. Where sessions
//! have their configuration comes with these.

use flowkeep_host::Timestamp;
use rusqlite::Connection;

use crate::staging_sessions::last_part;
use crate::{Snapshot, StagedPart, Staging, StoreError};

/// A folder of configurations in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedRoot {
    /// Its path, as the backup has it.
    pub path: String,
    /// Whether it comes in; else it is only told of.
    pub comes: bool,
}

impl Snapshot {
    /// The paths of the folders of configurations that the operator named, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub fn listed_config_roots(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT path FROM config_root WHERE listed ORDER BY path";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Staging {
    /// Adds a folder of configurations to a plan.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_config_root(&mut self, path: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO config_root(path, name) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((path, last_part(path)))?;
        Ok(())
    }

    /// The folders of configurations of a plan, unless it was decided that no settings come in.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_roots(&self) -> Result<Vec<StagedRoot>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path, comes FROM config_root
             WHERE coalesce((SELECT chosen FROM part WHERE part = ?1), 1) ORDER BY path",
        )?;
        let rows = statement.query_map([StagedPart::Settings.as_str()], |row| {
            Ok(StagedRoot {
                path: row.get(0)?,
                comes: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets a folder of configurations not come in; it is told of all the same.
    ///
    /// # Errors
    /// What the database says.
    pub fn only_tell_of_config_root(&mut self, path: &str) -> Result<(), StoreError> {
        let sql = "UPDATE config_root SET comes = 0 WHERE path = ?1";
        self.connection.execute(sql, [path])?;
        Ok(())
    }

    /// Takes a folder of configurations out of a plan.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_config_root_out(&mut self, path: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM config_root WHERE path = ?1";
        self.connection.execute(sql, [path])?;
        Ok(())
    }
}

/// Which of a plan's folders of configurations are named by nobody yet in the catalog, whose schema is `live`.
pub(crate) fn coming(live: &str, staged: &str) -> String {
    format!(
        "FROM {staged}.config_root r
         WHERE r.comes AND r.path NOT IN (SELECT path FROM {live}.config_root WHERE listed)"
    )
}

/// Puts the folders of configurations of the plan that is attached as `staged` on the list; answers how many were
/// not there.
pub(crate) fn put_config_roots(connection: &Connection, now: Timestamp) -> Result<u32, StoreError> {
    let coming = coming("main", "staged");
    let put = connection.execute(
        &format!(
            "INSERT INTO main.config_root(path, name, listed, created_at)
             SELECT r.path, r.name, 1, ?1 {coming} ORDER BY r.path
             ON CONFLICT(path) DO UPDATE SET listed = 1"
        ),
        [now.0],
    )?;
    Ok(u32::try_from(put).unwrap_or(u32::MAX))
}
