//! What `run_list_export` takes and gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, RunListInput};

/// What kind of file a list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// Comma-separated values, with a byte-order mark.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Which runs go into a file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunListExportInput {
    /// As `run_list` takes it, but for its page: all that fit.
    pub runs: RunListInput,
    /// What kind of file.
    pub format: ListFormat,
    /// The language of its words, `en` or `zh-CN`; the system's unless told.
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<String>,
    /// The file.
    pub to: ChosenPlace,
}

/// What kind of file a run becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunFormat {
    /// A `flowkeep-run` document: docs/formats/run.md.
    Json,
    /// One page that is read without Flowkeep.
    Html,
}

/// A run that is to be written to a file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunExportInput {
    /// Its id.
    pub id: String,
    /// What kind of file.
    pub format: RunFormat,
    /// The language of its words, `en` or `zh-CN`; the system's unless told. JSON has none.
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<String>,
    /// The file.
    pub to: ChosenPlace,
}

/// A list that was written into a file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunListExported {
    /// The file.
    pub files: Vec<String>,
    /// How many runs are in it.
    pub rows: u32,
}
