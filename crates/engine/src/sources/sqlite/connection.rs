//! One connection to a file, for one operation.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_host::path_text;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, OpenFlags, ffi};

use super::SqliteFile;
use super::fault::Fault;
use crate::actions::{ActionError, Stop};

/// How long SQLite waits for a file that another program holds before it is asked whether the
/// attempt is still wanted.
pub(super) const BUSY: Duration = Duration::from_millis(250);

/// Steps of SQLite's machine between two questions whether the attempt is still wanted: well under
/// a millisecond.
const STEPS: i32 = 4096;

pub(super) fn open(file: &SqliteFile, stop: &Stop) -> Result<Connection, Fault> {
    let unreachable = |reason: &dyn std::fmt::Display| {
        let message = Message::new("source_unreachable")
            .with("source", &file.name)
            .with("path", path_text(&file.path));
        Fault::from(ActionError::passing(message.with("reason", reason)))
    };
    if file.made {
        make(&file.path).map_err(|error| unreachable(&error))?;
    }
    let there = file.path.metadata().map_err(|error| unreachable(&error))?;
    if !there.is_file() {
        return Err(unreachable(&ErrorKind::IsADirectory));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&file.path, flags)?;
    connection.busy_timeout(BUSY)?;
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if id == flowkeep_store::APPLICATION_ID {
        let message = Message::new("source_is_flowkeep").with("source", &file.name);
        return Err(ActionError::lasting(message).into());
    }
    connection.authorizer(Some(permitted))?;
    let stop = stop.clone();
    connection.progress_handler(STEPS, Some(move || stop.is_asked()))?;
    Ok(connection)
}

/// A connection is one file. What has no name is SQLite's own: the copy that `VACUUM` makes.
fn permitted(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { filename: "" } => Authorization::Allow,
        // A name that is computed is told as no action at all.
        AuthAction::Attach { .. }
        | AuthAction::Unknown {
            code: ffi::SQLITE_ATTACH,
            ..
        } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
