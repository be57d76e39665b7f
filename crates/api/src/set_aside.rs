//! A damaged database is set aside while a new one is filled in its place. Killed at any moment,
//! the old database is where it was or the new one is in its place; they never mix.
//!
//! The old files move into `damaged-….partial/` inside the data folder. While that folder is
//! there, the exchange is under way: whoever opens the data folder next undoes it ([`enter`]), and
//! as long as its process lives nobody else opens at all, because it alone has [`InUse`].
//! Only when the new database is filled does the folder lose its `.partial`. That one rename is the
//! moment at which the exchange happens.
//!
//! **Out go the side files first and the database last; back comes the database first.** So a look
//! into the partial folder always tells whose files lie in the data folder: without a database in
//! it they are the old ones, and none may be removed; with one they are the new ones, and none is
//! worth keeping. Any other order has a moment at which a log in the data folder may be the old
//! one, put back already, or one of the new database, to be removed. It is also the safe order for
//! a program that does not know the rule: it finds the old database without its log, older but
//! nothing lost, as the log is in the folder. It never finds a log without a database, which
//! `SQLite` would remove, nor the new database beside the old log, which it would replay.
//!
//! Absent on purpose: copying or repairing a database.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::Local;
use flowkeep_files::io_reason;
use flowkeep_host::{DataFolder, Files, SystemFiles};

use crate::ownership::{EngineLock, InUse};
use crate::{Api, AppError, OpenOptions, backup_list};

const DATABASE: &str = "flowkeep.db";
/// What may lie beside it. A journal is there only if its making was broken off.
const SIDE_FILES: [&str; 3] = ["flowkeep.db-wal", "flowkeep.db-journal", "flowkeep.db-shm"];
const PREFIX: &str = "damaged-";
const SUFFIX: &str = ".partial";

/// An exchange under way. Dropped without a word, the next start undoes it.
pub struct SetAside {
    data_dir: PathBuf,
    partial: PathBuf,
    _engine: EngineLock,
    _alone: InUse,
}

impl SetAside {
    /// Moves the database and what belongs to it out of the way.
    ///
    /// # Errors
    /// `data_in_use` when another process works with the data; `path_missing` when there is no
    /// database; `data_folder_unwritable`, after everything was put back.
    pub fn begin(data_dir: &Path) -> Result<Self, AppError> {
        let (open, engine) = enter(data_dir)?;
        let engine = engine.ok_or_else(|| in_use(data_dir))?;
        drop(open);
        let alone = InUse::alone(data_dir)?.ok_or_else(|| in_use(data_dir))?;
        let database = data_dir.join(DATABASE);
        if !database.is_file() {
            return Err(AppError::new("path_missing").with("path", database.display()));
        }
        let partial = free_name(data_dir);
        move_out(&SystemFiles, data_dir, &partial).map_err(|error| {
            if let Err(error) = move_back(&SystemFiles, data_dir, &partial) {
                tracing::error!(%error, "the next start puts the database back");
            }
            unwritable(data_dir, error)
        })?;
        Ok(Self {
            data_dir: data_dir.to_owned(),
            partial,
            _engine: engine,
            _alone: alone,
        })
    }

    /// Opens the new database and tells it of the backups the old one knew. The folder of `options`
    /// is not looked at.
    ///
    /// # Errors
    /// As [`Api::open`].
    pub fn open(&self, options: OpenOptions) -> Result<Api, AppError> {
        let folder = DataFolder::told(self.data_dir.clone());
        let api = Api::open_database(options, folder, None, None)?;
        if let Err(error) = backup_list::read_back(&api) {
            // They are still in the list beside the database.
            tracing::warn!(%error, "the new database is not told of earlier backups");
        }
        Ok(api)
    }

    /// As [`SetAside::open`], with a copy of this database for the new one.
    ///
    /// # Errors
    /// The reason the copy cannot be read, `no_space`; as [`Api::open`].
    pub fn open_copy(&self, copy: &Path, options: OpenOptions) -> Result<Api, AppError> {
        let database = self.data_dir.join(DATABASE);
        fs::File::open(copy)
            .and_then(|mut from| io::copy(&mut from, &mut SystemFiles.create_new(&database)?))
            .and_then(|_| SystemFiles.flush(&database))
            .map_err(|error| {
                if error.kind() == io::ErrorKind::StorageFull {
                    return AppError::new("no_space").hint("free_space");
                }
                AppError::from(io_reason(&error)).with("path", copy.display())
            })?;
        self.open(options)
    }

    /// The new database stays. Answers the folder in which the old one is kept.
    ///
    /// # Errors
    /// `data_folder_unwritable`; the old database is then back in its place.
    pub fn keep(self) -> Result<PathBuf, AppError> {
        let kept = complete_name(&self.partial);
        match name_for_good(&SystemFiles, &self.data_dir, &self.partial, &kept) {
            Ok(()) => Ok(kept),
            Err(error) => {
                let error = unwritable(&self.data_dir, error);
                self.undo()?;
                Err(error)
            }
        }
    }

    /// As it was: the new database goes, the old one comes back. Whatever was opened by
    /// [`SetAside::open`] must be closed.
    ///
    /// # Errors
    /// `put_back_failed`; the next start tries again.
    pub fn undo(self) -> Result<(), AppError> {
        move_back(&SystemFiles, &self.data_dir, &self.partial).map_err(|error| {
            AppError::new("put_back_failed")
                .with("path", self.partial.display())
                .with("detail", error)
        })
    }
}

/// The first step of opening a data folder: word that it is in use, the engine's lock, when nobody
/// has it, and the end of an exchange whose process died.
///
/// # Errors
/// `data_in_use` while another process exchanges the database; `data_folder_unwritable`.
pub(crate) fn enter(data_dir: &Path) -> Result<(InUse, Option<EngineLock>), AppError> {
    let open = InUse::share(data_dir)?.ok_or_else(|| in_use(data_dir))?;
    let engine = EngineLock::try_take(data_dir)?;
    let under_way = under_way(data_dir);
    if engine.is_none() && !under_way.is_empty() {
        return Err(in_use(data_dir));
    }
    for partial in under_way {
        tracing::warn!(folder = %partial.display(), "an exchange was broken off; it is undone");
        move_back(&SystemFiles, data_dir, &partial).map_err(|error| unwritable(data_dir, error))?;
    }
    Ok((open, engine))
}

/// The folders of exchanges that have not ended; one at most, by the lock.
pub(crate) fn under_way(data_dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(data_dir) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(PREFIX) && name.ends_with(SUFFIX)
        })
        .map(|entry| entry.path())
        .collect()
}

fn in_use(data_dir: &Path) -> AppError {
    AppError::new("data_in_use")
        .with("path", data_dir.display())
        .hint("close_other_processes")
        .retryable()
}

fn unwritable(data_dir: &Path, error: io::Error) -> AppError {
    AppError::new("data_folder_unwritable")
        .with("path", data_dir.display())
        .with("detail", error)
        .hint("check_permissions")
}

/// A folder for this exchange whose later name is free as well.
fn free_name(data_dir: &Path) -> PathBuf {
    let moment = Local::now().format("%Y%m%d-%H%M%S").to_string();
    let mut name = format!("{PREFIX}{moment}");
    let mut number = 1;
    while data_dir.join(&name).exists() {
        number += 1;
        name = format!("{PREFIX}{moment}-{number}");
    }
    data_dir.join(format!("{name}{SUFFIX}"))
}

fn complete_name(partial: &Path) -> PathBuf {
    // Only the last part of the name ends in the suffix, by `free_name` and `under_way`.
    partial.with_extension("")
}

fn move_out(files: &dyn Files, data_dir: &Path, partial: &Path) -> io::Result<()> {
    files.create_folder(partial)?;
    files.flush(data_dir)?;
    for name in SIDE_FILES {
        rename_if_there(files, &data_dir.join(name), &partial.join(name))?;
    }
    flush_both(files, data_dir, partial)?;
    files.rename_new(&data_dir.join(DATABASE), &partial.join(DATABASE))?;
    flush_both(files, data_dir, partial)
}

/// Undoes an exchange from wherever it stopped, also in the middle of this.
fn move_back(files: &dyn Files, data_dir: &Path, partial: &Path) -> io::Result<()> {
    if partial.join(DATABASE).try_exists()? {
        for name in SIDE_FILES.into_iter().chain([DATABASE]) {
            remove_if_there(files, &data_dir.join(name))?;
        }
        files.flush(data_dir)?;
        files.rename_new(&partial.join(DATABASE), &data_dir.join(DATABASE))?;
        flush_both(files, data_dir, partial)?;
    }
    for name in SIDE_FILES {
        match rename_if_there(files, &partial.join(name), &data_dir.join(name)) {
            // A stranger opened the database meanwhile and began a log of its own. The old one no
            // longer fits to it, so that it stays where it is.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
    }
    flush_both(files, data_dir, partial)?;
    match fs::remove_dir(partial) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            name_for_good(files, data_dir, partial, &complete_name(partial))
        }
        other => other,
    }
}

fn name_for_good(
    files: &dyn Files,
    data_dir: &Path,
    partial: &Path,
    kept: &Path,
) -> io::Result<()> {
    // The names of the new database must be on disk before the old one is let go.
    files.flush(data_dir)?;
    files.rename_new(partial, kept)?;
    if let Err(error) = files.flush(data_dir) {
        // It has happened; after a power cut it may not have, and is undone.
        tracing::warn!(%error, "the data folder could not be flushed");
    }
    Ok(())
}

fn rename_if_there(files: &dyn Files, from: &Path, to: &Path) -> io::Result<()> {
    match files.rename_new(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn remove_if_there(files: &dyn Files, path: &Path) -> io::Result<()> {
    match files.remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn flush_both(files: &dyn Files, data_dir: &Path, partial: &Path) -> io::Result<()> {
    files.flush(partial)?;
    files.flush(data_dir)
}

#[cfg(test)]
mod tests;
