//! Whether the store may lie in a folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_host::text_path;

use crate::FilesError;
use crate::snapshots::store_place::{DATABASE, Mark, usual_store_dir};
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// Why the store cannot be moved there.
#[derive(Debug, thiserror::Error)]
pub enum StorePlaceError {
    /// It lies there.
    #[error("the store lies in {0} already")]
    Here(PathBuf),
    /// What was said to be lost is there.
    #[error("the store is in {0}, and not lost")]
    NotLost(PathBuf),
    /// The folder has another use.
    #[error("{path} is inside {other}")]
    Inside {
        /// The folder.
        path: PathBuf,
        /// What has that use: a data folder, a task folder, a folder of configurations, a backup.
        other: PathBuf,
    },
}

/// Where the store is to lie.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// The folder, through no links.
    pub(super) dir: PathBuf,
    /// Whether it is made for this.
    pub(super) made: bool,
}

/// Looks at the folder that was chosen, or at the usual one. In place of a store that is lost it may be the same one, on
/// another drive by now, or one that is marked as this data folder's.
///
/// # Errors
/// Why it may not lie there.
pub(super) fn choose(
    workshop: &Workshop,
    to: Option<&Path>,
    lost: bool,
) -> Result<Choice, TakeError> {
    let files = workshop.files.as_ref();
    let data = workshop.data_dir.canonicalize();
    let is_usual = |path: &PathBuf| {
        data.as_ref()
            .is_ok_and(|data| usual_store_dir(data) == *path)
    };
    let chosen = to.map(known).transpose()?.filter(|path| !is_usual(path));
    let is_chosen = chosen.is_some();
    let dir = chosen.unwrap_or_else(|| usual_store_dir(&workshop.data_dir));
    if dir == workshop.dir && !lost {
        return Err(StorePlaceError::Here(dir).into());
    }
    let mut is_ours = None;
    if is_chosen {
        is_free(workshop, &dir)?;
        if lost && let Mark::Ours(owner) = Mark::read(files, &dir, &workshop.data_dir)? {
            is_ours = Some(owner.made);
        }
    }
    if let Some(made) = is_ours {
        return Ok(Choice { dir, made });
    }
    match files.entries(&dir) {
        Ok(entries) if entries.is_empty() => Ok(Choice { dir, made: false }),
        Ok(_) => Err(SnapshotError::NotEmpty(dir).into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Choice { dir, made: true }),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(FilesError::NotAFolder(dir).into())
        }
        Err(error) => Err(TakeError::at(&dir)(error)),
    }
}

/// The folder through no links; the last part may be missing.
fn known(path: &Path) -> Result<PathBuf, TakeError> {
    let path = std::path::absolute(path).map_err(TakeError::at(path))?;
    if path.symlink_metadata().is_ok() {
        return path.canonicalize().map_err(TakeError::at(&path));
    }
    let missing = |above: &Path| TakeError::Files(FilesError::FolderMissing(above.to_owned()));
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(missing(&path));
    };
    let real = above.canonicalize().ok().filter(|above| above.is_dir());
    Ok(real.ok_or_else(|| missing(above))?.join(name))
}

/// That nobody else has a use for the folder.
fn is_free(workshop: &Workshop, dir: &Path) -> Result<(), TakeError> {
    if let Mark::Of(owner) = Mark::read(workshop.files.as_ref(), dir, &workshop.data_dir)? {
        let path = dir.to_owned();
        return Err(TakeError::StoreForeign { path, owner });
    }
    let store = &workshop.store;
    let roots = store.config_roots()?.into_iter().map(|root| root.path);
    let folders = store.task_folders()?.into_iter().map(|folder| folder.path);
    let backups = store.known_backups()?.into_iter();
    let backups = backups.map(|known| text_path(&known.path));
    let mut taken = roots
        .chain(folders)
        .chain(backups)
        .chain(Some(&workshop.dir).filter(|store| *store != dir).cloned());
    let is_data = |above: &&Path| above.join(DATABASE).exists();
    let inside = taken
        .find(|other| dir.starts_with(other))
        .or_else(|| dir.ancestors().find(is_data).map(Path::to_owned));
    match inside {
        Some(other) => {
            let path = dir.to_owned();
            Err(StorePlaceError::Inside { path, other }.into())
        }
        None => Ok(()),
    }
}
