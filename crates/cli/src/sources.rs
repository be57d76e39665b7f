//! `source` and `secret`: the data sources of the user, and what they are reached with. Secrets
//! are read from standard input and never printed.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use flowkeep_api::types::{
    ChosenPlace, FallenInput, Nothing, SecretRef, SecretSetInput, SecretState, SourceInput,
    SourceList, SourceRef, SourceRow,
};
use flowkeep_api::{Api, AppError, Catalogue, io_reason, secrets, sources};
use flowkeep_core::connection::{Secret as Hidden, SourceKind};
use flowkeep_core::visible;

use crate::args::given_path;
use crate::fallen;
use crate::output::{Out, Outcome, Output, table};
use crate::session_keys;

#[derive(Debug, Subcommand)]
pub(crate) enum Source {
    List,
    Add {
        #[arg(long = "type", value_name = "TYPE", value_enum)]
        source_type: Type,
        #[command(flatten)]
        described: Described,
    },
    Update {
        #[arg(long = "type", value_name = "TYPE", value_enum)]
        source_type: Option<Type>,
        #[command(flatten)]
        described: Described,
        #[arg(long)]
        move_waiting: bool,
    },
    Test {
        #[arg(value_name = "NAME")]
        source_name: String,
    },
    Remove {
        #[arg(value_name = "NAME")]
        source_name: String,
    },
    Fallen {
        #[arg(value_name = "NAME")]
        fallen_source: Option<String>,
        #[arg(long = "conflicts")]
        fallen_conflicts: bool,
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    Settle {
        #[arg(value_name = "ID", required_unless_present = "fallen_all")]
        fallen_id: Option<String>,
        #[arg(long = "all", value_name = "NAME", conflicts_with = "fallen_id")]
        fallen_all: Option<String>,
        #[arg(long = "waiting", requires = "fallen_all")]
        fallen_waiting: bool,
        #[arg(long = "use", value_name = "WHICH", value_enum)]
        fallen_use: Keep,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Keep {
    Ours,
    Theirs,
}

#[derive(Debug, Args)]
pub(crate) struct Described {
    #[arg(value_name = "NAME")]
    source_name: String,
    #[arg(long = "path", value_name = "FILE", value_parser = given_path(), conflicts_with = "url")]
    source_path: Option<PathBuf>,
    #[arg(long, value_name = "URL", value_parser = hidden)]
    url: Option<Hidden>,
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    #[arg(long)]
    password_stdin: bool,
    #[arg(long, value_name = "FILE", value_parser = given_path())]
    ca: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Type {
    Sqlite,
    Mysql,
    Redis,
    Elasticsearch,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
    List,
    Set {
        #[arg(value_name = "NAME")]
        secret_name: String,
    },
    Remove {
        #[arg(value_name = "NAME")]
        secret_name: String,
    },
    Unlock,
    Reset,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what reads a word of the command line may refuse it"
)]
fn hidden(text: &str) -> Result<Hidden, std::convert::Infallible> {
    Ok(Hidden::new(text))
}

impl Described {
    fn input(self, kind: Option<Type>, output: &Output) -> Result<SourceInput, AppError> {
        let password = self
            .password_stdin
            .then(|| from_input(output))
            .transpose()?;
        let ca = self.ca.map(ChosenPlace::Path);
        Ok(SourceInput {
            name: self.source_name,
            kind: kind.map(|kind| match kind {
                Type::Sqlite => SourceKind::Sqlite,
                Type::Mysql => SourceKind::Mysql,
                Type::Redis => SourceKind::Redis,
                Type::Elasticsearch => SourceKind::Elasticsearch,
            }),
            path: self.source_path.map(ChosenPlace::Path),
            url: self.url,
            host: None,
            port: None,
            database: None,
            // Whoever names an authority wants it asked.
            tls: ca.as_ref().map(|_| true),
            user: self.user,
            ca,
            without_ca: false,
            password,
            without_password: false,
            move_waiting: false,
        })
    }
}

/// A secret from standard input, without the end of its last line.
pub(crate) fn from_input(output: &Output) -> Result<Hidden, AppError> {
    let mut text = String::new();
    if std::io::stdin().is_terminal() {
        output.remark("cli_secret_ask");
        let typed = console::Term::stderr().read_secure_line();
        return Ok(Hidden::new(typed.map_err(unread)?));
    }
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(unread)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let secret = Hidden::new(line.strip_suffix('\r').unwrap_or(line));
    // What was read holds it too.
    drop(Hidden::new(text));
    Ok(secret)
}

#[expect(clippy::needless_pass_by_value, reason = "maps an error")]
fn unread(error: std::io::Error) -> AppError {
    AppError::from(io_reason(&error)).with("path", "-")
}

pub(crate) fn run(api: &Api, output: &Output, verb: Source) -> Result<Outcome, AppError> {
    match verb {
        Source::List => listed(output, &sources::list(api, Nothing {})?),
        Source::Add {
            source_type,
            described,
        } => {
            let input = described.input(Some(source_type), output)?;
            kept(output, &sources::add(api, input)?)
        }
        Source::Update {
            source_type,
            described,
            move_waiting,
        } => {
            let input = SourceInput {
                move_waiting,
                ..described.input(source_type, output)?
            };
            kept(output, &sources::update(api, input)?)
        }
        Source::Test { source_name } => test(api, output, source_name),
        Source::Remove { source_name } => {
            let gone = sources::remove(api, SourceRef { name: source_name })?;
            output.print(&gone, |catalogue, out| {
                let name = visible(&gone.name);
                writeln!(
                    out,
                    "{}",
                    catalogue.sentence("cli_source_removed", &[("name", &name)])
                )?;
                for workflow in &gone.named_by {
                    let workflow = visible(workflow);
                    let told = catalogue.sentence("cli_source_named_by", &[("name", &workflow)]);
                    writeln!(out, "{told}")?;
                }
                Ok(())
            })?;
            Ok(Outcome::Done)
        }
        Source::Fallen {
            fallen_source,
            fallen_conflicts,
            limit,
        } => fallen::list(
            api,
            output,
            FallenInput {
                name: fallen_source,
                conflicts: fallen_conflicts,
                limit,
            },
        ),
        Source::Settle {
            fallen_id,
            fallen_all,
            fallen_waiting,
            fallen_use,
        } => match (fallen_all, fallen_id) {
            (Some(name), _) => fallen::settle_all(api, output, name, (fallen_waiting, fallen_use)),
            (None, id) => fallen::settle(api, output, id.unwrap_or_default(), fallen_use),
        },
    }
}

fn test(api: &Api, output: &Output, name: String) -> Result<Outcome, AppError> {
    let tested = sources::test(api, SourceRef { name })?;
    output.print(&tested, |catalogue, out| {
        match (&tested.error, &tested.version) {
            (Some(error), _) => writeln!(out, "{}", catalogue.told(error)),
            (None, version) => {
                let version = visible(version.as_deref().unwrap_or_default());
                writeln!(
                    out,
                    "{}",
                    catalogue.sentence("cli_source_answers", &[("version", &version)])
                )
            }
        }
    })?;
    Ok(if tested.ok {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn listed(output: &Output, list: &SourceList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        sources_table(catalogue, out, &list.items)
    })?;
    Ok(Outcome::Done)
}

fn kept(output: &Output, source: &SourceRow) -> Result<Outcome, AppError> {
    output.print(source, |catalogue, out| {
        sources_table(catalogue, out, std::slice::from_ref(source))?;
        let label = catalogue.word("cli_warning");
        source.warnings.iter().try_for_each(|warning| {
            writeln!(
                out,
                "{}",
                catalogue.labelled(&label, &catalogue.say(warning))
            )
        })
    })?;
    Ok(Outcome::Done)
}

fn sources_table(catalogue: &Catalogue, out: &mut Out, sources: &[SourceRow]) -> io::Result<()> {
    let rows = sources.iter().map(|source| {
        let address = source.address.as_deref().map(visible).unwrap_or_default();
        let is_down = source.waits.is_none() && source.answers == Some(false);
        let down = source.error.as_ref().filter(|_| is_down);
        [
            visible(&source.name).into_owned(),
            source.kind.clone(),
            address.into_owned(),
            state_of(catalogue, source),
            behind(source)
                .map(|count| count.to_string())
                .unwrap_or_default(),
            down.map(|error| catalogue.told(error)).unwrap_or_default(),
        ]
    });
    let columns = ["name", "type", "address", "state", "behind", "why"];
    table(catalogue, out, columns, rows)
}

/// How many writes wait for a source, where any do.
fn behind(source: &SourceRow) -> Option<u32> {
    let fallen = source.fallen.as_ref()?;
    Some(fallen.waiting + fallen.conflicts).filter(|count| *count > 0)
}

/// What was last seen of a source. One that was down has writes that wait for it; then it is also said
/// since when it answers again.
fn state_of(catalogue: &Catalogue, source: &SourceRow) -> String {
    let since = source.since.as_deref().map(|since| catalogue.when(since));
    let since = since.unwrap_or_default();
    // One that was asked for work and never for its version has none.
    let answers = |key: &str| match source.version.as_deref().map(visible) {
        Some(version) => {
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("since", &since), ("version", &version)];
            catalogue.sentence(key, &fields)
        }
        None => catalogue.sentence(&format!("{key}_plain"), &[("since", &since)]),
    };
    match (&source.waits, source.answers) {
        (Some(waits), _) => catalogue.told(waits),
        (None, Some(false)) => catalogue.sentence("cli_source_down", &[("since", &since)]),
        (None, Some(true)) if behind(source).is_some() => answers("cli_source_answers_again"),
        (None, Some(true)) => answers("cli_source_answers"),
        (None, None) => String::new(),
    }
}

pub(crate) fn secret(api: &Api, output: &Output, verb: Secret) -> Result<Outcome, AppError> {
    match verb {
        Secret::List => {
            let list = secrets::list(api, Nothing {})?;
            output.print(&list, |catalogue, out| {
                let rows = list.items.iter().map(|one| {
                    let what = one.what.as_ref().map(|what| catalogue.told(what));
                    [
                        visible(&one.name).into_owned(),
                        catalogue.when(&one.set_at),
                        what.unwrap_or_default(),
                    ]
                });
                table(catalogue, out, ["name", "set", "belongs"], rows)
            })?;
            output.none(list.items.is_empty());
            Ok(Outcome::Done)
        }
        Secret::Set { secret_name } => {
            let input = SecretSetInput {
                name: secret_name,
                value: from_input(output)?,
            };
            named(output, "cli_secret_kept", &secrets::set(api, input)?)
        }
        Secret::Remove { secret_name } => {
            let gone = secrets::remove(api, SecretRef { name: secret_name })?;
            named(output, "cli_secret_removed", &gone)
        }
        Secret::Unlock => state(output, &secrets::unlock(api, Nothing {})?),
        Secret::Reset => {
            let outcome = state(output, &secrets::start_over(api, Nothing {})?)?;
            session_keys::remark_after_reset(api, output)?;
            Ok(outcome)
        }
    }
}

fn named(output: &Output, key: &str, secret: &SecretRef) -> Result<Outcome, AppError> {
    output.print(secret, |catalogue, out| {
        let name = visible(&secret.name);
        writeln!(out, "{}", catalogue.sentence(key, &[("name", &name)]))
    })?;
    Ok(Outcome::Done)
}

fn state(output: &Output, state: &SecretState) -> Result<Outcome, AppError> {
    output.print(state, |catalogue, out| match &state.reason {
        Some(reason) => writeln!(out, "{}", catalogue.told(reason)),
        None => writeln!(out, "{}", catalogue.word("cli_secrets_open")),
    })?;
    Ok(if state.locked {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}
