//! `session_compare_definition`: a definition of a session beside what the session worked with.

use flowkeep_files::snapshots::restoring::{Defined, Unshown, compare_definition};

use super::session_list;
use crate::apart::in_time;
use crate::types::{SessionCompareDefinitionInput, SessionComparedFile, SessionDefinition};
use crate::{Api, AppError};

/// What a definition that is no file has otherwise than what the session worked with.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `disk_silent`; what the database says.
pub fn compare(
    api: &Api,
    input: SessionCompareDefinitionInput,
) -> Result<SessionComparedFile, AppError> {
    let session = session_list::kept(api, &input.id)?;
    let workshop = api.snapshot_workshop()?;
    let defined = match input.definition {
        SessionDefinition::Embedded => Defined::Embedded,
        SessionDefinition::Revision => Defined::Revision,
    };
    let compared = in_time(api.most, &api.data_dir, move |_| {
        compare_definition(&workshop, &session, defined).map_err(AppError::from)
    })?;
    Ok(SessionComparedFile {
        texts: compared.texts.into(),
        unshown: compared.unshown.map(Unshown::as_str),
        places: compared.places,
    })
}
