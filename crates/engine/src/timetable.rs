//! Looks at the clock for the workflows that start by it, at what happened for those that
//! listen, and into folders for those that watch them. At work beside the rounds, in the one process that owns the engine and carries out all runs.
//!
//! A time that is due and its run are one transaction ([`Tx::look_at_schedule`]): it is neither
//! started twice nor lost, wherever this ends. A commit that fails is tried again at the next look.
//!
//! A wall clock that jumps, while the machine did not sleep, pauses all schedules: somebody is to
//! say whether the times that it leapt over, or comes to again, are meant.
//!
//! Absent on purpose: which times these are (`core::schedule`), and carrying the runs out
//! ([`crate::rounds`]).

mod arrivals;
mod origin;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::run::{Moment, Start};
use flowkeep_core::schedule::Schedule;
use flowkeep_core::trigger::Trigger;
use flowkeep_host::{Clock, local_zone};
use flowkeep_store::{
    EventRecord, NewOperation, Paused, ScheduleLook, ScheduleRecord, Store, StoreError, Tx, Watch,
};

use crate::begin::Beginning;
use crate::engine::Happened;
use crate::round::NotKept;
use crate::sources::Connections;
use crate::starting::{Emitted, actor, listening, unasked};
use crate::steady::JUMP_MS;

/// The clock is looked at so often: who sets it is noticed by then.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What happened while nobody could start anything is not started later than this: it is only said.
const LATEST_MS: i64 = 3_600_000;

/// At work until it is dropped.
pub(crate) struct AtWork {
    leave: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl AtWork {
    /// Begins with it; `report` hears of runs that were started.
    ///
    /// # Errors
    /// What the system says to a new thread.
    pub(crate) fn start(
        mut timetable: Timetable,
        report: Sender<Happened>,
    ) -> Result<Self, StoreError> {
        let (leave, left) = channel();
        let thread = std::thread::Builder::new()
            .name("timetable".to_owned())
            .spawn(move || timetable.go(&left, &report))?;
        Ok(Self {
            leave: Some(leave),
            thread: Some(thread),
        })
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.leave = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the timetable ended in a panic");
        }
    }
}

/// A schedule that goes on.
struct Entry {
    kept: ScheduleRecord,
    schedule: Schedule,
    /// Its first time that is not done.
    next: Moment,
}

pub(crate) struct Timetable {
    store: Arc<Store>,
    connections: Arc<Connections>,
    clock: Arc<dyn Clock>,
    epoch: i64,
    watch: Watch,
    entries: Vec<Entry>,
    /// The folders that are watched.
    folders: Vec<arrivals::Folder>,
    /// Whether the entries are those of the database.
    is_read: bool,
    /// The wall clock and how long the machine had been on at the last look.
    last: Option<(i64, Duration)>,
    /// By how much the clock jumped, until that is written.
    jumped: Option<i64>,
}

/// What a look came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    /// How many runs were started.
    pub(crate) started: usize,
    /// The next time that is due.
    pub(crate) next: Option<Moment>,
}

impl Timetable {
    pub(crate) fn new(
        store: Arc<Store>,
        connections: Arc<Connections>,
        clock: Arc<dyn Clock>,
        epoch: i64,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            watch: store.watch()?,
            store,
            connections,
            clock,
            epoch,
            entries: Vec::new(),
            folders: Vec::new(),
            is_read: false,
            last: None,
            jumped: None,
        })
    }

    /// Goes on until it is left, or the engine has another owner.
    fn go(&mut self, left: &Receiver<()>, report: &Sender<Happened>) {
        loop {
            let mut patience = LOOK_EVERY;
            match catch_unwind(AssertUnwindSafe(|| self.look())) {
                Ok(Ok(looked)) => {
                    if looked.started > 0 {
                        // An engine that has ended starts nothing.
                        let _ = report.send(Happened::Woken);
                    }
                    if let Some(next) = looked.next {
                        let wait = next.0.saturating_sub(self.clock.now().0);
                        let wait = u64::try_from(wait).unwrap_or_default();
                        patience = patience.min(Duration::from_millis(wait));
                    }
                }
                Ok(Err(NotKept::Lost)) => return,
                Ok(Err(NotKept::Store(error))) => {
                    self.is_read = false;
                    tracing::warn!(%error, "schedules cannot be carried out; it is tried again");
                }
                Err(_) => {
                    self.is_read = false;
                    tracing::error!("a look at the schedules ended in a panic");
                }
            }
            match left.recv_timeout(patience) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Starts what is due now and what listens to something that happened.
    pub(crate) fn look(&mut self) -> Result<Looked, NotKept> {
        let now = Moment(self.clock.now().0);
        self.look_for_jump(now);
        let mut looked = Looked::default();
        if self.watch.changed()? || !self.is_read {
            self.is_read = false;
            self.read(now)?;
            looked.started += self.start_listeners(now)?;
        }
        if let Some(jumped) = self.jumped {
            self.hold(jumped)?;
            self.jumped = None;
            self.entries.clear();
        }
        looked.started += self.start_arrivals()?;
        let due: Vec<usize> = (0..self.entries.len())
            .filter(|at| self.entries[*at].next <= now)
            .collect();
        let mut failed = None;
        for at in due {
            match self.start(at, now) {
                Ok(started) => looked.started += started,
                Err(NotKept::Lost) => return Err(NotKept::Lost),
                // It keeps none of the others from starting, and is tried again.
                Err(NotKept::Store(error)) => {
                    // A full disk, or another one's lock, is no matter of this schedule.
                    if matches!(
                        error,
                        StoreError::Damaged(_) | StoreError::TextDamaged { .. }
                    ) {
                        self.tell_trouble(at);
                    }
                    failed = Some(error);
                }
            }
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        looked.next = self.entries.iter().map(|entry| entry.next).min();
        Ok(looked)
    }

    fn look_for_jump(&mut self, now: Moment) {
        let Some(on) = self.clock.since_boot() else {
            return;
        };
        if let Some((wall, before)) = self.last.replace((now.0, on)) {
            let passed = i64::try_from(on.saturating_sub(before).as_millis()).unwrap_or(i64::MAX);
            let jumped = now.0.saturating_sub(wall).saturating_sub(passed);
            if jumped.abs() > JUMP_MS {
                self.jumped = Some(jumped);
            }
        }
    }

    fn read(&mut self, now: Moment) -> Result<(), StoreError> {
        let here = local_zone();
        self.entries.clear();
        let mut watching = Vec::new();
        for kept in self.store.schedules()? {
            if kept.paused.is_some() {
                continue;
            }
            let times = match &kept.trigger {
                Trigger::Schedule(times) => times,
                Trigger::Event(_) => continue,
                Trigger::Watch(_) => {
                    watching.push(kept);
                    continue;
                }
            };
            let ahead = kept.looked_at.0.saturating_sub(now.0);
            if ahead > JUMP_MS {
                // It was set back while nobody looked.
                self.jumped.get_or_insert(-ahead);
            }
            // One that cannot be read says so where it is shown; a day that never comes is no entry.
            if let Ok(schedule) = Schedule::read(times, &here)
                && let Some(next) = schedule.next(kept.looked_at)
            {
                self.entries.push(Entry {
                    kept,
                    schedule,
                    next,
                });
            }
        }
        self.watch_folders(watching)?;
        self.is_read = true;
        Ok(())
    }

    /// Starts a run for each time of a schedule that is due; answers how many.
    fn start(&mut self, at: usize, now: Moment) -> Result<usize, NotKept> {
        let entry = &self.entries[at];
        let due = entry.schedule.due(entry.kept.looked_at, now);
        let beginning = Beginning {
            workflow: entry.kept.workflow_id.clone(),
            context: "{}".to_owned(),
            start: Start::default(),
            actor: actor(&self.store)?,
            face: "schedule".to_owned(),
            repeats: None,
            folder: None,
        };
        let mut look = ScheduleLook {
            missed: count(due.left_out),
            last_missed: due.last_missed.filter(|_| due.left_out > 0),
            ..ScheduleLook::default()
        };
        if let Some(last) = due.start.last() {
            let connected = self.connections.renew(&self.store)?;
            match unasked(&self.store, &connected, &beginning)? {
                Ok(new) => {
                    let runs = due.start.iter().map(|time| {
                        let mut run = new.clone();
                        run.start.due = Some(*time);
                        run
                    });
                    look.start = runs.collect();
                }
                Err(why) => {
                    look.missed = look.missed.saturating_add(count(due.start.len()));
                    look.last_missed = Some(*last);
                    look.trouble = Some(why);
                }
            }
        }
        let kept = entry.kept.clone();
        let actor = beginning.actor;
        // What was written is read again, and what somebody has changed meanwhile as well.
        self.is_read = false;
        self.entries[at].next = Moment(i64::MAX);
        self.write(move |tx| {
            let started = tx.look_at_schedule(&kept, now, &look)?.len();
            // Said once, not at each of its times.
            if look.missed > 0 && kept.missed == 0 {
                tell(tx, &actor, "schedule_missed", Some(&kept.name))?;
            }
            Ok(started)
        })
    }

    /// Says that a schedule cannot be carried out, where it is shown.
    fn tell_trouble(&self, at: usize) {
        let workflow = self.entries[at].kept.workflow_id.clone();
        let why = Message::new("schedule_unreadable");
        if let Err(NotKept::Store(error)) =
            self.write(move |tx| tx.schedule_trouble(&workflow, &why))
        {
            tracing::warn!(%error, "why a schedule does not start cannot be said");
        }
    }

    /// Starts what listens to something that happened; answers how many runs. An event that cannot be
    /// carried out stays for the next look and keeps nothing else from starting.
    fn start_listeners(&mut self, now: Moment) -> Result<usize, NotKept> {
        let mut started = 0;
        for event in self.store.events()? {
            match self.start_listeners_of(event, now) {
                Ok(many) => started += many,
                Err(NotKept::Lost) => return Err(NotKept::Lost),
                Err(NotKept::Store(error)) => {
                    tracing::warn!(%error, "an event cannot be carried out; it is tried again");
                    self.is_read = false;
                }
            }
        }
        Ok(started)
    }

    fn start_listeners_of(&self, event: EventRecord, now: Moment) -> Result<usize, NotKept> {
        let connected = self.connections.renew(&self.store)?;
        let is_late = now.0.saturating_sub(event.at.0) > LATEST_MS;
        let emitted = Emitted {
            name: event.name,
            context: event.context,
            chain: event.chain,
        };
        let mut found = listening(&self.store, &connected, &emitted)?;
        if is_late {
            let why = Message::new("event_too_late").with("event", &emitted.name);
            let late = found.start.drain(..).filter_map(|new| new.workflow_id);
            found.refused.extend(late.map(|id| (id, why.clone())));
        }
        let number = event.event;
        self.write(move |tx| {
            if !tx.take_event(number)? {
                return Ok(0);
            }
            for (workflow, why) in &found.refused {
                tx.event_missed(workflow, event.at, why)?;
            }
            Ok(tx.start_listeners(&found.start)?.started.len())
        })
    }

    /// Pauses all schedules because the clock has jumped.
    fn hold(&self, jumped: i64) -> Result<(), NotKept> {
        let actor = actor(&self.store)?;
        self.write(move |tx| {
            if tx.pause_schedules(None, Paused::Clock(jumped))? > 0 {
                tell(tx, &actor, "schedules_held", None)?;
            }
            Ok(())
        })
    }

    fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, NotKept> {
        let epoch = self.epoch;
        self.store.write(move |tx| {
            if tx.owns(epoch)? {
                Ok(body(tx)?)
            } else {
                Err(NotKept::Lost)
            }
        })
    }
}

/// Says in Activity what became of a schedule by itself.
fn tell(tx: &Tx<'_>, actor: &str, operation: &str, name: Option<&str>) -> Result<(), StoreError> {
    let id = tx.next_operation_id()?;
    tx.record_operation(
        id,
        &NewOperation {
            actor,
            face: "schedule",
            operation,
            name,
            undoes: None,
            items: &[],
        },
    )
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
