//! Runs of sessions: begun with a configuration, which is kept while they go on, and taken up again with it as
//! it was.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::flowkeep::{Answer, Flowkeep, text};

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_mins(1);

/// Says where its configuration is, and changes it where it is told to.
const ORDERS: &str = r#"name: Orders
tool_set: office
tasks:
  - id: load
    action: program.run
    idempotent: true
    params:
      program: sh
      args: ["-c", "echo load $FLOWKEEP_CONFIG >> ../../../files/said; sh ../../../files/load.sh"]
  - id: check
    action: program.run
    dependsOn: [load]
    params:
      program: sh
      args: ["-c", "echo check $FLOWKEEP_CONFIG >> ../../../files/said; sh ../../../files/check.sh"]
"#;

struct Place {
    flowkeep: Flowkeep,
}

impl Place {
    fn new() -> Self {
        let flowkeep = Flowkeep::new();
        flowkeep.file("configs/workflows/orders.yaml", ORDERS);
        flowkeep.file("configs/tool-sets/office.yaml", "tools: [sum]\n");
        flowkeep.file("configs/tools/sum.yaml", "name: sum\n");
        flowkeep.file("load.sh", "");
        flowkeep.file("check.sh", "");
        Self { flowkeep }
    }

    fn root(&self) -> PathBuf {
        self.flowkeep.path("configs").canonicalize().unwrap()
    }

    fn config(&self) -> String {
        text(&self.root().join("workflows/orders.yaml"))
    }

    /// What its programs said: the task, and where the configuration was.
    fn said(&self) -> Vec<(String, PathBuf)> {
        let said = fs::read_to_string(self.flowkeep.path("said")).unwrap_or_default();
        said.lines()
            .map(|line| line.split_once(' ').unwrap())
            .map(|(task, place)| (task.to_owned(), PathBuf::from(place)))
            .collect()
    }

    fn codes(&self, run: &str) -> Vec<String> {
        let log = self.flowkeep.done(&["run", "show", run]);
        let lines = log["messages"].as_array().unwrap().iter();
        lines
            .filter_map(|line| line["code"].as_str().map(str::to_owned))
            .collect()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_run_begins_with_a_configuration_and_finds_it() {
    let place = Place::new();
    let config = place.config();
    let words = ["session", "create", &config, "--start"];
    place.flowkeep.refused(&words, "trust_required");
    let said = place.flowkeep.say(&words);
    assert!(said.out.contains("program.run"), "{}", said.out);
    for vain in ["--trust", "--wait"] {
        assert_eq!(
            place
                .flowkeep
                .say(&["session", "create", &config, vain])
                .code,
            2
        );
    }
    let none = place.flowkeep.done(&["session", "list", "--all"]);
    assert_eq!(none["total"], 0, "whoever is refused has begun nothing");
    let words = ["session", "create", &config, "--start", "--trust", "--wait"];
    let created = place.flowkeep.done(&words);
    assert_eq!(created["run_status"], "succeeded");
    assert_eq!(created["snapshot"]["status"], "complete");
    let root = place.root();
    let said = [
        ("load".to_owned(), root.clone()),
        ("check".to_owned(), root),
    ];
    assert_eq!(place.said(), said);
    let shown = place
        .flowkeep
        .done(&["session", "show", &word(&created["session_id"])]);
    assert_eq!(
        (&shown["run_id"], &shown["status"], &shown["steps_done"]),
        (&created["run_id"], &json!("completed"), &json!(2))
    );
    assert_eq!(shown["snapshots"].as_array().unwrap().len(), 1);
    let codes = place.codes(&word(&created["run_id"]));
    assert!(
        codes.contains(&"run_configuration_kept".to_owned()),
        "{codes:?}"
    );
    let listed = place.flowkeep.done(&["session", "list"]);
    assert_eq!(
        (&listed["total"], &listed["completed"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn what_was_only_kept_is_something_to_back_up_and_is_started_later() {
    let place = Place::new();
    let created = place.flowkeep.done(&["session", "create", &place.config()]);
    let (_, doctor) = place.flowkeep.json(&["doctor"]);
    let mut checks = doctor["checks"].as_array().unwrap().iter();
    let backup = checks.find(|check| check["name"] == "backup").unwrap();
    assert_eq!(backup["ok"], false, "{backup}");
    let id = word(&created["session_id"]);
    let start = ["session", "restore", &id, "--resume"];
    place.flowkeep.refused(&start, "trust_required");
    let start = [&start[..], &["--trust", "--wait"]].concat();
    let started = place.flowkeep.done(&start);
    assert_eq!(
        (&started["source"], &started["run_status"]),
        (&json!("file"), &json!("succeeded")),
        "{started}"
    );
    assert_eq!(place.said()[0], ("load".to_owned(), place.root()));
}

/// It goes on all the same, and says where that is changed.
#[test]
fn a_run_says_that_nothing_is_kept_where_snapshots_are_switched_off() {
    let place = Place::new();
    let off = ["settings", "update", "--snapshots", "off"];
    place.flowkeep.done(&off);
    let config = place.config();
    let begin = ["session", "create", &config, "--start", "--trust", "--wait"];
    let (exit, created) = place.flowkeep.json(&begin);
    assert_eq!((exit, &created["run_status"]), (3, &json!("succeeded")));
    assert_eq!(created["snapshot"], Value::Null);
    let codes = place.codes(created["run_id"].as_str().unwrap());
    let told = codes.iter().filter(|code| *code == "run_configuration_off");
    assert_eq!(told.count(), 1, "{codes:?}");
}

#[test]
fn going_on_that_is_refused_keeps_no_snapshot() {
    let place = Place::new();
    let created = place.flowkeep.done(&["session", "create", &place.config()]);
    let id = word(&created["session_id"]);
    place
        .flowkeep
        .file("configs/tools/sum.yaml", "name: changed\n");
    let on = ["session", "restore", &id, "--use", "file", "--resume"];
    place.flowkeep.refused(&on, "trust_required");
    let snapshots = || {
        let shown = place.flowkeep.done(&["session", "show", &id]);
        shown["snapshots"].as_array().unwrap().len()
    };
    assert_eq!(snapshots(), 1);
    let (_, on) = place.flowkeep.json(&[&on[..], &["--trust"]].concat());
    assert_eq!(on["source"], "file", "{on}");
    assert_eq!(snapshots(), 2);
}

#[test]
fn a_configuration_that_changes_at_a_step_is_kept_anew() {
    let place = Place::new();
    let tool = place.root().join("tools/sum.yaml");
    let change = format!("echo 'name: total' > '{}'; sleep 1", text(&tool));
    place.flowkeep.file("load.sh", change);
    let words = [
        "session",
        "create",
        &place.config(),
        "--start",
        "--trust",
        "--wait",
    ];
    let created = place.flowkeep.done(&words);
    let shown = place
        .flowkeep
        .done(&["session", "show", &word(&created["session_id"])]);
    let snapshots = shown["snapshots"].as_array().unwrap();
    let reasons: Vec<_> = snapshots.iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, ["begin", "changed"]);
    let run = place
        .flowkeep
        .done(&["run", "show", &word(&created["run_id"])]);
    let lines = run["messages"].as_array().unwrap().iter();
    let told: Vec<_> = lines
        .filter(|line| line["code"] == "run_configuration_changed")
        .collect();
    assert_eq!(told.len(), 1, "{run}");
    assert_eq!(told[0]["fields"]["names"], "tools/sum.yaml");
}

#[test]
fn what_holds_a_key_or_cannot_run_begins_nothing() {
    let place = Place::new();
    let key = format!("sk-{}", "a1B2".repeat(12));
    let refused = |content: String, code: &str| {
        let config = place.flowkeep.file("configs/workflows/other.yaml", content);
        let words = ["session", "create", &config, "--start", "--trust"];
        place.flowkeep.refused(&words, code);
    };
    refused(format!("{ORDERS}api_key: {key}\n"), "config_holds_keys");
    refused("name: [\n".to_owned(), "yaml_bracket_not_closed");
    refused("name: empty\n".to_owned(), "definition_invalid");
    let lacks = ORDERS.replace("echo load", "echo load ${context.day}");
    refused(lacks, "input_missing");
    let none = place.flowkeep.done(&["session", "list", "--all"]);
    assert_eq!(none["total"], 0);
}

#[test]
fn work_that_was_killed_goes_on_with_the_configuration_it_had() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    // It ends with the test: nobody ends a program whose owner was killed.
    let until_gone = "while [ -e ../../../files/load.sh ]; do sleep 0.05; done";
    flowkeep.file("check.sh", until_gone);
    let words = [
        "session",
        "create",
        &place.config(),
        "--start",
        "--trust",
        "--wait",
    ];
    let mut window = flowkeep
        .command(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while place.said().len() < 2 {
        assert!(since.elapsed() < LONG, "the second step never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    window.kill().unwrap();
    window.wait().unwrap();
    fs::remove_dir_all(place.root().join("workflows")).unwrap();
    fs::write(place.root().join("tools/sum.yaml"), "name: other\n").unwrap();
    let listed = flowkeep.done(&["session", "list"]);
    assert_eq!(listed["recoverable"], 1, "{listed}");
    let session = &listed["items"][0];
    assert_eq!(
        (
            &session["status"],
            &session["steps_done"],
            &session["steps"]
        ),
        (&json!("interrupted"), &json!(1), &json!(2))
    );
    assert_eq!(session["name"], "Orders", "one name, as its run has");
    let (id, run) = (word(&session["id"]), word(&session["run_id"]));

    // Nobody knows what the second step came to.
    let words = ["--json", "session", "restore", &id, "--resume", "--wait"];
    let (code, restored) = Answer::of(flowkeep.command(&words).output().unwrap()).one_document();
    assert_eq!(code, 3, "{restored}");
    assert_eq!(
        (
            &restored["source"],
            &restored["run_id"],
            &restored["run_status"]
        ),
        (&json!("snapshot"), &json!(run), &json!("waiting"))
    );
    let overlay = PathBuf::from(word(&restored["overlay"]));
    assert_eq!(
        fs::read_to_string(overlay.join("workflows/orders.yaml")).unwrap(),
        ORDERS
    );
    let said = flowkeep.say(&["session", "restore", &id, "--resume"]);
    assert!(said.out.contains("It waits for a person"), "{}", said.out);
    assert!(!said.out.contains("stays queued"), "{}", said.out);
    assert_eq!(said.code, 3, "it waits for a person: {}", said.out);
    let asked = flowkeep.done(&["run", "show", &run]);
    let question = &asked["tasks"][1]["question"];
    if cfg!(target_os = "linux") {
        assert_eq!(
            question["running"]["name"], "sh",
            "nobody ended its program: {question}"
        );
        assert_eq!(question["ended"], false);
        let group = format!("-{}", question["running"]["process"]);
        Command::new("kill")
            .args(["-9", "--", &group])
            .status()
            .unwrap();
        let gone = loop {
            let asked = flowkeep.done(&["run", "show", &run]);
            let question = asked["tasks"][1]["question"].clone();
            if question.get("running").is_none() {
                break question;
            }
            assert!(since.elapsed() < LONG, "its program never ended");
        };
        assert_eq!(gone["ended"], true, "{gone}");
        let said = flowkeep.say(&["run", "show", &run]).out;
        assert!(said.contains("not running any more"), "{said}");
    }
    flowkeep.file("check.sh", "");
    flowkeep.done(&["run", "answer", &run, "check", "--rerun"]);
    let ended = flowkeep.done(&["run", "resume", &run, "--wait"]);
    assert_eq!(ended["status"], "succeeded");
    assert_eq!(place.said().last().unwrap(), &("check".to_owned(), overlay));
    assert!(
        !place.root().join("workflows").exists(),
        "live files are not touched"
    );
    let listed = flowkeep.done(&["session", "list"]);
    assert_eq!(
        (&listed["recoverable"], &listed["completed"]),
        (&json!(0), &json!(1))
    );
}

/// With another definition a new run takes over what had succeeded, and that is told.
#[test]
fn what_a_new_run_takes_over_is_said() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    flowkeep.file("check.sh", "exit 1");
    let config = place.config();
    let words = ["session", "create", &config, "--start", "--trust", "--wait"];
    let (_, created) = flowkeep.json(&words);
    assert_eq!(created["run_status"], "failed");
    let (id, before) = (word(&created["session_id"]), word(&created["run_id"]));
    flowkeep.file("check.sh", "");
    let other = ORDERS.replace("echo check", "echo checked");
    flowkeep.file("configs/workflows/orders.yaml", other);
    let go_on = ["session", "restore", &id, "--use", "file", "--resume"];
    let (_, restored) = flowkeep.json(&[&go_on[..], &["--trust", "--wait"]].concat());
    assert_eq!(restored["run_status"], "succeeded", "{restored}");
    assert_eq!(
        (&restored["follows"], &restored["taken_over"]),
        (&json!(before), &json!(["load"]))
    );
    let shown = flowkeep.done(&["session", "show", &id]);
    assert_eq!(shown["snapshots"].as_array().unwrap().len(), 2);
    // Of work that has ended nothing goes on.
    let said = flowkeep.say(&["session", "restore", &id, "--use", "file"]);
    assert!(!said.out.contains("goes on"), "{}", said.out);
}

/// A run without a configuration is its own session; it stands with the others only where all are asked for.
#[test]
fn runs_without_a_configuration_are_listed_with_all_the_others_alone() {
    let flowkeep = Flowkeep::new();
    let plain = json!({"id": "plain", "name": "Plain", "tasks": [
        {"id": "ask", "name": "Ask", "action": "manual", "params": {"instruction": "Look"}}]});
    let file = flowkeep.file("plain.json", plain.to_string());
    flowkeep.done(&["flow", "create", &file]);
    flowkeep.json(&["run", "start", "plain"]);
    let listed = flowkeep.done(&["session", "list"]);
    assert_eq!((&listed["total"], &listed["runs"]), (&json!(0), &json!(1)));
    let all = flowkeep.done(&["session", "list", "--all"]);
    assert_eq!(all["total"], 1);
    assert_eq!(all["items"][0]["confidence"], "no_config");
    let said = flowkeep.say(&["session", "list"]);
    assert!(said.out.contains("--all"), "{}", said.out);
}

#[test]
fn what_came_with_a_backup_goes_on_only_once_somebody_trusts_it_again() {
    let place = Place::new();
    let created = ["session", "create", &place.config(), "--start", "--trust"];
    let created = place.flowkeep.done(&created);
    let id = created["session_id"].as_str().unwrap();
    let backup = text(&place.flowkeep.backup("backups"));
    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    let resume = ["session", "restore", id, "--resume"];
    second.refused(&resume, "trust_required");
    assert_eq!(place.said(), []);
    second.done(&[&resume[..], &["--trust"]].concat());
}
