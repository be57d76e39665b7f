//! `run export`, `run trend`, and what an import makes of it: runs as files.

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

const QUICK: &str = r#"{"id": "quick", "name": "Quick close", "tasks": [
    {"id": "rest", "name": "Rest", "action": "wait", "params": {"ms": 1}}]}"#;

#[test]
fn how_the_runs_of_a_workflow_went_is_told_and_written_to_a_page() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("quick.json", QUICK);
    flowkeep.done(&["flow", "create", &file]);
    let none = flowkeep.say(&["run", "trend", "quick"]).out;
    assert_eq!(none.trim(), "No run has ended in this time");
    for _ in 0..2 {
        flowkeep.done(&["run", "start", "quick", "--wait"]);
    }
    for (by, stretches) in [("days", 30), ("weeks", 26), ("months", 24)] {
        let told = flowkeep.done(&["run", "trend", "quick", "--by", by]);
        assert_eq!(told["workflow_id"], "quick");
        assert_eq!(told["moments"].as_array().unwrap().len(), stretches + 1);
        let all = told["stretches"].as_array().unwrap();
        assert_eq!(
            (all.len(), &all[stretches - 1]["succeeded"]),
            (stretches, &json!(2))
        );
        assert_eq!(told["whole"]["ended"], 2);
        assert_eq!(told["tasks"][0]["name"], "Rest");
    }
    let said = flowkeep.say(&["run", "trend", "quick"]).out;
    assert!(said.contains("100% of 2 runs succeeded"), "{said}");
    assert!(said.contains("Rest"), "{said}");
    for column in ["From", "Half took at most", "Task", "Attempts"] {
        assert!(said.contains(column), "{column} in {said}");
    }
    assert!(!said.contains("cli_"), "{said}");

    let page = flowkeep.path("quick.html");
    let page = page.to_str().unwrap();
    let write = ["run", "trend", "quick", "-o", page];
    assert_eq!(flowkeep.done(&write), json!({"files": [page]}));
    let html = std::fs::read_to_string(page).unwrap();
    assert!(
        html.contains("Quick close") && html.contains("<svg"),
        "{html}"
    );
    flowkeep.refused(&write, "file_exists");
    flowkeep.done(&[&write[..], &["-f"]].concat());
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
