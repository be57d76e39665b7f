//! Who owns what in a data folder: the engine (one process of any face) and the window (one
//! desktop). Both are locks of the operating system.

use std::path::Path;
use std::sync::Arc;

use flowkeep_host::{FileLock, LockError};
use flowkeep_store::{Request, Store, StoreError};

use crate::{AppError, Face};

/// Ownership of the engine, for as long as this is held.
pub(crate) struct Owner {
    store: Arc<Store>,
    /// Present once it was written down who owns the engine. A command that is over in a moment
    /// holds the lock and writes nothing: reading must not write.
    epoch: Option<i64>,
    _lock: FileLock,
}

impl Owner {
    /// Takes the engine when nobody has it. A face that stays writes down that it does.
    pub(crate) fn try_take(
        store: &Arc<Store>,
        data_dir: &Path,
        face: Face,
    ) -> Result<Option<Self>, AppError> {
        let lock = match FileLock::try_take(&data_dir.join("lock")) {
            Ok(lock) => lock,
            Err(LockError::Held) => return Ok(None),
            Err(LockError::Io(error)) => {
                return Err(AppError::new("data_folder_unwritable")
                    .with("path", data_dir.display())
                    .with("detail", error));
            }
        };
        let epoch = match face {
            Face::Cli => None,
            Face::Desktop => Some(store.write::<_, StoreError>(move |tx| {
                tx.take_ownership(face.as_str(), std::process::id())
            })?),
        };
        Ok(Some(Self {
            store: store.clone(),
            epoch,
            _lock: lock,
        }))
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

/// Another process has the window of this data folder; it was asked to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyOpen;

/// Claims the window of a data folder, before anything of it is opened. When another process has
/// it, that one is asked to bring it forward.
///
/// # Errors
/// [`AlreadyOpen`]: this process should end. A folder that cannot be written is not an error here;
/// opening it will say so.
pub fn window_claim(data_dir: &Path) -> Result<Option<WindowClaim>, AlreadyOpen> {
    match FileLock::try_take(&data_dir.join("window.lock")) {
        Ok(lock) => Ok(Some(WindowClaim { _lock: lock })),
        Err(LockError::Io(error)) => {
            tracing::warn!(%error, "the window's lock could not be taken");
            Ok(None)
        }
        Err(LockError::Held) => {
            if let Err(error) = ask_to_show(data_dir) {
                tracing::warn!(%error, "the open window could not be asked to show itself");
            }
            Err(AlreadyOpen)
        }
    }
}

fn ask_to_show(data_dir: &Path) -> Result<(), StoreError> {
    let store = Store::open(flowkeep_store::StoreOptions {
        path: data_dir.join("flowkeep.db"),
        safety: data_dir.join("safety"),
        clock: Arc::new(flowkeep_host::SystemClock),
    })?;
    store.write(|tx| tx.leave_request("window", &Request::WindowShow))
}
