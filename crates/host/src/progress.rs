//! How far a long task is, and whether its operator still wants it.

/// Follows a long task. Implementations must be quick: a step is told for every item.
pub trait Progress: Sync {
    /// `done` items of this phase are done (of `total`, where known); `name` is the latest.
    fn step(&self, phase: &'static str, done: u32, total: Option<u32>, name: Option<&str>);

    /// Whether the operator wants it to end. Asked before every item.
    fn cancelled(&self) -> bool;
}

/// Nobody follows and nobody cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unfollowed;

impl Progress for Unfollowed {
    fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {}

    fn cancelled(&self) -> bool {
        false
    }
}
