//! What a file of a configuration tree refers to.

use serde::{Deserialize, Serialize};

use super::{ConfigKind, ConfigPath};
use crate::Value;
use crate::value::push_token;

/// How something is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKey {
    /// A model, by the name of its file.
    LlmClient,
    /// A model that stands in for another.
    FallbackModel,
    /// A group of models, or a level of one: `plan_group.level1`.
    LlmGroup,
    /// Models that are asked in turn.
    PollingPool,
    /// What counts the words given to a model.
    TokenCounter,
    /// A member of the nearest `_group` file.
    Group,
    /// A file whose content this one goes on from.
    InheritsFrom,
    /// Tools that are offered together.
    ToolSet,
    /// A tool.
    Tool,
    /// An agent.
    Agent,
    /// A text that the register of texts names: `kind/name`, or the name alone.
    Prompt,
    /// A file that a register names.
    File,
}

/// One reference, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// How it refers.
    pub key: ReferenceKey,
    /// What it names.
    pub name: String,
    /// Where it stands in its file, as a JSON pointer.
    pub pointer: String,
}

impl ReferenceKey {
    /// The kind of what is meant, where that is always the same.
    pub(super) const fn kind(self) -> Option<ConfigKind> {
        match self {
            Self::LlmClient
            | Self::FallbackModel
            | Self::LlmGroup
            | Self::PollingPool
            | Self::TokenCounter => Some(ConfigKind::Llms),
            Self::ToolSet => Some(ConfigKind::ToolSets),
            Self::Tool => Some(ConfigKind::Tools),
            Self::Agent => Some(ConfigKind::Agents),
            Self::Prompt => Some(ConfigKind::Prompts),
            Self::Group | Self::InheritsFrom | Self::File => None,
        }
    }

    /// What a key of this name refers to in a file of that kind.
    fn of(name: &str, kind: ConfigKind) -> Option<Self> {
        use ConfigKind::{Agents, Global, Llms, Prompts, ToolSets, Tools, Workflows};
        let in_model = kind == Llms;
        Some(match name {
            "llm_client" | "llm" | "llm_config" => Self::LlmClient,
            "fallback_models" => Self::FallbackModel,
            "models" if in_model => Self::FallbackModel,
            "llm_group" | "fallback_groups" | "task_group" | "task_groups" => Self::LlmGroup,
            "polling_pool" => Self::PollingPool,
            "token_counter" => Self::TokenCounter,
            "group" if !matches!(kind, Workflows | Prompts | Global) => Self::Group,
            "inherits_from" | "extends" => Self::InheritsFrom,
            "tool_manager" | "tool_set" | "tool_sets" => Self::ToolSet,
            "available_tools" => Self::Tool,
            // Of a model it is what may be sent to it.
            "tools" if matches!(kind, Workflows | ToolSets | Tools | Agents) => Self::Tool,
            "agent" | "agents" | "agent_config" => Self::Agent,
            "prompts" | "prompt_ids" | "system_prompt" | "system_prompt_ref" => Self::Prompt,
            _ => return None,
        })
    }

    /// Whether a text below such a key names something. A prompt is mostly the text itself.
    fn is_named_by(self, text: &str) -> bool {
        let is_name = !text.is_empty()
            && text.len() <= 255
            && !text.contains(char::is_control)
            && !text.contains("${")
            && !text.contains("{{");
        is_name && (self != Self::Prompt || !text.contains(char::is_whitespace))
    }
}

/// What stands below these says what something is like, and refers to nothing.
const NO_REFERENCES: [&str; 5] = [
    "state_schema",
    "parameters_schema",
    "metadata",
    "description",
    "capabilities",
];

/// How a text says that it names something in a register.
const REGISTERED: &str = "ref://";

/// All that a file refers to, in the order of its text.
pub fn references(value: &Value, path: &ConfigPath) -> Vec<Reference> {
    let mut reading = Reading {
        kind: path.kind(),
        registers: is_register(path, value),
        found: Vec::new(),
    };
    reading.value("", value);
    reading.found
}

/// Whether a file lists others by their paths.
fn is_register(path: &ConfigPath, value: &Value) -> bool {
    let named = path.folder().is_empty() && path.stem() == "prompts";
    named || path.stem() == "_task_groups" || value.get("is_composite").is_some()
}

struct Reading {
    kind: ConfigKind,
    registers: bool,
    found: Vec<Reference>,
}

impl Reading {
    fn value(&mut self, at: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    if !NO_REFERENCES.contains(&key.as_str()) {
                        self.member(&push_token(at, key), key, value);
                    }
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.value(&push_token(at, &number.to_string()), item);
                }
            }
            Value::String(text) => {
                if let Some(name) = text.trim().strip_prefix(REGISTERED) {
                    self.note(ReferenceKey::Prompt, name, at);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, at: &str, key: &str, value: &Value) {
        let refers = match key {
            "path" | "file" if self.registers => Some(ReferenceKey::File),
            _ => ReferenceKey::of(key, self.kind),
        };
        match (refers, value) {
            (Some(refers), Value::Array(items)) => {
                for (number, item) in items.iter().enumerate() {
                    self.named(refers, &push_token(at, &number.to_string()), item);
                }
            }
            (Some(refers), value) => self.named(refers, at, value),
            (None, value) => self.value(at, value),
        }
    }

    fn named(&mut self, key: ReferenceKey, at: &str, value: &Value) {
        match value {
            Value::String(text) if !text.trim().starts_with(REGISTERED) => {
                self.note(key, text.trim(), at);
            }
            other => self.value(at, other),
        }
    }

    fn note(&mut self, key: ReferenceKey, name: &str, at: &str) {
        if key.is_named_by(name) {
            self.found.push(Reference {
                key,
                name: name.to_owned(),
                pointer: at.to_owned(),
            });
        }
    }
}
