//! Edits of YAML text. Where things stand is known, how far they reach is not always, so every
//! way of changing the text is a proposal: the nearest first, then the list or object around it
//! written anew, and so on outwards. The caller takes the first that reads as it should.

use super::json::{change_text, node_at, splice};
use super::view::find;
use super::yaml_text::{
    Block, Quotes, block, item_lines, key_text, member_line, member_lines, scalar,
};
use super::{Change, Step, line_end};
use crate::Value;
use crate::document::tree::{Content, Located, Node, Span, Style};
use crate::document::yaml;

/// Texts with the change made, the least intrusive first.
pub(super) fn candidates(text: &str, view: &Value, wanted: &Value, change: &Change) -> Vec<String> {
    let Ok(root) = yaml::read(text, &mut Located) else {
        return Vec::new();
    };
    let page = Page {
        text,
        root: &root,
        line_end: line_end(text),
    };
    let mut candidates = page.nearest(view, change);
    let container: &[Step] = match change {
        Change::Replace { path, .. } | Change::Remove { path } | Change::Rename { path, .. } => {
            &path[..path.len().saturating_sub(1)]
        }
        Change::Add { object: path, .. }
        | Change::Insert { list: path, .. }
        | Change::Move { list: path, .. } => path,
    };
    for length in (1..=container.len()).rev() {
        let around = &container[..length];
        if let Some(value) = find(wanted, around) {
            candidates.extend(page.replaced(around, value));
        }
    }
    candidates.extend(page.rewritten(wanted));
    candidates
}

struct Page<'t> {
    text: &'t str,
    root: &'t Node,
    line_end: &'static str,
}

impl Page<'_> {
    /// The changes that concern only the place itself.
    fn nearest(&self, view: &Value, change: &Change) -> Vec<String> {
        let container = match change {
            Change::Replace { path, value } => return self.replaced(path, value),
            Change::Remove { path } | Change::Rename { path, .. } => path
                .split_last()
                .and_then(|(_, before)| node_at(self.root, before)),
            Change::Add { object: path, .. }
            | Change::Insert { list: path, .. }
            | Change::Move { list: path, .. } => node_at(self.root, path),
        };
        let Some(container) = container else {
            return Vec::new();
        };
        if container.style == Style::Flow && !matches!(change, Change::Rename { .. }) {
            // In brackets YAML is as JSON.
            return change_text(self.text, self.root, view, change)
                .into_iter()
                .collect();
        }
        let changed = match change {
            Change::Replace { .. } => None,
            Change::Add { key, value, .. } => self.with_member(container, key, value),
            Change::Insert { index, value, .. } => self.with_item(container, *index, value),
            Change::Move { from, to, .. } => self.with_move(container, *from, *to),
            Change::Remove { path } => self.without(container, path),
            Change::Rename { path, key } => path.last().and_then(|step| match step {
                Step::Key(old) => {
                    let member = container.member(old)?;
                    Some(splice(self.text, member.key_span.clone(), &key_text(key)))
                }
                Step::Index(_) => None,
            }),
        };
        changed.into_iter().collect()
    }

    /// Another value at this path: first within the old one's own characters, then as a block.
    fn replaced(&self, path: &[Step], value: &Value) -> Vec<String> {
        let Some((last, before)) = path.split_last() else {
            return Vec::new();
        };
        let (Some(parent), Some(node)) = (node_at(self.root, before), node_at(self.root, path))
        else {
            return Vec::new();
        };
        if parent.style == Style::Flow {
            return vec![splice(
                self.text,
                node.span.clone(),
                &super::json::inline(value),
            )];
        }
        let mut candidates = Vec::new();
        let old = &self.text[node.span.clone()];
        let is_word =
            matches!(node.content, Content::Scalar) && !old.is_empty() && !old.contains('\n');
        let Some((mark, column)) = self.mark(parent, last) else {
            return candidates;
        };
        let Block { head, below } = block(value, column, self.line_end);
        if is_word && below.is_empty() {
            let quotes = match old.chars().next() {
                Some('"') => Quotes::Double,
                Some('\'') => Quotes::Single,
                _ => Quotes::Plain,
            };
            candidates.push(splice(self.text, node.span.clone(), &scalar(value, quotes)));
        }
        // From behind the colon or dash on, with whatever tag or anchor stood there.
        let end = self.content_end(node).max(mark);
        let rest = self.line_rest(end);
        let comment = &self.text[end..rest];
        let new = if below.is_empty() {
            format!("{head}{comment}")
        } else {
            format!(
                "{head}{comment}{}{}",
                self.line_end,
                below.trim_end_matches(['\r', '\n'])
            )
        };
        candidates.push(splice(self.text, mark..rest, &new));
        candidates
    }

    /// The end of `key:` or `-`, and the column of the key or dash.
    fn mark(&self, parent: &Node, step: &Step) -> Option<(usize, usize)> {
        match step {
            Step::Key(key) => {
                let key = &parent.member(key)?.key_span;
                let colon = self.text[key.end..].find(':')? + key.end;
                Some((colon + 1, self.column(key.start)))
            }
            Step::Index(index) => {
                let dash = self.dash(parent.items()?.get(*index)?)?;
                Some((dash + 1, self.column(dash)))
            }
        }
    }

    /// The dash in front of an item.
    fn dash(&self, item: &Node) -> Option<usize> {
        let before = self.text[..item.span.start].trim_end_matches([' ', '\t', '\r', '\n']);
        before.ends_with('-').then(|| before.len() - 1)
    }

    fn with_member(&self, object: &Node, key: &str, value: &Value) -> Option<String> {
        let members = object.members()?;
        let column = self.column(members.first()?.key_span.start);
        let end = self.entry_end(&members.last()?.value);
        Some(self.with_lines(end, &member_line(key, value, column, self.line_end)))
    }

    fn with_item(&self, list: &Node, index: usize, value: &Value) -> Option<String> {
        let items = list.items()?;
        let first = self.dash(items.first()?)?;
        let lines = item_lines(value, self.column(first), self.line_end);
        let at = match index.checked_sub(1) {
            Some(before) => self.entry_end(items.get(before)?),
            None => self.own_line(first)?,
        };
        Some(self.with_lines(at, &lines))
    }

    /// Whole items change places, with the comments above them.
    fn with_move(&self, list: &Node, from: usize, to: usize) -> Option<String> {
        let items = list.items()?;
        let start = self.own_line(self.dash(items.first()?)?)?;
        let mut at = start;
        let mut chunks: Vec<String> = Vec::new();
        for item in items {
            let end = self.entry_end(item);
            let mut chunk = self.text.get(at..end)?.to_owned();
            if !chunk.ends_with('\n') {
                chunk.push_str(self.line_end);
            }
            chunks.push(chunk);
            at = end;
        }
        if from.max(to) >= chunks.len() {
            return None;
        }
        let moved = chunks.remove(from);
        chunks.insert(to, moved);
        Some(splice(self.text, start..at, &chunks.concat()))
    }

    fn without(&self, container: &Node, path: &[Step]) -> Option<String> {
        let (last, before) = path.split_last()?;
        let (parts, index): (Vec<(usize, usize)>, usize) = match (&container.content, last) {
            (Content::Object(members), Step::Key(key)) => (
                members
                    .iter()
                    .map(|m| (m.key_span.start, self.entry_end(&m.value)))
                    .collect(),
                members.iter().position(|member| member.key == *key)?,
            ),
            (Content::Array(items), Step::Index(index)) => (
                items
                    .iter()
                    .map(|item| Some((self.dash(item)?, self.entry_end(item))))
                    .collect::<Option<_>>()?,
                *index,
            ),
            _ => return None,
        };
        if parts.len() == 1 {
            // A block cannot be empty; what is left is written in brackets.
            let empty = match last {
                Step::Key(_) => Value::Object(Vec::new()),
                Step::Index(_) => Value::Array(Vec::new()),
            };
            return self.replaced(before, &empty).pop();
        }
        let (start, end) = *parts.get(index)?;
        let gone: Span = match (self.own_line(start), parts.get(index + 1)) {
            (Some(line), _) => line..end,
            (None, Some((next, _))) => start..*next,
            (None, None) => return None,
        };
        Some(splice(self.text, gone, ""))
    }

    /// The text with whole lines put in at the beginning of a line.
    fn with_lines(&self, at: usize, lines: &str) -> String {
        let open = at > 0 && !self.text[..at].ends_with('\n');
        let before = if open { self.line_end } else { "" };
        splice(self.text, at..at, &format!("{before}{lines}"))
    }

    /// The whole document written anew, below the comments it begins with.
    fn rewritten(&self, wanted: &Value) -> Vec<String> {
        let Value::Object(members) = wanted else {
            return Vec::new();
        };
        let lines = if members.is_empty() {
            format!("{{}}{}", self.line_end)
        } else {
            member_lines(members, 0, self.line_end)
        };
        let header = &self.text[..self.line_start(self.root.span.start)];
        vec![format!("{header}{lines}"), lines]
    }

    /// Where the last character of a value stands, as far as its lines go.
    fn content_end(&self, node: &Node) -> usize {
        match &node.content {
            Content::Array(items) if node.style == Style::Block => items
                .last()
                .map_or(node.span.end, |item| self.content_end(item)),
            Content::Object(members) if node.style == Style::Block => {
                members.last().map_or(node.span.end, |m| {
                    self.content_end(&m.value)
                        .max(m.key_span.end + 1)
                        .min(self.text.len())
                })
            }
            _ => node.span.start + self.text[node.span.clone()].trim_end().len(),
        }
    }

    /// Where the lines of a value end, with the last line end.
    fn entry_end(&self, node: &Node) -> usize {
        let rest = self.line_rest(self.content_end(node));
        self.text[rest..]
            .find('\n')
            .map_or(self.text.len(), |at| rest + at + 1)
    }

    /// The end of the line that this place is in, without its line end.
    fn line_rest(&self, at: usize) -> usize {
        let line = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end);
        at + self.text[at..line].trim_end_matches('\r').len()
    }

    fn line_start(&self, at: usize) -> usize {
        let mark = if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        self.text[..at].rfind('\n').map_or(mark, |end| end + 1)
    }

    /// The beginning of the line, when nothing but spaces stands before this place.
    fn own_line(&self, at: usize) -> Option<usize> {
        let start = self.line_start(at);
        self.text[start..at]
            .chars()
            .all(|c| c == ' ')
            .then_some(start)
    }

    /// How far from the beginning of its line a place is; dashes before it count as spaces.
    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }
}
