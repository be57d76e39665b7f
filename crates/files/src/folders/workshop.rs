//! What work in a folder is done with, and the lock that keeps it to one at a time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::FolderId;
use flowkeep_host::{Clock, EntryFiles, FileLock, LockError, private_folder};
use flowkeep_store::{
    FolderBegun, FolderWork, NewOperation, OperationItemRecord, Store, StoreError,
    TaskFolderRecord, Tx,
};

use super::{FolderBusy, FolderError};

/// What work in a folder is done with.
#[derive(Clone)]
pub struct Workshop {
    /// Where what is done is written down.
    pub store: Arc<Store>,
    /// The file system.
    pub files: Arc<dyn EntryFiles>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where the locks are: never in the folder itself.
    pub data_dir: PathBuf,
    /// Who Activity says it was.
    pub actor: String,
    /// Through which face.
    pub face: &'static str,
}

/// The lock in the data folder, and the one on the folder itself where it can be had.
pub(super) struct FolderLock {
    _here: FileLock,
    _there: Option<FileLock>,
}

impl Workshop {
    /// Keeps everybody else from moving files of a folder, also those who know it in another data folder.
    /// Death gives it back.
    ///
    /// # Errors
    /// [`FolderError::Busy`], [`FolderError::Io`].
    pub(super) fn lock(&self, folder: FolderId) -> Result<FolderLock, FolderError> {
        let here = self.lock_here(folder)?;
        let known = self.store.task_folder(folder)?;
        let there = match known.map(|known| FileLock::try_take_folder(&known.path)) {
            Some(Ok(lock)) => Some(lock),
            Some(Err(LockError::Held)) => return Err(FolderError::Busy(FolderBusy::Archive)),
            // It is not there, or its volume knows no such locks.
            Some(Err(LockError::Io(error))) => {
                tracing::debug!(%error, folder = %folder, "the folder itself is not locked");
                None
            }
            None => None,
        };
        Ok(FolderLock {
            _here: here,
            _there: there,
        })
    }

    /// Keeps everybody else of this data folder from moving files of a folder.
    ///
    /// # Errors
    /// [`FolderError::Busy`], [`FolderError::Io`].
    pub(super) fn lock_here(&self, folder: FolderId) -> Result<FileLock, FolderError> {
        let locks = self.data_dir.join("locks");
        private_folder(&locks).map_err(FolderError::at(&locks))?;
        let path = locks.join(format!("folder-{folder}"));
        FileLock::try_take(&path).map_err(|error| match error {
            LockError::Held => FolderError::Busy(FolderBusy::Archive),
            LockError::Io(source) => FolderError::Io { path, source },
        })
    }

    /// A folder, and that it is where it was.
    ///
    /// # Errors
    /// [`FolderError::Unknown`], [`FolderError::Gone`], [`FolderError::Unsafe`] where a link stands in
    /// the way to it by now.
    pub(super) fn folder(&self, id: FolderId) -> Result<TaskFolderRecord, FolderError> {
        let folder = self.store.task_folder(id)?.ok_or(FolderError::Unknown)?;
        is_there(&folder.path)?;
        Ok(folder)
    }

    /// Whether nothing is written down that was begun in a folder and has not ended.
    ///
    /// # Errors
    /// [`FolderError::Store`].
    pub(super) fn is_settled(&self, folder: FolderId) -> Result<bool, FolderError> {
        Ok(self.store.folder_work(folder)?.is_none())
    }

    /// What the disk tells a folder by, where it does.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub(super) fn identity(
        &self,
        folder: &TaskFolderRecord,
    ) -> Result<Option<(u64, u64)>, FolderError> {
        let entry = self.files.entry(&folder.path);
        let entry = entry.map_err(FolderError::at(&folder.path))?;
        Ok(entry.and_then(|entry| entry.identity))
    }

    /// That a folder is the one in which something was begun. Where a disk was mounted lies an empty folder once it
    /// is gone: what is missing in that one was neither moved nor removed by anybody.
    ///
    /// # Errors
    /// [`FolderError::Replaced`], [`FolderError::Io`].
    pub(super) fn is_same_place(
        &self,
        folder: &TaskFolderRecord,
        within: Option<(u64, u64)>,
    ) -> Result<(), FolderError> {
        if within.is_none() || within == self.identity(folder)? {
            return Ok(());
        }
        let entries = self.files.entries(&folder.path);
        let entries = entries.map_err(FolderError::at(&folder.path))?;
        // With something in it, it was moved, or its disk came back under another number.
        if entries.is_empty() {
            return Err(FolderError::Replaced(folder.path.clone()));
        }
        Ok(())
    }

    /// Writes down what is about to be done in a folder; answers the number of an archive that is made, which
    /// comes after `after`.
    ///
    /// # Errors
    /// [`FolderError::Busy`], [`FolderError::Unknown`]; nothing is begun then.
    pub(super) fn begin(&self, work: FolderWork, after: u64) -> Result<u64, FolderError> {
        let begun = self.store.write::<_, StoreError>(move |tx| {
            tx.raise_folder_sequence(work.folder, after)?;
            tx.begin_folder_work(&work)
        })?;
        match begun {
            FolderBegun::Begun(sequence) => Ok(sequence),
            FolderBegun::Held(run) => Err(FolderError::Busy(FolderBusy::Run(run))),
            FolderBegun::Busy(_) => Err(FolderError::Busy(FolderBusy::Archive)),
            FolderBegun::Unknown => Err(FolderError::Unknown),
        }
    }

    /// Writes down what was done, as Activity tells it: which folder, and in it which archives or files.
    pub(super) fn tell(
        &self,
        folder: &TaskFolderRecord,
        operation: &'static str,
        names: &[String],
    ) -> impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static + use<> {
        let item = |name: &String| OperationItemRecord {
            kind: "folder".to_owned(),
            id: folder.id.to_string(),
            name: Some(format!("{}/{name}", folder.name())),
            before: None,
            after: None,
        };
        let items: Vec<_> = names.iter().map(item).collect();
        let (actor, face) = (self.actor.clone(), self.face);
        move |tx| {
            let operation = NewOperation {
                actor: &actor,
                face,
                operation,
                name: None,
                undoes: None,
                items: &items,
            };
            tx.record_operation(tx.next_operation_id()?, &operation)
        }
    }
}

/// That a folder is there, and nowhere else: a link in the way to it would lead its files away.
pub(super) fn is_there(path: &Path) -> Result<(), FolderError> {
    match path.canonicalize() {
        Ok(real) if real != path => Err(FolderError::Unsafe {
            path: path.to_owned(),
            why: flowkeep_core::Message::new("folder_unsafe_link").with("to", real.display()),
        }),
        Ok(real) if !real.is_dir() => Err(FolderError::Gone(path.to_owned())),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(FolderError::Gone(path.to_owned()))
        }
        Err(error) => Err(FolderError::at(path)(error)),
    }
}
