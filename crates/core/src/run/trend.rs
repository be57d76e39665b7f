//! How the runs of a workflow went over time: what each stretch came to, how long they took, and which took longer than
//! those before them let expect.

use std::collections::VecDeque;

use super::Status;

/// So many that succeeded before say how long the next may take, and fewer than these say nothing.
const BEFORE: usize = 20;
const ENOUGH: usize = 5;

/// A run that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When it was made, in milliseconds.
    pub made: i64,
    /// What it came to.
    pub status: Status,
    /// How long it took, in milliseconds.
    pub took: i64,
}

/// What the runs of a stretch of time came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// How many have ended.
    pub ended: u32,
    /// Of them those that succeeded.
    pub succeeded: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were cancelled.
    pub cancelled: u32,
    /// Half of those that succeeded took at most so long, in milliseconds.
    pub median: Option<i64>,
    /// Nineteen in twenty took at most so long.
    pub p95: Option<i64>,
}

/// A run that took longer than was to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slower {
    /// Its place among the runs that were given.
    pub at: usize,
    /// How long those before it took, the median: milliseconds.
    pub usual: i64,
}

/// What the runs came to between each of these moments (milliseconds, rising) and the next.
pub fn stretches(runs: &[Ended], moments: &[i64]) -> Vec<Stretch> {
    let pairs = moments.windows(2);
    pairs
        .map(|pair| {
            let within = |run: &&Ended| (pair[0]..pair[1]).contains(&run.made);
            stretch(runs.iter().filter(within))
        })
        .collect()
}

/// What runs came to.
pub fn stretch<'a>(runs: impl Iterator<Item = &'a Ended>) -> Stretch {
    let mut all = Stretch::default();
    let mut lengths = Vec::new();
    for run in runs {
        all.ended += 1;
        match run.status {
            Status::Succeeded => {
                all.succeeded += 1;
                lengths.push(run.took);
            }
            Status::Failed => all.failed += 1,
            Status::Cancelled => all.cancelled += 1,
            _ => {}
        }
    }
    lengths.sort_unstable();
    all.median = rank(&lengths, 50);
    all.p95 = rank(&lengths, 95);
    all
}

/// Of runs in the order of time, those that succeeded and took longer than nine in ten of the twenty that succeeded
/// before, and a quarter more than half of these.
pub fn slower(runs: &[Ended]) -> Vec<Slower> {
    let mut before = VecDeque::with_capacity(BEFORE);
    let mut found = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if run.status != Status::Succeeded {
            continue;
        }
        if before.len() >= ENOUGH {
            let mut lengths: Vec<i64> = before.iter().copied().collect();
            lengths.sort_unstable();
            let usual = rank(&lengths, 50).unwrap_or_default();
            let most = rank(&lengths, 90).unwrap_or_default();
            if run.took > most && run.took > usual + usual / 4 {
                found.push(Slower { at, usual });
            }
        }
        if before.len() == BEFORE {
            before.pop_front();
        }
        before.push_back(run.took);
    }
    found
}

/// By the nearest rank: the smallest of these, in order, that so many in a hundred are not above.
fn rank(lengths: &[i64], percent: usize) -> Option<i64> {
    let place = (lengths.len() * percent).div_ceil(100);
    lengths.get(place.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(made: i64, status: Status, took: i64) -> Ended {
        Ended { made, status, took }
    }

    #[test]
    fn each_stretch_says_what_its_runs_came_to_and_how_long_those_took_that_succeeded() {
        let mut runs: Vec<_> = (1..=20)
            .map(|n| run(n, Status::Succeeded, n * 100))
            .collect();
        runs.push(run(20, Status::Failed, 1_000_000));
        runs.push(run(40, Status::Cancelled, 5));
        let [first, none, last] = stretches(&runs, &[0, 21, 30, 41])[..] else {
            panic!();
        };
        assert_eq!((first.ended, first.succeeded, first.failed), (21, 20, 1));
        assert_eq!((first.median, first.p95), (Some(1000), Some(1900)));
        assert_eq!(none, Stretch::default());
        assert_eq!((last.ended, last.cancelled, last.median), (1, 1, None));
        assert!(stretches(&runs, &[3]).is_empty());
    }

    #[test]
    fn what_takes_longer_than_those_before_is_found_once_these_are_enough() {
        let mut runs = vec![run(0, Status::Succeeded, 9_000)];
        runs.extend((1..6).map(|n| run(n, Status::Succeeded, 1_000 + n)));
        assert!(slower(&runs).is_empty());
        runs.push(run(6, Status::Failed, 90_000));
        runs.push(run(7, Status::Succeeded, 1_200));
        assert!(slower(&runs).is_empty(), "hardly longer");
        runs.extend((8..30).map(|n| run(n, Status::Succeeded, 1_000)));
        runs.push(run(30, Status::Succeeded, 2_000));
        assert_eq!(
            slower(&runs),
            [Slower {
                at: runs.len() - 1,
                usual: 1_000
            }]
        );
    }
}
