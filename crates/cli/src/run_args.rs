//! The grammar of `run`, `action`, `agent`, `route` and `engine`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use flowkeep_api::io_reason;
use flowkeep_api::types::Object;
use flowkeep_core::{Message, Value, decode, json};

use crate::args::given_path;
use crate::run_compare::Compare;
use crate::run_trend::Trend;

#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    Start(Start),
    Task {
        action: String,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        params: Option<Object>,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        context: Option<Object>,
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
    },
    Preview {
        workflow: String,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        context: Option<Object>,
        #[arg(long = "folder", value_name = "FOLDER")]
        task_folder: Option<String>,
        #[arg(long)]
        ask: bool,
    },
    List(RunList),
    Show {
        run: String,
    },
    Compare(Compare),
    Trend(Trend),
    Export {
        run: String,
        #[arg(
            long = "as",
            value_enum,
            value_name = "json|html",
            hide_possible_values = true
        )]
        format: Shape,
        #[arg(id = "file", short = 'o', long = "output", value_name = "FILE", value_parser = given_path())]
        output: PathBuf,
        #[arg(short = 'f', long = "force")]
        overwrite: bool,
    },
    Output {
        run: String,
        #[arg(value_name = "TASK")]
        given_task: String,
    },
    Log {
        run: String,
        #[arg(long)]
        follow: bool,
    },
    Cancel {
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    Delete {
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    Undelete {
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
    },
    Pause {
        run: String,
    },
    Resume {
        run: String,
        #[arg(long)]
        trust: bool,
        #[arg(long)]
        todays_files: bool,
        #[arg(long)]
        wait: bool,
    },
    Retry(Retry),
    Answer(Answer),
}

#[derive(Debug, Args)]
pub(crate) struct Start {
    pub(crate) workflow: String,
    #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
    pub(crate) context: Option<Object>,
    #[arg(
        long,
        value_enum,
        value_name = "complete|step",
        hide_possible_values = true
    )]
    pub(crate) mode: Option<Mode>,
    #[arg(long = "task", value_name = "TASK", required_if_eq("mode", "step"))]
    pub(crate) only_task: Option<String>,
    #[arg(long = "folder", value_name = "FOLDER")]
    pub(crate) task_folder: Option<String>,
    #[arg(long)]
    pub(crate) trust: bool,
    #[arg(long)]
    pub(crate) continue_anyway: bool,
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shape {
    Json,
    Html,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    Complete,
    Step,
}

#[derive(Debug, Args)]
pub(crate) struct RunList {
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    #[arg(
        long,
        value_enum,
        value_name = "answer|look",
        hide_possible_values = true
    )]
    pub(crate) needs: Option<Needs>,
    #[arg(
        long,
        value_enum,
        value_name = "person|schedule|event|run",
        hide_possible_values = true
    )]
    pub(crate) begun_by: Option<BegunBy>,
    #[arg(long = "source", value_name = "NAME")]
    pub(crate) used_source: Option<String>,
    #[arg(long = "agent", value_name = "NAME")]
    pub(crate) used_agent: Option<String>,
    #[arg(long)]
    pub(crate) oldest_first: bool,
    #[arg(long, value_name = "WORDS")]
    pub(crate) text: Option<String>,
    #[arg(id = "csv", long, value_name = "FILE", value_parser = given_path(), conflicts_with_all = ["xlsx", "limit", "after", "count"])]
    pub(crate) csv: Option<PathBuf>,
    #[arg(id = "xlsx", long, value_name = "FILE", value_parser = given_path(), conflicts_with_all = ["limit", "after", "count"])]
    pub(crate) xlsx: Option<PathBuf>,
    #[arg(short = 'f', long = "force")]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) of: Which,
}

/// Which page of a history: of runs, or of entries of the log.
#[derive(Debug, Args)]
pub(crate) struct Which {
    #[arg(long = "workflow", value_name = "ID")]
    pub(crate) of_workflow: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    #[arg(long, value_name = "NEXT")]
    pub(crate) after: Option<String>,
    #[arg(long)]
    pub(crate) count: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum BegunBy {
    Person,
    Schedule,
    Event,
    Run,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Needs {
    Answer,
    Look,
}

#[derive(Debug, Args)]
pub(crate) struct Retry {
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    #[arg(long = "from", value_name = "start|failed|TASK")]
    pub(crate) again_from: Option<String>,
    #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
    pub(crate) context: Option<Object>,
    #[arg(long, value_name = "TASK")]
    pub(crate) skip: Vec<String>,
    #[arg(
        long,
        value_enum,
        value_name = "old|current",
        hide_possible_values = true
    )]
    pub(crate) definition: Option<Definition>,
    #[arg(long)]
    pub(crate) trust: bool,
    #[arg(long)]
    pub(crate) continue_anyway: bool,
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Definition {
    Old,
    Current,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line; the grammar allows one of them"
)]
#[derive(Debug, Args)]
pub(crate) struct Answer {
    pub(crate) run: String,
    #[arg(value_name = "TASK")]
    pub(crate) asked_task: String,
    #[arg(long, conflicts_with_all = ["send_back", "rerun", "done", "failed"])]
    pub(crate) approve: bool,
    #[arg(long, value_name = "TASK", requires = "approve")]
    pub(crate) next: Option<String>,
    #[arg(long, value_name = "TASK", conflicts_with_all = ["rerun", "done", "failed"])]
    pub(crate) send_back: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "send_back")]
    pub(crate) reason: Option<String>,
    #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
    pub(crate) fields: Option<Object>,
    #[arg(long, value_name = "ITEM", num_args = 1..)]
    pub(crate) tick: Vec<String>,
    #[arg(long, value_name = "ITEM", num_args = 1..)]
    pub(crate) untick: Vec<String>,
    #[arg(long, conflicts_with_all = ["done", "failed"])]
    pub(crate) rerun: bool,
    #[arg(long, conflicts_with = "failed")]
    pub(crate) done: bool,
    #[arg(long)]
    pub(crate) failed: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    List,
    Set {
        #[arg(
            long = "file",
            value_name = "FILE",
            required_unless_present = "run_limit"
        )]
        agents_file: Option<PathBuf>,
        #[arg(long = "limit", value_name = "N")]
        run_limit: Option<u32>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Route {
    List,
    Set {
        #[arg(
            long = "file",
            value_name = "FILE",
            required_unless_present = "defaults"
        )]
        routes_file: Option<PathBuf>,
        #[arg(long, conflicts_with = "routes_file")]
        defaults: bool,
    },
    Explain {
        workflow: String,
        task: String,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        context: Option<Object>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    List,
    Pause {
        id: String,
    },
    Resume {
        #[arg(required_unless_present = "all_schedules")]
        id: Option<String>,
        #[arg(long, id = "all_schedules", conflicts_with = "id")]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Event {
    Emit {
        #[arg(id = "event_name", value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "JSON|@FILE", value_parser = object)]
        context: Option<Object>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Engine {
    Run,
}

/// Why a word of the command line is no JSON object.
#[derive(Debug)]
pub(crate) struct Unusable(pub(crate) Message);

impl std::fmt::Display for Unusable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.code)
    }
}

impl std::error::Error for Unusable {}

/// A JSON object as typed, or the one in a file after `@`.
pub(crate) fn object(text: &str) -> Result<Object, Unusable> {
    match value(text)? {
        Value::Object(members) => Ok(Object(members)),
        _ => Err(Unusable(Message::new("json_not_an_object"))),
    }
}

/// A JSON value as typed, or the one in a file after `@`.
pub(crate) fn value(text: &str) -> Result<Value, Unusable> {
    let text = match text.strip_prefix('@') {
        Some(path) => file(Path::new(path))?,
        None => text.to_owned(),
    };
    json::read(&text).map_err(Unusable)
}

fn file(path: &Path) -> Result<String, Unusable> {
    let bytes = std::fs::read(path).map_err(|error| Unusable(io_reason(&error)))?;
    let (text, _) = decode(&bytes).ok_or_else(|| Unusable(Message::new("encoding_unknown")))?;
    Ok(text)
}
