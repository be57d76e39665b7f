//! What a file of a configuration tree refers to.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::paths::{self, Likeness};
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
    /// The same by the path of a file that is written in some other way, under a key that says so.
    PromptPath,
    /// A file by its path: in a register, or under a key that says so.
    File,
    /// The same, where something else may stand as well.
    FileOrWord,
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
            Self::Prompt | Self::PromptOrText | Self::PromptFile | Self::PromptPath => {
                Some(ConfigKind::Prompts)
            }
            Self::Group | Self::InheritsFrom | Self::File | Self::FileOrWord => None,
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

    /// What a key refers to that ends in `File`, `Path` or the like, where its value looks like the path of a file that
    /// can belong to a configuration.
    fn by_ending(name: &str, value: &Value) -> Option<Self> {
        let words = snake_case(name);
        let (before, ending) = words.rsplit_once('_')?;
        let is_written = WRITTEN_ENDINGS.contains(&ending)
            && before.split('_').any(|word| WRITTEN.contains(&word));
        if !FILE_ENDINGS.contains(&ending) || is_written {
            return None;
        }
        let likeness = paths::likeness_of(value, ending)?;
        let is_prompt = before.split('_').any(|word| word == "prompt");
        if is_prompt && paths::begins_at_root_of_disk(value) {
            return Some(Self::PromptPath);
        }
        Some(match (likeness, is_prompt) {
            (Likeness::Known, true) if names_texts(value) => Self::PromptFile,
            (Likeness::Known | Likeness::Path, true) => Self::PromptPath,
            (Likeness::Known | Likeness::Path, false) => Self::File,
            (Likeness::Perhaps, true) => Self::PromptOrText,
            (Likeness::Perhaps, false) => Self::FileOrWord,
        })
    }

    /// Whether it names a text.
    pub(super) const fn is_prompt(self) -> bool {
        matches!(
            self,
            Self::Prompt | Self::PromptOrText | Self::PromptFile | Self::PromptPath
        )
    }

    /// Whether it names a file by its path and in no other way.
    pub(super) const fn is_path(self) -> bool {
        matches!(self, Self::InheritsFrom | Self::File | Self::FileOrWord)
    }

    /// Whether a text below such a key can name something. What has spaces is the text of a prompt.
    fn is_named_by(self, text: &str) -> bool {
        let is_name = !text.is_empty()
            && text.len() <= 255
            && !text.contains(char::is_control)
            && !text.contains("${")
            && !text.contains("{{");
        is_name
            && !(self.is_prompt() && self != Self::PromptPath && text.contains(char::is_whitespace))
            && (self != Self::PromptFile || is_file_of_text(text))
    }
}

impl Reference {
    /// Whether it must mean something. Not every text is written with spaces, so a prompt that is found
    /// nowhere is one itself, unless it looks like a name.
    pub(super) fn names_something(&self) -> bool {
        let text = self.name.as_str();
        let is_sign = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
        match self.key {
            ReferenceKey::FileOrWord => false,
            ReferenceKey::PromptOrText => {
                text.starts_with(|first: char| first.is_ascii_alphabetic())
                    && text.chars().all(is_sign)
                    && !text.ends_with('.')
            }
            _ => true,
        }
    }

    /// Whether it can only mean a file of a tree, and says where that is.
    pub fn names_a_file(&self) -> bool {
        use ReferenceKey::{File, PromptFile, PromptPath};
        matches!(self.key, File | PromptFile | PromptPath) && !self.leads_elsewhere()
    }

    /// Whether it names a file by its whole path, from the root of the disk or the folder of a user: no file of a tree
    /// is named so.
    pub fn leads_elsewhere(&self) -> bool {
        use ReferenceKey::{File, PromptPath};
        matches!(self.key, File | PromptPath) && paths::from_root_of_disk(&self.name).is_some()
    }

    /// The path it names, and the member of that file that is meant alone.
    pub(super) fn path_and_member(&self) -> (&str, Option<&str>) {
        match self.name.split_once('#') {
            Some((path, member)) if self.key == ReferenceKey::InheritsFrom => (path, Some(member)),
            _ => (&self.name, None),
        }
    }
}

/// What a key ends in that holds the path of a file.
const FILE_ENDINGS: [&str; 6] = ["file", "path", "ref", "config", "schema", "template"];

/// Of these, what a file is called as well that is written. Nobody writes a `report_template` or an `outputSchema`.
const WRITTEN_ENDINGS: [&str; 2] = ["file", "path"];

/// What says of a file that it is written and not read.
const WRITTEN: [&str; 16] = [
    "output",
    "out",
    "result",
    "results",
    "log",
    "target",
    "destination",
    "dest",
    "save",
    "export",
    "report",
    "cache",
    "history",
    "backup",
    "temp",
    "tmp",
];

/// A key as most files write it: `llmClient` is `llm_client`, `promptIDs` is `prompt_ids` and `defaultLLMClient` is
/// `default_llm_client`. One that begins with a capital is a word of a text more often than a key, and stays as it is.
fn snake_case(key: &str) -> Cow<'_, str> {
    let is_capital = |letter: char| letter.is_ascii_uppercase();
    if key.starts_with(is_capital) || !key.contains(is_capital) {
        return Cow::Borrowed(key);
    }
    let mut words = String::with_capacity(key.len() + 2);
    let letters: Vec<char> = key.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let ends_small =
            before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        // Of several capitals the last begins a word where small letters follow, unless these are a plural.
        let mut after = letters[at + 1..].iter();
        let begins_word = after.next().is_some_and(|next| {
            next.is_ascii_lowercase()
                && (*next != 's' || after.next().is_some_and(char::is_ascii_lowercase))
        });
        let ends_capital = before.is_some_and(|before| is_capital(*before));
        if is_capital(*letter) && (ends_small || (ends_capital && begins_word)) {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
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

/// Whether each of what stands behind a key is the name of such a file.
fn names_texts(value: &Value) -> bool {
    match value {
        Value::String(text) => is_file_of_text(text) && !text.contains(char::is_whitespace),
        Value::Array(items) => items.iter().all(names_texts),
        _ => false,
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

/// All that a definition refers to that is no file of a tree, as if it stood with the workflows.
pub fn references_of_definition(definition: &Value) -> Vec<Reference> {
    let mut reading = Reading {
        kind: ConfigKind::Workflows,
        registers: false,
        found: Vec::new(),
    };
    reading.value("", definition);
    reading.found
}

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
            _ => ReferenceKey::of(key, self.kind).or_else(|| ReferenceKey::by_ending(key, value)),
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
