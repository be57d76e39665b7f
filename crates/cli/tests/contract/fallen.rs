//! A data source that is down: what another one took waits, comes back by itself, or is decided
//! about.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text};
use crate::sources::{given, with_bytes};

const TABLE: &str = "CREATE TABLE orders(id TEXT PRIMARY KEY, name TEXT)";

/// With a database `archive` that has a table, as `local` has.
fn connected() -> Flowkeep {
    let flowkeep = Flowkeep::new();
    let path = flowkeep.path("archive.db");
    std::fs::write(&path, []).unwrap();
    let path = text(&path);
    flowkeep.done(&[
        "source", "add", "archive", "--type", "sqlite", "--path", &path,
    ]);
    for source in ["archive", "local"] {
        sql(&flowkeep, source, TABLE);
    }
    flowkeep
}

fn sql(flowkeep: &Flowkeep, source: &str, sql: &str) -> Value {
    let action = if sql.starts_with("SELECT") {
        "sql.query"
    } else {
        "sql.execute"
    };
    let params = json!({ "sql": sql }).to_string();
    let words = [
        "run", "task", action, "--source", source, "--params", &params,
    ];
    flowkeep.done(&words)["output"].clone()
}

/// The file is moved away, as a drive that is not there.
fn gone(flowkeep: &Flowkeep, is_gone: bool) {
    let (here, away) = (flowkeep.path("archive.db"), flowkeep.path("away.db"));
    let (from, to) = if is_gone { (here, away) } else { (away, here) };
    std::fs::rename(from, to).unwrap();
}

/// Runs a workflow that does one thing with a record of the archive.
fn runs(flowkeep: &Flowkeep, action: &str, key: &str, name: &str) -> Value {
    let mut params = json!({"table": "orders", "key": key});
    if action != "record.delete" {
        params["values"] = json!({ "name": name });
    }
    let definition = json!({"id": format!("{action} {key} {name}"), "name": "Orders", "tasks": [
        {"id": "put", "action": action, "dataSource": "archive", "allowFallback": true,
         "params": params}]});
    let file = flowkeep.file("flow.json", definition.to_string());
    let kept = flowkeep.done(&["flow", "create", &file]);
    let id = kept["id"].as_str().unwrap();
    let run = flowkeep.done(&["run", "start", id, "--wait"]);
    flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()])
}

#[test]
fn what_local_took_is_shown_and_comes_to_its_own_source() {
    let flowkeep = connected();
    gone(&flowkeep, true);
    let run = runs(&flowkeep, "record.add", "a", "one");
    let attempt = &run["tasks"][0]["attempts"][0];
    assert_eq!(attempt["data_source"], "local");
    assert_eq!(attempt["reason"], "fallback");
    assert_eq!(attempt["passed_over"][0]["source"], "archive");
    assert_eq!(run["warnings"].as_array().unwrap().len(), 1, "{run}");

    // Nobody has asked it since, and its task has met it.
    let sources = flowkeep.done(&["source", "list"]);
    let archive = sources["items"].as_array().unwrap().iter();
    let archive = archive
        .clone()
        .find(|row| row["name"] == "archive")
        .unwrap();
    assert_eq!(archive["answers"], false, "{sources}");
    let told = flowkeep.say(&["source", "list"]).out;
    assert!(told.contains("Has not answered since"), "{told}");
    let told = flowkeep.say(&["source", "fallen"]).out;
    let lines: Vec<_> = told.lines().collect();
    assert!(
        lines[0].starts_with("Id") && lines[0].ends_with("State"),
        "{told}"
    );
    assert!(lines[1].ends_with("Waits"), "{told}");
    assert!(lines[2].contains("flowkeep engine run"), "{told}");

    let list = flowkeep.done(&["source", "fallen"]);
    assert_eq!(keys(&list), ["total", "conflicts", "items"]);
    let write = &list["items"][0];
    assert_eq!(write["source"], "archive");
    assert_eq!(write["took"], "local");
    assert_eq!(write["action"], "record.add");
    assert_eq!(
        (&write["table"], &write["key"]),
        (&json!("orders"), &json!("a"))
    );
    assert_eq!(write["ours"], json!({"name": "one"}));
    assert_eq!(write["run_id"], run["id"]);
    assert_eq!(flowkeep.done(&["source", "fallen", "local"])["total"], 0);
    let sources = flowkeep.done(&["source", "list"]);
    let count = json!({"waiting": 1, "conflicts": 0});
    assert_eq!(sources["items"][1]["fallen"], count, "{sources}");
    flowkeep.refused(&["source", "remove", "archive"], "connection_behind");
    let other = text(&flowkeep.path("other.db"));
    let elsewhere = [
        "source", "update", "archive", "--type", "sqlite", "--path", &other,
    ];
    flowkeep.refused(&elsewhere, "connection_behind_elsewhere");
    let unknown = ["source", "settle", "--all", "archiv", "--use", "theirs"];
    flowkeep.refused(&unknown, "connection_unknown");

    gone(&flowkeep, false);
    let rows = sql(&flowkeep, "archive", "SELECT id, name FROM orders");
    assert_eq!(rows["rows"], json!([{"id": "a", "name": "one"}]));
    assert_eq!(flowkeep.done(&["source", "fallen"])["total"], 0);
    let told = flowkeep.done(&["run", "log", run["id"].as_str().unwrap()]);
    let lines = told["items"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.filter_map(|line| line["text"].as_str()).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("is at “archive” now")),
        "{lines:?}"
    );
    flowkeep.done(&elsewhere);
    flowkeep.done(&["source", "remove", "archive"]);
}

#[test]
fn all_that_asks_about_a_source_is_decided_in_one_go() {
    let flowkeep = connected();
    for (source, name) in [("archive", "theirs"), ("local", "old")] {
        let rows = format!("INSERT INTO orders VALUES ('a', '{name}'), ('b', '{name}')");
        sql(&flowkeep, source, &rows);
    }
    gone(&flowkeep, true);
    for key in ["a", "b"] {
        runs(&flowkeep, "record.update", key, "new");
    }
    gone(&flowkeep, false);
    let select = "SELECT name FROM orders ORDER BY id";
    sql(&flowkeep, "archive", select);
    gone(&flowkeep, true);
    runs(&flowkeep, "record.add", "c", "later");
    let (_, list) = flowkeep.json(&["source", "fallen", "--conflicts", "--limit", "1"]);
    assert_eq!((&list["total"], &list["conflicts"]), (&json!(2), &json!(2)));
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let (_, list) = flowkeep.json(&["source", "fallen"]);
    assert_eq!((&list["total"], &list["conflicts"]), (&json!(3), &json!(2)));

    let all = ["source", "settle", "--all", "archive", "--use", "theirs"];
    let settled = flowkeep.done(&all);
    let expected = json!({"source": "archive", "use": "theirs", "count": 2});
    assert_eq!(settled, expected, "what only waits was not meant");
    assert_eq!(flowkeep.done(&["source", "fallen"])["total"], 1);
    // It never comes back.
    let mut waiting = all.to_vec();
    waiting.push("--waiting");
    assert_eq!(flowkeep.done(&waiting)["count"], 1);
    flowkeep.done(&["source", "remove", "archive"]);
}

/// The server is at another place for good.
#[test]
fn what_waits_goes_along_where_a_source_has_moved() {
    let flowkeep = connected();
    for source in ["archive", "local"] {
        sql(&flowkeep, source, "INSERT INTO orders VALUES ('a', 'old')");
    }
    let (file, moved) = (flowkeep.path("archive.db"), flowkeep.path("moved.db"));
    std::fs::rename(file, &moved).unwrap();
    runs(&flowkeep, "record.delete", "a", "");
    let path = text(&moved);
    let elsewhere = [
        "source", "update", "archive", "--type", "sqlite", "--path", &path,
    ];
    flowkeep.refused(&elsewhere, "connection_behind_elsewhere");
    let mut along = elsewhere.to_vec();
    along.push("--move-waiting");
    flowkeep.done(&[
        "source", "add", "moved", "--type", "sqlite", "--path", &path,
    ]);
    sql(&flowkeep, "moved", "UPDATE orders SET name = 'theirs'");
    flowkeep.done(&along);
    let rows = sql(&flowkeep, "archive", "SELECT name FROM orders");
    assert_eq!(rows["rows"], json!([{"name": "theirs"}]));
    let told = flowkeep.say(&["source", "fallen"]).out;
    assert!(told.contains("the record is taken out"), "{told}");
    let all = ["source", "settle", "--all", "archive", "--use", "ours"];
    flowkeep.done(&all);
    let rows = sql(&flowkeep, "archive", "SELECT name FROM orders");
    assert_eq!(rows["rows"], json!([]));
}

/// A stand-in that repeats what it was asked: the secret is told by neither of the two.
#[test]
fn a_secret_is_told_by_no_source_that_stands_in() {
    const SECRET: &str = "hunter-of-secrets-22";
    let flowkeep = connected();
    given(&flowkeep, &["secret", "set", "TABLE"], SECRET);
    gone(&flowkeep, true);
    let definition = json!({"id": "w", "name": "W", "tasks": [
        {"id": "read", "action": "record.get", "dataSource": "archive", "allowFallback": true,
         "params": {"table": "missing_${secret.TABLE}", "key": "a"}}]});
    let file = flowkeep.file("flow.json", definition.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let (_, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    let log = flowkeep.done(&["run", "log", run["run_id"].as_str().unwrap()]);
    let log = log.to_string();
    assert!(log.contains("missing_***"), "it was asked: {log}");
    let mut found = Vec::new();
    with_bytes(&flowkeep.data(), SECRET.as_bytes(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_changed_meanwhile_is_decided_by_a_person() {
    for (which, expected) in [("ours", "new"), ("theirs", "theirs")] {
        let flowkeep = connected();
        sql(
            &flowkeep,
            "archive",
            "INSERT INTO orders VALUES ('a', 'theirs')",
        );
        sql(&flowkeep, "local", "INSERT INTO orders VALUES ('a', 'old')");
        gone(&flowkeep, true);
        runs(&flowkeep, "record.update", "a", "new");
        gone(&flowkeep, false);
        let select = "SELECT name FROM orders";
        let rows = sql(&flowkeep, "archive", select);
        assert_eq!(rows["rows"], json!([{"name": "theirs"}]));
        let (code, list) = flowkeep.json(&["source", "fallen", "archive"]);
        assert_eq!(code, 3, "a person has to decide");
        let write = &list["items"][0];
        assert_eq!(write["conflict"]["code"], "fallen_changed", "{list}");
        assert_eq!(write["theirs"], json!({"id": "a", "name": "theirs"}));
        let id = write["id"].as_str().unwrap();
        let told = flowkeep.say(&["source", "fallen"]);
        let told = told.out;
        assert!(told.contains("theirs") && told.contains("new"), "{told}");
        let settled = flowkeep.done(&["source", "settle", id, "--use", which]);
        assert_eq!(
            settled,
            json!({"id": id, "source": "archive", "use": which})
        );
        let rows = sql(&flowkeep, "archive", select);
        assert_eq!(rows["rows"], json!([{"name": expected}]));
        assert_eq!(flowkeep.done(&["source", "fallen"])["total"], 0);
        flowkeep.refused(&["source", "settle", id, "--use", which], "fallen_unknown");
        let (code, _) = flowkeep.json(&["source", "settle", id]);
        assert_eq!(code, 2, "which of the two has to be said");
    }
}
