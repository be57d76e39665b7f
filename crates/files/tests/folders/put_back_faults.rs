//! Putting back while every call fails once, while the process dies at every call, and while the operator
//! cancels at every step: afterwards the folder is as it was or as it should be, the archive is whole, and
//! what made way is kept (rows 3, 6, 8 to 10, 44).

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;

use flowkeep_files::folders::{FolderError, PutBack, PutBackWanted, put_back, recover};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{Cancellation, EntryFiles, Progress, SystemFiles, Unfollowed};
use rstest::rstest;

use crate::crash::{Dying, fail_and_die};
use crate::place::Place;

/// What lies in a folder: names and texts, folders left out. A link says where it leads.
type State = BTreeMap<String, String>;

fn state(folder: &Path) -> State {
    let mut state = State::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            state.insert(name, format!("-> {}", target.display()));
        } else if kind.is_file() {
            state.insert(name, fs::read_to_string(entry.path()).unwrap());
        } else {
            assert!(
                name.parse::<flowkeep_core::folder::ArchiveName>().is_ok(),
                "{name} is left"
            );
        }
    }
    state
}

/// A folder whose archive has one file of each kind: changed, gone, the same, kept, a link, and one that
/// is called otherwise there.
struct Case {
    place: Place,
    archive: String,
    before: State,
    after: State,
    archived: State,
    only: Option<Vec<String>>,
}

impl Case {
    fn new(only: Option<&[&str]>) -> Self {
        let place = Place::new();
        let files = [
            "backup_info.json",
            "changed.ddl",
            "gone.md",
            "same.json",
            "table_list.txt",
        ];
        place.put(&files);
        symlink("sub/file", place.at("link")).unwrap();
        let archive = place.archive().archive.unwrap();
        let then = state(&place.at(&archive));
        place.put(&["same.json", "new.csv"]);
        fs::write(place.at("changed.ddl"), "another").unwrap();
        fs::write(place.at("table_list.txt"), "other tables").unwrap();
        symlink("elsewhere", place.at("link")).unwrap();
        let before = state(&place.folder);
        let mut after = if only.is_some() {
            before.clone()
        } else {
            State::new()
        };
        for name in files {
            if only.is_none_or(|only| only.contains(&name)) {
                after.insert(name.to_owned(), format!("this is {name}"));
            }
        }
        if only.is_none_or(|only| only.contains(&"link")) {
            after.insert("link".to_owned(), "-> sub/file".to_owned());
        }
        Self {
            place,
            archive,
            before,
            after,
            archived: then,
            only: only.map(|only| only.iter().map(ToString::to_string).collect()),
        }
    }

    /// Plans on a disk that is sound and puts back on another.
    fn put_back_on(&mut self, disk: impl EntryFiles + 'static) -> Result<PutBack, FolderError> {
        let plan = self.place.plan(&self.archive, self.only.as_deref());
        let wanted = PutBackWanted {
            archive: &self.archive,
            only: self.only.as_deref(),
            stamp: plan.stamp,
        };
        self.place.on(disk);
        put_back(&self.place.workshop, self.place.id, &wanted, &Unfollowed)
    }

    fn try_put_back(&self, progress: &dyn Progress) -> Result<PutBack, FolderError> {
        let wanted = PutBackWanted {
            archive: &self.archive,
            only: self.only.as_deref(),
            stamp: self.place.plan(&self.archive, self.only.as_deref()).stamp,
        };
        put_back(&self.place.workshop, self.place.id, &wanted, progress)
    }

    /// Says whether all is back; anything but that and all as it was fails.
    fn is_back(&self, moment: &str) -> bool {
        let now = state(&self.place.folder);
        let archived = state(&self.place.at(&self.archive));
        assert_eq!(archived, self.archived, "{moment}: the archive changed");
        if now == self.before {
            let names = self.place.names();
            let made = names.iter().filter(|name| name.starts_with("file_bak_"));
            assert_eq!(made.count(), 1, "{moment}: an archive for nothing");
            return false;
        }
        assert_eq!(now, self.after, "{moment}");
        self.what_made_way_is_kept(moment);
        true
    }

    fn what_made_way_is_kept(&self, moment: &str) {
        let newest = self.place.names();
        let newest = newest
            .iter()
            .rfind(|name| name.starts_with("file_bak_"))
            .unwrap();
        assert_ne!(newest, &self.archive, "{moment}");
        let record = self.place.record(newest);
        for (name, text) in &self.before {
            if self.after.get(name) == Some(text) {
                continue;
            }
            let told = record.files.iter().find(|file| file.name == *name);
            let told = told.unwrap_or_else(|| panic!("{moment}: {name} is lost"));
            let path = self.place.at(newest).join(told.in_archive());
            match &told.link_target {
                Some(target) => assert_eq!(format!("-> {target}"), *text, "{moment}"),
                None => assert_eq!(fs::read_to_string(path).unwrap(), *text, "{moment}"),
            }
        }
    }
}

const FEW: [&str; 4] = ["changed.ddl", "gone.md", "link", "table_list.txt"];

#[rstest]
#[case(ErrorKind::StorageFull, None, false)]
#[case(ErrorKind::CrossesDevices, Some(&FEW[..]), false)]
#[case(ErrorKind::NotFound, None, false)]
#[case(ErrorKind::NotFound, Some(&FEW[..]), true)]
#[case(ErrorKind::PermissionDenied, Some(&FEW[..]), false)]
fn a_disk_that_fails_at_any_call_leaves_all_as_it_was_or_as_it_should_be(
    #[case] kind: ErrorKind,
    #[case] only: Option<&[&str]>,
    #[case] across: bool,
) {
    let mut done = 0;
    for n in 1.. {
        let mut case = Case::new(only);
        let mut disk = FailingFiles::at(n, kind);
        if across {
            disk = disk.across_disks();
        }
        let put = case.put_back_on(disk.clone());
        let moment = format!(
            "call {n} of {:?}: {put:?}",
            disk.made().get(usize::try_from(n).unwrap() - 1)
        );
        case.place.on(SystemFiles);
        case.place.recover();
        let back = case.is_back(&moment);
        match put {
            Ok(put) => assert!(back && put.failed.is_empty(), "{moment}"),
            Err(FolderError::Unfinished { .. }) => assert!(back, "{moment}"),
            Err(_) => assert!(!back, "{moment}"),
        }
        // It goes on as if nothing had been.
        if !back {
            case.try_put_back(&Unfollowed).unwrap();
            assert!(case.is_back(&moment), "{moment}");
        }
        if disk.calls() < n {
            done = n;
            break;
        }
    }
    assert!(done > 20, "{done} calls");
}

/// Dies at each call in turn; the next process may die at each of its calls too.
#[rstest]
#[case(None, false)]
#[case(Some(&FEW[..]), true)]
fn whenever_a_process_dies_the_next_finishes_or_undoes(
    #[case] only: Option<&[&str]>,
    #[case] across: bool,
) {
    let (mut undone, mut finished) = (0, 0);
    for n in 0.. {
        let mut case = Case::new(only);
        let death = Dying::after(n, across);
        let _ = case.put_back_on(death.clone());
        for again in [0, 1, 2, 3, 5, 8] {
            case.place.on(Dying::after(again, across));
            let _ = recover(&case.place.workshop);
        }
        case.place.on(SystemFiles);
        case.place.recover();
        let moment = format!("{n} calls, across: {across}");
        let told = case.place.activity();
        if case.is_back(&moment) {
            assert_eq!(told[0], "folder_put_back", "{moment}");
            finished += 1;
        } else {
            undone += 1;
            case.try_put_back(&Unfollowed).unwrap();
            assert!(case.is_back(&moment), "{moment}");
        }
        if !death.is_dead() {
            break;
        }
    }
    assert!(undone > 5 && finished > 5, "{undone}, {finished}");
}

#[test]
fn a_cancel_at_any_step_leaves_all_as_it_was_or_came_when_only_names_were_missing() {
    struct Person {
        left: std::sync::atomic::AtomicU32,
        wish: Cancellation,
    }
    impl Progress for Person {
        fn step(&self, _: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
            use std::sync::atomic::Ordering::Relaxed;
            if self.left.fetch_sub(1, Relaxed) == 1 {
                self.wish.cancel();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            &self.wish
        }
    }
    for only in [None, Some(&FEW[..])] {
        let (mut cancelled, mut late) = (0, 0);
        for at in 1.. {
            let case = Case::new(only);
            let person = Person {
                left: at.into(),
                wish: Cancellation::default(),
            };
            let put = case.try_put_back(&person);
            if !person.wish.is_cancelled() {
                assert!(!put.unwrap().cancelled_late);
                assert!(case.is_back("not cancelled"));
                break;
            }
            let moment = format!("step {at}");
            if let Ok(put) = &put {
                // Only names were missing.
                assert!(put.cancelled_late && case.is_back(&moment), "{moment}");
                late += 1;
                continue;
            }
            assert!(
                matches!(put, Err(FolderError::Cancelled)),
                "{moment}: {put:?}"
            );
            assert!(!case.is_back(&moment), "{moment}");
            assert_eq!(case.place.workshop.store.folder_works().unwrap(), []);
            cancelled += 1;
        }
        assert!(cancelled > 8, "{cancelled}");
        assert_eq!(late, only.map_or(5, <[_]>::len), "one for each name");
    }
}

/// A disk that fails once has what made way taken back while somebody writes a file of that name, and the
/// process dies meanwhile: what comes next never goes on with half of it.
#[test]
fn whoever_dies_while_taking_back_puts_nothing_back() {
    let without = |mut state: State| {
        state.remove("changed.ddl");
        state
    };
    fail_and_die(|n, m| {
        let mut case = Case::new(Some(&FEW));
        let written = case.place.at("changed.ddl");
        let disk = Dying::after(m, false).failing_at(n, Some(written));
        let _ = case.put_back_on(disk.clone());
        case.place.on(SystemFiles);
        case.place.recover();
        let moment = format!("fails at {n}, dies at {m}");
        let now = without(state(&case.place.folder));
        if now != without(case.before.clone()) {
            assert_eq!(now, without(case.after.clone()), "{moment}");
        }
        assert_eq!(state(&case.place.at(&case.archive)), case.archived);
        disk
    });
}
