//! The grammar of `log` and `settings`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use flowkeep_api::types::Object;
use flowkeep_core::Value;

use crate::args::given_path;
use crate::folders::Switch;
use crate::run_args::{Which, object, value};

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    Executions {
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        #[arg(long, value_name = "WORDS")]
        text: Option<String>,
        #[command(flatten)]
        of: Which,
    },
    Operations {
        #[arg(long = "type", value_name = "TYPE")]
        operation_type: Option<String>,
        #[command(flatten)]
        of: Which,
    },
    Show {
        #[arg(value_name = "ID")]
        entry: String,
    },
    Start {
        workflow: String,
        #[arg(long = "id", value_name = "ID")]
        execution_id: Option<String>,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        context: Option<Object>,
    },
    Update {
        #[arg(value_name = "ID")]
        execution: String,
        #[arg(long = "status", value_name = "STATUS")]
        new_status: Option<String>,
        #[arg(long = "message", value_name = "TEXT")]
        messages: Vec<String>,
        #[arg(long, value_name = "LEVEL")]
        level: Option<String>,
        #[arg(long = "task", value_name = "TASK")]
        about_task: Option<String>,
    },
    Operation {
        #[arg(id = "operation_done", value_name = "TYPE")]
        operation_type: String,
        workflow: String,
        #[arg(long, value_name = "JSON|@FILE", value_parser = value)]
        data: Option<Value>,
    },
    Migrate {
        #[arg(long = "from", value_name = "DIR", value_parser = given_path())]
        log_from: PathBuf,
        #[arg(long)]
        dry_run: bool,
    },
    Verify {
        #[arg(long = "from", value_name = "DIR", value_parser = given_path())]
        log_from: PathBuf,
    },
    Export {
        #[arg(long = "to", value_name = "DIR", value_parser = given_path())]
        log_to: PathBuf,
    },
    Statistics {
        #[arg(long = "workflow", value_name = "ID")]
        of_workflow: Option<String>,
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    CleanUp {
        #[arg(long, value_name = "AGE")]
        older_than: Option<String>,
        #[arg(long = "keep", value_name = "N")]
        keep_newest: Option<u32>,
        #[arg(long = "workflow", value_name = "ID")]
        of_workflow: Option<String>,
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsVerb {
    Show,
    Update(SettingsChange),
}

#[derive(Debug, Args)]
pub(crate) struct SettingsChange {
    #[arg(
        long = "language",
        id = "settings_language",
        value_enum,
        value_name = "system|en|zh-CN",
        hide_possible_values = true
    )]
    pub(crate) language: Option<WindowLanguage>,
    #[arg(
        long,
        value_enum,
        value_name = "system|light|dark",
        hide_possible_values = true
    )]
    pub(crate) theme: Option<WindowTheme>,
    #[arg(long, value_name = "DIR", value_parser = given_path())]
    pub(crate) backup_folder: Option<PathBuf>,
    #[arg(
        long,
        value_enum,
        value_name = "database|both|files",
        hide_possible_values = true
    )]
    pub(crate) log_storage: Option<Storage>,
    #[arg(long, value_name = "DIR", value_parser = given_path())]
    pub(crate) log_dir: Option<PathBuf>,
    #[arg(long, conflicts_with = "log_dir")]
    pub(crate) usual_log_dir: bool,
    #[arg(long, value_name = "N")]
    pub(crate) keep_days: Option<u32>,
    #[arg(long, value_name = "N")]
    pub(crate) keep_runs: Option<u32>,
    #[arg(
        long,
        value_enum,
        value_name = "ask|background|quit",
        hide_possible_values = true
    )]
    pub(crate) on_close: Option<Closing>,
    #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
    pub(crate) snapshots: Option<Switch>,
    #[arg(
        long,
        value_enum,
        value_name = "masked|encrypted",
        hide_possible_values = true
    )]
    pub(crate) snapshot_secrets: Option<KeysIn>,
    #[arg(long, value_name = "STRATEGY")]
    pub(crate) snapshot_strategy: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) default_tool_set: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) snapshot_keep_days: Option<u32>,
}

/// What becomes of keys in configurations.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum KeysIn {
    Masked,
    Encrypted,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Closing {
    Ask,
    Background,
    Quit,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WindowLanguage {
    System,
    En,
    #[value(name = "zh-CN")]
    Chinese,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WindowTheme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Storage {
    Database,
    Both,
    Files,
}
