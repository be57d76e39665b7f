//! `flowkeep-seed DIR RUNS TASKS [--seed S] [--until YYYY-MM-DD]`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use chrono::{NaiveDate, Utc};
use clap::Parser;
use flowkeep_seed::{Plan, fill};

/// Fills a data folder with runs of two years.
#[derive(Debug, Parser)]
struct Arguments {
    /// The data folder; made when missing. It must not have runs yet.
    folder: PathBuf,
    /// How many runs.
    runs: usize,
    /// Task attempts of each.
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    tasks: u32,
    /// What chance begins with: the same gives the same runs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first day after the last run; today unless told.
    #[arg(long)]
    until: Option<NaiveDate>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let filled = fill(&Plan {
        folder: arguments.folder,
        runs: arguments.runs,
        tasks: arguments.tasks as usize,
        seed: arguments.seed,
        until: arguments.until.unwrap_or_else(|| Utc::now().date_naive()),
    })?;
    let mut out = std::io::stdout().lock();
    for (status, count) in &filled.runs {
        writeln!(out, "{count:>9} {}", status.as_str())?;
    }
    writeln!(out, "{:>9} attempts", filled.attempts)?;
    Ok(())
}
