//! Runs of workflows in the catalog that refer to files outside: each belongs to a session, with what it refers to.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::flowkeep::{Answer, Flowkeep, text, tree};

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_mins(1);

/// Says where its configuration is.
const ORDERS: &str = r#"{"id": "orders", "name": "Orders", "tool_set": "office", "workflowRef": "parts/load.yaml", "tasks": [
  {"id": "load", "name": "Load", "action": "program.run", "params": {"program": "sh",
    "args": ["-c", "echo load $FLOWKEEP_CONFIG >> ../../../files/said"]}},
  {"id": "check", "name": "Check", "action": "program.run", "dependsOn": ["load"], "params": {"program": "sh",
    "args": ["-c", "echo check $FLOWKEEP_CONFIG >> ../../../files/said; sh ../../../files/check.sh"]}}]}"#;

const ABOVE: &str = r#"{"id": "above", "name": "Above", "tool_set": "office", "tasks": [
  {"id": "do", "name": "Do", "action": "workflow.run", "params": {"workflow": "orders"}}]}"#;

const FILES: [&str; 3] = [
    "tool-sets/office.yaml",
    "tools/sum.yaml",
    "workflows/parts/load.yaml",
];

struct Place {
    flowkeep: Flowkeep,
}

impl Place {
    /// The workflow, and the files it refers to in a folder that is named.
    fn new() -> Self {
        let place = Self::unnamed();
        let root = text(&place.root());
        place.flowkeep.done(&["session", "roots", "add", &root]);
        place
    }

    fn unnamed() -> Self {
        let flowkeep = Flowkeep::new();
        flowkeep.file("configs/tool-sets/office.yaml", "tools: [sum]\n");
        flowkeep.file("configs/tools/sum.yaml", "name: sum\n");
        flowkeep.file("configs/workflows/parts/load.yaml", "from: here\n");
        flowkeep.file("check.sh", "");
        let place = Self { flowkeep };
        place.workflow(ORDERS);
        place
    }

    fn workflow(&self, text: &str) {
        let file = self.flowkeep.file("workflow.json", text);
        self.flowkeep.done(&["flow", "create", &file]);
    }

    fn root(&self) -> PathBuf {
        self.flowkeep.path("configs").canonicalize().unwrap()
    }

    fn said(&self) -> Vec<(String, PathBuf)> {
        let said = fs::read_to_string(self.flowkeep.path("said")).unwrap_or_default();
        said.lines()
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .map(|(task, place)| (task.to_owned(), PathBuf::from(place)))
            .collect()
    }

    fn told(&self, run: &str, code: &str) -> Vec<Value> {
        let log = self.flowkeep.done(&["run", "show", run]);
        let lines = log["messages"].as_array().unwrap().iter();
        lines.filter(|line| line["code"] == code).cloned().collect()
    }

    fn succeeds(&self, id: &str) -> String {
        let run = self.flowkeep.done(&["run", "start", id, "--wait"]);
        assert_eq!(run["status"], "succeeded", "{run}");
        word(&run["run_id"])
    }

    /// Starts it, and kills whoever carries it out in the second step.
    fn killed(&self) -> String {
        // It ends with the test: nobody ends a program whose owner was killed.
        let until_gone = "while [ -e ../../../files/check.sh ]; do sleep 0.05; done";
        self.flowkeep.file("check.sh", until_gone);
        let mut owner = self.flowkeep.command(&["run", "start", "orders", "--wait"]);
        let owner = owner.stdout(Stdio::null()).stderr(Stdio::null());
        let mut owner = owner.spawn().unwrap();
        let since = Instant::now();
        let is_kept = || self.flowkeep.done(&["session", "list"])["items"][0]["snapshots"] == 1;
        while self.said().len() < 2 || !is_kept() {
            assert!(since.elapsed() < LONG, "the second step never began");
            std::thread::sleep(Duration::from_millis(20));
        }
        owner.kill().unwrap();
        owner.wait().unwrap();
        let listed = self.flowkeep.done(&["session", "list"]);
        assert_eq!(listed["recoverable"], 1, "{listed}");
        word(&listed["items"][0]["id"])
    }

    /// A run that does not go on, because a file of it is not as it was.
    fn asks(&self, run: &str, file: &str) {
        let (exit, asked) = self.flowkeep.json(&["run", "resume", run, "--wait"]);
        assert_eq!((exit, &asked["run_id"]), (3, &json!(run)), "{asked}");
        let why = &asked["undecided"];
        assert_eq!(why["code"], "run_configuration_undecided");
        assert!(word(&why["message"]).contains(file), "{why}");
    }

    fn shown(&self, id: &str) -> Value {
        self.flowkeep.done(&["session", "show", id])
    }

    fn kept(&self, id: &str) -> Vec<String> {
        let shown = self.shown(id);
        let files = shown["snapshots"][0]["files"].as_array().unwrap();
        files.iter().map(|file| word(&file["path"])).collect()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_run_belongs_to_a_session_with_the_files_it_refers_to() {
    let place = Place::new();
    let run = place.succeeds("orders");
    let root = place.root();
    let said = ["load", "check"].map(|task| (task.to_owned(), root.clone()));
    assert_eq!(place.said(), said);
    let kept = place.told(&run, "run_configuration_kept");
    assert_eq!((kept.len(), &kept[0]["fields"]["count"]), (1, &json!("3")));
    let shown = place.shown(&run);
    assert_eq!(
        (
            &shown["origin"],
            &shown["config"],
            &shown["status"],
            &shown["name"]
        ),
        (
            &json!("run"),
            &Value::Null,
            &json!("completed"),
            &json!("Orders")
        )
    );
    assert_eq!(
        (&shown["root"], &shown["run_id"], &shown["confidence"]),
        (&json!(text(&root)), &json!(run), &json!("complete"))
    );
    assert_eq!(place.kept(&run), FILES);
    let listed = place.flowkeep.done(&["session", "list", "--all"]);
    assert_eq!(listed["total"], 1, "it stands there once: {listed}");
    // What is kept says by itself what it was kept for.
    let manifests = tree(&place.flowkeep.data().join("snapshots/sessions"));
    assert_eq!(manifests.len(), 1);
    let manifest: Value = serde_json::from_slice(&manifests[0].1).unwrap();
    let definition = &manifest["definition"];
    assert_eq!(
        (
            &definition["workflow"],
            &definition["revision"],
            &manifest["config"]
        ),
        (&json!("orders"), &json!(1), &Value::Null)
    );
    assert_eq!(word(&definition["sha256"]).len(), 64);
    assert_eq!(manifest["run"], json!(run));
}

#[test]
fn what_refers_to_nothing_that_is_there_is_its_own_session() {
    let place = Place::unnamed();
    let unnamed = place.succeeds("orders");
    place.workflow(r#"{"id": "plain", "name": "Plain", "tool_set": "other", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]}"#);
    let root = text(&place.root());
    place.flowkeep.done(&["session", "roots", "add", &root]);
    let plain = place.succeeds("plain");
    for run in [&unnamed, &plain] {
        let shown = place.shown(run);
        assert_eq!(
            (&shown["snapshots"], &shown["root"]),
            (&json!([]), &Value::Null)
        );
        assert_eq!(place.told(run, "run_configuration_kept"), [] as [Value; 0]);
        place
            .flowkeep
            .refused(&["session", "snapshot", run], "session_no_config");
    }
    assert_eq!(
        place.said()[0].1,
        PathBuf::new(),
        "it was told of no folder"
    );
    assert!(!place.flowkeep.data().join("snapshots").exists());
}

#[test]
fn a_root_that_is_away_is_told_and_holds_nothing_up() {
    let place = Place::new();
    fs::rename(place.root(), place.flowkeep.path("elsewhere")).unwrap();
    let run = place.succeeds("orders");
    let told = place.told(&run, "run_configuration_not_asked");
    assert_eq!(told.len(), 1);
    assert_eq!(place.shown(&run)["snapshots"], json!([]));
}

#[test]
fn work_that_was_killed_goes_on_with_the_files_it_had() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let id = place.killed();
    let was = tree(&place.root());
    fs::remove_file(place.root().join("tools/sum.yaml")).unwrap();
    fs::write(place.root().join("tool-sets/office.yaml"), "tools: []\n").unwrap();
    let today = tree(&place.root());
    place.asks(&id, "tools/sum.yaml");
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    let found: Vec<_> = looked["candidates"].as_array().unwrap().iter().collect();
    let of = |source: &str| {
        let mut found = found.iter().filter(|one| one["source"] == source);
        found.next().unwrap()
    };
    assert_eq!(
        (&of("file")["ok"], &of("file")["differs"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(
        (&of("snapshot")["ok"], &of("embedded")["ok"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&of("revision")["ok"], &of("revision")["differs"]),
        (&json!(true), &json!(0))
    );
    let words = ["--json", "session", "restore", &id, "--resume", "--wait"];
    let (code, restored) = Answer::of(flowkeep.command(&words).output().unwrap()).one_document();
    assert_eq!(code, 3, "{restored}");
    assert_eq!(
        (
            &restored["source"],
            &restored["run_id"],
            &restored["run_status"]
        ),
        (&json!("snapshot"), &json!(id), &json!("waiting"))
    );
    let overlay = PathBuf::from(word(&restored["overlay"]));
    assert_eq!(tree(&overlay), was);
    flowkeep.file("check.sh", "");
    flowkeep.done(&["run", "answer", &id, "check", "--rerun"]);
    let ended = flowkeep.done(&["run", "resume", &id, "--wait"]);
    assert_eq!(ended["status"], "succeeded");
    assert_eq!(place.said().last().unwrap(), &("check".to_owned(), overlay));
    assert_eq!(tree(&place.root()), today, "live files are not touched");
    let listed = flowkeep.done(&["session", "list"]);
    assert_eq!(
        (&listed["recoverable"], &listed["completed"]),
        (&json!(0), &json!(1))
    );
}

/// Nothing is taken as right in passing: one that waits asks with which files it goes on, as one that was broken off.
#[test]
fn one_that_waits_after_a_crash_asks_with_which_files_it_goes_on() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let id = place.killed();
    let (exit, waits) = flowkeep.json(&["run", "resume", &id]);
    assert_eq!((exit, &waits["status"]), (3, &json!("waiting")), "{waits}");
    fs::write(place.root().join("tools/sum.yaml"), "name: other\n").unwrap();
    place.asks(&id, "tools/sum.yaml");
    let snapshots = || place.shown(&id)["snapshots"].as_array().unwrap().len();
    assert_eq!(snapshots(), 1, "nobody has said that they are right");
    flowkeep.file("check.sh", "");
    flowkeep.done(&["run", "answer", &id, "check", "--rerun"]);
    place.asks(&id, "tools/sum.yaml");
    let said = flowkeep.say(&["run", "resume", &id]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("--todays-files"), "{}", said.err);
    let goes_on = ["run", "resume", &id, "--todays-files", "--wait"];
    assert_eq!(flowkeep.done(&goes_on)["status"], "succeeded");
    assert_eq!(snapshots(), 2);
    let told = place.told(&id, "run_configuration_changed");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["fields"]["names"], "tools/sum.yaml");
}

#[test]
fn with_the_workflow_of_today_a_new_run_takes_over_what_had_succeeded() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    flowkeep.file("check.sh", "exit 1");
    let (_, run) = flowkeep.json(&["run", "start", "orders", "--wait"]);
    assert_eq!(run["status"], "failed");
    let id = word(&run["run_id"]);
    flowkeep.file("check.sh", "");
    let file = flowkeep.file(
        "workflow.json",
        ORDERS.replace("echo check", "echo checked"),
    );
    flowkeep.done(&["flow", "update", "orders", &file]);
    let resume = [
        "session", "restore", &id, "--use", "revision", "--resume", "--wait",
    ];
    let (_, restored) = flowkeep.json(&resume);
    assert_eq!(restored["run_status"], "succeeded", "{restored}");
    assert_eq!(
        (&restored["follows"], &restored["taken_over"]),
        (&json!(id), &json!(["Load"]))
    );
    assert_eq!(
        place.said().last().unwrap(),
        &("checked".to_owned(), place.root())
    );
    let shown = place.shown(&id);
    assert_eq!(
        (&shown["run_id"], &shown["status"]),
        (&restored["run_id"], &json!("completed"))
    );
}

/// What came from elsewhere meanwhile is trusted before anything is given up for it.
#[test]
fn a_run_is_not_ended_for_a_workflow_that_nobody_trusts() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let id = place.killed();
    flowkeep.done(&["run", "answer", &id, "check", "--rerun"]);
    let file = flowkeep.file(
        "workflow.json",
        ORDERS.replace("echo check", "echo checked"),
    );
    let replace = ["flow", "import", &file, "--on-conflict", "replace"];
    flowkeep.done(&replace);
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    let candidates = looked["candidates"].as_array().unwrap();
    let revision = candidates.iter().find(|one| one["source"] == "revision");
    assert_eq!(revision.unwrap()["differs"], 1, "{looked}");
    let before = flowkeep.done(&["run", "show", &id])["status"].clone();
    assert_eq!(before, "interrupted");
    let resume = ["session", "restore", &id, "--use", "revision", "--resume"];
    flowkeep.refused(&resume, "trust_required");
    assert_eq!(flowkeep.done(&["run", "show", &id])["status"], before);
}

/// A strategy that takes nothing of what a workflow refers to keeps nothing of it, and says so.
#[test]
fn what_the_strategy_leaves_out_altogether_is_not_called_complete() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    flowkeep.file("configs/llms/big.yaml", "model: big\n");
    place.workflow(r#"{"id": "asks", "name": "Asks", "llm_client": "big", "password": "hunter2-hunter2", "tasks": [
      {"id": "a", "action": "wait", "params": {"ms": 0}}]}"#);
    let run = place.succeeds("asks");
    assert_eq!(place.kept(&run), [""; 0]);
    assert_eq!(place.shown(&run)["confidence"], "partial");
    let told = place.told(&run, "run_configuration_left_out");
    assert_eq!(told[0]["fields"]["left_out"], "1", "{told:?}");
    for wanted in [&[][..], &["--use", "snapshot"]] {
        let to = text(&flowkeep.path(&format!("back-{}", wanted.len())));
        let words = [&["session", "restore", &run, "--to", &to], wanted].concat();
        let (_, restored) = flowkeep.json(&words);
        assert_eq!(restored["complete"], false, "{restored}");
    }
    // What the run was begun with is written out without its keys, as all else is.
    let to = text(&flowkeep.path("out"));
    flowkeep.done(&["session", "export", &run, "--to", &to]);
    let definition = fs::read_to_string(flowkeep.path("out/definition.json")).unwrap();
    assert!(
        definition.contains(r#""password": "<masked>""#),
        "{definition}"
    );
}

#[test]
fn a_failed_run_is_done_again_with_the_definition_it_had() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    flowkeep.file("check.sh", "exit 1");
    let (_, run) = flowkeep.json(&["run", "start", "orders", "--wait"]);
    let id = word(&run["run_id"]);
    flowkeep.file("check.sh", "");
    let file = flowkeep.file(
        "workflow.json",
        ORDERS.replace("echo check", "echo checked"),
    );
    flowkeep.done(&["flow", "update", "orders", &file]);
    let restored = flowkeep.done(&["session", "restore", &id, "--resume", "--wait"]);
    assert_eq!(
        (
            &restored["source"],
            &restored["run_status"],
            &restored["taken_over"]
        ),
        (&json!("file"), &json!("succeeded"), &json!(["Load"]))
    );
    assert_eq!(place.said().last().unwrap().0, "check");
}

#[test]
fn what_is_below_a_run_belongs_to_its_session() {
    let place = Place::new();
    place.workflow(ABOVE);
    let run = place.succeeds("above");
    let root = place.root();
    let said = ["load", "check"].map(|task| (task.to_owned(), root.clone()));
    assert_eq!(place.said(), said);
    assert_eq!(place.kept(&run), &FILES[..2]);
    let listed = place.flowkeep.done(&["session", "list", "--all"]);
    assert_eq!(listed["total"], 1, "{listed}");
}

/// What is told of a file, and how it is lost.
type Loss<'a> = (&'a str, &'a dyn Fn(&PathBuf));

/// Every file, in every way it can be lost: what comes back is what was, byte for byte.
#[test]
fn whatever_becomes_of_the_files_they_come_back() {
    let place = Place::new();
    let run = place.succeeds("orders");
    let was = tree(&place.root());
    let renamed = |path: &PathBuf| fs::rename(path, path.with_extension("old")).unwrap();
    let losses: [Loss<'_>; 5] = [
        ("gone", &|path| fs::remove_file(path).unwrap()),
        ("changed", &|path| fs::write(path, "name: other\n").unwrap()),
        ("changed", &|path| fs::write(path, "").unwrap()),
        ("changed", &|path| fs::write(path, "na").unwrap()),
        ("gone", &renamed),
    ];
    for (number, (kind, lose)) in losses.iter().enumerate() {
        for file in FILES {
            let path = place.root().join(file);
            let bytes = fs::read(&path).unwrap();
            lose(&path);
            let to = text(
                &place
                    .flowkeep
                    .path(&format!("back-{number}-{}", file.replace('/', "-"))),
            );
            let (_, restored) = place
                .flowkeep
                .json(&["session", "restore", &run, "--to", &to]);
            assert_eq!(restored["source"], "snapshot", "{file}: {restored}");
            let differences = restored["differences"].as_array().unwrap();
            let told: Vec<_> = differences
                .iter()
                .filter(|one| one["path"] == file)
                .collect();
            assert_eq!(
                (told.len(), &told[0]["kind"]),
                (1, &json!(kind)),
                "{restored}"
            );
            assert_eq!(tree(&PathBuf::from(to)), was, "{file}");
            let _ = fs::remove_file(path.with_extension("old"));
            fs::write(&path, bytes).unwrap();
        }
    }
}

#[test]
fn its_files_are_exported_put_back_and_forgotten_as_those_of_any_session() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let run = place.succeeds("orders");
    let was = tree(&place.root());
    // It begins with its run, and is pointed to no file.
    let file = text(&place.root().join(FILES[2]));
    flowkeep.refused(&["session", "link", &run, &file], "session_linked");
    let to = text(&flowkeep.path("out"));
    flowkeep.done(&["session", "export", &run, "--to", &to]);
    let out = flowkeep.path("out");
    assert_eq!(tree(&out.join("snapshots/0001")), was);
    assert_eq!(
        fs::read_to_string(out.join("definition.json")).unwrap(),
        ORDERS
    );
    fs::write(place.root().join(FILES[1]), "name: other\n").unwrap();
    let (_, compared) = flowkeep.json(&["session", "compare", &run]);
    assert_eq!(compared["differences"][0]["path"], FILES[1]);
    let (_, put) = flowkeep.json(&["session", "restore", &run, "--in-place"]);
    assert_eq!(put["in_place"]["written"], json!([FILES[1]]), "{put}");
    assert_eq!(tree(&place.root()), was);
    let (_, scrubbed) = flowkeep.json(&["session", "scrub"]);
    assert_eq!(scrubbed["damaged"], json!([]));
    flowkeep.done(&["session", "forget", &run]);
    let shown = place.shown(&run);
    assert_eq!(shown["snapshots"], json!([]));
    let forgotten = &shown["unkept"]["forgotten"];
    assert!(
        forgotten["by"].is_string() && forgotten["at"].is_string(),
        "{shown}"
    );
    let said = flowkeep.say(&["session", "show", &run]).out;
    assert!(
        said.contains("What was kept of it was forgotten by"),
        "{said}"
    );
    // Another computer knows it from a backup.
    let run = place.succeeds("orders");
    let backup = text(&flowkeep.backup("backups"));
    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    let shown = second.done(&["session", "show", &run]);
    assert_eq!(
        (&shown["origin"], &shown["run_id"]),
        (&json!("run"), &json!(run))
    );
    assert_eq!(shown["snapshots"][0]["files"].as_array().unwrap().len(), 3);
}

#[test]
fn where_no_file_is_there_a_snapshot_that_is_asked_for_is_refused_and_none_is_kept() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let run = place.succeeds("orders");
    let kept = place.shown(&run)["snapshots"].clone();
    for file in FILES {
        let _ = fs::remove_file(place.root().join(file));
    }
    for _ in 0..2 {
        let refused = flowkeep.refused(&["session", "snapshot", &run], "session_snapshot_nothing");
        assert_eq!(
            refused["error"]["fields"]["path"],
            json!(text(&place.root())),
            "{refused}"
        );
    }
    assert_eq!(place.shown(&run)["snapshots"], kept);
}

#[test]
fn a_run_that_refers_to_a_folder_that_is_not_on_the_list_says_so_and_the_next_one_is_kept() {
    let place = Place::new();
    let flowkeep = &place.flowkeep;
    let root = text(&place.root());
    flowkeep.file("configs/workflows/mine.yaml", "tools: [sum]\n");
    let config = text(&place.root().join("workflows/mine.yaml"));
    flowkeep.json(&["session", "create", &config]);
    flowkeep.done(&["session", "roots", "remove", &root]);
    let run = place.succeeds("orders");
    let shown = place.shown(&run);
    assert_eq!(shown["unkept"], json!({"folders": [root]}), "{shown}");
    // How sure it is, one rule says for both.
    let listed = flowkeep.done(&["session", "list", "--all"]);
    let mut rows = listed["items"].as_array().unwrap().iter();
    let row = rows.find(|row| row["id"] == json!(run)).unwrap();
    assert_eq!(shown["confidence"], row["confidence"]);
    let said = flowkeep.say(&["session", "show", &run]);
    let way = format!("session roots add {root}");
    assert!(said.out.contains(&way), "{}", said.out);
    flowkeep.done(&["session", "roots", "add", &root]);
    let run = place.succeeds("orders");
    let shown = place.shown(&run);
    assert_eq!(shown["unkept"], Value::Null);
    assert_eq!(shown["snapshots"].as_array().unwrap().len(), 1);
}

#[test]
fn whoever_answers_for_a_broken_off_step_hears_how_the_run_goes_on() {
    let place = Place::new();
    let id = place.killed();
    place
        .flowkeep
        .file("configs/tools/sum.yaml", "name: changed\n");
    let said = place
        .flowkeep
        .say(&["run", "answer", &id, "check", "--rerun"]);
    let way = format!("flowkeep session restore {id} --resume");
    assert!(said.out.contains(&way), "{} {}", said.out, said.err);
    place.flowkeep.file("check.sh", "");
}
