//! A folder of this process's own for plans and trial restores, inside the data folder so that it
//! is on the same disk and as private. Its lock ends with the process, however it ends; the next
//! one clears away what is left and can tell whether a restore was broken off.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flowkeep_host::{FileLock, Files, LockError, SystemFiles};
use ulid::Ulid;

use crate::AppError;

const PREFIX: &str = "work-";
const SUFFIX: &str = ".partial";
const LOCK: &str = "lock";
const APPLYING: &str = "applying";

/// The folder, made when first needed and removed when dropped.
pub(crate) struct Scratch {
    data_dir: PathBuf,
    made: Mutex<Option<(PathBuf, FileLock)>>,
}

impl Scratch {
    pub(crate) fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            made: Mutex::new(None),
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> Result<PathBuf, AppError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((folder, _)) = made.as_ref() {
            return Ok(folder.clone());
        }
        let folder = self
            .data_dir
            .join(format!("{PREFIX}{}{SUFFIX}", Ulid::generate()));
        let failed = |error: std::io::Error| {
            AppError::new("data_folder_unwritable")
                .with("path", self.data_dir.display())
                .with("detail", error)
        };
        // Locked before it has the name that others look for: a process that clears away must
        // never find it without its lock.
        let unlocked = folder.with_extension("new");
        SystemFiles.create_folder(&unlocked).map_err(failed)?;
        let lock = FileLock::try_take(&unlocked.join(LOCK)).map_err(|error| match error {
            LockError::Held => AppError::new("internal").with("detail", "scratch lock held"),
            LockError::Io(error) => failed(error),
        })?;
        SystemFiles.rename_new(&unlocked, &folder).map_err(failed)?;
        *made = Some((folder.clone(), lock));
        Ok(folder)
    }

    /// Marks that a restore is about to be written, until the answer is dropped. `latest` is the
    /// newest operation before it: a newer restore in the database says that it happened.
    pub(crate) fn applying(&self, latest: &str) -> Result<Applying, AppError> {
        let marker = self.folder()?.join(APPLYING);
        // Only a hint for the next start: no error of it may stop a restore.
        if let Err(error) = std::fs::write(&marker, latest) {
            tracing::warn!(%error, "the restore's marker could not be written");
        }
        Ok(Applying(marker))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let made = self
            .made
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some((folder, lock)) = made {
            if let Err(error) = SystemFiles.remove_folder(&folder) {
                tracing::warn!(%error, folder = %folder.display(), "could not be removed");
            }
            drop(lock);
        }
    }
}

/// See [`Scratch::applying`].
pub(crate) struct Applying(PathBuf);

impl Drop for Applying {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Clears away what processes that died have left. Answers the newest operation before each
/// restore that one of them was writing when it died.
pub(crate) fn clear_leftovers(data_dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(data_dir) else {
        return Vec::new();
    };
    let mut interrupted = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || !(name.ends_with(SUFFIX) || is_abandoned(&entry)) {
            continue;
        }
        let folder = entry.path();
        let Ok(_lock) = FileLock::try_take(&folder.join(LOCK)) else {
            continue;
        };
        interrupted.extend(std::fs::read_to_string(folder.join(APPLYING)));
        if let Err(error) = SystemFiles.remove_folder(&folder) {
            tracing::warn!(%error, folder = %folder.display(), "could not be removed");
        }
    }
    interrupted
}

/// A folder that never got its lock: its maker died within the instant, or is in it right now.
fn is_abandoned(entry: &std::fs::DirEntry) -> bool {
    let age = entry
        .metadata()
        .and_then(|found| found.modified())
        .ok()
        .and_then(|at| at.elapsed().ok());
    entry.path().extension().is_some_and(|end| end == "new")
        && age.is_some_and(|age| age.as_secs() > 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;
    use crate::types::{ChosenPlace, Nothing, RestoreInput, RestorePlanInput};
    use crate::{Silent, restores};

    #[test]
    fn a_dead_processes_folder_is_cleared_and_a_living_ones_is_not() {
        let data = tempfile::tempdir().unwrap();
        let living = Scratch::new(data.path().to_owned());
        let kept = living.folder().unwrap();
        let dead = data.path().join("work-X.partial");
        std::fs::create_dir(&dead).unwrap();
        assert!(clear_leftovers(data.path()).is_empty());
        assert!(kept.exists() && !dead.exists());
        std::fs::create_dir(&dead).unwrap();
        std::fs::write(dead.join(APPLYING), "01X").unwrap();
        assert_eq!(
            clear_leftovers(data.path()),
            ["01X"],
            "a restore was being written"
        );
        assert!(!dead.exists());
        drop(living);
        assert!(!kept.exists());
    }

    /// What a process leaves that dies while it restores.
    fn die_restoring(data: &Path, latest: &str) {
        let dead = data.join("work-X.partial");
        std::fs::create_dir(&dead).unwrap();
        std::fs::write(dead.join(APPLYING), latest).unwrap();
    }

    fn is_told(api: &crate::Api) -> (bool, bool) {
        let doctor = crate::overview::doctor(api, Nothing {}).unwrap();
        let check = doctor.checks.iter().find(|check| check.name == "restores");
        let overview = crate::overview::show(api, Nothing {}).unwrap();
        (!check.unwrap().ok, overview.interrupted_restore)
    }

    #[test]
    fn a_restore_that_was_broken_off_is_told_until_somebody_has_read_it() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        drop(open(&data));
        die_restoring(&data, "");
        assert_eq!(is_told(&open(&data)), (true, true));
        let api = open(&data);
        assert_eq!(is_told(&api), (true, true), "by every start");
        crate::overview::interrupted_restore_seen(&api, Nothing {}).unwrap();
        assert_eq!(is_told(&api), (false, false));
    }

    #[test]
    fn a_restore_that_happened_is_not_told_as_broken_off() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let file = root.path().join("a.json");
        std::fs::write(&file, r#"{"id": "a", "name": "A", "tasks": []}"#).unwrap();
        let api = open(&data);
        let latest = api.store.latest_operation_id().unwrap().unwrap_or_default();
        let from = Some(ChosenPlace::Path(file));
        let plan = restores::restore_plan(&api, RestorePlanInput { from }, &Silent).unwrap();
        let input = RestoreInput {
            plan_id: plan.plan_id,
            without_safety_copy: false,
        };
        assert_eq!(restores::restore(&api, input, &Silent).unwrap().imported, 1);
        drop(api);
        die_restoring(&data, &latest);
        assert_eq!(is_told(&open(&data)), (false, false));
    }
}
