//! Giving a folder its list of tables.

use std::fs;
use std::io::ErrorKind;

use flowkeep_core::folder::Policy;
use flowkeep_files::folders::{FolderBusy, FolderError, put_table_list, table_list};
use flowkeep_store::FolderWorkKind;

use crate::place::Place;

#[test]
fn a_list_comes_whole_and_the_one_before_stays_beside_it_until_the_next_archive() {
    let place = Place::new();
    place.put(&["a.ddl"]);
    assert_eq!(table_list(&place.workshop, place.id).unwrap(), None);
    let put = |bytes: &[u8]| put_table_list(&place.workshop, place.id, bytes).unwrap();
    assert_eq!(put(b"one\n"), None);
    let kept = put(b"two\n").unwrap();
    let again = put(b"three\n").unwrap();
    assert_ne!(kept, again);
    assert!(kept.starts_with("table_list_2025"), "{kept}");
    // The same once more changes nothing.
    assert_eq!(put(b"three\n"), None);
    let there = table_list(&place.workshop, place.id).unwrap().unwrap();
    assert_eq!(
        (there.name.as_str(), there.bytes.as_deref().unwrap()),
        ("table_list.txt", &b"three\n"[..])
    );
    assert_eq!(fs::read(place.at(&kept)).unwrap(), b"one\n");
    assert_eq!(fs::read(place.at(&again)).unwrap(), b"two\n");
    let archived = place.archive();
    for earlier in [&kept, &again] {
        assert!(archived.moved.contains(earlier), "{archived:?}");
    }
    assert_eq!(fs::read(place.at("table_list.txt")).unwrap(), b"three\n");
}

#[test]
fn a_list_in_other_capitals_is_the_list() {
    let place = Place::new();
    fs::write(place.at("Table_List.TXT"), "one").unwrap();
    put_table_list(&place.workshop, place.id, b"two").unwrap();
    assert!(!place.at("table_list.txt").exists());
    assert_eq!(fs::read(place.at("Table_List.TXT")).unwrap(), b"two");
}

#[test]
fn what_is_no_file_is_neither_followed_nor_written_over() {
    let place = Place::new();
    let elsewhere = place.at("elsewhere");
    fs::write(&elsewhere, "mine").unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.at("table_list.txt")).unwrap();
    let refused = put_table_list(&place.workshop, place.id, b"two").unwrap_err();
    assert!(
        matches!(refused, FolderError::Io { source, .. } if source.kind() == ErrorKind::AlreadyExists)
    );
    assert_eq!(fs::read(&elsewhere).unwrap(), b"mine");
}

#[test]
fn nothing_is_put_while_something_else_is_done_there() {
    let place = Place::new();
    place.begun(FolderWorkKind::Archive, "file_bak_20250121_094400", "{}");
    let refused = put_table_list(&place.workshop, place.id, b"two").unwrap_err();
    assert!(matches!(refused, FolderError::Busy(FolderBusy::Archive)));
    assert!(!place.at("table_list.txt").exists());
    // What a dead process left is put right by the next archive.
    place.try_archive(Policy::Stop).unwrap();
    put_table_list(&place.workshop, place.id, b"two").unwrap();
}
