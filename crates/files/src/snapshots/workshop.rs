//! What snapshots are taken with, and the lock by which nothing is cleared away that somebody is about to keep.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use flowkeep_core::Message;
use flowkeep_host::{Clock, EntryFiles, FileLock, LockError, path_text, private_folder};
use flowkeep_store::Store;
use ulid::Ulid;

use super::pack::{self, PackReader};
use super::place::prepare;
use super::store_place::{Mark, store_dir, usual_store_dir};
use super::{SnapshotKeys, TakeError, recover};
use crate::io_reason;

/// What ends the names of files that are not finished.
pub(super) const PARTIAL: &str = ".partial";

/// How long somebody who clears up is waited for, and how often it is looked whether they are done.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(20);

/// The lock of the store.
const STORE: &str = "snapshots";

/// What snapshots are taken with.
#[derive(Clone)]
pub struct Workshop {
    /// Where what is kept is written down.
    pub store: Arc<Store>,
    /// The file system.
    pub files: Arc<dyn EntryFiles>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where the locks are.
    pub data_dir: PathBuf,
    /// Where the files of snapshots lie, as [`store_dir`] says.
    pub dir: PathBuf,
    /// What becomes of the keys in configurations.
    pub keys: SnapshotKeys,
    /// Who Activity says it was.
    pub actor: String,
    /// Through which face.
    pub face: &'static str,
}

impl Workshop {
    /// A reader of what is kept.
    pub fn reader(&self) -> PackReader {
        PackReader::with_keys(&self.dir, self.keys.clone())
    }

    /// Keeps everybody from clearing away. Many may hold this; death gives it back. Whoever clears up is waited for
    /// a while: most often there is little to clear, and nobody asked for it just then. Where the store was moved
    /// nobody waits: it does not come back.
    ///
    /// # Errors
    /// [`TakeError::Busy`], [`TakeError::Io`].
    pub(super) fn share(&self) -> Result<FileLock, TakeError> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.lock(FileLock::try_share) {
                Err(TakeError::Busy) if Instant::now() < until && !self.has_moved()? => {
                    thread::sleep(LOOK);
                }
                settled => return settled,
            }
        }
    }

    /// Keeps everybody from taking snapshots.
    ///
    /// # Errors
    /// [`TakeError::Busy`], [`TakeError::Io`].
    pub(super) fn alone(&self) -> Result<FileLock, TakeError> {
        self.lock(FileLock::try_take)
    }

    /// Keeps everybody else from the same work; nothing where somebody does it. Death gives it back.
    ///
    /// # Errors
    /// [`TakeError::Io`].
    pub(super) fn only_one(&self, work: &str) -> Result<Option<FileLock>, TakeError> {
        lock(&self.data_dir, work, FileLock::try_take)
    }

    fn lock(
        &self,
        take: impl FnOnce(&Path) -> Result<FileLock, LockError>,
    ) -> Result<FileLock, TakeError> {
        let lock = lock(&self.data_dir, STORE, take)?.ok_or(TakeError::Busy)?;
        // Somebody moved the store after this was put together: whoever asks again finds it there.
        if self.has_moved()? {
            return Err(TakeError::Busy);
        }
        Ok(lock)
    }

    /// Whether the store is another one by now.
    fn has_moved(&self) -> Result<bool, TakeError> {
        Ok(store_dir(&self.store, &self.data_dir)? != self.dir)
    }

    /// Says on the disk that something is being written: while this file is there, what is unfinished in the
    /// folders below is worth looking for.
    ///
    /// # Errors
    /// [`TakeError::Io`].
    pub(super) fn mark(&self) -> Result<PathBuf, TakeError> {
        let path = self.dir.join(format!("{}{PARTIAL}", Ulid::generate()));
        self.files
            .write_new(&path, b"")
            .map_err(TakeError::at(&path))?;
        Ok(path)
    }

    /// Whether the store lies in a folder that was chosen.
    pub fn is_moved(&self) -> bool {
        self.dir != usual_store_dir(&self.data_dir)
    }

    /// Whether the store is there.
    pub fn is_there(&self) -> bool {
        if self.is_moved() {
            return self.belongs_here().is_ok();
        }
        self.files.entry(&self.dir).is_ok_and(|dir| dir.is_some())
    }

    /// That the store is there, or that nothing lies in it yet.
    ///
    /// # Errors
    /// [`TakeError::StoreGone`], [`TakeError::StoreForeign`]; what the database says.
    pub fn stands(&self) -> Result<(), TakeError> {
        if self.is_moved() {
            return self.belongs_here();
        }
        if !self.is_there() && self.store.keeps_packs()? {
            return Err(TakeError::StoreGone(self.dir.clone()));
        }
        Ok(())
    }

    /// Why contents cannot be had that should be there: their store is away, or another data folder's.
    pub(super) fn away(&self) -> Option<Message> {
        match self.stands().err()? {
            TakeError::StoreGone(path) => {
                Some(Message::new("snapshot_contents_away").with("path", path_text(&path)))
            }
            TakeError::StoreForeign { path, owner } => Some(
                Message::new("snapshot_contents_foreign")
                    .with("path", path_text(&path))
                    .with("other", path_text(&owner)),
            ),
            TakeError::Io { source, .. } => Some(io_reason(&source)),
            _ => None,
        }
    }

    /// That a chosen folder is this data folder's: it says so, or says nothing and holds what is counted on.
    fn belongs_here(&self) -> Result<(), TakeError> {
        let gone = || TakeError::StoreGone(self.dir.clone());
        match Mark::read(self.files.as_ref(), &self.dir, &self.data_dir)? {
            Mark::Ours(_) => Ok(()),
            Mark::Of(owner) => Err(TakeError::StoreForeign {
                path: self.dir.clone(),
                owner,
            }),
            Mark::Missing => {
                let packs = self.store.needed_packs()?;
                let is_here = |name| pack::path(&self.dir, name).is_file();
                let known = packs.iter().any(|pack| is_here(&pack.name));
                known.then_some(()).ok_or_else(gone)
            }
        }
    }

    /// Makes the store where nothing lies in it yet.
    ///
    /// # Errors
    /// As [`Workshop::stands`]; what the disk says.
    pub(super) fn prepare(&self) -> Result<(), TakeError> {
        self.stands()?;
        self.make()
    }

    /// Makes the store where it is not there. A chosen folder is not made anew.
    ///
    /// # Errors
    /// As [`Workshop::stands`]; what the disk says.
    pub(super) fn make(&self) -> Result<(), TakeError> {
        let files = self.files.as_ref();
        if self.is_moved() {
            self.stands()?;
            prepare(files, &self.dir)?;
            let made = match Mark::read(files, &self.dir, &self.data_dir)? {
                Mark::Ours(owner) => owner.made,
                Mark::Of(_) | Mark::Missing => false,
            };
            Mark::write(files, &self.dir, &self.data_dir, made)?;
        } else {
            prepare(files, &self.dir)?;
        }
        Ok(())
    }

    /// Whether anything can be written into the store; nothing of that is left.
    ///
    /// # Errors
    /// [`TakeError::Io`].
    pub fn try_to_write(&self) -> Result<(), TakeError> {
        let mark = self.mark()?;
        self.files.remove_file(&mark).map_err(TakeError::at(&mark))
    }

    /// Does what writes into the store, under a mark; what is broken off is cleared away. `shared` is given back
    /// before that.
    ///
    /// # Errors
    /// What `work` says; [`TakeError::Io`].
    pub(super) fn marked<T>(
        &self,
        shared: FileLock,
        work: impl FnOnce() -> Result<T, TakeError>,
    ) -> Result<T, TakeError> {
        let mark = self.mark()?;
        match work() {
            Ok(done) => {
                if let Err(error) = self.files.remove_file(&mark) {
                    tracing::warn!(%error, path = %mark.display(), "could not be removed");
                }
                Ok(done)
            }
            Err(error) => {
                drop(shared);
                if let Err(error) = recover(self) {
                    tracing::warn!(%error, "what was broken off is cleared away later");
                }
                Err(error)
            }
        }
    }
}

/// Keeps everybody from clearing away what is kept in this data folder, as [`Workshop::share`] does.
///
/// # Errors
/// [`TakeError::Busy`], [`TakeError::Io`].
pub(crate) fn share(data_dir: &Path) -> Result<FileLock, TakeError> {
    lock(data_dir, STORE, FileLock::try_share)?.ok_or(TakeError::Busy)
}

fn lock(
    data_dir: &Path,
    name: &str,
    take: impl FnOnce(&Path) -> Result<FileLock, LockError>,
) -> Result<Option<FileLock>, TakeError> {
    let locks = data_dir.join("locks");
    private_folder(&locks).map_err(TakeError::at(&locks))?;
    let path = locks.join(name);
    match take(&path) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held) => Ok(None),
        Err(LockError::Io(source)) => Err(TakeError::Io { path, source }),
    }
}
