//! Real disks that are full: small file systems in memory, mounted for the purpose.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::Machine;
use crate::contents::contents;

/// What came of it.
#[derive(Debug, Default)]
pub struct RoomTried {
    /// How often a command ran out of room and said so.
    pub refusals: usize,
    /// How often there was enough.
    pub successes: usize,
    /// What was not as promised.
    pub failures: Vec<String>,
}

/// No engine needs longer to notice what its disk has.
const LONG: Duration = Duration::from_mins(1);

/// Tasks of the run whose disk is full, one after the other: after each there is something to write.
const TASKS: usize = 150;

/// A file system in memory, gone with its handle.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(place: &'a Path, options: &str) -> Result<Self> {
        std::fs::create_dir_all(place)?;
        let mut mount = Command::new("mount");
        let status = mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(place)
            .status()?;
        ensure!(
            status.success(),
            "a small file system cannot be mounted here: {status}"
        );
        Ok(Self(place))
    }

    /// Takes all the room there is; the file that holds it.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.0.join("filler");
        let mut file = File::create(&path)?;
        let mut piece = 1 << 20;
        while piece > 0 {
            if file.write_all(&vec![0; piece]).is_err() {
                piece /= 2;
            }
        }
        Ok(path)
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        // One that stays is seen by whoever looks at the mounts; there is nobody to tell here.
        let _ = Command::new("umount").arg(self.0).status();
    }
}

/// Runs backup and restore on disks of sizes from far too small to large enough, on one of so many of
/// them; and an engine whose disk is full for a while.
///
/// # Errors
/// When nothing can be mounted here (that needs root).
pub fn full_disks(program: &Path, every: usize) -> Result<RoomTried> {
    let mut tried = RoomTried::default();
    backups_to_small_disks(program, every, &mut tried)?;
    data_on_small_disks(program, every, &mut tried)?;
    run_on_a_full_disk(program)?;
    ensure!(
        tried.refusals > 0 && tried.successes > 0,
        "the sizes miss the edge: {tried:?}"
    );
    Ok(tried)
}

fn seeded(program: &Path, documents: usize) -> Result<Machine> {
    let machine = Machine::new(program)?;
    let filler = "x".repeat(8000);
    let folder = machine.path("files/in");
    std::fs::create_dir(&folder)?;
    for n in 0..documents {
        let text = format!(
            "{{\"id\": \"w{n}\", \"name\": \"Work {n}\", \"note\": \"{filler}{n}\", \"tasks\": []}}"
        );
        std::fs::write(folder.join(format!("{n}.json")), text)?;
    }
    machine.done(&["flow", "import", &folder.display().to_string()])?;
    Ok(machine)
}

/// The backup's disk is full: by bytes, which is seen beforehand, and by the number of files, which
/// no estimate sees.
fn backups_to_small_disks(program: &Path, every: usize, tried: &mut RoomTried) -> Result<()> {
    let machine = seeded(program, 40)?;
    let place = machine.path("backups/small");
    let database = machine.path("data/flowkeep.db");
    let sizes = ["size=1m", "size=2m"].map(str::to_owned);
    let files = (4..70)
        .step_by(3 * every)
        .map(|files| format!("size=16m,nr_inodes={files}"));
    for options in sizes.into_iter().chain(files) {
        let mounted = Small::mount(&place, &options)?;
        let before = contents(&database)?;
        let (code, answer) = machine.run(&["db", "backup", "-o", &place.display().to_string()])?;
        let said = answer["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let left: Vec<_> = std::fs::read_dir(&place)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_>>()?;
        if code == 0 {
            tried.successes += 1;
            drop(mounted);
            continue;
        }
        tried.refusals += 1;
        if code != 1 || !["no_room", "no_space", "folder_unwritable"].contains(&said.as_str()) {
            tried
                .failures
                .push(format!("backup, {options}: exit {code}, {answer}"));
        }
        if !left.is_empty() {
            tried
                .failures
                .push(format!("backup, {options}: left {left:?}"));
        }
        if contents(&database)? != before {
            tried
                .failures
                .push(format!("backup, {options}: the catalog has changed"));
        }
        drop(mounted);
    }
    Ok(())
}

/// The data folder's disk is full while restoring into it and while backing it up.
fn data_on_small_disks(program: &Path, every: usize, tried: &mut RoomTried) -> Result<()> {
    let source = seeded(program, 60)?;
    let made = source.done(&[
        "db",
        "backup",
        "-o",
        &source.path("backups").display().to_string(),
    ])?;
    let backup = made["target_dir"]
        .as_str()
        .context("a backup has a folder")?;
    for kilobytes in (400..5000).step_by(200 * every) {
        let machine = Machine::new(program)?;
        let place = machine.path("data");
        let mounted = Small::mount(&place, &format!("size={kilobytes}k"))?;
        let file = machine.file(
            "mine.json",
            r#"{"id": "mine", "name": "Mine", "tasks": []}"#,
        )?;
        let (created, _) = machine.run(&["flow", "create", &file])?;
        if created != 0 {
            drop(mounted);
            continue;
        }
        let database = machine.path("data/flowkeep.db");
        let before = contents(&database)?;
        let (code, answer) = machine.run(&["db", "restore", "-i", backup])?;
        let said = answer["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let mut fault = |fault: String| {
            tried
                .failures
                .push(format!("data folder of {kilobytes} kB: {fault}"));
        };
        match (code, contents(&database)) {
            (0, Ok(now)) if now != before => tried.successes += 1,
            (1, Ok(now)) if now == before => {
                tried.refusals += 1;
                if !["no_space", "safety_copy_failed"].contains(&said.as_str()) {
                    fault(format!("restore: {answer}"));
                }
            }
            (code, Ok(_)) => fault(format!(
                "restore ended with {code}, the catalog does not fit that"
            )),
            (code, Err(error)) => fault(format!("restore ended with {code}, database: {error:#}")),
        }
        let (listed, answer) = machine.run(&["flow", "list"])?;
        if listed != 0 {
            fault(format!("the next command ended with {listed}: {answer}"));
        }
        let now = contents(&database)?;
        let target = machine.path("backups").display().to_string();
        let (code, answer) = machine.run(&["db", "backup", "-o", &target])?;
        if code != 0 {
            if contents(&database)? != now {
                fault("a backup that failed changed the catalog".to_owned());
            }
            for folder in machine.backups()? {
                let path = folder.display().to_string();
                if machine.run(&["db", "verify", "-i", &path])?.1["ok"] == false {
                    fault(format!("a backup that failed ({answer}) left {path}"));
                }
            }
        }
        drop(mounted);
    }
    Ok(())
}

/// The data folder's disk is full while an engine is at work: it begins nothing, says why, and goes on
/// when there is room. No task is done twice.
fn run_on_a_full_disk(program: &Path) -> Result<()> {
    let machine = Machine::new(program)?;
    let place = machine.path("data");
    let mounted = Small::mount(&place, "size=12m")?;
    let tasks: Vec<_> = (0..TASKS)
        .map(|n| {
            let after: Vec<_> = n.checked_sub(1).map(|n| format!("t{n}")).into_iter().collect();
            json!({"id": format!("t{n}"), "action": "wait", "params": {"ms": 20}, "dependsOn": after})
        })
        .collect();
    let text = json!({"id": "long", "name": "Long", "tasks": tasks}).to_string();
    let file = machine.file("long.json", &text)?;
    machine.done(&["flow", "create", &file])?;
    let begun = machine.done(&["run", "start", "long"])?;
    let run = begun["run_id"].as_str().context("a run has an id")?;

    let mut engine = Command::new(machine.program());
    engine.args(["engine", "run"]);
    machine.equip(&mut engine);
    let mut engine = engine
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let told = engine.stderr.take().context("it has a standard error")?;
    let (sender, says) = channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(told).lines().map_while(Result::ok);
        lines.try_for_each(|line| sender.send(line))
    });
    let tried = (|| {
        let done = || -> Result<usize> {
            let shown = machine.done(&["run", "show", run])?;
            let tasks = shown["tasks"].as_array().context("tasks")?;
            Ok(tasks
                .iter()
                .filter(|task| task["status"] == "succeeded")
                .count())
        };
        let since = Instant::now();
        while done()? < 2 {
            ensure!(since.elapsed() < LONG, "the run does not go on");
        }
        let filler = mounted.fill()?;
        let said = says.recv_timeout(LONG)?;
        ensure!(said.starts_with("No run goes on"), "it said {said:?}");
        ensure!(done()? < TASKS, "all was done before the disk was full");
        std::fs::remove_file(filler)?;
        let said = says.recv_timeout(LONG)?;
        ensure!(said.contains("goes on"), "it said {said:?}");
        while done()? < TASKS {
            ensure!(since.elapsed() < LONG, "the run does not go on");
        }
        Ok(())
    })();
    engine.kill()?;
    engine.wait()?;
    tried?;
    let shown = machine.done(&["run", "show", run])?;
    let tasks = shown["tasks"].as_array().into_iter().flatten();
    let attempts = tasks.filter_map(|task| task["attempts"].as_array());
    ensure!(
        attempts.map(Vec::len).eq([1; TASKS]),
        "a task was done again: {shown}"
    );
    Ok(())
}
