//! `sql.*` and `record.*` on `MariaDB`, and each way in which a server can be out of reach.
//!
//! One test, because a server takes seconds to begin; the functions are its cases.

mod describe;
mod reach;
mod records;
mod statements;

use std::sync::Arc;
use std::time::Duration;

use flowkeep_core::connection::{Connection, Secret, Server, Target};
use flowkeep_engine::sources::{Bounds, Source, open, open_within};
use flowkeep_test_servers::MariaDb;
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
        ($($case:path),*) => {
            $(if tokio::spawn($case(port)).await.is_err() {
                failed.push(stringify!($case));
            })*
        };
    }
    cases!(
        statements::values_come_back_as_they_are,
        statements::no_file_of_this_machine_is_read,
        statements::a_query_cannot_write,
        statements::statements_are_kept_together_or_not_at_all,
        statements::nothing_is_left_on_a_connection,
        statements::a_large_result_goes_into_a_file,
        records::records,
        records::keys_are_made_once_or_numbered,
        records::texts_are_the_same_letter_by_letter,
        records::names_are_never_part_of_a_statement,
        statements::what_the_context_asks,
        describe::tables_are_described,
        describe::names_of_tables_are_never_part_of_a_statement,
        describe::what_may_not_be_read_is_left_out_and_a_view_cannot_write,
        reach::stopping_takes_back_what_was_written,
        reach::a_full_pool_and_a_lock,
        reach::logins,
        reach::a_cut_wire
    );
    assert!(failed.is_empty(), "{failed:?}");
    reach::tls(&server).await;
    reach::a_server_that_is_down_and_comes_back(&mut server).await;
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

fn password() -> Secret {
    Secret::new("it's; a secret")
}

fn shop(port: u16) -> Place {
    Place::on(open_within(&connection(anna(port)), Some(password()), PATIENT).unwrap())
}

/// On a machine that does much else, stopping takes as long as it takes.
const PATIENT: Bounds = Bounds {
    connections: 8,
    turn: Duration::from_mins(1),
    connect: Duration::from_mins(1),
    ending: Duration::from_mins(1),
};

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
