//! Files that lie beside catalog documents and are none: said by name, so that "skipped" is
//! never a riddle.

use super::kind;
use crate::{Message, Value};

/// Keys of which any two are the mark of a tool's, model's or agent's configuration.
const CONFIGURATION_KEYS: [&str; 26] = [
    "model_type",
    "model_name",
    "model",
    "provider",
    "provider_type",
    "base_url",
    "api_key",
    "tool_type",
    "function_path",
    "parameters_schema",
    "llm",
    "system_prompt",
    "tool_sets",
    "log_level",
    "log_outputs",
    "secret_patterns",
    "history",
    "enabled",
    "timeout",
    "max_retries",
    "headers",
    "parameters",
    "supports_caching",
    "cache_config",
    "tools",
    "token_counter",
];

/// What this object is instead of a document, when it is known.
pub(super) fn looks_like(value: &Value) -> Option<Message> {
    let has = |key: &str| value.get(key).is_some();
    if is_backup_manifest(value) {
        return Some(backup_manifest());
    }
    if has("backup_time") && (has("moved_files") || has("backup_directory") || has("backup_files"))
    {
        return Some(Message::new("not_ours_archive_record"));
    }
    if is_session(value) {
        return Some(Message::new("not_ours_session"));
    }
    if has("operation_id") && has("operation_type") {
        return Some(Message::new("not_ours_operation_log"));
    }
    if is_execution(value) {
        return Some(Message::new("not_ours_execution_log"));
    }
    None
}

/// Whether this is the manifest of a backup of ours.
pub(super) fn is_backup_manifest(value: &Value) -> bool {
    value.get("format").and_then(Value::as_str) == Some("flowkeep-backup")
}

/// What is said about one.
pub(super) fn backup_manifest() -> Message {
    Message::new("not_ours_backup_manifest")
}

/// Session files: v1 `{metadata, state, workflow_config}`, v2 `{metadata.workflow_summary, state}`.
fn is_session(value: &Value) -> bool {
    let Some(metadata) = value.get("metadata") else {
        return false;
    };
    let named = metadata.get("session_id").is_some() || metadata.get("workflow_summary").is_some();
    named && (value.get("state").is_some() || value.get("workflow_config").is_some())
}

/// Records of runs, which name a workflow and are none. A real one has neither id, status nor
/// time (decisions, 001).
fn is_execution(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    let defines = ["stages", "stages_data", "tasks", "nodes"]
        .iter()
        .any(|key| has(key));
    let ran = [
        "current_stage",
        "completed",
        "execution_id",
        "session_id",
        "start_time",
        "messages",
    ];
    has("workflow_id") && !defines && ran.iter().any(|key| has(key))
}

/// What is said about a list, a text or a number at the top of a file.
pub(super) fn not_an_object(value: &Value) -> Message {
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(is_document) => {
            Message::new("not_ours_several").with("count", items.len())
        }
        Value::Array(_) => Message::new("not_ours_list"),
        _ => Message::new("not_ours_unknown_shape"),
    }
}

fn is_document(value: &Value) -> bool {
    matches!(value, Value::Object(_)) && kind::of_object(value).is_some()
}

/// What is said about an object in which nothing of ours was found.
pub(super) fn unknown(value: &Value) -> Message {
    let own = configuration_keys(value);
    // Group files hold one configuration per key.
    let inner = value
        .as_object()
        .unwrap_or_default()
        .iter()
        .map(|(_, value)| configuration_keys(value));
    let most = inner.max().unwrap_or(0).max(own);
    Message::new(if most >= 2 {
        "not_ours_configuration"
    } else {
        "not_ours_unknown_shape"
    })
}

fn configuration_keys(value: &Value) -> usize {
    CONFIGURATION_KEYS
        .iter()
        .filter(|key| value.get(key).is_some())
        .count()
}
