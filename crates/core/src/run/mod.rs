//! Runs.
pub mod action;
mod definition;
pub mod expression;
mod task_id;
pub use definition::*;
pub use task_id::TaskId;
