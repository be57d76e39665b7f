//! Which folder a call works on: the one it was told, else the one chosen in the window, else the
//! platform's own.

use std::path::PathBuf;

use serde_json::Value;

use crate::flowkeep::{Answer, Flowkeep, sound_error, workflow};

/// Runs a command that is told no folder.
fn untold(flowkeep: &Flowkeep, words: &[&str]) -> (i32, Value) {
    let words = [&["--json"], words].concat();
    let mut command = flowkeep.command(&words);
    let output = command.env_remove("FLOWKEEP_DATA_DIR").output().unwrap();
    Answer::of(output).one_document()
}

/// Keeps `chosen` as the window does.
fn choose(flowkeep: &Flowkeep, chosen: &str) {
    let settings = home(flowkeep).join(".config/flowkeep");
    std::fs::create_dir_all(&settings).unwrap();
    std::fs::write(settings.join("data-folder"), format!("{chosen}\n")).unwrap();
}

fn home(flowkeep: &Flowkeep) -> PathBuf {
    flowkeep.data().parent().unwrap().to_owned()
}

fn origin(doctor: &Value) -> &str {
    let checks = doctor["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "folder_origin");
    check.unwrap()["code"].as_str().unwrap()
}

#[test]
fn what_was_chosen_in_the_window_counts_here_too_unless_told_otherwise() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("w", "W"));
    assert_eq!(
        origin(&untold(&flowkeep, &["doctor"]).1),
        "doctor_folder_platform"
    );
    assert!(
        home(&flowkeep)
            .join(".local/share/flowkeep/flowkeep.db")
            .is_file()
    );

    std::fs::create_dir(flowkeep.path("chosen")).unwrap();
    choose(&flowkeep, flowkeep.path("chosen").to_str().unwrap());
    let (exit, _) = untold(&flowkeep, &["flow", "create", &file]);
    assert_eq!(exit, 0);
    assert!(flowkeep.path("chosen/flowkeep.db").is_file());
    assert_eq!(
        origin(&untold(&flowkeep, &["doctor"]).1),
        "doctor_folder_chosen"
    );

    assert_eq!(origin(&flowkeep.json(&["doctor"]).1), "doctor_folder_told");
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 0);
}

#[test]
fn a_chosen_folder_that_is_gone_is_not_made_anew() {
    let flowkeep = Flowkeep::new();
    let gone = flowkeep.path("on-another-drive");
    choose(&flowkeep, gone.to_str().unwrap());
    let (exit, value) = untold(&flowkeep, &["flow", "list"]);
    assert_eq!(
        (exit, &value["error"]["code"]),
        (1, &"data_folder_gone".into())
    );
    sound_error(&value);
    assert!(
        !gone.exists(),
        "an empty one would look as if all were lost"
    );
}
