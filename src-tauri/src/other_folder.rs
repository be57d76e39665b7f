//! Using another data folder: asks for it, keeps the choice for later starts, and starts anew.
//!
//! A folder that this start was told goes before a choice, so that a choice kept then would only
//! take effect some other day: there the new folder is for the new start alone.

use std::path::Path;
use std::sync::Arc;

use flowkeep_api::{AppError, DataFolder, FolderOrigin};
use tauri::{State, WebviewWindow};

use crate::asking::Kind;
use crate::dialogs::picked;
use crate::places::PickedPlaces;
use crate::relaunch::{Difference, start_again, stop_work};

/// Asks for another data folder and starts with it; answers when the dialog was closed. Work under
/// way is asked to stop first.
#[tauri::command]
pub(crate) async fn use_other_folder(
    window: WebviewWindow,
    places: State<'_, Arc<PickedPlaces>>,
    present: State<'_, DataFolder>,
    title: String,
) -> Result<(), AppError> {
    let picked = picked(&window, &places, (Kind::Folder, title), None).await?;
    let Some(folder) = picked.first() else {
        return Ok(());
    };
    stop_work(window).await;
    Err(start_with(folder, &present))
}

/// The same from the recovery window, where nothing is under way.
#[tauri::command]
pub(crate) async fn recovery_choose_folder(
    window: WebviewWindow,
    places: State<'_, Arc<PickedPlaces>>,
    present: State<'_, DataFolder>,
    title: String,
) -> Result<(), AppError> {
    let picked = picked(&window, &places, (Kind::Folder, title), None).await?;
    match picked.first() {
        Some(folder) => Err(start_with(folder, &present)),
        None => Ok(()),
    }
}

/// Forgets the choice and starts with the platform's own folder.
#[tauri::command]
pub(crate) async fn recovery_usual_folder() -> Result<(), AppError> {
    DataFolder::forget_choice()
        .map_err(|error| AppError::new("choice_not_kept").with("detail", error))?;
    Err(start_again(Difference::default()))
}

/// Answers only when the new start failed.
fn start_with(folder: &Path, present: &DataFolder) -> AppError {
    if present.origin == FolderOrigin::Told {
        return start_again(Difference {
            arguments: Some(vec!["--data-dir".into(), folder.into()]),
            ..Difference::default()
        });
    }
    match DataFolder::choose(folder) {
        Ok(()) => start_again(Difference::default()),
        Err(error) => {
            tracing::warn!(%error, "the choice of a data folder cannot be kept");
            AppError::new("choice_not_kept").with("detail", error)
        }
    }
}
