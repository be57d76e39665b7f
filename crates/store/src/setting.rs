//! Settings: a value of JSON per key. What the keys mean is the API's matter.

use flowkeep_core::notice::Notices;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use crate::{Store, StoreError, Tag, Tx, notice};

impl Store {
    /// The value of a setting, if it was ever set.
    ///
    /// # Errors
    /// What the database says.
    pub fn setting(&self, key: &str) -> Result<Option<Value>, StoreError> {
        read(&*self.reader()?, key)
    }
}

fn read(connection: &Connection, key: &str) -> Result<Option<Value>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    let json: Option<String> = statement.query_row([key], |row| row.get(0)).optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

pub(crate) fn put(connection: &Connection, key: &str, value: &Value) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO setting(key, value) VALUES (?1, ?2)
         ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        (key, value.to_string()),
    )?;
    Ok(())
}

/// What people want to hear of, and how; as usual where nobody said, or nobody can read it.
pub(crate) fn notices(connection: &Connection) -> Result<Notices, StoreError> {
    let kept = read(connection, notice::SETTING)?;
    Ok(kept
        .and_then(|kept| serde_json::from_value(kept).ok())
        .unwrap_or_default())
}

impl Tx<'_> {
    /// The value of a setting as it is in this transaction: what is changed by what it was is read here,
    /// so that of two changes at once none is lost.
    ///
    /// # Errors
    /// What the database says.
    pub fn setting(&self, key: &str) -> Result<Option<Value>, StoreError> {
        read(self.connection, key)
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_setting(&self, key: &str, value: &Value) -> Result<(), StoreError> {
        put(self.connection, key, value)?;
        self.tag(&Tag::Setting);
        Ok(())
    }
}
