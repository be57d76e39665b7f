//! What to look after when a backup came in: passwords and task folders that are not here, schedules that are off,
//! and what concerns another computer where it comes from one. Only what came in is told of, each with its names.

use std::path::Path;

use flowkeep_core::folder::OWN_FOLDERS;
use flowkeep_core::{Bound, Document, Kind, Message, OperationId, bound};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{SnapshotFolder, StagedItem, TaskFolderRecord};

use crate::backups::chosen_folder;
use crate::plans::Plan;
use crate::types::SnapshotSecrets;
use crate::{Api, AppError, folders_coming, roots_coming, settings, snapshot_keys};

/// Names told of those that something is about.
const NAMES: usize = 3;

/// The documents that something is about.
#[derive(Default)]
struct About {
    count: u32,
    names: Vec<String>,
}

impl About {
    fn add(&mut self, name: Option<String>) {
        self.count += 1;
        if self.names.len() < NAMES {
            self.names.extend(name);
        }
    }

    fn message(self, code: &str) -> Option<Message> {
        (self.count > 0).then(|| {
            Message::new(code)
                .with("count", self.count)
                .with("names", self.names.join(", "))
        })
    }
}

fn named(item: &StagedItem) -> Option<String> {
    item.name.clone().or_else(|| item.id.clone())
}

/// What is left to do here after this plan, which this operation carried out.
pub(crate) fn of(
    api: &Api,
    plan: &Plan,
    operation: Option<OperationId>,
) -> Result<Vec<Message>, AppError> {
    let mut told = Vec::from_iter(connections(api, plan)?);
    told.extend(folders(api, plan, operation)?);
    told.extend(config_roots(plan)?);
    told.extend(documents(plan)?);
    if plan.made_elsewhere() && chosen_folder(api)?.is_none() {
        told.push(Message::new("checklist_backup_folder"));
    }
    if operation.is_some() {
        told.extend(snapshot_key(api)?);
        told.extend(snapshot_secrets(api, plan)?);
    }
    Ok(told)
}

/// The key without which what came in of configurations cannot be read.
fn snapshot_key(api: &Api) -> Result<Option<Message>, AppError> {
    let closed = snapshot_keys::without_key(api)?.filter(|count| *count > 0);
    Ok(closed.map(|closed| Message::new("checklist_snapshot_key").with("count", closed)))
}

/// That keys are masked here, where what came in of configurations was kept encrypted.
fn snapshot_secrets(api: &Api, plan: &Plan) -> Result<Option<Message>, AppError> {
    let is_masked = settings::of(&api.store)?.snapshot_secrets == SnapshotSecrets::Masked;
    let comes_encrypted = is_masked && plan.staging.is_any_encrypted()?;
    Ok(comes_encrypted.then(|| Message::new("checklist_snapshot_secrets")))
}

/// The folders of configurations that came in, or would, and are not here.
fn config_roots(plan: &Plan) -> Result<Option<Message>, AppError> {
    let mut away = About::default();
    for path in roots_coming::away(&plan.staging)? {
        away.add(Some(path));
    }
    Ok(away.message("checklist_config_roots"))
}

/// The connections whose passwords have to be entered.
fn connections(api: &Api, plan: &Plan) -> Result<Option<Message>, AppError> {
    let mut without = About::default();
    for name in plan.staging.connections_with_password()? {
        // One that was here stays as it is; one that came has none that was given for it.
        let here = api.store.connection(&name)?;
        if here.is_none_or(|here| here.with_password && here.password.is_none()) {
            without.add(Some(name));
        }
    }
    Ok(without.message("checklist_connections"))
}

/// The task folders that workflows name and that are not known here, nor come in; and those that are known
/// here as another workflow's, whose files a run of this one would archive.
fn folders(
    api: &Api,
    plan: &Plan,
    operation: Option<OperationId>,
) -> Result<Vec<Message>, AppError> {
    let with_it = plan.staging.folders()?;
    let coming = if plan.applied { &[][..] } else { &with_it };
    let known = api.store.task_folders()?;
    let (mut unknown, mut of_others) = (About::default(), About::default());
    let mut here_already = About::default();
    for wants in plan.staging.folders_wanted()? {
        let wanted = &wants.folder;
        let comes = |folder: &SnapshotFolder| {
            folder.id.to_string() == *wanted || folder.path == *wanted || folder.name() == wanted
        };
        // By its text alone: a document that comes in may name any path, also on a disk that does not answer.
        if coming.iter().any(comes) {
            continue;
        }
        let here: Vec<_> = known
            .iter()
            .filter(|folder| folder.is_called(wanted))
            .collect();
        // What two workflows share where they come from is agreed upon there.
        let is_foreign = |folder: &&TaskFolderRecord| {
            folder.workflow_id != wants.workflow_id && with_it.iter().all(|one| one.id != folder.id)
        };
        if here.is_empty() {
            // What came with it had no room beside the folder that is in its place.
            let place = with_it.iter().find(|folder| comes(folder));
            let place = place.map(|folder| api.real_data_dir().join(text_path(&folder.path)));
            let there = known.iter().find(|one| Some(&one.path) == place.as_ref());
            match there {
                Some(there) => here_already.add(Some(format!(
                    "{}: {} – {}",
                    wants.workflow,
                    path_text(&there.path),
                    folders_coming::owner(api, there)?
                ))),
                None => unknown.add(Some(wants.workflow)),
            }
        } else if plan.made_elsewhere() && here.iter().all(is_foreign) {
            of_others.add(Some(wants.workflow));
        }
    }
    let about = [
        unknown.message("checklist_folders"),
        here_already.message("checklist_folders_here"),
        of_others.message("checklist_folders_of_others"),
        without_files(api, operation, &with_it)?,
    ];
    Ok(about.into_iter().flatten().collect())
}

/// The task folders in the data folder that came back, or would, and in which nothing lies: a backup has no
/// files of theirs.
fn without_files(
    api: &Api,
    operation: Option<OperationId>,
    with_it: &[SnapshotFolder],
) -> Result<Option<Message>, AppError> {
    let brought = match operation {
        Some(operation) => Some(api.store.folders_brought(&operation.to_string())?),
        None => None,
    };
    let mut empty = About::default();
    for folder in with_it.iter().filter(|folder| folder.is_own()) {
        let comes = match &brought {
            Some(brought) => brought.iter().any(|one| one.id == folder.id),
            None => api.store.task_folder(folder.id)?.is_none(),
        };
        let place = api.real_data_dir().join(text_path(&folder.path));
        let there = api.files.entries(&place);
        if comes && there.is_ok_and(|there| there.is_empty()) {
            empty.add(Some(folder.name().to_owned()));
        }
    }
    let places = path_text(&api.real_data_dir().join(OWN_FOLDERS));
    let told = empty.message("checklist_folders_empty");
    Ok(told.map(|told| told.with("path", places)))
}

/// What the documents that came need: their schedules are off wherever they came from.
fn documents(plan: &Plan) -> Result<Vec<Message>, AppError> {
    let (mut places, mut secrets) = (About::default(), About::default());
    let mut schedules = About::default();
    let elsewhere = plan.made_elsewhere();
    for (name, path) in plan.staging.connections_to_files()? {
        if elsewhere || !Path::new(&path).is_absolute() {
            places.add(Some(name));
        }
    }
    plan.staging.each_item::<AppError>(|item| {
        if !matches!(item.action.as_deref(), Some("imported" | "updated")) {
            return Ok(());
        }
        if item.kind == Some(Kind::Workflow) && item.starts_by.is_some() {
            schedules.add(named(&item));
        }
        // Only what comes from another computer is read for what leads back there.
        let stored = if elsewhere {
            plan.staging.text(item.item)?
        } else {
            None
        };
        let (Some(kind), Some(stored)) = (item.kind, stored) else {
            return Ok(());
        };
        // What cannot be read any more has been told of as damaged.
        let Ok(document) = Document::parse(stored.format, stored.text) else {
            return Ok(());
        };
        let Bound { place, secret } = bound(kind, &document);
        if place {
            places.add(named(&item));
        }
        if secret {
            secrets.add(named(&item));
        }
        Ok(())
    })?;
    let about = [
        schedules.message("checklist_schedules"),
        secrets.message("checklist_passwords"),
        places.message("checklist_paths"),
    ];
    Ok(about.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::testing::{adopt, keep_workflow, open};
    use crate::types::{
        BackupInput, ChosenPlace, FolderCreateInput, RestoreInput, RestorePlanInput, RestoreResult,
    };
    use crate::{Silent, backups, folders, restores};

    fn restored(into: &Path, backup: &Path) -> RestoreResult {
        let api = open(into);
        let from = Some(ChosenPlace::Path(backup.to_owned()));
        let plan = restores::restore_plan(&api, RestorePlanInput { from }, &Silent).unwrap();
        let input = RestoreInput {
            plan_id: plan.plan_id,
            without_safety_copy: false,
        };
        restores::restore(&api, input, &Silent).unwrap()
    }

    /// A document says any path it likes, and a disk that does not answer would be asked for it.
    #[test]
    fn a_folder_is_told_by_its_text_and_no_disk_is_asked() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let outside = root.path().canonicalize().unwrap().join("outside");
        let path = outside.to_str().unwrap();
        let roundabout = format!("{path}/../outside");
        for (id, folder) in [
            ("Straight", path),
            ("Name", "outside"),
            ("Round", &roundabout),
        ] {
            workflow(&api, id, folder);
        }
        adopted(&api, "Straight", &outside);
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        let backup = backups::backup(&api, input, &Silent).unwrap().target_dir;
        let result = restored(&root.path().join("second"), Path::new(&backup));
        let told = result.checklist.iter();
        let told = told.map(|told| (told.code.as_str(), told.fields["names"].as_str()));
        assert_eq!(told.collect::<Vec<_>>(), [("checklist_folders", "Round")]);
    }

    fn backed_up(api: &crate::Api, root: &Path) -> PathBuf {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.join("backups"))),
            ..BackupInput::default()
        };
        backups::backup(api, input, &Silent)
            .unwrap()
            .target_dir
            .into()
    }

    fn put_elsewhere(backup: &Path) {
        let manifest = backup.join("manifest.json");
        let mut text: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
        text["machine"] = "another".into();
        std::fs::write(&manifest, text.to_string()).unwrap();
    }

    fn workflow(api: &crate::Api, id: &str, folder: &str) {
        let text = serde_json::json!({"id": id, "name": id, "taskFolder": folder, "tasks": []});
        keep_workflow(api, &text.to_string());
    }

    fn adopted(api: &crate::Api, workflow: &str, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        adopt(api, workflow, folder);
    }

    /// A run archives what lies in its folder, whoever put it there.
    #[test]
    fn what_comes_from_elsewhere_and_means_a_folder_of_another_workflow_here_is_told() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let root = root.path().canonicalize().unwrap();
        workflow(&api, "Path", root.join("sales").to_str().unwrap());
        workflow(&api, "Name", "sales");
        workflow(&api, "Owner", "shared");
        workflow(&api, "Friend", "shared");
        adopted(&api, "Owner", &root.join("there/shared"));
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.join("backups"))),
            ..BackupInput::default()
        };
        let backup = backups::backup(&api, input, &Silent).unwrap().target_dir;
        let told_in = |data: &str| {
            let api = open(&root.join(data));
            workflow(&api, "Sales", "");
            adopted(&api, "Sales", &root.join("sales"));
            drop(api);
            let result = restored(&root.join(data), Path::new(&backup));
            let mut told = result.checklist.into_iter();
            told.find_map(|mut told| {
                (told.code == "checklist_folders_of_others").then(|| told.fields.remove("names"))
            })
            .flatten()
        };
        assert_eq!(told_in("same computer"), None, "it was so when it was kept");
        put_elsewhere(Path::new(&backup));
        assert_eq!(told_in("another").as_deref(), Some("Name, Path"));
    }

    #[test]
    fn a_folder_that_had_no_room_is_told_as_the_one_that_is_in_its_place() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let root = root.path().canonicalize().unwrap();
        workflow(&api, "Sales", "");
        std::fs::create_dir(root.join("sales")).unwrap();
        let id = adopt(&api, "Sales", &root.join("sales")).id;
        let text =
            serde_json::json!({"id": "Night", "name": "Night", "taskFolder": id, "tasks": []});
        keep_workflow(&api, &text.to_string());
        let backup = backed_up(&api, &root);
        let second = root.join("second");
        let api = open(&second);
        workflow(&api, "Owner", "");
        adopted(&api, "Owner", &root.join("sales"));
        drop(api);
        let told = restored(&second, &backup).checklist;
        let here = told
            .iter()
            .find(|told| told.code == "checklist_folders_here");
        let names = here.unwrap().fields["names"].as_str();
        let path = root.join("sales");
        assert_eq!(names, format!("Night: {} – Owner", path.display()));
        assert!(told.iter().all(|told| told.code != "checklist_folders"));
    }

    /// A backup knows which folders there are, and has nothing that was in them.
    #[test]
    fn a_folder_of_the_data_folder_that_came_back_empty_is_told_once() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        workflow(&api, "Own", "");
        workflow(&api, "Elsewhere", "");
        let input = FolderCreateInput {
            workflow: "Own".to_owned(),
            root: None,
            for_runs: None,
        };
        let made = folders::create(&api, input).unwrap();
        let name = Path::new(&made.path).file_name().unwrap().to_str().unwrap();
        adopted(&api, "Elsewhere", &root.path().join("outside"));
        let backup = backed_up(&api, root.path());
        let second = root.path().join("second");
        let told = |result: RestoreResult| {
            let mut told = result.checklist.into_iter();
            told.find_map(|mut told| {
                (told.code == "checklist_folders_empty").then(|| told.fields.remove("names"))
            })
            .flatten()
        };
        assert_eq!(told(restored(&second, &backup)).as_deref(), Some(name));
        assert_eq!(told(restored(&second, &backup)), None, "it is here by now");
        let third = root.path().join("third");
        let kept = third.join("task-folders").join(name);
        drop(open(&third));
        std::fs::create_dir_all(&kept).unwrap();
        std::fs::write(kept.join("orders.csv"), "1").unwrap();
        assert_eq!(told(restored(&third, &backup)), None, "its files are there");
    }

    #[test]
    fn only_what_came_from_another_computer_and_needs_something_is_told() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        for (id, more) in [
            ("Plain", ""),
            ("Inbox", r#""watch": {"folder": "inbox", "pattern": "*"},"#),
            ("Reports", r#""taskFolder": "D:\\reports","#),
            ("Local", r#""taskFolder": "gone","#),
            ("Upload", r#""note": "${secret.TOKEN}","#),
        ] {
            let text = format!(r#"{{"id": "{id}", "name": "{id}", {more} "tasks": []}}"#);
            keep_workflow(&api, &text);
        }
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        let backup = backups::backup(&api, input, &Silent).unwrap().target_dir;
        let backup = Path::new(&backup);
        let own = restored(&root.path().join("own"), backup);
        let told: Vec<_> = own
            .checklist
            .iter()
            .map(|told| told.code.as_str())
            .collect();
        assert_eq!(
            (own.imported, told),
            (5, vec!["checklist_folders", "checklist_schedules"])
        );

        put_elsewhere(backup);
        let there = restored(&root.path().join("there"), backup);
        let told: Vec<_> = there
            .checklist
            .iter()
            .map(|message| {
                let names = message.fields.get("names").map(String::as_str);
                (message.code.as_str(), names.unwrap_or_default())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("checklist_folders", "Local, Reports"),
                ("checklist_schedules", "Inbox"),
                ("checklist_passwords", "Upload"),
                ("checklist_paths", "Inbox"),
                ("checklist_backup_folder", ""),
            ]
        );
    }
}
