//! Where nothing is another than at the last look, that alone says what is to be kept. What is remembered of each
//! file is forgotten in these tests, so that whoever looks anew has to read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::{Duration, SystemTime};

use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_files::snapshots::manifest::read_tree;
use flowkeep_host::Unfollowed;
use flowkeep_store::StoreError;
use rstest::rstest;

use crate::unchanged::{NONE, Watched, nothing};
use crate::{Face, Ground, tree};

impl Face {
    fn forget_files(&self) {
        let store = &self.workshop.store;
        let root = self.session().root.unwrap();
        let paths: Vec<_> = store.config_seen(root).unwrap().into_keys().collect();
        store
            .write::<_, StoreError>(move |tx| tx.keep_config_seen(root, &[], &paths))
            .unwrap();
    }

    /// The files that are read where it is looked for a change, and whether there is one.
    fn looked(&self) -> (Vec<String>, bool) {
        let watched = Watched::new(&nothing);
        let taken = self.again(SnapshotReason::Changed, &watched);
        (watched.read(), taken.is_some())
    }

    fn is_known(&self) {
        self.forget_files();
        assert_eq!(self.looked(), (vec![], false));
    }
}

#[test]
fn of_what_is_the_same_nothing_is_read_and_a_version_is_one_file_and_one_row() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let (first, before) = (face.newest(), tree(&face.workshop.dir));
    face.is_known();
    let watched = Watched::new(&nothing);
    let again = face.again(SnapshotReason::Asked, &watched).unwrap();
    assert_eq!(watched.read(), NONE);
    assert_eq!(
        (again.sequence, again.changed, again.bytes_stored),
        (2, false, 0)
    );
    assert_eq!(again.status, first.status);
    assert_eq!(face.newest().tree, first.tree);
    assert_eq!(tree(&face.workshop.dir).len(), before.len() + 1);
    assert_eq!(face.held(), tree(&ground.place.path().join("configs")));
    face.is_sound();
}

fn touch(ground: &Ground) {
    let path = ground.path("tools/sum.yaml");
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o600);
    mode(0o644);
}

/// Two files that say the same, of the same time: whichever is which.
fn exchange(ground: &Ground) {
    let [one, other, aside] =
        ["tools/sum.yaml", "tools/same.yaml", "aside"].map(|path| ground.path(path));
    fs::rename(&one, &aside).unwrap();
    fs::rename(&other, &one).unwrap();
    fs::rename(&aside, &other).unwrap();
}

#[rstest]
#[case::touched(touch, &["tools/sum.yaml"])]
#[case::exchanged(exchange, &["tools/same.yaml", "tools/sum.yaml"])]
fn what_only_looks_changed_is_read_once(#[case] change: fn(&Ground), #[case] expected: &[&str]) {
    let ground = Ground::orders();
    ground.write("workflows/orders.yaml", "tools: [sum, same, table]\n");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for path in ["tools/sum.yaml", "tools/same.yaml"] {
        ground.write(path, "same: same\n");
        let file = fs::File::options().write(true).open(ground.path(path));
        file.unwrap().set_modified(at).unwrap();
    }
    let face = ground.face();
    face.begin().unwrap();
    change(&ground);
    let (mut read, changed) = face.looked();
    read.sort();
    assert_eq!(read, expected);
    assert!(!changed);
    face.is_known();
}

#[test]
fn a_file_of_another_time_is_another_tree_of_the_same_contents() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let packs = ground.packs();
    let file = fs::File::options()
        .write(true)
        .open(ground.path("tools/sum.yaml"));
    file.unwrap()
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        .unwrap();
    assert_eq!(face.looked(), (vec!["tools/sum.yaml".to_owned()], true));
    assert_eq!(face.newest().sequence, 2);
    assert_eq!(ground.packs(), packs);
    face.is_known();
    face.is_sound();
}

/// Also where nobody asks for a snapshot, it is remembered what nobody can have written since.
#[test]
fn what_was_too_young_is_known_by_the_look_that_found_it_settled() {
    let ground = Ground::orders();
    ground.clock.set(crate::now());
    let face = ground.face();
    face.begin().unwrap();
    assert_eq!(face.looked().0.len(), 4);
    assert_eq!(face.looked().0.len(), 4);
    ground.clock.set(crate::now() + 10_000);
    assert_eq!(face.looked().0.len(), 4);
    face.is_known();
}

#[test]
fn a_new_name_and_a_lost_one_are_seen() {
    let ground = Ground::orders();
    ground.write("tool-sets/office.yaml", "tools: [sum, table, chart]\n");
    let face = ground.face();
    face.begin().unwrap();
    assert_eq!(face.newest().status, SnapshotStatus::Partial);
    ground.write("tools/chart.yaml", "name: chart\n");
    assert_eq!(face.looked(), (vec!["tools/chart.yaml".to_owned()], true));
    assert_eq!(face.newest().status, SnapshotStatus::Complete);
    // Under another name it still calls itself so.
    fs::rename(ground.path("tools/chart.yaml"), ground.path("tools/x.yaml")).unwrap();
    assert_eq!(face.looked(), (vec!["tools/x.yaml".to_owned()], true));
    assert_eq!(face.newest().status, SnapshotStatus::Complete);
    ground.write("tools/x.yaml", "name: another\n");
    assert_eq!(face.looked(), (vec!["tools/x.yaml".to_owned()], true));
    assert_eq!(face.newest().status, SnapshotStatus::Partial);
    // It is no part of it any more, and was looked into for how it calls itself.
    ground.write("tools/x.yaml", "name: chart\n");
    assert!(face.looked().1);
    assert_eq!(face.newest().status, SnapshotStatus::Complete);
    face.is_sound();
}

#[test]
fn a_file_that_nobody_means_may_change() {
    let ground = Ground::orders();
    ground.write("history/run.log", "one\n");
    let face = ground.face();
    face.begin().unwrap();
    ground.write("history/run.log", "one, two\n");
    face.is_known();
}

#[test]
fn what_is_looked_for_in_another_way_is_looked_for_anew() {
    let ground = Ground::orders();
    ground.write("workflows/orders.yaml", "tool_set: default\n");
    ground.write("tool-sets/home.yaml", "tools: [table]\n");
    let mut face = ground.face();
    face.tool_set = "office";
    face.begin().unwrap();
    let standard = face.newest().tree_hash;
    let mut seen = vec![standard];
    for (strategy, tool_set, files, reads) in [(0, "office", 1, 3), (1, "home", 3, 4)] {
        face.forget_files();
        face.strategy = Strategy::factory()[strategy].clone();
        face.tool_set = tool_set;
        let (read, changed) = face.looked();
        assert!(changed && read.len() == reads, "{read:?}");
        let newest = face.newest();
        assert!(!seen.contains(&newest.tree_hash));
        assert_eq!(newest.files, files);
        seen.push(newest.tree_hash);
    }
    // And each is known by itself.
    face.strategy = Strategy::factory()[1].clone();
    face.tool_set = "office";
    face.forget_files();
    assert_eq!(face.looked(), (vec![], true));
    assert_eq!(face.newest().tree_hash, standard);
    face.is_sound();
}

/// Whoever only looks for a change is not told of a tree file that was lost; what is kept then brings it back.
#[test]
fn a_tree_file_that_was_lost_is_written_by_the_next_snapshot() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let hash = face.newest().tree_hash;
    let lost = &ground.files_with(".json.zst")[0];
    let bytes = fs::read(lost).unwrap();
    fs::remove_file(lost).unwrap();
    face.is_known();
    assert!(!lost.exists());
    read_tree(&face.workshop.dir, &hash).unwrap_err();
    let again = face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    assert_eq!((again.changed, again.bytes_stored), (false, 0));
    assert_eq!(fs::read(lost).unwrap(), bytes);
}

#[test]
fn versions_of_the_same_that_are_taken_at_once_have_each_their_number() {
    let ground = Ground::orders();
    let first = ground.face();
    first.begin().unwrap();
    first.forget_files();
    thread::scope(|scope| {
        for _ in 0..3 {
            let ground = &ground;
            scope.spawn(move || {
                let own = ground.face();
                for _ in 0..4 {
                    let watched = Watched::new(&nothing);
                    let again = own.again(SnapshotReason::Asked, &watched).unwrap();
                    assert_eq!((watched.read(), again.changed), (vec![], false));
                }
            });
        }
    });
    let session = first.session().row;
    let snapshots = first.workshop.store.config_snapshots(session).unwrap();
    let numbers: Vec<_> = snapshots.iter().map(|one| one.sequence).collect();
    assert_eq!(numbers, (1..=13).collect::<Vec<_>>());
    assert!(snapshots.iter().all(|one| one.tree == snapshots[0].tree));
    assert_eq!(ground.files_with(".partial").len(), 0);
    assert_eq!(tree(&first.workshop.dir.join("sessions")).len(), 13);
    first.is_sound();
}
