//! Who owns what in a data folder: the engine (one process of any face) and the window (one
//! desktop). Both are locks of the operating system.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_host::{DataFolder, FileLock, LockError};
use flowkeep_store::{Request, Store, StoreError};

use crate::api::make_folder;
use crate::{AppError, Face};

/// Ownership of the engine, for as long as this is held.
pub(crate) struct Owner {
    store: Arc<Store>,
    /// Present once it was written down who owns the engine. A command that is over in a moment
    /// holds the lock and writes nothing: reading must not write.
    epoch: Option<i64>,
    _engine: EngineLock,
}

/// The lock of the engine of a data folder, before anybody is written down as its owner.
#[derive(Debug)]
pub(crate) struct EngineLock {
    _lock: FileLock,
}

impl EngineLock {
    /// Takes the lock when nobody has it. It is taken before the database is opened, so that
    /// whoever exchanges the database ([`crate::set_aside`]) has no one beside it.
    ///
    /// # Errors
    /// `data_folder_unwritable`.
    pub(crate) fn try_take(data_dir: &Path) -> Result<Option<Self>, AppError> {
        let lock = free(data_dir, FileLock::try_take(&data_dir.join("lock")))?;
        Ok(lock.map(|lock| Self { _lock: lock }))
    }
}

/// Says that the database of a data folder is open, for as long as this is held. Whoever has it
/// open shares this; whoever exchanges it has it alone. The engine's lock does not tell: its owner
/// may have ended while others work on.
#[derive(Debug)]
pub(crate) struct InUse {
    _lock: FileLock,
}

const IN_USE: &str = "in-use.lock";

impl InUse {
    /// Taken before the database is opened; nothing while it is exchanged.
    ///
    /// # Errors
    /// `data_folder_unwritable`.
    pub(crate) fn share(data_dir: &Path) -> Result<Option<Self>, AppError> {
        let lock = free(data_dir, FileLock::try_share(&data_dir.join(IN_USE)))?;
        Ok(lock.map(|lock| Self { _lock: lock }))
    }

    /// Taken to exchange the database; nothing while anybody has it open.
    ///
    /// # Errors
    /// `data_folder_unwritable`.
    pub(crate) fn alone(data_dir: &Path) -> Result<Option<Self>, AppError> {
        let lock = free(data_dir, FileLock::try_take(&data_dir.join(IN_USE)))?;
        Ok(lock.map(|lock| Self { _lock: lock }))
    }
}

/// Says that the engine's owner carries out all runs there are and starts what starts by itself, for as
/// long as this is held. An owner that passes by, for one run somebody waits for, does not hold it.
#[derive(Debug)]
pub(crate) struct AllRuns {
    _lock: FileLock,
}

const ALL_RUNS: &str = "all-runs.lock";

impl AllRuns {
    /// Taken by the engine's owner; nothing while somebody looks whether it is, which is over in a moment.
    ///
    /// # Errors
    /// `data_folder_unwritable`.
    pub(crate) fn take(data_dir: &Path) -> Result<Option<Self>, AppError> {
        let lock = free(data_dir, FileLock::try_take(&data_dir.join(ALL_RUNS)))?;
        Ok(lock.map(|lock| Self { _lock: lock }))
    }

    /// Whether some process holds it.
    ///
    /// # Errors
    /// `data_folder_unwritable`.
    pub(crate) fn is_taken(data_dir: &Path) -> Result<bool, AppError> {
        // Shared: two that look at once take each other for nobody.
        let looked = free(data_dir, FileLock::try_share(&data_dir.join(ALL_RUNS)))?;
        Ok(looked.is_none())
    }
}

/// The lock, if it was free.
fn free(data_dir: &Path, taken: Result<FileLock, LockError>) -> Result<Option<FileLock>, AppError> {
    match taken {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held) => Ok(None),
        Err(LockError::Io(error)) => Err(AppError::new("data_folder_unwritable")
            .with("path", data_dir.display())
            .with("detail", error)
            .hint("check_permissions")
            .hint("copy_to_read")),
    }
}

impl Owner {
    /// Makes the holder of the lock the owner. A face that stays writes that down.
    pub(crate) fn take(
        store: &Arc<Store>,
        engine: EngineLock,
        face: Face,
    ) -> Result<Self, AppError> {
        let epoch = match face {
            Face::Cli => None,
            Face::Desktop => Some(store.write::<_, StoreError>(move |tx| {
                tx.take_ownership(face.as_str(), std::process::id())
            })?),
        };
        Ok(Self {
            store: store.clone(),
            epoch,
            _engine: engine,
        })
    }
}

impl Owner {
    /// The epoch that the engine's writes carry. It is written down who owns the engine then.
    pub(crate) fn epoch(&mut self, face: Face) -> Result<i64, AppError> {
        if let Some(epoch) = self.epoch {
            return Ok(epoch);
        }
        let process = std::process::id();
        let taken = self
            .store
            .write::<_, StoreError>(move |tx| tx.take_ownership(face.as_str(), process))?;
        self.epoch = Some(taken);
        Ok(taken)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let Some(epoch) = self.epoch else { return };
        let left = self
            .store
            .write::<_, StoreError>(move |tx| tx.leave_ownership(epoch));
        if let Err(error) = left {
            tracing::warn!(%error, "the end of the ownership could not be written down");
        }
    }
}

/// The one window of a data folder, for as long as this is held.
#[derive(Debug)]
pub struct WindowClaim {
    _lock: FileLock,
}

/// Another process has the window of this data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyOpen;

/// Claims the window of a data folder, which is made when missing, before anything of it is
/// opened.
///
/// There is no claim on a folder that is refused (a network share, a sync client's, one that was
/// chosen and is gone) or cannot be written; nothing was made in it, and nothing should be. Opening it says why.
///
/// # Errors
/// [`AlreadyOpen`]: another process has it; see [`show_window`].
pub fn window_claim(folder: &DataFolder) -> Result<Option<WindowClaim>, AlreadyOpen> {
    if let Err(error) = make_folder(folder) {
        tracing::warn!(code = error.code, "the data folder is not to be used");
        return Ok(None);
    }
    match FileLock::try_take(&folder.path.join("window.lock")) {
        Ok(lock) => Ok(Some(WindowClaim { _lock: lock })),
        Err(LockError::Io(error)) => {
            tracing::warn!(%error, "the window's lock could not be taken");
            Ok(None)
        }
        Err(LockError::Held) => Err(AlreadyOpen),
    }
}

/// Claims the window of a data folder as [`window_claim`] does. When another process has it, that one
/// is asked to bring it forward, or to open it anew where it went on without one. One that is about
/// to end answers nobody: then the claim is this process's as soon as that one has gone.
///
/// # Errors
/// [`AlreadyOpen`]: the other one shows its window, and this process should end.
pub fn show_window(folder: &DataFolder) -> Result<Option<WindowClaim>, AlreadyOpen> {
    match window_claim(folder) {
        Err(AlreadyOpen) => {}
        claimed => return claimed,
    }
    match Asked::of_the_other(&folder.path) {
        Ok(Some(asked)) => asked.until_answered(folder),
        Ok(None) => Err(AlreadyOpen),
        Err(error) => {
            tracing::warn!(%error, "the open window could not be asked to show itself");
            Err(AlreadyOpen)
        }
    }
}

/// How long the process that has the window may take to answer, or to end: longer than an engine
/// takes to leave.
const ANSWER: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A request to show the window, and the database it was left in.
struct Asked {
    store: Store,
    request: i64,
    _in_use: InUse,
}

impl Asked {
    /// Nothing where there is no database to leave a request in.
    fn of_the_other(data_dir: &Path) -> Result<Option<Self>, StoreError> {
        let Ok(Some(in_use)) = InUse::share(data_dir) else {
            // Its recovery window is at work.
            return Ok(None);
        };
        // A broken-off exchange is being undone there: nothing may be made in its way.
        if !crate::set_aside::under_way(data_dir).is_empty()
            || !data_dir.join("flowkeep.db").is_file()
        {
            return Ok(None);
        }
        let store = Store::open(flowkeep_store::StoreOptions {
            path: data_dir.join("flowkeep.db"),
            safety: data_dir.join("safety"),
            clock: Arc::new(flowkeep_host::SystemClock),
        })?;
        let request = store.write(|tx| tx.leave_request("window", &Request::WindowShow))?;
        Ok(Some(Self {
            store,
            request,
            _in_use: in_use,
        }))
    }

    fn until_answered(self, folder: &DataFolder) -> Result<Option<WindowClaim>, AlreadyOpen> {
        let since = Instant::now();
        // A database that cannot be read is not waited for either.
        while self.store.is_asked(self.request).unwrap_or_default() && since.elapsed() < ANSWER {
            if let Ok(claim) = window_claim(folder) {
                return Ok(claim);
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Err(AlreadyOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_claimed_once_also_in_a_folder_that_is_not_made_yet() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::told(root.path().join("not/made/yet"));
        let claim = window_claim(&folder).unwrap();
        assert!(claim.is_some());
        assert_eq!(window_claim(&folder).unwrap_err(), AlreadyOpen);
        drop(claim);
        assert!(window_claim(&folder).unwrap().is_some());
    }

    #[test]
    fn nothing_is_left_in_a_folder_that_is_refused() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(".stfolder")).unwrap();
        let data_dir = root.path().join("data");
        let folder = DataFolder::told(data_dir.clone());
        assert!(window_claim(&folder).unwrap().is_none());
        assert!(!data_dir.exists());
    }
}
