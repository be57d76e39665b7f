//! Edits of JSON text: what comes in is laid out like its neighbours, nothing else moves.

use super::view::find;
use super::{Change, Step, line_end};
use crate::document::tree::{Content, Node, Span};
use crate::{Document, Value};

/// The text with the change made. JSON says everything about its places, so there is one.
pub(super) fn candidates(document: &Document, change: &Change) -> Vec<String> {
    let Some(root) = document.located() else {
        return Vec::new();
    };
    change_text(document.text(), &root, document.value(), change)
        .into_iter()
        .collect()
}

/// The text with the change made below this root.
pub(super) fn change_text(
    text: &str,
    root: &Node,
    view: &Value,
    change: &Change,
) -> Option<String> {
    let page = Page {
        text,
        unit: indent_unit(text, root),
        pretty: is_pretty(text, root),
    };
    match change {
        Change::Replace { path, value } => {
            let node = node_at(root, path)?;
            let parent = path
                .split_last()
                .and_then(|(_, before)| node_at(root, before));
            let layout = page.layout(parent.unwrap_or(root), Some(node.span.start));
            Some(splice(text, node.span.clone(), &layout.value(value)))
        }
        Change::Add { object, key, value } => {
            let node = node_at(root, object)?;
            let layout = page.layout(node, None);
            let entry = format!("{}{}{}", quoted(key), layout.colon, layout.value(value));
            Some(page.insert(node, entries(node).len(), &entry, &layout))
        }
        Change::Insert { list, index, value } => {
            let node = node_at(root, list)?;
            let layout = page.layout(node, None);
            Some(page.insert(node, *index, &layout.value(value), &layout))
        }
        Change::Remove { path } => {
            let (last, before) = path.split_last()?;
            let node = node_at(root, before)?;
            page.remove(node, position(find(view, before)?, last)?)
        }
        Change::Move { list, from, to } => page.shift(node_at(root, list)?, *from, *to),
        Change::Rename { path, key } => {
            let (Step::Key(old), before) = path.split_last()? else {
                return None;
            };
            let member = node_at(root, before)?.member(old)?;
            Some(splice(text, member.key_span.clone(), &quoted(key)))
        }
    }
}

/// A value as JSON on one line, as in a flow of YAML.
pub(crate) fn inline(value: &Value) -> String {
    let colon = ": ".to_owned();
    Layout {
        line: None,
        unit: String::new(),
        line_end: "\n",
        colon,
        comma: ", ".to_owned(),
    }
    .value(value)
}

/// A text in JSON's quotes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The node a path leads to.
pub(super) fn node_at<'n>(root: &'n Node, path: &[Step]) -> Option<&'n Node> {
    path.iter()
        .try_fold(root, |node, step| match (&node.content, step) {
            (Content::Object(_), Step::Key(key)) => node.member(key).map(|member| &member.value),
            (Content::Array(items), Step::Index(index)) => items.get(*index),
            _ => None,
        })
}

/// The text with a stretch of it replaced.
pub(super) fn splice(text: &str, span: Span, new: &str) -> String {
    let mut spliced = String::with_capacity(text.len() + new.len());
    spliced.push_str(&text[..span.start]);
    spliced.push_str(new);
    spliced.push_str(&text[span.end..]);
    spliced
}

/// Which part of a list or object a step names.
fn position(parent: &Value, step: &Step) -> Option<usize> {
    match (parent, step) {
        (Value::Object(members), Step::Key(key)) => members.iter().position(|(k, _)| k == key),
        (Value::Array(_), Step::Index(index)) => Some(*index),
        _ => None,
    }
}

/// Where the parts of a list or object stand, with their keys.
fn entries(node: &Node) -> Vec<Span> {
    match &node.content {
        Content::Scalar => Vec::new(),
        Content::Array(items) => items.iter().map(|item| item.span.clone()).collect(),
        Content::Object(members) => members
            .iter()
            .map(|m| m.key_span.start..m.value.span.end)
            .collect(),
    }
}

/// A text and the habits of its writer.
struct Page<'t> {
    text: &'t str,
    unit: String,
    pretty: bool,
}

/// How a new value is written at some place.
struct Layout {
    /// The indentation of the line it stands in; none: everything on one line.
    line: Option<String>,
    unit: String,
    line_end: &'static str,
    colon: String,
    comma: String,
}

impl Page<'_> {
    /// The layout for a value in this list or object: at a place that is there, or a new one.
    fn layout(&self, parent: &Node, at: Option<usize>) -> Layout {
        let entries = entries(parent);
        let pretty = match entries.first() {
            Some(first) => self.text[parent.span.start..first.start].contains('\n'),
            None => self.pretty,
        };
        let line = pretty.then(|| match (at, entries.first()) {
            (Some(at), _) => line_indent(self.text, at).to_owned(),
            (None, Some(first)) => line_indent(self.text, first.start).to_owned(),
            (None, None) => line_indent(self.text, parent.span.start).to_owned() + &self.unit,
        });
        let colon = match parent.members().and_then(<[_]>::first) {
            Some(member) => self.text[member.key_span.end..member.value.span.start].to_owned(),
            None => (if self.is_tight() { ":" } else { ": " }).to_owned(),
        };
        let comma = if colon.ends_with(' ') { ", " } else { "," }.to_owned();
        Layout {
            line,
            unit: self.unit.clone(),
            line_end: line_end(self.text),
            colon,
            comma,
        }
    }

    /// Whether colons stand without a space, as far as the text shows one.
    fn is_tight(&self) -> bool {
        !self.text.contains("\": ") && self.text.contains("\":")
    }

    fn insert(&self, node: &Node, index: usize, entry: &str, layout: &Layout) -> String {
        let entries = entries(node);
        let inside = node.span.start + 1..node.span.end - 1;
        if entries.is_empty() {
            let filled = match &layout.line {
                Some(line) => {
                    let outer = line_indent(self.text, node.span.start);
                    let end = layout.line_end;
                    format!("{end}{line}{entry}{end}{outer}")
                }
                None => entry.to_owned(),
            };
            return splice(self.text, inside, &filled);
        }
        // The gap between two neighbours is what separates the new one as well.
        let gap = match index.min(entries.len() - 1).max(1) {
            right if entries.len() > 1 => {
                self.text[entries[right - 1].end..entries[right].start].to_owned()
            }
            _ => {
                let space = &self.text[inside.start..entries[0].start];
                if space.is_empty() {
                    layout.comma.clone()
                } else {
                    format!(",{space}")
                }
            }
        };
        let (at, new) = entries.get(index).map_or_else(
            || (entries[entries.len() - 1].end, format!("{gap}{entry}")),
            |right| (right.start, format!("{entry}{gap}")),
        );
        splice(self.text, at..at, &new)
    }

    fn remove(&self, node: &Node, index: usize) -> Option<String> {
        let entries = entries(node);
        let gone = match (entries.get(index)?, entries.get(index + 1)) {
            (_, None) if index == 0 => node.span.start + 1..node.span.end - 1,
            (entry, Some(next)) => entry.start..next.start,
            (entry, None) => entries[index - 1].end..entry.end,
        };
        Some(splice(self.text, gone, ""))
    }

    /// Moves an item; what stands between the items stays.
    fn shift(&self, node: &Node, from: usize, to: usize) -> Option<String> {
        let entries = entries(node);
        let mut order: Vec<usize> = (0..entries.len()).collect();
        if from.max(to) >= order.len() {
            return None;
        }
        let moved = order.remove(from);
        order.insert(to, moved);
        let mut text = self.text[..entries[0].start].to_owned();
        for (slot, &entry) in order.iter().enumerate() {
            text.push_str(&self.text[entries[entry].clone()]);
            let next = entries
                .get(slot + 1)
                .map_or(self.text.len(), |next| next.start);
            text.push_str(&self.text[entries[slot].end..next]);
        }
        Some(text)
    }
}

impl Layout {
    fn value(&self, value: &Value) -> String {
        let mut text = String::new();
        self.write(value, self.line.as_deref(), &mut text);
        text
    }

    fn write(&self, value: &Value, line: Option<&str>, text: &mut String) {
        match value {
            Value::Null => text.push_str("null"),
            Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => text.push_str(number),
            Value::String(string) => text.push_str(&quoted(string)),
            Value::Array(items) => {
                self.write_parts(
                    ['[', ']'],
                    items.iter().map(|item| (None, item)),
                    line,
                    text,
                );
            }
            Value::Object(members) => {
                let parts = members
                    .iter()
                    .map(|(key, value)| (Some(key.as_str()), value));
                self.write_parts(['{', '}'], parts, line, text);
            }
        }
    }

    fn write_parts<'v>(
        &self,
        [open, close]: [char; 2],
        parts: impl ExactSizeIterator<Item = (Option<&'v str>, &'v Value)>,
        line: Option<&str>,
        text: &mut String,
    ) {
        text.push(open);
        let inner = line
            .filter(|_| parts.len() > 0)
            .map(|line| format!("{line}{}", self.unit));
        let new_line = |indent: Option<&str>, text: &mut String| {
            if let Some(indent) = indent {
                text.push_str(self.line_end);
                text.push_str(indent);
            }
        };
        for (index, (key, value)) in parts.enumerate() {
            if index > 0 {
                text.push_str(if inner.is_some() { "," } else { &self.comma });
            }
            new_line(inner.as_deref(), text);
            if let Some(key) = key {
                text.push_str(&quoted(key));
                text.push_str(&self.colon);
            }
            self.write(value, inner.as_deref(), text);
        }
        new_line(line.filter(|_| inner.is_some()), text);
        text.push(close);
    }
}

/// The spaces and tabs at the beginning of the line that this place is in.
fn line_indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[start..at];
    &line[..line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len())]
}

fn is_pretty(text: &str, root: &Node) -> bool {
    entries(root)
        .first()
        .is_some_and(|first| text[root.span.start..first.start].contains('\n'))
}

/// What one level of indentation is: that of the outermost parts, two spaces where they have none.
fn indent_unit(text: &str, root: &Node) -> String {
    let first = entries(root)
        .first()
        .map(|first| line_indent(text, first.start).to_owned());
    first
        .filter(|unit| !unit.is_empty() && is_pretty(text, root))
        .unwrap_or("  ".to_owned())
}
