//! Archiving a task folder of small files, beside a bare loop of renames with one flush; and where each
//! file has to be copied to another disk, beside `cp -a` and `sync`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use flowkeep_core::FolderId;
use flowkeep_core::folder::Settings;
use flowkeep_files::folders::{Wanted, Workshop as Folders, archive};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{EntryFiles, SystemClock, SystemFiles, Unfollowed};
use flowkeep_store::{Store, StoreError, StoreOptions, TaskFolderRecord};

use crate::Extent;
use crate::measure::{high_water_of, line, mebibytes, settle, timed};
use crate::workshop::{Workshop, text};

const FILES: usize = 20_000;

/// Where files are archived that a table needs.
struct Place {
    folders: Folders,
    id: FolderId,
}

pub(crate) fn table(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let root = workshop.fresh("task-folders");
    fs::create_dir(&root)?;
    let root = root.canonicalize()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let (mut copied, mut reference) = (Vec::new(), Vec::new());
    for round in 0..extent.rounds {
        let at = |what: &str| root.join(format!("{what}-{round}"));
        let folder = at("bare");
        fill(&folder)?;
        bare.push(renamed(&folder)?);
        ours.push(archived(&at("ours"), Arc::new(SystemFiles))?);
        let folder = at("copied");
        fill(&folder)?;
        let to = at("copies");
        let start = Instant::now();
        timed(Command::new("cp").args(["-a", text(&folder)?, text(&to)?]))?;
        timed(&mut Command::new("sync"))?;
        reference.push(start.elapsed());
        let disks = FailingFiles::at(0, ErrorKind::Other).across_disks();
        copied.push(archived(&at("across"), Arc::new(disks))?);
        fs::remove_dir_all(&root)?;
        fs::create_dir(&root)?;
    }
    let peak = high_water_of(std::process::id()).unwrap_or_default();
    Ok(format!(
        "Archiving {FILES} small files (aim ≤ 1.3; where they are copied and proven ≤ 1.5)\n{}{}{}{}  most memory of all of it {:.0} MiB\n",
        line("renames and one flush", &bare, &bare),
        line("folder archive", &ours, &bare),
        line("cp -a and sync", &reference, &reference),
        line("folder archive, to another disk", &copied, &reference),
        mebibytes(peak),
    ))
}

fn fill(folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    for n in 0..FILES {
        let text = format!("CREATE TABLE table_{n} (id INT PRIMARY KEY, name TEXT);\n");
        fs::write(
            folder.join(format!("table_{n}.ddl")),
            text.repeat(1 + n % 40),
        )?;
    }
    settle(folder)
}

/// What a script does that remembers nothing.
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
    Ok(start.elapsed())
}

fn archived(folder: &Path, files: Arc<dyn EntryFiles>) -> Result<Duration> {
    fill(folder)?;
    let place = Place::new(folder, files)?;
    settle(folder)?;
    let wanted = Wanted::default();
    let start = Instant::now();
    let made = archive(&place.folders, place.id, &wanted, &Unfollowed)?;
    let took = start.elapsed();
    ensure!(made.moved.len() == FILES && made.failed.is_empty());
    Ok(took)
}

impl Place {
    fn new(folder: &Path, files: Arc<dyn EntryFiles>) -> Result<Self> {
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
        Ok(Self { folders, id })
    }
}
