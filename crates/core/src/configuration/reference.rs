//! What a file of a configuration tree refers to.

use std::borrow::Cow;

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
    /// The same, where the text itself may stand as well.
    PromptOrText,
    /// The same by the path of its file, where otherwise the text itself stands.
    PromptFile,
    /// A file that a register names.
    File,
}

/// One reference, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
            Self::Prompt | Self::PromptOrText | Self::PromptFile => Some(ConfigKind::Prompts),
            Self::Group | Self::InheritsFrom | Self::File => None,
        }
    }

    /// What a key of this name refers to in a file of that kind.
    fn of(name: &str, kind: ConfigKind) -> Option<Self> {
        use ConfigKind::{Agents, Global, Llms, Prompts, ToolSets, Tools, Workflows};
        let in_model = kind == Llms;
        Some(match snake_case(name).as_ref() {
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
            "prompt_ids" | "system_prompt_ref" => Self::Prompt,
            "prompts" | "system_prompt" => Self::PromptOrText,
            "prompt" => Self::PromptFile,
            _ => return None,
        })
    }

    /// Whether it names a text.
    pub(super) const fn is_prompt(self) -> bool {
        matches!(self, Self::Prompt | Self::PromptOrText | Self::PromptFile)
    }

    /// Whether it names a file by its path and in no other way.
    pub(super) const fn is_path(self) -> bool {
        matches!(self, Self::InheritsFrom | Self::File)
    }

    /// Whether a text below such a key can name something. What has spaces is the text of a prompt.
    fn is_named_by(self, text: &str) -> bool {
        let is_name = !text.is_empty()
            && text.len() <= 255
            && !text.contains(char::is_control)
            && !text.contains("${")
            && !text.contains("{{");
        is_name
            && !(self.is_prompt() && text.contains(char::is_whitespace))
            && (self != Self::PromptFile || is_file_of_text(text))
    }
}

impl Reference {
    /// Whether it must mean something. Not every text is written with spaces, so a prompt that is found
    /// nowhere is one itself, unless it looks like a name.
    pub(super) fn names_something(&self) -> bool {
        let text = self.name.as_str();
        let is_sign = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
        self.key != ReferenceKey::PromptOrText
            || (text.starts_with(|first: char| first.is_ascii_alphabetic())
                && text.chars().all(is_sign)
                && !text.ends_with('.'))
    }

    /// The path it names, and the member of that file that is meant alone.
    pub(super) fn path_and_member(&self) -> (&str, Option<&str>) {
        match self.name.split_once('#') {
            Some((path, member)) if self.key == ReferenceKey::InheritsFrom => (path, Some(member)),
            _ => (&self.name, None),
        }
    }
}

/// A key as most files write it: `llmClient` is `llm_client`, and `promptIDs` is `prompt_ids`. One that begins with
/// a capital is a word of a text more often than a key, and stays as it is.
fn snake_case(key: &str) -> Cow<'_, str> {
    let is_capital = |letter: char| letter.is_ascii_uppercase();
    if key.starts_with(is_capital) || !key.contains(is_capital) {
        return Cow::Borrowed(key);
    }
    let mut words = String::with_capacity(key.len() + 2);
    let mut before = None;
    for letter in key.chars() {
        if is_capital(letter) && before.is_some_and(|before: char| before.is_ascii_lowercase()) {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
    Cow::Owned(words)
}

/// Whether a text is the name of a file that a prompt may be written in.
fn is_file_of_text(text: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        "md", "markdown", "txt", "prompt", "j2", "jinja", "jinja2", "yaml", "yml", "json",
    ];
    let ending = text.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
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
                    if !NO_REFERENCES.contains(&snake_case(key).as_ref()) {
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
