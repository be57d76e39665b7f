//! Task folders that come with a backup: which of them may be task folders here, and the places of those
//! that are in the data folder.

use std::collections::{BTreeSet, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::folder::OWN_FOLDERS;
use flowkeep_core::{FolderId, Kind, Message};
use flowkeep_files::folders::is_unsafe;
use flowkeep_files::snapshots::STORE_DIR;
use flowkeep_host::{home_folder, is_mount_point, path_text, text_path};
use flowkeep_store::{Rejection, SnapshotFolder, Staging, TaskFolderRecord};

use crate::bodies::folders::{holds_snapshots, remove_place};
use crate::mount_points::mount_points;
use crate::{Api, AppError, Progress};

/// Takes out of a plan what may be no task folder here, and says why. Whether one lies in another that
/// is known is looked at when it comes in. Answers what is to be known of those that stay in.
///
/// # Errors
/// `cancelled`.
pub(crate) fn sort_out(
    api: &Api,
    plan: &mut Staging,
    progress: &dyn Progress,
) -> Result<Vec<Message>, AppError> {
    sort_out_by(api, plan, progress, is_mount_point)
}

fn sort_out_by(
    api: &Api,
    plan: &mut Staging,
    progress: &dyn Progress,
    is_mounted: impl Fn(&Path) -> bool + Clone + Send + 'static,
) -> Result<Vec<Message>, AppError> {
    tell_whose_it_is(api, plan)?;
    let (data_dir, home) = (api.real_data_dir(), home_folder());
    let store = api.store.setting(STORE_DIR)?;
    let mut coming = Vec::new();
    for folder in plan.folders()? {
        // What is known does not come in.
        if api.store.task_folder(folder.id)?.is_some() {
            continue;
        }
        let path = data_dir.join(text_path(&folder.path));
        let why = is_unsafe(&path, &data_dir, home.as_deref(), &[])
            .or_else(|| holds_snapshots(&path, store.as_ref()));
        match why {
            Some(why) => leave_out(plan, &folder, &path, why)?,
            None => coming.push((folder, path)),
        }
    }
    let paths = coming.iter().map(|(_, path)| path.clone());
    let mounted = mount_points(paths, api.most, progress, is_mounted)?;
    let mut silent = BTreeSet::new();
    for (folder, path) in &coming {
        match mounted.get(path) {
            Some(true) => leave_out(plan, folder, path, Message::new("folder_unsafe_mounted"))?,
            Some(false) => {}
            None => silent.extend(path.parent()),
        }
    }
    let note = |above: &Path| Message::new("plan_note_disk_silent").with("path", path_text(above));
    Ok(silent.into_iter().map(note).collect())
}

/// A folder of another computer in whose place there is a task folder here has not to be brought: it is said
/// whose that is.
fn tell_whose_it_is(api: &Api, plan: &mut Staging) -> Result<(), AppError> {
    for (item, _, reason) in plan.left_out_as("folder_elsewhere")? {
        let path = reason.fields.get("folder").map(|path| text_path(path));
        let known = api.store.task_folders()?.into_iter();
        let Some(here) = known
            .into_iter()
            .find(|one| Some(&one.path) == path.as_ref())
        else {
            continue;
        };
        let told = Message::new("folder_elsewhere_here")
            .with("folder", path_text(&here.path))
            .with("workflow", owner(api, &here)?);
        plan.say_left_out(item, &told)?;
    }
    Ok(())
}

/// What the workflow of a folder is called; its id where it is gone.
pub(crate) fn owner(api: &Api, folder: &TaskFolderRecord) -> Result<String, AppError> {
    let owner = api.store.document(Kind::Workflow, &folder.workflow_id)?;
    let owner = owner.filter(|owner| owner.deleted_at.is_none());
    Ok(owner.map_or_else(|| folder.workflow_id.clone(), |owner| owner.name))
}

fn leave_out(
    plan: &mut Staging,
    folder: &SnapshotFolder,
    path: &Path,
    why: Message,
) -> Result<(), AppError> {
    plan.leave_folder_out(folder.id)?;
    plan.add_rejection(&Rejection {
        path: &path_text(path),
        kind: None,
        id: Some(&folder.id.to_string()),
        name: Some(folder.name()),
        damaged: false,
        reason: &Message::new("folder_left_out")
            .with("folder", path_text(path))
            .because(why),
    })?;
    Ok(())
}

/// Places that were made for folders that are about to come in: none is ever known without one.
pub(crate) struct Places(Vec<PathBuf>);

impl Places {
    /// Makes those that are missing.
    ///
    /// # Errors
    /// Why one cannot be made; none is there then that was not there before.
    pub(crate) fn make(api: &Api, plan: &Staging) -> Result<Self, AppError> {
        let own = api.real_data_dir().join(OWN_FOLDERS);
        let mut made = Self(Vec::new());
        for folder in plan.folders()?.iter().filter(|folder| folder.is_own()) {
            match made.make_one(api, &own, folder.name()) {
                Ok(()) => {}
                Err(error) => {
                    made.remove_unknown(api);
                    return Err(error);
                }
            }
        }
        Ok(made)
    }

    fn make_one(&mut self, api: &Api, own: &Path, name: &str) -> Result<(), AppError> {
        let place = own.join(name);
        let failed = |path: &Path, error: std::io::Error| {
            AppError::from(flowkeep_files::io_reason(&error)).with("path", path.display())
        };
        if let Err(error) = api.files.create_folder(own)
            && error.kind() != ErrorKind::AlreadyExists
        {
            return Err(failed(own, error));
        }
        match api.files.create_folder_like(&place, own) {
            Ok(()) => {
                self.0.push(place);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(failed(&place, error)),
        }
    }

    /// Takes those away for which no folder came in after all.
    pub(crate) fn remove_unknown(self, api: &Api) {
        let known = match api.store.task_folders() {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "empty task folders may be left");
                return;
            }
        };
        for place in self.0 {
            if !known.iter().any(|folder| folder.path == place) {
                remove_place(api, &place);
            }
        }
    }
}

/// The folders in the data folder that an operation brought and in which something lies, or may lie: they stay
/// when it is undone, so that nobody loses sight of it.
pub(crate) fn occupied(api: &Api, operation: &str) -> Result<HashSet<FolderId>, AppError> {
    let folders = api.store.folders_brought(operation)?;
    let mut occupied = HashSet::new();
    for folder in folders.into_iter().filter(|folder| is_own(api, folder)) {
        // What cannot be looked into may hold anything.
        let is_empty = match api.files.entries(&folder.path) {
            Ok(entries) => entries.is_empty(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if !is_empty {
            occupied.insert(folder.id);
        }
    }
    Ok(occupied)
}

/// Takes the places of folders away that are known no more, of those in the data folder.
pub(crate) fn remove_places(api: &Api, gone: &[TaskFolderRecord]) {
    for folder in gone.iter().filter(|folder| is_own(api, folder)) {
        remove_place(api, &folder.path);
    }
}

fn is_own(api: &Api, folder: &TaskFolderRecord) -> bool {
    folder.path.parent() == Some(&api.real_data_dir().join(OWN_FOLDERS))
}

impl Api {
    /// The data folder, through no links: so task folders are known.
    pub(crate) fn real_data_dir(&self) -> PathBuf {
        let real = self.data_dir.canonicalize();
        real.unwrap_or_else(|_| self.data_dir.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use flowkeep_host::testing::FailingFiles;
    use serde_json::json;

    use super::*;
    use crate::bodies::session_store;
    use crate::testing::{adopt, keep_workflow, know, open, task_folder};
    use crate::types::{
        ActivityInput, BackupInput, ChosenPlace, FolderCreateInput, FolderRef, FolderSetInput,
        RestoreInput, RestorePlanInput, RestoreResult, SessionStoreMoveInput, UndoInput,
        UndoResult,
    };
    use crate::{Silent, activity, backups, folders, plan_decisions, restores};

    /// A workflow with a task folder inside the data folder.
    fn with_folder(data_dir: &Path) -> Api {
        let api = open(data_dir);
        keep_workflow(&api, r#"{"id": "w", "name": "W", "tasks": []}"#);
        let input = FolderCreateInput {
            workflow: "w".to_owned(),
            root: None,
            for_runs: None,
        };
        folders::create(&api, input).unwrap();
        api
    }

    /// A data folder with a task folder inside, one outside in which an archive is, and a backup of it.
    fn backed_up(root: &Path) -> PathBuf {
        let api = with_folder(&root.join("first"));
        let outside = root.join("outside");
        std::fs::create_dir(&outside).unwrap();
        adopt(&api, "w", &outside);
        std::fs::write(outside.join("a.csv"), "a").unwrap();
        let archive = serde_json::from_value(json!({"id": "outside"})).unwrap();
        folders::archive(&api, archive, &Silent).unwrap();
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.join("backups"))),
            ..BackupInput::default()
        };
        let made = backups::backup(&api, input, &Silent).unwrap();
        made.target_dir.into()
    }

    fn planned(api: &Api, backup: &Path) -> String {
        let from = Some(ChosenPlace::Path(backup.to_owned()));
        let plan = restores::restore_plan(api, RestorePlanInput { from }, &Silent).unwrap();
        plan.plan_id
    }

    fn restored(api: &Api, plan_id: String) -> RestoreResult {
        let input = RestoreInput {
            plan_id,
            without_safety_copy: true,
        };
        restores::restore(api, input, &Silent).unwrap()
    }

    fn count(result: &RestoreResult) -> u32 {
        let mut others = result.others.iter();
        let folders = others.find(|other| other.kind == "folder");
        folders.map_or(0, |folders| folders.count)
    }

    fn undo(api: &Api, result: &RestoreResult) -> UndoResult {
        let operation_id = result.undo_id.clone();
        restores::undo(api, UndoInput { operation_id }).unwrap()
    }

    #[test]
    fn they_come_back_with_their_places_and_go_when_that_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let api = open(&root.path().join("second"));
        let plan_id = planned(&api, &backup);
        let would = restores::restore_preview(&api, &plan_id).unwrap();
        let own = api.real_data_dir().join(OWN_FOLDERS);
        assert!(!own.exists(), "a plan makes nothing");
        let result = restored(&api, plan_id);
        assert_eq!((count(&would), count(&result)), (2, 2));
        let known = api.store.task_folders().unwrap();
        let [inside, outside] = &known[..] else {
            unreachable!("{known:?}")
        };
        assert_eq!(inside.path.parent(), Some(own.as_path()));
        assert!(inside.path.is_dir());

        let undone = undo(&api, &result);
        assert_eq!((undone.restored, undone.removed, undone.kept), (1, 1, 0));
        assert!(api.store.task_folders().unwrap().is_empty());
        assert!(!inside.path.exists());
        assert!(outside.path.is_dir(), "what lies outside is left alone");
    }

    #[test]
    fn one_whose_disk_is_silent_comes_in_and_is_told() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let mut api = open(&root.path().join("second"));
        let plan_id = planned(&api, &backup);
        let outside = root.path().canonicalize().unwrap().join("outside");
        api.most = std::time::Duration::from_millis(200);
        let (_closed, gate) = std::sync::mpsc::channel::<()>();
        let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
        let silent = outside.clone();
        let is_mounted = move |path: &Path| {
            if path == silent {
                let _ = gate.lock().unwrap().recv();
            }
            false
        };
        let (notes, coming) = api
            .change_plan(&plan_id, |plan| {
                let notes = sort_out_by(&api, &mut plan.staging, &Silent, is_mounted)?;
                Ok((notes, plan.staging.folders()?.len()))
            })
            .unwrap();
        assert_eq!(coming, 2);
        let told = Message::new("plan_note_disk_silent");
        let told = told.with("path", path_text(outside.parent().unwrap()));
        assert_eq!(notes, [told]);
    }

    #[test]
    fn one_of_another_computer_is_not_to_be_brought_where_a_folder_is_in_its_place() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let manifest = backup.join("manifest.json");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let mut text: serde_json::Value = serde_json::from_str(&text).unwrap();
        text["machine"] = "another".into();
        std::fs::write(&manifest, text.to_string()).unwrap();
        let api = open(&root.path().join("second"));
        let why = |api: &Api| {
            let plan_id = planned(api, &backup);
            let mut told = Vec::new();
            let looked = api.change_plan(&plan_id, |plan| {
                plan.staging.each_item::<AppError>(|item| {
                    told.extend(item.reason);
                    Ok(())
                })
            });
            looked.unwrap();
            told
        };
        assert_eq!(why(&api)[0].code, "folder_elsewhere");
        keep_workflow(&api, r#"{"id": "o", "name": "Owner", "tasks": []}"#);
        adopt(&api, "o", &root.path().join("outside"));
        let [told] = &why(&api)[..] else {
            unreachable!("{:?}", why(&api))
        };
        assert_eq!(told.code, "folder_elsewhere_here");
        assert_eq!(told.fields["workflow"], "Owner");
    }

    #[test]
    fn what_was_done_with_one_since_keeps_it() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let api = open(&root.path().join("second"));
        let result = restored(&api, planned(&api, &backup));
        let known = api.store.task_folders().unwrap();
        std::fs::write(known[0].path.join("mine.txt"), "mine").unwrap();
        let input = FolderSetInput {
            id: known[1].id.to_string(),
            archive: Some(false),
            ..FolderSetInput::default()
        };
        folders::set(&api, input).unwrap();
        let undone = undo(&api, &result);
        assert_eq!((undone.restored, undone.kept), (1, 2));
        assert_eq!(api.store.task_folders().unwrap().len(), 2);
        assert!(known[0].path.join("mine.txt").exists());
    }

    #[test]
    fn folders_alone_make_a_restore_that_can_be_undone() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let api = open(&root.path().join("second"));
        let first = restored(&api, planned(&api, &backup));
        for folder in api.store.task_folders().unwrap() {
            let id = folder.id.to_string();
            folders::forget(&api, FolderRef { id }).unwrap();
        }
        let again = restored(&api, planned(&api, &backup));
        assert_eq!((again.unchanged, again.imported, count(&again)), (1, 0, 2));
        assert!(again.undo_id.is_some());
        assert_ne!(again.undo_id, first.undo_id);
        let page = activity::list(&api, ActivityInput::default()).unwrap();
        let shown = page
            .items
            .iter()
            .find(|row| Some(&row.id) == again.undo_id.as_ref());
        assert!(shown.unwrap().undoable);
        let latest = UndoInput { operation_id: None };
        let undone = restores::undo(&api, latest).unwrap();
        assert_eq!(Some(undone.undone.operation_id), again.undo_id);
        assert_eq!((undone.restored, undone.kept), (0, 0));
        assert!(api.store.task_folders().unwrap().is_empty());
        assert!(api.store.document(Kind::Workflow, "w").unwrap().is_some());
    }

    /// The data may have been moved into what was a task folder: the places of a trial lie in there, too.
    #[test]
    fn a_backup_of_data_that_lies_in_a_task_folder_is_proven() {
        let root = tempfile::tempdir().unwrap();
        let around = root.path().canonicalize().unwrap();
        let api = with_folder(&around.join("data"));
        let known = task_folder("00000000000000000000000001", "w", &around);
        know(&api, &known);
        let elsewhere = tempfile::tempdir().unwrap();
        let input = BackupInput {
            into: Some(ChosenPlace::Path(elsewhere.path().join("backups"))),
            ..BackupInput::default()
        };
        let made = backups::backup(&api, input, &Silent).unwrap();
        assert!(made.verified);
    }

    #[test]
    fn one_that_cannot_be_looked_into_stays_when_it_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let mut api = open(&root.path().join("second"));
        let result = restored(&api, planned(&api, &backup));
        let inside = api.store.task_folders().unwrap()[0].clone();
        std::fs::write(inside.path.join("mine.txt"), "mine").unwrap();
        let closed = FailingFiles::at(0, ErrorKind::PermissionDenied).never("entries");
        api.files = std::sync::Arc::new(closed);
        let undone = undo(&api, &result);
        assert_eq!((undone.restored, undone.kept), (1, 1));
        assert_eq!(api.store.task_folders().unwrap(), [inside]);
    }

    #[test]
    fn one_whose_place_is_gone_goes_when_it_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        let api = open(&root.path().join("second"));
        let result = restored(&api, planned(&api, &backup));
        std::fs::remove_dir(&api.store.task_folders().unwrap()[0].path).unwrap();
        assert_eq!(undo(&api, &result).kept, 0);
        assert!(api.store.task_folders().unwrap().is_empty());
    }

    #[test]
    fn one_that_would_be_unsafe_here_or_is_not_wanted_stays_out() {
        let root = tempfile::tempdir().unwrap();
        let backup = backed_up(root.path());
        // This data folder lies in what was a task folder of the other; the snapshots of that one do.
        let inside = open(&root.path().join("outside/data"));
        let beside = open(&root.path().join("beside"));
        let to = ChosenPlace::Path(root.path().join("outside/kept"));
        let to = SessionStoreMoveInput {
            to: Some(to),
            lost: None,
        };
        session_store::move_to(&beside, to, &Silent).unwrap();
        for api in [inside, beside] {
            let plan_id = planned(&api, &backup);
            let result = restored(&api, plan_id.clone());
            assert_eq!(count(&result), 1);
            let mut told = Vec::new();
            plan_decisions::each_result(&api, &plan_id, |item| {
                told.extend(item.reason);
                Ok(())
            })
            .unwrap();
            let why = told
                .iter()
                .find(|why| why.code == "folder_left_out")
                .unwrap();
            assert_eq!(why.because.as_ref().unwrap().code, "folder_unsafe_data");
        }

        let api = open(&root.path().join("third"));
        let plan_id = planned(&api, &backup);
        plan_decisions::keep_only(&api, &plan_id, &["workflow".to_owned()]).unwrap();
        assert_eq!(count(&restored(&api, plan_id)), 0);
        assert!(!api.real_data_dir().join(OWN_FOLDERS).exists());
    }
}
