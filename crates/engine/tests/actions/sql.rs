//! `sql.query` and `sql.execute` on SQLite.

use std::sync::Arc;

use flowkeep_engine::actions::{Caps, Done};
use flowkeep_engine::sources::{Chosen, Source as _, Sqlite};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

/// Millions of steps that touch nothing: minutes, unless broken off.
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                       SELECT count(*) FROM n";

#[tokio::test]
async fn the_example_of_the_contract() {
    let place = Place::with("CREATE TABLE t (n)");
    let load = json!({"sql": "INSERT INTO t VALUES (?)", "args": [1]});
    let loaded = place.output("sql.execute", load).await;
    assert_eq!(loaded, json!({"affected": 1, "last_id": 1}));
    let check = json!({"sql": "SELECT count(*) AS n FROM t"});
    let checked = place.output("sql.query", check).await;
    assert_eq!(checked, json!({"rows": [{"n": 1}], "columns": ["n"]}));
}

#[rstest]
#[case(json!(null), json!(null))]
#[case(json!(true), json!(1))]
#[case(json!(9_223_372_036_854_775_807_i64), json!(9_223_372_036_854_775_807_i64))]
#[case(json!(-9_223_372_036_854_775_808_i64), json!(-9_223_372_036_854_775_808_i64))]
#[case(json!(9_223_372_036_854_775_808_u64), json!("9223372036854775808"))]
#[case(json!(0.1), json!(0.1))]
#[case(json!("订单 '; DROP TABLE t; --"), json!("订单 '; DROP TABLE t; --"))]
#[case(json!({"$blob": "AP8="}), json!({"$blob": "AP8="}))]
#[case(json!([1, {"a": null}]), json!("[1,{\"a\":null}]"))]
#[tokio::test]
async fn a_value_goes_in_and_comes_back(#[case] given: Json, #[case] back: Json) {
    let place = Place::new();
    let params = json!({"sql": "SELECT ? AS v", "args": [given]});
    assert_eq!(
        place.output("sql.query", params).await["rows"][0]["v"],
        back
    );
}

#[tokio::test]
async fn what_json_has_no_type_for_is_told_and_not_lost() {
    let place = Place::new();
    let params = json!({"sql": "SELECT 9e999 AS a, CAST(x'ff41' AS TEXT) AS b, 1 AS id, 2 AS id"});
    let output = place.output("sql.query", params).await;
    let row = json!({"a": "inf", "b": {"$blob": "/0E="}, "id": 1, "id_2": 2});
    assert_eq!(output["rows"], json!([row]));
    assert_eq!(output["columns"], json!(["a", "b", "id", "id_2"]));
}

#[rstest]
#[case("INSERT INTO t VALUES (1)", "sql_query_writes")]
#[case("DELETE FROM t RETURNING n", "sql_query_writes")]
#[case("SELECT 1; DROP TABLE t", "sql_one_statement")]
#[case("ATTACH 'other.db' AS o", "sql_other_file")]
#[case("SELECT ?", "sql_args")]
#[case("SELECT nothing FROM t", "sql_failed")]
#[case("SELECT FROM WHERE", "sql_failed")]
#[tokio::test]
async fn a_query_only_asks(#[case] sql: &str, #[case] code: &str) {
    let place = Place::with("CREATE TABLE t (n); INSERT INTO t VALUES (7)");
    assert_eq!(place.code("sql.query", json!({"sql": sql})).await, code);
    let kept: i64 = place
        .database()
        .query_row("SELECT n FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 7);
}

#[tokio::test]
async fn a_setting_in_a_query_changes_nothing_in_the_file() {
    let place = Place::with("CREATE TABLE t (n)");
    let _either_way = place
        .attempt("sql.query", json!({"sql": "PRAGMA user_version = 9"}))
        .await;
    let _either_way = place
        .attempt("sql.query", json!({"sql": "PRAGMA query_only = 0"}))
        .await;
    let version = |place: &Place| {
        let database = place.database();
        database
            .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(version(&place), 0);
}

#[tokio::test]
async fn several_statements_are_kept_together_or_not_at_all() {
    let place = Place::new();
    let sql = "CREATE TABLE t (n UNIQUE); INSERT INTO t VALUES (?); INSERT INTO t VALUES (?)";
    let twice = json!({"sql": sql, "args": [1, 1]});
    assert_eq!(place.code("sql.execute", twice).await, "sql_failed");
    for args in [json!([1]), json!([1, 2, 3])] {
        let params = json!({"sql": sql, "args": args});
        let error = place.error("sql.execute", params).await;
        assert_eq!(
            (error.message.code.as_str(), error.permanent),
            ("sql_args", true)
        );
    }
    let output = place
        .output("sql.execute", json!({"sql": sql, "args": [1, 2]}))
        .await;
    assert_eq!(output, json!({"affected": 1, "last_id": 2}));
}

#[rstest]
#[case("ATTACH 'other.db' AS o")]
#[case("ATTACH ('other' || '.db') AS o")]
#[case("VACUUM INTO 'other.db'")]
#[tokio::test]
async fn a_connection_reaches_its_one_file(#[case] sql: &str) {
    let place = Place::new();
    let error = place.error("sql.execute", json!({"sql": sql})).await;
    assert_eq!(
        (error.message.code.as_str(), error.permanent),
        ("sql_other_file", true)
    );
}

#[tokio::test]
async fn settings_end_with_the_attempt_and_the_file_keeps_its_own() {
    let place = Place::with(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (p REFERENCES p (id))",
    );
    for sql in [
        "PRAGMA foreign_keys = OFF",
        "CREATE TEMP TABLE x (n)",
        "VACUUM",
    ] {
        place.output("sql.execute", json!({"sql": sql})).await;
    }
    let orphan = json!({"sql": "INSERT INTO c VALUES (1)"});
    assert_eq!(place.code("sql.execute", orphan).await, "sql_failed");
    assert_eq!(
        place
            .code("sql.query", json!({"sql": "SELECT * FROM x"}))
            .await,
        "sql_failed"
    );
    let mode = "SELECT journal_mode FROM pragma_journal_mode";
    let mode = place.output("sql.query", json!({"sql": mode})).await;
    assert_eq!(mode["rows"], json!([{"journal_mode": "wal"}]));
}

#[tokio::test]
async fn what_is_too_much_goes_to_a_file() {
    let mut place = Place::new();
    place.caps = Caps {
        kept: 20,
        file: 1000,
    };
    let sql = |last: u32| {
        json!({"sql": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)
                       SELECT x FROM n", "args": [last]})
    };
    let whole = place.whole_output("sql.query", sql(5)).await;
    let (output, overflow) = (whole.value.to_json(), &whole.overflows[0]);
    // `{"x":1}` and the end of its line are 8 bytes.
    assert_eq!(output["rows"], json!([{"x": 1}, {"x": 2}]));
    assert_eq!(output["rows_file"]["bytes"], 40);
    let text = std::fs::read_to_string(&overflow.path).unwrap();
    assert_eq!(text.lines().count(), 5);
    assert!(text.starts_with("{\"x\":1}\n") && text.ends_with("{\"x\":5}\n"));
    assert_eq!(place.warnings()[0].code, "output_in_file");

    assert_eq!(place.code("sql.query", sql(1000)).await, "output_too_large");
    let left = std::fs::read_dir(place.root().join("outputs"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "a file that is not whole is no output");
}

#[tokio::test]
async fn a_statement_is_broken_off_and_leaves_nothing() {
    let place = Place::with("CREATE TABLE t (n)");
    let sql = format!("INSERT INTO t VALUES (1); INSERT INTO t {ENDLESS}");
    let (done, ()) = tokio::join!(place.attempt("sql.execute", json!({"sql": sql})), async {
        tokio::task::yield_now().await;
        place.stopper.soft();
    });
    assert_eq!(done.unwrap(), Done::Stopped { undone: true });
    let count: i64 = place
        .database()
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn what_a_script_has_committed_by_itself_is_not_called_undone() {
    let place = Place::with("CREATE TABLE t (n)");
    let sql = format!("INSERT INTO t VALUES (1); COMMIT; INSERT INTO t {ENDLESS}");
    let count = || -> i64 {
        let counted = place
            .database()
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0));
        counted.unwrap()
    };
    let (done, ()) = tokio::join!(place.attempt("sql.execute", json!({"sql": sql})), async {
        while count() == 0 {
            tokio::task::yield_now().await;
        }
        place.stopper.soft();
    });
    assert_eq!(done.unwrap(), Done::Stopped { undone: false });
    assert_eq!(count(), 1);
}

#[tokio::test]
async fn a_file_that_another_holds_is_waited_for() {
    let place = Place::with("CREATE TABLE t (n)");
    let other = place.database();
    other
        .execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        .unwrap();
    let write = json!({"sql": "INSERT INTO t SELECT max(n) + 1 FROM t"});
    let (output, ()) = tokio::join!(place.output("sql.execute", write), async {
        tokio::task::yield_now().await;
        other.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(output["affected"], 1);
    let most: i64 = other
        .query_row("SELECT max(n) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(most, 2);
}

#[tokio::test]
async fn waiting_for_a_file_is_broken_off() {
    let place = Place::with("CREATE TABLE t (n)");
    let other = place.database();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let (done, ()) = tokio::join!(
        place.attempt("sql.execute", json!({"sql": "INSERT INTO t VALUES (1)"})),
        async {
            tokio::task::yield_now().await;
            place.stopper.hard();
        }
    );
    assert_eq!(done.unwrap(), Done::Stopped { undone: true });
}

#[tokio::test]
async fn a_file_that_is_not_there_or_no_database_is_said() {
    let mut place = Place::new();
    let mut set = |file: &str| {
        let source = Sqlite::new("orders", place.root().join(file)).unwrap();
        place.source = Some(Chosen {
            source: Arc::new(source),
            rule: "name".to_owned(),
            passed_over: Vec::new(),
        });
    };
    set("gone.db");
    let ask = json!({"sql": "SELECT 1"});
    assert_eq!(
        place.code("sql.query", ask.clone()).await,
        "source_unreachable"
    );
    assert!(!place.root().join("gone.db").exists());
    let mut set = |file: &str| {
        let source = Sqlite::new("orders", place.root().join(file)).unwrap();
        place.source = Some(Chosen {
            source: Arc::new(source),
            rule: "name".to_owned(),
            passed_over: Vec::new(),
        });
    };
    set("folder");
    assert_eq!(
        place.code("sql.query", ask.clone()).await,
        "source_unreachable"
    );
    std::fs::write(place.root().join("letter.txt"), "Dear all, ".repeat(100)).unwrap();
    let source = Sqlite::new("orders", place.root().join("letter.txt")).unwrap();
    assert_eq!(
        source.version().await.unwrap_err().message.code,
        "source_damaged"
    );
}

#[tokio::test]
async fn flowkeeps_own_database_is_no_source() {
    let place = Place::with(&format!(
        "PRAGMA application_id = {}; CREATE TABLE workflow (id)",
        flowkeep_store::APPLICATION_ID
    ));
    let code = place
        .code("sql.query", json!({"sql": "SELECT * FROM workflow"}))
        .await;
    assert_eq!(code, "source_is_flowkeep");
}

#[tokio::test]
async fn requirement_002_asks_and_writes_from_the_context() {
    let mut place = Place::with("CREATE TABLE t (name, id)");
    let choice = place
        .output("DataSourceTaskExecutor.determineDataSource", json!({}))
        .await;
    assert_eq!(choice, json!({"dataSource": "local", "rule": "name"}));

    let execute = "DataSourceTaskExecutor.execute";
    place.context =
        json!({"query": "INSERT INTO t (`name`,`id`) VALUES (?,?)", "values": ["a", 1]});
    assert_eq!(place.output(execute, json!({})).await["affected"], 1);
    place.context = json!({"query": "SELECT * FROM t"});
    let rows = &place.output(execute, json!({})).await["rows"];
    assert_eq!(rows, &json!([{"name": "a", "id": 1}]));
    place.context = json!({"query": "SELECT ?", "values": "a"});
    assert_eq!(place.code(execute, json!({})).await, "field_not_list");
    place.context = json!({});
    assert_eq!(place.code(execute, json!({})).await, "context_missing");
}
