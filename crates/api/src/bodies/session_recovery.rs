//! `session_recovery`, `session_restore`: from what a session can go on, and its configuration as it was. What
//! touches disks is done apart, as in `folders`.

use std::path::{Path, PathBuf};

use flowkeep_core::SnapshotId;
use flowkeep_core::session::candidate::{Candidate, Confidence, Source, confidence};
use flowkeep_files::FilesError;
use flowkeep_files::snapshots::compare::FileState;
use flowkeep_files::snapshots::restoring::{
    OVERLAYS, Recovery, Restored, Seeking, Use, Wanting, clear_unfinished, look_for,
    restore as bring_back,
};
use flowkeep_files::snapshots::{SnapshotError, TakeError};
use flowkeep_host::path_text;
use flowkeep_store::SessionRecord;

use super::session_snapshots::Looking;
use super::{session_list, settings};
use crate::apart::{apart_for, in_time};
use crate::progress::Thinned;
use crate::put_right::RECOVERY;
use crate::types::{
    Nothing, SessionCandidate, SessionDifference, SessionNotRestored, SessionRecovery, SessionRef,
    SessionRestoreInput, SessionRestored, SessionUse,
};
use crate::{Api, AppError, Progress};

/// After so many attempts in a row that came to nothing, another way is named.
const MANY: u32 = 3;

/// From what a session can go on, and what of its files is not as it was. Nothing is changed.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `cancelled`; what the database says.
pub fn recovery(
    api: &Api,
    input: SessionRef,
    progress: &dyn Progress,
) -> Result<SessionRecovery, AppError> {
    let wanted = Wanted::of(api, &input.id)?;
    let workshop = api.snapshot_workshop()?;
    let copy = api.store.session_copy(wanted.session.row)?;
    let work = move |steps: &Thinned<'_>| Ok(look_for(&workshop, &wanted.seeking(), steps));
    let left = || AppError::new("cancelled");
    let found = apart_for(api.patience, progress, work, left, drop)??;
    Ok(SessionRecovery {
        session_id: input.id,
        candidates: candidates(&found),
        differences: differences(&found, None),
        confidence: match confidence(&found.candidates) {
            Confidence::Complete => "complete",
            Confidence::InPart => "partial",
            Confidence::None => "none",
        },
        failures: copy.map_or(0, |copy| copy.failures),
    })
}

/// Brings the configuration of a session back, in a folder of its own. The files it had are not touched.
///
/// # Errors
/// `session_not_recoverable`, `folder_not_empty`; as `session_recovery`; what the disk says.
pub fn restore(
    api: &Api,
    input: SessionRestoreInput,
    progress: &dyn Progress,
) -> Result<SessionRestored, AppError> {
    let wanted = Wanted::of(api, &input.id)?;
    let name = wanted.session.name.clone();
    let run = wanted.session.run;
    let to = input.to.as_ref().map(|to| api.path_of(to)).transpose()?;
    let from = match input.wanted {
        None => Use::Any,
        Some(SessionUse::Snapshot) => Use::Snapshot,
        Some(SessionUse::File) => Use::File,
    };
    let workshop = api.snapshot_workshop()?;
    let work = move |steps: &Thinned<'_>| {
        if let Some(to) = &to {
            above_is_there(to)?;
        }
        let wanting = Wanting {
            seeking: wanted.seeking(),
            from,
            to: to.as_deref(),
        };
        Ok(bring_back(&workshop, &wanting, steps))
    };
    let left = || AppError::new("cancelled");
    let restored = apart_for(api.patience, progress, work, left, drop)?;
    let Restored { recovery, back } = restored.map_err(failed)?;
    let back = back.map_err(|nothing| {
        not_recoverable(&recovery, from, nothing.failures).with("session", name)
    })?;
    let is_as_it_was =
        matches!(back.chosen.source, Source::File | Source::Snapshot) && back.chosen.is_ok;
    let not_restored = back.lost.into_iter().map(|lost| SessionNotRestored {
        path: lost.path.into(),
        reason: lost.reason,
    });
    let not_restored: Vec<_> = not_restored.collect();
    Ok(SessionRestored {
        session_id: input.id,
        source: back.chosen.source.as_str(),
        candidates: candidates(&recovery),
        differences: differences(&recovery, back.chosen.snapshot),
        overlay: path_text(&back.place),
        run_id: run.map(|run| run.to_string()),
        complete: is_as_it_was && back.masked.is_empty() && not_restored.is_empty(),
        restored: back.written.into_iter().map(String::from).collect(),
        masked: back.masked.into_iter().map(String::from).collect(),
        not_restored,
    })
}

/// Only the last part of a path is made.
fn above_is_there(to: &Path) -> Result<(), FilesError> {
    match to.parent() {
        Some(above) if !above.as_os_str().is_empty() && !above.is_dir() => {
            Err(FilesError::FolderMissing(above.to_owned()))
        }
        _ => Ok(()),
    }
}

/// What is read back here is no file of the store.
fn failed(error: TakeError) -> AppError {
    match error {
        TakeError::Snapshot(SnapshotError::Damaged(path)) => {
            AppError::new("restored_file_damaged").with("path", path_text(&path))
        }
        error => error.into(),
    }
}

/// Says why the source that was asked for is none; of all of them, why the newest snapshot is none.
fn not_recoverable(recovery: &Recovery, from: Use, failures: u32) -> AppError {
    let asked = match from {
        Use::File => Source::File,
        Use::Snapshot | Use::Any => Source::Snapshot,
    };
    let mut candidates = recovery.candidates.iter();
    let found = candidates.find(|candidate| candidate.source == asked);
    let mut error = AppError::new("session_not_recoverable").hint("look_at_session");
    error.because = found
        .and_then(|candidate| candidate.reason.clone())
        .map(Box::new);
    let is_anything_kept = recovery.candidates.iter().any(|one| one.snapshot.is_some());
    if failures >= MANY && is_anything_kept {
        error = error.hint("read_snapshots_by_hand");
    }
    error
}

fn candidates(recovery: &Recovery) -> Vec<SessionCandidate> {
    let told = |candidate: &Candidate| SessionCandidate {
        source: candidate.source.as_str(),
        ok: candidate.is_ok,
        reason: candidate.reason.clone(),
        snapshot: candidate.snapshot.map(|id| id.to_string()),
        sequence: candidate.snapshot.and_then(|id| recovery.sequence(id)),
        differs: candidate.differs,
    };
    recovery.candidates.iter().map(told).collect()
}

fn differences(recovery: &Recovery, snapshot: Option<SnapshotId>) -> Vec<SessionDifference> {
    let differences = recovery.differences(snapshot).into_iter();
    differences
        .map(|(path, state)| SessionDifference {
            path: path.into(),
            kind: state.as_str(),
            reason: match state {
                FileState::Unreadable(why) => Some(why),
                _ => None,
            },
        })
        .collect()
}

/// A session, and where its files were.
struct Wanted {
    session: SessionRecord,
    root: Option<PathBuf>,
    looking: Option<Looking>,
}

impl Wanted {
    fn of(api: &Api, id: &str) -> Result<Self, AppError> {
        let session = session_list::kept(api, id)?;
        let root = match session.root {
            Some(root) => api.store.config_root(root)?,
            None => None,
        };
        let settings = settings::show(api, Nothing {})?;
        Ok(Self {
            root: root.map(|root| root.path),
            // Of one that names no file there is nothing to look at.
            looking: Looking::of(api, &session, &settings).ok(),
            session,
        })
    }

    fn seeking(&self) -> Seeking<'_> {
        Seeking {
            session: &self.session,
            root: self.root.as_deref(),
            wish: self.looking.as_ref().map(Looking::wish),
        }
    }
}

impl Api {
    /// Clears away own copies of sessions that a dead process left half-way. No start fails because of it.
    pub(crate) fn clear_unfinished_copies(&self) -> Result<(), AppError> {
        if !self.data_dir.join(OVERLAYS).is_dir() {
            return Ok(());
        }
        let workshop = self.snapshot_workshop()?;
        let cleared = in_time(RECOVERY, &self.data_dir, move |_| {
            clear_unfinished(&workshop).map_err(AppError::from)
        });
        match cleared {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "unfinished copies of sessions were removed"),
            Err(error) => tracing::warn!(%error, "unfinished copies of sessions are still there"),
        }
        Ok(())
    }
}
