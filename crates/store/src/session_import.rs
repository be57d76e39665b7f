//! Sessions that are read from files of earlier tools.

use flowkeep_core::session::SessionOrigin;
use flowkeep_core::{ObjectHash, sort_key};

use crate::session::kept_times;
use crate::{NewSession, SessionRecord, Store, StoreError, Tag, Tx};

impl SessionRecord {
    /// Whether all that is known of it came from a session file: it was carried on by nobody here.
    pub fn is_as_it_came(&self) -> bool {
        matches!(self.origin, SessionOrigin::Import1 | SessionOrigin::Import2) && self.run.is_none()
    }
}

impl Store {
    /// The ids of the sessions that were read from a file of this content.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions_from(&self, source: ObjectHash) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT id FROM session WHERE source = ?1 ORDER BY session";
        let mut statement = reader.prepare_cached(sql)?;
        let ids = statement.query_map([source.0], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Lets a session be what another file says of it. Its id, its strategy and its snapshots stay; so does where
    /// its configuration is, unless that is known anew or the file names another one.
    ///
    /// # Errors
    /// What the database says.
    pub fn replace_session(&self, row: i64, new: &NewSession) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE snapshot_object SET refs = refs - 1
                 WHERE hash = (SELECT source FROM session WHERE session = ?1)",
            )?
            .execute([row])?;
        self.connection
            .prepare_cached(
                "UPDATE session SET name = ?2, sort_key = ?3, origin = ?4,
                   root = CASE WHEN ?5 IS NULL AND stated_config IS ?7 THEN root ELSE ?5 END,
                   config = CASE WHEN ?5 IS NULL AND stated_config IS ?7 THEN config ELSE ?6 END,
                   stated_config = ?7,
                   status = ?8, stated_status = ?9, agent = ?10, state = ?11, source = ?12,
                   updated_at = ?13, ended_at = ?14, stated_times = ?15
                 WHERE session = ?1",
            )?
            .execute(rusqlite::params![
                row,
                new.name,
                sort_key(&new.name),
                new.origin.as_str(),
                new.root,
                new.config,
                new.stated_config,
                new.status.as_str(),
                new.stated_status,
                new.agent,
                new.state,
                new.source.map(|source| source.0),
                self.now().0,
                new.ended_at,
                kept_times(&new.stated_times)?,
            ])?;
        self.connection
            .prepare_cached("UPDATE snapshot_object SET refs = refs + 1 WHERE hash = ?1")?
            .execute([new.source.map(|source| source.0)])?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// Says where the configuration of a session is.
    ///
    /// # Errors
    /// What the database says.
    pub fn link_session(&self, row: i64, root: i64, config: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE session SET root = ?2, config = ?3, updated_at = ?4 WHERE session = ?1",
            )?
            .execute((row, root, config, self.now().0))?;
        self.tag(&Tag::Session);
        Ok(())
    }
}
