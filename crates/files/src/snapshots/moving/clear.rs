//! Clearing away what a move of the store has left: the copy that came to nothing, or the old files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_host::{EntryFiles, EntryKind, Progress, Unfollowed, text_path};
use flowkeep_store::CountedOn;
use serde_json::Value;

use super::{CLEAR, Moving, StoreFile, What};
use crate::snapshots::manifest::{SESSIONS, TREES};
use crate::snapshots::pack::OBJECTS;
use crate::snapshots::place::above;
use crate::snapshots::recover::is_partial;
use crate::snapshots::store_place::{MARK, Mark, STORE_MOVE, store_dir, usual_store_dir};
use crate::snapshots::sweep::Named;
use crate::snapshots::{TakeError, Workshop, readme};

/// What is still there.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Files that are not the store's, or could not be removed.
    pub(super) files: Vec<PathBuf>,
    /// Whether some of them have still to go.
    is_unfinished: bool,
}

/// Goes on with a move that a dead process left, unless somebody is at work on the store.
///
/// # Errors
/// [`TakeError::Io`] of the lock; what the database says. What a disk refuses is tried again at another time.
pub fn settle_move(workshop: &Workshop) -> Result<(), TakeError> {
    if !ask(workshop)? {
        return Ok(());
    }
    match workshop.alone() {
        Err(TakeError::Busy) => Ok(()),
        Err(error) => Err(error),
        Ok(_alone) => finish(workshop, &Unfollowed).map(drop),
    }
}

/// Asks the disk of what is to be cleared away, without a lock: it may not answer. Tells whether there is any.
pub(super) fn ask(workshop: &Workshop) -> Result<bool, TakeError> {
    let Some(moving) = moving(workshop)? else {
        return Ok(false);
    };
    let (_, old, _) = places(workshop, &moving)?;
    // What it says counts only once nobody else is at work on it.
    let _mark = Mark::read(workshop.files.as_ref(), &old, &workshop.data_dir);
    Ok(true)
}

/// The store as it counts, the other place of a move, and whether that was made for a copy.
fn places(workshop: &Workshop, moving: &Moving) -> Result<(PathBuf, PathBuf, bool), TakeError> {
    let store = store_dir(&workshop.store, &workshop.data_dir)?;
    let (from, to) = (text_path(&moving.from), text_path(&moving.to));
    Ok(if store == to {
        (store, from, false)
    } else {
        (store, to, moving.made)
    })
}

fn moving(workshop: &Workshop) -> Result<Option<Moving>, TakeError> {
    let setting = workshop.store.setting(STORE_MOVE)?;
    Ok(setting.and_then(|setting| serde_json::from_value(setting).ok()))
}

/// Clears away what the last move has left. Nobody else is at work on the store.
///
/// # Errors
/// What the database says. A place whose disk fails is left, and it is tried again.
pub(super) fn finish(workshop: &Workshop, progress: &dyn Progress) -> Result<Left, TakeError> {
    let Some(moving) = moving(workshop)? else {
        return Ok(Left::default());
    };
    let (store, old, made) = places(workshop, &moving)?;
    let left = Clearing {
        files: workshop.files.as_ref(),
        data_dir: &workshop.data_dir,
        store: &store,
        counted_on: workshop.store.counted_on()?,
        progress,
    }
    .clear(&old, made)
    .unwrap_or_else(|error| {
        // Nobody else depends on that disk any more.
        tracing::warn!(%error, "what a move of snapshots has left is cleared later");
        Left {
            files: vec![old],
            is_unfinished: true,
        }
    });
    if !left.is_unfinished {
        workshop
            .store
            .write::<_, TakeError>(|tx| Ok(tx.set_setting(STORE_MOVE, &Value::Null)?))?;
    }
    Ok(left)
}

struct Clearing<'a> {
    files: &'a dyn EntryFiles,
    data_dir: &'a Path,
    /// The store as it counts.
    store: &'a Path,
    counted_on: CountedOn,
    progress: &'a dyn Progress,
}

impl Clearing<'_> {
    /// Clears a folder that is not the store. `made`: it was made for a move that came to nothing.
    fn clear(&self, old: &Path, made: bool) -> Result<Left, TakeError> {
        let mut left = Left::default();
        if self.files.entry(old).map_err(TakeError::at(old))?.is_none() {
            // On a disk that is away it may be there.
            left.is_unfinished = !above(old).is_dir();
            return Ok(left);
        }
        let made = if old == usual_store_dir(self.data_dir) {
            true
        } else {
            match Mark::read(self.files, old, self.data_dir)? {
                Mark::Ours(owner) => owner.made,
                // It was broken off before it said whose it is, or after it was emptied.
                Mark::Missing => {
                    self.clear_beginnings(old, made, &mut left);
                    // Whose the rest is nobody says, so it stays and is named.
                    let rest = listed(self.files, old)?.into_iter();
                    left.files.extend(rest.map(|file| old.join(file.place)));
                    return Ok(left);
                }
                Mark::Of(_) => return Ok(left),
            }
        };
        let files = listed(self.files, old)?;
        let total = u32::try_from(files.len()).unwrap_or(u32::MAX);
        for (done, file) in (1..).zip(files) {
            let name = file.place.display().to_string();
            self.progress.step(CLEAR, done, Some(total), Some(&name));
            let path = old.join(&file.place);
            if self.goes(&file) {
                if let Err(error) = self.files.remove_file(&path) {
                    tracing::warn!(%error, path = %path.display(), "could not be removed");
                    left.files.push(path);
                    left.is_unfinished = true;
                }
            } else {
                left.is_unfinished |= file.comes_along();
                left.files.push(path);
            }
        }
        left.is_unfinished |= !self.remove_folders(old);
        if !left.is_unfinished {
            self.end(old, made, &mut left)?;
        }
        Ok(left)
    }

    /// Whether a file is not needed here: the store has it as well, or nobody counts on it.
    fn goes(&self, file: &StoreFile) -> bool {
        let has_it = || {
            let there = self.files.entry(&self.store.join(&file.place));
            matches!(there, Ok(Some(there)) if there.bytes == file.bytes)
        };
        match &file.what {
            What::Kept(named) => !named.is_in(&self.counted_on) || has_it(),
            What::Damaged => has_it(),
            What::Readme | What::Partial => true,
            What::Other => false,
        }
    }

    fn clear_beginnings(&self, old: &Path, made: bool, left: &mut Left) {
        for entry in self.files.entries(old).unwrap_or_default() {
            if entry.kind == EntryKind::File && is_partial(&entry.name) {
                let path = old.join(&entry.name);
                left.is_unfinished |= self.files.remove_file(&path).is_err();
            }
        }
        if made && !left.is_unfinished {
            // Where something else is in it by now, it stays.
            let _stays = self.files.remove_empty_folder(old);
        }
    }

    /// Folders of the store in which nothing is any more; whether none of these is left.
    fn remove_folders(&self, old: &Path) -> bool {
        let goes = |folder: &Path| match self.files.remove_empty_folder(folder) {
            Ok(()) => true,
            Err(error) => matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
            ),
        };
        let mut all = true;
        for kind in [OBJECTS, TREES, SESSIONS].map(|kind| old.join(kind)) {
            let Ok(folders) = entries(self.files, &kind) else {
                all = false;
                continue;
            };
            for folder in folders {
                if folder.kind == EntryKind::Folder {
                    all &= goes(&kind.join(folder.name));
                }
            }
            all &= goes(&kind);
        }
        all
    }

    /// The mark goes last: by it one knows whose all that is.
    fn end(&self, old: &Path, made: bool, left: &mut Left) -> Result<(), TakeError> {
        let mark = old.join(MARK);
        match self.files.remove_file(&mark) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                left.is_unfinished = true;
                return Err(TakeError::at(&mark)(error));
            }
            _ => {}
        }
        if made {
            let _stays = self.files.remove_empty_folder(old);
        }
        Ok(())
    }
}

/// The files in the folder of a store, but for its mark.
pub(super) fn listed(files: &dyn EntryFiles, store: &Path) -> Result<Vec<StoreFile>, TakeError> {
    let mut found = Vec::new();
    for entry in entries(files, store)? {
        let name = entry.name.to_string_lossy().into_owned();
        let place = PathBuf::from(&entry.name);
        if [OBJECTS, TREES, SESSIONS].contains(&name.as_str()) && entry.kind == EntryKind::Folder {
            below(files, store, &name, &mut found)?;
        } else if name != MARK {
            let what = match (entry.kind, name.as_str()) {
                (EntryKind::File, readme::NAME) => What::Readme,
                (EntryKind::File, _) if is_partial(&entry.name) => What::Partial,
                _ => What::Other,
            };
            found.push(file(place, what, &entry));
        }
    }
    Ok(found)
}

/// The files of one kind.
fn below(
    files: &dyn EntryFiles,
    store: &Path,
    kind: &str,
    found: &mut Vec<StoreFile>,
) -> Result<(), TakeError> {
    for folder in entries(files, &store.join(kind))? {
        let place = Path::new(kind).join(&folder.name);
        if folder.kind != EntryKind::Folder {
            let what = if folder.kind == EntryKind::File && is_partial(&folder.name) {
                What::Partial
            } else {
                What::Other
            };
            found.push(file(place, what, &folder));
            continue;
        }
        for entry in entries(files, &store.join(&place))? {
            let named = entry.name.to_str().and_then(|name| {
                Named::of(kind, name)
                    .map(What::Kept)
                    .or_else(|| Named::put_aside(kind, name).map(|_| What::Damaged))
            });
            let what = match named {
                Some(what) if entry.kind == EntryKind::File => what,
                None if entry.kind == EntryKind::File && is_partial(&entry.name) => What::Partial,
                _ => What::Other,
            };
            found.push(file(place.join(&entry.name), what, &entry));
        }
    }
    Ok(())
}

fn file(place: PathBuf, what: What, entry: &flowkeep_host::Entry) -> StoreFile {
    StoreFile {
        place,
        what,
        bytes: entry.bytes,
        modified: entry.modified,
    }
}

fn entries(files: &dyn EntryFiles, dir: &Path) -> Result<Vec<flowkeep_host::Entry>, TakeError> {
    match files.entries(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.map_err(TakeError::at(dir)),
    }
}
