//! What a dead process leaves, and what the next one makes of it (row 3). Every call after the n-th
//! fails as well: that is what the disk looks like when the process dies there.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use flowkeep_core::folder::Policy;
use flowkeep_files::folders::{Settled, Wanted, archive, archives, recover};
use flowkeep_host::testing::FailingFiles;
use flowkeep_host::{
    Cancellation, Digest, Entry, EntryFiles, FileIdentity, Files, GoesOn, Holders, Progress,
    ReadError, Space, SystemFiles,
};

use crate::place::Place;

/// Does nothing any more from the n-th changing call on.
#[derive(Clone)]
pub(crate) struct Dying {
    left: Arc<AtomicU64>,
    across: bool,
    fails: Option<Failing>,
}

/// Fails one call before it dies, and somebody writes a file at that moment.
#[derive(Clone)]
struct Failing {
    left: Arc<AtomicU64>,
    written: Option<PathBuf>,
}

impl Dying {
    pub(crate) fn after(calls: u64, across: bool) -> Self {
        Self {
            left: Arc::new(AtomicU64::new(calls)),
            across,
            fails: None,
        }
    }

    /// The n-th call fails as well, and somebody writes this file then if it is not there.
    pub(crate) fn failing_at(mut self, call: u64, written: Option<PathBuf>) -> Self {
        let left = Arc::new(AtomicU64::new(call));
        self.fails = Some(Failing { left, written });
        self
    }

    pub(crate) fn has_failed(&self) -> bool {
        let fails = self.fails.as_ref();
        fails.is_some_and(|fails| fails.left.load(Ordering::Relaxed) == 0)
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    fn step(&self) -> io::Result<()> {
        let step = |left: u64| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step)
            .map_err(|_| io::Error::other("dead"))?;
        let Some(failing) = &self.fails else {
            return Ok(());
        };
        let now = failing
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        if now != Ok(1) {
            return Ok(());
        }
        if let Some(written) = failing.written.as_ref().filter(|path| !path.exists()) {
            fs::write(written, "another one")?;
        }
        Err(io::Error::other("fails"))
    }
}

impl Files for Dying {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.create_folder(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // A death in the midst leaves a part.
        if let Err(error) = self.step() {
            return SystemFiles
                .write_new(path, &bytes[..bytes.len() / 2])
                .and(Err(error));
        }
        SystemFiles.write_new(path, bytes)
    }
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        self.step()?;
        SystemFiles.create_new(path)
    }
    fn flush_tree(&self, folder: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.flush_tree(folder)
    }
    fn flush(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.flush(path)
    }
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        if self.across && from.parent() != to.parent() {
            return Err(ErrorKind::CrossesDevices.into());
        }
        SystemFiles.rename_new(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.remove_folder(path)
    }
    fn space(&self, path: &Path) -> io::Result<Space> {
        SystemFiles.space(path)
    }
}

impl EntryFiles for Dying {
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        SystemFiles.entries(folder)
    }
    fn entry(&self, path: &Path) -> io::Result<Option<Entry>> {
        // The dead do not look either: nothing is tidied up.
        if self.is_dead() {
            return Err(io::Error::other("dead"));
        }
        SystemFiles.entry(path)
    }
    fn create_folder_like(&self, path: &Path, like: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.create_folder_like(path, like)
    }
    fn remove_empty_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.remove_empty_folder(path)
    }
    fn copy_new(&self, from: &Path, to: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        if let Err(error) = self.step() {
            return fs::write(to, "this is a p").and(Err(error));
        }
        SystemFiles.copy_new(from, to, goes_on)
    }
    fn digest(&self, path: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        SystemFiles.digest(path, goes_on)
    }
    fn set_modified(&self, path: &Path, modified: SystemTime) -> io::Result<()> {
        self.step()?;
        SystemFiles.set_modified(path, modified)
    }
    fn read(&self, folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        SystemFiles.read(folder, name, limit)
    }
    fn replace(
        &self,
        folder: &Path,
        relative: &Path,
        bytes: &[u8],
        partial: &str,
    ) -> Result<(), ReadError> {
        self.step()?;
        SystemFiles.replace(folder, relative, bytes, partial)
    }
    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        SystemFiles.read_link(path)
    }
    fn make_link(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.make_link(target, path)
    }
    fn holders(&self, _: &HashSet<FileIdentity>) -> Holders {
        Holders::none()
    }
}

const FILES: [&str; 4] = ["a.ddl", "b.md", "backup_info.json", "table_list.txt"];

/// Dies at each call in turn; the next process may die at each of its calls too.
#[test]
fn whenever_a_process_dies_the_next_finishes_or_undoes() {
    for across in [false, true] {
        for policy in [Policy::Stop, Policy::Continue] {
            for n in 0.. {
                if !dies_at(n, policy, across) {
                    assert!(n > 8, "{n} calls");
                    break;
                }
            }
        }
    }
}

/// Says whether it died.
fn dies_at(n: u64, policy: Policy, across: bool) -> bool {
    let dying = |left| Dying::after(left, across);
    let moment = format!("{n} calls, {policy:?}, across: {across}");
    let mut place = Place::new();
    place.put(&FILES);
    let death = dying(n);
    place.on(death.clone());
    let _ = place.try_archive(policy);
    for again in [0, 1, 2, 3, 5, 8] {
        place.on(dying(again));
        let _ = recover(&place.workshop);
    }
    place.on(SystemFiles);
    place.recover();
    place.is_known(&FILES, &moment);
    // It goes on as if nothing had been.
    place.archive();
    place.is_known(&FILES, &moment);
    death.is_dead()
}

/// Somebody wrote a file of the same name before anybody came to put the old one back.
#[test]
fn what_cannot_go_back_because_another_has_its_name_is_kept_and_told_of() {
    let mut place = Place::new();
    place.put(&["a", "b"]);
    // Dies before its record is written: folder, two renames, flush.
    place.on(Dying::after(4, false));
    place.try_archive(Policy::Stop).unwrap_err();
    assert!(!place.at("a").exists());
    fs::write(place.at("a"), "another one").unwrap();
    place.on(SystemFiles);
    place.recover();
    assert_eq!(fs::read_to_string(place.at("a")).unwrap(), "another one");
    assert_eq!(fs::read_to_string(place.at("b")).unwrap(), "this is b");
    let archive = place
        .names()
        .into_iter()
        .find(|name| name.starts_with("file_bak_"));
    let archive = archive.unwrap();
    let record = place.record(&archive);
    assert_eq!(record.moved_files, ["a"]);
    let why = record.files[0].reason.as_ref().unwrap();
    assert_eq!(why.code, "archive_not_put_back");
    // The list tells it from an archive that was wanted, also when it is remembered.
    place.put(&["c"]);
    let wanted = place.archive().archive.unwrap();
    for _ in 0..2 {
        let listed = archives(&place.workshop, place.id).unwrap();
        let told: Vec<_> = listed
            .iter()
            .map(|one| (&one.archive, one.undone))
            .collect();
        assert_eq!(told, [(&wanted, false), (&archive, true)]);
    }
    assert_eq!(
        fs::read_to_string(place.at(&archive).join("a")).unwrap(),
        "this is a"
    );
}

/// A disk that fails once has all taken back, and the process dies while it does so. Whatever is met then,
/// no archive is told of as the run's that does not hold all of it: the run would write over the rest.
#[test]
fn whoever_dies_while_taking_back_has_made_no_archive() {
    for conflict in [false, true] {
        fail_and_die(|n, m| {
            let mut place = Place::new();
            place.put(&FILES);
            let written = conflict.then(|| place.at("a.ddl"));
            let disk = Dying::after(m, false).failing_at(n, written);
            place.on(disk.clone());
            let _ = place.try_archive(Policy::Stop);
            let moment = format!("fails at {n}, dies at {m}, conflict: {conflict}");
            place.on(SystemFiles);
            for recovered in recover(&place.workshop).unwrap() {
                if let Settled::Archived(told) = recovered.outcome.unwrap() {
                    assert_eq!(told.moved.len(), 3, "{moment}: {told:?}");
                }
            }
            assert_eq!(place.workshop.store.folder_works().unwrap(), []);
            place.is_known(&FILES, &moment);
            disk
        });
    }
}

/// Tries with each call failing in turn, and with the process dying at it and at each call after it.
pub(crate) fn fail_and_die(tried: impl Fn(u64, u64) -> Dying) {
    for n in 1.. {
        let mut failed = false;
        for m in n.. {
            let disk = tried(n, m);
            failed |= disk.has_failed();
            if !disk.is_dead() {
                break;
            }
        }
        if !failed {
            assert!(n > 8, "{n} calls");
            break;
        }
    }
}

/// What a disk does not show for a moment is not taken for what is not there: whatever fails while the next
/// process puts a folder right, the one after it comes to the same.
#[test]
fn a_disk_that_fails_while_a_folder_is_put_right_changes_nothing_of_what_comes_of_it() {
    for n in 0.. {
        let (mut put_right, death) = died_at(n);
        put_right.on(SystemFiles).recover();
        let expected = put_right.names();
        for m in 1.. {
            let (mut place, _) = died_at(n);
            let disk = FailingFiles::at(m, ErrorKind::NetworkDown);
            place.on(disk.clone());
            let moment = format!("{n} calls, then the {m}th fails: {:?}", disk.made().last());
            let recovered = recover(&place.workshop).unwrap();
            let left = place.workshop.store.folder_works().unwrap().len();
            for one in recovered {
                assert_eq!(one.outcome.is_err(), left == 1, "{moment}");
            }
            place.on(SystemFiles).recover();
            assert_eq!(place.names(), expected, "{moment}");
            place.is_known(&FILES, &moment);
            if disk.calls() < m {
                break;
            }
        }
        if !death.is_dead() {
            break;
        }
    }
}

/// A folder whose archiving died at a call.
fn died_at(n: u64) -> (Place, Dying) {
    let mut place = Place::new();
    place.put(&FILES);
    let death = Dying::after(n, false);
    place.on(death.clone());
    let _ = place.try_archive(Policy::Stop);
    (place, death)
}

/// Another program takes the name in the last moment, and the process dies while it takes the next one.
#[test]
fn whoever_dies_between_two_names_has_lost_neither() {
    struct Taking<'a>(&'a Place);
    impl Progress for Taking<'_> {
        fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
            let names = self.0.names();
            let filled = names.iter().find_map(|name| name.strip_suffix(".partial"));
            if let Some(name) = filled.filter(|_| phase == "folder_flush") {
                fs::write(self.0.at(name), "another one").unwrap();
            }
        }
        fn cancellation(&self) -> &Cancellation {
            Cancellation::never()
        }
    }
    let mut other_name = 0;
    for n in 0.. {
        let mut place = Place::new();
        place.put(&FILES);
        let death = Dying::after(n, false);
        place.on(death.clone());
        let _ = archive(
            &place.workshop,
            place.id,
            &Wanted::default(),
            &Taking(&place),
        );
        place.on(SystemFiles).recover();
        let taken = place
            .names()
            .into_iter()
            .find(|name| name.starts_with("file_bak_") && place.at(name).is_file());
        if let Some(taken) = taken {
            fs::remove_file(place.at(&taken)).unwrap();
            other_name += usize::from(place.at(&format!("{taken}_1")).is_dir());
        }
        place.is_known(&FILES, &format!("{n} calls"));
        if !death.is_dead() {
            break;
        }
    }
    assert!(other_name > 3, "{other_name}");
}
