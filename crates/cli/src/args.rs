//! The grammar of the command line. What the words mean in English and Chinese stands in the
//! message catalogue (`cli_…`), see `help`.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use flowkeep_api::plan_decisions::KIND_WORDS;
use flowkeep_api::text_path;
use flowkeep_core::{KeptHistory, Kind};

use crate::folders::Folder;
use crate::log_args::{Log, SettingsVerb};
use crate::notices::Notice;
use crate::run_args::{Action, Agent, Engine, Event, Route, Run, Schedule};
use crate::sessions::Session;
use crate::sources::{Secret, Source};
use crate::templates::Template;

/// All of a call.
#[derive(Debug, Parser)]
#[command(
    name = "flowkeep",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[arg(long, global = true, env = "FLOWKEEP_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "en|zh-CN",
        hide_possible_values = true
    )]
    pub(crate) lang: Option<Lang>,
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    #[value(name = "en")]
    En,
    #[value(name = "zh-CN", alias = "zh", alias = "zh_CN")]
    Zh,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    #[command(subcommand)]
    Flow(Verb),
    #[command(subcommand)]
    Roadmap(Verb),
    #[command(subcommand)]
    Rule(Verb),
    #[command(subcommand)]
    Template(Template),
    #[command(subcommand)]
    Db(Db),
    #[command(subcommand)]
    Run(Box<Run>),
    #[command(subcommand)]
    Action(Action),
    #[command(subcommand)]
    Agent(Agent),
    #[command(subcommand)]
    Log(Box<Log>),
    #[command(subcommand)]
    Settings(SettingsVerb),
    #[command(subcommand)]
    Route(Route),
    #[command(subcommand)]
    Schedule(Schedule),
    #[command(subcommand)]
    Event(Event),
    #[command(subcommand)]
    Source(Box<Source>),
    #[command(subcommand)]
    Folder(Folder),
    #[command(subcommand)]
    Session(Session),
    #[command(subcommand)]
    Secret(Secret),
    #[command(subcommand)]
    Notice(Notice),
    #[command(subcommand)]
    Engine(Engine),
    Doctor,
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    #[command(hide = true)]
    Man {
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    List(List),
    Show {
        id: String,
        #[arg(long, value_name = "N")]
        revision: Option<u32>,
    },
    Create {
        #[arg(value_parser = given_path())]
        file: PathBuf,
    },
    Update {
        id: String,
        #[arg(value_parser = given_path())]
        file: PathBuf,
    },
    Delete {
        id: String,
    },
    Undelete {
        id: String,
    },
    Duplicate {
        id: String,
    },
    History {
        id: String,
    },
    Compare {
        id: String,
        from: u32,
        to: u32,
    },
    Revert {
        id: String,
        revision: u32,
    },
    Import(Import),
    Export {
        id: String,
        #[arg(short, long, value_name = "FILE", value_parser = given_path())]
        output: Option<PathBuf>,
        #[arg(short = 'f', long = "force")]
        overwrite: bool,
    },
    Validate(Validate),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[arg(long, value_name = "WORDS")]
    pub(crate) query: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u32,
    #[arg(long)]
    pub(crate) deleted: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(required = true, value_name = "PATH", value_parser = given_path())]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = OnConflict::Skip, hide_default_value = true,
          value_name = "skip|replace|copy", hide_possible_values = true)]
    pub(crate) on_conflict: OnConflict,
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OnConflict {
    Skip,
    Replace,
    Copy,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Validate {
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "FILE", value_parser = given_path())]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    Backup {
        #[arg(short, long, value_name = "DIR", value_parser = given_path())]
        output: Option<PathBuf>,
        #[arg(short, long)]
        verbose: bool,
        #[arg(long, value_name = "all|DAYS|none", default_value = "all",
              hide_default_value = true, value_parser = kept_history)]
        history: KeptHistory,
    },
    Restore {
        #[arg(short, long, value_name = "DIR", value_parser = given_path())]
        input: Option<PathBuf>,
        #[arg(short, long)]
        force: bool,
        #[arg(short, long)]
        verbose: bool,
        #[arg(long)]
        dry_run: bool,
        #[arg(long, value_delimiter = ',', value_name = "KIND,…", hide_possible_values = true,
              value_parser = PossibleValuesParser::new(KIND_WORDS))]
        only: Vec<String>,
        #[arg(long)]
        without_safety_copy: bool,
    },
    Verify {
        #[arg(short, long, value_name = "DIR", value_parser = given_path())]
        input: Option<PathBuf>,
    },
    Undo {
        undo_id: Option<String>,
    },
    List,
}

/// A path as typed, or as a result printed it: one that is not Unicode is a `file:` URL there.
pub(crate) fn given_path() -> impl clap::builder::TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| match path.to_str() {
        Some(text) => text_path(text),
        None => path,
    })
}

fn kept_history(text: &str) -> Result<KeptHistory, &'static str> {
    match text {
        "all" => Ok(KeptHistory::All),
        "none" => Ok(KeptHistory::None),
        days => days
            .parse()
            .map(KeptHistory::Days)
            .map_err(|_| "all, none, or a number of days"),
    }
}

impl Noun {
    /// The kind of document the noun speaks of; workflows where it speaks of none.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Roadmap(_) => Kind::Roadmap,
            Self::Rule(_) => Kind::Rule,
            Self::Template(_) => Kind::Template,
            _ => Kind::Workflow,
        }
    }

    /// The file of `validate --file`.
    pub(crate) fn file_to_validate(&self) -> Option<&Path> {
        match self {
            Self::Flow(Verb::Validate(validate))
            | Self::Roadmap(Verb::Validate(validate))
            | Self::Rule(Verb::Validate(validate))
            | Self::Template(Template::Document(Verb::Validate(validate))) => {
                validate.file.as_deref()
            }
            _ => None,
        }
    }
}
