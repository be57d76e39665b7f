//! Which files there are below a root.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_host::Progress;
use walkdir::{DirEntry, WalkDir};

use super::ConfigurationError;
use super::look::Unread;
use crate::intake::PASSED_OVER;
use crate::io_reason;

/// A configuration has some hundreds of files. With more of them, somebody took a wrong folder for its
/// root.
const MOST_FILES: usize = 50_000;

/// Whether a folder is looked into: what is hidden is no configuration.
fn is_wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    !entry.file_type().is_dir() || !(is_hidden || PASSED_OVER.iter().any(|over| name == *over))
}

/// What is there and is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoFile {
    /// A folder.
    Folder,
    /// A pipe, a socket or a device: whoever reads it may wait for ever.
    Special,
}

/// What is below a folder.
#[derive(Default)]
pub(super) struct Listed {
    /// All regular files, in order.
    pub(super) files: Vec<ConfigPath>,
    /// Those of them whose path is no text: under what is told of it, which leads nowhere.
    pub(super) not_text: BTreeSet<ConfigPath>,
    /// Links, in order: what is behind them is not there.
    pub(super) links: Vec<ConfigPath>,
    /// What else is there and is no file: folders, and what programs talk through.
    pub(super) others: BTreeMap<ConfigPath, NoFile>,
    /// The folders that cannot be looked into.
    pub(super) unread: Vec<Unread>,
}

/// Lists what is below a folder.
pub(super) fn listed(root: &Path, progress: &dyn Progress) -> Result<Listed, ConfigurationError> {
    let entries = WalkDir::new(root).follow_links(false).min_depth(1);
    let mut found = Listed::default();
    for entry in entries.into_iter().filter_entry(is_wanted) {
        if progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unread.extend(not_listed(root, error)?);
                continue;
            }
        };
        if entry.file_type().is_symlink() {
            found.links.extend(below(root, entry.path()));
            continue;
        }
        if !entry.file_type().is_file() {
            let what = if entry.file_type().is_dir() {
                NoFile::Folder
            } else {
                NoFile::Special
            };
            let path = below(root, entry.path());
            found.others.extend(path.map(|path| (path, what)));
            continue;
        }
        if found.files.len() + found.not_text.len() == MOST_FILES {
            return Err(ConfigurationError::TooMany {
                root: root.to_owned(),
                limit: MOST_FILES,
            });
        }
        match below(root, entry.path()) {
            Some(path) => found.files.push(path),
            None => found.not_text.extend(as_told(root, entry.path())),
        }
    }
    found.files.sort_unstable();
    let files = &found.files;
    let is_another = |path: &ConfigPath| files.binary_search(path).is_err();
    found.not_text.retain(is_another);
    found.files.extend(found.not_text.iter().cloned());
    found.files.sort_unstable();
    found.links.sort_unstable();
    Ok(found)
}

/// A folder that cannot be looked into; nothing where it is gone by now. Without the root nothing is known.
fn not_listed(root: &Path, error: walkdir::Error) -> Result<Option<Unread>, ConfigurationError> {
    let at = error.path().unwrap_or(root).to_owned();
    let error = std::io::Error::from(error);
    match below(root, &at).or_else(|| as_told(root, &at)) {
        Some(_) if error.kind() == ErrorKind::NotFound => Ok(None),
        Some(path) => {
            let reason = io_reason(&error);
            Ok(Some(Unread { path, reason }))
        }
        None => Err(ConfigurationError::at(&at)(error)),
    }
}

/// Where a file is below the root; nothing where its path is no text, which no reference can name.
pub(super) fn below(root: &Path, path: &Path) -> Option<ConfigPath> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(root)
        .ok()?
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    ConfigPath::new(parts?.join("/")).ok()
}

/// What a person is told of a path below the root that is no text; nothing of the root itself.
fn as_told(root: &Path, path: &Path) -> Option<ConfigPath> {
    let parts = path.strip_prefix(root).ok()?.components();
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    ConfigPath::new(parts.join("/")).ok()
}

/// The nearest folder above a file that holds a folder `workflows`.
pub(super) fn root_above(config: &Path) -> Result<PathBuf, ConfigurationError> {
    let mut above = config.ancestors().skip(1);
    above
        .find(|folder| folder.join("workflows").is_dir())
        .map(Path::to_owned)
        .ok_or_else(|| ConfigurationError::NoRoot(config.to_owned()))
}
