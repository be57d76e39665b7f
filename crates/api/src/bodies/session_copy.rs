//! The own copies of a session: how the one stands that its work uses or would use first, and where one is.

use std::path::PathBuf;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_files::snapshots::restoring::{OVERLAYS, copies_called, copy_stand, own_copies};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{SessionCopy, SessionRecord, WorksWith};

use super::session_list;
use crate::apart::in_time;
use crate::types::{SessionCopyStand, SessionRef};
use crate::{Api, AppError};

/// How the own copy stands that the work of a session uses, or would use first: of those it does not use yet one
/// that has all its files, and that lacks the fewest keys. What cannot be read of it is left to whoever looks closer.
pub(super) fn stand(
    api: &Api,
    kept: &SessionRecord,
    copy: &SessionCopy,
    entry: &str,
) -> Option<SessionCopyStand> {
    let told = || -> Result<Option<SessionCopyStand>, AppError> {
        let used = copy.works_with == WorksWith::Overlay;
        let came_from = match api.store.snapshot_of_copy(kept.row)? {
            Some(came_from) => Some(came_from),
            None => api.store.newest_snapshot_of_the_work(kept.row)?,
        };
        let Some(came_from) = came_from else {
            return Ok(None);
        };
        let entries = api.store.config_entries(came_from.tree)?;
        let named = copy.overlay.as_ref().filter(|_| used);
        let named = named.map(|name| api.data_dir.join(OVERLAYS).join(name));
        let (files, place) = (api.files.clone(), api.data_dir.clone());
        let session = kept.clone();
        let stand = in_time(api.most, &api.data_dir, move |step| {
            let places: Vec<_> = match named {
                Some(named) => vec![named],
                None => own_copies(files.as_ref(), &place, &session)?
                    .into_values()
                    .collect(),
            };
            let stands = places.iter().filter_map(|place| {
                step();
                copy_stand(files.as_ref(), place, &entries).ok()
            });
            Ok::<_, AppError>(stands.min_by_key(|one| (one.gone.len(), one.masked.len())))
        })?;
        let Some(stand) = stand else {
            return Ok(None);
        };
        let found = session_list::snapshot(api, &came_from, entry)?;
        let texts = |paths: Vec<ConfigPath>| paths.into_iter().map(String::from).collect();
        Ok(Some(SessionCopyStand {
            path: path_text(&stand.place),
            sequence: came_from.sequence,
            used,
            filled_in: texts(stand.filled),
            filled_otherwise: texts(stand.filled_otherwise),
            masked: texts(stand.masked),
            gone: texts(stand.gone),
            left_out: found.left_out.into_iter().map(|out| out.path).collect(),
            missing: found.missing,
        }))
    };
    told().unwrap_or_else(|error| {
        tracing::debug!(%error, session = kept.id, "how its own copy stands cannot be told");
        None
    })
}

/// Where an own copy of a session is: the one that is named by its folder as it was told, and nothing else; else the one
/// that `session_show` tells of, or that was written last. Of a session that was forgotten, the newest that is left.
///
/// # Errors
/// `session_no_copy`; `session_unknown`, `session_no_config`; what the database and the disk say.
pub fn place(api: &Api, id: &str, copy: Option<&str>) -> Result<PathBuf, AppError> {
    let none = || AppError::new("session_no_copy");
    let (name, is_kept) = match session_list::kept(api, id) {
        Ok(kept) => (kept.name, true),
        Err(error) if error.code == "session_forgotten" => {
            let gone = api.store.newest_about("session_forget", "session", id)?;
            let name = gone.and_then(|gone| gone.subject_name);
            (name.ok_or_else(none)?, false)
        }
        Err(error) => return Err(error),
    };
    let copies = copies_called(api.files.as_ref(), &api.data_dir, (&name, id))?;
    let mut copies = copies.into_values();
    if let Some(copy) = copy {
        let wanted = text_path(copy);
        return copies.find(|one| *one == wanted).ok_or_else(none);
    }
    if is_kept {
        let shown = session_list::show(api, SessionRef { id: id.to_owned() })?;
        let told = shown.own_copy.map(|copy| copy.path).or(shown.overlay);
        return told.as_deref().map(text_path).ok_or_else(none);
    }
    copies.next_back().ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::types::SessionRestoreInput;
    use crate::{Silent, session_recovery, session_snapshots};

    /// A session of which a file with a key is gone, and its id.
    fn with_a_session(root: &Path) -> (Api, String) {
        let api = crate::testing::open(&root.join("data"));
        let key = format!("name: sum\napi_key: sk-{}\n", "a".repeat(40));
        let files = [
            ("workflows/orders.yaml", "name: Orders\ntool_set: office\n"),
            ("tool-sets/office.yaml", "tools: [sum]\n"),
            ("tools/sum.yaml", &key),
        ];
        for (path, text) in files {
            let path = root.join("configs").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let new = crate::testing::session_of(root.join("configs/workflows/orders.yaml"));
        let created = session_snapshots::create(&api, new, &Silent).unwrap();
        fs::remove_file(root.join("configs/tools/sum.yaml")).unwrap();
        (api, created.session_id)
    }

    fn restored(api: &Api, id: &str) -> String {
        let input = SessionRestoreInput {
            id: id.to_owned(),
            wanted: None,
            snapshot: None,
            to: None,
            in_place: None,
            make_masked: None,
            resume: None,
            without_keys: None,
            copy: None,
            copy_path: None,
            trust: None,
            shown: None,
        };
        session_recovery::restore(api, input, &Silent)
            .unwrap()
            .overlay
    }

    fn shown(api: &Api, id: &str) -> SessionCopyStand {
        let shown = session_list::show(api, SessionRef { id: id.to_owned() }).unwrap();
        shown.own_copy.unwrap()
    }

    /// The one that is told of is the one that opens, and that would be used: it may not be the one written last.
    #[test]
    fn the_copy_that_is_told_of_has_all_its_files_and_is_the_one_that_opens() {
        let root = tempfile::tempdir().unwrap();
        let (api, id) = with_a_session(root.path());
        let first = restored(&api, &id);
        let sum = Path::new(&first).join("tools/sum.yaml");
        let masked = fs::read(&sum).unwrap();
        fs::remove_file(&sum).unwrap();
        let second = restored(&api, &id);
        assert_ne!(first, second);
        let told = shown(&api, &id);
        assert_eq!((&told.path, told.masked.len()), (&second, 1));
        assert_eq!(told.sequence, 1);
        fs::write(sum, masked).unwrap();
        assert_eq!(shown(&api, &id).path, first);
        assert_eq!(place(&api, &id, None).unwrap(), Path::new(&first));
        for copy in [&first, &second] {
            assert_eq!(place(&api, &id, Some(copy)).unwrap(), Path::new(copy));
        }
        let elsewhere = path_text(root.path());
        assert_eq!(
            place(&api, &id, Some(&elsewhere)).unwrap_err().code,
            "session_no_copy"
        );
    }

    /// After a clean-up no copy is named, and one that somebody changed is there.
    #[test]
    fn a_copy_that_is_left_opens_whether_or_not_it_is_named() {
        let root = tempfile::tempdir().unwrap();
        let (api, id) = with_a_session(root.path());
        let none = place(&api, &id, None).unwrap_err();
        assert_eq!(none.code, "session_no_copy");
        let copy = restored(&api, &id);
        let kept = session_list::kept(&api, &id).unwrap();
        api.store
            .write::<_, flowkeep_store::StoreError>(move |tx| {
                tx.name_session_copy(kept.row, "another-1")
            })
            .unwrap();
        assert_eq!(place(&api, &id, None).unwrap(), Path::new(&copy));
        fs::write(Path::new(&copy).join("mine.txt"), "mine").unwrap();
        let forgotten = crate::session_forget::forget(&api, SessionRef { id: id.clone() });
        assert_eq!(forgotten.unwrap().stays, std::slice::from_ref(&copy));
        assert_eq!(place(&api, &id, None).unwrap(), Path::new(&copy));
    }
}
