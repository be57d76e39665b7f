//! How far a long task is, and whether its operator still wants it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// The operator's wish that a long task ends: one end in the face that has the button, the other
/// wherever the work is, down to a single statement of the database.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Asks the task to end. Says whether it had been asked before.
    pub fn cancel(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Whether it was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Follows a long task. Implementations must be quick: a step is told for every item.
pub trait Progress: Sync {
    /// `done` items of this phase are done (of `total`, where known); `name` is the latest.
    fn step(&self, phase: &'static str, done: u32, total: Option<u32>, name: Option<&str>);

    /// Tells when the operator wants the task to end.
    fn cancellation(&self) -> &Cancellation;

    /// Whether the operator wants it to end. Asked before every item.
    fn cancelled(&self) -> bool {
        self.cancellation().is_cancelled()
    }
}

/// Nobody follows and nobody cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unfollowed;

/// The wish nobody can make.
static NEVER: LazyLock<Cancellation> = LazyLock::new(Cancellation::default);

impl Cancellation {
    /// A task that nobody can cancel.
    pub fn never() -> &'static Self {
        &NEVER
    }
}

impl Progress for Unfollowed {
    fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {}

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}
