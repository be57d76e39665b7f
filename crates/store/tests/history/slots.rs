//! What is counted of runs as they come and go is what counting them anew comes to.

use flowkeep_core::RunId;
use flowkeep_core::run::Status;
use flowkeep_host::Unfollowed;
use flowkeep_store::{AssignedSource, CleanUpRule, RunWrite};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::ground::{DAY, Ground, attempt, new_run};
use crate::removing::actor;

const HOUR: i64 = 3_600_000;

#[derive(Debug, Clone)]
enum Act {
    /// A run of a workflow, or of none, so much later than the one before; earlier where the clock went back.
    Add(Option<u8>, i64),
    /// The run of this place comes to something.
    Come(usize, Status),
    /// An attempt of it goes to an agent and a source.
    Assign(usize, u8),
    /// What is old goes.
    CleanUp(u32),
    /// The run of this place is deleted, and what was deleted before is brought back.
    Exchange(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    const STATUSES: [Status; 6] = [
        Status::Running,
        Status::Waiting,
        Status::Succeeded,
        Status::Failed,
        Status::Cancelled,
        Status::Interrupted,
    ];
    let act = prop_oneof![
        4 => (prop::option::of(0..3_u8), -2 * HOUR..20 * HOUR).prop_map(|(workflow, later)| Act::Add(workflow, later)),
        4 => (any::<prop::sample::Index>(), prop::sample::select(&STATUSES[..]))
            .prop_map(|(run, status)| Act::Come(run.index(64), status)),
        2 => (any::<prop::sample::Index>(), 0..3_u8).prop_map(|(run, name)| Act::Assign(run.index(64), name)),
        1 => (1..6_u32).prop_map(Act::CleanUp),
        2 => any::<prop::sample::Index>().prop_map(|run| Act::Exchange(run.index(64))),
    ];
    prop::collection::vec(act, 1..40)
}

/// Everything that is counted, as it stands and as it would be counted now; of `last`, whether it is late enough.
fn differences(ground: &Ground) -> Vec<String> {
    let path = ground.folder.path().join("flowkeep.db");
    let connection = Connection::open(path).unwrap();
    let counted = "SELECT level, workflow, created_at / length AS slot, count(*) AS runs,
           sum(status = 'succeeded') AS succeeded, sum(status = 'failed') AS failed,
           sum(status = 'cancelled') AS cancelled, max(max(created_at, coalesce(ended_at, 0))) AS last
         FROM (SELECT coalesce('=' || workflow_id, '') AS workflow, * FROM run UNION ALL SELECT '*', * FROM run)
         JOIN run_slot_level ON is_of_all OR workflow <> '*' GROUP BY 1, 2, 3";
    let used = "SELECT 'source' AS kind, data_source AS name, id FROM attempt JOIN run USING (run)
           WHERE data_source NOT NULL
         UNION SELECT 'agent', agent, id FROM attempt JOIN run USING (run) WHERE agent NOT NULL";
    let same = "level, workflow, slot, runs, succeeded, failed, cancelled";
    let mut told = Vec::new();
    for (what, sql) in [
        ("kept", format!("SELECT {same} FROM run_slot EXCEPT SELECT {same} FROM ({counted})")),
        ("counted", format!("SELECT {same} FROM ({counted}) EXCEPT SELECT {same} FROM run_slot")),
        (
            "ends too early",
            format!(
                "SELECT k.level, k.workflow, k.slot, k.last, c.last, 0, 0 FROM run_slot k
                 JOIN ({counted}) c USING (level, workflow, slot) WHERE k.last < c.last"
            ),
        ),
        ("used", format!("SELECT 0, kind || name || id, 0, 0, 0, 0, 0 FROM ({used} EXCEPT SELECT kind, name, id FROM run_used)")),
        ("of no run", "SELECT 0, name || id, 0, 0, 0, 0, 0 FROM run_used WHERE id NOT IN (SELECT id FROM run)".to_owned()),
    ] {
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| {
            let numbers = [2, 3, 4, 5, 6].map(|at| row.get_unwrap::<_, i64>(at));
            Ok(format!("{what}: {} {:?} {numbers:?}", row.get_unwrap::<_, i64>(0), row.get_unwrap::<_, String>(1)))
        });
        told.extend(rows.unwrap().map(Result::unwrap));
    }
    told
}

fn source(name: String) -> AssignedSource {
    AssignedSource {
        name,
        rule: "only".to_owned(),
        passed_over: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn what_is_counted_is_what_is_there(acts in acts()) {
        let ground = Ground::new();
        let mut now = 400 * DAY;
        let mut runs: Vec<(i64, RunId)> = Vec::new();
        let mut away: Option<(i64, RunId)> = None;
        let mut number = 0;
        for act in acts {
            match act {
                Act::Add(workflow, later) => {
                    now += later;
                    let workflow = workflow.map(|workflow| format!("w{workflow}"));
                    runs.push(ground.add(new_run(workflow.as_deref(), "{}"), now));
                }
                Act::Come(run, status) if !runs.is_empty() => {
                    ground.end(runs[run % runs.len()], now + HOUR / 2, status);
                }
                Act::Assign(run, name) if !runs.is_empty() => {
                    number += 1;
                    let run = runs[run % runs.len()];
                    let task = format!("t{}", number % 2);
                    ground.write(run, now, vec![attempt(&task, 1, Status::Running), RunWrite::Assigned {
                        task: task.as_str().into(),
                        number: 1,
                        agent: Some(format!("agent {name}")),
                        source: Some(source(format!("source {name}"))),
                    }]);
                }
                Act::CleanUp(keep) => {
                    let rule = CleanUpRule { keep: Some(keep), ..CleanUpRule::default() };
                    ground.store.clean_up(&rule, &actor(), None, &Unfollowed).unwrap();
                    let connection = Connection::open(ground.folder.path().join("flowkeep.db")).unwrap();
                    let mut there = connection.prepare("SELECT 1 FROM run WHERE run = ?1").unwrap();
                    runs.retain(|(row, _)| there.exists([row]).unwrap());
                }
                Act::Exchange(run) if !runs.is_empty() => {
                    let back: Vec<_> = away.take().into_iter().map(|run: (i64, RunId)| run.1).collect();
                    ground.store.return_runs(&back, &actor(), &Unfollowed).unwrap();
                    let run = runs[run % runs.len()];
                    let gone = ground.store.remove_runs(&[run.1], &actor(), &mut |_| {}, &Unfollowed).unwrap();
                    away = (!gone.removed.is_empty()).then_some(run);
                    let connection = Connection::open(ground.folder.path().join("flowkeep.db")).unwrap();
                    let mut all = connection.prepare("SELECT run, id FROM run").unwrap();
                    let all = all.query_map([], |row| {
                        Ok((row.get_unwrap::<_, i64>(0), row.get_unwrap::<_, String>(1).parse().unwrap()))
                    });
                    runs = all.unwrap().map(Result::unwrap).collect();
                }
                Act::Come(..) | Act::Assign(..) | Act::Exchange(_) => {}
            }
        }
        prop_assert_eq!(differences(&ground), Vec::<String>::new());
    }
}

/// Rows are found by their key, however many slots there are.
#[test]
fn a_run_touches_its_own_slots_alone() {
    let ground = Ground::new();
    let connection = Connection::open(ground.folder.path().join("flowkeep.db")).unwrap();
    let sql = "EXPLAIN QUERY PLAN UPDATE run_slot SET runs = runs - 1 WHERE (level, workflow, slot) IN (
        SELECT level, workflow, 7 / length FROM run_slot_level, (SELECT '=w' AS workflow UNION ALL SELECT '*'))";
    let mut statement = connection.prepare(sql).unwrap();
    let steps = statement
        .query_map([], |row| row.get::<_, String>(3))
        .unwrap();
    let steps: Vec<_> = steps.map(Result::unwrap).collect();
    assert!(
        steps.iter().any(|step| step
            .contains("SEARCH run_slot USING PRIMARY KEY (level=? AND workflow=? AND slot=?)")),
        "{steps:#?}"
    );
}
