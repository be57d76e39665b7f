//! Reading all that snapshots keep, and putting right what is damaged from wherever it still is. Nothing that can be
//! read is ever taken away: a damaged file of the store keeps its bytes under another name, and only once what
//! is needed of it is whole elsewhere.

mod descriptions;
mod listing;
mod search;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use flowkeep_core::{Message, ObjectHash, Sha256};
use flowkeep_host::Progress;
use flowkeep_store::{CountedOn, NeededPack, NewPack};
use ulid::Ulid;

use self::search::Search;
use super::manifest::SESSIONS;
use super::pack::{ENCRYPTED, LARGEST_PACK, PACK, PackWriter, Placed, check, keep_pack, path};
use super::sweep::{Aside, Swept, sweep};
use super::take_rows::new_pack;
use super::{SnapshotError, TakeError, Workshop, activity};
use crate::io_reason;

/// The step of progress: reading a pack. The lock is called so, too.
const SCRUB: &str = "session_scrub";

/// What a check of all snapshots found.
#[derive(Debug, Default)]
pub struct Scrubbed {
    /// Contents that were read.
    pub checked: u32,
    /// Those that were damaged and are whole again.
    pub repaired: u32,
    /// What is still damaged, by the files that hold it.
    pub damaged: Vec<LostFile>,
    /// Manifests and trees that were written anew.
    pub rewritten: u32,
    /// Counts of references that were wrong.
    pub recounted: u32,
    /// Files of the store that nobody counts on.
    pub orphans: u32,
    /// Damaged files that were put aside. All that is needed of them is whole elsewhere.
    pub aside: u32,
}

/// A file of which the content cannot be had any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// Where it was below its root; empty for the file that a session was read from.
    pub path: String,
    /// The hash of its bytes as they were, where that is known.
    pub sha256: Option<Sha256>,
    /// Ids of the sessions that have it.
    pub sessions: Vec<String>,
    /// Why.
    pub reason: Message,
}

/// Reads every content that is needed, repairs what is damaged from other packs, files as they are today, own copies of
/// sessions and backups, writes anew what describes snapshots, and counts all references.
///
/// Steps of progress: `session_scrub` for each pack.
///
/// # Errors
/// [`TakeError::Busy`] while somebody clears up; [`TakeError::Checking`]; [`TakeError::StoreGone`];
/// [`SnapshotError::Cancelled`]; what the database says. What is repaired by then is repaired.
pub fn scrub(
    workshop: &Workshop,
    backups: &[PathBuf],
    progress: &dyn Progress,
) -> Result<Scrubbed, TakeError> {
    // Two would each mend what the other is mending.
    let _only = workshop.only_one(SCRUB)?.ok_or(TakeError::Checking)?;
    let lock = workshop.share()?;
    let packs = workshop.store.needed_packs()?;
    workshop.stands()?;
    let objects = packs.iter();
    let objects = objects.map(|pack| pack.objects.len() - pack.copies.len());
    let objects = objects.sum::<usize>();
    let mut done = Scrubbed {
        checked: u32::try_from(objects).unwrap_or(u32::MAX),
        ..Scrubbed::default()
    };
    let ill = ill(workshop, packs, progress)?;
    let wrong = descriptions::wrong(workshop, progress)?;
    let mut lost = BTreeMap::new();
    if !ill.is_empty() || !wrong.is_none() {
        let search = Search::of(workshop, backups);
        workshop.marked(lock, || {
            for pack in ill {
                if progress.cancelled() {
                    return Err(SnapshotError::Cancelled.into());
                }
                done.repaired += pack.mend(workshop, &search, &mut lost)?;
            }
            done.rewritten = wrong.write(workshop, &search)?;
            Ok(())
        })?;
    }
    done.recounted = write_down(workshop, &done, &lost)?;
    done.damaged = lost_files(workshop, &lost)?;
    let left = left_over(workshop)?;
    (done.orphans, done.aside) = (left.orphans, left.aside);
    Ok(done)
}

/// Writes what says of each snapshot without Flowkeep what it is, where nothing of that is there: contents came with a
/// restore, and rows. Answers how many files were written.
///
/// # Errors
/// [`TakeError::Busy`] while somebody clears up; [`TakeError::StoreGone`]; what the disk and the database say.
pub fn describe(workshop: &Workshop, progress: &dyn Progress) -> Result<u32, TakeError> {
    let lock = workshop.share()?;
    workshop.stands()?;
    if !workshop.is_there() || workshop.dir.join(SESSIONS).is_dir() {
        return Ok(0);
    }
    let wrong = descriptions::wrong(workshop, progress)?;
    let search = Search::of(workshop, &[]);
    let mut written = 0;
    if !wrong.is_none() {
        workshop.marked(lock, || {
            written = wrong.write(workshop, &search)?;
            Ok(())
        })?;
    }
    Ok(written)
}

/// Contents that cannot be had, why, and whether they are known to be damaged.
type Lost = BTreeMap<[u8; 32], (Message, bool)>;

/// A pack that is not as it was.
struct Ill {
    pack: NeededPack,
    /// What is needed of it and cannot be had from it.
    lost: HashSet<ObjectHash>,
    /// Why.
    reason: Message,
    /// Whether that is the disk, which may give it another time.
    is_silent: bool,
}

/// Reads the packs.
fn ill(
    workshop: &Workshop,
    packs: Vec<NeededPack>,
    progress: &dyn Progress,
) -> Result<Vec<Ill>, TakeError> {
    let total = u32::try_from(packs.len()).ok();
    let mut ill = Vec::new();
    for (number, pack) in (0..).zip(packs) {
        if progress.cancelled() {
            return Err(SnapshotError::Cancelled.into());
        }
        progress.step(SCRUB, number, total, None);
        let placed: Vec<_> = pack.objects.iter().map(Placed::from).collect();
        let all = placed.iter().map(|placed| placed.hash).collect();
        let files = workshop.files.as_ref();
        let (lost, reason, is_silent) = match check(files, &workshop.dir, &pack.name, &placed) {
            Ok(checked) if checked.is_whole && checked.damaged.is_empty() => continue,
            Ok(checked) => {
                let lost = checked.damaged.into_iter().collect();
                (lost, Message::new("object_damaged"), false)
            }
            Err(SnapshotError::Gone(_)) => (all, Message::new("object_missing"), false),
            Err(SnapshotError::Io { source, .. }) => (all, io_reason(&source), true),
            Err(error) => return Err(error.into()),
        };
        ill.push(Ill {
            pack,
            lost,
            reason,
            is_silent,
        });
    }
    Ok(ill)
}

impl Ill {
    /// Brings what is needed of it into another pack, as far as it can be had, and puts it aside once nothing is needed
    /// of it any more; answers how many contents were found. What the disk says meanwhile is told of what is lost,
    /// and costs no other pack.
    fn mend(
        self,
        workshop: &Workshop,
        search: &Search<'_>,
        lost: &mut Lost,
    ) -> Result<u32, TakeError> {
        let copies = &self.pack.copies;
        let (still, found) = match self.mended(workshop, search) {
            Ok(mended) => mended,
            Err(TakeError::Snapshot(SnapshotError::Io { source, .. })) => {
                let why = (io_reason(&source), !self.is_silent);
                let needed = self.lost.difference(copies);
                lost.extend(needed.map(|hash| (hash.0, why.clone())));
                return Ok(0);
            }
            Err(error) => return Err(error),
        };
        let (still_copies, still): (Vec<_>, Vec<_>) =
            still.into_iter().partition(|hash| copies.contains(hash));
        let (pack, is_silent) = (self.pack.name, self.is_silent);
        let without = if is_silent || still.is_empty() {
            still
        } else {
            let leaning = still.clone();
            let without = workshop
                .store
                .write::<_, TakeError>(move |tx| Ok(tx.lean_on_copies(pack, &leaning)?))?;
            let leant = still.into_iter().filter(|hash| !without.contains(hash));
            for hash in leant {
                lost.entry(hash.0).or_insert_with(elsewhere);
            }
            without
        };
        for hash in still_copies {
            lost.entry(hash.0).or_insert_with(elsewhere);
        }
        let why = (self.reason.clone(), !is_silent);
        lost.extend(without.iter().map(|hash| (hash.0, why.clone())));
        Ok(found)
    }

    fn mended(
        &self,
        workshop: &Workshop,
        search: &Search<'_>,
    ) -> Result<(Vec<ObjectHash>, u32), TakeError> {
        let files = workshop.files.as_ref();
        let name = self.pack.name;
        // As it was, whoever has its key opens it, too.
        if self.pack.is_encrypted
            && let Some(whole) = self.in_backups(search)
        {
            keep_pack(files, &workshop.dir, &name, &whole)?;
            return Ok((Vec::new(), count(self.lost.len())));
        }
        // What was encrypted does not come to lie open because it is found somewhere.
        let recipient = workshop.keys.recipient.clone();
        let recipient = recipient.filter(|_| self.pack.is_encrypted);
        let is_written = recipient.is_some() || !self.pack.is_encrypted;
        let mut reader = workshop.reader();
        let mut found = HashMap::new();
        if is_written {
            let wanted: HashSet<_> = self.lost.difference(&self.pack.copies).copied().collect();
            found = search.find(&wanted)?;
            let missed = wanted.into_iter().filter(|hash| !found.contains_key(hash));
            let elsewhere = workshop.store.kept_objects(missed)?;
            for (hash, kept) in elsewhere {
                let mut copies = kept.copies.iter().filter(|copy| copy.pack != name);
                let content = copies.find_map(|copy| reader.read_kept(copy).ok());
                found.extend(content.map(|content| (hash, content)));
            }
        }
        if !self.pack.is_encrypted
            && found.len() < self.lost.len()
            && let Some(whole) = self.in_backups(search)
        {
            keep_pack(files, &workshop.dir, &name, &whole)?;
            return Ok((Vec::new(), count(self.lost.len())));
        }
        if !is_written {
            return Ok((self.lost.iter().copied().collect(), 0));
        }
        let repaired = count(found.len());
        let mut still = Vec::new();
        let writer = PackWriter::new(files, &workshop.dir)?;
        let mut writer = writer.encrypted_to(recipient);
        let mut moved = Vec::new();
        for object in &self.pack.objects {
            let is_copy = self.pack.copies.contains(&object.hash);
            if is_copy {
                // It is whole where it lies first; written to another key it would be no copy.
                still.extend(self.lost.contains(&object.hash).then_some(object.hash));
                continue;
            }
            let content = if self.lost.contains(&object.hash) {
                found.remove(&object.hash)
            } else {
                reader.read(&name, &Placed::from(object)).ok()
            };
            match content {
                Some(content) => {
                    writer.add(&content)?;
                    moved.push(object.hash);
                }
                None => still.push(object.hash),
            }
        }
        let packs: Vec<NewPack> = writer.finish()?.iter().map(new_pack).collect();
        if !packs.is_empty() {
            workshop.store.write::<_, TakeError>(move |tx| {
                for pack in &packs {
                    tx.keep_pack(pack)?;
                }
                tx.leave_copies(name, &moved)?;
                Ok(tx.let_go_of_unused()?)
            })?;
        }
        if !self.is_silent && !workshop.store.keeps_pack(name)? {
            self.put_aside(workshop)?;
        }
        Ok((still, repaired))
    }

    /// The very pack, as a backup has it.
    fn in_backups(&self, search: &Search<'_>) -> Option<Vec<u8>> {
        let name = self.pack.name;
        let ending = if self.pack.is_encrypted {
            ENCRYPTED
        } else {
            PACK
        };
        let file = format!("{name}.{ending}");
        search.in_backups(&file, LARGEST_PACK as u64, |bytes| {
            ObjectHash::of(bytes) == name
        })
    }

    fn put_aside(&self, workshop: &Workshop) -> Result<(), TakeError> {
        let name = self.pack.name;
        let place = path(&workshop.dir, &name);
        let there = workshop
            .files
            .entry(&place)
            .map_err(TakeError::at(&place))?;
        if there.is_some() {
            let mut aside = place.clone().into_os_string();
            aside.push(format!(".{}.damaged", Ulid::generate()));
            let renamed = workshop.files.rename_new(&place, &PathBuf::from(aside));
            renamed.map_err(TakeError::at(&place))?;
        }
        Ok(workshop.store.write(move |tx| tx.forget_pack(name))?)
    }
}

/// Why it is told of a content that one of its packs does not give, while another one does: whoever has the key to the first
/// alone misses it. Nobody calls it damaged.
fn elsewhere() -> (Message, bool) {
    (Message::new("object_damaged_for_other_key"), false)
}

/// Notes what is lost, and counts all references; answers how many counts were wrong.
fn write_down(workshop: &Workshop, done: &Scrubbed, lost: &Lost) -> Result<u32, TakeError> {
    let known = lost.iter().filter(|(_, (_, is_known))| *is_known);
    let damaged: Vec<_> = known.map(|(hash, _)| ObjectHash(*hash)).collect();
    let (actor, face) = (workshop.actor.clone(), workshop.face);
    let repaired = done.repaired + done.rewritten;
    workshop.store.write(move |tx| {
        let wrong = tx.recount_snapshots()?;
        tx.note_damaged_objects(&damaged)?;
        if repaired > 0 || !wrong.is_none() {
            activity::tell(tx, "session_scrub", (&actor, face), [])?;
        }
        Ok(wrong.objects + wrong.trees)
    })
}

/// The files that hold what is lost.
fn lost_files(workshop: &Workshop, lost: &Lost) -> Result<Vec<LostFile>, TakeError> {
    let mut files = Vec::new();
    for (hash, (reason, _)) in lost {
        let hash = ObjectHash(*hash);
        let mut holding: BTreeMap<_, (Sha256, BTreeSet<String>)> = BTreeMap::new();
        for file in workshop.store.files_that_hold(hash)? {
            let key = (file.path.to_string(), file.sha256.0);
            let held = holding.entry(key).or_insert((file.sha256, BTreeSet::new()));
            held.1.insert(file.session);
        }
        let file = |path, sha256, sessions| LostFile {
            path,
            sha256,
            sessions,
            reason: reason.clone(),
        };
        files.extend(holding.into_iter().map(|((path, _), (sha256, sessions))| {
            file(path, Some(sha256), sessions.into_iter().collect())
        }));
        let read_from = workshop.store.sessions_from(hash)?;
        if !read_from.is_empty() {
            files.push(file(String::new(), None, read_from));
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The files of the store that a dead process left, and those that were put aside. They go when snapshots are cleaned up.
fn left_over(workshop: &Workshop) -> Result<Swept, TakeError> {
    let gone = CountedOn {
        packs: workshop.store.packs_gone()?.into_iter().collect(),
        ..CountedOn::default()
    };
    let counted_on = workshop.store.counted_on()?;
    Ok(sweep(workshop, &counted_on, &gone, (Aside::Old, true)))
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
