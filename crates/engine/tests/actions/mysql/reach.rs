//! Stopping, turns and locks, logins, wires that are cut, certificates, a server that goes away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::connection::{Secret, Server};
use flowkeep_engine::actions::Done;
use flowkeep_engine::sources::{Bounds, open, open_within};
use flowkeep_test_servers::{Authority, MariaDb, Wire};
use serde_json::json;

use super::{PATIENT, anna, connection, password, place, root, rows, run, shop, trouble};
use crate::attempts::Place;

pub(super) async fn stopping_takes_back_what_was_written(port: u16) {
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
        let place = super::shop(port);
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
    let place = super::shop(port);
    place.stopper.soft();
    // One that is quick may be done before anybody asks whether it is still wanted.
    let query = place
        .attempt("sql.query", json!({"sql": "SELECT SLEEP(600)"}))
        .await;
    assert_eq!(query, Ok(Done::Stopped { undone: true }));
    assert_eq!(
        rows(&shop, "SELECT n FROM slow").await,
        json!([{"n": 1}]),
        "of the one that was kept"
    );
}

pub(super) async fn a_full_pool_and_a_lock(port: u16) {
    let bounds = Bounds {
        connections: 1,
        turn: Duration::from_millis(50),
        ..PATIENT
    };
    let source = open_within(&connection(anna(port)), Some(password()), bounds).unwrap();
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
    let holder = super::shop(port);
    let waits = async {
        let sql = "SET innodb_lock_wait_timeout = 0; UPDATE locked SET n = 3";
        loop {
            if let Err(error) = shop.attempt("sql.execute", json!({"sql": sql})).await {
                break error.message.code;
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

pub(super) async fn logins(port: u16) {
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
        trouble(open_within(&silent, Some(password()), bounds).unwrap())
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
    let version = open(&connection(anna(port)), Some(password()))
        .unwrap()
        .version()
        .await
        .unwrap();
    assert!(version.contains("MariaDB"), "{version}");
}

pub(super) async fn a_cut_wire(port: u16) {
    let wire = Wire::to(port);
    let through = || Place::on(open(&connection(anna(wire.port)), Some(password())).unwrap());
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

pub(super) async fn tls(server: &MariaDb) {
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

pub(super) async fn a_server_that_is_down_and_comes_back(server: &mut MariaDb) {
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
        trouble(open(&connection(authority), Some(password())).unwrap())
            .await
            .0,
        "server_without_tls"
    );
}
