//! Runs: from a document to what has to be done next.
//!
//! | part | says |
//! |---|---|
//! | [`Definition`] | what a workflow means when it runs; what stops a start |
//! | [`action`], [`redis`] | what a task can do, as data; which commands of Redis only read |
//! | [`Work`], [`lines()`] | what a person is asked to do; what a task would do, to be trusted |
//! | [`expression`] | how parameters and conditions use the run's context and earlier outputs |
//! | [`step()`] | what follows from an event: the one decision function |
//! | [`RunState`], [`Event`], [`Effect`] | what it is given and gives |
//! | [`repeat`] | how a run begins that repeats another |
//! | [`Archive`] | what lay in its task folder before it began |
//! | [`route`] | which data source a task uses, and why none of the others |
//! | [`queue`] | which attempt goes next, and to which agent |
//! | [`chart`] | what of many runs is drawn as one |
//! | [`compare`] | how two runs differ |
//! | [`remedy`] | what a person can do about a failure |
//!
//! An engine around it does four things. It keeps the state and the history in a database. It tells
//! what happens as an [`Event`], writes the new state and the [`Effect`]s in one transaction, and
//! only then acts on them. It chooses from the queue, carries attempts out and keeps their outputs.
//! It tells the time. Everything else is decided here, without I/O and without a clock, so that it
//! can be tested as what it is: a function (`tests/run`).
//!
//! Why one function: `docs/decisions/0006-one-decision-function.md`.

mod act;
pub mod action;
mod archive;
mod asked;
pub mod chart;
pub mod compare;
mod definition;
mod effect;
mod event;
pub mod expression;
pub mod fallback;
pub mod queue;
pub mod redis;
pub mod remedy;
mod repeat;
pub mod route;
mod state;
mod status;
mod step;
mod task_id;
pub mod trend;
mod warning;
mod work;

pub use act::{Line, lines};
pub use archive::{Archive, Unarchived};
pub use definition::{
    ActsOn, Condition, ContextName, Definition, Flow, OnFailure, Outcome, Placed, ROUTING_NAMES,
    Retry, Routing, RunAfter, Task, Way,
};
pub use effect::{Effect, Level, Question, QueuedAttempt, idempotency_key};
pub use event::{Attempted, Decision, Evaluation, Event, Parked, Purpose, Start, Timer};
pub use repeat::{From, instead, repeat};
pub use state::{
    Ending, Head, Moment, OutputOf, Phase, Reason, RunState, StopReason, Stopping, TaskState,
};
pub use status::Status;
pub use step::{GRACE_MS, MAX_BROKEN, MAX_ROUNDS, Refused, step};
pub use task_id::TaskId;
pub use warning::{PASSING_WARNINGS, Passing, passing};
pub use work::{Choice, Field, FieldType, Item, StandsFor, Work};
