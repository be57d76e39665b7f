//! The engine's time: it never goes back, and goes on while the wall clock is set back.
//!
//! Between two looks it is a monotonic clock. Where the wall clock is ahead (the machine slept, the
//! clock was set forward) it follows, so that what was due meanwhile is due now. Where the wall
//! clock is behind it goes on by itself, so that nothing waits for an hour twice. How long was
//! worked is told beside it: that is what an attempt's time limit counts.

use std::sync::Arc;
use std::time::Duration;

use flowkeep_core::run::Moment;
use flowkeep_host::Clock;

/// A jump of the wall clock that is worth telling, and that schedules are paused for (decisions,
/// "Across all five" 11).
pub(crate) const JUMP_MS: i64 = 300_000;

/// The time of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    /// Now.
    pub(crate) now: Moment,
    /// How long was worked, in milliseconds from some moment on; also told as a moment.
    pub(crate) worked: Moment,
}

pub(crate) struct Steady {
    clock: Arc<dyn Clock>,
    last: Moment,
    looked: Duration,
    behind: bool,
}

impl Steady {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            last: Moment(clock.now().0),
            looked: clock.passed(),
            clock,
            behind: false,
        }
    }

    /// The time now, and by how much the wall clock has jumped since the last look, in milliseconds,
    /// where that is worth telling.
    pub(crate) fn look(&mut self) -> (Time, Option<i64>) {
        let passed = self.clock.passed().saturating_sub(self.looked);
        let wall = Moment(self.clock.now().0);
        // What is less than a millisecond stays to be counted at the next look.
        let whole = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        self.looked += Duration::from_millis(whole);
        let steady = self.last.after(whole);
        let ahead = wall.0.saturating_sub(steady.0);
        // One that was set back stays behind; one that is ahead is followed.
        let behind = ahead < -JUMP_MS;
        let tell = ahead > JUMP_MS || (behind && !self.behind);
        if tell {
            tracing::warn!(milliseconds = ahead, "the wall clock has jumped");
        }
        self.behind = behind;
        self.last = steady.max(wall);
        let worked = u64::try_from(self.looked.as_millis()).unwrap_or(u64::MAX);
        let time = Time {
            now: self.last,
            worked: Moment(0).after(worked),
        };
        (time, tell.then_some(ahead))
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
        let (begun, jumped) = steady.look();
        assert_eq!(jumped, None);
        clock.set(9_000_000);
        let (ahead, jumped) = steady.look();
        assert!(ahead.now >= Moment(9_000_000));
        assert_eq!(ahead.worked, begun.worked, "nobody has worked meanwhile");
        assert!(jumped.is_some_and(|by| by > 7_000_000));
        clock.set(1_000);
        let (back, jumped) = steady.look();
        assert!(back.now >= ahead.now);
        assert!(jumped.is_some_and(|by| by < -8_000_000));
        clock.pass(50);
        let (later, jumped) = steady.look();
        assert!(later.now >= back.now.after(50));
        assert_eq!(later.worked, begun.worked.after(50));
        assert_eq!(jumped, None, "it is told once");
    }
}
