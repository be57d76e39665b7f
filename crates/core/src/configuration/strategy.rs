//! Which files a snapshot takes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ConfigKind, ConfigPath};
use crate::pattern;

/// Which files a snapshot takes of those that its entry refers to. The entry itself is always taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// What it is called.
    pub name: String,
    /// The kinds that are taken.
    pub kinds: BTreeSet<ConfigKind>,
    /// Names of files that are left out; with a `/` in it, the whole path is looked at.
    pub exclude: Vec<String>,
}

/// Why a file that is referred to is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LeftOut {
    /// Its kind is not.
    Kind,
    /// Its name is excluded.
    Pattern,
}

impl Strategy {
    /// The three that come with the app (requirement 004 §3.2; models are left out by the standard one
    /// until they are switched on, as its note says).
    pub fn factory() -> [Self; 3] {
        use ConfigKind::{Agents, Global, Llms, Prompts, ToolSets, Tools, Workflows};
        let strategy = |name: &str, kinds: &[ConfigKind], exclude: &[&str]| Self {
            name: name.to_owned(),
            kinds: kinds.iter().copied().collect(),
            exclude: exclude.iter().map(|text| (*text).to_owned()).collect(),
        };
        [
            strategy("minimal", &[Workflows], &[]),
            strategy(
                "standard",
                &[Workflows, ToolSets, Tools],
                &["*_test.yaml", "*_dev.yaml"],
            ),
            strategy(
                "comprehensive",
                &[Workflows, Llms, ToolSets, Tools, Agents, Prompts, Global],
                &[],
            ),
        ]
    }

    /// Whether a file would be taken that is named so, with or without what says how it is written.
    pub(super) fn would_take(&self, path: &ConfigPath) -> bool {
        let written = ConfigPath::new(format!("{path}.yaml"));
        self.leaves_out(path).is_none()
            && written.is_ok_and(|path| self.leaves_out(&path).is_none())
    }

    /// Why a file is not taken; nothing where it is.
    pub(super) fn leaves_out(&self, path: &ConfigPath) -> Option<LeftOut> {
        if !self.kinds.contains(&path.kind()) {
            return Some(LeftOut::Kind);
        }
        let excluded = self.exclude.iter().any(|pattern| {
            let whole = pattern.contains('/');
            let name = if whole {
                path.as_str()
            } else {
                path.file_name()
            };
            !pattern.trim().is_empty() && pattern::matches(Some(pattern), name)
        });
        excluded.then_some(LeftOut::Pattern)
    }
}
