//! What was under way when an owner of the engine ended without leaving: in a crash, by a power cut, killed.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::RUN;
use crate::{Store, StoreError, Tx};

/// Where it is kept until somebody has seen it.
const KEY: &str = "stopped_start";

/// More runs than anybody looks through one by one.
const MOST: usize = 200;

/// What was under way when an owner ended without leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedRecord {
    /// Milliseconds; the last that is known of it.
    pub last_sign: i64,
    /// Milliseconds; when it was noted: what a person did since is no work of whoever takes the runs up.
    #[serde(default)]
    pub noted_at: i64,
    /// The runs that had something under way, by their ids.
    pub runs: Vec<String>,
    /// Runs that had nothing under way but waited, and belong to sessions: whoever takes them up may have to hold them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waited: Vec<String>,
    /// Those of all of them that were noted when an owner before ended so, and when that was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub earlier: BTreeMap<String, i64>,
}

impl StoppedRecord {
    /// When it was noted that this run had something under way.
    fn noted(&self, run: &str) -> i64 {
        // What was noted by an earlier version has no time of its own.
        let last = if self.noted_at == 0 {
            self.last_sign
        } else {
            self.noted_at
        };
        self.earlier.get(run).copied().unwrap_or(last)
    }
}

impl Store {
    /// What was under way when an owner ended without leaving, and nobody has seen yet.
    ///
    /// # Errors
    /// What the database says.
    pub fn stopped(&self) -> Result<Option<StoppedRecord>, StoreError> {
        Ok(read(self.setting(KEY)?))
    }

    /// Those of these runs about which a person has decided since it was noted what they had under way.
    ///
    /// # Errors
    /// What the database says.
    pub fn decided_since(&self, stopped: &StoppedRecord) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT w.key FROM json_each(?1) w WHERE EXISTS (
               SELECT 1 FROM operation_item i JOIN operation o ON o.id = i.operation
               WHERE i.kind = ?2 AND i.id = w.key AND o.at >= w.value AND NOT o.came_in)",
        )?;
        let runs = stopped.runs.iter().chain(&stopped.waited);
        let since: BTreeMap<_, _> = runs.map(|run| (run, stopped.noted(run))).collect();
        let since = serde_json::json!(since).to_string();
        let rows = statement.query_map((since, RUN), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Somebody has seen it.
    ///
    /// # Errors
    /// What the database says.
    pub fn stopped_seen(&self) -> Result<(), StoreError> {
        self.write(|tx| tx.set_setting(KEY, &Value::Null))
    }
}

impl Tx<'_> {
    /// Notes what is under way where the owner that is written down has not left.
    pub(crate) fn note_stopped(&self) -> Result<(), StoreError> {
        let sql = "SELECT since FROM owner WHERE face NOT NULL";
        let since: Option<Option<i64>> = self
            .connection
            .query_row(sql, [], |row| row.get(0))
            .optional()?;
        let Some(since) = since else {
            return Ok(());
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM run WHERE ended_at IS NULL AND parent IS NULL AND NOT brought_in
               AND EXISTS (SELECT 1 FROM run_task t WHERE t.run = run.run AND t.status = 'running')
             ORDER BY run LIMIT ?1",
        )?;
        let found = statement.query_map([MOST], |row| row.get(0))?;
        let found = found.collect::<Result<Vec<String>, _>>()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM run WHERE ended_at IS NULL AND parent IS NULL AND NOT brought_in
               AND session NOT NULL AND NOT coalesce(json_extract(head, '$.paused'), 0)
               AND NOT EXISTS (SELECT 1 FROM run_task t WHERE t.run = run.run AND t.status = 'running')
             ORDER BY run LIMIT ?1",
        )?;
        let waited = statement.query_map([MOST], |row| row.get(0))?;
        let mut waited = waited.collect::<Result<Vec<String>, _>>()?;
        if found.is_empty() && waited.is_empty() {
            return Ok(());
        }
        let said: i64 = self.connection.query_row(
            "SELECT max(coalesce((SELECT at FROM message ORDER BY message DESC LIMIT 1), 0),
               coalesce((SELECT max(max(coalesce(started_at, 0), coalesce(ended_at, 0)))
                 FROM attempt WHERE run IN (SELECT run FROM run WHERE ended_at IS NULL)), 0))",
            [],
            |row| row.get(0),
        )?;
        // What nobody has seen yet of the time before is still to be seen.
        let before = read(self.setting(KEY)?);
        let mut is_open = self
            .connection
            .prepare_cached("SELECT 1 FROM run WHERE id = ?1 AND ended_at IS NULL")?;
        let (mut runs, mut earlier) = (Vec::new(), BTreeMap::new());
        if let Some(before) = &before {
            for run in before.runs.iter().filter(|run| !found.contains(run)) {
                if is_open.exists([run])? {
                    earlier.insert(run.clone(), before.noted(run));
                    runs.push(run.clone());
                }
            }
            // One that was held since, and about which nobody has decided.
            let is_new = |run: &&String| !found.contains(run) && !waited.contains(run);
            let held: Vec<_> = before.waited.iter().filter(is_new).cloned().collect();
            for run in held {
                if is_open.exists([&run])? {
                    earlier.insert(run.clone(), before.noted(&run));
                    waited.push(run);
                }
            }
        }
        runs.extend(found);
        waited.retain(|run| !runs.contains(run));
        let note = StoppedRecord {
            last_sign: said.max(since.unwrap_or_default()),
            noted_at: self.now().0,
            runs,
            waited,
            earlier,
        };
        let note = serde_json::to_value(note).unwrap_or_default();
        self.set_setting(KEY, &note)
    }
}

fn read(kept: Option<Value>) -> Option<StoppedRecord> {
    serde_json::from_value(kept?).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::run::{Head, Phase, Status, TaskId, TaskState};
    use flowkeep_host::Clock;
    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{NewOperation, NewRun, OperationItemRecord, RunWrite, StoreOptions};

    fn store() -> (tempfile::TempDir, Store, Arc<TestClock>) {
        let clock = Arc::new(TestClock::at(1_000));
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        });
        (folder, store.unwrap(), clock)
    }

    fn own(store: &Store) -> i64 {
        let taken = store.write::<_, StoreError>(|tx| tx.take_ownership("desktop", 1));
        taken.unwrap()
    }

    /// A run that has something under way.
    fn under_way(store: &Store) -> String {
        let new = NewRun::of("W", r#"{"tasks": [{"id": "a", "action": "wait"}]}"#);
        let added = store.write::<_, StoreError>(move |tx| {
            let (row, id) = tx.add_run(&new)?;
            let head = Head {
                status: Status::Running,
                ..Head::new(id)
            };
            let mut task = TaskState::default();
            task.phase = Phase::Running {
                deadline: None,
                stopping: None,
                parked: None,
            };
            let writes = [
                RunWrite::Head(Box::new(head)),
                RunWrite::Task(TaskId::from("a"), Box::new(task)),
            ];
            tx.write_run(row, id, flowkeep_core::run::Moment(5), &writes)?;
            Ok(id.to_string())
        });
        added.unwrap()
    }

    /// A person has decided about a run.
    fn decide(store: &Store, run: &str) {
        let item = OperationItemRecord {
            kind: RUN.to_owned(),
            id: run.to_owned(),
            name: None,
            before: None,
            after: None,
        };
        let told = store.write::<_, StoreError>(move |tx| {
            let operation = NewOperation {
                actor: "Ann",
                face: "desktop",
                operation: "run_done",
                name: None,
                undoes: None,
                items: &[item],
            };
            tx.record_operation(tx.next_operation_id()?, &operation)
        });
        told.unwrap();
    }

    #[test]
    fn what_was_under_way_when_an_owner_never_left_is_noted_until_somebody_has_seen_it() {
        let (_folder, store, _) = store();
        let first = own(&store);
        let run = under_way(&store);
        store
            .write::<_, StoreError>(move |tx| tx.leave_ownership(first))
            .unwrap();
        own(&store);
        assert_eq!(store.stopped().unwrap(), None, "it was left in order");
        // Whoever comes next finds that it was not, whatever it is there for.
        own(&store);
        let noted = store.stopped().unwrap().unwrap();
        assert_eq!(noted.runs, std::slice::from_ref(&run));
        assert!(noted.last_sign > 0 && noted.noted_at > 0);
        let decided = |noted_at| {
            let noted = StoppedRecord {
                noted_at,
                ..noted.clone()
            };
            store.decided_since(&noted).unwrap()
        };
        assert!(decided(1).is_empty());
        decide(&store, &run);
        assert_eq!(decided(noted.noted_at), noted.runs);
        assert!(decided(i64::MAX).is_empty(), "it was decided about before");
        let other = under_way(&store);
        own(&store);
        let noted = store.stopped().unwrap().unwrap();
        assert_eq!(noted.runs, [run, other], "nobody has seen the first yet");
        store.stopped_seen().unwrap();
        assert_eq!(store.stopped().unwrap(), None);
    }

    #[test]
    fn what_was_decided_between_two_crashes_stays_decided() {
        let (_folder, store, clock) = store();
        own(&store);
        let (decided, open) = (under_way(&store), under_way(&store));
        own(&store);
        // Nobody has taken them up when the next ends so, too.
        let rested = store.write::<_, StoreError>(|tx| {
            let sql = "UPDATE run_task SET status = 'interrupted'";
            Ok(tx.connection.execute(sql, [])?)
        });
        assert_eq!(rested.unwrap(), 2);
        clock.pass(10_000);
        decide(&store, &decided);
        clock.pass(10_000);
        let other = under_way(&store);
        for _ in 0..2 {
            own(&store);
            let noted = store.stopped().unwrap().unwrap();
            assert_eq!(noted.runs.len(), 3);
            assert_eq!(
                store.decided_since(&noted).unwrap(),
                std::slice::from_ref(&decided)
            );
        }
        clock.pass(10_000);
        decide(&store, &open);
        decide(&store, &other);
        let noted = store.stopped().unwrap().unwrap();
        assert_eq!(store.decided_since(&noted).unwrap().len(), 3);
    }

    #[test]
    fn a_run_of_a_session_that_waits_is_noted_apart_unless_it_is_held_already() {
        let (_folder, store, _) = store();
        own(&store);
        let run = under_way(&store);
        let rests = |head: &'static str| {
            let written = store.write::<_, StoreError>(move |tx| {
                let waits = "UPDATE run_task SET status = 'waiting'";
                tx.connection.execute(waits, [])?;
                let of =
                    "UPDATE run SET session = 'S', head = json_set(head, '$.paused', json(?1))";
                Ok(tx.connection.execute(of, [head])?)
            });
            written.unwrap();
        };
        rests("false");
        own(&store);
        let noted = store.stopped().unwrap().unwrap();
        assert_eq!((noted.runs, noted.waited), (Vec::new(), vec![run.clone()]));
        // Held by whoever took it up, and not seen yet when the next one dies.
        rests("true");
        own(&store);
        assert_eq!(store.stopped().unwrap().unwrap().waited, [run]);
        store.stopped_seen().unwrap();
        own(&store);
        assert_eq!(store.stopped().unwrap(), None);
    }

    #[test]
    fn where_nothing_was_under_way_nothing_is_noted() {
        let (_folder, store, _) = store();
        own(&store);
        own(&store);
        assert_eq!(store.stopped().unwrap(), None);
    }
}
