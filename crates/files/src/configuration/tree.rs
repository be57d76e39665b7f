//! A tree of configuration files, and what is in them.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::{ConfigPath, Facts, Names};
use flowkeep_core::{Document, Format, MAX_DOCUMENT_BYTES, Message, Sha256, decode};
use flowkeep_host::{Folder, Progress};
use walkdir::{DirEntry, WalkDir};

use super::ConfigurationError;
use super::look::{SCAN, Unread};
use crate::intake::{PASSED_OVER, why};
use crate::io_reason;

/// A configuration has some hundreds of files. With more of them, somebody took a wrong folder for its
/// root.
const MOST_FILES: usize = 50_000;

/// Lines that are left away from the end of a broken file, until the rest can be read.
const LINES_LEFT_AWAY: usize = 64;

/// What is longer is cut at its fault alone: each cut is read from its beginning.
const MOST_BYTES_CUT_AGAIN: usize = 256 << 10;

/// A tree of configuration files.
pub(super) struct ConfigTree<'a> {
    folder: Folder,
    pub(super) names: Names,
    /// The folders that cannot be looked into.
    pub(super) unread: Vec<Unread>,
    read: HashMap<ConfigPath, Arc<FileRead>>,
    progress: &'a dyn Progress,
}

/// One file as it was read.
#[derive(Debug)]
pub(super) struct FileRead {
    /// Its bytes, or why they could not be read.
    pub(super) content: Result<Content, Message>,
    /// What it says about others.
    pub(super) facts: Arc<Facts>,
    /// Why it is no document, where it should be one.
    pub(super) unparsed: Option<Message>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: u64,
    pub(super) sha256: Sha256,
}

impl<'a> ConfigTree<'a> {
    /// Opens the tree below `root`, and lists all its files.
    pub(super) fn open(
        root: &Path,
        progress: &'a dyn Progress,
    ) -> Result<Self, ConfigurationError> {
        let folder = Folder::open(root).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                ConfigurationError::RootMissing(root.to_owned())
            }
            _ => ConfigurationError::at(root)(error),
        })?;
        let (names, unread) = listed(folder.path(), progress)?;
        Ok(Self {
            folder,
            names,
            unread,
            read: HashMap::new(),
            progress,
        })
    }

    /// Its root, through no links.
    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file, read once; nothing once the operator cancelled.
    pub(super) fn file(&mut self, path: &ConfigPath) -> Result<Arc<FileRead>, ConfigurationError> {
        if let Some(read) = self.read.get(path) {
            return Ok(read.clone());
        }
        if self.progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let read = Arc::new(self.read(path));
        self.read.insert(path.clone(), read.clone());
        let done = u32::try_from(self.read.len()).unwrap_or(u32::MAX);
        self.progress.step(SCAN, done, None, Some(path.as_str()));
        Ok(read)
    }

    fn read(&self, path: &ConfigPath) -> FileRead {
        let limit = MAX_DOCUMENT_BYTES as u64;
        match self.folder.read(Path::new(path.as_str()), limit) {
            Ok(bytes) => FileRead::of(path, &bytes),
            Err(error) => FileRead {
                content: Err(why(&error)),
                facts: Arc::default(),
                unparsed: None,
            },
        }
    }
}

impl FileRead {
    fn of(path: &ConfigPath, bytes: &[u8]) -> Self {
        let content = Content {
            bytes: bytes.len() as u64,
            sha256: Sha256::of(bytes),
        };
        let (facts, unparsed) = said(path, bytes);
        Self {
            content: Ok(content),
            facts: Arc::new(facts),
            unparsed,
        }
    }
}

/// How a file is written, told by its name; nothing where it is no document.
fn format_of(path: &ConfigPath) -> Option<Format> {
    let (_, ending) = path.file_name().rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        "md" => Some(Format::Markdown),
        _ => None,
    }
}

/// What a file says about others. Of a broken one, what stands before the fault is heard all the same.
fn said(path: &ConfigPath, bytes: &[u8]) -> (Facts, Option<Message>) {
    let Some(format) = format_of(path) else {
        return (Facts::default(), None);
    };
    let Some((text, _)) = decode(bytes) else {
        let unknown = Message::new("encoding_unknown");
        return (Facts::default(), Some(unknown));
    };
    match Document::parse(format, text.clone()) {
        Ok(document) => (Facts::of(document.value(), path), None),
        Err(fault) => {
            let before = before_fault(format, &text, &fault);
            let facts = before.map(|document| Facts::of(document.value(), path));
            (facts.unwrap_or_default(), Some(fault))
        }
    }
}

/// As many of the lines before a fault as can be read. Of JSON that is all of them, where something stands
/// behind the end, or nothing: no part of it is whole.
fn before_fault(format: Format, text: &str, fault: &Message) -> Option<Document> {
    let line = fault.place.as_ref()?.line;
    let last = usize::try_from(line).ok()?.checked_sub(1)?;
    let lines: Vec<_> = text.split_inclusive('\n').take(last).collect();
    let is_cut_once = format == Format::Json || text.len() > MOST_BYTES_CUT_AGAIN;
    let left_away = if is_cut_once { 0 } else { LINES_LEFT_AWAY };
    let fewest = lines.len().saturating_sub(left_away);
    (fewest..=lines.len())
        .rev()
        .find_map(|end| Document::parse(format, lines[..end].concat()).ok())
}

/// Whether a folder is looked into: what is hidden is no configuration.
fn is_wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    !entry.file_type().is_dir() || !(is_hidden || PASSED_OVER.iter().any(|over| name == *over))
}

/// All regular files below a folder, and the folders that cannot be looked into. What is behind a link is
/// not there.
fn listed(
    root: &Path,
    progress: &dyn Progress,
) -> Result<(Names, Vec<Unread>), ConfigurationError> {
    let entries = WalkDir::new(root).follow_links(false).min_depth(1);
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for entry in entries.into_iter().filter_entry(is_wanted) {
        if progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unread.extend(not_listed(root, error)?);
                continue;
            }
        };
        if !entry.file_type().is_file() {
            continue;
        }
        if found.len() == MOST_FILES {
            return Err(ConfigurationError::TooMany {
                root: root.to_owned(),
                limit: MOST_FILES,
            });
        }
        found.extend(below(root, entry.path()));
    }
    Ok((found.into_iter().collect(), unread))
}

/// A folder that cannot be looked into; nothing where it is gone by now. Without the root nothing is known.
fn not_listed(root: &Path, error: walkdir::Error) -> Result<Option<Unread>, ConfigurationError> {
    let at = error.path().unwrap_or(root).to_owned();
    let error = std::io::Error::from(error);
    match below(root, &at) {
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

/// The nearest folder above a file that holds a folder `workflows`.
pub(super) fn root_above(config: &Path) -> Result<PathBuf, ConfigurationError> {
    let mut above = config.ancestors().skip(1);
    above
        .find(|folder| folder.join("workflows").is_dir())
        .map(Path::to_owned)
        .ok_or_else(|| ConfigurationError::NoRoot(config.to_owned()))
}
