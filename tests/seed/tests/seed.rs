//! What is filled in looks, through the commands, as runs that were carried out.
#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use flowkeep_api::types::{DocumentRef, RunListInput, RunShow, RunShowInput, RunText};
use flowkeep_api::{Api, Catalogue, Face, NoPlaces, OpenOptions, Tongue, documents, runs};
use flowkeep_core::Kind;
use flowkeep_core::run::Status;
use flowkeep_seed::{Filled, Plan, fill};

fn plan(folder: &Path, runs: usize, tasks: usize, seed: u64) -> Plan {
    Plan {
        folder: folder.to_owned(),
        runs,
        tasks,
        seed,
        until: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
    }
}

fn filled(folder: &Path, runs: usize, tasks: usize, seed: u64) -> Filled {
    fill(&plan(folder, runs, tasks, seed)).unwrap()
}

fn shows(folder: &Path) -> Vec<RunShow> {
    let api = Api::open(OpenOptions {
        data_dir: Some(folder.to_owned()),
        face: Face::Cli,
        places: Arc::new(NoPlaces),
    })
    .unwrap();
    let input = RunListInput {
        limit: Some(500),
        count: Some(true),
        ..RunListInput::default()
    };
    let page = runs::list(&api, input).unwrap();
    assert_eq!(
        page.total.map(|total| total as usize),
        Some(page.items.len())
    );
    page.items
        .into_iter()
        .map(|row| {
            let id = row.workflow_id.unwrap();
            let of = DocumentRef { id, revision: None };
            let kept = documents::show(&api, Kind::Workflow, of).unwrap();
            assert_eq!(kept.row.name, row.workflow_name);
            runs::show(
                &api,
                RunShowInput {
                    id: row.id,
                    ..RunShowInput::default()
                },
            )
            .unwrap()
        })
        .collect()
}

fn attempts(run: &RunShow) -> usize {
    run.tasks.iter().map(|task| task.attempts.len()).sum()
}

/// What holds for a run that was carried out.
fn check(run: &RunShow) {
    let words = Catalogue::new(Tongue::English);
    assert_eq!(run.end_time.is_some(), run.status.is_final());
    let ended = run.end_time.as_ref().unwrap_or(&run.start_time);
    assert!(*ended >= run.start_time);
    for task in &run.tasks {
        if run.status == Status::Succeeded {
            assert!(matches!(task.status, Status::Succeeded | Status::Skipped));
        }
        for attempt in &task.attempts {
            let started = attempt.started_at.as_ref().unwrap();
            assert!(attempt.queued_at <= *started);
            assert_eq!(
                attempt.ended_at.is_none(),
                attempt.status == Status::Waiting
            );
            assert!(
                attempt
                    .ended_at
                    .as_ref()
                    .is_none_or(|ended| ended >= started)
            );
            let failed = matches!(attempt.status, Status::Failed | Status::Interrupted);
            assert_eq!(attempt.error.is_some(), failed, "{attempt:?}");
            if let Some(error) = &attempt.error {
                assert!(!words.say(error).contains('{'), "{error:?}");
            }
        }
    }
    for message in &run.messages {
        if let RunText::Message(message) = &message.text {
            assert!(!words.say(message).contains('{'), "{message:?}");
        }
    }
}

#[test]
fn runs_are_varied_and_each_is_as_one_that_was_carried_out() {
    let root = tempfile::tempdir().unwrap();
    let made = filled(root.path(), 300, 6, 7);
    assert_eq!(made.attempts, 300 * 6);
    let shows = shows(root.path());
    let mut statuses: BTreeMap<Status, usize> = BTreeMap::new();
    for run in &shows {
        *statuses.entry(run.status).or_default() += 1;
        check(run);
    }
    assert_eq!(statuses, made.runs);
    for status in [
        Status::Succeeded,
        Status::Failed,
        Status::Cancelled,
        Status::Waiting,
        Status::Interrupted,
    ] {
        assert!(statuses.contains_key(&status), "{statuses:?}");
    }
    assert!(statuses[&Status::Succeeded] > 200, "{statuses:?}");
    let retried = |run: &&RunShow| {
        run.status == Status::Succeeded && run.tasks.iter().any(|task| task.attempts.len() > 1)
    };
    assert!(shows.iter().filter(retried).count() > 5);
    let workflows: BTreeSet<_> = shows.iter().map(|run| &run.workflow_id).collect();
    assert!(workflows.len() > 4, "{workflows:?}");
    assert!(shows[0].start_time.starts_with("2026-02"));
    assert!(shows[299].start_time.starts_with("2024-03"));
}

#[test]
fn every_run_makes_as_many_attempts_as_were_asked_for() {
    for tasks in [1, 2, 3, 4, 5, 11] {
        let root = tempfile::tempdir().unwrap();
        let made = filled(root.path(), 120, tasks, 3);
        assert_eq!(made.attempts, 120 * tasks, "{tasks}");
        for run in shows(root.path()) {
            assert_eq!(
                attempts(&run),
                tasks,
                "{} {:?}",
                run.workflow_name,
                run.status
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_and_a_folder_is_filled_once() {
    let roots = [1, 1, 2].map(|seed| (tempfile::tempdir().unwrap(), seed));
    let all = roots.each_ref().map(|(root, seed)| {
        filled(root.path(), 40, 4, *seed);
        let shows = shows(root.path());
        shows
            .iter()
            .map(|run| format!("{run:?}"))
            .collect::<Vec<_>>()
    });
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
    let refused = fill(&plan(roots[0].0.path(), 1, 1, 1)).unwrap_err();
    assert!(refused.to_string().contains("runs already"));
}
