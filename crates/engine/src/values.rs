//! What expressions stand for: outputs from the database, the context, secrets.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use flowkeep_core::Value;
use flowkeep_core::json;
use flowkeep_core::run::action::{Action, Holds};
use flowkeep_core::run::expression::{self, Fault, Lookup, Root};
use flowkeep_core::run::{Definition, OutputOf, RunState, TaskId};
use flowkeep_store::{Store, StoreError};

use crate::secrets::Revealing;

/// Where the outputs stand that some parameters refer to, as the run was when they were needed.
pub(crate) type Whereabouts = BTreeMap<String, OutputOf>;

/// Values for the expressions of one task.
pub(crate) struct Values<'a> {
    pub(crate) store: &'a Store,
    pub(crate) row: i64,
    pub(crate) context: &'a Value,
    pub(crate) whereabouts: &'a Whereabouts,
    /// Outputs that are not in the database yet.
    pub(crate) fresh: Option<&'a BTreeMap<TaskId, String>>,
    /// Where secrets come from.
    pub(crate) secrets: Revealing<'a>,
    /// Why one could not be read.
    pub(crate) fault: RefCell<Option<StoreError>>,
}

impl Values<'_> {
    fn read(&self, task: &TaskId) -> Option<Value> {
        let fresh = self.fresh.and_then(|fresh| fresh.get(task)).cloned();
        let text = match fresh {
            Some(text) => Some(text),
            None => self.store.output(self.row, task).unwrap_or_else(|error| {
                self.fault.replace(Some(error));
                None
            }),
        };
        json::read(&text?).ok()
    }
}

impl Lookup for Values<'_> {
    fn output(&self, task: &str) -> Option<Cow<'_, Value>> {
        match self.whereabouts.get(task)? {
            OutputOf::Task(task) => self.read(task).map(Cow::Owned),
            OutputOf::Empty => Some(Cow::Owned(Value::Object(Vec::new()))),
            OutputOf::Nothing => None,
        }
    }

    fn context(&self) -> Cow<'_, Value> {
        Cow::Borrowed(self.context)
    }

    fn secret(&self, name: &str) -> Result<String, Fault> {
        self.secrets.reveal(name)
    }
}

/// Where the outputs stand that a value's expressions refer to.
pub(crate) fn whereabouts<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    definition: &Definition,
    state: &RunState,
) -> Whereabouts {
    let mut found = Whereabouts::new();
    let mut open: Vec<&Value> = values.into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.contains("${") => {
                // One that cannot be read is told when it is evaluated.
                for path in expression::references(text).unwrap_or_default() {
                    if let Root::Task(task) = path.root {
                        let id = TaskId::from(task.as_str());
                        found.insert(task, state.output_of(definition, &id));
                    }
                }
            }
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    found
}

/// The parameters of an action, evaluated. In SQL, expressions become bound values.
pub(crate) fn evaluated(
    action: &Action,
    params: &Value,
    lookup: &impl Lookup,
) -> Result<Value, Fault> {
    let sql = action.params.iter().find(|param| param.holds == Holds::Sql);
    let (Some(sql), Some(members)) = (sql, params.as_object()) else {
        return expression::evaluate(params, lookup);
    };
    let mut evaluated = Vec::with_capacity(members.len() + 1);
    for (key, value) in members.iter().filter(|(key, _)| key != sql.name) {
        let value = expression::evaluate(value, lookup).map_err(|fault| fault.inside(key))?;
        evaluated.push((key.clone(), value));
    }
    if let Some(text) = params.get(sql.name).and_then(Value::as_str) {
        let position = evaluated.iter().position(|(key, _)| key == "args");
        let args = position.map(|at| evaluated.remove(at).1);
        let args = args.as_ref().and_then(Value::as_array).unwrap_or_default();
        let bound = expression::bind(text, args, lookup).map_err(|fault| fault.inside(sql.name))?;
        evaluated.push((sql.name.to_owned(), Value::String(bound.sql)));
        evaluated.push(("args".to_owned(), Value::Array(bound.args)));
    }
    Ok(Value::Object(evaluated))
}
