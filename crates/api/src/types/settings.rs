//! Settings of this data folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// The language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Language {
    /// As the system.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// 简体中文.
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Where other programs' executions and operations are kept. Our own runs are in the database always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LogStorageKind {
    /// In the database.
    #[default]
    Database,
    /// In the database, and written into files as well, for as long as an earlier tool reads them.
    Both,
    /// In files alone.
    Files,
}

/// What becomes of runs and schedules when the window is closed while there are some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnClose {
    /// The operator is asked.
    #[default]
    Ask,
    /// They go on without a window.
    Background,
    /// Runs are taken back until the next start; nothing starts by itself until then.
    Quit,
}

/// Whether the configuration of work that lies in files is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Snapshots {
    /// It is.
    #[default]
    On,
    /// It is not.
    Off,
}

/// What becomes of keys and passwords that stand in configurations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotSecrets {
    /// Something else is kept in their place.
    #[default]
    Masked,
    /// Files are kept as they are, encrypted.
    Encrypted,
}

/// All settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// The language of the window.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// The name shown in Activity; the system account's when empty.
    pub display_name: String,
    /// The chosen backup folder, as a person reads it.
    pub backup_folder: Option<String>,
    /// Whether the operator was asked for a backup folder.
    pub backup_folder_asked: bool,
    /// Whether the example workspace was declined or removed.
    pub example_declined: bool,
    /// Where other programs' executions and operations are kept.
    pub log_storage: LogStorageKind,
    /// The folder for that in files, as a person reads it; `logs` in the data folder unless told.
    pub log_dir: Option<String>,
    /// Runs that ended more than so many days ago are removed once a day, but for the newest of each
    /// workflow; kept unless told.
    pub keep_days: Option<u32>,
    /// Of each workflow so many of the newest runs are kept; all unless told.
    pub keep_runs: Option<u32>,
    /// What becomes of runs and schedules when the window is closed.
    pub on_close: OnClose,
    /// Whether the operator was asked to start Flowkeep at login.
    pub login_offered: bool,
    /// Whether the configuration of work that lies in files is kept.
    pub snapshots: Snapshots,
    /// What becomes of keys and passwords that stand in configurations.
    pub snapshot_secrets: SnapshotSecrets,
    /// Which files of a configuration are kept: `minimal`, `standard`, `comprehensive`; `standard` unless told.
    pub snapshot_strategy: Option<String>,
    /// Strategies that are not as they came, by their names.
    pub snapshot_strategies: BTreeMap<String, OwnStrategy>,
    /// The tool set that `default` stands for in a configuration; `basic-tools` unless told.
    pub default_tool_set: Option<String>,
    /// Days after which snapshots that nobody needs any more are removed, once a day; 30 unless told, and 0 keeps
    /// them.
    pub snapshot_keep_days: Option<u32>,
    /// Ways to look at the runs that somebody keeps, in their order.
    pub run_views: Vec<RunView>,
    /// What the list of runs tells of each beside its status and workflow; the usual columns unless told.
    pub run_columns: Option<Vec<String>>,
}

/// A way to look at the runs, under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunView {
    /// Its name; no two have the same.
    pub name: String,
    /// What the window keeps of it: the filters, and list, timeline or calendar.
    pub search: String,
}

/// What a strategy takes that somebody has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnStrategy {
    /// The kinds of files that are taken, as in `SessionFile`.
    pub kinds: Vec<String>,
    /// Names of files that are left out; with a `/` in it, the whole path is looked at.
    pub exclude: Vec<String>,
}

/// Change settings; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SettingsUpdate {
    /// The language of the window.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Option<Theme>,
    /// The name shown in Activity.
    pub display_name: Option<String>,
    /// The chosen backup folder.
    pub backup_folder: Option<ChosenPlace>,
    /// Whether the operator was asked for a backup folder.
    pub backup_folder_asked: Option<bool>,
    /// Whether the example workspace was declined.
    pub example_declined: Option<bool>,
    /// Where other programs' executions and operations are kept.
    pub log_storage: Option<LogStorageKind>,
    /// The folder for that in files.
    pub log_dir: Option<ChosenPlace>,
    /// Whether the log goes back to the folder `logs` in the data folder, unless another is given.
    pub log_dir_usual: Option<bool>,
    /// Days after which runs are removed; 0 keeps them.
    pub keep_days: Option<u32>,
    /// Newest runs that are kept of each workflow; 0 keeps all.
    pub keep_runs: Option<u32>,
    /// What becomes of runs and schedules when the window is closed.
    pub on_close: Option<OnClose>,
    /// Whether the operator was asked to start Flowkeep at login.
    pub login_offered: Option<bool>,
    /// Whether the configuration of work that lies in files is kept.
    pub snapshots: Option<Snapshots>,
    /// What becomes of keys and passwords that stand in configurations.
    pub snapshot_secrets: Option<SnapshotSecrets>,
    /// Which files of a configuration are kept.
    pub snapshot_strategy: Option<String>,
    /// The tool set that `default` stands for in a configuration; an empty one takes it back.
    pub default_tool_set: Option<String>,
    /// Days after which snapshots that nobody needs any more are removed; 0 keeps them.
    pub snapshot_keep_days: Option<u32>,
    /// All ways to look at the runs that are kept; 100 at most.
    pub run_views: Option<Vec<RunView>>,
    /// What the list of runs tells of each beside its status and workflow.
    pub run_columns: Option<Vec<String>>,
}
