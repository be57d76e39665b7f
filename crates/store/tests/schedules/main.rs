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
    // As the version before left it.
    let database = rusqlite::Connection::open(folder.path().join("flowkeep.db")).unwrap();
    let before = "DROP TRIGGER session_standing_added; DROP TRIGGER session_standing_changed;
        DROP VIEW session_standing; DROP TRIGGER session_standing_run_added;
        DROP TRIGGER session_standing_run_changed; DROP TRIGGER session_standing_run_removed; DROP TABLE session_copy;
        DROP TABLE run_slot; DROP TABLE run_used; DROP VIEW run_slot_level;
        DROP TRIGGER run_slot_added; DROP TRIGGER run_slot_changed; DROP TRIGGER run_slot_removed;
        DROP TRIGGER run_used_added; DROP TRIGGER run_used_changed; DROP TRIGGER run_used_removed;
        DROP INDEX run_shape; DROP INDEX run_over_hour; DROP INDEX run_by_workflow_status;
        DROP INDEX run_by_beginning; DROP INDEX run_repeating; DROP INDEX attempt_failed;
        ALTER TABLE run DROP COLUMN begun_by;
        DROP INDEX message_unserved; DROP INDEX document_starts;
        ALTER TABLE document DROP COLUMN starts_by;
        DROP TABLE schedule; DROP TABLE event; DROP TABLE arrival; DROP TABLE notice_delivery;
        DROP TABLE notice; DROP TABLE notice_channel; DROP TABLE fallen_write; DROP TABLE run_folder;
        DROP TABLE folder_work; DROP TABLE folder_archive; DROP TABLE task_folder;
        DROP TABLE forgotten_folder; DROP INDEX message_warning; DROP TABLE config_look; DROP TABLE config_seen; DROP TABLE session_work; DROP TABLE session_attempt; DROP TABLE snapshot;
        DROP TABLE session; DROP TABLE snapshot_entry; DROP TABLE snapshot_tree; DROP TABLE snapshot_object;
        DROP TABLE snapshot_pack; DROP TABLE config_root;
        DROP INDEX run_by_session; ALTER TABLE run DROP COLUMN session;
        PRAGMA user_version = 9";
    database.execute_batch(before).unwrap();
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
