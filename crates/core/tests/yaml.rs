//! What is read from YAML, and what is refused where.

#![cfg(test)]

use std::fmt::Write as _;

use flowkeep_core::{Document, Format};
use rstest::rstest;
use serde_json::json;

fn read(text: &str) -> Result<serde_json::Value, (String, u32, u32)> {
    match Document::parse(Format::Yaml, text.to_owned()) {
        Ok(document) => Ok(document.value().to_json()),
        Err(message) => {
            let place = message.place.unwrap();
            Err((message.code, place.line, place.column))
        }
    }
}

#[rstest]
#[case("a: 1.0\nb: 1e5\nc: 007\nd: 0x1F\ne: .inf\nf: +1\n", json!({"a": 1.0, "b": 100_000.0, "c": "007", "d": "0x1F", "e": ".inf", "f": "+1"}))]
#[case("on: yes\noff: No\nt: True\nn: ~\ne:\ns: 'true'\n", json!({"on": "yes", "off": "No", "t": true, "n": null, "e": null, "s": "true"}))]
#[case("z: 1\na: 2\n1: x\ntrue: y\n", json!({"z": 1, "a": 2, "1": "x", "true": "y"}))]
#[case("d: 2024-06-02\nt: 12:30:00\n", json!({"d": "2024-06-02", "t": "12:30:00"}))]
#[case("\u{feff}---\r\na: |\r\n  x\r\n  y\r\n", json!({"a": "x\ny\n"}))]
#[case("a: 1\n---\n", json!({"a": 1}))]
#[case("--- # start\na: 1\n...\n", json!({"a": 1}))]
#[case("a: &x [1]\nb: *x\n<<: *x\n", json!({"a": [1], "b": [1], "<<": [1]}))]
#[case("a: !!str 1\nb: !custom 2\nc: !!str\n", json!({"a": "1", "b": 2, "c": ""}))]
#[case("a: >\n  folded\n  text\nb: 'it''s'\n", json!({"a": "folded text\n", "b": "it's"}))]
#[case("{\"a\": [1, {b: c}], d}", json!({"a": [1, {"b": "c"}], "d": null}))]
fn values(#[case] text: &str, #[case] expected: serde_json::Value) {
    // As text, so that the order of keys counts.
    assert_eq!(
        read(text).map(|value| value.to_string()),
        Ok(expected.to_string())
    );
}

#[rstest]
#[case("", "document_empty", 1, 1)]
#[case("# nothing\n", "document_empty", 2, 1)]
#[case("a: 1\nb: 2\na: 3\n", "document_duplicate_key", 3, 1)]
#[case("a:\n  - {x: 1, x: 2}\n", "document_duplicate_key", 2, 12)]
#[case("a: 1\n---\nb: 2\n", "yaml_several_documents", 2, 1)]
#[case("a: b: c\n", "yaml_colon_in_text", 1, 5)]
#[case("a: [1, 2\nb: 3\n", "yaml_bracket_not_closed", 1, 4)]
#[case("名称: \"没有结束\n", "yaml_quote_not_closed", 2, 1)]
#[case("a: [1 2, {b: c d: e}]\n", "yaml_expected_comma", 1, 17)]
#[case("a: [1, \"x\" y]\n", "yaml_text_after_quote", 1, 12)]
#[case("a: *b\n", "yaml_unknown_anchor", 1, 4)]
#[case("a: &a\n  b: *a\n", "yaml_alias_in_itself", 2, 6)]
#[case("? [a]\n: b\n", "yaml_key_not_text", 1, 3)]
#[case("a: @x\n", "yaml_needs_quotes", 1, 4)]
fn faults(#[case] text: &str, #[case] code: &str, #[case] line: u32, #[case] column: u32) {
    assert_eq!(read(text), Err((code.to_owned(), line, column)));
}

#[test]
fn a_tab_is_named() {
    let (code, line, _) = read("a:\n\t- b\n").unwrap_err();
    assert_eq!((code.as_str(), line), ("yaml_tab", 2));
}

#[test]
fn laughing_aliases_are_stopped() {
    let mut text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = vec![format!("*l{}", level - 1); 10].join(", ");
        writeln!(text, "l{level}: &l{level} [{inner}]").unwrap();
    }
    assert_eq!(read(&text).unwrap_err().0, "yaml_too_many_aliases");
}

#[test]
fn depth_is_limited_through_brackets_blocks_and_aliases() {
    assert!(read(&("[".repeat(128) + &"]".repeat(128))).is_ok());
    for levels in [129, 100_000] {
        let flow = "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(
            read(&flow).unwrap_err().0,
            "document_too_deep",
            "{levels} in brackets"
        );
        let block = format!("{}x", "- ".repeat(levels));
        assert_eq!(
            read(&block).unwrap_err().0,
            "document_too_deep",
            "{levels} in blocks"
        );
    }
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..140 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(read(&text).unwrap_err().0, "document_too_deep");
}
