//! `sql.*` and `record.*` on `MariaDB`, and each way in which a server can be out of reach.
//!
//! One test, because a server takes seconds to begin; the functions are its cases.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::connection::{Connection, Secret, Server, Target};
use flowkeep_engine::actions::Done;
use flowkeep_engine::sources::{Bounds, Source, open, open_within};
use flowkeep_test_servers::{Authority, MariaDb, Wire};
use serde_json::{Value as Json, json};

use crate::attempts::Place;

#[tokio::test(flavor = "multi_thread")]
async fn everything_on_mariadb() {
    let mut server = MariaDb::start();
    let root = place(&root(server.port));
    for sql in [
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        "CREATE USER anna IDENTIFIED BY 'it''s; a secret'",
        "GRANT ALL ON shop.* TO anna",
        "CREATE USER anna@localhost IDENTIFIED BY 'it''s; a secret'",
        "GRANT ALL ON shop.* TO anna@localhost",
        "GRANT FILE ON *.* TO anna@localhost",
        "CREATE USER sealed@localhost REQUIRE SSL",
    ] {
        root.output("sql.execute", json!({"sql": sql})).await;
    }
    let port = server.port;
    let mut failed = Vec::new();
    macro_rules! cases {
        ($($case:ident),*) => {
            $(if tokio::spawn($case(port)).await.is_err() {
                failed.push(stringify!($case));
            })*
        };
    }
    cases!(
        values_come_back_as_they_are,
        a_query_cannot_write,
        statements_are_kept_together_or_not_at_all,
        nothing_is_left_on_a_connection,
        a_large_result_goes_into_a_file,
        records,
        keys_are_made_once_or_numbered,
        texts_are_the_same_letter_by_letter,
        names_are_never_part_of_a_statement,
        what_the_context_asks,
        stopping_takes_back_what_was_written,
        a_full_pool_and_a_lock,
        logins,
        a_cut_wire
    );
    assert!(failed.is_empty(), "{failed:?}");
    tls(&server).await;
    a_server_that_is_down_and_comes_back(&mut server).await;
}

fn connection(server: Server) -> Connection {
    Connection {
        name: "shop".to_owned(),
        target: Target::Mysql(server),
    }
}

fn root(port: u16) -> Connection {
    connection(Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: None,
        tls: false,
        user: Some("root".to_owned()),
        ca: None,
    })
}

fn anna(port: u16) -> Server {
    Server {
        database: Some("shop".to_owned()),
        user: Some("anna".to_owned()),
        ..root(port).server().unwrap().clone()
    }
}

fn place(connection: &Connection) -> Place {
    Place::on(open(connection, None).unwrap())
}

fn password() -> Option<Secret> {
    Some(Secret::new("it's; a secret"))
}

fn shop(port: u16) -> Place {
    Place::on(open(&connection(anna(port)), password()).unwrap())
}

async fn run(place: &Place, sql: &str) -> Json {
    place.output("sql.execute", json!({"sql": sql})).await
}

async fn rows(place: &Place, sql: &str) -> Json {
    let output = place.output("sql.query", json!({"sql": sql})).await;
    output["rows"].clone()
}

/// The code of a failure, and the whole of what is told.
async fn trouble(source: Arc<dyn Source>) -> (String, String) {
    let error = Place::on(source)
        .error("sql.query", json!({"sql": "SELECT 1"}))
        .await;
    let told = serde_json::to_string(&error.message).unwrap();
    assert!(!told.contains("a secret"), "{told}");
    (error.message.code, told)
}

async fn values_come_back_as_they_are(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE v (id INT PRIMARY KEY, big BIGINT, huge BIGINT UNSIGNED, exact DECIMAL(30,10),
         filled DECIMAL(6,2) ZEROFILL, narrow FLOAT, wide DOUBLE, day DATE, at DATETIME, exactly DATETIME(6),
         stamp TIMESTAMP NULL, span TIME, exact_span TIME(3), yr YEAR, bits BIT(12), txt TEXT, raw BLOB,
         kind ENUM('a','b'), doc JSON, uid UUID, nothing INT)",
    )
    .await;
    run(
        &shop,
        "INSERT INTO v VALUES (1, -9223372036854775808, 18446744073709551615, 12345678901234567890.0123456789,
         7.5, 0.1, 1e300, '2026-01-31', '2026-01-31 08:00:00', '2026-01-31 08:00:00.000123',
         '2026-01-31 08:00:00', '-26:03:04', '01:02:03.5', 2026, b'101000000001', '订单 🍵', x'00ff27',
         'b', '{\"a\": 1}', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', NULL)",
    )
    .await;
    let expected = json!([{
        "id": 1, "big": i64::MIN, "huge": u64::MAX, "exact": "12345678901234567890.0123456789",
        "filled": 7.50, "narrow": 0.1, "wide": 1e300, "day": "2026-01-31", "at": "2026-01-31 08:00:00",
        "exactly": "2026-01-31 08:00:00.000123", "stamp": "2026-01-31 08:00:00", "span": "-26:03:04",
        "exact_span": "01:02:03.500", "yr": 2026, "bits": 2561, "txt": "订单 🍵", "raw": {"$blob": "AP8n"},
        "kind": "b", "doc": "{\"a\": 1}", "uid": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "nothing": null
    }]);
    // A number that no machine holds exactly is its text here; in the output it is a number.
    assert_eq!(rows(&shop, "SELECT * FROM v").await, expected);
    let asked = json!({"sql": "SELECT exact FROM v"});
    let whole = shop.whole_output("sql.query", asked).await.value;
    let exact = whole.pointer("/rows/0/exact").unwrap();
    assert_eq!(exact.as_number(), Some("12345678901234567890.0123456789"));

    // And go in as they are.
    let copy = json!({
        "sql": "INSERT INTO v (id, big, huge, exact, wide, day, at, bits, txt, raw, nothing)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "args": [2, i64::MIN, u64::MAX, "12345678901234567890.0123456789", 0.25, "2026-01-31",
                 "2026-01-31 08:00:00", 2561, {"list": [1, "x"]}, {"$blob": "AP8n"}, null]
    });
    let done = shop.output("sql.execute", copy).await;
    assert_eq!(done, json!({"affected": 1, "last_id": null}));
    let back = rows(
        &shop,
        "SELECT huge, exact, wide, bits, txt, raw FROM v WHERE id = 2",
    )
    .await;
    let expected = json!([{"huge": u64::MAX, "exact": "12345678901234567890.0123456789", "wide": 0.25,
        "bits": 2561, "txt": "{\"list\":[1,\"x\"]}", "raw": {"$blob": "AP8n"}}]);
    assert_eq!(back, expected);

    let twice = json!({"sql": "SELECT 1 AS a, 2 AS a, ? AS b, ? AS c", "args": [true, 1.5]});
    let output = shop.output("sql.query", twice).await;
    assert_eq!(
        output,
        json!({"rows": [{"a": 1, "a_2": 2, "b": 1, "c": 1.5}], "columns": ["a", "a_2", "b", "c"]})
    );
    for (sql, args, code) in [
        ("SELECT ?", json!([]), "sql_args"),
        ("SELECT 1", json!([1]), "sql_args"),
        ("SELECT ?", json!([{"$blob": "!"}]), "blob_unreadable"),
        ("SELEC 1", json!([]), "sql_failed"),
        ("SELECT * FROM missing", json!([]), "sql_failed"),
    ] {
        let params = json!({"sql": sql, "args": args});
        assert_eq!(shop.code("sql.query", params).await, code, "{sql}");
    }
}

async fn a_query_cannot_write(port: u16) {
    let shop = shop(port);
    run(&shop, "CREATE TABLE once (id INT AUTO_INCREMENT PRIMARY KEY, n INT); INSERT INTO once VALUES (1, 0)").await;
    run(&shop, "CREATE SEQUENCE counter").await;
    run(&shop, "CREATE PROCEDURE bump() BEGIN UPDATE once SET n = 9; COMMIT; UPDATE once SET n = 10; SELECT 1; END").await;
    run(&shop, "CREATE FUNCTION touch() RETURNS INT MODIFIES SQL DATA BEGIN UPDATE once SET n = 9; RETURN 1; END").await;
    let writing = [
        "INSERT INTO once VALUES (2, 0)",
        "INSERT INTO once VALUES (2, 0) RETURNING id",
        "DELETE FROM once RETURNING id",
        "UPDATE once SET n = 1",
        "CREATE TABLE twice (id INT)",
        "CREATE TEMPORARY TABLE twice (id INT)",
        "DROP TABLE once",
        "TRUNCATE once",
        "ALTER TABLE once ADD m INT",
        "SELECT n FROM once INTO OUTFILE '/tmp/flowkeep-outfile'",
        "SELECT n FROM once /*! INTO OUTFILE '/tmp/flowkeep-outfile' */",
        "SELECT n INTO @x FROM once",
        "CALL bump()",
        "SELECT touch()",
        "SELECT NEXTVAL(counter)",
        "ANALYZE DELETE FROM once",
        "WITH c AS (SELECT 1) SELECT touch() FROM c",
        "SET @x = 1",
        "COMMIT",
        "LOCK TABLES once WRITE",
        "BEGIN NOT ATOMIC UPDATE once SET n = 3; COMMIT; END",
        "EXECUTE IMMEDIATE 'DELETE FROM once'",
        "OPTIMIZE TABLE once",
        "/*! OPTIMIZE*/ TABLE once",
        "CHECK TABLE once",
        "SELECT n FROM once FOR UPDATE",
    ];
    for sql in writing {
        let error = shop.error("sql.query", json!({"sql": sql})).await;
        assert_eq!(
            (error.message.code.as_str(), error.permanent),
            ("sql_query_writes", true),
            "{sql}: {error:?}"
        );
    }
    let several = json!({"sql": "SELECT 1; SELECT 2"});
    assert_eq!(shop.code("sql.query", several).await, "sql_one_statement");
    assert_eq!(
        rows(&shop, "SELECT id, n FROM once").await,
        json!([{"id": 1, "n": 0}])
    );
    let tables = rows(&shop, "SHOW TABLES LIKE 'twice'").await;
    assert_eq!(tables, json!([]));
    for reading in [
        "SHOW TABLES",
        "DESCRIBE once",
        "EXPLAIN SELECT * FROM once",
        "(SELECT 1)",
        "WITH c AS (SELECT 1 AS n) SELECT * FROM c",
        "VALUES (1)",
    ] {
        let done = shop.attempt("sql.query", json!({"sql": reading})).await;
        assert!(done.is_ok(), "{reading}: {done:?}");
    }
}

async fn statements_are_kept_together_or_not_at_all(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE pair (id INT AUTO_INCREMENT PRIMARY KEY, t VARCHAR(9) UNIQUE)",
    )
    .await;
    let both = json!({"sql": "INSERT INTO pair (t) VALUES (?); -- a comment; with a sign\n
        UPDATE pair SET t = ? WHERE t = ?;", "args": ["a;", "b", "a;"]});
    assert_eq!(
        shop.output("sql.execute", both).await,
        json!({"affected": 1, "last_id": 1})
    );
    // The row that is set to what it was counts, as everywhere.
    let same = json!({"sql": "UPDATE pair SET t = 'b'"});
    assert_eq!(shop.output("sql.execute", same).await["affected"], json!(1));
    let fails = json!({"sql": "INSERT INTO pair (t) VALUES ('c'); INSERT INTO pair (t) VALUES (?)", "args": ["b"]});
    let error = shop.error("sql.execute", fails).await;
    assert_eq!(error.message.code, "sql_failed");
    assert_eq!(
        error.message.fields["reason"],
        "Duplicate entry '…' for key 't'"
    );
    for args in [json!([]), json!([1, 2])] {
        let params = json!({"sql": "INSERT INTO pair (t) VALUES ('d'); INSERT INTO pair (t) VALUES (?)", "args": args});
        assert_eq!(shop.code("sql.execute", params).await, "sql_args");
    }
    assert_eq!(rows(&shop, "SELECT t FROM pair").await, json!([{"t": "b"}]));
}

async fn nothing_is_left_on_a_connection(port: u16) {
    let bounds = Bounds {
        connections: 1,
        ..Bounds::default()
    };
    let source = open_within(&connection(anna(port)), password(), bounds).unwrap();
    let shop = Place::on(source);
    let id = "SELECT CONNECTION_ID() AS id, @x AS x, @@autocommit AS a, IS_USED_LOCK('l') AS l";
    let first = rows(&shop, id).await;
    run(
        &shop,
        "SET @x = 1; SET autocommit = 0; DO GET_LOCK('l', 0); CREATE TEMPORARY TABLE mine (n INT)",
    )
    .await;
    // It is the same connection, as new.
    assert_eq!(rows(&shop, id).await, first);
    assert_eq!(
        shop.code("sql.query", json!({"sql": "SELECT * FROM mine"}))
            .await,
        "sql_failed"
    );
}

async fn a_large_result_goes_into_a_file(port: u16) {
    let mut shop = shop(port);
    shop.caps.kept = 1000;
    let many = json!({"sql": "SELECT seq, REPEAT('x', 90) AS x FROM seq_1_to_1000"});
    let output = shop.output("sql.query", many.clone()).await;
    assert_eq!(output["rows"].as_array().unwrap().len(), 9);
    let file = std::fs::read_to_string(output["rows_file"]["path"].as_str().unwrap()).unwrap();
    assert_eq!(file.lines().count(), 1000);
    shop.caps.file = 2000;
    assert_eq!(shop.code("sql.query", many).await, "output_too_large");
    // What was still to come is out of the way.
    assert_eq!(rows(&shop, "SELECT 1 AS n").await, json!([{"n": 1}]));
}

async fn records(port: u16) {
    let shop = shop(port);
    run(&shop, "CREATE TABLE orders (id VARCHAR(20) PRIMARY KEY, name TEXT, amount DECIMAL(9,2), at DATETIME)").await;
    let add = json!({"table": "orders", "key": "d", "values": {"name": "订单", "Amount": 5, "at": "2026-01-31 08:00:00"}});
    assert_eq!(
        shop.output("record.add", add.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(shop.code("record.add", add).await, "key_exists");
    let one = json!({"table": "orders", "key": "d"});
    let record = |amount: f64| json!({"record": {"id": "d", "name": "订单", "amount": amount, "at": "2026-01-31 08:00:00"}});
    assert_eq!(shop.output("record.get", one.clone()).await, record(5.0));
    let change = json!({"table": "orders", "key": "d", "values": {"amount": 6.5}});
    assert_eq!(
        shop.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(
        shop.output("record.update", change.clone()).await,
        json!({"key": "d"})
    );
    assert_eq!(shop.output("record.get", one.clone()).await, record(6.5));
    for (key, name) in [
        ("c", Json::Null),
        ("a", json!("Tea 100%")),
        ("b", json!("red tea")),
    ] {
        let add = json!({"table": "orders", "key": key, "values": {"name": name, "amount": 2}});
        shop.output("record.add", add).await;
    }
    let keys = |found: Json| -> Vec<String> {
        let records = found["records"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for (how, expected) in [
        (json!({}), vec!["a", "b", "c", "d"]),
        (json!({"where": {"amount": 2}}), vec!["a", "b", "c"]),
        (json!({"where": {"amount": "2"}}), vec!["a", "b", "c"]),
        (json!({"where": {"amount": "none"}}), vec![]),
        (json!({"where": {"amount": 2, "name": null}}), vec!["c"]),
        (json!({"where": {"at": "2026-01-31 08:00:00"}}), vec!["d"]),
        (json!({"where": {"name": "x' OR 1=1 --"}}), vec![]),
        (json!({"limit": 2}), vec!["a", "b"]),
        (json!({"limit": 0}), vec![]),
    ] {
        let mut how = how;
        how["table"] = json!("orders");
        let found = shop.output("record.find", how.clone()).await;
        assert_eq!(keys(found), expected, "{how}");
    }
    for (text, expected) in [
        ("TEA", vec!["a", "b"]),
        ("100%", vec!["a"]),
        ("1_0", vec![]),
        ("单", vec!["d"]),
        ("2", vec![]),
        ("\\", vec![]),
    ] {
        let found = shop
            .output("record.search", json!({"table": "orders", "text": text}))
            .await;
        assert_eq!(keys(found), expected, "{text}");
    }
    assert_eq!(
        shop.output("record.delete", one.clone()).await,
        json!({"deleted": true})
    );
    assert_eq!(
        shop.output("record.delete", one.clone()).await,
        json!({"deleted": false})
    );
    assert_eq!(
        shop.output("record.get", one).await,
        json!({"record": null})
    );
    assert_eq!(shop.code("record.update", change).await, "record_missing");
    run(
        &shop,
        "CREATE TABLE loose (n INT); CREATE TABLE two (a INT, b INT, PRIMARY KEY (a, b))",
    )
    .await;
    for (table, code) in [
        ("missing", "table_missing"),
        ("loose", "table_without_key"),
        ("two", "table_without_key"),
    ] {
        assert_eq!(
            shop.code("record.find", json!({"table": table})).await,
            code
        );
    }
    let odd = json!({"table": "orders", "where": {"none": 1}});
    assert_eq!(shop.code("record.find", odd).await, "column_missing");
    let nowhere = place(&root(port));
    assert_eq!(
        nowhere
            .code("record.find", json!({"table": "orders"}))
            .await,
        "records_without_database"
    );
}

async fn keys_are_made_once_or_numbered(port: u16) {
    let mut shop = shop(port);
    run(&shop, "CREATE TABLE made (id CHAR(26) PRIMARY KEY, v INT); CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, v INT)").await;
    let add = json!({"table": "made", "values": {"v": 1}});
    let key = shop.output("record.add", add.clone()).await["key"].clone();
    key.as_str().unwrap().parse::<ulid::Ulid>().unwrap();
    // The same doing again, as after a crash before its end was written down.
    assert_eq!(shop.output("record.add", add.clone()).await["key"], key);
    shop.key = "01J/task/1".to_owned();
    assert_ne!(shop.output("record.add", add).await["key"], key);
    let count = rows(&shop, "SELECT COUNT(*) AS n FROM made").await;
    assert_eq!(count, json!([{"n": 2}]));

    let add = |values: Json| json!({"table": "numbered", "values": values});
    assert_eq!(
        shop.output("record.add", add(json!({"v": 1}))).await,
        json!({"key": 1})
    );
    assert_eq!(
        shop.output("record.add", add(json!({}))).await,
        json!({"key": 2})
    );
    assert_eq!(
        shop.output("record.add", add(json!({"id": 20}))).await,
        json!({"key": 20})
    );
    assert_eq!(
        shop.code("record.add", add(json!({"id": 20}))).await,
        "key_exists"
    );
    let other = json!({"table": "numbered", "key": 2, "values": {"id": 30}});
    assert_eq!(shop.code("record.update", other).await, "key_twice");
    let record = shop
        .output("record.get", json!({"table": "numbered", "key": 20}))
        .await;
    assert_eq!(record, json!({"record": {"id": 20, "v": null}}));
}

async fn texts_are_the_same_letter_by_letter(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE letters (id VARCHAR(9) CHARACTER SET latin1 PRIMARY KEY, t VARCHAR(9))",
    )
    .await;
    for (key, text) in [("b", "tea"), ("a", "Tea"), ("C", "tea ")] {
        shop.output(
            "record.add",
            json!({"table": "letters", "key": key, "values": {"t": text}}),
        )
        .await;
    }
    let all = shop
        .output("record.find", json!({"table": "letters"}))
        .await;
    assert_eq!(
        all["records"],
        json!([{"id": "C", "t": "tea "}, {"id": "a", "t": "Tea"}, {"id": "b", "t": "tea"}])
    );
    let tea = shop
        .output(
            "record.find",
            json!({"table": "letters", "where": {"t": "tea"}}),
        )
        .await;
    assert_eq!(tea["records"], json!([{"id": "b", "t": "tea"}]));
    let upper = shop
        .output("record.get", json!({"table": "letters", "key": "B"}))
        .await;
    assert_eq!(upper, json!({"record": null}));
}

async fn names_are_never_part_of_a_statement(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE `a``b` (`k``x` VARCHAR(9) PRIMARY KEY, `v; --` TEXT)",
    )
    .await;
    let add = json!({"table": "a`b", "key": "1", "values": {"v; --": "x"}});
    shop.output("record.add", add).await;
    let find = json!({"table": "a`b", "where": {"v; --": "x"}});
    let found = shop.output("record.find", find).await;
    assert_eq!(found["records"], json!([{"k`x": "1", "v; --": "x"}]));
}

async fn what_the_context_asks(port: u16) {
    let mut shop = shop(port);
    shop.context = json!({"query": "INSERT INTO once (n) VALUES (?)", "values": [5]});
    let action = "DataSourceTaskExecutor.execute";
    assert_eq!(shop.output(action, json!({})).await["affected"], json!(1));
    shop.context = json!({"query": "SELECT n FROM once WHERE n = ?", "values": [5]});
    assert_eq!(
        shop.output(action, json!({})).await["rows"],
        json!([{"n": 5}])
    );
}

async fn stopping_takes_back_what_was_written(port: u16) {
    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE slow (n INT); CREATE TABLE rough (n INT) ENGINE=MyISAM",
    )
    .await;
    for (sql, undone) in [
        ("INSERT INTO slow VALUES (1); SELECT SLEEP(600)", true),
        ("INSERT INTO rough VALUES (1); SELECT SLEEP(600)", false),
        (
            "INSERT INTO slow VALUES (1); CREATE TABLE IF NOT EXISTS more (n INT); SELECT SLEEP(600)",
            false,
        ),
    ] {
        let place = self::shop(port);
        let seen = async {
            // Whether the last of them is under way, another connection can see.
            let looks = "SELECT COUNT(*) AS n FROM information_schema.processlist
                         WHERE info LIKE 'SELECT SLEEP(600)%' AND command <> 'Prepare'";
            while rows(&shop, looks).await != json!([{"n": 1}]) {}
            place.stopper.soft();
            Instant::now()
        };
        let attempt = place.attempt("sql.execute", json!({"sql": sql}));
        let (done, asked) = tokio::join!(attempt, seen);
        assert_eq!(done, Ok(Done::Stopped { undone }), "{sql}");
        assert!(asked.elapsed() < Duration::from_secs(30), "it did not stop");
    }
    let place = self::shop(port);
    place.stopper.soft();
    let query = place.attempt("sql.query", json!({"sql": "SELECT 1"})).await;
    assert_eq!(query, Ok(Done::Stopped { undone: true }));
    assert_eq!(
        rows(&shop, "SELECT n FROM slow").await,
        json!([{"n": 1}]),
        "of the one that was kept"
    );
}

async fn a_full_pool_and_a_lock(port: u16) {
    let bounds = Bounds {
        connections: 1,
        turn: Duration::from_millis(50),
        ..Bounds::default()
    };
    let source = open_within(&connection(anna(port)), password(), bounds).unwrap();
    let busy = Place::on(Arc::clone(&source));
    let other = Place::on(source);
    let told = async {
        let mut code = String::new();
        // Until the first has the only connection.
        while code.is_empty() {
            if let Err(error) = other.attempt("sql.query", json!({"sql": "SELECT 1"})).await {
                code = error.message.code;
            }
        }
        busy.stopper.soft();
        code
    };
    let holds = busy.attempt("sql.query", json!({"sql": "SELECT SLEEP(600)"}));
    let (held, code) = tokio::join!(holds, told);
    assert_eq!(held, Ok(Done::Stopped { undone: true }));
    assert_eq!(code, "source_busy");
    other.output("sql.query", json!({"sql": "SELECT 1"})).await;

    let shop = shop(port);
    run(
        &shop,
        "CREATE TABLE locked (n INT PRIMARY KEY); INSERT INTO locked VALUES (1)",
    )
    .await;
    let holder = self::shop(port);
    let waits = async {
        let sql = "SET innodb_lock_wait_timeout = 0; UPDATE locked SET n = 3";
        loop {
            match shop.attempt("sql.execute", json!({"sql": sql})).await {
                Err(error) => break error.message.code,
                Ok(_) => {}
            }
        }
    };
    let stops = async {
        let code = waits.await;
        holder.stopper.soft();
        code
    };
    let holds = holder.attempt(
        "sql.execute",
        json!({"sql": "UPDATE locked SET n = 2; SELECT SLEEP(600)"}),
    );
    let (_, code) = tokio::join!(holds, stops);
    assert_eq!(code, "rows_locked");
}

async fn logins(port: u16) {
    let opened = |server: Server, secret: Option<&str>| {
        open(&connection(server), secret.map(Secret::new)).unwrap()
    };
    let wrong = trouble(opened(anna(port), Some("wrong"))).await;
    assert_eq!(wrong.0, "login_refused");
    assert!(
        wrong.1.contains("anna") && !wrong.1.contains("wrong"),
        "{}",
        wrong.1
    );
    assert_eq!(trouble(opened(anna(port), None)).await.0, "login_refused");
    let elsewhere = |database: &str| Server {
        database: Some(database.to_owned()),
        ..anna(port)
    };
    let secret = Some("it's; a secret");
    assert_eq!(
        trouble(opened(elsewhere("mysql"), secret)).await.0,
        "database_refused"
    );
    let none = Server {
        database: Some("none".to_owned()),
        ..root(port).server().unwrap().clone()
    };
    assert_eq!(trouble(opened(none, None)).await.0, "database_unknown");
    let unknown = Server {
        host: "no-such-host.invalid".to_owned(),
        ..anna(port)
    };
    assert_eq!(trouble(opened(unknown, secret)).await.0, "server_unknown");
    let nobody = Wire::to_nobody();
    let silent = connection(anna(nobody.port));
    let bounds = Bounds {
        connect: Duration::from_millis(50),
        ..Bounds::default()
    };
    assert_eq!(
        trouble(open_within(&silent, password(), bounds).unwrap())
            .await
            .0,
        "server_silent"
    );
    let shop = shop(port);
    assert_eq!(
        shop.code("sql.execute", json!({"sql": "CREATE USER x"}))
            .await,
        "right_missing"
    );
    let root = place(&root(port));
    run(&root, "SET GLOBAL read_only = 1").await;
    let write = json!({"sql": "INSERT INTO once (n) VALUES (1)"});
    assert_eq!(shop.code("sql.execute", write).await, "server_read_only");
    run(&root, "SET GLOBAL read_only = 0").await;
    let version = open(&connection(anna(port)), password())
        .unwrap()
        .version()
        .await
        .unwrap();
    assert!(version.contains("MariaDB"), "{version}");
}

async fn a_cut_wire(port: u16) {
    let wire = Wire::to(port);
    let through = || Place::on(open(&connection(anna(wire.port)), password()).unwrap());
    let shop = shop(port);
    for (action, sql, code, unsure) in [
        ("sql.query", "SELECT SLEEP(601)", "server_cut", false),
        (
            "sql.execute",
            "INSERT INTO slow SELECT SLEEP(601)",
            "server_cut_writing",
            true,
        ),
    ] {
        let place = through();
        let cuts = async {
            let looks = "SELECT COUNT(*) AS n FROM information_schema.processlist
                         WHERE info LIKE '%SLEEP(601)' AND info NOT LIKE '%processlist%' AND command <> 'Prepare'";
            while rows(&shop, looks).await != json!([{"n": 1}]) {}
            wire.cut();
        };
        let (error, ()) = tokio::join!(place.error(action, json!({"sql": sql})), cuts);
        assert_eq!(
            (error.message.code.as_str(), error.unsure),
            (code, unsure),
            "{error:?}"
        );
        // The source makes itself a new connection.
        place.output("sql.query", json!({"sql": "SELECT 1"})).await;
        let root = Place::on(open(&root(port), None).unwrap());
        run(&root, "BEGIN NOT ATOMIC FOR p IN (SELECT id FROM information_schema.processlist WHERE info LIKE '%SLEEP(601)' AND id <> CONNECTION_ID())
             DO KILL QUERY p.id; END FOR; END").await;
    }
}

async fn tls(server: &MariaDb) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sealed = |host: &str, ca: Option<String>| {
        let server = Server {
            host: host.to_owned(),
            tls: true,
            user: Some("sealed".to_owned()),
            database: None,
            ca,
            ..anna(server.port)
        };
        open(&connection(server), None).unwrap()
    };
    let ours = file("ours.pem", &server.authority().root);
    let place = Place::on(sealed("localhost", Some(ours.clone())));
    let cipher = rows(&place, "SHOW STATUS LIKE 'Ssl_cipher'").await;
    assert_ne!(cipher[0]["Value"], json!(""));

    let others = file("others.pem", &Authority::new().root);
    let empty = file("empty.pem", "");
    for (source, code) in [
        (sealed("localhost", Some(others)), "server_untrusted"),
        (sealed("localhost", None), "server_untrusted"),
        (sealed("127.0.0.1", Some(ours)), "server_named_otherwise"),
        (sealed("localhost", Some(empty)), "ca_empty"),
        (
            sealed("localhost", Some("/none.pem".to_owned())),
            "ca_unreadable",
        ),
    ] {
        assert_eq!(trouble(source).await.0, code);
    }
    let open_way = Server {
        tls: false,
        user: Some("sealed".to_owned()),
        database: None,
        ..anna(server.port)
    };
    assert_eq!(
        trouble(open(&connection(open_way), None).unwrap()).await.0,
        "login_refused"
    );
}

async fn a_server_that_is_down_and_comes_back(server: &mut MariaDb) {
    let shop = shop(server.port);
    rows(&shop, "SELECT 1").await;
    server.stop();
    for _ in 0..2 {
        let error = shop.error("sql.query", json!({"sql": "SELECT 1"})).await;
        assert_eq!(
            (error.message.code.as_str(), error.unsure),
            ("server_refused", false)
        );
    }
    // The connection it kept has died with the server, and so nothing is lost on it.
    server.resume(&[]);
    assert_eq!(
        run(&shop, "INSERT INTO once (n) VALUES (7)").await["affected"],
        json!(1)
    );
    server.resume(&["--skip-ssl"]);
    let authority = Server {
        tls: true,
        ..anna(server.port)
    };
    assert_eq!(
        trouble(open(&connection(authority), password()).unwrap())
            .await
            .0,
        "server_without_tls"
    );
}
