//! `flowkeep`: the command line, a second face of the same commands as the window.
//!
//! Human text by default; with `--json` exactly one JSON document on standard output. Exit codes:
//! 0 done, 1 failed, 2 wrong usage, 3 done in part.

mod agents;
mod args;
mod database;
mod documents;
mod fallen;
mod folder_archives;
mod folder_tables;
mod folders;
mod help;
mod import;
mod log_args;
mod logs;
mod notices;
mod output;
mod preflight;
mod progress;
mod read;
mod remedies;
mod routes;
mod run_args;
mod run_compare;
mod run_details;
mod run_trend;
mod runs;
mod schedules;
mod session_clean_up;
mod session_compare;
mod session_export;
mod session_import;
mod session_in_place;
mod session_keys;
mod session_restore;
mod session_roots;
mod session_runs;
mod session_scrub;
mod session_store;
mod session_strategies;
mod sessions;
mod settings;
mod sources;
mod templates;
mod validation;
mod waiting;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, FromArgMatches as _};
use flowkeep_api::{Api, AppError, Catalogue, Face, NoPlaces, OpenOptions, io_reason, overview};

use flowkeep_api::types::{Doctor, Nothing};

use crate::args::{Arguments, Noun};
use crate::output::{Outcome, Output};
use crate::run_args::{Action, Engine};

/// Reading a backup is a hundred small values per document; the C library's allocator spends a
/// quarter of a restore on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let log = tracing_subscriber::EnvFilter::try_from_env("FLOWKEEP_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(log)
        .with_writer(std::io::stderr)
        .init();

    let given: Vec<_> = std::env::args_os().collect();
    let catalogue = Catalogue::new(help::tongue(&given));
    let command = help::translated(Arguments::command(), &catalogue);
    let arguments = match command.try_get_matches_from(&given) {
        Ok(matches) => match Arguments::from_arg_matches(&matches) {
            Ok(arguments) => arguments,
            Err(error) => return help::refused(&error, &given, &catalogue),
        },
        Err(error) => return help::refused(&error, &given, &catalogue),
    };
    let output = Output::new(arguments.json, catalogue);
    match run(arguments, &output) {
        Ok(outcome) => outcome.into(),
        Err(error) => output.failed(&error).into(),
    }
}

fn run(arguments: Arguments, output: &Output) -> Result<Outcome, AppError> {
    match arguments.noun {
        Noun::Completions { shell } => {
            let mut command = help::translated(Arguments::command(), output.catalogue());
            // Into memory first: what generates it fails loudly where nobody reads on.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "flowkeep", &mut script);
            output::write(|out| out.write_all(&script))?;
            return Ok(Outcome::Done);
        }
        Noun::Man { folder } => {
            let command = help::translated(Arguments::command(), output.catalogue());
            clap_mangen::generate_to(command, &folder).map_err(|error| {
                AppError::from(io_reason(&error)).with("path", folder.display())
            })?;
            return Ok(Outcome::Done);
        }
        Noun::Flow(_)
        | Noun::Roadmap(_)
        | Noun::Rule(_)
        | Noun::Template(_)
        | Noun::Db(_)
        | Noun::Run(_)
        | Noun::Action(_)
        | Noun::Agent(_)
        | Noun::Log(_)
        | Noun::Settings(_)
        | Noun::Route(_)
        | Noun::Schedule(_)
        | Noun::Event(_)
        | Noun::Source(_)
        | Noun::Folder(_)
        | Noun::Session(_)
        | Noun::Secret(_)
        | Noun::Notice(_)
        | Noun::Engine(_)
        | Noun::Doctor => {}
    }
    if let Some(file) = arguments.noun.file_to_validate() {
        // A file is checked by itself: no data folder is touched.
        return validation::file(output, arguments.noun.kind(), file);
    }
    let opened = Api::open(OpenOptions {
        data_dir: arguments.data_dir,
        face: Face::Cli,
        places: Arc::new(NoPlaces),
    });
    let mut api = match (opened, &arguments.noun) {
        (Err(error), Noun::Doctor) => {
            return diagnosis(output, &overview::doctor_of_unopened(&error));
        }
        (opened, _) => opened?,
    };
    api.speak(output.catalogue().tongue());
    for message in api.put_right() {
        output::aside(&output.catalogue().told(message));
    }
    let kind = arguments.noun.kind();
    match arguments.noun {
        Noun::Flow(verb) | Noun::Roadmap(verb) | Noun::Rule(verb) => {
            documents::run(&api, output, kind, verb)
        }
        Noun::Template(verb) => templates::run(&api, output, verb),
        Noun::Db(verb) => database::run(&api, output, verb),
        Noun::Run(verb) => runs::run(&api, output, *verb),
        Noun::Action(Action::List) => run_details::actions(&api, output),
        Noun::Agent(verb) => agents::run(&api, output, verb),
        Noun::Log(verb) => logs::run(&api, output, *verb),
        Noun::Settings(verb) => settings::run(&api, output, verb),
        Noun::Route(verb) => routes::run(&api, output, verb),
        Noun::Schedule(verb) => schedules::run(&api, output, verb),
        Noun::Event(verb) => schedules::emit(&api, output, verb),
        Noun::Source(verb) => sources::run(&api, output, *verb),
        Noun::Folder(verb) => folders::run(&api, output, verb),
        Noun::Session(verb) => sessions::run(&api, output, verb),
        Noun::Secret(verb) => sources::secret(&api, output, verb),
        Noun::Notice(verb) => notices::run(&api, output, verb),
        Noun::Engine(Engine::Run) => runs::engine(&api, output),
        Noun::Doctor => diagnosis(output, &overview::doctor(&api, Nothing {})?),
        Noun::Completions { .. } | Noun::Man { .. } => Ok(Outcome::Done),
    }
}

fn diagnosis(output: &Output, found: &Doctor) -> Result<Outcome, AppError> {
    output.print(found, |catalogue, out| {
        for check in &found.checks {
            let mark = catalogue.word(if check.ok {
                "cli_mark_ok"
            } else {
                "cli_mark_not_ok"
            });
            let name = catalogue.word(&format!("check_{}", check.name));
            let said = catalogue.labelled(&name, &catalogue.say(&check.message));
            writeln!(out, "{mark} {said}")?;
        }
        Ok(())
    })?;
    Ok(if found.ok {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}
