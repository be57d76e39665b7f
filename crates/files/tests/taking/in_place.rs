//! Files put back where they were: what is there today is kept first, each file is whole or as it was, and whoever
//! comes after a death goes on.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{Message, SnapshotId};
use flowkeep_files::snapshots::recover;
use flowkeep_files::snapshots::restoring::{
    CopyChoice, InPlaceAct, InPlaceError, InPlacePlan, PutInPlace, Seeking, Use, Wanting,
    clear_unfinished, in_place_plan, not_as_kept, put_in_place, recover_in_place,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, Progress, Unfollowed};

use crate::{Face, Ground, tree};

type Tree = BTreeMap<String, Vec<u8>>;

impl Ground {
    pub(crate) fn live(&self) -> Tree {
        tree(&self.place.path().join("configs"))
    }

    /// What became of the files since the session began: one changed, one gone.
    fn spoil(&self) {
        self.write("tools/sum.yaml", "name: another\n");
        self.write("tool-sets/office.yaml", "tools: [sum]\n");
        fs::remove_file(self.path("workflows/orders.yaml")).unwrap();
    }
}

impl Face {
    fn wanting<T>(&self, from: Use, work: impl FnOnce(&Wanting<'_>) -> T) -> T {
        self.wanting_masked(from, &[], work)
    }

    fn wanting_masked<T>(
        &self,
        from: Use,
        make_masked: &[ConfigPath],
        work: impl FnOnce(&Wanting<'_>) -> T,
    ) -> T {
        let session = self.session();
        let root = self.config.parent().unwrap().parent().unwrap();
        let named = match from {
            Use::Kept(id) => Some(id),
            _ => None,
        };
        work(&Wanting {
            goes_on: false,
            seeking: Seeking {
                session: &session,
                root: Some(root),
                wish: None,
                named,
            },
            from,
            to: None,
            make_masked,
            copy: CopyChoice::Ask,
        })
    }

    fn planned(&self, from: Use) -> Result<InPlacePlan, InPlaceError> {
        self.wanting(from, |wanting| {
            in_place_plan(&self.workshop, wanting, &Unfollowed)
        })
    }

    fn put(&self, from: Use, progress: &dyn Progress) -> Result<PutInPlace, InPlaceError> {
        let stamp = self.planned(from)?.stamp;
        self.wanting(from, |wanting| {
            put_in_place(&self.workshop, wanting, stamp, progress)
        })
    }

    pub(crate) fn put_back(&self) -> PutInPlace {
        self.put(Use::Any, &Unfollowed).unwrap()
    }

    fn works(&self) -> usize {
        self.workshop.store.session_works().unwrap().len()
    }
}

fn acts(plan: &InPlacePlan) -> Vec<(&str, &InPlaceAct)> {
    let files = plan.files.iter();
    files.map(|file| (file.path.as_str(), &file.act)).collect()
}

fn names(paths: &[ConfigPath]) -> Vec<&str> {
    paths.iter().map(ConfigPath::as_str).collect()
}

fn reasons(put: &PutInPlace) -> Vec<(&str, &str)> {
    let left = put.left.iter();
    left.map(|lost| (lost.path.as_str(), lost.reason.code.as_str()))
        .collect()
}

#[test]
fn what_a_plan_says_is_done_and_what_was_there_comes_back_in_the_same_way() {
    let ground = Ground::orders();
    let was = ground.live();
    let face = ground.face();
    face.begin().unwrap();
    ground.spoil();
    let today = ground.live();
    let plan = face.planned(Use::Any).unwrap();
    assert_eq!(
        acts(&plan),
        [
            ("tool-sets/office.yaml", &InPlaceAct::Replaces),
            ("tools/sum.yaml", &InPlaceAct::Replaces),
            ("tools/table.yaml", &InPlaceAct::Same),
            ("workflows/orders.yaml", &InPlaceAct::Makes),
        ]
    );
    assert_eq!(ground.live(), today, "a plan changes nothing");
    let put = face.put_back();
    assert_eq!(ground.live(), was);
    assert_eq!(
        names(&put.written),
        [
            "tool-sets/office.yaml",
            "tools/sum.yaml",
            "workflows/orders.yaml"
        ]
    );
    assert_eq!(names(&put.same), ["tools/table.yaml"]);
    assert_eq!(tree(&put.back.place), was);
    assert_eq!((face.works(), put.whole), (0, None));
    // What was there is a snapshot, from which nobody goes on unless it is named.
    let newest = face.newest();
    assert_eq!(Some(newest.id), put.before);
    assert_eq!(newest.reason, SnapshotReason::BeforeInPlace);
    assert_eq!(face.held().len(), 2);
    let session = face.session();
    let root = ground.place.path().join("configs");
    let differ = not_as_kept(&face.workshop, &session, &root, &Unfollowed).unwrap();
    assert!(differ.is_empty(), "{differ:?}");
    face.is_sound();
    let back = face.put(Use::Kept(newest.id), &Unfollowed).unwrap();
    assert_eq!(names(&back.written).len(), 2);
    let activity = face.done();
    let restores = activity.iter().filter(|name| *name == "session_put_back");
    assert_eq!(restores.count(), 2, "{activity:?}");
    // What was not there before stays.
    let mut expected = today;
    expected.insert(
        "workflows/orders.yaml".to_owned(),
        was["workflows/orders.yaml"].clone(),
    );
    assert_eq!(ground.live(), expected);
    face.is_sound();
}

#[test]
fn nothing_is_kept_and_nothing_written_where_all_is_as_it_was() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let put = face.put_back();
    assert!(put.written.is_empty() && put.left.is_empty());
    assert_eq!((put.before, face.newest().sequence), (None, 1));
}

#[test]
fn what_was_made_a_plan_of_and_is_another_by_now_is_not_touched() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    ground.spoil();
    let stamp = face.planned(Use::Any).unwrap().stamp;
    ground.write("tools/sum.yaml", "name: yet another\n");
    let today = ground.live();
    let put = face.wanting(Use::Any, |wanting| {
        put_in_place(&face.workshop, wanting, stamp, &Unfollowed)
    });
    assert!(matches!(put, Err(InPlaceError::PlanChanged)));
    assert_eq!(ground.live(), today);
    assert_eq!(face.newest().sequence, 1);
}

/// A key, put together here so that none stands in this file.
fn key(letter: char) -> String {
    format!("name: sum\napi_key: sk-{}\n", letter.to_string().repeat(40))
}

#[test]
fn keys_are_never_written_over_by_what_stands_for_them_and_come_back_whole() {
    let ground = Ground::orders();
    ground.write("tools/sum.yaml", &key('a'));
    let face = ground.face();
    face.begin().unwrap();
    ground.write("tools/sum.yaml", &key('b'));
    ground.write("tools/table.yaml", &key('c'));
    fs::set_permissions(
        ground.path("tools/table.yaml"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    let today = ground.live();
    let put = face.put_back();
    assert_eq!(reasons(&put), [("tools/sum.yaml", "in_place_masked")]);
    assert_eq!(names(&put.written), ["tools/table.yaml"]);
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(ground.path("tools/table.yaml")), 0o600);
    // What stood there is whole for its owner alone.
    let whole = put.whole.unwrap();
    assert_eq!(mode(whole.clone()), 0o700);
    assert_eq!(
        tree(&whole).into_iter().collect::<Vec<_>>(),
        [("tools/table.yaml".to_owned(), key('c').into_bytes())]
    );
    let masked = String::from_utf8(face.held().remove("tools/table.yaml").unwrap()).unwrap();
    assert!(
        masked.contains("<masked>") && !masked.contains("sk-"),
        "{masked}"
    );
    let back = face
        .put(Use::Kept(put.before.unwrap()), &Unfollowed)
        .unwrap();
    assert_eq!(names(&back.written), ["tools/table.yaml"]);
    assert_eq!(ground.live(), today);
}

#[test]
fn a_file_whose_keys_are_not_kept_is_told_as_gone_where_it_is_gone() {
    let ground = Ground::orders();
    ground.write("tools/sum.yaml", &key('a'));
    let face = ground.face();
    face.begin().unwrap();
    fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
    let plan = face.planned(Use::Any).unwrap();
    let sum = plan
        .files
        .iter()
        .find(|file| file.path.as_str() == "tools/sum.yaml");
    let gone = InPlaceAct::Gone(Message::new("in_place_masked_gone"));
    assert_eq!(sum.unwrap().act, gone);
    let put = face.put_back();
    assert_eq!(reasons(&put), [("tools/sum.yaml", "in_place_masked_gone")]);
    assert!(!ground.path("tools/sum.yaml").exists());
}

#[test]
fn a_file_that_is_gone_is_made_with_what_stands_for_its_keys_where_somebody_wants_so() {
    let ground = Ground::orders();
    ground.write("tools/sum.yaml", &key('a'));
    ground.write("tools/table.yaml", &key('b'));
    let face = ground.face();
    face.begin().unwrap();
    fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
    ground.write("tools/table.yaml", &key('c'));
    // Where a file is there, it is never written over so, whoever names it.
    let wanted = ["tools/sum.yaml", "tools/table.yaml"].map(|path| ConfigPath::new(path).unwrap());
    let planned = |wanted: &[ConfigPath]| {
        face.wanting_masked(Use::Any, wanted, |wanting| {
            in_place_plan(&face.workshop, wanting, &Unfollowed).unwrap()
        })
    };
    let plan = planned(&wanted);
    assert_ne!(plan.stamp, planned(&[]).stamp, "it is another plan");
    let put = face.wanting_masked(Use::Any, &wanted, |wanting| {
        put_in_place(&face.workshop, wanting, plan.stamp, &Unfollowed).unwrap()
    });
    assert_eq!(names(&put.written), ["tools/sum.yaml"]);
    assert_eq!(put.made_masked, put.written);
    assert_eq!(reasons(&put), [("tools/table.yaml", "in_place_masked")]);
    let made = fs::read_to_string(ground.path("tools/sum.yaml")).unwrap();
    assert!(made.contains("<masked>") && !made.contains("sk-"), "{made}");
    let other = fs::read_to_string(ground.path("tools/table.yaml")).unwrap();
    assert_eq!(other, key('c'));
    assert!(face.workshop.store.session_works().unwrap().is_empty());
}

#[test]
fn a_file_that_is_gone_and_kept_whole_is_made_anew() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let before = ground.live();
    fs::remove_file(ground.path("tools/table.yaml")).unwrap();
    let put = face.put_back();
    assert_eq!(names(&put.written), ["tools/table.yaml"]);
    assert_eq!(ground.live(), before);
}

#[test]
fn three_whole_copies_of_a_session_stay() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let mut made = Vec::new();
    for letter in "abcde".chars() {
        ground.write("tools/table.yaml", &key(letter));
        made.push(face.put_back().whole.unwrap());
    }
    let left: Vec<_> = made.iter().map(|path| path.exists()).collect();
    assert_eq!(left, [false, false, true, true, true]);
}

#[test]
fn links_are_not_followed_and_the_others_are_put_back() {
    let ground = Ground::orders();
    let outside = ground.place.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("sum.yaml"), "outside\n").unwrap();
    fs::write(outside.join("office.yaml"), "outside\n").unwrap();
    let face = ground.face();
    face.begin().unwrap();
    fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
    symlink(outside.join("sum.yaml"), ground.path("tools/sum.yaml")).unwrap();
    fs::remove_dir_all(ground.path("tool-sets")).unwrap();
    symlink(&outside, ground.path("tool-sets")).unwrap();
    ground.write("tools/table.yaml", "name: another\n");
    let put = face.put_back();
    assert_eq!(
        reasons(&put),
        [
            ("tool-sets/office.yaml", "file_is_link"),
            ("tools/sum.yaml", "file_is_link")
        ]
    );
    assert_eq!(names(&put.written), ["tools/table.yaml"]);
    for name in ["sum.yaml", "office.yaml"] {
        assert_eq!(fs::read(outside.join(name)).unwrap(), b"outside\n");
    }
}

#[test]
fn a_root_that_is_not_there_is_not_made() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let configs = ground.place.path().join("configs");
    fs::rename(&configs, ground.place.path().join("elsewhere")).unwrap();
    let put = face.put(Use::Any, &Unfollowed);
    assert!(matches!(put, Err(InPlaceError::RootGone(_))));
    assert!(!configs.exists());
}

/// Each call fails once; with `for_good` all calls after it, too.
fn each_call_fails(for_good: bool) {
    for call in 1.. {
        let ground = Ground::orders();
        let was = ground.live();
        ground.face().begin().unwrap();
        ground.spoil();
        ground.write("tools/table.yaml", &key('a'));
        let today = ground.live();
        let face = ground.face();
        let stamp = face.planned(Use::Any).unwrap().stamp;
        let mut failing = FailingFiles::at(call, ErrorKind::StorageFull);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone()));
        let first = face.wanting(Use::Any, |wanting| {
            put_in_place(&face.workshop, wanting, stamp, &Unfollowed)
        });
        if failing.calls() < call {
            assert!(call > 40, "so few calls put nothing back");
            return;
        }
        match &first {
            Err(_) => assert_eq!(ground.live(), today, "{call}"),
            Ok(put) => {
                let written = names(&put.written);
                let now = ground.live();
                for (path, bytes) in &was {
                    let expected = match today.get(path) {
                        _ if written.contains(&path.as_str()) => Some(bytes),
                        // Whoever could not read it back does not say that it is there.
                        _ if now.get(path) == Some(bytes) => Some(bytes),
                        today => today,
                    };
                    assert_eq!(now.get(path), expected, "{call}: {path}");
                }
                let told = put.written.len() + put.same.len() + put.left.len();
                assert_eq!(told, was.len(), "{call}");
            }
        }
        assert_eq!(face.works(), 0, "{call}");
        drop(face);

        let face = ground.face();
        recover(&face.workshop).unwrap();
        clear_unfinished(&face.workshop).unwrap();
        recover_in_place(&face.workshop, &Unfollowed).unwrap();
        assert_eq!(ground.files_with(".partial").len(), 0, "{call}");
        let put = face.put_back();
        assert!(put.left.is_empty(), "{call}");
        assert_eq!(ground.live(), was, "{call}");
        assert_eq!(tree(&put.back.place), was, "{call}");
        face.is_sound();
    }
}

#[test]
fn whichever_call_fails_each_file_is_as_it_was_or_as_it_is_told() {
    each_call_fails(false);
}

#[test]
fn whenever_the_disk_goes_away_each_file_is_as_it_was_or_as_it_is_told() {
    each_call_fails(true);
}

/// Whoever follows it dies once so many files are written.
struct Dies(u32);

impl Progress for Dies {
    fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        assert!((phase, done) != ("session_in_place", self.0), "dies");
    }

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

/// Puts files back and dies after the first of three.
pub(crate) fn died(ground: &Ground) -> Face {
    let face = ground.face();
    face.begin().unwrap();
    ground.spoil();
    let put = catch_unwind(AssertUnwindSafe(|| face.put(Use::Any, &Dies(1))));
    assert!(put.is_err());
    assert_eq!(face.works(), 1);
    drop(face);
    ground.face()
}

#[test]
fn whoever_comes_after_a_death_goes_on() {
    let ground = Ground::orders();
    let was = ground.live();
    let face = died(&ground);
    assert_ne!(ground.live(), was);
    // It died in the midst of the second.
    let work = face.workshop.store.session_works().unwrap().remove(0).work;
    let half = ground.path(&format!("tools/.{work}.partial"));
    fs::write(&half, "half").unwrap();
    let settled = recover_in_place(&face.workshop, &Unfollowed).unwrap();
    assert_eq!(settled.len(), 1);
    assert_eq!(
        (settled[0].session.as_str(), settled[0].written),
        ("orders", 3)
    );
    assert_eq!(settled[0].left, Some(Vec::new()));
    assert_eq!(ground.live(), was);
    assert_eq!(face.works(), 0);
    assert!(
        recover_in_place(&face.workshop, &Unfollowed)
            .unwrap()
            .is_empty()
    );
    let newest: SnapshotId = face.newest().id;
    let back = face.put(Use::Kept(newest), &Unfollowed).unwrap();
    assert_eq!(back.written.len(), 2, "what was there is kept all the same");
}

/// Whoever goes on dies, too, after each of the files; the one after him finishes it, and tells of each file.
#[test]
fn however_often_somebody_died_one_more_start_is_enough() {
    let ground = Ground::orders();
    let was = ground.live();
    drop(died(&ground));
    for dies in [1, 2, 3, 1] {
        let face = ground.face();
        let recovered = catch_unwind(AssertUnwindSafe(|| {
            recover_in_place(&face.workshop, &Dies(dies))
        }));
        assert!(recovered.is_err(), "{dies}");
        assert_eq!(face.works(), 1, "{dies}");
    }
    let face = ground.face();
    let told = Told::default();
    let settled = recover_in_place(&face.workshop, &told).unwrap();
    assert_eq!(settled[0].left, Some(Vec::new()));
    assert_eq!(told.0.load(Ordering::SeqCst), 3);
    assert_eq!((ground.live(), face.works()), (was, 0));
    assert_eq!(ground.files_with(".partial").len(), 0);
}

/// Counts the files it is told of.
#[derive(Default)]
struct Told(AtomicU32);

impl Progress for Told {
    fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
        if phase == "session_in_place" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

#[test]
fn what_somebody_changed_after_a_death_is_left_and_told() {
    let ground = Ground::orders();
    let face = died(&ground);
    ground.write("tools/sum.yaml", "name: mine\n");
    fs::remove_file(
        ground
            .files_with("orders.yaml")
            .into_iter()
            .find(|path| path.starts_with(ground.data().join("overlays")))
            .unwrap(),
    )
    .unwrap();
    let settled = recover_in_place(&face.workshop, &Unfollowed).unwrap();
    let left = settled[0].left.clone().unwrap();
    let left: Vec<_> = left
        .iter()
        .map(|lost| (lost.path.as_str(), lost.reason.code.as_str()))
        .collect();
    assert_eq!(
        left,
        [
            ("tools/sum.yaml", "in_place_changed_meanwhile"),
            ("workflows/orders.yaml", "object_missing")
        ]
    );
    assert_eq!(ground.live()["tools/sum.yaml"], b"name: mine\n");
    assert_eq!(face.works(), 0);
}

#[test]
fn while_its_root_is_away_it_waits_and_a_new_one_takes_its_place() {
    let ground = Ground::orders();
    let was = ground.live();
    let face = died(&ground);
    let (configs, away) = (
        ground.place.path().join("configs"),
        ground.place.path().join("away"),
    );
    fs::rename(&configs, &away).unwrap();
    let settled = recover_in_place(&face.workshop, &Unfollowed).unwrap();
    assert_eq!((settled[0].left.clone(), face.works()), (None, 1));
    fs::rename(&away, &configs).unwrap();
    // Whoever begins anew finishes it first.
    let put = face.put(Use::Any, &Unfollowed);
    assert!(
        matches!(put, Err(InPlaceError::PlanChanged)),
        "it was finished meanwhile"
    );
    assert_eq!(ground.live(), was);
    assert_eq!((face.works(), face.put_back().written.len()), (0, 0));
}

/// A session that was pointed to a renamed file, and its first snapshot.
fn pointed_elsewhere(ground: &Ground) -> (Face, Use) {
    let face = ground.face();
    let first = face.begin().unwrap();
    let face = face.renamed(ground, "workflows/renamed.yaml");
    (face, Use::Kept(first.id))
}

#[test]
fn with_the_file_it_began_with_back_in_its_place_the_session_begins_with_that_again() {
    let ground = Ground::orders();
    let (face, first) = pointed_elsewhere(&ground);
    let put = face.put(first, &Unfollowed).unwrap();
    assert_eq!(names(&put.written), ["workflows/orders.yaml"]);
    let begins_with = put.begins_with.as_ref().map(ConfigPath::as_str);
    assert_eq!(begins_with, Some("workflows/orders.yaml"));
    let config = face.session().config;
    assert_eq!(config.as_deref(), Some("workflows/orders.yaml"));
    // Done again it changes nothing.
    let again = face.put(first, &Unfollowed).unwrap();
    assert_eq!((again.written.len(), again.begins_with), (0, None));
}
