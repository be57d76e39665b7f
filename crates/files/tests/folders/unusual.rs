//! Rows 9 to 11 and 15 to 20 of `reliability.md`: everything that is unusual about a file.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use flowkeep_core::folder::{Policy, Settings};
use flowkeep_files::folders::{FolderBusy, FolderError, Wanted, archive, archives};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress};

use crate::place::{Place, names};

fn leads_to(place: &Place, path: &str) -> String {
    let target = fs::read_link(place.at(path)).unwrap();
    target.to_str().unwrap().to_owned()
}

/// Row 11.
#[test]
fn a_link_is_moved_as_a_link_and_still_leads_where_it_led() {
    let place = Place::new();
    place.put(&["neighbour", "table_list.txt"]);
    fs::create_dir(place.at("sub")).unwrap();
    fs::write(place.at("sub/file"), "x").unwrap();
    for (target, link) in [
        ("neighbour", "to-neighbour"),
        ("table_list.txt", "to-list"),
        ("sub/file", "to-sub"),
        ("sub", "to-folder"),
        ("nowhere", "dangling"),
        ("/etc/hostname", "absolute"),
    ] {
        symlink(target, place.at(link)).unwrap();
    }
    let archived = place.archive();
    let archive = archived.archive.unwrap();
    assert_eq!(archived.moved.len(), 7);
    let told = |link: &str| leads_to(&place, &format!("{archive}/{link}"));
    assert_eq!(told("to-neighbour"), "neighbour");
    assert_eq!(
        told("to-list"),
        "../table_list.txt",
        "what stays is a step up"
    );
    assert_eq!(told("to-sub"), "../sub/file");
    assert_eq!(told("to-folder"), "../sub");
    assert_eq!(told("dangling"), "../nowhere");
    assert_eq!(told("absolute"), "/etc/hostname");
    assert!(
        place.at("sub/file").exists(),
        "nothing behind a link is touched"
    );
    let record = place.record(&archive);
    let link = record
        .files
        .iter()
        .find(|file| file.name == "to-sub")
        .unwrap();
    assert_eq!(link.link_target.as_deref(), Some("sub/file"));
    assert_eq!(link.sha256, None);
}

/// Row 11, and nothing may be lost on the way back.
#[test]
fn a_link_that_goes_back_says_again_what_it_said() {
    let mut place = Place::new();
    symlink("sub/file", place.at("link")).unwrap();
    place.put(&["z-held"]);
    place.on(FailingFiles::at(0, std::io::ErrorKind::Other).refusing("z-held"));
    place.try_archive(Policy::Stop).unwrap_err();
    assert_eq!(place.names(), ["link", "z-held"]);
    assert_eq!(leads_to(&place, "link"), "sub/file");
}

/// Row 15.
#[test]
fn a_file_that_is_gone_when_it_is_to_be_moved_is_told_and_stops_nothing() {
    struct Removing<'a>(&'a Place);
    impl Progress for Removing<'_> {
        fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if phase == "folder_archive" && done == 0 {
                fs::remove_file(self.0.at("b")).unwrap();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    let place = Place::new();
    place.put(&["a", "b", "c"]);
    let wanted = Wanted::default();
    let archived = archive(&place.workshop, place.id, &wanted, &Removing(&place)).unwrap();
    assert_eq!(archived.moved, ["a", "c"]);
    assert_eq!(archived.vanished, ["b"]);
    place.is_known(&["a", "c"], "then");
}

/// Row 16: the program is named.
#[cfg(target_os = "linux")]
#[test]
fn what_a_program_writes_is_not_moved_under_it() {
    let place = Place::new();
    place.put(&["a", "result.json"]);
    let _writing = File::options()
        .append(true)
        .open(place.at("result.json"))
        .unwrap();
    let error = place.try_archive(Policy::Stop).unwrap_err();
    let FolderError::NotArchived { failed, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(failed[0].file, "result.json");
    assert_eq!(failed[0].reason.code, "archive_file_in_use");
    let this = format!("({})", std::process::id());
    assert!(failed[0].reason.fields["program"].ends_with(&this));
    assert_eq!(
        place.names(),
        ["a", "result.json"],
        "found out before anything was moved"
    );

    let archived = place.try_archive(Policy::Continue).unwrap();
    assert_eq!(
        (archived.moved, archived.copied),
        (vec!["a".to_owned()], vec!["result.json".to_owned()])
    );
    assert_eq!(archived.failed.len(), 1);
    place.is_known(&["a", "result.json"], "then");
}

/// Row 16: who writes a log does not let go of it.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_is_kept_open_is_copied_and_goes_on_where_it_is() {
    use std::io::Write as _;
    let place = Place::new();
    place.put(&["a", "data_pipeline.LOG", "closed.log"]);
    let mut log = File::options()
        .append(true)
        .open(place.at("data_pipeline.LOG"))
        .unwrap();
    let archived = place.archive();
    assert_eq!(archived.copied, ["data_pipeline.LOG"]);
    assert_eq!(archived.failed, []);
    assert_eq!(archived.moved, ["a", "closed.log"]);
    writeln!(log, " and more").unwrap();
    let here = fs::read_to_string(place.at("data_pipeline.LOG")).unwrap();
    assert_eq!(here, "this is data_pipeline.LOG and more\n");
    let record = place.record(&archived.archive.unwrap());
    let log = record
        .files
        .iter()
        .find(|file| file.name == "data_pipeline.LOG");
    let why = log.unwrap().reason.as_ref().unwrap();
    assert_eq!(why.code, "archive_log_in_use");
}

/// Row 17.
#[test]
fn a_file_named_like_the_record_or_like_an_archive_keeps_its_content() {
    let place = Place::new();
    let files = [
        "backup_info.json",
        "backup_info_1.json",
        "Backup_Info.JSON",
        "file_bak_20250101_000000",
    ];
    let archived = place.put(&files).archive();
    assert_eq!(archived.moved.len(), 4);
    let archive = archived.archive.unwrap();
    assert_eq!(
        names(&place.at(&archive)),
        [
            "backup_info.json",
            "backup_info_1.json",
            "backup_info_2.json",
            "backup_info_3.json",
            "file_bak_20250101_000000"
        ]
    );
    place.is_known(&files, "then");
}

/// Row 18.
#[test]
fn the_list_stays_however_it_is_spelled_and_whatever_it_is() {
    let place = Place::new();
    place.put(&["a", "Table_List.TXT"]);
    let archived = place.archive();
    assert_eq!(
        (archived.kept, archived.copied),
        (
            vec!["Table_List.TXT".to_owned()],
            vec!["Table_List.TXT".to_owned()]
        )
    );

    let place = Place::new();
    place.put(&["a"]);
    symlink("/etc/hostname", place.at("table_list.txt")).unwrap();
    let archived = place.archive();
    assert_eq!(
        (archived.kept.len(), archived.copied.len()),
        (1, 0),
        "a link is not followed"
    );
    assert_eq!(leads_to(&place, "table_list.txt"), "/etc/hostname");

    let place = Place::new();
    place.put(&["a"]);
    fs::create_dir(place.at("table_list.txt")).unwrap();
    assert_eq!(place.archive().moved, ["a"]);
    assert!(place.at("table_list.txt").is_dir());
}

#[test]
fn what_its_owner_keeps_stays_and_so_does_what_is_no_file() {
    let place = Place::with(Settings {
        keep: vec!["Input.csv".to_owned()],
        ..Settings::default()
    });
    place.put(&["a", "input.CSV"]);
    let socket = std::os::unix::net::UnixListener::bind(place.at("socket")).unwrap();
    let archived = place.archive();
    assert_eq!(archived.kept, ["input.CSV", "socket"]);
    assert_eq!(
        (archived.moved, archived.copied.len()),
        (vec!["a".to_owned()], 0)
    );
    drop(socket);
}

/// Row 20.
#[test]
fn when_the_clock_goes_back_the_newest_is_still_the_newest() {
    let place = Place::new();
    let first = place.put(&["a"]).archive().archive.unwrap();
    place.clock.set(1_000_000_000_000);
    let second = place.put(&["a"]).archive().archive.unwrap();
    assert!(second < first, "its name says an earlier time");
    let listed = archives(&place.workshop, place.id).unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|archive| archive.archive.as_str())
        .collect();
    assert_eq!(listed, [second, first]);
}

/// Rows 21 and 22.
#[test]
fn the_numbers_go_on_from_the_archives_that_are_there_whoever_made_them() {
    let mut place = Place::new();
    place.put(&["a.ddl"]);
    let made = place.archive().archive.unwrap();
    // Another data folder has made forty since, and this one has forgotten.
    let record = place.at(&made).join("backup_info.json");
    let mut told: serde_json::Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    told["sequence"] = 40.into();
    fs::write(&record, told.to_string()).unwrap();
    place.clock.pass(60_000);
    place.put(&["a.ddl"]);
    let newest = place.archive().archive.unwrap();
    assert_eq!(place.record(&newest).sequence, Some(41));
    // What is put back makes way by the same numbers.
    place.clock.pass(60_000);
    fs::write(place.at("a.ddl"), "other").unwrap();
    let way = place.put_back(&made, None).archived_first.unwrap();
    assert_eq!(place.record(&way).sequence, Some(42));
}

#[test]
fn names_of_all_kinds_come_through() {
    let place = Place::new();
    let odd = std::ffi::OsStr::from_bytes(b"\xd6\xd0\xce\xc4.ddl");
    let names = [
        "a\nb",
        "\u{202e}txt.exe",
        "é",
        "e\u{301}",
        "表 清单 😀.md",
        "-rf",
        &"x".repeat(255),
    ];
    place.put(&names);
    fs::write(place.folder.join(odd), "odd").unwrap();
    let archived = place.archive();
    let archive = archived.archive.unwrap();
    assert_eq!(archived.moved.len(), names.len() + 1);
    assert_eq!(fs::read(place.at(&archive).join(odd)).unwrap(), b"odd");
    for name in names {
        let text = fs::read_to_string(place.at(&archive).join(name)).unwrap();
        assert_eq!(text, format!("this is {name}"));
    }
    let listed = archives(&place.workshop, place.id).unwrap();
    assert_eq!((listed[0].files, listed[0].missing), (8, 0));
}

/// Row 10.
#[test]
fn across_disks_a_copy_is_proven_before_the_file_goes() {
    let mut place = Place::new();
    let files = ["a", "b", "c"];
    place.put(&files);
    symlink("sub/file", place.at("link")).unwrap();
    let disk = FailingFiles::at(0, std::io::ErrorKind::Other).across_disks();
    place.on(disk.clone());
    let archived = place.archive();
    assert_eq!(archived.moved, ["a", "b", "c", "link"]);
    place.is_known(&files, "then");
    let made = disk.made();
    let at = |call: &str, end: &str| {
        made.iter()
            .position(|(name, path)| *name == call && path.ends_with(end))
    };
    let flushed = made
        .iter()
        .position(|(name, _)| *name == "flush_tree")
        .unwrap();
    for file in files {
        assert!(at("copy_new", file).unwrap() < flushed);
        let removed = at("remove_file", &format!("task_20250721_083557/{file}")).unwrap();
        let read = made[..removed]
            .iter()
            .rposition(|(name, path)| *name == "digest" && path.ends_with(file));
        assert!(
            read.is_some_and(|read| read > flushed),
            "{file} was read back first"
        );
    }
}

#[test]
fn one_archives_at_a_time() {
    struct Second<'a>(&'a Place);
    impl Progress for Second<'_> {
        fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
            if phase == "folder_archive" {
                let error = self.0.try_archive(Policy::Stop).unwrap_err();
                assert!(
                    matches!(error, FolderError::Busy(FolderBusy::Archive)),
                    "{error}"
                );
                // Nobody takes it for something a dead process left.
                assert_eq!(
                    flowkeep_files::folders::recover(&self.0.workshop)
                        .unwrap()
                        .len(),
                    0
                );
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    let place = Place::new();
    place.put(&["a"]);
    let wanted = Wanted::default();
    let archived = archive(&place.workshop, place.id, &wanted, &Second(&place)).unwrap();
    assert_eq!(archived.moved, ["a"]);
}

/// Row 12.
#[test]
fn a_folder_that_a_link_replaced_is_not_touched() {
    let place = Place::new();
    let elsewhere = place.folder.with_extension("elsewhere");
    fs::rename(&place.folder, &elsewhere).unwrap();
    symlink(&elsewhere, &place.folder).unwrap();
    fs::write(elsewhere.join("a"), "x").unwrap();
    let error = place.try_archive(Policy::Stop).unwrap_err();
    assert!(matches!(error, FolderError::Unsafe { .. }), "{error}");
    assert_eq!(names(&elsewhere), ["a"]);
    fs::remove_file(&place.folder).unwrap();
    let error = place.try_archive(Policy::Stop).unwrap_err();
    assert!(matches!(error, FolderError::Gone(_)), "{error}");
    assert!(Path::new(&elsewhere).exists());
}
