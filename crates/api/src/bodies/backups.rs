//! `db_backup`, `db_verify` and the list of known backups.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::{BackupId, KeptHistory, Message};
use flowkeep_files::{
    Backup, BackupRequest, BackupTarget, DamagedFile, FilesError, MANIFEST, Manifest, Proof,
    Source, estimate, find_source, prove, read_manifest, remove_unfinished, withdraw_backup,
    write_backup,
};
use flowkeep_host::{Timestamp, path_text, text_path};
use flowkeep_store::{KnownBackup, NewOperation, Store, StoreError, Tag};
use serde_json::Value;
use ulid::Ulid;

use crate::apart::{apart, apart_for, in_time};
use crate::backup_disks::Seen;
use crate::progress::Thinned;
use crate::types::{
    BackupHealth, BackupInput, BackupList, BackupPlan, BackupResult, BackupRow, ChosenPlace,
    DamagedItem, KindCount, Nothing, UnfinishedBackup, UnfinishedInput, VerifyInput, VerifyResult,
};
use crate::{Api, AppError, Progress, backup_list, time};

/// What a backup would write, and whether it fits. A folder that will not do is not an error here
/// but the answer.
///
/// # Errors
/// `no_backup_folder`, `place_unknown`.
pub fn backup_plan(api: &Api, input: BackupInput) -> Result<BackupPlan, AppError> {
    let folder = target_folder(api, input.into.as_ref())?;
    let snapshot = api.store.snapshot()?;
    let (files, data_dir, now) = (
        Arc::clone(&api.files),
        api.data_dir.clone(),
        api.clock.now(),
    );
    let target = folder.clone();
    let estimated = in_time(api.most, &folder, move |_| {
        let target = BackupTarget::check(files.as_ref(), &target, &data_dir)?;
        estimate(files.as_ref(), &snapshot, &target, input.history, now)
    });
    let into = path_text(&folder);
    match estimated {
        Ok(estimate) => {
            let refused = (estimate.needed > estimate.free).then(|| {
                let missing = estimate.needed - estimate.free;
                Message::new("error_no_room")
                    .with("path", &into)
                    .with("needed", estimate.needed)
                    .with("free", estimate.free)
                    .with("missing", missing)
            });
            let items = estimate
                .counts
                .into_iter()
                .map(|(kind, count)| kind_count(&kind, count));
            Ok(BackupPlan {
                into,
                items: items.collect(),
                with_keys: estimate.with_keys,
                bytes: estimate.needed,
                free: estimate.free,
                refused,
            })
        }
        Err(error) => {
            let refused = error.into();
            Ok(BackupPlan {
                into,
                items: Vec::new(),
                with_keys: 0,
                bytes: 0,
                free: 0,
                refused: Some(refused),
            })
        }
    }
}

/// Makes a backup and proves it by a trial restore.
///
/// # Errors
/// `no_backup_folder`, `inside_data_folder`, `folder_unwritable`, `no_room`, `cancelled`,
/// `backup_not_proven`; what the system says. Earlier backups are as they were.
pub fn backup(
    api: &Api,
    input: BackupInput,
    progress: &dyn Progress,
) -> Result<BackupResult, AppError> {
    api.may_write()?;
    let folder = target_folder(api, input.into.as_ref())?;
    let id = BackupId(Ulid::generate());
    let at = api.clock.now();
    let made = write(api, folder.clone(), id, at, input.history, progress)?;
    let count = documents_in(&made);
    let keys = (made.with_keys > 0)
        .then(|| Message::new("backup_contains_keys").with("count", made.with_keys));
    let mut warnings = Vec::from_iter(keys);
    let known = KnownBackup {
        id: id.to_string(),
        path: path_text(&made.folder),
        created_at: at.0,
        count,
        bytes: made.bytes,
        operation: made.latest_operation.clone().unwrap_or_default(),
        checked_at: Some(at.0),
        lost: u32::try_from(made.damaged.len()).unwrap_or(u32::MAX),
        damaged: 0,
        damaged_names: names_of(&made.damaged),
        history: input.history,
    };
    if let Err(error) = remember(api, known, input.remember.then_some(folder)) {
        // It has its name and is whole: nothing that fails now makes it less of a backup.
        tracing::error!(code = error.code, %error, "a backup could not be noted");
        warnings.push(Message::new("backup_not_noted"));
    }
    Ok(BackupResult {
        count,
        target_dir: path_text(&made.folder),
        result: "backup",
        items: made
            .counts
            .iter()
            .map(|(kind, count)| kind_count(kind, *count))
            .collect(),
        bytes: made.bytes,
        verified: true,
        damaged: made.damaged.into_iter().map(damaged_item).collect(),
        warnings,
        backup_id: id.to_string(),
    })
}

/// Writes and proves it apart from everything else: the folder may be on a disk that stops answering.
fn write(
    api: &Api,
    folder: PathBuf,
    id: BackupId,
    at: Timestamp,
    history: KeptHistory,
    progress: &dyn Progress,
) -> Result<Backup, AppError> {
    let (files, store) = (Arc::clone(&api.files), Arc::clone(&api.store));
    let (data_dir, scratch) = (api.data_dir.clone(), api.scratch.folder()?);
    let left = AppError::new("cancelled")
        .with("path", folder.display())
        .hint("removing_goes_on");
    let work = move |progress: &Thinned<'_>| {
        let target = BackupTarget::check(files.as_ref(), &folder, &data_dir)?;
        target.make(files.as_ref())?;
        note_target(&store, &target.folder)?;
        write_backup(
            &BackupRequest {
                files: files.as_ref(),
                store: &store,
                data_dir: &data_dir,
                target: &target,
                scratch: &scratch,
                at,
                id,
                sequence: store.next_backup_sequence()?,
                history,
                app_version: env!("CARGO_PKG_VERSION"),
                machine: &flowkeep_host::machine_id(),
                trial: true,
            },
            progress,
        )
    };
    let (files, store) = (Arc::clone(&api.files), Arc::clone(&api.store));
    let after = move |made: Result<Backup, FilesError>| {
        // Told as cancelled, so it may not be there.
        if let Ok(made) = made
            && let Err(error) = withdraw_backup(files.as_ref(), &made.folder)
        {
            tracing::warn!(%error, folder = %made.folder.display(), "could not be removed");
        }
        // What was offered for clean-up meanwhile is gone.
        let told = store.write::<_, StoreError>(|tx| {
            tx.tag(&Tag::Backup);
            Ok(())
        });
        if let Err(error) = told {
            tracing::warn!(%error, "nobody hears that a cancelled backup is gone");
        }
    };
    apart_for(api.patience, progress, work, || left, after)
}

/// Notes where a backup is begun, so that a broken-off first one is found again.
fn note_target(store: &Store, folder: &Path) -> Result<(), StoreError> {
    let begun = Value::from(path_text(folder));
    if store.setting(LAST_TARGET)?.as_ref() == Some(&begun) {
        return Ok(());
    }
    store.write(move |tx| tx.set_setting(LAST_TARGET, &begun))
}

/// Writes a backup down as known and in Activity.
fn remember(api: &Api, known: KnownBackup, folder: Option<PathBuf>) -> Result<(), AppError> {
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write::<_, AppError>(move |tx| {
        tx.add_known_backup(&known)?;
        if let Some(folder) = folder {
            tx.set_setting("backup_folder", &path_text(&folder).into())?;
        }
        let operation = tx.next_operation_id()?;
        tx.record_operation(
            operation,
            &NewOperation {
                actor: &actor,
                face,
                operation: "backup",
                name: Some(&known.path),
                undoes: None,
                items: &[],
            },
        )?;
        Ok(())
    })?;
    backup_list::mirror(api);
    Ok(())
}

fn documents_in(made: &Backup) -> u32 {
    let is_document = |word: &str| flowkeep_core::Kind::from_word(word).is_some();
    made.counts
        .iter()
        .filter(|(kind, _)| is_document(kind))
        .map(|(_, count)| count)
        .sum()
}

/// Reads a backup back and restores it into a temporary database.
///
/// # Errors
/// `path_missing`, `backup_damaged`, `backup_newer`, `nothing_there`, `no_backup_known`,
/// `cancelled`.
pub fn verify(
    api: &Api,
    input: VerifyInput,
    progress: &dyn Progress,
) -> Result<VerifyResult, AppError> {
    let path = match &input.from {
        Some(place) => api.path_of(place)?,
        None => newest_known(api, progress)?,
    };
    let scratch = api.scratch.folder()?;
    let known = api.store.known_backups()?;
    let (folder, known, proof) = apart(progress, move |progress| {
        let source = find_source(&path)?;
        let folder = source.path().to_owned();
        let known = known_in(&folder, read_manifest(&folder).ok().as_ref(), known);
        if matches!(source, Source::Loose(_)) && known.is_none() {
            return Err(FilesError::NothingThere(folder));
        }
        let proof = prove(&folder, &scratch, progress);
        Ok((folder, known, proof))
    })?;
    // Where nothing can be written, it is told and not noted.
    if let Some(known) = known.filter(|_| !api.only_reads()) {
        note_proof(api, known, &proof)?;
    }
    let proof = proof?;
    Ok(VerifyResult {
        ok: proof.damaged.is_empty(),
        files: proof.files,
        damaged: proof.damaged.into_iter().map(damaged_item).collect(),
        unlisted: proof.unlisted,
        source_dir: path_text(&folder),
    })
}

/// Which known backup a folder is: the one whose place it is, or one that is no longer in its place.
/// A copy of one that still is says nothing of that.
fn known_in(
    folder: &Path,
    manifest: Option<&Manifest>,
    mut known: Vec<KnownBackup>,
) -> Option<KnownBackup> {
    let found = folder.canonicalize().ok()?;
    let is_here = |known: &KnownBackup| {
        let place = text_path(&known.path).canonicalize();
        place.is_ok_and(|place| place == found)
    };
    let Some(manifest) = manifest else {
        return known.into_iter().find(is_here);
    };
    known.retain(|known| known.id == manifest.backup_id);
    let known = known.pop()?;
    if is_here(&known) {
        return Some(known);
    }
    (!text_path(&known.path).is_dir()).then(|| KnownBackup {
        path: path_text(&found),
        ..known
    })
}

/// Notes what proving a known backup found. One whose manifest cannot be read is damaged; any other
/// failure says nothing of it.
fn note_proof(
    api: &Api,
    known: KnownBackup,
    proof: &Result<Proof, FilesError>,
) -> Result<(), AppError> {
    let damaged = match proof {
        Ok(proof) => names_of(&proof.damaged),
        Err(FilesError::ManifestDamaged { .. }) => vec![MANIFEST.to_owned()],
        Err(_) => return Ok(()),
    };
    let count = proof.as_ref().map_or(1, |proof| proof.damaged.len());
    let checked = KnownBackup {
        checked_at: Some(api.clock.now().0),
        damaged: u32::try_from(count).unwrap_or(u32::MAX),
        damaged_names: match (count, known.lost) {
            // What was lost when it was made stays lost.
            (0, 1..) => known.damaged_names,
            _ => damaged,
        },
        ..known
    };
    api.store
        .write::<_, AppError>(move |tx| Ok(tx.note_checked_backup(&checked)?))?;
    backup_list::mirror(api);
    Ok(())
}

/// The known backups, newest first, and what broken-off ones left.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<BackupList, AppError> {
    let (items, seen) = rows(api)?;
    Ok(BackupList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        unfinished: unfinished(&seen),
    })
}

/// The known backups, newest first, as their disks say now, and what else was seen there.
pub(crate) fn rows(api: &Api) -> Result<(Vec<BackupRow>, Seen), AppError> {
    let known = api.store.known_backups()?;
    let seen = api.disks.look(folders_of(api, &known)?, api.patience);
    let items = known.into_iter().map(|known| row(known, &seen)).collect();
    Ok((items, seen))
}

/// The folders that hold backups, each with those that are known, or were to.
fn folders_of(
    api: &Api,
    known: &[KnownBackup],
) -> Result<BTreeMap<PathBuf, BTreeSet<PathBuf>>, AppError> {
    let mut folders: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for backup in known {
        let path = text_path(&backup.path);
        folders.entry(above(&path)).or_default().insert(path);
    }
    for folder in backup_folders(api)? {
        folders.entry(folder).or_default();
    }
    Ok(folders)
}

fn above(backup: &Path) -> PathBuf {
    backup.parent().unwrap_or(backup).to_owned()
}

/// Removes what a broken-off backup left.
///
/// # Errors
/// `nothing_there` when it is none; what the system says.
pub fn unfinished_remove(api: &Api, input: UnfinishedInput) -> Result<Nothing, AppError> {
    let folder = text_path(&input.token);
    let beside = |above: &Path| folder.parent() == Some(above);
    if !backup_folders(api)?.iter().any(|above| beside(above)) {
        return Err(AppError::new("nothing_there").with("path", &input.token));
    }
    // One that its own backup has removed since, after it was cancelled, is as wanted.
    let (files, store, left) = (
        Arc::clone(&api.files),
        Arc::clone(&api.store),
        folder.clone(),
    );
    in_time(api.most, &folder, move |_| {
        if left.symlink_metadata().is_ok() {
            remove_unfinished(files.as_ref(), &left)?;
        }
        // Said from here, so that it is said as well when nobody waited until it was gone.
        store.write::<_, AppError>(|tx| {
            tx.tag(&Tag::Backup);
            Ok(())
        })
    })?;
    Ok(Nothing {})
}

/// What broken-off backups left in the chosen folder and beside the known backups. One that is
/// being written right now is not offered.
pub(crate) fn unfinished(seen: &Seen) -> Vec<UnfinishedBackup> {
    let found = seen.unfinished.iter();
    found
        .map(|unfinished| UnfinishedBackup {
            token: path_text(&unfinished.folder),
            path: path_text(&unfinished.folder),
            started_at: started(&unfinished.started),
        })
        .collect()
}

/// The folders that hold backups, or were to.
fn backup_folders(api: &Api) -> Result<Vec<PathBuf>, AppError> {
    let mut folders: Vec<PathBuf> = api
        .store
        .known_backups()?
        .iter()
        .filter_map(|known| text_path(&known.path).parent().map(Path::to_owned))
        .collect();
    folders.extend(chosen_folder(api)?);
    folders.extend(folder_setting(api, LAST_TARGET)?);
    folders.sort();
    folders.dedup();
    Ok(folders)
}

fn started(text: &str) -> Option<String> {
    let local = chrono::NaiveDateTime::parse_from_str(text.get(..15)?, "%Y%m%d-%H%M%S").ok()?;
    let at = local.and_local_timezone(chrono::Local).earliest()?;
    Some(time::rfc3339(at.timestamp_millis()))
}

fn row(known: KnownBackup, seen: &Seen) -> BackupRow {
    let path = text_path(&known.path);
    let whole = known.is_whole() && seen.with_manifest.contains(&path);
    BackupRow {
        health: match (seen.there.contains(&path), whole) {
            (false, _) if seen.silent.contains(&above(&path)) => BackupHealth::Silent,
            (false, _) => BackupHealth::Away,
            (true, true) => BackupHealth::Proven,
            (true, false) => BackupHealth::Damaged,
        },
        id: known.id,
        path: known.path,
        created_at: time::rfc3339(known.created_at),
        count: known.count,
        bytes: known.bytes,
        checked_at: known.checked_at.map(time::rfc3339),
        damaged_names: known.damaged_names,
        damaged: known.lost.saturating_add(known.damaged),
        history: known.history,
    }
}

/// The folder of the newest known backup that is there. A drive may sleep: what a folder that has not
/// answered yet may hold is not passed over for something older.
///
/// # Errors
/// `no_backup_known`, `cancelled`.
pub(crate) fn newest_known(api: &Api, progress: &dyn Progress) -> Result<PathBuf, AppError> {
    let known = api.store.known_backups()?;
    // Newest first already.
    let whole = |seen: &Seen| {
        let mut known = known.iter().map(|known| (known, text_path(&known.path)));
        let silent = |path: &Path| seen.silent.contains(&above(path));
        let usable = |known: &KnownBackup, path: &PathBuf| {
            known.is_whole() && seen.with_manifest.contains(path)
        };
        let first = known.find(|(known, path)| silent(path) || usable(known, path));
        first
            .filter(|(_, path)| !silent(path))
            .map(|(_, path)| path)
    };
    let seen = api.disks.look_until(folders_of(api, &known)?, |seen| {
        progress.cancelled() || whole(seen).is_some()
    });
    if let Some(path) = whole(&seen) {
        return Ok(path);
    }
    if !seen.silent.is_empty() {
        return Err(AppError::new("cancelled"));
    }
    // A damaged one before none.
    let mut paths = known.iter().map(|known| text_path(&known.path));
    if let Some(path) = paths.find(|path| seen.there.contains(path)) {
        return Ok(path);
    }
    chosen_folder(api)?.ok_or_else(|| AppError::new("no_backup_known").hint("name_backup"))
}

pub(crate) fn chosen_folder(api: &Api) -> Result<Option<PathBuf>, AppError> {
    folder_setting(api, "backup_folder")
}

/// The folder the last backup was begun in, so that a broken-off first one is found again.
const LAST_TARGET: &str = "backup_target";

fn folder_setting(api: &Api, key: &str) -> Result<Option<PathBuf>, AppError> {
    let chosen = api.store.setting(key)?;
    Ok(chosen.as_ref().and_then(Value::as_str).map(text_path))
}

fn target_folder(api: &Api, into: Option<&ChosenPlace>) -> Result<PathBuf, AppError> {
    match into {
        Some(place) => api.path_of(place),
        None => chosen_folder(api)?
            .ok_or_else(|| AppError::new("no_backup_folder").hint("choose_backup_folder")),
    }
}

fn kind_count(kind: &str, count: u32) -> KindCount {
    KindCount {
        kind: kind.to_owned(),
        count,
    }
}

pub(crate) fn damaged_item(file: DamagedFile) -> DamagedItem {
    DamagedItem {
        path: file.path,
        reason: file.reason,
        name: file.name,
    }
}

/// The first names, for the list.
fn names_of(damaged: &[DamagedFile]) -> Vec<String> {
    damaged
        .iter()
        .take(3)
        .map(|file| file.name.clone().unwrap_or_else(|| file.path.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;

    #[test]
    fn what_was_left_over_and_is_gone_by_now_counts_as_removed() {
        let root = tempfile::tempdir().unwrap();
        let into = root.path().join("backups");
        std::fs::create_dir(&into).unwrap();
        let api = open(&root.path().join("data"));
        let setting = path_text(&into).into();
        api.store
            .write::<_, AppError>(move |tx| Ok(tx.set_setting("backup_folder", &setting)?))
            .unwrap();
        let left = into.join("flowkeep-backup-20260101-000000.partial");
        let remove = |folder: &Path| {
            let token = path_text(folder);
            unfinished_remove(&api, UnfinishedInput { token })
        };
        std::fs::create_dir(&left).unwrap();
        assert_eq!(list(&api, Nothing {}).unwrap().unfinished.len(), 1);
        remove(&left).unwrap();
        assert!(!left.exists());
        remove(&left).unwrap();

        let other = into.join("mine");
        std::fs::create_dir(&other).unwrap();
        for folder in [&other, &root.path().join("elsewhere/gone.partial")] {
            assert_eq!(remove(folder).unwrap_err().code, "nothing_there");
        }
        assert!(other.exists());
    }

    /// Lets nobody write to the database any more once the backup is on its way.
    struct Locking<'a>(&'a Path);

    impl Progress for Locking<'_> {
        fn report(&self, report: crate::types::ProgressReport) {
            if report.phase == "trial" {
                let database = rusqlite::Connection::open(self.0).unwrap();
                database.pragma_update(None, "user_version", 99).unwrap();
            }
        }

        fn cancellation(&self) -> &crate::Cancellation {
            crate::Cancellation::never()
        }
    }

    #[test]
    fn a_whole_backup_that_cannot_be_noted_is_no_failure() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let api = open(&data_dir);
        let into = root.path().join("backups");
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into)),
            ..BackupInput::default()
        };
        let made = backup(&api, input, &Locking(&data_dir.join("flowkeep.db"))).unwrap();
        assert!(made.verified);
        let codes: Vec<_> = made.warnings.iter().map(|warning| &warning.code).collect();
        assert_eq!(codes, ["backup_not_noted"]);
        assert!(Path::new(&made.target_dir).join("manifest.json").is_file());
        assert_eq!(api.store.known_backups().unwrap().len(), 0);
    }
}
