//! Snapshots that nobody needs any more go, with all that only they held, and nothing else does: whatever fails,
//! and whenever somebody dies.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

use flowkeep_core::session::clean_up::{Rule, Verdict};
use flowkeep_core::session::{SessionStatus, SnapshotReason};
use flowkeep_files::snapshots::restoring::{OVERLAYS, clear_unfinished};
use flowkeep_files::snapshots::{
    CleanedUp, CleaningUp, TakeError, clean_up, recover, stored_bytes,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{FileLock, Unfollowed};
use rstest::rstest;

use crate::{Face, Ground, now, tree};

const DAY: i64 = 24 * crate::HOUR;

impl Face {
    pub(crate) fn clean_up(&self, only_tell: bool) -> Result<CleanedUp, TakeError> {
        let now = self.workshop.clock.now().0;
        let wanted = CleaningUp {
            rule: Rule {
                before: now - 30 * DAY,
                now,
                last: None,
            },
            only_tell,
        };
        clean_up(&self.workshop, &wanted, &Unfollowed)
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let told = self.clean_up(true).unwrap();
        told.judged.iter().map(|one| one.verdict).collect()
    }

    /// There is nothing in the store but what somebody counts on, and all of that.
    pub(crate) fn is_tidy(&self, ground: &Ground) {
        self.is_sound();
        let counted_on = self.workshop.store.counted_on().unwrap();
        assert_eq!(self.workshop.store.packs_gone().unwrap(), []);
        let dir = &self.workshop.dir;
        let count = |kind: &str| {
            let files = tree(dir).into_keys();
            files.filter(|path| path.starts_with(kind)).count()
        };
        assert_eq!(count("objects/"), counted_on.packs.len());
        assert_eq!(count("trees/"), counted_on.trees.len());
        assert_eq!(count("sessions/"), counted_on.snapshots.len());
        assert!(ground.files_with(".partial").is_empty());
    }
}

impl Ground {
    /// A session that goes on and has four snapshots, and one that ended with what the first one has not; all of
    /// it 40 days ago but for the third snapshot.
    fn long_ago() -> Self {
        let ground = Self::orders();
        let face = ground.face();
        face.begin().unwrap();
        for text in ["name: other\n", "name: third\n", "name: fourth\n"] {
            ground.write("tools/sum.yaml", text);
            face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
        }
        ground.write("tools/sum.yaml", "name: of two alone\n");
        face.begin_as("two", SessionStatus::Completed, &Unfollowed)
            .unwrap();
        ground.write("tools/sum.yaml", "name: fourth\n");
        ground.clock.set(now() + 40 * DAY);
        ground
    }

    fn overlay(&self) -> PathBuf {
        let copies = fs::read_dir(self.data().join(OVERLAYS)).unwrap();
        let copies: Vec<_> = copies.map(|copy| copy.unwrap().path()).collect();
        assert_eq!(copies.len(), 1, "{copies:?}");
        copies[0].clone()
    }
}

#[test]
fn what_nobody_needs_goes_and_what_may_be_taken_up_stays() {
    use Verdict::{Begin, Goes, Newest};
    let ground = Ground::long_ago();
    let face = ground.face();
    let before = (tree(&face.workshop.dir), face.done());
    let told = face.clean_up(true).unwrap();
    assert_eq!((tree(&face.workshop.dir), face.done()), before);
    assert_eq!(face.verdicts(), [Begin, Goes, Goes, Newest, Goes]);

    let stored = stored_bytes(&face.workshop).unwrap();
    let done = face.clean_up(false).unwrap();
    assert_eq!(done.judged, told.judged);
    assert_eq!((done.orphans, done.failed), (0, Vec::new()));
    assert_eq!(done.freed_bytes, told.freed_bytes);
    assert_eq!(
        stored - stored_bytes(&face.workshop).unwrap(),
        done.freed_bytes
    );
    assert_eq!(face.done()[0], "session_clean_up");
    assert_eq!(
        face.held(),
        tree(&ground.place.path().join("configs")),
        "the newest"
    );
    face.is_tidy(&ground);
    assert_eq!(face.verdicts(), [Begin, Newest]);
    let told = face.done();
    face.clean_up(false).unwrap();
    assert_eq!(face.done(), told, "where nothing goes, nothing is told");
}

#[test]
fn the_one_that_work_would_go_on_from_stays_where_newer_ones_lack_a_file() {
    use Verdict::{Begin, Best, Goes, Newest};
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    for text in ["name: other\n", "name: whole\n"] {
        ground.write("tools/sum.yaml", text);
        face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    }
    fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
    for text in ["name: one\n", "name: two\n"] {
        ground.write("tools/table.yaml", text);
        face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    }
    ground.clock.set(now() + 40 * DAY);
    assert_eq!(face.verdicts(), [Begin, Goes, Best, Goes, Newest]);
    face.clean_up(false).unwrap();
    assert_eq!(face.verdicts(), [Begin, Best, Newest]);
    face.is_tidy(&ground);
}

#[test]
fn what_was_aborted_keeps_what_it_could_be_taken_up_with() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin_as("broken off", SessionStatus::Aborted, &Unfollowed)
        .unwrap();
    ground.clock.set(now() + 400 * DAY);
    assert_eq!(face.verdicts(), [Verdict::Begin]);
}

#[rstest]
#[case::plain(Ground::face, false)]
#[case::encrypted(Ground::encrypting, true)]
fn a_pack_that_is_mostly_unwanted_is_made_smaller_and_stays_as_it_is_otherwise(
    #[case] open: fn(&Ground) -> Face,
    #[case] is_encrypted: bool,
) {
    let ground = Ground::orders();
    // What cannot be packed smaller, so that each has a frame of its own.
    let noise = |seed: u32| {
        let mut state = seed;
        let mut digit = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from(b' ' + (state % 90) as u8)
        };
        (0..200_000).map(|_| digit()).collect::<String>()
    };
    ground.write("tools/sum.yaml", &format!("# {}\n", noise(1)));
    ground.write("tools/table.yaml", &format!("# {}\n", noise(2)));
    let face = open(&ground);
    face.begin_as("two", SessionStatus::Completed, &Unfollowed)
        .unwrap();
    ground.write("tools/table.yaml", "name: small\n");
    ground.write("tools/sum.yaml", "name: small, too\n");
    face.begin().unwrap();
    let before = ground.packs();
    assert_eq!(before.len(), 2);
    ground.clock.set(now() + 40 * DAY);
    let stored = stored_bytes(&face.workshop).unwrap();
    let done = face.clean_up(false).unwrap();
    assert!(done.failed.is_empty(), "{done:?}");
    assert!(stored_bytes(&face.workshop).unwrap() < 10_000 && stored > 200_000);
    assert_eq!(
        stored - stored_bytes(&face.workshop).unwrap(),
        done.freed_bytes
    );
    assert!(
        ground
            .packs_encrypted()
            .iter()
            .all(|is| *is == is_encrypted)
    );
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.is_tidy(&ground);
}

#[test]
fn one_broken_manifest_and_one_broken_tree_stop_nothing() {
    let ground = Ground::long_ago();
    let face = ground.face();
    let dir = &face.workshop.dir;
    for path in tree(dir).into_keys() {
        if path.starts_with("sessions/") || path.starts_with("trees/") {
            fs::write(dir.join(path), "{").unwrap();
        }
    }
    let done = face.clean_up(false).unwrap();
    assert!(done.failed.is_empty());
    face.is_tidy(&ground);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
}

#[test]
fn what_a_dead_process_left_goes_once_it_is_old_and_what_is_not_ours_never() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let dir = &face.workshop.dir;
    let before = tree(dir);
    let hash = "ab".repeat(32);
    let orphans = [
        format!("objects/ab/{hash}.zst"),
        format!("trees/ab/{hash}.json.zst"),
        "sessions/gone-1/0001-01K5Z6Y7X8W9V0T1S2R3Q4P5N6.json".to_owned(),
    ];
    let foreign = [
        format!("objects/ab/{hash}.zst.01K.damaged"),
        "objects/ab/notes.txt".to_owned(),
        "sessions/gone-1/readme.json".to_owned(),
    ];
    for path in orphans.iter().chain(&foreign) {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    ground.clock.set(now());
    let with_all = tree(dir);
    assert_eq!(face.clean_up(false).unwrap().orphans, 0);
    assert_eq!(
        tree(dir),
        with_all,
        "somebody may be about to count on them"
    );

    ground.clock.set(now() + 2 * crate::HOUR);
    assert_eq!(face.clean_up(true).unwrap().orphans, 3);
    assert_eq!(tree(dir), with_all);
    assert_eq!(face.clean_up(false).unwrap().orphans, 3);
    let mut left = tree(dir);
    for path in foreign {
        assert!(left.remove(&path).is_some(), "{path}");
    }
    assert_eq!(left, before);
}

/// A session that ended with a copy of its own.
fn with_a_copy() -> Ground {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin_as("one", SessionStatus::Completed, &Unfollowed)
        .unwrap();
    fs::remove_file(ground.path("workflows/orders.yaml")).unwrap();
    face.restore(&Unfollowed).unwrap().back.ok().unwrap();
    ground.clock.set(now() + 40 * DAY);
    ground
}

#[test]
fn the_own_copy_of_what_has_ended_goes_unless_somebody_works_in_it() {
    let ground = with_a_copy();
    let face = ground.face();
    let note = ground.overlay().join("tools/note.txt");
    fs::write(&note, "mine").unwrap();
    assert!(face.clean_up(true).unwrap().failed.is_empty());
    assert!(note.exists());
    let done = face.clean_up(false).unwrap();
    assert_eq!(done.judged[0].verdict, Verdict::Goes);
    assert!(note.exists() && face.copy().overlay.is_some());

    let ground = with_a_copy();
    let mut face = ground.face();
    face.config = ground.overlay().join("workflows/orders.yaml");
    face.begin_as("in it", SessionStatus::Active, &Unfollowed)
        .unwrap();
    face.clean_up(false).unwrap();
    assert!(face.config.exists());

    let ground = with_a_copy();
    let face = ground.face();
    ground.overlay();
    face.clean_up(false).unwrap();
    let left = fs::read_dir(ground.data().join(OVERLAYS)).unwrap().count();
    assert_eq!((left, face.copy().overlay), (0, None));
    face.is_tidy(&ground);
}

/// Somebody changes it at the very moment at which its name is taken away.
#[test]
fn an_own_copy_that_is_changed_after_it_was_looked_at_stays_and_is_told() {
    let renames = |made: &[(&'static str, PathBuf)]| {
        let first = made.iter().position(|(call, _)| *call == "rename_new");
        u64::try_from(first.unwrap()).unwrap() + 1
    };
    let ground = with_a_copy();
    let counting = FailingFiles::at(0, ErrorKind::PermissionDenied);
    let face = ground.face_on(Arc::new(counting.clone()));
    face.clean_up(false).unwrap();
    let at = renames(&counting.made());

    let ground = with_a_copy();
    let (reached, told) = channel();
    let (gate, closed) = channel();
    let files = FailingFiles::at(0, ErrorKind::PermissionDenied);
    let face = ground.face_on(Arc::new(files.hanging_from(at, reached, closed)));
    let tool = ground.overlay().join("tools/sum.yaml");
    let done = std::thread::scope(|scope| {
        let cleaning = scope.spawn(|| face.clean_up(false).unwrap());
        told.recv().unwrap();
        fs::write(&tool, "name: mine\n").unwrap();
        drop(gate);
        cleaning.join().unwrap()
    });
    assert_eq!(fs::read_to_string(&tool).unwrap(), "name: mine\n");
    let codes: Vec<_> = done
        .failed
        .iter()
        .map(|(_, why)| why.code.as_str())
        .collect();
    assert_eq!(codes, ["session_copy_changed_meanwhile"]);
    assert_eq!(done.judged[0].verdict, Verdict::InUse);
    assert!(face.copy().overlay.is_some());
}

#[test]
fn while_a_snapshot_is_taken_nothing_goes() {
    let ground = Ground::long_ago();
    let face = ground.face();
    let lock = ground.data().join("locks/snapshots");
    let taking = FileLock::try_share(&lock).unwrap();
    let before = tree(&face.workshop.dir);
    assert!(matches!(face.clean_up(false), Err(TakeError::Busy)));
    assert_eq!(tree(&face.workshop.dir), before);
    drop(taking);
    face.clean_up(false).unwrap();
}

/// Each call fails once; with `for_good` all calls after it, too.
fn each_call_fails(ground: impl Fn() -> Ground, for_good: bool) {
    for call in 1.. {
        let ground = ground();
        let mut failing = FailingFiles::at(call, ErrorKind::PermissionDenied);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone()));
        // What fails is told, and stays for the next time.
        let first = face.clean_up(false);
        if failing.calls() < call {
            assert!(first.unwrap().failed.is_empty());
            assert!(call > 10, "so few calls clean nothing up");
            return;
        }
        face.is_sound();
        drop(face);

        let face = ground.face();
        recover(&face.workshop).unwrap();
        clear_unfinished(&face.workshop).unwrap();
        // What nobody counts on any more is old.
        ground.clock.set(now() + 41 * DAY);
        let done = face.clean_up(false).unwrap();
        assert_eq!(done.failed, [], "{call}");
        face.is_tidy(&ground);
        if face
            .workshop
            .store
            .config_snapshots(face.session().row)
            .unwrap()
            .is_empty()
        {
            assert_eq!(face.copy().overlay, None, "{call}");
            let copies = fs::read_dir(ground.data().join(OVERLAYS)).unwrap();
            assert_eq!(copies.count(), 0, "{call}");
        } else {
            let configs = tree(&ground.place.path().join("configs"));
            assert_eq!(face.held(), configs, "{call}");
        }
    }
}

#[test]
fn whichever_call_fails_nothing_is_lost_and_the_next_one_goes_on() {
    each_call_fails(Ground::long_ago, false);
}

#[test]
fn whenever_the_disk_goes_away_nothing_is_lost_and_the_next_one_goes_on() {
    each_call_fails(Ground::long_ago, true);
}

#[test]
fn whichever_call_fails_a_copy_goes_whole_or_stays() {
    each_call_fails(with_a_copy, false);
}
