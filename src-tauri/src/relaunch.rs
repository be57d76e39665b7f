//! Starting this same program anew: in safe rendering, or with another data folder. What the
//! window holds in memory is thrown away, which is the point.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use flowkeep_api::AppError;

/// What is different in the new start.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Variables set beside the present ones.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    /// Arguments in place of the present ones; the same ones when absent.
    pub(crate) arguments: Option<Vec<OsString>>,
}

/// Replaces this process; returns only when that failed. On Unix the process id stays, so that
/// whoever started the app (a desktop session, a test) still watches the right process.
pub(crate) fn relaunch(difference: Difference) -> io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let arguments = difference
        .arguments
        .unwrap_or_else(|| std::env::args_os().skip(1).collect());
    let mut command = Command::new(program);
    command.args(arguments).envs(difference.environment);
    replace(command)
}

/// [`relaunch`] for a command of a page, which is told when it failed.
pub(crate) fn start_again(difference: Difference) -> AppError {
    let error = relaunch(difference);
    tracing::error!(%error, "the app could not start itself again");
    AppError::new("internal").with("reason", error)
}

#[cfg(unix)]
fn replace(mut command: Command) -> io::Error {
    use std::os::unix::process::CommandExt as _;
    command.exec()
}

#[cfg(not(unix))]
fn replace(mut command: Command) -> io::Error {
    match command.spawn() {
        Ok(_) => std::process::exit(0),
        Err(error) => error,
    }
}
