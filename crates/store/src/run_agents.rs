//! Who carries what out now, and what nobody can.

use std::collections::HashMap;

use flowkeep_core::run::TaskId;
use flowkeep_core::{Message, RunId};

use crate::run::{id_of, json_of};
use crate::{Store, StoreError};

/// An attempt that is carried out now.
#[derive(Debug, Clone)]
pub struct AttemptUnderWay {
    /// Row of its run.
    pub row: i64,
    /// Its run.
    pub run: RunId,
    /// What the workflow was called when the run began.
    pub workflow_name: String,
    /// Its task.
    pub task: TaskId,
    /// Milliseconds; when it began.
    pub started_at: i64,
    /// Who carries it out; absent when the engine does itself.
    pub agent: Option<String>,
    /// The name of its data source.
    pub data_source: Option<String>,
}

/// A task that waits although no agent could take it when it came.
#[derive(Debug, Clone)]
pub struct UnservedTask {
    /// Row of its run.
    pub row: i64,
    /// Its run.
    pub run: RunId,
    /// What the workflow was called when the run began.
    pub workflow_name: String,
    /// Which task.
    pub task: TaskId,
    /// What was said of it then: `task`, and in `needed` what an agent has to be able to do.
    pub message: Message,
}

/// Its words are those of the index `message_unserved`: a run may have said a million other things.
const UNSERVED: &str = "SELECT r.run, r.id, r.workflow_name, m.task, m.said
    FROM run r CROSS JOIN message m INDEXED BY message_unserved USING (run)
    WHERE r.ended_at IS NULL AND m.level = 'warning'
      AND instr(m.said, 'run_no_agent') > 0 AND m.said ->> '$.code' = 'run_no_agent'
      AND EXISTS (SELECT 1 FROM attempt a
        WHERE a.run = r.run AND a.task = m.task AND a.status = 'queued')
    ORDER BY m.message";

/// By the index `attempt_open`, as below: an open run may have ended ten thousand attempts.
const UNDER_WAY: &str =
    "SELECT r.run, r.id, r.workflow_name, a.task, coalesce(a.started_at, a.queued_at),
      a.agent, a.data_source
    FROM attempt a INDEXED BY attempt_open CROSS JOIN run r USING (run)
    WHERE a.status IN ('running', 'queued') AND a.status = 'running' AND r.ended_at IS NULL
    ORDER BY 5, r.run, a.task";

const LOADS: &str = "SELECT a.data_source, count(*)
    FROM attempt a INDEXED BY attempt_open CROSS JOIN run r USING (run)
    WHERE a.status IN ('running', 'queued') AND a.data_source NOT NULL AND r.ended_at IS NULL
    GROUP BY a.data_source";

impl Store {
    /// The attempts that are carried out now, the longest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn attempts_under_way(&self) -> Result<Vec<AttemptUnderWay>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNDER_WAY)?;
        let rows = statement.query_map([], |row| {
            Ok(AttemptUnderWay {
                row: row.get(0)?,
                run: id_of(row, 1)?,
                workflow_name: row.get(2)?,
                task: TaskId(row.get(3)?),
                started_at: row.get(4)?,
                agent: row.get(5)?,
                data_source: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many attempts each data source has that are under way on it or wait for their turn, as the
    /// engine counts them when it chooses.
    ///
    /// # Errors
    /// What the database says.
    pub fn source_loads(&self) -> Result<HashMap<String, u64>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(LOADS)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tasks of open runs that still wait and for which there was no agent when they came. There may
    /// be one by now.
    ///
    /// # Errors
    /// What the database says.
    pub fn unserved(&self) -> Result<Vec<UnservedTask>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNSERVED)?;
        let rows = statement.query_map([], |row| {
            let said: String = row.get(4)?;
            Ok(UnservedTask {
                row: row.get(0)?,
                run: id_of(row, 1)?,
                workflow_name: row.get(2)?,
                task: TaskId(row.get(3)?),
                message: json_of(4, &said)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::StoreOptions;

    #[test]
    fn what_is_looked_for_often_is_found_by_its_own_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap();
        let reader = store.reader().unwrap();
        for (sql, index) in [
            (UNSERVED, "SEARCH m USING INDEX message_unserved"),
            (UNDER_WAY, "SEARCH a USING INDEX attempt_open (status=?)"),
            (LOADS, "SEARCH a USING INDEX attempt_open (status=?)"),
        ] {
            let mut plan = reader
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
            let steps: Vec<_> = steps.map(Result::unwrap).collect();
            assert!(
                steps.iter().any(|step| step.starts_with(index)),
                "{steps:?}"
            );
        }
    }
}
