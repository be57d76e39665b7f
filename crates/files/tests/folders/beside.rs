//! An archive beside the folder as it is, beside another archive, and beside what its record says.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use flowkeep_core::Encoding;
use flowkeep_files::folders::{
    Compared, FolderError, Relation, archives, check, compare, compare_texts, recover,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, Unfollowed};

use crate::place::Place;

fn relations(compared: &[Compared]) -> Vec<(&str, Relation)> {
    let files = compared.iter();
    files
        .map(|file| (file.name.as_str(), file.relation))
        .collect()
}

#[test]
fn each_file_is_told_by_what_is_in_it() {
    let place = Place::new();
    place.put(&["a", "b", "c", "d", "backup_info.json"]);
    symlink("sub/file", place.at("link")).unwrap();
    let first = place.archive().archive.unwrap();
    fs::remove_file(place.at(&first).join("d")).unwrap();
    place.put(&["a", "d", "e", "backup_info.json"]);
    // As long, and another.
    fs::write(place.at("b"), "this is B").unwrap();
    symlink("sub/file", place.at("link")).unwrap();
    fs::create_dir(place.at("sub")).unwrap();
    let look = |other: Option<&str>| {
        compare(&place.workshop, place.id, &first, other, None, &Unfollowed).unwrap()
    };
    let expected = [
        ("a", Relation::Same),
        ("b", Relation::Changed),
        ("backup_info.json", Relation::Same),
        ("c", Relation::OnlyThen),
        ("d", Relation::Unknown),
        ("e", Relation::OnlyNow),
        ("link", Relation::Same),
    ];
    let now = look(None);
    assert_eq!(relations(&now), expected);
    assert_eq!(now[4].reason.as_ref().unwrap().code, "put_back_gone");
    let second = place.archive().archive.unwrap();
    assert_eq!(relations(&look(Some(&second))), expected);

    let only = ["b".to_owned()];
    let one = |only: &[String]| {
        compare(
            &place.workshop,
            place.id,
            &first,
            None,
            Some(only),
            &Unfollowed,
        )
    };
    assert_eq!(relations(&one(&only).unwrap()), [("b", Relation::OnlyThen)]);
    let unknown = one(&["nobody".to_owned()]).unwrap_err();
    assert!(matches!(unknown, FolderError::NoFiles(_)), "{unknown}");
}

#[test]
fn texts_are_read_however_they_are_spelled_and_nothing_else_is() {
    let place = Place::new();
    fs::write(place.at("list.csv"), "表一,二\n").unwrap();
    fs::write(place.at("long.txt"), vec![b'x'; (1 << 20) + 1]).unwrap();
    place.put(&["picture"]);
    symlink("here", place.at("link")).unwrap();
    let archive = place.archive().archive.unwrap();
    let (gbk, _, _) = encoding_rs::GB18030.encode("表一,三\n");
    fs::write(place.at("list.csv"), gbk).unwrap();
    fs::write(place.at("picture"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    symlink("there", place.at("link")).unwrap();
    let look = |name| compare_texts(&place.workshop, place.id, &archive, None, name).unwrap();
    let list = look("list.csv");
    assert_eq!(list.then.as_deref(), Some("表一,二\n"));
    assert_eq!(list.now.as_deref(), Some("表一,三\n"));
    assert_eq!(list.now_encoding, Some(Encoding::Gb18030));
    let link = look("link");
    assert_eq!(
        (link.then.as_deref(), link.now.as_deref()),
        (Some("here"), Some("there"))
    );
    assert_eq!(look("picture").reason.unwrap().code, "not_ours_binary");
    let long = look("long.txt");
    assert_eq!(
        (long.reason.unwrap().code.as_str(), long.then),
        ("compare_long", None)
    );
}

#[test]
fn what_is_damaged_gone_or_added_is_named() {
    let place = Place::new();
    place.put(&["a", "b", "c"]);
    symlink("here", place.at("link")).unwrap();
    let archive = place.archive().archive.unwrap();
    let look = || check(&place.workshop, place.id, None, &Unfollowed).unwrap();
    let sound = &look()[0];
    assert_eq!(
        (sound.proven, sound.unverified, sound.failed.len()),
        (3, 1, 0)
    );
    fs::write(place.at(&archive).join("a"), "this is A").unwrap();
    fs::remove_file(place.at(&archive).join("b")).unwrap();
    fs::write(place.at(&archive).join("later"), "x").unwrap();
    let checked = &look()[0];
    let failed: Vec<_> = checked
        .failed
        .iter()
        .map(|one| (one.file.as_str(), one.reason.code.as_str()))
        .collect();
    assert_eq!(failed, [("a", "put_back_damaged"), ("b", "put_back_gone")]);
    assert_eq!(checked.besides, ["later"]);

    // Earlier tools told no hashes; a record that cannot be read tells nothing.
    let old = place.at("file_bak_20250721_120236");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("a"), "x").unwrap();
    fs::write(
        old.join("backup_info.json"),
        r#"{"moved_files": ["a", "gone"]}"#,
    )
    .unwrap();
    let checked = &look()[1];
    assert_eq!(
        (checked.proven, checked.unverified, checked.failed.len()),
        (0, 1, 1)
    );
    fs::write(old.join("backup_info.json"), "{").unwrap();
    let checked = &look()[1];
    assert_eq!(
        checked.broken.as_ref().unwrap().code,
        "archive_record_damaged"
    );
    assert_eq!((checked.unverified, checked.failed.len()), (1, 0));
}

#[test]
fn looking_ends_when_nobody_wants_it_and_leaves_nothing() {
    struct Person(Cancellation);
    impl Progress for Person {
        fn step(&self, _: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if done == 1 {
                self.0.cancel();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            &self.0
        }
    }
    let place = Place::new();
    let archive = place.put(&["a", "b", "c"]).archive().archive.unwrap();
    let person = Person(Cancellation::default());
    let ended = check(&place.workshop, place.id, Some(&archive), &person);
    assert!(matches!(ended, Err(FolderError::Cancelled)), "{ended:?}");
    let person = Person(Cancellation::default());
    let ended = compare(&place.workshop, place.id, &archive, None, None, &person);
    assert!(matches!(ended, Err(FolderError::Cancelled)), "{ended:?}");
    assert_eq!(recover(&place.workshop).unwrap().len(), 0);
}

#[test]
fn an_archive_that_a_disk_will_not_show_ends_the_check_of_no_other() {
    let mut place = Place::new();
    for _ in 0..2 {
        place.put(&["a", "b"]);
        place.archive();
        place.clock.pass(1000);
    }
    let listing = FailingFiles::at(u64::MAX, ErrorKind::PermissionDenied);
    place.on(listing.clone());
    archives(&place.workshop, place.id).unwrap();
    let mut unread = 0;
    for n in listing.made().len() + 1.. {
        let disk = FailingFiles::at(n.try_into().unwrap(), ErrorKind::PermissionDenied);
        place.on(disk.clone());
        let checked = check(&place.workshop, place.id, None, &Unfollowed);
        let checked = checked.unwrap_or_else(|error| panic!("call {n}: {error}"));
        assert_eq!(checked.len(), 2, "call {n}");
        let broken: Vec<_> = checked
            .iter()
            .filter_map(|one| one.broken.as_ref())
            .collect();
        assert!(broken.len() < 2, "call {n}");
        unread += broken.len();
        if disk.made().len() < n {
            break;
        }
    }
    assert!(unread > 0);
}
