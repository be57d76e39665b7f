//! What lists, previews and plans show of a document.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::document::markdown::BODY;
use crate::run::Definition;
use crate::shape::{Item, Shape, count, items, stages};
use crate::trigger::Trigger;
use crate::validate::checked_for_start;
use crate::{Document, Format, Kind, Value, secret, trust};

/// How much of a description a list shows, in characters.
const DESCRIPTION_CHARACTERS: usize = 300;

/// How much text of a document is searched beside its name, in bytes.
const SEARCH_BYTES: usize = 600;

/// What earlier tools write for "no time" begins so (decisions, "Across all five" 5).
const NO_TIME: &str = "1900-01-01";

/// What lists, previews and plans show of a document. Derived from its text alone, so it can be
/// made again at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Summary {
    /// The id the text gives (a text, or the spelling of a number); absent when it gives none.
    pub id: Option<String>,
    /// The id to use: [`Summary::id`], else one made of the content, the same for the same text.
    pub derived_id: String,
    /// What to call it: its name or title, else its first heading, its file's name, its id.
    pub name: String,
    /// Whether the text itself gives a name or title.
    pub name_given: bool,
    /// The `type` the text gives.
    pub doc_type: Option<String>,
    /// The first 300 characters of the description.
    pub description: Option<String>,
    /// `stages`, `tasks`, `chain`, `graph` or `empty` for workflows; else the kind.
    pub shape: String,
    /// How many stages it has (of a graph: none).
    pub stages: u32,
    /// How many tasks it has; of a graph, nodes.
    pub tasks: u32,
    /// How many milestones it has.
    pub milestones: u32,
    /// How many errors validation finds, and whatever else refuses every start of a workflow.
    pub problems: u32,
    /// How many warnings validation finds.
    pub warnings: u32,
    /// Whether it writes, calls or runs something, and so asks for trust before its first run.
    pub runs_something: bool,
    /// Whether something like a password or key is in it.
    pub contains_key: bool,
    /// What starts it beside people: [`Trigger`] as JSON.
    #[serde(default)]
    #[ts(skip)]
    pub starts_by: Option<String>,
    /// The task folder a workflow names.
    #[serde(default)]
    #[ts(skip)]
    pub task_folder: Option<String>,
    /// When it was made, as the text has it.
    pub created_at: Option<String>,
    /// When it was last changed, as the text has it.
    pub updated_at: Option<String>,
    /// Name, id, type and the names of its parts: what [`search_terms`](crate::search_terms) is
    /// made of. At most 600 bytes.
    pub search: String,
}

/// Summarises a document of this kind. `file_name` (with extension) is the last resort for a name.
pub fn summarise(kind: Kind, document: &Document, file_name: Option<&str>) -> Summary {
    let value = document.value();
    // `{{ id }}` is the id of what a template makes, not the template's.
    let id = field(value, "id")
        .and_then(Value::as_word)
        .filter(|id| !id.trim().is_empty())
        .filter(|id| kind != Kind::Template || !is_placeholder(id));
    let id = id.map(str::to_owned);
    let derived_id = id.clone().unwrap_or_else(|| derived_id(document));
    let given = given_name(kind, value);
    let name = given
        .clone()
        .or_else(|| first_heading(document))
        .or_else(|| file_name.and_then(file_stem))
        .unwrap_or_else(|| derived_id.clone());
    let shape = match kind {
        Kind::Workflow => Shape::of(value).as_str(),
        other => other.as_str(),
    };
    let task_key = if shape == Shape::Graph.as_str() {
        "nodes"
    } else {
        "tasks"
    };
    let stages = stages(value);
    let validation = checked_for_start(kind, document);
    let mut summary = Summary {
        name_given: given.is_some(),
        doc_type: text_field(value, &["type"]),
        description: text_field(value, &["description"]).map(|text| beginning(&text)),
        shape: shape.to_owned(),
        stages: bounded(stages.len()),
        tasks: bounded(count(value, task_key)),
        milestones: bounded(count(value, "milestones")),
        problems: bounded(validation.errors.len()),
        warnings: bounded(validation.warnings.len()),
        runs_something: kind == Kind::Workflow && trust::runs_something(value),
        contains_key: secret::contains_key(document),
        starts_by: (kind == Kind::Workflow)
            .then(|| starts_by(document))
            .flatten(),
        task_folder: Definition::named_folder(value)
            .filter(|_| kind == Kind::Workflow)
            .map(|(named, _)| named),
        created_at: time_field(value, &["created_at", "createdAt", "created"]),
        updated_at: time_field(
            value,
            &[
                "updated_at",
                "updatedAt",
                "updated",
                "last_updated",
                "lastUpdated",
                "modified_at",
            ],
        ),
        search: String::new(),
        id,
        derived_id,
        name,
    };
    summary.search = search_text(&summary, value, &stages);
    summary
}

/// What starts a workflow beside people, as it is kept: [`Trigger`] as JSON.
pub fn starts_by(workflow: &Document) -> Option<String> {
    serde_json::to_string(&Trigger::of(workflow.value())?).ok()
}

/// The id of a text that gives none. Made of the whole text, so that the same file imported twice
/// is the same item.
fn derived_id(document: &Document) -> String {
    format!("d-{}", &document.sha256().to_string()[..16])
}

/// A field of the document or, where there is none, of its `metadata`.
fn field<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let own = value.get(key).filter(|value| !value.is_null());
    own.or_else(|| value.get("metadata")?.get(key))
        .filter(|value| !value.is_null())
}

fn text_field(value: &Value, keys: &[&str]) -> Option<String> {
    let word = |key: &&str| field(value, key).and_then(Value::as_word).map(str::trim);
    keys.iter()
        .filter_map(word)
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

fn time_field(value: &Value, keys: &[&str]) -> Option<String> {
    text_field(value, keys).filter(|time| !time.starts_with(NO_TIME) && !is_placeholder(time))
}

fn given_name(kind: Kind, value: &Value) -> Option<String> {
    let named = text_field(value, &["name", "title"]).filter(|name| !is_placeholder(name));
    // A template's own content often has the better name than nothing.
    let inner = || {
        let content = value.get("template").filter(|_| kind == Kind::Template)?;
        text_field(content, &["name", "title"]).filter(|name| !is_placeholder(name))
    };
    named.or_else(inner)
}

fn is_placeholder(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn first_heading(document: &Document) -> Option<String> {
    if document.format() != Format::Markdown {
        return None;
    }
    let body = document.value().get(BODY)?.as_str()?;
    let heading = body
        .lines()
        .find_map(|line| line.strip_prefix("# "))?
        .trim();
    (!heading.is_empty() && !is_placeholder(heading)).then(|| heading.to_owned())
}

fn file_stem(file_name: &str) -> Option<String> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base
        .rsplit_once('.')
        .map_or(base, |(stem, _)| if stem.is_empty() { base } else { stem });
    let stem = stem.trim();
    (!stem.is_empty()).then(|| stem.to_owned())
}

fn beginning(text: &str) -> String {
    text.chars().take(DESCRIPTION_CHARACTERS).collect()
}

fn search_text(summary: &Summary, value: &Value, stages: &[Item<'_>]) -> String {
    let mut text = String::new();
    push_words(&mut text, &summary.name);
    push_words(&mut text, summary.id.as_deref().unwrap_or_default());
    push_words(&mut text, summary.doc_type.as_deref().unwrap_or_default());
    push_words(
        &mut text,
        &text_field(value, &["title"]).unwrap_or_default(),
    );
    for item in stages {
        push_words(&mut text, item.name().unwrap_or_default());
    }
    for key in ["tasks", "nodes", "milestones", "epics", "stories"] {
        for item in items(value, key) {
            if text.len() >= SEARCH_BYTES {
                return text;
            }
            push_words(&mut text, item.name().unwrap_or_default());
        }
    }
    push_words(
        &mut text,
        summary.description.as_deref().unwrap_or_default(),
    );
    text
}

/// Adds words that are not there yet, as far as they fit.
fn push_words(text: &mut String, words: &str) {
    let words = words.trim();
    let room = SEARCH_BYTES.saturating_sub(text.len() + usize::from(!text.is_empty()));
    let mut end = words.len().min(room);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    if end > 0 && !text.contains(words) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&words[..end]);
    }
}

fn bounded(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
