//! Task folders in backups and what is restored from them: which there are, and what is wanted of them.
//!
//! Absent on purpose: their files and archives, and what is being done in them. Those are on their disks.

use std::collections::HashSet;
use std::path::Component;

use flowkeep_core::FolderId;
use flowkeep_core::folder::{OWN_FOLDERS, Settings, is_file_name};
use flowkeep_host::text_path;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use crate::operation::FOLDER;
use crate::run::{json_of, to_json};
use crate::task_folder::{self, DataFolder, folder_of};
use crate::{
    OperationItemRecord, Snapshot, StagedPart, Staging, Store, StoreError, TaskFolderRecord,
};

/// A task folder in a backup. Also the text of `folders/ID.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFolder {
    /// Its id.
    pub id: FolderId,
    /// The workflow whose runs work in it.
    pub workflow: String,
    /// Where it is: `task-folders/NAME` in the data folder, else its whole path.
    pub path: String,
    /// What its owner wants of it.
    #[serde(default)]
    pub settings: Settings,
    /// Milliseconds; since when it is known.
    pub created_at: i64,
}

impl SnapshotFolder {
    /// What it is called: the last part of its path, whichever system that is of.
    pub fn name(&self) -> &str {
        let last = self.path.rsplit(['/', '\\']).next();
        last.filter(|last| !last.is_empty()).unwrap_or(&self.path)
    }

    /// Whether it is one of those that are made in the data folder: they go wherever that goes.
    pub fn is_own(&self) -> bool {
        let name = self.path.strip_prefix(OWN_FOLDERS);
        name.and_then(|name| name.strip_prefix('/'))
            .is_some_and(is_file_name)
    }

    /// Whether its path says by itself where it is on this system, and says it straight.
    pub fn is_whole_path(&self) -> bool {
        let path = text_path(&self.path);
        path.is_absolute() && !path.components().any(|part| part == Component::ParentDir)
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<SnapshotFolder> {
    let (path, settings): (String, String) = (row.get(2)?, row.get(3)?);
    let own = path.strip_prefix(OWN_FOLDERS);
    Ok(SnapshotFolder {
        id: folder_of(row, 0)?,
        workflow: row.get(1)?,
        // The same in a backup of every system.
        path: match own.and_then(|own| own.strip_prefix(std::path::MAIN_SEPARATOR)) {
            Some(name) => format!("{OWN_FOLDERS}/{name}"),
            None => path,
        },
        settings: json_of(3, &settings)?,
        created_at: row.get(4)?,
    })
}

const COLUMNS: &str = "id, workflow_id, path, settings, created_at";

impl Snapshot {
    /// The task folders, in the order of their ids.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folders(&self) -> Result<Vec<SnapshotFolder>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM task_folder ORDER BY id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Staging {
    /// Adds a task folder to a plan.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_folder(&mut self, incoming: &SnapshotFolder) -> Result<(), StoreError> {
        let sql = format!("INSERT OR REPLACE INTO folder({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)");
        self.connection.prepare_cached(&sql)?.execute((
            incoming.id.to_string(),
            &incoming.workflow,
            &incoming.path,
            to_json(&incoming.settings)?,
            incoming.created_at,
        ))?;
        Ok(())
    }

    /// The task folders of a plan, unless it was decided that none comes in.
    ///
    /// # Errors
    /// What the database says.
    pub fn folders(&self) -> Result<Vec<SnapshotFolder>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM folder
             WHERE coalesce((SELECT chosen FROM part WHERE part = ?1), 1) ORDER BY id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([StagedPart::Folders.as_str()], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes a task folder out of a plan.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_folder_out(&mut self, id: FolderId) -> Result<(), StoreError> {
        let sql = "DELETE FROM folder WHERE id = ?1";
        self.connection.execute(sql, [id.to_string()])?;
        Ok(())
    }

    /// What the workflows that come in are called, each with the task folder it names.
    ///
    /// # Errors
    /// What the database says.
    pub fn folders_wanted(&self) -> Result<Vec<FolderWanted>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, task_folder FROM item
             WHERE task_folder NOT NULL AND action IN ('imported', 'updated') ORDER BY item",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(FolderWanted {
                workflow_id: row.get(0)?,
                workflow: row.get(1)?,
                folder: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A workflow that comes in, and the task folder it says its runs work in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderWanted {
    /// The workflow's id.
    pub workflow_id: String,
    /// What the workflow is called.
    pub workflow: String,
    /// What it calls the folder.
    pub folder: String,
}

impl Store {
    /// The task folders that came with an operation and are known.
    ///
    /// # Errors
    /// What the database says.
    pub fn folders_brought(&self, operation: &str) -> Result<Vec<TaskFolderRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT id FROM operation_item
             WHERE operation = ?1 AND kind = ?2 AND before IS NULL AND after NOT NULL",
        )?;
        let brought = statement
            .query_map((operation, FOLDER), |row| folder_of(row, 0))?
            .collect::<Result<HashSet<_>, _>>()?;
        let mut folders = task_folder::all(&reader)?;
        folders.retain(|folder| brought.contains(&folder.id));
        Ok(folders)
    }
}

/// How many of a plan's folders come in beside those of the catalog, which is attached as `live`: those whose
/// workflow is here or one of the `items`.
pub(crate) fn count(plan: &Connection, items: &str) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM folder f
         WHERE EXISTS (SELECT 1 FROM live.document d
                       WHERE d.kind = 'workflow' AND d.id = f.workflow_id AND d.deleted_at IS NULL)
            OR EXISTS (SELECT 1 FROM item i WHERE i.kind = 'workflow' AND i.id = f.workflow_id
                       AND i.status = 'document' AND {items})
         ORDER BY id"
    );
    let data = DataFolder::of_attached(plan, "live")?;
    let known = task_folder::all_in(plan, &data)?;
    let coming = that_have_room(incoming(plan, &sql)?, &data, known);
    Ok(u32::try_from(coming.len()).unwrap_or(u32::MAX))
}

/// Puts the folders of the plan that is attached as `staged`: those whose workflow is here by now. Answers what
/// Activity says of each.
pub(crate) fn put_folders(connection: &Connection) -> Result<Vec<OperationItemRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM staged.folder f WHERE EXISTS (
           SELECT 1 FROM main.document d
           WHERE d.kind = 'workflow' AND d.id = f.workflow_id AND d.deleted_at IS NULL)
         ORDER BY id"
    );
    let data = DataFolder::of(connection);
    let known = task_folder::all_in(connection, &data)?;
    let coming = that_have_room(incoming(connection, &sql)?, &data, known);
    let mut put = Vec::new();
    for folder in coming {
        task_folder::add(connection, &folder)?;
        put.push(item(&folder, None, Some(1)));
    }
    Ok(put)
}

fn incoming(connection: &Connection, sql: &str) -> Result<Vec<SnapshotFolder>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that are not known, and lie in and around no other.
fn that_have_room(
    incoming: Vec<SnapshotFolder>,
    data: &DataFolder,
    mut known: Vec<TaskFolderRecord>,
) -> Vec<TaskFolderRecord> {
    let here = known.len();
    for folder in incoming {
        let folder = TaskFolderRecord {
            id: folder.id,
            workflow_id: folder.workflow,
            path: data.place(&folder.path),
            settings: folder.settings,
            sequence: 0,
            created_at: folder.created_at,
        };
        let meets = |other: &TaskFolderRecord| {
            other.id == folder.id
                || other.path.starts_with(&folder.path)
                || folder.path.starts_with(&other.path)
        };
        if !known.iter().any(meets) {
            known.push(folder);
        }
    }
    known.split_off(here)
}

/// What Activity says of a folder that came or went.
pub(crate) fn item(
    folder: &TaskFolderRecord,
    before: Option<u32>,
    after: Option<u32>,
) -> OperationItemRecord {
    OperationItemRecord {
        kind: FOLDER.to_owned(),
        id: folder.id.to_string(),
        name: Some(folder.name()),
        before,
        after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_data_folder_is_told_from_what_leads_elsewhere() {
        let folder = |path: &str| SnapshotFolder {
            id: "00000000000000000000000001".parse().unwrap(),
            workflow: "w".to_owned(),
            path: path.to_owned(),
            settings: Settings::default(),
            created_at: 0,
        };
        assert!(folder("task-folders/task_1").is_own());
        for path in [
            "task-folders",
            "task-folders/",
            "task-folders/..",
            "task-folders/a/b",
            "task-folders/..\\b",
            "task-foldersx/a",
            "../task-folders/a",
            "/srv/task-folders/a",
            "logs",
        ] {
            assert!(!folder(path).is_own(), "{path}");
        }
        assert!(folder("/srv/reports").is_whole_path());
        for path in ["/srv/../home", "task-folders/a", "../a", ""] {
            assert!(!folder(path).is_whole_path(), "{path}");
        }
        assert_eq!(folder("/srv/reports").name(), "reports");
        assert_eq!(folder(r"D:\work\reports").name(), "reports");
        assert_eq!(folder("/").name(), "/");
    }
}
