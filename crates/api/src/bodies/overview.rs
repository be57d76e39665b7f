//! `overview_show`, `about_show`, `doctor`.

use std::path::Path;

use flowkeep_core::{Message, OperationId};
use flowkeep_engine::{definition_of, state_of};
use flowkeep_host::{FolderOrigin, Timestamp, Unsafe, path_text, unsafe_place};
use flowkeep_store::{ChangesRecord, KnownBackup, OperationFilter};

use super::run_overview::since_backup;
use super::{activity, backups, session_scrub};
use crate::types::{
    About, BackupHealth, BackupRow, Changes, Check, Doctor, KindCount, Nothing, OperationRow,
    Overview, UnfinishedBackup,
};
use crate::{Api, AppError};

/// What the first screen shows.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<Overview, AppError> {
    let counts = api.store.counts()?;
    let examples = api.store.examples()?;
    let (rows, seen) = backups::rows(api)?;
    let tested = |row: &BackupRow| row.checked_at.is_some() && row.health != BackupHealth::Damaged;
    let backup = rows.into_iter().find(tested);
    let newest = match &backup {
        Some(row) => api.store.known_backup(&row.id)?,
        None => None,
    };
    let changes = match newest {
        Some(backup) => api.store.changes_after(&backup.operation)?,
        None => ChangesRecord::default(),
    };
    let flag = |key: &str| -> Result<bool, AppError> {
        Ok(api.store.setting(key)?.is_some_and(|value| value == true))
    };
    let documents: u32 = counts.iter().map(|(_, count)| count).sum();
    let example_of = |kind| {
        let count = examples.iter().filter(|(other, _)| *other == kind).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let sessions = api.store.kept_sessions()?;
    let folder = backups::chosen_folder(api)?;
    let recent = api.store.operations(&OperationFilter {
        limit: 8,
        ..OperationFilter::default()
    })?;
    Ok(Overview {
        ask_for_folder: folder.is_none()
            && documents + sessions > 0
            && !flag("backup_folder_asked")?,
        offer_example: documents == 0 && examples.is_empty() && !flag("example_declined")?,
        counts: counts
            .into_iter()
            .map(|(kind, count)| KindCount {
                kind: kind.as_str().to_owned(),
                count: count + example_of(kind),
            })
            .collect(),
        sessions,
        backup,
        changes_since: Changes {
            documents: changes.documents,
            deleted: changes.deleted,
            settings: changes.settings,
        },
        backup_folder: folder.as_deref().map(path_text),
        example_documents: u32::try_from(examples.len()).unwrap_or(u32::MAX),
        unfinished: backups::unfinished(&seen),
        interrupted_restore: flag("interrupted_restore")?,
        documents_with_problems: api.store.documents_with_problems()?,
        recent: recent.items.into_iter().map(activity::row).collect(),
    })
}

/// The newest backup proven by a trial restore.
pub(super) fn proven_backup(api: &Api) -> Result<Option<KnownBackup>, AppError> {
    let mut known = api.store.known_backups()?.into_iter();
    Ok(known.find(|known| known.checked_at.is_some() && known.is_whole()))
}

/// The operator has read that a restore was broken off.
///
/// # Errors
/// What the database says.
pub fn interrupted_restore_seen(api: &Api, _: Nothing) -> Result<Nothing, AppError> {
    api.store.write::<_, AppError>(|tx| {
        tx.set_setting("interrupted_restore", &false.into())?;
        Ok(Nothing {})
    })
}

/// Where the app is and who uses it.
///
/// # Errors
/// None today.
pub fn about(api: &Api, _: Nothing) -> Result<About, AppError> {
    Ok(About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: api.data_dir.display().to_string(),
        system_languages: sys_locale::get_locales().collect(),
        platform: std::env::consts::OS.to_owned(),
    })
}

/// What is wrong with this installation.
///
/// # Errors
/// What the database says when it cannot even be asked.
pub fn doctor(api: &Api, _: Nothing) -> Result<Doctor, AppError> {
    let overview = show(api, Nothing {})?;
    let checks = vec![
        check_database(api)?,
        check_data_folder(api),
        check_folder_origin(api),
        check_space(api),
        check_backup(api, &overview)?,
        check_unfinished(&overview.unfinished),
        check_interrupted(api)?,
        check_engine(api),
        check_runs(api)?,
        check_routes(api)?,
        session_scrub::checked(api)?,
        check_clock(overview.recent.first(), api.clock.now()),
    ];
    Ok(Doctor {
        ok: checks.iter().all(|check| check.ok),
        checks,
    })
}

/// What is wrong with an installation whose data cannot be opened: the very case to ask in.
pub fn doctor_of_unopened(error: &AppError) -> Doctor {
    let name = if error.code.starts_with("database_") {
        "database"
    } else {
        "data_folder"
    };
    let mut message = Message::new(format!("error_{}", error.code));
    message.fields.clone_from(&error.fields);
    Doctor {
        ok: false,
        checks: vec![check(name, false, message)],
    }
}

pub(super) fn check(name: &str, ok: bool, message: Message) -> Check {
    Check {
        name: name.to_owned(),
        ok,
        message,
    }
}

fn check_database(api: &Api) -> Result<Check, AppError> {
    let faults = api
        .store
        .quick_check(flowkeep_host::Cancellation::never())?;
    Ok(match faults.first() {
        None => check("database", true, Message::new("doctor_database_ok")),
        Some(fault) => check(
            "database",
            false,
            Message::new("doctor_database_damaged").with("detail", fault),
        ),
    })
}

fn check_data_folder(api: &Api) -> Check {
    let path = api.data_dir.display();
    if api.only_reads() {
        let message = Message::new("error_data_only_read").with("path", path);
        return check("data_folder", false, message);
    }
    let message = match unsafe_place(&api.data_dir) {
        Some(Unsafe::Network(kind)) => Message::new("error_data_folder_network")
            .with("path", path)
            .with("kind", kind),
        Some(Unsafe::Synced(folder, client)) => Message::new("error_data_folder_synced")
            .with("path", path)
            .with("folder", folder.display())
            .with("client", client),
        None if is_private(&api.data_dir) => {
            return check(
                "data_folder",
                true,
                Message::new("doctor_data_folder_ok").with("path", path),
            );
        }
        None => Message::new("doctor_data_folder_open").with("path", path),
    };
    check("data_folder", false, message)
}

/// Why this folder is the one: who looks for data that is not there looks in another.
fn check_folder_origin(api: &Api) -> Check {
    let why = match api.origin {
        FolderOrigin::Told => "doctor_folder_told",
        FolderOrigin::Chosen => "doctor_folder_chosen",
        FolderOrigin::Platform => "doctor_folder_platform",
    };
    check("folder_origin", true, Message::new(why))
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let others = |path: &Path| {
        path.metadata()
            .map_or(0, |found| found.permissions().mode() & 0o077)
    };
    others(&path.join("flowkeep.db")) == 0
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

fn check_space(api: &Api) -> Check {
    // A restore keeps a copy of the database and works in a file beside it.
    let needed = api.store.bytes() * 3 + (64 << 20);
    match api.files.space(&api.data_dir) {
        Ok(space) if space.free >= needed => check(
            "space",
            true,
            Message::new("doctor_space_ok").with("free", space.free),
        ),
        Ok(space) => check(
            "space",
            false,
            Message::new("doctor_space_low")
                .with("free", space.free)
                .with("needed", needed),
        ),
        Err(error) => check(
            "space",
            false,
            Message::new("doctor_space_unknown").with("detail", error),
        ),
    }
}

fn check_backup(api: &Api, overview: &Overview) -> Result<Check, AppError> {
    let documents: u32 = overview.counts.iter().map(|count| count.count).sum();
    let documents = documents - overview.example_documents;
    Ok(match &overview.backup {
        None if documents + overview.sessions == 0 => {
            check("backup", true, Message::new("doctor_backup_not_needed"))
        }
        None => check("backup", false, Message::new("doctor_backup_none")),
        Some(backup) if backup.health == BackupHealth::Away => check(
            "backup",
            false,
            Message::new("doctor_backup_away").with("path", &backup.path),
        ),
        Some(backup) if backup.health == BackupHealth::Silent => check(
            "backup",
            false,
            Message::new("doctor_backup_silent").with("path", &backup.path),
        ),
        Some(backup) => {
            let (changes, runs) = (&overview.changes_since, since_backup(api)?);
            let documents = changes.documents + changes.deleted;
            let message = match (documents, runs, changes.settings) {
                (0, 0, false) => Message::new("doctor_backup_current"),
                (_, _, false) => Message::new("doctor_backup_ok"),
                (_, _, true) => Message::new("doctor_backup_ok_settings"),
            };
            let message = message.with("documents", documents).with("runs", runs);
            check("backup", true, message.with("at", &backup.created_at))
        }
    })
}

fn check_unfinished(found: &[UnfinishedBackup]) -> Check {
    match found.first() {
        None => check("unfinished", true, Message::new("doctor_unfinished_none")),
        Some(first) => check(
            "unfinished",
            false,
            Message::new("doctor_unfinished_some")
                .with("count", found.len())
                .with("path", &first.path),
        ),
    }
}

fn check_engine(api: &Api) -> Check {
    match api.engine_trouble() {
        Ok(()) => check("engine", true, Message::new("doctor_engine_ok")),
        Err(error) => {
            let stands = Message::new("doctor_engine_stands").because(error.into());
            check("engine", false, stands)
        }
    }
}

/// Runs that have not ended and cannot be read: whoever carries runs out tries them again and again.
fn check_runs(api: &Api) -> Result<Check, AppError> {
    let mut unread = None;
    let mut count = 0_u32;
    for row in api.store.open_runs(0)? {
        if let Err(error) = readable(api, row) {
            count += 1;
            unread.get_or_insert(error);
        }
    }
    Ok(match unread {
        None => check("runs", true, Message::new("doctor_runs_ok")),
        Some(error) => {
            let unread = Message::new("doctor_runs_unread").with("count", count);
            check("runs", false, unread.because(error.into()))
        }
    })
}

/// Rules that cannot be read choose nothing, so that tasks which name no data source fail.
fn check_routes(api: &Api) -> Result<Check, AppError> {
    Ok(match &api.connected()?.rules {
        Ok(_) => check("routes", true, Message::new("doctor_routes_ok")),
        Err(unreadable) => check("routes", false, unreadable.clone()),
    })
}

/// Reads what an engine reads of a run before it goes on with it.
fn readable(api: &Api, row: i64) -> Result<(), AppError> {
    let Some(run) = api.store.run_at(row)? else {
        return Ok(());
    };
    if let Some(definition) = definition_of(&api.store, &run)? {
        state_of(&api.store, &run, &definition)?;
    }
    Ok(())
}

fn check_interrupted(api: &Api) -> Result<Check, AppError> {
    let found = api
        .store
        .setting("interrupted_restore")?
        .is_some_and(|value| value == true);
    Ok(if found {
        check(
            "restores",
            false,
            Message::new("doctor_restore_interrupted"),
        )
    } else {
        check("restores", true, Message::new("doctor_restore_none"))
    })
}

/// How far the newest entry of Activity may lie ahead of the clock: what another computer wrote may be
/// a little.
const AHEAD: i64 = 5 * 60_000;

/// A clock that was set back gives wrong times to what is done now. Ids never go back, so that theirs
/// tell, also when something was done since.
fn check_clock(newest: Option<&OperationRow>, now: Timestamp) -> Check {
    let id = newest.and_then(|row| row.id.parse::<OperationId>().ok());
    let at = id.and_then(|id| i64::try_from(id.0.timestamp_ms()).ok());
    let at = at.map(Timestamp);
    match at.filter(|at| at.0 > now.0.saturating_add(AHEAD)) {
        None => check("clock", true, Message::new("doctor_clock_ok")),
        Some(at) => {
            let message = Message::new("doctor_clock_back").with("at", at.rfc3339());
            check("clock", false, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Kind;

    use super::*;
    use crate::testing::open;
    use crate::types::{BackupInput, ChosenPlace, CreateInput, DeleteInput, DocumentRef};
    use crate::{Silent, documents};

    #[test]
    fn a_clock_that_went_back_is_said() {
        let root = tempfile::tempdir().unwrap();
        let api = crate::testing::open(&root.path().join("data"));
        let create = serde_json::json!({"text": r#"{"name": "A", "tasks": []}"#, "format": "json"});
        crate::call(&api, "flow_create", create, &crate::Silent).unwrap();
        let newest = show(&api, Nothing {}).unwrap().recent.remove(0);
        let id: OperationId = newest.id.parse().unwrap();
        let at = Timestamp(i64::try_from(id.0.timestamp_ms()).unwrap());
        for (since, code) in [
            (AHEAD, "doctor_clock_ok"),
            (0, "doctor_clock_ok"),
            (-AHEAD, "doctor_clock_ok"),
            (-AHEAD - 1, "doctor_clock_back"),
        ] {
            let found = check_clock(Some(&newest), Timestamp(at.0 + since));
            assert_eq!(
                (found.message.code.as_str(), found.ok),
                (code, code.ends_with("ok"))
            );
        }
        assert!(check_clock(None, Timestamp(0)).ok);
    }

    #[test]
    fn what_differs_from_the_backup_counts_and_not_what_came_to_nothing() {
        let root = tempfile::tempdir().unwrap();
        let into = root.path().join("backups");
        std::fs::create_dir(&into).unwrap();
        let api = open(&root.path().join("data"));
        let kind = Kind::Workflow;
        let create = |id: &str| {
            let text = format!(r#"{{"id": "{id}", "name": "{id}", "tasks": []}}"#);
            let input = serde_json::json!({"text": text, "format": "json"});
            let input: CreateInput = serde_json::from_value(input).unwrap();
            documents::create(&api, kind, input).unwrap();
        };
        let delete = |id: &str| {
            let ids = vec![id.to_owned()];
            documents::delete(&api, kind, DeleteInput { ids }).unwrap();
        };
        create("a");
        create("b");
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into)),
            ..BackupInput::default()
        };
        backups::backup(&api, input, &Silent).unwrap();
        let since = || {
            let changes = show(&api, Nothing {}).unwrap().changes_since;
            (changes.documents, changes.deleted)
        };
        assert_eq!(since(), (0, 0));
        delete("a");
        assert_eq!(since(), (0, 1), "a deletion is none of a change");
        let id = "a".to_owned();
        let revision = None;
        documents::undelete(&api, kind, DocumentRef { id, revision }).unwrap();
        assert_eq!(since(), (0, 0), "it is as it was");
        create("c");
        assert_eq!(since(), (1, 0));
        delete("c");
        assert_eq!(since(), (0, 0), "it was not there then either");
    }
}
