//! What an operator gets wrong without noticing: the wrong noun, another id, a file that is there
//! already. It is refused or said, never done in silence.

use crate::flowkeep::{Flowkeep, text, workflow};

const RULE: &str = "---\ndescription: look twice\nglobs: \"*\"\n---\n# Review\n\n1. look\n";
const ROADMAP: &str = r#"{"id": "r", "name": "R", "milestones": [{"id": "m", "name": "M"}]}"#;

#[test]
fn what_belongs_to_another_noun_is_refused_with_the_right_one() {
    let flowkeep = Flowkeep::new();
    let rule = flowkeep.file("agent.mdc", RULE);
    let flow = flowkeep.file("flow.json", workflow("w", "W"));
    let roadmap = flowkeep.file("roadmap.json", ROADMAP);
    for (noun, file, right) in [
        ("flow", &rule, "rule"),
        ("rule", &flow, "flow"),
        ("template", &roadmap, "roadmap"),
        ("roadmap", &flow, "flow"),
    ] {
        let refused = flowkeep.refused(&[noun, "create", file], "kind_differs");
        let error = &refused["error"];
        assert_eq!(error["fields"]["noun"], right);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&format!("flowkeep {right}")), "{message}");
        assert_eq!(flowkeep.done(&[noun, "list"])["total"], 0);
    }
    let made = flowkeep.done(&["rule", "create", &rule]);
    let id = made["id"].as_str().unwrap();
    flowkeep.refused(&["rule", "update", id, &roadmap], "kind_differs");
    assert_eq!(
        flowkeep.done(&["rule", "history", id])["items"][0]["revision"],
        1
    );
}

#[test]
fn a_kind_that_was_chosen_on_purpose_can_be_said_and_stays() {
    let flowkeep = Flowkeep::new();
    let plan = |name: &str| {
        format!(r#"{{"id": "p", "type": "roadmap", "name": "{name}", "tasks": [{{"id": "t"}}]}}"#)
    };
    let said = flowkeep.file("said.json", plan("Said"));
    flowkeep.done(&["roadmap", "create", &said]);
    let unsaid = plan("Unsaid").replace(r#""type": "roadmap", "#, "");
    let unsaid = flowkeep.file("unsaid.json", unsaid);
    flowkeep.refused(&["roadmap", "update", "p", &unsaid], "kind_differs");
}

#[test]
fn another_id_in_the_file_is_kept_and_said() {
    let flowkeep = Flowkeep::new();
    let first = flowkeep.file("1.json", workflow("nightly", "One"));
    let other = flowkeep.file("2.json", workflow("other", "Two"));
    assert_eq!(
        flowkeep.done(&["flow", "create", &first])["warnings"],
        serde_json::json!([])
    );
    let updated = flowkeep.done(&["flow", "update", "nightly", &other]);
    assert_eq!(
        (&updated["id"], &updated["revision"]),
        (&"nightly".into(), &2.into())
    );
    let warning = &updated["warnings"][0];
    assert_eq!(
        (&warning["code"], &warning["fields"]["own"]),
        (&"id_differs".into(), &"other".into())
    );
    // From here on it is no news; nor is it with a copy.
    let again = flowkeep.file("3.json", workflow("other", "Three"));
    assert_eq!(
        flowkeep.done(&["flow", "update", "nightly", &again])["warnings"],
        serde_json::json!([])
    );
    let back = flowkeep.say(&["flow", "update", "nightly", &first]);
    assert_eq!((back.code, back.out.lines().count()), (0, 1), "{back:?}");
    let said = flowkeep.say(&["flow", "update", "nightly", &other]);
    assert!(said.out.contains("“other”"), "{said:?}");
}

#[test]
fn an_export_replaces_a_file_only_when_told() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "A"));
    flowkeep.done(&["flow", "create", &file]);
    let mine = flowkeep.file("mine.txt", "mine");
    let words = ["flow", "export", "a", "-o", &mine];
    flowkeep.refused(&words, "file_exists");
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
    let rest = std::fs::read_dir(flowkeep.path("")).unwrap().count();
    assert_eq!(rest, 2, "nothing is left lying about");
    let said = flowkeep.say(&[&words[..], &["--force"]].concat());
    let written = format!("Written to {mine}");
    assert_eq!((said.code, said.out.trim_end()), (0, written.as_str()));
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), workflow("a", "A"));

    let folder = text(&flowkeep.path(""));
    let into = ["flow", "export", "a", "-o", &folder];
    flowkeep.done(&into);
    flowkeep.refused(&into, "file_exists");

    let missing = text(&flowkeep.path("missing/x.json"));
    let words = ["flow", "export", "a", "-o", &missing];
    let refused = flowkeep.refused(&words, "folder_missing");
    assert_eq!(
        refused["error"]["fields"]["path"],
        text(&flowkeep.path("missing"))
    );
}

#[test]
fn a_rule_leaves_under_the_ending_it_is_read_by() {
    let flowkeep = Flowkeep::new();
    let rule = flowkeep.file("in/agent.mdc", RULE);
    let made = flowkeep.done(&["rule", "create", &rule]);
    let folder = text(&flowkeep.path(""));
    let id = made["id"].as_str().unwrap();
    let done = flowkeep.done(&["rule", "export", id, "-o", &folder]);
    let written = std::path::Path::new(done["files"][0].as_str().unwrap());
    assert_eq!(written.extension().unwrap(), "mdc", "{done}");
}

#[test]
fn an_undo_says_what_it_takes_back() {
    let flowkeep = Flowkeep::new();
    let mine = flowkeep.file("mine.json", workflow("a", "Mine"));
    flowkeep.done(&["flow", "create", &mine]);
    flowkeep.file("in/a.json", workflow("a", "Theirs"));
    flowkeep.file("in/b.json", workflow("b", "New"));
    let folder = text(&flowkeep.path("in"));
    let words = ["flow", "import", &folder, "--on-conflict", "replace"];
    let import = flowkeep.done(&words);

    let undone = flowkeep.done(&["db", "undo"]);
    let what = &undone["undone"];
    assert_eq!(
        (&what["operation_id"], &what["operation"], &what["count"]),
        (&import["undo_id"], &"import".into(), &2.into())
    );
    assert!(what["at"].as_str().unwrap().ends_with('Z'), "{what}");
    assert_eq!(
        (&undone["restored"], &undone["removed"]),
        (&2.into(), &1.into())
    );
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 1);

    // The undo can be undone by its own id.
    let again = flowkeep.say(&["db", "undo", undone["operation_id"].as_str().unwrap()]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.contains("the undo of"), "{again:?}");
    assert_eq!(flowkeep.done(&["flow", "list"])["total"], 2);
}

#[test]
fn a_file_that_cannot_be_read_is_a_finding_of_validate() {
    let flowkeep = Flowkeep::new();
    let broken = flowkeep.file("broken.json", "{\n  x");
    let (exit, found) = flowkeep.json(&["flow", "validate", "--file", &broken]);
    assert_eq!((exit, &found["valid"]), (1, &false.into()), "{found}");
    assert_eq!(found["errors"][0]["line"], 2);
    let said = flowkeep.say(&["flow", "validate", "--file", &broken]);
    assert!(said.out.contains("line 2"), "{said:?}");
    let rule = flowkeep.file("agent.mdc", RULE);
    let (exit, found) = flowkeep.json(&["flow", "validate", "--file", &rule]);
    assert_eq!(
        (exit, &found["errors"][0]["code"]),
        (1, &"kind_differs".into())
    );
    flowkeep.refused(
        &["flow", "validate", "--file", "/nowhere.json"],
        "path_missing",
    );
}
