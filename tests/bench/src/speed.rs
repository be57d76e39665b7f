//! Backup and restore beside what they cannot be faster than, and beside the plainest way.
//!
//! Nothing is removed between the rounds: ext4 passes over inodes that were freed in the last five
//! minutes, so that whoever makes files soon after many were removed pays for that. For the same
//! reason these tables come first.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use walkdir::WalkDir;

use crate::measure::{at, line, ratio, settle, timed};
use crate::workshop::{Workshop, text};
use crate::{Extent, untried};

/// Backup, with and without its trial restore, beside writing the same files and one `syncfs`, and
/// beside the script.
pub(crate) fn backup(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let filled = workshop.filled(extent.documents)?;
    let script = workshop.fresh("script.db");
    timed(&mut reference("load", &script, &filled.files))?;
    let same = same_files(&filled.backup)?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..extent.rounds {
        let into = [(); 4].map(|()| workshop.fresh("round"));
        settle(workshop.root())?;
        times[0].push(write_files(&same, &into[0])?);
        settle(workshop.root())?;
        let words = ["db", "backup", "-o", text(&into[1])?];
        times[1].push(timed(&mut workshop.flowkeep(&filled.data, &words))?);
        settle(workshop.root())?;
        times[2].push(timed(&mut untried::command(&filled.data, &into[2])?)?);
        settle(workshop.root())?;
        times[3].push(timed(&mut reference("backup", &script, &into[3]))?);
    }
    let mut table = format!(
        "Backup of {} workflows of 2 KB: median (least–most), ratio by rounds, of the best\n",
        extent.documents
    );
    table += &line("the same files and one syncfs", &times[0], &times[0]);
    table += &line("backup, read back (aim ≤ 1.5)", &times[2], &times[0]);
    table += &line(
        "backup, read back, trial restore (aim ≤ 2.5)",
        &times[1],
        &times[0],
    );
    table += &line(
        "the script: no hash, no flush, no check",
        &times[3],
        &times[0],
    );
    let factor = ratio(at(&times[3], 0), at(&times[1], 0));
    writeln!(
        table,
        "  at its best the script takes {factor:.1} times as long as the backup (aim ≥ 10)"
    )?;
    Ok(table)
}

/// Restore into an empty data folder beside the shell of SQLite loading a dump of the outcome, and
/// beside the script.
pub(crate) fn restore(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let filled = workshop.filled(extent.documents)?;
    let restored = workshop.fresh("restored");
    let from = ["db", "restore", "-i", text(&filled.backup)?];
    timed(&mut workshop.flowkeep(&restored, &from))?;
    let dump = workshop.fresh("dump.sql");
    let database = restored.join("flowkeep.db");
    let out = std::fs::File::create(&dump)?;
    let status = Command::new("sqlite3")
        .arg(&database)
        .arg(".dump")
        .stdout(out)
        .status()?;
    ensure!(status.success(), "sqlite3 .dump ended with {status}");
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..extent.rounds {
        let loaded = workshop.fresh("loaded.db");
        settle(workshop.root())?;
        times[0].push(load(&dump, &loaded)?);
        let data = workshop.fresh("empty");
        settle(workshop.root())?;
        times[1].push(timed(&mut workshop.flowkeep(&data, &from))?);
        let script = workshop.fresh("script.db");
        settle(workshop.root())?;
        times[2].push(timed(&mut reference("restore", &script, &filled.files))?);
    }
    let mut table = format!(
        "Restore of {} workflows of 2 KB: median (least–most), ratio by rounds, of the best\n",
        extent.documents
    );
    table += &line(
        "sqlite3 loading a dump of the outcome",
        &times[0],
        &times[0],
    );
    table += &line(
        "restore into an empty folder (aim ≤ 1.0)",
        &times[1],
        &times[0],
    );
    table += &line(
        "the script: no hash, no plan, no search",
        &times[2],
        &times[0],
    );
    let factor = ratio(at(&times[2], 0), at(&times[1], 0));
    writeln!(
        table,
        "  at its best the script takes {factor:.1} times as long as the restore (aim ≥ 10)"
    )?;
    Ok(table)
}

fn reference(verb: &str, database: &Path, folder: &Path) -> Command {
    let mut python = Command::new("python3");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/reference.py"));
    python.arg(verb).arg(database).arg(folder);
    python
}

fn load(dump: &Path, database: &Path) -> Result<Duration> {
    let mut shell = Command::new("sqlite3");
    shell.arg(database).stdin(std::fs::File::open(dump)?);
    let start = Instant::now();
    // A few rows of the search's own tables are refused by older shells; they load the rest.
    let status = shell.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let took = start.elapsed();
    ensure!(
        status.code().is_some_and(|code| code <= 1),
        "sqlite3 ended with {status}"
    );
    let count = Command::new("sqlite3")
        .arg(database)
        .arg("SELECT count(*) FROM document")
        .output()?;
    let count: u32 = String::from_utf8(count.stdout)?
        .trim()
        .parse()
        .context("the dump was loaded")?;
    ensure!(count > 0, "the dump was not loaded");
    Ok(took)
}

/// Every file of a folder with its bytes, folders first.
type Tree = Vec<(String, Option<Vec<u8>>)>;

fn same_files(folder: &Path) -> Result<Tree> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        let name = text(entry.path().strip_prefix(folder)?)?.to_owned();
        let bytes = if entry.file_type().is_file() {
            Some(std::fs::read(entry.path())?)
        } else {
            None
        };
        files.push((name, bytes));
    }
    Ok(files)
}

fn write_files(files: &Tree, into: &Path) -> Result<Duration> {
    let start = Instant::now();
    std::fs::create_dir(into)?;
    for (name, bytes) in files {
        match bytes {
            Some(bytes) => std::fs::write(into.join(name), bytes)?,
            None => std::fs::create_dir(into.join(name))?,
        }
    }
    settle(into)?;
    Ok(start.elapsed())
}
