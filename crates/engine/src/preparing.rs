//! Before anything of a run is opened, its task folder is made ready: what lies there goes into an
//! archive (requirement 003).
//!
//! The engine does not know how. It asks a [`Preparing`], on a thread of its own for each run, and hears
//! in a later round what came of it. Until then the run is queued, and nothing of it has begun. A crash
//! leaves it so: whoever takes it up next asks again, and is told of what was archived before.
//!
//! Absent on purpose: files, folders, and what is kept of them (`files::folders`, put together in `api`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use flowkeep_core::folder::Policy;
use flowkeep_core::run::{Archive, Event, Level, Moment};
use flowkeep_core::{FolderId, Message, RunId};
use flowkeep_host::{Cancellation, Progress, path_text};
use flowkeep_store::{RunWrite, Said};

use crate::configuring::Occasion;
use crate::engine::Happened;
use crate::round::{Act, Round};
use crate::rounds::Rounds;

/// How far it is is told so often.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Makes task folders ready for runs.
pub trait Preparing: Send + Sync {
    /// Makes the folder of a run ready, or says why the run cannot begin. Asked again for the same run,
    /// it archives nothing twice. Once `progress` is cancelled it puts everything back as it was.
    fn prepare(&self, wanted: &Wish, progress: &dyn Progress) -> Prepared;
}

/// Which folder, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The run.
    pub run: RunId,
    /// Its row.
    pub row: i64,
    /// The folder, which is the run's for as long as that has not ended.
    pub folder: FolderId,
    /// Whether all of the run is done anew. What only does a part of it builds on files that are there.
    pub is_complete: bool,
    /// What follows when a file cannot be archived; nothing for the folder's own setting.
    pub on_failure: Option<Policy>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Prepared {
    /// What it came to.
    pub outcome: Outcome,
    /// What was archived, for this run now or before; nothing where nothing had to be.
    pub archive: Option<Archive>,
    /// What whoever reads the run is told.
    pub told: Vec<(Level, Message)>,
}

/// Whether a run may begin.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It may.
    #[default]
    Ready,
    /// It cannot, and why.
    Hindered(Message),
    /// It was asked to stop: all is as it was.
    Stopped,
}

/// A folder that is being made ready.
pub(crate) struct UnderPreparation {
    /// Which of all that were ever begun: what comes of one that was given up is not waited for.
    turn: u64,
    stop: Cancellation,
}

impl UnderPreparation {
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }
}

impl Rounds {
    /// Lets a run begin: at once, or once its folder is ready. One that somebody holds waits until it
    /// may go on, because files are moved by then.
    pub(crate) fn begin(&mut self, run: RunId, round: &mut Round) {
        if self.unplaced.contains_key(&run) {
            return;
        }
        let Some(live) = self.live.get_mut(&run) else {
            return;
        };
        let Some(start) = &live.start else { return };
        if start.folder.is_none() || !live.state.head.is_unopened() {
            let is_unopened = live.state.head.is_unopened();
            if let Some(start) = live.start.take() {
                // Told twice it changes nothing.
                self.tell_late(run, Event::Started(*start), round);
            }
            if is_unopened && self.is_configured(run) {
                let occasion = Occasion::Begun;
                round.acts.push(Act::Look { run, occasion });
            }
            return;
        }
        let Some(folder) = &live.folder else {
            // A run that began in the same moment holds it.
            let why = Message::new("folder_not_held");
            self.tell_late(run, Event::Hindered { why }, round);
            return;
        };
        if live.state.head.paused || self.preparing.contains_key(&run) {
            return;
        }
        let written = round.written.entry(run).or_default();
        if start.is_complete() {
            written.add(RunWrite::Say {
                level: Level::Info,
                task: None,
                said: Said::Message(
                    Message::new("run_archiving").with("folder", path_text(&folder.path)),
                ),
            });
        }
        // It stands there from now on, so that whoever takes it up does not say once more who started it.
        written.head_changed();
        round.acts.push(Act::Prepare(run));
    }

    /// Has the folder of a run made ready.
    pub(crate) fn prepare(&mut self, run: RunId) {
        let Some(live) = self.live.get(&run) else {
            return;
        };
        let (Some(start), Some(folder)) = (&live.start, &live.folder) else {
            return;
        };
        if self.preparing.contains_key(&run) || self.is_leaving() {
            return;
        }
        let wish = Wish {
            run,
            row: live.row,
            folder: folder.id,
            is_complete: start.is_complete(),
            on_failure: start.on_archive_failure,
        };
        self.turns += 1;
        let follower = Follower {
            run,
            turn: self.turns,
            stop: Cancellation::default(),
            report: self.place.report.clone(),
            since: Moment(self.place.clock.now().0),
            told: Mutex::new(Instant::now()),
        };
        let under_preparation = UnderPreparation {
            turn: follower.turn,
            stop: follower.stop.clone(),
        };
        self.preparing.insert(run, under_preparation);
        self.hold_sleep_off();
        let folders = std::sync::Arc::clone(&self.place.folders);
        self.runtime.spawn_blocking(move || {
            let prepared = catch_unwind(AssertUnwindSafe(|| folders.prepare(&wish, &follower)));
            let prepared = prepared.unwrap_or_else(|_| {
                tracing::error!(run = %wish.run, "a task folder was made ready with a fault of ours");
                Prepared {
                    outcome: Outcome::Hindered(Message::new("attempt_fault")),
                    ..Prepared::default()
                }
            });
            let _ = follower.report.send(Happened::Prepared {
                wish,
                turn: follower.turn,
                prepared,
            });
        });
    }

    /// How far the folder of a run is.
    pub(crate) fn preparation_moved(
        &mut self,
        (run, turn): (RunId, u64),
        archive: Archive,
        round: &mut Round,
    ) {
        let known = self.preparing.get(&run);
        if known.is_some_and(|known| known.turn == turn) && self.live.contains_key(&run) {
            let written = round.written.entry(run).or_default();
            written.add(RunWrite::Archive(Some(Box::new(archive))));
        }
    }

    /// What came of making the folder of a run ready. One that was cancelled meanwhile is told of it all the
    /// same.
    pub(crate) fn prepared(
        &mut self,
        wish: Wish,
        turn: u64,
        prepared: Prepared,
        round: &mut Round,
    ) {
        let run = wish.run;
        if self
            .preparing
            .get(&run)
            .is_none_or(|known| known.turn != turn)
        {
            return;
        }
        self.preparing.remove(&run);
        self.hold_sleep_off();
        let Prepared {
            outcome,
            archive,
            told,
        } = prepared;
        let written = round.written.entry(run).or_default();
        written.row = Some(wish.row);
        written.add(RunWrite::Archive(archive.map(Box::new)));
        for (level, message) in told {
            written.add(RunWrite::Say {
                level,
                task: None,
                said: Said::Message(message),
            });
        }
        let Some(live) = self.live.get_mut(&run) else {
            return;
        };
        let event = match outcome {
            Outcome::Ready => {
                if live.session.is_some() {
                    let occasion = Occasion::Begun;
                    round.acts.push(Act::Look { run, occasion });
                }
                live.start.take().map(|start| Event::Started(*start))
            }
            Outcome::Hindered(why) => Some(Event::Hindered { why }),
            // Whoever owns the engine next asks again.
            Outcome::Stopped => None,
        };
        if let Some(event) = event {
            self.tell_late(run, event, round);
        }
    }
}

/// Tells the rounds how far it is, and it that it is not wanted any more.
struct Follower {
    run: RunId,
    turn: u64,
    stop: Cancellation,
    report: Sender<Happened>,
    since: Moment,
    told: Mutex<Instant>,
}

impl Progress for Follower {
    fn step(&self, _: &'static str, done: u32, total: Option<u32>, _: Option<&str>) {
        // Looking and flushing are steps as well; only files are counted.
        let Some(total) = total else { return };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() < TELL_EVERY {
            return;
        }
        *told = Instant::now();
        let archive = Archive {
            moved: done,
            of: Some(total),
            ..Archive::begun(self.since)
        };
        let _ = self.report.send(Happened::PreparationMoved {
            run: self.run,
            turn: self.turn,
            archive: Box::new(archive),
        });
    }

    fn cancellation(&self) -> &Cancellation {
        &self.stop
    }
}
