//! A tree of configuration files, and what is in them.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::{ConfigPath, Facts, Names};
use flowkeep_core::{Document, Format, MAX_DOCUMENT_BYTES, Message, Sha256, decode};
use flowkeep_host::{Folder, Progress};
use walkdir::WalkDir;

use super::ConfigurationError;
use crate::intake::{PASSED_OVER, why};

/// A configuration has some hundreds of files. With more of them, somebody took a wrong folder for its
/// root.
const MOST_FILES: usize = 50_000;

/// Lines that are left away from the end of a broken file, until the rest can be read.
const LINES_LEFT_AWAY: usize = 64;

/// A tree of configuration files.
#[derive(Debug)]
pub(super) struct ConfigTree {
    folder: Folder,
    pub(super) names: Names,
    read: HashMap<ConfigPath, Arc<FileRead>>,
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

impl ConfigTree {
    /// Opens the tree below `root`, and lists all its files.
    pub(super) fn open(root: &Path, progress: &dyn Progress) -> Result<Self, ConfigurationError> {
        let folder = Folder::open(root).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                ConfigurationError::RootMissing(root.to_owned())
            }
            _ => ConfigurationError::at(root)(error),
        })?;
        let names = listed(folder.path(), progress)?;
        Ok(Self {
            folder,
            names,
            read: HashMap::new(),
        })
    }

    /// Its root, through no links.
    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file, read once.
    pub(super) fn file(&mut self, path: &ConfigPath) -> Arc<FileRead> {
        if let Some(read) = self.read.get(path) {
            return read.clone();
        }
        let read = Arc::new(self.read(path));
        self.read.insert(path.clone(), read.clone());
        read
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

/// As many of the lines before a fault as can be read. A cut JSON document never can.
fn before_fault(format: Format, text: &str, fault: &Message) -> Option<Document> {
    let line = fault.place.as_ref()?.line;
    let last = usize::try_from(line).ok()?.checked_sub(1)?;
    let lines: Vec<_> = text.split_inclusive('\n').take(last).collect();
    let fewest = lines.len().saturating_sub(LINES_LEFT_AWAY);
    (fewest..=lines.len())
        .rev()
        .find_map(|end| Document::parse(format, lines[..end].concat()).ok())
}

/// All regular files below a folder. What is behind a link is not there.
fn listed(root: &Path, progress: &dyn Progress) -> Result<Names, ConfigurationError> {
    let entries = WalkDir::new(root).follow_links(false).min_depth(1);
    let wanted = entries.into_iter().filter_entry(|entry| {
        !entry.file_type().is_dir() || !PASSED_OVER.iter().any(|name| entry.file_name() == *name)
    });
    let mut found = Vec::new();
    for entry in wanted {
        if progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error)
                if error.io_error().map(std::io::Error::kind) == Some(ErrorKind::NotFound) =>
            {
                continue;
            }
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                return Err(ConfigurationError::at(&path)(error.into()));
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
    Ok(found.into_iter().collect())
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
