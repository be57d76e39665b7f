//! Which snapshots of a piece of work go when snapshots are cleaned up.

use std::cmp::Reverse;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A clock that is further ahead of the last clean-up was set wrong, rather than nobody having been here.
const LONGEST_AWAY: i64 = 400 * DAY;

/// By what it is told what is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Milliseconds; of what nobody needs any more goes what is from before.
    pub before: i64,
    /// Milliseconds.
    pub now: i64,
    /// Milliseconds; when it was last cleaned up.
    pub last: Option<i64>,
}

/// A piece of work, as far as that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSession {
    /// Whether nobody can take it up again.
    pub is_over: bool,
    /// Milliseconds; nothing where nobody knows.
    pub ended_at: Option<i64>,
    /// The sequence of the snapshot that its own copy of the files came from.
    pub overlay: Option<u32>,
    /// Whether its files are being put back where they were, also by a process that died.
    pub is_at_work: bool,
    /// Its snapshots, in any order.
    pub snapshots: Vec<OldSnapshot>,
}

/// A snapshot, as far as that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldSnapshot {
    /// Which of its session it is. Clocks go back, these do not.
    pub sequence: u32,
    /// Milliseconds.
    pub at: i64,
    /// Whether the work can go on from it; else it holds what was written over when files were put back.
    pub is_of_the_work: bool,
    /// How many files it lacks of those that were referred to, or that are damaged in it; nothing where none can be
    /// read.
    pub lacks: Option<u32>,
}

impl OldSnapshot {
    /// Work goes on from the one that is least of all.
    fn rank(&self) -> (u32, Reverse<u32>) {
        (self.lacks.unwrap_or(u32::MAX), Reverse(self.sequence))
    }
}

/// What becomes of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It goes.
    Goes,
    /// The work began with it, and may be taken up again.
    Begin,
    /// It is the newest of work that may be taken up again.
    Newest,
    /// It lacks less than any newer one.
    Best,
    /// The session's own copy of the files came from it.
    InUse,
    /// It is not old enough, or its work has not ended long enough ago.
    Young,
    /// The clock is so far ahead that nobody can say what is old.
    ClockAhead,
}

impl Verdict {
    /// The word in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Goes => "goes",
            Self::Begin => "begin",
            Self::Newest => "newest",
            Self::Best => "best",
            Self::InUse => "in_use",
            Self::Young => "young",
            Self::ClockAhead => "clock_ahead",
        }
    }
}

/// What becomes of each snapshot of a piece of work, in the order in which they are told. What may be taken up
/// again keeps what it would need for that; of what has ended all go together, some days after its end or after the
/// last of them was taken.
pub fn verdicts(rule: &Rule, session: &OldSession) -> Vec<Verdict> {
    let snapshots = session.snapshots.iter();
    let of_the_work = || snapshots.clone().filter(|snapshot| snapshot.is_of_the_work);
    let sequences = || of_the_work().map(|snapshot| snapshot.sequence);
    let (first, last) = (sequences().min(), sequences().max());
    let best = of_the_work().min_by_key(|snapshot| snapshot.rank());
    let best = best.map(|snapshot| snapshot.sequence);
    let is_ahead = rule
        .last
        .is_some_and(|last| rule.now.saturating_sub(last) > LONGEST_AWAY);
    // Somebody has looked after it since, or nobody knows when it ended.
    let seen_last = session.snapshots.iter().map(|snapshot| snapshot.at).max();
    let ended_at = session.ended_at.max(seen_last);
    // A clock that was behind made it look older than one that was taken before it.
    let taken_at = |one: &OldSnapshot| {
        let before = session.snapshots.iter();
        let before = before.filter(|other| other.sequence < one.sequence && other.at <= rule.now);
        before.map(|other| other.at).max().max(Some(one.at))
    };
    let verdict = |snapshot: &OldSnapshot| {
        if is_ahead {
            return Verdict::ClockAhead;
        }
        if session.is_at_work {
            return Verdict::InUse;
        }
        let is_old = if session.is_over {
            ended_at.is_some_and(|ended| ended < rule.before)
        } else if Some(snapshot.sequence) == last && first != last {
            return Verdict::Newest;
        } else if session.overlay == Some(snapshot.sequence) {
            return Verdict::InUse;
        } else if Some(snapshot.sequence) == first {
            return Verdict::Begin;
        } else if Some(snapshot.sequence) == best {
            return Verdict::Best;
        } else {
            taken_at(snapshot) < Some(rule.before)
        };
        if is_old {
            Verdict::Goes
        } else {
            Verdict::Young
        }
    };
    snapshots.map(verdict).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Verdict::{Begin, Best, ClockAhead, Goes, InUse, Newest, Young};
    use super::*;

    /// Days ago.
    fn session(is_over: bool, ended: Option<i64>, days: &[i64]) -> OldSession {
        let snapshots = days.iter().zip(1..);
        OldSession {
            is_over,
            ended_at: ended.map(|days| -days * DAY),
            overlay: None,
            is_at_work: false,
            snapshots: snapshots
                .map(|(days, sequence)| OldSnapshot {
                    sequence,
                    at: -days * DAY,
                    is_of_the_work: true,
                    lacks: Some(0),
                })
                .collect(),
        }
    }

    const RULE: Rule = Rule {
        before: -30 * DAY,
        now: 0,
        last: Some(-DAY),
    };

    #[test]
    fn what_a_clock_that_was_behind_made_look_old_is_as_young_as_what_came_before() {
        let all = session(false, None, &[50, 10, 900, 5]);
        assert_eq!(verdicts(&RULE, &all), [Begin, Young, Young, Newest]);
        // One that was ahead makes nothing young for good but what it dates itself.
        let all = session(false, None, &[50, -900, 40, 5]);
        assert_eq!(verdicts(&RULE, &all), [Begin, Young, Goes, Newest]);
    }

    #[test]
    fn work_that_may_be_taken_up_keeps_its_first_and_its_newest() {
        let mut open = session(false, None, &[90, 80, 70, 20, 60]);
        assert_eq!(verdicts(&RULE, &open), [Begin, Goes, Goes, Young, Newest]);
        open.overlay = Some(2);
        assert_eq!(verdicts(&RULE, &open), [Begin, InUse, Goes, Young, Newest]);
        open.snapshots.reverse();
        assert_eq!(verdicts(&RULE, &open), [Newest, Young, Goes, InUse, Begin]);
        let alone = session(false, None, &[90]);
        assert_eq!(verdicts(&RULE, &alone), [Begin]);
    }

    #[test]
    fn work_that_may_be_taken_up_keeps_the_one_that_it_would_go_on_from() {
        let mut open = session(false, None, &[90, 80, 70, 60, 50]);
        let lack = |open: &mut OldSession, lacks: [Option<u32>; 5]| {
            for (snapshot, lacks) in open.snapshots.iter_mut().zip(lacks) {
                snapshot.lacks = lacks;
            }
            verdicts(&RULE, open)
        };
        // A file was deleted, and that was kept as well.
        let told = lack(&mut open, [Some(0), Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(told, [Begin, Goes, Best, Goes, Newest]);
        let told = lack(&mut open, [Some(3), Some(1), Some(2), None, None]);
        assert_eq!(told, [Begin, Best, Goes, Goes, Newest]);
        let told = lack(&mut open, [None; 5]);
        assert_eq!(told, [Begin, Goes, Goes, Goes, Newest]);
        open.snapshots[1].is_of_the_work = false;
        let told = lack(&mut open, [Some(3), Some(0), Some(2), Some(2), Some(4)]);
        assert_eq!(told, [Begin, Goes, Goes, Best, Newest]);
        open.is_over = true;
        assert_eq!(verdicts(&RULE, &open), [Goes; 5]);
    }

    #[test]
    fn of_work_that_is_over_all_go_some_days_later() {
        let mut long_ago = session(true, Some(31), &[90, 40]);
        long_ago.overlay = Some(1);
        assert_eq!(verdicts(&RULE, &long_ago), [Goes, Goes]);
        let lately = session(true, Some(29), &[90, 40]);
        assert_eq!(verdicts(&RULE, &lately), [Young, Young]);
        let unknown = session(true, None, &[90, 31]);
        assert_eq!(verdicts(&RULE, &unknown), [Goes, Goes]);
        let unknown = session(true, None, &[90, 29]);
        assert_eq!(verdicts(&RULE, &unknown), [Young, Young]);
    }

    #[test]
    fn what_was_written_over_is_kept_by_its_age_and_in_the_place_of_no_other() {
        let mut alone = session(false, None, &[90, 80]);
        alone.snapshots[1].is_of_the_work = false;
        assert_eq!(
            verdicts(&RULE, &alone),
            [Begin, Goes],
            "it is not called the newest"
        );
        let mut open = session(false, None, &[90, 80, 70, 60]);
        open.snapshots[3].is_of_the_work = false;
        assert_eq!(verdicts(&RULE, &open), [Begin, Goes, Newest, Goes]);
        open.snapshots[3].at = -DAY;
        assert_eq!(verdicts(&RULE, &open), [Begin, Goes, Newest, Young]);
        let mut ended = session(true, Some(31), &[40, 1]);
        ended.snapshots[1].is_of_the_work = false;
        assert_eq!(verdicts(&RULE, &ended), [Young, Young]);
        ended.snapshots[1].at = -31 * DAY;
        assert_eq!(verdicts(&RULE, &ended), [Goes, Goes]);
        ended.is_at_work = true;
        assert_eq!(verdicts(&RULE, &ended), [InUse, InUse]);
    }

    #[test]
    fn with_a_clock_that_runs_ahead_nothing_goes() {
        let ended = session(true, Some(500), &[600]);
        let after = |days: i64| Rule {
            last: Some(-days * DAY),
            ..RULE
        };
        assert_eq!(verdicts(&after(400), &ended), [Goes]);
        assert_eq!(verdicts(&after(401), &ended), [ClockAhead]);
        let first = Rule { last: None, ..RULE };
        assert_eq!(verdicts(&first, &ended), [Goes]);
    }

    fn sessions() -> impl Strategy<Value = OldSession> {
        let lacks = prop::option::weighted(0.9, 0_u32..4);
        let snapshot = (-500_i64..100, any::<bool>(), lacks);
        let snapshots = prop::collection::btree_map(1_u32..9, snapshot, 0..6);
        let snapshots = snapshots
            .prop_map(|all| all.into_iter().collect::<Vec<_>>())
            .prop_shuffle();
        let ended = prop::option::of(-500_i64..100);
        let is_at_work = prop::bool::weighted(0.1);
        (
            any::<bool>(),
            ended,
            prop::option::of(1_u32..9),
            is_at_work,
            snapshots,
        )
            .prop_map(
                |(is_over, ended, overlay, is_at_work, snapshots)| OldSession {
                    is_over,
                    ended_at: ended.map(|days| days * DAY),
                    overlay,
                    is_at_work,
                    snapshots: snapshots
                        .into_iter()
                        .map(|(sequence, (days, is_of_the_work, lacks))| OldSnapshot {
                            sequence,
                            at: days * DAY,
                            is_of_the_work,
                            lacks,
                        })
                        .collect(),
                },
            )
    }

    proptest! {
        /// What goes is told by what may never go, and by what has to: neither knows the other.
        #[test]
        fn nothing_goes_that_is_needed_and_all_else_does(
            session in sessions(),
            keep_days in 0_u32..200,
            now in -300_i64..300,
            last in prop::option::of(-800_i64..300),
        ) {
            let rule = Rule {
                before: (now - i64::from(keep_days)) * DAY,
                now: now * DAY,
                last: last.map(|days| days * DAY),
            };
            let told = verdicts(&rule, &session);
            prop_assert_eq!(told.len(), session.snapshots.len());
            let goes = |sequence: u32| {
                let at = session.snapshots.iter().position(|one| one.sequence == sequence);
                at.is_some_and(|at| told[at] == Goes)
            };
            let is_ahead = last.is_some_and(|last| now - last > 400);
            let is_open = !session.is_over;
            let of_the_work = || session.snapshots.iter().filter(|one| one.is_of_the_work);
            let newest = of_the_work().map(|one| one.sequence).max();
            let oldest = of_the_work().map(|one| one.sequence).min();
            let last_taken = session.snapshots.iter().map(|one| one.at).max().unwrap_or(0);
            for one in &session.snapshots {
                let is_best = one.is_of_the_work && of_the_work().all(|other| {
                    let of = |one: &OldSnapshot| one.lacks.map_or(i64::MAX, i64::from);
                    let newer = other.sequence > one.sequence;
                    of(one) < of(other) || of(one) == of(other) && !newer
                });
                let held = [newest, oldest, session.overlay].contains(&Some(one.sequence)) || is_best;
                let needed = session.is_at_work || is_open && held;
                let before = session.snapshots.iter().filter(|other| {
                    other.sequence < one.sequence && other.at <= rule.now
                });
                let since = match (is_open, session.ended_at) {
                    (true, _) => before.map(|other| other.at).fold(one.at, i64::max),
                    (false, Some(ended)) => ended.max(last_taken),
                    (false, None) => last_taken,
                };
                let is_old = now * DAY - since > i64::from(keep_days) * DAY;
                prop_assert_eq!(goes(one.sequence), !is_ahead && !needed && is_old);
            }
        }
    }
}
