//! Attempts that touch nothing outside: they come to their end in the round that begins them,
//! without a worker and without a commit of their own. A crash finds all of one or nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use flowkeep_core::run::expression::{Fault, first_case};
use flowkeep_core::run::{Attempted, TaskId};
use flowkeep_core::{RunId, Value};

use crate::actions::{self, ActionError, Done, Output};
use crate::rounds::Rounds;
use crate::values::{Values, evaluated, whereabouts};
use crate::worker::{Came, unread};

/// The parameters of a branch with nothing but the case it takes.
fn taken(when: &Value, values: &Values<'_>) -> Result<Value, Fault> {
    let called = first_case(when, values)?;
    let case = called.map(|task| Value::object([("task", task.0.into())]));
    let cases: Vec<_> = case.into_iter().collect();
    Ok(Value::object([("when", cases.into())]))
}

impl Rounds {
    /// What comes of an attempt that needs no worker; nothing for one that does. `fresh` are the
    /// outputs of this round.
    pub(crate) fn at_once(
        &self,
        run: RunId,
        task: &TaskId,
        fresh: &BTreeMap<TaskId, String>,
    ) -> Option<Came> {
        let live = self.live.get(&run)?;
        let task = live.definition.task(task)?;
        if !actions::is_done_at_once(task.action.name) {
            return None;
        }
        let values = Values {
            store: &self.place.store,
            row: live.row,
            context: &live.context,
            whereabouts: &whereabouts([&task.params], &live.definition, &live.state),
            fresh: Some(fresh),
            secrets: self.secrets_at_once(),
            fault: RefCell::new(None),
        };
        let params = match task.params.get("when") {
            // Cases after the one that holds are not looked at.
            Some(when @ Value::Array(_)) if task.action.name == "branch" => {
                taken(when, &values).map_err(|fault| fault.inside("when"))
            }
            _ => evaluated(task.action, &task.params, &values),
        };
        if let Some(error) = values.fault.into_inner() {
            return Some(Came::failed(unread(&error)));
        }
        let params = match params {
            Ok(params) => params,
            Err(Fault::SecretLocked(secret)) => {
                return Some(Came::of(Attempted::Locked { secret }));
            }
            Err(Fault::Wrong(message)) => {
                return Some(Came::failed(ActionError::lasting(message)));
            }
        };
        Some(match actions::at_once(task.action, &params)? {
            Ok(Done::Output { output, called }) => Came::succeeded(&output, called),
            Ok(Done::Wait { ms: 0 }) => Came::succeeded(&Output::default(), None),
            Ok(Done::Wait { ms }) => Came::waiting(self.now.after(ms)),
            Ok(Done::Child { .. } | Done::Stopped { .. }) => return None,
            Err(error) => Came::failed(error),
        })
    }
}
