//! Values as YAML text, block style. Written so that YAML 1.1 readers agree: what such a reader
//! would take for a date, an octal number or a truth value gets quotes.

use super::json::inline;
use crate::Value;
use crate::document::yaml::plain_value;

/// What stands behind `key:` or `-`: the rest of that line, and the lines below it.
pub(super) struct Block {
    /// Behind the colon or dash, with its leading space; empty when everything is below.
    pub head: String,
    /// Whole lines with their line ends; empty when everything fits the head.
    pub below: String,
}

/// The quotes of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// None where that is safe.
    Plain,
    Single,
    Double,
}

/// A value behind a key or dash that stands in this column.
pub(super) fn block(value: &Value, column: usize, line_end: &str) -> Block {
    let inner = column + 2;
    match value {
        Value::Array(items) if !items.is_empty() => {
            let lines = items.iter().map(|item| item_lines(item, inner, line_end));
            Block {
                head: String::new(),
                below: lines.collect(),
            }
        }
        Value::Object(members) if !members.is_empty() => Block {
            head: String::new(),
            below: member_lines(members, inner, line_end),
        },
        Value::String(text) if is_block_text(text) => literal(text, inner, line_end),
        other => Block {
            head: format!(" {}", scalar(other, Quotes::Plain)),
            below: String::new(),
        },
    }
}

/// All members of an object whose keys stand in this column.
pub(super) fn member_lines(members: &[(String, Value)], column: usize, line_end: &str) -> String {
    members
        .iter()
        .map(|(key, value)| member_line(key, value, column, line_end))
        .collect()
}

/// One member with its line end.
pub(super) fn member_line(key: &str, value: &Value, column: usize, line_end: &str) -> String {
    let Block { head, below } = block(value, column, line_end);
    format!("{:column$}{}:{head}{line_end}{below}", "", key_text(key))
}

/// One item of a list whose dashes stand in this column, with its line end.
pub(super) fn item_lines(item: &Value, column: usize, line_end: &str) -> String {
    match item {
        Value::Object(members) if !members.is_empty() => {
            let lines = member_lines(members, column + 2, line_end);
            format!("{:column$}- {}", "", lines.trim_start_matches(' '))
        }
        other => {
            let Block { head, below } = block(other, column, line_end);
            format!("{:column$}-{head}{line_end}{below}", "")
        }
    }
}

/// A key; only letters, digits and the like stand without quotes.
pub(super) fn key_text(key: &str) -> String {
    scalar(&Value::String(key.to_owned()), Quotes::Plain)
}

/// A value on one line.
pub(super) fn scalar(value: &Value, quotes: Quotes) -> String {
    match value {
        Value::String(text) => match quotes {
            Quotes::Plain if is_plain(text) => text.clone(),
            Quotes::Single if text.chars().all(is_printable) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            _ => double_quoted(text),
        },
        other => inline(other),
    }
}

/// JSON's quotes and escapes, and YAML's for what it calls unprintable.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            printable if is_printable(printable) => quoted.push(printable),
            other => {
                let code = format!("\\U{:08X}", u32::from(other));
                quoted.push_str(&code);
            }
        }
    }
    quoted.push('"');
    quoted
}

fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(
            u32::from(character),
            0x2028 | 0x2029 | 0xfeff | 0xfff0..=0xffff
        )
}

/// Whether a text can stand without quotes, as a value, a key and inside brackets alike.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '_' | '-' | '.' | '/' | '(' | ')' | '+' | '=' | '$' | ';'
            )
            || matches!(
                c,
                '、' | '，'
                    | '。'
                    | '：'
                    | '；'
                    | '（'
                    | '）'
                    | '《'
                    | '》'
                    | '！'
                    | '？'
                    | '·'
                    | '—'
            )
    };
    let starts_well = text.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/');
    let old_truth = ["y", "n", "yes", "no", "on", "off"];
    starts_well
        && !text.ends_with(' ')
        && text.chars().all(harmless)
        && matches!(plain_value(text), Value::String(_))
        && !old_truth.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a text reads best as lines of its own.
fn is_block_text(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || is_printable(c))
}

/// A `|` text; the mark behind it says how many line ends it closes with.
fn literal(text: &str, column: usize, line_end: &str) -> Block {
    let head = match (text.ends_with('\n'), text.ends_with("\n\n")) {
        (_, true) => " |+",
        (true, false) => " |",
        (false, false) => " |-",
    };
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let below = lines.map(|line| match line {
        "" => line_end.to_owned(),
        line => format!("{:column$}{line}{line_end}", ""),
    });
    Block {
        head: head.to_owned(),
        below: below.collect(),
    }
}
