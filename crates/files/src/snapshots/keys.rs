//! What becomes of the keys that stand in configurations: masked, or encrypted with all that is around them.

use std::sync::Arc;

use flowkeep_core::session::SNAPSHOT_KEY;
use flowkeep_host::{Identities, Recipient, Secrets, SecretsError};
use flowkeep_store::{ClosedSnapshot, EncryptedPack};

use super::pack::opened_by;
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

/// The snapshots that hold something which none of the keys here opens; none where the keys are locked, and nobody can
/// tell.
///
/// # Errors
/// What the database says.
pub fn without_key(workshop: &Workshop) -> Result<Vec<ClosedSnapshot>, TakeError> {
    let packs = workshop.store.encrypted_packs()?;
    if packs.is_empty() {
        return Ok(Vec::new());
    }
    let keys = match workshop.keys.identities() {
        Ok(keys) => keys,
        Err(SnapshotError::Locked) => return Ok(Vec::new()),
        Err(_) => Identities::default(),
    };
    let here: Vec<_> = keys.recipients().iter().map(ToString::to_string).collect();
    let is_closed = |pack: &EncryptedPack| match &pack.recipient {
        Some(recipient) => !here.contains(recipient),
        None => opened_by(&workshop.dir, &pack.name, &keys).is_err(),
    };
    let closed = packs.into_iter().filter(is_closed);
    let closed: Vec<_> = closed.map(|pack| pack.name).collect();
    Ok(workshop.store.snapshots_closed_by(&closed)?)
}

/// Notes to which of the keys here the packs are encrypted of which nobody knew.
///
/// # Errors
/// What the database says.
pub fn note_recipients(workshop: &Workshop) -> Result<(), TakeError> {
    let mut packs = workshop.store.encrypted_packs()?;
    packs.retain(|pack| pack.recipient.is_none());
    if packs.is_empty() {
        return Ok(());
    }
    let Ok(keys) = workshop.keys.identities() else {
        return Ok(());
    };
    let known = packs.into_iter().filter_map(|pack| {
        let recipient = opened_by(&workshop.dir, &pack.name, &keys).ok().flatten()?;
        Some((pack.name, recipient.to_string()))
    });
    let known: Vec<_> = known.collect();
    workshop.store.write(move |tx| {
        for (pack, recipient) in &known {
            tx.note_recipient(*pack, recipient)?;
        }
        Ok(())
    })
}
