//! Statements that can be broken off. What takes long in the database asks, every few thousand
//! steps of SQLite's machine, whether its operator still wants it.

use flowkeep_host::Cancellation;
use rusqlite::Connection;

use crate::StoreError;

/// Steps between two questions: well under a millisecond.
const STEPS: i32 = 4096;

/// Runs `work` on this connection; once cancelled, the statement under way fails with
/// [`StoreError::Cancelled`]. A commit that has begun is not broken off.
pub(crate) fn interruptible<T>(
    connection: &Connection,
    cancellation: &Cancellation,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let asked = cancellation.clone();
    connection.progress_handler(STEPS, Some(move || asked.is_cancelled()))?;
    let _watched = Watched(connection);
    work()
}

/// Takes the watch away again, whatever the work came to.
struct Watched<'a>(&'a Connection);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.progress_handler(0, None::<fn() -> bool>) {
            tracing::warn!(%error, "a statement's watch could not be taken away");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000)
                        SELECT count(*) FROM n";

    #[test]
    fn a_cancelled_statement_ends_and_the_next_one_runs() {
        let connection = Connection::open_in_memory().unwrap();
        let count = || Ok(connection.query_row(LONG, [], |row| row.get::<_, i64>(0))?);
        let cancellation = Cancellation::default();
        assert_eq!(
            interruptible(&connection, &cancellation, count).unwrap(),
            1_000_000
        );
        cancellation.cancel();
        let error = interruptible(&connection, &cancellation, count).unwrap_err();
        assert!(matches!(error, StoreError::Cancelled), "{error}");
        assert_eq!(count().unwrap(), 1_000_000);
    }
}
