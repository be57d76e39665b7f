//! What is drawn of a stretch of time is what runs there were, however it is read.

use flowkeep_core::run::Status;
use flowkeep_core::run::chart::{Span, chunks};
use flowkeep_store::{BegunBy, RunFilter, WindowAsked};
use proptest::prelude::*;

use crate::ground::{DAY, Ground, head, new_run};

const HOUR: i64 = 3_600_000;
const START: i64 = 200 * DAY;

/// A run: of which workflow, how long after the one before, how long it took; without a length it has not ended.
type Made = (Option<u8>, i64, Option<i64>, bool);

fn history() -> impl Strategy<Value = Vec<Made>> {
    let length = prop_oneof![
        4 => (0..HOUR / 2).prop_map(Some),
        2 => (HOUR..30 * HOUR).prop_map(Some),
        1 => (DAY..25 * DAY).prop_map(Some),
        1 => Just(None),
    ];
    let later = prop_oneof![3 => 0..HOUR, 3 => HOUR..40 * HOUR, 1 => -HOUR..0];
    prop::collection::vec(
        (prop::option::of(0..2_u8), later, length, any::<bool>()),
        1..40,
    )
}

struct Kept {
    workflow: Option<String>,
    made: i64,
    ended: Option<i64>,
    failed: bool,
}

fn keep(ground: &Ground, history: Vec<Made>) -> Vec<Kept> {
    let mut made = START;
    let mut kept = Vec::new();
    for (workflow, later, length, failed) in history {
        made += later;
        let workflow = workflow.map(|workflow| format!("w{workflow}"));
        let run = ground.add(new_run(workflow.as_deref(), "{}"), made);
        let ended = length.map(|length| made + length);
        if let Some(ended) = ended {
            let status = if failed {
                Status::Failed
            } else {
                Status::Succeeded
            };
            ground.end(run, ended, status);
        }
        kept.push(Kept {
            workflow,
            made,
            ended,
            failed: failed && ended.is_some(),
        });
    }
    kept
}

fn shown<'a>(
    kept: &'a [Kept],
    workflow: Option<&'a str>,
    asked: &'a WindowAsked,
) -> impl Iterator<Item = Span> + 'a {
    let fits = kept.iter().filter(move |run| {
        run.workflow.as_deref() == workflow
            && run.made < asked.until
            && run.ended.is_none_or(|ended| ended >= asked.since)
    });
    fits.map(|run| Span {
        from: run.made,
        made_until: run.made + 1,
        to: run.ended.unwrap_or(asked.now),
        runs: 1,
        failed: u32::from(run.failed),
        cancelled: 0,
        open: u32::from(run.ended.is_none()),
        queued: u32::from(run.ended.is_none()),
        ..Span::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn every_run_is_drawn_once(
        history in history(),
        windows in prop::collection::vec((0..20 * DAY, 1..60 * DAY), 6),
    ) {
        let ground = Ground::new();
        let kept = keep(&ground, history);
        let now = kept.iter().filter_map(|run| run.ended).max().unwrap_or(START).max(START + 60 * DAY);
        let all = [None, Some("w0".to_owned()), Some("w1".to_owned())];
        for (since, length) in windows {
            // By runs; by hours; by half days.
            for (unit, buckets) in [(1, 250), (HOUR, 0), (12 * HOUR, 0)] {
                let since = (START - 5 * DAY + since) / unit * unit;
                let length = (length / unit + 1) * unit;
                let buckets = if buckets > 0 { buckets } else { u32::try_from(length / unit).unwrap().min(500) };
                let asked = WindowAsked { since, until: since + length, buckets, now };
                if unit == 1 && length / 250 >= HOUR {
                    continue;
                }
                let window = ground.store.run_window(&asked, &all).unwrap();
                let there = ground.store.window_workflows(&asked).unwrap();
                for (workflow, row) in all.iter().zip(&window.rows) {
                    let shown: Vec<_> = shown(&kept, workflow.as_deref(), &asked).collect();
                    let found = there.iter().any(|(id, _)| id == workflow);
                    prop_assert!(found || shown.is_empty(), "{:?} {:?}", workflow, asked);
                    let made = kept.iter().filter(|run| run.workflow == *workflow && (since..since + length).contains(&run.made));
                    let (mut runs, mut failed) = (0, 0);
                    for run in made {
                        runs += 1;
                        failed += u32::from(run.failed);
                    }
                    prop_assert_eq!((row.counts.runs, row.counts.failed), (runs, failed), "{:?} {:?}", workflow, asked);
                    let bucket = (length / i64::from(buckets)).max(1);
                    if unit == 1 {
                        let (open, ended): (Vec<_>, Vec<_>) = shown.iter().copied().partition(|span| span.open > 0);
                        prop_assert_eq!(&row.chunks, &chunks(ended, since, bucket), "{:?}", asked);
                        prop_assert_eq!(&row.open, &chunks(open, since, bucket), "{:?}", asked);
                        continue;
                    }
                    let sums = |one: fn(&Span) -> u32| (row.chunks.iter().chain(&row.open).map(one).sum::<u32>(), shown.iter().map(one).sum::<u32>());
                    let failed: u32 = row.failures.iter().map(|span| span.failed).sum();
                    prop_assert_eq!(failed, sums(|span| span.failed).0, "{:?}", asked);
                    for (drawn, there) in [sums(|span| span.runs), sums(|span| span.failed), sums(|span| span.open)] {
                        prop_assert_eq!(drawn, there, "{:?} {:?}", workflow, asked);
                    }
                    for span in &shown {
                        let drawn = if span.open > 0 { &row.open } else { &row.chunks };
                        let within = drawn.iter().filter(|chunk| chunk.from <= span.from && span.to <= chunk.to);
                        prop_assert_eq!(within.count(), 1, "{:?} {:?} {:?}", span, row.chunks, asked);
                    }
                }
            }
        }
    }
}

#[test]
fn a_chunk_tells_what_its_runs_came_to_by_runs_and_by_slots() {
    let ground = Ground::new();
    for (at, status) in [
        (0, Status::Cancelled),
        (1, Status::Failed),
        (2, Status::Succeeded),
    ] {
        let run = ground.add(new_run(Some("w"), "{}"), START + at);
        ground.end(run, START + at + 1, status);
    }
    // By runs; by hours.
    for (length, buckets) in [(HOUR, 1), (10 * DAY, 240)] {
        let asked = WindowAsked {
            since: START,
            until: START + length,
            buckets,
            now: START + 20 * DAY,
        };
        let window = ground
            .store
            .run_window(&asked, &[Some("w".to_owned())])
            .unwrap();
        let chunk = window.rows[0].chunks[0];
        assert_eq!(
            (chunk.runs, chunk.failed, chunk.cancelled, chunk.open),
            (3, 1, 1, 0)
        );
    }
}

#[test]
fn runs_are_counted_by_days_of_any_length() {
    let ground = Ground::new();
    let moments = [
        START,
        START + 23 * HOUR,
        START + 23 * HOUR + 25 * HOUR,
        START + 3 * DAY,
    ];
    for (workflow, at) in [
        ("v", 0),
        ("w", 23 * HOUR - 1),
        ("w", 23 * HOUR),
        ("w", 47 * HOUR),
        ("w", 3 * DAY),
    ] {
        let run = ground.add(new_run(Some(workflow), "{}"), START + at);
        ground.end(run, START + at + 1, Status::Failed);
    }
    let counts = |workflow| {
        let days = ground.store.runs_between(workflow, &moments).unwrap();
        days.iter()
            .map(|day| (day.runs, day.failed))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(None), [(2, 2), (2, 2), (0, 0)]);
    assert_eq!(counts(Some("w")), [(1, 1), (2, 2), (0, 0)]);
}

#[test]
fn a_filter_is_drawn_as_far_as_it_was_looked_for() {
    let ground = Ground::new();
    for number in 0..40 {
        let mut new = new_run(Some("w"), "{}");
        if number % 2 == 0 {
            new.face = "schedule".to_owned();
        }
        let run = ground.add(new, START + number * HOUR);
        ground.end(run, START + number * HOUR + 1, Status::Succeeded);
    }
    let asked = WindowAsked {
        since: START + 10 * HOUR,
        until: START + 40 * HOUR,
        buckets: 300,
        now: START + 50 * HOUR,
    };
    let filter = RunFilter {
        begun_by: Some(BegunBy::Schedule),
        ..RunFilter::default()
    };
    let window = ground.store.filtered_window(&asked, &filter).unwrap();
    assert_eq!((window.rows.len(), window.sought_to), (1, None));
    assert_eq!(window.rows[0].chunks.len(), 15);
    let few = RunFilter {
        most: Some(9),
        ..filter
    };
    let window = ground.store.filtered_window(&asked, &few).unwrap();
    let first = window.rows[0].chunks[0].from;
    assert!(
        window
            .sought_to
            .is_some_and(|to| to <= first && to > asked.since),
        "{window:?}"
    );
}

#[test]
fn one_that_waits_is_told_apart_from_one_at_work() {
    let ground = Ground::new();
    for (at, status) in [(0, Status::Waiting), (HOUR, Status::Running)] {
        let run = ground.add(new_run(Some("w"), "{}"), START + at);
        ground.write(run, START + at, vec![head(run.1, status)]);
    }
    let asked = WindowAsked {
        since: START,
        until: START + DAY,
        buckets: 100,
        now: START + 2 * HOUR,
    };
    let all = RunFilter {
        limit: 0,
        ..RunFilter::default()
    };
    let plain = ground.store.run_window(&asked, &[Some("w".to_owned())]);
    let filtered = ground.store.filtered_window(&asked, &all);
    for window in [plain.unwrap(), filtered.unwrap()] {
        let open = window.rows[0].open.iter();
        let told: Vec<_> = open
            .map(|span| (span.from - START, span.runs, span.waiting))
            .collect();
        assert_eq!(told, [(0, 1, 1), (HOUR, 1, 0)]);
    }
}
