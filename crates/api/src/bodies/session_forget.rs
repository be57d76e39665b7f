//! `session_forget`: a session that nobody wants any more, with all that is kept of it.

use std::io::ErrorKind;

use flowkeep_files::io_reason;
use flowkeep_files::snapshots::restoring::{OVERLAYS, copy_stem, whole_copies_of};
use flowkeep_store::{NewOperation, OperationItemRecord, SessionRecord, StoreError};

use super::session_list;
use crate::types::{Nothing, SessionRef};
use crate::{Api, AppError};

/// Removes a session with its snapshots and its own copy. Its runs stay in the history, and live files where they
/// are.
///
/// # Errors
/// `session_unknown`, `session_no_config`; `session_goes_on` while its run has not ended.
pub fn forget(api: &Api, input: SessionRef) -> Result<Nothing, AppError> {
    let session = session_list::kept(api, &input.id)?;
    let run = match session.run {
        Some(run) => api.store.run(run)?,
        None => None,
    };
    if run.is_some_and(|run| !run.status.is_final()) {
        return Err(AppError::new("session_goes_on").with("session", session.name));
    }
    let (actor, face) = (api.actor()?, api.face().as_str());
    let (id, name) = (session.id.clone(), session.name.clone());
    api.store.write::<_, StoreError>(move |tx| {
        tx.remove_session(&id)?;
        tx.let_go_of_unused()?;
        let items = [OperationItemRecord {
            kind: "session".to_owned(),
            id,
            name: Some(name),
            before: None,
            after: None,
        }];
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "session_forget",
            name: None,
            undoes: None,
            items: &items,
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(())
    })?;
    if let Err(error) = forget_copies(api, &session) {
        tracing::warn!(%error, session = session.id, "its own copies are still there");
    }
    Ok(Nothing {})
}

/// Removes the copies that were made for a session, but for those with which another one works.
fn forget_copies(api: &Api, session: &SessionRecord) -> Result<(), AppError> {
    for whole in whole_copies_of(api.files.as_ref(), &api.data_dir, session)? {
        let removed = api.files.remove_folder(&whole);
        removed.map_err(|error| AppError::from(io_reason(&error)))?;
    }
    let overlays = api.data_dir.join(OVERLAYS);
    let stem = format!("{}-", copy_stem(session));
    let roots = api.store.config_roots()?;
    let entries = match api.files.entries(&overlays) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| AppError::from(io_reason(&error)))?,
    };
    for entry in entries {
        let name = entry.name.to_string_lossy();
        let number = name.strip_prefix(&stem).unwrap_or_default();
        let place = overlays.join(&entry.name);
        let is_own = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        if is_own && !roots.iter().any(|root| root.path.starts_with(&place)) {
            let removed = api.files.remove_folder(&place);
            removed.map_err(|error| AppError::from(io_reason(&error)))?;
        }
    }
    Ok(())
}
