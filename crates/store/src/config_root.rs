//! Where trees of configuration files lie.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use flowkeep_core::RunId;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::task_folder::DataFolder;
use crate::{SessionRecord, Store, StoreError, Tag, Tx};

/// The root of a tree of configuration files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRootRecord {
    /// Number of the row.
    pub row: i64,
    /// Where it is: absolute, and through no links.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
    /// Whether the operator named it; else it was only met.
    pub listed: bool,
    /// Milliseconds; since when it is known.
    pub created_at: i64,
}

/// So many runs of a workflow are asked for the folder they worked with.
const LOOKED_BACK: u32 = 1_000;

const COLUMNS: &str = "root, path, name, listed, created_at";

fn record(data: &DataFolder, row: &Row<'_>) -> rusqlite::Result<ConfigRootRecord> {
    let path: String = row.get(1)?;
    Ok(ConfigRootRecord {
        row: row.get(0)?,
        path: data.place(&path),
        name: row.get(2)?,
        listed: row.get(3)?,
        created_at: row.get(4)?,
    })
}

fn at(connection: &Connection, path: &Path) -> Result<Option<ConfigRootRecord>, StoreError> {
    let data = DataFolder::of(connection);
    let sql = format!("SELECT {COLUMNS} FROM config_root WHERE path = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([data.kept(path)], |row| record(&data, row));
    Ok(found.optional()?)
}

impl Store {
    /// The roots that are known, by their paths.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_roots(&self) -> Result<Vec<ConfigRootRecord>, StoreError> {
        let reader = self.reader()?;
        let data = DataFolder::of(&reader);
        let sql = format!("SELECT {COLUMNS} FROM config_root ORDER BY path");
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| record(&data, row))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One root.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_root(&self, root: i64) -> Result<Option<ConfigRootRecord>, StoreError> {
        let reader = self.reader()?;
        let data = DataFolder::of(&reader);
        let sql = format!("SELECT {COLUMNS} FROM config_root WHERE root = ?1");
        let mut statement = reader.prepare_cached(&sql)?;
        let found = statement.query_row([root], |row| record(&data, row));
        Ok(found.optional()?)
    }

    /// The root of a session's configuration, where one was ever named.
    ///
    /// # Errors
    /// What the database says.
    pub fn root_of(&self, session: &SessionRecord) -> Result<Option<ConfigRootRecord>, StoreError> {
        session.root.map_or(Ok(None), |root| self.config_root(root))
    }

    /// The root of the configuration that a run of a workflow worked with last, before one of its runs or until now;
    /// nothing where the [`LOOKED_BACK`] runs before had none.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_config_root(
        &self,
        workflow: &str,
        before: Option<RunId>,
    ) -> Result<Option<i64>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT s.root FROM
             (SELECT id, session FROM run WHERE workflow_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3) r
           JOIN session s ON s.id = r.session
           WHERE s.root NOT NULL ORDER BY r.id DESC LIMIT 1";
        let mut statement = reader.prepare_cached(sql)?;
        // No id is after this.
        let before = before.map_or_else(|| "~".to_owned(), |run| run.to_string());
        let asked = (workflow, before, LOOKED_BACK);
        Ok(statement.query_row(asked, |row| row.get(0)).optional()?)
    }

    /// How many sessions have their configuration below each root.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions_of_roots(&self) -> Result<HashMap<i64, u32>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT root, count(*) FROM session WHERE root NOT NULL GROUP BY root";
        let mut statement = reader.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rows of the sessions that have their configuration below a root.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions_below(&self, root: i64) -> Result<Vec<i64>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT session FROM session WHERE root = ?1 ORDER BY session";
        let mut statement = reader.prepare_cached(sql)?;
        let rows = statement.query_map([root], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The root at a path.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_root_at(&self, path: &Path) -> Result<Option<ConfigRootRecord>, StoreError> {
        at(&*self.reader()?, path)
    }
}

impl Tx<'_> {
    /// Makes a root known that was met, unless it is.
    ///
    /// # Errors
    /// What the database says.
    pub fn meet_config_root(&self, path: &Path) -> Result<i64, StoreError> {
        if let Some(known) = at(self.connection, path)? {
            return Ok(known.row);
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.connection
            .prepare_cached(
                "INSERT INTO config_root(path, name, listed, created_at) VALUES (?1, ?2, 0, ?3)",
            )?
            .execute((
                DataFolder::of(self.connection).kept(path),
                name.to_string_lossy(),
                self.now().0,
            ))?;
        self.tag(&Tag::Session);
        Ok(self.connection.last_insert_rowid())
    }
    /// Keeps a root as one that the operator named; says whether it was not.
    ///
    /// # Errors
    /// What the database says.
    pub fn list_config_root(&self, root: i64) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE config_root SET listed = 1 WHERE root = ?1 AND listed = 0")?
            .execute([root])?;
        self.tag(&Tag::Session);
        Ok(changed > 0)
    }

    /// Lets a root be one that was only met; it is known no longer where no session needs it. Says whether it was
    /// named.
    ///
    /// # Errors
    /// What the database says.
    pub fn unlist_config_root(&self, root: i64) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE config_root SET listed = 0 WHERE root = ?1 AND listed = 1")?
            .execute([root])?;
        self.forget_config_root(root)?;
        self.tag(&Tag::Session);
        Ok(changed > 0)
    }

    /// Says where a root is now. Where one is known there, both are one from now on.
    ///
    /// # Errors
    /// What the database says.
    pub fn relink_config_root(&self, root: i64, to: &Path) -> Result<(), StoreError> {
        self.tag(&Tag::Session);
        if let Some(there) = at(self.connection, to)?.filter(|there| there.row != root) {
            for sql in [
                "UPDATE session SET root = ?2 WHERE root = ?1",
                // What was broken off there goes on where it is now.
                "UPDATE session_work SET plan = json_set(plan, '$.root', ?2)
                   WHERE plan ->> '$.root' = ?1",
                "UPDATE config_root SET listed = 1 WHERE root = ?2
                   AND EXISTS (SELECT 1 FROM config_root WHERE root = ?1 AND listed)",
            ] {
                self.connection
                    .prepare_cached(sql)?
                    .execute((root, there.row))?;
            }
            self.unlist_config_root(root)?;
            return Ok(());
        }
        // What the disk said there says nothing of files that were copied.
        for sql in [
            "DELETE FROM config_seen WHERE root = ?1",
            "DELETE FROM config_look WHERE root = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([root])?;
        }
        let name = to.file_name().unwrap_or(to.as_os_str());
        self.connection
            .prepare_cached("UPDATE config_root SET path = ?2, name = ?3 WHERE root = ?1")?
            .execute((
                root,
                DataFolder::of(self.connection).kept(to),
                name.to_string_lossy(),
            ))?;
        Ok(())
    }

    fn forget_config_root(&self, root: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM config_root WHERE root = ?1 AND NOT listed
                   AND NOT EXISTS (SELECT 1 FROM session WHERE root = ?1)",
            )?
            .execute([root])?;
        Ok(())
    }
}
