//! The configuration of runs that belong to a session: what the engine asks for, done by `files::snapshots`.
//!
//! What is looked at is what the work finds ([`WorksIn`]): the files where they are, or the session's own copy. Work that
//! goes on with a copy of its own waits for nobody when it is taken up: only somebody who means it changes that.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::run::{Level, TaskId};
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{Message, Sha256};
use flowkeep_engine::{Belonging, Configuring, LookWish, Looked, Occasion};
use flowkeep_files::snapshots::manifest::{TreeFile, TreeMissing};
use flowkeep_files::snapshots::overlay::masked_in;
use flowkeep_files::snapshots::restoring::{OVERLAYS, not_as_kept};
use flowkeep_files::snapshots::{Of, TakeError, Taken, Wanted, Workshop, store_dir, take};
use flowkeep_host::{Cancellation, Clock, EntryFiles, Progress, Secrets, path_text};
use flowkeep_store::{ConfigSnapshotRecord, KeptRun, SessionCopy, SessionRecord, Store, WorksWith};

use crate::apart::{AT_MOST, in_time};
use crate::belonging::Belongings;
use crate::bodies::folders::some;
use crate::bodies::session_snapshots::{Looking, WorksIn};
use crate::bodies::{settings, snapshot_keys};
use crate::types::Snapshots;
use crate::{AppError, Face};

/// How long somebody may be clearing the store up before a look is given up; the next one takes what it missed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(50);

/// Looks after the configurations of a data folder's sessions.
pub(crate) struct Configurations {
    pub(crate) store: Arc<Store>,
    pub(crate) files: Arc<dyn EntryFiles>,
    pub(crate) data_dir: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) belongings: Arc<Belongings>,
}

impl Configuring for Configurations {
    fn may_have(&self, run: &KeptRun) -> bool {
        self.belongings.may_have(&self.store, run)
    }

    fn belonging(&self, row: i64) -> Belonging {
        self.belongings
            .find(&self.store, row)
            .unwrap_or_else(|error| {
                let message = Message::new("run_configuration_not_found");
                Belonging {
                    session: None,
                    told: vec![(Level::Warning, message.because(error.into()))],
                }
            })
    }

    fn look(&self, wish: &LookWish) -> Looked {
        let is_taken_up = wish.occasion == Occasion::TakenUp;
        self.try_look(wish).unwrap_or_else(|error| {
            let code = if is_taken_up {
                "run_configuration_not_seen"
            } else {
                "run_configuration_not_kept"
            };
            let message = Message::new(code).because(error.into());
            Looked {
                told: vec![(Level::Warning, message)],
                holds: is_taken_up,
            }
        })
    }

    fn place(&self, row: i64) -> Option<PathBuf> {
        self.try_place(row).unwrap_or_else(|error| {
            tracing::warn!(%error, "where the configuration of a run is cannot be told");
            None
        })
    }
}

impl Configurations {
    fn try_look(&self, wish: &LookWish) -> Result<Looked, AppError> {
        let Some(session) = self.store.session(&wish.session)? else {
            return Ok(Looked::default());
        };
        match &wish.occasion {
            Occasion::TakenUp => self.taken_up(wish, session),
            Occasion::Step(_) => self.kept(wish, session),
            Occasion::Begun => {
                let copy = self.store.session_copy(session.row)?;
                let looked = self.kept(wish, session)?;
                let of_copy = copy.filter(|copy| copy.works_with == WorksWith::Overlay);
                let of_copy = of_copy.map(|copy| self.told_of_copy(&copy)).transpose()?;
                let told = of_copy.flatten().into_iter().chain(looked.told);
                Ok(Looked {
                    told: told.collect(),
                    holds: looked.holds,
                })
            }
        }
    }

    /// That a run goes on with the own copy of its session, and where in that something stands for keys; nothing where
    /// it goes on with the files where they are.
    pub(crate) fn of_own_copy(&self, run: &KeptRun) -> Result<Option<(Level, Message)>, AppError> {
        let session = match &run.session {
            Some(id) => self.store.session(id)?,
            None => None,
        };
        let Some(session) = session else {
            return Ok(None);
        };
        match self.store.session_copy(session.row)? {
            Some(copy) if copy.works_with == WorksWith::Overlay => self.told_of_copy(&copy),
            _ => Ok(None),
        }
    }

    fn told_of_copy(&self, copy: &SessionCopy) -> Result<Option<(Level, Message)>, AppError> {
        let Some(name) = &copy.overlay else {
            return Ok(None);
        };
        let place = self.data_dir.join(OVERLAYS).join(name);
        let masked = masked_in(self.files.as_ref(), &place)?.into_iter();
        let masked: Vec<_> = masked.map(String::from).collect();
        let told = |code| Message::new(code).with("path", path_text(&place));
        Ok(Some(if masked.is_empty() {
            (Level::Info, told("run_configuration_own_copy"))
        } else {
            let message = told("run_configuration_own_copy_masked")
                .with("count", masked.len())
                .with("names", some(masked.iter()));
            (Level::Warning, message)
        }))
    }

    /// What keeps a run from going on without a word about its configuration; nothing where that is as it was.
    pub(crate) fn undecided(&self, run: &KeptRun) -> Option<Message> {
        let wish = LookWish {
            run: run.id,
            row: run.row,
            session: run.session.clone()?,
            occasion: Occasion::TakenUp,
        };
        let looked = self.look(&wish);
        let why = looked.told.into_iter().next().map(|(_, message)| message);
        why.filter(|_| looked.holds)
    }

    /// Whether what a lost owner left may go on by itself.
    fn taken_up(&self, wish: &LookWish, session: SessionRecord) -> Result<Looked, AppError> {
        let works_in = WorksIn::of(&self.store, &self.data_dir, &session)?;
        let Some(WorksIn::Files(root)) = works_in else {
            return Ok(Looked::default());
        };
        if self.is_nothing_kept(wish, &session)? {
            let message = Message::new("run_configuration_kept_too_late");
            return Ok(Looked {
                told: vec![(Level::Warning, message)],
                holds: true,
            });
        }
        let workshop = self.workshop(wish)?;
        let place = root.clone();
        let differ = in_time(AT_MOST, &root, move |step| {
            not_as_kept(&workshop, &session, &place, &Ticks(step)).map_err(AppError::from)
        })?;
        if differ.is_empty() {
            return Ok(Looked::default());
        }
        let names: Vec<String> = differ.into_iter().map(|(path, _)| path.into()).collect();
        let message = Message::new("run_configuration_differs")
            .with("count", names.len())
            .with("names", some(names.iter()));
        Ok(Looked {
            told: vec![(Level::Warning, message)],
            holds: true,
        })
    }

    /// Whether the work of a run had begun before anything of its configuration was kept, so that nobody can say how
    /// that was. A session of a file has its first snapshot before it has a run.
    fn is_nothing_kept(&self, wish: &LookWish, session: &SessionRecord) -> Result<bool, AppError> {
        if !session.begins_with_run() || settings::of(&self.store)?.snapshots == Snapshots::Off {
            return Ok(false);
        }
        let newest = self.store.newest_snapshot_of_the_work(session.row)?;
        Ok(newest.is_none() && !self.store.attempts(wish.row)?.is_empty())
    }

    /// Keeps a configuration where it is not as it was, and says so; where a run begins, also that it is kept.
    fn kept(&self, wish: &LookWish, session: SessionRecord) -> Result<Looked, AppError> {
        let settings = settings::of(&self.store)?;
        let looking = Looking::of_work(&self.store, &self.data_dir, &session, &settings);
        let looking = match looking {
            Ok(looking) => looking,
            // It never named a file.
            Err(error) if error.code == "session_no_config" => return Ok(Looked::default()),
            Err(error) => return Err(error),
        };
        if settings.snapshots == Snapshots::Off {
            let off = Message::new("run_configuration_off");
            let is_begun = wish.occasion == Occasion::Begun;
            return Ok(Looked {
                told: is_begun.then_some((Level::Info, off)).into_iter().collect(),
                holds: false,
            });
        }
        let before = self.store.newest_snapshot_of_the_work(session.row)?;
        let reason = match before {
            Some(_) => SnapshotReason::Changed,
            None => SnapshotReason::Begin,
        };
        let task = match &wish.occasion {
            Occasion::Step(task) => Some(task.clone()),
            Occasion::Begun | Occasion::TakenUp => None,
        };
        let workshop = self.workshop(wish)?;
        let taken = keep_changed(workshop, looking, &session, reason, task)?;
        let now = match taken {
            Some(_) => self.store.newest_snapshot_of_the_work(session.row)?,
            None => before.clone(),
        };
        let mut told = Vec::new();
        if wish.occasion == Occasion::Begun {
            told.push((Level::Info, told_of_begin(&session, now.as_ref())));
            told.extend(now.iter().flat_map(|now| told_of_missing(&session, now)));
        }
        if taken.is_some() {
            let changed = told_of_change(&self.store, before.as_ref(), now.as_ref())?;
            told.extend(changed.map(|message| (Level::Info, message)));
        }
        Ok(Looked { told, holds: false })
    }

    fn try_place(&self, row: i64) -> Result<Option<PathBuf>, AppError> {
        let Some(id) = self.store.run_at(row)?.and_then(|run| run.session) else {
            return Ok(None);
        };
        let Some(session) = self.store.session(&id)? else {
            return Ok(None);
        };
        let works_in = WorksIn::of(&self.store, &self.data_dir, &session)?;
        Ok(works_in.map(WorksIn::into_path))
    }

    /// Activity says that whoever started the run has kept it.
    fn workshop(&self, wish: &LookWish) -> Result<Workshop, AppError> {
        let run = self.store.run_at(wish.row)?;
        let face = run.as_ref().map_or("", |run| run.face.as_str());
        Ok(Workshop {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
            clock: Arc::clone(&self.clock),
            data_dir: self.data_dir.clone(),
            dir: store_dir(&self.store, &self.data_dir)?,
            keys: snapshot_keys::keys(&self.store, &self.secrets)?,
            face: Face::of_run(face),
            actor: run.map(|run| run.actor).unwrap_or_default(),
        })
    }
}

/// What is kept where a run begins, and how much of what it refers to its strategy does not take.
fn told_of_begin(session: &SessionRecord, kept: Option<&ConfigSnapshotRecord>) -> Message {
    let count = kept.map_or(0, |kept| kept.files);
    match kept.map_or(0, left_out) {
        left_out if left_out > 0 && count == 0 => Message::new("run_configuration_left_out")
            .with("left_out", left_out)
            .with("strategy", &session.strategy),
        _ if count == 0 => Message::new("run_configuration_kept_nothing"),
        left_out if left_out > 0 && session.begins_with_run() => {
            Message::new("run_configuration_kept_in_part")
                .with("count", count)
                .with("left_out", left_out)
                .with("strategy", &session.strategy)
        }
        _ => Message::new("run_configuration_kept").with("count", count),
    }
}

/// How many files are referred to that the strategy of a snapshot does not take.
fn left_out(snapshot: &ConfigSnapshotRecord) -> usize {
    found(snapshot).left_out.len()
}

/// What is referred to where a run begins and is not there: what its workflow names, and what a file of its
/// configuration does, which is named behind it.
fn told_of_missing(
    session: &SessionRecord,
    snapshot: &ConfigSnapshotRecord,
) -> Vec<(Level, Message)> {
    let missing = found(snapshot).missing.into_iter();
    let (outside, missing): (Vec<_>, Vec<_>) =
        missing.partition(|missing| missing.reason != "not_found");
    // A session of a file has its workflow in that.
    let by_file = |missing: &TreeMissing| match (&missing.from, &session.config) {
        (Some(from), Some(config)) => from.as_str() != config,
        (from, _) => from.is_some(),
    };
    let (by_files, by_workflow): (Vec<_>, Vec<_>) = missing.into_iter().partition(by_file);
    let in_file = |missing: &TreeMissing| match &missing.from {
        Some(from) => format!("{} ({})", missing.reference, from.as_str()),
        None => missing.reference.clone(),
    };
    let names = by_workflow.iter().map(|missing| missing.reference.clone());
    let (names, in_files) = (names.collect(), by_files.iter().map(in_file).collect());
    let outside = outside.iter().map(in_file).collect();
    let told: [(&'static str, Vec<String>); 3] = [
        ("run_configuration_missing", names),
        ("run_configuration_missing_in", in_files),
        ("run_configuration_outside", outside),
    ];
    let told = told.into_iter().filter(|(_, names)| !names.is_empty());
    let told = told.map(|(code, names)| {
        let message = Message::new(code)
            .with("count", names.len())
            .with("names", some(names.iter()));
        (Level::Warning, message)
    });
    told.collect()
}

/// What a snapshot says of what it was taken from.
fn found(snapshot: &ConfigSnapshotRecord) -> TreeFile {
    serde_json::from_str(&snapshot.found).unwrap_or_default()
}

type Contents = BTreeMap<ConfigPath, Sha256>;

/// What a snapshot holds.
fn contents(store: &Store, snapshot: &ConfigSnapshotRecord) -> Result<Contents, AppError> {
    let entries = store.config_entries(snapshot.tree)?.into_iter();
    Ok(entries.map(|entry| (entry.path, entry.sha256)).collect())
}

/// Which files are not the same in two snapshots; nothing where all are. The same files may be kept in another way.
pub(crate) fn told_of_change(
    store: &Store,
    before: Option<&ConfigSnapshotRecord>,
    now: Option<&ConfigSnapshotRecord>,
) -> Result<Option<Message>, AppError> {
    let (Some(before), Some(now)) = (before, now) else {
        return Ok(None);
    };
    let names = changed(&contents(store, before)?, &contents(store, now)?);
    let message = Message::new("run_configuration_changed")
        .with("count", names.len())
        .with("names", some(names.iter()));
    Ok(Some(message).filter(|_| !names.is_empty()))
}

/// The paths of what is on one side only, or not the same on both.
fn changed(before: &Contents, now: &Contents) -> Vec<String> {
    let paths = before
        .keys()
        .chain(now.keys().filter(|path| !before.contains_key(path)));
    let mut changed: Vec<String> = paths
        .filter(|path| before.get(path) != now.get(path))
        .map(|path| path.clone().into())
        .collect();
    changed.sort();
    changed
}

/// Keeps the configuration of a session where it is not as it was; answers nothing where it is.
pub(crate) fn keep_changed(
    workshop: Workshop,
    looking: Looking,
    session: &SessionRecord,
    reason: SnapshotReason,
    task: Option<TaskId>,
) -> Result<Option<Taken>, AppError> {
    let place = looking.place().to_owned();
    let session = Of::Kept(Box::new(session.clone()));
    in_time(AT_MOST, &place, move |step| {
        let wanted = Wanted {
            wish: looking.wish(),
            session,
            reason,
            task,
            copy_of: looking.copy_of(),
        };
        let mut workshop = workshop;
        let taken = patiently(|| {
            // It may have been moved since.
            workshop.dir = store_dir(&workshop.store, &workshop.data_dir)?;
            take(&workshop, &wanted, &Ticks(step))
        });
        taken.map_err(AppError::from)
    })
}

/// Tries again for a while what cannot be done because somebody clears the store up.
fn patiently<T>(mut work: impl FnMut() -> Result<T, TakeError>) -> Result<T, TakeError> {
    let since = Instant::now();
    loop {
        match work() {
            Err(TakeError::Busy) if since.elapsed() < PATIENCE => std::thread::sleep(AGAIN),
            done => return done,
        }
    }
}

/// Says with each step of the work that it still goes on.
pub(crate) struct Ticks<'a>(pub(crate) &'a (dyn Fn() + Sync));

impl Progress for Ticks<'_> {
    fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
        (self.0)();
    }

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

#[cfg(test)]
mod tests;
