//! What the window did, in the data folder's `logs/`, and what it leaves behind when it breaks.
//! No business data goes there: names of commands and counts, never documents.

use std::backtrace::Backtrace;
use std::fs;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use chrono::Local;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// A day each; two weeks are enough to look back on.
const FILES_KEPT: usize = 14;
/// Names the report of a crash that nobody has been told of yet.
const UNTOLD: &str = "crash-untold";

/// Begins the log. `FLOWKEEP_LOG` takes filters such as `debug`. A folder that cannot be written
/// leaves the log on standard error only: the recovery window is about to say why.
pub(crate) fn begin(logs: &Path) {
    let filter = EnvFilter::try_from_env("FLOWKEEP_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    make_folder(logs);
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("desktop")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(logs)
        .ok()
        .map(|file| {
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(file)
        });
    let errors = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let begun = tracing_subscriber::registry()
        .with(filter)
        .with(file)
        .with(errors)
        .try_init();
    if let Err(error) = begun {
        tracing::warn!(%error, "a log was begun already");
    }
}

/// Makes a folder for the person alone. That it cannot be made is said by whoever needs it.
pub(crate) fn make_folder(folder: &Path) {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if let Err(error) = builder.create(folder) {
        tracing::debug!(%error, folder = %folder.display(), "the folder cannot be made");
    }
}

/// So much of a fault of the pages is written down, in characters.
const FAULT_LENGTH: usize = 4000;

/// A page could not be drawn: what broke and where in the pages' own code. On one line, whatever
/// the page says.
#[tauri::command]
pub(crate) fn page_fault(text: String) {
    let told: String = text.chars().take(FAULT_LENGTH).collect();
    tracing::error!(fault = ?told, "a page could not be drawn");
}

/// From here on a panic is written to `logs/crash-….txt`. One on the main thread ends the app:
/// the next start tells of it ([`untold_crash`]). One in a command is told at once, as the
/// command's error.
pub(crate) fn catch_panics(logs: PathBuf) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        match write_report(&logs, panic) {
            Ok(report) => tracing::error!(report = %report.display(), "panic: {panic}"),
            Err(error) => tracing::error!(%error, "panic, and no report could be written: {panic}"),
        }
        previous(panic);
    }));
}

fn write_report(logs: &Path, panic: &PanicHookInfo<'_>) -> std::io::Result<PathBuf> {
    let now = Local::now();
    let name = format!(
        "crash-{}-{}.txt",
        now.format("%Y%m%d-%H%M%S"),
        std::process::id()
    );
    let thread = std::thread::current();
    let thread_name = thread.name().unwrap_or("unnamed");
    let report = logs.join(&name);
    fs::write(
        &report,
        format!(
            "Flowkeep {} stopped at {} in thread {thread_name}\n{panic}\n\n{}\n",
            env!("CARGO_PKG_VERSION"),
            now.to_rfc3339(),
            Backtrace::force_capture(),
        ),
    )?;
    if thread_name == "main" {
        fs::write(logs.join(UNTOLD), &name)?;
    }
    Ok(report)
}

/// The report of a crash that ended the last start, once: asked again, there is none.
pub(crate) fn untold_crash(logs: &Path) -> Option<PathBuf> {
    let mark = logs.join(UNTOLD);
    let name = fs::read_to_string(&mark).ok()?;
    if let Err(error) = fs::remove_file(&mark) {
        tracing::warn!(%error, "the mark of the last crash stays");
    }
    Some(logs.join(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_once() {
        let logs = tempfile::tempdir().unwrap();
        assert_eq!(untold_crash(logs.path()), None);
        fs::write(logs.path().join(UNTOLD), "crash-x.txt").unwrap();
        assert_eq!(
            untold_crash(logs.path()),
            Some(logs.path().join("crash-x.txt"))
        );
        assert_eq!(untold_crash(logs.path()), None);
    }
}
