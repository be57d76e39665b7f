//! Markdown with front matter, as rule and template files have it.
//!
//! The text below the front matter is kept byte for byte. The front matter is meant to be YAML,
//! but real files hold what YAML refuses (`globs: *.ts`, `description: {{ description }}`); then
//! each entry is read by itself and what still cannot be read is text. So Markdown is always
//! readable, and a mistake in one line never hides the others.

use std::ops::Range;

use crate::Value;
use crate::document::tree::{Content, Located, Member, Node, Style, View};
use crate::document::yaml;

/// The key under which the text below the front matter appears in the view.
pub(crate) const BODY: &str = "body";

/// Where front matter and body stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The lines between the `---` lines, when there are any such.
    pub front: Option<Range<usize>>,
    /// Everything below, or everything.
    pub body: Range<usize>,
}

/// One entry of a front matter: `key: …` and the lines that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key.
    pub key: String,
    /// Its lines, with the last line end.
    pub span: Range<usize>,
}

/// Divides a text. Front matter begins in the first line and ends with a line of its own.
pub(crate) fn parts(text: &str) -> Parts {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut lines = lines(text, start..text.len());
    if lines
        .next()
        .is_some_and(|line| text[line].trim_end() == "---")
    {
        let mut front_start = None;
        for line in lines {
            let begin = *front_start.get_or_insert(line.start);
            if text[line.clone()].trim_end() == "---" {
                return Parts {
                    front: Some(begin..line.start),
                    body: line.end..text.len(),
                };
            }
        }
    }
    Parts {
        front: None,
        body: start..text.len(),
    }
}

/// The view: keys of the front matter, then [`BODY`].
pub(crate) fn read(text: &str) -> Value {
    let parts = parts(text);
    let mut members = parts
        .front
        .clone()
        .map_or_else(Vec::new, |front| front_members(text, front));
    members.retain(|(key, _)| key != BODY);
    members.push((BODY.to_owned(), Value::String(text[parts.body].to_owned())));
    Value::Object(members)
}

/// Places of front matter values and of the body.
pub(crate) fn located(text: &str) -> Node {
    let parts = parts(text);
    let mut members = Vec::new();
    if let Some(front) = parts.front {
        let whole = yaml::read(&text[front.clone()], &mut Located).ok();
        match whole.map(|node| shifted(node, front.start).content) {
            Some(Content::Object(found)) => members = found,
            _ => members.extend(entries(text, front).into_iter().map(|entry| Member {
                key: entry.key,
                key_span: entry.span.clone(),
                value: Node {
                    span: entry.span,
                    style: Style::Flow,
                    content: Content::Scalar,
                },
            })),
        }
    }
    members.retain(|member| member.key != BODY);
    members.push(Member {
        key: BODY.to_owned(),
        key_span: parts.body.clone(),
        value: Node {
            span: parts.body,
            style: Style::Flow,
            content: Content::Scalar,
        },
    });
    Node {
        span: 0..text.len(),
        style: Style::Block,
        content: Content::Object(members),
    }
}

fn front_members(text: &str, front: Range<usize>) -> Vec<(String, Value)> {
    if let Ok(Value::Object(members)) = yaml::read(&text[front.clone()], &mut View) {
        return members;
    }
    let mut members: Vec<(String, Value)> = Vec::new();
    for entry in entries(text, front) {
        if members.iter().all(|(key, _)| *key != entry.key) {
            members.push((
                entry.key.clone(),
                entry_value(&text[entry.span], &entry.key),
            ));
        }
    }
    members
}

/// The entries of a front matter by indentation alone: a line that begins with a word and a colon
/// opens one; blank, indented, list and comment lines go on with it.
pub(crate) fn entries(text: &str, front: Range<usize>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines(text, front) {
        match (entry_key(&text[line.clone()]), entries.last_mut()) {
            (Some(key), _) => entries.push(Entry {
                key: key.to_owned(),
                span: line,
            }),
            (None, Some(entry)) => entry.span.end = line.end,
            (None, None) => {}
        }
    }
    entries
}

fn entry_key(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', '-', '{', '[']) {
        return None;
    }
    let (key, rest) = line.split_once(':')?;
    let separated = rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']);
    let key = key.trim_end();
    let key = unquoted(key).unwrap_or(key);
    (separated && !key.is_empty()).then_some(key)
}

fn entry_value(entry: &str, key: &str) -> Value {
    if let Ok(Value::Object(mut members)) = yaml::read(entry, &mut View)
        && members.len() == 1
        && members[0].0 == key
    {
        return members.remove(0).1;
    }
    let raw = entry.split_once(':').map_or("", |(_, rest)| rest).trim();
    match raw
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
    {
        // Globs without quotes: YAML takes `*` for an alias.
        Some(inner) if !raw.contains("{{") => Value::Array(
            inner
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(unquoted(item).unwrap_or(item).to_owned()))
                .collect(),
        ),
        _ => Value::String(unquoted(raw).unwrap_or(raw).to_owned()),
    }
}

/// What is between a pair of like quotes.
fn unquoted(text: &str) -> Option<&str> {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

/// Ranges of the lines, with their line ends (LF, CRLF; a lone CR ends no line in Markdown).
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    text[range].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

fn shifted(node: Node, by: usize) -> Node {
    let content = match node.content {
        Content::Scalar => Content::Scalar,
        Content::Array(items) => {
            Content::Array(items.into_iter().map(|item| shifted(item, by)).collect())
        }
        Content::Object(members) => Content::Object(
            members
                .into_iter()
                .map(|member| Member {
                    key: member.key,
                    key_span: member.key_span.start + by..member.key_span.end + by,
                    value: shifted(member.value, by),
                })
                .collect(),
        ),
    };
    Node {
        span: node.span.start + by..node.span.end + by,
        style: node.style,
        content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value, key: &str) -> Option<String> {
        value.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    #[test]
    fn front_matter_and_body_are_divided_at_whole_lines() {
        let source = "\u{feff}---\r\nname: 周报\r\n---\r\nbody ---\n";
        let found = parts(source);
        assert_eq!(&source[found.front.clone().unwrap()], "name: 周报\r\n");
        assert_eq!(&source[found.body], "body ---\n");
        assert_eq!(parts("---\nno end").front, None);
        assert_eq!(parts("--- x\n---\n").front, None);
        assert_eq!(parts("---\n---\nx").front, Some(4..4));
    }

    #[test]
    fn what_yaml_refuses_is_read_entry_by_entry() {
        let value = read(
            "---\ndescription: use when: always\nglobs: *.ts,*.tsx\nlist: [*.a, \"*.b\"]\n\
             alwaysApply: true\nvars: {{ items|default([]) }}\nnested:\n  - one\n---\nText",
        );
        assert_eq!(
            text(&value, "description").as_deref(),
            Some("use when: always")
        );
        assert_eq!(text(&value, "globs").as_deref(), Some("*.ts,*.tsx"));
        let list = value.get("list").and_then(Value::as_array).unwrap();
        assert_eq!(
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            ["*.a", "*.b"]
        );
        assert_eq!(value.get("alwaysApply"), Some(&Value::Bool(true)));
        assert_eq!(
            text(&value, "vars").as_deref(),
            Some("{{ items|default([]) }}")
        );
        assert_eq!(
            value.pointer("/nested/0").and_then(Value::as_str),
            Some("one")
        );
        assert_eq!(text(&value, "body").as_deref(), Some("Text"));
    }

    #[test]
    fn a_front_matter_key_body_does_not_hide_the_text() {
        let value = read("---\nbody: hidden\n---\nshown");
        assert_eq!(text(&value, BODY).as_deref(), Some("shown"));
        assert_eq!(value.as_object().map(<[_]>::len), Some(1));
    }
}
