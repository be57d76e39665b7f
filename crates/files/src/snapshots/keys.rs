//! What becomes of the keys that stand in configurations: masked, or encrypted with all that is around them.

use std::sync::Arc;

use flowkeep_core::session::SNAPSHOT_KEY;
use flowkeep_host::{Identities, Recipient, Secrets, SecretsError};

use super::pack::is_open_to;
use super::{SnapshotError, TakeError, Workshop};
use crate::configuration::Keys;

/// How keys in configurations are kept, and what reads them again.
#[derive(Clone, Default)]
pub struct SnapshotKeys {
    /// What contents are encrypted to; where there is nothing, keys are masked.
    pub recipient: Option<Recipient>,
    /// What has the keys to all that was ever encrypted.
    pub secrets: Option<Arc<dyn Secrets>>,
}

impl SnapshotKeys {
    /// What becomes of the keys in a configuration that is kept now.
    pub(super) fn wanted(&self) -> Keys {
        match self.recipient {
            Some(_) => Keys::Encrypted,
            None => Keys::Masked,
        }
    }

    /// The keys to what was encrypted. It may take seconds, and no longer.
    ///
    /// # Errors
    /// [`SnapshotError::Locked`], [`SnapshotError::KeyMissing`].
    pub(super) fn identities(&self) -> Result<Identities, SnapshotError> {
        let secrets = self.secrets.as_ref().ok_or(SnapshotError::KeyMissing)?;
        match secrets.get(SNAPSHOT_KEY) {
            Ok(Some(kept)) => Ok(Identities::of_text(&kept.value)),
            Ok(None) => Err(SnapshotError::KeyMissing),
            Err(error) if error.is_locked() || matches!(error, SecretsError::Busy) => {
                Err(SnapshotError::Locked)
            }
            Err(error) => {
                tracing::info!(%error, "the key of the snapshots cannot be read");
                Err(SnapshotError::KeyMissing)
            }
        }
    }
}

/// How many snapshots hold something that is encrypted to a key that is not here; none where the keys are locked, and
/// nobody can tell.
///
/// # Errors
/// What the database says.
pub fn without_key(workshop: &Workshop) -> Result<u32, TakeError> {
    let packs = workshop.store.encrypted_packs()?;
    if packs.is_empty() {
        return Ok(0);
    }
    let keys = match workshop.keys.identities() {
        Ok(keys) => keys,
        Err(SnapshotError::Locked) => return Ok(0),
        Err(_) => Identities::default(),
    };
    let closed = packs.into_iter();
    let closed: Vec<_> = closed
        .filter(|pack| !is_open_to(&workshop.dir, pack, &keys))
        .collect();
    Ok(workshop.store.snapshots_in(&closed)?)
}
