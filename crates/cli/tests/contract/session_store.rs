//! `session move-store`: what snapshots keep, in another folder.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::flowkeep::{Flowkeep, keys, text};

fn begun(flowkeep: &Flowkeep, root: &Path) -> String {
    fs::create_dir_all(root.join("workflows")).unwrap();
    let config = root.join("workflows/orders.yaml");
    fs::write(&config, "name: orders\n").unwrap();
    let (_, created) = flowkeep.json(&["session", "create", &text(&config)]);
    created["session_id"].as_str().unwrap().to_owned()
}

#[test]
fn snapshots_are_moved_used_there_backed_up_and_moved_back() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep, &flowkeep.path("configs"));
    let usual = flowkeep.data().join("snapshots");
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(
        (
            &stats["store_dir"],
            &stats["store_chosen"],
            &stats["store_away"]
        ),
        (&json!(text(&usual)), &json!(false), &json!(false))
    );
    let elsewhere = text(&flowkeep.path("elsewhere"));
    let moved = flowkeep.done(&["session", "move-store", &elsewhere]);
    assert_eq!(
        keys(&moved),
        ["store_dir", "files", "bytes", "left", "unread"]
    );
    assert_eq!(moved["store_dir"], elsewhere);
    assert_eq!(moved["bytes"], stats["bytes_stored"]);
    assert_eq!(moved["left"], json!([]));
    assert!(!usual.exists());
    let stats = flowkeep.done(&["session", "stats"]);
    assert_eq!(
        (&stats["store_dir"], &stats["store_chosen"]),
        (&json!(elsewhere), &json!(true))
    );
    let doctor = flowkeep.say(&["--json", "doctor"]).out;
    assert!(doctor.contains(&elsewhere), "{doctor}");
    flowkeep.done(&["session", "snapshot", &id]);
    assert_eq!(flowkeep.done(&["session", "scrub"])["damaged"], json!([]));
    assert!(!usual.exists());

    let backup = flowkeep.backup("backups");
    let settings = fs::read_to_string(backup.join("settings.json")).unwrap();
    assert!(!settings.contains("elsewhere"), "{settings}");
    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &text(&backup), "--only", "session"]);
    let there = other.done(&["session", "stats"]);
    assert_eq!(there["store_chosen"], false);
    for folder in ["objects", "sessions"] {
        let there = other.data().join("snapshots").join(folder);
        assert!(there.is_dir(), "{folder}");
    }

    // Another data folder does not take it for its own.
    let refused = ["session", "move-store", &elsewhere];
    other.refused(&refused, "snapshot_store_foreign");
    flowkeep.refused(
        &["session", "move-store", &elsewhere],
        "snapshot_store_here",
    );
    let back = flowkeep.done(&["session", "move-store", "--default"]);
    assert_eq!(back["store_dir"], text(&usual));
    assert!(!flowkeep.path("elsewhere").exists());
    assert_eq!(flowkeep.done(&["session", "scrub"])["damaged"], json!([]));
}

#[test]
fn without_its_drive_a_session_names_it_and_takes_no_definition_in_its_place() {
    let flowkeep = Flowkeep::new();
    let root = flowkeep.path("configs");
    fs::create_dir_all(root.join("workflows")).unwrap();
    let config = root.join("workflows/orders.yaml");
    let orders = "name: orders\ntasks:\n  - id: check\n    action: program.run\n    params: {program: \"true\"}\n";
    fs::write(&config, orders).unwrap();
    let begin = [
        "session",
        "create",
        &text(&config),
        "--start",
        "--trust",
        "--wait",
    ];
    let (_, created) = flowkeep.json(&begin);
    let id = created["session_id"].as_str().unwrap().to_owned();
    let (elsewhere, away) = (flowkeep.path("elsewhere"), flowkeep.path("away"));
    flowkeep.done(&["session", "move-store", &text(&elsewhere)]);
    fs::rename(&elsewhere, &away).unwrap();
    fs::remove_file(&config).unwrap();

    let (exit, found) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(exit, 3, "{found}");
    let why = &found["candidates"][1];
    assert_eq!(why["code"], "snapshot_contents_away", "{found}");
    assert_eq!(why["fields"]["path"], text(&elsewhere));
    let refused = flowkeep.refused(&["session", "restore", &id], "snapshot_store_gone");
    let hints = refused["error"]["hints"].to_string();
    assert!(hints.contains("move-store DIR --lost"), "{hints}");
    assert!(hints.contains("--use embedded"), "{hints}");
    let in_place = ["session", "restore", &id, "--in-place", "--dry-run"];
    flowkeep.refused(&in_place, "snapshot_store_gone");
    for words in [&["session", "list", "--all"][..], &["session", "show", &id]] {
        let said = flowkeep.say(words).out;
        assert!(said.contains(&text(&elsewhere)), "{said}");
        let told = flowkeep.done(words)["hindered"].clone();
        assert_eq!(told[0]["code"], "error_snapshot_store_gone", "{told}");
    }
    let to = text(&flowkeep.path("out"));
    let (exit, exported) = flowkeep.json(&["session", "export", &id, "--to", &to]);
    assert_eq!(exit, 3, "{exported}");
    let lost = &exported["lost"][0]["code"];
    assert_eq!(lost, "snapshot_contents_away", "{exported}");
    // Whoever asks for the definition has it.
    let (_, alone) = flowkeep.json(&["session", "restore", &id, "--use", "embedded"]);
    assert_eq!(alone["source"], "embedded", "{alone}");
}

#[test]
fn a_store_on_a_drive_that_is_away_is_said_and_never_made_anew() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep, &flowkeep.path("configs"));
    let (elsewhere, away) = (flowkeep.path("elsewhere"), flowkeep.path("away"));
    flowkeep.done(&["session", "move-store", &text(&elsewhere)]);
    fs::rename(&elsewhere, &away).unwrap();
    assert_eq!(flowkeep.done(&["session", "list", "--all"])["total"], 1);
    assert_eq!(flowkeep.done(&["session", "stats"])["store_away"], true);
    fs::write(
        flowkeep.path("configs/workflows/orders.yaml"),
        "name: others\n",
    )
    .unwrap();
    flowkeep.refused(&["session", "snapshot", &id], "snapshot_store_gone");
    flowkeep.refused(&["session", "scrub"], "snapshot_store_gone");
    flowkeep.refused(
        &["session", "move-store", "--default"],
        "snapshot_store_gone",
    );
    assert!(!elsewhere.exists() && !flowkeep.data().join("snapshots").exists());
    fs::rename(&away, &elsewhere).unwrap();
    flowkeep.done(&["session", "snapshot", &id]);
    let there = ["session", "move-store", "--default", "--lost"];
    flowkeep.refused(&there, "snapshot_store_there");
    fs::remove_dir_all(&elsewhere).unwrap();
    let given_up = flowkeep.say(&there).out;
    assert!(given_up.contains("Nothing was moved"), "{given_up}");
    flowkeep.done(&["session", "snapshot", &id]);
}
