//! What nobody changed is not read again; what somebody may have changed is.

use std::fs;
use std::sync::Mutex;

use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_files::snapshots::manifest::read_tree;
use flowkeep_host::{Cancellation, Progress};

use crate::{Ground, now, tree};

/// Tells which files are read, and does something just before.
pub(crate) struct Watched<'a> {
    read: Mutex<Vec<String>>,
    before: &'a (dyn Fn(&str, usize) + Sync),
}

impl<'a> Watched<'a> {
    pub(crate) fn new(before: &'a (dyn Fn(&str, usize) + Sync)) -> Self {
        Self {
            read: Mutex::default(),
            before,
        }
    }

    pub(crate) fn read(self) -> Vec<String> {
        self.read.into_inner().unwrap()
    }
}

impl Progress for Watched<'_> {
    fn step(&self, phase: &'static str, _: u32, _: Option<u32>, name: Option<&str>) {
        if let ("configuration_scan", Some(name)) = (phase, name) {
            let mut read = self.read.lock().unwrap();
            let times = read.iter().filter(|path| *path == name).count();
            (self.before)(name, times + 1);
            read.push(name.to_owned());
        }
    }

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

pub(crate) fn nothing(_: &str, _: usize) {}

pub(crate) const NONE: [&str; 0] = [];

#[test]
fn what_nobody_changed_is_not_read_again() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let before = tree(&face.workshop.dir);

    let watched = Watched::new(&nothing);
    let again = face.again(SnapshotReason::Changed, &watched);
    assert!(
        again.is_none(),
        "no step of a run makes a version of the same"
    );
    assert_eq!(watched.read(), NONE);
    assert_eq!(tree(&face.workshop.dir), before, "nothing was written");

    let watched = Watched::new(&nothing);
    let again = face.again(SnapshotReason::Asked, &watched).unwrap();
    assert_eq!(watched.read(), NONE);
    assert_eq!(
        (again.sequence, again.changed, again.bytes_stored),
        (2, false, 0)
    );
    let after = tree(&face.workshop.dir);
    assert_eq!(after.len(), before.len() + 1, "one manifest");
    face.is_sound();
}

#[test]
fn of_a_tree_only_what_was_changed_is_read() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    // As long as before, and its time set back.
    let path = ground.path("tools/sum.yaml");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "name: sun\n").unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(time).unwrap();
    let watched = Watched::new(&nothing);
    let again = face.again(SnapshotReason::Changed, &watched).unwrap();
    assert_eq!(watched.read(), ["tools/sum.yaml"]);
    assert!(again.changed);
    assert_eq!(face.held()["tools/sum.yaml"], b"name: sun\n");
}

/// The clock of a disk is coarse: what was written just now may be written again and look the same.
#[test]
fn what_was_written_a_moment_ago_is_read_again() {
    let ground = Ground::orders();
    ground.clock.set(now());
    let face = ground.face();
    face.begin().unwrap();
    let watched = Watched::new(&nothing);
    assert!(face.again(SnapshotReason::Changed, &watched).is_none());
    assert_eq!(watched.read().len(), 4);

    ground.clock.set(now() + 10_000);
    let watched = Watched::new(&nothing);
    assert!(face.again(SnapshotReason::Asked, &watched).is_some());
    assert_eq!(
        watched.read().len(),
        4,
        "it was last seen when it was too new"
    );
    let watched = Watched::new(&nothing);
    assert!(face.again(SnapshotReason::Changed, &watched).is_none());
    assert_eq!(watched.read(), NONE);
}

#[test]
fn what_is_no_longer_there_is_forgotten() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let root = face.session().root.unwrap();
    let remembered = || face.workshop.store.config_seen(root).unwrap().len();
    assert_eq!(remembered(), 4);
    fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
    let again = face.again(SnapshotReason::Changed, &Watched::new(&nothing));
    assert_eq!(again.unwrap().status, SnapshotStatus::Partial);
    assert_eq!(remembered(), 3);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_once_more() {
    let ground = Ground::orders();
    let face = ground.face();
    let change = |name: &str, times: usize| {
        if name == "tools/sum.yaml" && times == 1 {
            ground.write(name, "name: sum\nwhile: it was read\n");
        }
    };
    face.begin().unwrap();
    ground.write("tools/sum.yaml", "name: sum\nonce: more\n");
    let watched = Watched::new(&change);
    let again = face.again(SnapshotReason::Changed, &watched).unwrap();
    assert_eq!(watched.read(), ["tools/sum.yaml"; 2]);
    assert_eq!(again.status, SnapshotStatus::Complete);
    assert_eq!(
        face.held()["tools/sum.yaml"],
        b"name: sum\nwhile: it was read\n"
    );
}

#[test]
fn a_file_that_changes_again_and_again_is_kept_as_it_was_read_and_that_is_told() {
    let ground = Ground::orders();
    let face = ground.face();
    let change = |name: &str, times: usize| {
        if name == "tools/sum.yaml" {
            ground.write(name, &format!("name: sum\ntimes: {}\n", "x".repeat(times)));
        }
    };
    face.begin().unwrap();
    ground.write("tools/sum.yaml", "name: sum\nonce: more\n");
    let watched = Watched::new(&change);
    let again = face.again(SnapshotReason::Changed, &watched).unwrap();
    assert_eq!(watched.read().len(), 2);
    assert_eq!(again.status, SnapshotStatus::Partial);
    let kept = read_tree(&face.workshop.dir, &face.newest().tree_hash).unwrap();
    let told = kept.files.iter().filter(|file| file.changed_while_read);
    let told: Vec<_> = told.map(|file| file.path.as_str()).collect();
    assert_eq!(told, ["tools/sum.yaml"]);
    assert_eq!(kept.unparsed[0].reason.code, "changed_while_read");
    assert_eq!(face.held()["tools/sum.yaml"], b"name: sum\ntimes: xx\n");
    // Nobody relies on what was seen of it then.
    let watched = Watched::new(&nothing);
    face.again(SnapshotReason::Changed, &watched).unwrap();
    assert_eq!(watched.read(), ["tools/sum.yaml"]);
}
