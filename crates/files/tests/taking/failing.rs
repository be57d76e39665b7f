//! A disk that fails at any call, and processes that die: nothing counts that is not whole.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use flowkeep_core::session::SnapshotReason;
use flowkeep_files::snapshots::{Of, TakeError, recover};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, FileLock, Progress, Unfollowed};

use crate::{Ground, tree};

/// Each call fails once; with `for_good` all calls after it, too.
fn each_call_fails(for_good: bool) {
    for call in 1.. {
        let ground = Ground::orders();
        let mut failing = FailingFiles::at(call, ErrorKind::StorageFull);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone()));
        let first = face.begin();
        if failing.calls() < call {
            assert!(call > 10, "so few calls make no snapshot");
            return;
        }
        // What a snapshot needs failed, or only what tidies up after it.
        let store = &face.workshop.store;
        assert_eq!(
            store.session("one").unwrap().is_some(),
            first.is_ok(),
            "{call}"
        );
        face.is_sound();
        drop(face);

        let face = ground.face();
        recover(&face.workshop).unwrap();
        assert_eq!(ground.files_with(".partial").len(), 0, "{call}");
        match first {
            Ok(_) => drop(face.again(SnapshotReason::Asked, &Unfollowed)),
            Err(_) => drop(face.begin().unwrap()),
        }
        assert_eq!(
            face.held(),
            tree(&ground.place.path().join("configs")),
            "{call}"
        );
        face.is_sound();
    }
}

#[test]
fn whichever_call_fails_nothing_counts_that_is_not_whole() {
    each_call_fails(false);
}

#[test]
fn whenever_the_disk_goes_away_nothing_counts_that_is_not_whole() {
    each_call_fails(true);
}

/// Tells the last content, and does not want it any more.
#[derive(Default)]
struct Impatient(Cancellation);

impl Progress for Impatient {
    fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if (phase, done) == ("snapshot_keep", 4) {
            self.0.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn what_is_cancelled_until_the_last_moment_does_not_count() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin_with(&Impatient::default()).unwrap_err();
    assert!(face.workshop.store.session("one").unwrap().is_none());
    assert_eq!(ground.files_with(".partial").len(), 0);
    face.is_sound();
    face.begin().unwrap();
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
}

#[test]
fn what_a_dead_process_left_is_removed_and_nothing_else() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let dir = &face.workshop.dir;
    let before = tree(dir);
    let folder = fs::read_dir(dir.join("objects")).unwrap().next().unwrap();
    let left = folder
        .unwrap()
        .path()
        .join("01J9Z3NDEKTSV4RRFFQ69G5FAV.partial");
    fs::write(&left, "half").unwrap();
    assert_eq!(
        recover(&face.workshop).unwrap(),
        0,
        "no process says that it was at work"
    );
    assert!(left.exists());
    fs::write(dir.join("01J9Z3NDEKTSV4RRFFQ69G5FAV.partial"), "").unwrap();

    let lock = ground.data().join("locks/snapshots");
    let at_work = FileLock::try_share(&lock).unwrap();
    assert_eq!(
        recover(&face.workshop).unwrap(),
        0,
        "it may be another one's"
    );
    drop(at_work);
    assert_eq!(recover(&face.workshop).unwrap(), 2);
    assert_eq!(tree(dir), before);
}

#[test]
fn while_the_store_is_away_nothing_is_taken_or_cleared_and_none_is_made_in_its_place() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let away = ground.place.path().join("away");
    fs::rename(&face.workshop.dir, &away).unwrap();
    let before = tree(&away);
    ground.write("tools/sum.yaml", "name: other\n");
    let session = || Of::Kept(Box::new(face.session()));
    let taken = face.take(session(), SnapshotReason::Asked, &Unfollowed);
    assert!(matches!(taken, Err(TakeError::StoreGone(_))));
    assert!(matches!(face.clean_up(false), Err(TakeError::StoreGone(_))));
    assert!(!face.workshop.dir.exists());
    fs::rename(&away, &face.workshop.dir).unwrap();
    assert_eq!(tree(&face.workshop.dir), before);
    face.take(session(), SnapshotReason::Asked, &Unfollowed)
        .unwrap()
        .unwrap();
    face.is_sound();
}

#[test]
fn while_the_store_is_cleared_up_nothing_is_taken() {
    let ground = Ground::orders();
    let face = ground.face();
    fs::create_dir(ground.data().join("locks")).unwrap();
    let clearing = FileLock::try_take(&ground.data().join("locks/snapshots")).unwrap();
    face.begin().unwrap_err();
    drop(clearing);
    face.begin().unwrap();
}
