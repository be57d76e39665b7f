//! What would come back of an archive, and what gives way to it, found out before anything is touched.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use flowkeep_core::folder::{is_table_list, table_list_among};
use flowkeep_core::{FolderId, Message, Sha256};
use flowkeep_host::{Digest, Entry, EntryFiles, EntryKind, GoesOn, Progress};
use flowkeep_store::TaskFolderRecord;

use super::names::text_name;
use super::side::{Side, Thing, is_same};
use super::{Failure, FolderError, Workshop};
use crate::reason::io_reason;

/// What would come of putting an archive back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBackPlan {
    /// Each file of the archive that is meant, by name.
    pub files: Vec<PutBackFile>,
    /// What of today is archived first when all is put back: all that does not stay.
    pub makes_way: Vec<String>,
    /// Why nothing of it can be verified: its record cannot be read.
    pub unread: Option<Message>,
    /// That the disk has less than the copies take, so that nothing would be begun.
    pub no_room: Option<NoRoom>,
    /// What it was made from. Who carries it out names it.
    pub stamp: Sha256,
}

/// Less room than is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoom {
    /// The folder.
    pub path: PathBuf,
    /// Bytes needed.
    pub needed: u64,
    /// Bytes free.
    pub free: u64,
}

/// What becomes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBackState {
    /// It comes back.
    Returns,
    /// The folder has the very same.
    Same,
    /// It cannot be put back.
    Hindered,
    /// The record does not name it: it comes back only when somebody names it.
    Besides,
}

/// One file of an archive, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBackFile {
    /// Its name in the folder, under which it comes back.
    pub name: String,
    /// Its name in the archive, where that is another.
    pub archived_as: Option<String>,
    /// Bytes, where they are known.
    pub bytes: Option<u64>,
    /// Where the link leads as it was in the folder. Only links have it.
    pub link_target: Option<String>,
    /// What becomes of it.
    pub state: PutBackState,
    /// Why it cannot be put back.
    pub reason: Option<Message>,
    /// What in the folder is archived to make way for it.
    pub replaces: Option<String>,
    /// Whether the record has no hash to prove it by.
    pub unverified: bool,
}

/// What would come of putting files of an archive back: those that are named, or all. The archive is read
/// through, so that what is damaged is known.
///
/// Steps of progress: `folder_read` (one a file).
///
/// # Errors
/// [`FolderError::NoArchive`], [`FolderError::NoFiles`], [`FolderError::Unreadable`],
/// [`FolderError::Cancelled`], [`FolderError::Io`].
pub fn put_back_plan(
    workshop: &Workshop,
    folder: FolderId,
    archive: &str,
    only: Option<&[String]>,
    progress: &dyn Progress,
) -> Result<PutBackPlan, FolderError> {
    let folder = workshop.folder(folder)?;
    let seen = Seen::of(workshop, &folder, archive, only)?;
    let goes_on = || !progress.cancelled();
    let total = u32::try_from(seen.pairs.len()).ok();
    let mut files = Vec::with_capacity(seen.pairs.len());
    let (mut coming, mut staying) = (Vec::new(), Vec::new());
    for (done, pair) in (0..).zip(&seen.pairs) {
        if progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        progress.step("folder_read", done, total, Some(&pair.name));
        let mut judged = seen.judge(pair, only.is_some(), &goes_on);
        match judged {
            Judged::Returns => coming.push(pair),
            Judged::Same => staying.push(pair),
            Judged::Besides | Judged::Hindered(_) => {}
        }
        if matches!(judged, Judged::Returns | Judged::Besides)
            && let Err(why) = seen.prove(pair, &goes_on)
        {
            judged = Judged::Hindered(why);
        }
        files.push(pair.told(judged));
    }
    if progress.cancelled() {
        return Err(FolderError::Cancelled);
    }
    let no_room = if coming.is_empty() {
        None
    } else {
        seen.no_room(&coming, &staying, only.is_none())?
    };
    Ok(PutBackPlan {
        no_room,
        makes_way: seen.makes_way(&files),
        files,
        stamp: seen.stamp(),
        unread: seen.archive.unread,
    })
}

/// A folder and one of its archives, as they were seen.
pub(super) struct Seen<'a> {
    files: &'a dyn EntryFiles,
    folder: &'a TaskFolderRecord,
    pub(super) archive: Side,
    now: Side,
    /// What is meant of the archive.
    pub(super) pairs: Vec<Pair>,
    /// All that tells whether anything has changed since.
    facts: String,
}

/// One thing of an archive, and what has its name in the folder.
pub(super) struct Pair {
    /// Its name in the folder.
    pub(super) name: String,
    /// It, in the archive.
    pub(super) thing: Thing,
    /// What has its name: how that is spelled, and what it is.
    now: Option<(String, Thing)>,
    /// The program that writes to that.
    holder: Option<String>,
}

/// What becomes of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    /// It comes back.
    Returns,
    /// The folder has the very same.
    Same,
    /// It would come back if it were named.
    Besides,
    /// It cannot come back.
    Hindered(Message),
}

impl<'a> Seen<'a> {
    /// The folders in the folder, among which are its archives.
    pub(super) fn folders(&self) -> Vec<Entry> {
        let there = self.now.things.values();
        let there = there.filter_map(|thing| thing.entry.as_ref());
        let folders = there.filter(|entry| entry.kind == EntryKind::Folder);
        folders.cloned().collect()
    }

    /// Looks at both.
    ///
    /// # Errors
    /// As [`put_back_plan`].
    pub(super) fn of(
        workshop: &'a Workshop,
        folder: &'a TaskFolderRecord,
        archive: &str,
        only: Option<&[String]>,
    ) -> Result<Self, FolderError> {
        let files = workshop.files.as_ref();
        let archive = Side::archive(files, folder, archive)?;
        let now = Side::now(files, &folder.path)?;
        if let Some(only) = only {
            let unknown = only
                .iter()
                .filter(|name| !archive.things.contains_key(*name));
            let unknown: Vec<String> = unknown.cloned().collect();
            if !unknown.is_empty() {
                return Err(FolderError::NoFiles(unknown));
            }
        }
        let here = now.things.values().filter_map(|thing| thing.entry.as_ref());
        let holders = files.holders(&here.filter_map(|entry| entry.identity).collect());
        let mut facts = String::new();
        let mut pairs = Vec::new();
        for (name, thing) in &archive.things {
            let now = now.named_like(name);
            let entry = now.and_then(|(_, now)| now.entry.as_ref());
            let holder = entry.and_then(|entry| holders.of(entry.identity));
            // What is being written changes all the time.
            let of_now = now.filter(|_| holder.is_none()).map(|(_, now)| fact(now));
            let is_held = holder.is_some();
            // Writing to a text cannot fail.
            let _ = writeln!(facts, "{name:?} {:?} {is_held} {of_now:?}", fact(thing));
            if only.is_none_or(|only| only.contains(name)) {
                pairs.push(Pair {
                    name: name.clone(),
                    thing: thing.clone(),
                    now: now.map(|(name, now)| (name.to_owned(), now.clone())),
                    holder: holder.map(str::to_owned),
                });
            }
        }
        let mut seen = Self {
            files,
            folder,
            archive,
            now,
            pairs,
            facts,
        };
        let leaving: Vec<&str> = seen.leaving().collect();
        seen.facts = format!("{}{leaving:?}", seen.facts);
        Ok(seen)
    }

    /// What both are told by: the same, and what was found out of them still holds.
    pub(super) fn stamp(&self) -> Sha256 {
        Sha256::of(self.facts.as_bytes())
    }

    /// What an archive of the whole folder would take along.
    fn leaving(&self) -> impl Iterator<Item = &str> {
        let moved = |thing: &Thing| matches!(thing.kind(), Some(EntryKind::File | EntryKind::Link));
        let things = self.now.things.iter();
        let leaving =
            things.filter(move |(name, thing)| moved(thing) && !self.folder.settings.keeps(name));
        leaving.map(|(name, _)| name.as_str())
    }

    /// What of today gives way when all that returns is put back: all that does not stay.
    fn makes_way(&self, files: &[PutBackFile]) -> Vec<String> {
        let stays: BTreeSet<&str> = files
            .iter()
            .filter(|file| matches!(file.state, PutBackState::Same | PutBackState::Hindered))
            .map(|file| file.name.as_str())
            .collect();
        let replaced = files
            .iter()
            .filter(|file| file.state == PutBackState::Returns);
        let replaced = replaced.filter_map(|file| file.replaces.as_deref());
        let leaving = self.leaving().filter(|name| !stays.contains(name));
        let names: BTreeSet<&str> = leaving.chain(replaced).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Whether the disk lacks room for the copies: those that come back and, where all makes way, those of what
    /// stays and is archived all the same.
    pub(super) fn no_room(
        &self,
        coming: &[&Pair],
        staying: &[&Pair],
        all: bool,
    ) -> Result<Option<NoRoom>, FolderError> {
        let path = &self.folder.path;
        let space = self.files.space(path).map_err(FolderError::at(path))?;
        let staying = staying.iter().filter(|_| all);
        // A file takes whole clusters.
        let needed: u64 = coming
            .iter()
            .chain(staying)
            .map(|pair| pair.thing.bytes().unwrap_or_default() + space.cluster)
            .sum();
        Ok((needed > space.free).then(|| NoRoom {
            path: path.clone(),
            needed,
            free: space.free,
        }))
    }

    /// What becomes of one thing, as far as can be told without reading all of the archive.
    pub(super) fn judge(&self, pair: &Pair, by_name: bool, goes_on: GoesOn<'_>) -> Judged {
        let hindered = |code: &str| Judged::Hindered(Message::new(code));
        match pair.thing.kind() {
            None => return hindered("put_back_gone"),
            Some(EntryKind::Other | EntryKind::Folder) => return hindered("file_is_special"),
            Some(kind) => {
                let told = pair.thing.told.as_ref();
                let told_otherwise = match kind {
                    EntryKind::Link => told.is_some_and(|told| told.sha256.is_some()),
                    _ => pair.thing.was_link(),
                };
                if told_otherwise {
                    return hindered("put_back_damaged");
                }
            }
        }
        if pair.thing.again {
            return hindered("put_back_again");
        }
        let Some(own) = pair.own_name() else {
            return hindered("put_back_no_name");
        };
        if let Err(error) = self.files.entry(&self.folder.path.join(own))
            && matches!(
                error.kind(),
                ErrorKind::InvalidFilename | ErrorKind::InvalidInput
            )
        {
            return hindered("file_name_impossible");
        }
        if let Some((_, now)) = &pair.now {
            if !matches!(now.kind(), Some(EntryKind::File | EntryKind::Link)) {
                return hindered("put_back_name_taken");
            }
            let sides = ((&self.archive, &pair.thing), (&self.now, now));
            match is_same(self.files, sides.0, sides.1, goes_on) {
                Ok(true) => return Judged::Same,
                Ok(false) => {}
                // What cannot be read is not known to be the same. It can be moved away all the same.
                Err(error) => tracing::debug!(%error, name = pair.name, "not compared"),
            }
            if let Some(program) = &pair.holder {
                return Judged::Hindered(
                    Message::new("archive_file_in_use").with("program", program),
                );
            }
        }
        if self.leads_out(&pair.thing) {
            return hindered("put_back_link_unknown");
        }
        if by_name || pair.thing.named || self.archive.unread.is_some() {
            Judged::Returns
        } else {
            Judged::Besides
        }
    }

    /// Whether it is a link that leads out of the archive, and no record tells where it led from the folder.
    fn leads_out(&self, thing: &Thing) -> bool {
        // Earlier tools moved links as they were, and told no more than names.
        let is_told = thing.was_link() || (thing.named && thing.told.is_none());
        let entry = thing.entry.as_ref().filter(|_| !is_told);
        let Some(entry) = entry.filter(|entry| entry.kind == EntryKind::Link) else {
            return false;
        };
        // What cannot be read is found out when it is copied.
        let target = self.files.read_link(&self.archive.at(entry));
        target.is_ok_and(|target| target.starts_with(".."))
    }

    /// Reads one through and compares it with what the record says of it.
    fn prove(&self, pair: &Pair, goes_on: GoesOn<'_>) -> Result<(), Message> {
        let entry = pair.thing.entry.as_ref();
        let Some(entry) = entry.filter(|entry| entry.kind == EntryKind::File) else {
            return Ok(());
        };
        let read = self.archive.digest(self.files, entry, goes_on);
        let read = read.map_err(|error| io_reason(&error))?;
        is_as_told(&pair.thing, &read)
    }

    /// Where a link leads that comes back; nothing of a file.
    pub(super) fn link(&self, pair: &Pair, entry: &Entry) -> io::Result<Option<PathBuf>> {
        match entry.kind {
            EntryKind::Link => self
                .archive
                .leads_to(self.files, &pair.thing, entry)
                .map(Some),
            _ => Ok(None),
        }
    }
}

/// Whether what was read is what the record says; what it says nothing of is.
pub(super) fn is_as_told(thing: &Thing, read: &Digest) -> Result<(), Message> {
    match thing.sha256() {
        Some(told) if told != Sha256(read.sha256) => Err(Message::new("put_back_damaged")),
        _ => Ok(()),
    }
}

impl Pair {
    /// What in the folder has its name, however that is spelled.
    pub(super) fn in_its_place(&self) -> Option<&str> {
        self.now.as_ref().map(|(name, _)| name.as_str())
    }

    /// Its name in the folder, as the disk has it.
    pub(super) fn own_name(&self) -> Option<OsString> {
        text_name(&self.name)
    }

    /// Whether the record has no hash to prove it by. Links have none to have.
    pub(super) fn is_unverified(&self) -> bool {
        self.thing.kind() == Some(EntryKind::File) && self.thing.sha256().is_none()
    }

    fn told(&self, judged: Judged) -> PutBackFile {
        let told = self.thing.told.as_ref();
        let (state, reason) = match judged {
            Judged::Returns => (PutBackState::Returns, None),
            Judged::Same => (PutBackState::Same, None),
            Judged::Besides => (PutBackState::Besides, None),
            Judged::Hindered(why) => (PutBackState::Hindered, Some(why)),
        };
        let replaces = match state {
            PutBackState::Returns | PutBackState::Besides => self.in_its_place(),
            PutBackState::Same | PutBackState::Hindered => None,
        };
        PutBackFile {
            name: self.name.clone(),
            archived_as: told.and_then(|told| told.archived_as.clone()),
            bytes: self.thing.bytes(),
            link_target: told.and_then(|told| told.link_target.clone()),
            state,
            reason,
            replaces: replaces.map(str::to_owned),
            unverified: self.is_unverified(),
        }
    }
}

impl Judged {
    /// Why it stays in the archive, where it should come back.
    pub(super) fn failure(self, name: &str) -> Option<Failure> {
        match self {
            Self::Hindered(reason) => Some(Failure {
                file: name.to_owned(),
                reason,
            }),
            _ => None,
        }
    }
}

impl Side {
    /// What has this name, and how it is spelled: there is one list of tables, in whatever capitals.
    fn named_like(&self, name: &str) -> Option<(&str, &Thing)> {
        let exact = self.things.get_key_value(name);
        let like = || {
            let things = self.things.iter().filter(|_| is_table_list(name));
            let names = things.map(|(other, thing)| {
                let is_file = thing.kind() == Some(EntryKind::File);
                (other.as_str(), is_file)
            });
            let (other, _) = table_list_among(names, name)?;
            self.things.get_key_value(other)
        };
        let found = exact.or_else(like);
        found.map(|(name, thing)| (name.as_str(), thing))
    }
}

fn fact(thing: &Thing) -> impl std::fmt::Debug {
    let told = (thing.sha256(), thing.named);
    let entry = thing.entry.as_ref();
    let entry = entry.map(|entry| (entry.kind, entry.bytes, entry.modified, entry.identity));
    (told, entry)
}
