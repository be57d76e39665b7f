//! `session_move_store`: the folder in which the contents of snapshots lie.

use std::path::PathBuf;
use std::time::Duration;

use flowkeep_files::snapshots::{self, STORE_MOVE, settle_move, store_dir, stored_bytes};
use flowkeep_host::path_text;

use crate::apart::{apart_for, in_time};
use crate::put_right::RECOVERY;
use crate::types::{SessionStoreMoveInput, SessionStoreMoved};
use crate::{Api, AppError, Progress};

/// Moves all that snapshots keep to another folder, or back into the data folder. What is there is the store until all
/// of it was read back at the new place. A file that its disk does not give stays there, and keeps the others from nothing.
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
        unread: moved.unread.iter().map(|path| path_text(path)).collect(),
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
    /// Why it cannot be had.
    pub(crate) away: Option<AppError>,
}

impl Api {
    /// Looks at the store of snapshots. One of which the disk does not answer is away.
    pub(crate) fn see_snapshot_store(&self) -> Result<StoreSeen, AppError> {
        let workshop = self.snapshot_workshop()?;
        let dir = workshop.dir.clone();
        let seen = in_time(GLANCE.min(self.most), &dir, move |_| {
            workshop.stands()?;
            Ok::<_, AppError>(workshop.is_there())
        });
        let (away, is_there) = match seen {
            Ok(is_there) => (None, is_there),
            Err(error) => (Some(error), false),
        };
        Ok(StoreSeen {
            dir,
            is_there,
            away,
        })
    }

    /// Bytes of what lies in the store of snapshots. A large one takes longer to count than to be seen.
    pub(crate) fn count_snapshot_store(&self) -> Result<u64, AppError> {
        let workshop = self.snapshot_workshop()?;
        let dir = workshop.dir.clone();
        in_time(self.most, &dir, move |_| {
            stored_bytes(&workshop).map_err(AppError::from)
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use flowkeep_host::SystemFiles;
    use flowkeep_host::testing::FailingFiles;

    use super::*;
    use crate::Silent;
    use crate::bodies::session_list::stats;
    use crate::testing::open;
    use crate::types::{ChosenPlace, Nothing};

    fn why_away(api: &Api) -> Option<String> {
        let stats = stats(api, Nothing {}).unwrap();
        assert_eq!(stats.store_away, stats.store_why.is_some());
        stats.store_why.map(|why| why.code)
    }

    #[test]
    fn why_a_store_cannot_be_had_is_told() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(&root.path().join("data"));
        let elsewhere = root.path().join("elsewhere");
        let input = SessionStoreMoveInput {
            to: Some(ChosenPlace::Path(elsewhere.clone())),
            lost: None,
        };
        move_to(&api, input, &Silent).unwrap();
        assert_eq!(why_away(&api), None);

        for call in ["read", "entries"] {
            let damaged = FailingFiles::at(0, ErrorKind::PermissionDenied).never(call);
            api.files = Arc::new(damaged);
            assert_eq!(why_away(&api).as_deref(), Some("file_forbidden"), "{call}");
        }

        let (reached, _hangs) = channel();
        let (closed, gate) = channel();
        let silent = FailingFiles::at(0, ErrorKind::Other).hanging_from(1, reached, gate);
        api.files = Arc::new(silent);
        api.most = Duration::from_millis(20);
        assert_eq!(why_away(&api).as_deref(), Some("error_disk_silent"));
        drop(closed);

        (api.files, api.most) = (Arc::new(SystemFiles), Duration::from_secs(30));
        std::fs::remove_dir_all(&elsewhere).unwrap();
        assert_eq!(why_away(&api).as_deref(), Some("error_snapshot_store_gone"));
    }
}
