//! A tree of configuration files, and what is in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use flowkeep_core::configuration::{ConfigPath, Facts};
use flowkeep_core::secret::{self, SecretPlace};
use flowkeep_core::{
    Document, Format, MAX_DOCUMENT_BYTES, Message, ObjectHash, Sha256, decode, spelled_as,
};
use flowkeep_host::{Folder, Progress, ReadError};
use flowkeep_store::ConfigSeen;

use super::listing::{Listed, NoFile, listed};
use super::look::{SCAN, Unread};
use super::memory::{Content, Memory, reader, recalled, seen};
use super::stamp::Stamp;
use super::{ConfigurationError, Keys};
use crate::intake::why;
use crate::snapshots::manifest::TreeMasked;

/// Lines that are left away from the end of a broken file, until the rest can be read.
const LINES_LEFT_AWAY: usize = 64;

/// What is longer is cut at its fault alone: each cut is read from its beginning.
const MOST_BYTES_CUT_AGAIN: usize = 256 << 10;

/// Bytes of files that are held on to until they are kept, so that none of them is read twice. What is above
/// that is.
const MOST_BYTES_HELD: usize = 64 << 20;

/// What is told of a file in which more than the keys had to go.
const WHOLE: &str = "whole";

/// What is told of a file that was of its kind before its keys were masked and cannot be read as it any more.
const UNREAD: &str = "unread";

/// How often a file is read that changes meanwhile.
const READINGS: u32 = 2;

/// A tree of configuration files.
pub(crate) struct ConfigTree<'a> {
    folder: Folder,
    /// What becomes of the keys in its files.
    pub(super) keys: Keys,
    /// All files below the root, in order.
    pub(super) names: Vec<ConfigPath>,
    /// Those of them whose path is no text.
    not_text: BTreeSet<ConfigPath>,
    /// The links below the root, in order.
    pub(super) links: Vec<ConfigPath>,
    /// What else is below the root and is no file.
    pub(super) others: BTreeMap<ConfigPath, NoFile>,
    /// The folders that cannot be looked into.
    pub(super) unread: Vec<Unread>,
    read: HashMap<ConfigPath, Arc<FileRead>>,
    /// What is kept of files that were read.
    held: HashMap<ObjectHash, Vec<u8>>,
    room: usize,
    memory: Memory,
    is_kept: bool,
    /// Milliseconds; when the disk was first asked.
    seen_at: i64,
    readings: u32,
    progress: &'a dyn Progress,
}

/// What is kept of a file that was looked at a moment ago.
pub(crate) enum Kept {
    /// What was to be kept then.
    Same(Vec<u8>),
    /// The file says something else by now.
    Changed {
        /// What.
        content: Content,
        /// Why it is no document, where it should be one.
        unparsed: Option<Message>,
        /// Milliseconds; when its content last changed.
        modified: Option<i64>,
        /// What is kept of that.
        bytes: Vec<u8>,
    },
    /// It cannot be read any more.
    Unread(Message),
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
    /// Milliseconds; when its content had last changed.
    pub(super) modified: Option<i64>,
    /// Whether it was changed again and again while it was read.
    pub(super) changed_while_read: bool,
    /// What the disk said of it meanwhile; nothing where it said several things.
    stamp: Option<Stamp>,
    /// What is remembered of it from now on, where that is new.
    new: Option<ConfigSeen>,
}

impl<'a> ConfigTree<'a> {
    /// Opens the tree below `root`, and lists all its files.
    pub(super) fn open(
        root: &Path,
        keys: Keys,
        progress: &'a dyn Progress,
    ) -> Result<Self, ConfigurationError> {
        let folder = Folder::open(root).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                ConfigurationError::RootMissing(root.to_owned())
            }
            _ => ConfigurationError::at(root)(error),
        })?;
        let Listed {
            files,
            not_text,
            links,
            others,
            unread,
        } = listed(folder.path(), progress)?;
        Ok(Self {
            folder,
            keys,
            names: files,
            not_text,
            links,
            others,
            unread,
            read: HashMap::new(),
            held: HashMap::new(),
            room: MOST_BYTES_HELD,
            memory: Memory::new(),
            is_kept: false,
            seen_at: i64::MIN,
            readings: 0,
            progress,
        })
    }

    /// Makes use of what is remembered, and holds on to what is read: it is about to be kept. It is `now`, in
    /// milliseconds.
    pub(crate) fn remember(&mut self, memory: Memory, now: i64) {
        self.memory = memory;
        self.seen_at = now;
        self.is_kept = true;
    }

    /// What is to be remembered from now on, and the files that are no longer there.
    pub(crate) fn to_remember(&self) -> (Vec<(ConfigPath, ConfigSeen)>, Vec<ConfigPath>) {
        let new = self.read.iter().filter_map(|(path, read)| {
            let seen = read.new.clone()?;
            Some((path.clone(), seen))
        });
        let gone = self.memory.keys().filter(|path| !self.has(path));
        (new.collect(), gone.cloned().collect())
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &ConfigPath) -> bool {
        self.names.binary_search(path).is_ok()
    }

    /// The files that were read, and what tells whether all of this would be read once more; nothing where that
    /// cannot be told.
    pub(super) fn settled(&self) -> Option<(Vec<ConfigPath>, ObjectHash)> {
        let mut read: Vec<_> = self.read.iter().collect();
        read.sort_unstable_by_key(|(path, _)| *path);
        let stamps = read.iter().map(|(_, read)| {
            let stamp = read.stamp.as_ref().filter(|_| read.content.is_ok())?;
            stamp.was_settled(self.seen_at).then_some(stamp)
        });
        let stamps: Vec<&Stamp> = stamps.collect::<Option<_>>()?;
        let digest = self.digest_of(stamps)?;
        let files = read.into_iter().map(|(path, _)| path.clone()).collect();
        Some((files, digest))
    }

    /// What the disk says now of files that were read at some time, and of all names; nothing where it does not say
    /// everything.
    pub(super) fn digest(&self, files: &[ConfigPath]) -> Option<ObjectHash> {
        let stamps = files.iter().map(|path| self.stamp(path));
        let stamps: Vec<Stamp> = stamps.collect::<Option<_>>()?;
        self.digest_of(&stamps)
    }

    fn digest_of<'s>(&self, stamps: impl IntoIterator<Item = &'s Stamp>) -> Option<ObjectHash> {
        if !self.unread.is_empty() {
            return None;
        }
        let mut said = reader().into_bytes();
        let links = self.links.iter().map(ConfigPath::as_str);
        let names = self.names.iter().map(ConfigPath::as_str);
        // What is no file is named as what it is: a pipe may become a folder.
        let of = |wanted: NoFile| {
            let others = self.others.iter();
            let others = others.filter(move |(_, what)| **what == wanted);
            others.map(|(path, _)| path.as_str())
        };
        let names = names.chain([""]).chain(links);
        let names = names.chain([""]).chain(of(NoFile::Folder));
        let names = names.chain([""]).chain(of(NoFile::Special));
        // The names of each kind end where an empty one stands, which is none.
        let stamps = stamps.into_iter().map(|stamp| stamp.text.as_str());
        for part in names.chain([""]).chain(stamps) {
            said.push(0);
            said.extend_from_slice(part.as_bytes());
        }
        Some(ObjectHash::of(&said))
    }

    /// Its root, through no links.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file, read once; nothing once the operator cancelled.
    pub(super) fn file(&mut self, path: &ConfigPath) -> Result<Arc<FileRead>, ConfigurationError> {
        if let Some(read) = self.read.get(path) {
            return Ok(read.clone());
        }
        // What a reference names is text, and so is what a snapshot keeps. Nothing is asked of the disk, which has it
        // under another name.
        if self.not_text.contains(path) {
            let reason = Err(Message::new("config_name_not_text"));
            return Ok(Arc::new(FileRead::said(reason, Facts::default(), None)));
        }
        if self.progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let read = Arc::new(self.recalled(path).unwrap_or_else(|| self.read(path)));
        self.read.insert(path.clone(), read.clone());
        Ok(read)
    }

    /// What is kept of a file that was looked at.
    pub(crate) fn kept_of(
        &mut self,
        path: &ConfigPath,
        object: &ObjectHash,
    ) -> Result<Kept, ConfigurationError> {
        if let Some(held) = self.held.remove(object) {
            return Ok(Kept::Same(held));
        }
        if self.progress.cancelled() {
            return Err(ConfigurationError::Cancelled);
        }
        let bytes = match self.bytes(path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Kept::Unread(why(&error))),
        };
        let (read, kept) = FileRead::of(path, &bytes, self.keys);
        Ok(match read.content {
            Ok(content) if content.object != *object => Kept::Changed {
                content,
                unparsed: read.unparsed,
                modified: self.stamp(path).and_then(|stamp| stamp.modified),
                bytes: kept,
            },
            _ => Kept::Same(kept),
        })
    }

    /// What a file said when it was last read, where nobody can have written it since.
    fn recalled(&self, path: &ConfigPath) -> Option<FileRead> {
        let seen = self.memory.get(path)?;
        let stamp = self.stamp(path)?;
        if stamp.text != seen.stamp || !stamp.was_settled(seen.seen_at) {
            return None;
        }
        let (content, facts, unparsed) = recalled(seen, self.keys)?;
        let mut read = FileRead::said(Ok(content), facts, unparsed);
        read.modified = stamp.modified;
        read.stamp = Some(stamp);
        Some(read)
    }

    fn stamp(&self, path: &ConfigPath) -> Option<Stamp> {
        Stamp::of(&self.root().join(path.as_str()))
    }

    fn bytes(&mut self, path: &ConfigPath) -> Result<Vec<u8>, ReadError> {
        self.readings += 1;
        self.progress
            .step(SCAN, self.readings, None, Some(path.as_str()));
        let limit = MAX_DOCUMENT_BYTES as u64;
        self.folder.read(Path::new(path.as_str()), limit)
    }

    /// Reads a file, once more where it was changed meanwhile.
    fn read(&mut self, path: &ConfigPath) -> FileRead {
        let mut before = self.stamp(path);
        let mut readings = 1;
        loop {
            let bytes = match self.bytes(path) {
                Ok(bytes) => bytes,
                Err(error) => return FileRead::said(Err(why(&error)), Facts::default(), None),
            };
            let after = self.stamp(path);
            let is_same = before == after;
            if is_same || readings == READINGS {
                return self.understood(path, &bytes, after, !is_same);
            }
            before = after;
            readings += 1;
        }
    }

    /// What a file says. What nobody changed says what it said.
    fn understood(
        &mut self,
        path: &ConfigPath,
        bytes: &[u8],
        stamp: Option<Stamp>,
        changed_while_read: bool,
    ) -> FileRead {
        let sha256 = Sha256::of(bytes);
        let remembered = self.memory.get(path).filter(|seen| seen.sha256 == sha256);
        let remembered = remembered.and_then(|seen| recalled(seen, self.keys));
        let mut read = if let Some((content, facts, unparsed)) = remembered {
            FileRead::said(Ok(content), facts, unparsed)
        } else {
            let (read, kept) = FileRead::of(path, bytes, self.keys);
            self.hold(&read, kept);
            read
        };
        read.modified = stamp.as_ref().and_then(|stamp| stamp.modified);
        read.changed_while_read = changed_while_read;
        read.stamp = stamp.filter(|_| !changed_while_read);
        if self.is_kept
            && let (Some(stamp), Ok(content)) = (&read.stamp, &read.content)
        {
            let (stamp, unparsed) = (stamp.text.clone(), read.unparsed.as_ref());
            read.new = seen(
                stamp,
                self.seen_at,
                self.keys,
                content,
                &read.facts,
                unparsed,
            );
        }
        read
    }

    fn hold(&mut self, read: &FileRead, kept: Vec<u8>) {
        if self.is_kept
            && let (Ok(content), Some(room)) = (&read.content, self.room.checked_sub(kept.len()))
        {
            self.room = room;
            self.held.insert(content.object, kept);
        }
    }
}

impl FileRead {
    /// What a file says, and what is kept of it.
    fn of(path: &ConfigPath, bytes: &[u8], keys: Keys) -> (Self, Vec<u8>) {
        let (kept, masked) = match keys {
            Keys::Masked => without_keys(path, bytes),
            Keys::Encrypted => (bytes.to_owned(), Vec::new()),
        };
        let content = Content {
            bytes: bytes.len() as u64,
            sha256: Sha256::of(bytes),
            object: ObjectHash::of(&kept),
            object_bytes: kept.len() as u64,
            masked,
        };
        let (facts, unparsed) = said(path, bytes);
        (Self::said(Ok(content), facts, unparsed), kept)
    }

    fn said(content: Result<Content, Message>, facts: Facts, unparsed: Option<Message>) -> Self {
        Self {
            content,
            facts: Arc::new(facts),
            unparsed,
            modified: None,
            changed_while_read: false,
            stamp: None,
            new: None,
        }
    }
}

/// A file as it is kept, and where its keys are masked in that.
fn without_keys(path: &ConfigPath, bytes: &[u8]) -> (Vec<u8>, Vec<TreeMasked>) {
    let Some(masked) = secret::masked(format_of(path), bytes) else {
        return (bytes.to_owned(), Vec::new());
    };
    let place = |place: SecretPlace| TreeMasked {
        pointer: place.pointer,
        line: place.line,
        what: place.kind.as_str().to_owned(),
    };
    let mut places: Vec<_> = masked.places.into_iter().map(place).collect();
    let is_so = [(masked.is_whole, WHOLE), (masked.is_unread, UNREAD)];
    for (_, what) in is_so.into_iter().filter(|(is_so, _)| *is_so) {
        places.push(TreeMasked {
            pointer: None,
            line: 1,
            what: what.to_owned(),
        });
    }
    (spelled_as_before(bytes, masked.bytes), places)
}

/// What is kept of a file, in the encoding the file has; as it is where that cannot spell it.
fn spelled_as_before(before: &[u8], kept: Vec<u8>) -> Vec<u8> {
    let text = std::str::from_utf8(&kept).ok();
    let spelled = text.and_then(|text| spelled_as(before, text));
    spelled.unwrap_or(kept)
}

/// How a file is written, told by its name; nothing where it is no document.
pub fn format_of(path: &ConfigPath) -> Option<Format> {
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
    let mut facts = Facts::default();
    let mut unparsed = None;
    for part in Document::each_in(format, &text) {
        let (of_part, fault) = said_in_one(path, format, &text[part.clone()]);
        facts.join(of_part);
        unparsed = unparsed.or_else(|| Some(in_file(fault?, &text[..part.start])));
    }
    (facts, unparsed)
}

/// The same of one document.
fn said_in_one(path: &ConfigPath, format: Format, text: &str) -> (Facts, Option<Message>) {
    match Document::parse(format, text.to_owned()) {
        Ok(document) => (Facts::of(document.value(), path), None),
        Err(fault) => {
            let before = before_fault(format, text, &fault);
            let facts = before.map(|document| Facts::of(document.value(), path));
            (facts.unwrap_or_default(), Some(fault))
        }
    }
}

/// A fault of a document with its place in the file in which this stands before it.
fn in_file(mut fault: Message, before: &str) -> Message {
    let lines = before.matches('\n').count();
    if let Some(place) = &mut fault.place {
        place.line = place
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }
    fault
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
