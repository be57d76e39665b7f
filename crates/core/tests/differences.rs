//! What is said about two versions, in short: `kind:name field change before>after`.

#![cfg(test)]

use flowkeep_core::{Document, Format, Kind, differences};
use rstest::rstest;

fn said(kind: Kind, format: Format, before: &str, after: &str) -> Vec<String> {
    let parse = |text: &str| Document::parse(format, text.to_owned()).unwrap();
    let found = differences(kind, &parse(before), &parse(after));
    let short = |difference: &flowkeep_core::Difference| {
        let subject = difference.subject.as_ref();
        let subject = subject.map_or("-".to_owned(), |s| format!("{}:{}", s.kind, s.name));
        let change = format!("{:?}", difference.change).to_lowercase();
        let field = difference.field.as_deref().unwrap_or("-");
        let side = |side: &Option<String>| side.clone().unwrap_or("-".to_owned());
        let (before, after) = (side(&difference.before), side(&difference.after));
        format!("{subject} {field} {change} {before}>{after}")
    };
    found.iter().map(short).collect()
}

#[rstest]
#[case::equal(r#"{"name": "a"}"#, r#"{"name": "a"}"#, &[])]
#[case::layout(r#"{"name": "a", "n": 1}"#, r#"{"n": 1,  "name": "a"}"#, &["- layout changed ->-"])]
#[case::field(r#"{"name": "a", "priority": 1}"#, r#"{"name": "b", "priority": 1.0}"#,
    &["- name changed a>b", "- priority changed 1>1.0"])]
#[case::came_and_went(r#"{"a": null, "b": [1]}"#, r#"{"a": "x", "c": true}"#,
    &["- a added ->x", "- c added ->true", "- b removed [1]>-"])]
#[case::task_added(r#"{"tasks": [{"id": "b", "name": "B"}]}"#,
    r#"{"tasks": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}"#, &["task:A - added ->-"])]
#[case::task_gone(r#"{"tasks": [{"id": "a"}, {"id": "b"}]}"#, r#"{"tasks": [{"id": "b"}]}"#,
    &["task:a - removed ->-"])]
#[case::task_field(r#"{"tasks": [{"id": "a", "params": {"sql": "x"}, "timeout": 5}]}"#,
    r#"{"tasks": [{"id": "a", "params": {"sql": "y"}, "retry": {"limit": 2}}]}"#,
    &["task:a params.sql changed x>y", "task:a retry added ->{\"limit\":2}", "task:a timeout removed 5>-"])]
#[case::renamed_id(r#"{"tasks": [{"id": "a", "name": "Load"}]}"#, r#"{"tasks": [{"id": "b", "name": "Load"}]}"#,
    &["task:Load id changed a>b"])]
#[case::moved(r#"{"stages": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}"#,
    r#"{"stages": [{"id": "c"}, {"id": "a"}, {"id": "b"}]}"#, &["stage:c - moved 3>1"])]
#[case::checklist(r#"{"stages": [{"id": "a", "checklist": ["x", "y", "z"]}]}"#,
    r#"{"stages": [{"id": "a", "checklist": ["x", "yy", "z", "w"]}]}"#,
    &["stage:a checklist changed y>yy", "stage:a checklist added ->w"])]
#[case::dependencies(r#"{"tasks": [{"id": "a", "dependsOn": ["b", "c"]}]}"#,
    r#"{"tasks": [{"id": "a", "dependsOn": ["c", "b", "d"]}]}"#, &["task:a dependsOn added ->d"])]
#[case::transitions(r#"{"transitions": [{"from": "a", "to": "b", "condition": "x"}]}"#,
    r#"{"transitions": [{"from": "a", "to": "c"}, {"from": "a", "to": "b", "condition": "y"}]}"#,
    &["transition:a → c - added ->-", "transition:a → b condition changed x>y"])]
#[case::embedded(r#"{"stages_data": "[{\"id\": \"a\"}]"}"#, r#"{"stages_data": "[{\"id\": \"a\", \"name\": \"A\"}]"}"#,
    &["stage:A name added ->A"])]
fn workflows(#[case] before: &str, #[case] after: &str, #[case] expected: &[&str]) {
    assert_eq!(said(Kind::Workflow, Format::Json, before, after), expected);
}

#[test]
fn objects_of_nodes_are_parts_too() {
    let before = "nodes:\n  ask:\n    type: llm\n  old: {}\nedges: []\n";
    let after = "nodes:\n  new: {}\n  ask:\n    type: tool\nedges: []\n";
    let expected = [
        "node:new - added ->-",
        "node:ask type changed llm>tool",
        "node:old - removed ->-",
    ];
    assert_eq!(said(Kind::Workflow, Format::Yaml, before, after), expected);
}

#[test]
fn of_a_long_text_only_the_changed_lines_are_shown() {
    let before = "---\ndescription: d\n---\none\ntwo\nthree\nfour\nfive\n";
    let after = "---\ndescription: e\n---\none\n2\nthree\nfour\nfive\nsix\n";
    let expected = [
        "- description changed d>e",
        "- body changed two>2",
        "- body added ->six",
    ];
    assert_eq!(said(Kind::Rule, Format::Markdown, before, after), expected);
}

#[test]
fn formats_may_differ() {
    let before =
        Document::parse(Format::Json, r#"{"title": "R", "tasks": []}"#.to_owned()).unwrap();
    let after = Document::parse(Format::Yaml, "title: S\ntasks: []\n".to_owned()).unwrap();
    let found = differences(Kind::Roadmap, &before, &after);
    let fields: Vec<_> = found.iter().map(|d| d.field.as_deref().unwrap()).collect();
    assert_eq!(fields, ["format", "title"]);
}
