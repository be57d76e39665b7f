//! The engine: carries out what `core::run::step` decides.
//!
//! | part | does |
//! |---|---|
//! | [`Engine`] | the rounds: what happened is decided, written, and only then acted on |
//! | [`readiness()`], [`begin()`] | from a workflow to a run that may begin |
//! | [`Engine`] with [`Scope::All`] | runs whose time has come, that listen to what happened, or whose file has appeared |
//! | [`Agents`] | who carries attempts out |
//! | [`Preparing`] | who makes a task folder ready before its run begins |
//! | [`Configuring`] | who looks after the configuration of a run that belongs to a session |
//! | [`settle_fallen()`], [`values_of()`] | writes that another source took, as people see them |
//! | [`actions`] | one attempt at one task: SQL, records, files, requests, programs |
//! | [`notices`] | what people are to hear of, on its way to them |
//! | [`sources`] | the data sources those actions read and write, behind one trait |
//!
//! Absent on purpose: decisions about what is ready, retried or finished (`core::run`), and SQL on
//! Flowkeep's own database (`store`). SQL for the user's connections is in `actions` and `sources`
//! and nowhere else (ARCHITECTURE.md, invariant 3).

pub mod actions;
mod agents;
mod at_once;
mod begin;
mod configuring;
mod decide;
mod engine;
mod fallback;
mod live;
mod load;
mod locked;
pub mod notices;
mod preparing;
mod readiness;
mod round;
mod rounds;
mod secrets;
pub mod sources;
mod starting;
mod steady;
mod take_up;
mod timers;
mod timetable;
mod values;
mod wanted;
mod watching;
mod work;
mod worker;

pub use agents::{Agent, Agents};
pub use begin::{Beginning, Begun, begin, definition_invalid, input_missing, lacking, task_folder};
pub use configuring::{Belonging, Configuring, LookWish, Looked, Occasion};
pub use engine::{Engine, EngineOptions, Scope};
pub use fallback::{settle_fallen, values_of};
pub use live::{definition_of, state_of};
pub use preparing::{Outcome, Prepared, Preparing, Wish};
pub use readiness::{
    Readiness, Unconnected, absent_workflows, is_written_here, readiness, tasks_hash, unconnected,
    unknown_folder,
};
pub use secrets::{missing as secret_missing, password_of, secrets_message};
pub use starting::{Emitted, LONGEST_CHAIN, Listening, actor, hindrance, hindrances, listening};
pub use wanted::Wanted;
pub use work::{params_of, params_with, work_of};
