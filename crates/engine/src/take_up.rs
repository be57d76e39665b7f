//! Which runs the engine has in hand: those that are there when it begins, those that come, the
//! children of those it has, and what a dead owner left.

use flowkeep_core::run::{Attempted, Event, Head, Level, Parked, Phase, Status, TaskId};
use flowkeep_core::{Message, RunId, Value};
use flowkeep_store::{KeptRun, RunWrite, Said};

use crate::actions::{self, ActionError};
use crate::configuring::Occasion;
use crate::engine::Scope;
use crate::live::Live;
use crate::round::{Act, Round};
use crate::rounds::{Pending, Rounds};
use crate::worker::Came;

/// Why a run is not in hand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Our own database does not answer; another look may find it well.
    Now,
    /// It never will be.
    Ever(Message),
}

/// Ends a run whose definition can no longer be read: nobody can say what it has come to.
pub(crate) fn give_up(run: &KeptRun, status: Status, why: Message, round: &mut Round) {
    let written = round.written.entry(run.id).or_default();
    if std::mem::replace(&mut written.given_up, true) {
        return;
    }
    written.row = Some(run.row);
    let head = run.head.clone().unwrap_or_else(|| Head::new(run.id));
    written.add(RunWrite::Say {
        level: Level::Error,
        task: None,
        said: Said::Message(why),
    });
    written.add(RunWrite::Head(Box::new(Head {
        status,
        orphaned: false,
        ..head
    })));
}

impl Rounds {
    /// Marks what a dead owner left and is not carried out here; takes up what is.
    pub(crate) fn recover(&mut self, round: &mut Round) {
        if self.scope != Scope::All {
            let left = self.place.store.open_runs(0).unwrap_or_else(|error| {
                tracing::error!(%error, "runs that were left cannot be found");
                Vec::new()
            });
            for row in left {
                if let Some(kept) = self.kept(row)
                    && !self.is_ours(&kept)
                    && matches!(kept.status, Status::Running | Status::Paused)
                    && let Ok(run) = self.take_in_hand(kept, false, round)
                    && self.is_under_way(run)
                {
                    self.tell_late(run, Event::OwnerLost, round);
                }
            }
        }
        self.look(round);
    }

    /// Marks what is under way as left by its owner.
    pub(crate) fn mark_interrupted(&mut self, round: &mut Round) {
        let runs: Vec<RunId> = self.live.keys().copied().collect();
        for run in runs {
            if self.is_under_way(run) {
                self.tell_late(run, Event::OwnerLost, round);
            }
        }
    }

    /// Whether a run would go on by itself: not one that waits for a person alone.
    fn is_under_way(&self, run: RunId) -> bool {
        self.live.get(&run).is_some_and(|live| {
            let running = |phase: &Phase| matches!(phase, Phase::Running { parked: None, .. });
            match live.state.head.status {
                Status::Running => true,
                Status::Paused => live.state.tasks.iter().any(|task| running(&task.phase)),
                _ => false,
            }
        })
    }

    /// Looks for runs that came, for requests, and who carries attempts out.
    pub(crate) fn look(&mut self, round: &mut Round) {
        self.take_agents();
        let unread = self.unread.first().map_or(i64::MAX, |row| row - 1);
        let found = self.place.store.open_runs(self.last_row.min(unread));
        let requests = self.place.store.run_requests();
        let (found, requests) = match (found, requests) {
            (Ok(found), Ok(requests)) => (found, requests),
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "the engine cannot look for what is new");
                return;
            }
        };
        let unread = std::mem::take(&mut self.unread);
        for row in found {
            if row > self.last_row || unread.contains(&row) {
                if self.meet(row, round) == Err(NotTaken::Now) {
                    // It holds up none of those that came after it.
                    self.unread.insert(row);
                }
                self.last_row = self.last_row.max(row);
            }
        }
        for request in requests {
            if request.request > self.requests_seen {
                self.requests_seen = request.request;
                self.answer(&request, round);
            }
        }
    }

    /// Takes up a run that was found, where it is for this engine and not in hand yet.
    fn meet(&mut self, row: i64, round: &mut Round) -> Result<(), NotTaken> {
        let found = self.place.store.run_at(row).map_err(|error| {
            tracing::error!(%error, row, "a run cannot be read");
            NotTaken::Now
        });
        match found? {
            Some(kept) if !self.live.contains_key(&kept.id) && self.is_ours(&kept) => {
                self.take_up(kept, true, round)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn kept(&self, row: i64) -> Option<KeptRun> {
        self.place.store.run_at(row).unwrap_or_else(|error| {
            tracing::error!(%error, row, "a run cannot be read");
            None
        })
    }

    pub(crate) fn is_ours(&self, kept: &KeptRun) -> bool {
        let child = || {
            let parent = kept.parent.as_ref();
            parent.is_some_and(|parent| self.ours.contains(&parent.run))
        };
        match self.scope {
            Scope::All => true,
            Scope::Run(id) => kept.id == id || child(),
            Scope::Nothing => false,
        }
    }

    pub(crate) fn take_in_hand(
        &mut self,
        kept: KeptRun,
        ours: bool,
        round: &mut Round,
    ) -> Result<RunId, NotTaken> {
        let (id, row, left) = (kept.id, kept.row, kept.clone());
        match Live::read(&self.place.store, &mut self.definitions, kept) {
            Ok(mut live) => {
                live.ours = ours;
                if ours && self.scope != Scope::All {
                    self.ours.insert(row);
                }
                let most = live.definition.max_concurrent;
                self.queue.set_workflow(&live.workflow, most);
                self.live.insert(id, live);
                Ok(id)
            }
            Err(error) => {
                tracing::error!(%error, run = %id, "a run cannot be taken up");
                let Some(why) = error.lasting() else {
                    return Err(NotTaken::Now);
                };
                if ours {
                    give_up(&left, Status::Failed, why.clone(), round);
                }
                Err(NotTaken::Ever(why))
            }
        }
    }

    /// Takes a run in hand and goes on with it; one that is only decided about does not begin.
    pub(crate) fn take_up(
        &mut self,
        kept: KeptRun,
        ours: bool,
        round: &mut Round,
    ) -> Result<(), NotTaken> {
        let begun = kept.head.is_some();
        // Of a run that a task started, that task says so.
        let by = Some(kept.actor.clone()).filter(|_| kept.parent.is_none() && !begun);
        let is_to_be_placed = ours && self.is_to_be_placed(&kept);
        let run = self.take_in_hand(kept, ours, round)?;
        if is_to_be_placed {
            self.unplaced.insert(run, by);
            round.acts.push(Act::FindSession(run));
            return Ok(());
        }
        if ours {
            Self::say_who_started(run, by, round);
            self.begin(run, round);
        }
        if !begun {
            return Ok(());
        }
        let parent = self.live.get(&run).and_then(|live| live.parent.clone());
        let waits = match parent.filter(|_| self.is_configured(run)) {
            // Whoever says how the run above goes on says it of those below as well.
            Some(parent) => self.is_above_held(&parent),
            None => self.is_configured(run),
        };
        if !waits {
            self.adopt(run, round);
            return Ok(());
        }
        if let Some(live) = self.live.get_mut(&run) {
            live.awaits_look = true;
            if live.parent.is_none() {
                let occasion = Occasion::TakenUp;
                round.acts.push(Act::Look { run, occasion });
            }
        }
        Ok(())
    }

    pub(crate) fn say_who_started(run: RunId, by: Option<String>, round: &mut Round) {
        if let Some(by) = by {
            round.written.entry(run).or_default().add(RunWrite::Say {
                level: Level::Info,
                task: None,
                said: Said::Message(Message::new("run_was_started").with("by", by)),
            });
        }
    }

    /// Goes on with a run that was begun under another owner.
    pub(crate) fn adopt(&mut self, run: RunId, round: &mut Round) {
        let Some(live) = self.live.get_mut(&run) else {
            return;
        };
        live.awaits_look = false;
        let ours = live.ours;
        self.tell_late(run, Event::Adopted, round);
        self.take_up_locked(run, round);
        if ours {
            self.find_children(run, round);
            self.adopt_children(run, round);
        }
    }

    /// Child runs that attempts of a run wait for: those that ended meanwhile are told.
    fn find_children(&mut self, run: RunId, round: &mut Round) {
        let Some(live) = self.live.get(&run) else {
            return;
        };
        let row = live.row;
        let tasks = live.definition.tasks().iter().zip(&live.state.tasks);
        let parked: Vec<(TaskId, u32)> = tasks
            .filter(|(_, state)| {
                let parked = match state.phase {
                    Phase::Running { parked, .. } => parked,
                    _ => None,
                };
                matches!(parked, Some(Parked::Child | Parked::ChildAsks))
            })
            .map(|(task, state)| (task.id.clone(), state.attempts))
            .collect();
        for (task, attempt) in parked {
            match self.place.store.child_run(row, &task, attempt) {
                Ok(Some((_, child, status))) if status.is_final() => {
                    self.judge_child(run, task, attempt, child, status);
                }
                Ok(Some((child, id, _))) => {
                    // One that came with a restore goes on when somebody lets it, and trusts it.
                    if !self.live.contains_key(&id)
                        && let Some(kept) = self.kept(child)
                        && !kept.brought_in
                        && let Err(NotTaken::Ever(_)) = self.take_up(kept, true, round)
                    {
                        self.judge_child(run, task, attempt, id, Status::Failed);
                    }
                    self.child_moved(id);
                }
                Ok(None) => {
                    let message = Message::new("attempt_fault");
                    let came = Came::failed(ActionError::lasting(message));
                    self.came_late(run, task, attempt, came);
                }
                Err(error) => tracing::error!(%error, "a child run cannot be found"),
            }
        }
    }

    /// What the end of a child run means for the attempt that started it.
    fn judge_child(
        &mut self,
        run: RunId,
        task: TaskId,
        attempt: u32,
        child: RunId,
        status: Status,
    ) {
        let params = self
            .live
            .get(&run)
            .and_then(|live| live.definition.task(&task))
            .map_or(Value::Null, |task| task.params.clone());
        let came = match actions::child_ended(&params, child, status) {
            Ok(output) => Came::succeeded(&output, None),
            Err(error) => Came::failed(error),
        };
        self.came_late(run, task, attempt, came);
    }

    /// Tells the run above whether a child waits for a person and nothing else.
    pub(crate) fn child_moved(&mut self, child: RunId) {
        let Some(live) = self.live.get(&child) else {
            return;
        };
        let (Some(parent), status) = (live.parent.clone(), live.state.head.status) else {
            return;
        };
        let Some(above) = self.above(parent.run).and_then(|id| self.live.get(&id)) else {
            return;
        };
        let task = above.state.task(&above.definition, &parent.task);
        let now = match task.map(|task| (task.attempts, &task.phase)) {
            Some((attempt, Phase::Running { parked, .. })) if attempt == parent.attempt => *parked,
            _ => return,
        };
        let parked = if status == Status::Waiting {
            Parked::ChildAsks
        } else {
            Parked::Child
        };
        // Before it is parked it is not told: then its child is looked at.
        if matches!(now, Some(Parked::Child | Parked::ChildAsks)) && now != Some(parked) {
            let event = Event::Attempted {
                task: parent.task,
                attempt: parent.attempt,
                result: Attempted::Parked(parked),
            };
            self.pending.push_back(Pending::Event(above.id(), event));
        }
    }

    /// The run that started another one. One that is not carried out here is only decided about.
    fn above(&mut self, row: i64) -> Option<RunId> {
        let in_hand = self.live.values().find(|live| live.row == row);
        if let Some(above) = in_hand {
            return Some(above.id());
        }
        let kept = self.kept(row).filter(|kept| !kept.status.is_final())?;
        self.take_in_hand(kept, false, &mut Round::default()).ok()
    }

    /// The child that an attempt waits for, where it is in hand.
    pub(crate) fn child_of(&self, run: RunId, task: &TaskId, attempt: u32) -> Option<RunId> {
        let row = self.live.get(&run)?.row;
        let is_child = |live: &&Live| {
            let parent = live.parent.as_ref();
            parent.is_some_and(|parent| {
                parent.run == row && parent.task == *task && parent.attempt == attempt
            })
        };
        self.live.values().find(is_child).map(Live::id)
    }

    pub(crate) fn child_ended(&mut self, child: RunId) {
        let Some(live) = self.live.get(&child) else {
            return;
        };
        let (Some(parent), status) = (live.parent.clone(), live.state.head.status) else {
            return;
        };
        if let Some(above) = self.above(parent.run) {
            self.judge_child(above, parent.task, parent.attempt, child, status);
        }
    }
}
