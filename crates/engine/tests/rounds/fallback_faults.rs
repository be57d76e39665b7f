//! What can go wrong between a source that is down, the one that stands in for it, and the way back:
//! nothing is lost, nothing of anybody else is changed, and a person is asked about no more than needs
//! one.

use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::connection::Connection;
use flowkeep_core::run::{Decision, Moment, Status, TaskId};
use flowkeep_engine::Wanted;
use flowkeep_engine::sources::{LOCAL, Source, Sqlite};
use flowkeep_store::{
    FallenWriteRecord, OperationFilter, RequestAnswer, SourceHealth, StoreError, Tx,
};
use rstest::rstest;

use crate::fallback::{Door, Shop, Stands, TABLE, key, order, task};
use crate::until;

impl Shop {
    /// How what is kept stands, the oldest first.
    fn told(&self) -> Vec<String> {
        let told = |write: &FallenWriteRecord| match (&write.conflict, &write.refused) {
            (Some(why), _) => format!("asks: {}", why.code),
            (None, Some(why)) => format!("waits: {}", why.code),
            (None, None) => "waits".to_owned(),
        };
        self.place.fallen().iter().map(told).collect()
    }

    /// How often Activity tells that the shop has everything.
    fn caught_up(&self) -> usize {
        let of = OperationFilter {
            operation: Some("connection_caught_up".to_owned()),
            limit: 10,
            ..OperationFilter::default()
        };
        self.place.store.operations(&of).unwrap().items.len()
    }
}

#[test]
fn a_write_of_before_that_is_cut_is_no_fault_of_the_task_behind_it() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.update", &order("a", "after"));
    shop.own.stand(Stands::Cuts { done: false });
    // It is not idempotent: had it been sent, somebody would be asked.
    let (row, id) = shop.run("record.add", &order("b", "one"), "");
    shop.place.comes_to(id, Status::Succeeded);
    let attempt = &shop.place.store.attempts(row).unwrap()[0];
    assert_eq!(attempt.data_source.as_deref(), Some(LOCAL));
    assert_eq!(attempt.passed_over[0].why.code, "server_cut");
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), ["a=after", "b=one"]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// A fault of the whole source is no question about each write; one that takes others is.
#[test]
fn what_a_source_refuses_in_its_own_words_asks_only_when_it_takes_others() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "CREATE TABLE bills(id TEXT PRIMARY KEY, name TEXT)";
        shop.file(name).execute(sql, []).unwrap();
    }
    let bill = order("x", "one").replace("orders", "bills");
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("a", "one"));
    shop.does("record.add", &order("b", "one"));
    shop.own.stand(Stands::Refuses("orders"));
    shop.does("record.get", &key("a"));
    let waits = "waits: sql_failed";
    assert_eq!(shop.told(), [waits, waits]);
    // It takes something else of a task itself.
    shop.does("record.add", &bill);
    let asks = "asks: sql_failed";
    assert_eq!(shop.told(), [asks, asks]);
    let there = shop.place.fallen().remove(0).there;
    assert_eq!(there.as_deref(), Some("null"), "somebody has looked");
    for write in shop.place.fallen() {
        shop.place.settle(write.fallen, false).unwrap();
    }
    // The same with something that waits behind them.
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("c", "one"));
    shop.does("record.add", &bill.replace('x', "y"));
    shop.own.stand(Stands::Refuses("orders"));
    shop.does("record.get", &key("a"));
    assert_eq!(shop.told(), [asks]);
    assert_eq!(shop.caught_up(), 0, "something is left");
    shop.own.stand(Stands::Open);
    let left = shop.place.fallen().remove(0);
    shop.place.settle(left.fallen, true).unwrap();
    shop.does("record.get", &key("a"));
    assert!(shop.place.keeps_nothing());
    assert_eq!(shop.caught_up(), 1, "now it has everything");
    drop(engine);
}

/// A record that is there already says nothing of whether its source writes at all.
#[test]
fn a_source_that_was_only_looked_at_has_taken_nothing() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("a", "one"));
    shop.does("record.add", &order("b", "one"));
    let theirs = "INSERT INTO orders VALUES ('a', 'one')";
    shop.file("shop").execute(theirs, []).unwrap();
    shop.own.stand(Stands::Refuses("orders"));
    shop.does("record.get", &key("a"));
    assert_eq!(shop.told(), ["waits: sql_failed"]);
    drop(engine);
}

/// Where tasks write one record only, nobody else shows that the source takes others.
#[test]
fn what_a_source_refuses_is_asked_about_once_something_newer_waits_behind_it() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("a", "one"));
    shop.own.stand(Stands::Refuses("orders"));
    let (_, id) = shop.run("record.update", &order("a", "two"), "");
    shop.place.comes_to(id, Status::Failed);
    assert_eq!(shop.told(), ["asks: sql_failed"]);
    drop(engine);
}

/// What a source refuses is not tried again before every operation of everybody.
#[test]
fn what_a_source_refuses_rests_though_others_come() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("a", "one"));
    shop.own.stand(Stands::Refuses("orders"));
    for _ in 0..3 {
        shop.does("record.get", &key("a"));
    }
    assert_eq!(shop.own.writes(), 1);
    assert_eq!(shop.told(), ["waits: sql_failed"]);
    let count = shop.place.store.fallen_counts().unwrap().remove(0);
    assert_eq!(count.refused.unwrap().code, "sql_failed");
    // Whoever decides about it is not kept waiting.
    let waits = shop.place.fallen().remove(0);
    shop.own.stand(Stands::Open);
    shop.place.settle(waits.fallen, true).unwrap();
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), ["a=one"]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// Somebody who is at one record is in nobody else's way.
#[test]
fn a_record_that_somebody_else_has_open_stops_no_task() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.update", &order("a", "after"));
    shop.own.stand(Stands::Locks("orders"));
    shop.does("record.add", &order("b", "one"));
    assert_eq!(shop.told(), ["waits"]);
    assert_eq!(shop.orders("shop"), ["a=before", "b=one"]);
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), ["a=after", "b=one"]);
    drop(engine);
}

/// A pass over the network may take a minute, in which a person decides.
#[test]
fn what_a_person_decided_meanwhile_is_not_asked_again() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    shop.place.comes_to(id, Status::Succeeded);
    drop(engine);
    let (read, said) = (shop.place.fallen().remove(0), shop.place.warned(row));
    let asks = |write: FallenWriteRecord| {
        let why = Message::new("fallen_changed");
        let asked = shop
            .place
            .store
            .write::<_, StoreError>(move |tx| tx.fallen_write_asks(&write, Moment(0), &why, None));
        asked.unwrap();
    };
    shop.place.settle(read.fallen, true).unwrap();
    asks(read.clone());
    assert_eq!(shop.told(), ["waits"]);
    assert!(shop.place.fallen()[0].insists);
    shop.place.settle(read.fallen, false).unwrap();
    asks(read);
    assert!(shop.place.keeps_nothing());
    assert_eq!(shop.place.warned(row), said);
}

/// What a task writes itself is newer than what another source took before.
#[test]
fn a_later_write_does_not_overtake_what_waits_for_its_record() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.update", &order("a", "after"));
    shop.own.stand(Stands::Locks("orders"));
    let (row, id) = shop.run("record.delete", &key("a"), "");
    shop.place.comes_to(id, Status::Failed);
    let error = shop.place.last(row, "t").unwrap().error.unwrap();
    assert_eq!(error.code, "record_behind");
    assert_eq!(shop.orders("shop"), ["a=before"]);
    shop.own.stand(Stands::Open);
    shop.does("record.delete", &key("a"));
    assert_eq!(shop.orders("shop"), [] as [&str; 0]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// A key that its source spells otherwise may be another record's.
#[test]
fn a_key_that_finds_another_record_there_is_asked_about() {
    let shop = Shop::new();
    let own = shop.file("shop");
    own.execute("DROP TABLE orders", []).unwrap();
    let numbers = "CREATE TABLE orders(id INTEGER PRIMARY KEY, name TEXT)";
    own.execute(numbers, []).unwrap();
    own.execute("INSERT INTO orders VALUES (7, 'one')", [])
        .unwrap();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("007", "one"));
    shop.does("record.add", &order("8", "two"));
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("7"));
    assert_eq!(shop.told(), ["asks: fallen_taken"]);
    assert_eq!(shop.orders("shop"), ["7=one", "8=two"]);
    drop(engine);
}

/// A stand-in that does not do it either leaves everything as if it had not been asked.
#[test]
fn a_stand_in_that_does_nothing_has_not_stood_in() {
    let shop = Shop::new();
    shop.file(LOCAL).execute("DROP TABLE orders", []).unwrap();
    shop.file(LOCAL)
        .execute("CREATE TABLE orders(id TEXT PRIMARY KEY)", [])
        .unwrap();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    shop.place.comes_to(id, Status::Failed);
    let attempt = shop.place.store.attempts(row).unwrap().remove(0);
    assert_eq!(attempt.data_source.as_deref(), Some("shop"));
    assert_ne!(attempt.rule.as_deref(), Some("fallback"));
    assert_eq!(attempt.error.unwrap().code, "server_refused");
    let warned = shop.place.warned(row);
    assert!(
        warned.iter().any(|code| code == "run_stand_in_failed"),
        "{warned:?}"
    );
    assert!(
        !warned.iter().any(|code| code == "run_write_fell_back"),
        "{warned:?}"
    );
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// One that stands in may itself have been stood in for before.
#[test]
fn a_stand_in_first_gets_what_others_took_for_it() {
    let shop = Shop::new();
    let file = shop.place.folder.path().join("second.db");
    let second = Door::before(Sqlite::made("second", file).unwrap());
    shop.file("second").execute(TABLE, []).unwrap();
    shop.file("second")
        .execute("INSERT INTO orders VALUES ('a', 'before')", [])
        .unwrap();
    shop.file(LOCAL)
        .execute("INSERT INTO orders VALUES ('a', 'before')", [])
        .unwrap();
    let engine = shop.engine_beside(&[Arc::clone(&second) as Arc<dyn Source>]);
    shop.own.stand(Stands::Shut);
    second.stand(Stands::Shut);
    let text = task("record.update", &order("a", "after"), "").replace("\"shop\"", "\"second\"");
    let (_, id) = shop.place.run_of(&text, "{}");
    shop.place.comes_to(id, Status::Succeeded);
    assert_eq!(shop.orders(LOCAL), ["a=after"]);
    second.stand(Stands::Open);
    // Its task found it down; somebody has asked it since.
    let asked = SourceHealth {
        name: "second".to_owned(),
        answers: true,
        since: 1,
        version: None,
        error: None,
    };
    let noted = move |tx: &Tx<'_>| tx.note_health(&asked);
    shop.place.store.write::<_, StoreError>(noted).unwrap();
    let history = r#", "dataKind": "history""#;
    let (row, id) = shop.run("record.get", &key("a"), history);
    shop.place.comes_to(id, Status::Succeeded);
    let attempt = shop.place.store.attempts(row).unwrap().remove(0);
    assert_eq!(attempt.data_source.as_deref(), Some("second"));
    let read = shop.place.store.output(row, &"t".into()).unwrap().unwrap();
    assert_eq!(read, r#"{"record":{"id":"a","name":"after"}}"#);
    drop(engine);
}

/// Two connections to the same data are down together, and one write there is enough.
#[test]
fn another_way_to_the_same_data_does_not_stand_in() {
    let shop = Shop::new();
    let path = shop.place.folder.path().join("shop.db");
    for name in ["shop", "twin"] {
        let path = path.to_str().unwrap();
        let text = format!(r#"{{"name": "{name}", "kind": "sqlite", "path": "{path}"}}"#);
        let connection: Connection = serde_json::from_str(&text).unwrap();
        shop.place
            .store
            .write::<_, StoreError>(move |tx| tx.put_connection(&connection, false, None))
            .unwrap();
    }
    let twin = Door::before(Sqlite::made("twin", path).unwrap());
    let engine = shop.engine_beside(&[Arc::clone(&twin) as Arc<dyn Source>]);
    shop.own.stand(Stands::Shut);
    let history = r#", "dataKind": "history""#;
    let (row, id) = shop.run("record.add", &order("a", "one"), history);
    shop.place.comes_to(id, Status::Succeeded);
    let attempt = shop.place.store.attempts(row).unwrap().remove(0);
    assert_eq!(attempt.data_source.as_deref(), Some(LOCAL));
    assert_eq!(twin.writes(), 0);
    drop(engine);
}

/// What is under way elsewhere holds up what comes after it for the same record.
#[test]
fn what_nobody_knows_of_yet_goes_before_later_writes_of_its_record() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(Stands::Cuts { done: true });
    let (row, id) = shop.run("record.update", &order("a", "first"), "");
    shop.place.comes_to(id, Status::Waiting);
    shop.does("record.update", &order("a", "second"));
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("b"));
    assert_eq!(shop.orders("shop"), ["a=before"]);
    assert_eq!(shop.told(), ["waits"]);
    let wanted = Wanted::Answer {
        task: TaskId::from("t"),
        decision: Decision::Done,
        output: None,
    };
    shop.place.want(row, &wanted);
    shop.place.comes_to(id, Status::Succeeded);
    shop.does("record.get", &key("b"));
    assert_eq!(shop.orders("shop"), ["a=second"]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// A task that is called off while another source writes for it.
#[rstest]
#[case::nobody_knows(Stands::Holds, &["asks: fallen_broken_off"])]
#[case::nothing_was_done(Stands::HoldsBack, &[])]
fn what_is_called_off_in_the_middle_is_not_lost(#[case] stands: Stands, #[case] asks: &[&str]) {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(stands);
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    until(|| (!shop.place.keeps_nothing()).then_some(()));
    if stands == Stands::Holds {
        until(|| (!shop.orders(LOCAL).is_empty()).then_some(()));
    }
    assert_eq!(shop.place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    shop.place.comes_to(id, Status::Cancelled);
    assert_eq!(shop.told(), asks);
    assert_eq!(shop.place.keeps_nothing(), asks.is_empty());
    drop(engine);
}

/// A run that asks whether it was done, and is called off instead of answered.
#[test]
fn what_nobody_answers_is_not_lost_with_its_run() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(Stands::Cuts { done: true });
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    shop.place.comes_to(id, Status::Waiting);
    assert_eq!(shop.place.fallen(), []);
    assert_eq!(shop.place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    shop.place.comes_to(id, Status::Cancelled);
    assert_eq!(shop.told(), ["asks: fallen_broken_off"]);
    let left = shop.place.fallen();
    // It is wanted after all.
    shop.place.settle(left[0].fallen, true).unwrap();
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), ["a=one"]);
    drop(engine);
}

/// Somebody wants it tried again, and calls that off before anything was done.
#[test]
fn what_was_to_be_tried_again_and_is_called_off_is_not_lost() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(Stands::Cuts { done: true });
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    shop.place.comes_to(id, Status::Waiting);
    shop.local.stand(Stands::HoldsBack);
    let wanted = Wanted::Answer {
        task: TaskId::from("t"),
        decision: Decision::Rerun,
        output: None,
    };
    shop.place.want(row, &wanted);
    until(|| (shop.local.writes() == 2).then_some(()));
    assert_eq!(shop.place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    shop.place.comes_to(id, Status::Cancelled);
    assert_eq!(shop.told(), ["asks: fallen_broken_off"]);
    drop(engine);
}

/// Another try that succeeds answers what the first one left open.
#[test]
fn a_try_that_was_cut_is_forgotten_once_another_succeeds() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(Stands::Cuts { done: true });
    let keys = r#", "idempotent": true, "retry": {"limit": 1, "delay": 0}"#;
    let (row, id) = shop.run("record.update", &order("a", "after"), keys);
    shop.place.comes_to(id, Status::Succeeded);
    assert_eq!(shop.place.store.attempts(row).unwrap().len(), 2);
    assert_eq!(shop.told(), ["waits"]);
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), ["a=after"]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}

/// Who was asked before the one that stands in is told, with one that waits for its password.
#[test]
fn the_attempt_tells_who_else_did_not_stand_in() {
    let shop = Shop::new();
    let file = shop.place.folder.path().join("safe.db");
    let safe: Arc<dyn Source> = Door::locked(Sqlite::made("safe", file).unwrap());
    let engine = shop.engine_beside(&[safe]);
    shop.own.stand(Stands::Shut);
    let history = r#", "dataKind": "history""#;
    let (row, id) = shop.run("record.add", &order("a", "one"), history);
    shop.place.comes_to(id, Status::Succeeded);
    let attempt = shop.place.store.attempts(row).unwrap().remove(0);
    assert_eq!(attempt.data_source.as_deref(), Some(LOCAL));
    let passed: Vec<_> = attempt
        .passed_over
        .iter()
        .map(|one| (one.source.as_str(), one.why.code.as_str()))
        .collect();
    assert!(passed.contains(&("shop", "server_refused")), "{passed:?}");
    let safe = ("safe", "source_without_password");
    assert!(passed.contains(&safe), "{passed:?}");
    drop(engine);
}

/// What waits when an engine begins is known to it without a row of its own.
#[test]
fn a_later_engine_knows_what_waits() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", &order("a", "one"));
    drop(engine);
    let engine = shop.engine();
    shop.own.stand(Stands::Open);
    // A task that allows nothing of the kind does it as well.
    let text = task("record.get", &key("a"), "").replace("true", "false");
    let (_, id) = shop.place.run_of(&text, "{}");
    shop.place.comes_to(id, Status::Succeeded);
    assert_eq!(shop.orders("shop"), ["a=one"]);
    assert!(shop.place.keeps_nothing());
    drop(engine);
}
