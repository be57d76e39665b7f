//! File dialogs. On Linux they are shown by a process of their own: GTK opens the files it lists to see what they
//! are, and closing our database here would take its locks away (`flowkeep_host::leave_to_sqlite`).

use std::path::PathBuf;

use flowkeep_api::AppError;
use serde::{Deserialize, Serialize};
use tauri::WebviewWindow;

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// One folder; a new one can be made.
    Folder,
    /// One file that is there.
    File,
    /// Any number of files that are there.
    Files,
    /// Where to write a file.
    Save,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) kind: Kind,
    pub(crate) title: String,
    /// Where it begins, as `path_text` has it.
    pub(crate) begin: Option<String>,
    /// The name a file begins with.
    pub(crate) name: Option<String>,
}

/// Asks, and answers what was chosen; nothing when the dialog was closed.
///
/// # Errors
/// `dialog_failed` when there was none.
pub(crate) async fn ask(
    window: &WebviewWindow,
    question: Question,
) -> Result<Vec<PathBuf>, AppError> {
    #[cfg(target_os = "linux")]
    return apart::ask(window, question).await;
    #[cfg(not(target_os = "linux"))]
    return Ok(here::ask(window, question).await);
}

#[cfg(not(target_os = "linux"))]
mod here {
    use super::{Kind, PathBuf, Question, WebviewWindow};
    use flowkeep_api::text_path;
    use rfd::{AsyncFileDialog, FileHandle};

    pub(super) async fn ask(window: &WebviewWindow, question: Question) -> Vec<PathBuf> {
        let mut dialog = AsyncFileDialog::new()
            .set_parent(window)
            .set_title(question.title);
        if let Some(folder) = question.begin {
            dialog = dialog.set_directory(text_path(&folder));
        }
        if let Some(name) = question.name {
            dialog = dialog.set_file_name(name);
        }
        let one = |picked: Option<FileHandle>| picked.into_iter().collect();
        let picked: Vec<FileHandle> = match question.kind {
            Kind::Folder => one(dialog.set_can_create_directories(true).pick_folder().await),
            Kind::File => one(dialog.pick_file().await),
            Kind::Files => dialog.pick_files().await.unwrap_or_default(),
            Kind::Save => one(dialog.save_file().await),
        };
        picked
            .into_iter()
            .map(|handle| handle.path().to_path_buf())
            .collect()
    }
}

#[cfg(target_os = "linux")]
pub(crate) mod apart {
    use std::io::{self, Read as _, Write as _};
    use std::path::PathBuf;
    use std::process::{Command, ExitCode, Stdio};

    use flowkeep_api::{AppError, path_text, text_path};
    use rfd::FileDialog;
    use tauri::{Theme, WebviewWindow};

    use super::{Kind, Question};

    pub(super) async fn ask(
        window: &WebviewWindow,
        question: Question,
    ) -> Result<Vec<PathBuf>, AppError> {
        let is_dark = window.theme().is_ok_and(|theme| theme == Theme::Dark);
        let asked = tauri::async_runtime::spawn_blocking(move || asked(&question, is_dark));
        let answer = asked.await.map_err(|error| failed(&error))?;
        answer.map_err(|error| failed(&error))
    }

    fn failed(error: &dyn std::fmt::Display) -> AppError {
        tracing::warn!(%error, "no dialog could be shown");
        AppError::new("dialog_failed")
    }

    fn asked(question: &Question, is_dark: bool) -> io::Result<Vec<PathBuf>> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("--dialog")
            .arg(serde_json::to_string(question)?)
            // Open as long as we live: the dialog goes with us.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if is_dark && std::env::var_os("GTK_THEME").is_none() {
            command.env("GTK_THEME", "Adwaita:dark");
        }
        let mut child = command.spawn()?;
        let open = child.stdin.take();
        let answered = child.wait_with_output();
        drop(open);
        let answered = answered?;
        // What it said counts, however it ended: the toolkit may fall over as it is taken down.
        match serde_json::from_slice::<Vec<String>>(&answered.stdout) {
            Ok(picked) => Ok(picked.iter().map(|path| text_path(path)).collect()),
            Err(_) => Err(io::Error::other(answered.status.to_string())),
        }
    }

    /// What the process does that shows the dialog.
    pub(crate) fn show(question: &str) -> ExitCode {
        let Ok(question) = serde_json::from_str::<Question>(question) else {
            return ExitCode::FAILURE;
        };
        std::thread::spawn(|| {
            // It ends when whoever asks ends.
            let ended = io::stdin().read(&mut [0]);
            tracing::debug!(?ended, "nobody asks any more");
            std::process::exit(1);
        });
        let picked: Vec<_> = shown(question).iter().map(|path| path_text(path)).collect();
        let answer = serde_json::to_vec(&picked).map_err(io::Error::from);
        match answer.and_then(|answer| io::stdout().write_all(&answer)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }

    fn shown(question: Question) -> Vec<PathBuf> {
        let mut dialog = FileDialog::new().set_title(question.title);
        if let Some(folder) = question.begin {
            dialog = dialog.set_directory(text_path(&folder));
        }
        if let Some(name) = question.name {
            dialog = dialog.set_file_name(name);
        }
        match question.kind {
            Kind::Folder => {
                let dialog = dialog.set_can_create_directories(true);
                dialog.pick_folder().into_iter().collect()
            }
            Kind::File => dialog.pick_file().into_iter().collect(),
            Kind::Files => dialog.pick_files().unwrap_or_default(),
            Kind::Save => dialog.save_file().into_iter().collect(),
        }
    }
}
