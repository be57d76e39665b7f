//! From the start of the process to the usable first screen, and the memory the window then has,
//! beside a Tauri window with nothing in it.
//!
//! Both pages tell their shell, after two frames, that they have painted; the shell writes one line,
//! and the clock stops when the line arrives here. Flowkeep's page says so when its first screen
//! holds everything it asked for. Memory is the proportional share (PSS) of the process and all it
//! started: the web view's processes are most of it.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use flowkeep_api::types::Nothing;
use flowkeep_api::{Api, Face, NoPlaces, OpenOptions, Silent, examples};
use flowkeep_e2e::{Desk, Language, family};
use serde_json::json;

use crate::Extent;
use crate::measure::{at, mebibytes, median, ratio};
use crate::workshop::Workshop;

/// What both write when they have painted.
const READY: &str = "window ready";
/// Memory has settled when two looks so far apart differ by less than a hundredth.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// A window that is not there by now will not come.
const LONGEST: Duration = Duration::from_mins(1);

/// Times and bytes of one kind of window, a value per round.
#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    bytes: Vec<u64>,
}

pub(crate) fn start(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let desk = tokio::runtime::Runtime::new()?.block_on(Desk::new(Language::English))?;
    let example = workshop.fresh("example");
    examples::add(&open(&example)?, Nothing {})?;
    let filled = workshop.filled(extent.documents)?.data;
    // Somebody with so many was asked for a backup folder long ago.
    let asked = json!({"backup_folder_asked": true});
    flowkeep_api::call(&open(&filled)?, "settings_update", asked, &Silent)?;
    let nothing = workshop.fresh("empty-window");

    let rows = [
        ("an empty Tauri window".to_owned(), None),
        ("Flowkeep with its example".to_owned(), Some(example)),
        (
            format!("Flowkeep with {} workflows", extent.documents),
            Some(filled),
        ),
    ];
    let mut seen: [Seen; 3] = Default::default();
    // The first round fills the caches of the disk and of the web view, and is not counted.
    for round in 0..=extent.rounds {
        for ((_, data), seen) in rows.iter().zip(&mut seen) {
            let command = match data {
                None => {
                    let mut empty = desk.command(built("empty-window")?);
                    empty.arg(&nothing);
                    empty
                }
                Some(data) => {
                    let mut flowkeep = desk.command(built("flowkeep-desktop")?);
                    flowkeep.arg("--data-dir").arg(data);
                    flowkeep
                }
            };
            let (time, bytes) = open_once(command)?;
            if round > 0 {
                seen.times.push(time);
                seen.bytes.push(bytes);
            }
        }
    }
    table(&rows.map(|(what, _)| what), &seen, extent)
}

fn table(rows: &[String; 3], seen: &[Seen; 3], extent: Extent) -> Result<String> {
    let mut table = format!(
        "From process start to the usable first screen, and memory then (PSS, all processes), medians of {} (aim ≤ 1.5)\n  {:<34}{:>9}{:>17}{:>7}{:>10}{:>7}\n",
        extent.rounds, "", "s", "", "ratio", "MiB", "ratio"
    );
    let reference = &seen[0];
    for (what, own) in rows.iter().zip(seen) {
        let (time, bytes) = (median(&own.times), median(&own.bytes));
        let spread = format!(
            "({:.3}–{:.3})",
            at(&own.times, 0).as_secs_f64(),
            at(&own.times, 100).as_secs_f64()
        );
        writeln!(
            table,
            "  {what:<34}{:>9.3}{spread:>17}{:>7.2}{:>10.1}{:>7.2}",
            time.as_secs_f64(),
            ratio(time, median(&reference.times)),
            mebibytes(bytes),
            mebibytes(bytes) / mebibytes(median(&reference.bytes).max(1)),
        )?;
    }
    Ok(table)
}

fn open(data: &Path) -> Result<Api> {
    Ok(Api::open(OpenOptions {
        data_dir: Some(data.to_owned()),
        face: Face::Cli,
        places: Arc::new(NoPlaces),
    })?)
}

/// A window of the same build as this program.
fn built(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(program.is_file(), "{} is not built", program.display());
    Ok(program)
}

/// Opens a window, waits until it can be used, looks at its memory, and ends it.
fn open_once(mut command: Command) -> Result<(Duration, u64)> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let outcome = ready(&mut child, started).and_then(|time| Ok((time, settled(child.id())?)));
    let processes = family(child.id());
    child.kill()?;
    child.wait()?;
    // The web view's processes end when they see that; the next window must not find them there.
    let asked = Instant::now();
    while processes
        .iter()
        .any(|process| Path::new(&format!("/proc/{process}")).exists())
    {
        ensure!(asked.elapsed() < LONGEST, "the web view's processes stay");
        std::thread::sleep(Duration::from_millis(10));
    }
    outcome
}

fn ready(child: &mut Child, started: Instant) -> Result<Duration> {
    let words = child.stderr.take().context("what the window writes")?;
    let mut words = BufReader::new(words);
    let mut line = String::new();
    while words.read_line(&mut line)? > 0 {
        if line.contains(READY) {
            let took = started.elapsed();
            // Somebody has to read on, or the window waits for its own words.
            std::thread::spawn(move || std::io::copy(&mut words, &mut std::io::sink()));
            return Ok(took);
        }
        line.clear();
    }
    bail!("the window ended before it was ready")
}

/// The memory of a process and all it started, once it stays the same.
pub(crate) fn settled(process: u32) -> Result<u64> {
    let begun = Instant::now();
    let mut before = 0;
    loop {
        let now = family(process).into_iter().filter_map(share).sum::<u64>();
        if now > 0 && now.abs_diff(before) < now / 100 {
            return Ok(now);
        }
        ensure!(begun.elapsed() < LONGEST, "the memory does not settle");
        before = now;
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// The memory of one process in bytes; what it shares counts by its part.
fn share(process: u32) -> Option<u64> {
    let maps = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = maps.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
