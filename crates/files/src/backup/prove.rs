//! Proving a backup: every file is read back and compared with the manifest, and all of it is
//! restored into a temporary database, whose documents are then counted and compared by hash.

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_host::{Progress, SystemClock, path_text, text_path};
use flowkeep_store::{ApplyRequest, StagedGroup, Staging, Store, StoreError, StoreOptions};

use crate::FilesError;
use crate::intake::{self, Purpose};

/// What proving found.
#[derive(Debug, Default)]
pub struct Proof {
    /// Files read.
    pub files: u32,
    /// What is not as it was written.
    pub damaged: Vec<DamagedFile>,
    /// What lies in the folder and is not part of the backup, by its path inside the folder.
    pub unlisted: Vec<String>,
}

/// One damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedFile {
    /// Its path inside the backup.
    pub path: String,
    /// Why.
    pub reason: Message,
    /// The document's name, where known.
    pub name: Option<String>,
}

/// Reads a backup back and compares every file with the manifest.
///
/// # Errors
/// [`FilesError`] when it cannot be read at all; what is damaged in it is in the [`Proof`].
pub(crate) fn read_back(folder: &Path, progress: &dyn Progress) -> Result<Proof, FilesError> {
    let read = intake::check_files(folder, progress)?;
    Ok(Proof {
        files: read.files,
        damaged: read.damaged_parts,
        unlisted: read.unlisted,
    })
}

/// Reads a backup back and restores it into a temporary database in `scratch`.
///
/// # Errors
/// As [`read_back`].
pub fn prove(folder: &Path, scratch: &Path, progress: &dyn Progress) -> Result<Proof, FilesError> {
    let place = tempfile_in(scratch)?;
    let manifest = intake::read_manifest(folder)?;
    let mut staging = Staging::create(place.path().join("plan.db"))?;
    let read = intake::stage_backup(folder, &manifest, &mut staging, Purpose::Trial, progress)?;
    let mut proof = Proof {
        files: read.files,
        damaged: read.damaged_parts,
        unlisted: read.unlisted,
    };
    restore_for_trial(&mut staging, place.path(), progress)?;
    staging.each_damaged(|item| {
        let path = text_path(&item.path);
        let path = path_text(path.strip_prefix(folder).unwrap_or(&path));
        let reason = item
            .reason
            .unwrap_or_else(|| Message::new("file_unreadable"));
        proof.damaged.push(DamagedFile {
            path,
            reason,
            name: item.name,
        });
        Ok::<_, StoreError>(())
    })?;
    Ok(proof)
}

fn restore_for_trial(
    staging: &mut Staging,
    place: &Path,
    progress: &dyn Progress,
) -> Result<(), FilesError> {
    progress.step("trial", 0, None, None);
    if progress.cancelled() {
        return Err(FilesError::Cancelled);
    }
    let store = Store::open_scratch(StoreOptions {
        path: place.join("trial.db"),
        safety: place.to_owned(),
        clock: Arc::new(SystemClock),
    })?;
    staging.compare(&store, progress.cancellation())?;
    let wanted: u32 = staging
        .groups()?
        .iter()
        .filter(|total| total.group == StagedGroup::New)
        .map(|total| total.count)
        .sum();
    let request = ApplyRequest {
        actor: String::new(),
        face: String::new(),
        operation: "restore".to_owned(),
        name: String::new(),
    };
    // Each content was read and hashed where it lies.
    staging.note_brought(None)?;
    let preview = staging.preview(&store)?;
    let (runs, log, folders) = (preview.runs, preview.log, preview.folders);
    let outcome = store.apply(staging, request, progress.cancellation())?;
    if (outcome.runs, outcome.log) != (runs, log) {
        let detail = format!(
            "{} of {runs} runs and {} of {log} entries of the log came back",
            outcome.runs, outcome.log
        );
        return Err(FilesError::NotProven {
            path: place.to_owned(),
            detail,
        });
    }
    if outcome.folders != folders {
        let detail = format!("{} of {folders} task folders came back", outcome.folders);
        return Err(FilesError::NotProven {
            path: place.to_owned(),
            detail,
        });
    }
    if outcome.sessions != preview.sessions {
        let detail = format!(
            "{} of {} sessions came back",
            outcome.sessions, preview.sessions
        );
        return Err(FilesError::NotProven {
            path: place.to_owned(),
            detail,
        });
    }
    let restored = staging.count_restored(&store, progress.cancellation())?;
    if outcome.imported != wanted || restored != wanted {
        let detail = format!("{restored} of {wanted} documents came back");
        return Err(FilesError::NotProven {
            path: place.to_owned(),
            detail,
        });
    }
    Ok(())
}

/// A folder of its own for one trial, removed when it is over.
fn tempfile_in(scratch: &Path) -> Result<tempfile::TempDir, FilesError> {
    tempfile::Builder::new()
        .prefix("trial-")
        .suffix(".partial")
        .tempdir_in(scratch)
        .map_err(FilesError::at(scratch))
}
