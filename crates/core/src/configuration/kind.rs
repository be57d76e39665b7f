//! What a file of a configuration tree is for, told by the folder it is in.

use serde::{Deserialize, Serialize};

use super::ConfigPath;

/// A kind of configuration (requirement 004 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigKind {
    /// What is run.
    Workflows,
    /// Language models.
    Llms,
    /// Tools that are offered together.
    ToolSets,
    /// Tools.
    Tools,
    /// Agents.
    Agents,
    /// Texts that are given to models.
    Prompts,
    /// What is for all of them: files right in the root, and folders of no other kind.
    Global,
}

impl ConfigKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Workflows,
        Self::Agents,
        Self::ToolSets,
        Self::Tools,
        Self::Prompts,
        Self::Llms,
        Self::Global,
    ];

    /// The word used in results and in settings, which is the name of its folder.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflows => "workflows",
            Self::Llms => "llms",
            Self::ToolSets => "tool-sets",
            Self::Tools => "tools",
            Self::Agents => "agents",
            Self::Prompts => "prompts",
            Self::Global => "global",
        }
    }

    /// The kind whose [`ConfigKind::as_str`] is `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub(super) fn of(path: &ConfigPath) -> Self {
        let first = path.as_str().split_once('/').map(|(first, _)| first);
        first.and_then(Self::from_word).unwrap_or(Self::Global)
    }
}
