//! How two versions of a document differ, in the words of its forms.
//!
//! Not a patch: the answer is for a person who decides whether to keep or to go back. Items of
//! lists are the same item when their ids are, else their names, else their content, so that a
//! task put in front of ten others is one addition and not eleven changes.

mod list;
mod text;

pub use text::line_difference;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::shape::{FROM, Item, TO, embedded_list};
use crate::value::push_token;
use crate::{Document, Kind, Value};

/// The longest text shown of one side, in characters.
const SHOWN_CHARACTERS: usize = 2000;

/// The field of a change that is in the text alone: spaces, comments, order of keys.
const LAYOUT: &str = "layout";

/// The named part of a document that a change is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Subject {
    /// What it is: `task`, `stage`, `transition`, `node`, `edge`, `milestone`, `epic`, `story`,
    /// `variable`. Ends the catalogue keys `subject_…`.
    pub kind: String,
    /// What a person calls it.
    pub name: String,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Changed,
    /// It stands at another place in its list.
    Moved,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Difference {
    /// Where (RFC 6901): in the later version, or in the earlier one for what is gone.
    pub path: String,
    /// The part it is in, or which it is; none for the document's own fields.
    pub subject: Option<Subject>,
    /// The field, as keys below the subject joined by dots (`retry.limit`); none when the subject
    /// itself came, went or moved. `layout` when only spacing or comments differ, `format` when
    /// one is JSON and the other YAML.
    pub field: Option<String>,
    /// What happened.
    pub change: DifferenceKind,
    /// What it was: a text as it is, anything else as JSON; of something moved its place, from 1.
    /// At most 2,000 characters.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// What changed from `before` to `after`, in the order of the later version. Empty when the texts
/// are equal.
pub fn differences(kind: Kind, before: &Document, after: &Document) -> Vec<Difference> {
    if before == after {
        return Vec::new();
    }
    let mut comparison = Comparison {
        kind,
        found: Vec::new(),
    };
    let whole = Position {
        path: String::new(),
        subject: None,
        field: String::new(),
    };
    if before.format() != after.format() {
        let (before, after) = (before.format().as_str(), after.format().as_str());
        let position = whole.field("format");
        comparison.push(
            &position,
            DifferenceKind::Changed,
            Some(before.into()),
            Some(after.into()),
        );
    }
    comparison.values(&whole, before.value(), after.value());
    if comparison.found.is_empty() {
        comparison.push(&whole.field(LAYOUT), DifferenceKind::Changed, None, None);
    }
    comparison.found
}

/// Where the comparison is.
#[derive(Debug, Clone)]
struct Position {
    path: String,
    subject: Option<Subject>,
    /// Keys below the subject.
    field: String,
}

impl Position {
    /// The same subject, another key of it (for things that are not in the document).
    fn field(&self, key: &str) -> Self {
        Self {
            field: key.to_owned(),
            ..self.clone()
        }
    }

    /// One key deeper.
    fn key(&self, key: &str) -> Self {
        let field = if self.field.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.field)
        };
        Self {
            path: push_token(&self.path, key),
            subject: self.subject.clone(),
            field,
        }
    }

    /// An item of the list that is here; a subject of its own when it has a name.
    fn item(&self, token: &str, kind: &str, item: &Value) -> Self {
        let path = push_token(&self.path, token);
        match item_name(kind, token, item) {
            Some(name) => {
                let subject = Some(Subject {
                    kind: kind.to_owned(),
                    name,
                });
                Self {
                    path,
                    subject,
                    field: String::new(),
                }
            }
            None => Self {
                path,
                subject: self.subject.clone(),
                field: self.field.clone(),
            },
        }
    }
}

struct Comparison {
    kind: Kind,
    found: Vec<Difference>,
}

impl Comparison {
    fn push(
        &mut self,
        position: &Position,
        change: DifferenceKind,
        before: Option<String>,
        after: Option<String>,
    ) {
        self.found.push(Difference {
            path: position.path.clone(),
            subject: position.subject.clone(),
            field: (!position.field.is_empty()).then(|| position.field.clone()),
            change,
            before,
            after,
        });
    }

    fn values(&mut self, position: &Position, before: &Value, after: &Value) {
        match (before, after) {
            _ if before == after => {}
            (Value::Object(before), Value::Object(after)) => {
                self.objects(position, before, after);
            }
            (Value::Array(before), Value::Array(after)) => self.lists(position, before, after),
            (Value::String(before), Value::String(after)) => self.texts(position, before, after),
            _ => {
                let change = match (before, after) {
                    (Value::Null, _) => DifferenceKind::Added,
                    (_, Value::Null) => DifferenceKind::Removed,
                    _ => DifferenceKind::Changed,
                };
                self.push(position, change, shown(before), shown(after));
            }
        }
    }

    fn objects(
        &mut self,
        position: &Position,
        before: &[(String, Value)],
        after: &[(String, Value)],
    ) {
        let kind = self.item_kind(&position.path);
        let inner = |key: &str, value: &Value| match kind {
            Some(kind) => position.item(key, kind, value),
            None => position.key(key),
        };
        let old: std::collections::HashMap<&str, &Value> = before
            .iter()
            .map(|(key, value)| (key.as_str(), value))
            .collect();
        let new: std::collections::HashSet<&str> =
            after.iter().map(|(key, _)| key.as_str()).collect();
        for (key, value) in after {
            let position = inner(key, value);
            match old.get(key.as_str()) {
                Some(old) => self.values(&position, old, value),
                None => self.came(&position, value),
            }
        }
        for (key, value) in before.iter().filter(|(key, _)| !new.contains(key.as_str())) {
            self.went(&inner(key, value), value);
        }
    }

    fn texts(&mut self, position: &Position, before: &str, after: &str) {
        // The list that older exports keep inside a text is compared as the list it is.
        if position.path == "/stages_data"
            && let (Some(before), Some(after)) = (embedded_list(before), embedded_list(after))
        {
            self.lists(position, &before, &after);
            return;
        }
        for (change, before, after) in text::changes(before, after) {
            self.push(position, change, before, after);
        }
    }

    fn came(&mut self, position: &Position, value: &Value) {
        let after = if position.field.is_empty() {
            None
        } else {
            shown(value)
        };
        self.push(position, DifferenceKind::Added, None, after);
    }

    fn went(&mut self, position: &Position, value: &Value) {
        let before = if position.field.is_empty() {
            None
        } else {
            shown(value)
        };
        self.push(position, DifferenceKind::Removed, before, None);
    }

    /// What the items of the list or object at this path are called.
    fn item_kind(&self, path: &str) -> Option<&'static str> {
        let key = path.strip_prefix('/').filter(|key| !key.contains('/'))?;
        match (self.kind, key) {
            (_, "tasks") => Some("task"),
            (Kind::Workflow, "stages" | "stages_data") => Some("stage"),
            (Kind::Workflow, "transitions") => Some("transition"),
            (Kind::Workflow, "nodes") => Some("node"),
            (Kind::Workflow, "edges") => Some("edge"),
            (Kind::Roadmap, "milestones") => Some("milestone"),
            (Kind::Roadmap, "epics") => Some("epic"),
            (Kind::Roadmap, "stories") => Some("story"),
            (Kind::Template, "variables") => Some("variable"),
            _ => None,
        }
    }
}

/// What a person calls an item of this kind: a transition by where it leads from and to.
fn item_name(kind: &str, token: &str, item: &Value) -> Option<String> {
    if matches!(kind, "transition" | "edge") {
        let end = |keys: &[&str]| item.get_any(keys).and_then(Value::as_word);
        if let (Some(from), Some(to)) = (end(&FROM), end(&TO)) {
            return Some(format!("{from} → {to}"));
        }
    }
    let key = token.parse::<usize>().is_err().then(|| token.to_owned());
    let item = Item {
        pointer: String::new(),
        value: std::borrow::Cow::Borrowed(item),
        key,
    };
    item.name().map(str::to_owned)
}

/// A value as it is shown; nothing for `null`.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) | Value::Number(text) => Some(shortened(text)),
        other => Some(shortened(&other.to_json().to_string())),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
