//! Whole runs on data sources that are servers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use flowkeep_core::connection::{Connection, Server, Target};
use flowkeep_core::run::Status;
use flowkeep_engine::Scope;
use flowkeep_engine::sources::{Source, open};
use flowkeep_test_servers::{Redis, Wire};

use crate::{Place, until};

fn redis(name: &str, port: u16) -> Arc<dyn Source> {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: None,
        tls: false,
        user: None,
        ca: None,
    };
    let connection = Connection {
        name: name.to_owned(),
        target: Target::Redis(server),
    };
    open(&connection, None).unwrap()
}

/// Whether a command waits on the server.
fn is_blocked(port: u16) -> bool {
    let mut wire = TcpStream::connect(("127.0.0.1", port)).unwrap();
    wire.write_all(b"INFO clients\r\nQUIT\r\n").unwrap();
    let mut told = String::new();
    wire.read_to_string(&mut told).unwrap();
    told.contains("blocked_clients:1")
}

#[test]
fn a_write_whose_wire_is_cut_waits_for_a_person_and_one_that_is_safe_is_tried_again() {
    let server = Redis::start();
    let wire = Wire::to(server.port);
    let place = Place::new();
    let sources = [redis("cache", wire.port)];
    let engine = place.engine_on(place.epoch(), Scope::All, &sources);
    for (more, status, attempt) in [
        ("", Status::Waiting, Status::Interrupted),
        (
            r#", "idempotent": true, "retry": {"limit": 0}"#,
            Status::Failed,
            Status::Failed,
        ),
    ] {
        let text = format!(
            r#"{{"tasks": [
              {{"id": "put", "action": "record.add", "dataSource": "cache",
                "params": {{"table": "orders", "values": {{"n": "${{context.n}}"}}}}}},
              {{"id": "look", "action": "record.get", "dataSource": "redis", "dependsOn": ["put"],
                "params": {{"table": "orders", "key": "${{tasks.put.output.key}}"}}}},
              {{"id": "take", "action": "redis.command", "dependsOn": ["look"]{more},
                "params": {{"command": ["BLPOP", "nothing", 0]}}}}]}}"#
        );
        let (row, id) = place.run_of(&text, r#"{"n": 7}"#);
        until(|| is_blocked(server.port).then_some(()));
        wire.cut();
        place.comes_to(id, status);
        let attempts = place.store.attempts(row).unwrap();
        let of = |task: &str| {
            attempts
                .iter()
                .find(|found| found.task.as_str() == task)
                .unwrap()
        };
        assert_eq!(of("look").status, Status::Succeeded);
        let take = of("take");
        assert_eq!(take.status, attempt);
        let error = take.error.as_ref().unwrap();
        assert_eq!(error.code, "server_cut_writing");
    }
    drop(engine);
}
