//! Where the files of the store lie, and how one gets its name.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_host::{EntryFiles, EntryKind, ReadError};
use ulid::Ulid;

use super::{SnapshotError, readme};

/// What the name of a file begins with is the name of its folder, so that none of them gets too full.
const FOLDER_DIGITS: usize = 2;

/// Where a file lies that is named by its hash.
pub(super) fn by_hash(kind: &str, hash: &str, ending: &str) -> [String; 3] {
    let folder = hash.get(..FOLDER_DIGITS).unwrap_or(hash);
    [
        kind.to_owned(),
        folder.to_owned(),
        format!("{hash}.{ending}"),
    ]
}

/// Makes the store where it is not there yet, and what says how it is read without Flowkeep. The folder
/// above it must be there.
///
/// # Errors
/// [`SnapshotError::Io`].
pub fn prepare(files: &dyn EntryFiles, store: &Path) -> Result<(), SnapshotError> {
    if make(files, store)? {
        let above = above(store);
        files.flush(above).map_err(SnapshotError::at(above))?;
    }
    let name = readme::NAME;
    let path = store.join(name);
    match files.entry(&path).map_err(SnapshotError::at(&path))? {
        Some(_) => Ok(()),
        None => put(files, store, name, readme::text().as_bytes()),
    }
}

/// Puts a file whose name follows from its content into the store, below folders that are made where they
/// are missing. It has its name once it is on the disk and was read back. One that is there already is left
/// where it is the same; one that is not what its name says is kept as `….damaged`.
pub(super) fn keep(
    files: &dyn EntryFiles,
    store: &Path,
    place: &[String],
    bytes: &[u8],
) -> Result<PathBuf, SnapshotError> {
    let mut folder = store.to_owned();
    let Some((name, folders)) = place.split_last() else {
        return Err(SnapshotError::at(store)(ErrorKind::InvalidInput.into()));
    };
    for part in folders {
        let above = folder.clone();
        folder.push(part);
        if make(files, &folder)? {
            files.flush(&above).map_err(SnapshotError::at(&above))?;
        }
    }
    put(files, &folder, name, bytes)?;
    Ok(folder.join(name))
}

/// The folder that has the name of this one.
pub(super) fn above(path: &Path) -> &Path {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    above.unwrap_or(Path::new("."))
}

/// Makes a folder of the store; tells whether it was not there.
pub(super) fn make(files: &dyn EntryFiles, folder: &Path) -> Result<bool, SnapshotError> {
    match files.create_folder(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let there = files.entry(folder).map_err(SnapshotError::at(folder))?;
            match there.map(|entry| entry.kind) {
                Some(EntryKind::Folder) => Ok(false),
                _ => Err(SnapshotError::at(folder)(ErrorKind::NotADirectory.into())),
            }
        }
        Err(error) => Err(SnapshotError::at(folder)(error)),
    }
}

fn put(
    files: &dyn EntryFiles,
    folder: &Path,
    name: &str,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    let unfinished = format!("{}.partial", Ulid::generate());
    let partial = folder.join(&unfinished);
    let put = written(files, folder, &unfinished, bytes)
        .and_then(|()| named(files, folder, &unfinished, name, bytes));
    if put.is_err() {
        // What is left of it is in nobody's way: it ends in `.partial`.
        let _gone = files.remove_file(&partial);
    }
    put?;
    files.flush(folder).map_err(SnapshotError::at(folder))
}

/// Writes a file and reads it back from the disk.
fn written(
    files: &dyn EntryFiles,
    folder: &Path,
    name: &str,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    let path = folder.join(name);
    files
        .write_new(&path, bytes)
        .and_then(|()| files.flush(&path))
        .map_err(SnapshotError::at(&path))?;
    if same(files, folder, name, bytes)? {
        Ok(())
    } else {
        Err(SnapshotError::Damaged(path))
    }
}

/// Gives a finished file its name.
fn named(
    files: &dyn EntryFiles,
    folder: &Path,
    unfinished: &str,
    name: &str,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    let (partial, path) = (folder.join(unfinished), folder.join(name));
    match files.rename_new(&partial, &path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        renamed => return renamed.map_err(SnapshotError::at(&path)),
    }
    if same(files, folder, name, bytes)? {
        return files
            .remove_file(&partial)
            .map_err(SnapshotError::at(&partial));
    }
    let aside = folder.join(format!("{name}.{}.damaged", Ulid::generate()));
    files
        .rename_new(&path, &aside)
        .and_then(|()| files.rename_new(&partial, &path))
        .map_err(SnapshotError::at(&path))
}

/// Whether a file holds these bytes.
fn same(
    files: &dyn EntryFiles,
    folder: &Path,
    name: &str,
    bytes: &[u8],
) -> Result<bool, SnapshotError> {
    match files.read(folder, name, bytes.len() as u64) {
        Ok(there) => Ok(there == bytes),
        Err(ReadError::TooLarge { .. } | ReadError::Special(_)) => Ok(false),
        Err(error) => Err(SnapshotError::reading(&folder.join(name))(error)),
    }
}
