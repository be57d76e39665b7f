//! When the data cannot be opened: the commands of the small recovery window. It says why, opens
//! the folder, restores a backup beside the damaged database, opens another folder, or tries
//! again. The damaged database is set aside, never deleted and never written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Local;
use flowkeep_api::types::PickedPlace;
use flowkeep_api::{Api, AppError, Face, OpenOptions, Places, Silent};
use serde::Serialize;
use serde_json::{Value, json};
use tauri::{State, WebviewWindow};

use crate::dialogs::{dialog, open_folder};
use crate::places::{PickedPlaces, label};
use crate::relaunch::{Difference, relaunch};

/// The database and what belongs to it; they are set aside together or not at all.
const DATABASE: [&str; 3] = ["flowkeep.db", "flowkeep.db-wal", "flowkeep.db-shm"];
/// The reasons a restore can mend. The others (no space, no rights, a network share) would stop
/// the restore as well.
const MENDABLE: [&str; 2] = ["database_damaged", "database_newer"];

/// Why the recovery window is open.
pub(crate) struct Trouble {
    /// What opening the data said.
    pub(crate) error: AppError,
    /// The folder it was about.
    pub(crate) data_dir: PathBuf,
}

/// What the recovery window shows.
#[derive(Debug, Serialize)]
pub(crate) struct RecoveryState {
    error: AppError,
    folder: String,
    mendable: bool,
    /// The newest backup that lies in the data folder itself.
    backup: Option<PickedPlace>,
    /// The system's languages, in order of preference.
    languages: Vec<String>,
}

/// What a restore in the recovery window did.
#[derive(Debug, Serialize)]
pub(crate) struct Recovered {
    /// What the restore answered (`RestoreResult`).
    restored: Value,
    /// Where the damaged database lies now.
    set_aside: String,
}

/// Everything the window shows.
#[tauri::command]
pub(crate) fn recovery_state(
    trouble: State<'_, Trouble>,
    places: State<'_, Arc<PickedPlaces>>,
) -> RecoveryState {
    RecoveryState {
        error: trouble.error.clone(),
        folder: label(&trouble.data_dir),
        mendable: MENDABLE.contains(&trouble.error.code.as_str()),
        backup: newest_backup(&trouble.data_dir.join("safety")).map(|path| places.add(path)),
        languages: sys_locale::get_locales().collect(),
    }
}

/// Shows the data folder, or the nearest folder above it that exists.
#[tauri::command]
pub(crate) async fn recovery_open_folder(trouble: State<'_, Trouble>) -> Result<(), AppError> {
    let nearest = trouble.data_dir.ancestors().find(|folder| folder.is_dir());
    open_folder(nearest.unwrap_or(&trouble.data_dir))
}

/// Asks for another data folder and starts with it; answers when the dialog was closed.
#[tauri::command]
pub(crate) async fn recovery_choose_folder(
    window: WebviewWindow,
    places: State<'_, Arc<PickedPlaces>>,
    title: String,
) -> Result<(), AppError> {
    let picked = dialog(&window, &places, &title)
        .set_can_create_directories(true)
        .pick_folder();
    let Some(folder) = picked.await else {
        return Ok(());
    };
    let arguments = vec!["--data-dir".into(), folder.path().into()];
    start_again(Difference {
        arguments: Some(arguments),
        ..Difference::default()
    })
}

/// Asks for a backup, or for a folder that holds backups.
#[tauri::command]
pub(crate) async fn recovery_pick_backup(
    window: WebviewWindow,
    places: State<'_, Arc<PickedPlaces>>,
    title: String,
) -> Result<Option<PickedPlace>, AppError> {
    let picked = dialog(&window, &places, &title).pick_folder().await;
    Ok(picked.map(|handle| places.add(handle.path().to_path_buf())))
}

/// Sets the damaged database aside and restores a backup into a new one.
///
/// # Errors
/// What opening or restoring said; the damaged database is then back where it was.
#[tauri::command]
pub(crate) async fn recovery_restore(
    trouble: State<'_, Trouble>,
    places: State<'_, Arc<PickedPlaces>>,
    token: String,
) -> Result<Recovered, AppError> {
    if !MENDABLE.contains(&trouble.error.code.as_str()) {
        return Err(trouble.error.clone());
    }
    let data_dir = trouble.data_dir.clone();
    let places: Arc<PickedPlaces> = Arc::clone(&places);
    tauri::async_runtime::spawn_blocking(move || restore_beside(&data_dir, places, &token))
        .await
        .unwrap_or_else(|_| Err(AppError::new("internal")))
}

/// Starts anew with the same arguments.
#[tauri::command]
pub(crate) async fn recovery_try_again() -> Result<(), AppError> {
    start_again(Difference::default())
}

fn start_again(difference: Difference) -> Result<(), AppError> {
    let error = relaunch(difference);
    tracing::error!(%error, "the app could not start itself again");
    Err(AppError::new("internal").with("reason", error))
}

fn restore_beside(
    data_dir: &Path,
    places: Arc<dyn Places>,
    token: &str,
) -> Result<Recovered, AppError> {
    let aside = SetAside::new(data_dir)?;
    match restore_into_new(data_dir, places, token) {
        Ok(restored) => {
            tracing::info!(aside = %aside.folder.display(), "restored beside a damaged database");
            Ok(Recovered {
                restored,
                set_aside: label(&aside.folder),
            })
        }
        Err(error) => {
            aside.put_back(data_dir);
            Err(error)
        }
    }
}

fn restore_into_new(
    data_dir: &Path,
    places: Arc<dyn Places>,
    token: &str,
) -> Result<Value, AppError> {
    let api = Api::open(OpenOptions {
        data_dir: Some(data_dir.to_path_buf()),
        face: Face::Desktop,
        places,
    })?;
    let plan = flowkeep_api::call(
        &api,
        "db_restore_plan",
        json!({"from": {"picked": token}}),
        &Silent,
    )?;
    let apply = json!({"plan_id": plan["plan_id"]});
    flowkeep_api::call(&api, "db_restore", apply, &Silent)
}

/// The damaged database in a folder of its own, inside the data folder: renames, no copies.
struct SetAside {
    folder: PathBuf,
    moved: Vec<&'static str>,
}

impl SetAside {
    fn new(data_dir: &Path) -> Result<Self, AppError> {
        let name = format!("damaged-{}", Local::now().format("%Y%m%d-%H%M%S"));
        let mut aside = Self {
            folder: data_dir.join(name),
            moved: Vec::new(),
        };
        let unwritable = |error: std::io::Error| {
            AppError::new("data_folder_unwritable")
                .with("path", label(data_dir))
                .with("reason", error)
        };
        fs::create_dir(&aside.folder).map_err(unwritable)?;
        for file in DATABASE {
            match fs::rename(data_dir.join(file), aside.folder.join(file)) {
                Ok(()) => aside.moved.push(file),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    aside.put_back(data_dir);
                    return Err(unwritable(error));
                }
            }
        }
        Ok(aside)
    }

    /// As it was: the half-made new database goes, the damaged one comes back.
    fn put_back(self, data_dir: &Path) {
        for file in DATABASE {
            let place = data_dir.join(file);
            let result = if self.moved.contains(&file) {
                fs::rename(self.folder.join(file), &place)
            } else {
                match fs::remove_file(&place) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                    other => other,
                }
            };
            if let Err(error) = result {
                tracing::error!(file, %error, "the damaged database is not back in its place");
            }
        }
        if let Err(error) = fs::remove_dir(&self.folder) {
            tracing::warn!(%error, "an empty folder stays behind");
        }
    }
}

/// The newest complete backup right inside `folder`, by its name, which is its time.
fn newest_backup(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_none_or(|end| end != "partial"))
        .filter(|path| path.join("manifest.json").is_file())
        .max_by(|a, b| a.file_name().cmp(&b.file_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_restore_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("flowkeep.db"), "damaged").unwrap();
        fs::write(folder.path().join("flowkeep.db-wal"), "leftover").unwrap();
        let before = names(folder.path());

        let aside = SetAside::new(folder.path()).unwrap();
        assert!(
            !folder.path().join("flowkeep.db-wal").exists(),
            "a new database meets no old log"
        );
        fs::write(folder.path().join("flowkeep.db"), "half made").unwrap();
        fs::write(folder.path().join("flowkeep.db-shm"), "half made").unwrap();
        aside.put_back(folder.path());

        assert_eq!(names(folder.path()), before);
        assert_eq!(
            fs::read_to_string(folder.path().join("flowkeep.db")).unwrap(),
            "damaged"
        );
    }

    #[test]
    fn only_complete_backups_are_offered_and_the_newest_of_them() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_backup(&folder.path().join("none")), None);
        for (name, complete) in [
            ("flowkeep-backup-20260101-000000", true),
            ("flowkeep-backup-20260102-000000", true),
            ("flowkeep-backup-20260103-000000", false),
            ("flowkeep-backup-20260104-000000.partial", true),
        ] {
            fs::create_dir(folder.path().join(name)).unwrap();
            if complete {
                fs::write(folder.path().join(name).join("manifest.json"), "{}").unwrap();
            }
        }
        let newest = folder.path().join("flowkeep-backup-20260102-000000");
        assert_eq!(newest_backup(folder.path()), Some(newest));
    }
}
