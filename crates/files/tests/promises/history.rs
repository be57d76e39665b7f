//! A backup with less than all of the history is a whole backup of the documents, and says so.

use std::num::NonZeroU32;
use std::path::Path;

use flowkeep_core::{KeptHistory, OperationId};
use flowkeep_files::{Backup, prove, read_manifest};
use flowkeep_host::{SystemFiles, Unfollowed};
use flowkeep_store::{NewOperation, StoreError};
use ulid::Ulid;

use crate::catalog::{Catalog, Given};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A workflow of three states, each an entry of Activity; the last two are two days old.
fn with_a_past() -> Catalog {
    let catalog = Catalog::new();
    let start = catalog.at().0;
    for (number, age) in [(1, 100), (2, 2), (3, 2)] {
        catalog.set_clock(start - age * DAY);
        let text = format!("{{\"id\": \"a\", \"name\": \"State {number}\"}}");
        catalog.keep(&[Given::workflow("a", &text)]);
        catalog
            .store
            .write::<_, StoreError>(move |tx| {
                let operation = NewOperation {
                    actor: "tester",
                    face: "cli",
                    operation: "update",
                    name: None,
                    undoes: None,
                    items: &[],
                };
                tx.record_operation(OperationId(Ulid::from_parts(9, number)), &operation)
            })
            .unwrap();
    }
    catalog.set_clock(start);
    catalog
}

#[test]
fn what_a_preview_counts_is_what_comes_in() {
    let catalog = with_a_past();
    catalog
        .store
        .write::<_, StoreError>(|tx| {
            tx.set_setting("theme", &"dark".into())?;
            tx.set_setting("display_name", &"A. Tester".into())
        })
        .unwrap();
    let made = back_up(&catalog, KeptHistory::All);
    let other = Catalog::new();
    other
        .store
        .write::<_, StoreError>(|tx| tx.set_setting("theme", &"light".into()))
        .unwrap();
    for (operations, settings) in [(3, 1), (0, 0)] {
        let (mut staging, _) = other.plan(&made.folder).unwrap();
        let preview = staging.preview(&other.store).unwrap();
        assert_eq!(
            (preview.operations, preview.settings),
            (operations, settings)
        );
        let mut done = other.apply(&mut staging);
        done.operation = None;
        assert_eq!(done, preview);
    }
}

#[test]
fn agents_have_a_file_of_their_own_and_come_back() {
    let catalog = Catalog::new();
    let agents = serde_json::json!([{"id": "night", "capabilities": ["sqlite"], "capacity": 2}]);
    let kept = agents.clone();
    let set = move |tx: &flowkeep_store::Tx<'_>| {
        tx.set_setting("agents", &kept)?;
        // Bound to the computer it was chosen on.
        tx.set_setting("log_dir", &"/there".into())
    };
    catalog.store.write::<_, StoreError>(set).unwrap();
    let made = back_up(&catalog, KeptHistory::All);
    let file = std::fs::read_to_string(made.folder.join("agents.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&file).unwrap(),
        agents
    );
    let settings = std::fs::read_to_string(made.folder.join("settings.json")).unwrap();
    assert_eq!(settings, "{}\n");
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    other.apply(&mut staging);
    assert_eq!(other.store.setting("agents").unwrap(), Some(agents));
}

/// What a later version wrote stays out by name; nothing is wrong with the backup.
#[test]
fn rules_that_this_version_cannot_read_stay_out() {
    let catalog = Catalog::new();
    let later = serde_json::json!([{"when": {"tag": "x"}, "source": "test"}]);
    let set = move |tx: &flowkeep_store::Tx<'_>| tx.set_setting("routes", &later);
    catalog.store.write::<_, StoreError>(set).unwrap();
    let made = back_up(&catalog, KeptHistory::All);
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    let mut left = Vec::new();
    staging
        .each_item::<StoreError>(|item| {
            left.push((
                item.path.ends_with("routes.json"),
                item.reason.unwrap().code,
            ));
            Ok(())
        })
        .unwrap();
    assert_eq!(left, [(true, "kept_routes_unreadable".to_owned())]);
    other.apply(&mut staging);
    assert_eq!(other.store.setting("routes").unwrap(), None);
}

fn lines(backup: &Path, folder: &str) -> usize {
    std::fs::read_dir(backup.join(folder))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .map(|text| text.lines().count())
        .sum()
}

fn back_up(catalog: &Catalog, history: KeptHistory) -> Backup {
    let made = catalog.try_back_up_with(&SystemFiles, &Unfollowed, history);
    let made = made.unwrap();
    assert_eq!(read_manifest(&made.folder).unwrap().history, history);
    made
}

#[test]
fn what_is_older_stays_out_and_the_documents_are_whole() {
    let catalog = with_a_past();
    let days = |days| KeptHistory::Days(NonZeroU32::new(days).unwrap());
    for (history, revisions, operations) in [
        (KeptHistory::All, 2, 3),
        (days(30), 1, 2),
        (days(1), 0, 0),
        (KeptHistory::None, 0, 0),
    ] {
        let made = back_up(&catalog, history);
        assert_eq!(lines(&made.folder, "revisions"), revisions, "{history:?}");
        assert_eq!(lines(&made.folder, "operations"), operations, "{history:?}");
        let proof = prove(&made.folder, &catalog.scratch(), &Unfollowed).unwrap();
        assert!(proof.damaged.is_empty(), "{history:?}");

        let other = Catalog::new();
        let (mut staging, _) = other.plan(&made.folder).unwrap();
        other.apply(&mut staging);
        assert_eq!(other.texts(), catalog.texts(), "{history:?}");
    }
}
