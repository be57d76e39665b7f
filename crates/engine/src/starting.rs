//! Runs that nobody starts by hand: for a time of a schedule, or for something that happened.
//!
//! Nobody can be asked here, so that what is not trusted does not run; why is said where the
//! schedule is shown.

use flowkeep_core::Message;
use flowkeep_core::run::Start;
use flowkeep_host::account_name;
use flowkeep_store::{NewRun, ScheduleRecord, Store, StoreError};
use serde_json::Value;

use crate::begin::{Beginning, Begun, begin, refusals};
use crate::readiness::{input_not_given, readiness};
use crate::sources::Connected;

/// A chain of runs, each started by the end of the one before, is stopped here: it comes back to
/// itself.
pub const LONGEST_CHAIN: u32 = 16;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// What it is called.
    pub name: String,
    /// What its runs are started with: a JSON object.
    pub context: String,
    /// How many runs led to it, each by its end.
    pub chain: u32,
}

/// What an event comes to.
#[derive(Debug, Default)]
pub struct Listening {
    /// Runs to start.
    pub start: Vec<NewRun>,
    /// Workflows that listen and cannot be started, and why.
    pub refused: Vec<(String, Message)>,
}

/// What listens to an event.
///
/// # Errors
/// What the database says.
pub fn listening(
    store: &Store,
    connected: &Connected,
    event: &Emitted,
) -> Result<Listening, StoreError> {
    let mut found = Listening::default();
    let actor = actor(store)?;
    for workflow in store.listeners(&event.name)? {
        if event.chain > LONGEST_CHAIN {
            let why = Message::new("event_chain_too_long").with("event", &event.name);
            found.refused.push((workflow, why));
            continue;
        }
        let beginning = Beginning {
            workflow: workflow.clone(),
            context: event.context.clone(),
            start: Start {
                event: Some(event.name.clone()),
                chain: event.chain,
                ..Start::default()
            },
            actor: actor.clone(),
            face: "event".to_owned(),
            repeats: None,
            folder: None,
        };
        match unasked(store, connected, &beginning)? {
            Ok(new) => found.start.push(new),
            Err(why) => found.refused.push((workflow, why)),
        }
    }
    Ok(found)
}

/// Why a workflow would not start by itself now; nothing where it would. What an event will bring
/// is not known before.
///
/// # Errors
/// What the database says.
pub fn hindrance(
    store: &Store,
    connected: &Connected,
    kept: &ScheduleRecord,
) -> Result<Option<Message>, StoreError> {
    Ok(hindrances(store, connected, kept)?.into_iter().next())
}

/// All that keeps a workflow from starting by itself now, first what a start is refused for: whoever mends
/// one thing is not told of the next only then.
///
/// # Errors
/// What the database says.
pub fn hindrances(
    store: &Store,
    connected: &Connected,
    kept: &ScheduleRecord,
) -> Result<Vec<Message>, StoreError> {
    let id = kept.workflow_id.as_str();
    let ready = match readiness(store, connected, id) {
        Ok(Some(ready)) => ready,
        Ok(None) => return Ok(vec![Message::new("workflow_unknown").with("id", id)]),
        Err(StoreError::TextDamaged { name }) => return Ok(vec![text_damaged(name)]),
        Err(error) => return Err(error),
    };
    let mut found = refusals(&ready);
    if !ready.trusted {
        found.push(untrusted(ready.record.name));
    }
    if let (Some(definition), Some(given)) = (&ready.definition, kept.trigger.gives()) {
        let lacks = definition.not_given(&Start::default(), |name| given.contains(&name));
        let lacks: Vec<_> = lacks.into_iter().map(|lack| lack.name).collect();
        found.extend(lacking(&lacks));
    }
    Ok(found)
}

/// A run that may begin without anybody being asked; the inner error says why it may not.
pub(crate) fn unasked(
    store: &Store,
    connected: &Connected,
    beginning: &Beginning,
) -> Result<Result<NewRun, Message>, StoreError> {
    let begun = trusted(store, connected, beginning)?;
    Ok(begun.and_then(|begun| match lacking(&begun.lacks) {
        Some(why) => Err(why),
        None => Ok(begun.new),
    }))
}

/// Why a run would end at a task that needs what it is not given.
fn lacking(lacks: &[String]) -> Option<Message> {
    (!lacks.is_empty()).then(|| input_not_given(&lacks.join(", ")))
}

/// A run that may begin as far as its definition goes; the inner error says why it may not.
fn trusted(
    store: &Store,
    connected: &Connected,
    beginning: &Beginning,
) -> Result<Result<Begun, Message>, StoreError> {
    match begin(store, connected, beginning) {
        Ok(Ok(begun)) if begun.trusted => Ok(Ok(begun)),
        Ok(Ok(begun)) => Ok(Err(untrusted(begun.new.workflow_name))),
        Ok(Err(refused)) => Ok(Err(refused.0)),
        Err(StoreError::TextDamaged { name }) => Ok(Err(text_damaged(name))),
        Err(error) => Err(error),
    }
}

fn untrusted(name: String) -> Message {
    Message::new("schedule_untrusted").with("name", name)
}

fn text_damaged(name: String) -> Message {
    Message::new("schedule_text_damaged").with("name", name)
}

/// Who does what is done here: the name that was chosen for it, else the account.
///
/// # Errors
/// What the database says.
pub fn actor(store: &Store) -> Result<String, StoreError> {
    let chosen = store.setting("display_name")?;
    let chosen = chosen.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(if chosen.is_empty() {
        account_name()
    } else {
        chosen.to_owned()
    })
}
