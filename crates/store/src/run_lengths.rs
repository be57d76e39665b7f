//! How long the runs of a workflow took.

use flowkeep_core::RunId;
use flowkeep_core::run::trend::Ended;

use crate::run::{first_id, id_of, status_of};
use crate::{Store, StoreError};

/// A run that has ended, and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLength {
    /// The run.
    pub id: RunId,
    /// When it began, in milliseconds; when it was made, where nothing of it did.
    pub began: i64,
    /// The rest.
    pub ended: Ended,
}

const LENGTHS: &str = "SELECT id, created_at, started_at, ended_at, status FROM run
    WHERE workflow_id = ?1 AND id >= ?2 AND created_at >= ?3 AND ended_at NOT NULL
    ORDER BY id DESC LIMIT ?4";

impl Store {
    /// The runs of a workflow that were made at or after this moment (milliseconds) and have ended, the newest so many
    /// of them, from the earliest on.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_lengths(
        &self,
        workflow: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<RunLength>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(LENGTHS)?;
        let rows = statement.query_map((workflow, first_id(since), since, most), |row| {
            let (made, started): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
            let (began, ended): (i64, i64) = (started.unwrap_or(made), row.get(3)?);
            Ok(RunLength {
                id: id_of(row, 0)?,
                began,
                ended: Ended {
                    made,
                    status: status_of(row, 4)?,
                    took: (ended - began).max(0),
                },
            })
        })?;
        let mut lengths: Vec<_> = rows.collect::<Result<_, _>>()?;
        lengths.reverse();
        Ok(lengths)
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Timestamp;

    use super::*;
    use crate::schema;

    #[test]
    fn the_runs_of_one_workflow_are_read_by_their_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {LENGTHS}"))
            .unwrap();
        let steps = statement.query_map(("w", "", 0, 1), |row| row.get(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let search = "run_by_workflow (workflow_id=? AND id>";
        assert!(
            matches!(&steps[..], [one] if one.contains(search)),
            "{steps:?}"
        );
    }
}
