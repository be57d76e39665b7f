//! The rules, as the contract says them.

use flowkeep_core::run::{
    Condition, Definition, Effect, Ending, Flow, OnFailure, Outcome, Phase, QueuedAttempt, Reason,
    RunAfter, RunState, Status, StopReason, Task, TaskId, TaskState,
};

use super::{Broken, Model};

impl Model {
    /// What a task has come to for others: what its fallback has come to, where one was called.
    fn came_to(&self, mut at: usize) -> Option<Status> {
        let (tasks, states) = (self.play.definition.tasks(), &self.play.state.tasks);
        let mut left = tasks.len();
        while let (true, OnFailure::Fallback(next)) = (states[at].fell_back, tasks[at].on_failure) {
            left -= 1;
            assert!(left > 0, "fallbacks go in a circle");
            at = next;
        }
        let own = states[at].status();
        let never = only_undoes(&self.play.definition, at) && !own.is_final();
        if never {
            Some(Status::Skipped)
        } else {
            own.is_final().then_some(own)
        }
    }

    pub(super) fn check(&mut self, before: &RunState, said: usize) {
        let (definition, state) = (&self.play.definition, &self.play.state);
        let undoing = self.undo.is_some() || state.head.undoing.is_some();
        for (at, (task, now)) in definition.tasks().iter().zip(&state.tasks).enumerate() {
            assert!(
                now.tries <= task.retry.limit + 1,
                "{} was tried too often",
                task.id
            );
            // One that a person wants alone waits for nothing, and what stands in for it neither.
            let ordered = definition.flow == Flow::Dependencies && state.head.only.is_none();
            if ordered && !undoing && !only_undoes(definition, at) {
                self.check_order(at, task);
            }
            let skipped = now.reason == Some(Reason::Dependency) && *now != before.tasks[at];
            if skipped {
                let failed = |&at: &usize| self.came_to(at) != Some(Status::Succeeded);
                assert!(task.run_after == RunAfter::Success);
                assert!(
                    task.depends_on.iter().any(failed),
                    "{} could start",
                    task.id
                );
            }
            if before.tasks[at].status().is_final() && now.round == before.tasks[at].round {
                assert_eq!(
                    before.tasks[at].status(),
                    now.status(),
                    "{} had ended",
                    task.id
                );
            }
        }
        self.check_begun(before, said);
        self.check_broken(said);
        self.check_spared(said);
        self.check_undoing(before, said);
        if self.ended() {
            self.check_end();
        }
    }

    /// A task in progress, or done, has waited for all it depends on.
    fn check_order(&self, at: usize, task: &Task) {
        let now = &self.play.state.tasks[at];
        let sent_back = matches!(&now.phase, Phase::Running { stopping: Some(stopping), .. }
            if stopping.why == StopReason::SentBack);
        let counts = !matches!(now.phase, Phase::Pending | Phase::Skipped) && !sent_back;
        // What succeeded in the run before waits for nothing in this one.
        let exempt = now.left_out || now.reason == Some(Reason::Carried);
        if !counts || exempt || self.ended() {
            return;
        }
        for &dependency in &task.depends_on {
            if falls_back_to(&self.play.definition, dependency, at) {
                continue;
            }
            let came_to = self.came_to(dependency);
            assert!(
                came_to.is_some(),
                "{} did not wait: {}",
                task.id,
                self.play.summary()
            );
            if task.run_after == RunAfter::Success {
                let message =
                    || format!("{} came after a failure: {}", task.id, self.play.summary());
                assert_eq!(came_to, Some(Status::Succeeded), "{}", message());
            }
        }
    }

    /// In a run that is ending nothing new begins but what may.
    fn check_begun(&self, before: &RunState, said: usize) {
        let Some(ending) = before.head.ending else {
            return;
        };
        for effect in &self.play.effects[said..] {
            let (Effect::Execute { task, .. } | Effect::Ask { task, .. }) = effect else {
                continue;
            };
            let at = self
                .play
                .definition
                .tasks()
                .iter()
                .position(|t| t.id == *task)
                .unwrap();
            let defined = &self.play.definition.tasks()[at];
            let undoes = self.play.state.head.undoing.is_some();
            let had_begun = before.tasks[at].began;
            let may = defined.run_after == RunAfter::Any || had_begun || undoes;
            assert!(
                ending == Ending::Failing && may,
                "{task} began: {}",
                self.play.summary()
            );
        }
    }

    fn round_of(&self, task: &TaskId) -> u32 {
        let state = self.play.state.task(&self.play.definition, task);
        state.unwrap().round
    }

    /// What was broken off is made again unasked only where that is safe, and not for ever.
    fn check_broken(&mut self, said: usize) {
        for effect in &self.play.effects[said..] {
            match effect {
                Effect::Attempt {
                    task,
                    status: Status::Interrupted,
                    error,
                    ..
                } => {
                    let round = self.round_of(task);
                    let lost = error
                        .as_ref()
                        .is_some_and(|why| why.code == "run_attempt_lost");
                    let before = self.broken.get(task).filter(|before| before.round == round);
                    let times = before.map_or(0, |before| before.times) + u32::from(lost);
                    let broken = Broken {
                        round,
                        times,
                        wanted: false,
                    };
                    self.broken.insert(task.clone(), broken);
                }
                Effect::Attempt {
                    task,
                    status: Status::Failed,
                    ..
                } => {
                    self.broken.remove(task);
                }
                Effect::Execute { task, .. } => {
                    let round = self.round_of(task);
                    let Some(broken) = self.broken.get(task).filter(|last| last.round == round)
                    else {
                        continue;
                    };
                    let unasked =
                        self.play.definition.task(task).unwrap().idempotent && broken.times < 3;
                    assert!(
                        broken.wanted || unasked,
                        "{task} is done again unasked: {broken:?}, {}",
                        self.play.summary()
                    );
                    if broken.wanted {
                        self.broken.remove(task);
                    }
                }
                _ => {}
            }
        }
    }

    /// What was left out, or was done in the run before, is not begun.
    fn check_spared(&self, said: usize) {
        for effect in &self.play.effects[said..] {
            let (Effect::Execute { task, .. } | Effect::Ask { task, .. }) = effect else {
                continue;
            };
            let state = self.play.state.task(&self.play.definition, task);
            let state = state.unwrap();
            let done = state.round == 0 && state.reason == Some(Reason::Carried);
            assert!(!state.left_out && !done, "{task} is done all the same");
        }
    }

    /// Compensations are those of what succeeded, in the reverse order of the ends, one at a time.
    fn check_undoing(&mut self, before: &RunState, said: usize) {
        let state = &self.play.state;
        let begins = before.head.undoing.is_none()
            && before.head.ending != Some(Ending::Cancelling)
            && state.head.undoing.is_some();
        if begins {
            // What ended in this very step counts; what the first compensation is, does not, unless
            // it had been done before as somebody's fallback.
            let mut done: Vec<_> = (0..state.tasks.len())
                .filter_map(|at| {
                    let (now, was) = (&state.tasks[at], &before.tasks[at]);
                    if now.reason == Some(Reason::LeftOut) {
                        return None;
                    }
                    let undo = self.play.definition.tasks()[at].compensate?;
                    let ended = if now.undone || now.phase == Phase::Succeeded {
                        now.ended
                    } else {
                        was.ended
                            .filter(|_| was.phase == Phase::Succeeded && now.round > was.round)
                    };
                    Some((ended?, undo))
                })
                .collect();
            done.sort_unstable();
            let mut plan = Vec::new();
            for (_, undo) in done.into_iter().rev() {
                if !plan.contains(&undo) {
                    plan.push(undo);
                }
            }
            self.undo = Some(plan);
        }
        if !begins && before.head.undoing.is_none() {
            return;
        }
        for effect in &self.play.effects[said..] {
            let (Effect::Queue(QueuedAttempt { task, .. })
            | Effect::Ask { task, .. }
            | Effect::Evaluate { task, .. }) = effect
            else {
                continue;
            };
            let at = self
                .play
                .definition
                .tasks()
                .iter()
                .position(|t| t.id == *task)
                .unwrap();
            // Something may have been asked for earlier in the step that then stopped the run.
            let since_stopped = begins && self.play.state.tasks[at].status().is_final();
            if self.undone.last() != Some(&at) && !since_stopped {
                self.undone.push(at);
            }
        }
        let plan = self.undo.clone().unwrap_or_default();
        // One whose condition is plainly false is skipped at once, and so is one that stays.
        let mut expected = plan.iter();
        for undone in &self.undone {
            assert!(
                expected.any(|at| at == undone),
                "{:?} is not {plan:?}",
                self.undone
            );
        }
        let in_progress = self.play.state.head.open + self.play.state.head.asked;
        assert!(in_progress <= 1, "compensations come one by one");
    }

    fn check_end(&self) {
        let (definition, state) = (&self.play.definition, &self.play.state);
        let tasks = || definition.tasks().iter().zip(&state.tasks).enumerate();
        for (at, (task, now)) in tasks() {
            match now.reason {
                Some(Reason::Condition) => assert_ne!(task.condition, Condition::Always),
                Some(Reason::NotCalled) => assert!(task.is_called_only() && !now.called),
                // A run that fails may still be cancelled.
                Some(Reason::Stopped) => assert!(state.head.ending.is_some()),
                _ => {}
            }
            if task.is_called_only() && definition.flow == Flow::Dependencies {
                // A person may want one alone that others would call.
                let ran = now.attempts > 0 && state.head.only != Some(at);
                assert!(
                    !ran || now.called || now.round > 0,
                    "{} was not called",
                    definition.tasks()[at].id
                );
            }
        }
        let failed = |now: &TaskState| now.phase == Phase::Failed;
        let expected = match state.head.ending {
            Some(Ending::Cancelling) => Status::Cancelled,
            Some(Ending::Failing) => Status::Failed,
            None => {
                for (_, (task, _)) in tasks().filter(|(_, (_, now))| failed(now)) {
                    let dealt_with = task.on_failure != OnFailure::Stop
                        || task.ways.iter().any(|way| way.after == Outcome::Failure);
                    assert!(dealt_with, "{} failed and nothing stopped", task.id);
                }
                let succeeded = tasks().any(|(_, (_, now))| now.phase == Phase::Succeeded);
                let some_failed = tasks().any(|(_, (_, now))| failed(now));
                if some_failed && !succeeded {
                    Status::Failed
                } else {
                    Status::Succeeded
                }
            }
        };
        assert_eq!(state.head.status, expected);
        if expected == Status::Failed && state.head.ending.is_some() {
            let plan = self.undo.clone().unwrap();
            for at in plan {
                let now = &state.tasks[at];
                assert!(
                    now.called && now.status().is_final() && now.reason != Some(Reason::NotCalled)
                );
            }
        }
    }
}

fn only_undoes(definition: &Definition, at: usize) -> bool {
    let mut tasks = definition.tasks().iter();
    let undoes = definition
        .tasks()
        .iter()
        .any(|task| task.compensate == Some(at));
    undoes && !tasks.any(|task| is_called_by(definition, task, at))
}

fn is_called_by(definition: &Definition, task: &Task, at: usize) -> bool {
    let id = definition.id(at).unwrap().as_str();
    let when = task
        .params
        .get("when")
        .and_then(|when| when.as_array())
        .unwrap_or_default();
    let mut named = when.iter().filter_map(|case| case.get("task")?.as_word());
    task.on_failure == OnFailure::Fallback(at) || named.any(|named| named == id)
}

fn falls_back_to(definition: &Definition, mut from: usize, to: usize) -> bool {
    for _ in definition.tasks() {
        let OnFailure::Fallback(next) = definition.tasks()[from].on_failure else {
            return false;
        };
        if next == to {
            return true;
        }
        from = next;
    }
    panic!("fallbacks go in a circle")
}
