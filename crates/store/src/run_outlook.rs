//! What the runs of a workflow say of its next one: how long it may take, and what of it goes on now.

use std::collections::BTreeMap;

use flowkeep_core::run::{Status, TaskId};

use crate::run_list::{RunRecord, listed};
use crate::statistics::spread;
use crate::{Spread, Store, StoreError};

/// So many of the newest that succeeded say how long the next may take.
const NEWEST: u32 = 20;

/// So many runs are looked at for them: a workflow that always fails is not gone through.
const RUNS: u32 = 200;

/// The attempts of so many of the newest runs say how long each task may take, and no more than so many
/// attempts: it is told while somebody types.
const RUNS_OF_TASKS: u32 = 2 * NEWEST;
const ATTEMPTS: u32 = 50_000;

/// How long a run and its tasks may take, from those that succeeded last.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Of whole runs from the start; nothing where none has succeeded.
    pub run: Option<Spread>,
    /// Of attempts, by task.
    pub tasks: BTreeMap<TaskId, Spread>,
}

/// What of a workflow goes on now.
#[derive(Debug, Clone)]
pub struct OpenRuns {
    /// How many of its runs have not ended.
    pub total: u32,
    /// The newest of them.
    pub newest: Vec<RunRecord>,
    /// How many of its tasks take up a place: they run, and not by waiting for a run of their own.
    pub running: u32,
}

impl Store {
    /// How long the next run of a workflow may take.
    ///
    /// # Errors
    /// What the database says.
    pub fn expected(&self, workflow: &str) -> Result<Expected, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        // What repeats another run carries over what succeeded there, and a step run is of one task.
        let mut statement = reader.prepare_cached(
            "SELECT ended_at - coalesce(started_at, created_at) FROM
               (SELECT * FROM run WHERE workflow_id = ?1 ORDER BY id DESC LIMIT ?2)
             WHERE status = 'succeeded' AND repeats IS NULL AND start ->> '$.only' IS NULL LIMIT ?3",
        )?;
        let lengths = statement.query_map((workflow, RUNS, NEWEST), |row| row.get(0))?;
        let run = spread(lengths.collect::<Result<_, _>>()?);
        let mut statement = reader.prepare_cached(
            "SELECT a.task, a.ended_at - a.started_at FROM
               (SELECT run FROM run WHERE workflow_id = ?1 ORDER BY id DESC LIMIT ?2) r
             CROSS JOIN attempt a USING (run)
             WHERE a.status = 'succeeded' AND a.started_at NOT NULL AND a.ended_at NOT NULL LIMIT ?3",
        )?;
        let mut rows = statement.query((workflow, RUNS_OF_TASKS, ATTEMPTS))?;
        let mut lengths = BTreeMap::<TaskId, Vec<i64>>::new();
        while let Some(row) = rows.next()? {
            let of = lengths.entry(TaskId(row.get(0)?)).or_default();
            if of.len() < NEWEST as usize {
                of.push(row.get(1)?);
            }
        }
        let of = |(task, lengths)| Some((task, spread(lengths)?));
        Ok(Expected {
            run,
            tasks: lengths.into_iter().filter_map(of).collect(),
        })
    }

    /// What of a workflow goes on now, the newest `limit` runs of it by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn open_runs_of(&self, workflow: &str, limit: u32) -> Result<OpenRuns, StoreError> {
        // Few are open of however many there are.
        const OPEN: &str =
            "FROM run INDEXED BY run_open WHERE ended_at IS NULL AND workflow_id = ?1";
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let count = |row: &rusqlite::Row<'_>| row.get(0);
        let total = reader.query_row(&format!("SELECT count(*) {OPEN}"), [workflow], count)?;
        let running = reader.query_row(
            &format!(
                "SELECT count(*) FROM run_task WHERE run IN (SELECT run {OPEN}) AND status = ?2
                 AND state ->> '$.phase.running.parked' IS NULL"
            ),
            (workflow, Status::Running.as_str()),
            count,
        )?;
        let mut statement = reader.prepare(&format!(
            "SELECT {} {OPEN} ORDER BY id DESC LIMIT ?2",
            RunRecord::COLUMNS
        ))?;
        let newest = statement.query_map((workflow, limit), listed)?;
        Ok(OpenRuns {
            total,
            newest: newest.collect::<Result<_, _>>()?,
            running,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::run::{Definition, Moment, Parked, Phase, RunState, Start, TaskState};
    use flowkeep_core::{Document, Format};
    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{NewRun, RunWrite, StoreOptions};

    const TASKS: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "manual"}]}"#;

    struct Place {
        store: Store,
        _folder: tempfile::TempDir,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1_000)),
        };
        Place {
            store: Store::open(options).unwrap(),
            _folder: folder,
        }
    }

    fn new() -> NewRun {
        NewRun {
            workflow_id: Some("w".to_owned()),
            ..NewRun::of("w", TASKS)
        }
    }

    impl Place {
        /// A run with one task, both begun at 0 and of this status at `at`.
        fn run(&self, new: NewRun, status: Status, phase: Phase, at: i64) {
            let made = self.store.write::<_, StoreError>(move |tx| {
                let (row, id) = tx.add_run(&new)?;
                let head = |status| {
                    let document = Document::parse(Format::Json, TASKS.to_owned()).unwrap();
                    let definition = Definition::read(document.value()).unwrap();
                    let mut head = RunState::new(id, &definition).head;
                    (head.status, head.begun) = (status, true);
                    Box::new(head)
                };
                let task = TaskId("a".to_owned());
                let attempt = |status| RunWrite::Attempt {
                    task: task.clone(),
                    number: 1,
                    status,
                    error: None,
                };
                let begun = [
                    RunWrite::Head(head(Status::Running)),
                    attempt(Status::Running),
                ];
                tx.write_run(row, id, Moment(0), &begun)?;
                let mut state = TaskState::default();
                state.phase = phase;
                let last = [
                    RunWrite::Head(head(status)),
                    attempt(state.status()),
                    RunWrite::Task(task.clone(), Box::new(state)),
                ];
                tx.write_run(row, id, Moment(at), &last)
            });
            made.unwrap();
        }
    }

    #[test]
    fn whole_runs_and_attempts_that_succeeded_say_how_long_the_next_takes() {
        let place = place();
        let none = place.store.expected("w").unwrap();
        assert_eq!((none.run, none.tasks.len()), (None, 0));
        for at in [10, 30, 20] {
            place.run(new(), Status::Succeeded, Phase::Succeeded, at);
        }
        place.run(new(), Status::Failed, Phase::Failed, 1);
        // Its task is as long as any other, the run is none from the start.
        let only = NewRun {
            start: Start {
                only: Some(TaskId("a".to_owned())),
                ..Start::default()
            },
            ..new()
        };
        place.run(only, Status::Succeeded, Phase::Succeeded, 100);
        let expected = place.store.expected("w").unwrap();
        let spread = |count, median, p90| Some(Spread { count, median, p90 });
        assert_eq!(expected.run, spread(3, 20, 30));
        let task = expected.tasks.get(&TaskId("a".to_owned())).copied();
        assert_eq!(task, spread(4, 20, 100));
        for _ in 0..NEWEST {
            place.run(new(), Status::Succeeded, Phase::Succeeded, 7);
        }
        let expected = place.store.expected("w").unwrap();
        assert_eq!(
            expected.run,
            spread(NEWEST, 7, 7),
            "the old ones count no more"
        );
    }

    #[test]
    fn what_runs_takes_up_a_place_and_what_waits_for_a_run_of_its_own_does_not() {
        let place = place();
        let running = |parked| Phase::Running {
            deadline: None,
            stopping: None,
            parked,
        };
        place.run(new(), Status::Running, running(None), 1);
        place.run(new(), Status::Running, running(Some(Parked::Child)), 1);
        place.run(new(), Status::Waiting, Phase::Asking { deadline: None }, 1);
        place.run(new(), Status::Succeeded, Phase::Succeeded, 1);
        let other = NewRun {
            workflow_id: Some("other".to_owned()),
            ..new()
        };
        place.run(other, Status::Running, running(None), 1);
        let open = place.store.open_runs_of("w", 2).unwrap();
        assert_eq!((open.total, open.running, open.newest.len()), (3, 1, 2));
    }
}
