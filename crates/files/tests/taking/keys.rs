//! Several keys, one after another: whoever has only one of them can open all they could before.

use flowkeep_core::session::{SessionStatus, SnapshotReason};
use flowkeep_files::snapshots::{note_recipients, pack, scrub, without_key};
use flowkeep_host::{Identities, Unfollowed};

use crate::{Face, Ground};

impl Ground {
    /// As a Flowkeep left it that wrote down no key.
    fn forget_recipients(&self) {
        let database = rusqlite::Connection::open(self.data().join("flowkeep.db")).unwrap();
        let sql = "UPDATE snapshot_pack SET recipient = NULL";
        database.execute(sql, []).unwrap();
    }
}

impl Face {
    fn closed(&self) -> usize {
        without_key(&self.workshop).unwrap().len()
    }
}

fn both(one: &Identities, other: &Identities) -> Identities {
    let mut both = one.clone();
    both.join(other);
    both
}

/// The same files in two sessions, each kept while another key was in use.
fn twice(ground: &Ground) -> (Identities, Identities) {
    let (first, second) = (Identities::generate(), Identities::generate());
    let face = ground.with_keys("first", &first, &first);
    face.begin().unwrap();
    drop(face);
    let face = ground.with_keys("second", &second, &second);
    face.begin_as("two", SessionStatus::Active, &Unfollowed)
        .unwrap();
    (first, second)
}

#[test]
fn what_is_kept_anew_under_another_key_is_read_with_either() {
    let ground = Ground::orders();
    let (first, second) = twice(&ground);
    assert_eq!(ground.packs_encrypted(), [true, true]);
    for keys in [&first, &second] {
        let face = ground.with_keys("reading", keys, keys);
        assert_eq!(face.closed(), 0);
        assert_eq!(face.reason(), None);
        face.is_sound();
    }
    let neither = Identities::generate();
    let face = ground.with_keys("neither", &neither, &neither);
    assert_eq!(face.closed(), 2);
    assert_eq!(face.reason().as_deref(), Some("snapshot_key_missing"));
}

#[test]
fn what_is_here_in_either_key_is_not_written_once_more() {
    let ground = Ground::orders();
    let (first, second) = twice(&ground);
    let both = both(&first, &second);
    for to in [&first, &second] {
        let face = ground.with_keys("again", &both, to);
        face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
        assert_eq!(ground.packs().len(), 2);
    }
}

#[test]
fn a_clean_up_leaves_the_pack_that_one_key_alone_opens() {
    let ground = Ground::orders();
    let (first, second) = twice(&ground);
    let face = ground.with_keys("second", &second, &second);
    ground.clock.pass(1_000_000_000);
    face.clean_up(false).unwrap();
    assert_eq!(ground.packs().len(), 2);
    let face = ground.with_keys("first", &first, &first);
    assert_eq!(face.reason(), None);
}

/// Computer 1 has the first key; computer 2 restores its backup without that, begins a session with a key of its own
/// and brings the first in later; on computer 3 there is the first key alone.
#[test]
fn a_backup_has_what_each_key_opens() {
    let (first, second) = (Identities::generate(), Identities::generate());
    let one = Ground::orders();
    let face = one.with_keys("first", &first, &first);
    face.begin().unwrap();
    let from_one = one.back_up(&face, "backups").unwrap();

    let two = Ground::orders();
    let face = two.with_keys("second", &second, &second);
    face.bring_back(&from_one.folder);
    face.begin_as("two", SessionStatus::Active, &Unfollowed)
        .unwrap();
    let from_two = two.back_up(&face, "backups").unwrap();
    assert!(from_two.damaged.is_empty());
    // The other way round: what is here under one key does not keep out what a backup has under another.
    let late = Ground::orders();
    let face = late.with_keys("second", &second, &second);
    face.begin_as("two", SessionStatus::Active, &Unfollowed)
        .unwrap();
    face.bring_back(&from_one.folder);
    let from_late = late.back_up(&face, "backups").unwrap();

    for backup in [&from_two, &from_late] {
        for keys in [&first, &second] {
            let three = Ground::orders();
            let face = three.with_keys("three", keys, keys);
            face.bring_back(&backup.folder);
            assert_eq!(three.packs_encrypted(), [true, true]);
            assert_eq!(face.closed(), 0);
            for id in ["one", "two"] {
                assert_eq!(face.reason_of(id), None, "{id}");
            }
            face.is_sound();
        }
    }
}

#[test]
fn to_which_key_a_pack_is_encrypted_is_found_out_where_nobody_wrote_it_down() {
    let ground = Ground::orders();
    let key = Identities::generate();
    let face = ground.with_keys("keys", &key, &key);
    face.begin().unwrap();
    let ours = key.recipients()[0].to_string();
    ground.forget_recipients();
    assert_eq!(face.closed(), 0);
    let unknown = || face.workshop.store.packs_for_others(&ours).unwrap().len();
    assert_eq!(unknown(), 1);
    note_recipients(&face.workshop).unwrap();
    assert_eq!(unknown(), 0);
}

#[test]
fn a_damaged_pack_of_one_key_costs_nobody_the_other() {
    let ground = Ground::orders();
    let (first, second) = twice(&ground);
    let kept = |face: &Face| {
        let store = &face.workshop.store;
        let entries = store.config_entries(face.newest().tree).unwrap();
        let kept = store.kept_objects([entries[0].object]).unwrap();
        kept.into_values().next().unwrap()
    };
    let face = ground.with_keys("second", &second, &second);
    let newest = kept(&face).pack;
    let path = pack::path(&face.workshop.dir, &newest);
    std::fs::write(&path, b"age-encryption.org/v1\nbroken").unwrap();
    // The files are gone, so that nothing but the other pack has them.
    std::fs::remove_dir_all(ground.place.path().join("configs")).unwrap();
    let told = scrub(&face.workshop, &[], &Unfollowed).unwrap();
    let reasons = told.damaged.iter().map(|one| one.reason.code.as_str());
    assert!(
        reasons
            .clone()
            .all(|code| code == "object_damaged_for_other_key")
    );
    assert!(reasons.count() > 0);
    assert_eq!(face.workshop.store.damaged_objects().unwrap(), 0);
    let face = ground.with_keys("first", &first, &first);
    assert_ne!(kept(&face).pack, newest);
    assert_eq!(face.reason(), None);
}
