//! The task folder a run would work in: who has it now, and what would become of what lies there.

use std::time::Duration;

use flowkeep_core::folder::{TABLE_LIST, is_file_name, is_table_list};
use flowkeep_core::run::{Archive, Definition, Task};
use flowkeep_core::{Finding, Message, Value};
use flowkeep_engine::{Readiness, task_folder};
use flowkeep_files::folders::{self, FolderFile};
use flowkeep_host::path_text;
use flowkeep_store::TaskFolderRecord;

use super::uses;
use crate::apart::in_time;
use crate::types::{RunFolder, RunFolderHolder, RunPreviewFolder, RunPreviewTask, WorkflowUse};
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
    /// The names of the plain files that a first task finds in it, where it could be looked at.
    lying: Option<Vec<String>>,
}

impl Met {
    /// Tells of each task that begins with a list of tables whether that list is there. One that comes after
    /// others may read what they write.
    pub(super) fn tell_what_lacks(
        &self,
        definition: Option<&Definition>,
        rows: &mut [RunPreviewTask],
    ) {
        let Some(lying) = &self.lying else { return };
        let tasks = definition.map_or(&[][..], Definition::tasks).iter();
        for task in tasks.filter(|task| task.depends_on.is_empty()) {
            let Some(lacking) = lacking_list(task, lying) else {
                continue;
            };
            let row = rows.iter_mut().find(|row| row.id == task.id.as_str());
            if let Some(row) = row {
                row.no_input = Some(Message::new("tables_missing").with("path", lacking));
            }
        }
    }
}

/// The list of tables that a task reads and that is not among these files.
fn lacking_list<'t>(task: &'t Task, lying: &[String]) -> Option<&'t str> {
    if task.action.name != "table_list.read" {
        return None;
    }
    let wanted = match task.params.get("path") {
        None | Some(Value::Null) => TABLE_LIST,
        Some(path) => path.as_word()?,
    };
    // What an expression gives, and what lies deeper, is not known here.
    let is_seen = is_file_name(wanted) && !wanted.contains("${");
    let mut names = lying.iter().map(String::as_str);
    let is_there = names.clone().any(|name| name == wanted)
        || is_table_list(wanted) && names.any(is_table_list);
    (is_seen && !is_there).then_some(wanted)
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
        Ok(folder) => {
            let others = others(api, &folder, &ready.record.id)?;
            let (folder, lying) = of(api, folder)?;
            let folder = RunPreviewFolder { others, ..folder };
            met.folder = Some(folder);
            met.lying = lying;
        }
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

/// The other workflows that name a folder. The one it was made for is among them only where it says so itself:
/// otherwise its runs work in one of their own until somebody chooses this.
fn others(
    api: &Api,
    folder: &TaskFolderRecord,
    workflow: &str,
) -> Result<Vec<WorkflowUse>, AppError> {
    let mut others = uses::of_folder(api, folder)?.workflows;
    others.retain(|one| one.id != workflow);
    Ok(others)
}

fn of(
    api: &Api,
    folder: TaskFolderRecord,
) -> Result<(RunPreviewFolder, Option<Vec<String>>), AppError> {
    let held = api.store.held_folder(folder.id)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let there = in_time(PATIENCE, &folder.path, move |_| {
        folders::contents(&workshop, id).map_err(AppError::from)
    });
    let (names, lying, trouble) = match there {
        Ok(there) => {
            let archives = folder.settings.archive;
            let stays = there
                .iter()
                .filter(|file| !file.link && (file.kept || !archives));
            let names = stays.map(|file| file.name.clone()).collect();
            (Some(names), Lying::of(there), None)
        }
        Err(why) => (None, Lying::default(), Some(why.into())),
    };
    let met = RunPreviewFolder {
        id: folder.id.to_string(),
        path: path_text(&folder.path),
        trouble,
        held_by: held.map(|held| RunFolderHolder {
            id: held.run.to_string(),
            workflow_name: held.workflow_name,
        }),
        others: Vec::new(),
        archives: folder.settings.archive,
        archives_step: folder.settings.archive && folder.settings.archive_in_step_mode,
        files: lying.files,
        bytes: lying.bytes,
        names: lying.names,
        kept: lying.kept,
    };
    Ok((met, names))
}

/// What lies in a folder, parted into what is archived and what stays.
#[derive(Default)]
struct Lying {
    files: u32,
    bytes: u64,
    names: Vec<String>,
    kept: Vec<String>,
}

impl Lying {
    fn of(there: Vec<FolderFile>) -> Self {
        let (kept, archived): (Vec<_>, Vec<_>) = there.into_iter().partition(|file| file.kept);
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
    use flowkeep_core::json;

    use super::*;
    use crate::testing::{know, open, task_folder};

    #[test]
    fn a_list_that_is_not_there_is_named_and_what_is_not_known_is_not() {
        let lacking = |params: &str, lying: &[&str]| {
            let text = format!(
                r#"{{"tasks": [{{"id": "a", "action": "table_list.read", "params": {params}}}]}}"#
            );
            let definition = Definition::read(&json::parse(&text)).unwrap();
            let lying: Vec<_> = lying.iter().map(|&name| name.to_owned()).collect();
            lacking_list(&definition.tasks()[0], &lying).map(str::to_owned)
        };
        assert_eq!(lacking("{}", &["a.ddl"]).unwrap(), "table_list.txt");
        assert_eq!(lacking("{}", &["Table_List.TXT"]), None);
        let own = r#"{"path": "mine.txt"}"#;
        assert_eq!(lacking(own, &["table_list.txt"]).unwrap(), "mine.txt");
        assert_eq!(lacking(own, &["mine.txt"]), None);
        assert_eq!(lacking(r#"{"path": "lists/mine.txt"}"#, &[]), None);
        assert_eq!(lacking(r#"{"path": "${context.list}"}"#, &[]), None);
    }

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
        let mut folder = task_folder("00000000000000000000000001", "w", &path);
        folder.settings.keep = vec!["mine.txt".to_owned()];
        know(&api, &folder);
        #[cfg(unix)]
        std::os::unix::fs::symlink("b.csv", path.join("c.csv")).unwrap();
        let stay = |archive: bool| {
            let mut folder = folder.clone();
            folder.settings.archive = archive;
            of(&api, folder).unwrap().1.unwrap()
        };
        assert_eq!(stay(true), ["Table_List.TXT", "mine.txt"]);
        assert_eq!(
            stay(false),
            ["Table_List.TXT", "a.csv", "b.csv", "mine.txt"]
        );
        #[cfg(unix)]
        std::fs::remove_file(path.join("c.csv")).unwrap();
        let (met, _) = of(&api, folder.clone()).unwrap();
        assert_eq!(met.trouble, None);
        assert_eq!((met.files, met.bytes), (2, 6));
        assert_eq!(met.names, ["a.csv", "b.csv"]);
        assert_eq!(met.kept, ["Table_List.TXT", "mine.txt"]);
        for result in ["a.csv", "b.csv"] {
            std::fs::remove_file(path.join(result)).unwrap();
        }
        assert_eq!(
            of(&api, folder.clone()).unwrap().0.files,
            0,
            "a list alone makes no archive"
        );
        std::fs::rename(&path, root.path().join("elsewhere")).unwrap();
        let (gone, lying) = of(&api, folder).unwrap();
        assert_eq!(lying, None, "what cannot be seen is not said to be missing");
        assert_eq!(gone.trouble.unwrap().code, "error_folder_gone");
        assert_eq!(gone.files, 0);
    }
}
