//! `settings_*`.

use flowkeep_files::FilesError;
use flowkeep_host::path_text;
use flowkeep_store::NewOperation;
use serde_json::Value;

use crate::types::{ChosenPlace, Nothing, Settings, SettingsUpdate};
use crate::{Api, AppError};

/// All settings.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<Settings, AppError> {
    let mut fields = serde_json::Map::new();
    let known = serde_json::to_value(Settings::default()).unwrap_or_default();
    for key in known
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys)
    {
        let Some(value) = api.store.setting(key)? else {
            continue;
        };
        // A value of a newer version that this one cannot read is as if it were not set.
        let alone = Value::Object([(key.clone(), value.clone())].into_iter().collect());
        if serde_json::from_value::<Settings>(alone).is_ok() {
            fields.insert(key.clone(), value);
        }
    }
    Ok(serde_json::from_value(Value::Object(fields)).unwrap_or_default())
}

/// Changes settings; what is absent stays.
///
/// # Errors
/// `place_unknown`; for the folder of the log `folder_missing` and `not_a_folder`.
pub fn update(api: &Api, input: SettingsUpdate) -> Result<Settings, AppError> {
    let before = show(api, Nothing {})?;
    let folder = input
        .backup_folder
        .as_ref()
        .map(|place| api.path_of(place))
        .transpose()?;
    let log_dir = input.log_dir.as_ref();
    let log_dir = log_dir.map(|place| log_folder(api, place)).transpose()?;
    // Nothing is kept for no time: a zero takes the limit away.
    let limit = |given: Option<u32>, before| {
        given.map_or(before, |limit| Some(limit).filter(|limit| *limit > 0))
    };
    let after = Settings {
        language: input.language.unwrap_or(before.language),
        theme: input.theme.unwrap_or(before.theme),
        display_name: input.display_name.map_or_else(
            || before.display_name.clone(),
            |name| name.trim().to_owned(),
        ),
        backup_folder: folder
            .as_deref()
            .map(path_text)
            .or_else(|| before.backup_folder.clone()),
        backup_folder_asked: input
            .backup_folder_asked
            .unwrap_or(before.backup_folder_asked),
        example_declined: input.example_declined.unwrap_or(before.example_declined),
        log_storage: input.log_storage.unwrap_or(before.log_storage),
        log_dir: log_dir.or_else(|| before.log_dir.clone()),
        keep_days: limit(input.keep_days, before.keep_days),
        keep_runs: limit(input.keep_runs, before.keep_runs),
    };
    if after == before {
        return Ok(after);
    }
    let (actor, face) = (api.actor()?, api.face.as_str());
    let fields = |settings: &Settings| serde_json::to_value(settings).unwrap_or_default();
    let (old, new) = (fields(&before), fields(&after));
    api.store.write::<_, AppError>(move |tx| {
        let mut changed = Vec::new();
        for (key, value) in new.as_object().into_iter().flatten() {
            if old.get(key) != Some(value) {
                tx.set_setting(key, value)?;
                changed.push(key.as_str());
            }
        }
        let operation = tx.next_operation_id()?;
        tx.record_operation(
            operation,
            &NewOperation {
                actor: &actor,
                face,
                operation: "settings",
                name: Some(&changed.join(", ")),
                undoes: None,
                items: &[],
            },
        )?;
        Ok(())
    })?;
    Ok(after)
}

/// The folder of the log, which may be one that is yet to be made in a folder that is there.
fn log_folder(api: &Api, place: &ChosenPlace) -> Result<String, AppError> {
    let path = api.path_of(place)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    if path.exists() && !path.is_dir() {
        return Err(FilesError::NotAFolder(path).into());
    }
    let above = path.parent().filter(|_| !path.exists());
    if let Some(above) = above.filter(|above| !above.is_dir()) {
        return Err(FilesError::FolderMissing(above.to_owned()).into());
    }
    Ok(path_text(&path))
}
