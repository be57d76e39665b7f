//! Attempts at taking a session up again, and the copy of its configuration it goes on with since.

use flowkeep_core::ObjectHash;
use rusqlite::OptionalExtension as _;

use crate::{Store, StoreError, Tag, Tx};

/// The snapshot (`kept`) that the own copy of a session `s` came from: what its last recovery took.
pub(crate) const CAME_FROM: &str = "
  FROM session_attempt a, json_each(a.found) c
    JOIN snapshot kept ON kept.id = c.value ->> 'snapshot'
  WHERE a.session = s.session AND c.value ->> 'ok' AND c.value ->> 'source' = a.source
    AND a.number = (SELECT max(number) FROM session_attempt WHERE session = s.session AND ok)
  ORDER BY c.key LIMIT 1";

/// With which copy of its configuration a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorksWith {
    /// The files where they are.
    File,
    /// Its own copy.
    Overlay,
}

impl WorksWith {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Overlay => "overlay",
        }
    }
}

/// What a session goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCopy {
    /// Whether it is its own copy.
    pub works_with: WorksWith,
    /// What its own copy is called, among those of all sessions.
    pub overlay: Option<String>,
    /// Attempts in a row that came to nothing.
    pub failures: u32,
    /// The session file it was read from.
    pub source: Option<ObjectHash>,
}

/// An attempt.
#[derive(Debug, Clone, Copy)]
pub struct NewAttempt<'a> {
    /// Row of the session.
    pub session: i64,
    /// Who wanted it.
    pub actor: &'a str,
    /// From what it went on; absent where nothing came of it.
    pub source: Option<&'a str>,
    /// What was found: JSON.
    pub found: &'a str,
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAttempt {
    /// Its number in its session, from 1.
    pub number: u32,
    /// Milliseconds; when.
    pub at: i64,
    /// Who wanted it.
    pub actor: String,
    /// From what the session went on; absent where nothing came of it.
    pub source: Option<String>,
    /// What was found: JSON.
    pub found: String,
}

impl Store {
    /// The attempts at taking a session up again, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_attempts(&self, row: i64) -> Result<Vec<SessionAttempt>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT number, at, actor, source, found FROM session_attempt
             WHERE session = ?1 ORDER BY number",
        )?;
        let attempts = statement.query_map([row], |row| {
            Ok(SessionAttempt {
                number: row.get(0)?,
                at: row.get(1)?,
                actor: row.get(2)?,
                source: row.get(3)?,
                found: row.get(4)?,
            })
        })?;
        Ok(attempts.collect::<Result<_, _>>()?)
    }

    /// What a session goes on with.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_copy(&self, row: i64) -> Result<Option<SessionCopy>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT works_with, overlay, failures, source FROM session WHERE session = ?1",
        )?;
        let found = statement.query_row([row], |row| {
            let works_with: String = row.get(0)?;
            Ok(SessionCopy {
                works_with: match works_with.as_str() {
                    "overlay" => WorksWith::Overlay,
                    _ => WorksWith::File,
                },
                overlay: row.get(1)?,
                failures: row.get(2)?,
                source: row.get::<_, Option<_>>(3)?.map(ObjectHash),
            })
        });
        Ok(found.optional()?)
    }

    /// What stands for the files that were written into an own copy of a session; nothing where nobody wrote that down.
    ///
    /// # Errors
    /// What the database says.
    pub fn written_copy(&self, row: i64, name: &str) -> Result<Option<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT digest FROM session_copy WHERE session = ?1 AND name = ?2")?;
        let found = statement.query_row((row, name), |row| row.get(0).map(ObjectHash));
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// Notes what was written into an own copy of a session, where that is still there.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_written_copy(
        &self,
        row: i64,
        name: &str,
        digest: ObjectHash,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO session_copy(session, name, digest)
                 SELECT session, ?2, ?3 FROM session WHERE session = ?1",
            )?
            .execute((row, name, digest.0))?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// Writes an attempt down; answers how many in a row have come to nothing by now.
    ///
    /// # Errors
    /// What the database says: also where there is no such session.
    pub fn add_session_attempt(&self, new: &NewAttempt<'_>) -> Result<u32, StoreError> {
        let is_ok = new.source.is_some();
        self.connection
            .prepare_cached(
                "INSERT INTO session_attempt(session, number, at, actor, source, ok, found)
                 VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM session_attempt
                   WHERE session = ?1), ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                new.session,
                self.now().0,
                new.actor,
                new.source,
                is_ok,
                new.found,
            ))?;
        let failures = self
            .connection
            .prepare_cached(
                "UPDATE session SET failures = iif(?2, 0, failures + 1), updated_at = ?3
                 WHERE session = ?1 RETURNING failures",
            )?
            .query_row((new.session, is_ok, self.now().0), |row| row.get(0))?;
        self.tag(&Tag::Session);
        Ok(failures)
    }

    /// Lets the last attempt be one that came to nothing, because of `why` (JSON), where something was found but the
    /// work could not go on with it. `before` came to nothing in a row before it; answers how many by now.
    ///
    /// # Errors
    /// What the database says: also where there is no such session.
    pub fn fail_session_attempt(
        &self,
        row: i64,
        before: u32,
        why: &str,
    ) -> Result<u32, StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE session_attempt SET ok = 0, source = NULL, found = json_insert(
                   iif(json_type(found) = 'array', found, '[]'), '$[#]',
                   json_object('source', source, 'ok', json('false'), 'reason', json(?2)))
                 WHERE session = ?1 AND ok
                   AND number = (SELECT max(number) FROM session_attempt WHERE session = ?1)",
            )?
            .execute((row, why))?;
        let failures = self
            .connection
            .prepare_cached(
                "UPDATE session SET failures = ?2 + 1 WHERE session = ?1 RETURNING failures",
            )?
            .query_row((row, before), |row| row.get(0))?;
        self.tag(&Tag::Session);
        Ok(failures)
    }

    /// Names the own copy of a session that does not work with one yet.
    ///
    /// # Errors
    /// What the database says.
    pub fn name_session_copy(&self, row: i64, overlay: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE session SET overlay = ?2 WHERE session = ?1 AND works_with = 'file'",
            )?
            .execute((row, overlay))?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// Lets a session go on with one copy of its configuration; `overlay` is its own.
    ///
    /// # Errors
    /// What the database says.
    pub fn let_session_work_with(
        &self,
        row: i64,
        works_with: WorksWith,
        overlay: &str,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE session SET works_with = ?2, overlay = ?3 WHERE session = ?1")?
            .execute((row, works_with.as_str(), overlay))?;
        self.tag(&Tag::Session);
        Ok(())
    }
}
