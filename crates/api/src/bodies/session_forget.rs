//! `session_forget`: a session that nobody wants any more, with all that is kept of it.

use flowkeep_files::snapshots::restoring::OVERLAYS;
use flowkeep_store::{NewOperation, OperationItemRecord, StoreError};

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
    let copy = api.store.session_copy(session.row)?;
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
    if let Some(overlay) = copy.and_then(|copy| copy.overlay) {
        let place = api.data_dir.join(OVERLAYS).join(overlay);
        if let Err(error) = api.files.remove_folder(&place)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %place.display(), "could not be removed");
        }
    }
    Ok(Nothing {})
}
