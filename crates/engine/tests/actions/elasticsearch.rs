//! `elasticsearch.request` and `record.*` on `OpenSearch`, and each way in which it can be out of
//! reach. One test, because a server takes long to begin; the functions are its cases.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use flowkeep_core::connection::{Connection, Secret, Server, Target};
use flowkeep_engine::actions::Done;
use flowkeep_engine::sources::{Bounds, Source, open, open_within};
use flowkeep_test_servers::{Authority, Front, OpenSearch, Wire};
use serde_json::{Value as Json, json};

use crate::attempts::Place;

const REQUEST: &str = "elasticsearch.request";

#[tokio::test(flavor = "multi_thread")]
async fn everything_on_opensearch() {
    let search = OpenSearch::start();
    let port = search.port;
    let mut failed = Vec::new();
    macro_rules! cases {
        ($($case:ident),*) => {
            $(if tokio::spawn($case(port)).await.is_err() {
                failed.push(stringify!($case));
            })*
        };
    }
    cases!(
        requests,
        records,
        keys_are_made_once,
        many_records_come_in_the_order_of_the_key,
        large_records_are_fetched_when_they_are_wanted,
        the_server_searches_text,
        a_change_meets_another,
        out_of_reach,
        logins_and_tls,
        stopping
    );
    assert!(failed.is_empty(), "{failed:?}");
}

/// One who gives this answer to whatever is asked.
fn who_answers(status: &'static str, body: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for asker in listener.incoming() {
            let mut asker = BufReader::new(asker.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while asker.read_line(&mut line).unwrap() > 0 && line != "\r\n" {
                if let Some(count) = line.to_lowercase().strip_prefix("content-length:") {
                    length = count.trim().parse().unwrap();
                }
                line.clear();
            }
            asker.read_exact(&mut vec![0; length]).unwrap();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            asker.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_answer_is_not_taken_for_all_and_a_strange_one_not_for_nothing() {
    const PAGE: &str = "<html>Please log in</html>";
    const HIT: &str = r#"{"timed_out":TIMED,"_shards":{"total":2,"successful":1,"failed":FAILED,
        "failures":[{"reason":{"type":"x","reason":"node left"}}]},"hits":{"hits":[{"_id":"a","_source":{"id":"a"}}]}}"#;
    let table = json!({"table": "t"});
    let one = json!({"table": "t", "key": "a"});
    let with = json!({"table": "t", "key": "a", "values": {"v": 1}});
    for (status, body, action, params, code, unsure) in [
        (
            "200 OK",
            PAGE,
            "record.find",
            &table,
            "elasticsearch_none",
            false,
        ),
        (
            "200 OK",
            "{}",
            "record.find",
            &table,
            "elasticsearch_none",
            false,
        ),
        (
            "200 OK",
            PAGE,
            "record.get",
            &one,
            "elasticsearch_none",
            false,
        ),
        (
            "200 OK",
            "{}",
            "record.get",
            &one,
            "elasticsearch_none",
            false,
        ),
        (
            "404 Not Found",
            PAGE,
            "record.get",
            &one,
            "elasticsearch_failed",
            false,
        ),
        (
            "404 Not Found",
            PAGE,
            "record.delete",
            &one,
            "elasticsearch_failed",
            false,
        ),
        (
            "200 OK",
            PAGE,
            "record.delete",
            &one,
            "elasticsearch_none",
            true,
        ),
        (
            "200 OK",
            PAGE,
            "record.add",
            &with,
            "elasticsearch_none",
            true,
        ),
    ] {
        let place = place(who_answers(status, body));
        let error = place.error(action, params.clone()).await;
        let told = (error.message.code.as_str(), error.unsure);
        assert_eq!(told, (code, unsure), "{action} {status} {body}");
    }
    for (timed_out, failed, whole) in [
        ("false", "0", true),
        ("false", "1", false),
        ("true", "0", false),
    ] {
        let body = HIT.replace("TIMED", timed_out).replace("FAILED", failed);
        let place = place(who_answers("200 OK", body.leak()));
        let found = place.attempt("record.find", table.clone()).await;
        let code = found.map_err(|error| error.message.code);
        assert_eq!(code.is_ok(), whole, "{code:?}");
        if let Err(code) = code {
            assert_eq!(code, "server_not_ready");
        }
    }
    // One key twice is JSON nonetheless.
    let twice = r#"{"found":true,"_source":{"id":"a","v":1,"v":2}}"#;
    let place = place(who_answers("200 OK", twice));
    assert_eq!(
        place.output("record.get", one).await["record"],
        json!({"id": "a", "v": 2})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_end_is_broken_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut asker, _) = listener.accept().unwrap();
        let _ = asker.read(&mut [0; 4096]).unwrap();
        let _ = asker.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while asker.write_all(&[b' '; 16_000]).is_ok() {}
    });
    let code = place(port).code("record.find", json!({"table": "t"})).await;
    assert_eq!(code, "output_too_large");
}

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
        name: "search".to_owned(),
        target: Target::Elasticsearch(server),
    }
}

fn opened(server: Server, secret: Option<&str>) -> Arc<dyn Source> {
    open(&connection(server), secret.map(Secret::new)).unwrap()
}

fn place(port: u16) -> Place {
    Place::on(opened(server(port), None))
}

async fn asked(place: &Place, method: &str, path: &str, body: Json) -> Json {
    let params = json!({"method": method, "path": path, "body": body});
    place.output(REQUEST, params).await
}

async fn requests(port: u16) {
    let place = place(port);
    let home = asked(&place, "get", "/", json!(null)).await;
    assert_eq!(home["status"], json!(200));
    assert_eq!(home["body"]["version"]["distribution"], json!("opensearch"));
    let version = opened(server(port), None).version().await.unwrap();
    assert!(version.starts_with("OpenSearch 2."), "{version}");

    let body = json!({"n": 9_007_199_254_740_993_i64, "t": "茶"});
    let made = asked(&place, "PUT", "raw/_doc/a%2Fb?refresh=true", body.clone()).await;
    assert_eq!(
        (&made["status"], &made["body"]["_id"]),
        (&json!(201), &json!("a/b"))
    );
    let bulk = json!([{"index": {"_id": "1"}}, {"n": 1}, {"index": {"_id": "2"}}, {"n": 2}]);
    let bulk = asked(&place, "POST", "/raw/_bulk?refresh=true", bulk).await;
    assert_eq!(bulk["body"]["errors"], json!(false));
    let found = asked(
        &place,
        "POST",
        "/raw/_search",
        json!({"query": {"term": {"n": 2}}}),
    )
    .await;
    assert_eq!(found["body"]["hits"]["hits"][0]["_id"], json!("2"));
    let back = asked(&place, "GET", "/raw/_source/a%2Fb", json!(null)).await;
    assert_eq!(back["body"], body);
    // What is no JSON is text.
    let table = asked(&place, "GET", "/_cat/indices/raw?h=index", json!(null)).await;
    assert_eq!(table["body"], json!("raw\n"));
    assert_eq!(
        asked(&place, "HEAD", "/raw", json!(null)).await["status"],
        json!(200)
    );

    let missing = json!({"method": "GET", "path": "/none/_doc/1"});
    let error = place.error(REQUEST, missing).await;
    assert_eq!(error.message.code, "elasticsearch_failed");
    assert_eq!(error.message.fields["status"], "404");
    assert_eq!(error.message.fields["reason"], "no such index [none]");
    let accepted = json!({"method": "GET", "path": "/none/_doc/1", "accept": [404]});
    assert_eq!(place.output(REQUEST, accepted).await["status"], json!(404));
    let wrong = json!({"method": "PUT", "path": "/raw/_doc/3", "body": {"n": "a secret"}});
    let error = place.error(REQUEST, wrong).await;
    let told = serde_json::to_string(&error.message).unwrap();
    assert!(
        told.contains("failed to parse field [n]") && !told.contains("a secret"),
        "{told}"
    );
    let odd = json!({"method": "NO METHOD", "path": "/"});
    assert_eq!(place.code(REQUEST, odd).await, "http_method_wrong");
    assert_eq!(
        place.code("sql.query", json!({"sql": "SELECT 1"})).await,
        "source_unfit"
    );
    // Whatever the path says, it is this server that is asked.
    let away = json!({"method": "GET", "path": "//example.com/", "accept": [400, 404]});
    place.output(REQUEST, away).await;

    let mut small = self::place(port);
    small.caps.kept = 100;
    let output = asked(&small, "GET", "/_nodes", json!(null)).await;
    assert_eq!(output["body"].as_str().unwrap().len(), 100);
    assert!(output["body_file"]["bytes"].as_u64().unwrap() > 100);
}

async fn records(port: u16) {
    let place = place(port);
    let values = json!({"name": "7", "amount": 7.5, "none": null, "list": [1, 2], "exact": 1.50});
    let add = json!({"table": "orders", "key": "a/b c", "values": values});
    assert_eq!(
        place.output("record.add", add.clone()).await,
        json!({"key": "a/b c"})
    );
    assert_eq!(place.code("record.add", add).await, "key_exists");
    let one = json!({"table": "orders", "key": "a/b c"});
    let expected = json!({"record": {"id": "a/b c", "name": "7", "amount": 7.5, "none": null, "list": [1, 2], "exact": 1.50}});
    assert_eq!(place.output("record.get", one.clone()).await, expected);
    let change = json!({"table": "orders", "key": "a/b c", "values": {"amount": 8, "list": [3], "more": {"x": 1}}});
    assert_eq!(
        place.output("record.update", change.clone()).await,
        json!({"key": "a/b c"})
    );
    let replace = json!({"table": "orders", "key": "a/b c", "values": {"more": {"y": 2}}});
    place.output("record.update", replace).await;
    let record = place.output("record.get", one.clone()).await["record"].clone();
    assert_eq!(record["list"], json!([3]));
    assert_eq!(record["more"], json!({"y": 2}), "replaced, not mixed");

    for (key, name) in [
        ("c", json!(null)),
        ("a", json!("Tea 100%")),
        ("B", json!("tea")),
    ] {
        let add = json!({"table": "orders", "key": key, "values": {"name": name, "amount": 2}});
        place.output("record.add", add).await;
    }
    let keys = |found: Json| -> Vec<String> {
        let records = found["records"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for (how, expected) in [
        (json!({}), vec!["B", "a", "a/b c", "c"]),
        (json!({"where": {"amount": 2}}), vec!["B", "a", "c"]),
        (json!({"where": {"amount": 2.0, "name": null}}), vec!["c"]),
        (json!({"where": {"name": "tea"}}), vec!["B"]),
        (json!({"where": {"name": "Tea 100%"}}), vec!["a"]),
        (json!({"where": {"name": "te*"}}), vec![]),
        (json!({"where": {"amount": "two"}}), vec![]),
        (json!({"where": {"list": [3]}}), vec!["a/b c"]),
        (json!({"where": {"id": "c"}}), vec!["c"]),
        (json!({"where": {"unheard": 1}}), vec![]),
        (json!({"limit": 2}), vec!["B", "a"]),
        (json!({"limit": 0}), vec![]),
    ] {
        let mut how = how;
        how["table"] = json!("orders");
        let found = place.output("record.find", how.clone()).await;
        assert_eq!(keys(found), expected, "{how}");
    }
    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": true})
    );
    assert_eq!(
        place.output("record.delete", one.clone()).await,
        json!({"deleted": false})
    );
    assert_eq!(
        place.output("record.get", one.clone()).await,
        json!({"record": null})
    );
    assert_eq!(place.code("record.update", change).await, "record_missing");
    for action in ["record.find", "record.get", "record.delete"] {
        let params = json!({"table": "none", "key": "a"});
        assert_eq!(
            place.code(action, params).await,
            "table_missing",
            "{action}"
        );
    }
    for table in ["_all", "or*", "a,b", "a/b", "", " "] {
        let params = json!({"table": table});
        assert_eq!(
            place.code("record.find", params).await,
            "index_name_wrong",
            "{table}"
        );
    }
    // What another program wrote.
    asked(
        &place,
        "PUT",
        "/foreign/_doc/x1?refresh=true",
        json!({"id": 5, "v": 1}),
    )
    .await;
    let found = place
        .output("record.find", json!({"table": "foreign"}))
        .await;
    assert_eq!(found["records"], json!([{"_id": "x1", "id": 5, "v": 1}]));
}

async fn keys_are_made_once(port: u16) {
    let mut place = place(port);
    let add = json!({"table": "made", "values": {"v": 1}});
    let key = place.output("record.add", add.clone()).await["key"].clone();
    key.as_str().unwrap().parse::<ulid::Ulid>().unwrap();
    assert_eq!(place.output("record.add", add.clone()).await["key"], key);
    "01J/task/1".clone_into(&mut place.key);
    assert_ne!(place.output("record.add", add).await["key"], key);
    let found = place.output("record.find", json!({"table": "made"})).await;
    assert_eq!(found["records"].as_array().unwrap().len(), 2);
}

async fn many_records_come_in_the_order_of_the_key(port: u16) {
    let place = place(port);
    let mut lines = Vec::new();
    for n in 0..2300 {
        lines.push(json!({"index": {"_id": n.to_string()}}));
        lines.push(json!({"id": n, "odd": n % 2, "t": "x".repeat(10)}));
    }
    asked(&place, "POST", "/many/_bulk?refresh=true", json!(lines)).await;
    let all = place.output("record.find", json!({"table": "many"})).await;
    let ids: Vec<_> = all["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (0..2300).collect::<Vec<_>>());
    let odd = json!({"table": "many", "where": {"odd": 1}, "limit": 1001});
    let odd = place.output("record.find", odd).await["records"].clone();
    let odd = odd.as_array().unwrap();
    assert_eq!((odd.len(), &odd[1000]["id"]), (1001, &json!(2001)));
    let open = asked(&place, "GET", "/_nodes/stats/indices/search", json!(null)).await;
    let node = open["body"]["nodes"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap();
    assert_eq!(
        node["indices"]["search"]["open_contexts"],
        json!(0),
        "no place is left open"
    );
}

async fn large_records_are_fetched_when_they_are_wanted(port: u16) {
    let wire = Wire::to(port);
    let place = place(wire.port);
    let text = "x".repeat(1_000_000);
    let mapping = json!({"mappings": {"properties": {"t": {"type": "text", "index": false}}}});
    asked(&place, "PUT", "/large", mapping).await;
    for n in 0..30 {
        let path = format!("/large/_doc/{n}");
        asked(&place, "PUT", &path, json!({"id": n, "t": text})).await;
    }
    asked(&place, "POST", "/large/_refresh", json!(null)).await;
    wire.received();
    let two = json!({"table": "large", "limit": 2});
    let two = place.output("record.find", two).await;
    let ids = |found: &Json| -> Vec<_> {
        let records = found["records"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(ids(&two), [0, 1]);
    let received = wire.received();
    assert!(received < 3_000_000, "{received} bytes for two records");
    let where_five = json!({"table": "large", "where": {"id": 5}});
    assert_eq!(ids(&place.output("record.find", where_five).await), [5]);
    let received = wire.received();
    assert!(received < 2_000_000, "{received} bytes for one record");
}

async fn the_server_searches_text(port: u16) {
    let place = place(port);
    for (key, name, n) in [
        ("b", "red tea", 2),
        ("a", "Tea leaves", 1),
        ("c", "红茶订单", 3),
    ] {
        let add = json!({"table": "texts", "key": key, "values": {"name": name, "n": n, "in": {"side": name}}});
        place.output("record.add", add).await;
    }
    for (text, expected) in [
        ("tea", vec!["a", "b"]),
        ("TEA", vec!["a", "b"]),
        ("red tea", vec!["b"]),
        ("tea red", vec![]),
        ("te*", vec![]),
        ("茶订", vec!["c"]),
        ("2", vec![]),
    ] {
        let found = place
            .output("record.search", json!({"table": "texts", "text": text}))
            .await;
        let records = found["records"].as_array().unwrap().iter();
        let keys: Vec<_> = records
            .map(|record| record["id"].as_str().unwrap())
            .collect();
        assert_eq!(keys, expected, "{text}");
    }
    assert_eq!(
        place
            .code("record.search", json!({"table": "none", "text": "x"}))
            .await,
        "table_missing"
    );
}

async fn a_change_meets_another(port: u16) {
    let add = json!({"table": "met", "key": "a", "values": {}});
    place(port).output("record.add", add).await;
    let changes: Vec<_> = (0..6)
        .map(|n| {
            tokio::spawn(async move {
                let change = json!({"table": "met", "key": "a", "values": {format!("f{n}"): n}});
                place(port).output("record.update", change).await
            })
        })
        .collect();
    for change in changes {
        change.await.unwrap();
    }
    let record = place(port)
        .output("record.get", json!({"table": "met", "key": "a"}))
        .await;
    assert_eq!(
        record["record"],
        json!({"id": "a", "f0": 0, "f1": 1, "f2": 2, "f3": 3, "f4": 4, "f5": 5})
    );
}

async fn trouble(source: Arc<dyn Source>) -> (String, bool) {
    let params = json!({"method": "POST", "path": "/orders/_doc", "body": {}});
    let error = Place::on(source).error(REQUEST, params).await;
    let told = serde_json::to_string(&error.message).unwrap();
    assert!(!told.contains("secret"), "{told}");
    (error.message.code, error.unsure)
}

async fn out_of_reach(port: u16) {
    let none = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert_eq!(
        trouble(opened(server(none), None)).await,
        ("server_refused".to_owned(), false)
    );
    let unknown = Server {
        host: "no-such-host.invalid".to_owned(),
        ..server(port)
    };
    assert_eq!(trouble(opened(unknown, None)).await.0, "server_unknown");
    let place = place(port);
    for (setting, code) in [
        ("read_only", "server_read_only"),
        ("read_only_allow_delete", "source_full"),
    ] {
        let block = |on: Json| json!({format!("index.blocks.{setting}"): on});
        asked(&place, "PUT", "/orders/_settings", block(json!(true))).await;
        assert_eq!(trouble(opened(server(port), None)).await.0, code);
        asked(&place, "PUT", "/orders/_settings", block(json!(null))).await;
    }
    // Cut while it waits for its answer.
    let nobody = Wire::to_nobody();
    // What only reads is asked once more.
    for (method, code, unsure, times) in [
        ("POST", "server_cut_writing", true, 1),
        ("GET", "server_cut", false, 2),
    ] {
        let place = Place::on(opened(server(nobody.port), None));
        let cuts = async {
            for _ in 0..times {
                while nobody.received() == 0 {
                    tokio::task::yield_now().await;
                }
                nobody.cut();
            }
        };
        let params = json!({"method": method, "path": "/orders/_doc"});
        let (error, ()) = tokio::join!(place.error(REQUEST, params), cuts);
        assert_eq!((error.message.code.as_str(), error.unsure), (code, unsure));
    }
    let bounds = Bounds {
        connections: 1,
        turn: Duration::from_millis(50),
        ..Bounds::default()
    };
    let source = open_within(&connection(server(nobody.port)), None, bounds).unwrap();
    let (first, second) = (Place::on(Arc::clone(&source)), Place::on(source));
    let holds = first.attempt(REQUEST, json!({"method": "GET", "path": "/"}));
    let meets = async {
        let code = second
            .code(REQUEST, json!({"method": "GET", "path": "/"}))
            .await;
        first.stopper.soft();
        code
    };
    let (held, code) = tokio::join!(holds, meets);
    assert_eq!(held, Ok(Done::Stopped { undone: true }));
    assert_eq!(code, "source_busy");
}

async fn logins_and_tls(port: u16) {
    let ours = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (ca, others) = (
        file("ours.pem", &ours.root),
        file("others.pem", &Authority::new().root),
    );
    // anna:a secret; and an API key, id:key.
    let basic = Front::before(port, &ours, "Basic YW5uYTphIHNlY3JldA==");
    let key = Front::before(port, &ours, "ApiKey aWQ6a2V5");
    let sealed = |port: u16, ca: &str, user: Option<&str>| Server {
        host: "localhost".to_owned(),
        tls: true,
        ca: Some(ca.to_owned()),
        user: user.map(str::to_owned),
        ..server(port)
    };
    for (server, secret) in [
        (sealed(basic.port, &ca, Some("anna")), "a secret"),
        (sealed(key.port, &ca, None), "id:key"),
        (sealed(key.port, &ca, None), "aWQ6a2V5"),
    ] {
        let version = opened(server, Some(secret)).version().await.unwrap();
        assert!(version.starts_with("OpenSearch"), "{version}");
    }
    let nowhere = Server {
        ca: None,
        ..sealed(basic.port, &ca, None)
    };
    let by_number = Server {
        host: "127.0.0.1".to_owned(),
        ..sealed(basic.port, &ca, None)
    };
    for (server, secret, code) in [
        (
            sealed(basic.port, &ca, Some("anna")),
            Some("wrong secret"),
            "login_refused",
        ),
        (
            sealed(key.port, &ca, None),
            Some("wrong secret"),
            "login_refused_nameless",
        ),
        (sealed(key.port, &ca, None), None, "login_refused_nameless"),
        (
            sealed(basic.port, &others, Some("anna")),
            Some("a secret"),
            "server_untrusted",
        ),
        (nowhere, None, "server_untrusted"),
        (by_number, None, "server_named_otherwise"),
        (sealed(port, &ca, None), None, "server_tls_failed"),
        (sealed(basic.port, "/none.pem", None), None, "ca_unreadable"),
    ] {
        assert_eq!(
            trouble(opened(server.clone(), secret)).await.0,
            code,
            "{server:?}"
        );
    }
}

async fn stopping(port: u16) {
    let nobody = Wire::to_nobody();
    let place = Place::on(opened(server(nobody.port), None));
    let asks = async {
        while nobody.received() == 0 {
            tokio::task::yield_now().await;
        }
        place.stopper.soft();
    };
    let waits = place.attempt(REQUEST, json!({"method": "POST", "path": "/orders/_doc"}));
    let (done, ()) = tokio::join!(waits, asks);
    assert_eq!(done, Ok(Done::Stopped { undone: false }));
    let place = self::place(port);
    place.stopper.soft();
    let done = place
        .attempt(REQUEST, json!({"method": "GET", "path": "/"}))
        .await;
    assert_eq!(done, Ok(Done::Stopped { undone: true }));
}
