//! What a restore brings in stands where its time is, in every list.

use flowkeep_core::log::LogType;
use flowkeep_core::run::Status;
use flowkeep_core::{RunId, search_words};
use flowkeep_files::log::{DatabaseLog, Log, LogQuery, LogReader as _, OwnLog};
use flowkeep_host::Unfollowed;
use flowkeep_store::{CleanUpActor, CleanUpRule, RunCount, RunFilter};

use crate::catalog::Catalog;
use crate::runs::put_run;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn put(catalog: &Catalog, now: i64, days_ago: i64, status: Status) -> (i64, RunId) {
    catalog.set_clock(now - days_ago * DAY);
    let (_, id) = put_run(catalog, status, None);
    catalog.set_clock(now);
    (days_ago, id)
}

/// All pages of two, from behind a run on.
fn pages(catalog: &Catalog, words: Option<&str>, after: Option<RunId>) -> Vec<RunId> {
    let mut filter = RunFilter {
        words: words.map(search_words),
        limit: 2,
        after,
        ..RunFilter::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = catalog.store.runs(&filter).unwrap();
        seen.extend(page.items.into_iter().map(|run| run.id));
        filter.after = page.next;
        if filter.after.is_none() {
            return seen;
        }
    }
}

fn logged(catalog: &Catalog) -> Vec<RunId> {
    let store = &catalog.store;
    let log = Log {
        own: OwnLog { store },
        storage: &DatabaseLog { store },
        copy: None,
    };
    let mut query = LogQuery {
        limit: 2,
        ..LogQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = log.page(LogType::Executions, &query).unwrap();
        seen.extend(
            page.items
                .iter()
                .map(|row| row.entry.id().parse::<RunId>().unwrap()),
        );
        if !page.more {
            return seen;
        }
        query.after = page.items.last().map(|row| row.place.clone());
    }
}

#[test]
fn old_runs_that_come_in_stand_below_newer_ones_and_pages_have_no_holes() {
    let there = Catalog::new();
    let now = there.at().0;
    let mut all = vec![
        put(&there, now, 300, Status::Waiting),
        put(&there, now, 200, Status::Succeeded),
        put(&there, now, 100, Status::Succeeded),
    ];
    let made = there.back_up();
    let here = Catalog::new();
    for days in [250, 150, 50, 1] {
        all.push(put(&here, now, days, Status::Failed));
    }
    let (mut staging, _) = here.plan(&made.folder).unwrap();
    here.apply(&mut staging);
    all.push(put(&here, now, 0, Status::Cancelled));
    all.sort_unstable();
    let newest: Vec<RunId> = all.iter().map(|(_, id)| *id).collect();

    assert_eq!(pages(&here, None, None), newest);
    // "ready" stands in a message of each, "nightly" in what it is called.
    assert_eq!(pages(&here, Some("ready nightly"), None), newest);
    assert_eq!(logged(&here), newest);
    let counted = here.store.runs(&RunFilter {
        words: Some(search_words("订单")),
        after: Some(newest[4]),
        limit: 2,
        count: RunCount::All,
        ..RunFilter::default()
    });
    let counted = counted.unwrap();
    assert_eq!(counted.total, Some(8));
    let ids: Vec<RunId> = counted.items.iter().map(|run| run.id).collect();
    assert_eq!(ids, newest[5..7]);
    // What succeeded a hundred days ago does not hide what failed yesterday.
    let (_, failed) = here.store.failures(now - 7 * DAY, 9).unwrap();
    let failed: Vec<RunId> = failed.iter().map(|run| run.id).collect();
    assert_eq!(failed, [newest[1]]);
    let since = RunFilter {
        since: Some(now - 60 * DAY),
        limit: 9,
        ..RunFilter::default()
    };
    let since = here.store.runs(&since).unwrap().items.into_iter();
    let since: Vec<RunId> = since.map(|run| run.id).collect();
    assert_eq!(since, newest[..3]);

    // The run at which a page ended goes; what is behind it is on the next page all the same.
    let (cursor, oldest) = (newest[5], newest[7]);
    let rule = CleanUpRule {
        before: Some(now - 120 * DAY),
        ..CleanUpRule::default()
    };
    let actor = CleanUpActor {
        actor: "tester".to_owned(),
        face: "cli",
    };
    let removed = here
        .store
        .clean_up(&rule, &actor, None, &Unfollowed)
        .unwrap();
    assert_eq!(removed.runs, 3);
    assert!(here.store.run(cursor).unwrap().is_none());
    assert_eq!(pages(&here, None, Some(cursor)), [oldest]);
    assert_eq!(pages(&here, Some("ready"), Some(cursor)), [oldest]);
}
