//! `session_recovery`, `session_restore`: from what a session can go on, and its configuration as it was. What
//! touches disks is done apart, as in `folders`.

use std::path::{Path, PathBuf};

use flowkeep_core::configuration::{ConfigKind, ConfigPath};
use flowkeep_core::session::candidate::{Candidate, Source, confidence};
use flowkeep_core::session::{SessionStatus, SnapshotReason};
use flowkeep_core::{Document, Kind, Message, SnapshotId, differences};
use flowkeep_files::FilesError;
use flowkeep_files::configuration::format_of;
use flowkeep_files::snapshots::compare::{FileState, FileStates};
use flowkeep_files::snapshots::overlay::Lost;
use flowkeep_files::snapshots::restoring::{
    Back, CopyChoice, CopyLook, NotBack, OVERLAYS, Recovery, Restored, Seeking, Unshown, Use,
    Wanting, clear_unfinished, compare_file as texts_of, compare_with, copy_to_use, look_for,
    restore as bring_back, tell_went_on,
};
use flowkeep_files::snapshots::{SnapshotError, TakeError};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{SessionRecord, StoreError, WorksWith};

use super::folders::some;
use super::run_changes::{told, word};
use super::run_trust::Word;
use super::session_runs::WentOn;
use super::session_snapshots::Looking;
use super::{session_in_place, session_list, session_runs, session_snapshots, settings};
use crate::apart::{apart_for, in_time};
use crate::progress::Thinned;
use crate::put_right::RECOVERY;
use crate::types::{
    Nothing, RunStatus, SessionCandidate, SessionCompareFileInput, SessionCompareInput,
    SessionCompared, SessionComparedFile, SessionCopyUse, SessionDifference, SessionNotRestored,
    SessionOwnCopy, SessionRecovery, SessionRecoveryInput, SessionRestoreInput, SessionRestored,
    SessionUse,
};
use crate::{Api, AppError, Progress, time};

/// After so many attempts in a row that came to nothing, another way is named.
const MANY: u32 = 3;

/// From what a session can go on, and what of its files is not as it was. Nothing is changed.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `cancelled`; what the database says.
pub fn recovery(
    api: &Api,
    input: SessionRecoveryInput,
    progress: &dyn Progress,
) -> Result<SessionRecovery, AppError> {
    let snapshot = input.snapshot.as_deref();
    let wanted = Wanted::of(api, &input.id, (None, snapshot))?;
    let (snapshot, session) = (wanted.named(), wanted.session.clone());
    let workshop = api.snapshot_workshop()?;
    let copy = api.store.session_copy(wanted.session.row)?;
    let work = move |steps: &Thinned<'_>| {
        let found = look_for(&workshop, &wanted.seeking(), steps);
        Ok(found.and_then(|found| {
            let copy = copy_to_use(&workshop, &wanted.session, &found)?;
            Ok((found, copy))
        }))
    };
    let left = || AppError::new("cancelled");
    let (found, own) = apart_for(api.patience, progress, work, left, drop)??;
    let filled_in = own.as_ref().filter(|own| !own.asks()).map(filled_in);
    let missing = session_list::missing_then(api, &input.id, snapshot)?;
    let alone = session_list::confidence_alone(api, &input.id)?;
    Ok(SessionRecovery {
        session_id: input.id,
        missing: Some(missing).filter(|count| *count > 0),
        candidates: candidates(&found, &session),
        differences: differing(&found, snapshot),
        filled_in: filled_in.unwrap_or_default(),
        own_copy: own.as_ref().map(own_copy),
        confidence: confidence(&found.candidates).as_str(),
        alone: alone.as_str(),
        failures: copy.map_or(0, |copy| copy.failures),
    })
}

/// The files of a copy whose keys somebody has filled in, all of them.
fn filled_in(own: &CopyLook) -> Vec<String> {
    let otherwise = own.filled_otherwise.iter();
    let otherwise = otherwise.filter(|path| !own.masked.contains(path));
    let mut files = texts(own.filled.iter().chain(otherwise));
    files.sort();
    files
}

fn own_copy(own: &CopyLook) -> SessionOwnCopy {
    SessionOwnCopy {
        path: path_text(&own.place),
        filled_in: texts(&own.filled),
        filled_otherwise: texts(&own.filled_otherwise),
        masked: texts(&own.masked),
        changed: texts(&own.changed),
        asks: own.asks(),
    }
}

fn texts<'a>(paths: impl IntoIterator<Item = &'a ConfigPath>) -> Vec<String> {
    paths.into_iter().map(ConfigPath::to_string).collect()
}

/// Brings the configuration of a session back, in a folder of its own. The files it had are not touched.
///
/// # Errors
/// `session_not_recoverable`, `folder_not_empty`, `copy_inside_data_folder`, `snapshot_unknown`;
/// `session_copy_undecided` where somebody has filled keys in in a copy and changed something else besides; as
/// `session_recovery`; what the disk says. Where the files were, as `session_in_place_plan`, and `plan_changed`.
pub fn restore(
    api: &Api,
    input: SessionRestoreInput,
    progress: &dyn Progress,
) -> Result<SessionRestored, AppError> {
    if let Some(stamp) = input.in_place {
        return session_in_place::restore(api, input, stamp, progress);
    }
    let wanted = Wanted::of(api, &input.id, (input.wanted, input.snapshot.as_deref()))?;
    let from = wanted.from;
    let name = wanted.session.name.clone();
    let resume = input.resume.unwrap_or_default();
    if resume && input.to.is_some() {
        return Err(AppError::new("session_resume_elsewhere"));
    }
    let session = wanted.session.clone();
    let to = input.to.as_ref().map(|to| api.path_of(to)).transpose()?;
    let (data_dir, place) = (api.data_dir.clone(), to.clone());
    let copy = api.store.session_copy(session.row)?;
    let failures = copy.map_or(0, |copy| copy.failures);
    let workshop = api.snapshot_workshop()?;
    let told_by = workshop.clone();
    let named = input.copy_path.as_deref().map(text_path);
    let work = move |steps: &Thinned<'_>| {
        if let Some(to) = &to {
            above_is_there(to)?;
            is_elsewhere(to, &data_dir)?;
        }
        let wanting = Wanting {
            seeking: wanted.seeking(),
            from,
            to: to.as_deref(),
            goes_on: resume,
            make_masked: &[],
            copy: match input.copy {
                None => CopyChoice::Ask,
                Some(SessionCopyUse::Changed) => CopyChoice::Changed(named.as_deref()),
                Some(SessionCopyUse::New) => CopyChoice::New,
            },
        };
        Ok(bring_back(&workshop, &wanting, steps))
    };
    let left = || AppError::new("cancelled");
    let restored = apart_for(api.patience, progress, work, left, drop);
    let restored = restored.map_err(refused_place)?;
    let restored = restored.map_err(without_store);
    let Restored { recovery, back } = match &place {
        Some(place) => restored.map_err(|error| no_room_there(error, place)),
        None => restored,
    }?;
    let back = back.map_err(|why| match why {
        NotBack::Nothing { failures } => not_recoverable(&recovery.candidates, from, failures)
            .with("session", name)
            .with("session_id", &session.id),
        NotBack::Asks(look) => undecided(&session, &look),
    })?;
    let says = word(input.trust, input.shown);
    let goes_without = input.without_keys.unwrap_or_default();
    let waits_for_keys = resume && !goes_without && waits_for_keys(&session, &back);
    let went_on = (resume && !waits_for_keys).then(|| {
        let went_on = goes_on(api, &session, &back, &says);
        went_on.or_else(|error| Err(came_to_nothing(api, &session, failures, error)?))
    });
    let (run, follows, taken_over) = if let Some(on) = went_on.transpose()? {
        if back.chosen.source == Source::File {
            tell_went_on(&told_by, &session.id)?;
        }
        (Some(on.run), on.follows, on.taken_over)
    } else {
        let run = session.run.map(|run| api.store.run(run)).transpose()?;
        (run.flatten().map(|run| told(&run)), None, Vec::new())
    };
    let differences = differing(&recovery, back.chosen.snapshot);
    let told = (candidates(&recovery, &session), differences);
    Ok(SessionRestored {
        follows,
        taken_over,
        waits_for_keys,
        ..restored_of(input.id, told, back, run)
    })
}

/// Asks what is done with a copy in which somebody has filled keys in and changed something else besides.
fn undecided(session: &SessionRecord, look: &CopyLook) -> AppError {
    let changed = texts(&look.changed);
    AppError::new("session_copy_undecided")
        .with("id", &session.id)
        .with("path", path_text(&look.place))
        .with("count", changed.len())
        .with("names", some(changed.iter()))
        .hint("choose_copy_here")
}

/// What is told of a session that was brought back.
pub(super) fn restored_of(
    session_id: String,
    (candidates, differences): (Vec<SessionCandidate>, Vec<SessionDifference>),
    back: Back,
    run: Option<RunStatus>,
) -> SessionRestored {
    let is_as_it_was = match back.chosen.source {
        Source::File => back.chosen.is_ok && back.chosen.reason.is_none(),
        // Where the strategy left all of it out, nothing came back.
        Source::Snapshot => back.chosen.is_ok && !back.written.is_empty(),
        _ => false,
    };
    let not_restored: Vec<_> = back.lost.into_iter().map(lost).collect();
    let (run_id, run_status) = run.map(|run| (run.run_id, run.status)).unzip();
    SessionRestored {
        session_id,
        source: back.chosen.source.as_str(),
        candidates,
        differences,
        overlay: path_text(&back.place),
        run_id,
        run_status,
        in_place: None,
        follows: None,
        taken_over: Vec::new(),
        waits_for_keys: false,
        complete: is_as_it_was
            && back.chosen.left_out.is_empty()
            && back.masked.is_empty()
            && back.filled_otherwise.is_empty()
            && back.changed.is_empty()
            && not_restored.is_empty(),
        filled_in: texts(&back.filled),
        filled_otherwise: texts(&back.filled_otherwise),
        changed: texts(&back.changed),
        passed_over: back.passed_over.as_deref().map(path_text),
        restored: back.written.into_iter().map(String::from).collect(),
        masked: back.masked.into_iter().map(String::from).collect(),
        not_restored,
    }
}

pub(super) fn lost(lost: Lost) -> SessionNotRestored {
    SessionNotRestored {
        path: lost.path.into(),
        reason: lost.reason,
    }
}

/// Whether something has to be filled in before the work of a session can go on with what came back as it was. Work
/// that cannot go on anyway is refused for that, and so is a definition that is masked itself: what runs holds no keys.
fn waits_for_keys(session: &SessionRecord, back: &Back) -> bool {
    let is_masked = |entry: &ConfigPath| back.masked.contains(entry);
    session.status != SessionStatus::Completed
        && !back.masked.is_empty()
        && !back.entry.as_ref().is_some_and(is_masked)
}

/// Lets the work of a session go on with what came back. Until it does it works with what it worked with before.
fn goes_on(
    api: &Api,
    session: &SessionRecord,
    back: &Back,
    word: &Word,
) -> Result<WentOn, AppError> {
    let is_of_run = session.begins_with_run();
    let entry = if is_of_run {
        None
    } else {
        Some(entry_of(session, back)?)
    };
    let before = api.store.session_copy(session.row)?;
    let works_with = match back.chosen.source {
        Source::File => WorksWith::File,
        // A definition of a workflow has nothing in it of the files it refers to.
        Source::Embedded | Source::Revision if is_of_run => WorksWith::File,
        Source::Snapshot | Source::Embedded | Source::Revision => WorksWith::Overlay,
    };
    let own = back.place.file_name().unwrap_or_default();
    work_with(api, session.row, works_with, &own.to_string_lossy())?;
    let gone_on = if let Some(entry) = &entry {
        session_runs::go_on(api, session, (&back.place, entry), word)
    } else {
        let is_present = back.chosen.source == Source::Revision;
        session_runs::go_on_with_run(api, session, is_present, word)
    };
    if gone_on.is_ok() {
        session_snapshots::keep_as_it_is(api, session, SnapshotReason::Changed);
    }
    if gone_on.is_err()
        && let Some(before) = before
    {
        let own = before.overlay.unwrap_or_default();
        work_with(api, session.row, before.works_with, &own)?;
    }
    gone_on
}

/// Counts an attempt of which the files came back and the work did not go on. Nothing has come to nothing yet where a
/// person is asked first, or where it may be tried again in a moment.
fn came_to_nothing(
    api: &Api,
    session: &SessionRecord,
    before: u32,
    error: AppError,
) -> Result<AppError, AppError> {
    let is_asked = matches!(
        error.code.as_str(),
        "trust_required" | "session_question_open" | "session_still_runs" | "session_completed"
    );
    if is_asked || error.retryable {
        return Ok(error);
    }
    let why = serde_json::to_string(&Message::from(error.clone()));
    let why = why.unwrap_or_else(|_| "null".to_owned());
    let row = session.row;
    let write = api
        .store
        .write::<_, StoreError>(move |tx| tx.fail_session_attempt(row, before, &why));
    Ok(with_export(error.with("session_id", &session.id), write?))
}

/// Names another way after many attempts in a row.
fn with_export(error: AppError, failures: u32) -> AppError {
    if failures < MANY {
        return error;
    }
    error.hint("read_snapshots_by_hand")
}

/// The file that a session begins with, as it came back.
fn entry_of(session: &SessionRecord, back: &Back) -> Result<ConfigPath, AppError> {
    let without = || AppError::new("session_no_config").with("session", &session.name);
    let config = back.entry.clone().ok_or_else(without)?;
    if back.masked.contains(&config) {
        let path = path_text(&back.place.join(config.as_str()));
        return Err(AppError::new("session_entry_masked").with("path", path));
    }
    Ok(config)
}

fn work_with(api: &Api, row: i64, works_with: WorksWith, own: &str) -> Result<(), AppError> {
    let own = own.to_owned();
    Ok(api
        .store
        .write::<_, StoreError>(move |tx| tx.let_session_work_with(row, works_with, &own))?)
}

/// How one file of a session was in a snapshot, and how it is today.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `config_path_invalid`, `disk_silent`; what the database says.
pub fn compare_file(
    api: &Api,
    input: SessionCompareFileInput,
) -> Result<SessionComparedFile, AppError> {
    let snapshot = input.snapshot.as_deref();
    let wanted = Wanted::of(api, &input.id, (None, snapshot))?;
    let snapshot = wanted.named();
    let path = ConfigPath::new(input.path.clone());
    let path = path.map_err(|_| AppError::new("config_path_invalid").with("path", &input.path))?;
    let workshop = api.snapshot_workshop()?;
    let is_workflow = path.kind() == ConfigKind::Workflows;
    let format = format_of(&path).filter(|_| is_workflow);
    let (texts, unshown) = in_time(api.most, &api.data_dir, move |_| {
        let root = wanted.root.as_deref();
        texts_of(&workshop, &wanted.session, root, snapshot, &path).map_err(AppError::from)
    })?;
    let document = |text: &Option<String>| Document::parse(format?, text.clone()?).ok();
    let places = match (document(&texts.then), document(&texts.now)) {
        (Some(then), Some(now)) => differences(Kind::Workflow, &then, &now),
        _ => Vec::new(),
    };
    Ok(SessionComparedFile {
        texts: texts.into(),
        unshown: unshown.map(Unshown::as_str),
        places,
    })
}

/// The files of a session beside what they were in one of its snapshots.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `snapshot_unknown`, `session_no_snapshot`, `cancelled`; what the database and
/// the root's disk say.
pub fn compare(
    api: &Api,
    input: SessionCompareInput,
    progress: &dyn Progress,
) -> Result<SessionCompared, AppError> {
    let snapshot = input.snapshot.as_deref();
    let wanted = Wanted::of(api, &input.id, (None, snapshot))?;
    let snapshot = wanted.named();
    let workshop = api.snapshot_workshop()?;
    let name = wanted.session.name.clone();
    let work =
        move |steps: &Thinned<'_>| Ok(compare_with(&workshop, &wanted.seeking(), snapshot, steps));
    let left = || AppError::new("cancelled");
    let (record, states) = apart_for(api.patience, progress, work, left, drop)??
        .ok_or_else(|| AppError::new("session_no_snapshot").with("session", name))?;
    Ok(SessionCompared {
        session_id: input.id,
        snapshot: record.id.to_string(),
        sequence: record.sequence,
        at: time::rfc3339(record.at),
        differences: told_states(states),
    })
}

/// The id of the snapshot of a session that is named: by its number, or by its id itself.
///
/// # Errors
/// `session_unknown`, `session_no_config`; `snapshot_number_unknown`.
pub fn meant(api: &Api, id: &str, named: &str) -> Result<String, AppError> {
    let Ok(number) = named.parse::<u32>() else {
        return Ok(named.to_owned());
    };
    let session = session_list::kept(api, id)?;
    let snapshots = api.store.config_snapshots(session.row)?;
    let mut snapshots = snapshots.iter();
    let found = snapshots.find(|snapshot| snapshot.sequence == number);
    found
        .map(|snapshot| snapshot.id.to_string())
        .ok_or_else(|| {
            AppError::new("snapshot_number_unknown")
                .with("session", session.name)
                .with("number", number)
        })
}

/// What is said of the data folder is said of what would be brought there.
pub(super) fn refused_place(error: AppError) -> AppError {
    match error.code.as_str() {
        "inside_data_folder" => AppError {
            code: "copy_inside_data_folder".to_owned(),
            ..error
        },
        _ => error,
    }
}

/// Where a disk is full, the place that somebody named is, and not what was half written beside it.
pub(super) fn no_room_there(error: AppError, to: &Path) -> AppError {
    match error.code.as_str() {
        "disk_full" => error.with("path", path_text(to)).hint("free_space"),
        _ => error,
    }
}

/// Only the last part of a path is made.
pub(super) fn above_is_there(to: &Path) -> Result<(), FilesError> {
    match to.parent() {
        Some(above) if !above.as_os_str().is_empty() && !above.is_dir() => {
            Err(FilesError::FolderMissing(above.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Nothing is brought into the data folder, in which everything has its own place. The path may lead there by a link.
pub(super) fn is_elsewhere(to: &Path, data_dir: &Path) -> Result<(), FilesError> {
    let above = to.parent().filter(|above| !above.as_os_str().is_empty());
    let known = to.canonicalize();
    let known = known.or_else(|_| above.unwrap_or(Path::new(".")).canonicalize());
    match (known, data_dir.canonicalize()) {
        (Ok(known), Ok(data)) if known.starts_with(&data) => {
            Err(FilesError::InsideDataFolder(to.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Where the store is away, a definition is taken by whoever asks for it.
pub(super) fn without_store(error: TakeError) -> AppError {
    let is_away = matches!(
        error,
        TakeError::StoreGone(_) | TakeError::StoreForeign { .. }
    );
    let told = failed(error);
    if is_away {
        told.hint("use_definition")
    } else {
        told
    }
}

/// What is read back here is no file of the store.
pub(super) fn failed(error: TakeError) -> AppError {
    match error {
        TakeError::Snapshot(SnapshotError::Damaged(path)) => {
            AppError::new("restored_file_damaged").with("path", path_text(&path))
        }
        error => error.into(),
    }
}

/// Says why the source that was asked for is none; of all of them, why the newest snapshot is none.
pub(super) fn not_recoverable(found: &[Candidate], from: Use, failures: u32) -> AppError {
    let asked = match from {
        Use::File => Source::File,
        Use::Embedded => Source::Embedded,
        Use::Revision => Source::Revision,
        Use::Snapshot | Use::Kept(_) | Use::Any => Source::Snapshot,
    };
    let is_asked = |candidate: &&Candidate| match from {
        Use::Kept(id) => candidate.snapshot == Some(id),
        _ => candidate.source == asked,
    };
    let tried = found.iter().find(is_asked);
    let mut error = AppError::new("session_not_recoverable").hint("look_at_session");
    let why = tried.and_then(|candidate| candidate.reason.clone());
    if why
        .as_ref()
        .is_some_and(|why| why.code == "snapshot_key_missing")
    {
        error = error.hint("bring_snapshot_key_in");
    }
    error.because = why.map(Box::new);
    let lost = tried.map_or(&[][..], |candidate| &candidate.lost);
    with_export(with_lost(error, lost), failures)
}

/// So many files that are lost are named in an error.
const LOST: usize = 20;

/// Names the files that cannot be brought back.
fn with_lost(error: AppError, lost: &[String]) -> AppError {
    if lost.is_empty() {
        return error;
    }
    let named = lost.len().min(LOST);
    let error = error.with("lost", lost[..named].join(", "));
    match lost.len() - named {
        0 => error.hint("files_lost"),
        more => error.with("more", more).hint("files_lost_more"),
    }
}

pub(super) fn candidates(recovery: &Recovery, session: &SessionRecord) -> Vec<SessionCandidate> {
    let begins_with = |id| {
        let entry = recovery.entry(id).map(ConfigPath::to_string);
        entry.filter(|entry| session.config.as_ref() != Some(entry))
    };
    let told = |candidate: &Candidate| SessionCandidate {
        source: candidate.source.as_str(),
        ok: candidate.is_ok,
        reason: candidate.reason.clone(),
        snapshot: candidate.snapshot.map(|id| id.to_string()),
        sequence: candidate.snapshot.and_then(|id| recovery.sequence(id)),
        differs: candidate.differs,
        begins_with: candidate.snapshot.and_then(begins_with),
        compared: candidate.compared.and_then(|id| recovery.sequence(id)),
        left_out: Some(candidate.left_out.clone()).filter(|files| !files.is_empty()),
        lost: Some(candidate.lost.clone()).filter(|files| !files.is_empty()),
    };
    recovery.candidates.iter().map(told).collect()
}

pub(super) fn differing(
    recovery: &Recovery,
    snapshot: Option<SnapshotId>,
) -> Vec<SessionDifference> {
    told_states(recovery.differences(snapshot))
}

fn told_states(states: FileStates) -> Vec<SessionDifference> {
    states
        .into_iter()
        .map(|(path, state)| SessionDifference {
            path: path.into(),
            kind: state.as_str(),
            reason: match state {
                FileState::Unreadable(why) => Some(why),
                _ => None,
            },
        })
        .collect()
}

/// A session, where its files were, and from what it is to come back.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) session: SessionRecord,
    root: Option<PathBuf>,
    looking: Option<Looking>,
    pub(super) from: Use,
}

impl Wanted {
    pub(super) fn of(
        api: &Api,
        id: &str,
        (wanted, snapshot): (Option<SessionUse>, Option<&str>),
    ) -> Result<Self, AppError> {
        let session = session_list::kept(api, id)?;
        let from = match (snapshot, wanted) {
            (Some(id), _) => Use::Kept(snapshot_of(api, &session, id)?),
            (None, None) => Use::Any,
            (None, Some(SessionUse::Snapshot)) => Use::Snapshot,
            (None, Some(SessionUse::File)) => Use::File,
            (None, Some(SessionUse::Embedded)) => Use::Embedded,
            (None, Some(SessionUse::Revision)) => Use::Revision,
        };
        let root = api.store.root_of(&session)?;
        let settings = settings::show(api, Nothing {})?;
        Ok(Self {
            root: root.map(|root| root.path),
            // Of one that names no file there is nothing to look at.
            looking: Looking::of(&api.store, &session, &settings).ok(),
            session,
            from,
        })
    }

    /// The one of its snapshots that is named.
    fn named(&self) -> Option<SnapshotId> {
        match self.from {
            Use::Kept(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn seeking(&self) -> Seeking<'_> {
        Seeking {
            session: &self.session,
            root: self.root.as_deref(),
            wish: self.looking.as_ref().map(Looking::wish),
            named: self.named(),
        }
    }
}

/// A snapshot of this very session.
fn snapshot_of(api: &Api, session: &SessionRecord, id: &str) -> Result<SnapshotId, AppError> {
    let unknown = || AppError::new("snapshot_unknown");
    let id = id.parse().map_err(|_| unknown())?;
    let kept = api.store.config_snapshot(id)?;
    let kept = kept.filter(|kept| kept.session == session.row);
    kept.map(|kept| kept.id).ok_or_else(unknown)
}

impl Api {
    /// Clears away own copies of sessions that a dead process left half-way. No start fails because of it.
    pub(crate) fn clear_unfinished_copies(&self) -> Result<(), AppError> {
        if !self.data_dir.join(OVERLAYS).is_dir() {
            return Ok(());
        }
        let workshop = self.snapshot_workshop()?;
        let cleared = in_time(RECOVERY, &self.data_dir, move |_| {
            clear_unfinished(&workshop).map_err(AppError::from)
        });
        match cleared {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "unfinished copies of sessions were removed"),
            Err(error) => tracing::warn!(%error, "unfinished copies of sessions are still there"),
        }
        Ok(())
    }
}
