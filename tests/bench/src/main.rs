//! `flowkeep-bench [--full] [TABLE…]`: measurements of the release build, each beside its reference
//! in the same run, as tables. Times are medians; what is compared is measured in turn, so that a
//! busy machine slows both alike.
//!
//! Absent on purpose: limits. A table says what was measured and what is aimed at; whether that is
//! good enough on this machine is for its reader.

mod archive;
mod cancel;
mod documents;
mod frames;
mod history;
mod load;
mod measure;
mod memory;
mod peers;
mod recovery;
mod runs;
mod search;
mod servers;
mod snapshots;
mod speed;
mod start;
mod untried;
mod workshop;

use std::io::Write as _;

use anyhow::{Result, bail};

use crate::workshop::Workshop;

/// As the command line's, beside which [`untried`] is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Documents in the comparisons of speed.
    documents: usize,
    /// Documents in everything that must not grow with them.
    many: usize,
    /// Runs of the history.
    runs: usize,
    /// Repetitions of which the median is told.
    rounds: usize,
    /// Minutes of steady load.
    minutes: usize,
}

type Table = fn(&mut Workshop, Extent) -> Result<String>;

const TABLES: [(&str, Table); 16] = [
    ("backup", speed::backup),
    ("restore", speed::restore),
    ("memory", memory::peaks),
    ("runs", runs::runs),
    ("servers", servers::servers),
    ("peers", peers::peers),
    ("queue", load::queue),
    ("rate", load::rate),
    ("recovery", recovery::recovery),
    ("search", search::search),
    ("history", history::history),
    ("frames", frames::frames),
    ("archive", archive::table),
    ("snapshots", snapshots::table),
    ("cancel", cancel::cancel),
    ("start", start::start),
];

fn main() -> Result<()> {
    if let Some(outcome) = untried::asked().or_else(load::asked) {
        return outcome;
    }
    let mut extent = Extent {
        documents: 10_000,
        many: 100_000,
        runs: 50_000,
        rounds: 5,
        minutes: 1,
    };
    let mut wanted = Vec::new();
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--full" => {
                extent = Extent {
                    runs: 1_000_000,
                    rounds: 11,
                    minutes: 10,
                    ..extent
                }
            }
            "--small" => {
                extent = Extent {
                    documents: 1000,
                    many: 5000,
                    runs: 2000,
                    rounds: 3,
                    minutes: 1,
                }
            }
            name if TABLES.iter().any(|(table, _)| *table == name) => wanted.push(word),
            _ => bail!(
                "usage: flowkeep-bench [--full|--small] [{}]…",
                TABLES.map(|t| t.0).join("|")
            ),
        }
    }
    let mut workshop = Workshop::new()?;
    let mut out = std::io::stdout().lock();
    for (name, table) in TABLES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            writeln!(out, "{}", table(&mut workshop, extent)?)?;
            out.flush()?;
        }
    }
    Ok(())
}
