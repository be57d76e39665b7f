//! `session strategies`: which files of a configuration each strategy keeps.

use std::fmt::Display;
use std::io::{self, Write as _};

use clap::{Args, Subcommand};
use flowkeep_api::types::{Nothing, StrategyList, StrategyRef, StrategyRow, StrategySetInput};
use flowkeep_api::{Api, AppError, Catalogue, strategies};
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output};

#[derive(Debug, Args)]
pub(crate) struct Strategies {
    #[command(subcommand)]
    deed: Option<StrategyDeed>,
}

#[derive(Debug, Subcommand)]
enum StrategyDeed {
    /// What is not named stays as it is.
    Set {
        #[arg(id = "strategy_name", value_name = "NAME")]
        name: String,
        #[arg(
            id = "strategy_kinds",
            long = "kinds",
            value_name = "KIND",
            value_delimiter = ',',
            num_args = 1..,
            required_unless_present = "strategy_exclude"
        )]
        kinds: Option<Vec<String>>,
        #[arg(
            id = "strategy_exclude",
            long = "exclude",
            value_name = "PATTERN",
            num_args = 0..
        )]
        exclude: Option<Vec<String>>,
    },
    Reset {
        #[arg(id = "strategy_name", value_name = "NAME")]
        name: String,
    },
}

pub(crate) fn run(api: &Api, output: &Output, asked: Strategies) -> Result<Outcome, AppError> {
    let found = match asked.deed {
        None => strategies::list(api, Nothing {})?,
        Some(StrategyDeed::Set {
            name,
            kinds,
            exclude,
        }) => set(api, name, kinds, exclude)?,
        Some(StrategyDeed::Reset { name }) => strategies::reset(api, StrategyRef { name })?,
    };
    output.print(&found, |catalogue, out| table(catalogue, out, &found))?;
    Ok(Outcome::Done)
}

fn set(
    api: &Api,
    name: String,
    kinds: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
) -> Result<StrategyList, AppError> {
    let mut now = strategies::list(api, Nothing {})?.items.into_iter();
    let now = now.find(|strategy| strategy.name == name);
    let (kinds_now, exclude_now) = now.map(|now| (now.kinds, now.exclude)).unwrap_or_default();
    let input = StrategySetInput {
        name,
        kinds: kinds.unwrap_or(kinds_now),
        exclude: exclude.unwrap_or(exclude_now),
    };
    strategies::set(api, input)
}

fn table(catalogue: &Catalogue, out: &mut Out, found: &StrategyList) -> io::Result<()> {
    found.items.iter().try_for_each(|strategy| {
        let label = label(catalogue, strategy, strategy.name == found.chosen);
        let kinds = strategy.kinds.join(&catalogue.word("list_separator"));
        writeln!(out, "{}", catalogue.labelled(&label, &kinds))?;
        if strategy.exclude.is_empty() {
            return Ok(());
        }
        let separator = catalogue.word("list_separator");
        let patterns = visible(&strategy.exclude.join(&separator)).into_owned();
        let fields: [(&str, &dyn Display); 1] = [("patterns", &patterns)];
        let said = catalogue.sentence("cli_strategy_excludes", &fields);
        writeln!(out, "  {said}")
    })
}

/// Its name, as it is given, with what else is to be known of it.
fn label(catalogue: &Catalogue, strategy: &StrategyRow, is_chosen: bool) -> String {
    let chosen = is_chosen.then(|| catalogue.word("cli_strategy_chosen"));
    let changed = strategy
        .is_changed
        .then(|| catalogue.word("cli_strategy_changed"));
    let said: Vec<_> = [chosen, changed].into_iter().flatten().collect();
    if said.is_empty() {
        return strategy.name.clone();
    }
    let said = said.join(&catalogue.word("list_separator"));
    let fields: [(&str, &dyn Display); 2] = [("name", &strategy.name), ("said", &said)];
    catalogue.sentence("cli_strategy_named", &fields)
}
