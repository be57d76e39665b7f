//! What can go wrong between a source that is down, the one that stands in for it, and the way back:
//! nothing is lost, nothing of anybody else is changed, and a person is asked about no more than needs
//! one.

use std::sync::Arc;

use flowkeep_core::run::Status;
use flowkeep_engine::Wanted;
use flowkeep_engine::sources::{LOCAL, Source, Sqlite};
use flowkeep_store::{FallenWriteRecord, OperationFilter, RequestAnswer};
use rstest::rstest;

use crate::fallback::{Door, NUMBERED, Shop, Stands, key, order, task};
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

/// The shop and its stand-in number their records themselves; somebody else's is number 1 at the shop.
fn numbered() -> Shop {
    let shop = Shop::with(NUMBERED);
    let local = shop.file(LOCAL);
    local.execute("DROP TABLE orders", []).unwrap();
    local.execute(NUMBERED, []).unwrap();
    let theirs = "INSERT INTO orders VALUES (1, 'new')";
    shop.file("shop").execute(theirs, []).unwrap();
    shop
}

const MADE: &str = r#"{"table": "orders", "values": {"name": "new"}}"#;

#[test]
fn a_record_that_its_source_numbers_otherwise_changes_nobody_elses() {
    let shop = numbered();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", MADE);
    // As a number and as a text: it is the same key.
    shop.does(
        "record.update",
        r#"{"table": "orders", "key": 1, "values": {"name": "done"}}"#,
    );
    shop.does("record.delete", &key("1"));
    assert_eq!(shop.place.fallen().len(), 3);
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("1"));
    assert_eq!(shop.orders("shop"), ["1=new", "2=new"]);
    let asks = "asks: fallen_renumbered";
    assert_eq!(shop.told(), [asks, asks]);
    let left = shop.place.fallen();
    let why = left[0].conflict.as_ref().unwrap();
    assert_eq!((&*why.fields["key"], &*why.fields["known"]), ("2", "1"));
    drop(engine);
}

/// The run that made the record goes on with the key it knows.
#[test]
fn a_run_that_knows_a_record_by_another_key_changes_nobody_elses() {
    let shop = numbered();
    let engine = shop.engine();
    let gate = shop.place.gate("gate");
    shop.own.stand(Stands::Shut);
    let text = r#"{"tasks": [
      {"id": "add", "action": "record.add", "dataSource": "shop", "allowFallback": true,
       "params": {"table": "orders", "values": {"name": "new"}}},
      {"id": "gate", "action": "program.run", "dependsOn": ["add"],
       "params": {"program": "cat", "args": ["${context.gate}"]}},
      {"id": "t", "action": "record.update", "dataSource": "shop", "allowFallback": true,
       "dependsOn": ["gate"],
       "params": {"table": "orders", "key": "${tasks.add.output.key}", "values": {"name": "done"}}}]}"#;
    let (row, id) = shop.place.run_of(text, &gate.context());
    until(|| (shop.place.fallen().len() == 1).then_some(()));
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("7"));
    assert_eq!(shop.orders("shop"), ["1=new", "2=new"]);
    assert_eq!(shop.place.fallen(), []);
    assert!(!shop.place.keeps_nothing(), "its run goes on");
    gate.open();
    shop.place.comes_to(id, Status::Failed);
    let attempts = shop.place.store.attempts(row).unwrap();
    let last = attempts.iter().find(|one| one.task.as_str() == "t");
    let error = last.unwrap().error.as_ref().unwrap();
    assert_eq!(error.code, "fallen_renumbered");
    assert_eq!(shop.orders("shop"), ["1=new", "2=new"]);
    assert!(shop.place.keeps_nothing(), "its run has ended");
    drop(engine);
}

/// The same key in a write that is under way elsewhere while its source is brought up to date.
#[test]
fn a_write_under_way_elsewhere_asks_once_its_record_has_another_key() {
    let shop = numbered();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.does("record.add", MADE);
    shop.local.stand(Stands::Holds);
    let (row, id) = shop.run("record.update", &order("1", "done"), "");
    until(|| (shop.orders(LOCAL) == ["1=done"]).then_some(()));
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("7"));
    assert_eq!(shop.place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    shop.place.comes_to(id, Status::Cancelled);
    assert_eq!(shop.told(), ["asks: fallen_renumbered"]);
    assert_eq!(shop.orders("shop"), ["1=new", "2=new"]);
    drop(engine);
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

/// Another try that succeeds answers what the first one left open.
#[test]
fn a_try_that_was_cut_is_forgotten_once_another_succeeds() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(Stands::Shut);
    shop.local.stand(Stands::Cuts { done: true });
    let keys = r#", "idempotent": true, "retry": {"limit": 1, "delay": 0}"#;
    let (row, id) = shop.run("record.add", MADE, keys);
    shop.place.comes_to(id, Status::Succeeded);
    assert_eq!(shop.place.store.attempts(row).unwrap().len(), 2);
    assert_eq!(shop.told(), ["waits"]);
    shop.own.stand(Stands::Open);
    shop.does("record.get", &key("a"));
    assert_eq!(shop.orders("shop"), shop.orders(LOCAL));
    assert_eq!(shop.orders("shop").len(), 1);
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
