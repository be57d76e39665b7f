//! Several processes on one data folder.

use std::thread;
use std::time::Duration;

use flowkeep_core::session::SnapshotReason;
use flowkeep_host::{FileLock, Unfollowed, private_folder};

use crate::{Ground, tree};

const FACES: usize = 3;
const EACH: usize = 5;

#[test]
fn snapshots_that_are_taken_at_once_are_all_kept_each_with_its_own_number() {
    let ground = Ground::orders();
    let first = ground.face();
    first.begin().unwrap();
    thread::scope(|scope| {
        for face in 0..FACES {
            let ground = &ground;
            scope.spawn(move || {
                let own = ground.face();
                for time in 0..EACH {
                    ground.write(&format!("tools/{face}.yaml"), &format!("time: {time}\n"));
                    own.again(SnapshotReason::Asked, &Unfollowed).unwrap();
                }
            });
        }
    });
    let session = first.session().row;
    let snapshots = first.workshop.store.config_snapshots(session).unwrap();
    let numbers: Vec<_> = snapshots.iter().map(|one| one.sequence).collect();
    let expected: Vec<_> = (1..).take(1 + FACES * EACH).collect();
    assert_eq!(numbers, expected);
    assert_eq!(ground.files_with(".partial").len(), 0);
    // None of the manifests that came too late is left.
    let sessions = tree(&first.workshop.dir.join("sessions"));
    assert_eq!(sessions.len(), expected.len());
    first.is_sound();
}

#[test]
fn who_clears_up_is_waited_for() {
    let ground = Ground::orders();
    let face = ground.face();
    let locks = ground.data().join("locks");
    private_folder(&locks).unwrap();
    let clearing = FileLock::try_take(&locks.join("snapshots")).unwrap();
    thread::scope(|scope| {
        let taking = scope.spawn(|| face.begin());
        thread::sleep(Duration::from_millis(100));
        drop(clearing);
        taking.join().unwrap().unwrap();
    });
    face.is_sound();
}
