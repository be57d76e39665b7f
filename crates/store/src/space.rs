//! Giving the room of what was removed back to the disk.

use flowkeep_host::Cancellation;
use rusqlite::{Connection, OptionalExtension as _};

use crate::search::Searched;
use crate::{Store, StoreError};

/// Pages moved in one transaction.
const MERGED: i64 = 1000;

impl Store {
    /// Gives room that is not used any more back to the disk, piece by piece. Answers the bytes by
    /// which the database has become smaller; cancelled, what was given back until then.
    ///
    /// # Errors
    /// What the database says; nothing is lost then.
    pub fn give_space_back(&self, cancellation: &Cancellation) -> Result<u64, StoreError> {
        let before = self.bytes();
        for table in [Searched::Runs.table(), Searched::Executions.table()] {
            // A negative number begins to merge all there is; then steps until nothing is left to do.
            let mut pages = -MERGED;
            while !cancellation.is_cancelled() {
                let changed = self.alone(move |connection, _| {
                    let was = connection.total_changes();
                    let sql =
                        format!("INSERT INTO {table}({table}, rank) VALUES ('merge', {pages})");
                    connection.execute(&sql, [])?;
                    Ok(connection.total_changes() - was)
                })?;
                pages = MERGED;
                if changed < 2 {
                    break;
                }
            }
        }
        loop {
            let (left, freed) = self.alone(|connection, _| {
                let free = |connection: &Connection| {
                    let sql = "PRAGMA freelist_count";
                    connection.query_row(sql, [], |row| row.get::<_, u64>(0))
                };
                let before = free(connection)?;
                // It gives a row for each page, and frees no more than is asked for.
                let mut vacuum =
                    connection.prepare(&format!("PRAGMA incremental_vacuum({MERGED})"))?;
                let mut pages = vacuum.query([])?;
                while pages.next()?.is_some() {}
                let left = free(connection)?;
                Ok((left, before.saturating_sub(left)))
            })?;
            if left == 0 || freed == 0 || cancellation.is_cancelled() {
                break;
            }
        }
        self.fold_journal()?;
        Ok(before.saturating_sub(self.bytes()))
    }

    /// Writes what is in the journal into the file itself. Who reads at this moment holds it up; the
    /// next checkpoint does it then.
    ///
    /// # Errors
    /// What the database says.
    pub fn fold_journal(&self) -> Result<(), StoreError> {
        self.alone(|connection, _| {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            connection.query_row(sql, [], |_| Ok(())).optional()?;
            Ok(())
        })
    }
}
