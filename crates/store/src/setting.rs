//! Settings: a value of JSON per key. What the keys mean is the API's matter.

use rusqlite::OptionalExtension as _;

use crate::{Store, StoreError, Tag, Tx};

impl Store {
    /// The value of a setting, if it was ever set.
    ///
    /// # Errors
    /// What the database says.
    pub fn setting(&self, key: &str) -> Result<Option<serde_json::Value>, StoreError> {
        let json: Option<String> = self
            .reader()?
            .query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }
}

impl Tx<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_setting(&self, key: &str, value: &serde_json::Value) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO setting(key, value) VALUES (?1, ?2)
             ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (key, value.to_string()),
        )?;
        self.tag(&Tag::Setting);
        Ok(())
    }
}
