//! Edits of Markdown with front matter: the text below is replaced as a whole, the front matter
//! edited as the YAML it is meant to be, or entry by entry where it is none.

use super::yaml_text::member_line;
use super::{Change, Step, json::splice, line_end, view, yaml};
use crate::document::markdown::{BODY, Entry, entries, parts};
use crate::document::tree::View;
use crate::document::yaml as yaml_reader;
use crate::{Document, Value};

/// Texts with the change made, the least intrusive first. `wanted` is corrected to what Markdown
/// can say: the body comes last, with the line ends of the text.
pub(super) fn candidates(document: &Document, wanted: &mut Value, change: &Change) -> Vec<String> {
    let text = document.text();
    let Value::Object(members) = wanted else {
        return Vec::new();
    };
    let Some(body_at) = members.iter().position(|(key, _)| key == BODY) else {
        return Vec::new();
    };
    let mut body = members.remove(body_at);
    if let Value::String(body) = &mut body.1 {
        *body = with_line_ends(body, text);
    }
    let front_wanted = Value::Object(members.clone());
    members.push(body.clone());
    match (top_key(change), body.1) {
        (Some(BODY), Value::String(body)) => body_candidates(text, &body),
        (Some(BODY) | None, _) => Vec::new(),
        (Some(key), _) => front_candidates(text, key, &front_wanted, change),
    }
}

fn body_candidates(text: &str, body: &str) -> Vec<String> {
    let parts = parts(text);
    let end = line_end(text);
    let before = &text[..parts.body.start];
    // A body that begins with `---` would be taken for front matter, so it gets an empty one.
    vec![
        format!("{before}{body}"),
        format!("{before}---{end}---{end}{body}"),
    ]
}

fn front_candidates(text: &str, key: &str, wanted: &Value, change: &Change) -> Vec<String> {
    let parts = parts(text);
    let end = line_end(text);
    let Some(front) = parts.front else {
        let start = parts.body.start;
        let lines = entry_lines(wanted, change, key, end);
        return vec![splice(
            text,
            start..start,
            &format!("---{end}{lines}---{end}"),
        )];
    };
    let mut candidates = Vec::new();
    let source = &text[front.clone()];
    if let Ok(view @ Value::Object(_)) = yaml_reader::read(source, &mut View)
        && view.get(BODY).is_none()
    {
        let edited = yaml::candidates(source, &view, wanted, change);
        candidates.extend(edited.iter().map(|new| splice(text, front.clone(), new)));
    }
    let lines = entry_lines(wanted, change, key, end);
    let entries = entries(text, front.clone());
    let span = match entries.iter().find(|entry: &&Entry| entry.key == key) {
        Some(entry) => entry.span.clone(),
        None => front.end..front.end,
    };
    candidates.push(splice(text, span, &lines));
    candidates
}

/// The entry as it shall be: nothing when it goes, under its new key when it is renamed.
fn entry_lines(wanted: &Value, change: &Change, key: &str, line_end: &str) -> String {
    let key = match change {
        Change::Rename { path, key } if path.len() == 1 => key,
        _ => key,
    };
    let value = view::find(wanted, &[Step::Key(key.to_owned())]);
    value.map_or_else(String::new, |value| member_line(key, value, 0, line_end))
}

/// The front matter key, or the body, that a change is about.
fn top_key(change: &Change) -> Option<&str> {
    let (path, key) = match change {
        Change::Replace { path, .. } | Change::Remove { path } | Change::Rename { path, .. } => {
            (path, None)
        }
        Change::Add { object, key, .. } => (object, Some(key.as_str())),
        Change::Insert { list, .. } | Change::Move { list, .. } => (list, None),
    };
    match path.first() {
        Some(Step::Key(key)) => Some(key),
        Some(Step::Index(_)) => None,
        None => key,
    }
}

/// A text as typed into a field (LF) with the line ends of the file it goes into.
fn with_line_ends(body: &str, text: &str) -> String {
    if line_end(text) == "\r\n" && !body.contains('\r') {
        body.replace('\n', "\r\n")
    } else {
        body.to_owned()
    }
}
