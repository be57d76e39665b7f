//! A workflow as it runs: tasks in the order of the document, every default filled in, every name
//! followed to what it names.
//!
//! Four shapes come in (decisions, "Across all five" 2) and two ways of running come out
//! ([`Flow`]): tasks that wait for one another, and steps that lead from one to the next. Stages
//! and nodes that name no action are work for a person, with their description as instruction and
//! their checklist to tick.
//!
//! A definition is read from the document anew whenever it is needed and never stored: a run keeps
//! the document's revision. Absent on purpose: whether connections, agents and child workflows
//! exist, which only the engine knows.

mod check;
mod fields;
mod guided;
mod order;
mod read;
mod sequence;
mod uses;
mod wait;

use std::collections::BTreeMap;

use super::action::Action;
use super::task_id::TaskId;
use crate::shape::spellings::{DATA_SOURCE, TASK_FOLDER};
use crate::value::push_token;
use crate::{Validation, Value};

pub use sequence::Placed;
pub use uses::{ActsOn, ContextName, ROUTING_NAMES};

/// Where a task stands among the tasks of its definition.
pub(crate) type Position = usize;

/// A workflow as it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Smaller goes first; 0 where the document says nothing.
    pub priority: i64,
    /// How many of its tasks may run at once, over all its runs. `None`: as many as there are.
    pub max_concurrent: Option<u32>,
    /// How one task comes after another.
    pub flow: Flow,
    /// The task folder its runs work in, by its id, name or path; a folder of each run's own where it
    /// says nothing.
    pub task_folder: Option<String>,
    pub(crate) tasks: Vec<Task>,
    positions: BTreeMap<TaskId, Position>,
}

/// How one task comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Every task starts when those it depends on have ended (requirement 002).
    Dependencies,
    /// A step leads to the next one, or back to an earlier one (requirement 000, 004): one is
    /// open at a time, unless a person was sent back.
    Guided {
        /// Position of the first step.
        entry: usize,
    },
}

/// One task with everything a run needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id, unique in the definition.
    pub id: TaskId,
    /// What a person calls it.
    pub name: String,
    /// Where it stands in the document (RFC 6901).
    pub pointer: String,
    /// What it does.
    pub action: &'static Action,
    /// Its parameters, with expressions as they are written.
    pub params: Value,
    /// The hints for choosing a data source.
    pub routing: Routing,
    /// What has to have ended before it starts.
    pub depends_on: Vec<Position>,
    /// What those have to have come to.
    pub run_after: RunAfter,
    /// Whether it starts at all.
    pub condition: Condition,
    /// Smaller goes first; its own, else the workflow's.
    pub priority: i64,
    /// How long one attempt may take, in milliseconds.
    pub timeout: Option<u64>,
    /// What follows a failed attempt.
    pub retry: Retry,
    /// Whether an attempt that a crash broke off may be made again unasked.
    pub idempotent: bool,
    /// What follows when all tries have failed.
    pub on_failure: OnFailure,
    /// The task that undoes this one when the run fails.
    pub compensate: Option<Position>,
    /// What an agent needs; the type of the chosen data source comes on top.
    pub capabilities: Vec<String>,
    /// Where a guided step leads.
    pub ways: Vec<Way>,
    /// Tasks that depend on it.
    pub(crate) dependents: Vec<Position>,
    /// Tasks it may call: its fallback, the targets of its branch.
    pub(crate) calls: Vec<Position>,
    /// Tasks that may call it in that way.
    pub(crate) callers: Vec<Position>,
    /// Tasks that name it as their compensation.
    pub(crate) undoes: Vec<Position>,
}

/// Hints for choosing a data source, as the document has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routing {
    /// A connection's name, or a type.
    pub data_source: Option<String>,
    /// Whether rules may choose where no source is named.
    pub auto_select: bool,
    /// `business cache temporary history log search`; the task's, else the action's.
    pub data_kind: Option<String>,
    /// `low normal`.
    pub latency: Option<String>,
    /// `small medium large`.
    pub volume: Option<String>,
    /// Whether another data source may be used when the chosen one is down.
    pub allow_fallback: bool,
}

impl Routing {
    /// Whether the rules choose: the task names no source and lets one be chosen.
    pub fn is_for_rules(&self) -> bool {
        self.data_source.is_none() && self.auto_select
    }
}

/// What the tasks a task depends on have to have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAfter {
    /// All of them succeeded, else it is skipped.
    Success,
    /// They have ended, however.
    Any,
}

/// Whether a task starts at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It starts.
    Always,
    /// It is skipped.
    Never,
    /// This expression decides when the task is about to start.
    When(String),
}

/// What follows a failed attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Further tries after the first.
    pub limit: u32,
    /// Pause before the second try, in milliseconds.
    pub delay: u64,
    /// By what each further pause grows.
    pub backoff: f64,
    /// Whether pauses vary, so that many tasks do not come back at one moment.
    pub jitter: bool,
    /// Error codes that are tried again; empty: all.
    pub on: Vec<String>,
}

// `backoff` is read from a document and always finite.
impl Eq for Retry {}

/// What follows when all tries of a task have failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The run fails; what runs may finish.
    Stop,
    /// The run goes on without it.
    Continue,
    /// This task is called; when it succeeds, it stands in.
    Fallback(Position),
}

/// Where a guided step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The next step; `None` when the work is complete.
    pub to: Option<Position>,
    /// When it is taken.
    pub after: Outcome,
    /// What the document says beside it, for the person who chooses.
    pub label: Option<String>,
}

/// What a guided step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded, or a person said so.
    Success,
    /// All its tries failed.
    Failure,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            limit: 0,
            delay: 1000,
            backoff: 2.0,
            jitter: true,
            on: Vec::new(),
        }
    }
}

impl Definition {
    /// Reads the definition of a workflow document.
    ///
    /// # Errors
    /// Everything that stops a start, with its place in the document; warnings are with them.
    /// A document that [`validate`](crate::validate) accepts may still not start: an action this
    /// engine does not know, a parameter that is missing, tasks that would wait for ever. What
    /// checks it for a start, too, is [`validate_for_start`](crate::validate_for_start).
    pub fn read(workflow: &Value) -> Result<Self, Validation> {
        check::read(workflow).map(|(definition, _)| definition)
    }

    /// The definition with what is odd about it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with_warnings(workflow: &Value) -> Result<(Self, Validation), Validation> {
        check::read(workflow)
    }

    /// Everything [`read`](Self::read) would find wrong, and the warnings of a definition that can
    /// start.
    pub fn check(workflow: &Value) -> Validation {
        match check::read(workflow) {
            Ok((_, validation)) | Err(validation) => validation,
        }
    }

    /// The task folder that a workflow names, though it may not be able to run, and where it does (RFC
    /// 6901).
    pub fn named_folder(workflow: &Value) -> Option<(String, String)> {
        let key = TASK_FOLDER
            .into_iter()
            .find(|key| workflow.get(key).is_some())?;
        Some((fields::text(workflow, &[key])?, push_token("", key)))
    }

    /// The tasks in the order of the document.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The task of this id.
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.position(id).map(|position| &self.tasks[position])
    }

    /// The id of the task at a position that a [`Task`] names.
    pub fn id(&self, position: usize) -> Option<&TaskId> {
        self.tasks.get(position).map(|task| &task.id)
    }

    pub(crate) fn position(&self, id: &TaskId) -> Option<Position> {
        self.positions.get(id).copied()
    }

    /// Links the tasks to one another in both directions.
    fn link(priority: i64, max_concurrent: Option<u32>, flow: Flow, mut tasks: Vec<Task>) -> Self {
        for at in 0..tasks.len() {
            for dependency in tasks[at].depends_on.clone() {
                tasks[dependency].dependents.push(at);
            }
            for called in tasks[at].calls.clone() {
                tasks[called].callers.push(at);
            }
            if let Some(undo) = tasks[at].compensate {
                tasks[undo].undoes.push(at);
            }
        }
        let positions = tasks
            .iter()
            .enumerate()
            .map(|(at, task)| (task.id.clone(), at))
            .collect();
        Self {
            priority,
            max_concurrent,
            flow,
            task_folder: None,
            tasks,
            positions,
        }
    }
}

impl Task {
    /// Whether it starts only when another task calls it.
    pub fn is_called_only(&self) -> bool {
        !self.undoes.is_empty() || !self.callers.is_empty()
    }

    /// The tasks it may start beside those that depend on it: the targets of its branch, its fallback, the task that
    /// undoes it, the steps a guided one leads to. A guided one may lead back.
    pub fn leads_to(&self) -> Vec<Position> {
        let ways = self.ways.iter().filter_map(|way| way.to);
        let mut found = Vec::new();
        for to in self
            .calls
            .iter()
            .copied()
            .chain(self.compensate)
            .chain(ways)
        {
            if !found.contains(&to) {
                found.push(to);
            }
        }
        found
    }

    /// Whether a data source has to be chosen for it. `DataSourceTaskExecutor.determineDataSource`
    /// uses none and tells which it would be.
    pub fn needs_source(&self) -> bool {
        !self.action.sources.is_empty()
            || self.action.name == "DataSourceTaskExecutor.determineDataSource"
    }

    /// Where the document it was read from names its data source; the task itself where it names none.
    pub fn source_pointer(&self, workflow: &Value) -> String {
        let task = workflow.pointer(&self.pointer);
        let named = |key: &&str| task.is_some_and(|task| task.get(key).is_some());
        match DATA_SOURCE.iter().find(|key| named(key)) {
            Some(key) => push_token(&self.pointer, key),
            None => self.pointer.clone(),
        }
    }

    /// Whether it only ever undoes another task.
    pub(crate) fn is_compensation_only(&self) -> bool {
        !self.undoes.is_empty() && self.callers.is_empty()
    }
}
