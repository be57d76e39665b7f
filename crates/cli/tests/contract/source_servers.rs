//! The same on real servers: a password that is wrong, then right, and a server that goes away.

use flowkeep_test_servers::{MariaDb, Redis};
use serde_json::json;

use crate::flowkeep::Flowkeep;
use crate::sources::given;

const PASSWORD: &str = "hunter22-of-cache";

#[test]
fn redis_is_connected_with_a_wrong_password_first_and_tells_when_it_is_gone() {
    let mut redis = Redis::start_with(&["--requirepass", PASSWORD]);
    let flowkeep = Flowkeep::new();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    let described = |verb| {
        [
            "source",
            verb,
            "cache",
            "--type",
            "redis",
            "--url",
            &url,
            "--password-stdin",
        ]
    };
    let (code, added) = given(&flowkeep, &described("add"), "not-this-one\n");
    assert_eq!(code, 0, "{added}");
    let (code, tested) = flowkeep.json(&["source", "test", "cache"]);
    assert_eq!(code, 1);
    assert_eq!(
        tested["error"]["code"], "login_refused_nameless",
        "{tested}"
    );

    let (code, updated) = given(&flowkeep, &described("update"), &format!("{PASSWORD}\n"));
    assert_eq!(code, 0, "{updated}");
    let tested = flowkeep.done(&["source", "test", "cache"]);
    assert_eq!(tested["ok"], true, "{tested}");
    let params = json!({"command": ["SET", "k", "v"]}).to_string();
    let ran = flowkeep.done(&["run", "task", "redis.command", "--params", &params]);
    assert_eq!(
        ran["output"],
        json!({"value": "OK"}),
        "the only one that can"
    );

    redis.stop();
    let (_, tested) = flowkeep.json(&["source", "test", "cache"]);
    assert_eq!(tested["ok"], false);
    let list = flowkeep.done(&["source", "list"]);
    assert_eq!(list["items"][1]["answers"], false, "{list}");
    assert!(
        list["items"][1]["version"].is_string(),
        "what it was: {list}"
    );
    redis.resume();
    assert_eq!(flowkeep.done(&["source", "test", "cache"])["ok"], true);
}

#[test]
fn a_task_runs_on_mariadb_by_the_password_that_is_kept() {
    let maria = MariaDb::start();
    let flowkeep = Flowkeep::new();
    let url = format!("mysql://root@127.0.0.1:{}/mysql", maria.port);
    flowkeep.done(&["source", "add", "shop", "--type", "mysql", "--url", &url]);
    assert_eq!(flowkeep.done(&["source", "test", "shop"])["ok"], true);
    let sql = "CREATE USER anna IDENTIFIED BY 'hunter22-of-anna'; GRANT SELECT ON mysql.* TO anna";
    for statement in sql.split("; ") {
        let params = json!({ "sql": statement }).to_string();
        flowkeep.done(&[
            "run",
            "task",
            "sql.execute",
            "--source",
            "shop",
            "--params",
            &params,
        ]);
    }
    let described = [
        "source",
        "update",
        "shop",
        "--type",
        "mysql",
        "--url",
        &url,
        "--user",
        "anna",
        "--password-stdin",
    ];
    let (code, updated) = given(&flowkeep, &described, "hunter22-of-anna");
    assert_eq!(code, 0, "{updated}");
    let params = json!({"sql": "SELECT current_user() AS me"}).to_string();
    let ran = flowkeep.done(&[
        "run",
        "task",
        "sql.query",
        "--source",
        "shop",
        "--params",
        &params,
    ]);
    assert_eq!(ran["output"]["rows"][0]["me"], "anna@%");
}
