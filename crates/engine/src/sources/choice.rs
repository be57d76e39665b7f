//! Which source a task uses: what it names, else what its kind of data asks for (decisions, 002).
//!
//! Absent on purpose: rules that a user edits, and falling back to another source when the chosen
//! one is down.

use std::sync::Arc;

use flowkeep_core::run::Routing;
use flowkeep_core::run::action::Action;
use flowkeep_core::{Message, Value};

use super::Source;
use crate::actions::ActionError;

pub use flowkeep_core::connection::LOCAL;

/// A source, and why it was chosen.
#[derive(Clone)]
pub struct Chosen {
    /// The source.
    pub source: Arc<dyn Source>,
    /// Why this one.
    pub rule: Rule,
}

/// Why a source was chosen; stored with the attempt and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The task names the connection.
    Name,
    /// The task names the type.
    Type,
    /// The kind of data.
    Kind(&'static str),
    /// Nothing said otherwise.
    Default,
}

impl Rule {
    /// The word in outputs and results: `name`, `type`, a kind of data, `default`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Kind(kind) => kind,
            Self::Default => "default",
        }
    }
}

/// Kinds of data, and the types of sources that suit them, the best first.
const KINDS: [(&str, &[&str]); 6] = [
    ("cache", &["redis"]),
    ("temporary", &["redis", "sqlite"]),
    ("history", &["sqlite"]),
    ("log", &["sqlite"]),
    ("business", &["mysql"]),
    ("search", &["elasticsearch"]),
];

/// Chooses among the connected sources. `load` says how busy one is; among those that fit equally
/// the least busy is chosen, then the first. `local` comes after every other connection of its
/// type.
///
/// # Errors
/// `no_connection` when what the task names is not there, or when nothing that is can do the
/// action; `source_unfit` when what it names cannot do it; `no_choice` when it names nothing and
/// forbids choosing.
pub fn choose(
    routing: &Routing,
    context: &Value,
    action: &Action,
    connected: &[Arc<dyn Source>],
    load: impl Fn(&str) -> u64,
) -> Result<Chosen, ActionError> {
    let able = |source: &Arc<dyn Source>| {
        action.sources.is_empty() || action.sources.contains(&source.kind())
    };
    let best = |kind: &str| {
        let of_kind = connected.iter().filter(|source| source.kind() == kind);
        of_kind
            .filter(|source| able(source))
            .min_by_key(|source| (source.name() == LOCAL, load(source.name())))
    };
    let chosen = |source: &Arc<dyn Source>, rule| Chosen {
        source: Arc::clone(source),
        rule,
    };
    if let Some(named) = &routing.data_source {
        if let Some(source) = connected.iter().find(|source| source.name() == named) {
            return if able(source) {
                Ok(chosen(source, Rule::Name))
            } else {
                let message = Message::new("source_unfit").with("source", named);
                Err(ActionError::lasting(message.with("action", action.name)))
            };
        }
        let source = best(named).ok_or_else(|| none(named))?;
        return Ok(chosen(source, Rule::Type));
    }
    if !routing.auto_select {
        return Err(ActionError::lasting(Message::new("no_choice")));
    }
    if let Some(wanted) = data_kind(routing, context)
        && let Some((kind, suitable)) = KINDS.iter().find(|(kind, _)| *kind == wanted)
        && let Some(source) = suitable.iter().copied().find_map(best)
    {
        return Ok(chosen(source, Rule::Kind(kind)));
    }
    let local = || connected.iter().find(|source| source.name() == LOCAL);
    best("mysql")
        .or_else(|| local().filter(|source| able(source)))
        .or_else(|| connected.iter().find(|source| able(source)))
        .map(|source| chosen(source, Rule::Default))
        .ok_or_else(|| none(action.name))
}

/// The kind of data: the task's own word, else what the run's context says of it.
fn data_kind<'r>(routing: &'r Routing, context: &Value) -> Option<&'r str> {
    let said = |key| context.get(key).and_then(Value::as_bool) == Some(true);
    match &routing.data_kind {
        Some(kind) => Some(kind),
        None if said("isHistoricalData") => Some("history"),
        None if said("isCacheData") => Some("cache"),
        None => None,
    }
}

fn none(wanted: &str) -> ActionError {
    ActionError::passing(Message::new("no_connection").with("wanted", wanted))
}
