//! A source that is down: another one stands in, what it took is kept, and comes to its own source
//! when that answers again; whenever the process ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flowkeep_core::connection::{Connection, Server, Target};
use flowkeep_core::run::{Decision, Status, TaskId};
use flowkeep_core::{Message, RunId, Secret};
use flowkeep_engine::actions::{ActionError, Done, Room, Stop};
use flowkeep_engine::sources::{Doing, LOCAL, Operation, Source, Sqlite, open};
use flowkeep_engine::{Engine, Scope, Wanted, settle_fallen};
use flowkeep_store::{FallenFilter, FallenWriteRecord, Said, StoreError};
use flowkeep_test_servers::{MariaDb, Redis};
use rstest::rstest;
use rusqlite::Connection as File;

use crate::{Place, until};

/// How a [`Door`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Open,
    /// Nobody answers.
    Shut,
    /// What is written is done, and nobody is ever told so: what a process sees that dies there.
    Swallows,
    /// What is written is done, and only whoever calls it off hears that nobody knows.
    Holds,
    /// The same where nothing is done.
    HoldsBack,
    /// The next that is written is cut: done or not.
    Cuts {
        done: bool,
    },
    /// Nothing is added to the table of this name, in words of the source's own.
    Refuses(&'static str),
    /// Somebody else is at every row of the table of this name.
    Locks(&'static str),
}
use Stands::{Open as OPEN, Shut as SHUT, Swallows as SWALLOWS};

/// A source one can shut.
pub(crate) struct Door {
    inner: Arc<dyn Source>,
    stands: Mutex<Stands>,
    /// How many writes it was given.
    writes: AtomicUsize,
    /// Whether its password is not to be had.
    locked: bool,
}

impl Door {
    pub(crate) fn before(inner: Sqlite) -> Arc<Self> {
        Self::of(inner, false)
    }

    /// One whose password is not to be had.
    pub(crate) fn locked(inner: Sqlite) -> Arc<Self> {
        Self::of(inner, true)
    }

    fn of(inner: Sqlite, locked: bool) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::new(inner),
            stands: Mutex::new(OPEN),
            writes: AtomicUsize::new(0),
            locked,
        })
    }

    /// How many writes it was given while it was not shut.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    pub(crate) fn stand(&self, how: Stands) {
        *self.stands.lock().unwrap() = how;
    }
}

impl Source for Door {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn version(&self) -> Doing<'_, String> {
        self.inner.version()
    }

    fn password(&self) -> Result<Option<Secret>, String> {
        if self.locked {
            Err("connection/locked".to_owned())
        } else {
            Ok(None)
        }
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(async move {
            let stands = *self.stands.lock().unwrap();
            let says = |code: &str| Message::new(code).with("source", self.name());
            if stands == SHUT {
                return Err(ActionError::passing(says("server_refused")));
            }
            if operation.only_reads() {
                return self.inner.perform(operation, room, stop).await;
            }
            self.writes.fetch_add(1, Ordering::SeqCst);
            match stands {
                Stands::HoldsBack => {}
                Stands::Cuts { done } => {
                    if done {
                        self.inner.perform(operation, room, stop).await?;
                    }
                    self.stand(OPEN);
                    let cut = says("server_cut_writing").with("reason", "it was cut");
                    return Err(ActionError::unsure(cut));
                }
                Stands::Refuses(table) if matches!(&operation, Operation::Add { table: of, .. } if of == table) =>
                {
                    let own = says("sql_failed").with("reason", "a trigger says no");
                    return Err(ActionError::passing(own));
                }
                Stands::Locks(table) if matches!(&operation, Operation::Update { table: of, .. } if of == table) =>
                {
                    return Err(ActionError::passing(says("rows_locked")));
                }
                _ => {
                    let done = self.inner.perform(operation, room, stop.clone()).await;
                    match stands {
                        SWALLOWS => std::future::pending::<()>().await,
                        Stands::Holds => {}
                        _ => return done,
                    }
                }
            }
            stop.soft().await;
            Ok(Done::Stopped {
                undone: stands == Stands::HoldsBack,
            })
        })
    }
}

pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders(id TEXT PRIMARY KEY, name TEXT)";

/// A shop behind a door and the local file, with a table each.
pub(crate) struct Shop {
    pub(crate) place: Place,
    pub(crate) own: Arc<Door>,
    pub(crate) local: Arc<Door>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let place = Place::new();
        let file = |name: &str| place.folder.path().join(name).with_extension("db");
        let shop = Sqlite::made("shop", file("shop")).unwrap();
        let local = Sqlite::made(LOCAL, file(LOCAL)).unwrap();
        let this = Self {
            own: Door::before(shop),
            local: Door::before(local),
            place,
        };
        this.file("shop").execute(TABLE, []).unwrap();
        this.file(LOCAL).execute(TABLE, []).unwrap();
        this
    }

    pub(crate) fn file(&self, name: &str) -> File {
        File::open(self.place.folder.path().join(name).with_extension("db")).unwrap()
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine_beside(&[])
    }

    /// With these sources besides.
    pub(crate) fn engine_beside(&self, others: &[Arc<dyn Source>]) -> Engine {
        let mut sources = vec![
            Arc::clone(&self.local) as Arc<dyn Source>,
            Arc::clone(&self.own) as Arc<dyn Source>,
        ];
        sources.extend(others.iter().map(Arc::clone));
        self.place
            .engine_on_these(self.place.epoch(), Scope::All, sources)
    }

    /// What is in a table, by its keys.
    pub(crate) fn orders(&self, name: &str) -> Vec<String> {
        let file = self.file(name);
        let mut rows = file
            .prepare("SELECT id || '=' || name FROM orders ORDER BY id")
            .unwrap();
        let found = rows.query_map([], |row| row.get(0)).unwrap();
        found.collect::<Result<_, _>>().unwrap()
    }

    /// A run of one task on the shop.
    pub(crate) fn run(&self, action: &str, params: &str, keys: &str) -> (i64, RunId) {
        self.place.run_of(&task(action, params, keys), "{}")
    }

    pub(crate) fn does(&self, action: &str, params: &str) {
        let (_, id) = self.run(action, params, "");
        self.place.comes_to(id, Status::Succeeded);
    }
}

impl Place {
    pub(crate) fn fallen(&self) -> Vec<FallenWriteRecord> {
        self.store.fallen_writes(FallenFilter::default()).unwrap()
    }

    /// Whether nothing is kept, whatever it waits for.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.store.fallen_sources().unwrap().is_empty()
    }

    /// What is told of a run as a warning.
    pub(crate) fn warned(&self, row: i64) -> Vec<String> {
        let lines = self.store.messages(row, 0, Some("warning"), 100).unwrap();
        let code = |said: Said| match said {
            Said::Message(message) => Some(message.code),
            Said::Line(_) => None,
        };
        lines
            .into_iter()
            .filter_map(|line| code(line.said))
            .collect()
    }

    pub(crate) fn settle(&self, fallen: i64, ours: bool) -> Option<FallenWriteRecord> {
        let settled = self
            .store
            .write::<_, StoreError>(move |tx| settle_fallen(tx, fallen, ours));
        settled.unwrap()
    }
}

pub(crate) fn task(action: &str, params: &str, keys: &str) -> String {
    format!(
        r#"{{"tasks": [{{"id": "t", "action": "{action}", "dataSource": "shop", "allowFallback": true,
             "params": {params}{keys}}}]}}"#
    )
}

pub(crate) fn order(key: &str, name: &str) -> String {
    format!(r#"{{"table": "orders", "key": "{key}", "values": {{"name": "{name}"}}}}"#)
}

pub(crate) fn key(key: &str) -> String {
    format!(r#"{{"table": "orders", "key": "{key}"}}"#)
}

#[test]
fn what_another_source_took_comes_to_its_own_in_its_order() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let file = shop.file(name);
        file.execute(
            "INSERT INTO orders VALUES ('known', 'before'), ('old', 'x')",
            [],
        )
        .unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(SHUT);
    let (row, id) = shop.run("record.add", &order("a", "one"), "");
    shop.place.comes_to(id, Status::Succeeded);
    let attempt = &shop.place.store.attempts(row).unwrap()[0];
    assert_eq!(attempt.data_source.as_deref(), Some(LOCAL));
    assert_eq!(attempt.rule.as_deref(), Some("fallback"));
    let passed = &attempt.passed_over[0];
    assert_eq!(
        (passed.source.as_str(), passed.why.code.as_str()),
        ("shop", "server_refused")
    );
    assert_eq!(shop.place.warned(row), ["run_write_fell_back"]);
    shop.does("record.update", &order("a", "two"));
    shop.does("record.update", &order("known", "after"));
    shop.does("record.delete", &key("old"));
    let (row, id) = shop.run("record.get", &key("a"), "");
    shop.place.comes_to(id, Status::Succeeded);
    let read = shop.place.store.output(row, &"t".into()).unwrap().unwrap();
    assert_eq!(read, r#"{"record":{"id":"a","name":"two"}}"#);
    assert_eq!(shop.place.warned(row), ["run_read_fell_back"]);
    assert_eq!(shop.place.fallen().len(), 4);
    assert_eq!(shop.orders("shop"), ["known=before", "old=x"]);
    // Whoever uses it next finds what was taken for it.
    shop.own.stand(OPEN);
    let (row, id) = shop.run("record.get", &key("a"), "");
    shop.place.comes_to(id, Status::Succeeded);
    let read = shop.place.store.output(row, &"t".into()).unwrap().unwrap();
    assert_eq!(read, r#"{"record":{"id":"a","name":"two"}}"#);
    assert_eq!(shop.place.fallen(), []);
    assert_eq!(shop.orders("shop"), shop.orders(LOCAL));
    drop(engine);
}

#[test]
fn what_changed_meanwhile_waits_for_a_person_and_holds_up_no_other_record() {
    let shop = Shop::new();
    for name in ["shop", LOCAL] {
        let sql = "INSERT INTO orders VALUES ('a', 'before'), ('b', 'before')";
        shop.file(name).execute(sql, []).unwrap();
    }
    let engine = shop.engine();
    shop.own.stand(SHUT);
    let (row, id) = shop.run("record.update", &order("a", "ours"), "");
    shop.place.comes_to(id, Status::Succeeded);
    shop.does("record.update", &order("a", "ours, later"));
    shop.does("record.update", &order("b", "ours"));
    let somebody = "UPDATE orders SET name = 'theirs' WHERE id = 'a'";
    shop.file("shop").execute(somebody, []).unwrap();
    shop.own.stand(OPEN);
    shop.does("record.get", &key("b"));
    assert_eq!(shop.orders("shop"), ["a=theirs", "b=ours"]);
    let left = shop.place.fallen();
    let told = |write: &FallenWriteRecord| {
        let conflict = write.conflict.as_ref();
        conflict.map(|why| (why.code.clone(), write.there.clone()))
    };
    let there = r#"{"id":"a","name":"theirs"}"#.to_owned();
    let changed = Some(("fallen_changed".to_owned(), Some(there)));
    assert_eq!(left.iter().map(told).collect::<Vec<_>>(), [changed, None]);
    assert_eq!(
        shop.place.warned(row),
        ["run_write_fell_back", "run_fallen_asks"]
    );
    // What is there stays; then the later one finds that it is not what it was.
    shop.place.settle(left[0].fallen, false).unwrap();
    shop.does("record.get", &key("b"));
    let left = shop.place.fallen();
    assert!(matches!(&left[..], [one] if one.conflict.is_some()));
    assert_eq!(shop.orders("shop"), ["a=theirs", "b=ours"]);
    // Ours goes before it.
    shop.place.settle(left[0].fallen, true).unwrap();
    shop.does("record.get", &key("b"));
    assert_eq!(shop.place.fallen(), []);
    assert_eq!(shop.orders("shop"), ["a=ours, later", "b=ours"]);
    assert!(shop.place.settle(left[0].fallen, true).is_none());
    drop(engine);
}

#[rstest]
#[case::not_allowed("record.add", false)]
#[case::sql_that_writes("sql.execute", true)]
#[case::nothing_that_can("record.update", true)]
#[case::a_new_record_without_a_key("record.add", true)]
fn what_nothing_may_stand_in_for_fails_as_it_would(#[case] action: &str, #[case] allowed: bool) {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.own.stand(SHUT);
    let params = match action {
        "sql.execute" => r#"{"sql": "INSERT INTO orders VALUES ('a', 'x')"}"#.to_owned(),
        // Among the values it is the table's, and nobody knows whether it is its key.
        "record.add" if allowed => {
            r#"{"table": "orders", "values": {"id": "a", "name": "x"}}"#.to_owned()
        }
        _ => order("a", "x"),
    };
    let allows = format!(r#""allowFallback": {allowed}"#);
    let text = task(action, &params, "").replace(r#""allowFallback": true"#, &allows);
    let (row, id) = shop.place.run_of(&text, "{}");
    shop.place.comes_to(id, Status::Failed);
    let attempt = shop.place.store.attempts(row).unwrap().remove(0);
    assert_eq!(attempt.error.unwrap().code, "server_refused");
    assert_eq!(attempt.data_source.as_deref(), Some("shop"));
    let warned = shop.place.warned(row);
    let without_key = warned.iter().any(|code| code == "run_add_without_key");
    assert_eq!(without_key, action == "record.add" && allowed, "{warned:?}");
    assert_eq!(shop.place.fallen(), []);
    assert!(shop.place.keeps_nothing(), "nothing is left of what failed");
    assert_eq!(shop.orders(LOCAL), [""; 0]);
    drop(engine);
}

/// What an operator says of what a crash broke off, and what comes of it at the shop and of what is
/// kept for it.
#[rstest]
#[case::done(Some(Decision::Done), "", SHUT, 1)]
#[case::failed(Some(Decision::Failed), "", SHUT, 0)]
#[case::again_at_its_own(Some(Decision::Rerun), "", OPEN, 0)]
#[case::safe_to_do_again(None, r#", "idempotent": true"#, SHUT, 1)]
fn a_process_that_ends_when_another_source_has_written_loses_nothing_and_does_nothing_twice(
    #[case] decision: Option<Decision>,
    #[case] keys: &str,
    #[case] stands: Stands,
    #[case] kept: usize,
) {
    let shop = Shop::new();
    let failed = decision == Some(Decision::Failed);
    let dead = shop.engine();
    shop.own.stand(SHUT);
    shop.local.stand(SWALLOWS);
    // What is added twice under one key is refused; what is changed twice is the same.
    let action = if decision.is_some() {
        "record.add"
    } else {
        for name in ["shop", LOCAL] {
            let sql = "INSERT INTO orders VALUES ('a', 'before')";
            shop.file(name).execute(sql, []).unwrap();
        }
        "record.update"
    };
    let (row, id) = shop.run(action, &order("a", "one"), keys);
    until(|| (shop.orders(LOCAL) == ["a=one"]).then_some(()));
    // To lose the ownership is what a death looks like to the database.
    shop.local.stand(OPEN);
    shop.own.stand(stands);
    let engine = shop.engine();
    if let Some(decision) = decision {
        shop.place.comes_to(id, Status::Waiting);
        assert_eq!(
            shop.place.fallen(),
            [],
            "nobody knows yet whether it was written"
        );
        let run = shop
            .place
            .store
            .write::<_, StoreError>(|tx| tx.intended_for("shop"));
        assert_eq!(run.unwrap(), Some((id.to_string(), "W".to_owned())));
        let wanted = Wanted::Answer {
            task: TaskId::from("t"),
            decision,
            output: None,
        };
        shop.place.want(row, &wanted);
    }
    let end = if failed {
        Status::Failed
    } else {
        Status::Succeeded
    };
    shop.place.comes_to(id, end);
    assert_eq!(shop.place.fallen().len(), kept);
    shop.own.stand(OPEN);
    shop.does("record.get", &key("a"));
    let (there, here) = (shop.orders("shop"), shop.orders(LOCAL));
    assert_eq!(there.len(), usize::from(!failed), "{there:?}");
    assert!(failed || there == here, "{there:?} {here:?}");
    assert!(shop.place.keeps_nothing());
    drop((dead, engine));
}

/// A process that ends when the write has come to its own source and nobody was told.
#[test]
fn a_process_that_ends_while_a_source_catches_up_does_nothing_twice() {
    let shop = Shop::new();
    let dead = shop.engine();
    shop.own.stand(SHUT);
    shop.does("record.add", &order("a", "one"));
    shop.own.stand(SWALLOWS);
    let (_, reads) = shop.run("record.get", &key("a"), "");
    until(|| (!shop.orders("shop").is_empty()).then_some(()));
    shop.own.stand(OPEN);
    let engine = shop.engine();
    shop.place.comes_to(reads, Status::Succeeded);
    assert_eq!(shop.place.fallen(), []);
    assert_eq!(shop.orders("shop"), ["a=one"]);
    assert_eq!(shop.own.writes(), 1);
    drop((dead, engine));
}

fn server(
    name: &str,
    port: u16,
    database: Option<&str>,
    target: fn(Server) -> Target,
) -> Arc<dyn Source> {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: database.map(str::to_owned),
        tls: false,
        user: (name == "shop").then(|| "root".to_owned()),
        ca: None,
    };
    let connection = Connection {
        name: name.to_owned(),
        target: target(server),
    };
    open(&connection, None).unwrap()
}

/// Real servers: the database goes away in the middle of a run and comes back.
#[test]
fn a_server_that_is_switched_off_in_mid_run_gets_its_records_when_it_is_back() {
    let (mut database, cache) = (MariaDb::start(), Redis::start());
    // What it was given is still there when it is back.
    database.resume(&["--innodb-flush-log-at-trx-commit=1"]);
    let place = Place::new();
    let whole = server("shop", database.port, None, Target::Mysql);
    let engine = place.engine_on(place.epoch(), Scope::All, &[whole]);
    for sql in [
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        "CREATE TABLE shop.orders (id VARCHAR(30) PRIMARY KEY, name TEXT, amount DOUBLE, count BIGINT, paid BOOLEAN, note TEXT)",
    ] {
        let text = format!(
            r#"{{"tasks": [{{"id": "t", "action": "sql.execute", "dataSource": "shop", "params": {{"sql": "{sql}"}}}}]}}"#
        );
        let (_, id) = place.run_of(&text, "{}");
        place.comes_to(id, Status::Succeeded);
    }
    drop(engine);
    let sources = [
        server("shop", database.port, Some("shop"), Target::Mysql),
        server("memory", cache.port, None, Target::Redis),
    ];
    let engine = place.engine_on(place.epoch(), Scope::All, &sources);
    let gate = place.gate("gate");
    let record = |id: &str, action: &str, after: &str, params: &str| {
        format!(
            r#"{{"id": "{id}", "action": "{action}", "dataSource": "shop", "dataKind": "cache", "allowFallback": true,
                 "dependsOn": ["{after}"], "params": {{"table": "orders", {params}}}}}"#
        )
    };
    let text = format!(
        r#"{{"tasks": [
          {{"id": "first", "action": "record.add", "dataSource": "shop",
            "params": {{"table": "orders", "key": "a", "values": {{"name": "before"}}}}}},
          {{"id": "gate", "action": "program.run", "dependsOn": ["first"], "params": {{"program": "cat", "args": ["${{context.gate}}"]}}}},
          {}, {}, {}]}}"#,
        record(
            "add",
            "record.add",
            "gate",
            r#""key": "b", "values": {"name": "绿茶", "amount": 1.25, "count": 9007199254740993, "paid": true, "note": null}"#
        ),
        record(
            "change",
            "record.update",
            "add",
            r#""key": "b", "values": {"name": "red tea", "paid": false}"#
        ),
        record(
            "made",
            "record.add",
            "change",
            r#""key": "c", "values": {"name": "made"}"#
        ),
    );
    let (row, id) = place.run_of(&text, &gate.context());
    until(|| {
        let attempts = place.store.attempts(row).unwrap();
        let first = attempts.iter().find(|one| one.task.as_str() == "first");
        first
            .filter(|one| one.status == Status::Succeeded)
            .map(|_| ())
    });
    database.stop();
    gate.open();
    place.comes_to(id, Status::Succeeded);
    for attempt in place.store.attempts(row).unwrap() {
        let expected = match attempt.task.as_str() {
            "first" => Some("shop"),
            "gate" => None,
            _ => Some("memory"),
        };
        assert_eq!(attempt.data_source.as_deref(), expected, "{}", attempt.task);
    }
    assert_eq!(place.fallen().len(), 3);
    database.resume(&[]);
    // Nobody uses it: it is found to answer again.
    until(|| place.fallen().is_empty().then_some(()));
    let find = |source: &str| {
        let text = format!(
            r#"{{"tasks": [{{"id": "t", "action": "record.find", "dataSource": "{source}", "params": {{"table": "orders"}}}}]}}"#
        );
        let (row, id) = place.run_of(&text, "{}");
        place.comes_to(id, Status::Succeeded);
        let output = place.store.output(row, &"t".into()).unwrap().unwrap();
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        output["records"].as_array().unwrap().clone()
    };
    let (there, stood_in) = (find("shop"), find("memory"));
    assert_eq!(there.len(), 3, "{there:?}");
    let of = |records: &[serde_json::Value], at: usize, name: &str| records[at][name].clone();
    assert_eq!(of(&there, 0, "name"), "before");
    assert_eq!(of(&there, 1, "name"), "red tea");
    assert_eq!(of(&there, 1, "count").to_string(), "9007199254740993");
    assert_eq!(of(&there, 2, "name"), "made");
    assert_eq!(stood_in.len(), 2, "it keeps its copy: {stood_in:?}");
    assert_eq!(
        (of(&there, 1, "paid"), of(&there, 1, "note")),
        (0.into(), serde_json::Value::Null)
    );
    drop(engine);
}
