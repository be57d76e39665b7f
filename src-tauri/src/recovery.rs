//! When the data cannot be opened: the commands of the small recovery window. It says why, opens
//! the folder, restores a backup beside the damaged database or puts a safety copy in its place,
//! uses another folder ([`crate::other_folder`]), or tries again. The damaged database is set aside
//! ([`SetAside`]), never deleted and never written.
//!
//! Of a database that a newer version has migrated, which is well, only the copy from before can be
//! put in its place. Absent on purpose: mending one of another program, which is not ours; and anything a restore cannot mend either (no space, no
//! rights, a network share).

use std::path::Path;
use std::sync::Arc;

use flowkeep_api::types::PickedPlace;
use flowkeep_api::{
    AppError, DataFolder, Face, FolderOrigin, OpenOptions, Places, SetAside, Silent,
    copy_for_this_version, newest_good_backup, newest_safety_copy,
};
use serde::Serialize;
use serde_json::{Value, json};
use tauri::{State, WebviewWindow};

use crate::asking::Kind;
use crate::dialogs::{open_folder, picked};
use crate::places::{PickedPlaces, label};
use crate::relaunch::{Difference, start_again};

/// Why the recovery window is open: what opening the data said.
pub(crate) struct Trouble(pub(crate) AppError);

/// What the recovery window shows.
#[derive(Debug, Serialize)]
pub(crate) struct RecoveryState {
    error: AppError,
    folder: String,
    /// Whether this start was told the folder; then another one is for this start only.
    told: bool,
    /// Whether the folder was chosen in the window, so that there is a usual one to go back to.
    chosen: bool,
    remedy: Remedy,
    /// The newest good backup made from this data folder that is still where it was.
    backup: Option<PickedPlace>,
    /// The system's languages, in order of preference.
    languages: Vec<String>,
}

/// What would help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Remedy {
    Nothing,
    /// A copy of the database from before a newer version came.
    EarlierCopy,
    /// A backup in a new database, or a copy.
    Restore,
}

/// A copy of the database that may take the place of the one that cannot be opened.
#[derive(Debug, Serialize)]
pub(crate) struct OfferedCopy {
    place: PickedPlace,
    /// RFC 3339 in UTC.
    made_at: String,
}

/// What the recovery window did.
#[derive(Debug, Serialize)]
pub(crate) struct Recovered {
    /// Documents there are now.
    documents: u64,
    /// Where the damaged database lies now.
    set_aside: String,
}

/// What the window shows at once. Not on the window's thread: a backup's disk may not answer.
#[tauri::command(async)]
pub(crate) fn recovery_state(
    trouble: State<'_, Trouble>,
    folder: State<'_, DataFolder>,
    places: State<'_, Arc<PickedPlaces>>,
) -> RecoveryState {
    RecoveryState {
        error: trouble.0.clone(),
        folder: label(&folder.path),
        told: folder.origin == FolderOrigin::Told,
        chosen: folder.origin == FolderOrigin::Chosen,
        remedy: remedy(&trouble.0),
        backup: newest_good_backup(&folder.path).map(|path| places.add(path)),
        languages: sys_locale::get_locales().collect(),
    }
}

/// The newest sound copy of the database: newer than the newest good backup where that would help as
/// well. It is read from end to end first, and the window is there meanwhile.
#[tauri::command(async)]
pub(crate) fn recovery_safety_copy(
    trouble: State<'_, Trouble>,
    folder: State<'_, DataFolder>,
    places: State<'_, Arc<PickedPlaces>>,
) -> Option<OfferedCopy> {
    let copy = match remedy(&trouble.0) {
        Remedy::Nothing => None,
        Remedy::EarlierCopy => copy_for_this_version(&folder.path),
        Remedy::Restore => newest_safety_copy(&folder.path),
    };
    copy.map(|copy| OfferedCopy {
        place: places.add(copy.path),
        made_at: copy.made_at,
    })
}

fn remedy(error: &AppError) -> Remedy {
    match error.code.as_str() {
        "database_damaged" => Remedy::Restore,
        "database_newer" => Remedy::EarlierCopy,
        _ => Remedy::Nothing,
    }
}

/// Shows the data folder, or the nearest folder above it that exists.
#[tauri::command]
pub(crate) async fn recovery_open_folder(folder: State<'_, DataFolder>) -> Result<(), AppError> {
    let nearest = folder.path.ancestors().find(|folder| folder.is_dir());
    open_folder(nearest.unwrap_or(&folder.path))
}

/// Asks for a backup, or for a folder that holds backups.
#[tauri::command]
pub(crate) async fn recovery_pick_backup(
    window: WebviewWindow,
    places: State<'_, Arc<PickedPlaces>>,
    title: String,
) -> Result<Option<PickedPlace>, AppError> {
    let picked = picked(&window, &places, (Kind::Folder, title), None).await?;
    Ok(picked.into_iter().next().map(|path| places.add(path)))
}

/// Sets the damaged database aside and restores a backup into a new one, or puts a copy in its
/// place: a backup is a folder, a copy a file.
///
/// # Errors
/// `data_in_use` when another process works with the data, and what opening or restoring said: the
/// damaged database is then where it was. `put_back_failed`: the next start puts it there.
#[tauri::command]
pub(crate) async fn recovery_restore(
    trouble: State<'_, Trouble>,
    folder: State<'_, DataFolder>,
    places: State<'_, Arc<PickedPlaces>>,
    token: String,
) -> Result<Recovered, AppError> {
    let places: Arc<PickedPlaces> = Arc::clone(&places);
    let helps = match remedy(&trouble.0) {
        Remedy::Nothing => false,
        Remedy::EarlierCopy => places.resolve(&token).is_some_and(|path| path.is_file()),
        Remedy::Restore => true,
    };
    if !helps {
        return Err(trouble.0.clone());
    }
    let data_dir = folder.path.clone();
    tauri::async_runtime::spawn_blocking(move || restore_beside(&data_dir, places, &token))
        .await
        .unwrap_or_else(|_| Err(AppError::new("internal")))
}

/// Starts anew with the same arguments.
#[tauri::command]
pub(crate) async fn recovery_try_again() -> Result<(), AppError> {
    Err(start_again(Difference::default()))
}

fn restore_beside(
    data_dir: &Path,
    places: Arc<dyn Places>,
    token: &str,
) -> Result<Recovered, AppError> {
    let aside = SetAside::begin(data_dir)?;
    match fill_new(&aside, places, token) {
        Ok(documents) => {
            let kept = aside.keep()?;
            tracing::info!(folder = %kept.display(), "restored beside a damaged database");
            Ok(Recovered {
                documents,
                set_aside: label(&kept),
            })
        }
        Err(error) => {
            tracing::warn!(code = error.code, %error, "the backup is not restored");
            aside.undo()?;
            Err(error)
        }
    }
}

/// Answers how many documents there are now; the new database is closed then.
fn fill_new(aside: &SetAside, places: Arc<dyn Places>, token: &str) -> Result<u64, AppError> {
    let copy = places.resolve(token).filter(|path| path.is_file());
    let options = OpenOptions {
        data_dir: None,
        face: Face::Desktop,
        places,
    };
    let api = if let Some(copy) = copy {
        aside.open_copy(&copy, options)?
    } else {
        let api = aside.open(options)?;
        let from = json!({"from": {"picked": token}});
        let plan = read(&flowkeep_api::call(&api, "db_restore_plan", from, &Silent)?)?;
        // There is nothing here yet to be copied, and a copy of nothing would push a real one out.
        let apply = json!({"plan_id": plan["plan_id"], "without_safety_copy": true});
        flowkeep_api::call(&api, "db_restore", apply, &Silent)?;
        api
    };
    let overview = read(&flowkeep_api::call(
        &api,
        "overview_show",
        json!({}),
        &Silent,
    )?)?;
    let counts = overview["counts"].as_array().into_iter().flatten();
    Ok(counts.filter_map(|of| of["count"].as_u64()).sum())
}

/// What a command answered.
fn read(answer: &str) -> Result<Value, AppError> {
    serde_json::from_str(answer).map_err(|error| AppError::new("internal").with("detail", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAMAGED: &str = "this is no database";

    fn damaged_folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("flowkeep.db"), DAMAGED).unwrap();
        folder
    }

    #[test]
    fn a_failed_restore_leaves_the_folder_as_it_was() {
        let folder = damaged_folder();
        let places = PickedPlaces::default();
        let nothing = tempfile::tempdir().unwrap();
        let token = places.add(nothing.path().join("gone")).token;
        let error = restore_beside(folder.path(), Arc::new(places), &token).unwrap_err();
        assert_eq!(error.code, "path_missing");
        let database = std::fs::read_to_string(folder.path().join("flowkeep.db")).unwrap();
        assert_eq!(database, DAMAGED);
        let folders = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("damaged-"));
        assert_eq!(folders.count(), 0);
    }

    #[test]
    fn a_safety_copy_takes_the_place_of_the_damaged_database() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path();
        let places = Arc::new(PickedPlaces::default());
        let options = || OpenOptions {
            data_dir: Some(data_dir.to_owned()),
            face: Face::Cli,
            places: places.clone(),
        };
        let api = flowkeep_api::Api::open(options()).unwrap();
        let text = r#"{"id": "a", "name": "A", "tasks": []}"#;
        let create = json!({"text": text, "format": "json"});
        flowkeep_api::call(&api, "flow_create", create, &Silent).unwrap();
        drop(api);
        let copy = data_dir.join("copy.db");
        std::fs::copy(data_dir.join("flowkeep.db"), &copy).unwrap();
        std::fs::write(data_dir.join("flowkeep.db"), DAMAGED).unwrap();
        let token = places.add(copy).token;
        let done = restore_beside(data_dir, places.clone(), &token).unwrap();
        assert_eq!(done.documents, 1);
        flowkeep_api::Api::open(options()).unwrap();
    }

    #[test]
    fn only_damage_is_mended_by_a_restore_and_a_newer_version_by_a_copy() {
        for (code, helps) in [
            ("database_damaged", Remedy::Restore),
            // The data is well; only this program is too old for it.
            ("database_newer", Remedy::EarlierCopy),
            ("database_not_ours", Remedy::Nothing),
            ("data_folder_unwritable", Remedy::Nothing),
            ("data_in_use", Remedy::Nothing),
            ("no_space", Remedy::Nothing),
        ] {
            assert_eq!(remedy(&AppError::new(code)), helps, "{code}");
        }
    }
}
