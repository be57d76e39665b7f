//! Databases that earlier versions wrote are opened for ever (reliability, row 39). The fixtures are never
//! made anew: migrations that change together with what they begin with would pass every other test.
//!
//! In each: a workflow with two revisions, one deleted, a roadmap in YAML, one run that has succeeded and
//! one that waits for a person, one backup.

use std::path::Path;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text};

/// A data folder that was last opened by a program with that version of the schema.
fn of_version(version: u32) -> Flowkeep {
    let flowkeep = Flowkeep::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::create_dir(flowkeep.data()).unwrap();
    let database = fixtures.join(format!("version-{version}.db"));
    std::fs::copy(database, flowkeep.data().join("flowkeep.db")).unwrap();
    flowkeep
}

/// What a person sees of documents, of runs and of earlier revisions.
fn seen(flowkeep: &Flowkeep) -> (Vec<Vec<(String, String)>>, Value, Value) {
    let texts = ["flow", "roadmap"].map(|noun| flowkeep.texts(noun));
    let list = flowkeep.done(&["run", "list"]);
    let runs = list["items"].as_array().unwrap().iter();
    let runs = runs.map(|run| json!([run["id"], run["workflow_name"], run["started_by"]]));
    let history = flowkeep.done(&["flow", "history", "nightly"]);
    // Who brought the newest one in is who restored it.
    let earlier = history["items"].as_array().unwrap()[1..].to_vec();
    (texts.into(), runs.collect(), earlier.into())
}

fn opens_whole(version: u32) {
    let flowkeep = of_version(version);
    let list = flowkeep.done(&["flow", "list"]);
    assert_eq!(list["total"], 2, "{list}");
    let safety = std::fs::read_dir(flowkeep.data().join("safety")).unwrap();
    let copies: Vec<_> = safety
        .map(|entry| text(entry.unwrap().file_name().as_ref()))
        .collect();
    let copy = format!("before-migration-{version}-");
    assert!(
        matches!(&copies[..], [one] if one.starts_with(&copy)),
        "{copies:?}"
    );

    // What was kept is there as it came.
    let nightly = flowkeep.say(&["--json", "flow", "show", "nightly"]).out;
    assert!(nightly.contains(r#""priority": 1.0, "account": 12345678901234567890,"#));
    assert!(nightly.contains("Wait a little"));
    let revisions = flowkeep.done(&["flow", "history", "nightly"]);
    assert_eq!(revisions["total"], 2);
    assert_eq!(revisions["items"][0]["actor"], "Ann");
    let year = flowkeep.say(&["--json", "roadmap", "show", "year"]).out;
    assert!(year.contains("Year  # kept as it came"), "{year}");

    // The run that waited for a person goes on where it stood.
    let waiting = flowkeep.done(&["run", "list", "--status", "waiting"]);
    let run = waiting["items"][0]["id"].as_str().unwrap();
    let asked = flowkeep.done(&["run", "output", run, "ask"]);
    assert_eq!(asked["output"]["rows"], json!([{"n": 7}]));
    flowkeep.done(&["run", "answer", run, "count", "--approve"]);
    let ended = flowkeep.done(&["run", "resume", run, "--wait"]);
    assert_eq!(ended["status"], "succeeded");

    // What was deleted comes back; so does an earlier revision.
    flowkeep.done(&["flow", "undelete", "letter"]);
    flowkeep.done(&["flow", "revert", "nightly", "1"]);
    let nightly = flowkeep.say(&["--json", "flow", "show", "nightly"]).out;
    assert!(!nightly.contains("Wait a little"), "{nightly}");

    // And all of it goes through a backup into an empty folder.
    let backup = text(&flowkeep.backup("backups"));
    let empty = Flowkeep::new();
    empty.done(&["db", "restore", "-i", &backup]);
    assert_eq!(seen(&empty), seen(&flowkeep));
}

#[test]
fn a_database_of_version_4_opens_whole() {
    opens_whole(4);
}

#[test]
fn a_database_of_version_6_opens_whole() {
    opens_whole(6);
}

#[test]
fn a_database_of_version_16_opens_whole() {
    opens_whole(16);
}

#[test]
fn a_database_of_version_20_opens_whole() {
    opens_whole(20);
    // Runs from before are counted like those that come.
    let counted = of_version(20).done(&["run", "list", "--count", "--status", "succeeded"]);
    assert_eq!(counted["total"], 1, "{counted}");
}
