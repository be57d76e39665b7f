//! The task folders that are known here. What is in them is on the disk and not here.

use std::path::{Component, Path, PathBuf};

use flowkeep_core::folder::Settings;
use flowkeep_core::run::Definition;
use flowkeep_core::{Document, FolderId};
use flowkeep_host::{path_text, text_path};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::connection::workflows_with;
use crate::run::{json_of, to_json};
use crate::{NewOperation, Store, StoreError, Tag, Tx, folder_backup, forgotten_folder};

/// A task folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFolderRecord {
    /// Its id.
    pub id: FolderId,
    /// The workflow whose runs work in it; it may be gone.
    pub workflow_id: String,
    /// Where it is: absolute, and through no links.
    pub path: PathBuf,
    /// What its owner wants of it.
    pub settings: Settings,
    /// The number of the last archive that was begun in it.
    pub sequence: u64,
    /// Milliseconds; since when it is known.
    pub created_at: i64,
}

impl TaskFolderRecord {
    /// What it is called: the last part of its path.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Whether this, as a workflow says it, is its id, its path or what it is called. No disk is asked.
    pub fn is_called(&self, named: &str) -> bool {
        self.id.to_string() == named || path_text(&self.path) == named || self.name() == named
    }
}

const COLUMNS: &str = "id, workflow_id, path, settings, sequence, created_at";

pub(crate) fn folder_of(row: &Row<'_>, column: usize) -> rusqlite::Result<FolderId> {
    let id: String = row.get(column)?;
    json_of(column, &format!("\"{id}\""))
}

fn record(data: &DataFolder, row: &Row<'_>) -> rusqlite::Result<TaskFolderRecord> {
    let path: String = row.get(2)?;
    let settings: String = row.get(3)?;
    Ok(TaskFolderRecord {
        id: folder_of(row, 0)?,
        workflow_id: row.get(1)?,
        path: data.place(&path),
        settings: json_of(3, &settings)?,
        sequence: row.get(4)?,
        created_at: row.get(5)?,
    })
}

fn one(connection: &Connection, id: FolderId) -> Result<Option<TaskFolderRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM task_folder WHERE id = ?1");
    let data = DataFolder::of(connection);
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([id.to_string()], |row| record(&data, row));
    Ok(found.optional()?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<TaskFolderRecord>, StoreError> {
    all_in(connection, &DataFolder::of(connection))
}

/// All of the catalog that is open or attached here, whose data folder this is.
pub(crate) fn all_in(
    connection: &Connection,
    data: &DataFolder,
) -> Result<Vec<TaskFolderRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM task_folder ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| record(data, row))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a folder known.
pub(crate) fn add(connection: &Connection, folder: &TaskFolderRecord) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO task_folder({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    connection.prepare_cached(&sql)?.execute((
        folder.id.to_string(),
        &folder.workflow_id,
        DataFolder::of(connection).kept(&folder.path),
        to_json(&folder.settings)?,
        folder.sequence,
        folder.created_at,
    ))?;
    forgotten_folder::is_known_again(connection, folder.id)
}

/// The folder in which the database is. What is in it is known by where it is in there: a copy of the data
/// works in its own folders and not in those of the original.
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    pub(crate) fn of(connection: &Connection) -> Self {
        Self::around(connection.path())
    }

    /// Of a database that is attached under this name.
    pub(crate) fn of_attached(connection: &Connection, name: &str) -> Result<Self, StoreError> {
        let sql = "SELECT file FROM pragma_database_list WHERE name = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([name])?;
        let row = rows.next()?;
        let file = row.map(|row| row.get_ref(0)).transpose()?;
        Ok(Self::around(file.and_then(|file| file.as_str().ok())))
    }

    fn around(database: Option<&str>) -> Self {
        let folder = database.and_then(|path| Path::new(path).parent());
        let folder = folder.map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.into()));
        Self(folder.unwrap_or_default())
    }

    /// Where something is of which this is kept.
    pub(crate) fn place(&self, kept: &str) -> PathBuf {
        let path = text_path(kept);
        if path.is_absolute() {
            path
        } else {
            self.0.join(path)
        }
    }

    /// What is kept of where something is.
    pub(crate) fn kept(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.0).ok();
        match inside
            .filter(|_| self.0.is_absolute())
            .and_then(Path::to_str)
        {
            Some(inside) => inside.to_owned(),
            None => path_text(path),
        }
    }
}

/// Where a path leads: through no links as far as it is there, and straight on from there.
fn real_path(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut there = whole.ancestors();
    let found = there.find_map(|above| Some((above, above.canonicalize().ok()?)));
    match found {
        Some((above, real)) => straight(whole.strip_prefix(above).unwrap_or(path), &real),
        None => whole,
    }
}

/// A path from somewhere, without what leads back.
fn straight(path: &Path, from: &Path) -> PathBuf {
    let mut straight = from.to_owned();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                straight.pop();
            }
            Component::CurDir => {}
            part => straight.push(part),
        }
    }
    straight
}

impl Store {
    /// The task folders, in the order in which they became known.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folders(&self) -> Result<Vec<TaskFolderRecord>, StoreError> {
        all(&*self.reader()?)
    }

    /// One task folder.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folder(&self, id: FolderId) -> Result<Option<TaskFolderRecord>, StoreError> {
        one(&*self.reader()?, id)
    }

    /// The task folders somebody may mean by this: an id, else a path, else what folders are called.
    /// More than one is of that name.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folders_meant(&self, text: &str) -> Result<Vec<TaskFolderRecord>, StoreError> {
        if let Ok(id) = text.parse() {
            let found = self.task_folder(id)?;
            if found.is_some() {
                return Ok(found.into_iter().collect());
            }
        }
        let mut folders = self.task_folders()?;
        let path = text_path(text);
        // A path may be written through links, or relative, and lead to a disk that is away.
        let places = [real_path(&path), straight(&path, Path::new(""))];
        let at = |place: &PathBuf| folders.iter().position(|folder| folder.path == *place);
        if let Some(at) = places.iter().find_map(at) {
            return Ok(vec![folders.swap_remove(at)]);
        }
        folders.retain(|folder| folder.path.file_name() == Some(path.as_os_str()));
        Ok(folders)
    }
}

impl Tx<'_> {
    /// One task folder as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folder(&self, id: FolderId) -> Result<Option<TaskFolderRecord>, StoreError> {
        one(self.connection, id)
    }

    /// The task folders as they are in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn task_folders(&self) -> Result<Vec<TaskFolderRecord>, StoreError> {
        all(self.connection)
    }

    /// Makes a folder known.
    ///
    /// # Errors
    /// [`StoreError`] when its path or id is known already, and what the database says.
    pub fn add_task_folder(&self, folder: &TaskFolderRecord) -> Result<(), StoreError> {
        add(self.connection, folder)?;
        self.tag(&Tag::Folder);
        Ok(())
    }

    /// Takes a folder off the list and says so in Activity. Its files and archives stay, and so does which
    /// runs worked in it. Answers what was known of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_task_folder(
        &self,
        id: FolderId,
        actor: &str,
        face: &str,
    ) -> Result<Option<TaskFolderRecord>, StoreError> {
        let Some(folder) = self.task_folder(id)? else {
            return Ok(None);
        };
        self.remove_task_folder(id)?;
        self.keep_forgotten(&folder)?;
        let operation = NewOperation {
            actor,
            face,
            operation: "folder_forget",
            name: None,
            undoes: None,
            items: &[folder_backup::item(&folder, Some(1), None)],
        };
        self.record_operation(self.next_operation_id()?, &operation)?;
        Ok(Some(folder))
    }

    pub(crate) fn remove_task_folder(&self, id: FolderId) -> Result<(), StoreError> {
        let sql = "DELETE FROM task_folder WHERE id = ?1";
        self.connection.execute(sql, [id.to_string()])?;
        self.tag(&Tag::Folder);
        Ok(())
    }

    /// What the workflows that are here call the task folders they name.
    pub(crate) fn folders_named(&self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        // As it may be spelled.
        for key in ["taskFolder", "task_folder"] {
            workflows_with(self.connection, key, |_, stored| {
                let document = Document::parse(stored.format, stored.text).ok();
                let named =
                    document.and_then(|document| Definition::named_folder(document.value()));
                found.extend(named.map(|(named, _)| named));
                true
            })?;
        }
        Ok(found)
    }

    /// Whether something has been done in a folder, or is being done: a run worked in it, or files are moved.
    pub(crate) fn folder_was_used(&self, id: FolderId) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM run_folder WHERE folder = ?1)
                     OR EXISTS (SELECT 1 FROM folder_work WHERE folder = ?1)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([id.to_string()], |row| row.get(0))?)
    }

    /// Changes what a folder's owner wants of it. Says whether the folder is known.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_task_folder(&self, id: FolderId, settings: &Settings) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE task_folder SET settings = ?2 WHERE id = ?1")?
            .execute((id.to_string(), to_json(settings)?))?;
        self.tag(&Tag::Folder);
        Ok(changed > 0)
    }
}
