//! Where a backup goes: whether it may, whether it fits, what it will be called.

use std::path::{Path, PathBuf};

use flowkeep_core::KeptHistory;
use flowkeep_host::{Files, Timestamp};
use flowkeep_store::{Snapshot, StoreError};
use ulid::Ulid;

use crate::FilesError;
use crate::time::local;

/// A folder in which backups are made.
#[derive(Debug, Clone)]
pub struct BackupTarget {
    /// The folder; it can be written, its last part may be missing.
    pub folder: PathBuf,
}

/// What a backup would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// How many of each kind: documents, and connections, task folders and sessions where there are any.
    pub counts: Vec<(String, u32)>,
    /// Documents with something like a password or a key in them.
    pub with_keys: u32,
    /// Bytes needed, in whole clusters of the target and with a tenth on top.
    pub needed: u64,
    /// Of them, for the files in which what sessions keep lies.
    pub objects: u64,
    /// Bytes free there.
    pub free: u64,
}

/// A line of the manifest, and what else hangs on one document.
const PER_DOCUMENT: u64 = 400;

/// README, manifest, settings, Activity: never less than this.
const AT_LEAST: u64 = 1 << 20;

impl BackupTarget {
    /// Checks that backups can be made in `folder`, of which the last part may be missing.
    ///
    /// # Errors
    /// [`FilesError::InsideDataFolder`], [`FilesError::Missing`], [`FilesError::NotAFolder`],
    /// [`FilesError::NotWritable`].
    pub fn check(files: &dyn Files, folder: &Path, data_dir: &Path) -> Result<Self, FilesError> {
        let above = folder
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let missing = folder.symlink_metadata().is_err();
        let known = match (missing, above) {
            (false, _) => folder.canonicalize().map_err(FilesError::at(folder))?,
            (true, Some(above)) => {
                let above = above.canonicalize().map_err(FilesError::at(above))?;
                above.join(folder.file_name().unwrap_or_default())
            }
            (true, None) => std::path::absolute(folder).map_err(FilesError::at(folder))?,
        };
        let data = data_dir
            .canonicalize()
            .unwrap_or_else(|_| data_dir.to_owned());
        if known.starts_with(&data) {
            return Err(FilesError::InsideDataFolder(folder.to_owned()));
        }
        if !missing && !known.is_dir() {
            return Err(FilesError::NotAFolder(folder.to_owned()));
        }
        let there = if missing {
            known.parent().unwrap_or(&known)
        } else {
            &known
        };
        // Whether it can be written shows only when something is: permissions, read-only media
        // and access lists all answer here.
        let probe = there.join(format!(".flowkeep-probe-{}.partial", Ulid::generate()));
        files
            .create_folder(&probe)
            .and_then(|()| files.remove_folder(&probe))
            .map_err(|source| FilesError::NotWritable {
                path: folder.to_owned(),
                source,
            })?;
        Ok(Self { folder: known })
    }

    /// Makes the folder where its last part is missing.
    ///
    /// # Errors
    /// What the system says.
    pub fn make(&self, files: &dyn Files) -> Result<(), FilesError> {
        if self.folder.is_dir() {
            return Ok(());
        }
        files
            .create_folder(&self.folder)
            .map_err(FilesError::at(&self.folder))
    }

    /// The folder, or the one above while it is not made yet.
    fn nearest(&self) -> &Path {
        let above = self.folder.parent().filter(|_| !self.folder.is_dir());
        above.unwrap_or(&self.folder)
    }

    /// The name of a backup made at `at`, tried for the `n`-th time (from 0).
    pub(crate) fn name(at: Timestamp, n: u32) -> String {
        let at = local(at).format("%Y%m%d-%H%M%S");
        if n == 0 {
            format!("flowkeep-backup-{at}")
        } else {
            format!("flowkeep-backup-{at}-{n}")
        }
    }
}

/// What a backup made at `at`, of this moment and with so much history, would take in a folder with
/// this room.
///
/// # Errors
/// [`FilesError::Store`].
pub fn estimate(
    files: &dyn Files,
    snapshot: &Snapshot,
    target: &BackupTarget,
    history: KeptHistory,
    at: Timestamp,
) -> Result<Estimate, FilesError> {
    let space = files
        .space(target.nearest())
        .map_err(FilesError::at(&target.folder))?;
    let counted = || -> Result<_, StoreError> {
        let (documents, bytes) = snapshot.size(space.cluster)?;
        let rest = snapshot.rest_bytes(history.since(at.0))?;
        let around = u64::from(documents) * PER_DOCUMENT + AT_LEAST;
        let counts = (counts(snapshot)?, snapshot.with_keys()?);
        let cluster = space.cluster.max(1);
        let packs = snapshot.packs()?.into_iter();
        let packs = packs.map(|(_, bytes)| bytes.div_ceil(cluster) * cluster + PER_DOCUMENT);
        Ok((counts, bytes + rest + around, packs.sum()))
    };
    let ((counts, with_keys), bytes, objects) = match counted() {
        // A broken page must not end the one thing that still helps.
        Err(StoreError::Damaged(_)) => ((Vec::new(), 0), snapshot.bytes()? * 2 + AT_LEAST, 0),
        counted => counted?,
    };
    Ok(Estimate {
        counts,
        with_keys,
        needed: (bytes + objects) / 10 * 11,
        objects,
        free: space.free,
    })
}

/// What would be in it, as its manifest counts it.
fn counts(snapshot: &Snapshot) -> Result<Vec<(String, u32)>, StoreError> {
    let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
    let documents = snapshot.counts()?.into_iter();
    let documents = documents.map(|(kind, count)| (kind.as_str().to_owned(), count));
    let beside = [
        ("connection", count(snapshot.connections()?.len())),
        ("folder", count(snapshot.task_folders()?.len())),
        ("session", snapshot.session_totals()?.sessions),
    ];
    let beside = beside.into_iter().filter(|(_, count)| *count > 0);
    let beside = beside.map(|(kind, count)| (kind.to_owned(), count));
    Ok(documents.chain(beside).collect())
}
