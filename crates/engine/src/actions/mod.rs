//! One attempt at one task: what the action does, and what came of it.
//!
//! A module per action or family of actions. Each checks its parameters, does its work, watches
//! [`Stop`], and keeps to [`Caps`]. The engine around it has evaluated the expressions, chosen the
//! data source and made the folders before, and tells `core::run::step` what came of it after.
//!
//! Absent on purpose: when and how often an attempt is made, timeouts (the engine stops it),
//! secrets (they are in the parameters by then; [`Mask`] hides them in what comes back), and any trace
//! of ours in the user's databases. A write that a crash broke off is decided by the task's
//! `idempotent`: see `docs/decisions/0007-no-trace-in-your-databases.md`.

mod branch;
mod data_source;
mod describe;
mod elasticsearch;
mod error;
mod file;
mod http;
mod mask;
mod output;
mod params;
mod program;
mod record;
mod redis;
mod sql;
mod stop;
mod table_list;
mod workflow_run;

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::run::{Level, TaskId, action};
use flowkeep_core::{Message, RunId, Value};
use flowkeep_host::Clock;

pub use error::ActionError;
pub use http::HttpClient;
pub(crate) use http::{failed as http_failed, read_body};
pub use mask::Mask;
pub(crate) use output::{Bytes, List};
pub use output::{Caps, Output, Overflow, Room};
pub use stop::{Stop, Stopper};
pub use workflow_run::ended as child_ended;

use crate::sources::Chosen;
use params::Params;

/// What an attempt is given.
pub struct Attempt<'a> {
    /// Its run.
    pub run: RunId,
    /// Its task.
    pub task: &'a TaskId,
    /// The name of a row of [`action::ACTIONS`].
    pub action: &'a str,
    /// The parameters, evaluated: there is no `${…}` left. In `sql`, expressions have become `?`
    /// and their values stand in `args` ([`flowkeep_core::run::expression::bind`]); the conditions
    /// of `branch` have become true or false.
    pub params: &'a Value,
    /// What the run was started with; the actions of requirement 002 take their input from it.
    pub context: &'a Value,
    /// The idempotency key: the same for every attempt that stands for one doing.
    pub key: &'a str,
    /// The data source that was chosen, for actions that need one.
    pub source: Option<&'a Chosen>,
    /// The task folder, or the run's own: it exists, programs start in it, `file.*` stay inside it.
    pub folder: &'a Path,
    /// Where programs find the configuration of the session it belongs to.
    pub configuration: Option<&'a Path>,
    /// How much it may hand back, and where the rest goes.
    pub room: Room,
    /// Whether it is asked to stop.
    pub stop: Stop,
    /// Lines for the run's log, told while the attempt runs. Must be quick.
    pub say: &'a (dyn Fn(Level, Said) + Send + Sync),
    /// The way to other machines, one for all attempts.
    pub http: &'a HttpClient,
    /// What time it is.
    pub clock: &'a dyn Clock,
}

/// A line for the run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message of ours.
    Message(Message),
    /// What a program printed, without the end of the line.
    Line(String),
}

/// What an attempt came to, unless it failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// It is done.
    Output {
        /// In the shape of the contract's table.
        output: Output,
        /// The task a `branch` chose.
        called: Option<TaskId>,
    },
    /// It wants to be told in this many milliseconds: the action `wait`. Its output is `{}`.
    Wait {
        /// From now.
        ms: u64,
    },
    /// It wants this workflow run and its end judged by [`child_ended`]: the action `workflow.run`.
    Child {
        /// The workflow's id.
        workflow: String,
        /// What the child run is started with.
        context: Value,
    },
    /// It was asked to stop and did; nothing is half done that could be undone.
    Stopped {
        /// Whether nothing of it was done, or all of it was taken back.
        undone: bool,
    },
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self::Output {
            output,
            called: None,
        }
    }
}

/// Carries an attempt out. Once [`Stop`] asks, it answers within a second, but for programs: they
/// are asked first and ended at the hard stop.
///
/// # Errors
/// Why it failed. The code is in the catalogue and says what the operator can do.
pub async fn carry_out(attempt: Attempt<'_>) -> Result<Done, ActionError> {
    let Some(row) = action::action(attempt.action) else {
        return Err(unknown(attempt.action));
    };
    if let Some(done) = at_once(row, attempt.params) {
        return done;
    }
    let params = Params::new(row.params, attempt.params);
    let done = match attempt.action {
        "sql.query" | "sql.execute" => sql::carry_out(&attempt, &params).await?,
        "DataSourceTaskExecutor.execute" => data_source::execute(&attempt).await?,
        "DataSourceTaskExecutor.determineDataSource" => data_source::determine(&attempt)?,
        "redis.command" => redis::carry_out(&attempt, &params).await?,
        "elasticsearch.request" => elasticsearch::carry_out(&attempt, &params).await?,
        "http.request" => http::carry_out(&attempt, &params).await?,
        "sql.describe" => describe::carry_out(&attempt, &params).await?,
        "table_list.read" => table_list::read(&attempt, &params).await?,
        "file.write" => file::write(&attempt, &params).await?,
        "file.copy" => file::copy(&attempt, &params).await?,
        "program.run" => program::carry_out(&attempt, &params).await?,
        "workflow.run" => workflow_run::begin(&params)?,
        name if name.starts_with("record.") => record::carry_out(&attempt, &params).await?,
        name => return Err(unknown(name)),
    };
    if let Done::Output { output, .. } = &done {
        for overflow in &output.overflows {
            (attempt.say)(Level::Warning, Said::Message(overflow.message()));
        }
    }
    Ok(done)
}

/// Whether [`at_once`] carries an action out.
pub(crate) fn is_done_at_once(action: &str) -> bool {
    matches!(action, "wait" | "branch")
}

/// What comes of an action that touches nothing outside; nothing for any other.
pub(crate) fn at_once(
    action: &action::Action,
    params: &Value,
) -> Option<Result<Done, ActionError>> {
    let params = Params::new(action.params, params);
    match action.name {
        "wait" => {
            let ms = params.whole("ms");
            Some(ms.map(|ms| Done::Wait {
                ms: ms.unwrap_or(0),
            }))
        }
        "branch" => Some(branch::carry_out(&params)),
        _ => None,
    }
}

/// Nobody here can do it: a name that no table has, or work for a person.
fn unknown(action: &str) -> ActionError {
    ActionError::lasting(Message::new("unknown_action").with("action", action))
}

/// What the attempt's data source answers.
async fn perform(
    attempt: &Attempt<'_>,
    operation: crate::sources::Operation,
) -> Result<Done, ActionError> {
    let Some(chosen) = attempt.source else {
        let message = Message::new("no_connection").with("wanted", attempt.action);
        return Err(ActionError::passing(message));
    };
    let source = Arc::clone(&chosen.source);
    let able =
        action::action(attempt.action).is_some_and(|row| row.sources.contains(&source.kind()));
    if !able {
        let message = Message::new("source_unfit")
            .with("source", source.name())
            .with("action", attempt.action);
        return Err(ActionError::lasting(message));
    }
    source
        .perform(operation, attempt.room.clone(), attempt.stop.clone())
        .await
}
