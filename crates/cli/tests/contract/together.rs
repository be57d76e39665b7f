//! Several processes on one data folder.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use flowkeep_api::{Api, Face, NoPlaces, OpenOptions, Reach, Silent};

use crate::flowkeep::{Answer, Flowkeep, workflow};

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn processes_that_write_at_once_lose_nothing() {
    const PROCESSES: usize = 8;
    let flowkeep = Flowkeep::new();
    // The folder is new: they also make the database at once.
    let running: Vec<_> = (0..PROCESSES)
        .map(|n| {
            let id = format!("w{n}");
            let file = flowkeep.file(&format!("{id}.json"), workflow(&id, &id));
            let mut command = flowkeep.command(&["--json", "flow", "create", &file]);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in running {
        let (exit, value) = Answer::of(child.wait_with_output().unwrap()).one_document();
        assert_eq!(exit, 0, "{value}");
    }
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], PROCESSES);

    // All at one document: each finds the others' change and none is lost.
    let running: Vec<_> = (0..PROCESSES)
        .map(|n| {
            let file = flowkeep.file(&format!("u{n}.json"), workflow("w0", &format!("by {n}")));
            let mut command = flowkeep.command(&["--json", "flow", "update", "w0", &file]);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in running {
        let (exit, value) = Answer::of(child.wait_with_output().unwrap()).one_document();
        assert_eq!(exit, 0, "{value}");
    }
    let history = flowkeep.done(&["flow", "history", "w0"]);
    assert_eq!(history["total"], PROCESSES + 1);
}

#[test]
fn a_change_by_one_process_is_seen_by_another() {
    let flowkeep = Flowkeep::new();
    let api = Api::open(OpenOptions {
        data_dir: Some(flowkeep.data()),
        face: Face::Desktop,
        places: Arc::new(NoPlaces),
    })
    .unwrap();
    let (sender, tags) = channel();
    let _follower = api
        .follow(move |tags| sender.send(tags).unwrap(), |_| {}, |_| {})
        .unwrap();
    let file = flowkeep.file("a.json", workflow("a", "A"));
    flowkeep.done(&["flow", "create", &file]);
    let mut seen = Vec::new();
    while !["workflow", "workflow:a", "operation"]
        .iter()
        .all(|tag| seen.iter().any(|s| s == tag))
    {
        seen.extend(
            tags.recv_timeout(LONG)
                .unwrap_or_else(|_| panic!("only {seen:?} was told")),
        );
    }
}

/// Two documents that one import after another gives the same number: in no backup made meanwhile do
/// they differ.
#[test]
fn a_backup_beside_writers_is_of_one_moment() {
    let flowkeep = Flowkeep::new();
    let folder = flowkeep.path("pair");
    std::fs::create_dir(&folder).unwrap();
    let write = |number: u32| {
        for id in ["a", "b"] {
            let text = workflow(id, &number.to_string());
            std::fs::write(folder.join(format!("{id}.json")), text).unwrap();
        }
    };
    let pair = folder.to_str().unwrap();
    let import = ["flow", "import", pair, "--on-conflict", "replace"];
    write(0);
    flowkeep.done(&import);
    let mut numbers = BTreeSet::new();
    for number in 1..=8 {
        write(number);
        let mut writer = flowkeep.command(&import);
        let mut writer = writer.stdout(Stdio::null()).spawn().unwrap();
        let backup = flowkeep.backup("backups");
        assert!(writer.wait().unwrap().success());
        let names: Vec<_> = std::fs::read_dir(backup.join("workflows"))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap()["name"].take())
            .collect();
        assert_eq!(names.len(), 2);
        assert_eq!(names[0], names[1], "half of an import");
        numbers.insert(names[0].as_str().unwrap().to_owned());
    }
    assert!(
        numbers.len() >= 4,
        "what was written meanwhile: {numbers:?}"
    );
}

#[test]
fn a_follower_is_told_when_the_data_folder_goes_and_when_it_is_back() {
    let flowkeep = Flowkeep::new();
    let api = Api::open(OpenOptions {
        data_dir: Some(flowkeep.data()),
        face: Face::Desktop,
        places: Arc::new(NoPlaces),
    })
    .unwrap();
    let (sender, reach) = channel();
    let _follower = api
        .follow(|_| {}, |_| {}, move |now| sender.send(now).unwrap())
        .unwrap();
    let away = flowkeep.path("away");
    std::fs::rename(flowkeep.data(), &away).unwrap();
    assert_eq!(reach.recv_timeout(LONG), Ok(Reach::Gone));
    let name = serde_json::json!({"display_name": "Nobody"});
    let change = || flowkeep_api::call(&api, "settings_update", name.clone(), &Silent);
    assert_eq!(change().unwrap_err().code, "data_unreachable");
    std::fs::rename(&away, flowkeep.data()).unwrap();
    assert_eq!(reach.recv_timeout(LONG), Ok(Reach::Here));
    change().unwrap();
}

/// An engine of its own, at work.
struct AtWork {
    process: Child,
    says: Lines<BufReader<ChildStderr>>,
}

impl AtWork {
    fn begin(flowkeep: &Flowkeep) -> Self {
        let mut command = flowkeep.command(&["engine", "run"]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(out.next().unwrap().unwrap().contains("running"));
        let says = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, says }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn run_that_waits(flowkeep: &Flowkeep, id: &str, ms: u32) -> String {
    let text = serde_json::json!({"id": id, "name": id, "tasks": [
        {"id": "a", "action": "wait", "params": {"ms": ms}}]});
    let file = flowkeep.file(&format!("{id}.json"), text.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let run = flowkeep.done(&["run", "start", id]);
    run["run_id"].as_str().unwrap().to_owned()
}

fn comes_to(flowkeep: &Flowkeep, run: &str, status: &str) {
    let since = std::time::Instant::now();
    while flowkeep.done(&["run", "show", run])["status"] != status {
        assert!(since.elapsed() < LONG, "{run} does not come to {status}");
    }
}

#[test]
fn one_process_owns_the_engine_and_the_next_goes_on_with_what_it_left() {
    let flowkeep = Flowkeep::new();
    let run = run_that_waits(&flowkeep, "w", 3_600_000);
    let first = AtWork::begin(&flowkeep);
    comes_to(&flowkeep, &run, "running");
    flowkeep.refused(&["engine", "run"], "engine_owned");
    drop(first);
    let _second = AtWork::begin(&flowkeep);
    comes_to(&flowkeep, &run, "running");
    let next = run_that_waits(&flowkeep, "x", 0);
    comes_to(&flowkeep, &next, "succeeded");
}

#[test]
fn an_engine_says_why_nothing_goes_on_and_when_it_goes_on_again() {
    let flowkeep = Flowkeep::new();
    let run = run_that_waits(&flowkeep, "w", 400);
    let mut engine = AtWork::begin(&flowkeep);
    comes_to(&flowkeep, &run, "running");
    let (here, away) = (
        flowkeep.data().join("flowkeep.db"),
        flowkeep.path("away.db"),
    );
    std::fs::rename(&here, &away).unwrap();
    let said = engine.says.next().unwrap().unwrap();
    assert!(said.starts_with("No run goes on"), "{said}");
    std::fs::rename(&away, &here).unwrap();
    assert_eq!(engine.says.next().unwrap().unwrap(), "The engine goes on.");
    comes_to(&flowkeep, &run, "succeeded");
}

#[cfg(target_os = "linux")]
#[test]
fn what_holds_the_engine_up_is_told_by_every_other_process_until_it_is_over() {
    use std::process::Command;

    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("w", "W"));
    flowkeep.done(&["flow", "create", &file]);
    // Its files may grow to a limit, as on a disk that gets full.
    let begun = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let mut engine = flowkeep
        .command_with(&begun, &["--json", "engine", "run"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(engine.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), r#"{"running":true}"#);
    let limit = |bytes: &str| {
        let (pid, limit) = (engine.id().to_string(), format!("--fsize={bytes}:"));
        let set = Command::new("prlimit")
            .args(["--pid", &pid, &limit])
            .status();
        assert!(set.unwrap().success());
    };
    let until = |held_up: bool| loop {
        let told = flowkeep.say(&["run", "list"]).err;
        assert!(engine_lives(engine.id()), "{told}");
        if told.is_empty() != held_up {
            break;
        }
    };
    limit("4096");
    let run = flowkeep.done(&["run", "start", "w"]);
    until(true);
    let doctor = flowkeep.say(&["--json", "doctor"]).one_document().1;
    let mut checks = doctor["checks"].as_array().unwrap().iter();
    let engine_check = checks.find(|check| check["name"] == "engine");
    assert_eq!(engine_check.unwrap()["ok"], false, "{doctor}");
    limit("unlimited");
    until(false);
    let id = run["run_id"].as_str().unwrap();
    while flowkeep.done(&["run", "show", id])["status"] != "succeeded" {
        assert!(engine_lives(engine.id()));
    }
    engine.kill().unwrap();
    engine.wait().unwrap();
}

#[cfg(target_os = "linux")]
fn engine_lives(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}
