//! What is damaged in the store is found, and put right from wherever it still is; what cannot be is named.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::Sha256;
use flowkeep_core::session::SnapshotReason;
use flowkeep_files::snapshots::manifest::{read_manifest, read_tree};
use flowkeep_files::snapshots::restoring::clear_unfinished;
use flowkeep_files::snapshots::{Scrubbed, TakeError, recover, scrub};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{FileLock, Unfollowed};

use crate::{Face, Ground, tree};

impl Face {
    fn scrub(&self, backups: &[PathBuf]) -> Result<Scrubbed, TakeError> {
        scrub(&self.workshop, backups, &Unfollowed)
    }

    /// Nothing is the matter, and everything is as the tree was.
    fn is_whole(&self, configs: &std::collections::BTreeMap<String, Vec<u8>>) {
        let again = self.scrub(&[]).unwrap();
        assert_eq!(again.damaged, []);
        assert_eq!(
            (again.repaired, again.rewritten, again.recounted),
            (0, 0, 0)
        );
        assert_eq!(self.workshop.store.damaged_objects().unwrap(), 0);
        assert_eq!(&self.held(), configs);
        self.is_sound();
    }
}

impl Ground {
    fn configs(&self) -> std::collections::BTreeMap<String, Vec<u8>> {
        tree(&self.place.path().join("configs"))
    }

    fn no_configs(&self) {
        fs::remove_dir_all(self.place.path().join("configs")).unwrap();
    }

    /// The pack, the only one.
    fn pack(&self) -> PathBuf {
        let mut packs = self.packs();
        packs.retain(|pack| pack.extension().is_some_and(|ending| ending == "zst"));
        assert_eq!(packs.len(), 1, "{packs:?}");
        packs[0].clone()
    }
}

/// One byte is another one, this far into the file.
fn flip(file: &Path, part: usize, of: usize) {
    let mut bytes = fs::read(file).unwrap();
    let at = (bytes.len() - 1) * part / of;
    bytes[at] ^= 0x40;
    fs::write(file, bytes).unwrap();
}

#[test]
fn two_checks_at_once_are_one() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let checking = FileLock::try_take(&ground.data().join("locks/session_scrub")).unwrap();
    assert!(matches!(face.scrub(&[]), Err(TakeError::Checking)));
    drop(checking);
    face.scrub(&[]).unwrap();
}

#[test]
fn what_is_whole_is_said_to_be_and_left_alone() {
    let ground = Ground::orders();
    let face = ground.face();
    assert_eq!(face.scrub(&[]).unwrap().checked, 0, "there is no store yet");
    face.begin().unwrap();
    let (before, told) = (tree(&face.workshop.dir), face.done());
    assert_eq!(face.scrub(&[]).unwrap().checked, 4);
    face.is_whole(&ground.configs());
    assert_eq!((tree(&face.workshop.dir), face.done()), (before, told));
}

#[test]
fn a_pack_that_is_damaged_anywhere_comes_back_from_files_that_are_as_they_were() {
    type Damage = fn(&Path);
    let ways: [Damage; 7] = [
        |pack| flip(pack, 0, 1),
        |pack| flip(pack, 1, 4),
        |pack| flip(pack, 1, 2),
        |pack| flip(pack, 1, 1),
        |pack| fs::write(pack, "").unwrap(),
        |pack| fs::write(pack, fs::read(pack).unwrap().split_last().unwrap().1).unwrap(),
        |pack| fs::remove_file(pack).unwrap(),
    ];
    for (number, damage) in ways.into_iter().enumerate() {
        let ground = Ground::orders();
        ground.write(
            "tools/table.yaml",
            "name: table\nkey: sk-proj-aB3dE5fG7hI9jK1lM3nO5pQ7\n",
        );
        let face = ground.face();
        face.begin().unwrap();
        let held = face.held();
        let pack = ground.pack();
        let whole = fs::read(&pack).unwrap();
        damage(&pack);
        let done = face.scrub(&[]).unwrap();
        assert_eq!(done.damaged, [], "{number}");
        face.is_whole(&held);
        assert_eq!(fs::read(&pack).unwrap(), whole, "{number}");
        let aside = ground.files_with(".damaged").len();
        assert_eq!(aside, usize::from(number < 6), "what was there is kept");
        let told = &face.done()[0];
        assert_eq!(
            told == "session_scrub",
            done.repaired > 0,
            "{number} {told}"
        );
    }
}

#[test]
fn what_is_nowhere_else_is_named_and_is_whole_once_it_is_met_again() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let first = ground.pack();
    // All is written once more, but for a file that has changed.
    let away = ground.place.path().join("away");
    fs::rename(&first, &away).unwrap();
    ground.write("tools/sum.yaml", "name: another\n");
    face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    let second = ground.pack();
    let configs = ground.configs();
    fs::rename(&away, &first).unwrap();
    let old = first.clone();
    flip(&second, 1, 8);
    ground.no_configs();

    let done = face.scrub(&[]).unwrap();
    assert_eq!(done.repaired, 3, "as the older pack has them");
    let damaged: Vec<_> = done.damaged.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(damaged, ["tools/sum.yaml"]);
    let lost = &done.damaged[0];
    assert_eq!(lost.sha256, Some(Sha256::of(b"name: another\n")));
    assert_eq!(lost.sessions, ["one"]);
    assert_eq!(lost.reason.code, "object_damaged");
    assert_eq!(face.workshop.store.damaged_objects().unwrap(), 1);
    assert!(old.exists() && second.exists(), "it may still be found");
    let again = face.scrub(&[]).unwrap();
    assert_eq!((again.repaired, again.damaged), (0, done.damaged));

    for (path, bytes) in &configs {
        ground.write(path, std::str::from_utf8(bytes).unwrap());
    }
    assert_eq!(face.scrub(&[]).unwrap().repaired, 1);
    face.is_whole(&configs);
    assert!(!second.exists() && ground.files_with(".damaged").len() == 1);
}

#[test]
fn what_was_put_aside_goes_with_a_clean_up_an_hour_later() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let configs = ground.configs();
    flip(&ground.pack(), 1, 1);
    ground.clock.set(crate::now());
    assert_eq!(face.scrub(&[]).unwrap().aside, 1, "it is named");
    face.clean_up(false).unwrap();
    assert_eq!(ground.files_with(".damaged").len(), 1);
    ground.clock.set(crate::now() + 2 * crate::HOUR);
    let done = face.clean_up(false).unwrap();
    assert_eq!(done.orphans, 0, "no crash left it");
    assert!(done.freed_bytes > 0);
    assert_eq!(ground.files_with(".damaged").len(), 0);
    face.is_whole(&configs);
}

#[test]
fn a_session_that_is_forgotten_leaves_nothing_in_what_was_put_aside() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    flip(&ground.pack(), 1, 1);
    assert_eq!(face.scrub(&[]).unwrap().aside, 1);
    assert_eq!(ground.files_with(".damaged").len(), 1);
    let done = face.forget();
    assert_eq!((done.waits, &done.left), (false, &Vec::new()));
    assert_eq!(ground.files_with(".damaged").len(), 0);
}

#[test]
fn an_own_copy_and_a_backup_have_it_too() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let configs = ground.configs();
    let backup = ground.back_up(&face, "backups").unwrap().folder;
    fs::remove_file(ground.path("workflows/orders.yaml")).unwrap();
    face.restore(&Unfollowed).unwrap().back.ok().unwrap();
    ground.no_configs();
    flip(&ground.pack(), 1, 8);
    assert_eq!(face.scrub(&[]).unwrap().repaired, 4);
    face.is_whole(&configs);

    let gone = ground.place.path().join("gone");
    fs::remove_dir_all(ground.data().join("overlays")).unwrap();
    fs::write(ground.pack(), "nothing").unwrap();
    assert_eq!(
        face.scrub(std::slice::from_ref(&gone))
            .unwrap()
            .damaged
            .len(),
        4
    );
    assert_eq!(face.scrub(&[gone, backup]).unwrap().repaired, 4);
    face.is_whole(&configs);
}

#[test]
fn a_pack_made_smaller_since_comes_from_an_earlier_backup_piece_by_piece() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let backup = ground.back_up(&face, "backups").unwrap().folder;
    let away = ground.place.path().join("away");
    fs::rename(ground.pack(), away).unwrap();
    fs::write(ground.path("tools/sum.yaml"), "name: another\n").unwrap();
    face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
    ground.no_configs();
    fs::write(ground.pack(), "").unwrap();
    let done = face.scrub(&[backup]).unwrap();
    assert_eq!((done.repaired, done.damaged.len()), (4, 1));
}

#[test]
fn what_describes_a_snapshot_is_written_anew() {
    for with_backup in [true, false] {
        let ground = Ground::orders();
        let face = ground.face();
        face.begin().unwrap();
        face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
        let backup = ground.back_up(&face, "backups").unwrap().folder;
        let dir = &face.workshop.dir;
        let before = tree(dir);
        let (mut trees, mut manifests) = (Vec::new(), Vec::new());
        for path in before.keys() {
            if path.starts_with("trees/") {
                trees.push(path.clone());
                fs::remove_file(dir.join(path)).unwrap();
            } else if path.starts_with("sessions/") {
                manifests.push(path.clone());
                fs::write(dir.join(path), "{").unwrap();
            }
        }
        assert_eq!((trees.len(), manifests.len()), (1, 2));
        let backups = [backup];
        let done = face.scrub(&backups[..usize::from(with_backup)]).unwrap();
        assert_eq!((done.rewritten, done.damaged.len()), (3, 0));
        face.is_whole(&ground.configs());
        assert_eq!(dir.join(&trees[0]).exists(), with_backup);
        for place in &manifests {
            let there = read_manifest(dir, place).unwrap();
            assert_eq!((there.files, there.session.id.as_str()), (4, "one"));
            let newest = face.newest();
            let tree = read_tree(dir, &newest.tree_hash).unwrap();
            assert!(there.tree.contains(&newest.tree_hash.to_string()));
            assert_eq!(tree.files.len(), 4);
        }
    }
}

#[test]
fn where_the_store_is_away_nothing_is_called_damaged() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let away = ground.place.path().join("away");
    fs::rename(&face.workshop.dir, &away).unwrap();
    let error = face.scrub(&[]).unwrap_err();
    assert!(matches!(error, TakeError::StoreGone(_)));
    assert_eq!(face.workshop.store.damaged_objects().unwrap(), 0);
    fs::rename(&away, &face.workshop.dir).unwrap();
    face.is_whole(&ground.configs());
}

/// Each call fails once, and all after it where that is asked for.
fn each_call_fails(for_good: bool) {
    for call in 1.. {
        let ground = Ground::orders();
        let configs = ground.configs();
        let face = ground.face();
        face.begin().unwrap();
        flip(&ground.pack(), 1, 8);
        for path in ground.files_with(".json") {
            fs::remove_file(path).unwrap();
        }
        drop(face);
        let mut failing = FailingFiles::at(call, ErrorKind::PermissionDenied);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone()));
        let first = face.scrub(&[]);
        if failing.calls() < call {
            assert_eq!(first.unwrap().repaired, 4);
            assert!(call > 10, "so few calls repair nothing");
            return;
        }
        face.is_sound();
        drop(face);
        let face = ground.face();
        recover(&face.workshop).unwrap();
        clear_unfinished(&face.workshop).unwrap();
        assert_eq!(face.scrub(&[]).unwrap().damaged, [], "{call}");
        face.is_whole(&configs);
    }
}

#[test]
fn whichever_call_fails_the_next_check_goes_on() {
    each_call_fails(false);
}

#[test]
fn whenever_the_disk_goes_away_the_next_check_goes_on() {
    each_call_fails(true);
}
