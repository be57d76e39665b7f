//! The configuration that a run works with, looked at while it goes on (requirement 004).
//!
//! The engine does not know how. It asks a [`Configuring`], on a thread of its own, after each step of a run
//! that belongs to a session. The run does not wait for the answer and does not fail by it, but in one place:
//! what a lost owner left goes on by itself only where its configuration is as it was. Else it is held until a
//! person says with which one it goes on.
//!
//! Which session a run belongs to is found out before it begins: those below it and the programs of its first
//! steps are of the same one.
//!
//! Absent on purpose: files, snapshots, and what is kept of them (`files::snapshots`, put together in `api`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::RunId;
use flowkeep_core::run::{Event, Level, TaskId};
use flowkeep_store::{KeptRun, Parent, RunWrite, Said};

use crate::engine::Happened;
use crate::live::Live;
use crate::round::Round;
use crate::rounds::Rounds;

/// Looks after the configuration of runs.
pub trait Configuring: Send + Sync {
    /// Whether a run that is about to begin may have a configuration. Answers at once and asks no disk; where nothing
    /// can be found, nothing is looked for.
    fn may_have(&self, run: &KeptRun) -> bool;

    /// Finds out whether a run that is about to begin has a configuration, which is what its definition refers to. If
    /// so it belongs to a session from now on. Asked again for the same run it makes no other one.
    fn belonging(&self, row: i64) -> Belonging;

    /// Looks whether the configuration of a run is as it was when it was last kept. After a step, what is not is
    /// kept; when a run is taken up nothing is.
    fn look(&self, wish: &LookWish) -> Looked;

    /// Where programs of a run find its configuration; nothing where it has none.
    fn place(&self, row: i64) -> Option<PathBuf>;
}

/// The session of a run that is about to begin.
#[derive(Debug, Default)]
pub struct Belonging {
    /// Its id; absent where the run has no configuration.
    pub session: Option<String>,
    /// What whoever reads the run is told.
    pub told: Vec<(Level, Message)>,
}

/// Of which run, and why now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookWish {
    /// The run.
    pub run: RunId,
    /// Its row.
    pub row: i64,
    /// Its session.
    pub session: String,
    /// Why now.
    pub occasion: Occasion,
}

/// Why a configuration is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// The run begins.
    Begun,
    /// A step of it has ended.
    Step(TaskId),
    /// Its owner was lost, and another one is about to go on with it.
    TakenUp,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Looked {
    /// What whoever reads the run is told.
    pub told: Vec<(Level, Message)>,
    /// Whether a person has to say with which configuration it goes on. Counts where the run is taken up.
    pub holds: bool,
}

/// A look that is under way.
pub(crate) struct UnderLook {
    wish: LookWish,
    /// What came meanwhile: one more look follows.
    next: Option<Occasion>,
}

impl Rounds {
    /// Whether it is found out first of which session a run is that nobody has begun with. Who begins under another
    /// run belongs where that does.
    pub(crate) fn is_to_be_placed(&self, run: &KeptRun) -> bool {
        let is_on_its_own = run.parent.is_none() && run.session.is_none();
        run.head.is_none() && is_on_its_own && self.place.configurations.may_have(run)
    }

    /// Has it found out of which session a run is. It begins once that is known.
    pub(crate) fn find_session(&mut self, run: RunId) {
        let Some(live) = self.live.get(&run).filter(|_| !self.is_leaving()) else {
            return;
        };
        let row = live.row;
        let configurations = Arc::clone(&self.place.configurations);
        let report = self.place.report.clone();
        self.runtime.spawn_blocking(move || {
            let found = catch_unwind(AssertUnwindSafe(|| configurations.belonging(row)));
            let belonging = found.unwrap_or_else(|_| {
                tracing::error!(%run, "the session of a run was looked for with a fault of ours");
                Belonging::default()
            });
            let _ = report.send(Happened::Placed { run, belonging });
        });
    }

    /// A run that waited for it begins, as one of its session.
    pub(crate) fn placed(&mut self, run: RunId, belonging: Belonging, round: &mut Round) {
        let Some(by) = self
            .unplaced
            .get(&run)
            .cloned()
            .filter(|_| !self.is_leaving())
        else {
            return;
        };
        self.unplaced.remove(&run);
        let Some(live) = self.live.get_mut(&run) else {
            return;
        };
        live.session = belonging.session;
        Self::say_who_started(run, by, round);
        let written = round.written.entry(run).or_default();
        for (level, message) in belonging.told {
            written.add(RunWrite::Say {
                level,
                task: None,
                said: Said::Message(message),
            });
        }
        self.begin(run, round);
    }

    /// Whether a run has a configuration that is looked after here.
    pub(crate) fn is_configured(&self, run: RunId) -> bool {
        let live = self.live.get(&run);
        live.is_some_and(|live| live.ours && live.session.is_some())
    }

    /// Whether it is not known yet of what a lost owner left whether it goes on by itself.
    pub(crate) fn awaits_looks(&self) -> bool {
        let awaits = |live: &Live| live.awaits_look && live.parent.is_none();
        self.live.values().any(awaits)
    }

    /// Whether the run above is held, or may be.
    pub(crate) fn is_above_held(&self, parent: &Parent) -> bool {
        let above = self.live.values().find(|live| live.row == parent.run);
        above.is_some_and(|above| above.awaits_look || above.state.head.paused)
    }

    /// Goes on with runs that a run has started and that waited for it.
    pub(crate) fn adopt_children(&mut self, run: RunId, round: &mut Round) {
        let Some(live) = self.live.get(&run) else {
            return;
        };
        if live.state.head.paused {
            return;
        }
        let row = live.row;
        let is_below = |live: &&Live| {
            let parent = live.parent.as_ref();
            live.awaits_look && parent.is_some_and(|parent| parent.run == row)
        };
        let below: Vec<_> = self.live.values().filter(is_below).map(Live::id).collect();
        for child in below {
            self.adopt(child, round);
        }
    }

    /// Whether a look would be idle: no step of a run that is paused, or below one that is, has one. What it would
    /// find changed is what the owner is asked about when the run goes on.
    fn is_idle(&self, run: RunId, occasion: &Occasion) -> bool {
        let is_held = |live: &Live| {
            let above = live.parent.as_ref();
            live.state.head.paused || above.is_some_and(|above| self.is_above_held(above))
        };
        matches!(occasion, Occasion::Step(_)) && self.live.get(&run).is_some_and(is_held)
    }

    /// Has the configuration of a run looked at, unless it has none. One look goes on at a time.
    pub(crate) fn look_at_configuration(&mut self, run: RunId, occasion: Occasion) {
        if self.is_leaving() || self.is_idle(run, &occasion) {
            return;
        }
        if let Some(under_way) = self.looks.get_mut(&run) {
            under_way.next = Some(occasion);
            return;
        }
        let Some(live) = self.live.get(&run).filter(|live| live.ours) else {
            return;
        };
        let Some(session) = live.session.clone() else {
            return;
        };
        let wish = LookWish {
            run,
            row: live.row,
            session,
            occasion,
        };
        self.begin_look(wish);
    }

    fn begin_look(&mut self, wish: LookWish) {
        let under_way = UnderLook {
            wish: wish.clone(),
            next: None,
        };
        self.looks.insert(wish.run, under_way);
        let configurations = Arc::clone(&self.place.configurations);
        let report = self.place.report.clone();
        self.runtime.spawn_blocking(move || {
            let looked = catch_unwind(AssertUnwindSafe(|| configurations.look(&wish)));
            let looked = looked.unwrap_or_else(|_| {
                tracing::error!(run = %wish.run, "a configuration was looked at with a fault of ours");
                Looked::default()
            });
            let _ = report.send(Happened::Looked { wish, looked });
        });
    }

    /// What was seen of the configuration of a run.
    pub(crate) fn looked(&mut self, wish: LookWish, looked: Looked, round: &mut Round) {
        let run = wish.run;
        let under_way = self.looks.remove(&run);
        let awaits = self.live.get(&run).is_some_and(|live| live.awaits_look);
        // Of one that somebody has let go on meanwhile nothing waits for what was seen; one that has ended may
        // have gone with the history.
        let is_told = match wish.occasion {
            Occasion::TakenUp => awaits,
            Occasion::Begun | Occasion::Step(_) => {
                self.live.contains_key(&run) || self.kept(wish.row).is_some()
            }
        };
        let task = match &wish.occasion {
            Occasion::Step(task) => Some(task.clone()),
            Occasion::Begun | Occasion::TakenUp => None,
        };
        for (level, message) in looked.told.into_iter().filter(|_| is_told) {
            let written = round.written.entry(run).or_default();
            written.row = Some(wish.row);
            written.add(RunWrite::Say {
                level,
                task: task.clone(),
                said: Said::Message(message),
            });
        }
        if wish.occasion == Occasion::TakenUp && awaits {
            if looked.holds {
                self.tell_late(run, Event::Pause, round);
            }
            self.adopt(run, round);
        }
        if let Some(UnderLook {
            wish,
            next: Some(occasion),
        }) = under_way
            && !self.is_leaving()
            && !self.is_idle(run, &occasion)
        {
            self.begin_look(LookWish { occasion, ..wish });
        }
    }
}
