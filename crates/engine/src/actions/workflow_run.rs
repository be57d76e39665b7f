//! `workflow.run`: only tells what is wanted; the engine starts the child run and waits for it.

use flowkeep_core::run::Status;
use flowkeep_core::{Message, RunId, Value};

use super::params::Params;
use super::{ActionError, Done, Output};

pub(super) fn begin(params: &Params<'_>) -> Result<Done, ActionError> {
    params.words("accept")?;
    Ok(Done::Child {
        workflow: params.needed("workflow")?.to_owned(),
        context: Value::Object(params.members("context")?.to_vec()),
    })
}

/// What it means for the attempt that its child run has ended. `params` are those of the attempt.
///
/// # Errors
/// `child_not_succeeded` unless the run succeeded or `accept` lists its status.
pub fn ended(params: &Value, run: RunId, status: Status) -> Result<Output, ActionError> {
    let word = status.as_str();
    let accepted = params.get("accept").and_then(Value::as_array);
    let accepted = accepted.unwrap_or_default().iter();
    if status == Status::Succeeded || accepted.filter_map(Value::as_word).any(|w| w == word) {
        let run_id = run.to_string().into();
        return Ok(Output::of([("run_id", run_id), ("status", word.into())]));
    }
    let message = Message::new("child_not_succeeded")
        .with("run", run)
        .with("status", word);
    Err(ActionError::passing(message))
}
