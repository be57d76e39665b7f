//! `session_scrub`: whether all that snapshots keep is as it was.

use std::path::Path;

use flowkeep_core::Message;
use flowkeep_files::snapshots::{self, LostFile};
use flowkeep_host::{path_text, text_path};

use super::overview::check;
use super::snapshot_keys;
use crate::apart::{apart_for, in_time};
use crate::types::{Check, Nothing, SessionLostFile, SessionScrubbed};
use crate::{Api, AppError, Progress};

/// Reads all that snapshots keep, and repairs what is damaged from wherever it still is: other packs, files as
/// they are today, own copies of sessions, known backups.
///
/// # Errors
/// `session_scrub_busy` while somebody does the same; `snapshot_store_busy` while somebody clears up; `snapshot_store_gone`; `cancelled`; what the database says.
pub fn scrub(api: &Api, _: Nothing, progress: &dyn Progress) -> Result<SessionScrubbed, AppError> {
    let backups = api.store.known_backups()?.into_iter();
    let backups: Vec<_> = backups.map(|known| text_path(&known.path)).collect();
    let known = backups.clone();
    let workshop = api.snapshot_workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        Ok(snapshots::scrub(&workshop, &backups, steps))
    };
    let left = || AppError::new("cancelled");
    let done = apart_for(api.patience, progress, work, left, drop)??;
    let away = if done.damaged.is_empty() {
        Vec::new()
    } else {
        known.into_iter().filter(|one| is_away(api, one)).collect()
    };
    let damaged = done.damaged.into_iter().map(|file| lost(api, file));
    Ok(SessionScrubbed {
        checked: done.checked,
        repaired: done.repaired,
        damaged: damaged.collect::<Result<_, _>>()?,
        rewritten: done.rewritten,
        recounted: done.recounted,
        orphans: done.orphans,
        away: away.iter().map(|path| path_text(path)).collect(),
        closed: snapshot_keys::without_key(api)?.unwrap_or_default(),
        aside: Some(done.aside).filter(|count| *count > 0),
    })
}

/// Whether a backup is not there, or its disk does not say so.
fn is_away(api: &Api, backup: &Path) -> bool {
    let asked = backup.to_owned();
    let found = in_time(api.most, backup, move |_| {
        Ok::<_, AppError>(asked.symlink_metadata().is_ok())
    });
    !found.unwrap_or(false)
}

/// What the doctor says of the store of snapshots, without reading what is in it.
pub(super) fn checked(api: &Api) -> Result<Check, AppError> {
    let of = |ok: bool, message: Message| Ok(check("snapshots", ok, message));
    let snapshots = api.store.snapshot_totals()?.snapshots;
    let store = api.see_snapshot_store()?;
    let path = path_text(&store.dir);
    match store.away {
        Some(error) if error.code == "snapshot_store_gone" => {
            let gone = Message::new("doctor_snapshots_gone").with("path", path);
            return of(false, gone);
        }
        Some(error) => return of(false, error.into()),
        None if !store.is_there => return of(true, Message::new("doctor_snapshots_none")),
        None => {}
    }
    let workshop = api.snapshot_workshop()?;
    let tried = || {
        in_time(api.most, &store.dir, move |_| {
            workshop.try_to_write().map_err(AppError::from)
        })
    };
    if !api.only_reads()
        && let Err(error) = tried()
    {
        let unwritten = Message::new("doctor_snapshots_unwritable").with("path", path);
        return of(false, unwritten.because(error.into()));
    }
    let damaged = api.store.damaged_objects()?;
    if damaged > 0 {
        return of(
            false,
            Message::new("doctor_snapshots_damaged").with("count", damaged),
        );
    }
    let Some(closed) = snapshot_keys::without_key(api)? else {
        let silent = AppError::new("disk_silent").with("path", path);
        return of(false, silent.into());
    };
    if closed > 0 {
        let behind = snapshot_keys::is_behind_lost_secrets(api);
        let code = if behind {
            "doctor_snapshots_key_behind"
        } else {
            "doctor_snapshots_key_missing"
        };
        return of(false, Message::new(code).with("count", closed));
    }
    let unsaved = snapshot_keys::unsaved(api)?;
    if unsaved > 0 {
        return of(
            false,
            Message::new("doctor_snapshots_key_unsaved").with("count", unsaved),
        );
    }
    let wrong = api.store.wrong_snapshot_counts()?;
    if !wrong.is_none() {
        let count = wrong.objects + wrong.trees;
        return of(
            false,
            Message::new("doctor_snapshots_miscounted").with("count", count),
        );
    }
    if snapshots == 0 {
        return of(true, Message::new("doctor_snapshots_none"));
    }
    of(
        true,
        Message::new("doctor_snapshots_ok")
            .with("count", snapshots)
            .with("path", path),
    )
}

fn lost(api: &Api, file: LostFile) -> Result<SessionLostFile, AppError> {
    let names = file.sessions.iter().map(|id| {
        let session = api.store.session(id)?;
        Ok::<_, AppError>(session.map_or_else(|| id.clone(), |session| session.name))
    });
    Ok(SessionLostFile {
        names: names.collect::<Result<_, _>>()?,
        path: file.path,
        sha256: file.sha256.map(|sha256| sha256.to_string()),
        sessions: file.sessions,
        reason: file.reason,
    })
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use flowkeep_host::testing::FailingFiles;

    use super::*;
    use crate::testing::open;

    /// It answers while it is looked for, and no more when something is to be written: nobody waits for it.
    #[test]
    fn a_store_that_falls_silent_holds_no_doctor_up() {
        let root = tempfile::tempdir().unwrap();
        let mut api = open(root.path());
        std::fs::create_dir(root.path().join("snapshots")).unwrap();
        let counted = Arc::new(FailingFiles::at(0, ErrorKind::Other));
        api.files = counted.clone();
        api.see_snapshot_store().unwrap();
        let seen = counted.calls();

        let (reached, hung) = channel();
        let (closed, gate) = channel();
        let silent = FailingFiles::at(0, ErrorKind::Other);
        api.files = Arc::new(silent.hanging_from(seen + 1, reached, gate));
        api.most = Duration::from_millis(20);
        let told = checked(&api).unwrap();
        assert!(!told.ok);
        let because = told.message.because.unwrap();
        assert_eq!(because.code, "error_disk_silent");
        hung.recv().unwrap();
        drop(closed);
    }
}
