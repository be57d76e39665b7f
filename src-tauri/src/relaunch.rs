//! Starting this same program anew: in safe rendering, or with another data folder. What the
//! window holds in memory is thrown away, which is the point.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use flowkeep_api::AppError;
use tauri::{Manager as _, WebviewWindow};

use crate::calls::Tasks;

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
    let program = match program() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let arguments = difference
        .arguments
        .unwrap_or_else(|| std::env::args_os().skip(1).collect());
    // Whoever starts anew has a window.
    let arguments = arguments
        .into_iter()
        .filter(|argument| argument != "--background");
    let mut command = Command::new(program);
    command.args(arguments).envs(difference.environment);
    replace(command)
}

/// This program, where it is started the next time.
///
/// # Errors
/// What the system says.
pub(crate) fn program() -> io::Result<PathBuf> {
    std::env::current_exe().map(as_installed)
}

/// Where the program lies now. An update takes away the file that runs, and Linux then adds to its
/// name; the new version is at the old name.
fn as_installed(program: PathBuf) -> PathBuf {
    let name = program
        .to_str()
        .and_then(|name| name.strip_suffix(" (deleted)"));
    match name.map(PathBuf::from) {
        Some(updated) if updated.is_file() => updated,
        _ => program,
    }
}

/// Starts anew with the same arguments, after an update of the app. Work under way is asked to
/// stop first.
#[tauri::command]
pub(crate) async fn restart(window: WebviewWindow) -> Result<(), AppError> {
    stop_work(window).await;
    Err(start_again(Difference::default()))
}

/// Asks the work under way to stop and the engine to leave, and waits a little for both, off the
/// window's thread.
pub(crate) async fn stop_work(window: WebviewWindow) {
    let stopping = move || {
        crate::window::stop_work(&window.state::<Tasks>());
        crate::closing::leave_for_another(window.app_handle());
    };
    if let Err(error) = tauri::async_runtime::spawn_blocking(stopping).await {
        tracing::warn!(%error, "work under way was not waited for");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_updated_program_is_found_at_its_old_name() {
        let folder = tempfile::tempdir().unwrap();
        let installed = folder.path().join("flowkeep-desktop");
        let running = folder.path().join("flowkeep-desktop (deleted)");
        assert_eq!(as_installed(running.clone()), running, "nothing is there");
        std::fs::write(&installed, "").unwrap();
        assert_eq!(as_installed(running), installed);
        assert_eq!(as_installed(installed.clone()), installed);
    }
}
