//! The connections to the user's data sources, and what was last seen of each. Passwords are not
//! here and cannot be: a [`Connection`] has no place for one.

use flowkeep_core::Message;
use flowkeep_core::connection::Connection;
use flowkeep_host::Timestamp;
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::document::format_of;
use crate::operation::CONNECTION;
use crate::run::to_json;
use crate::{
    OperationItemRecord, Snapshot, Staging, Store, StoreError, StoredText, Tag, Tx, said_once,
};

/// A connection that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// How the source is reached.
    pub connection: Connection,
    /// Whether a password belongs to it.
    pub with_password: bool,
    /// The version of the secret that was given for it; nothing while that has to be entered.
    pub password: Option<String>,
    /// From 1; one more with each change.
    pub revision: u32,
    /// Milliseconds; when it was added.
    pub created_at: i64,
    /// Milliseconds; when it was last changed.
    pub updated_at: i64,
}

/// A connection in a backup: its description, and whether a password has to be entered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotConnection {
    /// How the source is reached.
    #[serde(flatten)]
    pub connection: Connection,
    /// Whether a password was entered for it.
    #[serde(default)]
    pub with_password: bool,
}

/// What was last seen of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHealth {
    /// The connection's name.
    pub name: String,
    /// Whether it answered.
    pub answers: bool,
    /// Milliseconds; since when it does, or does not.
    pub since: i64,
    /// What it said it is when it last answered.
    pub version: Option<String>,
    /// Why it does not.
    pub error: Option<Message>,
}

const COLUMNS: &str = "description, with_password, password, revision, created_at, updated_at";

/// What cannot be read was written by somebody else: it is as if it were not there, and said.
fn record(row: &Row<'_>) -> rusqlite::Result<Option<ConnectionRecord>> {
    let description: String = row.get(0)?;
    let connection = match serde_json::from_str(&description) {
        Ok(connection) => connection,
        Err(error) => {
            if said_once::is_new(&description) {
                tracing::warn!(%error, "a connection that is kept cannot be used");
            }
            return Ok(None);
        }
    };
    Ok(Some(ConnectionRecord {
        connection,
        with_password: row.get(1)?,
        password: row.get(2)?,
        revision: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    }))
}

fn all(connection: &rusqlite::Connection) -> Result<Vec<ConnectionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM connection ORDER BY name");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows: Vec<_> = statement.query_map([], record)?.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().flatten().collect())
}

fn one(
    connection: &rusqlite::Connection,
    name: &str,
) -> Result<Option<ConnectionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM connection WHERE name = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([name], record).optional()?.flatten())
}

/// As [`Store::workflows_with`].
pub(crate) fn workflows_with(
    connection: &rusqlite::Connection,
    text: &str,
    mut each: impl FnMut(String, StoredText) -> bool,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.name, d.format, c.text, d.id FROM document d JOIN content c USING (content)
         WHERE d.kind = 'workflow' AND d.deleted_at IS NULL AND instr(c.text, ?1) > 0
         ORDER BY d.sort_key",
    )?;
    // In a text the name may be escaped; what stands there as it is finds nearly all.
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let stored = StoredText {
            format: format_of(row, 1)?,
            name: row.get(0)?,
            text: row.get(2)?,
        };
        if !each(row.get(3)?, stored) {
            break;
        }
    }
    Ok(())
}

impl Store {
    /// The connections, in the order of their names.
    ///
    /// # Errors
    /// What the database says.
    pub fn connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        all(&*self.reader()?)
    }

    /// One connection.
    ///
    /// # Errors
    /// What the database says.
    pub fn connection(&self, name: &str) -> Result<Option<ConnectionRecord>, StoreError> {
        one(&*self.reader()?, name)
    }

    /// Goes through the workflows in whose text something stands, in the order of their names, until
    /// `each` says that it has enough; it is given the id of each and its text.
    ///
    /// # Errors
    /// What the database says.
    pub fn workflows_with(
        &self,
        text: &str,
        each: impl FnMut(String, StoredText) -> bool,
    ) -> Result<(), StoreError> {
        workflows_with(&*self.reader()?, text, each)
    }

    /// What was last seen of each source that was ever asked.
    ///
    /// # Errors
    /// What the database says.
    pub fn source_health(&self) -> Result<Vec<SourceHealth>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name, answers, since, version, error FROM source_health ORDER BY name";
        let mut statement = reader.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let error: Option<String> = row.get(4)?;
            Ok(SourceHealth {
                name: row.get(0)?,
                answers: row.get(1)?,
                since: row.get(2)?,
                version: row.get(3)?,
                error: error.and_then(|error| serde_json::from_str(&error).ok()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Snapshot {
    /// The connections.
    ///
    /// # Errors
    /// What the database says.
    pub fn connections(&self) -> Result<Vec<SnapshotConnection>, StoreError> {
        let kept = all(&self.connection)?.into_iter();
        let connection = |kept: ConnectionRecord| SnapshotConnection {
            connection: kept.connection,
            with_password: kept.with_password,
        };
        Ok(kept.map(connection).collect())
    }
}

impl Tx<'_> {
    /// One connection as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn connection(&self, name: &str) -> Result<Option<ConnectionRecord>, StoreError> {
        one(self.connection, name)
    }

    /// Adds a connection or changes the one of this name; the answer is what Activity says of it.
    /// What was seen of the one before says nothing of this one. `password` is the version of the
    /// secret that was given for it.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_connection(
        &self,
        connection: &Connection,
        with_password: bool,
        password: Option<&str>,
    ) -> Result<OperationItemRecord, StoreError> {
        let name = &connection.name;
        let description = to_json(connection)?;
        let before = self.revision_of_connection(name)?;
        let after = before.unwrap_or_default() + 1;
        self.connection.execute(
            "INSERT INTO connection(name, kind, description, with_password, revision, created_at,
               updated_at, password) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)
             ON CONFLICT(name) DO UPDATE SET kind = excluded.kind,
               description = excluded.description, with_password = excluded.with_password,
               password = excluded.password, revision = excluded.revision, updated_at = excluded.updated_at",
            (
                name,
                connection.kind().as_str(),
                description,
                with_password,
                after,
                self.now().0,
                password,
            ),
        )?;
        self.forget_health(name)?;
        self.tag(&Tag::Connection);
        Ok(item(name, before, Some(after)))
    }

    /// Takes a connection out; nothing when there is none of this name.
    ///
    /// # Errors
    /// What the database says.
    pub fn remove_connection(&self, name: &str) -> Result<Option<OperationItemRecord>, StoreError> {
        let Some(before) = self.revision_of_connection(name)? else {
            return Ok(None);
        };
        self.connection
            .execute("DELETE FROM connection WHERE name = ?1", [name])?;
        self.forget_health(name)?;
        self.tag(&Tag::Connection);
        Ok(Some(item(name, Some(before), None)))
    }

    /// Notes what was seen of a source. Followers hear of it when that is news.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_health(&self, seen: &SourceHealth) -> Result<(), StoreError> {
        let error = seen.error.as_ref().map(to_json).transpose()?;
        self.connection.execute(
            "INSERT INTO source_health(name, answers, since, version, error)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT(name) DO UPDATE SET answers = excluded.answers, since = excluded.since,
               version = excluded.version, error = excluded.error",
            (&seen.name, seen.answers, seen.since, &seen.version, error),
        )?;
        self.tag(&Tag::Connection);
        Ok(())
    }

    /// Tells followers that a secret was set, removed or can be read again.
    pub fn secrets_changed(&self) {
        self.tag(&Tag::Secret);
    }

    fn revision_of_connection(&self, name: &str) -> Result<Option<u32>, StoreError> {
        let sql = "SELECT revision FROM connection WHERE name = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    fn forget_health(&self, name: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM source_health WHERE name = ?1";
        self.connection.execute(sql, [name])?;
        Ok(())
    }
}

impl Staging {
    /// Adds a connection to a plan.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_connection(&mut self, incoming: &SnapshotConnection) -> Result<(), StoreError> {
        let connection = &incoming.connection;
        let description = to_json(connection)?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO connection VALUES (?1, ?2, ?3, ?4)")?
            .execute((
                &connection.name,
                connection.kind().as_str(),
                description,
                incoming.with_password,
            ))?;
        Ok(())
    }

    /// The names of the connections that a plan brings and that have a password.
    ///
    /// # Errors
    /// What the database says.
    pub fn connections_with_password(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name FROM connection WHERE with_password
               AND coalesce((SELECT chosen FROM part WHERE part = 'connection'), 1)
             ORDER BY name",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Staging {
    /// The connections to files that a plan brings: their names and paths, in the order of the names.
    ///
    /// # Errors
    /// What the database says.
    pub fn connections_to_files(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, description ->> '$.path' FROM connection
             WHERE kind = 'sqlite' AND description ->> '$.path' NOT NULL
               AND coalesce((SELECT chosen FROM part WHERE part = 'connection'), 1)
             ORDER BY name",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Puts the connections of the plan that is attached as `staged`, those whose names are free. What
/// passwords there are were given for others: each has to be entered.
pub(crate) fn put_connections(
    connection: &rusqlite::Connection,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let put = connection.execute(
        "INSERT OR IGNORE INTO main.connection(name, kind, description, with_password, revision,
           created_at, updated_at)
         SELECT name, kind, description, with_password, 1, ?1, ?1 FROM staged.connection",
        [now.0],
    )?;
    Ok(u32::try_from(put).unwrap_or(u32::MAX))
}

fn item(name: &str, before: Option<u32>, after: Option<u32>) -> OperationItemRecord {
    OperationItemRecord {
        kind: CONNECTION.to_owned(),
        id: name.to_owned(),
        name: Some(name.to_owned()),
        before,
        after,
    }
}
