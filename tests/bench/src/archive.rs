//! Archiving a task folder of small files, beside a bare loop of renames with one flush; and where each
//! file has to be copied to another disk, beside `cp -a` and `sync`.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use flowkeep_core::FolderId;
use flowkeep_core::folder::{RECORD, Settings};
use flowkeep_files::folders::{Wanted, Workshop as Folders, archive};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{EntryFiles, SystemClock, SystemFiles, Unfollowed};
use flowkeep_store::{Store, StoreError, StoreOptions, TaskFolderRecord};
use serde_json::Value;

use crate::Extent;
use crate::measure::{line, mebibytes, peak, settle, timed};
use crate::workshop::{Workshop, text};

const FILES: usize = 20_000;
/// Fewer where each of them is copied and removed: removing is slow on a disk that is told at once what
/// it need not keep.
const FAR_FILES: usize = 2_000;
const LARGE: u64 = 512 << 20;

/// A task folder, and what archives it.
struct Place {
    folders: Folders,
    id: FolderId,
    path: PathBuf,
}

pub(crate) fn table(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let root = workshop.fresh("task-folders");
    fs::create_dir(&root)?;
    let root = root.canonicalize()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let (mut copied, mut reference, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    let by_hand = root.join("by-hand");
    fill(&by_hand, FILES)?;
    let place = Place::new(&root.join("ours"), FILES, Arc::new(SystemFiles))?;
    for round in 0..extent.rounds {
        bare.push(renamed(&by_hand)?);
        let (archive, took) = place.archived(FILES)?;
        ours.push(took);
        back(&place.path, &archive)?;

        let at = |what: &str| root.join(format!("{what}-{round}"));
        let (from, to) = (at("from"), at("to"));
        fill(&from, FAR_FILES)?;
        let start = Instant::now();
        timed(Command::new("cp").args(["-a", text(&from)?, text(&to)?]))?;
        timed(Command::new("sync").args(["-f", text(&to)?]))?;
        reference.push(start.elapsed());
        fs::remove_dir_all(&from)?;
        settle(&root)?;
        moved.push(start.elapsed());
        let disks = FailingFiles::at(0, ErrorKind::Other).across_disks();
        let far = Place::new(&at("far"), FAR_FILES, Arc::new(disks))?;
        copied.push(far.archived(FAR_FILES)?.1);
    }
    Ok(format!(
        "Archiving {FILES} small files (aim ≤ 1.3), and {FAR_FILES} that are copied and proven (aim ≤ 1.5)\n{}{}{}{}{}{}",
        line("renames and one flush", &bare, &bare),
        line("folder archive", &ours, &bare),
        line("cp -a and sync", &reference, &reference),
        line("cp -a and sync, and the files removed", &moved, &reference),
        line("folder archive, to another disk", &copied, &reference),
        memory(workshop)?,
    ))
}

/// The most memory that archiving takes: of many small files, and of a large one.
fn memory(workshop: &mut Workshop) -> Result<String> {
    let mut out = String::new();
    for (what, files) in [
        ("20 small files", 20),
        ("20,000 small files", FILES),
        ("one file of 512 MiB", 0),
    ] {
        let data = workshop.fresh("data");
        let folder = workshop.fresh("task");
        fill(&folder, files)?;
        if files == 0 {
            fs::File::create(folder.join("large"))?.set_len(LARGE)?;
        }
        let flow = workshop.fresh("w.json");
        fs::write(&flow, r#"{"id": "w", "name": "W", "tasks": []}"#)?;
        timed(&mut workshop.flowkeep(&data, &["flow", "create", text(&flow)?]))?;
        let adopted = workshop
            .flowkeep(&data, &["folder", "adopt", "w", text(&folder)?])
            .output()?;
        let adopted: Value = serde_json::from_slice(&adopted.stdout)?;
        let id = adopted["id"].as_str().context("a folder has an id")?;
        let most = peak(&mut workshop.flowkeep(&data, &["folder", "archive", id]))?;
        writeln!(out, "  most memory, {what:<33}{:>8.1} MiB", mebibytes(most))?;
    }
    Ok(out)
}

fn fill(folder: &Path, files: usize) -> Result<()> {
    fs::create_dir(folder)?;
    for n in 0..files {
        let text = format!("CREATE TABLE table_{n} (id INT PRIMARY KEY, name TEXT);\n");
        fs::write(
            folder.join(format!("table_{n}.ddl")),
            text.repeat(1 + n % 40),
        )?;
    }
    settle(folder)
}

/// What a script does that remembers nothing; the files are where they were afterwards.
fn renamed(folder: &Path) -> Result<Duration> {
    let start = Instant::now();
    let archive = folder.join("archive");
    fs::create_dir(&archive)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::rename(entry.path(), archive.join(entry.file_name()))?;
        }
    }
    settle(folder)?;
    let took = start.elapsed();
    back(folder, &archive)?;
    Ok(took)
}

/// Everything out of an archive again, so that the next round finds the same files.
fn back(folder: &Path, archive: &Path) -> Result<()> {
    for entry in fs::read_dir(archive)? {
        let entry = entry?;
        if entry.file_name() == RECORD {
            fs::remove_file(entry.path())?;
        } else {
            fs::rename(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    fs::remove_dir(archive)?;
    settle(folder)
}

impl Place {
    fn new(folder: &Path, count: usize, files: Arc<dyn EntryFiles>) -> Result<Self> {
        fill(folder, count)?;
        let data_dir = folder.with_extension("data");
        fs::create_dir(&data_dir)?;
        let clock = Arc::new(SystemClock);
        let store = Arc::new(Store::open(StoreOptions {
            path: data_dir.join("flowkeep.db"),
            safety: data_dir.join("safety"),
            clock: clock.clone(),
        })?);
        let id: FolderId = "00000000000000000000000001".parse().context("an id")?;
        let record = TaskFolderRecord {
            id,
            workflow_id: "w".to_owned(),
            path: folder.to_owned(),
            settings: Settings::default(),
            sequence: 0,
            created_at: 0,
        };
        store.write::<_, StoreError>(move |tx| tx.add_task_folder(&record))?;
        let folders = Folders {
            store,
            files,
            clock,
            data_dir,
            actor: "bench".to_owned(),
            face: "cli",
        };
        settle(folder)?;
        Ok(Self {
            folders,
            id,
            path: folder.to_owned(),
        })
    }

    /// Where everything is now, and how long it took.
    fn archived(&self, files: usize) -> Result<(PathBuf, Duration)> {
        let start = Instant::now();
        let made = archive(&self.folders, self.id, &Wanted::default(), &Unfollowed)?;
        let took = start.elapsed();
        ensure!(made.moved.len() == files && made.failed.is_empty());
        let name = made.archive.context("an archive was made")?;
        Ok((self.path.join(name), took))
    }
}
