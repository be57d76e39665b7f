//! What is being written over for a session, so that whoever comes after a crash can go on; and which other
//! sessions have the same files.

use flowkeep_core::configuration::ConfigPath;
use rusqlite::Row;

use crate::config_snapshot::newest_of_the_work;
use crate::session::status_or;
use crate::{Store, StoreError, Tag, Tx};

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionWork {
    /// Its own id.
    pub work: String,
    /// Row of the session.
    pub session: i64,
    /// What is to be done: JSON, as `files::snapshots` has it.
    pub plan: String,
    /// Milliseconds; when it began.
    pub at: i64,
}

/// Another session that works with some of the same files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUser {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many of the files.
    pub files: u32,
}

fn record(row: &Row<'_>) -> rusqlite::Result<SessionWork> {
    Ok(SessionWork {
        work: row.get(0)?,
        session: row.get(1)?,
        plan: row.get(2)?,
        at: row.get(3)?,
    })
}

impl Store {
    /// What is being done, or was when somebody died, in the order in which it began.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_works(&self) -> Result<Vec<SessionWork>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT work, session, plan, at FROM session_work WHERE session NOT NULL ORDER BY work",
        )?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sessions below the same root that have not ended and whose newest snapshot of the work has one of these files, but
    /// for `session` itself.
    ///
    /// # Errors
    /// What the database says.
    pub fn users_of_files(
        &self,
        root: i64,
        session: i64,
        files: &[ConfigPath],
    ) -> Result<Vec<FileUser>, StoreError> {
        let reader = self.reader()?;
        let (status, newest) = (status_or("s.status"), newest_of_the_work());
        let sql = format!(
            "SELECT s.id, s.name, count(*) FROM session s
             LEFT JOIN run r ON r.id = s.run
             JOIN snapshot k ON k.snapshot = {newest}
             JOIN snapshot_entry e ON e.tree = k.tree
               AND e.path IN (SELECT value FROM json_each(?3))
             WHERE s.root = ?1 AND s.session <> ?2 AND {status} NOT IN ('completed', 'aborted')
             GROUP BY s.session ORDER BY s.sort_key, s.session"
        );
        let files: Vec<_> = files.iter().map(ConfigPath::as_str).collect();
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map(
            (root, session, serde_json::Value::from(files).to_string()),
            |row| {
                Ok(FileUser {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    files: row.get(2)?,
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Writes down what is about to be done for a session, in the place of what was begun for it and left.
    ///
    /// # Errors
    /// What the database says.
    pub fn begin_session_work(&self, work: &SessionWork) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM session_work WHERE session = ?1")?
            .execute([work.session])?;
        self.connection
            .prepare_cached(
                "INSERT INTO session_work(work, session, plan, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((&work.work, work.session, &work.plan, work.at))?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// It is done.
    ///
    /// # Errors
    /// What the database says.
    pub fn end_session_work(&self, work: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM session_work WHERE work = ?1")?
            .execute([work])?;
        self.tag(&Tag::Session);
        Ok(())
    }
}
