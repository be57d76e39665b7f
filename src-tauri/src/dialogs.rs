//! Native dialogs, and opening what was picked in the file manager. Answers are tokens
//! ([`crate::places`]); a dialog that was closed answers `null`, which is not an error.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_api::types::{Nothing, PickedPlace, RunTaskRef};
use flowkeep_api::{Api, AppError, Places as _, path_text, text_path};
use tauri::{Manager as _, State, WebviewWindow};

use crate::asking::{Kind, Question, ask};
use crate::places::PickedPlaces;

type Picked<'a> = State<'a, Arc<PickedPlaces>>;

/// Asks in a dialog that begins where the last one of this title ended, or in the person's documents.
/// (Without a folder GTK begins in "Recent", where a folder cannot be chosen.)
///
/// # Errors
/// `dialog_failed`.
pub(crate) async fn picked(
    window: &WebviewWindow,
    places: &PickedPlaces,
    (kind, title): (Kind, String),
    name: Option<String>,
) -> Result<Vec<PathBuf>, AppError> {
    let paths = window.path();
    let begin = places
        .begin(&title)
        .or_else(|| paths.document_dir().ok().filter(|folder| folder.is_dir()))
        .or_else(|| paths.home_dir().ok());
    let question = Question {
        kind,
        title: title.clone(),
        begin: begin.map(|folder| path_text(&folder)),
        name,
    };
    let picked = ask(window, question).await?;
    // The dialog was another program's: the keys are with this window again.
    if let Err(error) = window.set_focus() {
        tracing::debug!(%error, "the window has no focus");
    }
    if let Some(path) = picked.first() {
        places.ended(&title, path);
    }
    Ok(picked)
}

/// One folder.
#[tauri::command]
pub(crate) async fn pick_folder(
    window: WebviewWindow,
    places: Picked<'_>,
    title: String,
) -> Result<Option<PickedPlace>, AppError> {
    let picked = picked(&window, &places, (Kind::Folder, title), None).await?;
    Ok(picked.into_iter().next().map(|path| places.add(path)))
}

/// One file that is there already.
#[tauri::command]
pub(crate) async fn pick_file(
    window: WebviewWindow,
    places: Picked<'_>,
    title: String,
) -> Result<Option<PickedPlace>, AppError> {
    let picked = picked(&window, &places, (Kind::File, title), None).await?;
    Ok(picked.into_iter().next().map(|path| places.add(path)))
}

/// Any number of files.
#[tauri::command]
pub(crate) async fn pick_files(
    window: WebviewWindow,
    places: Picked<'_>,
    title: String,
) -> Result<Vec<PickedPlace>, AppError> {
    let picked = picked(&window, &places, (Kind::Files, title), None).await?;
    Ok(picked.into_iter().map(|path| places.add(path)).collect())
}

/// Where to write a file, with a name to begin with.
#[tauri::command]
pub(crate) async fn pick_save(
    window: WebviewWindow,
    places: Picked<'_>,
    title: String,
    name: String,
) -> Result<Option<PickedPlace>, AppError> {
    let name = Some(file_name(&name));
    let picked = picked(&window, &places, (Kind::Save, title), name).await?;
    Ok(picked.into_iter().next().map(|path| places.add(path)))
}

/// Show a picked place in the file manager: the folder itself, or the one a file lies in.
#[tauri::command]
pub(crate) async fn open_place(places: Picked<'_>, token: String) -> Result<(), AppError> {
    let path = places
        .resolve(&token)
        .ok_or_else(|| AppError::new("place_unknown"))?;
    let folder = if path.is_dir() {
        path.as_path()
    } else {
        path.parent().unwrap_or(&path)
    };
    open_folder(folder)
}

/// Show a known backup in the file manager.
#[tauri::command]
pub(crate) async fn open_backup(api: State<'_, Arc<Api>>, id: String) -> Result<(), AppError> {
    let known = flowkeep_api::backups::list(&api, Nothing {})?;
    let backup = known.items.into_iter().find(|backup| backup.id == id);
    let backup = backup.ok_or_else(|| AppError::new("backup_unknown").with("id", &id))?;
    open_folder(&text_path(&backup.path))
}

/// Show the data folder in the file manager.
#[tauri::command]
pub(crate) async fn open_data_folder(api: State<'_, Arc<Api>>) -> Result<(), AppError> {
    open_folder(api.data_dir())
}

/// Show the folder in which a run left its files, or the archive it made of what lay there before.
#[tauri::command]
pub(crate) async fn open_run_folder(
    api: State<'_, Arc<Api>>,
    id: String,
    archive: bool,
) -> Result<(), AppError> {
    open_folder(&flowkeep_api::run_folders::place(&api, &id, archive)?)
}

/// Open a file that a task left, or the folder it is in. The page says which of them, and never where.
#[tauri::command]
pub(crate) async fn open_run_file(
    api: State<'_, Arc<Api>>,
    id: String,
    task: String,
    member: String,
    folder: bool,
) -> Result<(), AppError> {
    let output = flowkeep_api::runs::output(&api, RunTaskRef { id, task })?;
    let file = output.files.into_iter().find(|file| file.member == member);
    let file = file.ok_or_else(|| AppError::new("run_no_folder"))?;
    let path = text_path(&file.path);
    match path.parent() {
        Some(around) if folder || !file.opens => open_folder(around),
        _ => open_with(&path),
    }
}

/// Show a task folder, or one of its archives.
#[tauri::command]
pub(crate) async fn open_task_folder(
    api: State<'_, Arc<Api>>,
    id: String,
    archive: Option<String>,
) -> Result<(), AppError> {
    open_folder(&flowkeep_api::folder_contents::place(
        &api,
        &id,
        archive.as_deref(),
    )?)
}

/// Show an own copy of a session: the one that the page names as it was told of it, and no other folder.
#[tauri::command]
pub(crate) async fn open_session_copy(
    api: State<'_, Arc<Api>>,
    id: String,
    copy: Option<String>,
) -> Result<(), AppError> {
    let place = flowkeep_api::session_copy::place(&api, &id, copy.as_deref())?;
    open_folder(&place)
}

/// Hands a folder to the file manager and does not wait for it.
///
/// # Errors
/// `open_failed` when the folder is gone or no file manager answers.
pub(crate) fn open_folder(folder: &Path) -> Result<(), AppError> {
    if folder.is_dir() {
        open_with(folder)
    } else {
        Err(not_opened(folder))
    }
}

/// Hands something to the program that the system has for it.
fn open_with(path: &Path) -> Result<(), AppError> {
    open::that_detached(path).map_err(|error| {
        tracing::warn!(%error, "nothing could be opened");
        not_opened(path)
    })
}

fn not_opened(path: &Path) -> AppError {
    AppError::new("open_failed").with("path", crate::places::label(path))
}

/// The page suggests a name, never a path: only the last part counts.
fn file_name(suggested: &str) -> String {
    let name = suggested.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars()
        .filter(|character| !character.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_name_cannot_lead_elsewhere() {
        assert_eq!(file_name("activity.json"), "activity.json");
        assert_eq!(file_name("../../.bashrc"), ".bashrc");
        assert_eq!(file_name("C:\\Windows\\x.json"), "x.json");
        assert_eq!(file_name("a\nb.json"), "ab.json");
    }

    #[test]
    fn a_folder_that_is_gone_is_said() {
        let error = open_folder(Path::new("/nonexistent/flowkeep")).unwrap_err();
        assert_eq!(error.code, "open_failed");
        assert_eq!(error.fields["path"], "/nonexistent/flowkeep");
    }
}
