//! The task folder a run would work in: who has it now, and what would become of what lies there.

use std::time::Duration;

use flowkeep_core::Finding;
use flowkeep_core::folder::{TABLE_LIST, table_list_among};
use flowkeep_core::run::Archive;
use flowkeep_engine::{Readiness, task_folder};
use flowkeep_files::folders::{self, FolderFile};
use flowkeep_host::path_text;
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
    let held = api.store.held_folder(folder.id)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let there = in_time(PATIENCE, &folder.path, move |_| {
        folders::contents(&workshop, id).map_err(AppError::from)
    });
    let (lying, trouble) = match there {
        Ok(there) => (Lying::of(there), None),
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

/// What lies in a folder, parted into what is archived and what stays. The list of tables is both: its copy
/// goes along.
#[derive(Default)]
struct Lying {
    files: u32,
    bytes: u64,
    names: Vec<String>,
    kept: Vec<String>,
}

impl Lying {
    fn of(there: Vec<FolderFile>) -> Self {
        let (kept, mut archived): (Vec<_>, Vec<_>) = there.into_iter().partition(|file| file.kept);
        let there = kept.iter().map(|file| (file.name.as_str(), !file.link));
        let list = table_list_among(there, TABLE_LIST).filter(|(_, is_file)| *is_file);
        let list = list.and_then(|(name, _)| kept.iter().find(|file| file.name == name));
        archived.extend(list.filter(|_| !archived.is_empty()).cloned());
        let bytes = archived.iter().map(|file| file.bytes).sum();
        let names = |files: Vec<FolderFile>| files.into_iter().map(|file| file.name);
        Self {
            files: u32::try_from(archived.len()).unwrap_or(u32::MAX),
            bytes,
            names: names(archived).take(Archive::NAMES).collect(),
            kept: names(kept).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::FolderId;
    use flowkeep_core::folder::Settings;
    use flowkeep_store::StoreError;
    use ulid::Ulid;

    use super::*;
    use crate::testing::open;

    #[test]
    fn what_would_be_archived_is_files_and_links_that_are_not_kept() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let path = root.path().canonicalize().unwrap().join("task");
        std::fs::create_dir_all(path.join("vector_bak")).unwrap();
        std::fs::write(path.join("b.csv"), "12345").unwrap();
        std::fs::write(path.join("a.csv"), "1").unwrap();
        std::fs::write(path.join("Table_List.TXT"), "t").unwrap();
        std::fs::write(path.join("mine.txt"), "m").unwrap();
        let folder = TaskFolderRecord {
            id: FolderId(Ulid::generate()),
            workflow_id: "w".to_owned(),
            path: path.clone(),
            settings: Settings {
                keep: vec!["mine.txt".to_owned()],
                ..Settings::default()
            },
            sequence: 0,
            created_at: 0,
        };
        let known = folder.clone();
        let added = api
            .store
            .write::<_, StoreError>(move |tx| tx.add_task_folder(&known));
        added.unwrap();
        let met = of(&api, folder.clone()).unwrap();
        assert_eq!(met.trouble, None);
        assert_eq!((met.files, met.bytes), (3, 7));
        assert_eq!(met.names, ["a.csv", "b.csv", "Table_List.TXT"]);
        assert_eq!(met.kept, ["Table_List.TXT", "mine.txt"]);
        for result in ["a.csv", "b.csv"] {
            std::fs::remove_file(path.join(result)).unwrap();
        }
        assert_eq!(
            of(&api, folder.clone()).unwrap().files,
            0,
            "a list alone makes no archive"
        );
        std::fs::rename(&path, root.path().join("elsewhere")).unwrap();
        let gone = of(&api, folder).unwrap();
        assert_eq!(gone.trouble.unwrap().code, "error_folder_gone");
        assert_eq!(gone.files, 0);
    }
}
