//! Every call fails once, in every way a disk fails, and the operator cancels at every file: whatever
//! happens, every file is at a known place and the record tells it (rows 3, 8 to 10, 44 to 46).

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use flowkeep_core::folder::Policy;
use flowkeep_files::folders::{FolderError, Wanted, archive};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, SystemFiles};
use rstest::rstest;

use crate::place::Place;

const FILES: [&str; 5] = [
    "a.ddl",
    "b.md",
    "backup_info.json",
    "c.json",
    "table_list.txt",
];

fn filled() -> Place {
    let place = Place::new();
    place.put(&FILES);
    symlink("sub/file", place.at("link")).unwrap();
    place
}

/// The link is where it was, or in an archive; never at neither, and it says where it led.
fn the_link_is_known(place: &Place, moment: &str) {
    let here = fs::read_link(place.at("link")).ok();
    if let Some(target) = here {
        assert_eq!(target.to_str(), Some("sub/file"), "{moment}");
        return;
    }
    let archive = place
        .names()
        .into_iter()
        .find(|name| name.starts_with("file_bak_"));
    let archive = archive.unwrap_or_else(|| panic!("{moment}: the link is lost"));
    let there = fs::read_link(place.at(&archive).join("link")).unwrap();
    assert_eq!(there.to_str(), Some("../sub/file"), "{moment}");
}

#[rstest]
fn a_disk_that_fails_at_any_call_loses_nothing(
    #[values(
        ErrorKind::StorageFull,
        ErrorKind::Other,
        ErrorKind::CrossesDevices,
        ErrorKind::NotFound
    )]
    kind: ErrorKind,
    #[values(Policy::Stop, Policy::Continue)] policy: Policy,
    #[values(false, true)] across: bool,
) {
    let mut done = 0;
    for n in 1.. {
        let mut place = filled();
        let mut disk = FailingFiles::at(n, kind);
        if across {
            disk = disk.across_disks();
        }
        place.on(disk.clone());
        let archived = place.try_archive(policy);
        let moment = format!(
            "call {n} of {:?}: {archived:?}",
            disk.made().get(usize::try_from(n).unwrap() - 1)
        );
        if archived.is_ok() {
            place.is_known(&FILES, &moment);
            the_link_is_known(&place, &moment);
        }
        // The disk is back, and the next process comes.
        place.on(SystemFiles);
        place.recover();
        place.is_known(&FILES, &moment);
        the_link_is_known(&place, &moment);
        if disk.calls() < n {
            done = n;
            break;
        }
    }
    assert!(done > 20, "{done} calls");
}

#[test]
fn a_cancel_at_any_file_puts_all_back() {
    struct Person {
        at: u32,
        wish: Cancellation,
    }
    impl Progress for Person {
        fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if (phase == "folder_archive" && done == self.at)
                || (phase == "folder_flush" && self.at == 99)
            {
                self.wish.cancel();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            &self.wish
        }
    }
    for across in [false, true] {
        for at in [0, 1, 2, 3, 4, 5, 99] {
            let mut place = filled();
            let before = place.names();
            if across {
                place.on(FailingFiles::at(0, ErrorKind::Other).across_disks());
            }
            let wish = Cancellation::default();
            let person = Person { at, wish };
            let wanted = Wanted::default();
            let error = archive(&place.workshop, place.id, &wanted, &person).unwrap_err();
            assert!(matches!(error, FolderError::Cancelled), "{at}: {error}");
            assert_eq!(place.names(), before, "{at}");
            assert_eq!(place.workshop.store.folder_works().unwrap(), []);
            place.is_known(&FILES, "cancelled");
        }
    }
}

/// Rows 5 and 8, and 备份过程完全失败 of requirement 003: a disk on which no archive can be made stops who
/// wants to stop; who goes on is told of each file. All is where it was for both.
#[rstest]
fn where_no_archive_can_be_made_all_stays_and_each_file_is_told_to_who_goes_on(
    #[values("create_folder_like", "flush_tree", "write_new")] call: &'static str,
) {
    let mut place = filled();
    place.on(FailingFiles::at(0, ErrorKind::StorageFull).never(call));
    let archived = place.try_archive(Policy::Continue).unwrap();
    assert_eq!(archived.archive, None);
    assert!(archived.failed.len() >= 5, "{archived:?}");
    let why = &archived.failed[0].reason;
    assert_eq!(why.code, "archive_not_made");
    assert_eq!(why.because.as_ref().unwrap().code, "disk_full");
    place.try_archive(Policy::Stop).unwrap_err();
    assert_eq!(place.workshop.store.folder_works().unwrap(), []);
    assert_eq!(place.names().len(), FILES.len() + 1, "{call}");
    place.is_known(&FILES, call);
}

/// What is said of an archive whose name the disk did not confirm: whether all is in it, or only what could
/// not go back.
#[test]
fn an_archive_whose_name_is_not_on_the_disk_for_sure_is_told_as_what_it_is() {
    struct Another<'a>(&'a Place);
    impl Progress for Another<'_> {
        fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
            if phase == "folder_archive" && done == 1 {
                fs::write(self.0.at("a.ddl"), "another one").unwrap();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    for undoes in [false, true] {
        let mut unconfirmed = 0;
        for n in 1.. {
            let mut place = filled();
            let mut disk = FailingFiles::at(n, ErrorKind::Other);
            if undoes {
                disk = disk.refusing("c.json");
            }
            place.on(disk.clone());
            let wanted = Wanted::default();
            let archived = if undoes {
                archive(&place.workshop, place.id, &wanted, &Another(&place))
            } else {
                place.try_archive(Policy::Stop)
            };
            let left = place.workshop.store.folder_works().unwrap().len();
            if let Err(FolderError::Unconfirmed {
                archive, undone, ..
            }) = archived
            {
                unconfirmed += 1;
                assert_eq!((undone, left), (undoes, 1), "call {n}");
                place.on(SystemFiles).recover();
                let held = place.record(&archive).files.len();
                assert_eq!(held, if undoes { 1 } else { 6 }, "call {n}");
            }
            if disk.calls() < n {
                break;
            }
        }
        assert_eq!(unconfirmed, 1);
    }
}
