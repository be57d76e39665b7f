//! The task folder a run would work in: who has it now, and what would become of what lies there.

use std::path::Path;
use std::time::Duration;

use flowkeep_core::Finding;
use flowkeep_core::folder::Settings;
use flowkeep_core::run::Archive;
use flowkeep_engine::{Readiness, task_folder};
use flowkeep_host::{EntryFiles as _, EntryKind, SystemFiles, path_text};
use flowkeep_store::TaskFolderRecord;

use crate::apart::in_time;
use crate::types::{RunFolder, RunFolderHolder, RunPreviewFolder};
use crate::{Api, AppError};

/// How long a disk may take to say what is in a folder: somebody looks at the sheet.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known of it.
#[derive(Default)]
pub(super) struct Met {
    pub(super) folder: Option<RunPreviewFolder>,
    pub(super) folders: Vec<RunFolder>,
    /// Why there is no such folder: it stops a start.
    pub(super) problem: Option<Finding>,
}

/// The folder that somebody names, else the workflow, and those there are to choose from.
pub(super) fn look(api: &Api, ready: &Readiness, named: Option<&str>) -> Result<Met, AppError> {
    let known = api.store.task_folders()?;
    let own = known
        .iter()
        .filter(|folder| folder.workflow_id == ready.record.id);
    let mut met = Met {
        folders: own.map(RunFolder::known).collect(),
        ..Met::default()
    };
    let definition = ready.definition.as_ref();
    let named = named.or_else(|| definition?.task_folder.as_deref());
    let Some(named) = named else {
        met.problem.clone_from(&ready.unknown_folder);
        return Ok(met);
    };
    match task_folder(&api.store, named)? {
        Ok(folder) => met.folder = Some(of(api, folder)?),
        Err(why) => {
            met.problem = Some(ready.unknown_folder.clone().unwrap_or_else(|| Finding {
                path: String::new(),
                code: why.code,
                fields: why.fields,
                place: None,
            }));
        }
    }
    Ok(met)
}

fn of(api: &Api, folder: TaskFolderRecord) -> Result<RunPreviewFolder, AppError> {
    let held = api.store.folder_holder(folder.id)?;
    let (path, settings) = (folder.path.clone(), folder.settings.clone());
    let lying = in_time(PATIENCE, &folder.path, move |_| lying(&path, &settings));
    let (lying, trouble) = match lying {
        Ok(lying) => (lying, None),
        Err(why) => (Lying::default(), Some(why.into())),
    };
    Ok(RunPreviewFolder {
        id: folder.id.to_string(),
        path: path_text(&folder.path),
        trouble,
        held_by: held.map(|held| RunFolderHolder {
            id: held.run.to_string(),
            workflow_name: held.workflow_name,
        }),
        archives: folder.settings.archive,
        archives_step: folder.settings.archive && folder.settings.archive_in_step_mode,
        files: lying.files,
        bytes: lying.bytes,
        names: lying.names,
        kept: lying.kept,
    })
}

/// What lies in a folder and is a file or a link: only that is archived.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lying {
    files: u32,
    bytes: u64,
    names: Vec<String>,
    kept: Vec<String>,
}

fn lying(path: &Path, settings: &Settings) -> Result<Lying, AppError> {
    let gone = || {
        let gone = AppError::new("folder_gone");
        gone.with("path", path_text(path))
    };
    if !path.is_dir() {
        return Err(gone());
    }
    let entries = SystemFiles.entries(path).map_err(|error| {
        AppError::new("folder_unreadable")
            .with("path", path_text(path))
            .with("detail", error)
    })?;
    let mut lying = Lying::default();
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.name.to_string_lossy().into_owned();
        if settings.keeps(&name) {
            if matches!(entry.kind, EntryKind::File | EntryKind::Link) {
                lying.kept.push(name);
            }
            continue;
        }
        if matches!(entry.kind, EntryKind::File | EntryKind::Link) {
            lying.files = lying.files.saturating_add(1);
            lying.bytes = lying.bytes.saturating_add(entry.bytes);
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(Archive::NAMES);
    lying.kept.sort_unstable();
    lying.names = names;
    Ok(lying)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_archived_is_files_and_links_that_are_not_kept() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path();
        std::fs::write(path.join("b.csv"), "12345").unwrap();
        std::fs::write(path.join("a.csv"), "1").unwrap();
        std::fs::write(path.join("Table_List.TXT"), "t").unwrap();
        std::fs::write(path.join("mine.txt"), "m").unwrap();
        std::fs::create_dir(path.join("vector_bak")).unwrap();
        let settings = Settings {
            keep: vec!["mine.txt".to_owned()],
            ..Settings::default()
        };
        assert_eq!(
            lying(path, &settings).unwrap(),
            Lying {
                files: 2,
                bytes: 6,
                names: vec!["a.csv".to_owned(), "b.csv".to_owned()],
                kept: vec!["Table_List.TXT".to_owned(), "mine.txt".to_owned()],
            }
        );
        let gone = lying(&path.join("gone"), &settings).unwrap_err();
        assert_eq!(gone.code, "folder_gone");
    }
}
