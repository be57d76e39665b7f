//! Which archives go, and that nothing else does.

use std::fs;
use std::io::ErrorKind;

use flowkeep_core::folder::{CleanUpLimits, CleanUpVerdict};
use flowkeep_files::folders::{
    CleanedUp, FolderBusy, FolderError, LeftoverKind, archives, clean_up, clean_up_plan, leftovers,
    recover,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, FileLock, Progress, SystemFiles, Unfollowed};
use flowkeep_store::{FolderWorkKind, OperationFilter};

use crate::crash::Dying;
use crate::place::{Place, names};

const DAY: u32 = 24 * 60 * 60 * 1000;

/// A folder with three archives, a day apart; the newest first.
fn three() -> (Place, Vec<String>) {
    let place = Place::new();
    let mut made = Vec::new();
    for _ in 0..3 {
        place.put(&["a", "b", "c"]);
        made.insert(0, place.archive().archive.unwrap());
        place.clock.pass(DAY);
    }
    (place, made)
}

fn keep(keep: u32) -> CleanUpLimits {
    CleanUpLimits {
        keep: Some(keep),
        ..CleanUpLimits::default()
    }
}

fn going(place: &Place, limits: &CleanUpLimits) -> Vec<String> {
    let judged = clean_up_plan(&place.workshop, place.id, limits).unwrap();
    let going = judged
        .into_iter()
        .filter(|one| one.verdict == CleanUpVerdict::Goes);
    going.map(|one| one.archive.archive).collect()
}

fn clean(place: &Place, names: &[String]) -> CleanedUp {
    clean_up(&place.workshop, place.id, names, &Unfollowed).unwrap()
}

fn there(place: &Place) -> Vec<String> {
    let there = archives(&place.workshop, place.id).unwrap();
    there.into_iter().map(|one| one.archive).collect()
}

/// Of how many archives each clean-up tells in Activity, the newest first.
fn told(place: &Place) -> Vec<u32> {
    let told = place.workshop.store.operations(&OperationFilter {
        limit: 10,
        ..OperationFilter::default()
    });
    let told = told.unwrap().items.into_iter();
    told.filter(|one| one.operation == "folder_clean_up")
        .map(|one| one.count)
        .collect()
}

#[test]
fn what_is_old_goes_with_all_that_its_record_tells_of_and_activity_says_so() {
    let (place, made) = three();
    assert_eq!(going(&place, &keep(1)), made[1..]);
    let cleaned = clean(&place, &made[1..]);
    assert_eq!(cleaned.removed, made[1..]);
    assert_eq!(cleaned.bytes, 2 * 3 * "this is a".len() as u64);
    assert!(cleaned.failed.is_empty());
    assert_eq!(there(&place), made[..1]);
    assert_eq!(place.names(), made[..1]);
    assert_eq!(place.workshop.store.folder_works().unwrap(), []);
    // What is gone already is no trouble, and nothing to tell of.
    assert_eq!(clean(&place, &made[1..]), CleanedUp::default());
    assert_eq!(told(&place), [2]);
}

#[test]
fn an_archive_with_something_that_its_record_does_not_name_stays() {
    let (place, made) = three();
    fs::write(place.at(&made[1]).join("mine.txt"), "mine").unwrap();
    fs::create_dir(place.at(&made[2]).join("more")).unwrap();
    let judged = clean_up_plan(&place.workshop, place.id, &keep(1)).unwrap();
    for one in &judged[1..] {
        assert_eq!(one.verdict, CleanUpVerdict::Stays);
        assert_eq!(one.reason.as_ref().unwrap().code, "archive_holds_other");
    }
    // Put there after somebody looked.
    let cleaned = clean(&place, &made[1..]);
    assert_eq!(cleaned.removed, [""; 0]);
    assert_eq!(cleaned.failed.len(), 2);
    assert_eq!(
        fs::read_to_string(place.at(&made[1]).join("mine.txt")).unwrap(),
        "mine"
    );
    assert_eq!(names(&place.at(&made[2])).len(), 5);
}

#[test]
fn what_cannot_be_used_is_left_to_people() {
    let (place, made) = three();
    fs::remove_file(place.at(&made[0]).join("backup_info.json")).unwrap();
    fs::write(place.at(&made[1]).join("backup_info.json"), "{").unwrap();
    let judged = clean_up_plan(&place.workshop, place.id, &keep(0)).unwrap();
    let verdict = |name: &String| {
        let found = judged.iter().find(|one| one.archive.archive == *name);
        found.unwrap().verdict
    };
    assert_eq!(verdict(&made[0]), CleanUpVerdict::Broken);
    assert_eq!(verdict(&made[1]), CleanUpVerdict::Broken);
    assert_eq!(verdict(&made[2]), CleanUpVerdict::Newest);
    assert_eq!(going(&place, &keep(0)), [""; 0]);
}

#[test]
fn only_archives_of_the_folder_can_be_named() {
    let (place, _) = three();
    for name in ["../elsewhere", "sub", "file_bak_", "/etc", ""] {
        let named = [name.to_owned()];
        let refused = clean_up(&place.workshop, place.id, &named, &Unfollowed).unwrap_err();
        assert!(
            matches!(refused, FolderError::NoArchive(_)),
            "{name}: {refused}"
        );
    }
}

#[test]
fn while_something_else_is_done_in_the_folder_nothing_goes() {
    let (place, made) = three();
    place.begun(FolderWorkKind::Archive, "file_bak_20250121_094400", "{}");
    let refused = clean_up(&place.workshop, place.id, &made[1..], &Unfollowed).unwrap_err();
    assert!(
        matches!(refused, FolderError::Busy(FolderBusy::Archive)),
        "{refused}"
    );
    assert_eq!(there(&place), made);
}

/// Each archive is whole or gone. One that could not be removed may lack files, which its record tells.
fn is_known(place: &Place, made: &[String], may_lack: bool, moment: &str) {
    for name in place.names() {
        assert!(made.contains(&name), "{moment}: {name} is left");
    }
    for archive in archives(&place.workshop, place.id).unwrap() {
        assert_eq!(archive.broken, None, "{moment}");
        assert!(may_lack || archive.missing == 0, "{moment}: {archive:?}");
        assert_eq!(archive.files + archive.missing, 3, "{moment}");
    }
    assert!(place.at(&made[0]).exists(), "{moment}: the newest is gone");
    let gone = made.iter().filter(|name| !place.at(name).exists()).count();
    let told: u32 = told(place).into_iter().sum();
    assert_eq!(
        told,
        u32::try_from(gone).unwrap(),
        "{moment}: what is gone is told once"
    );
}

#[test]
fn whenever_a_process_dies_the_next_removes_the_rest_of_what_was_begun() {
    for n in 0.. {
        let (mut place, made) = three();
        let dying = |left| Dying::after(left, false);
        let death = dying(n);
        place.on(death.clone());
        let _ = clean_up(&place.workshop, place.id, &made[1..], &Unfollowed);
        for again in [0, 1, 2, 3] {
            place.on(dying(again));
            let _ = recover(&place.workshop);
        }
        place.on(SystemFiles);
        place.recover();
        // The dead could not remove what they had emptied either.
        clean(&place, &[]);
        is_known(&place, &made, true, &format!("{n} calls"));
        assert_eq!(place.workshop.store.folder_works().unwrap(), []);
        if !death.is_dead() {
            assert!(n > 10, "{n} calls");
            break;
        }
    }
}

#[test]
fn a_disk_that_fails_at_any_call_costs_only_what_was_to_go() {
    for kind in [ErrorKind::PermissionDenied, ErrorKind::Other] {
        for n in 1.. {
            let (mut place, made) = three();
            let disk = FailingFiles::at(n, kind);
            place.on(disk.clone());
            let cleaned = clean_up(&place.workshop, place.id, &made[1..], &Unfollowed);
            let moment = format!("{kind:?} at {n}: {cleaned:?}");
            place.on(SystemFiles);
            place.recover();
            // It also sweeps up what was emptied and stayed.
            clean(&place, &[]);
            is_known(&place, &made, true, &moment);
            if let Ok(cleaned) = &cleaned {
                for failed in &cleaned.failed {
                    assert!(place.at(&failed.file).exists(), "{moment}");
                }
            }
            if disk.made().len() < usize::try_from(n).unwrap() {
                assert_eq!(cleaned.unwrap().removed.len(), 2, "{moment}");
                break;
            }
        }
    }
}

#[test]
fn what_somebody_put_into_a_half_removed_archive_stays() {
    let (place, made) = three();
    let (name, aside) = (made[2].clone(), ".01A.removing");
    let plan = serde_json::json!({"aside": {name.as_str(): aside}}).to_string();
    place.begun(FolderWorkKind::CleanUp, &name, &plan);
    fs::rename(place.at(&name), place.at(aside)).unwrap();
    fs::remove_file(place.at(aside).join("a")).unwrap();
    fs::write(place.at(aside).join("mine.txt"), "mine").unwrap();
    place.recover();
    assert_eq!(there(&place), made);
    let kept = fs::read_to_string(place.at(&name).join("mine.txt"));
    assert_eq!(kept.unwrap(), "mine");
    assert!(place.at(&name).join("b").exists());
    assert_eq!(told(&place), [0_u32; 0]);
}

/// Cancels when the second archive would go.
struct AfterOne(Cancellation);

impl Progress for AfterOne {
    fn step(&self, _: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if done == 0 {
            self.0.cancel();
        }
    }
    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn a_cancel_leaves_the_others_whole() {
    let (place, made) = three();
    let oldest_first = [made[2].clone(), made[1].clone()];
    let progress = AfterOne(Cancellation::default());
    let cleaned = clean_up(&place.workshop, place.id, &oldest_first, &progress).unwrap();
    assert!(cleaned.cancelled);
    assert_eq!(cleaned.removed, made[2..]);
    assert_eq!(there(&place), made[..2]);
    is_known(&place, &made, false, "cancelled");
}

#[test]
fn what_lies_hidden_and_belongs_to_nothing_is_told_and_left() {
    let (place, made) = three();
    let (waiting, removing) = (
        ".01KAQJ3ZV2B4C6D8E0F2G4H6J8.partial",
        ".01KAQJ3ZV2B4C6D8E0F2G4H6J8.removing",
    );
    for name in [
        waiting,
        removing,
        ".mine.partial",
        "file_bak_20250101_000000.partial",
    ] {
        fs::create_dir(place.at(name)).unwrap();
        fs::write(place.at(name).join("a"), "this is a").unwrap();
    }
    let found = || leftovers(&place.workshop, place.id).unwrap();
    let told: Vec<_> = found()
        .into_iter()
        .map(|one| (one.name, one.kind))
        .collect();
    let expected = [
        (waiting.to_owned(), LeftoverKind::Waiting),
        (removing.to_owned(), LeftoverKind::Removing),
    ];
    assert_eq!(told, expected);
    clean(&place, &made[1..]);
    assert!(place.at(removing).join("a").exists());

    // While somebody may own them, nothing is told.
    let lock = place.workshop.data_dir.join("locks");
    let lock = FileLock::try_take(&lock.join(format!("folder-{}", place.id))).unwrap();
    assert_eq!(found(), []);
    drop(lock);
    place.begun(FolderWorkKind::CleanUp, &made[0], "{}");
    assert_eq!(found(), []);
}
