//! `session_store_move`: the folder in which the contents of snapshots lie.

use std::path::PathBuf;
use std::time::Duration;

use flowkeep_files::snapshots::{self, STORE_MOVE, settle_move, store_dir, stored_bytes};
use flowkeep_host::path_text;

use crate::apart::{apart_for, in_time};
use crate::put_right::RECOVERY;
use crate::types::{SessionStoreMoveInput, SessionStoreMoved};
use crate::{Api, AppError, Progress};

/// Moves all that snapshots keep to another folder, or back into the data folder. What is there is the store until all
/// of it was read back at the new place.
///
/// # Errors
/// `snapshot_store_busy` while anybody is at work on it, `snapshot_store_gone`, `snapshot_store_foreign`,
/// `snapshot_store_here`, `snapshot_store_inside`, `snapshot_store_there`, `folder_not_empty`, `folder_missing`,
/// `not_a_folder`, `no_room`, `cancelled`; what the disk says. Nothing has changed then.
pub fn move_to(
    api: &Api,
    input: SessionStoreMoveInput,
    progress: &dyn Progress,
) -> Result<SessionStoreMoved, AppError> {
    let to = input.to.as_ref().map(|to| api.path_of(to)).transpose()?;
    let wanted = snapshots::WantedMove {
        to,
        lost: input.lost.unwrap_or_default(),
    };
    let workshop = api.snapshot_workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        Ok(snapshots::move_store(&workshop, &wanted, steps))
    };
    let left = || AppError::new("cancelled");
    let moved = apart_for(api.patience, progress, work, left, drop)??;
    Ok(SessionStoreMoved {
        store_dir: path_text(&moved.dir),
        files: moved.files,
        bytes: moved.bytes,
        left: moved.left.iter().map(|path| path_text(path)).collect(),
    })
}

/// How long the disk of a store may take to say whether it is there.
const GLANCE: Duration = Duration::from_secs(2);

/// What is seen of the store of snapshots.
pub(crate) struct StoreSeen {
    /// Where it lies.
    pub(crate) dir: PathBuf,
    /// Whether it is there; else nothing may lie in it yet.
    pub(crate) is_there: bool,
    /// Bytes of what lies in it.
    pub(crate) bytes: u64,
    /// Why it cannot be had.
    pub(crate) away: Option<AppError>,
}

impl Api {
    /// Looks at the store of snapshots. One of which the disk does not answer is away.
    pub(crate) fn see_snapshot_store(&self) -> Result<StoreSeen, AppError> {
        let workshop = self.snapshot_workshop()?;
        let dir = workshop.dir.clone();
        let seen = in_time(GLANCE, &dir, move |_| {
            workshop.stands()?;
            Ok::<_, AppError>((workshop.is_there(), stored_bytes(&workshop)?))
        });
        let (away, (is_there, bytes)) = match seen {
            Ok(seen) => (None, seen),
            Err(error) => (Some(error), (false, 0)),
        };
        Ok(StoreSeen {
            dir,
            is_there,
            bytes,
            away,
        })
    }

    /// Clears away what a dead process left half-way in the store of snapshots, or of a move of it. No start fails
    /// because of it.
    pub(crate) fn recover_snapshots(&self) -> Result<(), AppError> {
        let dir = store_dir(&self.store, &self.data_dir)?;
        let is_moving = self.store.setting(STORE_MOVE)?;
        let is_moving = is_moving.is_some_and(|moving| !moving.is_null());
        let is_usual = dir.starts_with(&self.data_dir);
        if !is_moving && is_usual && !dir.is_dir() {
            return Ok(());
        }
        let workshop = self.snapshot_workshop()?;
        if is_moving {
            let workshop = workshop.clone();
            let settled = in_time(RECOVERY, &dir, move |_| {
                settle_move(&workshop).map_err(AppError::from)
            });
            if let Err(error) = settled {
                tracing::warn!(%error, "what a move of snapshots has left is cleared later");
            }
        }
        let recovered = in_time(RECOVERY, &dir, move |_| {
            snapshots::recover(&workshop).map_err(AppError::from)
        });
        match recovered {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "unfinished files of snapshots were removed"),
            Err(error) => tracing::warn!(%error, "unfinished files of snapshots are still there"),
        }
        Ok(())
    }
}
