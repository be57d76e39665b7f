//! The engine's time: it never goes back, and goes on while the wall clock is set back.
//!
//! Between two looks it is a monotonic clock. Where the wall clock is ahead (the machine slept, the
//! clock was set forward) it follows, so that what was due meanwhile is due now. Where the wall
//! clock is behind it goes on by itself, so that nothing waits for an hour twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::run::Moment;
use flowkeep_host::Clock;

/// A jump of the wall clock that is worth telling.
const JUMP_MS: i64 = 300_000;

pub(crate) struct Steady {
    clock: Arc<dyn Clock>,
    last: Moment,
    looked: Instant,
    told: bool,
}

impl Steady {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            last: Moment(clock.now().0),
            clock,
            looked: Instant::now(),
            told: false,
        }
    }

    pub(crate) fn now(&mut self) -> Moment {
        let looked = Instant::now();
        let passed = looked.saturating_duration_since(self.looked);
        let wall = Moment(self.clock.now().0);
        // What is less than a millisecond stays to be counted at the next look.
        let whole = Duration::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
        self.looked += whole;
        let steady = self
            .last
            .after(u64::try_from(whole.as_millis()).unwrap_or(u64::MAX));
        let ahead = wall.0.saturating_sub(steady.0);
        let jumped = ahead.abs() > JUMP_MS;
        if jumped && !self.told {
            tracing::warn!(milliseconds = ahead, "the wall clock has jumped");
        }
        self.told = jumped;
        self.last = steady.max(wall);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::testing::TestClock;

    use super::*;

    #[test]
    fn time_follows_a_clock_that_leaps_ahead_and_ignores_one_that_is_set_back() {
        let clock = Arc::new(TestClock::at(1_000_000));
        let mut steady = Steady::new(clock.clone());
        clock.set(9_000_000);
        let ahead = steady.now();
        assert!(ahead >= Moment(9_000_000));
        clock.set(1_000);
        assert!(steady.now() >= ahead);
    }
}
