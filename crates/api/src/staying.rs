//! What a process without a window is still there for, and how it ends in order.
//!
//! Absent on purpose: windows, signals and sessions, which are the face's.

use std::time::{Duration, Instant};

use flowkeep_core::trigger::Trigger;
use serde::Serialize;

use crate::ownership::AllRuns;
use crate::{Api, AppError};

/// How long an engine that has just begun may take to say what it goes on with.
const TAKING_UP: Duration = Duration::from_secs(10);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What goes on in this process, or would begin in it, though nobody looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct GoingOn {
    /// Runs that are under way or queued; not those that wait for a person.
    pub runs: u32,
    /// Workflows that start by the clock and are not paused.
    pub schedules: u32,
    /// Workflows that listen to something that happens and are not paused.
    pub listeners: u32,
}

impl GoingOn {
    /// Whether there is nothing to stay for.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Api {
    /// What ends, or does not begin, when this process ends. Nothing where another process carries out
    /// all runs, or nothing can be written. One that has the engine for a moment only does not count: this
    /// one goes on where it ends.
    ///
    /// # Errors
    /// What the database says.
    pub fn going_on(&self) -> Result<GoingOn, AppError> {
        if self.only_reads() || (!self.run_engine()? && AllRuns::is_taken(&self.data_dir)?) {
            return Ok(GoingOn::default());
        }
        let since = Instant::now();
        while !self.has_taken_up() && since.elapsed() < TAKING_UP {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        let mut found = GoingOn {
            runs: self.store.going_on()?,
            ..GoingOn::default()
        };
        for schedule in self.store.schedules()? {
            match schedule.trigger {
                _ if schedule.paused.is_some() => {}
                Trigger::Schedule(_) => found.schedules += 1,
                Trigger::Event(_) | Trigger::Watch(_) => found.listeners += 1,
            }
        }
        Ok(found)
    }

    /// Ends the engine of this process for good: attempts are asked to stop, and what was under way is
    /// written down as taken back or broken off. Takes some seconds at most. What is called afterwards
    /// finds no engine here and begins none.
    pub fn leave(&self) {
        self.vacate();
        if self.only_reads() {
            return;
        }
        // So that what is copied or looked at afterwards is one file, where nobody else has it open.
        if let Err(error) = self.store.fold_journal() {
            tracing::warn!(%error, "the database keeps its journal");
        }
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::RunId;
    use flowkeep_core::run::Status;
    use serde_json::json;

    use super::*;
    use crate::ownership::EngineLock;
    use crate::testing::open;
    use crate::types::Nothing;

    /// More than any machine that is worth testing on needs; a bound, not a measure.
    const LONG: Duration = Duration::from_secs(30);

    fn call(api: &Api, name: &str, input: serde_json::Value) -> serde_json::Value {
        let answer = crate::call(api, name, input, &crate::Silent).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn keep(api: &Api, workflow: &serde_json::Value) {
        call(
            api,
            "flow_create",
            json!({"text": workflow.to_string(), "format": "json"}),
        );
    }

    fn start(api: &Api, id: &str) -> RunId {
        let started = call(api, "run_start", json!({"workflow": id}));
        started["run_id"].as_str().unwrap().parse().unwrap()
    }

    fn comes_to(api: &Api, run: RunId, status: Status) {
        let since = Instant::now();
        while api.store.run(run).unwrap().unwrap().status != status {
            assert!(since.elapsed() < LONG, "it never came to {status:?}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn it_stays_for_what_goes_on_and_for_what_starts_by_itself() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        assert!(api.going_on().unwrap().is_nothing());
        keep(
            &api,
            &json!({"id": "asks", "name": "Asks", "tasks": [{"id": "a", "action": "manual",
            "params": {"instruction": "Look"}}]}),
        );
        keep(
            &api,
            &json!({"id": "daily", "name": "Daily", "schedule": {"cron": "0 2 * * *"}, "tasks": []}),
        );
        keep(
            &api,
            &json!({"id": "hears", "name": "Hears", "trigger": "event", "tasks": []}),
        );
        // What waits for a person waits without anybody.
        comes_to(&api, start(&api, "asks"), Status::Waiting);
        let expected = GoingOn {
            runs: 0,
            schedules: 1,
            listeners: 1,
        };
        assert_eq!(api.going_on().unwrap(), expected);
        for id in ["daily", "hears"] {
            call(&api, "schedule_pause", json!({"id": id}));
        }
        assert!(api.going_on().unwrap().is_nothing());
    }

    #[test]
    fn there_is_nothing_to_stay_for_where_another_process_carries_runs_out() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let api = open(&data);
        keep(
            &api,
            &json!({"id": "hears", "name": "Hears", "trigger": "event", "tasks": []}),
        );
        drop(api);
        let other = EngineLock::try_take(&data).unwrap().unwrap();
        let all_runs = AllRuns::take(&data).unwrap().unwrap();
        let api = open(&data);
        assert!(api.going_on().unwrap().is_nothing());
        // One that has it for a run somebody waits for starts nothing by itself, and ends soon.
        drop(all_runs);
        assert_eq!(api.going_on().unwrap().listeners, 1);
        drop(other);
        assert_eq!(api.going_on().unwrap().listeners, 1);
        assert!(AllRuns::is_taken(&data).unwrap());
        api.leave();
        assert!(!AllRuns::is_taken(&data).unwrap());
    }

    #[test]
    fn what_is_under_way_is_taken_back_and_goes_on_with_the_next() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let api = open(&data);
        assert!(api.run_engine().unwrap());
        let mark = root.path().join("mark");
        // It does not end by itself before the mark is there.
        let script = format!("until [ -e '{}' ]; do sleep 0.02; done", mark.display());
        let task = json!({"id": "a", "action": "program.run", "idempotent": true,
            "params": {"program": "sh", "args": ["-c", script]}});
        keep(&api, &json!({"id": "w", "name": "W", "tasks": [task]}));
        let run = start(&api, "w");
        comes_to(&api, run, Status::Running);
        api.leave();
        let left = api.store.run(run).unwrap().unwrap().status;
        assert!(
            matches!(left, Status::Interrupted | Status::Queued),
            "{left:?}"
        );
        assert!(!api.run_engine().unwrap(), "it has left for good");
        assert!(
            EngineLock::try_take(&data).unwrap().is_some(),
            "the place is free"
        );
        drop(api);
        let next = open(&data);
        // Also right after it began: the run is not waited for by nobody.
        assert_eq!(next.going_on().unwrap().runs, 1);
        std::fs::write(mark, "").unwrap();
        comes_to(&next, run, Status::Succeeded);
        assert!(
            crate::run_overview::engine(&next, Nothing {})
                .unwrap()
                .trouble
                .is_none()
        );
    }
}
