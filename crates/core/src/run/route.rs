//! Which data source a task uses, and why none of the others (requirement 002, sections 3.2 and
//! 4.1; decisions, 002).
//!
//! First what the task itself names, then the first rule of the list that applies and whose source
//! is connected and able. The list is the user's; [`default_rules`] is the one a fresh installation
//! begins with. Among connections that fit equally the least loaded is taken.
//!
//! Absent on purpose: reaching a source, and knowing whether it answers; both are told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Routing;
use super::action::{ACTIONS, Action};
use crate::connection::LOCAL;
use crate::{Message, Value};

/// Types of connections that tasks use.
pub const TYPES: [&str; 4] = ["sqlite", "mysql", "redis", "elasticsearch"];

/// Kinds of data a task can say it has.
pub const DATA_KINDS: [&str; 6] = ["business", "cache", "temporary", "history", "log", "search"];

const LATENCIES: [&str; 2] = ["low", "normal"];
const VOLUMES: [&str; 3] = ["small", "medium", "large"];

/// One rule: where all of `when` holds, this source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What has to hold; a rule without conditions always applies.
    #[serde(default)]
    pub when: When,
    /// A connection's name, or a type.
    pub source: String,
}

/// The conditions of a rule; all that are given have to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    /// The kind of data, one of [`DATA_KINDS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub data_kind: Option<String>,
    /// `low` or `normal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub latency: Option<String>,
    /// `small`, `medium` or `large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub volume: Option<String>,
    /// An action such as `sql.query`, or a family such as `record.*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub action: Option<String>,
    /// A workflow's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub workflow: Option<String>,
}

/// A connection as the choice sees it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// What the user calls it.
    pub name: &'a str,
    /// One of [`TYPES`].
    pub kind: &'a str,
    /// How busy it is.
    pub load: u64,
    /// Whether it answered when it was last asked, as far as anybody knows.
    pub answers: bool,
}

/// What a source is chosen for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What the task says.
    pub routing: &'a Routing,
    /// What it does.
    pub action: &'a Action,
    /// The id of its workflow; empty for a task without one.
    pub workflow: &'a str,
    /// What the run was given.
    pub context: &'a Value,
}

/// A choice, and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route<'a> {
    /// The connection's name.
    pub source: &'a str,
    /// What chose it.
    pub by: By,
    /// The same in a word, as it is stored with the attempt: `name`, `type`, a kind of data, other
    /// conditions as `latency=low`, `default`.
    pub rule: String,
    /// What was not chosen, and why: first what came before it in the rules, then the other
    /// connections.
    pub passed_over: Vec<PassedOver>,
    before: usize,
}

impl Route<'_> {
    /// Of what was passed over, that for which rules before the one that chose asked.
    pub fn before(&self) -> &[PassedOver] {
        &self.passed_over[..self.before]
    }
}

/// What chose a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The task names the connection.
    Name,
    /// The task names the type.
    Type,
    /// A rule, by its place in the list, from 0.
    Rule(usize),
    /// No rule chose: it is the only kind that can do it.
    Able,
}

/// A source that was not chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PassedOver {
    /// A connection's name, or a type of which none is connected.
    pub source: String,
    /// Why.
    pub why: Message,
}

/// Nothing can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoute {
    /// `no_connection`, `source_unfit` or `no_choice`.
    pub message: Message,
    /// Whether connecting something would help; otherwise the definition has to change.
    pub passing: bool,
    /// What there was, and why not.
    pub passed_over: Vec<PassedOver>,
}

/// The rules of a fresh installation (requirement 002, section 4.1; where it answers twice,
/// decisions, 002).
pub fn default_rules() -> Vec<Rule> {
    let kind = |word: &str| When {
        data_kind: Some(word.to_owned()),
        ..When::default()
    };
    let latency = |word: &str| When {
        latency: Some(word.to_owned()),
        ..When::default()
    };
    let volume = |word: &str| When {
        volume: Some(word.to_owned()),
        ..When::default()
    };
    let rules = [
        (kind("cache"), "redis"),
        (kind("temporary"), "redis"),
        (kind("temporary"), "sqlite"),
        (kind("history"), "sqlite"),
        (kind("log"), "sqlite"),
        (kind("business"), "mysql"),
        (kind("search"), "elasticsearch"),
        (latency("low"), "redis"),
        (volume("large"), "elasticsearch"),
        (volume("medium"), "mysql"),
        (volume("small"), "sqlite"),
        (When::default(), "mysql"),
        (When::default(), LOCAL),
    ];
    let rule = |(when, source): (When, &str)| Rule {
        when,
        source: source.to_owned(),
    };
    rules.into_iter().map(rule).collect()
}

/// Chooses for a task. What the task names is never overridden.
///
/// # Errors
/// [`NoRoute`] where what the task names is not there or cannot do it, where it names nothing and
/// forbids choosing, or where nothing that is connected can do it.
pub fn choose<'a>(
    wanted: &Wanted<'_>,
    rules: &[Rule],
    candidates: &[Candidate<'a>],
) -> Result<Route<'a>, NoRoute> {
    let mut choice = Choice::new(wanted, candidates);
    let by = match &wanted.routing.data_source {
        Some(named) => choice.named(named)?,
        None if !wanted.routing.auto_select => {
            return Err(choice.none(Message::new("no_choice"), false));
        }
        None => choice.ruled(rules, |_| true)?,
    };
    Ok(choice.route(by, rules))
}

/// Chooses another source for a task whose own does not answer: by the rules, among those that are
/// not `tried` and do answer. Whether the task allows it is for the caller to know.
///
/// # Errors
/// [`NoRoute`] where there is no other.
pub fn fall_back<'a>(
    wanted: &Wanted<'_>,
    rules: &[Rule],
    candidates: &[Candidate<'a>],
    tried: &[&str],
) -> Result<Route<'a>, NoRoute> {
    let mut choice = Choice::new(wanted, candidates);
    let by = choice.ruled(rules, |candidate| {
        candidate.answers && !tried.contains(&candidate.name)
    })?;
    Ok(choice.route(by, rules))
}

/// A choice being made: the reasons are collected on the way.
struct Choice<'a, 'w> {
    wanted: &'w Wanted<'w>,
    candidates: &'w [Candidate<'a>],
    passed_over: Vec<PassedOver>,
}

impl<'a, 'w> Choice<'a, 'w> {
    fn new(wanted: &'w Wanted<'w>, candidates: &'w [Candidate<'a>]) -> Self {
        Self {
            wanted,
            candidates,
            passed_over: Vec::new(),
        }
    }

    /// What the task names: a connection, else a type.
    fn named(&mut self, named: &str) -> Result<(By, Candidate<'a>), NoRoute> {
        if let Some(found) = self.called(named) {
            if self.able(&found) {
                return Ok((By::Name, found));
            }
            let message = self.about("source_unfit", named);
            return Err(self.none(message, false));
        }
        if TYPES.contains(&named)
            && !self.wanted.action.sources.is_empty()
            && !self.wanted.action.sources.contains(&named)
        {
            let message = self.about("source_unfit", named);
            return Err(self.none(message, false));
        }
        match self.least_loaded(named, |_| true) {
            Some(found) => Ok((By::Type, found)),
            None => Err(self.none(not_connected(named), true)),
        }
    }

    /// What the first rule chooses that applies and can.
    fn ruled(
        &mut self,
        rules: &[Rule],
        usable: impl Fn(&Candidate<'a>) -> bool,
    ) -> Result<(By, Candidate<'a>), NoRoute> {
        for (at, rule) in rules.iter().enumerate() {
            if !rule.when.holds(self.wanted) {
                continue;
            }
            let found = match self.called(&rule.source) {
                Some(named) => Some(named).filter(|named| self.able(named) && usable(named)),
                None => self.least_loaded(&rule.source, &usable),
            };
            if let Some(found) = found {
                return Ok((By::Rule(at), found));
            }
            self.pass_over_rule(&rule.source);
        }
        let able = self.candidates.iter();
        let able = able.filter(|candidate| self.able(candidate) && usable(candidate));
        match able.min_by_key(|candidate| order(candidate)) {
            Some(found) => Ok((By::Able, *found)),
            None => Err(self.none(not_connected(self.wanted.action.name), true)),
        }
    }

    fn called(&self, name: &str) -> Option<Candidate<'a>> {
        let mut candidates = self.candidates.iter();
        candidates.find(|candidate| candidate.name == name).copied()
    }

    fn able(&self, candidate: &Candidate<'_>) -> bool {
        let able = self.wanted.action.sources;
        able.is_empty() || able.contains(&candidate.kind)
    }

    fn least_loaded(
        &self,
        kind: &str,
        usable: impl Fn(&Candidate<'a>) -> bool,
    ) -> Option<Candidate<'a>> {
        let of_kind = self.candidates.iter().filter(|one| one.kind == kind);
        of_kind
            .filter(|one| self.able(one) && usable(one))
            .min_by_key(|one| order(one))
            .copied()
    }

    /// Passes over what a rule asks for: where that is a type, each connection of it that does not answer.
    fn pass_over_rule(&mut self, source: &str) {
        let of_kind = self.candidates.iter().filter(|one| one.kind == source);
        let away: Vec<_> = match self.called(source) {
            Some(_) => Vec::new(),
            None => of_kind.filter(|one| self.able(one)).copied().collect(),
        };
        if away.is_empty() {
            let why = self.why_not(source);
            self.pass_over(source, why);
        }
        for one in away {
            let why = Message::new("source_away").with("source", one.name);
            self.pass_over(one.name, why);
        }
    }

    /// Why a rule's source was not taken.
    fn why_not(&self, source: &str) -> Message {
        let there = |one: &&Candidate<'_>| one.name == source || one.kind == source;
        match self.candidates.iter().find(there) {
            None => not_connected(source),
            Some(found) if !self.able(found) => self.about("source_unfit", source),
            Some(_) => Message::new("source_away").with("source", source),
        }
    }

    fn about(&self, code: &str, source: &str) -> Message {
        let message = Message::new(code).with("source", source);
        message.with("action", self.wanted.action.name)
    }

    fn pass_over(&mut self, source: &str, why: Message) {
        if self.passed_over.iter().all(|one| one.source != source) {
            self.passed_over.push(PassedOver {
                source: source.to_owned(),
                why,
            });
        }
    }

    fn route(mut self, (by, chosen): (By, Candidate<'a>), rules: &[Rule]) -> Route<'a> {
        let before = self.passed_over.len();
        for other in self.candidates {
            if other.name == chosen.name {
                continue;
            }
            let why = if !self.able(other) {
                self.about("source_unfit", other.name)
            } else if by == By::Name {
                Message::new("source_not_named").with("source", chosen.name)
            } else if other.kind != chosen.kind && by == By::Type {
                Message::new("source_not_named").with("source", chosen.kind)
            } else if other.kind != chosen.kind || !by.is_of_a_type(rules) {
                Message::new("source_not_reached")
            } else if !other.answers {
                Message::new("source_away").with("source", other.name)
            } else if other.name == LOCAL {
                Message::new("source_local_last").with("source", chosen.name)
            } else if other.load > chosen.load {
                Message::new("source_busier").with("source", chosen.name)
            } else {
                Message::new("source_as_good").with("source", chosen.name)
            };
            self.pass_over(other.name, why);
        }
        let rule = match by {
            By::Name => "name".to_owned(),
            By::Type => "type".to_owned(),
            By::Rule(at) => rules
                .get(at)
                .map_or_else(String::new, |rule| rule.when.word()),
            By::Able => "default".to_owned(),
        };
        Route {
            source: chosen.name,
            by,
            rule,
            passed_over: self.passed_over,
            before,
        }
    }

    fn none(&mut self, message: Message, passing: bool) -> NoRoute {
        NoRoute {
            message,
            passing,
            passed_over: std::mem::take(&mut self.passed_over),
        }
    }
}

impl By {
    /// Whether it chose among the connections of a type, so that they were weighed against each
    /// other.
    fn is_of_a_type(self, rules: &[Rule]) -> bool {
        match self {
            Self::Name => false,
            Self::Type | Self::Able => true,
            Self::Rule(at) => rules
                .get(at)
                .is_some_and(|rule| TYPES.contains(&rule.source.as_str())),
        }
    }
}

/// Those that answer first, `local` after all others, then the least loaded, then by name, so that
/// the same choice is made twice.
fn order<'a>(candidate: &Candidate<'a>) -> (bool, bool, u64, &'a str) {
    let local = candidate.name == LOCAL;
    (!candidate.answers, local, candidate.load, candidate.name)
}

fn not_connected(wanted: &str) -> Message {
    Message::new("no_connection").with("wanted", wanted)
}

impl When {
    fn holds(&self, wanted: &Wanted<'_>) -> bool {
        let routing = wanted.routing;
        let same = |asked: &Option<String>, said: Option<&str>| {
            asked.as_deref().is_none_or(|asked| said == Some(asked))
        };
        let action = self.action.as_deref().is_none_or(|asked| {
            asked
                .strip_suffix('*')
                .map_or(asked == wanted.action.name, |family| {
                    wanted.action.name.starts_with(family)
                })
        });
        action
            && same(&self.data_kind, data_kind(wanted))
            && same(&self.latency, routing.latency.as_deref())
            && same(&self.volume, routing.volume.as_deref())
            && same(&self.workflow, Some(wanted.workflow))
    }

    /// The conditions in a word: a kind of data by itself, others with their key; `default` where
    /// there are none.
    pub fn word(&self) -> String {
        let given: Vec<(&str, &str)> = self.conditions().collect();
        match given.as_slice() {
            [] => "default".to_owned(),
            [("dataKind", kind)] => (*kind).to_owned(),
            several => {
                let words = several.iter().map(|(key, value)| format!("{key}={value}"));
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The conditions that a word stands for ([`Self::word`]); a word that is none has none.
    pub fn of_word(word: &str) -> Self {
        let mut when = Self::default();
        let keys = ["dataKind", "latency", "volume", "action", "workflow"];
        let begins = |at: usize, key: &str| {
            let rest = word[at..].strip_prefix(key)?.strip_prefix('=')?;
            (at == 0 || word[..at].ends_with(' ')).then_some(rest.len())
        };
        // A value may have spaces in it, so it ends where the next key begins.
        let mut found: Vec<(usize, &str, usize)> = Vec::new();
        for key in keys {
            let places = word.match_indices(key).map(|(at, _)| at);
            let of_key = places.filter_map(|at| Some((at, key, word.len() - begins(at, key)?)));
            found.extend(of_key);
        }
        found.sort_unstable();
        for (place, &(_, key, from)) in found.iter().enumerate() {
            let to = found.get(place + 1).map_or(word.len(), |next| next.0);
            let value = Some(word[from..to].trim_end().to_owned());
            match key {
                "dataKind" => when.data_kind = value,
                "latency" => when.latency = value,
                "volume" => when.volume = value,
                "action" => when.action = value,
                _ => when.workflow = value,
            }
        }
        when
    }

    /// Its conditions, each with its key.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("dataKind", &self.data_kind),
            ("latency", &self.latency),
            ("volume", &self.volume),
            ("action", &self.action),
            ("workflow", &self.workflow),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_deref()?)))
    }
}

impl Rule {
    /// Reads the rules as they are kept. Those of a later version may be none that this one knows.
    ///
    /// # Errors
    /// `kept_routes_unreadable`: as a whole, because a rule left out changes what those behind it choose.
    pub fn read_all(kept: serde_json::Value) -> Result<Vec<Self>, Message> {
        let unreadable = Message::new("kept_routes_unreadable");
        let rules: Vec<Self> = match serde_json::from_value(kept) {
            Ok(rules) => rules,
            Err(error) => return Err(unreadable.with("detail", error)),
        };
        match rules.iter().flat_map(Self::problems).next() {
            Some((key, why)) => Err(unreadable.with("detail", key).because(why)),
            None => Ok(rules),
        }
    }

    /// Whether it is asked for a task: all that it wants holds.
    pub fn applies(&self, wanted: &Wanted<'_>) -> bool {
        self.when.holds(wanted)
    }

    /// What is wrong with a rule: each with the key it is at. A source that is not connected is
    /// nothing wrong: it is passed over, and said.
    pub fn problems(&self) -> Vec<(&'static str, Message)> {
        let mut found = Vec::new();
        let mut choice = |key: &'static str, value: &Option<String>, words: &[&str]| {
            if let Some(value) = value
                && !words.contains(&value.as_str())
            {
                let message = Message::new("field_unknown_choice").with("field", key);
                let message = message.with("value", value);
                found.push((key, message.with("choices", words.join(", "))));
            }
        };
        choice("dataKind", &self.when.data_kind, &DATA_KINDS);
        choice("latency", &self.when.latency, &LATENCIES);
        choice("volume", &self.when.volume, &VOLUMES);
        if let Some(asked) = &self.when.action {
            let known = ACTIONS.iter().any(|action| match asked.strip_suffix('*') {
                Some(family) => action.name.starts_with(family),
                None => action.name == asked,
            });
            if !known {
                let message = Message::new("unknown_action").with("action", asked);
                found.push(("action", message));
            }
        }
        if self.source.trim().is_empty() {
            let message = Message::new("field_missing").with("field", "source");
            found.push(("source", message));
        }
        found
    }
}

/// The kind of data: the task's own word or its action's, else what the run's context says of it.
fn data_kind<'w>(wanted: &Wanted<'w>) -> Option<&'w str> {
    let said = |key| wanted.context.get(key).and_then(Value::as_bool) == Some(true);
    match &wanted.routing.data_kind {
        Some(kind) => Some(kind),
        None if said("isHistoricalData") => Some("history"),
        None if said("isCacheData") => Some("cache"),
        None => None,
    }
}
