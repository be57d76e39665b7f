//! The engine of one data folder: a thread that decides, and a few that carry attempts out.
//!
//! The thread goes in rounds ([`crate::round`]). Whatever happened since the last one is told to
//! `core::run::step`, everything that follows is written in one transaction that carries the
//! owner's epoch, and only then acted on. A commit that fails is tried again and nothing else is
//! done meanwhile, so that nothing is ever acted on that is not written.
//!
//! Absent on purpose: who may be the owner (the lock is the caller's), and what a run means.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use flowkeep_core::RunId;
use flowkeep_core::run::{Archive, Level, TaskId};
use flowkeep_host::{Awake, Clock};
use flowkeep_store::{Said, Store, StoreError};

use crate::actions::HttpClient;
use crate::configuring::{Belonging, Configuring, LookWish, Looked};
use crate::fallback::{self, Behind, Turns};
use crate::preparing::{Prepared, Preparing, Wish};
use crate::rounds::Rounds;
use crate::sources::Connections;
use crate::timetable::{AtWork, Timetable};
use crate::worker::{Came, Workplace};

/// How to begin.
pub struct EngineOptions {
    /// The database.
    pub store: Arc<Store>,
    /// The data folder; runs have folders of their own in it.
    pub data_dir: PathBuf,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Holds the machine's sleep off while a task writes.
    pub awake: Arc<dyn Awake>,
    /// The owner's epoch; an engine whose epoch is no longer the present one ends.
    pub epoch: i64,
    /// Which runs are carried out.
    pub scope: Scope,
    /// What tasks can use.
    pub connections: Arc<Connections>,
    /// Makes task folders ready.
    pub folders: Arc<dyn Preparing>,
    /// Looks after the configuration of runs.
    pub configurations: Arc<dyn Configuring>,
}

/// Which runs an engine carries out. It answers requests about any run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of them: those that are there, and those that come.
    All,
    /// This one and its children.
    Run(RunId),
    /// None: it only decides what people want.
    Nothing,
}

/// The engine, at work until it is dropped. Then attempts are asked to stop, and what is under way
/// is marked `interrupted`.
pub struct Engine {
    report: Sender<Happened>,
    trouble: Trouble,
    took_up: Arc<OnceLock<()>>,
    thread: Option<JoinHandle<()>>,
    /// Starts what is due; whoever carries out a single run starts nothing else.
    timetable: Option<AtWork>,
}

/// Why nothing goes on, while that is so.
pub(crate) type Trouble = Arc<Mutex<Option<StoreError>>>;

/// Something that happened beside the decisions.
#[derive(Debug)]
pub(crate) enum Happened {
    /// There may be something new in the database.
    Woken,
    /// An attempt has come to something.
    Attempted {
        run: RunId,
        task: TaskId,
        attempt: u32,
        came: Came,
    },
    /// An attempt says something.
    Said {
        run: RunId,
        task: TaskId,
        level: Level,
        said: Said,
    },
    /// Another source stands in for the one an attempt was given.
    FellBack {
        run: RunId,
        task: TaskId,
        attempt: u32,
        source: String,
    },
    /// A task folder is so far.
    PreparationMoved {
        run: RunId,
        turn: u64,
        archive: Box<Archive>,
    },
    /// A task folder is ready for its run, or not.
    Prepared {
        wish: Wish,
        turn: u64,
        prepared: Prepared,
    },
    /// It is known of which session a run is.
    Placed { run: RunId, belonging: Belonging },
    /// The configuration of a run was looked at.
    Looked { wish: LookWish, looked: Looked },
    /// These secrets, which tasks wait for, can be read.
    Unlocked(Vec<String>),
    /// The engine is to end.
    Leave,
}

impl Engine {
    /// Takes up the runs of its scope and goes on with them.
    ///
    /// # Errors
    /// What the system says to new threads, and the database to a watcher.
    pub fn start(options: EngineOptions) -> Result<Self, StoreError> {
        let (report, happened) = channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("engine-worker")
            .enable_all()
            .build()?;
        let watch = options.store.watch()?;
        // What another engine opened belongs to its runtime.
        options.connections.close();
        let starts = options.scope == Scope::All;
        runtime.spawn(Arc::clone(&options.connections).watch(
            Arc::clone(&options.store),
            Arc::clone(&options.clock),
            starts,
        ));
        let timetable = starts.then(|| {
            let (store, clock) = (Arc::clone(&options.store), Arc::clone(&options.clock));
            let connections = Arc::clone(&options.connections);
            Timetable::new(store, connections, clock, options.epoch)
        });
        let timetable = timetable.transpose()?;
        let place = Arc::new(Workplace {
            store: options.store,
            data_dir: options.data_dir,
            clock: options.clock,
            awake: options.awake,
            connections: options.connections,
            http: HttpClient::new(),
            folders: options.folders,
            configurations: options.configurations,
            report: report.clone(),
            epoch: options.epoch,
            turns: Turns::default(),
            behind: Behind::default(),
        });
        if options.scope != Scope::Nothing {
            runtime.spawn(fallback::watch(Arc::clone(&place)));
        }
        let trouble = Trouble::default();
        let rounds = Rounds::new(
            place,
            runtime,
            watch,
            options.epoch,
            options.scope,
            Arc::clone(&trouble),
        );
        let took_up = Arc::new(OnceLock::new());
        let tell = Arc::clone(&took_up);
        let fault = Arc::clone(&trouble);
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| rounds.go(&happened, &tell))).is_err() {
                    tracing::error!("the engine ended in a panic");
                    let panicked = Some(StoreError::Panicked);
                    *fault.lock().unwrap_or_else(PoisonError::into_inner) = panicked;
                }
            })?;
        let timetable = timetable.map(|timetable| AtWork::start(timetable, report.clone()));
        Ok(Self {
            timetable: timetable.transpose()?,
            report,
            trouble,
            took_up,
            thread: Some(thread),
        })
    }

    /// Makes it look into the database now instead of at the next moment it would.
    pub fn wake(&self) {
        // One that has ended has nothing to look for.
        let _ = self.report.send(Happened::Woken);
    }

    /// Why nothing goes on at present: the last commit failed. The same for whoever asks, until one
    /// succeeds.
    pub fn trouble(&self) -> Option<StoreError> {
        let trouble = self.trouble.lock();
        let trouble = trouble.unwrap_or_else(PoisonError::into_inner);
        trouble.as_ref().map(StoreError::again)
    }

    /// Whether it has taken up the runs that were there when it began, so that their statuses are what
    /// it means to do with them.
    pub fn has_taken_up(&self) -> bool {
        self.took_up.get().is_some()
    }

    /// Whether it has ended by itself: it is no longer the owner.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.timetable = None;
        let _ = self.report.send(Happened::Leave);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the engine ended in a panic");
        }
    }
}
