//! The store moved to another folder: at each moment one of both places is the store, whole.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use flowkeep_core::session::SnapshotReason;
use flowkeep_files::FilesError;
use flowkeep_files::snapshots::{
    Of, STORE_DIR, STORE_MOVE, SnapshotError, StoreMoved, StorePlaceError, TakeError, WantedMove,
    move_store, recover, settle_move, store_dir, stored_bytes,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, Space, Unfollowed, path_text};
use flowkeep_store::{Store, StoreError, StoreOptions};
use serde_json::{Value, json};

use crate::{Face, Ground, tree};

const MARK: &str = "flowkeep-store.json";

impl Ground {
    fn elsewhere(&self) -> PathBuf {
        self.place.path().canonicalize().unwrap().join("elsewhere")
    }

    fn usual(&self) -> PathBuf {
        self.data().join("snapshots")
    }

    /// The session begun, and one more snapshot of it.
    fn with_two_versions(&self) -> Face {
        let face = self.face();
        face.begin().unwrap();
        self.write("tools/sum.yaml", "name: sum\nversion: 2\n");
        face.again(SnapshotReason::Asked, &Unfollowed);
        face
    }
}

impl Face {
    /// As whoever comes next finds it.
    fn anew(mut self) -> Self {
        let workshop = &mut self.workshop;
        workshop.dir = store_dir(&workshop.store, &workshop.data_dir).unwrap();
        self
    }

    fn moved(&self, to: Option<&Path>) -> Result<StoreMoved, TakeError> {
        self.moved_with(to, false, &Unfollowed)
    }

    fn moved_with(
        &self,
        to: Option<&Path>,
        lost: bool,
        progress: &dyn Progress,
    ) -> Result<StoreMoved, TakeError> {
        let to = to.map(Path::to_owned);
        move_store(&self.workshop, &WantedMove { to, lost }, progress)
    }

    fn sets(&self, key: &'static str, value: Value) {
        let set = move |tx: &flowkeep_store::Tx<'_>| tx.set_setting(key, &value);
        self.workshop.store.write::<_, StoreError>(set).unwrap();
    }

    fn is_settled(&self) {
        let left = self.workshop.store.setting(STORE_MOVE).unwrap();
        assert!(left.is_none_or(|left| left.is_null()));
    }
}

/// Why it was refused.
fn code(refused: Result<StoreMoved, TakeError>) -> String {
    match refused.unwrap_err() {
        TakeError::Place(StorePlaceError::Here(_)) => "here".to_owned(),
        TakeError::Place(StorePlaceError::NotLost(_)) => "not lost".to_owned(),
        TakeError::Place(StorePlaceError::Inside { .. }) => "inside".to_owned(),
        TakeError::StoreForeign { .. } => "foreign".to_owned(),
        TakeError::StoreGone(_) => "gone".to_owned(),
        TakeError::Busy => "busy".to_owned(),
        TakeError::Snapshot(SnapshotError::NotEmpty(_)) => "not empty".to_owned(),
        TakeError::Snapshot(SnapshotError::Cancelled) => "cancelled".to_owned(),
        TakeError::Files(FilesError::FolderMissing(_)) => "missing".to_owned(),
        TakeError::Files(FilesError::NotAFolder(_)) => "no folder".to_owned(),
        other => other.to_string(),
    }
}

#[test]
fn it_goes_elsewhere_and_comes_back_with_all_that_is_in_it() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let before = tree(&ground.usual());
    let moved = face.moved(Some(&ground.elsewhere())).unwrap();
    let bytes: usize = before.values().map(Vec::len).sum();
    assert_eq!(
        (moved.files as usize, moved.bytes, moved.left),
        (before.len(), bytes as u64, vec![])
    );
    assert!(!ground.usual().exists());
    let mut there = tree(&ground.elsewhere());
    there.remove(MARK).unwrap();
    assert_eq!(there, before);
    assert_eq!(face.done()[0], "session_move_store");

    let face = face.anew();
    assert_eq!(face.workshop.dir, ground.elsewhere());
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    ground.write("tools/sum.yaml", "name: sum\nversion: 3\n");
    face.again(SnapshotReason::Asked, &Unfollowed);
    face.clean_up(false).unwrap();
    assert!(!ground.usual().exists(), "nothing is made where it lay");
    assert_eq!(recover(&face.workshop).unwrap(), 0);

    face.moved(None).unwrap();
    assert!(!ground.elsewhere().exists(), "it was made for the store");
    let face = face.anew();
    assert_eq!(face.workshop.dir, ground.usual());
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    assert!(!ground.usual().join(MARK).exists());
    face.is_settled();
    face.is_sound();
}

#[test]
fn what_somebody_else_put_there_stays_there() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    fs::create_dir(&elsewhere).unwrap();
    face.moved(Some(&elsewhere)).unwrap();
    let face = face.anew();
    // What ends like ours and is not; something in a folder of ours.
    let objects = elsewhere.join("objects");
    let folder = fs::read_dir(objects).unwrap().next().unwrap().unwrap();
    let stored = stored_bytes(&face.workshop).unwrap();
    let theirs = [
        elsewhere.join("film.partial"),
        folder.path().join("notes.txt"),
    ];
    for path in &theirs {
        fs::write(path, "theirs").unwrap();
    }
    assert_eq!(stored_bytes(&face.workshop).unwrap(), stored);
    let ours = elsewhere.join("01J9Z3NDEKTSV4RRFFQ69G5FAV.partial");
    fs::write(&ours, "").unwrap();
    assert_eq!(recover(&face.workshop).unwrap(), 1);
    let mut left = face.moved(None).unwrap().left;
    left.sort();
    assert_eq!(left, theirs);
    assert_eq!(tree(&elsewhere).len(), 2);
    let face = face.anew();
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.is_settled();
}

#[test]
fn a_folder_that_has_another_use_is_refused() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let before = tree(&ground.data().join("snapshots"));
    let place = ground.place.path().canonicalize().unwrap();
    fs::create_dir(place.join("full")).unwrap();
    fs::write(place.join("full/file"), "").unwrap();
    let other = Ground::orders();
    let other_data = other.data().canonicalize().unwrap();
    let others = other.with_two_versions();
    others.moved(Some(&place.join("others"))).unwrap();
    for (to, why) in [
        (place.join("full"), "not empty"),
        (place.join("full/file"), "no folder"),
        (place.join("nowhere/deeper"), "missing"),
        (ground.usual(), "here"),
        (ground.data().join("mine"), "inside"),
        (other_data.join("mine"), "inside"),
        (place.join("configs/mine"), "inside"),
        (place.join("others"), "foreign"),
    ] {
        assert_eq!(code(face.moved(Some(&to))), why, "{}", to.display());
    }
    assert_eq!(code(face.moved(None)), "here");
    assert_eq!(tree(&ground.usual()), before);
    // Another data folder whose setting leads here clears nothing away.
    others.sets(STORE_DIR, json!(path_text(&place.join("ours"))));
    face.moved(Some(&place.join("ours"))).unwrap();
    let others = others.anew();
    let foreign = others.clean_up(false).unwrap_err();
    assert!(matches!(foreign, TakeError::StoreForeign { .. }));
    let foreign = others.begin().unwrap_err();
    assert!(matches!(foreign, TakeError::StoreForeign { .. }));
}

/// Nothing has changed, so that nothing would have to be written: the row alone would count on what others clear away.
#[test]
fn a_copy_of_a_data_folder_keeps_no_unchanged_snapshot_in_a_store_of_the_first() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    face.moved(Some(&ground.elsewhere())).unwrap();
    let mut face = face.anew();
    let same = face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    assert!(!same.changed);
    let sound = tree(&ground.elsewhere());

    let copy = ground.place.path().canonicalize().unwrap().join("copy");
    for (path, bytes) in tree(&ground.data()) {
        let path = copy.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let store = Store::open(StoreOptions {
        path: copy.join("flowkeep.db"),
        safety: copy.join("safety"),
        clock: ground.clock.clone(),
    });
    face.workshop.store = Arc::new(store.unwrap());
    face.workshop.data_dir = copy;
    let face = face.anew();
    let before = face.newest().id;
    let session = Of::Kept(Box::new(face.session()));
    let refused = face.take(session, SnapshotReason::Asked, &Unfollowed);
    assert!(matches!(
        refused.unwrap_err(),
        TakeError::StoreForeign { .. }
    ));
    assert_eq!(face.newest().id, before);
    assert_eq!(tree(&ground.elsewhere()), sound);
}

#[test]
fn a_store_that_is_away_is_not_made_anew() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    face.moved(Some(&elsewhere)).unwrap();
    let face = face.anew();
    let away = ground.place.path().join("away");
    fs::rename(&elsewhere, &away).unwrap();
    for is_empty_folder in [false, true] {
        if is_empty_folder {
            fs::create_dir(&elsewhere).unwrap();
        }
        ground.write("tools/sum.yaml", &format!("name: {is_empty_folder}\n"));
        let session = flowkeep_files::snapshots::Of::Kept(Box::new(face.session()));
        let gone = face.take(session, SnapshotReason::Asked, &Unfollowed);
        assert!(matches!(gone.unwrap_err(), TakeError::StoreGone(_)));
        assert_eq!(code(face.moved(None)), "gone");
        assert!(!ground.usual().exists());
        assert_eq!(elsewhere.exists(), is_empty_folder);
    }
    assert_eq!(tree(&elsewhere).len(), 0);
    fs::remove_dir(&elsewhere).unwrap();
    fs::rename(&away, &elsewhere).unwrap();
    face.again(SnapshotReason::Asked, &Unfollowed);
    // Without its mark it is known by what is in it.
    fs::remove_file(elsewhere.join(MARK)).unwrap();
    ground.write("tools/sum.yaml", "name: sum\nversion: 4\n");
    face.again(SnapshotReason::Asked, &Unfollowed);
    assert!(elsewhere.join(MARK).exists());
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
}

#[test]
fn a_store_whose_mark_is_missing_leaves_nothing_behind_unsaid() {
    for is_writable in [true, false] {
        let ground = Ground::orders();
        let face = ground.with_two_versions();
        let elsewhere = ground.elsewhere();
        face.moved(Some(&elsewhere)).unwrap();
        fs::remove_file(elsewhere.join(MARK)).unwrap();
        let there = tree(&elsewhere);
        let mut files = FailingFiles::at(0, ErrorKind::ReadOnlyFilesystem);
        if !is_writable {
            files = files.never("replace");
        }
        let face = ground.face_on(Arc::new(files)).anew();
        let left = face.moved(None).unwrap().left;
        let named = left
            .iter()
            .map(|path| path.strip_prefix(&elsewhere).unwrap());
        let mut named: Vec<_> = named.map(|path| path.to_str().unwrap()).collect();
        named.sort_unstable();
        let expected = if is_writable {
            vec![]
        } else {
            there.keys().collect()
        };
        assert_eq!(named, expected);
        assert_eq!(tree(&elsewhere).len(), expected.len());
        let face = face.anew();
        assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    }
}

#[test]
fn a_store_that_is_lost_begins_anew_when_somebody_says_so() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    face.moved(Some(&elsewhere)).unwrap();
    let face = face.anew();
    let there = face.moved_with(None, true, &Unfollowed);
    assert_eq!(code(there), "not lost");
    fs::remove_dir_all(&elsewhere).unwrap();
    let moved = face.moved_with(None, true, &Unfollowed).unwrap();
    assert_eq!((moved.files, moved.left), (0, vec![]));
    let face = face.anew();
    face.is_settled();
    face.again(SnapshotReason::Asked, &Unfollowed);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
}

#[test]
fn a_store_that_is_lost_begins_anew_in_its_place_or_in_one_that_is_found_again() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    face.moved(Some(&elsewhere)).unwrap();
    let face = face.anew();
    let (away, kept) = (elsewhere.with_file_name("away"), tree(&elsewhere));
    fs::rename(&elsewhere, &away).unwrap();
    // Another drive in the same place.
    fs::create_dir(&elsewhere).unwrap();
    face.moved_with(Some(&elsewhere), true, &Unfollowed)
        .unwrap();
    face.is_settled();
    let face = face.anew();
    assert_eq!(face.workshop.dir, elsewhere);
    assert!(face.workshop.is_there());

    // What was lost is found under another name.
    fs::remove_dir_all(&elsewhere).unwrap();
    face.moved_with(Some(&away), true, &Unfollowed).unwrap();
    face.is_settled();
    assert_eq!(tree(&away), kept);
    let face = face.anew();
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.moved(None).unwrap();
    assert!(!away.exists(), "it was made for the store");
}

#[test]
fn where_there_is_no_room_nothing_is_begun() {
    let ground = Ground::orders();
    drop(ground.with_two_versions());
    let space = Space {
        free: 1000,
        cluster: 512,
    };
    let files = FailingFiles::at(0, ErrorKind::Other).with_space(space);
    let face = ground.face_on(Arc::new(files));
    let before = tree(&ground.usual());
    let refused = face.moved(Some(&ground.elsewhere())).unwrap_err();
    let TakeError::Files(FilesError::NoRoom { needed, free, .. }) = refused else {
        panic!("{refused:?}");
    };
    let clusters: usize = before.values().map(|file| file.len().div_ceil(512)).sum();
    let bytes = clusters as u64 * 512;
    assert_eq!((needed, free), (bytes + bytes / 10, 1000));
    assert_eq!(tree(&ground.usual()), before);
    assert!(!ground.elsewhere().exists());
    face.is_settled();
}

/// Does not want it any more at a step.
struct Cancels(&'static str, Cancellation);

impl Progress for Cancels {
    fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if phase == self.0 && done == 2 {
            self.1.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.1
    }
}

#[test]
fn whenever_it_is_cancelled_nothing_has_changed() {
    for phase in ["snapshot_move", "snapshot_move_check"] {
        let ground = Ground::orders();
        let face = ground.with_two_versions();
        let before = tree(&ground.usual());
        let cancels = Cancels(phase, Cancellation::default());
        let to = ground.elsewhere();
        let cancelled = face.moved_with(Some(&to), false, &cancels);
        assert_eq!(code(cancelled), "cancelled");
        assert_eq!(tree(&ground.usual()), before);
        assert!(!ground.elsewhere().exists());
        assert_eq!(face.anew().workshop.dir, ground.usual());
    }
}

#[test]
fn what_is_removed_then_is_told_step_by_step_and_not_cancelled() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let cancels = Cancels("snapshot_move_clear", Cancellation::default());
    face.moved_with(Some(&ground.elsewhere()), false, &cancels)
        .unwrap();
    assert!(cancels.1.is_cancelled(), "the second step was told");
    assert!(!ground.usual().exists());
    face.is_settled();
}

#[test]
fn who_knows_the_old_place_only_asks_again() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let late = ground.face();
    face.moved(Some(&ground.elsewhere())).unwrap();
    ground.write("tools/sum.yaml", "name: sum\nversion: 3\n");
    let session = flowkeep_files::snapshots::Of::Kept(Box::new(late.session()));
    let busy = late.take(session, SnapshotReason::Asked, &Unfollowed);
    assert!(matches!(busy.unwrap_err(), TakeError::Busy));
    assert!(!ground.usual().exists());
    late.anew().again(SnapshotReason::Asked, &Unfollowed);
}

/// A database that was brought back from before the move believes that the copy came to nothing.
#[test]
fn what_is_counted_on_and_is_nowhere_else_is_never_cleared_away() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    face.moved(Some(&ground.elsewhere())).unwrap();
    let there = tree(&ground.elsewhere());
    let (from, to) = (path_text(&ground.usual()), path_text(&ground.elsewhere()));
    face.sets(STORE_DIR, Value::Null);
    face.sets(STORE_MOVE, json!({"from": from, "to": to, "made": true}));
    let face = face.anew();
    settle_move(&face.workshop).unwrap();
    let mut after = tree(&ground.elsewhere());
    for (path, bytes) in after.clone() {
        assert_eq!(there[&path], bytes);
    }
    after.retain(|path, _| path != "README.txt" && path != MARK);
    assert_eq!(after.len(), there.len() - 2);
}

/// Each call fails once; with `for_good` all calls after it, too, as if the process had died.
fn each_call_fails(back: bool, for_good: bool) {
    for call in 1.. {
        let ground = Ground::new(&[("workflows/orders.yaml", "name: orders\n")]);
        let face = ground.face();
        face.begin().unwrap();
        let (mut old, mut new) = (ground.usual(), ground.elsewhere());
        if back {
            face.moved(Some(&new)).unwrap();
            std::mem::swap(&mut old, &mut new);
        }
        drop(face);
        let mut failing = FailingFiles::at(call, ErrorKind::PermissionDenied);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone())).anew();
        let moved = face.moved((!back).then_some(new.as_path()));
        if failing.calls() < call {
            moved.unwrap();
            assert!(call > 40, "so few calls move no store");
            return;
        }
        drop(face);
        let face = ground.face().anew();
        assert_eq!(moved.is_ok(), face.workshop.dir == new, "{call}");
        settle_move(&face.workshop).unwrap();
        recover(&face.workshop).unwrap();
        face.is_settled();
        let other = if moved.is_ok() { &old } else { &new };
        let is_empty = |folder: &Path| fs::read_dir(folder).unwrap().next().is_none();
        assert!(!other.exists() || is_empty(other), "{call}");
        let configs = tree(&ground.place.path().join("configs"));
        assert_eq!(face.held(), configs, "{call}");
        let there = tree(&face.workshop.dir);
        assert!(there.keys().all(|path| !path.ends_with(".partial")));
        face.is_sound();
        // It goes on as if nothing had been.
        if moved.is_err() {
            face.moved((!back).then_some(new.as_path())).unwrap();
            assert_eq!(face.anew().held(), configs, "{call}");
        }
    }
}

#[test]
fn whichever_call_fails_one_of_both_is_the_store() {
    each_call_fails(false, false);
    each_call_fails(true, false);
}

#[test]
fn whenever_the_disk_goes_away_one_of_both_is_the_store() {
    each_call_fails(false, true);
    each_call_fails(true, true);
}

/// Nobody waits for a disk that does not answer but whoever asked it.
fn a_silent_disk_holds_no_lock(asks: impl FnOnce(&Face) + Send) {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    face.moved(Some(&elsewhere)).unwrap();
    let old = path_text(&ground.place.path().join("old"));
    face.sets(
        STORE_MOVE,
        json!({"from": old, "to": path_text(&elsewhere), "made": false}),
    );
    let (reached, hangs) = channel();
    let (closed, gate) = channel();
    let silent = FailingFiles::at(0, ErrorKind::Other).hanging_from(1, reached, gate);
    let waiting = ground.face_on(Arc::new(silent)).anew();
    thread::scope(|scope| {
        scope.spawn(|| asks(&waiting));
        hangs.recv().unwrap();
        let face = face.anew();
        ground.write("tools/sum.yaml", "name: sum\nversion: 3\n");
        let session = flowkeep_files::snapshots::Of::Kept(Box::new(face.session()));
        let taken = face.take(session, SnapshotReason::Asked, &Unfollowed);
        drop(closed);
        assert!(taken.unwrap().is_some());
    });
}

#[test]
fn a_disk_that_does_not_answer_holds_up_no_snapshot() {
    a_silent_disk_holds_no_lock(|face| settle_move(&face.workshop).unwrap());
    a_silent_disk_holds_no_lock(|face| drop(face.moved(None)));
    a_silent_disk_holds_no_lock(|face| {
        let lost = face.moved_with(None, true, &Unfollowed);
        assert_eq!(code(lost), "not lost");
    });
}

#[test]
fn an_old_place_whose_disk_fails_is_in_the_way_of_nothing() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let elsewhere = ground.elsewhere();
    face.moved(Some(&elsewhere)).unwrap();
    let old = ground.place.path().join("old");
    fs::create_dir(&old).unwrap();
    face.sets(
        STORE_MOVE,
        json!({"from": path_text(&old), "to": path_text(&elsewhere), "made": false}),
    );
    let failing = FailingFiles::at(0, ErrorKind::Other).dead_in(&old);
    let face = ground.face_on(Arc::new(failing)).anew();
    settle_move(&face.workshop).unwrap();
    let unfinished = face.workshop.store.setting(STORE_MOVE).unwrap().unwrap();
    assert_eq!(unfinished["from"], path_text(&old));
    assert_eq!(face.moved(None).unwrap().left, Vec::<PathBuf>::new());
    let face = face.anew();
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));

    // The disk fails while it is moved away from there.
    face.moved(Some(&elsewhere)).unwrap();
    let files = FailingFiles::at(0, ErrorKind::Other).never("remove_empty_folder");
    let face = ground.face_on(Arc::new(files)).anew();
    face.moved(None).unwrap();
    let unfinished = face.workshop.store.setting(STORE_MOVE).unwrap().unwrap();
    assert_eq!(unfinished["from"], path_text(&elsewhere));
    settle_move(&ground.face().anew().workshop).unwrap();
    face.is_settled();
    assert!(!elsewhere.exists());
}

/// One pack lies where the disk is worn.
#[test]
fn a_file_that_cannot_be_read_stays_behind_and_is_named() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    let before = tree(&ground.usual());
    let packs = ground.packs();
    let (worn, whole) = (&packs[0], &packs[1..]);
    assert!(!whole.is_empty());
    let failing = FailingFiles::at(0, ErrorKind::Other).dead_in(worn);
    let face_on_worn = ground.face_on(Arc::new(failing)).anew();
    drop(face);
    let moved = face_on_worn.moved(Some(&ground.elsewhere())).unwrap();
    assert_eq!(moved.unread, std::slice::from_ref(worn));
    assert_eq!(moved.left, Vec::<PathBuf>::new());
    assert_eq!(moved.files as usize, before.len() - 1);
    assert!(worn.is_file());
    // All else is at the new place alone.
    let there = tree(&ground.elsewhere());
    for (path, bytes) in &before {
        if !worn.ends_with(path) {
            assert_eq!(there.get(path), Some(bytes), "{path}");
        }
    }
    for pack in whole {
        assert!(!pack.exists());
    }
    // It is missed there as any other, and what nobody has elsewhere is never cleared away.
    let face = ground.face().anew();
    settle_move(&face.workshop).unwrap();
    assert!(worn.is_file());
}

#[test]
fn a_store_of_which_nothing_can_be_read_stays_where_it_is() {
    let ground = Ground::orders();
    let face = ground.with_two_versions();
    drop(face);
    let failing = FailingFiles::at(0, ErrorKind::Other).never("read");
    let face = ground.face_on(Arc::new(failing)).anew();
    assert!(face.moved(Some(&ground.elsewhere())).is_err());
    drop(face);
    let face = ground.face().anew();
    assert_eq!(face.workshop.dir, ground.usual());
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
}
