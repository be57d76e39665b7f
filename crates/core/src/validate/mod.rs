//! What is wrong with what a document says.
//!
//! Errors stop a start, never the keeping of a document; warnings stop nothing. Real files break
//! many a schema rule, so whatever a run does not depend on is a warning or nothing at all
//! (decisions, "Across all five" 3).

mod catalog;
mod cycle;
mod field;
mod graph;
mod reference;
mod task;
mod unknown_key;
mod workflow;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use cycle::cycles;
pub(crate) use field::Type;
pub(crate) use graph::ENTRY;
pub(crate) use reference::Known;
pub(crate) use task::check_step;
pub(crate) use workflow::check as check_workflow;

use crate::document::place::place_of;
use crate::run::{Definition, Start};
use crate::trigger::Trigger;
use crate::{Document, Kind, Message, Place, Value};

/// Beyond this many findings none gets a place: nobody reads that far, and looking up places in a
/// large text is the costly part.
const PLACED_FINDINGS: usize = 500;

/// One thing that is wrong, or odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// Where in the document (RFC 6901, such as `/tasks/0/dependsOn/1`); empty for the whole.
    pub path: String,
    /// Key in the message catalogue.
    pub code: String,
    /// What fills its placeholders. Where a field of the document is meant it is `field`; a near
    /// name for something unknown is `suggestion`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Where in the text; the nearest part that is there when something is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What validation found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Validation {
    /// What stops a start.
    pub errors: Vec<Finding>,
    /// What is odd.
    pub warnings: Vec<Finding>,
}

impl Validation {
    /// Whether there is no error.
    pub fn valid(&self) -> bool {
        self.errors.is_empty()
    }

    pub(crate) fn error(&mut self, path: impl Into<String>, message: Message) {
        self.errors.push(finding(path.into(), message));
    }

    pub(crate) fn warning(&mut self, path: impl Into<String>, message: Message) {
        self.warnings.push(finding(path.into(), message));
    }

    /// A warning, or an error where a run depends on it.
    fn report(&mut self, severity: Severity, path: impl Into<String>, message: Message) {
        match severity {
            Severity::Error => self.error(path, message),
            Severity::Warning => self.warning(path, message),
        }
    }
}

/// Whether a run depends on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
}

fn finding(path: String, message: Message) -> Finding {
    Finding {
        path,
        code: message.code,
        fields: message.fields,
        place: message.place,
    }
}

impl From<Finding> for Message {
    /// Without the path: whoever says it has a word for the place.
    fn from(finding: Finding) -> Self {
        let mut message = Self::new(finding.code);
        message.fields = finding.fields;
        message
    }
}

/// Says what is wrong with a document of this kind. Findings are in the order of the document's
/// parts, the same for the same text.
pub fn validate(kind: Kind, document: &Document) -> Validation {
    let mut validation = unplaced(kind, document);
    add_places(document, &mut validation);
    validation
}

/// The same, with what else refuses every start of a workflow among the errors, and as warnings what it lacks
/// `here`: that may be there tomorrow, or on another computer.
pub fn validate_for_start(kind: Kind, document: &Document, here: Vec<Finding>) -> Validation {
    let mut validation = checked_for_start(kind, document);
    if kind == Kind::Workflow {
        validation.warnings.extend(here);
    }
    add_places(document, &mut validation);
    validation
}

/// The same, by the document alone and without places in its text.
pub(crate) fn checked_for_start(kind: Kind, document: &Document) -> Validation {
    let mut validation = unplaced(kind, document);
    if kind == Kind::Workflow {
        let stops = stops_a_start(document.value(), &validation);
        validation.warnings.retain(|told| {
            let mut stops = stops.iter();
            !stops.any(|stop| (&told.path, &told.code) == (&stop.path, &stop.code))
        });
        validation.errors.extend(stops);
    }
    validation
}

fn unplaced(kind: Kind, document: &Document) -> Validation {
    let mut validation = check(kind, document);
    if kind == Kind::Workflow && validation.valid() {
        validation.warnings.extend(not_given(document.value()));
    }
    validation
}

/// What refuses a start of a workflow beside what validation found, in the words in which it is refused.
/// Nothing where something else does already.
fn stops_a_start(workflow: &Value, found: &Validation) -> Vec<Finding> {
    if !found.valid() {
        return Vec::new();
    }
    Definition::check(workflow).errors
}

/// Input that nobody gives where a workflow starts by itself.
fn not_given(workflow: &Value) -> Vec<Finding> {
    let trigger = Trigger::of(workflow);
    let Some(given) = trigger.as_ref().and_then(Trigger::gives) else {
        return Vec::new();
    };
    let Ok(definition) = Definition::read(workflow) else {
        return Vec::new();
    };
    let lacking = definition.not_given(&Start::default(), |name| given.contains(&name));
    let told = lacking.into_iter().map(|name| {
        let message = Message::new("input_not_given").with("input", &name.name);
        let place = name.used.into_iter().next();
        finding(place.map(|(_, path)| path).unwrap_or_default(), message)
    });
    told.collect()
}

/// The same by the parts of the document alone, without places in its text.
pub(crate) fn check(kind: Kind, document: &Document) -> Validation {
    let value = document.value();
    let mut validation = Validation::default();
    match kind {
        Kind::Workflow => workflow::check(value, &mut validation),
        Kind::Roadmap => catalog::check_roadmap(value, &mut validation),
        Kind::Rule => catalog::check_rule(value, &mut validation),
        Kind::Template => catalog::check_template(document, &mut validation),
    }
    validation
}

/// Says of each finding where it is in the text. That is read once more, only when there is something to
/// place.
fn add_places(document: &Document, validation: &mut Validation) {
    let mut findings = validation.errors.iter().chain(&validation.warnings);
    if findings.all(|finding| finding.place.is_some()) {
        return;
    }
    let Some(root) = document.located() else {
        return;
    };
    let findings = validation.errors.iter_mut().chain(&mut validation.warnings);
    let unplaced = findings.filter(|finding| finding.place.is_none());
    for finding in unplaced.take(PLACED_FINDINGS) {
        let span = root.nearest(&finding.path);
        finding.place = Some(place_of(document.text(), span.start));
    }
}
