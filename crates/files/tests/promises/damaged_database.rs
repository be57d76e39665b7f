//! A database with flipped bits and broken pages (reliability, row 41): the backup names what is
//! lost, holds the rest, and never touches an earlier one.

use std::path::Path;

use flowkeep_core::Kind;
use flowkeep_host::{Cancellation, Unfollowed};
use flowkeep_store::{StagedGroup, StoreError};

use crate::catalog::{Catalog, Given, system};

const PAGE: usize = 8192;

fn marked(id: &str, mark: &str) -> Given {
    let filler = "x".repeat(1200);
    Given::workflow(
        id,
        &format!("{{\"name\": \"Name {id}\", \"mark\": \"{mark}\", \"f\": \"{filler}\"}}"),
    )
}

/// Changes the database's file where these bytes are. SQLite leaves copies behind in free space,
/// where a change means nothing.
fn change(file: &Path, wanted: &str, how: impl Fn(&mut [u8], usize)) {
    let mut bytes = std::fs::read(file).unwrap();
    let places: Vec<_> = (0..bytes.len() - wanted.len())
        .filter(|at| bytes[*at..].starts_with(wanted.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{wanted} stands nowhere in the file");
    for at in places {
        how(&mut bytes, at);
    }
    std::fs::write(file, bytes).unwrap();
}

fn seeded() -> Catalog {
    let catalog = Catalog::new();
    catalog.keep(&[marked("a", "older-of-a")]);
    let many: Vec<_> = (0..12)
        .map(|n| marked(&format!("w{n}"), &format!("mark-{n}-")))
        .collect();
    catalog.keep(&many);
    catalog.keep(&[marked("a", "newer-of-a")]);
    catalog
}

#[test]
fn a_flipped_bit_in_a_text_is_found_and_named() {
    let catalog = seeded();
    let earlier = catalog.back_up();
    let before = catalog.backups_tree();
    let catalog = catalog.reopened(|file| change(file, "mark-3-", |bytes, at| bytes[at] ^= 1));
    assert!(
        catalog
            .store
            .quick_check(Cancellation::never())
            .unwrap()
            .is_empty(),
        "SQLite does not see it"
    );
    let made = catalog.back_up();
    let names: Vec<_> = made
        .damaged
        .iter()
        .map(|file| file.name.as_deref())
        .collect();
    assert_eq!(names, [Some("Name w3")]);
    assert_eq!(made.damaged[0].reason.code, "kept_text_changed");
    let empty = Catalog::new();
    let (mut staging, _) = empty.plan(&made.folder).unwrap();
    assert_eq!(
        empty.apply(&mut staging).imported,
        12,
        "all but the damaged one"
    );
    let after = catalog.backups_tree();
    let earlier_name = earlier.folder.file_name().unwrap();
    assert!(
        before
            .iter()
            .all(|(path, bytes)| after.get(path) == Some(bytes))
    );
    assert!(before.keys().all(|path| path.starts_with(earlier_name)));
}

#[test]
fn a_text_that_rotted_under_its_hash_is_told_and_healed_by_a_restore() {
    let catalog = seeded();
    let whole = catalog.texts();
    let made = catalog.back_up();
    let catalog = catalog.reopened(|file| change(file, "mark-3-", |bytes, at| bytes[at] ^= 1));
    let row = |catalog: &Catalog| {
        let found = catalog.store.document(Kind::Workflow, "w3").unwrap();
        found.map(|found| (found.row, found.revision)).unwrap()
    };
    let (document, revision) = row(&catalog);
    let told = catalog.store.text(document, revision).unwrap_err();
    assert!(matches!(told, StoreError::TextDamaged { name } if name == "Name w3"));
    let (mut staging, _) = catalog.plan(&made.folder).unwrap();
    let healing = staging.items(Some(StagedGroup::NewerThere), 10, 0).unwrap();
    assert_eq!(healing.0, 1, "the same hash is not the same text");
    assert_eq!(staging.preview(&catalog.store).unwrap().updated, 1);
    catalog.apply(&mut staging);
    assert_eq!(catalog.texts(), whole);
}

#[test]
fn a_flipped_bit_in_an_earlier_revision_is_found_and_named() {
    let catalog = seeded();
    let catalog = catalog.reopened(|file| change(file, "older-of-a", |bytes, at| bytes[at] ^= 1));
    let made = catalog.back_up();
    assert_eq!(made.damaged.len(), 1);
    assert_eq!(made.damaged[0].path, "revisions/a/1");
    assert_eq!(made.damaged[0].reason.code, "kept_text_changed");
    let empty = Catalog::new();
    let (mut staging, read) = empty.plan(&made.folder).unwrap();
    assert!(read.damaged_parts.is_empty());
    assert_eq!(empty.apply(&mut staging).imported, 13);
}

#[test]
fn a_broken_page_costs_what_was_on_it_and_no_more() {
    let catalog = seeded();
    let wipe = |bytes: &mut [u8], at: usize| {
        let start = at / PAGE * PAGE;
        bytes[start..start + PAGE].fill(0xff);
    };
    let catalog = catalog.reopened(|file| change(file, "mark-5-", wipe));
    let made = catalog.try_back_up(&system(), &Unfollowed).unwrap();
    let page = made
        .damaged
        .iter()
        .find(|file| file.path == "flowkeep.db")
        .unwrap();
    assert_eq!(page.reason.code, "database_page_damaged");
    let lost: Vec<_> = made
        .damaged
        .iter()
        .filter_map(|file| file.name.as_deref())
        .collect();
    assert!(lost.contains(&"Name w5"), "{lost:?}");
    assert!(lost.len() <= 8, "a page holds no more than a few: {lost:?}");
    let empty = Catalog::new();
    let (mut staging, _) = empty.plan(&made.folder).unwrap();
    let restored = empty.apply(&mut staging).imported as usize;
    let documents = lost.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!(
        restored >= 13 - documents && restored < 13,
        "{restored} of 13, lost {lost:?}"
    );
}

/// A page of the table of documents, not of their texts: what is on it is told by the revisions.
#[test]
fn a_broken_page_of_the_documents_themselves_loses_none_of_them() {
    let catalog = Catalog::new();
    let many: Vec<_> = (0..40)
        .map(|n| marked(&format!("w{n:02}"), &format!("mark-{n}-")))
        .collect();
    catalog.keep(&many);
    let texts = catalog.texts();
    let mut broken = 0;
    let catalog = catalog.reopened(|file| {
        let database = rusqlite::Connection::open(file).unwrap();
        let mut statement = database
            .prepare(
                "SELECT pageno FROM dbstat WHERE name = 'document' AND pagetype = 'leaf' LIMIT 1",
            )
            .unwrap();
        let page: usize = statement.query_row([], |row| row.get(0)).unwrap();
        drop(statement);
        drop(database);
        let mut bytes = std::fs::read(file).unwrap();
        bytes[(page - 1) * PAGE..page * PAGE].fill(0xff);
        std::fs::write(file, bytes).unwrap();
        broken = page;
    });
    assert!(broken > 0);
    let made = catalog.back_up();
    assert!(
        made.damaged.iter().any(|file| file.path == "flowkeep.db"),
        "{:?}",
        made.damaged
    );
    let empty = Catalog::new();
    let (mut staging, _) = empty.plan(&made.folder).unwrap();
    assert_eq!(empty.apply(&mut staging).imported, 40);
    assert_eq!(empty.texts(), texts);
}
