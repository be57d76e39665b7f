//! What the engine does about a run it has in hand: tells it what happened, follows what comes of
//! it, does what people want of it.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use flowkeep_core::run::expression::{Fault, condition};
use flowkeep_core::run::queue::Waiting;
use flowkeep_core::run::route;
use flowkeep_core::run::{
    Condition, Effect, Evaluation, Event, Level, Moment, QueuedAttempt, Refused, Status, TaskId,
    step,
};
use flowkeep_core::{Message, RunId, Value};
use flowkeep_store::{RunRequest, RunWrite, Said, Store};

use crate::actions::{ActionError, Stopper};
use crate::configuring::Occasion;
use crate::fallback::Others;
use crate::live::Live;
use crate::round::{Act, Round};
use crate::rounds::{Pending, Rounds, UnderWay};
use crate::secrets::Revealing;
use crate::sources::Chosen;
use crate::take_up::{NotTaken, give_up};
use crate::values::{Values, Whereabouts, whereabouts};
use crate::wanted::Wanted;
use crate::worker::{Job, work};

impl Rounds {
    /// Does what is wanted of a run, or says why not.
    pub(crate) fn answer(&mut self, request: &RunRequest, round: &mut Round) {
        let tried = catch_unwind(AssertUnwindSafe(|| self.try_answer(request, round)));
        let refusal = tried.map_or_else(
            |_| {
                // Kept and done again it would take every owner down.
                tracing::error!(run = %request.run, "what was wanted of a run ended in a panic");
                self.put_down(request.run, round);
                Some(Refused(Message::new("run_request_failed")))
            },
            Result::err,
        );
        let written = round.written.entry(request.run).or_default();
        written.row = Some(request.row);
        written.add(RunWrite::Answered {
            request: request.request,
            refusal: refusal.map(|refused| refused.0),
        });
    }

    /// Forgets what is in memory of a run. It is taken up once more as it was last written: what its
    /// attempts gave since is not known any more, so those are stopped and count as broken off.
    fn put_down(&mut self, run: RunId, round: &mut Round) {
        round.written.remove(&run);
        round.acts.retain(|act| act.run() != run);
        let Some(live) = self.live.remove(&run) else {
            return;
        };
        for task in live.definition.tasks() {
            self.queue.withdraw(run, &task.id);
        }
        self.timers.forget_run(run);
        for ((of, ..), attempt) in &self.under_way {
            if *of == run {
                attempt.stopper.hard();
            }
        }
        self.unplaced.remove(&run);
        if let Some(folder) = self.preparing.remove(&run) {
            folder.stop();
        }
        if live.ours && self.put_down.insert(run) {
            self.last_row = self.last_row.min(live.row - 1);
        }
    }

    fn try_answer(&mut self, request: &RunRequest, round: &mut Round) -> Result<(), Refused> {
        let refused = |code: &str| Err(Refused(Message::new(code)));
        let Ok(wanted) = serde_json::from_str::<Wanted>(&request.wanted) else {
            return refused("run_request_unknown");
        };
        let run = request.run;
        let in_hand = self.live.contains_key(&run);
        // One that was only marked is taken up to be decided about; of one whose configuration is still looked
        // at, a person has decided by this.
        let marked = |live: &Live| live.state.head.orphaned || live.awaits_look;
        let marked = self.live.get(&run).is_some_and(marked);
        // Whether it is taken up from where it was left.
        let mut was_left = marked;
        if self.live.get(&run).is_some_and(|live| live.awaits_look) {
            self.adopt(run, round);
        } else if marked {
            self.tell_late(run, Event::Adopted, round);
        }
        if !in_hand {
            let Some(kept) = self.kept(request.row) else {
                return refused("run_not_readable");
            };
            if kept.status.is_final() {
                return refused("run_has_ended");
            }
            if kept.brought_in && !wanted.is_resume() && wanted != Wanted::Cancel {
                return refused("run_brought_in");
            }
            // To end what came with a restore, nothing of it is begun.
            let ended = kept.brought_in && wanted == Wanted::Cancel;
            let ours = !ended && self.is_ours(&kept);
            let left = kept.clone();
            was_left = kept.brought_in || kept.status != Status::Waiting;
            match self.take_up(kept, ours, round) {
                Ok(()) if self.live.get(&run).is_some_and(|live| live.awaits_look) => {
                    self.adopt(run, round);
                }
                Ok(()) => {}
                Err(NotTaken::Now) => return refused("run_not_read_now"),
                Err(NotTaken::Ever(why)) if wanted == Wanted::Cancel => {
                    give_up(&left, Status::Cancelled, why, round);
                    return Ok(());
                }
                Err(NotTaken::Ever(_)) => return refused("run_not_readable"),
            }
            // To end it trusts nothing: a retry has to ask still.
            if left.brought_in && wanted.is_resume() {
                let written = round.written.entry(run).or_default();
                written.add(RunWrite::TakenOver);
            }
        }
        // It stands in the log before what comes of it, and what follows may already read an output.
        let written = round.written.entry(run).or_default();
        let before = written.len();
        if let Wanted::ResumeWith { level, message } = &wanted {
            written.add(RunWrite::Say {
                level: *level,
                task: None,
                said: Said::Message(message.clone()),
            });
        }
        let left = written.len();
        let (task, message) = wanted.told(&request.actor);
        written.add(RunWrite::Say {
            level: Level::Info,
            task,
            said: Said::Message(message),
        });
        let event = match wanted {
            Wanted::Cancel => Event::Cancel,
            Wanted::Pause => Event::Pause,
            Wanted::Resume | Wanted::ResumeWith { .. } => {
                let paused = |live: &Live| live.state.head.paused;
                // To be taken up was what was wanted, unless somebody had paused it.
                let fresh = marked || !in_hand;
                if fresh && !self.live.get(&run).is_some_and(paused) {
                    // What waits for a person does so still.
                    if !was_left {
                        written.take_back(left);
                    }
                    return Ok(());
                }
                Event::Resume
            }
            Wanted::Answer {
                task,
                decision,
                output,
            } => {
                if let Some(output) = output {
                    written.add(RunWrite::Output(task.clone(), output));
                }
                Event::Answered { task, decision }
            }
        };
        let goes_on = event == Event::Resume;
        let told = self.tell(run, event, round);
        if goes_on && told.is_ok() {
            self.adopt_children(run, round);
        }
        if let Err(refused) = &told {
            // With what it goes on is true of one that does already.
            let goes_on_already = goes_on && refused.0.code == "run_is_not_paused";
            let written = round.written.entry(run).or_default();
            written.take_back(if goes_on_already { left } else { before });
        } else if self.live.get(&run).is_some_and(|live| live.ours) {
            // Its folder was not touched while it was held.
            self.begin(run, round);
        }
        told
    }

    /// Tells a run what happened and follows what comes of it.
    pub(crate) fn tell(
        &mut self,
        run: RunId,
        event: Event,
        round: &mut Round,
    ) -> Result<(), Refused> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let Some(live) = self.live.get_mut(&run) else {
                return Ok(());
            };
            let effects = step(
                &live.definition,
                &mut live.state,
                &event,
                self.now,
                live.seed,
            )?;
            for effect in effects {
                events.extend(self.follow(run, effect, round));
            }
        }
        Ok(())
    }

    /// Follows one effect; a condition's answer is an event.
    fn follow(&mut self, run: RunId, effect: Effect, round: &mut Round) -> Option<Event> {
        let live = self.live.get_mut(&run)?;
        let written = round.written.entry(run).or_default();
        match effect {
            Effect::Evaluate {
                task,
                round: number,
            } => {
                let secrets = self.place.connections.secrets().map(AsRef::as_ref);
                let secrets = Revealing::at_once(secrets);
                let result = evaluation(&self.place.store, secrets, live, &task, &written.fresh);
                return Some(Event::Evaluated {
                    task,
                    round: number,
                    result,
                });
            }
            Effect::Queue(attempt) if live.ours => {
                let task = attempt.task.clone();
                if let Some(message) = self.enqueue(run, attempt) {
                    written.add(RunWrite::Say {
                        level: Level::Warning,
                        task: Some(task),
                        said: Said::Message(message),
                    });
                }
            }
            Effect::Ask {
                task,
                attempt,
                question,
                again: false,
            } => written.add(RunWrite::Asks {
                task,
                attempt,
                question,
            }),
            Effect::Queue(_) | Effect::Ask { .. } => {}
            Effect::Withdraw { task, .. } => self.withdraw(run, &task),
            Effect::Execute { task, attempt, key } => {
                return self.begin_attempt(run, (task, attempt), key, round);
            }
            Effect::Stop {
                task,
                attempt,
                hard,
            } => round.acts.push(Act::Stop {
                run,
                task,
                attempt,
                hard,
            }),
            Effect::SetTimer { at, timer } => {
                if live.ours {
                    round.acts.push(Act::SetTimer { run, at, timer });
                }
            }
            Effect::Attempt {
                task,
                attempt: number,
                status,
                error,
            } => {
                if live.ours && status != Status::Running {
                    let task = task.clone();
                    round.acts.push(Act::ForgetTimers { run, task });
                }
                if live.ours && live.session.is_some() && status.is_final() {
                    let occasion = Occasion::Step(task.clone());
                    round.acts.push(Act::Look { run, occasion });
                }
                written.add(RunWrite::Attempt {
                    task,
                    number,
                    status,
                    error,
                });
            }
            Effect::Task { task, .. } => written.task_changed(task),
            Effect::Run { status } => {
                written.head_changed();
                if live.parent.is_some() {
                    round.acts.push(if status.is_final() {
                        Act::ChildEnded(run)
                    } else {
                        Act::ChildMoved(run)
                    });
                }
            }
            Effect::Message {
                level,
                task,
                message,
            } => written.add(RunWrite::Say {
                level,
                task,
                said: Said::Message(message),
            }),
        }
        None
    }

    /// Has an attempt carried out: at once, where it touches nothing outside.
    fn begin_attempt(
        &mut self,
        run: RunId,
        (task, attempt): (TaskId, u32),
        key: String,
        round: &mut Round,
    ) -> Option<Event> {
        let written = round.written.entry(run).or_default();
        round.begun += 1;
        if let Some(came) = self.at_once(run, &task, &written.fresh) {
            self.locked.note(run, &came.result);
            self.queue.release(run, &task);
            return Some(written.came(task, attempt, came));
        }
        round.given += 1;
        round.acts.push(Act::Execute {
            run,
            task,
            attempt,
            key,
        });
        None
    }

    /// Puts an attempt into the queue; what to say when nobody could ever take it out.
    fn enqueue(&mut self, run: RunId, attempt: QueuedAttempt) -> Option<Message> {
        let QueuedAttempt {
            task,
            attempt,
            priority,
            capabilities,
        } = attempt;
        // What it took up before is no reason to go elsewhere now.
        self.live.get_mut(&run)?.chosen.remove(&task);
        let chosen = self.choose(run, &task);
        let live = self.live.get_mut(&run)?;
        let mut capabilities: BTreeSet<String> = capabilities.into_iter().collect();
        if let Some(Ok(chosen)) = chosen {
            capabilities.insert(chosen.source.kind().to_owned());
            let share = self.loads.take(chosen.source.name());
            live.chosen.insert(task.clone(), (chosen, share));
        }
        let since = live.queued_since.remove(&task);
        let served = capabilities.is_empty() || self.queue.has_agent_for(&capabilities);
        let nobody = (!served && !was_told(&self.place.store, live.row, &task)).then(|| {
            let needed: Vec<_> = capabilities.iter().map(String::as_str).collect();
            let message = Message::new(NO_AGENT).with("task", &task);
            message.with("needed", needed.join(", "))
        });
        self.queue.push(Waiting {
            run,
            attempt,
            workflow: Arc::clone(&live.workflow),
            priority,
            capabilities,
            since: since.map_or(self.now, Moment),
            task,
        });
        nobody
    }

    /// Takes an attempt out of the queue, with what it took up of its source.
    fn withdraw(&mut self, run: RunId, task: &TaskId) {
        self.queue.withdraw(run, task);
        if let Some(live) = self.live.get_mut(&run) {
            live.chosen.remove(task);
        }
    }

    /// The source a task uses; nothing where it needs none.
    fn choose(&self, run: RunId, task: &TaskId) -> Option<Result<Chosen, ActionError>> {
        let live = self.live.get(&run)?;
        let task = live.definition.task(task)?;
        if !task.needs_source() {
            return None;
        }
        let load = |name: &str| self.loads.of(name);
        let wanted = route::Wanted {
            routing: &task.routing,
            action: task.action,
            workflow: &live.workflow,
            context: &live.context,
        };
        Some(self.place.connections.now().choose(&wanted, load))
    }

    /// Gives an attempt to a worker.
    pub(crate) fn execute(&mut self, run: RunId, task: TaskId, attempt: u32, key: String) {
        let known = self
            .live
            .get_mut(&run)
            .and_then(|live| live.chosen.remove(&task));
        let (source, load) = match known {
            Some((chosen, share)) => (Some(Ok(chosen)), Some(share)),
            None => (self.choose(run, &task), None),
        };
        let Some(live) = self.live.get(&run) else {
            return;
        };
        let (stopper, stop) = Stopper::new();
        let load = source.as_ref().and_then(|chosen| {
            let name = chosen.as_ref().ok()?.source.name();
            self.place.connections.used(name);
            Some(load.unwrap_or_else(|| self.loads.take(name)))
        });
        let of = live.definition.task(&task);
        let under_way = UnderWay {
            stopper,
            load,
            writes: of.is_some_and(|task| task.action.writes(&task.params)),
        };
        let found = of.map(|task| whereabouts([&task.params], &live.definition, &live.state));
        let job = Job {
            run,
            row: live.row,
            depth: live.depth,
            task: task.clone(),
            attempt,
            key,
            definition: Arc::clone(&live.definition),
            context: Arc::clone(&live.context),
            whereabouts: found.unwrap_or_default(),
            folder: live.folder.clone(),
            is_configured: live.session.is_some(),
            source,
            others: of.filter(|task| task.routing.allow_fallback).map(|of| {
                Arc::new(Others {
                    workflow: Arc::clone(&live.workflow),
                    able: self.queue.abilities_for(run, &of.id).cloned(),
                    load: self.loads.all(),
                })
            }),
            stop,
        };
        self.under_way.insert((run, task, attempt), under_way);
        self.hold_sleep_off();
        self.runtime.spawn(work(Arc::clone(&self.place), job));
    }

    /// Asks an attempt to stop, or cancels the child run it waits for.
    pub(crate) fn stop(&mut self, run: RunId, task: TaskId, attempt: u32, hard: bool) {
        let key = (run, task, attempt);
        if let Some(under_way) = self.under_way.get(&key) {
            if hard {
                under_way.stopper.hard();
            } else {
                under_way.stopper.soft();
            }
            return;
        }
        let Some(live) = self.live.get(&run) else {
            return;
        };
        match self.place.store.child_run(live.row, &key.1, attempt) {
            Ok(Some((row, child, status))) if !status.is_final() => {
                // One that came with a restore is in nobody's hand: it is only ended.
                if !self.live.contains_key(&child)
                    && let Some(kept) = self.kept(row)
                {
                    let taken = self.take_in_hand(kept, false, &mut Round::default());
                    if taken.is_err() {
                        return;
                    }
                }
                self.pending.push_back(Pending::Event(child, Event::Cancel));
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a child run cannot be found"),
        }
    }
}

/// Whether the condition of a task holds.
fn evaluation(
    store: &flowkeep_store::Store,
    secrets: Revealing<'_>,
    live: &Live,
    task: &TaskId,
    fresh: &std::collections::BTreeMap<TaskId, String>,
) -> Evaluation {
    let condition_of = live.definition.task(task).map(|task| &task.condition);
    let Some(Condition::When(text)) = condition_of else {
        return Evaluation::Holds(true);
    };
    let text_value = Value::String(text.clone());
    let found: Whereabouts = whereabouts([&text_value], &live.definition, &live.state);
    let values = Values {
        store,
        row: live.row,
        context: &live.context,
        whereabouts: &found,
        fresh: Some(fresh),
        secrets,
        fault: RefCell::new(None),
    };
    let result = condition(text, &values);
    if let Some(error) = values.fault.into_inner() {
        let message = Message::new("database_not_read").with("reason", error);
        return Evaluation::Failed(message);
    }
    match result.map_err(|fault| fault.inside("condition")) {
        Ok(holds) => Evaluation::Holds(holds),
        Err(Fault::Wrong(message)) => Evaluation::Failed(message),
        Err(Fault::SecretLocked(secret)) => {
            Evaluation::Failed(Message::new("run_secret_locked").with("secret", secret))
        }
    }
}

/// The warning that nobody could ever carry an attempt out.
const NO_AGENT: &str = "run_no_agent";

/// Whether a run says of a task already that there is nobody for it: it waits on after each pause
/// and each start of an engine.
fn was_told(store: &Store, row: i64, task: &TaskId) -> bool {
    let warnings = store.messages(row, 0, Some("warning"), u32::MAX);
    warnings.is_ok_and(|lines| {
        lines.iter().any(|line| match &line.said {
            Said::Message(said) => {
                said.code == NO_AGENT && said.fields.get("task") == Some(&task.0)
            }
            Said::Line(_) => false,
        })
    })
}
