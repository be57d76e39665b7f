//! `settings_*`.

use flowkeep_host::path_text;
use flowkeep_store::NewOperation;
use serde_json::Value;

use crate::types::{Nothing, Settings, SettingsUpdate};
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
/// `place_unknown`.
pub fn update(api: &Api, input: SettingsUpdate) -> Result<Settings, AppError> {
    let before = show(api, Nothing {})?;
    let folder = input
        .backup_folder
        .as_ref()
        .map(|place| api.path_of(place))
        .transpose()?;
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
