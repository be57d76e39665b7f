//! `flowkeep-faults [--all-calls] [--every N] [DEED…]`: the whole of it over a release build, as a
//! table; or only what is named.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use flowkeep_faults::{
    Deed, Extent, SessionDeed, Swept, can_trace, flowkeep, full_disks, kill_runs, sweep,
    sweep_folder, sweep_in_place, sweep_put_back, sweep_sessions,
};

/// How often the engine is killed, and what chooses the moments.
const RUN_KILLS: usize = 200;
const SEED: u64 = 20_261_121;

/// Files in the task folder whose archiving is killed, and how often at most at each kind of call.
const FOLDER_FILES: usize = 2000;
const FOLDER_KILLS: usize = 12;

/// Files in the archive that is put back: each is read, written and read again at every kill.
const ARCHIVE_FILES: usize = 300;

/// How often at most a command of sessions is killed at each kind of call.
const SESSION_KILLS: usize = 40;

/// Tools of the session whose files are put back where they were.
const SESSION_FILES: usize = 40;

fn main() -> Result<ExitCode> {
    let mut extent = Extent {
        every: 1,
        all_calls: false,
    };
    let (mut deeds, mut folders, mut sessions) = (Vec::new(), false, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--all-calls" => extent.all_calls = true,
            "--every" => {
                extent.every = words.next().context("--every takes a number")?.parse()?;
            }
            "folder" => folders = true,
            "session" => sessions = true,
            name => match Deed::ALL
                .into_iter()
                .find(|deed| deed.name().ends_with(name))
            {
                Some(deed) => deeds.push(deed),
                None => bail!(
                    "usage: flowkeep-faults [--all-calls] [--every N] [backup|restore|import|undo|folder|session]…"
                ),
            },
        }
    }
    let whole = deeds.is_empty() && !folders && !sessions;
    if whole {
        deeds = Deed::ALL.to_vec();
    }
    let program = flowkeep()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", program.display())?;
    let mut failures = Vec::new();
    if can_trace() {
        writeln!(out, "killed at every call that changes the disk")?;
        writeln!(
            out,
            "{:<14}{:>7}{:>9}{:>11}{:>9}",
            "command", "calls", "kills", "failures", "seconds"
        )?;
        let rows = sweep_all(&program, &deeds, extent);
        for (deed, swept, seconds) in rows {
            let Swept {
                calls,
                kills,
                failures: found,
            } = swept?;
            writeln!(
                out,
                "{:<14}{calls:>7}{kills:>9}{:>11}{seconds:>9}",
                deed.name(),
                found.len()
            )?;
            failures.extend(found);
        }
        if whole || folders {
            failures.extend(folder_rows(&program, &mut out)?);
        }
        if whole || sessions {
            failures.extend(session_rows(&program, &mut out)?);
        }
    } else {
        failures.push("strace is missing or may not trace here: nothing was killed".to_owned());
    }
    if whole {
        failures.extend(disks_and_runs(&program, &mut out)?);
    }
    for failure in &failures {
        writeln!(out, "FAILED {failure}")?;
    }
    Ok(if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Full disks, and the engine killed beside its runs; what failed there.
fn disks_and_runs(program: &std::path::Path, out: &mut impl Write) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    match full_disks(program, 1) {
        Ok(tried) => {
            writeln!(
                out,
                "full disks: {} refused, {} large enough, {} failures; an engine stood still and went on",
                tried.refusals,
                tried.successes,
                tried.failures.len()
            )?;
            failures.extend(tried.failures);
        }
        Err(error) => writeln!(out, "full disks: not tried ({error:#})")?,
    }
    let killed = kill_runs(program, RUN_KILLS, SEED)?;
    writeln!(
        out,
        "engine killed {} times beside {} runs: {} attempts broken off, {} questions about unsafe ones, \
         {} answers beside a kill, {} failures",
        killed.kills,
        killed.runs,
        killed.broken_off,
        killed.asked,
        killed.answered,
        killed.failures.len()
    )?;
    failures.extend(killed.failures);
    Ok(failures)
}

/// The rows of a task folder that is archived and of an archive that is put back; what failed there.
fn folder_rows(program: &std::path::Path, out: &mut impl Write) -> Result<Vec<String>> {
    type Sweep = fn(&std::path::Path, usize, usize) -> Result<Swept>;
    let sweeps: [(&str, Sweep, usize); 2] = [
        ("folder archive", sweep_folder, FOLDER_FILES),
        ("put-back", sweep_put_back, ARCHIVE_FILES),
    ];
    let rows = sweeps.map(|(name, sweep, files)| {
        let swept = move || sweep(program, files, FOLDER_KILLS);
        (name, Box::new(swept) as Row<'_>)
    });
    told(rows, out)
}

/// The rows of the commands of sessions; what failed there.
fn session_rows(program: &std::path::Path, out: &mut impl Write) -> Result<Vec<String>> {
    let rows = SessionDeed::ALL.map(|deed| {
        let swept = move || sweep_sessions(program, deed, SESSION_KILLS);
        (deed.name(), Box::new(swept) as Row<'_>)
    });
    let in_place = move || sweep_in_place(program, SESSION_FILES, SESSION_KILLS);
    let in_place = ("in place", Box::new(in_place) as Row<'_>);
    told(rows.into_iter().chain([in_place]), out)
}

type Row<'p> = Box<dyn Fn() -> Result<Swept> + 'p>;

fn told<'p>(
    rows: impl IntoIterator<Item = (&'p str, Row<'p>)>,
    out: &mut impl Write,
) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    for (name, sweep) in rows {
        let start = Instant::now();
        let swept = sweep()?;
        writeln!(
            out,
            "{:<16}{:>5}{:>9}{:>11}{:>9}",
            name,
            swept.calls,
            swept.kills,
            swept.failures.len(),
            start.elapsed().as_secs()
        )?;
        failures.extend(swept.failures);
    }
    Ok(failures)
}

/// All commands at once, each on machines of its own; in their order.
fn sweep_all(
    program: &std::path::Path,
    deeds: &[Deed],
    extent: Extent,
) -> Vec<(Deed, Result<Swept>, u64)> {
    std::thread::scope(|scope| {
        let begun: Vec<_> = deeds
            .iter()
            .map(|deed| {
                scope.spawn(move || {
                    let start = Instant::now();
                    let swept = sweep(program, *deed, extent);
                    (*deed, swept, start.elapsed().as_secs())
                })
            })
            .collect();
        begun
            .into_iter()
            .map(|thread| {
                let broken = |_| (Deed::Backup, Err(anyhow::anyhow!("a sweep panicked")), 0);
                thread.join().unwrap_or_else(broken)
            })
            .collect()
    })
}
