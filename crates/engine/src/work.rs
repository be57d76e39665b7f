//! What people are shown of a task's parameters: evaluated as far as they have values, secrets as
//! dots.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use flowkeep_core::json::parse;
use flowkeep_core::run::action::Holds;
use flowkeep_core::run::expression::{Fault, Lookup, Masked, evaluate_known};
use flowkeep_core::run::{Definition, RunState, Task, TaskId, Work};
use flowkeep_core::{Message, Value};
use flowkeep_store::{KeptRun, Store, StoreError};

use crate::secrets::Revealing;
use crate::values::{Values, whereabouts};

/// What a task of a run asks of a person, and why not all of it could be evaluated.
///
/// # Errors
/// What the database says.
pub fn work_of(
    store: &Store,
    run: &KeptRun,
    definition: &Definition,
    state: &RunState,
    task: &Task,
) -> Result<(Work, Option<Message>), StoreError> {
    let (params, fault) = params_of(store, run, definition, state, task)?;
    Ok((Work::read(&params), fault))
}

/// The parameters of a task as the run stands, and why not all of them could be evaluated.
///
/// # Errors
/// What the database says.
pub fn params_of(
    store: &Store,
    run: &KeptRun,
    definition: &Definition,
    state: &RunState,
    task: &Task,
) -> Result<(Value, Option<Message>), StoreError> {
    let context = parse(&run.context);
    let found = whereabouts([&task.params], definition, state);
    let lookup = Masked(Values {
        store,
        row: run.row,
        context: &context,
        whereabouts: &found,
        fresh: None,
        // Nobody is shown one.
        secrets: Revealing::at_once(None),
        fault: RefCell::new(None),
    });
    let (params, fault) = known(task, &lookup);
    match lookup.0.fault.into_inner() {
        Some(error) => Err(error),
        None => Ok((params, fault.map(|fault| why(fault, task)))),
    }
}

/// The parameters of a task as far as what a run is started with, and outputs that are there, give
/// them.
pub fn params_with(task: &Task, context: &Value, outputs: &BTreeMap<TaskId, Value>) -> Value {
    known(task, &Masked(Given { context, outputs })).0
}

/// SQL stays as it is written: its expressions become bound values and no part of it.
fn known(task: &Task, lookup: &impl Lookup) -> (Value, Option<Fault>) {
    let (mut params, fault) = evaluate_known(&task.params, lookup);
    let sql = |name: &str| {
        let mut params = task.action.params.iter();
        params.any(|param| param.name == name && param.holds == Holds::Sql)
    };
    if let Value::Object(members) = &mut params {
        for (name, value) in members {
            if let Some(written) = task.params.get(name).filter(|_| sql(name)) {
                value.clone_from(written);
            }
        }
    }
    (params, fault)
}

fn why(fault: Fault, task: &Task) -> Message {
    match fault {
        Fault::Wrong(message) => message,
        Fault::SecretLocked(secret) => Message::new("run_secret_locked")
            .with("secret", secret)
            .with("task", &task.id),
    }
}

struct Given<'a> {
    context: &'a Value,
    outputs: &'a BTreeMap<TaskId, Value>,
}

impl Lookup for Given<'_> {
    fn output(&self, task: &str) -> Option<Cow<'_, Value>> {
        self.outputs.get(&TaskId::from(task)).map(Cow::Borrowed)
    }

    fn context(&self) -> Cow<'_, Value> {
        Cow::Borrowed(self.context)
    }

    fn secret(&self, name: &str) -> Result<String, Fault> {
        Err(Fault::SecretLocked(name.to_owned()))
    }
}
