//! `sql.*`: values, what a query may not do, several statements, what stays on a connection.

use flowkeep_engine::sources::{Bounds, open_within};
use serde_json::json;

use super::{anna, connection, password, rows, run, shop};
use crate::attempts::Place;

pub(super) async fn values_come_back_as_they_are(port: u16) {
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

pub(super) async fn no_file_of_this_machine_is_read(port: u16) {
    let shop = shop(port);
    run(&shop, "CREATE TABLE taken (line TEXT)").await;
    let load = json!({"sql": "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE taken"});
    let error = shop.error("sql.execute", load).await;
    assert!(error.permanent && !error.unsure, "{error:?}");
    assert_eq!(rows(&shop, "SELECT * FROM taken").await, json!([]));
}

pub(super) async fn a_query_cannot_write(port: u16) {
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

pub(super) async fn statements_are_kept_together_or_not_at_all(port: u16) {
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

pub(super) async fn nothing_is_left_on_a_connection(port: u16) {
    let bounds = Bounds {
        connections: 1,
        ..Bounds::default()
    };
    let source = open_within(&connection(anna(port)), Some(password()), bounds).unwrap();
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

pub(super) async fn a_large_result_goes_into_a_file(port: u16) {
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

pub(super) async fn what_the_context_asks(port: u16) {
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
