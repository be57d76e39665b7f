//! `settings`: what the window's settings are, in its words.

use std::io::{self, Write as _};

use flowkeep_api::types::{
    ChosenPlace, Language, LogStorageKind, Nothing, OnClose, Settings, SettingsUpdate,
    SnapshotSecrets, Snapshots, Theme,
};
use flowkeep_api::{Api, AppError, Catalogue, settings};
use flowkeep_core::visible;

use crate::folders::Switch;
use crate::log_args::{
    Closing, KeysIn, SettingsChange, SettingsVerb, Storage, WindowLanguage, WindowTheme,
};
use crate::output::{Out, Outcome, Output};
use crate::session_keys;

pub(crate) fn run(api: &Api, output: &Output, verb: SettingsVerb) -> Result<Outcome, AppError> {
    let found = match verb {
        SettingsVerb::Show => settings::show(api, Nothing {})?,
        SettingsVerb::Update(change) => settings::update(api, update(change))?,
    };
    output.print(&found, |catalogue, out| shown(catalogue, out, &found))?;
    if found.snapshot_secrets == SnapshotSecrets::Encrypted {
        session_keys::remark_new(api, output)?;
    }
    Ok(Outcome::Done)
}

/// The settings that can be said here, in the words of the window.
fn shown(catalogue: &Catalogue, out: &mut Out, found: &Settings) -> io::Result<()> {
    let path = |path: &Option<String>, none: &str| {
        let path = path.as_deref().map(|path| visible(path).into_owned());
        path.unwrap_or_else(|| catalogue.word(none))
    };
    let number = |number: Option<u32>| {
        let number = number.map(|number| number.to_string());
        number.unwrap_or_else(|| catalogue.word("cli_settings_no_limit"))
    };
    let named =
        |name: &Option<String>, usual: &str| visible(name.as_deref().unwrap_or(usual)).into_owned();
    let name = Some(found.display_name.as_str()).filter(|name| !name.is_empty());
    let name = name.map(|name| visible(name).into_owned());
    let rows = [
        (
            "settings_language",
            match found.language {
                Language::System => catalogue.word("as_system"),
                // A language is called what it calls itself.
                Language::English => "English".to_owned(),
                Language::Chinese => "简体中文".to_owned(),
            },
        ),
        (
            "settings_theme",
            catalogue.word(match found.theme {
                Theme::System => "as_system",
                Theme::Light => "theme_light",
                Theme::Dark => "theme_dark",
            }),
        ),
        (
            "settings_name",
            name.unwrap_or_else(|| catalogue.word("settings_name_placeholder")),
        ),
        (
            "settings_on_close",
            catalogue.word(match found.on_close {
                OnClose::Ask => "on_close_ask",
                OnClose::Background => "on_close_background",
                OnClose::Quit => "on_close_quit",
            }),
        ),
        (
            "settings_backup_folder",
            path(&found.backup_folder, "cli_settings_none_chosen"),
        ),
        (
            "log_storage",
            catalogue.word(match found.log_storage {
                LogStorageKind::Database => "log_storage_database",
                LogStorageKind::Both => "log_storage_both",
                LogStorageKind::Files => "log_storage_files",
            }),
        ),
        ("log_dir", path(&found.log_dir, "log_dir_own")),
        ("cli_settings_keep_days", number(found.keep_days)),
        ("cli_settings_keep_runs", number(found.keep_runs)),
        (
            "cli_settings_snapshots",
            catalogue.word(match found.snapshots {
                Snapshots::On => "cli_settings_on",
                Snapshots::Off => "cli_settings_off",
            }),
        ),
        (
            "cli_settings_snapshot_secrets",
            catalogue.word(match found.snapshot_secrets {
                SnapshotSecrets::Masked => "snapshot_secrets_masked",
                SnapshotSecrets::Encrypted => "snapshot_secrets_encrypted",
            }),
        ),
        (
            "cli_settings_snapshot_strategy",
            named(&found.snapshot_strategy, "standard"),
        ),
        (
            "cli_settings_default_tool_set",
            named(&found.default_tool_set, "basic-tools"),
        ),
        (
            "cli_settings_snapshot_keep_days",
            number(Some(found.snapshot_keep_days.unwrap_or(30)).filter(|days| *days > 0)),
        ),
    ];
    for (label, value) in rows {
        writeln!(
            out,
            "{}",
            catalogue.labelled(&catalogue.word(label), &value)
        )?;
    }
    if found.snapshot_secrets == SnapshotSecrets::Encrypted {
        writeln!(out, "{}", catalogue.word("cli_settings_save_key"))?;
    }
    Ok(())
}

fn update(change: SettingsChange) -> SettingsUpdate {
    SettingsUpdate {
        language: change.language.map(|language| match language {
            WindowLanguage::System => Language::System,
            WindowLanguage::En => Language::English,
            WindowLanguage::Chinese => Language::Chinese,
        }),
        theme: change.theme.map(|theme| match theme {
            WindowTheme::System => Theme::System,
            WindowTheme::Light => Theme::Light,
            WindowTheme::Dark => Theme::Dark,
        }),
        // Who names one need not be asked for it.
        backup_folder_asked: change.backup_folder.is_some().then_some(true),
        backup_folder: change.backup_folder.map(ChosenPlace::Path),
        log_storage: change.log_storage.map(|storage| match storage {
            Storage::Database => LogStorageKind::Database,
            Storage::Both => LogStorageKind::Both,
            Storage::Files => LogStorageKind::Files,
        }),
        log_dir: change.log_dir.map(ChosenPlace::Path),
        log_dir_usual: change.usual_log_dir.then_some(true),
        keep_days: change.keep_days,
        keep_runs: change.keep_runs,
        on_close: change.on_close.map(|wish| match wish {
            Closing::Ask => OnClose::Ask,
            Closing::Background => OnClose::Background,
            Closing::Quit => OnClose::Quit,
        }),
        snapshots: change.snapshots.map(|wish| match wish {
            Switch::On => Snapshots::On,
            Switch::Off => Snapshots::Off,
        }),
        snapshot_secrets: change.snapshot_secrets.map(|wish| match wish {
            KeysIn::Masked => SnapshotSecrets::Masked,
            KeysIn::Encrypted => SnapshotSecrets::Encrypted,
        }),
        snapshot_strategy: change.snapshot_strategy,
        default_tool_set: change.default_tool_set,
        snapshot_keep_days: change.snapshot_keep_days,
        ..SettingsUpdate::default()
    }
}
