//! Definitions that are no file: the one a session holds itself, and the one in the catalog.

use flowkeep_core::session::candidate::FoundDefinition;
use flowkeep_core::session::file::{NoSession, SessionFile, read};
use flowkeep_core::{Document, Format, Kind, Message, ObjectHash, decode};
use flowkeep_store::{SessionRecord, Store, StoreError};

use super::definition_places::definition_places;
use super::kept::{KeptSnapshot, read_kept};
use crate::configuration::Definition as RunDefinition;
use crate::snapshots::{TakeError, Workshop};

/// A definition, as it would be written.
pub(super) type Definition = Result<Option<Vec<u8>>, Message>;

/// What a session holds itself, and what the catalog has of its workflow.
pub(super) struct Definitions {
    pub(super) embedded: Definition,
    pub(super) revision: Definition,
}

impl Definitions {
    pub(super) fn of(workshop: &Workshop, session: &SessionRecord) -> Result<Self, TakeError> {
        let run = match session.run {
            Some(run) => workshop.store.run(run)?,
            None => None,
        };
        if let Some(run) = run {
            let embedded = match workshop.store.definition_text(&run) {
                Ok(text) => parsed(run.format, text).map(Some),
                Err(StoreError::TextDamaged { .. }) => Err(Message::new("object_damaged")),
                Err(error) => return Err(error.into()),
            };
            let revision = revision(workshop, run.workflow_id.as_deref())?;
            return Ok(Self { embedded, revision });
        }
        let (embedded, workflow) = match source(workshop, session)? {
            Ok(Some(file)) => {
                let definition = file.definition.map(|found| found.to_json().to_string());
                (Ok(definition.map(String::into_bytes)), file.workflow_id)
            }
            Ok(None) => (Ok(None), None),
            Err(why) => (Err(why), None),
        };
        let revision = revision(workshop, workflow.as_deref())?;
        Ok(Self { embedded, revision })
    }
}

/// The definitions of a session that can be had, as they would be written.
pub(in crate::snapshots) fn definition_texts(
    workshop: &Workshop,
    session: &SessionRecord,
) -> Result<Vec<Vec<u8>>, TakeError> {
    let Definitions { embedded, revision } = Definitions::of(workshop, session)?;
    let found = [embedded, revision].into_iter();
    Ok(found.filter_map(|one| one.ok().flatten()).collect())
}

/// What a session begins with that is the session of a run; nothing for any other, and where that run is gone.
///
/// # Errors
/// What the database says.
pub fn definition_of_run(
    store: &Store,
    session: &SessionRecord,
) -> Result<Option<RunDefinition>, StoreError> {
    let Some(run) = session.run.filter(|_| session.begins_with_run()) else {
        return Ok(None);
    };
    let Some(run) = store.run(run)? else {
        return Ok(None);
    };
    let text = match store.definition_text(&run) {
        Err(StoreError::TextDamaged { .. }) => return Ok(None),
        text => text?,
    };
    let workflow = run.workflow_id.unwrap_or(run.workflow_name);
    // What was started could be understood.
    Ok(RunDefinition::of(workflow, run.revision.map(Into::into), run.format, text).ok())
}

impl Definitions {
    /// What a session worked with: the definition of its run, or what its newest snapshot has of the file that begins
    /// with.
    pub(super) fn worked_with(
        &self,
        workshop: &Workshop,
        session: &SessionRecord,
        newest: Option<&KeptSnapshot>,
    ) -> Result<Definition, TakeError> {
        if session.begins_with_run() {
            return Ok(self.embedded.clone());
        }
        match newest.and_then(KeptSnapshot::entry_content) {
            Some(hash) => content(workshop, hash).map(|read| read.map(Some)),
            None => Ok(Ok(None)),
        }
    }
}

/// How a definition stands beside what was worked with.
pub(super) fn found(definition: &Definition, was: &Definition) -> FoundDefinition {
    let is = match definition {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return FoundDefinition::None,
        Err(why) => return FoundDefinition::Unreadable(why.clone()),
    };
    let differs = match was {
        Ok(Some(was)) => definition_places(was, is).len(),
        _ => 0,
    };
    FoundDefinition::There {
        differs: u32::try_from(differs).unwrap_or(u32::MAX),
    }
}

/// What is kept with this hash, or why it cannot be had.
fn content(workshop: &Workshop, hash: ObjectHash) -> Result<Result<Vec<u8>, Message>, TakeError> {
    let kept = workshop.store.kept_objects([hash])?;
    Ok(match kept.get(&hash) {
        Some(kept) => read_kept(workshop, kept),
        None => Err(Message::new("object_missing")),
    })
}

/// A text that is YAML or, as what is written in braces, JSON.
pub(super) fn format_of(text: &str) -> Format {
    if text.trim_start().starts_with('{') {
        Format::Json
    } else {
        Format::Yaml
    }
}

fn parsed(format: Format, text: String) -> Result<Vec<u8>, Message> {
    Document::parse(format, text.clone())?;
    Ok(text.into_bytes())
}

/// The session file that a session was read from.
fn source(
    workshop: &Workshop,
    session: &SessionRecord,
) -> Result<Result<Option<SessionFile>, Message>, TakeError> {
    let copy = workshop.store.session_copy(session.row)?;
    let Some(hash) = copy.and_then(|copy| copy.source) else {
        return Ok(Ok(None));
    };
    let bytes = match content(workshop, hash)? {
        Ok(bytes) => bytes,
        Err(why) => return Ok(Err(why)),
    };
    let is_json = decode(&bytes).is_none_or(|(text, _)| format_of(&text) == Format::Json);
    let name = if is_json {
        "session.json"
    } else {
        "session.yaml"
    };
    Ok(match read(&bytes, name) {
        Ok(file) => Ok(Some(file)),
        Err(NoSession::Other(why) | NoSession::Broken(why)) => Err(why),
    })
}

fn revision(workshop: &Workshop, workflow: Option<&str>) -> Result<Definition, TakeError> {
    let Some(id) = workflow else {
        return Ok(Ok(None));
    };
    let record = workshop.store.document(Kind::Workflow, id)?;
    let Some(record) = record.filter(|record| record.deleted_at.is_none()) else {
        return Ok(Ok(None));
    };
    let text = workshop.store.text(record.row, record.revision)?;
    Ok(text.map(|kept| parsed(kept.format, kept.text)).transpose())
}
