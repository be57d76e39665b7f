//! Where a definition uses expressions, and what it expects of the run's context.

use super::{Condition, Definition, Task};
use crate::Value;
use crate::run::expression::{Root, Segment, references};
use crate::run::task_id::TaskId;
use crate::value::push_token;

/// A name that a definition takes from the run's context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextName {
    /// As in `${context.NAME}`.
    pub name: String,
    /// Each place that uses it: the task, and where in the document (RFC 6901).
    pub used: Vec<(TaskId, String)>,
}

/// What requirement 002's actions read of the context by themselves.
const OF_EXECUTOR: &[&str] = &["query", "values", "isHistoricalData", "isCacheData"];
const OF_CHOICE: &[&str] = &["isHistoricalData", "isCacheData"];

impl Definition {
    /// What a run is started with, as far as the definition says, in the order of the document.
    /// Expressions that cannot be read name nothing; validation has said so.
    pub fn context_names(&self) -> Vec<ContextName> {
        let mut found: Vec<ContextName> = Vec::new();
        let mut add = |name: &str, task: &Task, path: &str| {
            let place = (task.id.clone(), path.to_owned());
            match found.iter_mut().find(|known| known.name == name) {
                Some(known) if known.used.contains(&place) => {}
                Some(known) => known.used.push(place),
                None => found.push(ContextName {
                    name: name.to_owned(),
                    used: vec![place],
                }),
            }
        };
        for task in self.tasks() {
            let read = match task.action.name {
                "DataSourceTaskExecutor.execute" => OF_EXECUTOR,
                "DataSourceTaskExecutor.determineDataSource" => OF_CHOICE,
                _ => &[],
            };
            for name in read {
                add(name, task, &task.pointer);
            }
            task.each_expression(&mut |text, path| {
                for reference in references(text).unwrap_or_default() {
                    if let (Root::Context, Some(Segment::Key(name))) =
                        (&reference.root, reference.segments.first())
                    {
                        add(name, task, path);
                    }
                }
            });
        }
        found
    }
}

impl Task {
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
