//! Several processes on one data folder.

use std::process::Stdio;
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

#[test]
fn a_backup_beside_writers_is_of_one_moment() {
    let flowkeep = Flowkeep::new();
    for n in 0..4 {
        let file = flowkeep.file(&format!("{n}.json"), workflow(&format!("s{n}"), "S"));
        flowkeep.done(&["flow", "create", &file]);
    }
    let file = flowkeep.file("late.json", workflow("late", "Late"));
    let mut writer = flowkeep.command(&["flow", "create", &file]);
    let mut writer = writer.stdout(Stdio::null()).spawn().unwrap();
    let folder = flowkeep.backup("backups");
    assert!(writer.wait().unwrap().success());
    let verified = flowkeep.done(&["db", "verify", "-i", folder.to_str().unwrap()]);
    assert_eq!(verified["ok"], true);
    let restored = Flowkeep::new().done(&["db", "restore", "-i", folder.to_str().unwrap()]);
    let count = restored["imported"].as_u64().unwrap();
    assert!((4..=5).contains(&count), "{restored}");
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
