//! `folder_*`: task folders, what is in them, and archiving one. What touches their disks is done
//! apart: a disk that no longer answers holds nobody else up.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::folder::{Policy, is_file_name};
use flowkeep_core::{FolderId, Kind, Message};
use flowkeep_engine::task_folder;
use flowkeep_files::folders::{
    self, Archived, FolderError, Wanted, Workshop, is_unsafe, new_folder,
};
use flowkeep_files::snapshots::STORE_DIR;
use flowkeep_host::{Unsafe, home_folder, is_mount_point, path_text, text_path, unsafe_place};
use flowkeep_store::{NewOperation, OperationItemRecord, TaskFolderRecord, Tx};
use serde_json::Value;
use ulid::Ulid;

use super::documents::find_kept;
use super::folder_clean_ups::statistics;
use super::folder_for_runs::for_runs;
use super::uses;
use crate::apart::{apart_for, in_time};
use crate::types::{
    ArchiveList, ArchiveRow, FolderAdoptInput, FolderArchiveInput, FolderArchived,
    FolderCreateInput, FolderFile, FolderForgotten, FolderList, FolderMade, FolderRef, FolderRow,
    FolderSetInput, FolderSettings, FolderShow, Nothing, WorkflowUses,
};
use crate::{Api, AppError, Progress, time};

/// Makes a folder for the runs of a workflow.
///
/// # Errors
/// `not_found` for the workflow; `folder_missing`, `folder_unsafe`, and why it cannot be made.
pub fn create(api: &Api, input: FolderCreateInput) -> Result<FolderMade, AppError> {
    find_kept(&api.store, Kind::Workflow, &input.workflow)?;
    let root = input.root.map(|root| api.path_of(&root)).transpose()?;
    let place = new_place(api, root)?;
    let made = add(api, &input.workflow, &place, "folder_create");
    if made.is_err() {
        remove_place(api, &place);
    }
    let made = made?;
    Ok(for_runs(api, &input.workflow, input.for_runs, made))
}

/// Makes a folder of which nobody knows yet.
pub(super) fn new_place(api: &Api, root: Option<PathBuf>) -> Result<PathBuf, AppError> {
    let (files, data_dir) = (Arc::clone(&api.files), api.data_dir.clone());
    let now = api.clock.now();
    let at = root.clone().unwrap_or_else(|| api.data_dir.clone());
    in_time(api.most, &at, move |_| {
        new_folder(files.as_ref(), &data_dir, root.as_deref(), now).map_err(|error| match error {
            FolderError::Gone(path) => AppError::new("folder_missing")
                .with("path", path.display())
                .hint("make_folder"),
            other => AppError::from(other),
        })
    })
}

/// Takes a folder away again of which nobody is to know; what lies in it by now keeps it.
pub(crate) fn remove_place(api: &Api, place: &Path) {
    if let Err(error) = api.files.remove_empty_folder(place) {
        tracing::warn!(%error, path = %place.display(), "the folder stays");
    }
}

/// Lets the runs of a workflow work in a folder that is there. Archives of earlier tools in it are
/// archives from now on.
///
/// # Errors
/// `not_found` for the workflow; `path_missing`, `not_a_folder`, `folder_known`, `folder_unsafe`.
pub fn adopt(api: &Api, input: FolderAdoptInput) -> Result<FolderMade, AppError> {
    find_kept(&api.store, Kind::Workflow, &input.workflow)?;
    let given = api.path_of(&input.path)?;
    let at = given.clone();
    let path = in_time(api.most, &at, move |_| {
        let shown = given.display().to_string();
        let path = given.canonicalize().map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::NotFound => AppError::new("path_missing"),
                _ => AppError::from(flowkeep_files::io_reason(&error)),
            }
            .with("path", &shown)
        })?;
        if !path.is_dir() {
            return Err(AppError::new("not_a_folder").with("path", shown));
        }
        if is_mount_point(&path) {
            return Err(unsafe_folder(&path, Message::new("folder_unsafe_mounted")));
        }
        Ok(path)
    })?;
    let made = add(api, &input.workflow, &path, "folder_adopt")?;
    Ok(for_runs(api, &input.workflow, input.for_runs, made))
}

fn add(
    api: &Api,
    workflow: &str,
    path: &Path,
    operation: &'static str,
) -> Result<FolderMade, AppError> {
    let new = NewFolder::again_at(api, workflow, path)?;
    let made = new.made();
    let (actor, face) = (api.actor()?, api.face().as_str());
    api.store.write::<_, AppError>(move |tx| {
        new.under(tx)?;
        tx.record_operation(
            tx.next_operation_id()?,
            &NewOperation {
                actor: &actor,
                face,
                operation,
                name: None,
                undoes: None,
                items: &[item(&new.folder)],
            },
        )?;
        Ok(())
    })?;
    Ok(made)
}

/// A folder that is about to be known.
pub(super) struct NewFolder {
    folder: TaskFolderRecord,
    data_dir: PathBuf,
    home: Option<PathBuf>,
}

impl NewFolder {
    /// For a workflow that is there or about to be.
    pub(super) fn at(api: &Api, workflow: &str, path: &Path) -> Self {
        Self {
            folder: TaskFolderRecord {
                id: FolderId(Ulid::generate()),
                workflow_id: workflow.to_owned(),
                path: path.to_owned(),
                settings: flowkeep_core::folder::Settings::default(),
                sequence: 0,
                created_at: api.clock.now().0,
            },
            data_dir: api.real_data_dir(),
            home: home_folder(),
        }
    }

    /// As [`Self::at`]; one that was on the list before comes back under the id that workflows and runs know
    /// it by.
    fn again_at(api: &Api, workflow: &str, path: &Path) -> Result<Self, AppError> {
        let mut new = Self::at(api, workflow, path);
        if let Some(before) = api.store.id_before(path)? {
            new.folder.id = before;
        }
        Ok(new)
    }

    /// What is told of it when it is known.
    pub(super) fn made(&self) -> FolderMade {
        FolderMade {
            id: self.folder.id.to_string(),
            path: path_text(&self.folder.path),
            warnings: warnings(&self.folder.path),
        }
    }

    /// What Activity says where it comes with something else, and goes when that is undone.
    pub(super) fn came(&self) -> OperationItemRecord {
        OperationItemRecord {
            after: Some(1),
            ..item(&self.folder)
        }
    }

    /// Makes it known.
    ///
    /// # Errors
    /// `folder_known`, `folder_unsafe`.
    pub(super) fn under(&self, tx: &Tx<'_>) -> Result<(), AppError> {
        let known = tx.task_folders()?;
        let path = &self.folder.path;
        let at = |code: &str| AppError::new(code).with("path", path.display());
        if let Some(same) = known.iter().find(|known| known.path == *path) {
            let owner = tx.document(Kind::Workflow, &same.workflow_id)?;
            let owner = owner.filter(|owner| owner.deleted_at.is_none());
            let owner = owner.map_or_else(|| same.workflow_id.clone(), |owner| owner.name);
            return Err(at("folder_known")
                .with("id", same.id)
                .with("workflow", owner)
                .hint("choose_known_folder"));
        }
        if let Some(why) = is_unsafe(path, &self.data_dir, self.home.as_deref(), &known) {
            return Err(unsafe_folder(path, why));
        }
        if let Some(why) = holds_snapshots(path, tx.setting(STORE_DIR)?.as_ref()) {
            return Err(unsafe_folder(path, why));
        }
        Ok(tx.add_task_folder(&self.folder)?)
    }
}

/// Why no task folder may lie where a chosen store of snapshots does: an archive would take away what these keep.
pub(crate) fn holds_snapshots(path: &Path, store: Option<&Value>) -> Option<Message> {
    let store = store.and_then(Value::as_str).map(text_path)?;
    let is_there = store.starts_with(path) || path.starts_with(&store);
    is_there.then(|| Message::new("folder_unsafe_data"))
}

fn unsafe_folder(path: &Path, why: Message) -> AppError {
    let error = AppError::new("folder_unsafe").with("path", path.display());
    refused(error, why).hint("choose_other_folder")
}

fn item(folder: &TaskFolderRecord) -> OperationItemRecord {
    OperationItemRecord {
        kind: "folder".to_owned(),
        id: folder.id.to_string(),
        name: Some(folder.name()),
        before: None,
        after: None,
    }
}

/// Where others may move files too, or a rename may not be one.
fn warnings(path: &Path) -> Vec<Message> {
    let why = match unsafe_place(path) {
        None => return Vec::new(),
        Some(Unsafe::Network(kind)) => Message::new("folder_on_network").with("kind", kind),
        Some(Unsafe::Synced(_, client)) => Message::new("folder_synced").with("client", client),
    };
    vec![why]
}

/// The task folders. One whose disk does not answer says so and is listed all the same.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<FolderList, AppError> {
    let folders = api.store.task_folders()?;
    // All at once: a disk that does not answer is waited for together with the others.
    let seen: Vec<_> = std::thread::scope(|scope| {
        let looks = folders
            .iter()
            .map(|folder| scope.spawn(|| look(api, folder)));
        let looks: Vec<_> = looks.collect();
        let broken = |_| Err(AppError::new("internal").with("detail", "a look ended in a panic"));
        let seen = looks
            .into_iter()
            .map(|look| look.join().unwrap_or_else(broken));
        seen.collect()
    });
    let naming = uses::naming_folders(api)?;
    let rows = folders.iter().zip(seen).map(|(folder, seen)| {
        let (seen, problem) = match seen {
            Ok(seen) => (seen, None),
            Err(error) => (Seen::default(), Some(error.into())),
        };
        row(api, folder, uses::among(&naming, folder), &seen, problem)
    });
    let items: Vec<FolderRow> = rows.collect::<Result<_, AppError>>()?;
    Ok(FolderList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// One folder, what is in it and what is wanted of it.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `disk_silent`.
pub fn show(api: &Api, input: FolderRef) -> Result<FolderShow, AppError> {
    let folder = meant(api, &input.id)?;
    let seen = look(api, &folder)?;
    let named_by = uses::of_folder(api, &folder)?;
    let row = row(api, &folder, named_by, &seen, None)?;
    let files = seen.files.into_iter().map(|file| FolderFile {
        name: file.name,
        bytes: file.bytes,
        kept: file.kept,
        modified: file.modified.map(time::rfc3339),
        link: file.link,
    });
    let settings = folder.settings;
    Ok(FolderShow {
        row,
        contents: files.collect(),
        settings: FolderSettings {
            on_archive_failure: settings.on_archive_failure,
            archive: settings.archive,
            archive_in_step_mode: settings.archive_in_step_mode,
            keep: settings.keep,
            clean_up: settings.clean_up,
        },
    })
}

/// What is in a folder.
#[derive(Default)]
struct Seen {
    files: Vec<folders::FolderFile>,
    archives: usize,
}

fn look(api: &Api, folder: &TaskFolderRecord) -> Result<Seen, AppError> {
    let (workshop, id) = (api.workshop()?, folder.id);
    in_time(api.most, &folder.path, move |_| {
        let (files, archives) = folders::look(&workshop, id)?;
        Ok::<_, AppError>(Seen {
            files,
            archives: archives.len(),
        })
    })
}

fn row(
    api: &Api,
    folder: &TaskFolderRecord,
    named_by: WorkflowUses,
    seen: &Seen,
    problem: Option<Message>,
) -> Result<FolderRow, AppError> {
    let document = api.store.document(Kind::Workflow, &folder.workflow_id)?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let last_run = api.store.last_run_in_folder(folder.id)?;
    let holder = api.store.held_folder(folder.id)?;
    Ok(FolderRow {
        id: folder.id.to_string(),
        path: path_text(&folder.path),
        workflow_id: folder.workflow_id.clone(),
        archives: count(seen.archives),
        name: folder.name(),
        workflow_name: document.map(|document| document.name),
        file_count: count(seen.files.len()),
        bytes: seen.files.iter().map(|file| file.bytes).sum(),
        last_run: last_run.map(|run| run.to_string()),
        held_by: holder.map(|held| held.run.to_string()),
        named_by,
        problem,
    })
}

/// Changes what a folder's owner wants of it.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_keep_invalid`.
pub fn set(api: &Api, input: FolderSetInput) -> Result<FolderShow, AppError> {
    let folder = meant(api, &input.id)?;
    let keep = input.keep.map(|keep| {
        let keep: Vec<String> = keep.into_iter().filter(|name| !name.is_empty()).collect();
        match keep.iter().find(|name| !is_file_name(name)) {
            Some(name) => Err(AppError::new("folder_keep_invalid").with("name", name)),
            None => Ok(keep),
        }
    });
    let keep = keep.transpose()?;
    let (actor, face) = (api.actor()?, api.face().as_str());
    let id = folder.id;
    api.store.write::<_, AppError>(move |tx| {
        // As it is now: of two changes at once none is lost.
        let Some(folder) = tx.task_folder(id)? else {
            return Err(FolderError::Unknown.into());
        };
        let mut settings = folder.settings.clone();
        if let Some(policy) = input.on_archive_failure {
            settings.on_archive_failure = policy;
        }
        if let Some(archive) = input.archive {
            settings.archive = archive;
        }
        if let Some(archive) = input.archive_in_step_mode {
            settings.archive_in_step_mode = archive;
        }
        if let Some(keep) = keep {
            settings.keep = keep;
        }
        if let Some(rule) = input.clean_up {
            settings.clean_up = rule;
        }
        if settings == folder.settings {
            return Ok(());
        }
        tx.set_task_folder(id, &settings)?;
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "folder_set",
            name: None,
            undoes: None,
            items: &[item(&folder)],
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(())
    })?;
    show(api, FolderRef { id: id.to_string() })
}

/// Takes a folder off the list: its files and archives stay, and it can be adopted again. Its disk need not
/// be there.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_busy`.
pub fn forget(api: &Api, input: FolderRef) -> Result<FolderForgotten, AppError> {
    let folder = meant(api, &input.id)?;
    let used_by = uses::of_folder(api, &folder)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let gone = in_time(api.most, &folder.path, move |_| {
        folders::forget(&workshop, id).map_err(AppError::from)
    })?;
    Ok(FolderForgotten {
        id: gone.folder.id.to_string(),
        path: path_text(&gone.folder.path),
        unfinished: gone.unfinished,
        used_by,
    })
}

/// The workflows that name a folder.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`; what the database says.
pub fn named_by(api: &Api, input: FolderRef) -> Result<WorkflowUses, AppError> {
    let folder = meant(api, &input.id)?;
    uses::of_folder(api, &folder)
}

/// Archives what is in a folder, whatever its settings say of runs. Nothing is done while a run works in
/// it.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `folder_busy`, `folder_unsafe`, `archive_failed`
/// with each file in `failed` (JSON), `cancelled`.
pub fn archive(
    api: &Api,
    input: FolderArchiveInput,
    progress: &dyn Progress,
) -> Result<FolderArchived, AppError> {
    let folder = meant(api, &input.id)?;
    let policy = if input.continue_anyway {
        Policy::Continue
    } else {
        Policy::Stop
    };
    let (workshop, id) = (api.workshop()?, folder.id);
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let wanted = Wanted { policy, run: None };
        Ok(folders::archive(&workshop, id, &wanted, steps))
    };
    // A disk that does not answer is left to itself: what was moved goes back when it does.
    let left = || AppError::new("cancelled").hint("putting_back_goes_on");
    let archived: Archived = apart_for(api.patience, progress, work, left, drop)??;
    Ok(FolderArchived {
        path: archived
            .archive
            .as_ref()
            .map(|archive| path_text(&folder.path.join(archive))),
        archive: archived.archive,
        moved: archived.moved,
        copied: archived.copied,
        failed: archived.failed.into_iter().map(Into::into).collect(),
        kept: archived.kept,
        vanished: archived.vanished,
        bytes: archived.bytes,
    })
}

/// The archives of a folder, whoever made them.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `disk_silent`.
pub fn archives(api: &Api, input: FolderRef) -> Result<ArchiveList, AppError> {
    let folder = meant(api, &input.id)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let found = in_time(api.most, &folder.path, move |_| {
        folders::archives(&workshop, id).map_err(AppError::from)
    })?;
    let mut runs = runs_of(api, folder.id)?;
    let statistics = statistics(&found);
    let items = found.into_iter().map(|one| ArchiveRow {
        run: runs.remove(&one.archive),
        // Ours are numbered; what has no record may be anybody's.
        earlier: one.sequence.is_none() && one.broken.is_none(),
        made_way_for: one.made_way_for,
        archive: one.archive,
        created_at: one.created_at.map(time::rfc3339),
        files: one.files,
        copied: one.copied,
        bytes: one.bytes,
        broken: one.broken,
        undone: one.undone,
        failed: one.failed,
        missing: one.missing,
        missing_names: one.missing_names,
    });
    let items: Vec<ArchiveRow> = items.collect();
    Ok(ArchiveList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        statistics,
    })
}

/// The runs before which the archives of a folder were made, by the names of those.
fn runs_of(api: &Api, folder: FolderId) -> Result<HashMap<String, String>, AppError> {
    let made = api.store.folder_archive_runs(folder)?.into_iter();
    Ok(made
        .map(|(run, archive)| (archive, run.to_string()))
        .collect())
}

/// The one folder somebody means.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`.
pub(crate) fn meant(api: &Api, text: &str) -> Result<TaskFolderRecord, AppError> {
    task_folder(&api.store, text)?.map_err(|why| unknown(why.into()))
}

/// Why there is no such folder, with the next step.
pub(super) fn unknown(error: AppError) -> AppError {
    match error.code.as_str() {
        "folder_unknown" => error.hint("adopt_folder"),
        "folder_ambiguous" => error.hint("name_folder_path"),
        _ => error,
    }
}

impl Api {
    /// What work in task folders is done with.
    pub(crate) fn workshop(&self) -> Result<Workshop, AppError> {
        Ok(Workshop {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
            clock: Arc::clone(&self.clock),
            data_dir: self.data_dir.clone(),
            actor: self.actor()?,
            face: self.face().as_str(),
        })
    }
}

pub(super) fn refused(mut error: AppError, why: Message) -> AppError {
    error.because = Some(Box::new(why));
    error
}

impl From<FolderError> for AppError {
    fn from(error: FolderError) -> Self {
        let message = error.to_string();
        let mut app = match error {
            FolderError::Unknown => Self::new("folder_unknown").with("folder", ""),
            FolderError::Gone(path) => Self::new("folder_gone")
                .with("path", path.display())
                .hint("connect_drive"),
            FolderError::Replaced(path) => Self::new("folder_replaced")
                .with("path", path_text(&path))
                .hint("connect_drive")
                .hint("forget_folder"),
            FolderError::Busy(busy) => busy_with(busy.message()),
            FolderError::Unsafe { path, why } => {
                refused(Self::new("folder_unsafe").with("path", path.display()), why)
            }
            FolderError::NoArchive(archive) => {
                Self::new("archive_unknown").with("archive", archive)
            }
            FolderError::NotArchived {
                failed,
                stuck,
                archive,
            } => not_archived(&failed, &stuck, archive.as_deref()),
            FolderError::NoFiles(names) => {
                Self::new("archive_file_unknown").with("files", some(names.iter()))
            }
            FolderError::Unreadable { archive, why } => refused(
                Self::new("archive_unreadable").with("archive", archive),
                why,
            ),
            FolderError::PlanChanged => Self::new("plan_changed").hint("look_again"),
            FolderError::NoRoom { path, needed, free } => no_room(&path_text(&path), needed, free),
            FolderError::Unfinished { stuck, archive } => unfinished(&stuck, archive),
            FolderError::Unconfirmed {
                archive,
                undone,
                why,
            } => {
                let code = if undone {
                    "archive_undone_unconfirmed"
                } else {
                    "archive_unconfirmed"
                };
                refused(Self::new(code).with("archive", archive), why).hint("archive_asked_later")
            }
            FolderError::TooMany { path, count } => Self::new("archive_too_many")
                .with("path", path_text(&path))
                .with("count", count)
                .hint("fewer_files"),
            FolderError::NotWritten { path, source } => not_written(&path, &source),
            FolderError::Cancelled => Self::new("cancelled"),
            FolderError::Store(error) => return error.into(),
            FolderError::Io { path, source } => {
                Self::from(flowkeep_files::io_reason(&source)).with("path", path.display())
            }
        };
        app.message = message;
        app
    }
}

/// The folder's disk has less room than is needed.
pub(super) fn no_room(path: &str, needed: u64, free: u64) -> AppError {
    AppError::new("no_room")
        .with("path", path)
        .with("needed", needed)
        .with("free", free)
        .with("missing", needed.saturating_sub(free))
        .hint("free_space")
}

/// Somebody is at work in the folder.
pub(super) fn busy_with(who: Message) -> AppError {
    refused(AppError::new("folder_busy"), who).retryable()
}

fn not_written(folder: &Path, source: &std::io::Error) -> AppError {
    let why = flowkeep_files::write_reason(source);
    let error = AppError::new("folder_not_written").with("path", path_text(folder));
    let error = match why.code.as_str() {
        "disk_full" => error.hint("free_space_there"),
        "disk_read_only" => error.hint("make_disk_writable"),
        "folder_forbidden" => error.hint("check_permissions"),
        _ => error,
    };
    refused(error, why)
}

fn not_archived(
    failed: &[folders::Failure],
    stuck: &[folders::Failure],
    archive: Option<&str>,
) -> AppError {
    let told = if stuck.is_empty() { failed } else { stuck };
    let mut error = AppError::new(match archive {
        _ if !stuck.is_empty() => "archive_stuck",
        Some(_) => "archive_failed_in_part",
        None => "archive_failed",
    });
    error.because = told.first().map(|first| Box::new(first.reason.clone()));
    let list = |failures| serde_json::to_string(failures).unwrap_or_default();
    let mut error = error
        .with("files", named(told))
        .with("count", told.len())
        .with("failed", list(failed))
        .with("stuck", list(stuck));
    if !stuck.is_empty() {
        error = error.hint("archive_put_back_later");
    } else if !failed.is_empty() {
        error = error.hint("continue_anyway");
    }
    if let Some(archive) = archive {
        error = error.with("archive", archive).hint("archive_left");
    }
    error
}

fn unfinished(stuck: &[folders::Failure], archive: Option<String>) -> AppError {
    let mut error = AppError::new("put_back_unfinished")
        .with("files", named(stuck))
        .with("count", stuck.len())
        .hint("archive_put_back_later");
    error.because = stuck.first().map(|first| Box::new(first.reason.clone()));
    if let Some(archive) = archive {
        error = error.with("archive", archive).hint("made_way_is_in");
    }
    error
}

/// The names of the first few files.
pub(crate) fn named(failures: &[folders::Failure]) -> String {
    some(failures.iter().map(|failure| &failure.file))
}

/// The first few names.
pub(crate) fn some<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    const SHOWN: usize = 5;
    let more = names.len() > SHOWN;
    let mut names: Vec<&str> = names.take(SHOWN).map(String::as_str).collect();
    if more {
        names.push("…");
    }
    names.join(", ")
}
