//! A backup that is read back and not tried, which no face offers: beside it shows what the trial
//! restore costs. A process of its own, as the command line is.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use flowkeep_core::{BackupId, KeptHistory};
use flowkeep_files::{BackupRequest, BackupTarget, write_backup};
use flowkeep_host::{Clock as _, SystemClock, SystemFiles, Unfollowed};
use flowkeep_store::{Store, StoreOptions};
use ulid::Ulid;

const WORD: &str = "untried-backup";

/// The process that backs `data` up into the folder `into`.
pub(crate) fn command(data: &Path, into: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WORD).arg(data).arg(into);
    Ok(command)
}

/// What came of it where this is that process.
pub(crate) fn asked() -> Option<Result<()>> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let places = words.next().zip(words.next());
    Some(
        places
            .context("usage: untried-backup DATA INTO")
            .and_then(|(data, into)| back_up(data.as_ref(), into.as_ref())),
    )
}

fn back_up(data: &Path, into: &Path) -> Result<()> {
    let store = Store::open(StoreOptions {
        path: data.join("flowkeep.db"),
        safety: data.join("safety"),
        clock: Arc::new(SystemClock),
    })?;
    let target = BackupTarget::check(&SystemFiles, into, data)?;
    target.make(&SystemFiles)?;
    let scratch = tempfile::tempdir_in(data)?;
    let request = BackupRequest {
        files: &SystemFiles,
        store: &store,
        data_dir: data,
        target: &target,
        scratch: scratch.path(),
        at: SystemClock.now(),
        id: BackupId(Ulid::generate()),
        sequence: store.next_backup_sequence()?,
        history: KeptHistory::All,
        app_version: env!("CARGO_PKG_VERSION"),
        machine: &flowkeep_host::machine_id(),
        trial: false,
    };
    write_backup(&request, &Unfollowed)?;
    Ok(())
}
