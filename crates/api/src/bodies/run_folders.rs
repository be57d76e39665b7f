//! The task folder of a run, for the commands about runs.

use std::path::PathBuf;

use flowkeep_core::folder::{OWN_FOLDERS, Policy};
use flowkeep_core::run::Start;
use flowkeep_core::{FolderId, RunId};
use flowkeep_store::{KeptRun, RunFolder as KeptFolder, StoreError};

use super::folders;
use super::runs::find;
use crate::types::{RunArchive, RunFolder};
use crate::{Api, AppError};

/// The folder that a person names.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`.
pub(super) fn meant(api: &Api, named: Option<String>) -> Result<Option<FolderId>, AppError> {
    let folder = named.map(|named| folders::meant(api, &named)).transpose()?;
    Ok(folder.map(|folder| folder.id))
}

/// What a person who starts a run says of its folder. Whoever is refused has trusted nothing yet.
///
/// # Errors
/// `folder_in_use`.
pub(super) fn taken(api: &Api, start: &mut Start, anyway: Option<bool>) -> Result<(), AppError> {
    let Some(folder) = start.folder else {
        start.on_archive_failure = None;
        return Ok(());
    };
    start.on_archive_failure = Some(match anyway {
        Some(true) => Policy::Continue,
        _ => Policy::Stop,
    });
    free_but_for(api, Some(folder), None)
}

/// Refuses a folder that a run has, unless it is this one.
///
/// # Errors
/// `folder_in_use`.
pub(super) fn free_but_for(
    api: &Api,
    folder: Option<FolderId>,
    run: Option<RunId>,
) -> Result<(), AppError> {
    let held = folder.map(|folder| api.store.held_folder(folder));
    match held.transpose()?.flatten() {
        Some(held) if Some(held.run) != run => Err(StoreError::FolderInUse(Box::new(held)).into()),
        _ => Ok(()),
    }
}

/// What people are shown of it.
pub(super) fn shown(kept: Option<KeptFolder>) -> (Option<RunFolder>, Option<RunArchive>) {
    let Some(mut kept) = kept else {
        return (None, None);
    };
    let archive = kept.archive.take();
    let archive = archive.map(|archive| RunArchive::of(&kept, archive));
    (kept.is_known().then(|| RunFolder::of(&kept)), archive)
}

/// Where the files are that a run wrote. In a task folder a later run has moved them into its archive.
///
/// # Errors
/// `run_no_folder` where its task folder is known no more.
pub(super) fn files_of(api: &Api, run: &KeptRun) -> Result<PathBuf, AppError> {
    let Some(held) = api.store.run_folder(run.row)? else {
        let own = api.data_dir.join(OWN_FOLDERS);
        return Ok(own.join(run.id.to_string()));
    };
    if !held.is_known() {
        return Err(none());
    }
    Ok(match api.store.archived_after(held.folder, run.row)? {
        Some(archive) => held.path.join(archive),
        None => held.path,
    })
}

fn none() -> AppError {
    AppError::new("run_no_folder")
}

/// The folder in which a run left its files, or the archive it made of what lay there before.
///
/// # Errors
/// `run_no_folder`, also for what is no run: a page never says where something is.
pub fn place(api: &Api, id: &str, archive: bool) -> Result<PathBuf, AppError> {
    let run = find(api, id).map_err(|_| none())?;
    let made = api.store.run_folder(run.row)?.filter(|_| archive);
    let folder = match made {
        Some(kept) if !kept.is_known() => return Err(none()),
        Some(kept) => match kept.archive.and_then(|archive| archive.name) {
            Some(name) => kept.path.join(name),
            None => kept.path,
        },
        None => files_of(api, &run)?,
    };
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err(none())
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Format;
    use flowkeep_core::run::{Archive, Head, Moment, Status};
    use flowkeep_store::{NewRun, RunWrite};

    use super::*;
    use crate::testing::{know, open, task_folder};
    use crate::types::FolderRef;

    fn add(api: &Api, folder: Option<FolderId>) -> (i64, String) {
        let new = NewRun {
            workflow_id: None,
            workflow_name: "W".to_owned(),
            revision: None,
            text: r#"{"tasks": [{"id": "a", "action": "manual"}]}"#.to_owned(),
            format: Format::Json,
            context: "{}".to_owned(),
            start: Start {
                folder,
                ..Start::default()
            },
            actor: "somebody".to_owned(),
            face: "test".to_owned(),
            repeats: None,
            parent: None,
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        let (row, id) = added.unwrap();
        (row, id.to_string())
    }

    fn write(api: &Api, row: i64, writes: Vec<RunWrite>) {
        let run = api.store.run_at(row).unwrap().unwrap().id;
        let written = api
            .store
            .write::<_, StoreError>(move |tx| tx.write_run(row, run, Moment(1), &writes));
        written.unwrap();
    }

    fn refused(api: &Api, id: &str, archive: bool) {
        let refused = place(api, id, archive).unwrap_err();
        assert_eq!(refused.code, "run_no_folder", "{id}");
    }

    #[test]
    fn a_run_leads_to_its_own_folder_only() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (_, id) = add(&api, None);
        refused(&api, &id, false);
        let own = api.data_dir.join("task-folders").join(&id);
        std::fs::create_dir_all(&own).unwrap();
        assert_eq!(place(&api, &id, false).unwrap(), own);
        for elsewhere in ["", "..", "../logs", "/etc", "01M7Z8Q2B4C6D8E0F2G4H6J8K0"] {
            refused(&api, elsewhere, false);
        }
    }

    #[test]
    fn what_a_run_left_in_a_task_folder_is_found_where_a_later_one_has_moved_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let path = root.path().join("tasks");
        std::fs::create_dir_all(path.join("file_bak_2")).unwrap();
        let folder = task_folder("01M7Z8Q2B4C6D8E0F2G4H6J8K0", "w", &path);
        let id = folder.id;
        know(&api, &folder);
        let (row, first) = add(&api, Some(id));
        assert_eq!(place(&api, &first, false).unwrap(), path);
        // It made no archive: then its folder is the nearest.
        assert_eq!(place(&api, &first, true).unwrap(), path);
        let head = Head {
            status: Status::Succeeded,
            ..Head::new(first.parse().unwrap())
        };
        write(&api, row, vec![RunWrite::Head(Box::new(head))]);
        let (row, second) = add(&api, Some(id));
        let archive = Archive {
            name: Some("file_bak_2".to_owned()),
            ended_at: Some(Moment(2)),
            ..Archive::begun(Moment(1))
        };
        let so_far = Archive::begun(Moment(1));
        write(&api, row, vec![RunWrite::Archive(Some(Box::new(archive)))]);
        // How far it was comes too late.
        write(&api, row, vec![RunWrite::Archive(Some(Box::new(so_far)))]);
        write(&api, row, vec![RunWrite::Archive(None)]);
        let made = path.join("file_bak_2");
        assert_eq!(place(&api, &first, false).unwrap(), made);
        assert_eq!(place(&api, &second, true).unwrap(), made);
        assert_eq!(place(&api, &second, false).unwrap(), path);

        // What is known no more leads nowhere, least of all to where this process happens to be.
        let head = Head {
            status: Status::Succeeded,
            ..Head::new(second.parse().unwrap())
        };
        write(&api, row, vec![RunWrite::Head(Box::new(head))]);
        let by_id = FolderRef { id: id.to_string() };
        folders::forget(&api, by_id).unwrap();
        for run in [&first, &second] {
            refused(&api, run, false);
            refused(&api, run, true);
        }
        let kept = api.store.run_folder(row).unwrap();
        let (shown, archive) = shown(kept);
        assert!(shown.is_none());
        assert_eq!(archive.unwrap().path, None);
    }
}
