//! Settings of this data folder.

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
}
