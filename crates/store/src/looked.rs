//! When somebody last looked at the window, and what has ended since.

use flowkeep_core::run::Status;

use crate::run::status_of;
use crate::{Store, StoreError, Tx};

impl Store {
    /// When somebody last looked, in milliseconds; nothing where nobody has yet.
    ///
    /// # Errors
    /// What the database says.
    pub fn looked_at(&self) -> Result<Option<i64>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT max(at) FROM looked")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Somebody looks now. Nobody is told of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn look(&self) -> Result<(), StoreError> {
        self.write::<_, StoreError>(|tx| tx.looked(tx.now().0))
    }

    /// How many runs ended at or after this moment (milliseconds), by what they came to.
    ///
    /// # Errors
    /// What the database says.
    pub fn came_to_since(&self, since: i64) -> Result<Vec<(Status, u32)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT status, count(*) FROM run WHERE ended_at >= ?1 GROUP BY status ORDER BY status",
        )?;
        let rows = statement.query_map([since], |row| Ok((status_of(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Somebody looked at this moment (milliseconds).
    ///
    /// # Errors
    /// What the database says.
    pub fn looked(&self, at: i64) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO looked(only, at) VALUES (1, ?1)
             ON CONFLICT(only) DO UPDATE SET at = excluded.at",
            [at],
        )?;
        Ok(())
    }
}
