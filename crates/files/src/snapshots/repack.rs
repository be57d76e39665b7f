//! Packs that are mostly what nobody wants any more: what is wanted of them comes into another one.

use flowkeep_host::Progress;
use flowkeep_store::{NewPack, SparsePack};

use super::pack::{PackWriter, Placed};
use super::take_rows::new_pack;
use super::{SnapshotError, TakeError, Workshop};

/// A pack of which less is not wanted is left as it is, in bytes.
const WORTH_IT: u64 = 64 << 10;

/// What became of packs that were mostly unwanted.
#[derive(Debug, Default)]
pub(super) struct Repacked {
    /// How many are replaced.
    pub(super) packs: u32,
    /// Bytes of what replaces them.
    pub(super) bytes: u64,
}

/// Whether there is any such pack.
pub(super) fn is_due(workshop: &Workshop) -> Result<bool, TakeError> {
    Ok(!sparse(workshop)?.is_empty())
}

/// Those that can be written anew: what is encrypted stays so, and to the same key.
fn sparse(workshop: &Workshop) -> Result<Vec<SparsePack>, TakeError> {
    let recipient = workshop.keys.recipient.as_ref().map(ToString::to_string);
    Ok(workshop
        .store
        .sparse_packs(WORTH_IT, recipient.as_deref())?)
}

/// Puts what is wanted of such packs into new ones, and lets go of them. One from which not all can be read is
/// left as it is: nothing of it is lost that is not lost already.
///
/// Steps of progress: `session_clean_up` for each pack.
///
/// # Errors
/// [`TakeError`]; each pack is as it was then, or replaced.
pub(super) fn repack(workshop: &Workshop, progress: &dyn Progress) -> Result<Repacked, TakeError> {
    let sparse = sparse(workshop)?;
    let total = u32::try_from(sparse.len()).ok();
    let mut done = Repacked::default();
    for (number, pack) in (0..).zip(sparse) {
        if progress.cancelled() {
            break;
        }
        progress.step("session_clean_up", number, total, None);
        let packs = match written(workshop, &pack) {
            Err(TakeError::Snapshot(
                error @ (SnapshotError::Damaged(_)
                | SnapshotError::Gone(_)
                | SnapshotError::Locked
                | SnapshotError::KeyMissing),
            )) => {
                tracing::warn!(%error, "a pack cannot be made smaller");
                continue;
            }
            packs => packs?,
        };
        done.packs += 1;
        done.bytes += packs.iter().map(|pack| pack.bytes).sum::<u64>();
        workshop.store.write::<_, TakeError>(move |tx| {
            for pack in &packs {
                tx.keep_pack(pack)?;
            }
            // Also of what somebody let go of while it was written.
            Ok(tx.let_go_of_unused()?)
        })?;
    }
    Ok(done)
}

fn written(workshop: &Workshop, pack: &SparsePack) -> Result<Vec<NewPack>, TakeError> {
    let is_encrypted = pack.objects.iter().any(|kept| kept.is_encrypted);
    let recipient = workshop.keys.recipient.clone();
    let recipient = recipient.filter(|_| is_encrypted);
    let mut reader = workshop.reader();
    let writer = PackWriter::new(workshop.files.as_ref(), &workshop.dir)?;
    let mut writer = writer.encrypted_to(recipient);
    for kept in &pack.objects {
        writer.add(&reader.read(&pack.name, &Placed::from(&kept.object))?)?;
    }
    Ok(writer.finish()?.iter().map(new_pack).collect())
}
