//! `session_roots_list`, `session_roots_add`, `session_roots_keep`, `session_roots_remove`, `session_relink`, `session_link`:
//! where configurations are. What touches disks is done apart, as in `folders`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use flowkeep_core::session::SnapshotReason;
use flowkeep_files::snapshots::restoring::look_below;
use flowkeep_files::snapshots::{Of, store_dir};
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{
    ConfigRootRecord, NewOperation, OperationItemRecord, SessionRecord, StoreError, Tx,
};

use super::backups::chosen_folder;
use super::session_snapshots::{Looking, taken};
use super::{session_list, settings};
use crate::apart::{apart_for, in_time};
use crate::progress::Thinned;
use crate::types::{
    ConfigRoot, ConfigRootAddInput, ConfigRootList, ConfigRootRef, Nothing, SessionLinkInput,
    SessionLinked, SessionRelinkInput, SessionRelinked, Snapshots,
};
use crate::{Api, AppError, Progress};

/// How long a disk may take to say whether a folder is there.
pub(crate) const GLANCE: Duration = Duration::from_secs(2);

/// The folders in which configurations are: those that were named, and those of sessions.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<ConfigRootList, AppError> {
    let sessions = api.store.sessions_of_roots()?;
    let of = |root: &ConfigRootRecord| sessions.get(&root.row).copied().unwrap_or_default();
    let mut roots = api.store.config_roots()?;
    roots.retain(|root| root.listed || of(root) > 0);
    // Disks that are silent are waited for together.
    let states: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = roots
            .iter()
            .map(|root| scope.spawn(move || state(&root.path, GLANCE, Path::is_dir)))
            .collect();
        let answered = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        answered.map(|state| state.unwrap_or("silent")).collect()
    });
    let items = roots.iter().zip(states).map(|(root, state)| ConfigRoot {
        path: path_text(&root.path),
        name: root.name.clone(),
        listed: root.listed,
        sessions: of(root),
        state,
    });
    Ok(ConfigRootList {
        total: roots.len(),
        items: items.collect(),
    })
}

/// The folders that are being asked for, and who waits until they are not. A disk that never answers so holds one
/// thread, however often somebody looks.
static ASKED: (Mutex<BTreeSet<PathBuf>>, Condvar) = (Mutex::new(BTreeSet::new()), Condvar::new());

pub(crate) fn state(path: &Path, most: Duration, is_there: fn(&Path) -> bool) -> &'static str {
    let (asked, ended) = &ASKED;
    let lock = asked.lock().unwrap_or_else(PoisonError::into_inner);
    let is_asked = |asked: &mut BTreeSet<PathBuf>| asked.contains(path);
    let waited = ended.wait_timeout_while(lock, most, is_asked);
    let (mut lock, waited) = waited.unwrap_or_else(PoisonError::into_inner);
    if waited.timed_out() {
        return "silent";
    }
    lock.insert(path.to_owned());
    drop(lock);
    let place = path.to_owned();
    let answer = in_time(most, path, move |_| {
        let is_there = is_there(&place);
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.remove(&place);
        ended.notify_all();
        Ok::<_, AppError>(is_there)
    });
    match answer {
        Ok(true) => "there",
        Ok(false) => "gone",
        Err(_) => "silent",
    }
}

/// Names a folder in which configurations are: files that session files of earlier tools name are looked for in it,
/// and runs of workflows that refer to files there keep these.
///
/// # Errors
/// `root_missing`, `not_a_folder`, `root_is_disk`, `root_of_data`, `root_of_backups`, `disk_silent`; what the database says.
pub fn add(api: &Api, input: ConfigRootAddInput) -> Result<ConfigRootList, AppError> {
    listed(api, there(api, api.path_of(&input.path)?)?)?;
    list(api, Nothing {})
}

fn listed(api: &Api, path: PathBuf) -> Result<(), AppError> {
    may_be_root(api, &path)?;
    let (actor, face) = (api.actor()?, api.face().as_str());
    Ok(api.store.write::<_, StoreError>(move |tx| {
        let root = tx.meet_config_root(&path)?;
        if tx.list_config_root(root)? {
            told(tx, (&actor, face), "session_roots_add", &path_text(&path))?;
        }
        Ok(())
    })?)
}

/// Puts a folder on the list that is known by its sessions: as [`add`] does, for whoever cannot name a path.
///
/// # Errors
/// `config_root_unknown`; as [`add`]; what the database says.
pub fn keep(api: &Api, input: ConfigRootRef) -> Result<ConfigRootList, AppError> {
    let root = known(api, &input.path)?;
    listed(api, root.path)?;
    list(api, Nothing {})
}

/// Takes a folder of configurations off the list. Its files and all sessions stay.
///
/// # Errors
/// `config_root_unknown`; what the database says.
pub fn remove(api: &Api, input: ConfigRootRef) -> Result<ConfigRootList, AppError> {
    let root = known(api, &input.path)?;
    let (actor, face) = (api.actor()?, api.face().as_str());
    let path = path_text(&root.path);
    api.store.write::<_, StoreError>(move |tx| {
        if tx.unlist_config_root(root.row)? {
            told(tx, (&actor, face), "session_roots_remove", &path)?;
        }
        Ok(())
    })?;
    list(api, Nothing {})
}

/// Says where a folder of configurations is now: all sessions with their configuration there find it there. Tells
/// what of it is there.
///
/// # Errors
/// `config_root_unknown`, `root_missing`, `root_is_disk`, `root_of_data`, `root_of_backups`, `session_relink_nothing`, `cancelled`; what the database says.
pub fn relink(
    api: &Api,
    input: SessionRelinkInput,
    progress: &dyn Progress,
) -> Result<SessionRelinked, AppError> {
    let root = known(api, &input.path)?;
    let to = there(api, api.path_of(&input.to)?)?;
    may_be_root(api, &to)?;
    let (workshop, row, place) = (api.snapshot_workshop()?, root.row, to.clone());
    let work = move |steps: &Thinned<'_>| Ok(look_below(&workshop, row, &place, steps));
    let left = || AppError::new("cancelled");
    let moved = apart_for(api.patience, progress, work, left, drop)??;
    let is_look = input.dry_run.unwrap_or_default();
    if !is_look && moved.gone > 0 && moved.found + moved.changed == 0 {
        return Err(AppError::new("session_relink_nothing").with("path", path_text(&to)));
    }
    if !is_look && to != root.path {
        let (actor, face) = (api.actor()?, api.face().as_str());
        api.store.write::<_, StoreError>(move |tx| {
            tx.relink_config_root(row, &to)?;
            told(tx, (&actor, face), "session_relink", &path_text(&to))
        })?;
    }
    Ok(SessionRelinked {
        sessions: moved.sessions,
        found: moved.found,
        changed: moved.changed,
        gone: moved.gone,
    })
}

/// Points a session to the file it begins with, and keeps that as it is now: one that was brought in, or one whose file
/// is not where it was.
///
/// # Errors
/// `session_unknown`, `session_no_config`, `session_linked`; as `session_create`.
pub fn link(
    api: &Api,
    input: SessionLinkInput,
    progress: &dyn Progress,
) -> Result<SessionLinked, AppError> {
    let session = session_list::kept(api, &input.id)?;
    let settings = settings::show(api, Nothing {})?;
    let config = api.path_of(&input.config)?;
    let root = input.root.as_ref().map(|root| api.path_of(root));
    let looking = Looking::at(&settings, &session.strategy, config, root.transpose()?)?;
    // What is named wrongly is said before what it is not needed for.
    let (root, config) = looking.found(api)?;
    if !session.is_as_it_came() && has_its_own(api, &session)? {
        let linked = AppError::new("session_linked").with("session", session.name);
        return Err(linked.hint("relink_root"));
    }
    let reason = if session.is_as_it_came() {
        SnapshotReason::Import
    } else {
        SnapshotReason::Asked
    };
    let (actor, face) = (api.actor()?, api.face().as_str());
    let (id, place, name) = (session.id.clone(), root.clone(), config.to_string());
    api.store.write::<_, AppError>(move |tx| {
        let unknown = || AppError::new("session_unknown").with("session", &id);
        let there = tx.session(&id)?.ok_or_else(unknown)?;
        let root = tx.meet_config_root(&place)?;
        tx.link_session(there.row, root, &name)?;
        let item = OperationItemRecord {
            kind: "session".to_owned(),
            id: there.id,
            name: Some(there.name),
            before: None,
            after: None,
        };
        Ok(record(tx, (&actor, face), ("session_link", None), &[item])?)
    })?;
    let session = session_list::kept(api, &input.id)?;
    let snapshot = if settings.snapshots == Snapshots::Off {
        None
    } else {
        let of = Of::Kept(Box::new(session));
        taken(api, looking, of, reason, progress)?
    };
    let snapshot = snapshot.map(|taken| session_list::taken(api, &input.id, taken.id));
    Ok(SessionLinked {
        session_id: input.id,
        root: path_text(&root),
        config: config.to_string(),
        snapshot: snapshot.transpose()?,
    })
}

/// Whether the file a session begins with is where it was, as far as anybody can tell now.
fn has_its_own(api: &Api, session: &SessionRecord) -> Result<bool, AppError> {
    let Some(config) = session.config.clone() else {
        return Ok(session.begins_with_run());
    };
    let Some(root) = api.store.root_of(session)?.map(|root| root.path) else {
        return Ok(true);
    };
    let place = root.clone();
    in_time(api.most, &root, move |_| {
        // Where its folder is away that one is pointed to, and all it holds comes along.
        let is_renamed = place.is_dir() && !place.join(&config).exists();
        Ok::<_, AppError>(!is_renamed)
    })
}

/// That a folder, through no links, has no other use that would make a configuration of what is no one's.
pub(crate) fn may_be_root(api: &Api, path: &Path) -> Result<(), AppError> {
    if path.parent().is_none() {
        return Err(AppError::new("root_is_disk").with("path", path_text(path)));
    }
    let refused = |code: &str, other: &Path| {
        let refused = AppError::new(code).with("path", path_text(path));
        Err(refused.with("other", path_text(other)))
    };
    let owned = [api.data_dir.clone(), store_dir(&api.store, &api.data_dir)?];
    for own in resolved(api, owned.into()) {
        if path.starts_with(&own) || own.starts_with(path) {
            return refused("root_of_data", &own);
        }
    }
    let chosen = resolved(api, chosen_folder(api)?.into_iter().collect());
    if let Some(folder) = chosen.iter().find(|folder| *folder == path) {
        return refused("root_of_backups", folder);
    }
    let backups = api.store.known_backups()?.into_iter();
    let backups = resolved(api, backups.map(|known| text_path(&known.path)).collect());
    match backups.iter().find(|backup| path.starts_with(backup)) {
        Some(backup) => refused("root_of_backups", backup),
        None => Ok(()),
    }
}

/// Places without the links on the way there, and as they are written where nobody answers in time.
fn resolved(api: &Api, places: Vec<PathBuf>) -> Vec<PathBuf> {
    let Some(first) = places.first() else {
        return places;
    };
    let asked = places.clone();
    let real = in_time(api.patience, first, move |step| {
        let real = asked.iter().map(|place| {
            step();
            place.canonicalize().unwrap_or_else(|_| place.clone())
        });
        Ok::<_, AppError>(real.collect::<Vec<_>>())
    });
    real.unwrap_or(places)
}

/// A folder that is there, through no links.
fn there(api: &Api, path: PathBuf) -> Result<PathBuf, AppError> {
    let asked = path.clone();
    in_time(api.most, &path, move |_| {
        let at = |code| AppError::new(code).with("path", path_text(&asked));
        match asked.canonicalize() {
            Ok(real) if real.is_dir() => Ok(real),
            Ok(_) => Err(at("not_a_folder").hint("choose_other_folder")),
            Err(_) => Err(at("root_missing")),
        }
    })
}

fn known(api: &Api, path: &str) -> Result<ConfigRootRecord, AppError> {
    let mut roots = api.store.config_roots()?.into_iter();
    // A slash at its end makes no other folder of it.
    let found = roots.find(|root| root.path == text_path(path));
    found.ok_or_else(|| {
        let unknown = AppError::new("config_root_unknown").with("path", path);
        unknown.hint("session_roots")
    })
}

fn told(
    tx: &Tx<'_>,
    who: (&str, &'static str),
    operation: &'static str,
    name: &str,
) -> Result<(), StoreError> {
    record(tx, who, (operation, Some(name)), &[])
}

fn record(
    tx: &Tx<'_>,
    (actor, face): (&str, &'static str),
    (operation, name): (&'static str, Option<&str>),
    items: &[OperationItemRecord],
) -> Result<(), StoreError> {
    let operation = NewOperation {
        actor,
        face,
        operation,
        name,
        undoes: None,
        items,
    };
    tx.record_operation(tx.next_operation_id()?, &operation)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    static PROBES: AtomicU32 = AtomicU32::new(0);
    static GO: Mutex<Option<Receiver<()>>> = Mutex::new(None);

    /// A disk that answers when it is let.
    fn silent(_: &Path) -> bool {
        PROBES.fetch_add(1, Ordering::SeqCst);
        let go = GO.lock().unwrap().take();
        go.is_some_and(|go| go.recv().is_ok())
    }

    #[test]
    fn a_disk_that_does_not_answer_holds_one_thread() {
        let (let_go, go): (Sender<()>, _) = channel();
        *GO.lock().unwrap() = Some(go);
        let path = Path::new("/a/silent/disk");
        let moment = Duration::from_millis(1);
        for _ in 0..5 {
            assert_eq!(state(path, moment, silent), "silent");
        }
        // The one thread may not have begun yet.
        while PROBES.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        assert_eq!(PROBES.load(Ordering::SeqCst), 1);
        let other = Path::new("/another/disk");
        assert_eq!(state(other, GLANCE, |_| true), "there");
        let_go.send(()).unwrap();
        // Whoever asks now waits until the first look has ended, and looks once more.
        assert_eq!(state(path, GLANCE, |_| false), "gone");
    }
}
