//! Where a task folder may be. Its files are moved without a question before each run, so it must be
//! nobody's home, and files of one folder must not be another's.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use flowkeep_core::Message;
use flowkeep_core::folder::OWN_FOLDERS;
use flowkeep_host::{EntryFiles, Timestamp, path_text};
use flowkeep_store::TaskFolderRecord;

use super::FolderError;
use crate::time::local;

/// Why a folder may not be a task folder. `path` is absolute and goes through no links.
pub fn is_unsafe(
    path: &Path,
    data_dir: &Path,
    home: Option<&Path>,
    known: &[TaskFolderRecord],
) -> Option<Message> {
    if path.parent().is_none() {
        return Some(Message::new("folder_unsafe_root"));
    }
    if home.is_some_and(|home| home.starts_with(path)) {
        return Some(Message::new("folder_unsafe_home"));
    }
    if is_the_systems(path) {
        return Some(Message::new("folder_unsafe_system"));
    }
    let own = own_root(data_dir);
    let in_own = path.starts_with(&own) && path != own;
    if data_dir.starts_with(path) || (path.starts_with(data_dir) && !in_own) {
        return Some(Message::new("folder_unsafe_data"));
    }
    known.iter().find_map(|other| {
        let code = if path.starts_with(&other.path) {
            "folder_unsafe_inside"
        } else if other.path.starts_with(path) {
            "folder_unsafe_around"
        } else {
            return None;
        };
        Some(Message::new(code).with("other", path_text(&other.path)))
    })
}

/// Folders of the system, with all that is in them.
const OF_THE_SYSTEM: [&str; 15] = [
    "/System",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/proc",
    "/sbin",
    "/sys",
    "/usr",
    r"C:\Windows",
    r"C:\Program Files",
];

/// What lies in those and is people's own.
const NOT_OF_THE_SYSTEM: [&str; 2] = ["/dev/shm", "/usr/local"];

/// Folders that hold what belongs to several people or programs: none of them is one task's.
const SHARED: [&str; 14] = [
    "/Applications",
    "/Library",
    "/Users",
    "/Volumes",
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/private",
    "/run",
    "/srv",
    "/tmp",
    "/var",
    r"C:\Users",
];

fn is_the_systems(path: &Path) -> bool {
    let among = |folders: &[&str]| folders.iter().any(|folder| path == Path::new(folder));
    let below = |folders: &[&str]| {
        let mut folders = folders.iter();
        folders.any(|folder| path.starts_with(folder) && path != Path::new(folder))
    };
    among(&SHARED) || among(&OF_THE_SYSTEM) || (below(&OF_THE_SYSTEM) && !below(&NOT_OF_THE_SYSTEM))
}

/// Where task folders are made unless somebody says otherwise.
pub(super) fn own_root(data_dir: &Path) -> PathBuf {
    data_dir.join(OWN_FOLDERS)
}

/// Makes a new task folder in `root`, or where such folders usually are: `task_YYYYMMDD_HHMMSS`, with a
/// number where there is one of that second.
///
/// # Errors
/// [`FolderError::Gone`] where there is no such root, [`FolderError::Io`].
pub fn new_folder(
    files: &dyn EntryFiles,
    data_dir: &Path,
    root: Option<&Path>,
    at: Timestamp,
) -> Result<PathBuf, FolderError> {
    let own = own_root(data_dir);
    if root.is_none()
        && let Err(error) = files.create_folder(&own)
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(FolderError::at(&own)(error));
    }
    let root = root.unwrap_or(&own);
    let root = root.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => FolderError::Gone(root.to_owned()),
        _ => FolderError::at(root)(error),
    })?;
    let stem = stem(local(at));
    let mut number = 0_u32;
    loop {
        let name = match number {
            0 => stem.clone(),
            number => format!("{stem}_{number}"),
        };
        let path = root.join(name);
        match files.create_folder_like(&path, &root) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(FolderError::at(&path)(error)),
        }
    }
}

fn stem(local: DateTime<FixedOffset>) -> String {
    local.format("task_%Y%m%d_%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use flowkeep_core::folder::Settings;
    use flowkeep_host::SystemFiles;

    use super::*;

    #[test]
    fn nobodys_home_and_no_folder_of_another_is_one() {
        let known = [TaskFolderRecord {
            id: "00000000000000000000000001".parse().unwrap(),
            workflow_id: "w".to_owned(),
            path: "/srv/tasks/one".into(),
            settings: Settings::default(),
            sequence: 0,
            created_at: 0,
        }];
        let (data, home) = (Path::new("/home/me/.data/flowkeep"), Path::new("/home/me"));
        let why = |path: &str| {
            let why = is_unsafe(Path::new(path), data, Some(home), &known);
            why.map(|why| why.code)
        };
        for (path, code) in [
            ("/", Some("folder_unsafe_root")),
            ("/home/me", Some("folder_unsafe_home")),
            ("/home", Some("folder_unsafe_home")),
            ("/home/me/.data", Some("folder_unsafe_data")),
            ("/home/me/.data/flowkeep", Some("folder_unsafe_data")),
            ("/home/me/.data/flowkeep/logs", Some("folder_unsafe_data")),
            (
                "/home/me/.data/flowkeep/task-folders",
                Some("folder_unsafe_data"),
            ),
            ("/home/me/.data/flowkeep/task-folders/task_1", None),
            ("/srv/tasks/one", Some("folder_unsafe_inside")),
            ("/srv/tasks/one/deeper", Some("folder_unsafe_inside")),
            ("/srv/tasks", Some("folder_unsafe_around")),
            ("/srv/tasks/one2", None),
            ("/home/me/work", None),
            ("/etc", Some("folder_unsafe_system")),
            ("/etc/cron.d", Some("folder_unsafe_system")),
            ("/usr/share", Some("folder_unsafe_system")),
            ("/usr/local", Some("folder_unsafe_system")),
            ("/usr/local/tasks", None),
            ("/var", Some("folder_unsafe_system")),
            ("/var/lib/tasks", None),
            ("/etcetera", None),
        ] {
            assert_eq!(why(path).as_deref(), code, "{path}");
        }
    }

    #[test]
    fn a_new_folder_is_always_another_one() {
        let data = tempfile::tempdir().unwrap();
        let make = |root| new_folder(&SystemFiles, data.path(), root, Timestamp(0)).unwrap();
        let (first, second) = (make(None), make(None));
        assert!(first.is_dir() && second.is_dir() && first != second);
        assert!(first.parent().unwrap().ends_with("task-folders"));
        let third = make(Some(data.path()));
        assert_eq!(third.parent(), data.path().canonicalize().ok().as_deref());
        let gone = data.path().join("gone");
        let error = new_folder(&SystemFiles, data.path(), Some(&gone), Timestamp(0)).unwrap_err();
        assert!(matches!(error, FolderError::Gone(_)), "{error}");
    }
}
