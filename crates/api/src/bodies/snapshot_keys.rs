//! `snapshot_key_*`: the key to what is kept encrypted of configurations. It is made when that is switched on and
//! never answered; a person keeps a copy of it in a file of their own, and brings it in on another computer.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use flowkeep_core::session::SNAPSHOT_KEY;
use flowkeep_files::snapshots::{self, SnapshotKeys};
use flowkeep_files::{Existing, export_document, io_reason};
use flowkeep_host::{
    Identities, ReadError, Recipient, Secrets, SecretsError, open_regular, path_text, text_path,
};
use flowkeep_store::{ClosedSnapshot, NewOperation, Store, StoreError, Tx};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{secrets, settings};
use crate::apart::in_time;
use crate::types::{
    ExportTo, Exported, Nothing, SnapshotKeyAdded, SnapshotKeyFrom, SnapshotKeyShow,
    SnapshotSecrets,
};
use crate::{Api, AppError};

/// The setting with the public half of the key. It is none of the settings that are shown.
pub(super) const RECIPIENT: &str = "snapshot_recipient";

/// No file with keys is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// What stands above the keys in a file.
const REMARK: &str = "# Key of the Flowkeep snapshots. It opens what is kept encrypted of configurations: keep it safe.
# Flowkeep 快照密钥，可打开加密保存的配置，请妥善保管。
";

/// What becomes of the keys in configurations that are kept from now on, and what reads them again.
///
/// # Errors
/// What the database says.
pub(crate) fn keys(store: &Store, secrets: &Arc<dyn Secrets>) -> Result<SnapshotKeys, AppError> {
    let wanted = settings::of(store)?.snapshot_secrets;
    // Nothing is kept with its keys that nobody could read again.
    let recipient = match wanted {
        SnapshotSecrets::Masked => None,
        SnapshotSecrets::Encrypted => recipient(store)?,
    };
    Ok(SnapshotKeys {
        recipient,
        secrets: Some(Arc::clone(secrets)),
    })
}

/// The public half of the key to which is encrypted, or was when that was last switched on.
fn recipient(store: &Store) -> Result<Option<Recipient>, StoreError> {
    let kept = store.setting(RECIPIENT)?;
    Ok(kept.and_then(|kept| kept.as_str()?.parse().ok()))
}

/// Whether anything is kept encrypted, and whether the key to it is at hand.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<SnapshotKeyShow, AppError> {
    let is_wanted = is_wanted(api)?;
    let encrypted = is_wanted || api.store.keeps_encrypted()?;
    let key = if encrypted { state(api)? } else { "none" };
    let closed = without_key(api)?.filter(|count| *count > 0);
    let unsaved = Some(unsaved(api)?).filter(|count| *count > 0);
    Ok(SnapshotKeyShow {
        encrypted,
        key,
        closed,
        is_another: unsaved.is_some() && is_another(api)?,
        unsaved,
    })
}

fn is_wanted(api: &Api) -> Result<bool, AppError> {
    Ok(settings::of(&api.store)?.snapshot_secrets == SnapshotSecrets::Encrypted)
}

/// How many snapshots are encrypted to a key that is not here; nothing where their disk does not say.
///
/// # Errors
/// What the database says.
pub(crate) fn without_key(api: &Api) -> Result<Option<u32>, AppError> {
    let closed = closed(api)?;
    Ok(closed.map(|closed| u32::try_from(closed.len()).unwrap_or(u32::MAX)))
}

/// The snapshots that are encrypted to a key that is not here; nothing where their disk does not say.
///
/// # Errors
/// What the database says.
pub(super) fn closed(api: &Api) -> Result<Option<Vec<ClosedSnapshot>>, AppError> {
    if !api.store.keeps_encrypted()? {
        return Ok(Some(Vec::new()));
    }
    let workshop = api.snapshot_workshop()?;
    let place = workshop.dir.clone();
    let closed = in_time(api.most, &place, move |_| {
        snapshots::without_key(&workshop).map_err(AppError::from)
    });
    match closed {
        Ok(closed) => Ok(Some(closed)),
        Err(error) if error.code == "disk_silent" => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether snapshots are kept that are encrypted to another key than what is kept from now on.
fn is_another(api: &Api) -> Result<bool, AppError> {
    let Some(ours) = recipient(&api.store)? else {
        return Ok(false);
    };
    Ok(!api.store.packs_for_others(&ours.to_string())?.is_empty())
}

/// How many keys are here that something is encrypted to, or will be, and of which nobody has a copy. None, where the
/// keys cannot be had: then nobody can make one.
///
/// # Errors
/// What the database says.
pub(super) fn unsaved(api: &Api) -> Result<u32, AppError> {
    let mut used = used(api)?;
    if is_wanted(api)? {
        used.extend(recipient(&api.store)?.map(|ours| ours.to_string()));
    }
    let saved = api.store.snapshot_keys_saved()?;
    used.retain(|key| !saved.contains(key));
    if used.is_empty() {
        return Ok(0);
    }
    let here = match api.secrets.get(SNAPSHOT_KEY) {
        Ok(Some(kept)) => Identities::of_text(&kept.value).recipients(),
        Ok(None) => Vec::new(),
        Err(error) => {
            tracing::info!(%error, "the key of the snapshots cannot be read");
            Vec::new()
        }
    };
    let here = here.iter().map(ToString::to_string);
    let count = here.filter(|key| used.contains(key)).count();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether the secrets cannot be read because their own key is gone: then no key of snapshots can be brought in before
/// they are started over.
pub(super) fn is_behind_lost_secrets(api: &Api) -> bool {
    matches!(
        api.secrets.get(SNAPSHOT_KEY),
        Err(SecretsError::KeyGone(_) | SecretsError::Damaged(_))
    )
}

pub(super) fn state(api: &Api) -> Result<&'static str, AppError> {
    let kept = match api.secrets.get(SNAPSHOT_KEY) {
        Ok(kept) => kept.map(|kept| Identities::of_text(&kept.value)),
        Err(error) if error.is_locked() || matches!(error, SecretsError::Busy) => {
            return Ok("locked");
        }
        Err(error @ (SecretsError::KeyGone(_) | SecretsError::Damaged(_))) => {
            tracing::info!(%error, "the key of the snapshots cannot be read");
            return Ok("behind");
        }
        Err(error) => {
            tracing::info!(%error, "the key of the snapshots cannot be read");
            None
        }
    };
    let keys = kept.unwrap_or_default().recipients();
    let is_there = match recipient(&api.store)? {
        Some(wanted) => keys.contains(&wanted),
        None => !keys.is_empty(),
    };
    Ok(if is_there { "there" } else { "gone" })
}

/// The public half of this computer's key, which is made where there is none.
///
/// # Errors
/// Why the secrets cannot be read or written.
pub(super) fn made(api: &Api) -> Result<Recipient, AppError> {
    let before_that = recipient(&api.store)?;
    let mut found = None;
    let used = used(api)?;
    let made = api.secrets.change(SNAPSHOT_KEY, &mut |before| {
        let known = Identities::of_text(before.unwrap_or_default());
        let is_new = known.is_empty();
        let keys = if is_new {
            Identities::generate()
        } else {
            known
        };
        // Keys that were brought in stand beside it: what it was before, it stays.
        let all = keys.recipients();
        found = match &before_that {
            Some(known) if all.contains(known) => Some(known.clone()),
            _ => before_others(all, &used),
        };
        is_new.then(|| keys.to_text())
    });
    made.map_err(secrets::refused)?;
    found.ok_or_else(|| AppError::new("snapshot_key_none"))
}

/// Has what is kept from now on encrypted to a key. That it is another one than before stands in Activity: whoever saved
/// the one before has not this one.
pub(super) fn go_on_with(
    tx: &Tx<'_>,
    recipient: &Recipient,
    (actor, face): (&str, &str),
) -> Result<(), AppError> {
    let wanted = Value::from(recipient.to_string());
    if tx.setting(RECIPIENT)?.as_ref() == Some(&wanted) {
        return Ok(());
    }
    tx.set_setting(RECIPIENT, &wanted)?;
    if tx.keeps_for_others(&recipient.to_string())? {
        let operation = NewOperation {
            actor,
            face,
            operation: "snapshot_key_new",
            name: None,
            undoes: None,
            items: &[],
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
    }
    tx.secrets_changed();
    Ok(())
}

/// The key to go on with: one to which something is encrypted that is here, rather than another.
fn before_others(mut all: Vec<Recipient>, used: &BTreeSet<String>) -> Option<Recipient> {
    all.sort_by_key(|key| !used.contains(&key.to_string()));
    all.into_iter().next()
}

/// The keys to which something is encrypted that is here, by their public halves.
fn used(api: &Api) -> Result<BTreeSet<String>, AppError> {
    let packs = api.store.encrypted_packs()?.into_iter();
    Ok(packs.filter_map(|pack| pack.recipient).collect())
}

/// Writes the key into a file of its own, for its owner alone. One that is there is never written over: it may
/// hold another key. Nor is it written beside what it opens: into the data folder, or among backups.
///
/// # Errors
/// `snapshot_key_none`, `file_exists`, `snapshot_key_beside`; why the secrets cannot be read; what the disk says.
pub fn save(api: &Api, input: ExportTo) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    is_apart(api, &target)?;
    let kept = api.secrets.get(SNAPSHOT_KEY).map_err(secrets::refused)?;
    let kept = kept.ok_or_else(|| AppError::new("snapshot_key_none"))?;
    let mut text = Zeroizing::new(String::with_capacity(REMARK.len() + kept.value.len()));
    text.push_str(REMARK);
    text.push_str(&kept.value);
    let saved_keys = Identities::of_text(&kept.value).recipients();
    let (files, file) = (Arc::clone(&api.files), target.clone());
    let saved = in_time(api.most, &target, move |_| {
        export_document(files.as_ref(), &text, &file, Existing::Keep)
    });
    saved.map_err(|error| match error.code.as_str() {
        "file_exists" => AppError {
            hints: vec!["other_file_name".to_owned()],
            ..error
        },
        _ => error,
    })?;
    note_saved(api, saved_keys)?;
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

/// That a file is not in the data folder, nor in a folder with backups or what is kept of configurations.
fn is_apart(api: &Api, target: &Path) -> Result<(), AppError> {
    let mut beside = vec![api.real_data_dir().clone()];
    beside.push(api.snapshot_workshop()?.dir);
    let known = api.store.known_backups()?.into_iter();
    beside.extend(known.map(|backup| text_path(&backup.path)));
    let chosen = settings::of(&api.store)?.backup_folder;
    beside.extend(chosen.as_deref().map(text_path));
    let (path, at) = (target.to_owned(), target.to_owned());
    let found = in_time(api.most, target, move |_| {
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let above = real(above.unwrap_or(Path::new(".")));
        let mut beside = beside.iter();
        Ok::<_, AppError>(beside.any(|folder| above.starts_with(real(folder))))
    });
    if found? {
        return Err(AppError::new("snapshot_key_beside")
            .with("path", path_text(&at))
            .hint("other_folder_for_key"));
    }
    Ok(())
}

/// Notes that somebody has a copy of these keys.
fn note_saved(api: &Api, keys: Vec<Recipient>) -> Result<(), AppError> {
    if api.only_reads() {
        return Ok(());
    }
    api.store.write(move |tx| {
        for key in &keys {
            tx.note_key_saved(&key.to_string())?;
        }
        tx.secrets_changed();
        Ok(())
    })
}

/// Takes the keys of a file in, beside those that are here: what was encrypted on another computer can be read
/// from then on. What is kept from now on is encrypted as it was before, unless nothing was yet: then to the first of these
/// keys, so that whoever has that one file has what opens all.
///
/// # Errors
/// `snapshot_key_not_in_file`; why the secrets cannot be written; what the disk says.
pub fn add(api: &Api, input: SnapshotKeyFrom) -> Result<SnapshotKeyAdded, AppError> {
    let path = api.path_of(&input.from)?;
    let at = path.clone();
    let given = in_time(api.most, &at, move |_| read(&path))?;
    if given.is_empty() {
        return Err(AppError::new("snapshot_key_not_in_file"));
    }
    let mut added = 0;
    let joined = api.secrets.change(SNAPSHOT_KEY, &mut |before| {
        let mut keys = Identities::of_text(before.unwrap_or_default());
        added = keys.join(&given);
        (added > 0).then(|| keys.to_text())
    });
    joined.map_err(secrets::refused)?;
    let mut goes_on = None;
    if added > 0 {
        // By what the packs say it is known which of these keys were in use.
        let workshop = api.snapshot_workshop()?;
        let place = workshop.dir.clone();
        let noted = in_time(api.most, &place, move |_| {
            snapshots::note_recipients(&workshop).map_err(AppError::from)
        });
        if let Err(error) = noted {
            tracing::info!(%error, "which packs the key opens is asked again");
        }
        goes_on = taking_its_place(api, given.recipients())?;
        let next = goes_on.clone();
        secrets::told(api, "session_key_add", "", move |tx| {
            if let Some(next) = next {
                tx.set_setting(RECIPIENT, &next.to_string().into())?;
            }
            Ok(())
        })?;
    }
    note_saved(api, given.recipients())?;
    Ok(SnapshotKeyAdded {
        added: u32::try_from(added).unwrap_or(u32::MAX),
        in_use: goes_on.is_some(),
    })
}

/// Which of these keys takes the place of this computer's, to which nothing is encrypted and of which nobody has a copy.
fn taking_its_place(api: &Api, given: Vec<Recipient>) -> Result<Option<Recipient>, AppError> {
    let Some(ours) = recipient(&api.store)? else {
        return Ok(None);
    };
    let used = used(api)?;
    let ours_text = ours.to_string();
    if given.contains(&ours)
        || used.contains(&ours_text)
        || api.store.snapshot_keys_saved()?.contains(&ours_text)
    {
        return Ok(None);
    }
    Ok(before_others(given, &used))
}

/// The keys in a file; none in one that is something else.
fn read(path: &Path) -> Result<Identities, AppError> {
    let said =
        |error: std::io::Error| AppError::from(io_reason(&error)).with("path", path_text(path));
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(ReadError::Io(error)) => return Err(said(error)),
        Err(ReadError::Missing) => return Err(said(std::io::ErrorKind::NotFound.into())),
        Err(_) => return Ok(Identities::default()),
    };
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes).map_err(said)?;
    let keys = str::from_utf8(&bytes).map(Identities::of_text);
    Ok(keys.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Silent;
    use crate::testing::open;
    use crate::types::ChosenPlace;

    fn set(api: &Api, snapshot_secrets: &str) {
        let input = json!({ "snapshot_secrets": snapshot_secrets });
        crate::call(api, "settings_update", input, &Silent).unwrap();
    }

    fn key(api: &Api) -> (bool, &'static str) {
        let shown = show(api, Nothing {}).unwrap();
        (shown.encrypted, shown.key)
    }

    #[test]
    fn it_is_said_whether_the_key_to_what_is_encrypted_is_here() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        assert_eq!(key(&api), (false, "none"));
        set(&api, "encrypted");
        assert_eq!(key(&api), (true, "there"));
        // Another key opens nothing of it.
        api.secrets.remove(SNAPSHOT_KEY).unwrap();
        assert_eq!(key(&api), (true, "gone"));
        let other = Identities::generate().to_text();
        api.secrets.set(SNAPSHOT_KEY, &other).unwrap();
        assert_eq!(key(&api), (true, "gone"));
    }

    /// A session whose configuration has a key in it.
    fn begin(api: &Api, root: &Path) {
        let config = root.join("configs/workflows/import.yaml");
        std::fs::create_dir_all(config.parent().unwrap()).unwrap();
        let key = format!("sk-{}", "a1B2c3D4".repeat(4));
        std::fs::write(
            &config,
            format!("name: import\napi_key: {key}\ntasks: []\n"),
        )
        .unwrap();
        let new = crate::testing::session_of(config);
        crate::session_snapshots::create(api, new, &Silent).unwrap();
    }

    #[test]
    fn nothing_new_counts_on_what_is_encrypted_to_a_key_that_was_lost() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        set(&api, "encrypted");
        begin(&api, root.path());
        let of_others = || {
            let ours = recipient(&api.store).unwrap().unwrap().to_string();
            api.store.packs_for_others(&ours).unwrap().len()
        };
        set(&api, "masked");
        set(&api, "encrypted");
        assert_eq!(of_others(), 0, "it is the same key");
        let other = Identities::generate().to_text();
        api.secrets.set(SNAPSHOT_KEY, &other).unwrap();
        set(&api, "masked");
        assert_eq!(of_others(), 0);
        set(&api, "encrypted");
        assert_eq!(of_others(), 1);
    }

    #[test]
    fn what_is_closed_is_counted_also_where_there_is_a_key_for_what_is_new() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        set(&api, "encrypted");
        begin(&api, root.path());
        let closed = || show(&api, Nothing {}).unwrap().closed;
        assert_eq!((key(&api), closed()), ((true, "there"), None));
        api.secrets.remove(SNAPSHOT_KEY).unwrap();
        set(&api, "encrypted");
        assert_eq!((key(&api), closed()), ((true, "there"), Some(1)));
    }

    #[test]
    fn a_key_that_was_brought_in_first_does_not_take_the_place_of_the_one_that_was_used() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        set(&api, "encrypted");
        let used = recipient(&api.store).unwrap().unwrap();
        let mut other = Identities::generate();
        let kept = api.secrets.get(SNAPSHOT_KEY).unwrap().unwrap();
        other.join(&Identities::of_text(&kept.value));
        api.secrets.set(SNAPSHOT_KEY, &other.to_text()).unwrap();
        set(&api, "masked");
        set(&api, "encrypted");
        assert_eq!(recipient(&api.store).unwrap(), Some(used));
    }

    /// How often Activity says that a new key is in use.
    fn announced(api: &Api) -> usize {
        let input = json!({ "operation": "snapshot_key_new" });
        let found = crate::call(api, "activity_list", input, &Silent).unwrap();
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        found["items"].as_array().unwrap().len()
    }

    #[test]
    fn a_new_key_is_announced_where_there_was_another_and_asked_for_until_it_is_saved() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let asked = || {
            let shown = show(&api, Nothing {}).unwrap();
            (shown.unsaved, shown.is_another)
        };
        let save_to = |name: &str| {
            let to = ChosenPlace::Path(root.path().join(name));
            save(&api, ExportTo { to }).unwrap();
        };
        assert_eq!(asked(), (None, false));
        set(&api, "encrypted");
        assert_eq!((asked(), announced(&api)), ((Some(1), false), 0));
        save_to("first.key");
        assert_eq!(asked(), (None, false));
        begin(&api, root.path());
        api.secrets.remove(SNAPSHOT_KEY).unwrap();
        set(&api, "encrypted");
        assert_eq!((asked(), announced(&api)), ((Some(1), true), 1));
        save_to("second.key");
        assert_eq!((asked(), announced(&api)), ((None, false), 1));
        let from = ChosenPlace::Path(root.path().join("first.key"));
        let added = add(&api, SnapshotKeyFrom { from }).unwrap();
        assert_eq!((added.added, added.in_use), (1, false));
        assert_eq!((asked(), announced(&api)), ((None, false), 1));
    }
}
