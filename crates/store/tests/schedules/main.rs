//! What starts workflows beside people, as the store keeps it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::{Document, Format, Kind, summarise};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{NewDocument, Paused, Store, StoreError, StoreOptions, Tx};

const NIGHTLY: &str = r#"{"schedule": {"cron": "0 2 * * *"}, "tasks": []}"#;

fn open(folder: &Path) -> Store {
    Store::open(StoreOptions {
        path: folder.join("flowkeep.db"),
        safety: folder.join("safety"),
        clock: Arc::new(TestClock::at(1_000_000)),
    })
    .unwrap()
}

fn put(store: &Store, kind: Kind, id: &'static str, text: &'static str, example: bool) {
    let put = move |tx: &Tx<'_>| {
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let summary = summarise(kind, &document, None);
        let new = NewDocument {
            kind,
            id,
            document: &document,
            summary: &summary,
            example,
        };
        let operation = tx.next_operation_id()?;
        tx.put_document(&new, operation, "somebody").map(|_| ())
    };
    store.write::<_, StoreError>(put).unwrap();
}

/// The schemas of the versions that knew nothing of schedules, in their order.
const BEFORE_SCHEDULES: [&str; 9] = [
    include_str!("../../src/schema/0001_catalog.sql"),
    include_str!("../../src/schema/0002_known_backups.sql"),
    include_str!("../../src/schema/0003_drafts.sql"),
    include_str!("../../src/schema/0004_runs.sql"),
    include_str!("../../src/schema/0005_logs.sql"),
    include_str!("../../src/schema/0006_runs_brought_in.sql"),
    include_str!("../../src/schema/0007_order.sql"),
    include_str!("../../src/schema/0008_passed_over.sql"),
    include_str!("../../src/schema/0009_connections.sql"),
];

/// Lays the documents of the database in `folder` into one that [`BEFORE_SCHEDULES`] made, in its place.
fn before_schedules(folder: &Path) -> rusqlite::Connection {
    let (here, today) = (folder.join("flowkeep.db"), folder.join("today.db"));
    std::fs::rename(&here, &today).unwrap();
    let database = rusqlite::Connection::open(&here).unwrap();
    for schema in BEFORE_SCHEDULES {
        database.execute_batch(schema).unwrap();
    }
    database
        .execute("ATTACH ?1 AS today", [today.to_str().unwrap()])
        .unwrap();
    for table in ["content", "document", "revision"] {
        let columns: String = database
            .query_row(
                "SELECT group_concat(name) FROM pragma_table_info(?1, 'main')",
                [table],
                |row| row.get(0),
            )
            .unwrap();
        let laid =
            format!("INSERT INTO main.{table}({columns}) SELECT {columns} FROM today.{table}");
        assert!(database.execute(&laid, []).unwrap() > 0, "{table}");
    }
    let version = format!(
        "DETACH today; PRAGMA application_id = {}; PRAGMA user_version = {}",
        0x466c_774b,
        BEFORE_SCHEDULES.len()
    );
    database.execute_batch(&version).unwrap();
    std::fs::remove_file(today).unwrap();
    database
}

fn kept(store: &Store) -> Vec<(String, Option<Paused>)> {
    let kept = store.schedules().unwrap().into_iter();
    kept.map(|one| (one.workflow_id, one.paused)).collect()
}

#[test]
fn what_was_there_before_anything_started_by_itself_waits_to_be_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, Kind::Workflow, "nightly", NIGHTLY, false);
    let by_hand = r#"{"trigger": "api", "schedule": {"cron": "0 2 * * *"}}"#;
    put(&store, Kind::Workflow, "by-hand", by_hand, false);
    put(&store, Kind::Rule, "rule", NIGHTLY, false);
    put(
        &store,
        Kind::Workflow,
        "damaged",
        r#"{"schedule": {"cron": "0 3 * * *"}}"#,
        false,
    );
    drop(store);
    // As the version before schedules left it.
    let database = before_schedules(folder.path());
    // One text has rotted; the others are found all the same.
    let rotted = "UPDATE content SET text = CAST(x'7bff7d' AS TEXT) WHERE text LIKE '%0 3 *%'";
    assert_eq!(database.execute(rotted, []).unwrap(), 1);
    drop(database);
    let store = open(folder.path());
    let before = Some(Paused::Before);
    assert_eq!(kept(&store), [("nightly".to_owned(), before)]);
    let resume = |tx: &Tx<'_>| tx.resume_schedule("nightly", Paused::Before);
    assert!(store.write::<_, StoreError>(resume).unwrap());
    assert_eq!(kept(&store), [("nightly".to_owned(), None)]);
}

#[test]
fn what_is_kept_beside_a_workflow_follows_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, Kind::Workflow, "w", r#"{"tasks": []}"#, false);
    assert_eq!(kept(&store), []);
    put(&store, Kind::Workflow, "w", NIGHTLY, false);
    assert_eq!(kept(&store), [("w".to_owned(), None)]);
    let pause = |tx: &Tx<'_>| tx.pause_schedules(Some("w"), Paused::Person);
    store.write::<_, StoreError>(pause).unwrap();
    put(
        &store,
        Kind::Workflow,
        "w",
        r#"{"trigger": "event"}"#,
        false,
    );
    // Who paused it meant the workflow, not the line.
    assert_eq!(kept(&store), [("w".to_owned(), Some(Paused::Person))]);
    put(&store, Kind::Workflow, "w", r#"{"tasks": []}"#, false);
    assert_eq!(kept(&store), []);
    put(&store, Kind::Workflow, "example", NIGHTLY, true);
    assert_eq!(
        kept(&store),
        [("example".to_owned(), Some(Paused::BroughtIn))]
    );
}
