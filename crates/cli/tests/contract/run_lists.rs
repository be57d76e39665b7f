//! Lists of runs: those that need a person, and where a page ends.

use serde_json::json;

use crate::flowkeep::Flowkeep;

const ASKS: &str = r#"{"id": "asks", "name": "Asks", "tasks": [
  {"id": "look", "action": "manual", "params": {"instruction": "Look"}}]}"#;

const FAILS: &str = r#"{"id": "fails", "name": "Fails", "tasks": [
  {"id": "go", "action": "sql.query", "params": {"sql": "SELECT n FROM nowhere"}}]}"#;

const WAITS: &str = r#"{"id": "waits", "name": "Waits", "tasks": [
  {"id": "t", "action": "wait", "params": {"ms": 0}}]}"#;

fn started(flowkeep: &Flowkeep, text: &str, id: &str) -> String {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.json(&["flow", "create", &file]);
    let (_, run) = flowkeep.json(&["run", "start", id, "--wait"]);
    run["run_id"].as_str().unwrap().to_owned()
}

#[test]
fn those_that_need_a_person_are_told_apart() {
    let flowkeep = Flowkeep::new();
    let fails = started(&flowkeep, FAILS, "fails");
    let asks = started(&flowkeep, ASKS, "asks");
    started(&flowkeep, WAITS, "waits");
    for (needs, run) in [("answer", &asks), ("look", &fails)] {
        let found = flowkeep.done(&["run", "list", "--needs", needs, "--count"]);
        assert_eq!(found["total"], 1, "{found}");
        assert_eq!(found["items"][0]["id"], json!(run));
    }
}

#[test]
fn runs_are_told_apart_by_what_began_them_and_what_they_used() {
    let flowkeep = Flowkeep::new();
    let fails = started(&flowkeep, FAILS, "fails");
    let waits = started(&flowkeep, WAITS, "waits");
    let listens = r#"{"id": "listens", "name": "Listens", "trigger": "event", "event": {"name": "loaded"},
      "tasks": [{"id": "t", "action": "wait", "params": {"ms": 0}}]}"#;
    let file = flowkeep.file("listens.json", listens);
    flowkeep.done(&["flow", "create", &file]);
    let begun = flowkeep.done(&["event", "emit", "loaded"]);
    let begun = begun["started"][0].as_str().unwrap().to_owned();
    let listed = |words: &[&str]| {
        let all = [&["run", "list", "--count"], words].concat();
        let found = flowkeep.done(&all);
        let ids = found["items"].as_array().unwrap().iter();
        let ids: Vec<_> = ids
            .map(|run| run["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(found["total"], ids.len(), "{found}");
        assert_eq!(found.get("sought_to"), None);
        ids
    };
    let newest_first = [&begun, &waits, &fails].map(Clone::clone);
    assert_eq!(listed(&[]), newest_first);
    let mut oldest_first = newest_first;
    oldest_first.reverse();
    assert_eq!(listed(&["--oldest-first"]), oldest_first);
    assert_eq!(listed(&["--begun-by", "event"]), [begun]);
    assert_eq!(
        listed(&["--begun-by", "person", "--status", "failed"]),
        std::slice::from_ref(&fails)
    );
    assert_eq!(listed(&["--begun-by", "run"]), [""; 0]);
    assert_eq!(listed(&["--source", "local"]), [fails]);
    assert_eq!(listed(&["--source", "elsewhere"]), [""; 0]);
    let wrong = flowkeep.say(&["run", "list", "--begun-by", "nobody"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

#[test]
fn what_words_find_is_told_with_a_piece_of_its_text() {
    let flowkeep = Flowkeep::new();
    let fails = started(&flowkeep, FAILS, "fails");
    let found = flowkeep.done(&["run", "list", "--text", "nowhere"]);
    let hit = &found["items"][0]["hits"][0];
    assert_eq!(found["items"][0]["id"], json!(fails));
    assert!(
        ["error", "message"].contains(&hit["place"].as_str().unwrap()),
        "{found}"
    );
    assert_eq!(hit["task"], "go");
    let none = flowkeep.done(&["run", "list"]);
    assert_eq!(none["items"][0].get("hits"), None);
}

#[test]
fn a_list_says_that_there_are_more() {
    let flowkeep = Flowkeep::new();
    for _ in 0..3 {
        started(&flowkeep, WAITS, "waits");
    }
    for words in [
        ["run", "list", "--limit", "2"],
        ["log", "executions", "--limit", "2"],
    ] {
        let first = flowkeep.say(&words);
        // A heading, and the rows.
        assert_eq!(first.out.lines().count(), 3, "{first:?}");
        let (_, next) = first.err.split_once("--after ").unwrap();
        let mut more = words.to_vec();
        more.extend(["--after", next.trim()]);
        let last = flowkeep.say(&more);
        assert_eq!((last.out.lines().count(), last.err.as_str()), (2, ""));
    }
}

#[test]
fn a_run_is_found_by_the_words_its_messages_are_read_in() {
    let flowkeep = Flowkeep::new();
    let slow = r#"{"id": "slow", "name": "S", "tasks": [
      {"id": "t", "action": "wait", "params": {"ms": 3600000}, "timeout": 1}]}"#;
    let slow = started(&flowkeep, slow, "slow");
    started(&flowkeep, WAITS, "waits");
    for words in [
        "允许",
        "允",
        "超过了允许的时间",
        "longer",
        "allowed 失败",
        "“t”失败",
    ] {
        for list in ["run list", "log executions"] {
            let mut all: Vec<_> = list.split(' ').collect();
            all.extend(["--text", words, "--count"]);
            let found = flowkeep.done(&all);
            assert_eq!(found["total"], 1, "{list} {words}: {found}");
            let row = &found["items"][0];
            let id = row.get("id").or_else(|| row.get("execution_id"));
            assert_eq!(id, Some(&json!(slow)));
        }
    }
    let found = flowkeep.done(&["run", "list", "--text", "许允", "--count"]);
    assert_eq!(found["total"], 0, "{found}");
}

#[test]
fn a_run_that_left_something_out_says_so_in_the_list() {
    let flowkeep = Flowkeep::new();
    let reads = r#"{"id": "reads", "name": "Reads", "tasks": [
      {"id": "t", "action": "table_list.read"}]}"#;
    flowkeep.json(&["flow", "create", &flowkeep.file("reads.json", reads)]);
    let list = "lists/table_list.txt";
    flowkeep.file(list, "orders\n");
    let folder = flowkeep.path("lists");
    let folder = folder.to_str().unwrap();
    flowkeep.done(&["folder", "adopt", "reads", folder, "--for-runs"]);
    flowkeep.done(&["run", "start", "reads", "--wait"]);
    let found = flowkeep.done(&["run", "list"]);
    assert_eq!(found["items"][0]["status"], "succeeded", "{found}");
    assert!(found["items"][0].get("noted").is_none(), "{found}");
    flowkeep.file(list, "orders\nall customers\n");
    let run = flowkeep.done(&["run", "start", "reads", "--wait"]);
    let found = flowkeep.done(&["run", "list"]);
    let row = &found["items"][0];
    assert_eq!(row["id"], run["run_id"]);
    assert_eq!(row["status"], "succeeded");
    assert_eq!(row["noted"]["warning"]["code"], "tables_left_out", "{row}");
    assert_eq!(row["noted"]["count"], 1);
    let shown = flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()]);
    assert_eq!(shown["noted"], row["noted"]);
    let said = flowkeep.say(&["run", "list"]);
    assert!(said.out.contains("succeeded, with a note"), "{said:?}");
}

const GOOD: &str = r#"{"id": "w", "name": "Orders", "tasks": [
  {"id": "go", "action": "sql.query", "params": {"sql": "SELECT 1 AS n"}}]}"#;

#[test]
fn a_failure_is_compared_with_the_last_success() {
    let flowkeep = Flowkeep::new();
    let good = started(&flowkeep, GOOD, "w");
    flowkeep.refused(&["run", "compare", &good], "run_none_succeeded");
    let file = flowkeep.file(
        "workflow.json",
        GOOD.replace("SELECT 1 AS n", "SELECT n FROM nowhere"),
    );
    flowkeep.done(&["flow", "update", "w", &file]);
    let (_, bad) = flowkeep.json(&["run", "start", "w", "--wait"]);
    let bad = bad["run_id"].as_str().unwrap();
    let compared = flowkeep.done(&["run", "compare", bad]);
    assert_eq!(compared["before"]["run"]["id"], json!(good));
    assert_eq!(compared["tasks"][0]["before"]["status"], "succeeded");
    assert_eq!(compared["tasks"][0]["after"]["status"], "failed");
    assert_eq!(compared["tasks"][0]["differs"], json!(["status", "error"]));
    assert_eq!(compared["definition"][0]["field"], "params.sql");
    let said = flowkeep.say(&["run", "compare", bad]).out;
    assert!(
        said.contains("SELECT n FROM nowhere") && said.contains("0 of 1 tasks"),
        "{said}"
    );
}

#[test]
fn a_list_is_written_for_spreadsheets_and_never_over_a_file_unasked() {
    let flowkeep = Flowkeep::new();
    started(&flowkeep, FAILS, "fails");
    started(&flowkeep, WAITS, "waits");
    let target = flowkeep.path("runs.csv");
    let file = target.to_str().unwrap();
    let written = flowkeep.done(&["run", "list", "--status", "failed", "--csv", file]);
    assert_eq!(written["rows"], 1, "{written}");
    let text = std::fs::read_to_string(&target).unwrap();
    assert!(text.starts_with("\u{feff}Workflow,Status,"), "{text}");
    assert!(text.contains("Fails,failed,"), "{text}");
    flowkeep.refused(&["run", "list", "--xlsx", file], "file_exists");
    assert_eq!(std::fs::read_to_string(&target).unwrap(), text);
    let said = flowkeep
        .say(&["run", "list", "--xlsx", file, "--force"])
        .out;
    assert!(said.starts_with("2 runs written to "), "{said}");
}
