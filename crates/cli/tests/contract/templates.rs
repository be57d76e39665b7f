//! `template use`: from a template that comes with Flowkeep to files in a task folder, twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys};

/// The files in a folder that are no folders, and what they say.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read_to_string(file.path()).unwrap())
        })
        .collect()
}

fn sql(flowkeep: &Flowkeep, sql: &str) {
    let params = json!({"sql": sql}).to_string();
    flowkeep.done(&[
        "run",
        "task",
        "sql.execute",
        "--params",
        &params,
        "--source",
        "local",
    ]);
}

#[test]
fn a_database_is_described_twice_and_the_first_files_are_in_the_archive() {
    let flowkeep = Flowkeep::new();
    let offered = flowkeep.done(&["template", "offered"]);
    assert_eq!(offered["items"][0]["id"], "describe-database");
    assert_eq!(flowkeep.done(&["template", "list"])["total"], 0);
    let asked = flowkeep.done(&["template", "variables", "describe-database"]);
    let names: Vec<_> = asked["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["name", "connection", "samples", "folder"]);

    sql(
        &flowkeep,
        "CREATE TABLE shop_orders (id INTEGER PRIMARY KEY, who TEXT); INSERT INTO shop_orders VALUES (1, 'Ada Lovelace')",
    );
    let used = flowkeep.done(&[
        "template",
        "use",
        "describe-database",
        "--value",
        "connection=local",
    ]);
    assert_eq!(keys(&used), ["id", "revision", "operation_id", "folder"]);
    let (id, folder) = (
        used["id"].as_str().unwrap(),
        used["folder"]["path"].as_str().unwrap(),
    );
    let folder = Path::new(folder);

    // Without a list the run says what is missing, and writes nothing; so does the look before it.
    let previewed = flowkeep.say(&["run", "preview", id]).out;
    assert!(
        previewed.contains("The folder has no table_list.txt"),
        "{previewed}"
    );
    assert!(!previewed.contains("It would start.\n"), "{previewed}");
    let (exit, failed) = flowkeep.json(&["run", "start", id, "--wait"]);
    assert_eq!((exit, &failed["status"]), (1, &json!("failed")));
    assert_eq!(files(folder).len(), 0);
    let shown = flowkeep.done(&["run", "show", failed["run_id"].as_str().unwrap()]);
    assert_eq!(
        shown["tasks"][0]["attempts"][0]["error"]["code"],
        "tables_missing"
    );

    fs::write(folder.join("table_list.txt"), "shop_orders\n").unwrap();
    assert_eq!(
        flowkeep.done(&["run", "start", id, "--wait"])["status"],
        "succeeded"
    );
    let first = files(folder);
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "filename_mapping.txt",
            "metadata.txt",
            "shop_orders.ddl",
            "shop_orders_detail.md",
            "table_list.txt",
            "task_config.json",
            "task_result.json"
        ]
    );
    let data = flowkeep.data().display().to_string();
    for (name, text) in &first {
        assert!(
            !text.contains("Ada") && !text.contains(&data),
            "{name}: {text}"
        );
    }
    let config: Value = serde_json::from_str(&first["task_config.json"]).unwrap();
    let asked = json!({"connection": "local", "samples": 0, "table_list": "table_list.txt", "tables": ["shop_orders"]});
    assert_eq!(config, asked);
    let result: Value = serde_json::from_str(&first["task_result.json"]).unwrap();
    assert_eq!(result["tables"][0]["ddl"], "shop_orders.ddl");

    sql(&flowkeep, "ALTER TABLE shop_orders ADD note TEXT");
    let second = flowkeep.done(&["run", "start", id, "--wait"]);
    assert_eq!(second["status"], "succeeded");
    assert!(files(folder)["shop_orders.ddl"].contains("note TEXT"));
    let archives = flowkeep.done(&["folder", "archives", used["folder"]["id"].as_str().unwrap()]);
    assert_eq!(archives["items"][0]["run"], second["run_id"]);
    let archive = folder.join(archives["items"][0]["archive"].as_str().unwrap());
    let mut kept = files(&archive);
    kept.remove("backup_info.json");
    assert_eq!(kept, first);
}

#[test]
fn what_a_template_cannot_be_filled_with_is_refused() {
    let flowkeep = Flowkeep::new();
    let used =
        |value: &str| ["template", "use", "describe-database", "--value", value].map(str::to_owned);
    for (value, code) in [
        ("samples=2", "template_value_missing"),
        ("connect=local", "template_value_unknown"),
        ("name=", "template_value_missing"),
        ("connection=locale", "template_connection_unknown"),
    ] {
        let words = used(value);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        flowkeep.refused(&words, code);
    }
    let both = used("connection=local");
    let both: Vec<_> = both.iter().map(String::as_str).collect();
    let both = [&both[..], &["--value", "folder=nowhere"]].concat();
    flowkeep.refused(&both, "folder_unknown");
    let (exit, _) = flowkeep.json(&["template", "use", "describe-database", "--value", "local"]);
    assert_eq!(exit, 2);
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 0);
    assert_eq!(flowkeep.done(&["folder", "list"])["total"], 0);
}

#[test]
fn what_comes_with_flowkeep_speaks_the_language_asked_for() {
    let flowkeep = Flowkeep::new();
    let id = "describe-database";
    let said = |words: &[&str]| flowkeep.say(&[&["--lang", "zh-CN"], words].concat()).out;
    for out in [
        said(&["template", "offered"]),
        said(&["template", "variables", id]),
    ] {
        assert!(out.contains("表"), "{out}");
        assert!(!out.contains("Writes") && !out.contains("Name of"), "{out}");
    }
    let used = ["template", "use", id, "--value", "connection=local"];
    let used = flowkeep.done(&[&["--lang", "zh-CN"], &used[..]].concat());
    let made = flowkeep.done(&["flow", "show", used["id"].as_str().unwrap()]);
    assert!(!made["name"].as_str().unwrap().is_ascii(), "{made}");
}

#[test]
fn what_a_template_from_elsewhere_makes_asks_for_trust() {
    let flowkeep = Flowkeep::new();
    let template = json!({"id": "theirs", "name": "Theirs", "variables": [{"name": "word"}],
        "template": {"name": "Made", "tasks": [{"id": "a", "action": "program.run",
            "params": {"program": "echo", "args": ["{{word}}"]}}]}});
    let file = flowkeep.file("theirs.template.json", template.to_string());
    flowkeep.done(&["template", "import", &file]);
    let used = flowkeep.done(&["template", "use", "theirs", "--value", "word=a=b"]);
    let id = used["id"].as_str().unwrap();
    flowkeep.refused(&["run", "start", id, "--wait"], "trust_required");
    let own = template.to_string().replace("theirs", "ours");
    let file = flowkeep.file("ours.json", own);
    flowkeep.done(&["template", "create", &file]);
    let used = flowkeep.done(&["template", "use", "ours", "--value", "word=c"]);
    let id = used["id"].as_str().unwrap();
    assert_eq!(
        flowkeep.done(&["run", "start", id, "--wait"])["status"],
        "succeeded"
    );
}

/// A run may be what makes it, so it is said and not refused.
#[test]
fn a_path_that_is_not_there_is_named_when_a_template_is_filled_in() {
    let flowkeep = Flowkeep::new();
    let template = r#"{"id": "t", "name": "T", "variables": [
        {"name": "from", "type": "path"}, {"name": "below", "type": "path", "default": "in/here.txt"}],
        "template": {"name": "W", "tasks": [{"id": "a", "action": "program.run",
            "params": {"program": "cat", "args": ["{{from}}", "{{below}}"]}}]}}"#;
    let file = flowkeep.file("template.json", template);
    flowkeep.done(&["template", "create", &file]);
    let using = |path: &str| {
        let value = format!("from={path}");
        flowkeep.done(&["template", "use", "t", "--value", &value])
    };
    let gone = flowkeep.path("gone.txt");
    let used = using(gone.to_str().unwrap());
    let warnings = used["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{used}");
    assert_eq!(warnings[0]["code"], "template_path_not_there");
    assert_eq!(warnings[0]["fields"]["path"], gone.to_str().unwrap());
    assert_eq!(using(&file).get("warnings"), None);
    let value = format!("from={}", gone.display());
    let said = flowkeep.say(&["template", "use", "t", "--value", &value]);
    assert!(
        said.out.contains("Warning: ") && said.out.contains("“from”"),
        "{said:?}"
    );
}
