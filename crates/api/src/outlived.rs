//! Programs that outlived whoever carried their steps out. All processes are looked through once for each step that
//! was broken off; from then on only the one that was found is asked for.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flowkeep_core::RunId;
use flowkeep_core::run::TaskId;
use flowkeep_files::io_reason;
use flowkeep_host::{RunningProgram, running_with};

use crate::AppError;
use crate::apart::in_time;

/// How long the system may take to say what runs.
const GLANCE: Duration = Duration::from_secs(2);

/// More steps than anybody is asked about at once; then they are looked for again.
const MOST: usize = 1_000;

/// A step that was broken off, and in which of its attempts.
type BrokenOff = (RunId, TaskId, u32);

/// What was found for steps that were broken off.
#[derive(Default)]
pub(crate) struct Outlived(Mutex<HashMap<BrokenOff, Option<RunningProgram>>>);

impl Outlived {
    /// The program that this attempt at a step started, where it is still there.
    ///
    /// # Errors
    /// That the system does not say, or not in time.
    pub(crate) fn program(
        &self,
        run: RunId,
        task: &TaskId,
        attempt: u32,
    ) -> Result<Option<RunningProgram>, AppError> {
        let step = (run, task.clone(), attempt);
        let known = self.known().get(&step).cloned();
        if let Some(known) = known
            && known.as_ref().is_none_or(RunningProgram::is_still_there)
        {
            return Ok(known);
        }
        let (id, name) = (run.to_string(), task.clone());
        let found = in_time(GLANCE, Path::new("/proc"), move |_| {
            let mark = [("FLOWKEEP_RUN", &*id), ("FLOWKEEP_TASK", name.as_str())];
            running_with(&mark).map_err(|error| AppError::from(io_reason(&error)))
        });
        // A system that does not say it is asked again.
        let found = found?;
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(step, found.clone());
        Ok(found)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<BrokenOff, Option<RunningProgram>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_program_is_named_until_it_has_ended_and_what_ended_is_not_looked_for_again() {
        let run = RunId(ulid::Ulid::generate());
        let (task, outlived) = (TaskId::from("a"), Outlived::default());
        let begin = || {
            let id = run.to_string();
            let program = Command::new("cat")
                .envs([("FLOWKEEP_RUN", &*id), ("FLOWKEEP_TASK", "a")])
                .stdin(Stdio::piped())
                .spawn();
            let program = program.unwrap();
            let mark = [("FLOWKEEP_RUN", &*id), ("FLOWKEEP_TASK", "a")];
            while running_with(&mark)
                .unwrap()
                .is_none_or(|found| found.name != "cat")
            {
                std::thread::yield_now();
            }
            program
        };
        let mut program = begin();
        let seen = |attempt| outlived.program(run, &task, attempt).unwrap();
        let found = seen(1).unwrap();
        assert_eq!(found.process, program.id());
        assert_eq!(seen(1), Some(found));
        drop(program.stdin.take());
        program.wait().unwrap();
        assert_eq!(seen(1), None);
        // What is started later is another attempt's.
        let mut later = begin();
        assert_eq!(seen(1), None);
        assert!(seen(2).is_some());
        drop(later.stdin.take());
        later.wait().unwrap();
    }
}
