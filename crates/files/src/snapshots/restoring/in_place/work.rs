//! Writing the files, and going on with that where somebody died.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::Source;
use flowkeep_core::{Message, ObjectHash, Sha256};
use flowkeep_host::{EntryKind, Folder, Progress};
use flowkeep_store::{SessionWork, StoreError};
use serde::{Deserialize, Serialize};

use super::super::restore::{Done, OVERLAYS, write_down};
use super::alone;
use super::keep::SAFETY;
use super::plan::{is_gone, live};
use crate::intake::why;
use crate::snapshots::overlay::Lost;
use crate::snapshots::pack::LARGEST_OBJECT;
use crate::snapshots::workshop::PARTIAL;
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// The step of progress: writing the files where they were.
const PUT: &str = "session_in_place";

/// What is to be done, as its row has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Work {
    /// The session.
    pub(super) session: String,
    /// Row of the root.
    pub(super) root: i64,
    /// The session's own copy, from which the contents come.
    pub(super) copy: String,
    /// From what that came.
    pub(super) source: String,
    /// Who wants it.
    pub(super) actor: String,
    /// What was found: JSON.
    pub(super) found: String,
    /// The file that the session begins with once they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<ConfigPath>,
    /// The files that are written.
    pub(super) files: Vec<WorkFile>,
}

/// A file that is written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WorkFile {
    pub(super) path: ConfigPath,
    pub(super) object: ObjectHash,
    pub(super) was: Option<Sha256>,
    pub(super) becomes: Sha256,
}

/// What became of what a dead process had begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPlaceSettled {
    /// What the session is called.
    pub session: String,
    /// How many files are where they were.
    pub written: usize,
    /// The files that are not, and why; nothing where the root is not there, and it is tried again later.
    pub left: Option<Vec<Lost>>,
    /// Below which folder.
    pub root: PathBuf,
}

impl Work {
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The file that the session begins with, unless it is among those that were not written.
    pub(super) fn entry_unless(&self, left: &[Lost]) -> Option<ConfigPath> {
        let is_left = |entry: &&ConfigPath| left.iter().any(|lost| lost.path == **entry);
        self.entry.as_ref().filter(|entry| !is_left(entry)).cloned()
    }

    /// Writes the files. What is the matter with one of them is told, and the others go on.
    pub(super) fn carry_out(
        &self,
        workshop: &Workshop,
        (root, id): (&Path, &str),
        progress: &dyn Progress,
    ) -> (Vec<ConfigPath>, Vec<Lost>) {
        let total = u32::try_from(self.files.len()).ok();
        let (mut written, mut left) = (Vec::new(), Vec::new());
        for (done, file) in (1..).zip(&self.files) {
            match self.put(workshop, (root, id), file) {
                Ok(()) => written.push(file.path.clone()),
                Err(reason) => left.push(Lost {
                    path: file.path.clone(),
                    reason,
                }),
            }
            progress.step(PUT, done, total, Some(file.path.as_str()));
        }
        (written, left)
    }

    /// Writes one file where what is there is what the plan was made from.
    fn put(
        &self,
        workshop: &Workshop,
        (root, id): (&Path, &str),
        file: &WorkFile,
    ) -> Result<(), Message> {
        let files = workshop.files.as_ref();
        let today = live(files, root, &file.path)?.as_deref().map(Sha256::of);
        if today == Some(file.becomes) {
            return Ok(());
        }
        if today != file.was {
            return Err(Message::new("in_place_changed_meanwhile"));
        }
        let copy = workshop.data_dir.join(OVERLAYS).join(&self.copy);
        let bytes = files.read(&copy, file.path.as_str(), LARGEST_OBJECT as u64);
        let bytes = bytes.map_err(|_| Message::new("object_missing"))?;
        if ObjectHash::of(&bytes) != file.object {
            return Err(Message::new("object_damaged"));
        }
        let path = Path::new(file.path.as_str());
        let replaced = files.replace(root, path, &bytes, &partial(id));
        replaced.map_err(|error| why(&error))?;
        let there = live(files, root, &file.path)?;
        match there.as_deref().map(Sha256::of) {
            Some(there) if there == file.becomes => Ok(()),
            _ => Err(Message::new("in_place_not_as_written")),
        }
    }

    /// Removes what a death in the midst of a file left beside it.
    fn tidy(&self, workshop: &Workshop, (root, id): (&Path, &str)) -> Result<(), TakeError> {
        let mut folders: Vec<_> = self.files.iter().map(|file| file.path.folder()).collect();
        folders.dedup();
        for folder in folders {
            let path = root.join(folder).join(partial(id));
            match workshop.files.remove_file(&path) {
                Err(error) if !is_gone(&error) => return Err(TakeError::at(&path)(error)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What a file is called beside its place until it is whole.
fn partial(id: &str) -> String {
    format!(".{id}{PARTIAL}")
}

/// Goes on with what dead processes had begun, unless somebody is at work; answers what became of it. Each file is a step
/// of progress, so that whoever waits does as long as something is done.
///
/// # Errors
/// What the database says; [`TakeError::Io`].
pub fn recover_in_place(
    workshop: &Workshop,
    progress: &dyn Progress,
) -> Result<Vec<InPlaceSettled>, TakeError> {
    let Some(_alone) = alone(workshop)? else {
        return Ok(Vec::new());
    };
    settle_left(workshop, progress)
}

/// The same for whoever has the lock.
pub(super) fn settle_left(
    workshop: &Workshop,
    progress: &dyn Progress,
) -> Result<Vec<InPlaceSettled>, TakeError> {
    clear_safety(workshop)?;
    let mut settled = Vec::new();
    for row in workshop.store.session_works()? {
        match settle(workshop, &row, progress) {
            Ok(one) => settled.extend(one),
            // One whose folder cannot be written keeps no other from going on.
            Err(error @ TakeError::Io { .. }) => {
                tracing::warn!(%error, work = row.work, "it is tried again later");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(settled)
}

fn settle(
    workshop: &Workshop,
    row: &SessionWork,
    progress: &dyn Progress,
) -> Result<Option<InPlaceSettled>, TakeError> {
    // What another version wrote is left to it.
    let Ok(work) = serde_json::from_str::<Work>(&row.plan) else {
        return Ok(None);
    };
    let root = workshop.store.config_root(work.root)?;
    let session = workshop.store.session(&work.session)?;
    let (Some(root), Some(session)) = (root.map(|root| root.path), session) else {
        let id = row.work.clone();
        workshop
            .store
            .write::<_, StoreError>(move |tx| tx.end_session_work(&id))?;
        return Ok(None);
    };
    let mut settled = InPlaceSettled {
        session: session.name.clone(),
        written: 0,
        left: None,
        root: root.clone(),
    };
    if Folder::open(&root).is_err() {
        return Ok(Some(settled));
    }
    work.tidy(workshop, (&root, &row.work))?;
    let (written, left) = work.carry_out(workshop, (&root, &row.work), progress);
    let by_whom = Workshop {
        actor: work.actor.clone(),
        ..workshop.clone()
    };
    write_down(
        &by_whom,
        &Done {
            session: &work.session,
            source: Source::from_word(&work.source).unwrap_or(Source::Snapshot),
            found: &work.found,
            own: Some(&workshop.data_dir.join(OVERLAYS).join(&work.copy)),
            goes_on: false,
            work: Some(&row.work),
            entry: work.entry_unless(&left).as_ref(),
        },
    )?;
    settled.written = written.len();
    settled.left = Some(left);
    Ok(Some(settled))
}

/// Removes what was left unfinished of whole copies.
fn clear_safety(workshop: &Workshop) -> Result<(), TakeError> {
    let safety = workshop.data_dir.join(SAFETY);
    let entries = match workshop.files.entries(&safety) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(TakeError::at(&safety))?,
    };
    let unfinished = entries.into_iter().filter(|entry| {
        let name = entry.name.to_string_lossy();
        entry.kind == EntryKind::Folder && name.starts_with("session-") && name.ends_with(PARTIAL)
    });
    for entry in unfinished {
        let path = safety.join(entry.name);
        let gone = workshop.files.remove_folder(&path);
        gone.map_err(|source| SnapshotError::Io { path, source })?;
    }
    Ok(())
}
