//! `session_forget`: a session that nobody wants any more, with all that is kept of it. What touches disks is done
//! apart, as in `folders`.

use flowkeep_core::Message;
use flowkeep_files::snapshots::restoring::InPlaceError;
use flowkeep_files::snapshots::{self, Forgotten, copies_that_stay, is_kept};
use flowkeep_host::path_text;

use super::session_list;
use crate::apart::in_time;
use crate::types::{FolderFailure, SessionForgetPreview, SessionForgotten, SessionRef};
use crate::{Api, AppError};

/// What would be left of a session on the disk; nothing is changed.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `session_forgotten`, `disk_silent`; what the database and the disk say.
pub fn preview(api: &Api, input: SessionRef) -> Result<SessionForgetPreview, AppError> {
    let session = session_list::kept(api, &input.id)?;
    let workshop = api.snapshot_workshop()?;
    let stays = in_time(api.most, &api.data_dir, move |_| {
        copies_that_stay(&workshop, &session).map_err(AppError::from)
    })?;
    Ok(SessionForgetPreview {
        stays: stays.iter().map(|path| path_text(path)).collect(),
    })
}

/// Removes a session with its snapshots and its own copies. Its runs stay in the history, and live files where they
/// are.
///
/// # Errors
/// `session_unknown`, `session_no_config`; `session_goes_on` while its run has not ended; `session_in_place_busy` while
/// files of a session are put back where they were.
pub fn forget(api: &Api, input: SessionRef) -> Result<SessionForgotten, AppError> {
    let session = session_list::kept(api, &input.id)?;
    let run = match session.run {
        Some(run) => api.store.run(run)?,
        None => None,
    };
    if run.is_some_and(|run| !run.status.is_final()) {
        return Err(AppError::new("session_goes_on").with("session", session.name));
    }
    let (workshop, place) = (api.snapshot_workshop()?, api.data_dir.clone());
    let id = session.id.clone();
    let forgotten = in_time(api.most, &place, move |_| {
        Ok::<_, AppError>(snapshots::forget(&workshop, &session))
    });
    let forgotten = match forgotten {
        // The disk of the store does not answer; all else has gone before it was asked.
        Err(_) if api.store.session(&id)?.is_none() => Ok(Forgotten {
            waits: true,
            ..Forgotten::default()
        }),
        forgotten => forgotten?,
    };
    let forgotten = forgotten.map_err(|error| match error {
        InPlaceError::Take(error) => error.into(),
        InPlaceError::Busy => AppError::new("session_in_place_busy").retryable(),
        error => AppError::new("internal").with("detail", error),
    })?;
    // They are counted on there, and not waited for here.
    let stays = api.see_snapshot_store()?.away;
    let stays = stays.filter(|away| away.code == "snapshot_store_foreign");
    let (stays_there, left): (Vec<_>, Vec<_>) = forgotten
        .left
        .into_iter()
        .partition(|(_, why)| is_kept(why));
    let failure = |(path, reason): (std::path::PathBuf, _)| FolderFailure {
        file: path_text(&path),
        reason,
    };
    Ok(SessionForgotten {
        freed_bytes: forgotten.freed_bytes,
        waits: forgotten.waits && stays.is_none(),
        elsewhere: stays.map(|away| {
            let mut stay = Message::new("session_files_of_another");
            stay.fields = away.fields;
            stay
        }),
        stays: stays_there
            .iter()
            .map(|(path, _)| path_text(path))
            .collect(),
        failed: left.into_iter().map(failure).collect(),
    })
}
