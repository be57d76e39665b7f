//! Archives whose records are gone, damaged or written by somebody who means harm: what they say wrong is
//! named, and costs nothing else.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use flowkeep_core::folder::Policy;
use flowkeep_files::folders::{
    PutBackState, PutBackWanted, Wanted, archive, archives, check, compare, put_back,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, SystemFiles, Unfollowed};
use serde_json::json;

use crate::place::Place;

const OLD: &str = "file_bak_20250721_120236";

/// An archive with these files, and with this record.
fn archived(place: &Place, files: &[&str], record: &serde_json::Value) {
    let folder = place.at(OLD);
    fs::create_dir(&folder).unwrap();
    for name in files {
        fs::write(folder.join(name), format!("this is {name}")).unwrap();
    }
    fs::write(folder.join("backup_info.json"), record.to_string()).unwrap();
}

/// What a record of ours says of a file.
fn told(name: &str, archived_as: &str) -> serde_json::Value {
    json!({"name": name, "bytes": 1, "how": "moved", "archived_as": archived_as})
}

/// What hinders each file of an archive.
fn hindered(place: &Place) -> Vec<(String, String)> {
    let files = place.plan(OLD, None).files.into_iter();
    let hindered = files.filter(|file| file.state == PutBackState::Hindered);
    hindered
        .map(|file| (file.name, file.reason.unwrap().code))
        .collect()
}

#[test]
fn a_name_that_no_file_can_have_is_told_and_the_rest_comes_back() {
    let mut place = Place::new();
    let long = "x".repeat(256);
    let names = ["a\0b", "/etc/flowkeep", "../out", "..", "", long.as_str()];
    let files: Vec<_> = (0..names.len()).map(|at| format!("f{at}")).collect();
    let mut record: Vec<_> = names
        .iter()
        .zip(&files)
        .map(|(name, file)| told(name, file))
        .collect();
    record.push(told("good", "good"));
    record.push(told("away", "../data/flowkeep.db"));
    let mut there: Vec<&str> = files.iter().map(String::as_str).collect();
    there.push("good");
    archived(&place, &there, &json!({"moved_files": [], "files": record}));
    let mut found = hindered(&place);
    found.sort();
    let mut expected: Vec<_> = names
        .iter()
        .map(|name| {
            let is_way = name.is_empty() || name.starts_with(['.', '/']);
            let code = if is_way {
                "put_back_no_name"
            } else {
                "file_name_impossible"
            };
            ((*name).to_owned(), code.to_owned())
        })
        .collect();
    expected.push(("away".to_owned(), "put_back_gone".to_owned()));
    expected.sort();
    assert_eq!(found, expected);
    let put = place.put_back(OLD, None);
    assert_eq!(
        (put.restored, put.failed.len()),
        (vec!["good".to_owned()], 7)
    );
    assert_eq!(place.names(), [OLD, "good"]);
}

#[test]
fn one_file_that_a_record_names_twice_comes_back_once_and_none_is_hidden() {
    let mut place = Place::new();
    let files = json!([
        told("same", "same"),
        told("same", "same"),
        told("one", "shared"),
        told("two", "shared"),
        told("both", "first"),
        told("both", "second"),
    ]);
    archived(
        &place,
        &["same", "shared", "first", "second"],
        &json!({"moved_files": [], "files": files}),
    );
    let again = ("two".to_owned(), "put_back_again".to_owned());
    assert_eq!(hindered(&place), [again]);
    let checked = check(&place.workshop, place.id, None, &Unfollowed).unwrap();
    assert_eq!(checked[0].besides, ["second"]);
    let put = place.put_back(OLD, None);
    assert_eq!(put.restored, ["both", "one", "same"]);
    let text = |name: &str| fs::read_to_string(place.at(name)).unwrap();
    assert_eq!(text("one"), "this is shared");
    assert_eq!(text("both"), "this is first");
}

/// In an archive the text of a link leads one step further up; only the record tells what it was.
#[test]
fn a_link_without_its_record_does_not_lead_out_of_the_folder() {
    let mut place = Place::new();
    place.put(&["a", "neighbour"]);
    symlink("sub/file", place.at("up")).unwrap();
    symlink("neighbour", place.at("beside")).unwrap();
    let archive = place.archive().archive.unwrap();
    fs::rename(place.at(&archive), place.at(OLD)).unwrap();
    fs::remove_file(place.at(OLD).join("backup_info.json")).unwrap();
    let up = ("up".to_owned(), "put_back_link_unknown".to_owned());
    assert_eq!(hindered(&place), [up]);
    assert_eq!(
        place.put_back(OLD, None).restored,
        ["a", "beside", "neighbour"]
    );
    assert!(place.at("up").symlink_metadata().is_err());
}

/// What could not go back because another has its name is in an archive, and its record tells where it led.
#[test]
fn a_link_that_could_not_go_back_comes_back_later_as_it_was() {
    struct Another<'a>(&'a Place);
    impl Progress for Another<'_> {
        fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if phase == "folder_archive" && done == 1 {
                fs::write(self.0.at("a-link"), "another one").unwrap();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    let mut place = Place::new();
    symlink("sub/file", place.at("a-link")).unwrap();
    place.put(&["b", "held"]);
    place.on(FailingFiles::at(0, std::io::ErrorKind::Other).refusing("held"));
    let wanted = Wanted::default();
    archive(&place.workshop, place.id, &wanted, &Another(&place)).unwrap_err();
    place.on(SystemFiles);
    fs::remove_file(place.at("a-link")).unwrap();
    let names = place.names();
    let left = names.iter().find(|name| name.starts_with("file_bak_"));
    place.put_back(left.unwrap(), None);
    let leads_to = fs::read_link(place.at("a-link")).unwrap();
    assert_eq!(leads_to, Path::new("sub/file"));
}

/// The text of such a name says where the folder was.
#[test]
fn a_name_that_is_no_unicode_is_the_same_after_the_folder_was_moved() {
    let (before, mut after) = (Place::new(), Place::new());
    let odd = OsStr::from_bytes(b"\xd6\xd0.ddl");
    fs::write(before.folder.join(odd), "then").unwrap();
    let archive = before.archive().archive.unwrap();
    fs::rename(before.at(&archive), after.at(&archive)).unwrap();
    fs::write(after.folder.join(odd), "now").unwrap();
    let compared = compare(&after.workshop, after.id, &archive, None, None, &Unfollowed).unwrap();
    assert_eq!(compared.len(), 1, "{compared:?}");
    let put = after.put_back(&archive, None);
    assert_eq!(put.restored.len(), 1);
    assert_eq!(fs::read_to_string(after.folder.join(odd)).unwrap(), "then");
    assert!(put.archived_first.is_some());
    // It can be named as it is told.
    fs::write(after.folder.join(odd), "later").unwrap();
    let plan = after.plan(&archive, None);
    let only = [plan.files[0].name.clone()];
    let wanted = PutBackWanted {
        archive: &archive,
        only: Some(&only),
        stamp: after.plan(&archive, Some(&only)).stamp,
    };
    let put = put_back(&after.workshop, after.id, &wanted, &Unfollowed).unwrap();
    assert_eq!(put.restored, only);
}

#[test]
fn a_link_whose_name_is_no_unicode_says_again_what_it_said_when_it_goes_back() {
    let mut place = Place::new();
    let odd = OsStr::from_bytes(b"\xd6\xd0");
    symlink("sub/file", place.folder.join(odd)).unwrap();
    fs::write(place.at("held"), "x").unwrap();
    place.on(FailingFiles::at(0, std::io::ErrorKind::Other).refusing("held"));
    let held = place.folder.join(odd);
    place.try_archive(Policy::Stop).unwrap_err();
    assert_eq!(fs::read_link(held).unwrap(), Path::new("sub/file"));
}

#[test]
fn a_record_of_a_size_that_nobody_writes_is_not_read() {
    let place = Place::new();
    archived(&place, &["a"], &json!({"moved_files": ["a"]}));
    let record = fs::File::options()
        .append(true)
        .open(place.at(OLD).join("backup_info.json"));
    record.unwrap().set_len((1 << 28) + 1).unwrap();
    let listed = archives(&place.workshop, place.id).unwrap();
    let why = listed[0].broken.as_ref().unwrap();
    assert_eq!(why.code, "archive_record_large");
    assert_eq!(why.fields["most_bytes"], (1 << 28).to_string());
}
