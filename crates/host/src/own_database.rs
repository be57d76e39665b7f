//! The databases that this process has open. The locks of SQLite belong to the process and not to a file that
//! was opened: whoever opens such a file beside it and closes it again takes them all away, and another
//! process then throws away what was written last.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

static OPEN: RwLock<BTreeSet<PathBuf>> = RwLock::new(BTreeSet::new());

/// From now on nothing here opens this database but SQLite, nor the files beside it whose names begin with
/// its name.
pub fn leave_to_sqlite(database: &Path) {
    let real = database.canonicalize();
    let mut open = OPEN.write().unwrap_or_else(PoisonError::into_inner);
    open.insert(real.unwrap_or_else(|_| database.to_owned()));
}

/// That a file may be opened.
///
/// # Errors
/// `ResourceBusy` for one of a database that is open here.
pub(crate) fn may_open(path: &Path) -> io::Result<()> {
    let open = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    let is_named_so = |name: &str| {
        let of_one = |database: &PathBuf| {
            let own = database.file_name().and_then(|own| own.to_str());
            own.is_some_and(|own| name.starts_with(own))
        };
        open.iter().any(of_one)
    };
    let name = |path: &Path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .map(str::to_owned)
    };
    // A link may have any name; nearly all other files are told by theirs.
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_symlink());
    if !is_link && !name(path).is_some_and(|name| is_named_so(&name)) {
        return Ok(());
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is_of = |database: &PathBuf| {
        let own = database.file_name().and_then(|own| own.to_str());
        let beside = real.parent() == database.parent();
        beside && own.is_some_and(|own| name(&real).is_some_and(|name| name.starts_with(own)))
    };
    if open.iter().any(is_of) {
        return Err(ErrorKind::ResourceBusy.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_sqlite_opens_a_database_that_is_open_here() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for name in ["own.db", "own.db-wal", "own.db-shm", "other.db"] {
            std::fs::write(at(name), "x").unwrap();
        }
        std::fs::create_dir(at("deeper")).unwrap();
        std::fs::write(at("deeper/own.db"), "x").unwrap();
        leave_to_sqlite(&at("own.db"));
        for name in ["own.db", "own.db-wal", "own.db-shm", "own.db-journal"] {
            let refused = may_open(&at(name)).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ResourceBusy, "{name}");
        }
        for name in ["other.db", "deeper/own.db", "gone"] {
            may_open(&at(name)).unwrap();
        }
        assert!(crate::open_regular(&at("own.db-shm")).is_err());
        let folder = crate::Folder::open(root.path()).unwrap();
        assert!(folder.read(Path::new("own.db"), 10).is_err());
        assert_eq!(folder.read(Path::new("other.db"), 10).unwrap(), b"x");
        let wanted = || true;
        let files = crate::SystemFiles;
        crate::EntryFiles::digest(&files, &at("own.db"), &wanted).unwrap_err();
        crate::EntryFiles::digest(&files, &at("other.db"), &wanted).unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("own.db"), at("link")).unwrap();
            may_open(&at("link")).unwrap_err();
        }
    }
}
