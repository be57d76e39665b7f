//! Copies of the whole database in `safety/`, made before a restore and (by the store) before a
//! migration. For disasters: "Undo" works from revisions, these work when even they are gone. Their
//! names say when they were made; nothing else knows of them. Which is newer than which, also than a
//! backup, is told by the newest operation in each: the clock may have been wrong.

use std::path::{Path, PathBuf};

use flowkeep_core::OperationId;
use flowkeep_host::private_folder;
use flowkeep_store::{StoreError, check_copy, newest_operation_in_copy};

use crate::{Api, AppError, Progress, backup_list, time};

const FOLDER: &str = "safety";

/// Copies kept of the database as it was before a restore.
const COPIES: usize = 3;

/// All of them but the newest take this much at most, in bytes.
const BYTES: u64 = 2 << 30;

/// Makes a copy of the database as it is.
///
/// # Errors
/// `safety_copy_failed`, `cancelled`.
pub(crate) fn make(api: &Api, progress: &dyn Progress) -> Result<(), AppError> {
    let failed = |detail: String| {
        AppError::new("safety_copy_failed")
            .with("detail", detail)
            .hint("free_space")
    };
    let folder = api.data_dir.join(FOLDER);
    private_folder(&folder).map_err(|error| failed(error.to_string()))?;
    let space = api
        .files
        .space(&folder)
        .map_err(|error| failed(error.to_string()))?;
    let needed = api.store.bytes();
    if space.free < needed {
        return Err(failed(format!("{needed} > {}", space.free)));
    }
    let now = api.clock.now().0;
    let copy = folder.join(format!("before-restore-{now}.db"));
    // On the same disk, in the folder whose leftovers the next process clears.
    let partial = api
        .scratch
        .folder()?
        .join(format!("before-restore-{now}.db"));
    let copied = api.store.copy_to(&partial, progress.cancellation());
    if let Err(StoreError::Cancelled) = copied {
        let _ = std::fs::remove_file(&partial);
        return Err(StoreError::Cancelled.into());
    }
    let made = copied
        .map_err(|error| error.to_string())
        .and_then(|()| {
            api.files
                .rename_new(&partial, &copy)
                .map_err(|error| error.to_string())
        })
        .and_then(|()| api.files.flush(&folder).map_err(|error| error.to_string()));
    if let Err(detail) = made {
        let _ = std::fs::remove_file(&partial);
        return Err(failed(detail));
    }
    prune(&folder, &copy);
    Ok(())
}

/// Keeps the newest few, the fresh one in any case; what cannot be removed stays and is tried again
/// next time.
fn prune(folder: &Path, fresh: &Path) {
    let earlier = copies(folder)
        .into_iter()
        .filter(|copy| copy.before_restore && copy.path != fresh);
    let mut total = 0;
    for (number, copy) in earlier.enumerate() {
        total += copy.path.metadata().map_or(0, |found| found.len());
        if (number + 1 >= COPIES || total > BYTES)
            && let Err(error) = std::fs::remove_file(&copy.path)
        {
            tracing::warn!(%error, path = %copy.path.display(), "could not be removed");
        }
    }
}

/// A copy of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyCopy {
    /// Its file.
    pub path: PathBuf,
    /// When it was made, RFC 3339 in UTC.
    pub made_at: String,
}

/// The newest copy that is newer than the newest good backup and sound in every text. Needs no
/// database; takes as long as reading the copy.
pub fn newest_safety_copy(data_dir: &Path) -> Option<SafetyCopy> {
    let backed_up = backup_list::newest_good(data_dir)
        .map(|known| OperationId::newest_in_copy(&known.operation, known.created_at));
    let newer = copies(&data_dir.join(FOLDER))
        .into_iter()
        .take_while(|copy| copy.newest.is_some() && copy.newest > backed_up);
    first_sound(newer)
}

/// The newest copy that this program can open and that is sound in every text: for a database that a
/// newer version has migrated, which is well and stays. Takes as long as reading the copy.
pub fn copy_for_this_version(data_dir: &Path) -> Option<SafetyCopy> {
    first_sound(copies(&data_dir.join(FOLDER)).into_iter())
}

fn first_sound(mut copies: impl Iterator<Item = Copy>) -> Option<SafetyCopy> {
    copies
        .find(|copy| match check_copy(&copy.path) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, path = %copy.path.display(), "a safety copy is not sound");
                false
            }
        })
        .map(|copy| SafetyCopy {
            path: copy.path,
            made_at: time::rfc3339(copy.made_at),
        })
}

struct Copy {
    path: PathBuf,
    /// Where it stands in the order of what happened; none where it cannot be read.
    newest: Option<OperationId>,
    /// Milliseconds.
    made_at: i64,
    before_restore: bool,
}

/// The copies in a folder, newest first.
fn copies(folder: &Path) -> Vec<Copy> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut copies: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stem = name.strip_suffix(".db")?;
            let (path, made_at) = (entry.path(), stem.rsplit('-').next()?.parse().ok()?);
            Some(Copy {
                newest: newest_in(&path, made_at),
                path,
                made_at,
                before_restore: stem.starts_with("before-restore-"),
            })
        })
        .collect();
    copies.sort_by_key(|copy| std::cmp::Reverse((copy.newest, copy.made_at)));
    copies
}

fn newest_in(copy: &Path, made_at: i64) -> Option<OperationId> {
    match newest_operation_in_copy(copy) {
        Ok(newest) => {
            let newest = newest.unwrap_or_default();
            Some(OperationId::newest_in_copy(&newest, made_at))
        }
        Err(error) => {
            tracing::warn!(%error, path = %copy.display(), "a safety copy cannot be read");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::open;
    use crate::types::{BackupInput, ChosenPlace};
    use crate::{Silent, backups};

    #[test]
    fn the_newest_sound_copy_is_offered_while_no_backup_is_newer() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let api = open(&data_dir);
        assert_eq!(newest_safety_copy(&data_dir), None);
        make(&api, &crate::Silent).unwrap();
        let first = newest_safety_copy(&data_dir).unwrap();
        let later = data_dir
            .join(FOLDER)
            .join("before-migration-1-99999999999999.db");
        fs::copy(&first.path, &later).unwrap();
        assert_eq!(newest_safety_copy(&data_dir).unwrap().path, later);
        fs::write(&later, "this is no database").unwrap();
        assert_eq!(newest_safety_copy(&data_dir), Some(first));

        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        backups::backup(&api, input, &Silent).unwrap();
        assert_eq!(newest_safety_copy(&data_dir), None, "the backup is newer");
    }

    #[test]
    fn a_copy_this_version_can_open_is_found_also_where_a_backup_is_newer() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let api = open(&data_dir);
        assert_eq!(copy_for_this_version(&data_dir), None);
        let ours = copy_named(&api, "before-migration-6-1600000000000.db");
        let theirs = copy_named(&api, "before-migration-99-1700000000000.db");
        set_version(&theirs, 99);
        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        backups::backup(&api, input, &Silent).unwrap();
        assert_eq!(copy_for_this_version(&data_dir).unwrap().path, ours);
    }

    /// Where SQLite keeps `user_version`.
    fn set_version(database: &Path, version: u32) {
        let mut bytes = fs::read(database).unwrap();
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        fs::write(database, bytes).unwrap();
    }

    /// Makes a copy after something happened, and says of it that it was made at this time.
    fn copy_named(api: &Api, name: &str) -> PathBuf {
        let text = serde_json::json!({"name": name, "tasks": []}).to_string();
        let create = serde_json::json!({"text": text, "format": "json"});
        crate::call(api, "flow_create", create, &Silent).unwrap();
        let copy = api.data_dir.join(FOLDER).join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        api.store.copy_to(&copy, Silent.cancellation()).unwrap();
        copy
    }

    #[test]
    fn a_clock_that_was_wrong_changes_nothing_of_which_is_the_newest() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let api = open(&data_dir);
        let ahead = copy_named(&api, "before-restore-99999999999999.db");
        assert_eq!(newest_safety_copy(&data_dir).unwrap().path, ahead);
        let right = copy_named(&api, "before-restore-1700000000000.db");
        assert_eq!(newest_safety_copy(&data_dir).unwrap().path, right);

        let input = BackupInput {
            into: Some(ChosenPlace::Path(root.path().join("backups"))),
            ..BackupInput::default()
        };
        backups::backup(&api, input, &Silent).unwrap();
        assert_eq!(newest_safety_copy(&data_dir), None, "the backup is newer");
        let after = copy_named(&api, "before-restore-1600000000000.db");
        assert_eq!(newest_safety_copy(&data_dir).unwrap().path, after);
    }

    #[test]
    fn the_newest_few_are_kept_and_those_of_a_migration_too() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        for name in [
            "before-restore-7.db",
            "before-restore-1000.db",
            "before-restore-900.db",
            "before-migration-1-6.db",
        ] {
            copy_named(&api, name);
        }
        let folder = api.data_dir.join(FOLDER);
        for name in ["before-restore-2000.db", "notes.txt"] {
            fs::write(folder.join(name), "this is no database").unwrap();
        }
        let fresh = copy_named(&api, "before-restore-5.db");
        prune(&folder, &fresh);
        let mut left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                "before-migration-1-6.db",
                "before-restore-1000.db",
                "before-restore-5.db",
                "before-restore-900.db",
                "notes.txt"
            ]
        );
    }
}
