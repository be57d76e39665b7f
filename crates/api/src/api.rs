//! A data folder, open: what every command body is given.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowkeep_core::{Message, PlanId};
use flowkeep_engine::sources::Connections;
#[cfg(not(test))]
use flowkeep_host::SystemAwake;
use flowkeep_host::{
    Awake, Clock, DataFolder, EntryFiles, FolderOrigin, Keys, Secrets, SecretsFile, SystemClock,
    SystemFiles, Unsafe, private_folder, text_path, unsafe_place,
};
use flowkeep_store::{Follower, Reach, Request, Store, StoreError, StoreOptions};

use tempfile::TempDir;

use crate::apart::{AT_MOST, PATIENCE};
use crate::backup_disks::BackupDisks;
use crate::belonging::Belongings;
use crate::bodies::run_timeline::Told;
use crate::definitions::Definitions;
use crate::engine_seat::{EngineSeat, connections};
use crate::looking::{self, Still};
use crate::outlived::Outlived;
use crate::ownership::{EngineLock, InUse, Owner};
use crate::plans::Plan;
use crate::scratch::{Scratch, clear_leftovers};
use crate::set_aside;
use crate::types::ChosenPlace;
use crate::wording::tongue;
use crate::{AppError, Tongue};

/// Through which face somebody calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The window.
    Desktop,
    /// The command line.
    Cli,
}

impl Face {
    /// The word used in Activity.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Cli => "cli",
        }
    }

    /// The word used in Activity for what a run does that was started through this face.
    pub(crate) fn of_run(face: &str) -> &'static str {
        let faces = [
            Self::Desktop.as_str(),
            Self::Cli.as_str(),
            "schedule",
            "event",
        ];
        let known = faces.into_iter().find(|one| *one == face);
        known.unwrap_or("workflow")
    }
}

/// Knows which place on disk a token stands for.
pub trait Places: Send + Sync {
    /// The path of a token handed out for a dialog's answer or a drop.
    fn resolve(&self, token: &str) -> Option<PathBuf>;
}

/// No tokens: the command line has paths.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPlaces;

impl Places for NoPlaces {
    fn resolve(&self, _: &str) -> Option<PathBuf> {
        None
    }
}

/// How to open a data folder.
#[derive(Clone)]
pub struct OpenOptions {
    /// The folder this start was told; without one, as [`DataFolder`] finds it.
    pub data_dir: Option<PathBuf>,
    /// Through which face.
    pub face: Face,
    /// Knows what tokens stand for.
    pub places: Arc<dyn Places>,
}

/// A data folder, open.
pub struct Api {
    pub(crate) store: Arc<Store>,
    pub(crate) data_dir: PathBuf,
    pub(crate) origin: FolderOrigin,
    pub(crate) face: Face,
    pub(crate) places: Arc<dyn Places>,
    pub(crate) files: Arc<dyn EntryFiles>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) awake: Arc<dyn Awake>,
    pub(crate) scratch: Scratch,
    pub(crate) plans: Mutex<HashMap<PlanId, Arc<Mutex<Plan>>>>,
    pub(crate) seat: EngineSeat,
    pub(crate) disks: BackupDisks,
    /// What tasks can use.
    pub(crate) connections: Arc<Connections>,
    pub(crate) secrets: Arc<dyn Secrets>,
    /// How long a backup that was cancelled may take to end before it is left to itself, and a disk
    /// to say what is on it.
    pub(crate) patience: Duration,
    /// How long a disk may take for what nobody can cancel.
    pub(crate) most: Duration,
    /// The language of whoever is at it, where it is not the window's.
    tongue: Option<Tongue>,
    /// What was found broken off in task folders.
    pub(crate) put_right: Vec<Message>,
    /// Programs of steps that were broken off.
    pub(crate) outlived: Outlived,
    /// The definitions that runs were started with.
    pub(crate) definitions: Definitions,
    /// What was told of the runs that somebody looks at.
    pub(crate) told: Told,
    /// Which runs have a configuration, and what was seen of the folders a moment ago.
    pub(crate) belongings: Arc<Belongings>,
    /// Whether the data is only looked at, because nothing can be written where it is.
    only_reads: bool,
    /// Given back last, when the database is closed. Absent inside an exchange, which has it alone, and
    /// where the data is only looked at.
    _open: Option<InUse>,
    /// The private folder of a process that only looks.
    _own: Option<TempDir>,
}

impl OpenOptions {
    /// The folder these options mean.
    ///
    /// # Errors
    /// `data_folder_missing` where the platform has none and none is told.
    pub fn folder(&self) -> Result<DataFolder, AppError> {
        DataFolder::find(self.data_dir.clone())
            .ok_or_else(|| AppError::new("data_folder_missing").hint("name_data_dir"))
    }
}

impl Api {
    /// Opens a data folder, which is made when missing, unless it is one that was chosen: then its
    /// drive may be missing. One that is there and cannot be written is opened to look at it: nothing is
    /// made in it, and whatever would change something answers `data_only_read`.
    ///
    /// # Errors
    /// `data_folder_missing`, `data_folder_gone`, `data_folder_unwritable`, `data_folder_network`,
    /// `data_folder_synced`, `database_damaged`, `database_newer`, `database_not_ours`,
    /// `database_locked`, `data_in_use` while a damaged database is being exchanged, `no_space`.
    pub fn open(options: OpenOptions) -> Result<Self, AppError> {
        let folder = options.folder()?;
        let opened = Self::open_to_write(&options, folder.clone());
        match opened {
            Err(error) if error.code == "data_folder_unwritable" => {
                match looking::found(&folder.path) {
                    Some(still) => Self::open_to_look(options, folder, still),
                    None => Err(error),
                }
            }
            opened => opened,
        }
    }

    fn open_to_write(options: &OpenOptions, folder: DataFolder) -> Result<Self, AppError> {
        make_folder(&folder)?;
        let (open, engine) = set_aside::enter(&folder.path)?;
        Self::open_database(options.clone(), folder, Some(open), engine)
    }

    fn open_to_look(
        options: OpenOptions,
        folder: DataFolder,
        still: Still,
    ) -> Result<Self, AppError> {
        let own = looking::own_folder()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let looked_at = StoreOptions {
            path: folder.path.join("flowkeep.db"),
            safety: own.path().to_owned(),
            clock: clock.clone(),
        };
        let store = Store::open_to_look(looked_at, still == Still::Medium)
            .map_err(|error| opening(error, &folder.path))?;
        let store = Arc::new(store);
        let secrets = secrets(&folder.path, &clock);
        Ok(Self {
            disks: BackupDisks::new(&store),
            connections: connections(&folder.path, &secrets)?,
            secrets,
            scratch: Scratch::new(own.path().to_owned()),
            store,
            data_dir: folder.path,
            origin: folder.origin,
            face: options.face,
            places: options.places,
            files: Arc::new(SystemFiles),
            clock,
            awake: awake(),
            plans: Mutex::default(),
            seat: EngineSeat::new(None),
            patience: PATIENCE,
            most: AT_MOST,
            tongue: None,
            put_right: Vec::new(),
            outlived: Outlived::default(),
            definitions: Definitions::default(),
            told: Told::default(),
            belongings: Arc::default(),
            only_reads: true,
            _open: None,
            _own: Some(own),
        })
    }

    /// The second half of [`Api::open`]: the folder is there and nobody exchanges its database.
    pub(crate) fn open_database(
        options: OpenOptions,
        folder: DataFolder,
        open: Option<InUse>,
        engine: Option<EngineLock>,
    ) -> Result<Self, AppError> {
        let data_dir = folder.path;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Arc::new(
            Store::open(StoreOptions {
                path: data_dir.join("flowkeep.db"),
                safety: data_dir.join("safety"),
                clock: clock.clone(),
            })
            .map_err(|error| opening(error, &data_dir))?,
        );
        let owner = engine
            .map(|engine| Owner::take(&store, engine, options.face))
            .transpose()?;
        let secrets = secrets(&data_dir, &clock);
        let mut api = Self {
            scratch: Scratch::new(data_dir.clone()),
            disks: BackupDisks::new(&store),
            connections: connections(&data_dir, &secrets)?,
            secrets,
            store,
            data_dir,
            origin: folder.origin,
            face: options.face,
            places: options.places,
            files: Arc::new(SystemFiles),
            clock,
            awake: awake(),
            plans: Mutex::default(),
            seat: EngineSeat::new(owner),
            patience: PATIENCE,
            most: AT_MOST,
            tongue: None,
            put_right: Vec::new(),
            outlived: Outlived::default(),
            definitions: Definitions::default(),
            told: Told::default(),
            belongings: Arc::default(),
            only_reads: false,
            _open: open,
            _own: None,
        };
        for latest in clear_leftovers(&api.data_dir) {
            api.note_interrupted_restore(&latest)?;
        }
        api.put_right = api.recover_folders();
        api.put_right.extend(api.recover_in_place());
        api.recover_snapshots()?;
        api.clear_unfinished_copies()?;
        Ok(api)
    }

    /// Whether the data is only looked at: nothing can be written where it is.
    pub fn only_reads(&self) -> bool {
        self.only_reads
    }

    /// Refuses to begin what would change something where the data is only looked at.
    ///
    /// # Errors
    /// `data_only_read`.
    pub(crate) fn may_write(&self) -> Result<(), AppError> {
        if self.only_reads {
            return Err(AppError::only_read());
        }
        Ok(())
    }

    /// Says what comes with Flowkeep, such as its templates, in this language from now on; else in the
    /// window's.
    pub fn speak(&mut self, tongue: Tongue) {
        self.tongue = Some(tongue);
    }

    pub(crate) fn tongue(&self) -> Tongue {
        self.tongue.unwrap_or_else(|| tongue(&self.store))
    }

    /// Where the data is.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Calls `changed` with the tags of every change from now on, made by this process or any
    /// other, until the answer is dropped; `reach` when the data can no longer be worked with, and
    /// when it can again.
    ///
    /// # Errors
    /// `internal` for a second follower.
    pub fn follow(
        &self,
        changed: impl Fn(Vec<String>) + Send + 'static,
        requested: impl Fn(Request) + Send + 'static,
        reach: impl Fn(Reach) + Send + 'static,
    ) -> Result<Follower, AppError> {
        if !self.only_reads {
            self.store
                .write::<_, StoreError>(|tx| tx.clear_requests("window"))?;
        }
        let store = Arc::downgrade(&self.store);
        let answer = move |requests: Vec<(i64, Request)>| {
            let answered: Vec<i64> = requests.iter().map(|(seq, _)| *seq).collect();
            for (_, request) in requests {
                requested(request);
            }
            if let Some(store) = store.upgrade()
                && let Err(error) =
                    store.write::<_, StoreError>(move |tx| tx.remove_requests(&answered))
            {
                tracing::warn!(%error, "answered requests could not be taken out");
            }
        };
        Ok(self.store.follow("window", changed, answer, reach)?)
    }

    /// Who is at it: the display name, else the account.
    pub(crate) fn actor(&self) -> Result<String, AppError> {
        Ok(flowkeep_engine::actor(&self.store)?)
    }

    /// The path of a place.
    pub(crate) fn path_of(&self, place: &ChosenPlace) -> Result<PathBuf, AppError> {
        match place {
            ChosenPlace::Path(path) => Ok(path.clone()),
            ChosenPlace::Picked(token) => self
                .places
                .resolve(token)
                .ok_or_else(|| AppError::new("place_unknown").hint("pick_again")),
            ChosenPlace::Backup(id) => {
                let known = self.store.known_backup(id)?;
                let known = known.ok_or_else(|| AppError::new("backup_unknown").with("id", id))?;
                Ok(text_path(&known.path))
            }
        }
    }
}

/// The secrets of a data folder. In unit tests no keyring of the person who runs them is asked.
fn secrets(data_dir: &Path, clock: &Arc<dyn Clock>) -> Arc<dyn Secrets> {
    #[cfg(test)]
    let keys = Keys::in_folder(data_dir.with_extension("keys"));
    #[cfg(not(test))]
    let keys = Keys::system();
    Arc::new(SecretsFile::new(data_dir, keys, Arc::clone(clock)))
}

/// What holds the machine's sleep off. Unit tests leave the machine of the person who runs them alone.
fn awake() -> Arc<dyn Awake> {
    #[cfg(test)]
    return Arc::new(());
    #[cfg(not(test))]
    {
        let words = crate::Catalogue::new(crate::Tongue::of_system());
        Arc::new(SystemAwake::new(words.word("awake_because")))
    }
}

/// The data folder may be named but not be there yet; what is above it must be.
pub(crate) fn make_folder(folder: &DataFolder) -> Result<(), AppError> {
    let data_dir = &folder.path;
    if folder.is_gone() {
        return Err(AppError::new("data_folder_gone")
            .with("path", data_dir.display())
            .hint("connect_drive"));
    }
    match unsafe_place(data_dir) {
        Some(Unsafe::Network(kind)) => {
            return Err(AppError::new("data_folder_network")
                .with("path", data_dir.display())
                .with("kind", kind)
                .hint("choose_local_folder"));
        }
        Some(Unsafe::Synced(folder, client)) => {
            return Err(AppError::new("data_folder_synced")
                .with("path", data_dir.display())
                .with("folder", folder.display())
                .with("client", client)
                .hint("choose_local_folder"));
        }
        None => {}
    }
    private_folder(data_dir).map_err(|error| {
        AppError::new("data_folder_unwritable")
            .with("path", data_dir.display())
            .with("detail", error)
            .hint("check_permissions")
    })
}

/// Errors of opening speak of the folder.
fn opening(error: StoreError, data_dir: &Path) -> AppError {
    let path = data_dir.display().to_string();
    match error {
        StoreError::ReadOnly => AppError::new("data_folder_unwritable")
            .with("path", path)
            .hint("check_permissions"),
        StoreError::Io(error) => AppError::new("data_folder_unwritable")
            .with("path", path)
            .with("detail", error)
            .hint("check_permissions"),
        other => AppError::from(other).with("path", path),
    }
}
