//! Moving the store to another folder.
//!
//! Nobody else reads or writes it meanwhile. Every file is copied, read back and compared before one transaction says
//! where the store lies from then on; only then the old files go. What is to be cleared away is written down first, so
//! that whoever opens the data after a crash does it: the copy where that transaction did not come, the old files where
//! it did. A file goes only where the store that counts has it as well, or where nobody counts on it. One that its disk
//! does not give stays behind and is named: it keeps the others from nothing.

mod choice;
mod clear;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flowkeep_core::Sha256;
use flowkeep_host::{EntryFiles, Progress, path_text};
use flowkeep_store::{NewOperation, Tag, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ulid::Ulid;

pub use self::choice::StorePlaceError;
use self::choice::{Choice, choose};
pub use self::clear::settle_move;
use self::clear::{Left, ask, finish, listed};
use super::place::{above, make};
use super::store_place::{Mark, STORE_DIR, STORE_MOVE, usual_store_dir};
use super::workshop::PARTIAL;
use super::{SnapshotError, TakeError, Workshop};
use crate::FilesError;

/// What says in progress that files are copied, that they are read back, and that those are removed which are no longer
/// needed.
const COPY: &str = "snapshot_move";
const CHECK: &str = "snapshot_move_check";
const CLEAR: &str = "snapshot_move_clear";

/// Where the store is to lie.
#[derive(Debug, Clone, Default)]
pub struct WantedMove {
    /// An empty folder, or one that is not there yet; in the data folder unless told.
    pub to: Option<PathBuf>,
    /// Whether the old place is lost with all that was in it. Where it is still there, nothing is done. The new one may be
    /// the same folder, or one with this data folder's mark: what lies in that is taken up.
    pub lost: bool,
}

/// What became of a move.
#[derive(Debug, Clone)]
pub struct StoreMoved {
    /// Where the store lies now.
    pub dir: PathBuf,
    /// Files that were moved.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are still where the store lay: they are not the store's, or could not be removed yet.
    pub left: Vec<PathBuf>,
    /// Files of the store that stayed where it lay, because they cannot be read there.
    pub unread: Vec<PathBuf>,
}

/// What a move has still to do, for whoever comes after a crash.
#[derive(Debug, Serialize, Deserialize)]
struct Moving {
    from: String,
    to: String,
    /// Whether the folder was made for it.
    made: bool,
}

/// Moves the store.
///
/// Steps of progress: `snapshot_move` for each file that is copied, `snapshot_move_check` for each that is read back,
/// `snapshot_move_clear` for each that is removed then; that is not cancelled.
///
/// # Errors
/// [`TakeError::Busy`] while anybody is at work on it, [`TakeError::Place`] and others where it cannot lie there,
/// [`TakeError::StoreGone`], what the disk says where nothing can be read. The store is where it was then, whole, and of
/// the copy nothing is left, unless the disk is gone.
pub fn move_store(
    workshop: &Workshop,
    wanted: &WantedMove,
    progress: &dyn Progress,
) -> Result<StoreMoved, TakeError> {
    // A disk that does not answer holds up whoever asks it, and nobody else: the lock is taken after that.
    let lost = wanted.lost;
    if !lost {
        workshop.stands()?;
        ask(workshop)?;
    } else if workshop.is_there() {
        return Err(StorePlaceError::NotLost(workshop.dir.clone()).into());
    }
    let _alone = workshop.alone()?;
    if !lost {
        // What cannot be cleared away now is on a disk that is away; the operator has seen what is left there.
        let _left = finish(workshop, progress)?;
        // By its mark one knows later what may be cleared away there.
        if workshop.is_moved()
            && let Err(error) = workshop.make()
        {
            tracing::warn!(%error, "the store that is moved could not be marked");
        }
    }
    let choice = choose(workshop, wanted.to.as_deref(), lost)?;
    let files = if lost {
        Vec::new()
    } else {
        listed(workshop.files.as_ref(), &workshop.dir)?
    };
    let files: Vec<_> = files.into_iter().filter(StoreFile::comes_along).collect();
    has_room(workshop, &choice, &files)?;
    let there = Workshop {
        dir: choice.dir.clone(),
        ..workshop.clone()
    };
    if lost {
        // Nothing is copied, so nothing is to be cleared away: what lies there may be all that is left.
        carry(workshop, &there, &choice, &files, progress)?;
        switch(workshop, &choice, lost)?;
        return Ok(StoreMoved {
            dir: choice.dir,
            files: 0,
            bytes: 0,
            left: Vec::new(),
            unread: Vec::new(),
        });
    }
    begin(workshop, &choice)?;
    let moved = carry(workshop, &there, &choice, &files, progress)
        .and_then(|carried| switch(workshop, &choice, lost).map(|()| carried));
    // Whatever happened, the database says which of both is the store.
    let (carried, left) = match (moved, finish(&there, progress)) {
        (Ok(carried), left) => (carried, left),
        (Err(error), left) => {
            if let Err(error) = left {
                tracing::warn!(%error, "what was copied of snapshots is cleared away later");
            }
            return Err(error);
        }
    };
    let mut left = left.unwrap_or_else(|error| {
        tracing::warn!(%error, "where snapshots lay is cleared later");
        Left::default()
    });
    left.files.retain(|path| !carried.unread.contains(path));
    Ok(StoreMoved {
        dir: choice.dir,
        files: carried.files,
        bytes: carried.bytes,
        left: left.files,
        unread: carried.unread,
    })
}

/// What was copied.
#[derive(Debug, Default)]
struct Carried {
    files: u32,
    bytes: u64,
    /// What could not be read, where it lies.
    unread: Vec<PathBuf>,
}

/// A file of the store.
#[derive(Debug, Clone)]
struct StoreFile {
    /// Where it lies, from the store.
    place: PathBuf,
    what: What,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// What a file of the store is, by where it lies and how it is called.
#[derive(Debug, Clone)]
enum What {
    /// Somebody may count on it.
    Kept(super::sweep::Named),
    /// It is no longer what it was.
    Damaged,
    /// What says how all that is read.
    Readme,
    /// It was never finished.
    Partial,
    /// It is none of the store's.
    Other,
}

impl StoreFile {
    fn comes_along(&self) -> bool {
        matches!(self.what, What::Kept(_) | What::Damaged | What::Readme)
    }
}

/// Bytes of the files of the store.
pub(super) fn kept_bytes(workshop: &Workshop) -> Result<u64, TakeError> {
    let files = listed(workshop.files.as_ref(), &workshop.dir)?;
    let kept = files.iter().filter(|file| file.comes_along());
    Ok(kept.map(|file| file.bytes).sum())
}

/// Whether all of it fits, in whole clusters and with a tenth on top.
fn has_room(workshop: &Workshop, choice: &Choice, files: &[StoreFile]) -> Result<(), TakeError> {
    let place = if choice.made {
        above(&choice.dir)
    } else {
        &choice.dir
    };
    let space = workshop.files.space(place).map_err(TakeError::at(place))?;
    let in_clusters = |file: &StoreFile| file.bytes.div_ceil(space.cluster) * space.cluster;
    let needed = files.iter().map(in_clusters).sum::<u64>();
    let needed = needed + needed / 10;
    if needed > space.free {
        return Err(TakeError::Files(FilesError::NoRoom {
            path: choice.dir.clone(),
            needed,
            free: space.free,
        }));
    }
    Ok(())
}

/// Writes down what is begun, before anything is on the disk.
fn begin(workshop: &Workshop, choice: &Choice) -> Result<(), TakeError> {
    let moving = Moving {
        from: path_text(&workshop.dir),
        to: path_text(&choice.dir),
        made: choice.made,
    };
    let moving = serde_json::to_value(moving).unwrap_or_default();
    workshop
        .store
        .write(move |tx| Ok(tx.set_setting(STORE_MOVE, &moving)?))
}

/// Copies the files, and reads them back once all of them are on the disk. What the old disk does not give is left there, as
/// long as it gives anything.
fn carry(
    workshop: &Workshop,
    there: &Workshop,
    choice: &Choice,
    all: &[StoreFile],
    progress: &dyn Progress,
) -> Result<Carried, TakeError> {
    let files = workshop.files.as_ref();
    if choice.made {
        make(files, &choice.dir)?;
    }
    if there.is_moved() {
        Mark::write(files, &choice.dir, &workshop.data_dir, choice.made)?;
    }
    let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let go_on = |phase, done, file: &StoreFile| {
        if progress.cancelled() {
            return Err(SnapshotError::Cancelled);
        }
        let name = file.place.display().to_string();
        progress.step(phase, done, Some(total), Some(&name));
        Ok(())
    };
    let mut copied = Vec::with_capacity(all.len());
    let mut carried = Carried::default();
    let (mut refused, mut is_any_kept) = (None, false);
    for (done, file) in (1..).zip(all) {
        go_on(COPY, done, file)?;
        let (bytes, hash) = match given(workshop, file) {
            Ok(given) => given,
            Err(error) => {
                if !gives_others(workshop) {
                    return Err(error.into());
                }
                tracing::warn!(%error, "a file of snapshots cannot be moved");
                carried.unread.push(workshop.dir.join(&file.place));
                refused.get_or_insert(error);
                continue;
            }
        };
        copy(files, &choice.dir, file, &bytes)?;
        is_any_kept |= matches!(file.what, What::Kept(_));
        carried.files = carried.files.saturating_add(1);
        carried.bytes += file.bytes;
        copied.push((file, hash));
    }
    if let Some(error) = refused.filter(|_| !is_any_kept) {
        return Err(error.into());
    }
    files
        .flush_tree(&choice.dir)
        .and_then(|()| files.flush(above(&choice.dir)))
        .map_err(TakeError::at(&choice.dir))?;
    for (done, (file, hash)) in (1..).zip(copied) {
        go_on(CHECK, done, file)?;
        if read(files, &choice.dir, file)?.1 != hash {
            return Err(SnapshotError::Damaged(choice.dir.join(&file.place)).into());
        }
    }
    Ok(carried)
}

/// What is in a file of the store as it was. A disk that refuses it is asked twice.
fn given(workshop: &Workshop, file: &StoreFile) -> Result<(Vec<u8>, Sha256), SnapshotError> {
    let files = workshop.files.as_ref();
    read(files, &workshop.dir, file).or_else(|_| read(files, &workshop.dir, file))
}

/// Whether the disk of the store answers at all.
fn gives_others(workshop: &Workshop) -> bool {
    workshop.stands().is_ok() && workshop.files.entries(&workshop.dir).is_ok()
}

/// Writes a file under a name that says that it is not finished; then it gets its own.
fn copy(
    files: &dyn EntryFiles,
    to: &Path,
    file: &StoreFile,
    bytes: &[u8],
) -> Result<(), SnapshotError> {
    let path = to.join(&file.place);
    let folder = above(&path);
    if folder != to {
        make(files, above(folder))?;
        make(files, folder)?;
    }
    let partial = folder.join(format!("{}{PARTIAL}", Ulid::generate()));
    files
        .write_new(&partial, bytes)
        .map_err(SnapshotError::at(&path))?;
    // By it one tells what is old; without it, it only stays longer.
    if let Some(modified) = file.modified
        && let Err(error) = files.set_modified(&partial, modified)
    {
        tracing::debug!(%error, path = %path.display(), "its time is that of the copy");
    }
    files
        .rename_new(&partial, &path)
        .map_err(SnapshotError::at(&path))?;
    Ok(())
}

fn read(
    files: &dyn EntryFiles,
    store: &Path,
    file: &StoreFile,
) -> Result<(Vec<u8>, Sha256), SnapshotError> {
    let path = store.join(&file.place);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = files
        .read(above(&path), &name, file.bytes)
        .map_err(SnapshotError::reading(&path))?;
    let hash = Sha256::of(&bytes);
    Ok((bytes, hash))
}

/// Says where the store lies from now on. Of a store that is lost there is nothing to clear away.
fn switch(workshop: &Workshop, choice: &Choice, lost: bool) -> Result<(), TakeError> {
    let path = path_text(&choice.dir);
    let chosen = if choice.dir == usual_store_dir(&workshop.data_dir) {
        Value::Null
    } else {
        Value::from(path.clone())
    };
    let (actor, face) = (workshop.actor.clone(), workshop.face);
    workshop.store.write(move |tx: &Tx<'_>| {
        tx.set_setting(STORE_DIR, &chosen)?;
        tx.tag(&Tag::Session);
        if lost {
            tx.set_setting(STORE_MOVE, &Value::Null)?;
        }
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "session_move_store",
            name: Some(&path),
            undoes: None,
            items: &[],
        };
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    })
}
