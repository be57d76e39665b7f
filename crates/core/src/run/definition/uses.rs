//! Where a definition uses expressions, and what it expects of the run's context.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Condition, Definition, Flow, OnFailure, Outcome, Position, RunAfter, Task, Way};
use crate::Value;
use crate::run::event::Start;
use crate::run::expression::{Root, Segment, needed, references};
use crate::run::task_id::TaskId;
use crate::value::push_token;

/// A name that a definition takes from the run's context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextName {
    /// As in `${context.NAME}`.
    pub name: String,
    /// Each place that uses it: the task, and where in the document (RFC 6901).
    pub used: Vec<(TaskId, String)>,
    /// Whether a run cannot do without it, however it goes: a task that needs it is always come to, and
    /// the run ends with that one's failure.
    pub needed: bool,
}

/// The values of a run that decide what its acting tasks do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActsOn {
    /// What it was started with, also by way of outputs that are not there yet.
    pub context: bool,
    /// What its tasks gave.
    pub outputs: bool,
    /// The names that choose a data source ([`ROUTING_NAMES`]), where what it was started with has them.
    pub routing: bool,
}

/// The names of the context that say which kind of data a run works on.
pub const ROUTING_NAMES: [&str; 2] = ["isHistoricalData", "isCacheData"];

/// What requirement 002's actions read of the context by themselves, and whether they can do
/// without it.
const OF_EXECUTOR: &[(&str, bool)] = &[
    ("query", true),
    ("values", false),
    ("isHistoricalData", false),
    ("isCacheData", false),
];
const OF_CHOICE: &[(&str, bool)] = &[("isHistoricalData", false), ("isCacheData", false)];

impl Definition {
    /// What a run is started with, as far as the definition says, in the order of the document.
    /// Expressions that cannot be read name nothing; validation has said so.
    pub fn context_names(&self) -> Vec<ContextName> {
        self.names_used(self.reached())
    }

    /// The same, needed by the tasks that are come to.
    fn names_used(&self, reached: Vec<bool>) -> Vec<ContextName> {
        let mut found: Vec<ContextName> = Vec::new();
        let mut known = HashMap::new();
        let mut add = |name: &str, task: &Task, path: &str, needed: bool| {
            let at = *known.entry(name.to_owned()).or_insert_with(|| {
                found.push(ContextName {
                    name: name.to_owned(),
                    used: Vec::new(),
                    needed: false,
                });
                found.len() - 1
            });
            let found: &mut ContextName = &mut found[at];
            found.needed |= needed;
            // A place is come to once, however often it uses the name.
            let last = found.used.last();
            if last.is_none_or(|(id, place)| *id != task.id || place != path) {
                found.used.push((task.id.clone(), path.to_owned()));
            }
        };
        for (task, reached) in self.tasks().iter().zip(reached) {
            let reached = reached && self.ends_with(task);
            let runs = reached && task.condition == Condition::Always;
            for &(name, needed) in task.read_by_itself() {
                add(name, task, &task.pointer, needed && runs);
            }
            let condition = push_token(&task.pointer, "condition");
            task.each_expression(&mut |text, path| {
                let looked_at = if path == condition {
                    reached
                } else {
                    runs && !task.is_passed_over(path)
                };
                let needed = if looked_at { needed(text) } else { Vec::new() };
                for reference in references(text).unwrap_or_default() {
                    if let (Root::Context, Some(Segment::Key(name))) =
                        (&reference.root, reference.segments.first())
                    {
                        add(name, task, path, needed.contains(&reference));
                    }
                }
            });
        }
        found
    }

    /// Whether the run fails when this task does, and does not go another way.
    fn ends_with(&self, task: &Task) -> bool {
        let leads_on = || task.ways.iter().any(|way| way.after == Outcome::Failure);
        task.on_failure == OnFailure::Stop && (self.flow == Flow::Dependencies || !leads_on())
    }

    /// What a run that begins like this cannot do without and is not given.
    pub fn not_given(&self, start: &Start, is_given: impl Fn(&str) -> bool) -> Vec<ContextName> {
        let mut names = self.names_used(self.reached_from(start));
        names.retain(|name| name.needed && !is_given(&name.name));
        names
    }

    /// What decides what its acting tasks do, beside the tasks themselves.
    pub fn acts_on(&self) -> ActsOn {
        let mut acting = self.acting();
        let outputs = acting.any(|task| task.refers(|root| matches!(root, Root::Task(_))));
        let mut by_input: Box<dyn Iterator<Item = &Task>> = if outputs {
            Box::new(self.tasks().iter())
        } else {
            Box::new(self.acting())
        };
        let context = by_input.any(|task| {
            !task.read_by_itself().is_empty() || task.refers(|root| *root == Root::Context)
        });
        let routing = self.acting().any(Task::is_routed_by_input);
        ActsOn {
            context,
            outputs,
            routing,
        }
    }

    /// For every task, whether each run comes to it in which all goes well and every condition
    /// holds.
    fn reached(&self) -> Vec<bool> {
        match self.flow {
            Flow::Guided { entry } => self.reached_step_by_step(entry),
            Flow::Dependencies => self.reached_by_dependencies(),
        }
    }

    /// The same of a run that begins like this. What is taken over or left out needs nothing any more.
    fn reached_from(&self, start: &Start) -> Vec<bool> {
        let at = |id: &TaskId| self.position(id);
        let mut reached = match (self.flow, start.steps.first().and_then(at)) {
            _ if start.only.is_some() => vec![false; self.tasks.len()],
            (Flow::Guided { .. }, Some(first)) => self.reached_step_by_step(first),
            _ => self.reached(),
        };
        if let Some(only) = start.only.as_ref().and_then(at) {
            reached[only] = true;
        }
        let done = start.carried.iter().chain(&start.stood_in_for);
        for at in done.chain(&start.left_out).filter_map(at) {
            reached[at] = false;
        }
        reached
    }

    fn reached_by_dependencies(&self) -> Vec<bool> {
        let is_sure = |task: &Task| matches!(task.condition, Condition::Always);
        let mut reached: Vec<_> = self
            .tasks
            .iter()
            .map(|task| !task.is_called_only())
            .collect();
        let unsure = (0..self.tasks.len()).filter(|&at| !reached[at] || !is_sure(&self.tasks[at]));
        let mut open: Vec<Position> = unsure.collect();
        while let Some(at) = open.pop() {
            for &next in &self.tasks[at].dependents {
                let follows =
                    self.tasks[next].run_after == RunAfter::Success && self.is_waited_for(next, at);
                if follows
                    && std::mem::replace(&mut reached[next], false)
                    && is_sure(&self.tasks[next])
                {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// As far as there is one way alone.
    fn reached_step_by_step(&self, entry: Position) -> Vec<bool> {
        let mut reached = vec![false; self.tasks.len()];
        let mut at = entry;
        while !std::mem::replace(&mut reached[at], true) {
            let ways = self.tasks[at].ways.iter();
            let mut next = ways.filter(|way| way.after == Outcome::Success && way.to != Some(at));
            match (next.next(), next.next()) {
                (Some(Way { to: Some(to), .. }), None) => at = *to,
                _ => break,
            }
        }
        reached
    }
}

impl Task {
    /// Whether this place is looked at only if another case of a branch does not hold.
    fn is_passed_over(&self, path: &str) -> bool {
        let cases = push_token(&push_token(&self.pointer, "params"), "when");
        let case = path.strip_prefix(&cases);
        self.action.name == "branch" && case.is_some_and(|case| !case.starts_with("/0/"))
    }

    /// What its action reads of the context though no expression says so.
    fn read_by_itself(&self) -> &'static [(&'static str, bool)] {
        match self.action.name {
            "DataSourceTaskExecutor.execute" => OF_EXECUTOR,
            "DataSourceTaskExecutor.determineDataSource" => OF_CHOICE,
            _ => &[],
        }
    }

    /// Whether what a run is started with says which data source it uses.
    fn is_routed_by_input(&self) -> bool {
        let routing = &self.routing;
        !self.action.sources.is_empty() && routing.is_for_rules() && routing.data_kind.is_none()
    }

    /// The secrets its expressions name, each once.
    pub fn secrets(&self) -> BTreeSet<String> {
        self.secret_places().into_keys().collect()
    }

    /// The same, each with the first place that names it.
    pub fn secret_places(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.each_expression(&mut |text, place| {
            for path in references(text).unwrap_or_default() {
                if let Root::Secret(name) = path.root {
                    found.entry(name).or_insert_with(|| place.to_owned());
                }
            }
        });
        found
    }

    /// The workflow that it starts, and where it is named; nothing where only the run will know.
    pub fn starts(&self) -> Option<(&str, String)> {
        let named = self.params.get("workflow")?.as_word()?;
        let params = push_token(&self.pointer, "params");
        (self.action.name == "workflow.run" && !named.contains("${"))
            .then(|| (named, push_token(&params, "workflow")))
    }

    /// Whether an expression refers to such a value.
    fn refers(&self, is: impl Fn(&Root) -> bool) -> bool {
        let mut found = false;
        self.each_expression(&mut |text, _| {
            let paths = references(text).unwrap_or_default();
            found |= paths.iter().any(|path| is(&path.root));
        });
        found
    }

    /// Every text with an expression, and where it stands.
    pub(super) fn each_expression(&self, tell: &mut impl FnMut(&str, &str)) {
        each_expression(&self.params, &push_token(&self.pointer, "params"), tell);
        if let Condition::When(condition) = &self.condition {
            tell(condition, &push_token(&self.pointer, "condition"));
        }
    }
}

fn each_expression(value: &Value, path: &str, tell: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) if text.contains("${") => tell(text, path),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = push_token(path, &index.to_string());
                each_expression(item, &path, tell);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                each_expression(member, &push_token(path, key), tell);
            }
        }
        _ => {}
    }
}
