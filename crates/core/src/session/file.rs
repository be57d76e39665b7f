//! Session files of earlier tools. The first kind holds the definition that was worked with
//! (`workflow_config`), the second only names it (`metadata.workflow_summary`). Neither has to be called as
//! the session it holds.

use serde::{Deserialize, Serialize};

use crate::document::{Document, Format};
use crate::{MAX_DOCUMENT_BYTES, Message, Value, decode};

use super::{SessionOrigin, SessionStatus};

/// What a session file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFile {
    /// Which kind of file it is.
    pub origin: SessionOrigin,
    /// What the tool called the session.
    pub id: String,
    /// What a person would call it.
    pub name: String,
    /// The file it began with, as the tool spelled it: mostly from the parent of its root.
    pub config: Option<String>,
    /// What the tool called the workflow.
    pub workflow_id: Option<String>,
    /// When it began.
    pub created_at: Option<StatedTime>,
    /// When it was last written.
    pub updated_at: Option<StatedTime>,
    /// How it stands. What was under way then has been broken off since.
    pub status: SessionStatus,
    /// How it stood in the words of the tool.
    pub stated_status: Option<String>,
    /// How its agent was set, where that says anything.
    pub agent: Option<Value>,
    /// How far it had come.
    pub state: Option<Value>,
    /// What was worked with, where the file holds it.
    pub definition: Option<Value>,
}

/// A time as a session file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedTime {
    /// As it stands there.
    pub text: String,
    /// Whether it says where on earth; without that it is the clock of the machine it was written on.
    pub has_zone: bool,
}

/// The times that a session file has of the session, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTimes {
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

impl StatedTimes {
    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.created_at.is_none() && self.updated_at.is_none()
    }
}

/// Why a file gives no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSession {
    /// It is something else.
    Other(Message),
    /// It cannot be read, or there is nothing in it; the message says what is wrong and where.
    Broken(Message),
}

/// Where the path of the file it began with may stand.
const CONFIG_KEYS: [&str; 2] = ["workflow_config_path", "config_path"];

/// Reads a session file. `file_name` has its extension; it tells how the file is written, and what the session
/// is called where the file does not.
///
/// # Errors
/// [`NoSession`].
pub fn read(bytes: &[u8], file_name: &str) -> Result<SessionFile, NoSession> {
    let value = value_of(bytes, file_name)?;
    let stem = match file_name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file_name,
    };
    let metadata = value
        .get("metadata")
        .filter(|found| found.as_object().is_some());
    let is_session = value.get("session_id").is_some()
        || metadata.is_some_and(|metadata| {
            ["session_id", "workflow_summary", "workflow_config_path"]
                .iter()
                .any(|key| metadata.get(key).is_some())
        });
    if !is_session {
        return Err(NoSession::Other(Message::new("not_a_session")));
    }
    let held = |key: &str| value.get(key).filter(|found| !found.is_null()).cloned();
    let definition = held("workflow_config").filter(|found| found.as_object().is_some());
    let state = held("state");
    let told = Told {
        value: &value,
        metadata: metadata.unwrap_or(&Value::Null),
        summary: metadata
            .and_then(|metadata| metadata.get("workflow_summary"))
            .unwrap_or(&Value::Null),
    };
    let has_summary = told.summary.as_object().is_some();
    if definition.is_none() && state.is_none() && !has_summary {
        return Err(NoSession::Broken(Message::new("session_nothing_in_it")));
    }
    let stated_status = told.word("status");
    let agent = told
        .any("agent_config")
        .filter(|agent| says_anything(agent));
    Ok(SessionFile {
        origin: match definition {
            Some(_) => SessionOrigin::Import1,
            None => SessionOrigin::Import2,
        },
        id: told.word("session_id").unwrap_or_else(|| stem.to_owned()),
        name: definition
            .as_ref()
            .and_then(|definition| word(definition, "name"))
            .or_else(|| word(told.summary, "name"))
            .unwrap_or_else(|| stem.to_owned()),
        config: CONFIG_KEYS.iter().find_map(|key| told.word(key)),
        workflow_id: told.word("workflow_id"),
        created_at: told.word("created_at").map(StatedTime::of),
        updated_at: told.word("updated_at").map(StatedTime::of),
        status: status_of(stated_status.as_deref()),
        stated_status,
        agent: agent.cloned(),
        state,
        definition,
    })
}

fn value_of(bytes: &[u8], file_name: &str) -> Result<Value, NoSession> {
    let broken = |code: &str| NoSession::Broken(Message::new(code));
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let too_large = crate::document::too_large(bytes.len());
        return Err(NoSession::Broken(too_large));
    }
    let (text, _) = decode(bytes).ok_or_else(|| broken("encoding_unknown"))?;
    let document = Document::parse(format_of(file_name), text).map_err(NoSession::Broken)?;
    Ok(document.value().clone())
}

/// How a session file of this name is written.
pub fn format_of(file_name: &str) -> Format {
    let ending = file_name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("yaml" | "yml") => Format::Yaml,
        _ => Format::Json,
    }
}

/// Where something may be told: in `metadata`, in its `workflow_summary`, or at the top.
struct Told<'v> {
    value: &'v Value,
    metadata: &'v Value,
    summary: &'v Value,
}

impl<'v> Told<'v> {
    fn any(&self, key: &str) -> Option<&'v Value> {
        let places = [self.metadata, self.summary, self.value];
        places
            .into_iter()
            .find_map(|place| place.get(key).filter(|found| !found.is_null()))
    }

    fn word(&self, key: &str) -> Option<String> {
        let places = [self.metadata, self.summary, self.value];
        places.into_iter().find_map(|place| word(place, key))
    }
}

/// A text or number that says anything.
fn word(value: &Value, key: &str) -> Option<String> {
    let word = value.get(key)?.as_word()?.trim();
    (!word.is_empty()).then(|| word.to_owned())
}

fn says_anything(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        value => !value.is_null(),
    }
}

/// How a session stands of which an earlier tool said this.
fn status_of(stated: Option<&str>) -> SessionStatus {
    match stated.map(str::to_ascii_lowercase).as_deref() {
        Some("paused" | "suspended") => SessionStatus::Paused,
        Some("completed" | "complete" | "finished" | "done" | "success" | "succeeded") => {
            SessionStatus::Completed
        }
        Some("aborted" | "failed" | "error" | "cancelled" | "canceled" | "terminated") => {
            SessionStatus::Aborted
        }
        // Nobody carries on what was under way there, and of an unknown word nobody knows that it ended.
        _ => SessionStatus::Interrupted,
    }
}

impl SessionFile {
    /// The times it has, as they stand there.
    pub fn stated_times(&self) -> StatedTimes {
        let text = |time: &Option<StatedTime>| time.as_ref().map(|time| time.text.clone());
        StatedTimes {
            created_at: text(&self.created_at),
            updated_at: text(&self.updated_at),
        }
    }
}

impl StatedTime {
    /// A time that is written so.
    pub fn of(text: String) -> Self {
        let has_zone = chrono::DateTime::parse_from_rfc3339(&text).is_ok();
        Self { text, has_zone }
    }
}
