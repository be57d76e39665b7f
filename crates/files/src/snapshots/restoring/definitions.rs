//! Definitions that are no file: the one a session holds itself, and the one in the catalog.

use flowkeep_core::session::candidate::FoundDefinition;
use flowkeep_core::session::file::{NoSession, SessionFile, read};
use flowkeep_core::{Document, Format, Kind, Message, decode, differences};
use flowkeep_store::{SessionRecord, StoreError};

use super::kept::{Contents, KeptSnapshot, placed};
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

/// How a definition stands beside what was worked with.
pub(super) fn found(
    workshop: &Workshop,
    definition: &Definition,
    contents: &Contents,
    newest: Option<&KeptSnapshot>,
    entry: Option<&str>,
) -> FoundDefinition {
    let bytes = match definition {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return FoundDefinition::None,
        Err(why) => return FoundDefinition::Unreadable(why.clone()),
    };
    let was = newest.and_then(|newest| {
        let mut files = newest.files.iter();
        let (file, _) = files.find(|(file, _)| Some(file.path.as_str()) == entry)?;
        let kept = contents.kept.get(&file.object.blake3)?;
        let bytes = workshop.reader().read(&kept.pack, &placed(kept));
        document(&bytes.ok()?)
    });
    let differs = match (was, document(bytes)) {
        (Some(was), Some(is)) => differences(Kind::Workflow, &was, &is).len(),
        _ => 0,
    };
    FoundDefinition::There {
        differs: u32::try_from(differs).unwrap_or(u32::MAX),
    }
}

/// A text that is YAML or, as what is written in braces, JSON.
fn document(bytes: &[u8]) -> Option<Document> {
    let (text, _) = decode(bytes)?;
    Document::parse(format_of(&text), text).ok()
}

fn format_of(text: &str) -> Format {
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
    let kept = workshop.store.kept_objects([hash])?;
    let Some(kept) = kept.get(&hash) else {
        return Ok(Err(Message::new("object_missing")));
    };
    let Ok(bytes) = workshop.reader().read(&kept.pack, &placed(kept)) else {
        return Ok(Err(Message::new("object_damaged")));
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
    let Some(record) = workshop.store.document(Kind::Workflow, id)? else {
        return Ok(Ok(None));
    };
    let text = workshop.store.text(record.row, record.revision)?;
    Ok(text.map(|kept| parsed(kept.format, kept.text)).transpose())
}
