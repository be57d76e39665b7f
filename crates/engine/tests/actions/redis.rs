//! `redis.command` and `record.*` on Redis, and each way in which it can be out of reach.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::Value;
use flowkeep_core::connection::{Connection, Secret, Server, Target};
use flowkeep_engine::actions::Done;
use flowkeep_engine::sources::{Bounds, Source, open, open_within};
use flowkeep_test_servers::{Authority, MariaDb, Redis, Wire};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

fn server(port: u16) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: None,
        tls: false,
        user: None,
        ca: None,
    }
}

fn connection(server: Server) -> Connection {
    Connection {
        name: "cache".to_owned(),
        target: Target::Redis(server),
    }
}

fn opened(server: Server, secret: Option<&str>) -> Arc<dyn Source> {
    open(&connection(server), secret.map(Secret::new)).unwrap()
}

fn place(redis: &Redis) -> Place {
    Place::on(opened(server(redis.port), None))
}

async fn value(place: &Place, command: Json) -> Json {
    let output = place
        .output("redis.command", json!({"command": command}))
        .await;
    output["value"].clone()
}

async fn code(place: &Place, command: Json) -> String {
    place
        .code("redis.command", json!({"command": command}))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_in_json() {
    let redis = Redis::start();
    let place = place(&redis);
    for (command, expected) in [
        (json!(["PING"]), json!("PONG")),
        (json!(["SET", "k", "值"]), json!("OK")),
        (json!(["get", "k"]), json!("值")),
        (json!(["GET", "none"]), json!(null)),
        (json!(["SET", "b", {"$blob": "AP8="}]), json!("OK")),
        (json!(["GET", "b"]), json!({"$blob": "AP8="})),
        (
            json!(["INCRBY", "n", 9_007_199_254_740_993_i64]),
            json!(9_007_199_254_740_993_i64),
        ),
        (json!(["INCRBYFLOAT", "f", 0.5]), json!("0.5")),
        (json!(["RPUSH", "l", "a", 2]), json!(2)),
        (json!(["LRANGE", "l", 0, -1]), json!(["a", "2"])),
        (json!(["HSET", "h", "a", 1, "b", ""]), json!(2)),
        (json!(["HGETALL", "h"]), json!({"a": "1", "b": ""})),
        (json!(["SADD", "s", "x"]), json!(1)),
        (json!(["SMEMBERS", "s"]), json!(["x"])),
        (json!(["ZADD", "z", 1.5, "m"]), json!(1)),
        (
            json!(["ZRANGE", "z", 0, -1, "WITHSCORES"]),
            json!([["m", 1.5]]),
        ),
        (
            json!([
                "EVAL",
                "return {1, {'a', false}, redis.status_reply('fine')}",
                0
            ]),
            json!([1, ["a", null], "fine"]),
        ),
        (json!(["XADD", "x", "1-1", "f", "v"]), json!("1-1")),
        (
            json!(["XREAD", "STREAMS", "x", 0]),
            json!({"x": [["1-1", ["f", "v"]]]}),
        ),
    ] {
        assert_eq!(value(&place, command.clone()).await, expected, "{command}");
    }
    for (command, expected) in [
        (json!(["SET", "k"]), "redis_failed"),
        (json!(["LPUSH", "k", "v"]), "redis_failed"),
        (json!(["NOSUCH", "a secret"]), "redis_failed"),
        (json!(["SUBSCRIBE", "c"]), "redis_unfit"),
        (json!(["multi"]), "redis_unfit"),
        (json!([]), "redis_words"),
        (json!(["GET", null]), "redis_words"),
        (json!([{"a": 1}]), "redis_words"),
    ] {
        assert_eq!(code(&place, command.clone()).await, expected, "{command}");
    }
    let told = place
        .error("redis.command", json!({"command": ["NOSUCH", "a secret"]}))
        .await;
    assert_eq!(told.message.fields["reason"], "unknown command 'NOSUCH'");
    let query = place.code("sql.query", json!({"sql": "SELECT 1"})).await;
    assert_eq!(query, "source_unfit");
    let search = place
        .code("record.search", json!({"table": "t", "text": "x"}))
        .await;
    assert_eq!(search, "source_unfit");
    let version = opened(server(redis.port), None).version().await.unwrap();
    assert!(
        version.starts_with(|c: char| c.is_ascii_digit()),
        "{version}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_on_a_connection() {
    let redis = Redis::start();
    let bounds = Bounds {
        connections: 1,
        ..Bounds::default()
    };
    let place = Place::on(open_within(&connection(server(redis.port)), None, bounds).unwrap());
    let id = value(&place, json!(["CLIENT", "ID"])).await;
    assert_ne!(
        value(&place, json!(["CLIENT", "ID"])).await,
        id,
        "one that asks of itself is not kept"
    );
    value(&place, json!(["SET", "k", "here"])).await;
    value(&place, json!(["SELECT", 3])).await;
    assert_eq!(value(&place, json!(["GET", "k"])).await, json!("here"));
    let third = Server {
        database: Some("3".to_owned()),
        ..server(redis.port)
    };
    let elsewhere = Place::on(opened(third, None));
    assert_eq!(value(&elsewhere, json!(["GET", "k"])).await, json!(null));
    // Others are: all of these were one connection.
    for _ in 0..9 {
        value(&elsewhere, json!(["PING"])).await;
    }
    let told = value(&place, json!(["INFO", "clients"])).await;
    let connected = told
        .as_str()
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("connected_clients:"));
    assert_eq!(connected.unwrap().trim(), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_goes_into_a_file() {
    let redis = Redis::start();
    let mut place = place(&redis);
    place.caps.kept = 100;
    value(&place, json!(["SET", "k", "x".repeat(1000)])).await;
    let params = json!({"command": ["GET", "k"]});
    let output = place.output("redis.command", params).await;
    assert_eq!(output["value"].as_str().unwrap(), "x".repeat(100));
    assert_eq!(output["value_file"]["bytes"], json!(1000));
    let many: Vec<_> = (0..100).map(|n| format!("{n:09}")).collect();
    let mut push = vec![json!("RPUSH"), json!("l")];
    push.extend(many.iter().map(|text| json!(text)));
    value(&place, json!(push)).await;
    let output = place
        .output("redis.command", json!({"command": ["LRANGE", "l", 0, -1]}))
        .await;
    assert_eq!(output["value"].as_array().unwrap().len(), 8);
    let file = std::fs::read_to_string(output["value_file"]["path"].as_str().unwrap()).unwrap();
    assert_eq!(file.lines().count(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_hashes_that_keep_their_types() {
    let redis = Redis::start();
    let mut place = place(&redis);
    let values = json!({"name": "7", "amount": 7.5, "none": null, "list": [1, "x"], "raw": {"$blob": "AP8="}});
    let add = json!({"table": "or*ders", "key": "d", "values": values});
    assert_eq!(
        place.output("record.add", add.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(place.code("record.add", add).await, "key_exists");
    let one = json!({"table": "or*ders", "key": "d"});
    let expected = json!({"record": {"id": "d", "name": "7", "amount": 7.5, "none": null, "list": [1, "x"], "raw": {"$blob": "AP8="}}});
    assert_eq!(place.output("record.get", one.clone()).await, expected);
    assert_eq!(
        value(&place, json!(["HGET", "or*ders:d", "id"])).await,
        json!("d")
    );
    let change = json!({"table": "or*ders", "key": "d", "values": {"amount": 8, "none": "some"}});
    assert_eq!(
        place.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    let changed = place.output("record.get", one.clone()).await;
    assert_eq!(
        (&changed["record"]["amount"], &changed["record"]["none"]),
        (&json!(8), &json!("some"))
    );
    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": true})
    );
    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": false})
    );
    assert_eq!(
        place.output("record.get", one).await,
        json!({"record": null})
    );
    assert_eq!(place.code("record.update", change).await, "record_missing");

    let add = json!({"table": "made", "values": {"v": 1}});
    let key = place.output("record.add", add.clone()).await["key"].clone();
    assert_eq!(place.output("record.add", add.clone()).await["key"], key);
    "01J/task/1".clone_into(&mut place.key);
    assert_ne!(place.output("record.add", add).await["key"], key);
    let twice = json!({"table": "made", "key": "a", "values": {"id": "b"}});
    assert_eq!(place.code("record.add", twice).await, "key_twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_found_in_the_order_of_the_key() {
    let redis = Redis::start();
    let place = place(&redis);
    // More than are asked for in one go, of another table too.
    for some in (0..1200_u32).collect::<Vec<_>>().chunks(200) {
        let script = "for i = 1, #ARGV do redis.call('HSET', 'n:' .. ARGV[i], 'id', ARGV[i], 'odd', ARGV[i] % 2) \
                      redis.call('HSET', 'n2:' .. ARGV[i], 'id', ARGV[i]) end";
        let mut command = vec![json!("EVAL"), json!(script), json!(0)];
        command.extend(some.iter().map(|n| json!(n)));
        value(&place, json!(command)).await;
    }
    value(&place, json!(["SET", "n:text", "is no record"])).await;
    let all = place.output("record.find", json!({"table": "n"})).await;
    let ids: Vec<_> = all["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (0..1200).collect::<Vec<_>>());
    let odd = json!({"table": "n", "where": {"odd": 1}, "limit": 3});
    let odd = place.output("record.find", odd).await;
    assert_eq!(
        odd["records"],
        json!([{"id": 1, "odd": 1}, {"id": 3, "odd": 1}, {"id": 5, "odd": 1}])
    );
    for (id, expected) in [
        (json!(7), json!([{"id": 7, "odd": 1}])),
        (json!("7"), json!([])),
        (json!(7000), json!([])),
    ] {
        let one = json!({"table": "n", "where": {"id": id}});
        let one = place.output("record.find", one).await;
        assert_eq!(one["records"], expected, "{id}");
    }
    // What another program wrote, and a number that is a text.
    value(&place, json!(["HSET", "other:a:b", "v", "x"])).await;
    place
        .output(
            "record.add",
            json!({"table": "other", "key": "9", "values": {}}),
        )
        .await;
    place
        .output(
            "record.add",
            json!({"table": "other", "key": 10, "values": {}}),
        )
        .await;
    let found = place.output("record.find", json!({"table": "other"})).await;
    assert_eq!(
        found["records"],
        json!([{"id": 10}, {"id": "9"}, {"_id": "a:b", "v": "x"}])
    );
    value(&place, json!(["HSET", "other:z", "id", 5])).await;
    for (id, expected) in [
        (json!(5), json!([{"_id": "z", "id": 5}])),
        (json!("9"), json!([{"id": "9"}])),
        (json!(null), json!([{"_id": "a:b", "v": "x"}])),
    ] {
        let named = json!({"table": "other", "where": {"id": id}});
        assert_eq!(
            place.output("record.find", named).await["records"],
            expected,
            "{id}"
        );
    }
    let absent = json!({"table": "other", "where": {"v": null}, "limit": 1});
    assert_eq!(
        place.output("record.find", absent).await["records"],
        json!([{"id": 10}])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_not_taken_for_nothing() {
    let redis = Redis::start();
    let place = place(&redis);
    let add = json!({"table": "t", "key": "a", "values": {"v": 1}});
    place.output("record.add", add).await;
    for right in ["-hgetall", "-hget", "-scan"] {
        let user = json!([
            "ACL", "SETUSER", "anna", "reset", "on", ">pw", "~*", "+@all", right
        ]);
        value(&place, user).await;
        let anna = Server {
            user: Some("anna".to_owned()),
            ..server(redis.port)
        };
        let anna = Place::on(opened(anna, Some("pw")));
        let code = anna.code("record.find", json!({"table": "t"})).await;
        assert_eq!(code, "right_missing", "{right}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_is_called_off() {
    let redis = Redis::start();
    // On a machine that does much else, stopping takes as long as it takes.
    let patient = Bounds {
        ending: Duration::from_mins(1),
        ..Bounds::default()
    };
    let source = open_within(&connection(server(redis.port)), None, patient).unwrap();
    let place = Place::on(source);
    let other = Place::on(opened(server(redis.port), None));
    let asks = async {
        loop {
            let told = value(&other, json!(["INFO", "clients"])).await;
            if told.as_str().unwrap().contains("blocked_clients:1") {
                break;
            }
        }
        place.stopper.soft();
        Instant::now()
    };
    let waits = place.attempt("redis.command", json!({"command": ["BLPOP", "nothing", 0]}));
    let (done, asked) = tokio::join!(waits, asks);
    assert_eq!(done, Ok(Done::Stopped { undone: true }));
    assert!(asked.elapsed() < Duration::from_secs(30), "it did not stop");
}

/// The code of a write that fails.
async fn trouble(source: Arc<dyn Source>) -> String {
    let error = Place::on(source)
        .error("redis.command", json!({"command": ["SET", "k", "v"]}))
        .await;
    let told = serde_json::to_string(&error.message).unwrap();
    assert!(!told.contains("secret"), "{told}");
    error.message.code
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_and_names() {
    let redis = Redis::start_with(&["--requirepass", "a secret"]);
    let port = redis.port;
    assert_eq!(
        trouble(opened(server(port), None)).await,
        "login_refused_nameless"
    );
    assert_eq!(
        trouble(opened(server(port), Some("wrong secret"))).await,
        "login_refused_nameless"
    );
    let named = Server {
        user: Some("anna".to_owned()),
        ..server(port)
    };
    assert_eq!(
        trouble(opened(named, Some("a secret"))).await,
        "login_refused"
    );
    let elsewhere = Server {
        database: Some("99".to_owned()),
        ..server(port)
    };
    assert_eq!(
        trouble(opened(elsewhere, Some("a secret"))).await,
        "database_unknown"
    );
    let unknown = Server {
        host: "no-such-host.invalid".to_owned(),
        ..server(port)
    };
    assert_eq!(trouble(opened(unknown, None)).await, "server_unknown");
    let nobody = Wire::to_nobody();
    let bounds = Bounds {
        connect: Duration::from_millis(50),
        ..Bounds::default()
    };
    let silent = open_within(&connection(server(nobody.port)), None, bounds).unwrap();
    assert_eq!(trouble(silent).await, "server_silent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_refuses() {
    let redis = Redis::start();
    let port = redis.port;
    let place = Place::on(opened(server(port), None));
    value(
        &place,
        json!([
            "ACL", "SETUSER", "reader", "on", ">pw", "+ping", "+get", "~*"
        ]),
    )
    .await;
    let reader = Server {
        user: Some("reader".to_owned()),
        ..server(port)
    };
    assert_eq!(trouble(opened(reader, Some("pw"))).await, "right_missing");
    value(&place, json!(["CONFIG", "SET", "maxmemory", "1"])).await;
    assert_eq!(code(&place, json!(["SET", "k", "v"])).await, "source_full");
    value(&place, json!(["CONFIG", "SET", "maxmemory", "0"])).await;
    value(&place, json!(["REPLICAOF", "127.0.0.1", 1])).await;
    assert_eq!(
        code(&place, json!(["SET", "k", "v"])).await,
        "server_read_only"
    );
    value(&place, json!(["REPLICAOF", "NO", "ONE"])).await;
}

/// The port was mixed up: somebody is there, and is no Redis.
#[tokio::test(flavor = "multi_thread")]
async fn another_server_is_not_away() {
    let other = MariaDb::start();
    let code = trouble(opened(server(other.port), None)).await;
    assert_eq!(code, "server_refuses");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pool_and_a_full_server() {
    let redis = Redis::start_with(&["--maxclients", "5"]);
    let port = redis.port;
    let bounds = Bounds {
        connections: 1,
        turn: Duration::from_millis(50),
        ending: Duration::from_mins(1),
        ..Bounds::default()
    };
    let source = open_within(&connection(server(port)), None, bounds);
    let source = source.unwrap();
    let (first, second) = (Place::on(Arc::clone(&source)), Place::on(source));
    let holds = first.attempt("redis.command", json!({"command": ["BLPOP", "nothing", 0]}));
    let meets = async {
        let told = loop {
            if let Err(error) = second
                .attempt("redis.command", json!({"command": ["PING"]}))
                .await
            {
                break error.message.code;
            }
        };
        first.stopper.soft();
        told
    };
    assert_eq!(tokio::join!(holds, meets).1, "source_busy");
    // It says so and hangs up; whether its word arrives before that, is chance.
    let mut held = Vec::new();
    let told = loop {
        held.push(std::net::TcpStream::connect(("127.0.0.1", port)).unwrap());
        let place = Place::on(opened(server(port), None));
        let ping = json!({"command": ["PING"]});
        if let Err(error) = place.attempt("redis.command", ping).await {
            break error.message.code;
        }
    };
    assert!(
        ["server_full", "server_hung_up"].contains(&told.as_str()),
        "{told}"
    );
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_wire_leaves_a_write_unsure() {
    let redis = Redis::start();
    let port = redis.port;
    let wire = Wire::to(port);
    for (command, code, unsure) in [
        (
            json!(["XREAD", "BLOCK", 0, "STREAMS", "none", "$"]),
            "server_cut_writing",
            true,
        ),
        (
            json!(["EVAL", "while true do end", 0]),
            "server_cut_writing",
            true,
        ),
    ] {
        let place = Place::on(opened(server(wire.port), None));
        let blocks = command[0] == json!("XREAD");
        let cuts = async {
            let other = Place::on(opened(server(port), None));
            loop {
                let told = other
                    .attempt("redis.command", json!({"command": ["INFO", "clients"]}))
                    .await;
                let seen = match told {
                    Ok(Done::Output { output, .. }) => {
                        format!("{:?}", output.value).contains("blocked_clients:1")
                    }
                    // Nothing else is answered while a script runs.
                    other => format!("{other:?}").contains("BUSY") || !blocks,
                };
                if seen {
                    break;
                }
            }
            wire.cut();
        };
        let (error, ()) = tokio::join!(
            place.error("redis.command", json!({"command": command})),
            cuts
        );
        assert_eq!(
            (error.message.code.as_str(), error.unsure),
            (code, unsure),
            "{command}"
        );
        if !blocks {
            let _ = place
                .attempt("redis.command", json!({"command": ["SCRIPT", "KILL"]}))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_and_comes_back() {
    let mut redis = Redis::start();
    let place = place(&redis);
    assert_eq!(value(&place, json!(["PING"])).await, json!("PONG"));
    redis.stop();
    for _ in 0..2 {
        assert_eq!(
            code(&place, json!(["SET", "k", "v"])).await,
            "server_refused"
        );
    }
    redis.resume();
    assert_eq!(value(&place, json!(["SET", "k", "v"])).await, json!("OK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_with_an_authority_of_ones_own() {
    let ours = Authority::new();
    let redis = Redis::start_with_tls(&ours);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sealed = |host: &str, ca: Option<String>| Server {
        host: host.to_owned(),
        tls: true,
        ca,
        ..server(redis.port)
    };
    let root = file("ours.pem", &ours.root);
    let place = Place::on(opened(sealed("localhost", Some(root.clone())), None));
    assert_eq!(value(&place, json!(["PING"])).await, json!("PONG"));
    let others = file("others.pem", &Authority::new().root);
    for (server, expected) in [
        (sealed("localhost", Some(others)), "server_untrusted"),
        (sealed("localhost", None), "server_untrusted"),
        (sealed("127.0.0.1", Some(root)), "server_named_otherwise"),
        (
            sealed("localhost", Some("/none.pem".to_owned())),
            "ca_unreadable",
        ),
        (server(redis.port), "server_hung_up"),
    ] {
        assert_eq!(
            code(&Place::on(opened(server, None)), json!(["PING"])).await,
            expected
        );
    }
    let plain = Redis::start();
    let no_tls = Server {
        tls: true,
        host: "localhost".to_owned(),
        ..server(plain.port)
    };
    // It waits for the end of a line that never comes.
    let bounds = Bounds {
        connect: Duration::from_millis(200),
        ..Bounds::default()
    };
    let silent = open_within(&connection(no_tls), None, bounds).unwrap();
    assert_eq!(
        code(&Place::on(silent), json!(["PING"])).await,
        "server_silent_tls"
    );
}

#[rstest]
#[case(json!(["GET", "k"]), true)]
#[case(json!(["SET", "k", "v"]), false)]
fn what_reads_may_be_done_again(#[case] command: Json, #[case] expected: bool) {
    let action = flowkeep_core::run::action::action("redis.command").unwrap();
    let params = Value::from_json(&json!({"command": command}));
    assert_eq!(action.idempotent_by_default(&params), expected);
}
