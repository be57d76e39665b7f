//! `flow`, `roadmap`, `rule`, `template`: documents one at a time.

use crate::flowkeep::{Flowkeep, keys, sound_error, workflow};

/// Every way of writing a number, an order of keys no map would keep, null, an unknown key.
const ODD: &str = "{\"zeta\": 1e5, \"id\": \"odd\", \"name\": \"Odd\",\r\n \"n\": [1.0, -0, 1E+2, \
    12345678901234567890123], \"nothing\": null, \"tasks\": [], \"alpha\": \"\\u4e2d\"}\r\n";

#[test]
fn what_would_refuse_a_start_is_told_before_one() {
    let flowkeep = Flowkeep::new();
    let tasks = r#"{"id": "w", "name": "W",
        "tasks": [{"id": "a", "name": "A", "action": "program.run", "params": {}}]}"#;
    let file = flowkeep.file("w.json", tasks);
    let created = flowkeep.done(&["flow", "create", &file]);
    let (code, told) = flowkeep.json(&["flow", "validate", "w"]);
    let of_file = flowkeep.json(&["flow", "validate", "--file", &file]);
    let error = &told["errors"][0];
    assert_eq!((code, of_file.0), (1, 1));
    assert_eq!(
        (
            &told["valid"],
            &error["code"],
            &error["path"],
            &error["line"]
        ),
        (
            &false.into(),
            &"parameter_missing".into(),
            &"/tasks/0/params".into(),
            &2.into()
        )
    );
    assert_eq!(
        (&of_file.1["errors"], &created["errors"]),
        (&told["errors"], &told["errors"])
    );
    let refused = flowkeep.refused(&["run", "start", "w"], "definition_invalid");
    let (said, words) = (
        refused["error"]["message"].as_str(),
        error["message"].as_str(),
    );
    assert!(said.unwrap().contains(words.unwrap()), "{refused}");
    let out = flowkeep.say(&["flow", "validate", "w"]).out;
    assert!(!out.contains("would stop a start."), "{out}");
}

/// That nothing else would stop a start is said only where that is so.
#[test]
fn what_is_lacking_here_hides_nothing_else_that_would_refuse_a_start() {
    let flowkeep = Flowkeep::new();
    let said = |params: &str| {
        let text = format!(
            r#"{{"name": "W", "taskFolder": "nowhere",
            "tasks": [{{"id": "a", "name": "A", "action": "wait", "params": {params}}}]}}"#
        );
        let file = flowkeep.file("w.json", text);
        let made = flowkeep.done(&["flow", "create", &file]);
        let id = made["id"].as_str().unwrap();
        flowkeep.say(&["flow", "validate", id]).out
    };
    let lacking = "the task folder it names is not one that is known here";
    let out = said(r#"{"ms": 1}"#);
    assert!(out.contains(lacking), "{out}");
    let out = said("{}");
    assert!(!out.contains("would stop a start"), "{out}");
    assert!(out.contains("cannot be started like this"), "{out}");
}

#[test]
fn that_a_start_would_ask_for_trust_is_told_until_somebody_gives_it() {
    let flowkeep = Flowkeep::new();
    let text = r#"{"id": "w", "name": "Theirs", "tasks": [{"id": "a", "name": "A",
        "action": "program.run", "params": {"program": "true"}}]}"#;
    let file = flowkeep.file("w.json", text);
    flowkeep.done(&["flow", "import", &file]);
    let told = flowkeep.done(&["flow", "validate", "w"]);
    assert_eq!(told["warnings"][0]["code"], "trust_required");
    let sentence = told["warnings"][0]["message"].as_str().unwrap();
    assert!(sentence.contains("Theirs"), "{sentence}");
    flowkeep.refused(&["run", "start", "w"], "trust_required");
    flowkeep.done(&["run", "start", "w", "--trust", "--wait"]);
    let told = flowkeep.done(&["flow", "validate", "w"]);
    assert_eq!(told["warnings"], serde_json::json!([]));
}

#[test]
fn a_document_comes_back_exactly_as_it_came() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("odd.json", ODD);
    let made = flowkeep.done(&["flow", "create", &file]);
    assert_eq!((&made["id"], &made["revision"]), (&"odd".into(), &1.into()));
    for words in [
        &["--json", "flow", "show", "odd"][..],
        &["flow", "show", "odd"],
    ] {
        assert_eq!(flowkeep.say(words).out, ODD);
    }
    assert_eq!(flowkeep.say(&["flow", "export", "odd"]).out, ODD);
    let out = flowkeep.path("out.json");
    flowkeep.done(&["flow", "export", "odd", "-o", out.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(out).unwrap(), ODD);
}

#[test]
fn another_format_is_shown_inside_json() {
    let flowkeep = Flowkeep::new();
    let raw = "---\ndescription: look twice\n---\n# Review\n\n1. look\n";
    let file = flowkeep.file("review.mdc", raw);
    let made = flowkeep.done(&["rule", "create", &file]);
    let shown = flowkeep.done(&["rule", "show", made["id"].as_str().unwrap()]);
    assert_eq!(keys(&shown), ["id", "kind", "name", "format", "raw"]);
    assert_eq!(
        (&shown["kind"], &shown["raw"]),
        (&"rule".into(), &raw.into())
    );
    assert_eq!(shown["id"], made["id"]);
}

#[test]
fn create_refuses_an_id_that_exists() {
    let flowkeep = Flowkeep::new();
    let first = flowkeep.file("a.json", workflow("a", "First"));
    let second = flowkeep.file("b.json", workflow("a", "Second"));
    flowkeep.done(&["flow", "create", &first]);
    let refused = flowkeep.refused(&["flow", "create", &second], "exists");
    assert_eq!(refused["error"]["fields"]["id"], "a");
    assert!(flowkeep.say(&["flow", "show", "a"]).out.contains("First"));
    // Ids are unique per kind.
    let roadmap = flowkeep.file("c.json", r#"{"id": "a", "name": "R", "milestones": []}"#);
    flowkeep.done(&["roadmap", "create", &roadmap]);
}

#[test]
fn a_file_without_an_id_is_one_item_however_often_it_comes() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("x.json", r#"{"name": "X", "tasks": []}"#);
    let made = flowkeep.done(&["flow", "create", &file]);
    flowkeep.refused(&["flow", "create", &file], "exists");
    let again = flowkeep.done(&["flow", "import", &file]);
    assert_eq!(
        (&again["unchanged"], &again["items"][0]["id"]),
        (&1.into(), &made["id"])
    );
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 1);
}

#[test]
fn update_delete_undelete_revert_and_history_follow_each_other() {
    let flowkeep = Flowkeep::new();
    let first = flowkeep.file("1.json", workflow("a", "One"));
    let second = flowkeep.file("2.json", workflow("a", "Two"));
    flowkeep.done(&["flow", "create", &first]);
    assert_eq!(
        flowkeep.done(&["flow", "update", "a", &second])["revision"],
        2
    );
    let reverted = flowkeep.done(&["flow", "revert", "a", "1"]);
    assert_eq!(
        (&reverted["id"], &reverted["revision"]),
        (&"a".into(), &3.into())
    );
    assert!(flowkeep.say(&["flow", "show", "a"]).out.contains("One"));
    assert!(
        flowkeep
            .say(&["flow", "show", "a", "--revision", "2"])
            .out
            .contains("Two")
    );

    let said = flowkeep.say(&["flow", "delete", "a"]).out;
    assert_eq!(said, "“One” (a) was deleted; “undelete” brings it back.\n");
    let said = flowkeep.say(&["flow", "undelete", "a"]).out;
    assert_eq!(said, "“One” (a) is back, revision 3.\n");
    let deleted = flowkeep.done(&["flow", "delete", "a"]);
    assert_eq!(
        (&deleted["id"], &deleted["revision"]),
        (&"a".into(), &3.into())
    );
    flowkeep.refused(&["flow", "show", "a"], "not_found");
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 0);
    assert_eq!(
        flowkeep.done(&["flow", "list", "--deleted"])["items"][0]["id"],
        "a"
    );
    flowkeep.done(&["flow", "undelete", "a"]);
    flowkeep.refused(&["flow", "undelete", "a"], "not_deleted");

    let history = flowkeep.done(&["flow", "history", "a"]);
    let revisions: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["revision"].clone())
        .collect();
    assert_eq!(revisions, [3, 2, 1]);
    assert_eq!(history["items"][0]["operation"], "revert");
    flowkeep.refused(&["flow", "revert", "a", "9"], "revision_not_found");
}

#[test]
fn a_copy_has_an_id_of_its_own_beside_the_text() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "Alpha"));
    flowkeep.done(&["flow", "create", &file]);
    let copy = flowkeep.done(&["flow", "duplicate", "a"]);
    assert_eq!(copy["id"], "a-2");
    let shown = flowkeep.done(&["flow", "show", "a-2"]);
    assert_eq!(
        (&shown["id"], &shown["name"]),
        (&"a".into(), &"Alpha (2)".into())
    );
}

#[test]
fn lists_are_paged_sorted_and_searched() {
    let flowkeep = Flowkeep::new();
    for (id, name) in [
        ("1", "装车"),
        ("2", "报告"),
        ("3", "Load 10"),
        ("4", "Load 9"),
    ] {
        let file = flowkeep.file(&format!("{id}.json"), workflow(id, name));
        flowkeep.done(&["flow", "create", &file]);
    }
    let names = |words: &[&str]| -> Vec<String> {
        let list = flowkeep.done(words);
        assert_eq!(keys(&list)[..1], ["total"]);
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(&["flow", "list"]),
        ["报告", "装车", "Load 9", "Load 10"]
    );
    assert_eq!(
        names(&["flow", "list", "--limit", "1", "--offset", "1"]),
        ["装车"]
    );
    assert_eq!(
        names(&["flow", "list", "--query", "load"]),
        ["Load 9", "Load 10"]
    );
    assert_eq!(names(&["flow", "list", "--query", "装"]), ["装车"]);
    assert!(names(&["flow", "list", "--query", "nowhere"]).is_empty());
    assert_eq!(flowkeep.done(&["flow", "list", "--limit", "1"])["total"], 4);
    let row = &flowkeep.done(&["flow", "list"])["items"][0];
    for key in ["id", "kind", "name", "revision", "updated_at"] {
        assert!(!row[key].is_null(), "{key} in {row}");
    }
    assert!(row["updated_at"].as_str().unwrap().ends_with('Z'), "{row}");
}

#[test]
fn validation_is_a_result_with_exit_1_and_never_stops_the_keeping() {
    let flowkeep = Flowkeep::new();
    let text = r#"{"id": "c", "name": "C", "tasks": [
        {"id": "a", "name": "A", "action": "wait", "dependsOn": ["b"]},
        {"id": "b", "name": "B", "action": "wait", "dependsOn": ["a"]}]}"#;
    let file = flowkeep.file("c.json", text);
    let (exit, by_file) = flowkeep.json(&["flow", "validate", "--file", &file]);
    assert_eq!((exit, &by_file["valid"]), (1, &false.into()));
    assert_eq!(keys(&by_file), ["valid", "errors", "warnings"]);
    let finding = &by_file["errors"][0];
    assert_eq!(keys(finding)[..3], ["path", "code", "message"]);
    assert!(
        !flowkeep.data().exists(),
        "checking a file touches no data folder"
    );
    flowkeep.done(&["flow", "create", &file]);
    assert_eq!(flowkeep.json(&["flow", "validate", "c"]), (1, by_file));
    let good = flowkeep.file("good.json", workflow("good", "Good"));
    let valid = flowkeep.done(&["flow", "validate", "--file", &good]);
    assert_eq!(valid["valid"], true);
}

#[test]
fn what_is_not_there_is_said_by_every_verb() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "A"));
    for words in [
        &["flow", "show", "no"][..],
        &["flow", "update", "no", &file],
        &["flow", "delete", "no"],
        &["flow", "undelete", "no"],
        &["flow", "duplicate", "no"],
        &["flow", "history", "no"],
        &["flow", "compare", "no", "1", "2"],
        &["flow", "revert", "no", "1"],
        &["flow", "export", "no"],
        &["flow", "validate", "no"],
    ] {
        flowkeep.refused(words, "not_found");
    }
    for verb in ["create", "import"] {
        flowkeep.refused(&["flow", verb, "/nowhere.json"], "path_missing");
    }
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 0);
}

#[test]
fn a_text_that_cannot_be_read_is_refused_with_its_place() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("x.json", "{\"id\": \"x\",\n  \"id\": \"y\"}");
    let (exit, refused) = flowkeep.json(&["flow", "create", &file]);
    assert_eq!(exit, 1);
    sound_error(&refused);
    let fields = &refused["error"]["fields"];
    assert_eq!(
        (&fields["line"], &fields["path"]),
        (&"2".into(), &file.into())
    );
}
