//! `run export`, and what an import makes of it: runs as files.

use serde_json::json;

use crate::flowkeep::Flowkeep;

const WAITS: &str = r#"{"id": "waits", "name": "Waits", "tasks": [{"id": "look", "name": "Look", "action": "manual"}]}"#;

fn ended(flowkeep: &Flowkeep) -> String {
    let file = flowkeep.file("waits.json", WAITS);
    flowkeep.done(&["flow", "create", &file]);
    let run = flowkeep.done(&["run", "start", "waits"])["run_id"].clone();
    let run = run.as_str().unwrap().to_owned();
    flowkeep.done(&["run", "cancel", &run]);
    run
}

#[test]
fn a_run_is_written_to_a_file_and_comes_in_elsewhere() {
    let flowkeep = Flowkeep::new();
    let run = ended(&flowkeep);
    let (report, file) = (flowkeep.path("run.html"), flowkeep.path("run.json"));
    let (report, file) = (report.to_str().unwrap(), file.to_str().unwrap());
    let done = flowkeep.done(&["run", "export", &run, "--as", "html", "-o", report]);
    assert_eq!(done, json!({"files": [report]}));
    assert!(std::fs::read_to_string(report).unwrap().contains("Waits"));
    let again = ["run", "export", &run, "--as", "html", "-o", report];
    flowkeep.refused(&again, "file_exists");
    flowkeep.done(&[&again[..], &["-f"]].concat());
    flowkeep.done(&["run", "export", &run, "--as", "json", "-o", file]);

    let other = Flowkeep::new();
    let would = other.done(&["flow", "import", file, "--dry-run"]);
    assert_eq!(would["others"], json!([{"kind": "run", "count": 1}]));
    let came = other.done(&["flow", "import", file]);
    assert_eq!(came["others"], would["others"]);
    let shown = other.done(&["run", "show", &run]);
    assert_eq!(
        (&shown["imported"], &shown["status"]),
        (&json!(true), &json!("cancelled"))
    );
    other.refused(&["run", "resume", &run, "--trust"], "run_has_ended");
    let said = other.say(&["flow", "import", file]).out;
    assert!(!said.contains("1 run"), "{said}");
}
