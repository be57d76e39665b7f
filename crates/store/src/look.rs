//! A database that is only looked at, because nothing can be written where it lies: on a medium that
//! reads alone, or in a folder of somebody else.
//!
//! Nothing is ever made beside it. What its log holds is part of it, and it may be of an older version:
//! then a private copy is opened, which can take the log in and be migrated. Only a database that is
//! whole without its log, on a medium that nobody can write, is read where it is.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::opened::OpenedFile;
use crate::{StoreError, StoreOptions, schema};

/// What belongs to a database: itself, and what was not taken in yet.
const PARTS: [&str; 3] = ["", "-wal", "-journal"];

/// Tries to copy a database that somebody else goes on writing.
const TRIES: u32 = 5;

/// Finds out how a database can be looked at; `still` when nobody can write where it lies. A copy is made
/// in the folder for safety copies.
///
/// # Errors
/// [`StoreError::Newer`], [`StoreError::NotOurs`], [`StoreError::Damaged`], [`StoreError::Full`];
/// [`StoreError::Busy`] when somebody wrote again and again meanwhile.
pub(crate) fn open(options: &StoreOptions, still: bool) -> Result<OpenedFile, StoreError> {
    let beside = |part: &str| with_ending(&options.path, part);
    let waits = PARTS[1..].iter().any(|part| {
        let found = beside(part).metadata();
        found.is_ok_and(|found| found.len() > 0)
    });
    if still && !waits {
        let opened = OpenedFile::remember_still(&options.path)?;
        let connection = schema::open_reader(&opened)?;
        schema::check_ours(&connection)?;
        schema::check_version(&connection)?;
        if schema::is_known(&connection)? {
            return Ok(opened);
        }
    }
    let copy = options.safety.join("flowkeep.db");
    copy_still(&options.path, &copy)?;
    // Takes the log in and migrates it, and closes it again.
    drop(schema::open_writer(
        &copy,
        &options.safety,
        options.clock.now(),
    )?);
    Ok(OpenedFile::remember(&copy)?)
}

/// Copies a database as of one moment: what was written meanwhile shows in sizes and times.
fn copy_still(from: &Path, to: &Path) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let before = state(from)?;
        for part in PARTS {
            let (from, to) = (with_ending(from, part), with_ending(to, part));
            match std::fs::copy(&from, &to) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !part.is_empty() => {
                    remove(&to)?;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    return Err(StoreError::Full);
                }
                Err(error) => return Err(error.into()),
            }
            #[cfg(unix)]
            std::fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        if state(from)? == before {
            return Ok(());
        }
    }
    Err(StoreError::Busy)
}

type State = Vec<Option<(u64, SystemTime)>>;

fn state(database: &Path) -> Result<State, StoreError> {
    let of = |part: &&str| match with_ending(database, part).metadata() {
        Ok(found) => Ok(Some((found.len(), found.modified()?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    };
    PARTS.iter().map(of).collect()
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;
    use rusqlite::Connection;
    use serde_json::json;

    use super::*;
    use crate::{Staging, Store};

    fn options(folder: &Path, scratch: &Path) -> StoreOptions {
        StoreOptions {
            path: folder.join("flowkeep.db"),
            safety: scratch.to_owned(),
            clock: Arc::new(TestClock::at(1)),
        }
    }

    fn filled(folder: &Path) {
        let store = Store::open(options(folder, &folder.join("safety"))).unwrap();
        let set = |tx: &crate::Tx<'_>| tx.set_setting("theme", &json!("dark"));
        store.write::<_, StoreError>(set).unwrap();
    }

    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = folder.read_dir().unwrap().map(Result::unwrap);
        let files = entries.map(|entry| (entry.path(), std::fs::read(entry.path()).unwrap()));
        files.collect()
    }

    /// Looks at it and finds what it knows; nothing is written there, and nothing can be.
    fn looks(folder: &Path, still: bool) -> Store {
        let before = files(folder);
        let scratch = tempfile::tempdir().unwrap();
        let store = Store::open_to_look(options(folder, scratch.path()), still).unwrap();
        assert_eq!(store.setting("theme").unwrap(), Some(json!("dark")));
        let mut plan = Staging::create(scratch.path().join("plan.db")).unwrap();
        plan.compare(&store, flowkeep_host::Cancellation::never())
            .unwrap();
        let written: Result<(), StoreError> = store.write(|tx| tx.set_setting("theme", &json!(1)));
        assert!(matches!(written, Err(StoreError::OnlyRead)));
        assert_eq!(files(folder), before);
        store
    }

    #[test]
    fn a_database_that_is_whole_is_read_where_it_is() {
        // A name that means something in an address of SQLite's.
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("a%20?b#ü");
        std::fs::create_dir(&folder).unwrap();
        filled(&folder);
        let store = looks(&folder, true);
        assert_eq!(store.path(), folder.join("flowkeep.db"));
        assert_ne!(looks(&folder, false).path(), folder.join("flowkeep.db"));
    }

    #[test]
    fn what_the_log_holds_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let crashed = tempfile::tempdir().unwrap();
        {
            let store = Store::open(options(folder.path(), &folder.path().join("safety"))).unwrap();
            let set = |tx: &crate::Tx<'_>| tx.set_setting("theme", &json!("dark"));
            let light = |tx: &crate::Tx<'_>| tx.set_setting("theme", &json!("light"));
            store.write::<_, StoreError>(light).unwrap();
            store
                .give_space_back(flowkeep_host::Cancellation::never())
                .unwrap();
            store.write::<_, StoreError>(set).unwrap();
            // As a process that is killed leaves it.
            for name in ["flowkeep.db", "flowkeep.db-wal"] {
                std::fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
            }
        }
        assert!(
            crashed
                .path()
                .join("flowkeep.db-wal")
                .metadata()
                .unwrap()
                .len()
                > 0
        );
        looks(crashed.path(), true);
        looks(crashed.path(), false);
    }

    #[test]
    fn an_older_one_is_migrated_in_its_copy_and_a_newer_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let path = folder.path().join("flowkeep.db");
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        for still in [true, false] {
            let scratch = tempfile::tempdir().unwrap();
            let refused = Store::open_to_look(options(folder.path(), scratch.path()), still);
            assert!(matches!(refused, Err(StoreError::Newer { found: 99, .. })));
        }
        std::fs::remove_file(&path).unwrap();
        schema::make_older(&path);
        for still in [true, false] {
            looks(folder.path(), still);
        }
    }
}
