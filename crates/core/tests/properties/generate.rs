//! Arbitrary documents: values with the keys our code looks for among arbitrary ones, and their
//! texts in the layouts people and programs write.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Keys: those that mean something, mixed with any others.
fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "name",
        "title",
        "type",
        "description",
        "tasks",
        "stages",
        "stages_data",
        "nodes",
        "edges",
        "transitions",
        "milestones",
        "variables",
        "template",
        "content",
        "params",
        "dependsOn",
        "action",
        "condition",
        "from",
        "to",
        "checklist",
        "metadata",
        "timeout",
        "retry",
        "trigger",
        "schedule",
        "globs",
        "success",
        "task_id",
        "password",
        "format",
    ]);
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        1 => "[a-zA-Z_]{1,6}",
        1 => text(),
    ]
}

/// Texts: plain words, what needs quotes, several lines, anything.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "",
        " ",
        "yes",
        "null",
        "~",
        "1.0",
        "007",
        "2024-06-02",
        "- a",
        "a: b",
        "# c",
        "{{ x }}",
        "${tasks.a.output}",
        "${",
        "*",
        "&a",
        "!b",
        "'",
        "\"",
        "\\",
        "\t",
        "a\nb",
        "a\nb\n",
        " a\n b\n\n",
        "\n",
        "---",
        "测试 流程",
        "é\u{301}",
        "\u{feff}",
        "\u{2028}",
        "\u{7f}",
        "|",
    ]);
    prop_oneof![
        4 => "[a-z]{1,5}",
        2 => awkward.prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        1 => any::<String>().prop_map(|text| text.replace('\0', "")),
    ]
}

/// Any JSON value whose numbers are whole.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => (-1000_i64..1000).prop_map(Value::from),
        4 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            members(inner).prop_map(Value::Object),
        ]
    })
}

/// Any object.
pub(crate) fn object() -> impl Strategy<Value = Value> {
    members(value()).prop_map(Value::Object)
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((key(), inner), 0..6).prop_map(|members| members.into_iter().collect())
}

/// How a text is laid out: one choice after the other, over again when they run out.
#[derive(Debug, Clone)]
pub(crate) struct Choices(Vec<u8>, usize);

impl Choices {
    /// The next choice among `count`.
    fn next(&mut self, count: u8) -> u8 {
        self.1 += 1;
        self.0[self.1 % self.0.len()] % count
    }
}

/// Any choices.
pub(crate) fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u8>(), 1..24).prop_map(|bytes| Choices(bytes, 0))
}

/// JSON in some layout.
pub(crate) fn json_text(value: &Value, choices: &mut Choices) -> String {
    let mut text = String::new();
    if choices.next(6) == 0 {
        text.push('\u{feff}');
    }
    let line = ["", " ", "\n", "\r\n", "\t"][usize::from(choices.next(5))];
    write_json(value, line, choices, &mut text);
    if choices.next(2) == 0 {
        text.push('\n');
    }
    text
}

fn write_json(value: &Value, line: &str, choices: &mut Choices, text: &mut String) {
    let space = |choices: &mut Choices| if choices.next(3) == 0 { " " } else { "" };
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                text.push_str(line);
                write_json(item, line, choices, text);
                text.push_str(space(choices));
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                text.push_str(line);
                let colon = ["", " "][usize::from(choices.next(2))];
                write!(text, "{}:{colon}", Value::from(key.as_str())).unwrap();
                write_json(value, line, choices, text);
                text.push_str(space(choices));
            }
            text.push_str(line);
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// Block YAML with comments, blank lines, brackets, anchors' stars in texts: an object's.
pub(crate) fn yaml_text(value: &Value, choices: &mut Choices) -> String {
    let Value::Object(members) = value else {
        panic!("an object is asked for")
    };
    if members.is_empty() {
        return "{} # nothing\n".to_owned();
    }
    let mut text = String::new();
    if choices.next(4) == 0 {
        text.push_str("# head\n---\n");
    }
    write_members(members, 0, choices, &mut text);
    if choices.next(3) == 0 {
        text.push_str("# tail\n");
    }
    if choices.next(3) == 0 {
        text.pop();
    }
    if choices.next(4) == 0 {
        text.replace('\n', "\r\n")
    } else {
        text
    }
}

fn write_members(
    members: &Map<String, Value>,
    column: usize,
    choices: &mut Choices,
    text: &mut String,
) {
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 || column == 0 {
            noise(column, choices, text);
            write!(text, "{:column$}", "").unwrap();
        }
        write!(text, "{}:", quoted(key)).unwrap();
        write_value(value, column, choices, text);
    }
}

/// A value behind a colon or a dash, with its line end.
fn write_value(value: &Value, column: usize, choices: &mut Choices, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() && choices.next(4) > 0 => {
            text.push_str(comment(choices));
            write!(text, "\n{:1$}", "", column + 2).unwrap();
            write_members(members, column + 2, choices, text);
        }
        Value::Array(items) if !items.is_empty() && choices.next(4) > 0 => {
            text.push_str(comment(choices));
            text.push('\n');
            for item in items {
                noise(column + 2, choices, text);
                write!(text, "{:1$}-", "", column + 2).unwrap();
                match item {
                    Value::Object(members) if !members.is_empty() && choices.next(2) == 0 => {
                        text.push(' ');
                        write_members(members, column + 4, choices, text);
                    }
                    other => write_value(other, column + 2, choices, text),
                }
            }
        }
        Value::Null if choices.next(2) == 0 => {
            text.push_str(comment(choices));
            text.push('\n');
        }
        Value::String(word) if is_literal(word) && choices.next(2) == 0 => {
            text.push_str(" |\n");
            for line in word.lines() {
                writeln!(text, "{:1$}{line}", "", column + 2).unwrap();
            }
        }
        Value::String(word) if choices.next(3) == 0 && is_single(word) => {
            writeln!(text, " '{}'{}", word.replace('\'', "''"), comment(choices)).unwrap();
        }
        other => writeln!(text, " {}{}", inline(other), comment(choices)).unwrap(),
    }
}

fn is_literal(word: &str) -> bool {
    word.ends_with('\n')
        && !word.ends_with("\n\n")
        && word
            .lines()
            .all(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && word
            .chars()
            .all(|c| c == '\n' || (c.is_ascii() && !c.is_control()))
}

fn is_single(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii() && !c.is_control())
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(word) if word.chars().all(|c| c.is_ascii_lowercase()) && word.len() > 5 => {
            word.clone()
        }
        Value::String(word) => quoted(word),
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(inline).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(members) => {
            let member =
                |(key, value): (&String, &Value)| format!("{}: {}", quoted(key), inline(value));
            format!(
                "{{{}}}",
                members.iter().map(member).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}

/// JSON's quotes, and escapes for what YAML does not print.
fn quoted(word: &str) -> String {
    let escape = |c: char| {
        let hidden =
            c.is_control() || matches!(u32::from(c), 0x2028 | 0x2029 | 0xfeff | 0xfff0..=0xffff);
        if hidden {
            format!("\\U{:08x}", u32::from(c))
        } else if matches!(c, '"' | '\\') {
            format!("\\{c}")
        } else {
            c.to_string()
        }
    };
    format!("\"{}\"", word.chars().map(escape).collect::<String>())
}

fn comment(choices: &mut Choices) -> &'static str {
    if choices.next(4) == 0 {
        " # note: it's \"here\""
    } else {
        ""
    }
}

fn noise(column: usize, choices: &mut Choices, text: &mut String) {
    match choices.next(8) {
        0 => text.push('\n'),
        1 => writeln!(text, "{:column$}# about", "").unwrap(),
        _ => {}
    }
}
