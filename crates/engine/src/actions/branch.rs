//! `branch`: the first case whose condition holds names the task that is called.

use flowkeep_core::run::TaskId;
use flowkeep_core::{Message, Value};

use super::params::{Params, wrong};
use super::{ActionError, Done, Output};

pub(super) fn carry_out(params: &Params<'_>) -> Result<Done, ActionError> {
    params.value("when")?;
    let mut called = None;
    for case in params.list("when")? {
        let holds = match case.get("condition") {
            // A case without a condition is the one for all else.
            None | Some(Value::Null) => true,
            Some(Value::Bool(holds)) => *holds,
            Some(_) => {
                let message = Message::new("expression_not_true_or_false");
                return Err(ActionError::lasting(message));
            }
        };
        let task = case.get("task").and_then(Value::as_word);
        let task = task.ok_or_else(|| wrong("task", "field_not_text"))?;
        if holds {
            called = Some(TaskId::from(task));
            break;
        }
    }
    Ok(Done::Output {
        output: Output::of([("task", called.as_ref().map(TaskId::as_str).into())]),
        called,
    })
}
