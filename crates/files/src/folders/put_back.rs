//! Putting files of an archive back. They are copied beside where they will be and proven, then what is
//! there is archived, then each copy gets its name. What is not yet ready is thrown away by whoever finds
//! it; from then on it is finished (docs/decisions/0011).

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use flowkeep_core::folder::Policy;
use flowkeep_core::{FolderId, Message, Sha256};
use flowkeep_host::{Digest, Entry, EntryFiles, EntryKind, Progress};
use flowkeep_store::FolderWorkKind;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::archive::{Filling, not_archived};
use super::archives::newest_number;
use super::carry::{carry_link, carry_proven};
use super::making::Making;
use super::names::name_text;
use super::plan::{Chosen, Journal, Plan};
use super::put_back_plan::{Judged, Pair, Seen, is_as_told};
use super::recover::settle;
use super::{Archived, Failure, FolderError, Workshop};
use crate::reason::io_reason;

/// How the folder in which copies wait is called at its end.
pub(super) const WAITING: &str = ".partial";

/// What is put back.
#[derive(Debug, Clone)]
pub struct PutBackWanted<'a> {
    /// The archive.
    pub archive: &'a str,
    /// Only these; all that its record names where nothing is told.
    pub only: Option<&'a [String]>,
    /// What was looked at before, as the plan says.
    pub stamp: Sha256,
}

/// What came of putting back. Names are those in the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutBack {
    /// What came back.
    pub restored: Vec<String>,
    /// What the folder had already.
    pub same: Vec<String>,
    /// What could not be put back; it is in the archive as it was.
    pub failed: Vec<Failure>,
    /// The archive of what made way; nothing where nothing had to.
    pub archived_first: Option<String>,
    /// Files that came back as they lay there: the record has nothing to prove them by.
    pub unverified: u32,
    /// Bytes of what came back.
    pub bytes: u64,
    /// Whether it was cancelled when all was ready and only names were missing: it was finished.
    pub cancelled_late: bool,
}

/// What is written down of putting back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Returning {
    /// The archive whose files are copied.
    pub(super) from: String,
    /// The folder in which the copies wait.
    pub(super) waiting: String,
    /// Whether all of them are on the disk and proven: there is no need to go back any more.
    #[serde(default)]
    pub(super) ready: bool,
    /// Whether something has to make way first.
    #[serde(default)]
    pub(super) archives: bool,
}

/// Puts files of an archive back; the archive stays as it is. What a dead process left in the folder is
/// finished or undone before.
///
/// Steps of progress: `folder_scan`, `folder_copy` (one a file), `folder_verify` (one a file), then those of
/// archiving and of [`place`].
///
/// # Errors
/// [`FolderError`]. All files are where they were then, but for what [`FolderError::Unfinished`] says.
pub fn put_back(
    workshop: &Workshop,
    folder: FolderId,
    wanted: &PutBackWanted<'_>,
    progress: &dyn Progress,
) -> Result<PutBack, FolderError> {
    let _lock = workshop.lock(folder)?;
    let folder = workshop.folder(folder)?;
    if let Some(left) = workshop.store.folder_work(folder.id)? {
        settle(workshop, &folder, &left)?;
    }
    progress.step("folder_scan", 0, None, None);
    let started_at = workshop.clock.now();
    let seen = Seen::of(workshop, &folder, wanted.archive, wanted.only)?;
    if seen.stamp() != wanted.stamp {
        return Err(FolderError::PlanChanged);
    }
    let goes_on = || !progress.cancelled();
    let mut outcome = PutBack::default();
    let (mut wait, mut stay) = (Vec::new(), Vec::new());
    for pair in &seen.pairs {
        match seen.judge(pair, wanted.only.is_some(), &goes_on) {
            Judged::Returns => wait.push(pair),
            Judged::Same => stay.push(pair),
            Judged::Besides => {}
            hindered @ Judged::Hindered(_) => outcome.failed.extend(hindered.failure(&pair.name)),
        }
        if progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
    }
    outcome.same = stay.iter().map(|pair| pair.name.clone()).collect();
    if wait.is_empty() {
        return Ok(outcome);
    }
    if let Some(no_room) = seen.no_room(&wait, &stay, wanted.only.is_none())? {
        return Err(no_room.into());
    }
    let returning = Returning {
        from: wanted.archive.to_owned(),
        waiting: format!(".{}{WAITING}", Ulid::generate()),
        ready: false,
        archives: false,
    };
    let journal = Journal {
        put_back: Some(returning),
        ..Journal::default()
    };
    let kind = FolderWorkKind::PutBack;
    let begun = (
        started_at,
        newest_number(workshop, &folder, &seen.folders()),
    );
    let mut making = Making::write_down(workshop, &folder, kind, journal, None, begun)?;
    let copying = Copying {
        files: workshop.files.as_ref(),
        seen: &seen,
        waiting: making
            .returning()
            .map(|(_, waiting)| waiting)
            .unwrap_or_default(),
        progress,
    };
    let made = match copying.copy_all(&wait, &mut outcome.failed) {
        Ok(made) => made,
        Err(error) => return Err(making.give_up_writing(error)?),
    };
    let copied = match copying.prove(made) {
        Ok(copied) => copied,
        Err(error) => return Err(making.give_up(error)),
    };
    if copied.is_empty() {
        making.end_untouched()?;
        return Ok(outcome);
    }
    let way = Way::of(&seen, &copied, &outcome, wanted.only.is_none());
    outcome.archived_first = make_way(&mut making, &way, progress)?;
    place(&making, &mut outcome, progress)?;
    outcome.count(&copied);
    outcome.cancelled_late = progress.cancelled();
    Ok(outcome)
}

impl PutBack {
    /// Counts what came back, of what waited for its name.
    fn count(&mut self, copied: &Copied<'_>) {
        let restored: BTreeSet<&String> = self.restored.iter().collect();
        let came = copied
            .iter()
            .filter(|(pair, _)| restored.contains(&pair.name));
        self.bytes = came.clone().map(|(_, bytes)| bytes).sum();
        let unproven = came.filter(|(pair, _)| pair.is_unverified());
        self.unverified = u32::try_from(unproven.count()).unwrap_or(u32::MAX);
    }
}

/// What was copied: the thing of the archive, and what there is to prove the copy by; nothing of a link.
type Made<'a> = Vec<(&'a Pair, Option<Digest>)>;

/// What waits: the thing of the archive, and bytes.
type Copied<'a> = Vec<(&'a Pair, u64)>;

struct Copying<'a> {
    files: &'a dyn EntryFiles,
    seen: &'a Seen<'a>,
    /// Where the copies wait.
    waiting: PathBuf,
    progress: &'a dyn Progress,
}

impl Copying<'_> {
    /// Copies all and flushes the copies. What is not in the archive as its record says stays there and is told.
    ///
    /// # Errors
    /// [`FolderError::Cancelled`]; [`FolderError::Io`] where the folder does not take them.
    fn copy_all<'p>(
        &self,
        wait: &[&'p Pair],
        failed: &mut Vec<Failure>,
    ) -> Result<Made<'p>, FolderError> {
        let waiting = &self.waiting;
        self.files
            .create_folder(waiting)
            .map_err(FolderError::at(waiting))?;
        let total = u32::try_from(wait.len()).ok();
        let mut made = Vec::with_capacity(wait.len());
        for (done, pair) in (0..).zip(wait) {
            if self.progress.cancelled() {
                return Err(FolderError::Cancelled);
            }
            self.progress
                .step("folder_copy", done, total, Some(&pair.name));
            match self.copy(pair)? {
                Ok(digest) => made.push((*pair, digest)),
                Err(reason) => failed.push(Failure {
                    file: pair.name.clone(),
                    reason,
                }),
            }
        }
        self.files
            .flush_tree(waiting)
            .map_err(FolderError::at(waiting))?;
        Ok(made)
    }

    /// Reads the copies back.
    ///
    /// # Errors
    /// [`FolderError::Cancelled`]; [`FolderError::Io`] for a copy that cannot be read, or is another than was
    /// written.
    fn prove<'p>(&self, made: Made<'p>) -> Result<Copied<'p>, FolderError> {
        let total = u32::try_from(made.len()).ok();
        let mut copied = Vec::with_capacity(made.len());
        for (done, (pair, digest)) in (0..).zip(made) {
            if self.progress.cancelled() {
                return Err(FolderError::Cancelled);
            }
            self.progress
                .step("folder_verify", done, total, Some(&pair.name));
            if let Some(digest) = digest {
                self.read_back(pair, &digest)?;
            }
            copied.push((pair, digest.map_or(0, |digest| digest.bytes)));
        }
        // It may have come while the last of them was read.
        if self.progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        Ok(copied)
    }

    /// Copies one. Answers why it stays in the archive, where the fault is there.
    fn copy(&self, pair: &Pair) -> Result<Result<Option<Digest>, Message>, FolderError> {
        let (Some(entry), Some(own)) = (&pair.thing.entry, pair.own_name()) else {
            return Ok(Err(Message::new("put_back_gone")));
        };
        let to = self.waiting.join(own);
        let copied = self.seen.link(pair, entry).and_then(|link| {
            if let Some(target) = link {
                return self.files.make_link(&target, &to).map(|()| None);
            }
            let from = self.seen.archive.at(entry);
            let goes_on = || !self.progress.cancelled();
            self.files.copy_new(&from, &to, &goes_on).map(Some)
        });
        let error = match copied {
            Ok(None) => return Ok(Ok(None)),
            Ok(Some(digest)) => match is_as_told(&pair.thing, &digest) {
                Ok(()) => return Ok(Ok(Some(digest))),
                Err(damaged) => {
                    self.files.remove_file(&to).map_err(FolderError::at(&to))?;
                    return Ok(Err(damaged));
                }
            },
            Err(error) => error,
        };
        if self.progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        let Some(why) = self.cannot_be_read(pair, entry) else {
            return Err(FolderError::at(&to)(error));
        };
        if let Err(error) = self.files.remove_file(&to)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(FolderError::at(&to)(error));
        }
        Ok(Err(why))
    }

    /// Why one cannot be read in the archive; nothing where it can.
    fn cannot_be_read(&self, pair: &Pair, entry: &Entry) -> Option<Message> {
        let goes_on = || !self.progress.cancelled();
        let read: io::Result<()> = match entry.kind {
            EntryKind::Link => self.seen.link(pair, entry).map(drop),
            _ => self
                .seen
                .archive
                .digest(self.files, entry, &goes_on)
                .map(drop),
        };
        match read {
            Ok(()) => None,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Some(Message::new("put_back_gone"))
            }
            Err(error) => Some(io_reason(&error)),
        }
    }

    fn read_back(&self, pair: &Pair, made: &Digest) -> Result<(), FolderError> {
        let to = self.waiting.join(pair.own_name().unwrap_or_default());
        let goes_on = || !self.progress.cancelled();
        let read = self.files.digest(&to, &goes_on);
        if self.progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        let read = read.map_err(FolderError::at(&to))?;
        if (read.bytes, read.sha256) == (made.bytes, made.sha256) {
            return Ok(());
        }
        Err(FolderError::at(&to)(ErrorKind::InvalidData.into()))
    }
}

/// What has to make way.
struct Way {
    /// What has the name of something that comes back.
    replaced: BTreeSet<String>,
    /// Where all makes way: what stays all the same, because the archive has the same or cannot give its
    /// own. It is copied.
    stays: Option<BTreeSet<String>>,
}

impl Way {
    fn of(seen: &Seen<'_>, copied: &Copied<'_>, outcome: &PutBack, all: bool) -> Self {
        let taken = |pair: &Pair| pair.in_its_place().map(str::to_owned);
        let failed = outcome.failed.iter().map(|failure| &failure.file);
        let staying: BTreeSet<&String> = outcome.same.iter().chain(failed).collect();
        let stays = seen
            .pairs
            .iter()
            .filter(|pair| staying.contains(&pair.name));
        Self {
            replaced: copied.iter().filter_map(|(pair, _)| taken(pair)).collect(),
            stays: all.then(|| stays.filter_map(taken).collect()),
        }
    }
}

/// Archives what has to make way and answers what that archive is called. With the line that says the copies
/// are ready, whoever finds them goes on.
///
/// # Errors
/// [`FolderError`]; all is where it was then.
fn make_way(
    making: &mut Making<'_>,
    way: &Way,
    progress: &dyn Progress,
) -> Result<Option<String>, FolderError> {
    let (workshop, folder) = (making.workshop, making.folder);
    let files = workshop.files.as_ref();
    let chosen = Chosen::MakingWay {
        replaced: &way.replaced,
        stays: way.stays.as_ref(),
    };
    let plan = Plan::of(files, &folder.path, &folder.settings, Policy::Stop, &chosen);
    let plan = match plan {
        Ok(plan) if plan.failed.is_empty() => plan,
        Ok(plan) => return Err(making.give_up(not_archived(plan.failed))),
        Err(error) => return Err(making.give_up(error)),
    };
    if let Err(error) = plan.fits_its_record(&folder.path) {
        return Err(making.give_up(error));
    }
    let archives = plan.moves_any();
    // Nothing of the folder has been touched so far. Once it is written down that all is ready, whoever finds
    // it goes on.
    if progress.cancelled() {
        return Err(making.give_up(FolderError::Cancelled));
    }
    if let Err(error) = making.is_ready(archives.then(|| plan.journal(&folder.path))) {
        return Err(making.give_up(error));
    }
    if !archives {
        return Ok(None);
    }
    if let Err(error) = making.make_folder() {
        return Err(making.give_up_writing(error)?);
    }
    let filling = Filling {
        files,
        folder,
        making,
        policy: Policy::Stop,
        progress,
    };
    let filled = filling.fill(&plan);
    let made = making.finish(filled, Policy::Stop, progress, Archived::default())?;
    Ok(made.archive)
}

/// Gives the copies their names, and ends. No name is taken from anybody. What made way is an archive by now, so
/// a cancel that comes here is too late: going on takes as many renames as going back would.
///
/// Steps of progress: `folder_place` (one a file).
///
/// # Errors
/// [`FolderError::Unfinished`]; the line stays in the journal then, and it is tried again.
pub(super) fn place(
    making: &Making<'_>,
    outcome: &mut PutBack,
    progress: &dyn Progress,
) -> Result<(), FolderError> {
    let (files, folder) = (making.workshop.files.as_ref(), making.folder);
    let Some((returning, waiting)) = making.returning() else {
        return Ok(());
    };
    let unfinished = |stuck| FolderError::Unfinished {
        stuck,
        archive: outcome_archive(making),
    };
    let entries = files.entry(&waiting).and_then(|there| match there {
        Some(_) => files.entries(&waiting),
        // It was taken away, and the line is all that is left.
        None => Ok(Vec::new()),
    });
    let mut entries =
        entries.map_err(|error| unfinished(vec![stuck(&returning.waiting, &error)]))?;
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let copying = folder.path.join(&making.journal.copying);
    let mut left = Vec::new();
    let total = u32::try_from(entries.len()).ok();
    for (done, entry) in (0..).zip(entries) {
        let name = name_text(&folder.path, &entry.name);
        progress.step("folder_place", done, total, Some(&name));
        let (from, to) = (waiting.join(&entry.name), folder.path.join(&entry.name));
        let placed = match entry.kind {
            EntryKind::Link => files
                .read_link(&from)
                .and_then(|text| carry_link(files, &from, &to, &text)),
            _ => carry_proven(files, &from, &to, &copying),
        };
        match placed {
            Ok(()) => outcome.restored.push(name),
            // Somebody made one of that name since.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                outcome.failed.push(Failure {
                    file: name,
                    reason: Message::new("put_back_name_taken"),
                });
            }
            Err(error) => left.push(stuck(&name, &error)),
        }
    }
    if !left.is_empty() {
        return Err(unfinished(left));
    }
    let at = |error| unfinished(vec![stuck(&folder.name(), &error)]);
    files.flush(&folder.path).map_err(at)?;
    making.take_waiting_away().map_err(at)?;
    making.end(None, Some("folder_put_back"))
}

fn stuck(file: &str, error: &io::Error) -> Failure {
    Failure {
        file: file.to_owned(),
        reason: io_reason(error),
    }
}

/// The archive that what made way is in.
fn outcome_archive(making: &Making<'_>) -> Option<String> {
    let (returning, _) = making.returning()?;
    returning.archives.then(|| making.name.to_string())
}
