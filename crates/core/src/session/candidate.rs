//! From what a piece of work can go on: in which order the sources are tried, and why one is passed over.

use std::collections::BTreeSet;

use crate::{Message, SnapshotId};

/// What a piece of work can go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The files, where they are as they were.
    File,
    /// A snapshot of them.
    Snapshot,
    /// The definition that is kept with the session itself.
    Embedded,
    /// The workflow in the catalog, as it is today.
    Revision,
}

impl Source {
    /// The word in results, on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Snapshot => "snapshot",
            Self::Embedded => "embedded",
            Self::Revision => "revision",
        }
    }

    /// The source whose [`Source::as_str`] is `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::File, Self::Snapshot, Self::Embedded, Self::Revision]
            .into_iter()
            .find(|source| source.as_str() == word)
    }
}

/// What was found for a piece of work when it was looked for.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its files.
    pub file: FoundFile,
    /// Its snapshots, that one first with which the files are compared.
    pub snapshots: Vec<FoundSnapshot>,
    /// Why contents of them cannot be had at all, as where their drive is away.
    pub away: Option<Message>,
    /// The definition that is kept with it.
    pub embedded: FoundDefinition,
    /// The workflow in the catalog.
    pub revision: FoundDefinition,
}

/// What was found of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundFile {
    /// No file was ever named.
    NotNamed,
    /// One was named, and nobody found or said where it is.
    NotFound {
        /// As it was named.
        path: String,
    },
    /// The root of their tree is not there.
    RootGone {
        /// Where it was.
        path: String,
    },
    /// The file it begins with is not there.
    Gone {
        /// Where it was.
        path: String,
    },
    /// The file it begins with cannot be read.
    Unreadable {
        /// Where it is.
        path: String,
        /// Why.
        why: Message,
    },
    /// There is no snapshot to compare them with; the file it begins with can be understood.
    Unproven,
    /// There is no snapshot to compare them with, and the file it begins with cannot be understood.
    Unparsed {
        /// Where it is.
        path: String,
        /// Why.
        why: Message,
    },
    /// They are not as they were.
    Differs {
        /// How many of them.
        files: u32,
    },
    /// They are as they were, or there is nothing to compare them with.
    AsItWas,
}

/// What was found of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSnapshot {
    /// Which.
    pub id: SnapshotId,
    /// Whether it has the file it begins with.
    pub has_entry: bool,
    /// Its files that are kept and damaged.
    pub damaged: Vec<String>,
    /// Its files that are not kept any more.
    pub missing: Vec<String>,
    /// How many of its files would come back with something in the place of their keys.
    pub masked: u32,
    /// How the key to it is.
    pub key: FoundKey,
    /// How many files are not like this today.
    pub differs: u32,
    /// The files that were there when it was taken, and could not be read.
    pub unread: Vec<String>,
    /// Whether the strategy left out all that belongs to it.
    pub is_empty: bool,
    /// The files that the strategy left out and that are not there any more.
    pub left_out: Vec<String>,
}

/// How the key to a snapshot is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FoundKey {
    /// None is needed, or it is at hand.
    #[default]
    AtHand,
    /// It is locked, until somebody unlocks it.
    Locked,
    /// It is not on this computer.
    Missing,
}

/// What was found of a definition that is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundDefinition {
    /// There is none.
    None,
    /// It cannot be understood.
    Unreadable(Message),
    /// It is there.
    There {
        /// In how many places it is not like what was worked with.
        differs: u32,
    },
}

/// A source, and whether the work can go on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What.
    pub source: Source,
    /// Which snapshot.
    pub snapshot: Option<SnapshotId>,
    /// Whether it can.
    pub is_ok: bool,
    /// Why it cannot; or, where it can, what of it is not as it was.
    pub reason: Option<Message>,
    /// How many files or places are not like this today.
    pub differs: u32,
    /// The snapshot with which files were compared.
    pub compared: Option<SnapshotId>,
    /// The files that it goes on without: the strategy left them out, and they are not there any more.
    pub left_out: Vec<String>,
    /// The files that it cannot bring back, by their paths: they are damaged, not kept any more, or never were.
    pub lost: Vec<String>,
}

/// How sure it is that a piece of work can go on as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// With all it had.
    Complete,
    /// Without some of it, or from what is only like it.
    InPart,
    /// Nothing was found that it could go on from.
    None,
    /// It has no configuration that could be lost.
    NoConfig,
}

impl Confidence {
    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::InPart => "partial",
            Self::None => "none",
            Self::NoConfig => "no_config",
        }
    }

    /// The confidence whose [`Confidence::as_str`] is `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Complete, Self::InPart, Self::None, Self::NoConfig];
        all.into_iter()
            .find(|confidence| confidence.as_str() == word)
    }
}

/// All sources in the order in which they are tried; each says why it is passed over.
pub fn order(found: &Found) -> Vec<Candidate> {
    let mut candidates = vec![file(&found.file)];
    if let (FoundFile::Differs { .. } | FoundFile::AsItWas, Some(beside), [files]) =
        (&found.file, found.snapshots.first(), &mut candidates[..])
    {
        files.compared = Some(beside.id);
        files.left_out.clone_from(&beside.left_out);
    }
    if found.snapshots.is_empty() {
        candidates.push(no(Source::Snapshot, Message::new("no_snapshot")));
    }
    let away = found.away.as_ref();
    candidates.extend(found.snapshots.iter().map(|one| snapshot(one, away)));
    let none = Message::new("nothing_embedded");
    let unreadable = Message::new("embedded_unreadable");
    candidates.push(definition(
        Source::Embedded,
        &found.embedded,
        none,
        unreadable,
    ));
    let none = Message::new("no_such_workflow");
    let unreadable = Message::new("revision_unreadable");
    candidates.push(definition(
        Source::Revision,
        &found.revision,
        none,
        unreadable,
    ));
    candidates
}

/// The one that is taken where nobody says which: the first that it can go on from.
pub fn choice(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().find(|candidate| candidate.is_ok)
}

/// How sure it is that the work can go on as it was.
pub fn confidence(candidates: &[Candidate]) -> Confidence {
    match choice(candidates) {
        Some(candidate)
            if candidate.reason.is_none()
                && candidate.left_out.is_empty()
                && candidate.source <= Source::Snapshot =>
        {
            Confidence::Complete
        }
        Some(_) => Confidence::InPart,
        None => Confidence::None,
    }
}

fn no(source: Source, reason: Message) -> Candidate {
    Candidate {
        source,
        snapshot: None,
        is_ok: false,
        reason: Some(reason),
        differs: 0,
        compared: None,
        left_out: Vec::new(),
        lost: Vec::new(),
    }
}

fn ok(source: Source, differs: u32) -> Candidate {
    Candidate {
        source,
        snapshot: None,
        is_ok: true,
        reason: None,
        differs,
        compared: None,
        left_out: Vec::new(),
        lost: Vec::new(),
    }
}

fn file(found: &FoundFile) -> Candidate {
    let at = |code: Message, path: &str| no(Source::File, code.with("path", path));
    match found {
        FoundFile::NotNamed => no(Source::File, Message::new("config_not_named")),
        FoundFile::NotFound { path } => at(Message::new("config_not_found"), path),
        FoundFile::RootGone { path } => at(Message::new("root_gone"), path),
        FoundFile::Gone { path } => at(Message::new("config_gone"), path),
        FoundFile::Unreadable { path, why } => {
            at(Message::new("config_unreadable").because(why.clone()), path)
        }
        FoundFile::Unparsed { path, why } => {
            at(Message::new("config_unparsed").because(why.clone()), path)
        }
        FoundFile::Differs { files } => Candidate {
            differs: *files,
            ..no(
                Source::File,
                Message::new("config_differs").with("count", files),
            )
        },
        FoundFile::Unproven => Candidate {
            reason: Some(Message::new("config_not_kept")),
            ..ok(Source::File, 0)
        },
        FoundFile::AsItWas => ok(Source::File, 0),
    }
}

fn snapshot(found: &FoundSnapshot, away: Option<&Message>) -> Candidate {
    let told = |code: &str, count: usize| Message::new(code).with("count", count);
    let locked = match found.key {
        FoundKey::AtHand => None,
        FoundKey::Locked => Some(Message::new("secrets_locked")),
        FoundKey::Missing => Some(Message::new("snapshot_key_missing")),
    };
    let fault = if locked.is_some() {
        locked
    } else if !found.missing.is_empty() {
        let gone = || told("objects_missing", found.missing.len());
        Some(away.cloned().unwrap_or_else(gone))
    } else if !found.damaged.is_empty() {
        Some(told("objects_damaged", found.damaged.len()))
    } else if !found.has_entry {
        Some(Message::new("snapshot_without_entry"))
    } else {
        None
    };
    // It can come back, but not with all that was there.
    let lack = if found.masked > 0 {
        Some(Message::new("snapshot_masked").with("count", found.masked))
    } else if !found.unread.is_empty() {
        Some(told("snapshot_unread", found.unread.len()))
    } else {
        found.is_empty.then(|| Message::new("snapshot_of_nothing"))
    };
    // What is away comes back with its drive.
    let missing = found.missing.iter().filter(|_| away.is_none());
    let lost = missing.chain(&found.damaged).chain(&found.unread);
    let lost: BTreeSet<_> = lost.cloned().collect();
    Candidate {
        source: Source::Snapshot,
        snapshot: Some(found.id),
        is_ok: fault.is_none(),
        reason: fault.or(lack),
        differs: found.differs,
        compared: None,
        left_out: found.left_out.clone(),
        lost: lost.into_iter().collect(),
    }
}

fn definition(
    source: Source,
    found: &FoundDefinition,
    none: Message,
    unreadable: Message,
) -> Candidate {
    match found {
        FoundDefinition::None => no(source, none),
        FoundDefinition::Unreadable(why) => no(source, unreadable.because(why.clone())),
        FoundDefinition::There { differs } => ok(source, *differs),
    }
}
