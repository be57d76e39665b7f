//! The rounds of the engine: gather what happened, decide, write, act.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_core::run::queue::Queue;
use flowkeep_core::run::{Event, Level, Moment, Status, TaskId, Timer};
use flowkeep_core::{Message, RunId};
use flowkeep_store::{AssignedSource, RunWrite, Said, Tag, Watch};
use tokio::runtime::Runtime;

use crate::actions::Stopper;
use crate::agents::Agents;
use crate::configuring::UnderLook;
use crate::engine::{Happened, Scope, Trouble};
use crate::live::{Definitions, Live};
use crate::load::{Loads, Share};
use crate::locked::Locked;
use crate::preparing::UnderPreparation;
use crate::round::{Act, Commit, NotKept, Round};
use crate::steady::{Steady, Time};
use crate::timers::Timers;
use crate::worker::{Came, Workplace};

/// What changes where other agents or connections are to be taken up.
const OF_AGENTS: [Tag; 3] = [Tag::Connection, Tag::Setting, Tag::All];

/// How often other processes' commits are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// A round takes at most so many events, so that the first does not wait for the last.
const GROUP: usize = 2_000;

/// How long before a commit that failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// How long attempts have when the engine leaves: asked, and then not asked.
const LEAVE_SOFT: Duration = Duration::from_secs(2);
const LEAVE_HARD: Duration = Duration::from_secs(4);

/// An attempt that is under way.
pub(crate) struct UnderWay {
    pub(crate) stopper: Stopper,
    /// Whether a sleep would break it in two.
    pub(crate) writes: bool,
    /// What it takes up of its data source, until it has ended.
    pub(crate) load: Option<Share>,
}

pub(crate) struct Rounds {
    pub(crate) place: Arc<Workplace>,
    pub(crate) runtime: Runtime,
    watch: Watch,
    epoch: i64,
    pub(crate) scope: Scope,
    trouble: Trouble,
    steady: Steady,
    pub(crate) now: Moment,
    /// The same, and how long was worked.
    time: Time,
    pub(crate) queue: Queue,
    /// Who the queue knows of.
    agents: Option<Agents>,
    /// The newest change when they were taken up.
    agents_of: Option<i64>,
    pub(crate) live: BTreeMap<RunId, Live>,
    pub(crate) definitions: Definitions,
    pub(crate) timers: Timers,
    pub(crate) under_way: HashMap<(RunId, TaskId, u32), UnderWay>,
    /// Runs whose task folder is made ready.
    pub(crate) preparing: BTreeMap<RunId, UnderPreparation>,
    /// How many of those there have been.
    pub(crate) turns: u64,
    /// Runs that begin once it is known of which session they are, with who started them.
    pub(crate) unplaced: BTreeMap<RunId, Option<String>>,
    /// Runs whose configuration is looked at.
    pub(crate) looks: BTreeMap<RunId, UnderLook>,
    /// How busy each source is.
    pub(crate) loads: Loads,
    /// Runs that wait for secrets.
    pub(crate) locked: Locked,
    /// What is told in the next round.
    pub(crate) pending: VecDeque<Pending>,
    /// The newest run that was looked at.
    pub(crate) last_row: i64,
    /// Rows of open runs that could not be read when they were met; each look tries them again.
    pub(crate) unread: BTreeSet<i64>,
    /// Rows of the runs that are carried out here, where that is not all of them.
    pub(crate) ours: BTreeSet<i64>,
    pub(crate) requests_seen: i64,
    /// Runs that were put down after a panic; each is taken up again once.
    pub(crate) put_down: BTreeSet<RunId>,
    /// Whether the last round ended before everything that has a place had begun.
    dispatches_more: bool,
    leaving: Option<Instant>,
    lost: bool,
    /// Whether sleep is held off.
    awake: bool,
}

/// Something that follows from the last round.
pub(crate) enum Pending {
    /// Told to a run.
    Event(RunId, Event),
    /// An attempt came to something.
    Came(Happened),
}

impl Rounds {
    pub(crate) fn new(
        place: Arc<Workplace>,
        runtime: Runtime,
        watch: Watch,
        epoch: i64,
        scope: Scope,
        trouble: Trouble,
    ) -> Self {
        let mut steady = Steady::new(Arc::clone(&place.clock));
        let (time, _) = steady.look();
        Self {
            now: time.now,
            time,
            steady,
            place,
            runtime,
            watch,
            epoch,
            scope,
            trouble,
            queue: Queue::new(None),
            agents: None,
            agents_of: None,
            live: BTreeMap::new(),
            definitions: Definitions::default(),
            timers: Timers::default(),
            under_way: HashMap::new(),
            preparing: BTreeMap::new(),
            turns: 0,
            unplaced: BTreeMap::new(),
            looks: BTreeMap::new(),
            loads: Loads::default(),
            locked: Locked::default(),
            pending: VecDeque::new(),
            last_row: 0,
            unread: BTreeSet::new(),
            ours: BTreeSet::new(),
            requests_seen: 0,
            put_down: BTreeSet::new(),
            dispatches_more: false,
            leaving: None,
            lost: false,
            awake: false,
        }
    }

    /// Goes on until the engine is left, or has another owner. `took_up` is set once the runs that
    /// were there are taken up.
    pub(crate) fn go(mut self, happened: &Receiver<Happened>, took_up: &OnceLock<()>) {
        let mut first = Round::default();
        self.recover(&mut first);
        self.dispatch(&mut first);
        self.finish(first, happened);
        while !self.lost && !self.has_left() {
            if took_up.get().is_none() && !self.awaits_looks() {
                // It is set here and nowhere else.
                let _ = took_up.set(());
            }
            let mut gathered = Vec::new();
            match happened.recv_timeout(self.patience()) {
                Ok(one) => gathered.push(one),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            gathered.extend(happened.try_iter().take(GROUP));
            self.turn(gathered, happened);
        }
        let _ = took_up.set(());
        if !self.lost {
            let mut last = Round::default();
            self.mark_interrupted(&mut last);
            self.finish(last, happened);
        }
        self.under_way.clear();
        self.hold_sleep_off();
        // Attempts that do not end are abandoned: their next owner finds them broken off.
        self.runtime.shutdown_background();
    }

    /// One round: what happened is decided, written, acted on.
    fn turn(&mut self, gathered: Vec<Happened>, happened: &Receiver<Happened>) {
        let mut round = Round::default();
        self.look_at_the_clock(&mut round);
        self.gather(gathered, &mut round);
        self.dispatch(&mut round);
        self.finish(round, happened);
    }

    /// Takes up who carries attempts out, and on what, where that may be news; while that cannot be read
    /// it stays as it is.
    pub(crate) fn take_agents(&mut self) {
        let store = &self.place.store;
        let taken = store.changes_since(self.agents_of).and_then(|found| {
            let (newest, tags) = found;
            // Mostly it is the runs that have changed.
            if OF_AGENTS.iter().any(|tag| tags.contains(&tag.to_string())) {
                self.place.connections.renew(store)?;
                let kept = Agents::kept(store)?;
                if self.agents.as_ref() != Some(&kept) {
                    if kept.list.is_empty() {
                        tracing::warn!("there is no agent, or what is kept of them cannot be used");
                    }
                    kept.tell(&mut self.queue, self.agents.as_ref());
                    self.agents = Some(kept);
                }
            }
            Ok(newest)
        });
        match taken {
            Ok(newest) => self.agents_of = Some(newest),
            Err(error) => tracing::warn!(%error, "agents and connections cannot be read"),
        }
    }

    /// How long there is nothing to do by itself.
    fn patience(&self) -> Duration {
        if !self.pending.is_empty() || self.dispatches_more {
            return Duration::ZERO;
        }
        let next = self.timers.next(self.time).unwrap_or(u64::MAX);
        LOOK_EVERY.min(Duration::from_millis(next))
    }

    /// Says on every run that something is carried out of when the clock has jumped: its times do
    /// not tell how long it worked.
    fn look_at_the_clock(&mut self, round: &mut Round) {
        let (time, jumped) = self.steady.look();
        (self.now, self.time) = (time.now, time);
        let Some(jumped) = jumped else { return };
        let code = if jumped > 0 {
            "run_clock_ahead"
        } else {
            "run_clock_back"
        };
        let minutes = jumped.unsigned_abs() / 60_000;
        let runs: BTreeSet<RunId> = self.under_way.keys().map(|(run, ..)| *run).collect();
        for run in runs {
            if self.live.contains_key(&run) {
                let message = Message::new(code).with("minutes", minutes);
                round.written.entry(run).or_default().add(RunWrite::Say {
                    level: Level::Warning,
                    task: None,
                    said: Said::Message(message),
                });
            }
        }
    }

    /// Whether nothing is under way any more after it was asked to leave, or it took too long.
    fn has_left(&mut self) -> bool {
        let Some(since) = self.leaving else {
            return false;
        };
        if since.elapsed() > LEAVE_SOFT {
            for attempt in self.under_way.values() {
                attempt.stopper.hard();
            }
        }
        let idle = self.under_way.is_empty()
            && self.preparing.is_empty()
            && self.looks.is_empty()
            && self.pending.is_empty();
        idle || since.elapsed() > LEAVE_HARD
    }

    fn gather(&mut self, gathered: Vec<Happened>, round: &mut Round) {
        let mut woken = false;
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Event(run, event) => self.tell_late(run, event, round),
                Pending::Came(happened) => self.take(happened, round),
            }
        }
        for happened in gathered {
            match happened {
                Happened::Woken => woken = true,
                Happened::Leave => self.leave(),
                other => self.take(other, round),
            }
        }
        while let Some((run, timer)) = self.timers.take_due(self.time) {
            self.tell_late(run, Event::Due(timer), round);
        }
        match self.watch.changed() {
            Ok(changed) if changed || woken => self.look(round),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the engine cannot look for what is new"),
        }
        self.look_for_secrets(woken);
    }

    fn take(&mut self, happened: Happened, round: &mut Round) {
        match happened {
            Happened::Attempted {
                run,
                task,
                attempt,
                came,
            } => {
                self.queue.release(run, &task);
                self.under_way.remove(&(run, task.clone(), attempt));
                self.hold_sleep_off();
                if !self.is_awaited(run, &task, attempt) {
                    return;
                }
                self.locked.note(run, &came.result);
                let written = round.written.entry(run).or_default();
                let event = written.came(task.clone(), attempt, came);
                self.tell_late(run, event, round);
                if let Some(child) = self.child_of(run, &task, attempt) {
                    // It may have come to a person before its parent was told of it.
                    self.child_moved(child);
                }
            }
            Happened::Said {
                run,
                task,
                level,
                said,
            } => {
                if self.live.contains_key(&run) {
                    let task = Some(task);
                    let said = RunWrite::Say { level, task, said };
                    round.written.entry(run).or_default().add(said);
                }
            }
            Happened::FellBack {
                run,
                task,
                attempt,
                source,
            } => self.fell_back(&(run, task, attempt), &source),
            Happened::PreparationMoved { run, turn, archive } => {
                self.preparation_moved((run, turn), *archive, round);
            }
            Happened::Prepared {
                wish,
                turn,
                prepared,
            } => self.prepared(wish, turn, prepared, round),
            Happened::Placed { run, belonging } => self.placed(run, belonging, round),
            Happened::Looked { wish, looked } => self.looked(wish, looked, round),
            Happened::Unlocked(found) => self.unlocked(found, round),
            Happened::Woken | Happened::Leave => {}
        }
    }

    /// An attempt uses another source than the one it was given.
    fn fell_back(&mut self, attempt: &(RunId, TaskId, u32), source: &str) {
        if let Some(under_way) = self.under_way.get_mut(attempt) {
            under_way.load = Some(self.loads.take(source));
        }
    }

    /// Whether this attempt is the one under way: the output of one that is late is not wanted.
    fn is_awaited(&self, run: RunId, task: &TaskId, attempt: u32) -> bool {
        let Some(live) = self.live.get(&run) else {
            return false;
        };
        let state = live.state.task(&live.definition, task);
        state.is_some_and(|state| state.attempts == attempt && state.status() == Status::Running)
    }

    /// Holds sleep off while an attempt that writes is under way, or files are moved.
    pub(crate) fn hold_sleep_off(&mut self) {
        let writes =
            !self.preparing.is_empty() || self.under_way.values().any(|attempt| attempt.writes);
        if std::mem::replace(&mut self.awake, writes) != writes {
            self.place.awake.want(writes);
        }
    }

    fn leave(&mut self) {
        self.leaving.get_or_insert_with(Instant::now);
        for attempt in self.under_way.values() {
            attempt.stopper.soft();
        }
        for folder in self.preparing.values() {
            folder.stop();
        }
    }

    /// Whether nothing new begins, because the engine is to end.
    pub(crate) const fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Lets attempts begin while there are places for them.
    fn dispatch(&mut self, round: &mut Round) {
        if self.leaving.is_some() {
            return;
        }
        // What is done at once lets others follow in the same round: a round has to end.
        while round.begun < GROUP
            && let Some(chosen) = self.queue.choose()
        {
            let (run, task) = (chosen.waiting.run, chosen.waiting.task);
            let number = chosen.waiting.attempt;
            let (begun, given) = (round.begun, round.given);
            let event = Event::Dispatched {
                task: task.clone(),
                attempt: number,
            };
            self.tell_late(run, event, round);
            if round.begun == begun {
                self.queue.release(run, &task);
                continue;
            }
            if round.given == given {
                continue;
            }
            let source = self.live.get(&run).and_then(|live| live.chosen.get(&task));
            let source = source.map(|(chosen, _)| AssignedSource {
                name: chosen.source.name().to_owned(),
                rule: chosen.rule.clone(),
                passed_over: chosen.passed_over.clone(),
            });
            round
                .written
                .entry(run)
                .or_default()
                .add(RunWrite::Assigned {
                    task,
                    number,
                    agent: chosen.agent,
                    source,
                });
        }
        self.dispatches_more = round.begun >= GROUP;
    }

    /// Writes a round and then acts on it.
    fn finish(&mut self, round: Round, happened: &Receiver<Happened>) {
        let Round { written, acts, .. } = round;
        let commit = Arc::new(Commit::new(self.epoch, self.now, written, &self.live));
        if !commit.is_empty() && !self.commit(&commit, happened) {
            return;
        }
        for act in acts {
            self.act(act);
        }
        self.let_go();
    }

    /// Tries until it is written; says whether it is. Nothing else is done meanwhile.
    fn commit(&mut self, commit: &Arc<Commit>, happened: &Receiver<Happened>) -> bool {
        loop {
            let trial = Arc::clone(commit);
            let error = match self.place.store.write(move |tx| trial.write(tx)) {
                Ok(()) => {
                    self.trouble
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .take();
                    return true;
                }
                Err(NotKept::Lost) => {
                    tracing::error!("another process owns the engine; this one ends");
                    self.lost = true;
                    return false;
                }
                Err(NotKept::Store(error)) => error,
            };
            tracing::error!(%error, "what happened cannot be written; nothing goes on until it is");
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            if self.leaving.is_some() {
                // Whoever owns the engine next finds the runs as they were last written.
                self.lost = true;
                return false;
            }
            match happened.recv_timeout(AGAIN) {
                Ok(Happened::Leave) | Err(RecvTimeoutError::Disconnected) => self.leave(),
                Ok(Happened::Woken) | Err(RecvTimeoutError::Timeout) => {}
                Ok(other) => self.pending.push_back(Pending::Came(other)),
            }
        }
    }

    /// Forgets runs that have ended, and those that were only decided about.
    fn let_go(&mut self) {
        if self.lost {
            return;
        }
        let pending = &self.pending;
        let told = |run: RunId| {
            let told = |pending: &Pending| matches!(pending, Pending::Event(to, _) if *to == run);
            pending.iter().any(told)
        };
        let timers = &mut self.timers;
        self.live.retain(|run, live| {
            let head = &live.state.head;
            let stays = !head.status.is_final() && (live.ours || !head.orphaned || told(*run));
            if !stays {
                timers.forget_run(*run);
            }
            stays
        });
        let live = &self.live;
        self.unplaced.retain(|run, _| live.contains_key(run));
        for (run, folder) in &self.preparing {
            if !self.live.contains_key(run) {
                folder.stop();
            }
        }
    }

    /// What a parked child run's end means for the attempt that started it.
    pub(crate) fn came_late(&mut self, run: RunId, task: TaskId, attempt: u32, came: Came) {
        self.pending.push_back(Pending::Came(Happened::Attempted {
            run,
            task,
            attempt,
            came,
        }));
    }

    /// Tells an event that nobody waits for; one that comes too late changes nothing.
    pub(crate) fn tell_late(&mut self, run: RunId, event: Event, round: &mut Round) {
        if let Err(refused) = self.tell(run, event, round) {
            tracing::debug!(code = refused.0.code, "an event was refused");
        }
    }

    fn set_timer(&mut self, run: RunId, at: Moment, timer: Timer) {
        let attempt = (run, timer.task.clone(), timer.attempt);
        let carried_out = self.under_way.contains_key(&attempt);
        self.timers.set(self.time, run, at, timer, carried_out);
    }

    /// Carries out what was written.
    fn act(&mut self, act: Act) {
        match act {
            Act::Execute {
                run,
                task,
                attempt,
                key,
            } => self.execute(run, task, attempt, key),
            Act::Stop {
                run,
                task,
                attempt,
                hard,
            } => self.stop(run, task, attempt, hard),
            Act::SetTimer { run, at, timer } => self.set_timer(run, at, timer),
            Act::ForgetTimers { run, task } => self.timers.forget(run, &task),
            Act::Prepare(run) => self.prepare(run),
            Act::FindSession(run) => self.find_session(run),
            Act::Look { run, occasion } => self.look_at_configuration(run, occasion),
            Act::ChildEnded(run) => self.child_ended(run),
            Act::ChildMoved(run) => self.child_moved(run),
        }
    }
}
