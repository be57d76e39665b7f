//! A database with flipped bits and broken pages (reliability, row 41): the backup names what is
//! lost, holds the rest, and never touches an earlier one.

use std::path::Path;

use flowkeep_core::Kind;
use flowkeep_host::{Cancellation, SystemFiles, Unfollowed};
use flowkeep_store::{StagedGroup, StoreError};

use rstest::rstest;

use crate::catalog::{Catalog, Given};

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
    let made = catalog.try_back_up(&SystemFiles, &Unfollowed).unwrap();
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

/// Breaks a page of a table or an index that is not the first and holds rows.
fn break_page(file: &Path, of: &str) {
    let database = rusqlite::Connection::open(file).unwrap();
    let mut statement = database
        .prepare(
            "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' AND ncell > 0 LIMIT 1",
        )
        .unwrap();
    let page: usize = statement.query_row([of], |row| row.get(0)).unwrap();
    drop(statement);
    drop(database);
    let mut bytes = std::fs::read(file).unwrap();
    bytes[(page - 1) * PAGE..page * PAGE].fill(0xff);
    std::fs::write(file, bytes).unwrap();
}

/// Wherever a page breaks that is not of the texts, all documents are in the backup.
#[rstest]
#[case::documents("document", 40)]
#[case::their_index("sqlite_autoindex_document_1", 40)]
#[case::deleted_ones("document_deleted", 40)]
#[case::by_name("document_by_name", 40)]
#[case::revisions("revision", 0)]
#[case::activity("operation", 40)]
#[case::settings("setting", 40)]
fn a_broken_page_beside_the_texts_loses_no_document(#[case] of: &str, #[case] earlier: usize) {
    let catalog = Catalog::new();
    let states = |state: &str| -> Vec<_> {
        (0..40)
            .map(|n| marked(&format!("w{n:02}"), &format!("mark-{n}-{state}")))
            .collect()
    };
    catalog.keep(&states("older"));
    catalog.keep(&states("newer"));
    catalog.keep(&[marked("gone", "gone")]);
    catalog.delete("gone");
    catalog.note_something();
    let texts = catalog.texts();
    let catalog = catalog.reopened(|file| break_page(file, of));
    let made = catalog.back_up();
    let told = |path: &str| made.damaged.iter().any(|file| file.path == path);
    assert!(told("flowkeep.db"), "{:?}", made.damaged);
    let empty = Catalog::new();
    let (mut staging, _) = empty.plan(&made.folder).unwrap();
    assert_eq!(empty.apply(&mut staging).imported, 40);
    assert_eq!(empty.texts(), texts);
    let lines = |name: &str| -> usize {
        let Ok(parts) = std::fs::read_dir(made.folder.join(name)) else {
            return 0;
        };
        parts
            .map(|part| {
                std::fs::read_to_string(part.unwrap().path())
                    .unwrap()
                    .lines()
                    .count()
            })
            .sum()
    };
    assert!(
        lines("revisions") >= earlier,
        "{} earlier revisions",
        lines("revisions")
    );
}
