//! What an edit makes of a text, to the character.

#![cfg(test)]

use flowkeep_core::{Document, Edit, Format};
use rstest::rstest;
use serde_json::{Value, json};

fn edited(format: Format, text: &str, edits: Value) -> Result<String, String> {
    let edits: Vec<Edit> = serde_json::from_value(edits).unwrap();
    let document = Document::parse(format, text.to_owned()).unwrap();
    document
        .edit(&edits)
        .map(Document::into_text)
        .map_err(|message| message.code)
}

fn set(path: Value, value: Value) -> Value {
    json!([{"op": "set", "path": path, "value": value}])
}

fn write(path: Value, text: &str) -> Value {
    json!([{"op": "write", "path": path, "text": text}])
}

#[rstest]
#[case::value("{\"a\": 1.0, \"b\":2}", set(json!(["b"]), json!("x")), "{\"a\": 1.0, \"b\":\"x\"}")]
#[case::same_number("{\"a\": 1.0, \"b\": 1e2}", set(json!(["a"]), json!(1)), "{\"a\": 1.0, \"b\": 1e2}")]
#[case::inner_numbers("{\"a\": {\"x\": 1.50, \"y\": 2}}", set(json!(["a"]), json!({"x": 1.5, "y": 3})),
    "{\"a\": {\"x\": 1.50, \"y\": 3}}")]
#[case::large_id("{\"a\": {\"id\": 9223372036854775807}}", set(json!(["a", "id"]), json!("9223372036854775807")),
    "{\"a\": {\"id\": 9223372036854775807}}")]
#[case::large_in_a_list("[12345678901234567890, 1.0]", set(json!([]), json!([0, "12345678901234567890", 1])),
    "[0, 12345678901234567890, 1.0]")]
#[case::large_after_one_is_gone("{\"a\": [1, 2.50, {\"id\": 12345678901234567890}]}", set(json!(["a"]), json!([1, {"id": "12345678901234567890"}])),
    "{\"a\": [1, {\"id\": 12345678901234567890}]}")]
#[case::large_written("{\"id\": 12345678901234567890}", write(json!(["id"]), "12345678901234567891"),
    "{\"id\": 12345678901234567891}")]
#[case::spelled_anew("{\"a\": 1.0}", write(json!(["a"]), "1"), "{\"a\": 1}")]
#[case::list_written("{\"a\": []}", write(json!(["a"]), "[1e400, {\"b\": 1.50}]"), "{\"a\": [1e400, {\"b\": 1.50}]}")]
#[case::written_where_nothing_is("{}", write(json!(["a", "b"]), "-0.0"), "{\"a\": {\"b\": -0.0}}")]
#[case::pretty_key("{\n    \"a\": 1\n}\n", set(json!(["b"]), json!({"c": [1, 2], "d": {}})),
    "{\n    \"a\": 1,\n    \"b\": {\n        \"c\": [\n            1,\n            2\n        ],\n        \"d\": {}\n    }\n}\n")]
#[case::tight_key("{\"a\":1,\"b\":2}", set(json!(["c"]), json!([1, 2])), "{\"a\":1,\"b\":2,\"c\":[1,2]}")]
#[case::crlf("{\r\n\t\"a\": {}\r\n}\r\n", set(json!(["a", "b"]), json!(1)), "{\r\n\t\"a\": {\r\n\t\t\"b\": 1\r\n\t}\r\n}\r\n")]
#[case::made_on_the_way("{\"a\": null}", set(json!(["a", "b", "c"]), json!(1)), "{\"a\": {\"b\": {\"c\": 1}}}")]
#[case::empty_object("{}", set(json!(["a"]), json!(1)), "{\"a\": 1}")]
#[case::mark_and_case("\u{feff}{\"名称\": \"a\"}", set(json!(["名称"]), json!("周报 \"一\"")), "\u{feff}{\"名称\": \"周报 \\\"一\\\"\"}")]
#[case::remove_first("{\"a\": 1, \"b\": 2}", json!([{"op": "remove", "path": ["a"]}]), "{\"b\": 2}")]
#[case::remove_last("{\n  \"a\": 1,\n  \"b\": 2\n}", json!([{"op": "remove", "path": ["b"]}]), "{\n  \"a\": 1\n}")]
#[case::remove_only("[ 1 ]", json!([{"op": "remove", "path": [0]}]), "[]")]
#[case::insert_front("{\"t\": [\n  1,\n  2\n]}", json!([{"op": "insert", "path": ["t"], "index": 0, "value": 0}]), "{\"t\": [\n  0,\n  1,\n  2\n]}")]
#[case::insert_end("[1, 2]", json!([{"op": "insert", "path": [], "index": 2, "value": {"a": 1}}]), "[1, 2, {\"a\": 1}]")]
#[case::set_behind("[1]", set(json!([1]), json!(2)), "[1, 2]")]
#[case::moved("[1 , \"b\",\n  {\"c\": 1.0}]", json!([{"op": "move", "path": [], "from": 2, "to": 0}]), "[{\"c\": 1.0} , 1,\n  \"b\"]")]
#[case::renamed("{\"a\" : 1}", json!([{"op": "rename", "path": ["a"], "key": "b"}]), "{\"b\" : 1}")]
#[case::one_after_the_other("{\"a\": []}", json!([{"op": "insert", "path": ["a"], "index": 0, "value": {"id": "x"}},
    {"op": "set", "path": ["a", 0, "id"], "value": "y"}]), "{\"a\": [{\"id\": \"y\"}]}")]
#[case::list_in_a_text("{\"stages_data\": \"[{\\\"id\\\": \\\"a\\\"}]\"}", set(json!(["stages_data", 0, "name"]), json!("A")),
    "{\"stages_data\": \"[{\\\"id\\\": \\\"a\\\", \\\"name\\\": \\\"A\\\"}]\"}")]
fn json_edits(#[case] text: &str, #[case] edits: Value, #[case] expected: &str) {
    assert_eq!(edited(Format::Json, text, edits).as_deref(), Ok(expected));
}

#[rstest]
#[case("{\"a\": 1}", set(json!(["b", 1]), json!(1)), "edit_not_found")]
#[case("{\"a\": 1}", set(json!(["a", "b"]), json!(1)), "edit_not_found")]
#[case("{\"a\": 1}", write(json!(["a"]), "{\"b\": 1, \"b\": 2}"), "document_duplicate_key")]
#[case("{\"a\": 1}", json!([{"op": "remove", "path": ["b"]}]), "edit_not_found")]
#[case("{\"a\": 1}", json!([{"op": "remove", "path": []}]), "edit_not_found")]
#[case("{\"a\": [1]}", json!([{"op": "insert", "path": ["a"], "index": 2, "value": 1}]), "edit_not_found")]
#[case("{\"a\": [1]}", json!([{"op": "move", "path": ["a"], "from": 0, "to": 1}]), "edit_not_found")]
#[case("{\"a\": 1, \"b\": 2}", json!([{"op": "rename", "path": ["a"], "key": "b"}]), "edit_key_exists")]
fn refused_edits(#[case] text: &str, #[case] edits: Value, #[case] code: &str) {
    assert_eq!(edited(Format::Json, text, edits), Err(code.to_owned()));
}

#[test]
fn an_edit_that_nests_too_deeply_is_refused() {
    let deep = (0..128).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(
        edited(Format::Json, "{\"a\": 1}", set(json!(["a"]), deep)),
        Err("document_too_deep".to_owned())
    );
}

const PLAN: &str = "# The plan
title: Plan  # shown
version: 1.0
tasks:
  # the first
  - id: a
    name: 'One'
    deps: [x, y]  # both
  - id: b
    text: |
      line 1

      line 2

  - id: c
# the end
";

#[rstest]
#[case::word(set(json!(["title"]), json!("Next plan")), "title: Plan  #", "title: Next plan  #")]
#[case::needs_quotes(set(json!(["title"]), json!("yes")), "title: Plan  #", "title: \"yes\"  #")]
#[case::keeps_quotes(set(json!(["tasks", 0, "name"]), json!("It's")), "'One'", "'It''s'")]
#[case::spelling(set(json!(["version"]), json!(1)), "", "")]
#[case::number(set(json!(["version"]), json!(1.5)), "1.0", "1.5")]
#[case::flow(set(json!(["tasks", 0, "deps", 2]), json!("z")), "[x, y]  #", "[x, y, \"z\"]  #")]
#[case::flow_removed(json!([{"op": "remove", "path": ["tasks", 0, "deps", 0]}]), "[x, y]", "[y]")]
#[case::lines(set(json!(["tasks", 1, "text"]), json!("one\ntwo\n")), "      line 1\n\n      line 2\n", "      one\n      two\n")]
#[case::lines_to_word(set(json!(["tasks", 1, "text"]), json!("one")), "text: |\n      line 1\n\n      line 2\n", "text: one\n")]
#[case::word_to_lines(set(json!(["title"]), json!("a\nb")), "title: Plan  # shown\n", "title: |-  # shown\n  a\n  b\n")]
#[case::new_key(set(json!(["tasks", 2, "name"]), json!("三")), "  - id: c\n", "  - id: c\n    name: 三\n")]
#[case::new_list(set(json!(["tasks", 2, "deps"]), json!(["a", "b c"])), "  - id: c\n", "  - id: c\n    deps:\n      - a\n      - b c\n")]
#[case::new_top(set(json!(["theme"]), json!({"id": 7})), "  - id: c\n", "  - id: c\ntheme:\n  id: 7\n")]
#[case::new_item(json!([{"op": "insert", "path": ["tasks"], "index": 1, "value": {"id": "new", "on": true}}]),
    "  - id: b\n", "  - id: new\n    \"on\": true\n  - id: b\n")]
#[case::removed_key(json!([{"op": "remove", "path": ["tasks", 0, "name"]}]), "    name: 'One'\n", "")]
#[case::removed_first_key(json!([{"op": "remove", "path": ["tasks", 0, "id"]}]), "- id: a\n    name", "- name")]
#[case::removed_item(json!([{"op": "remove", "path": ["tasks", 2]}]), "  - id: c\n", "")]
#[case::removed_only_key(json!([{"op": "remove", "path": ["tasks", 2, "id"]}]), "  - id: c\n", "  - {}\n")]
#[case::renamed(json!([{"op": "rename", "path": ["version"], "key": "no"}]), "version:", "\"no\":")]
#[case::moved(json!([{"op": "move", "path": ["tasks"], "from": 1, "to": 0}]),
    "  # the first\n  - id: a\n    name: 'One'\n    deps: [x, y]  # both\n  - id: b\n    text: |\n      line 1\n\n      line 2\n",
    "  # the first\n  - id: b\n    text: |\n      line 1\n\n      line 2\n  - id: a\n    name: 'One'\n    deps: [x, y]  # both\n")]
fn yaml_edits(#[case] edits: Value, #[case] old: &str, #[case] new: &str) {
    assert!(PLAN.contains(old), "the case names what is not there");
    let expected = PLAN.replacen(old, new, 1);
    assert_eq!(
        edited(Format::Yaml, PLAN, edits).as_deref(),
        Ok(expected.as_str())
    );
}

#[test]
fn a_block_that_gets_a_comment_behind_keeps_the_others() {
    let text = "a: 1 # one\r\nb:\r\n- x # two\r\n- y\r\n";
    let made = edited(
        Format::Yaml,
        text,
        json!([
            {"op": "set", "path": ["b", 0], "value": {"k": "v"}},
            {"op": "set", "path": ["c"], "value": "new"},
        ]),
    );
    assert_eq!(
        made.as_deref(),
        Ok("a: 1 # one\r\nb:\r\n- # two\r\n  k: v\r\n- y\r\nc: new\r\n")
    );
}

#[test]
fn what_an_alias_shows_is_edited_where_it_stands() {
    let text = "base: &b\n  x: 1\nother: *b\n# end\n";
    let made = edited(Format::Yaml, text, set(json!(["other", "x"]), json!(2))).unwrap();
    assert_eq!(made, "base: &b\n  x: 1\nother:\n  x: 2\n# end\n");
    let made = edited(Format::Yaml, text, set(json!(["base", "x"]), json!(2))).unwrap();
    let value = Document::parse(Format::Yaml, made).unwrap();
    assert_eq!(
        value.value().to_json(),
        json!({"base": {"x": 2}, "other": {"x": 1}})
    );
}

const RULE: &str =
    "---\ndescription: when: always\nglobs: *.ts\nalwaysApply: false\n---\n\n# Rule\n";

#[rstest]
#[case::front(set(json!(["alwaysApply"]), json!(true)), "alwaysApply: false", "alwaysApply: true")]
#[case::broken_front(set(json!(["description"]), json!("on: review")), "description: when: always", "description: \"on: review\"")]
#[case::list(set(json!(["globs"]), json!(["*.rs"])), "globs: *.ts\n", "globs:\n  - \"*.rs\"\n")]
#[case::new_key(set(json!(["name"]), json!("规则")), "false\n---", "false\nname: 规则\n---")]
#[case::removed(json!([{"op": "remove", "path": ["globs"]}]), "globs: *.ts\n", "")]
#[case::renamed(json!([{"op": "rename", "path": ["globs"], "key": "files"}]), "globs: *.ts\n", "files: \"*.ts\"\n")]
#[case::body(set(json!(["body"]), json!("New\n---\ntext")), "\n# Rule\n", "New\n---\ntext")]
fn markdown_edits(#[case] edits: Value, #[case] old: &str, #[case] new: &str) {
    let expected = RULE.replacen(old, new, 1);
    assert_eq!(
        edited(Format::Markdown, RULE, edits).as_deref(),
        Ok(expected.as_str())
    );
}

#[test]
fn markdown_without_front_matter_gets_one() {
    let made = edited(
        Format::Markdown,
        "# A\r\n",
        set(json!(["description"]), json!("d")),
    );
    assert_eq!(
        made.as_deref(),
        Ok("---\r\ndescription: d\r\n---\r\n# A\r\n")
    );
    let made = edited(
        Format::Markdown,
        "x",
        set(json!(["body"]), json!("---\na\n---\n")),
    );
    assert_eq!(made.as_deref(), Ok("---\n---\n---\na\n---\n"));
    let made = edited(Format::Markdown, "x", set(json!(["body"]), json!(1)));
    assert_eq!(made, Err("edit_not_possible".to_owned()));
}
