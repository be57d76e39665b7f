//! How two runs differ, task by task: what an operator asks when today's run failed and yesterday's did not.

use serde::Serialize;
use ts_rs::TS;

use super::status::Status;
use super::task_id::TaskId;
use crate::Message;

/// Lengths differ where the longer one is longer by at least this part of itself, and by [`NOTICED`].
const PART: i64 = 4;

/// Milliseconds that nobody notices.
const NOTICED: i64 = 1_000;

/// What a task came to in one of the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its state.
    pub status: Status,
    /// How often it was tried.
    pub attempts: u32,
    /// Milliseconds that its attempts took together; absent where none has begun.
    pub took: Option<i64>,
    /// The data source of its last attempt.
    pub source: Option<String>,
    /// Why its last attempt failed or was broken off.
    pub error: Option<Message>,
}

/// In what a task differs between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskDifference {
    /// What it came to.
    Status,
    /// Why it failed.
    Error,
    /// How long it took, as far as that is noticed.
    Length,
    /// How often it was tried.
    Attempts,
    /// The data source it used.
    Source,
    /// What it gave.
    Output,
}

/// In what a task differs, the weightiest first. `same_output` is absent where one of them gave nothing.
pub fn task_differences(a: &Came, b: &Came, same_output: Option<bool>) -> Vec<TaskDifference> {
    use TaskDifference as Differs;
    let code = |came: &Came| came.error.as_ref().map(|error| error.code.clone());
    let found = [
        (Differs::Status, a.status != b.status),
        (Differs::Error, code(a) != code(b)),
        (Differs::Length, is_noticed(a.took, b.took)),
        (
            Differs::Attempts,
            // What was carried over, or never began, was not tried at all.
            a.attempts > 0 && b.attempts > 0 && a.attempts != b.attempts,
        ),
        (
            Differs::Source,
            // What did not begin in one of them used none there, which its state says.
            a.source.is_some() && b.source.is_some() && a.source != b.source,
        ),
        (Differs::Output, same_output == Some(false)),
    ];
    let found = found.into_iter().filter(|(_, differs)| *differs);
    found.map(|(what, _)| what).collect()
}

/// Whether somebody who looks at two lengths calls them different.
fn is_noticed(a: Option<i64>, b: Option<i64>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    let apart = a.abs_diff(b);
    let longer = a.max(b).max(0).unsigned_abs();
    apart >= NOTICED.unsigned_abs() && apart >= longer / PART.unsigned_abs()
}

/// The tasks of two definitions side by side, in the order of the second; what is in the first alone stands behind
/// the task it came after there. Positions in `a` and in `b`.
pub fn side_by_side(a: &[TaskId], b: &[TaskId]) -> Vec<(Option<usize>, Option<usize>)> {
    use std::collections::{BTreeMap, HashMap};
    let in_a: HashMap<_, _> = a.iter().enumerate().map(|(at, id)| (id, at)).collect();
    let in_b: HashMap<_, _> = b.iter().enumerate().map(|(at, id)| (id, at)).collect();
    // What is gone, by the place in `b` it follows.
    let mut gone: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    let mut last = None;
    for (at, id) in a.iter().enumerate() {
        match in_b.get(id) {
            Some(there) => last = Some(*there),
            None => gone.entry(last).or_default().push(at),
        }
    }
    let mut rows = Vec::with_capacity(a.len().max(b.len()));
    let mut take = |rows: &mut Vec<_>, place| {
        let gone = gone.remove(&place).unwrap_or_default();
        rows.extend(gone.into_iter().map(|at| (Some(at), None)));
    };
    take(&mut rows, None);
    for (at, id) in b.iter().enumerate() {
        rows.push((in_a.get(id).copied(), Some(at)));
        take(&mut rows, Some(at));
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn came(status: Status, took: i64) -> Came {
        Came {
            status,
            attempts: 1,
            took: Some(took),
            source: Some("local".to_owned()),
            error: None,
        }
    }

    #[test]
    fn lengths_differ_where_somebody_would_say_so() {
        let differs = |a, b| {
            let (a, b) = (came(Status::Succeeded, a), came(Status::Succeeded, b));
            task_differences(&a, &b, Some(true)) == [TaskDifference::Length]
        };
        assert!(differs(4_000, 6_000) && differs(6_000, 4_000));
        assert!(!differs(10, 900), "less than a second");
        assert!(!differs(60_000, 62_000), "a thirtieth");
        assert!(differs(0, 1_000));
        assert!(!differs(-5_000, -5_000), "a clock that was set back");
    }

    #[test]
    fn what_came_first_is_the_state_then_the_reason() {
        use TaskDifference::{Attempts, Error, Output, Status as State};
        let good = came(Status::Succeeded, 10);
        let bad = Came {
            attempts: 3,
            error: Some(Message::new("task_timed_out")),
            ..came(Status::Failed, 20)
        };
        let found = task_differences(&good, &bad, Some(false));
        assert_eq!(found, [State, Error, Attempts, Output]);
        // What never began says all with its state.
        let skipped = Came {
            attempts: 0,
            took: None,
            source: None,
            ..came(Status::Skipped, 0)
        };
        assert_eq!(task_differences(&good, &skipped, None), [State]);
        // What a repeated run took over has its output and was not tried again.
        let carried = Came {
            status: Status::Succeeded,
            ..skipped
        };
        assert_eq!(task_differences(&carried, &good, Some(true)), []);
        assert_eq!(task_differences(&good, &good, None), []);
    }

    fn ids(names: &[&str]) -> Vec<TaskId> {
        names.iter().map(|&name| TaskId(name.to_owned())).collect()
    }

    #[test]
    fn what_is_gone_stands_where_it_stood() {
        let rows = side_by_side(
            &ids(&["first", "load", "check", "send"]),
            &ids(&["load", "new", "send"]),
        );
        assert_eq!(
            rows,
            [
                (Some(0), None),
                (Some(1), Some(0)),
                (Some(2), None),
                (None, Some(1)),
                (Some(3), Some(2)),
            ]
        );
    }

    proptest! {
        #[test]
        fn every_task_of_both_is_told_once(
            a in prop::collection::btree_set("[a-f]{1,2}", 0..12),
            b in prop::collection::btree_set("[a-f]{1,2}", 0..12),
        ) {
            let list = |set: &BTreeSet<String>| set.iter().cloned().map(TaskId).collect::<Vec<_>>();
            let (a, b) = (list(&a), list(&b));
            let rows = side_by_side(&a, &b);
            let of_b: Vec<_> = rows.iter().filter_map(|(_, at)| *at).collect();
            prop_assert_eq!(of_b, (0..b.len()).collect::<Vec<_>>());
            let mut of_a: Vec<_> = rows.iter().filter_map(|(at, _)| *at).collect();
            of_a.sort_unstable();
            prop_assert_eq!(of_a, (0..a.len()).collect::<Vec<_>>());
            for (left, right) in rows {
                if let (Some(left), Some(right)) = (left, right) {
                    prop_assert_eq!(&a[left], &b[right]);
                }
            }
        }
    }
}
