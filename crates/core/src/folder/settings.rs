//! What a folder's owner wants of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::kept::{is_table_list, same_name};

/// What happens when a file cannot be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// What was moved goes back, and the run does not start.
    #[default]
    Stop,
    /// It is copied where it can be read, the others go on, and the run starts with a warning.
    Continue,
}

impl Policy {
    /// The word in results and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Continue => "continue",
        }
    }
}

/// Which archives go by themselves. Nothing given: none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CleanUpRule {
    /// So many of the newest stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub keep: Option<u32>,
    /// Older ones go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub older_than_days: Option<u32>,
    /// The oldest go until the rest takes no more bytes than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub max_bytes: Option<u64>,
}

/// The settings of one task folder. A key that is not there is as usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// What a run that a schedule or an event starts does when a file cannot be archived. People are
    /// asked.
    pub on_archive_failure: Policy,
    /// Whether complete runs archive at all.
    pub archive: bool,
    /// Whether a run of a single step archives too.
    pub archive_in_step_mode: bool,
    /// Names of files that stay, beside [`TABLE_LIST`](super::TABLE_LIST).
    pub keep: Vec<String>,
    /// Which archives go by themselves.
    pub clean_up: CleanUpRule,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            on_archive_failure: Policy::Stop,
            archive: true,
            archive_in_step_mode: false,
            keep: Vec::new(),
            clean_up: CleanUpRule::default(),
        }
    }
}

impl Settings {
    /// Whether something of this name stays where it is: a file, a link or a folder alike.
    pub fn keeps(&self, name: &str) -> bool {
        is_table_list(name) || self.keep.iter().any(|kept| same_name(kept, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_as_usual() {
        let settings: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(settings, Settings::default());
        assert!(settings.archive && !settings.archive_in_step_mode);
        assert_eq!(settings.on_archive_failure, Policy::Stop);
    }

    #[test]
    fn names_that_stay_stay_however_they_are_spelled() {
        let settings = Settings {
            keep: vec!["Prüfung.CSV".to_owned()],
            ..Settings::default()
        };
        for name in [
            "table_list.txt",
            "Table_List.TXT",
            "prüfung.csv",
            "PRÜFUNG.csv",
        ] {
            assert!(settings.keeps(name), "{name}");
        }
        for name in ["table_list.txt.bak", "table_list", "metadata.txt"] {
            assert!(!settings.keeps(name), "{name}");
        }
    }
}
