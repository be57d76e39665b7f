use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use flowkeep_host::Space;
use tempfile::TempDir;

use super::*;
use crate::Silent;
use crate::testing::{open, options};
use crate::types::{BackupInput, ChosenPlace, Nothing};

/// The machine's file system for so many changes; then the process is as good as killed.
struct Mortal(AtomicU32);

impl Mortal {
    fn for_steps(steps: u32) -> Self {
        Self(AtomicU32::new(steps))
    }

    fn step(&self) -> io::Result<()> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map(|_| ())
            .map_err(|_| io::Error::other("killed"))
    }
}

impl Files for Mortal {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        SystemFiles.create_folder(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
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

/// A data folder with these files of the old database, each saying which one it is.
fn data_folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(folder.path().join(name), format!("old {name}")).unwrap();
    }
    folder
}

/// Every file right inside a folder, with what it says.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// The whole exchange, with a new database that leaves its side files behind.
fn exchange(files: &dyn Files, data_dir: &Path, partial: &Path) -> io::Result<()> {
    move_out(files, data_dir, partial)?;
    for name in [DATABASE, "flowkeep.db-wal", "flowkeep.db-shm"] {
        fs::write(data_dir.join(name), format!("new {name}"))?;
    }
    name_for_good(files, data_dir, partial, &complete_name(partial))
}

/// What a program that does not know the rule would find does no harm to anything.
fn assert_never_mixed(data_dir: &Path, moment: &str) {
    let found = contents(data_dir);
    let of = |name: &str| found.get(name).and_then(|text| text.split(' ').next());
    for name in SIDE_FILES {
        if let Some(whose) = of(name) {
            assert_eq!(of(DATABASE), Some(whose), "{moment}: {found:?}");
        }
    }
}

const OLD: [&[&str]; 4] = [
    &["flowkeep.db"],
    &["flowkeep.db", "flowkeep.db-wal"],
    &["flowkeep.db", "flowkeep.db-wal", "flowkeep.db-shm"],
    &["flowkeep.db", "flowkeep.db-journal"],
];

#[test]
fn killed_at_any_step_the_old_database_is_back_or_the_new_one_in_its_place() {
    for names in OLD {
        let mut kills = 0;
        loop {
            let folder = data_folder(names);
            let data_dir = folder.path();
            let before = contents(data_dir);
            let partial = free_name(data_dir);
            if exchange(&Mortal::for_steps(kills), data_dir, &partial).is_ok() {
                assert_eq!(contents(&complete_name(&partial)), before);
                assert_eq!(contents(data_dir)[DATABASE], "new flowkeep.db");
                assert!(under_way(data_dir).is_empty());
                break;
            }
            assert_never_mixed(data_dir, &format!("exchange killed at {kills}"));
            drop(enter(data_dir).unwrap());
            for lock in ["lock", "in-use.lock"] {
                fs::remove_file(data_dir.join(lock)).unwrap();
            }
            assert_eq!(contents(data_dir), before, "killed at step {kills}");
            assert!(under_way(data_dir).is_empty());
            kills += 1;
        }
        assert!(kills > 8, "only {kills} steps");
    }
}

#[test]
fn killed_while_it_is_undone_it_is_undone_by_the_next() {
    for names in OLD {
        // How far the exchange came, from the first step to the last but one.
        for came in 1.. {
            let mut kills = 0;
            let undone = loop {
                let folder = data_folder(names);
                let data_dir = folder.path();
                let before = contents(data_dir);
                let partial = free_name(data_dir);
                if exchange(&Mortal::for_steps(came), data_dir, &partial).is_ok() {
                    break false;
                }
                let undone = move_back(&Mortal::for_steps(kills), data_dir, &partial);
                if undone.is_ok() {
                    assert_eq!(contents(data_dir), before);
                    break true;
                }
                assert!(partial.is_dir(), "it is known to be under way");
                move_back(&SystemFiles, data_dir, &partial).unwrap();
                assert_eq!(
                    contents(data_dir),
                    before,
                    "came to {came}, killed at {kills}"
                );
                assert!(!partial.exists());
                kills += 1;
            };
            if !undone {
                assert!(came > 8, "only {came} steps");
                break;
            }
        }
    }
}

fn set_word(api: &Api, word: &'static str) {
    let set = move |tx: &flowkeep_store::Tx<'_>| tx.set_setting("word", &word.into());
    api.store.write(set).unwrap();
}

fn word(api: &Api) -> Option<String> {
    let word = api.store.setting("word").unwrap()?;
    Some(word.as_str().unwrap().to_owned())
}

#[test]
fn what_only_the_log_knows_survives_a_kill_at_any_step() {
    let source = tempfile::tempdir().unwrap();
    let writing = open(source.path());
    set_word(&writing, "kept");
    for kills in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path();
        for name in [DATABASE, "flowkeep.db-wal"] {
            fs::copy(source.path().join(name), data_dir.join(name)).unwrap();
        }
        let moved = move_out(&Mortal::for_steps(kills), data_dir, &free_name(data_dir));
        let api = open(data_dir);
        assert_eq!(word(&api).as_deref(), Some("kept"), "killed at {kills}");
        if moved.is_ok() {
            break;
        }
    }
}

const DAMAGED: &str = "this is no database";

fn damaged_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(DATABASE), DAMAGED.repeat(500)).unwrap();
    let error = Api::open(options(folder.path())).err().unwrap();
    assert_eq!(error.code, "database_damaged");
    folder
}

#[test]
fn the_new_database_takes_the_place_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let backups = tempfile::tempdir().unwrap();
    let api = open(data_dir);
    for _ in 0..2 {
        let into = Some(ChosenPlace::Path(backups.path().to_owned()));
        let input = BackupInput {
            into,
            ..BackupInput::default()
        };
        crate::backups::backup(&api, input, &Silent).unwrap();
    }
    let known = |api: &Api| crate::backups::list(api, Nothing {}).unwrap().items;
    let ids = |api: &Api| -> Vec<_> { known(api).into_iter().map(|row| row.id).collect() };
    let before = ids(&api);
    drop(api);
    fs::write(data_dir.join(DATABASE), DAMAGED.repeat(500)).unwrap();

    let aside = SetAside::begin(data_dir).unwrap();
    let api = aside.open(options(data_dir)).unwrap();
    set_word(&api, "new");
    let error = Api::open(options(data_dir)).err().unwrap();
    assert_eq!(error.code, "data_in_use", "nobody looks in meanwhile");
    drop(api);
    let kept = aside.keep().unwrap();

    assert_eq!(contents(&kept)[DATABASE], DAMAGED.repeat(500));
    let api = open(data_dir);
    assert_eq!(word(&api).as_deref(), Some("new"));
    assert_eq!(ids(&api), before, "it knows the backups of the old one");
    assert_eq!(before.len(), 2);
}

#[test]
fn what_is_undone_or_forgotten_is_as_it_was() {
    for forgotten in [false, true] {
        let folder = damaged_folder();
        let data_dir = folder.path();
        let aside = SetAside::begin(data_dir).unwrap();
        set_word(&aside.open(options(data_dir)).unwrap(), "new");
        if forgotten {
            drop(aside);
        } else {
            aside.undo().unwrap();
        }
        let error = Api::open(options(data_dir)).err().unwrap();
        assert_eq!(error.code, "database_damaged");
        let database = fs::read_to_string(data_dir.join(DATABASE)).unwrap();
        assert_eq!(database, DAMAGED.repeat(500));
        assert!(under_way(data_dir).is_empty());
    }
}

#[test]
fn a_safety_copy_takes_the_place_of_the_old_one_or_nothing_happens() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let api = open(data_dir);
    set_word(&api, "copied");
    crate::safety_copy::make(&api, &crate::Silent).unwrap();
    drop(api);
    fs::write(data_dir.join(DATABASE), DAMAGED.repeat(500)).unwrap();
    let copy = crate::newest_safety_copy(data_dir).unwrap().path;

    let aside = SetAside::begin(data_dir).unwrap();
    let gone = data_dir.join("safety/gone.db");
    let error = aside.open_copy(&gone, options(data_dir)).err().unwrap();
    assert_eq!(error.code, "file_missing");
    aside.undo().unwrap();
    let database = fs::read_to_string(data_dir.join(DATABASE)).unwrap();
    assert_eq!(database, DAMAGED.repeat(500));

    let aside = SetAside::begin(data_dir).unwrap();
    drop(aside.open_copy(&copy, options(data_dir)).unwrap());
    let kept = aside.keep().unwrap();
    assert_eq!(contents(&kept)[DATABASE], DAMAGED.repeat(500));
    let api = open(data_dir);
    assert_eq!(word(&api).as_deref(), Some("copied"));
    assert!(copy.exists(), "the copy stays");
}

#[test]
fn nothing_is_moved_while_another_works_with_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let api = open(data_dir);
    let error = SetAside::begin(data_dir).err().unwrap();
    assert_eq!(error.code, "data_in_use");
    assert!(under_way(data_dir).is_empty());
    set_word(&api, "still here");
    drop(api);
    SetAside::begin(data_dir).unwrap().undo().unwrap();
    let api = open(data_dir);
    assert_eq!(word(&api).as_deref(), Some("still here"));
}

#[test]
fn nothing_is_moved_while_one_works_on_whose_elder_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let owner = open(data_dir);
    let other = open(data_dir);
    drop(owner);
    let error = SetAside::begin(data_dir).err().unwrap();
    assert_eq!(
        error.code, "data_in_use",
        "the engine is free, the database is not"
    );
    assert!(under_way(data_dir).is_empty());
    set_word(&other, "still here");
    drop(other);
    let aside = SetAside::begin(data_dir).unwrap();
    assert_eq!(
        Api::open(options(data_dir)).err().unwrap().code,
        "data_in_use"
    );
    aside.undo().unwrap();
    let api = open(data_dir);
    assert_eq!(word(&api).as_deref(), Some("still here"));
}

#[test]
fn without_a_database_there_is_nothing_to_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let error = SetAside::begin(folder.path()).err().unwrap();
    assert_eq!(error.code, "path_missing");
    assert!(under_way(folder.path()).is_empty());
}

#[test]
fn a_log_that_no_longer_fits_is_kept_and_not_put_back() {
    let folder = data_folder(&["flowkeep.db", "flowkeep.db-wal"]);
    let data_dir = folder.path();
    let partial = free_name(data_dir);
    // Killed with the log out and the database still in its place: after the folder was made and
    // flushed, and one file moved.
    move_out(&Mortal::for_steps(3), data_dir, &partial).unwrap_err();
    assert!(partial.join("flowkeep.db-wal").exists() && data_dir.join(DATABASE).exists());
    fs::write(data_dir.join("flowkeep.db-wal"), "a stranger's").unwrap();
    drop(enter(data_dir).unwrap());
    assert_eq!(contents(data_dir)["flowkeep.db-wal"], "a stranger's");
    let kept = contents(&complete_name(&partial));
    assert_eq!(kept["flowkeep.db-wal"], "old flowkeep.db-wal");
}
