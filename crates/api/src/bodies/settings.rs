//! `settings_*`.

use flowkeep_files::FilesError;
use flowkeep_host::path_text;
use flowkeep_store::{NewOperation, Store, StoreError, Tx};
use serde_json::Value;

use crate::types::{
    ChosenPlace, LogStorageKind, Nothing, RunView, Settings, SettingsUpdate, SnapshotSecrets,
};
use crate::{Api, AppError, log_copy};

/// Ways to look at the runs that are kept, at most.
const RUN_VIEWS: usize = 100;

/// All settings.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<Settings, AppError> {
    Ok(of(&api.store)?)
}

/// All settings that are kept in a database.
///
/// # Errors
/// What the database says.
pub(crate) fn of(store: &Store) -> Result<Settings, StoreError> {
    read(|key| store.setting(key))
}

fn read(
    setting: impl Fn(&str) -> Result<Option<Value>, StoreError>,
) -> Result<Settings, StoreError> {
    let mut fields = serde_json::Map::new();
    let known = serde_json::to_value(Settings::default()).unwrap_or_default();
    for key in known
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys)
    {
        let Some(value) = setting(key)? else {
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

/// All settings, as they are in a transaction.
///
/// # Errors
/// What the database says.
pub(crate) fn of_transaction(tx: &Tx<'_>) -> Result<Settings, StoreError> {
    read(|key| tx.setting(key))
}

/// Changes settings; what is absent stays.
///
/// # Errors
/// `limit_too_large`; `place_unknown`; for a folder `folder_missing` and `not_a_folder`; `strategy_unknown`; why no key can be made for
/// what is to be encrypted.
pub fn update(api: &Api, input: SettingsUpdate) -> Result<Settings, AppError> {
    if let Some(strategy) = &input.snapshot_strategy {
        super::strategies::known(strategy)?;
    }
    let views = input.run_views.as_ref().map_or(0, Vec::len);
    if views > RUN_VIEWS {
        return Err(AppError::new("limit_too_large")
            .with("limit", views)
            .with("most", RUN_VIEWS));
    }
    let recipient = match input.snapshot_secrets {
        Some(SnapshotSecrets::Encrypted) => Some(super::snapshot_keys::made(api)?),
        _ => None,
    };
    let folder = input.backup_folder.as_ref();
    let folder = folder.map(|place| own_folder(api, place)).transpose()?;
    let log_dir = input.log_dir.as_ref();
    let log_dir = log_dir.map(|place| own_folder(api, place)).transpose()?;
    let (actor, face) = (api.actor()?, api.face.as_str());
    let now = api.clock.now().0;
    api.store.write::<_, AppError>(move |tx| {
        let before = read(|key| tx.setting(key))?;
        let after = changed(&before, input, folder, log_dir);
        if let Some(recipient) = recipient {
            super::snapshot_keys::go_on_with(tx, &recipient, (&actor, face))?;
        }
        if after != before {
            keep(tx, &before, &after, &actor, face)?;
            let both = LogStorageKind::Both;
            if after.log_storage == both
                && (before.log_storage != both || before.log_dir != after.log_dir)
            {
                log_copy::begin(tx, now)?;
            }
        }
        Ok(after)
    })
}

/// The settings with what is wanted of them; the folders were looked at before.
fn changed(
    before: &Settings,
    input: SettingsUpdate,
    backup_folder: Option<String>,
    log_dir: Option<String>,
) -> Settings {
    // Nothing is kept for no time: a zero takes the limit away.
    let limit = |given: Option<u32>, before| {
        given.map_or(before, |limit| Some(limit).filter(|limit| *limit > 0))
    };
    let kept_dir = before
        .log_dir
        .clone()
        .filter(|_| !input.log_dir_usual.unwrap_or_default());
    Settings {
        language: input.language.unwrap_or(before.language),
        theme: input.theme.unwrap_or(before.theme),
        display_name: input.display_name.map_or_else(
            || before.display_name.clone(),
            |name| name.trim().to_owned(),
        ),
        backup_folder: backup_folder.or_else(|| before.backup_folder.clone()),
        backup_folder_asked: input
            .backup_folder_asked
            .unwrap_or(before.backup_folder_asked),
        example_declined: input.example_declined.unwrap_or(before.example_declined),
        log_storage: input.log_storage.unwrap_or(before.log_storage),
        log_dir: log_dir.or(kept_dir),
        keep_days: limit(input.keep_days, before.keep_days),
        keep_runs: limit(input.keep_runs, before.keep_runs),
        on_close: input.on_close.unwrap_or(before.on_close),
        login_offered: input.login_offered.unwrap_or(before.login_offered),
        snapshots: input.snapshots.unwrap_or(before.snapshots),
        snapshot_secrets: input.snapshot_secrets.unwrap_or(before.snapshot_secrets),
        snapshot_strategy: input
            .snapshot_strategy
            .or_else(|| before.snapshot_strategy.clone()),
        snapshot_strategies: before.snapshot_strategies.clone(),
        default_tool_set: input.default_tool_set.map_or_else(
            || before.default_tool_set.clone(),
            |set| Some(set.trim().to_owned()).filter(|set| !set.is_empty()),
        ),
        snapshot_keep_days: input.snapshot_keep_days.or(before.snapshot_keep_days),
        run_views: input
            .run_views
            .map_or_else(|| before.run_views.clone(), named_once),
        run_columns: input.run_columns.or_else(|| before.run_columns.clone()),
    }
}

/// Views with a name, each name once: the last of it counts.
fn named_once(views: Vec<RunView>) -> Vec<RunView> {
    let mut kept: Vec<RunView> = Vec::new();
    for view in views {
        let name = view.name.trim().to_owned();
        let view = RunView { name, ..view };
        match kept.iter_mut().find(|one| one.name == view.name) {
            Some(there) => *there = view,
            None if view.name.is_empty() => {}
            None => kept.push(view),
        }
    }
    kept
}

/// Keeps what the engine goes by and settings do not show, as an operation on `name`; none where `keep`
/// says that it is kept so already.
pub(super) fn keep_as(
    api: &Api,
    name: &'static str,
    keep: impl FnOnce(&Tx<'_>) -> Result<bool, AppError> + Send + 'static,
) -> Result<(), AppError> {
    let (actor, face) = (api.actor()?, api.face().as_str());
    let changed = api.store.write::<_, AppError>(move |tx| {
        let changed = keep(tx)?;
        if changed {
            let operation = NewOperation {
                actor: &actor,
                face,
                operation: "settings",
                name: Some(name),
                undoes: None,
                items: &[],
            };
            tx.record_operation(tx.next_operation_id()?, &operation)?;
        }
        Ok(changed)
    })?;
    if changed {
        api.wake_engine();
    }
    Ok(())
}

fn keep(
    tx: &Tx<'_>,
    before: &Settings,
    after: &Settings,
    actor: &str,
    face: &str,
) -> Result<(), StoreError> {
    let fields = |settings: &Settings| serde_json::to_value(settings).unwrap_or_default();
    let (old, new) = (fields(before), fields(after));
    let mut changed = Vec::new();
    for (key, value) in new.as_object().into_iter().flatten() {
        if old.get(key) != Some(value) {
            tx.set_setting(key, value)?;
            changed.push(key.as_str());
        }
    }
    let operation = NewOperation {
        actor,
        face,
        operation: "settings",
        name: Some(&changed.join(", ")),
        undoes: None,
        items: &[],
    };
    tx.record_operation(tx.next_operation_id()?, &operation)
}

/// A folder of one's own, which may be one that is yet to be made in a folder that is there.
fn own_folder(api: &Api, place: &ChosenPlace) -> Result<String, AppError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;

    #[test]
    fn the_logs_folder_is_chosen_and_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let elsewhere = root.path().join("elsewhere");
        let chosen = SettingsUpdate {
            log_dir: Some(ChosenPlace::Path(elsewhere.clone())),
            ..SettingsUpdate::default()
        };
        let after = update(&api, chosen).unwrap();
        assert_eq!(after.log_dir, Some(path_text(&elsewhere)));
        let other = SettingsUpdate {
            keep_days: Some(3),
            ..SettingsUpdate::default()
        };
        assert_eq!(update(&api, other).unwrap().log_dir, after.log_dir);
        let usual = SettingsUpdate {
            log_dir_usual: Some(true),
            ..SettingsUpdate::default()
        };
        let back = update(&api, usual).unwrap();
        assert_eq!((back.log_dir.clone(), back.keep_days), (None, Some(3)));
        assert_eq!(show(&api, Nothing {}).unwrap(), back);
    }

    #[test]
    fn views_of_the_runs_are_kept_each_name_once_and_all_of_them_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let view = |name: &str, search: &str| RunView {
            name: name.to_owned(),
            search: search.to_owned(),
        };
        let keep = |views: Vec<RunView>| {
            let input = SettingsUpdate {
                run_views: Some(views),
                run_columns: Some(vec!["took".to_owned()]),
                ..SettingsUpdate::default()
            };
            update(&api, input)
        };
        let views = vec![
            view(" a ", "1"),
            view("b", "2"),
            view("", "3"),
            view("a", "4"),
        ];
        let after = keep(views).unwrap();
        assert_eq!(after.run_views, [view("a", "4"), view("b", "2")]);
        assert_eq!(after.run_columns, Some(vec!["took".to_owned()]));
        assert_eq!(update(&api, SettingsUpdate::default()).unwrap(), after);
        assert_eq!(keep(Vec::new()).unwrap().run_views, []);
        let many = vec![view("c", ""); 101];
        assert_eq!(keep(many).unwrap_err().code, "limit_too_large");
    }

    /// Each reads what is there in the transaction in which it writes.
    #[test]
    fn of_changes_at_once_none_is_lost() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        for round in 1..=20 {
            let days = SettingsUpdate {
                keep_days: Some(round),
                ..SettingsUpdate::default()
            };
            let runs = SettingsUpdate {
                keep_runs: Some(round),
                ..SettingsUpdate::default()
            };
            std::thread::scope(|scope| {
                scope.spawn(|| update(&api, days).unwrap());
                scope.spawn(|| update(&api, runs).unwrap());
            });
            let now = show(&api, Nothing {}).unwrap();
            assert_eq!((now.keep_days, now.keep_runs), (Some(round), Some(round)));
        }
    }
}
