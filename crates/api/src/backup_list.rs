//! The known backups once more, in `backups.json` beside the database: when the database cannot be
//! opened, nothing else knows where its backups are.
//!
//! The database stays the authority and nothing here is read while it opens; only a new database
//! that takes the place of a damaged one is told of them again ([`read_back`]). The file is written
//! anew whenever a backup becomes known; one that cannot be written holds nothing up and is made
//! good by the next. What cannot be read in it, by another version or damaged, is kept: an entry
//! as it is, a whole file under another name. Two processes that end a backup in the same instant may leave the older list.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_files::io_reason;
use flowkeep_host::text_path;
use flowkeep_store::KnownBackup;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{Api, AppError};

const FILE: &str = "backups.json";

/// What becomes of a list that is none.
const UNREADABLE: &str = "backups.json.unreadable";

#[derive(Debug, Default, Serialize, Deserialize)]
struct BackupList {
    /// The one that became known last first.
    backups: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Known(KnownBackup),
    /// Another version's, perhaps.
    Other(serde_json::Value),
}

impl BackupList {
    /// Those that this version understands.
    fn known(self) -> impl DoubleEndedIterator<Item = KnownBackup> {
        self.backups.into_iter().filter_map(|entry| match entry {
            Entry::Known(known) => Some(known),
            Entry::Other(_) => None,
        })
    }
}

/// Writes the list as the database has it now. What the list alone knows stays in it: after a
/// recovery the new database has forgotten the backups of the old one.
pub(crate) fn mirror(api: &Api) {
    if let Err(error) = write(api) {
        tracing::warn!(%error, "the list of backups beside the database is not up to date");
    }
}

fn write(api: &Api) -> Result<(), AppError> {
    let known = api.store.known_backups()?;
    let place = api.data_dir.join(FILE);
    let failed =
        |error: std::io::Error| AppError::from(io_reason(&error)).with("path", place.display());
    let earlier = match read(&api.data_dir) {
        Ok(list) => list.backups,
        Err(error) => {
            tracing::warn!(%error, "the list of backups beside the database is begun anew");
            std::fs::rename(&place, api.data_dir.join(UNREADABLE)).map_err(failed)?;
            Vec::new()
        }
    };
    let is_new = |entry: &Entry| match entry {
        Entry::Known(earlier) => known.iter().all(|known| known.id != earlier.id),
        Entry::Other(value) => known.iter().all(|known| value["id"] != known.id.as_str()),
    };
    let earlier: Vec<_> = earlier.into_iter().filter(is_new).collect();
    let list = BackupList {
        backups: known.into_iter().map(Entry::Known).chain(earlier).collect(),
    };
    let bytes = serde_json::to_vec_pretty(&list).map_err(|error| failed(error.into()))?;
    // A name of its own: two threads of this process may be here at once.
    let fresh = api
        .scratch
        .folder()?
        .join(format!("backups-{}.json", Ulid::generate()));
    api.files
        .write_new(&fresh, &bytes)
        .and_then(|()| api.files.flush(&fresh))
        .and_then(|()| std::fs::rename(&fresh, &place))
        .and_then(|()| api.files.flush(&api.data_dir))
        .map_err(failed)
}

/// Tells a new database of the backups that the one before it knew.
pub(crate) fn read_back(api: &Api) -> Result<(), AppError> {
    let listed: Vec<_> = read_or_none(&api.data_dir).known().rev().collect();
    api.store.write(move |tx| {
        for known in &listed {
            tx.add_known_backup(known)?;
        }
        Ok(())
    })
}

/// The newest backup made from this data folder that was whole when it was last looked at and is
/// still where it was. Needs no database.
pub fn newest_good_backup(data_dir: &Path) -> Option<PathBuf> {
    newest_good(data_dir).map(|known| text_path(&known.path))
}

pub(crate) fn newest_good(data_dir: &Path) -> Option<KnownBackup> {
    let there = |known: &KnownBackup| text_path(&known.path).join("manifest.json").is_file();
    read_or_none(data_dir)
        .known()
        .find(|known| known.is_whole() && there(known))
}

fn read_or_none(data_dir: &Path) -> BackupList {
    read(data_dir).unwrap_or_else(|error| {
        tracing::warn!(%error, "the list of backups beside the database cannot be read");
        BackupList::default()
    })
}

/// One that is not there is empty.
fn read(data_dir: &Path) -> std::io::Result<BackupList> {
    match std::fs::read(data_dir.join(FILE)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BackupList::default()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::open;
    use crate::types::{BackupHealth, BackupInput, ChosenPlace, Nothing, VerifyInput};
    use crate::{Silent, backups};

    fn back_up(api: &Api, into: &Path) -> PathBuf {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into.to_owned())),
            ..BackupInput::default()
        };
        PathBuf::from(backups::backup(api, input, &Silent).unwrap().target_dir)
    }

    fn verify(api: &Api, backup: &Path) {
        let from = Some(ChosenPlace::Path(backup.to_owned()));
        backups::verify(api, VerifyInput { from }, &Silent).unwrap();
    }

    #[test]
    fn the_newest_good_backup_is_found_without_the_database() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        assert_eq!(newest_good_backup(&data_dir), None);
        let older = back_up(&api, &into);
        let newer = back_up(&api, &into);
        drop(api);
        fs::remove_file(data_dir.join("flowkeep.db")).unwrap();
        assert_eq!(newest_good_backup(&data_dir), Some(newer.clone()));

        fs::rename(&newer, into.join("elsewhere")).unwrap();
        assert_eq!(newest_good_backup(&data_dir), Some(older.clone()));

        // The new database knows neither; the list keeps them.
        let newest = back_up(&open(&data_dir), &into);
        assert_eq!(newest_good_backup(&data_dir), Some(newest.clone()));
        fs::remove_dir_all(&newest).unwrap();
        assert_eq!(newest_good_backup(&data_dir), Some(older));
    }

    #[test]
    fn a_backup_found_damaged_is_not_offered_until_it_is_well_again() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        let backup = back_up(&api, &into);
        let part = walk(&backup);
        let whole = fs::read(&part).unwrap();
        let mut broken = whole.clone();
        broken[0] ^= 1;

        fs::write(&part, broken).unwrap();
        verify(&api, &backup);
        assert_eq!(newest_good_backup(&data_dir), None);
        fs::write(&part, whole).unwrap();
        verify(&api, &backup);
        assert_eq!(newest_good_backup(&data_dir), Some(backup));
    }

    /// Some file of a backup that is not its manifest.
    fn walk(folder: &Path) -> PathBuf {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().unwrap() != "manifest.json" {
                    return path;
                }
            }
        }
        panic!("a backup has more than a manifest")
    }

    /// How well the first known backup is said to be.
    fn health(api: &Api) -> BackupHealth {
        backups::list(api, Nothing {}).unwrap().items[0].health
    }

    #[test]
    fn a_copy_says_nothing_of_the_backup_it_is_a_copy_of() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        let backup = back_up(&api, &into);
        let copy = root.path().join("copy");
        let copied = std::process::Command::new("cp")
            .arg("-r")
            .args([&backup, &copy])
            .status();
        assert!(copied.unwrap().success());
        for (damaged, said) in [
            (&copy, BackupHealth::Proven),
            (&backup, BackupHealth::Damaged),
        ] {
            let part = walk(damaged);
            let whole = fs::read(&part).unwrap();
            fs::write(&part, b"!").unwrap();
            verify(&api, &backup);
            verify(&api, &copy);
            assert_eq!(health(&api), said, "{}", damaged.display());
            fs::write(&part, whole).unwrap();
        }
        // Once it is all there is, it takes the place.
        fs::remove_dir_all(&backup).unwrap();
        verify(&api, &copy);
        assert_eq!(health(&api), BackupHealth::Proven);
        assert_eq!(newest_good_backup(&data_dir), Some(copy));
    }

    #[test]
    fn a_backup_whose_manifest_is_broken_or_gone_is_damaged() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        let backup = back_up(&api, &into);
        let manifest = backup.join("manifest.json");
        let whole = fs::read(&manifest).unwrap();
        for broken in [Some(&b"{"[..]), None] {
            match broken {
                Some(bytes) => fs::write(&manifest, bytes).unwrap(),
                None => fs::remove_file(&manifest).unwrap(),
            }
            let from = Some(ChosenPlace::Path(backup.clone()));
            let error = backups::verify(&api, VerifyInput { from }, &Silent).unwrap_err();
            assert_eq!(error.code, "backup_damaged");
            assert_eq!(health(&api), BackupHealth::Damaged);
            assert_eq!(newest_good_backup(&data_dir), None);
            let doctor = crate::overview::doctor(&api, Nothing {}).unwrap();
            let of_backup = doctor.checks.iter().find(|check| check.name == "backup");
            assert_ne!(of_backup.unwrap().message.code, "doctor_backup_ok");

            fs::write(&manifest, &whole).unwrap();
            verify(&api, &backup);
            assert_eq!(health(&api), BackupHealth::Proven);
        }
        // What is no backup of ours is still none.
        let from = Some(ChosenPlace::Path(into.join("..")));
        fs::remove_dir_all(&backup).unwrap();
        let error = backups::verify(&api, VerifyInput { from }, &Silent).unwrap_err();
        assert_eq!(error.code, "nothing_there");
    }

    #[test]
    fn what_other_versions_wrote_is_used_as_far_as_it_goes_and_never_lost() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        let backup = back_up(&api, &into);
        let listed = || -> serde_json::Value {
            serde_json::from_slice(&fs::read(data_dir.join(FILE)).unwrap()).unwrap()
        };
        let mut earlier = listed()["backups"][0].take();
        let fields = earlier.as_object_mut().unwrap();
        fields.retain(|name, _| matches!(name.as_str(), "id" | "path" | "created_at"));
        fields["id"] = "earlier".into();
        let later = serde_json::json!({"id": "later", "path": {"drive": "B"}});
        let list = serde_json::json!({"backups": [later, earlier]});
        fs::write(data_dir.join(FILE), list.to_string()).unwrap();
        assert_eq!(newest_good_backup(&data_dir), Some(backup));

        back_up(&api, &into);
        let now = listed();
        let ids: Vec<_> = (0..4).map(|n| &now["backups"][n]["id"]).collect();
        assert_eq!(ids[2..], ["later", "earlier"]);
        assert_eq!(now["backups"][2], later);
    }

    #[test]
    fn a_list_that_cannot_be_read_offers_nothing_and_is_set_aside() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let into = root.path().join("backups");
        fs::create_dir(&into).unwrap();
        let api = open(&data_dir);
        let cut = "{\"backups\": [";
        fs::write(data_dir.join(FILE), cut).unwrap();
        assert_eq!(newest_good_backup(&data_dir), None);
        let backup = back_up(&api, &into);
        assert_eq!(newest_good_backup(&data_dir), Some(backup));
        let kept = fs::read_to_string(data_dir.join(UNREADABLE)).unwrap();
        assert_eq!(kept, cut);
    }

    #[cfg(unix)]
    #[test]
    fn the_list_belongs_to_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("data");
        let api = open(&data_dir);
        mirror(&api);
        let mode = data_dir.join(FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
