//! Help and refusals in the operator's language.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command};
use flowkeep_api::{AppError, Catalogue, Tongue};

use crate::output::Output;
use crate::run_args::Unusable;

/// The language asked for by `--lang`, else the system's. Read before anything is parsed, because
/// refusing what cannot be parsed needs it.
pub(crate) fn tongue(given: &[OsString]) -> Tongue {
    let words: Vec<_> = given.iter().map(|word| word.to_string_lossy()).collect();
    let after = words
        .windows(2)
        .find(|pair| pair[0] == "--lang")
        .map(|pair| pair[1].clone());
    let joined = || {
        words
            .iter()
            .find_map(|word| word.strip_prefix("--lang=").map(Into::into))
    };
    after
        .or_else(joined)
        .map_or_else(Tongue::of_system, |lang| Tongue::of_locale(&lang))
}

/// The grammar with its words from the catalogue: `cli_about`, `cli_NOUN`, `cli_NOUN_VERB` (or
/// `cli_verb_VERB` where the nouns share it) and `cli_arg_NAME`.
pub(crate) fn translated(command: Command, catalogue: &Catalogue) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .global(true)
        .help(catalogue.word("cli_arg_help"));
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help(catalogue.word("cli_arg_version"));
    let command = command.about(catalogue.word("cli_about"));
    let command = command.args([help, version]);
    dress(command, "", catalogue)
}

fn dress(command: Command, path: &str, catalogue: &Catalogue) -> Command {
    let usage = catalogue.word("cli_heading_usage");
    let template = format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}\n");
    let options = catalogue.word("cli_heading_options");
    let arguments = catalogue.word("cli_heading_arguments");
    let mut command = command
        .help_template(template)
        .subcommand_help_heading(catalogue.word("cli_heading_commands"))
        .mut_args(|arg| {
            let key = format!("cli_arg_{}", arg.get_id().as_str().replace('-', "_"));
            let heading = if arg.is_positional() {
                &arguments
            } else {
                &options
            };
            arg.help(catalogue.word(&key)).help_heading(heading.clone())
        });
    let names: Vec<String> = command
        .get_subcommands()
        .map(|found| found.get_name().to_owned())
        .collect();
    for name in names {
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}_{name}")
        };
        let own = format!("cli_{below}");
        let shared = format!("cli_verb_{name}");
        let about = catalogue.word(if catalogue.has(&own) { &own } else { &shared });
        command =
            command.mut_subcommand(name, |found| dress(found.about(about), &below, catalogue));
    }
    command
}

/// Says why a call is not understood; help and version are asked for, not refused.
pub(crate) fn refused(error: &clap::Error, given: &[OsString], catalogue: &Catalogue) -> ExitCode {
    let json = given.iter().any(|word| word == "--json");
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(std::io::stdout(), "{}", error.render());
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !json => {
            let _ = write!(std::io::stderr(), "{}", error.render());
            return ExitCode::from(2);
        }
        _ => {}
    }
    let said = |kind: ContextKind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = said(ContextKind::InvalidArg);
    let (code, detail) = match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') => ("usage_surplus", argument),
        ErrorKind::UnknownArgument => ("usage_unknown_argument", argument),
        ErrorKind::InvalidSubcommand => (
            "usage_unknown_command",
            said(ContextKind::InvalidSubcommand),
        ),
        ErrorKind::MissingRequiredArgument => {
            // clap writes alternatives as <ID|--file <FILE>>.
            let either = argument
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'))
                .filter(|rest| rest.contains('|'));
            let named = either.map(|either| either.replace('|', " / "));
            ("usage_missing_argument", named.unwrap_or(argument))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("usage_missing_argument", "<COMMAND>".to_owned())
        }
        ErrorKind::ArgumentConflict => (
            "usage_conflict",
            format!("{argument} {}", said(ContextKind::PriorArg)),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => (
            "usage_invalid_value",
            format!("{argument} {}", said(ContextKind::InvalidValue)),
        ),
        _ => (
            "usage_other",
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        ),
    };
    let suggested = said(ContextKind::SuggestedSubcommand) + &said(ContextKind::SuggestedArg);
    let mut refusal = AppError::new(code)
        .with("detail", detail.trim())
        .hint("see_help");
    let why = std::error::Error::source(error).and_then(|why| why.downcast_ref::<Unusable>());
    refusal.because = why.map(|why| Box::new(why.0.clone()));
    let possible = said(ContextKind::ValidValue);
    if !possible.is_empty() {
        refusal = refusal.with("possible", possible).hint("possible_values");
    }
    if !suggested.is_empty() {
        refusal = refusal.with("suggestion", suggested).hint("did_you_mean");
    }
    Output::new(json, *catalogue).failed(&refusal);
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Arguments;

    fn missing(command: &Command, found: &mut Vec<String>) {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        if about.is_empty() || about.starts_with("cli_") {
            found.push(format!("{}: {about}", command.get_name()));
        }
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            if help.is_empty() || help.starts_with("cli_") {
                found.push(format!("{} {}: {help}", command.get_name(), arg.get_id()));
            }
        }
        for below in command.get_subcommands() {
            missing(below, found);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages() {
        for tongue in [Tongue::English, Tongue::Chinese] {
            let mut found = Vec::new();
            missing(
                &translated(Arguments::command(), &Catalogue::new(tongue)),
                &mut found,
            );
            assert!(found.is_empty(), "{tongue:?}: {found:#?}");
        }
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }
}
