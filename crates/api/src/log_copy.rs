//! Our own history in the folder of the log, for as long as somebody reads it there (requirement 001, 4.2:
//! old and new are written while a migration lasts). What other programs record is copied when they
//! record it; runs when they have ended, and Activity, soon after.
//!
//! Absent on purpose: what was there before the setting was made. `log export` writes all of it.

use flowkeep_core::RunId;
use flowkeep_core::log::{LogEntry, LogType};
use flowkeep_files::log::{Log, LogError, LogQuery, LogReader as _};
use flowkeep_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};

use crate::bodies::logs::LogPlace;
use crate::{Api, AppError};

/// How far the folder has come: a setting.
const MARK: &str = "log_copied";

/// Operations read at a time.
const PAGE: u32 = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Milliseconds; runs that ended before are there.
    ended: i64,
    /// The newest operation that is there; empty where there was none.
    operation: String,
}

/// Notes, when the setting is made, that the folder is to have what comes from now on.
pub(crate) fn begin(tx: &Tx<'_>, now: i64) -> Result<(), StoreError> {
    let mark = Mark {
        ended: now,
        operation: tx.last_operation()?.unwrap_or_default(),
    };
    keep(tx, &mark)
}

fn keep(tx: &Tx<'_>, mark: &Mark) -> Result<(), StoreError> {
    tx.set_setting(MARK, &serde_json::to_value(mark).unwrap_or_default())
}

/// Writes what is not in the folder yet. Where something cannot be written it is tried again at the next
/// call, from there on.
///
/// # Errors
/// What the folder and the database say.
pub fn copy_log(api: &Api) -> Result<(), AppError> {
    let place = LogPlace::of(api)?;
    if !place.copies() {
        return Ok(());
    }
    let mark = api.store.setting(MARK)?;
    let mark: Option<Mark> = mark.and_then(|mark| serde_json::from_value(mark).ok());
    let Some(before) = mark else {
        // The setting is older than this.
        let now = api.clock.now().0;
        return Ok(api.store.write::<_, StoreError>(move |tx| begin(tx, now))?);
    };
    let runs = api.store.ended_since(before.ended)?;
    let mut after = before.clone();
    let copied = place.with(|log| copy(log, &runs, &mut after));
    if after != before {
        api.store
            .write::<_, StoreError>(move |tx| keep(tx, &after))?;
    }
    Ok(copied?)
}

/// Writes runs into the folder that came back after they were deleted; those that had ended before the folder was
/// written are there from then on, too.
///
/// # Errors
/// What the folder and the database say.
pub(crate) fn copy_again(api: &Api, runs: &[RunId]) -> Result<(), AppError> {
    let place = LogPlace::of(api)?;
    if !place.copies() || runs.is_empty() {
        return Ok(());
    }
    Ok(place.with(|log| {
        let Some(folder) = log.copy else {
            return Ok(());
        };
        for run in runs {
            if let Some(entry) = log.own.find(LogType::Executions, &run.to_string())? {
                folder.write_own(&entry)?;
            }
        }
        Ok(())
    })?)
}

/// The mark follows what is written: those that ended in one moment may end in two rounds of the engine, so
/// the last of them is written again.
fn copy(log: &Log<'_>, runs: &[(RunId, i64)], mark: &mut Mark) -> Result<(), LogError> {
    let Some(folder) = log.copy else {
        return Ok(());
    };
    for (run, ended) in runs {
        if let Some(entry) = log.own.find(LogType::Executions, &run.to_string())? {
            folder.write_own(&entry)?;
        }
        mark.ended = *ended;
    }
    for operation in newer(log, &mark.operation)?.iter().rev() {
        folder.write_own(operation)?;
        operation.id().clone_into(&mut mark.operation);
    }
    Ok(())
}

/// The operations after one, the newest first.
fn newer(log: &Log<'_>, last: &str) -> Result<Vec<LogEntry>, LogError> {
    let mut found = Vec::new();
    let mut query = LogQuery {
        limit: PAGE,
        ..LogQuery::default()
    };
    loop {
        let page = log.own.page(LogType::Operations, &query)?;
        query.after = page.items.last().map(|row| row.place.clone());
        for row in page.items {
            if row.entry.id() <= last {
                return Ok(found);
            }
            found.push(row.entry);
        }
        if !page.more {
            return Ok(found);
        }
    }
}
