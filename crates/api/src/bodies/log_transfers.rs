//! `log_migrate`, `log_verify`, `log_export`: logs of earlier tools in, ours out, and whether both agree.

use std::path::{Path, PathBuf};

use flowkeep_core::log::LogType;
use flowkeep_files::FilesError;
use flowkeep_files::log::{
    self as files, FolderLog, Log, LogError, export_log, migrate_log, verify_log,
};
use flowkeep_host::Progress as Steps;

use super::logs::{LogPlace, say};
use crate::apart::apart;
use crate::types::{LogExportInput, LogItem, LogMigrateInput, LogReport, LogVerifyInput};
use crate::{Api, AppError, Progress};

/// Reads the log of an earlier tool. What is here already stays; a repeat changes nothing.
///
/// # Errors
/// `path_missing`, `not_a_folder`, `nothing_there`, `cancelled`: what came in by then stays, and a
/// repeat goes on.
pub fn migrate(
    api: &Api,
    input: LogMigrateInput,
    progress: &dyn Progress,
) -> Result<LogReport, AppError> {
    let dry_run = input.dry_run.unwrap_or_default();
    let done = between(
        api,
        api.path_of(&input.from)?,
        progress,
        move |from, log, steps| migrate_log(from, log, dry_run, steps),
    )?;
    Ok(report(done, |done| {
        dry_run || done.checksum == done.checksum_there
    }))
}

/// Compares a folder with the log here; nothing is written.
///
/// # Errors
/// As [`migrate`].
pub fn verify(
    api: &Api,
    input: LogVerifyInput,
    progress: &dyn Progress,
) -> Result<LogReport, AppError> {
    let done = between(api, api.path_of(&input.from)?, progress, verify_log)?;
    Ok(report(done, |done| done.checksum == done.checksum_there))
}

/// Writes the log into a folder, a file per entry; a repeat writes only what is new or has changed.
///
/// # Errors
/// `folder_missing`, `not_a_folder`, `folder_unwritable`, `no_space`, `cancelled`: what was written
/// stays, and a repeat goes on.
pub fn export(
    api: &Api,
    input: LogExportInput,
    progress: &dyn Progress,
) -> Result<LogReport, AppError> {
    let target = api.path_of(&input.to)?;
    let looked_at = target.clone();
    let done = between(api, target, progress, move |to, log, steps| {
        check_target(&looked_at)?;
        export_log(log, to, steps)
    })?;
    Ok(report(done, |done| done.checksum == done.checksum_there))
}

/// The folder may be one that is yet to be made in a folder that is there.
fn check_target(target: &Path) -> Result<(), FilesError> {
    let above = target
        .parent()
        .filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above.filter(|above| !above.is_dir()) {
        return Err(FilesError::FolderMissing(above.to_owned()));
    }
    if target.exists() && !target.is_dir() {
        return Err(FilesError::NotAFolder(target.to_owned()));
    }
    Ok(())
}

/// Work between a folder and the log, on threads of its own: the folder may be on a disk that hangs.
/// What is written is written entry by entry, so that it may be left half-way.
fn between(
    api: &Api,
    folder: PathBuf,
    progress: &dyn Progress,
    work: impl FnOnce(&FolderLog<'_>, &Log<'_>, &dyn Steps) -> Result<files::LogReport, LogError>
    + Send
    + 'static,
) -> Result<files::LogReport, AppError> {
    let place = LogPlace::of(api)?;
    let done = apart(progress, move |steps| {
        let say = say();
        let folder = FolderLog::new(folder, &say);
        Ok(place.with(|log| work(&folder, log, steps)))
    })?;
    Ok(done?)
}

fn report(done: files::LogReport, agree: impl Fn(&files::LogReport) -> bool) -> LogReport {
    LogReport {
        ok: done.failed == 0 && agree(&done),
        read: done.read,
        imported: done.imported,
        unchanged: done.unchanged,
        differing: done.differing,
        failed: done.failed,
        items: done.items.into_iter().map(item).collect(),
        left_out: done.left_out,
        checksum: done.checksum.to_string(),
        checksum_there: done.checksum_there.to_string(),
    }
}

fn item(item: files::LogItem) -> LogItem {
    let kind = item.log.map(|log| match log {
        LogType::Executions => "run",
        LogType::Operations => "operation",
    });
    LogItem {
        path: item.path,
        kind: kind.map(str::to_owned),
        id: item.id,
        action: item.action.to_owned(),
        reason: item.reason,
    }
}
