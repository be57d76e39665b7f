//! What is due later, by two measures of time.
//!
//! What only waits (a moment, a pause between tries, a person) is due by the clock: it goes on while
//! the machine sleeps and while nobody is here. What is carried out is due by the time that was
//! worked: an attempt that slept with the machine has not taken too long.

use std::collections::BTreeMap;

use flowkeep_core::RunId;
use flowkeep_core::run::{Moment, TaskId, Timer};

use crate::steady::Time;

/// What a timer goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    Clock,
    Worked,
}

/// Its place among those of its measure: when, and how many were set before.
type Place = (Measure, Moment, u64);

/// All timers that are set.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeMap<Place, (RunId, Timer)>,
    /// Where those of one task are, so that they go with what they were set for.
    of: BTreeMap<RunId, BTreeMap<TaskId, Vec<Place>>>,
    set: u64,
}

impl Timers {
    /// Sets one for a moment; one of an attempt that is carried out goes by what is worked from
    /// now on.
    pub(crate) fn set(
        &mut self,
        time: Time,
        run: RunId,
        at: Moment,
        timer: Timer,
        carried_out: bool,
    ) {
        let place = if carried_out {
            let left = u64::try_from(at.0.saturating_sub(time.now.0)).unwrap_or_default();
            (Measure::Worked, time.worked.after(left), self.set)
        } else {
            (Measure::Clock, at, self.set)
        };
        self.set += 1;
        let of = self.of.entry(run).or_default();
        of.entry(timer.task.clone()).or_default().push(place);
        self.due.insert(place, (run, timer));
    }

    /// Takes one out that is due.
    pub(crate) fn take_due(&mut self, time: Time) -> Option<(RunId, Timer)> {
        let firsts = self.firsts();
        let place = firsts
            .into_iter()
            .flatten()
            .find(|place| left(*place, time) == 0)?;
        let (run, timer) = self.due.remove(&place)?;
        self.forget_place(run, &timer.task, place);
        Some((run, timer))
    }

    /// In how many milliseconds the next one is due.
    pub(crate) fn next(&self, time: Time) -> Option<u64> {
        let firsts = self.firsts().into_iter().flatten();
        firsts.map(|place| left(place, time)).min()
    }

    /// Takes back those of a task: its attempt has ended.
    pub(crate) fn forget(&mut self, run: RunId, task: &TaskId) {
        let Some(of) = self.of.get_mut(&run) else {
            return;
        };
        for place in of.remove(task).into_iter().flatten() {
            self.due.remove(&place);
        }
        if of.is_empty() {
            self.of.remove(&run);
        }
    }

    /// Takes back those of a run that is no longer in hand.
    pub(crate) fn forget_run(&mut self, run: RunId) {
        let of = self.of.remove(&run).unwrap_or_default();
        for place in of.into_values().flatten() {
            self.due.remove(&place);
        }
    }

    /// How many are set.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    /// The first of each measure.
    fn firsts(&self) -> [Option<Place>; 2] {
        let from = (Measure::Worked, Moment(i64::MIN), 0);
        let by_clock = self.due.range(..from).next();
        let worked = self.due.range(from..).next();
        [by_clock, worked].map(|found| found.map(|(place, _)| *place))
    }

    fn forget_place(&mut self, run: RunId, task: &TaskId, place: Place) {
        let Some(of) = self.of.get_mut(&run) else {
            return;
        };
        if let Some(places) = of.get_mut(task) {
            places.retain(|other| *other != place);
            if places.is_empty() {
                of.remove(task);
            }
        }
        if of.is_empty() {
            self.of.remove(&run);
        }
    }
}

/// How many milliseconds are left.
fn left((measure, at, _): Place, time: Time) -> u64 {
    let now = match measure {
        Measure::Clock => time.now,
        Measure::Worked => time.worked,
    };
    u64::try_from(at.0.saturating_sub(now.0)).unwrap_or_default()
}
