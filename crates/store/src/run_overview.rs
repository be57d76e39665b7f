//! What of the runs needs a person or goes on now: the few rows of a first screen.

use std::collections::BTreeMap;

use flowkeep_core::run::{Status, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::OptionalExtension as _;

use crate::run::{first_id, id_of, json_of, status_of};
use crate::run_list::{RunRecord, listed};
use crate::{Store, StoreError};

/// A task that waits for a person.
#[derive(Debug, Clone)]
pub struct AskingRecord {
    /// Row of its run.
    pub row: i64,
    /// Which task.
    pub task: TaskId,
    /// `waiting`, or `interrupted` where a crash broke it off.
    pub status: Status,
    /// Milliseconds; since when.
    pub since: i64,
}

/// How far a run has come.
#[derive(Debug, Clone, Default)]
pub struct ProgressRecord {
    /// Tasks that have ended, however.
    pub ended: u32,
    /// Those of them that succeeded.
    pub succeeded: u32,
    /// A task that runs now.
    pub running: Option<TaskId>,
}

/// The runs that have not ended.
#[derive(Debug, Clone)]
pub struct UnderWayRecord {
    /// How many there are in all.
    pub total: u32,
    /// How many of them run now: the others are queued, paused or interrupted.
    pub running: u32,
    /// Rows of the newest.
    pub rows: Vec<i64>,
}

/// Runs that wait for a person's answer. No answer helps a task that waits for a secret.
pub(crate) const ASKS: &str = "ended_at IS NULL AND run IN (SELECT run FROM run_task \
    WHERE status IN ('waiting', 'interrupted') AND state ->> '$.phase.locked.secret' IS NULL)";

/// Runs that failed at or after a moment and whose workflow has come to nothing since; where that is a file, their
/// session. `?` is the moment.
pub(crate) const NEEDS_A_LOOK: &str = "status = 'failed' AND parent IS NULL \
    AND (workflow_id NOT NULL OR session NOT NULL) AND created_at >= ? \
    AND NOT EXISTS (SELECT 1 FROM run later WHERE later.workflow_id = run.workflow_id \
      AND later.id > run.id AND later.status IN ('succeeded', 'failed')) \
    AND (workflow_id NOT NULL \
      OR NOT EXISTS (SELECT 1 FROM run later WHERE later.session = run.session \
        AND later.id > run.id AND later.status IN ('succeeded', 'failed')))";

/// Its first condition is that of the index `run_task_asked`: few tasks wait of however many there are.
const LOCKED: &str = "SELECT t.state ->> '$.phase.locked.secret' AS secret, count(*)
    FROM run_task t INDEXED BY run_task_asked CROSS JOIN run r USING (run)
    WHERE t.status IN ('waiting', 'interrupted') AND t.status = 'waiting' AND r.ended_at IS NULL
      AND secret NOT NULL
    GROUP BY secret ORDER BY secret";

impl Store {
    /// The tasks that wait for a person's answer, the longest first, at most `limit` of them; and how many
    /// there are in all.
    ///
    /// # Errors
    /// What the database says.
    pub fn asking(&self, limit: u32) -> Result<(u32, Vec<AskingRecord>), StoreError> {
        const ASKING: &str = "FROM run_task t JOIN run r USING (run)
             WHERE t.status IN ('waiting', 'interrupted') AND r.ended_at IS NULL
               AND t.state ->> '$.phase.locked.secret' IS NULL";
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let total = reader.query_row(&format!("SELECT count(*) {ASKING}"), [], |row| row.get(0))?;
        let mut statement = reader.prepare(&format!(
            "SELECT run, t.task, t.status, coalesce(
               (SELECT max(coalesce(a.ended_at, a.started_at, a.queued_at)) FROM attempt a
                WHERE a.run = t.run AND a.task = t.task), r.created_at) AS since
             {ASKING} ORDER BY since, run LIMIT ?1"
        ))?;
        let rows = statement.query_map([limit], |row| {
            Ok(AskingRecord {
                row: row.get(0)?,
                task: TaskId(row.get(1)?),
                status: status_of(row, 2)?,
                since: row.get(3)?,
            })
        })?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    /// The secrets that tasks wait for, and how many tasks wait for each.
    ///
    /// # Errors
    /// What the database says.
    pub fn locked_secrets(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(LOCKED)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The runs of a person's own that go on or could, the newest first, at most `limit` of them.
    /// What only waits for a person is not among them, also where it was paused or broken off at that.
    ///
    /// # Errors
    /// What the database says.
    pub fn under_way(&self, limit: u32) -> Result<UnderWayRecord, StoreError> {
        // Few are open of however many there are: to follow the ids would be to go through all.
        let open = format!(
            "FROM run INDEXED BY run_open
             WHERE ended_at IS NULL AND status <> 'waiting' AND parent IS NULL
               AND NOT (status IN ('paused', 'interrupted') AND {ASKS})"
        );
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let count = format!("SELECT count(*), count(*) FILTER (WHERE status = 'running') {open}");
        let (total, running) =
            reader.query_row(&count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut statement =
            reader.prepare(&format!("SELECT run {open} ORDER BY id DESC LIMIT ?1"))?;
        let rows = statement.query_map([limit], |row| row.get(0))?;
        Ok(UnderWayRecord {
            total,
            running,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// How many runs of a person's own an engine goes on with: under way or queued, and not what waits
    /// for a person.
    ///
    /// # Errors
    /// What the database says.
    pub fn going_on(&self) -> Result<u32, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT count(*) FROM run INDEXED BY run_open WHERE ended_at IS NULL
             AND status IN ('queued', 'running') AND parent IS NULL AND NOT brought_in";
        Ok(reader.query_row(sql, [], |row| row.get(0))?)
    }

    /// How far a run has come.
    ///
    /// # Errors
    /// What the database says.
    pub fn progress_of(&self, row: i64) -> Result<ProgressRecord, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FILTER (WHERE status IN ('succeeded', 'failed', 'cancelled', 'skipped')),
               min(task) FILTER (WHERE status = 'running'),
               count(*) FILTER (WHERE status = 'succeeded')
             FROM run_task WHERE run = ?1",
        )?;
        Ok(statement.query_row([row], |row| {
            Ok(ProgressRecord {
                ended: row.get(0)?,
                running: row.get::<_, Option<String>>(1)?.map(TaskId),
                succeeded: row.get(2)?,
            })
        })?)
    }

    /// The runs that the tasks of a run have started last.
    ///
    /// # Errors
    /// What the database says.
    pub fn children(&self, row: i64) -> Result<BTreeMap<TaskId, RunId>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT parent_task, id FROM run WHERE parent = ?1 ORDER BY parent_attempt",
        )?;
        let rows = statement.query_map([row], |row| Ok((TaskId(row.get(0)?), id_of(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Runs that failed at or after a moment and whose workflow has not succeeded since, the newest
    /// first, one of each workflow, at most `limit` of them; and how many there are in all.
    ///
    /// # Errors
    /// What the database says.
    pub fn failures(&self, since: i64, limit: u32) -> Result<(u32, Vec<RunRecord>), StoreError> {
        let look = NEEDS_A_LOOK.replace('?', "?1");
        let failures = format!("FROM run WHERE {look} AND id >= ?2");
        let first = first_id(since);
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let total = reader.query_row(
            &format!("SELECT count(*) {failures}"),
            (since, &first),
            |row| row.get(0),
        )?;
        let mut statement = reader.prepare(&format!(
            "SELECT {} {failures} ORDER BY id DESC LIMIT ?3",
            RunRecord::COLUMNS
        ))?;
        let rows = statement.query_map((since, &first, limit), listed)?;
        let mut failed = rows.collect::<Result<Vec<_>, _>>()?;
        for record in &mut failed {
            record.failed = failure(&reader, record.row)?;
        }
        Ok((total, failed))
    }
}

pub(crate) const FAILURE: &str = "SELECT task, error FROM attempt \
    WHERE run = ?1 AND status = 'failed' AND error NOT NULL ORDER BY ended_at DESC, number DESC LIMIT 1";

/// Why a run failed: the task that failed last, and why; no task where the run could not begin.
pub(crate) fn failure(
    reader: &rusqlite::Connection,
    row: i64,
) -> Result<Option<(Option<TaskId>, Message)>, StoreError> {
    let mut statement = reader.prepare_cached(FAILURE)?;
    let failed = statement.query_row([row], |row| {
        let error: String = row.get(1)?;
        Ok((Some(TaskId(row.get(0)?)), json_of(1, &error)?))
    });
    if let Some(failed) = failed.optional()? {
        return Ok(Some(failed));
    }
    let mut statement =
        reader.prepare_cached("SELECT head -> '$.hindered' FROM run WHERE run = ?1")?;
    let hindered = statement.query_row([row], |row| {
        let why: Option<String> = row.get(0)?;
        why.map(|text| json_of(0, &text)).transpose()
    });
    let hindered = hindered.optional()?.flatten();
    Ok(hindered.map(|why| (None, why)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::run::{Head, Moment, Phase, RunState, TaskState};
    use flowkeep_core::{Document, Format};
    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{NewRun, Parent, RunCount, RunFilter, RunNeed, RunWrite, StoreOptions};

    const TASKS: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "manual"}, {"id": "b", "action": "manual"}]}"#;

    struct Place {
        store: Store,
        clock: Arc<TestClock>,
        _folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let clock = Arc::new(TestClock::at(1_000));
            let options = StoreOptions {
                path: folder.path().join("flowkeep.db"),
                safety: folder.path().join("safety"),
                clock: Arc::clone(&clock) as _,
            };
            Self {
                store: Store::open(options).unwrap(),
                clock,
                _folder: folder,
            }
        }

        /// A run of a workflow that has come to something, with tasks as they are now.
        fn run(&self, workflow: &str, at: i64, status: Status, tasks: &[(&str, Phase)]) -> RunId {
            self.clock.set(at);
            let new = new(workflow);
            let mut writes = Vec::new();
            for (id, phase) in tasks {
                let task = TaskId((*id).to_owned());
                let mut state = TaskState::default();
                state.phase = phase.clone();
                writes.push(RunWrite::Attempt {
                    task: task.clone(),
                    number: 1,
                    status: state.status(),
                    error: (*phase == Phase::Failed).then(|| Message::new("attempt_fault")),
                });
                writes.push(RunWrite::Task(task, Box::new(state)));
            }
            let made = self.store.write::<_, StoreError>(move |tx| {
                let (row, id) = tx.add_run(&new)?;
                let mut head = head(id);
                (head.status, head.begun) = (status, true);
                let mut writes = writes.clone();
                writes.push(RunWrite::Head(Box::new(head)));
                tx.write_run(row, id, Moment(at), &writes)?;
                Ok(id)
            });
            made.unwrap()
        }
    }

    fn new(workflow: &str) -> NewRun {
        NewRun {
            workflow_id: Some(workflow.to_owned()),
            ..NewRun::of(workflow, TASKS)
        }
    }

    fn head(id: RunId) -> Head {
        let document = Document::parse(Format::Json, TASKS.to_owned()).unwrap();
        let definition = flowkeep_core::run::Definition::read(document.value()).unwrap();
        RunState::new(id, &definition).head
    }

    #[test]
    fn who_has_waited_longest_comes_first() {
        let place = Place::new();
        let asking = || Phase::Asking { deadline: None };
        place.run("late", 3_000, Status::Waiting, &[("a", asking())]);
        place.run(
            "early",
            2_000,
            Status::Interrupted,
            &[("b", Phase::Interrupted)],
        );
        place.run("over", 1_000, Status::Cancelled, &[("a", asking())]);
        let (total, asked) = place.store.asking(10).unwrap();
        assert_eq!(total, 2);
        let told: Vec<_> = asked
            .iter()
            .map(|one| (one.task.as_str(), one.status, one.since))
            .collect();
        assert_eq!(
            told,
            [
                ("b", Status::Interrupted, 2_000),
                ("a", Status::Waiting, 3_000)
            ]
        );
        assert_eq!(place.store.asking(1).unwrap().1.len(), 1);
    }

    /// The engine and the Overview ask for them all the time.
    #[test]
    fn locked_tasks_are_found_among_those_that_wait() {
        let place = Place::new();
        let secret = |name: &str| Phase::Locked {
            secret: name.to_owned(),
        };
        let asks = Phase::Asking { deadline: None };
        place.run(
            "one",
            1_000,
            Status::Waiting,
            &[("a", secret("mail")), ("b", asks)],
        );
        place.run("two", 2_000, Status::Waiting, &[("a", secret("mail"))]);
        place.run("over", 3_000, Status::Cancelled, &[("a", secret("old"))]);
        let locked = place.store.locked_secrets().unwrap();
        assert_eq!(locked, [("mail".to_owned(), 2)]);
        let reader = place.store.reader().unwrap();
        let mut plan = reader
            .prepare(&format!("EXPLAIN QUERY PLAN {LOCKED}"))
            .unwrap();
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<_> = steps.map(Result::unwrap).collect();
        let index = "SEARCH t USING INDEX run_task_asked (status=?)";
        assert!(
            steps.iter().any(|step| step.starts_with(index)),
            "{steps:?}"
        );
    }

    #[test]
    fn what_only_waits_for_a_person_does_not_go_on() {
        let place = Place::new();
        let running = Phase::Running {
            deadline: None,
            stopping: None,
            parked: None,
        };
        let tasks = [("a", Phase::Succeeded), ("b", running)];
        place.run("going", 2_000, Status::Running, &tasks);
        place.run("asking", 3_000, Status::Waiting, &[]);
        place.run("over", 4_000, Status::Succeeded, &[]);
        place.run("paused", 5_000, Status::Paused, &[]);
        let open = place.store.under_way(5).unwrap();
        assert_eq!((open.total, open.running, open.rows.len()), (2, 1, 2));
        let progress = place.store.progress_of(open.rows[1]).unwrap();
        assert_eq!(progress.ended, 1);
        assert_eq!(progress.running, Some(TaskId("b".to_owned())));
    }

    #[test]
    fn the_last_run_a_task_started_is_told() {
        let place = Place::new();
        place.run("above", 1_000, Status::Running, &[]);
        let above = place.store.under_way(1).unwrap().rows[0];
        let started = |attempt| {
            let new = NewRun {
                parent: Some(Parent {
                    run: above,
                    task: TaskId("a".to_owned()),
                    attempt,
                    depth: 1,
                }),
                ..new("below")
            };
            let made = place
                .store
                .write::<_, StoreError>(move |tx| Ok(tx.add_run(&new)?.1));
            made.unwrap()
        };
        let (_, last) = (started(1), started(2));
        let children = place.store.children(above).unwrap();
        assert_eq!(children, BTreeMap::from([(TaskId("a".to_owned()), last)]));
        let open = place.store.under_way(5).unwrap();
        assert_eq!(open.total, 1, "what a run started is a part of it");
    }

    #[test]
    fn a_failure_is_told_until_its_workflow_succeeds() {
        let place = Place::new();
        let failed = [("a", Phase::Failed)];
        place.run("mended", 2_000, Status::Failed, &failed);
        place.run("mended", 3_000, Status::Succeeded, &[]);
        place.run("broken", 4_000, Status::Failed, &failed);
        let last = place.run("broken", 5_000, Status::Failed, &failed);
        place.run("broken", 6_000, Status::Running, &[]);
        let (_, told) = place.store.failures(0, 5).unwrap();
        let ids: Vec<_> = told.iter().map(|run| run.id).collect();
        assert_eq!(ids, [last]);
        let (task, error) = told[0].failed.clone().unwrap();
        assert_eq!(
            (task, &*error.code),
            (Some(TaskId::from("a")), "attempt_fault")
        );
        assert_eq!(place.store.failures(5_001, 5).unwrap().0, 0);
    }
    #[test]
    fn a_list_of_what_needs_a_person_agrees_with_the_number() {
        let place = Place::new();
        let asking = || Phase::Asking { deadline: None };
        let (a, b) = ("a", "b");
        // Something else of it goes on, or a crash broke it off: its status does not say that it asks.
        let running = place.run("1", 1_000, Status::Running, &[(a, asking()), (b, asking())]);
        let broken = [(b, Phase::Interrupted)];
        let interrupted = place.run("2", 2_000, Status::Interrupted, &broken);
        place.run("3", 3_000, Status::Cancelled, &[(a, asking())]);
        // No answer helps this one.
        let secret = "mail".to_owned();
        place.run(
            "secret",
            3_500,
            Status::Waiting,
            &[(a, Phase::Locked { secret })],
        );
        let failed = [(a, Phase::Failed)];
        for number in 4..10 {
            place.run(&number.to_string(), 4_000 + number, Status::Failed, &failed);
        }
        place.run("4", 9_000, Status::Succeeded, &[]);
        let found = |needs| {
            let filter = RunFilter {
                needs: Some(needs),
                limit: 50,
                count: RunCount::All,
                ..RunFilter::default()
            };
            let page = place.store.runs(&filter).unwrap();
            assert_eq!(page.total.unwrap() as usize, page.items.len());
            page.items.iter().map(|run| run.id).collect::<Vec<_>>()
        };
        assert_eq!(found(RunNeed::Answer), [interrupted, running]);
        assert_eq!(place.store.asking(1).unwrap().0, 3, "tasks, in two runs");
        let look = found(RunNeed::Look { since: 4_000 });
        let (total, first) = place.store.failures(4_000, 2).unwrap();
        assert_eq!((total, first.len(), look.len()), (5, 2, 5));
        assert_eq!(first[0].id, look[0]);
    }
}
