//! `session_create`, `session_snapshot`: keeping the configuration of a piece of work. What touches disks is
//! done apart, as in `folders`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::{ConfigPath, Strategy};
use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus, SnapshotReason};
use flowkeep_core::{Format, Message, secret};
use flowkeep_files::configuration::{Begin, Definition, Wish, find};
use flowkeep_files::snapshots::restoring::{OVERLAYS, definition_of_run};
use flowkeep_files::snapshots::{
    Of, SnapshotError, StorePlaceError, TakeError, Taken, Wanted, Workshop, store_dir, take,
};
use flowkeep_host::path_text;
use flowkeep_store::{NewSession, SessionRecord, Store, StoreError, WorksWith};
use ulid::Ulid;

use super::run_changes::{add_run_of, word};
use super::sessions::default_tool_set;
use super::strategies::strategy;
use super::{session_list, session_runs, sessions, settings, snapshot_keys};
use crate::apart::{apart_for, in_time};
use crate::configuring::{keep_changed, told_of_change};
use crate::types::{
    Nothing, Object, SessionCreateInput, SessionCreated, SessionPreviewInput, SessionRef,
    SessionSnapshotTaken, Settings, Snapshots,
};
use crate::{Api, AppError, Progress};

/// Begins a session with a configuration, and keeps that as it is now.
///
/// # Errors
/// As `session_preview`; `snapshot_store_busy`; `session_no_room`, `session_no_room_at_all` where the disk is full; what
/// the disk says.
pub fn create(
    api: &Api,
    input: SessionCreateInput,
    progress: &dyn Progress,
) -> Result<SessionCreated, AppError> {
    let settings = settings::show(api, Nothing {})?;
    let strategy = strategy(&settings, input.strategy.as_deref())?;
    let asked = SessionPreviewInput {
        config: input.config.clone(),
        root: input.root.clone(),
        strategy: input.strategy.clone(),
        kinds: None,
        exclude: None,
    };
    let config = api.path_of(&input.config)?;
    let root = input.root.as_ref().map(|root| api.path_of(root));
    let root = root.transpose()?;
    let looking = Looking {
        begin: Beginning::File { config, root },
        copy_of: None,
        strategy,
        default_tool_set: default_tool_set(&settings),
    };
    let (tree, entry) = looking.found(api)?;
    let new = NewSession {
        id: Ulid::generate().to_string(),
        name: session_runs::name_of(api, &tree, &entry),
        origin: SessionOrigin::Config,
        root: None,
        config: None,
        stated_config: None,
        strategy: looking.strategy.name.clone(),
        run: None,
        status: SessionStatus::Active,
        stated_status: None,
        stated_times: StatedTimes::default(),
        agent: input.agent.map(without_keys).transpose()?,
        state: input.state.map(without_keys).transpose()?,
        source: None,
        ended_at: None,
    };
    let session_id = new.id.clone();
    // Whoever is refused has begun nothing.
    let run = match input.start {
        Some(true) => {
            let word = word(input.trust, input.shown);
            let state = new.state.clone().unwrap_or_else(|| "{}".to_owned());
            let entry = session_runs::Entry::read(api, &tree, &entry)?;
            Some(entry.run(api, state, &word)?)
        }
        _ => None,
    };
    let snapshot = if settings.snapshots == Snapshots::Off {
        without_snapshot(api, (tree, entry), new)?;
        None
    } else {
        let of = Of::New(Box::new(new));
        let taken = taken(api, looking, of, SnapshotReason::Begin, progress)
            .map_err(|error| not_begun(api, asked, error, progress))?;
        let told = taken.map(|taken| session_list::taken(api, &session_id, taken.id));
        told.transpose()?
    };
    let run = run.map(|new| add_run_of(api, new, Some(session_id.clone())));
    let run = run.transpose()?.map(|run| (run.run_id, run.status));
    let (run_id, run_status) = run.unzip();
    Ok(SessionCreated {
        session_id,
        snapshot,
        run_id,
        run_status,
    })
}

/// Where the disk is full: which one that is, how much is needed there at most, and that nothing was begun.
fn not_begun(
    api: &Api,
    asked: SessionPreviewInput,
    error: AppError,
    progress: &dyn Progress,
) -> AppError {
    let (true, Ok(dir)) = (
        error.code == "disk_full",
        store_dir(&api.store, &api.data_dir),
    ) else {
        return error;
    };
    let told = match sessions::preview(api, asked, progress) {
        Ok(found) => AppError::new("session_no_room").with("needed", found.bytes),
        Err(_) => AppError::new("session_no_room_at_all"),
    };
    let told = told.with("path", path_text(&dir));
    told.hint("free_space").hint("move_snapshots")
}

/// Keeps the configuration of a session as it is now, as a new version.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `session_unlinked`, `snapshots_off`; `session_snapshot_nothing` where none
/// of its files is there; as `session_create`.
pub fn snapshot(
    api: &Api,
    input: SessionRef,
    progress: &dyn Progress,
) -> Result<SessionSnapshotTaken, AppError> {
    let settings = settings::show(api, Nothing {})?;
    if settings.snapshots == Snapshots::Off {
        return Err(AppError::new("snapshots_off"));
    }
    let session = session_list::kept(api, &input.id)?;
    if session.config.is_none() && session.stated_config.is_some() {
        let unlinked = AppError::new("session_unlinked").with("session", session.name);
        let unlinked = unlinked.with("session_id", session.id);
        return Err(unlinked.hint("link_session"));
    }
    let looking = Looking::of_work(&api.store, &api.data_dir, &session, &settings)?;
    let place = looking.root().map(path_text).unwrap_or_default();
    let of = Of::Kept(Box::new(session.clone()));
    let taken = taken(api, looking, of, SnapshotReason::Asked, progress).map_err(|error| {
        if error.code != "session_snapshot_nothing" {
            return error;
        }
        error.with("session", &session.name).with("path", place)
    })?;
    let taken = taken.ok_or_else(|| AppError::new("internal"))?;
    Ok(SessionSnapshotTaken {
        snapshot: session_list::taken(api, &input.id, taken.id)?,
        session_id: input.id,
        changed: taken.changed,
    })
}

/// Keeps the configuration of a session that a person lets go on with the files as they are: whoever takes its
/// run up next finds them as they were then. Answers what is not as it was. Where it cannot be kept the run says so at
/// its next step.
pub(super) fn keep_as_it_is(
    api: &Api,
    session: &SessionRecord,
    reason: SnapshotReason,
) -> Option<Message> {
    let kept = || -> Result<Option<Message>, AppError> {
        let settings = settings::of(&api.store)?;
        if settings.snapshots == Snapshots::Off {
            return Ok(None);
        }
        let looking = Looking::of_work(&api.store, &api.data_dir, session, &settings)?;
        let workshop = api.snapshot_workshop()?;
        let before = api.store.newest_snapshot_of_the_work(session.row)?;
        if keep_changed(workshop, looking, session, reason, None)?.is_none() {
            return Ok(None);
        }
        let now = api.store.newest_snapshot_of_the_work(session.row)?;
        told_of_change(&api.store, before.as_ref(), now.as_ref())
    };
    kept().unwrap_or_else(|error| {
        tracing::warn!(%error, session = session.id, "the configuration is not kept as it is");
        None
    })
}

/// What a look begins with.
#[derive(Clone)]
enum Beginning {
    /// A file.
    File {
        config: PathBuf,
        root: Option<PathBuf>,
    },
    /// The definition of a run, which refers to files below a root.
    Definition {
        definition: Definition,
        root: PathBuf,
    },
}

/// Where the work of a session finds its configuration. What is kept of it is what is there.
pub(crate) enum WorksIn {
    /// The files where they are: their root.
    Files(PathBuf),
    /// Its own copy.
    Copy {
        /// Where that is.
        place: PathBuf,
        /// The root it is a copy of, where one is known.
        of: Option<PathBuf>,
    },
}

impl WorksIn {
    /// Nothing where nobody ever named a root, and no copy was made.
    pub(crate) fn of(
        store: &Store,
        data_dir: &Path,
        session: &SessionRecord,
    ) -> Result<Option<Self>, StoreError> {
        let root = store.root_of(session)?.map(|root| root.path);
        let copy = store.session_copy(session.row)?;
        let Some(copy) = copy.filter(|copy| copy.works_with == WorksWith::Overlay) else {
            return Ok(root.map(Self::Files));
        };
        Ok(copy.overlay.map(|name| Self::Copy {
            place: data_dir.join(OVERLAYS).join(name),
            of: root,
        }))
    }

    /// The folder.
    pub(crate) fn into_path(self) -> PathBuf {
        match self {
            Self::Files(path) | Self::Copy { place: path, .. } => path,
        }
    }
}

/// What is looked at.
#[derive(Clone)]
pub(crate) struct Looking {
    begin: Beginning,
    /// The root that its own copy is a copy of, where that is looked at.
    copy_of: Option<PathBuf>,
    strategy: Strategy,
    default_tool_set: String,
}

impl Looking {
    /// The files of a session where they are today, whatever it works with.
    pub(crate) fn of(
        store: &Store,
        session: &SessionRecord,
        settings: &Settings,
    ) -> Result<Self, AppError> {
        let root = store.root_of(session)?.map(|root| root.path);
        Self::below(store, session, settings, root)
    }

    /// What the work of a session finds: the files where they are, or its own copy.
    pub(crate) fn of_work(
        store: &Store,
        data_dir: &Path,
        session: &SessionRecord,
        settings: &Settings,
    ) -> Result<Self, AppError> {
        match WorksIn::of(store, data_dir, session)? {
            Some(WorksIn::Copy {
                place,
                of: Some(root),
            }) => {
                let mut copied = session.clone();
                // A copy begins with what its snapshot did, also where the session was pointed to another file since.
                let origin = store.snapshot_of_copy(session.row)?;
                copied.config = origin.and_then(|from| from.config).or(copied.config);
                let looking = Self::below(store, &copied, settings, Some(place))?;
                Ok(Self {
                    copy_of: Some(root),
                    ..looking
                })
            }
            // What no root is known of is not kept.
            Some(WorksIn::Copy { of: None, .. }) | None => {
                Self::below(store, session, settings, None)
            }
            Some(WorksIn::Files(root)) => Self::below(store, session, settings, Some(root)),
        }
    }

    fn below(
        store: &Store,
        session: &SessionRecord,
        settings: &Settings,
        root: Option<PathBuf>,
    ) -> Result<Self, AppError> {
        let without = || AppError::new("session_no_config").with("session", &session.name);
        let root = root.ok_or_else(without)?;
        if session.begins_with_run() {
            let gone = || AppError::new("session_own_run_gone").with("session", &session.name);
            let definition = definition_of_run(store, session)?.ok_or_else(gone)?;
            let begin = Beginning::Definition { definition, root };
            return Self::with(settings, &session.strategy, begin);
        }
        let config = session.config.as_ref().ok_or_else(without)?;
        let config = root.join(config);
        Self::at(settings, &session.strategy, config, Some(root))
    }

    /// What a session looks at that begins with this file.
    pub(super) fn at(
        settings: &Settings,
        name: &str,
        config: PathBuf,
        root: Option<PathBuf>,
    ) -> Result<Self, AppError> {
        Self::with(settings, name, Beginning::File { config, root })
    }

    fn with(settings: &Settings, name: &str, begin: Beginning) -> Result<Self, AppError> {
        Ok(Self {
            begin,
            copy_of: None,
            strategy: strategy(settings, Some(name))?,
            default_tool_set: default_tool_set(settings),
        })
    }

    pub(crate) fn wish(&self) -> Wish<'_> {
        Wish {
            begin: match &self.begin {
                Beginning::File { config, root } => Begin::File {
                    config,
                    root: root.as_deref(),
                },
                Beginning::Definition { definition, root } => {
                    Begin::Definition { definition, root }
                }
            },
            strategy: &self.strategy,
            default_tool_set: &self.default_tool_set,
        }
    }

    /// The root that its own copy is a copy of, where that is looked at.
    pub(crate) fn copy_of(&self) -> Option<&Path> {
        self.copy_of.as_deref()
    }

    /// The root, where one was named.
    fn root(&self) -> Option<&Path> {
        match &self.begin {
            Beginning::File { root, .. } => root.as_deref(),
            Beginning::Definition { root, .. } => Some(root),
        }
    }

    /// Where the disk is that is asked.
    pub(crate) fn place(&self) -> &Path {
        match &self.begin {
            Beginning::File { config, .. } => config,
            Beginning::Definition { root, .. } => root,
        }
    }

    /// The root of what is looked at, and the file it begins with from there.
    ///
    /// # Errors
    /// As `session_preview`.
    pub(super) fn found(&self, api: &Api) -> Result<(PathBuf, ConfigPath), AppError> {
        let Beginning::File { config, root } = self.begin.clone() else {
            return Err(AppError::new("internal"));
        };
        let place = config.clone();
        in_time(api.most, &place, move |_| {
            find(&config, root.as_deref()).map_err(AppError::from)
        })
    }
}

pub(super) fn taken(
    api: &Api,
    looking: Looking,
    session: Of,
    reason: SnapshotReason,
    progress: &dyn Progress,
) -> Result<Option<Taken>, AppError> {
    let workshop = api.snapshot_workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let wanted = Wanted {
            wish: looking.wish(),
            session,
            reason,
            task: None,
            copy_of: looking.copy_of(),
        };
        Ok(take(&workshop, &wanted, steps))
    };
    let left = || AppError::new("cancelled");
    Ok(apart_for(api.patience, progress, work, left, drop)??)
}

/// The session alone: the operator wants nothing of its files kept.
fn without_snapshot(
    api: &Api,
    (root, config): (PathBuf, ConfigPath),
    mut new: NewSession,
) -> Result<(), AppError> {
    api.store.write::<_, StoreError>(move |tx| {
        new.root = Some(tx.meet_config_root(&root)?);
        new.config = Some(config.to_string());
        tx.add_session(&new)?;
        Ok(())
    })?;
    Ok(())
}

/// As a text, with keys masked.
fn without_keys(object: Object) -> Result<String, AppError> {
    let text = object.into_value().to_json().to_string();
    match secret::masked(Some(Format::Json), text.as_bytes()) {
        Some(masked) => String::from_utf8(masked.bytes)
            .map_err(|error| AppError::new("internal").with("detail", error)),
        None => Ok(text),
    }
}

impl Api {
    /// What snapshots are taken with.
    pub(crate) fn snapshot_workshop(&self) -> Result<Workshop, AppError> {
        Ok(Workshop {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
            clock: Arc::clone(&self.clock),
            data_dir: self.data_dir.clone(),
            dir: store_dir(&self.store, &self.data_dir)?,
            keys: snapshot_keys::keys(&self.store, &self.secrets)?,
            actor: self.actor()?,
            face: self.face().as_str(),
        })
    }
}

impl From<SnapshotError> for AppError {
    fn from(error: SnapshotError) -> Self {
        let at = |code: &str, path: &Path| Self::new(code).with("path", path_text(path));
        match error {
            SnapshotError::Gone(path) => at("snapshot_file_gone", &path),
            SnapshotError::Damaged(path) => at("snapshot_file_damaged", &path),
            SnapshotError::Newer { path, .. } => at("snapshot_file_newer", &path),
            SnapshotError::Locked => Self::from(Message::new("secrets_locked")).retryable(),
            SnapshotError::KeyMissing => Message::new("snapshot_key_missing").into(),
            SnapshotError::Cancelled => Self::new("cancelled"),
            SnapshotError::NotEmpty(path) => at("folder_not_empty", &path),
            // Nothing that is kept is as large.
            SnapshotError::TooLarge { .. } => Self::new("internal").with("detail", error),
            SnapshotError::Io { path, source } => {
                Self::from(flowkeep_files::io_reason(&source)).with("path", path_text(&path))
            }
        }
    }
}

impl From<StorePlaceError> for AppError {
    fn from(error: StorePlaceError) -> Self {
        let at = |code: &str, path: &Path| Self::new(code).with("path", path_text(path));
        match error {
            StorePlaceError::Here(path) => at("snapshot_store_here", &path),
            StorePlaceError::NotLost(path) => at("snapshot_store_there", &path),
            StorePlaceError::Inside { path, other } => {
                at("snapshot_store_inside", &path).with("other", path_text(&other))
            }
        }
    }
}

impl From<TakeError> for AppError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Configuration(error) => error.into(),
            TakeError::Snapshot(error) => error.into(),
            TakeError::Store(error) => error.into(),
            TakeError::Busy => Self::new("snapshot_store_busy").retryable(),
            TakeError::Checking => Self::new("session_scrub_busy").retryable(),
            TakeError::StoreGone(path) => {
                let gone = Self::new("snapshot_store_gone").with("path", path_text(&path));
                gone.hint("store_elsewhere")
            }
            TakeError::StoreForeign { path, owner } => Self::new("snapshot_store_foreign")
                .with("path", path_text(&path))
                .with("other", path_text(&owner))
                .hint("store_of_copy"),
            TakeError::Place(error) => error.into(),
            TakeError::Files(error) => error.into(),
            TakeError::Unknown => Self::new("session_unknown").with("session", ""),
            TakeError::Nothing => Self::new("session_snapshot_nothing").with("session", ""),
            TakeError::Overtaken => Self::new("internal").with("detail", error),
            TakeError::Io { path, source } => {
                Self::from(flowkeep_files::io_reason(&source)).with("path", path_text(&path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use flowkeep_host::testing::FailingFiles;

    use super::*;
    use crate::Silent;
    use crate::testing::open;

    #[test]
    fn a_full_disk_begins_nothing_and_says_how_much_is_needed() {
        let (data, configs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let config = configs.path().join("workflows/orders.yaml");
        fs::create_dir(configs.path().join("workflows")).unwrap();
        fs::write(&config, "name: orders\n").unwrap();
        let mut api = open(data.path());
        api.files = Arc::new(FailingFiles::at(1, ErrorKind::StorageFull).for_good());
        let input = crate::testing::session_of(config);
        let error = create(&api, input, &Silent).unwrap_err();
        assert_eq!(error.code, "session_no_room");
        assert_eq!(error.fields["needed"], "13");
        assert!(error.fields["path"].ends_with("snapshots"), "{error:?}");
        assert_eq!(error.hints, ["free_space", "move_snapshots"]);
        assert_eq!(api.store.kept_sessions().unwrap(), 0);
    }
}
