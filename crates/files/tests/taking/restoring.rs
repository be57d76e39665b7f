//! A disk that fails at any call while a configuration is brought back: either all of it is there and written
//! down, or it counts as an attempt and is done again.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::SnapshotReason;
use flowkeep_files::snapshots::TakeError;
use flowkeep_files::snapshots::restoring::{
    Back, CopyChoice, NotBack, Restored, Seeking, Use, Wanting, clear_unfinished, restore,
    tell_went_on,
};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, FileLock, Progress, Unfollowed};
use flowkeep_store::{OperationFilter, StoreError, WorksWith};

use crate::{Face, Ground, tree};

impl Face {
    pub(crate) fn restore(&self, progress: &dyn Progress) -> Result<Restored, TakeError> {
        self.restore_from(Use::Any, progress)
    }

    pub(crate) fn restore_from(
        &self,
        from: Use,
        progress: &dyn Progress,
    ) -> Result<Restored, TakeError> {
        self.restore_for(from, false, progress)
    }

    fn restore_for(
        &self,
        from: Use,
        goes_on: bool,
        progress: &dyn Progress,
    ) -> Result<Restored, TakeError> {
        self.restore_with((from, CopyChoice::Ask), goes_on, progress)
    }

    fn restore_with(
        &self,
        (from, copy): (Use, CopyChoice<'_>),
        goes_on: bool,
        progress: &dyn Progress,
    ) -> Result<Restored, TakeError> {
        let session = self.session();
        let root = self.config.parent().unwrap().parent().unwrap();
        let wanting = Wanting {
            goes_on,
            seeking: Seeking {
                session: &session,
                root: Some(root),
                wish: None,
                named: None,
            },
            from,
            to: None,
            make_masked: &[],
            copy,
        };
        restore(&self.workshop, &wanting, progress)
    }

    /// Gives the file that the session begins with another name, and points the session to it.
    pub(crate) fn renamed(self, ground: &Ground, name: &str) -> Self {
        let config = ground.path(name);
        fs::rename(&self.config, &config).unwrap();
        let (session, name) = (self.session(), name.to_owned());
        let linked = self.workshop.store.write::<_, StoreError>(move |tx| {
            tx.link_session(session.row, session.root.unwrap(), &name)
        });
        linked.unwrap();
        let face = Self { config, ..self };
        face.again(SnapshotReason::Asked, &Unfollowed).unwrap();
        face
    }

    /// What stands in Activity.
    pub(crate) fn done(&self) -> Vec<String> {
        let page = self.workshop.store.operations(&OperationFilter {
            limit: 10,
            ..OperationFilter::default()
        });
        let items = page.unwrap().items.into_iter();
        items.map(|operation| operation.operation).collect()
    }

    pub(crate) fn copy(&self) -> flowkeep_store::SessionCopy {
        let copy = self.workshop.store.session_copy(self.session().row);
        copy.unwrap().unwrap()
    }
}

/// Activity says of files that are used as they are today that work went on with them, and not that they came back.
#[test]
fn going_on_with_the_files_of_today_is_told_as_that() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let newest = || face.done().remove(0);
    let all = || face.done().len();
    for (from, goes_on) in [(Use::File, false), (Use::Snapshot, true), (Use::File, true)] {
        let before = all();
        let back = face.restore_for(from, goes_on, &Unfollowed).unwrap().back;
        assert!(back.is_ok());
        let is_told = (from, goes_on) != (Use::File, true);
        assert_eq!(all(), before + usize::from(is_told), "{from:?}");
        assert_eq!(newest(), "session_restore");
    }
    // It does once it went on.
    tell_went_on(&face.workshop, &face.session().id).unwrap();
    assert_eq!(newest(), "session_go_on");
}

/// Each call fails once; with `for_good` all calls after it, too.
fn each_call_fails(for_good: bool) {
    for call in 1.. {
        let ground = Ground::orders();
        let configs = ground.place.path().join("configs");
        let was = tree(&configs);
        ground.face().begin().unwrap();
        fs::remove_file(ground.path("workflows/orders.yaml")).unwrap();
        let today = tree(&configs);
        let mut failing = FailingFiles::at(call, ErrorKind::StorageFull);
        if for_good {
            failing = failing.for_good();
        }
        let face = ground.face_on(Arc::new(failing.clone()));
        let first = face.restore(&Unfollowed);
        if failing.calls() < call {
            assert!(call > 10, "so few calls bring nothing back");
            return;
        }
        let copy = face.copy();
        assert_eq!(copy.overlay.is_some(), first.is_ok(), "{call}");
        assert_eq!(copy.failures, u32::from(first.is_err()), "{call}");
        drop(face);

        let face = ground.face();
        let done = face.done();
        assert_eq!(done.contains(&"session_restore".to_owned()), first.is_ok());
        clear_unfinished(&face.workshop).unwrap();
        assert_eq!(ground.files_with(".partial").len(), 0, "{call}");
        let back = face.restore(&Unfollowed).unwrap().back.ok().unwrap();
        let place = back.place;
        assert!(back.lost.is_empty(), "{call}");
        assert_eq!(tree(&place), was, "{call}");
        let copy = face.copy();
        assert_eq!(
            (copy.works_with, copy.failures),
            (WorksWith::File, 0),
            "{call}"
        );
        assert_eq!(
            place.file_name().and_then(|name| name.to_str()),
            copy.overlay.as_deref()
        );
        assert_eq!(tree(&configs), today, "{call}");
        face.is_sound();
    }
}

#[test]
fn whichever_call_fails_a_copy_is_whole_or_does_not_count() {
    each_call_fails(false);
}

#[test]
fn whenever_the_disk_goes_away_a_copy_is_whole_or_does_not_count() {
    each_call_fails(true);
}

/// Does not want it any more once the files are being written.
#[derive(Default)]
struct Impatient(Cancellation);

impl Progress for Impatient {
    fn step(&self, phase: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if (phase, done) == ("session_restore", 2) {
            self.0.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn what_is_cancelled_leaves_nothing_and_is_no_attempt() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    assert!(face.restore(&Impatient::default()).is_err());
    assert_eq!(tree(&ground.data().join("overlays")).len(), 0);
    let copy = face.copy();
    assert_eq!((copy.overlay, copy.failures), (None, 0));
}

#[test]
fn a_copy_that_somebody_is_making_is_not_cleared_away() {
    let ground = Ground::orders();
    let face = ground.face();
    let half = ground.data().join("overlays/orders-1.01K.partial");
    fs::create_dir_all(half.join("tools")).unwrap();
    fs::create_dir(ground.data().join("locks")).unwrap();
    let at_work = FileLock::try_share(&ground.data().join("locks/snapshots")).unwrap();
    assert_eq!(clear_unfinished(&face.workshop).unwrap(), 0);
    assert!(half.exists());
    drop(at_work);
    assert_eq!(clear_unfinished(&face.workshop).unwrap(), 1);
    assert!(!half.exists());
}

/// The snapshots from which it can go on, with the files they begin with.
fn begins(restored: &Restored) -> Vec<(u32, Option<&str>, bool)> {
    let found = &restored.recovery;
    let of = |id| {
        let entry = found.entry(id).map(ConfigPath::as_str);
        (found.sequence(id).unwrap(), entry)
    };
    let candidates = found.candidates.iter();
    let told = candidates.filter_map(|one| one.snapshot.map(|id| (of(id), one.is_ok)));
    told.map(|((number, entry), is_ok)| (number, entry, is_ok))
        .collect()
}

#[test]
fn a_snapshot_begins_with_the_file_it_had_whatever_the_session_was_pointed_to_since() {
    let ground = Ground::orders();
    let first = ground.face();
    let taken = first.begin().unwrap();
    let was = tree(&ground.place.path().join("configs"));
    let face = first.renamed(&ground, "workflows/renamed.yaml");
    let restored = face.restore_from(Use::Kept(taken.id), &Unfollowed).unwrap();
    let expected = [
        (2, Some("workflows/renamed.yaml"), true),
        (1, Some("workflows/orders.yaml"), true),
    ];
    assert_eq!(begins(&restored), expected);
    let back = restored.back.ok().unwrap();
    assert_eq!(back.entry.unwrap().as_str(), "workflows/orders.yaml");
    assert_eq!(tree(&back.place), was);
    // What the session begins with is not changed by looking at it.
    let config = face.session().config;
    assert_eq!(config.as_deref(), Some("workflows/renamed.yaml"));
}

/// What an older Flowkeep took has it in its manifest alone.
#[test]
fn where_only_the_manifest_says_what_a_snapshot_began_with_that_counts() {
    let ground = Ground::orders();
    let face = ground.face();
    face.begin().unwrap();
    let face = face.renamed(&ground, "workflows/renamed.yaml");
    drop(face);
    let database = rusqlite::Connection::open(ground.data().join("flowkeep.db")).unwrap();
    let unsaid = "UPDATE snapshot SET config = NULL";
    assert_eq!(database.execute(unsaid, []).unwrap(), 2);
    drop(database);
    let face = ground.face();
    let restored = face.restore(&Unfollowed).unwrap();
    let expected = [
        (2, Some("workflows/renamed.yaml"), true),
        (1, Some("workflows/orders.yaml"), true),
    ];
    assert_eq!(begins(&restored), expected);
}

/// A session of which a file with a key is gone, and its own copy as it was first written.
struct Keyed {
    ground: Ground,
    face: Face,
    key: String,
    copy: std::path::PathBuf,
}

impl Keyed {
    fn new() -> Self {
        let ground = Ground::orders();
        let key = format!("name: sum\napi_key: sk-{}\n", "a".repeat(40));
        ground.write("tools/sum.yaml", &key);
        let face = ground.face();
        face.begin().unwrap();
        fs::remove_file(ground.path("tools/sum.yaml")).unwrap();
        let first = face.restore(&Unfollowed).unwrap().back.ok().unwrap();
        assert_eq!(first.masked.len(), 1);
        let copy = first.place;
        Self {
            ground,
            face,
            key,
            copy,
        }
    }

    fn fill_in(&self, text: &str) {
        fs::write(self.copy.join("tools/sum.yaml"), text).unwrap();
    }

    /// Changes a file of the copy that holds no key.
    fn change(&self) {
        let other = self.copy.join("tool-sets/office.yaml");
        fs::write(other, "tools: [sum]\n# mine\n").unwrap();
    }

    fn with(&self, copy: CopyChoice<'_>) -> Result<Back, NotBack> {
        let restored = self.face.restore_with((Use::Any, copy), false, &Unfollowed);
        restored.unwrap().back
    }

    fn back(&self, copy: CopyChoice<'_>) -> Back {
        self.with(copy).ok().unwrap()
    }

    fn asked(&self) -> Vec<String> {
        let look = match self.with(CopyChoice::Ask) {
            Err(NotBack::Asks(look)) => Some(look),
            _ => None,
        };
        let look = look.unwrap();
        assert_eq!(look.place, self.copy);
        look.changed.iter().map(ConfigPath::to_string).collect()
    }

    fn copies(&self) -> usize {
        fs::read_dir(self.copy.parent().unwrap()).unwrap().count()
    }
}

fn named(paths: &[ConfigPath]) -> Vec<&str> {
    paths.iter().map(ConfigPath::as_str).collect()
}

/// What was filled in where `<masked>` stood is what the work goes on with; whether that is what it was, the checksum
/// says.
#[test]
fn keys_that_were_filled_in_in_its_own_copy_are_gone_on_with() {
    let place = Keyed::new();
    place.fill_in(&place.key);
    let filled = place.back(CopyChoice::Ask);
    assert_eq!(filled.place, place.copy);
    assert!(filled.masked.is_empty() && filled.filled_otherwise.is_empty());
    assert_eq!(named(&filled.filled), ["tools/sum.yaml"]);
    assert_eq!(
        tree(&filled.place)["tools/sum.yaml"],
        place.key.as_bytes().to_vec()
    );
    place.fill_in("name: sum\napi_key: another-key-9\n");
    let other = place.back(CopyChoice::Ask);
    assert_eq!(other.place, place.copy);
    assert!(other.masked.is_empty() && other.filled.is_empty());
    assert_eq!(named(&other.filled_otherwise), ["tools/sum.yaml"]);
    assert_eq!(place.copies(), 1);
}

#[test]
fn a_copy_with_keys_in_which_something_else_was_changed_is_asked_about() {
    let place = Keyed::new();
    for key in [place.key.as_str(), "name: sum\napi_key: another-key-9\n"] {
        place.fill_in(key);
        place.change();
        assert_eq!(place.asked(), ["tool-sets/office.yaml"]);
    }
    // In the file itself as well.
    place.fill_in("name: other\napi_key: another-key-9\n");
    assert_eq!(place.asked(), ["tool-sets/office.yaml", "tools/sum.yaml"]);
    assert_eq!(place.copies(), 1, "nothing was written");
    let used = place.back(CopyChoice::Changed(None));
    assert_eq!(used.place, place.copy);
    assert_eq!(
        named(&used.changed),
        ["tool-sets/office.yaml", "tools/sum.yaml"]
    );
    let new = place.back(CopyChoice::New);
    assert_ne!(new.place, place.copy);
    assert_eq!(named(&new.masked), ["tools/sum.yaml"]);
    assert_eq!(new.passed_over.as_deref(), Some(place.copy.as_path()));
    // The one that was made lacks its keys still, and the other one has them.
    assert_eq!(place.asked(), ["tool-sets/office.yaml", "tools/sum.yaml"]);
}

/// What somebody has filled in rightly is in a new copy as well, and then nobody is asked any more.
#[test]
fn a_new_copy_has_what_the_checksum_of_another_one_proves() {
    let place = Keyed::new();
    place.fill_in(&place.key);
    place.change();
    let new = place.back(CopyChoice::New);
    assert_ne!(new.place, place.copy);
    assert_eq!(
        (named(&new.filled), new.masked),
        (vec!["tools/sum.yaml"], Vec::new())
    );
    assert_eq!(place.back(CopyChoice::Ask).place, new.place);
    assert_eq!(place.copies(), 2);
}

/// A copy that nobody has filled anything in, and that somebody changed, is left alone as it always was.
#[test]
fn a_copy_without_keys_that_somebody_changed_is_left_alone() {
    let place = Keyed::new();
    place.change();
    let another = place.back(CopyChoice::Ask);
    assert_ne!(another.place, place.copy);
    assert_eq!(another.passed_over, None);
}

/// A link to the true file, or what an editor left, is no reason to make another copy without its keys unasked; and what
/// nobody touched is not named.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_in_a_copy_is_named_and_hides_no_keys() {
    use std::os::unix::fs::symlink;

    let place = Keyed::new();
    let (sum, lock) = (
        place.copy.join("tools/sum.yaml"),
        place.copy.join(".#db.yaml"),
    );
    symlink("somebody@elsewhere", &lock).unwrap();
    place.fill_in("name: sum\napi_key: another-key-9\n");
    assert_eq!(place.asked(), [".#db.yaml"]);
    fs::remove_file(lock).unwrap();
    let truth = place.ground.path("sum.yaml");
    fs::write(&truth, &place.key).unwrap();
    fs::remove_file(&sum).unwrap();
    symlink(&truth, &sum).unwrap();
    assert_eq!(place.asked(), ["tools/sum.yaml"]);
    fs::remove_file(sum).unwrap();
    let tools = place.copy.join("tools");
    fs::remove_dir_all(&tools).unwrap();
    symlink(place.ground.path("tools"), tools).unwrap();
    assert_eq!(place.asked()[0], "tools");
    assert_eq!(place.copies(), 1);
}

/// A copy that cannot be read does not serve; another one does.
#[test]
fn a_copy_that_cannot_be_read_is_no_end_of_it() {
    let place = Keyed::new();
    place.change();
    let another = place.back(CopyChoice::Ask).place;
    assert_ne!(another, place.copy);
    let Keyed { ground, face, .. } = place;
    drop(face);
    let dead = FailingFiles::at(0, ErrorKind::PermissionDenied).dead_in(&place.copy);
    let face = ground.face_on(Arc::new(dead));
    let back = face.restore(&Unfollowed).unwrap().back.ok().unwrap();
    assert_eq!(back.place, another);
}

/// Between question and answer another copy may become one that is asked about.
#[test]
fn the_changed_copy_that_is_used_is_the_one_that_was_named() {
    let place = Keyed::new();
    place.fill_in("name: sum\napi_key: another-key-9\n");
    place.change();
    let other = place.back(CopyChoice::New).place;
    fs::write(other.join("tools/sum.yaml"), "name: other\napi_key: x\n").unwrap();
    let named = |copy: &std::path::Path| place.with(CopyChoice::Changed(Some(copy)));
    assert_eq!(named(&place.copy).ok().unwrap().place, place.copy);
    assert_eq!(named(&other).ok().unwrap().place, other);
    let gone = place.copy.with_file_name("gone-9");
    let Err(NotBack::Asks(look)) = named(&gone) else {
        panic!("it is asked anew");
    };
    assert_ne!(look.place, gone);
}

#[test]
fn what_was_filled_in_goes_back_where_it_was_and_makes_no_second_copy() {
    let place = Keyed::new();
    let live = place.ground.path("tools/sum.yaml");
    let put = |place: &Keyed| place.face.put_back();
    place.fill_in("name: sum\napi_key: another-key-9\n");
    let done = put(&place);
    assert_eq!(done.left[0].reason.code, "in_place_masked_gone_filled");
    assert!(!live.exists());
    place.fill_in(&place.key);
    let done = put(&place);
    assert!(done.left.is_empty());
    assert_eq!(fs::read_to_string(live).unwrap(), place.key);
    assert_eq!((done.back.place, place.copies()), (place.copy.clone(), 1));
}
