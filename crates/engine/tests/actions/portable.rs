//! One set of record tasks on all four kinds of sources: what they answer is the same JSON.

use std::sync::Arc;

use flowkeep_core::connection::{Connection, Server, Target};
use flowkeep_engine::sources::{LOCAL, Source, Sqlite, open};
use flowkeep_test_servers::{MariaDb, OpenSearch, Redis};
use serde_json::{Value as Json, json};

use crate::attempts::Place;

/// Where there are tables, they are made; the others have what is put into them.
const TABLES: &str = "CREATE TABLE orders (id VARCHAR(30) PRIMARY KEY, name TEXT, amount DOUBLE, count BIGINT, note TEXT);
    CREATE TABLE parts (id INTEGER PRIMARY KEY, name TEXT)";

/// The tasks of the definition, one after the other.
fn tasks() -> Vec<(&'static str, Json)> {
    let order = |key: &str, name: Json, amount: Json, count: Json| {
        json!({"table": "orders", "key": key,
            "values": {"name": name, "amount": amount, "count": count, "note": null}})
    };
    let one = |key: &str| json!({"table": "orders", "key": key});
    let find = |how: Json, limit: Json| json!({"table": "orders", "where": how, "limit": limit});
    let text = |text: &str| json!({"table": "orders", "text": text});
    let mut tasks = vec![
        (
            "record.add",
            order(
                "b",
                json!("red tea"),
                json!(2.5),
                json!(9_007_199_254_740_993_i64),
            ),
        ),
        (
            "record.add",
            order("a", json!("绿茶 订单"), json!(1.25), json!(-1)),
        ),
        ("record.add", order("C", json!("42"), json!(2.5), json!(0))),
        (
            "record.add",
            json!({"table": "orders", "values": {"name": "made 'once' \"\\ %_", "amount": 0.1, "count": 1, "note": "n"}}),
        ),
        (
            "record.add",
            json!({"table": "orders", "values": {"name": "made 'once' \"\\ %_", "amount": 0.1, "count": 1, "note": "n"}}),
        ),
        (
            "record.add",
            order("b", json!("again"), json!(0.5), json!(1)),
        ),
        ("record.get", one("b")),
        ("record.get", one("B")),
        (
            "record.update",
            json!({"table": "orders", "key": "b", "values": {"name": "red tea, twice", "note": "x"}}),
        ),
        (
            "record.update",
            json!({"table": "orders", "key": "none", "values": {"name": "x"}}),
        ),
        ("record.get", one("b")),
        ("record.find", json!({"table": "orders"})),
        ("record.find", find(json!({"amount": 2.5}), json!(null))),
        ("record.find", find(json!({"note": null}), json!(null))),
        ("record.find", find(json!({"name": "42"}), json!(null))),
        (
            "record.find",
            find(json!({"name": "RED TEA, twice"}), json!(null)),
        ),
        (
            "record.find",
            find(json!({"count": 9_007_199_254_740_993_i64}), json!(null)),
        ),
        (
            "record.find",
            find(json!({"count": 9_007_199_254_740_992_i64}), json!(null)),
        ),
        ("record.find", find(json!({}), json!(2))),
        ("record.search", text("tea")),
        ("record.search", text("TEA")),
        ("record.search", text("茶")),
        ("record.search", text("nothing like it")),
        ("record.delete", one("a")),
        ("record.delete", one("a")),
        ("record.find", json!({"table": "orders"})),
    ];
    for key in [10, 9, 100] {
        tasks.push((
            "record.add",
            json!({"table": "parts", "key": key, "values": {"name": format!("part {key}")}}),
        ));
    }
    tasks.push(("record.find", json!({"table": "parts"})));
    tasks.push(("record.get", json!({"table": "parts", "key": 9})));
    tasks
}

/// What each task answers on a source, its failures by their codes.
async fn answers(source: Arc<dyn Source>) -> Vec<Json> {
    let searches = source.kind() != "redis";
    let mut place = Place::on(source);
    let mut answers = Vec::new();
    for (action, params) in tasks() {
        if action == "record.search" && !searches {
            continue;
        }
        let answer = match place.attempt(action, params.clone()).await {
            Ok(done) => match done {
                flowkeep_engine::actions::Done::Output { output, .. } => output.value.to_json(),
                other => panic!("{other:?}"),
            },
            Err(error) => json!({"code": error.message.code}),
        };
        answers.push(json!([action, params, answer]));
    }
    // One that is too large for an output is in a file everywhere.
    place.caps.kept = 10;
    let one = json!({"table": "parts", "key": 9});
    let output = place.output("record.get", one).await;
    assert_eq!(output.get("record"), None);
    let file = std::fs::read_to_string(output["record_file"]["path"].as_str().unwrap()).unwrap();
    answers.push(json!([
        "file",
        {},
        serde_json::from_str::<Json>(&file).unwrap()
    ]));
    answers
}

fn server(port: u16, user: Option<&str>, database: Option<&str>) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: database.map(str::to_owned),
        tls: false,
        user: user.map(str::to_owned),
        ca: None,
    }
}

fn opened(target: Target) -> Arc<dyn Source> {
    let name = "there".to_owned();
    open(&Connection { name, target }, None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_tasks_give_the_same_records_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite: Arc<dyn Source> =
        Arc::new(Sqlite::made(LOCAL, folder.path().join("local.db")).unwrap());
    let mariadb = MariaDb::start();
    let redis = Redis::start();
    let search = OpenSearch::start();
    let user = Some("root");
    let make = Place::on(opened(Target::Mysql(server(mariadb.port, user, None))));
    make.output(
        "sql.execute",
        json!({"sql": "CREATE DATABASE shop CHARACTER SET utf8mb4"}),
    )
    .await;
    let mysql = opened(Target::Mysql(server(mariadb.port, user, Some("shop"))));
    for source in [&sqlite, &mysql] {
        let place = Place::on(Arc::clone(source));
        place.output("sql.execute", json!({"sql": TABLES})).await;
    }
    let expected = answers(sqlite).await;
    for source in [
        mysql,
        opened(Target::Redis(server(redis.port, None, None))),
        opened(Target::Elasticsearch(server(search.port, None, None))),
    ] {
        let kind = source.kind();
        let found = answers(source).await;
        let same = expected
            .iter()
            .filter(|answer| kind != "redis" || answer[0] != "record.search");
        let mut count = 0;
        for (found, expected) in found.iter().zip(same) {
            assert_eq!(found, expected, "{kind}");
            count += 1;
        }
        assert_eq!(count, found.len(), "{kind}");
    }
}
