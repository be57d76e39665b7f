//! How the files of a snapshot are today.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Message, Sha256};
use flowkeep_host::{Folder, GoesOn, ReadError};

use super::SnapshotError;
use super::error::is_absent;
use super::manifest::TreeEntry;
use super::pack::LARGEST_OBJECT;
use crate::intake::why;

/// How a file is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// As it was, byte for byte.
    Same,
    /// As it was; in the snapshot something stands for its keys.
    MaskedSame,
    /// Otherwise.
    Changed,
    /// Not there.
    Gone,
    /// It belongs to the work by now and did not then.
    Added,
    /// There is something that cannot be read.
    Unreadable(Message),
}

impl FileState {
    /// The word in results.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::MaskedSame => "masked_same",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Added => "added",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether the work would find it as it was.
    pub const fn is_as_it_was(&self) -> bool {
        matches!(self, Self::Same | Self::MaskedSame)
    }
}

/// Files with how they are today, by their paths.
pub type FileStates = Vec<(ConfigPath, FileState)>;

/// How the files of a snapshot are today below `root`, by their paths. `today` is what belongs to the work now.
/// Everything is read: that a file has the size and the time it had says little of what is in it. Where the
/// root is not there, all of them are gone.
///
/// # Errors
/// [`SnapshotError::Cancelled`]; what the system says of the root.
pub fn compare(
    root: &Path,
    entries: &[TreeEntry],
    today: &[ConfigPath],
    goes_on: GoesOn<'_>,
) -> Result<FileStates, SnapshotError> {
    let folder = match Folder::open(root) {
        Ok(folder) => Some(folder),
        Err(error) if is_absent(&error) => None,
        Err(error) => return Err(SnapshotError::at(root)(error)),
    };
    let mut states = Vec::with_capacity(entries.len());
    for entry in entries {
        if !goes_on() {
            return Err(SnapshotError::Cancelled);
        }
        let state = folder
            .as_ref()
            .map_or(FileState::Gone, |folder| state(folder, entry));
        states.push((entry.path.clone(), state));
    }
    let known: BTreeSet<_> = entries.iter().map(|entry| &entry.path).collect();
    let added = today.iter().filter(|path| !known.contains(path));
    states.extend(added.map(|path| (path.clone(), FileState::Added)));
    states.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(states)
}

fn state(folder: &Folder, entry: &TreeEntry) -> FileState {
    let limit = LARGEST_OBJECT as u64;
    match folder.read(Path::new(entry.path.as_str()), limit) {
        Ok(bytes) if Sha256::of(&bytes) != entry.sha256 => FileState::Changed,
        Ok(_) if entry.masked.is_empty() => FileState::Same,
        Ok(_) => FileState::MaskedSame,
        Err(ReadError::Missing) => FileState::Gone,
        Err(ReadError::Io(error)) if error.kind() == ErrorKind::NotADirectory => FileState::Gone,
        // Nothing of that size was ever kept.
        Err(ReadError::TooLarge { .. }) => FileState::Changed,
        Err(error) => FileState::Unreadable(why(&error)),
    }
}
