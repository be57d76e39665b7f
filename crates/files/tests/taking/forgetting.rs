//! A session that is forgotten goes with all that only it needed, at once or with the next clean-up.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::session::SessionStatus;
use flowkeep_files::snapshots::restoring::{InPlaceError, OVERLAYS, SAFETY, Use};
use flowkeep_files::snapshots::{Forgotten, forget, stored_bytes};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{FileLock, Unfollowed};

use crate::{Face, Ground};

impl Face {
    pub(crate) fn forget(&self) -> Forgotten {
        forget(&self.workshop, &self.session()).unwrap()
    }
}

impl Ground {
    /// Two sessions, of which the first has something the other has not, and a copy of its own.
    fn with_two_sessions() -> Self {
        let ground = Self::orders();
        let face = ground.face();
        face.begin().unwrap();
        ground.write("tools/sum.yaml", "name: of the other\n");
        face.begin_as("two", SessionStatus::Active, &Unfollowed)
            .unwrap();
        face.restore(&Unfollowed).unwrap().back.ok().unwrap();
        ground
    }
}

#[test]
fn all_that_only_it_needed_goes_at_once_and_nothing_else() {
    let ground = Ground::with_two_sessions();
    let face = ground.face();
    let stored = stored_bytes(&face.workshop).unwrap();
    let done = face.forget();
    assert_eq!((done.waits, &done.left), (false, &Vec::new()));
    let freed = stored - stored_bytes(&face.workshop).unwrap();
    assert!(freed > 0);
    assert_eq!(done.freed_bytes, freed);
    assert_eq!(face.done()[0], "session_forget");
    face.is_tidy(&ground);
    assert_eq!(face.workshop.store.counted_on().unwrap().snapshots.len(), 1);
    let copies = fs::read_dir(ground.data().join(OVERLAYS)).unwrap();
    assert_eq!(copies.count(), 0);
}

#[test]
fn a_copy_that_somebody_has_changed_stays_and_is_named() {
    let ground = Ground::with_two_sessions();
    let face = ground.face();
    let copies = ground.data().join(OVERLAYS);
    let copy = fs::read_dir(&copies)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(copy.join("mine.txt"), "mine").unwrap();
    let done = face.forget();
    let why = Message::new("session_copy_changed");
    assert_eq!(done.left, [(copy.clone(), why)]);
    assert!(copy.join("mine.txt").is_file());
    assert!(face.workshop.store.session("one").unwrap().is_none());
}

/// They are no snapshot's: files of today that no snapshot has, and one that came back with its keys.
#[test]
fn a_copy_of_files_that_no_snapshot_has_goes_as_long_as_nobody_has_changed_it() {
    for change in [None, Some("mine: 2\n")] {
        let ground = Ground::orders();
        ground.write("tools/table.yaml", "password: hunter2-hunter2\n");
        let face = ground.face();
        face.begin().unwrap();
        ground.write("tools/sum.yaml", "name: of today\n");
        ground.write("tools/table.yaml", "password: hunter3-hunter3\n");
        let back = face.restore_from(Use::File, &Unfollowed).unwrap();
        let back = back.back.ok().unwrap();
        let copied = back.place.join("tools/sum.yaml");
        assert_eq!(fs::read_to_string(&copied).unwrap(), "name: of today\n");
        if let Some(change) = change {
            fs::write(&copied, change).unwrap();
        }
        let done = face.forget();
        assert_eq!(back.place.exists(), change.is_some());
        assert_eq!(done.left.len(), usize::from(change.is_some()));
    }
}

#[test]
fn while_a_snapshot_is_taken_its_files_wait_for_the_next_clean_up() {
    let ground = Ground::with_two_sessions();
    let face = ground.face();
    let taking = FileLock::try_share(&ground.data().join("locks/snapshots")).unwrap();
    let stored = stored_bytes(&face.workshop).unwrap();
    let done = face.forget();
    assert_eq!((done.waits, done.freed_bytes), (true, 0));
    assert!(face.workshop.store.session("one").unwrap().is_none());
    assert_eq!(stored_bytes(&face.workshop).unwrap(), stored);
    drop(taking);
    ground.clock.set(crate::now() + 2 * crate::HOUR);
    face.clean_up(false).unwrap();
    face.is_tidy(&ground);
}

#[test]
fn a_store_that_is_away_keeps_its_files_until_it_is_back() {
    let ground = Ground::with_two_sessions();
    let face = ground.face();
    let away = ground.place.path().join("away");
    fs::rename(&face.workshop.dir, &away).unwrap();
    assert!(face.forget().waits);
    fs::rename(&away, &face.workshop.dir).unwrap();
    ground.clock.set(crate::now() + 2 * crate::HOUR);
    face.clean_up(false).unwrap();
    face.is_tidy(&ground);
}

#[test]
fn while_files_are_put_back_nothing_is_forgotten() {
    let ground = Ground::with_two_sessions();
    let face = ground.face();
    let lock = ground.data().join("locks/in-place");
    let putting = FileLock::try_take(&lock).unwrap();
    let refused = forget(&face.workshop, &face.session());
    assert!(matches!(refused, Err(InPlaceError::Busy)));
    assert!(face.workshop.store.session("one").unwrap().is_some());
    drop(putting);
    face.forget();
}

#[test]
fn what_a_dead_process_was_putting_back_is_put_back_before_its_session_goes() {
    let ground = Ground::orders();
    let was = ground.live();
    let face = crate::in_place::died(&ground);
    assert_ne!(ground.live(), was);
    face.forget();
    assert_eq!(ground.live(), was);
    let left = face.workshop.store.session_works().unwrap();
    assert!(left.is_empty());
    assert!(!ground.data().join(SAFETY).exists() || ground.files_with("session-").is_empty());
}

#[test]
fn whichever_call_fails_the_session_is_gone_or_whole_and_the_next_clean_up_tidies() {
    for call in 1.. {
        let ground = Ground::with_two_sessions();
        let failing = FailingFiles::at(call, ErrorKind::PermissionDenied);
        let face = ground.face_on(Arc::new(failing.clone()));
        let forgotten = forget(&face.workshop, &face.session());
        let is_gone = face.workshop.store.session("one").unwrap().is_none();
        assert_eq!(forgotten.is_ok(), is_gone);
        face.is_sound();
        if failing.calls() < call {
            assert!(call > 4, "so few calls forget nothing");
            return;
        }
        let face = ground.face();
        ground.clock.set(crate::now() + 2 * crate::HOUR);
        face.clean_up(false).unwrap();
        face.is_tidy(&ground);
    }
}
