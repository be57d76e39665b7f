//! Requests from one process to another, through the database they share. The recipient takes a
//! request out when it has answered it, so that none is lost between two processes.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError, Tx};

/// What a process may ask of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Bring the window forward, or open it where there is none: the app was started a second time.
    WindowShow,
}

impl Tx<'_> {
    /// Leaves a request for whoever reads as `recipient` (`window`). Answers its number.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_request(&self, recipient: &str, request: &Request) -> Result<i64, StoreError> {
        let json = serde_json::to_string(request).map_err(|error| StoreError::Io(error.into()))?;
        self.connection.execute(
            "INSERT INTO inbox(at, recipient, request) VALUES (?1, ?2, ?3)",
            (self.now().0, recipient, json),
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Takes answered requests out.
    ///
    /// # Errors
    /// What the database says.
    pub fn remove_requests(&self, answered: &[i64]) -> Result<(), StoreError> {
        for seq in answered {
            self.connection
                .execute("DELETE FROM inbox WHERE seq = ?1", [seq])?;
        }
        Ok(())
    }

    /// Takes out what was left for a recipient that has only now begun to listen: a request to
    /// show a window is not for the next window.
    ///
    /// # Errors
    /// What the database says.
    pub fn clear_requests(&self, recipient: &str) -> Result<(), StoreError> {
        self.connection
            .execute("DELETE FROM inbox WHERE recipient = ?1", [recipient])?;
        Ok(())
    }
}

impl Store {
    /// Whether nobody has answered a request yet.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_asked(&self, request: i64) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM inbox WHERE seq = ?1)";
        Ok(self.reader()?.query_row(sql, [request], |row| row.get(0))?)
    }
}

/// A request that cannot be read comes from a newer program and is left to it.
pub(crate) fn waiting(
    connection: &Connection,
    recipient: &str,
) -> Result<Vec<(i64, Request)>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT seq, request FROM inbox WHERE recipient = ?1 ORDER BY seq")?;
    let rows = statement.query_map([recipient], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut requests = Vec::new();
    for row in rows {
        let (seq, json) = row?;
        if let Ok(request) = serde_json::from_str(&json) {
            requests.push((seq, request));
        }
    }
    Ok(requests)
}
