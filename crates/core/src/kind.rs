//! The four kinds of catalog documents.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a catalog document is. The word is the same in results, `--only`, counts and folders
/// (requirement 000, contracts "Words").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A definition: stages and/or tasks, priority, trigger.
    Workflow,
    /// Milestones and what leads to them.
    Roadmap,
    /// A text with front matter that says how work is done.
    Rule,
    /// A document with variables to make others from.
    Template,
}

impl Kind {
    /// All kinds in the order in which lists and backups name them.
    pub const ALL: [Self; 4] = [Self::Workflow, Self::Roadmap, Self::Rule, Self::Template];

    /// The word used in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Roadmap => "roadmap",
            Self::Rule => "rule",
            Self::Template => "template",
        }
    }

    /// The CLI's noun, which also begins the command names (`flow_list`).
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Workflow => "flow",
            other => other.as_str(),
        }
    }

    /// The folder of this kind inside a backup.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Workflow => "workflows",
            Self::Roadmap => "roadmaps",
            Self::Rule => "rules",
            Self::Template => "templates",
        }
    }

    /// The kind whose [`Kind::as_str`] is `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
