//! Removing snapshots that nobody needs any more. The rows go first, in one transaction; then what only they
//! counted on, and what processes left that died. Killed at any moment, the next clean-up goes on from there.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use flowkeep_core::session::clean_up::{Rule, Verdict, verdicts};
use flowkeep_core::{Message, ObjectHash, Sha256, SnapshotId};
use flowkeep_host::{FileLock, Progress};
use flowkeep_store::{AgedSession, CountedOn, StoreError, Tx};
use ulid::Ulid;

use super::overlay::{digest_of, held, is_as_written};
use super::repack::{Repacked, is_due, repack};
use super::restoring::{OVERLAYS, tree_entry};
use super::sweep::{Aside, Swept, sweep};
use super::workshop::PARTIAL;
use super::{SnapshotError, TakeError, Workshop, activity};
use crate::io_reason;

/// What is wanted of a clean-up.
#[derive(Debug, Clone, Copy)]
pub struct CleaningUp {
    /// What is old.
    pub rule: Rule,
    /// Whether only to tell what would go.
    pub only_tell: bool,
}

/// What became of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Id of its session.
    pub session: String,
    /// What that is called.
    pub name: String,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// Its number in the session.
    pub sequence: u32,
    /// Milliseconds; when it was taken.
    pub at: i64,
    /// Whether the work can go on from it; else it holds what was written over when files were put back.
    pub is_of_the_work: bool,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of snapshots.
#[derive(Debug, Default)]
pub struct CleanedUp {
    /// Each of them.
    pub judged: Vec<Judged>,
    /// Bytes on the disk that are free by now.
    pub freed_bytes: u64,
    /// Files of dead processes that went, too.
    pub orphans: u32,
    /// What is still there, and why. It is tried again the next time.
    pub failed: Vec<(PathBuf, Message)>,
}

impl CleanedUp {
    fn add(&mut self, swept: Swept) {
        self.freed_bytes += swept.bytes;
        self.orphans += swept.orphans;
        self.failed.extend(swept.failed);
    }
}

/// Removes the snapshots that the rule calls old, and what only they hold; own copies of sessions that have ended,
/// where nobody has changed them; and what dead processes left.
///
/// Steps of progress: `session_clean_up` for each pack that is made smaller.
///
/// # Errors
/// [`TakeError::Busy`] while somebody takes a snapshot; what the database says. Nothing has gone then. What
/// the disk does not let go of is told and no error.
pub fn clean_up(
    workshop: &Workshop,
    wanted: &CleaningUp,
    progress: &dyn Progress,
) -> Result<CleanedUp, TakeError> {
    workshop.stands()?;
    if wanted.only_tell {
        return told(workshop, wanted.rule);
    }
    let lock = workshop.alone()?;
    let mut done = CleanedUp::default();
    let copies = old_copies(workshop, wanted.rule, &mut done)?;
    let mut rows = copies.gone.clone();
    let mut unreached = copies.unreached.clone();
    let aside = copies.put_aside(&mut unreached, &mut done);
    rows.extend(
        aside
            .iter()
            .map(|copy| (copy.session.row, copy.name.clone())),
    );
    if progress.cancelled() {
        for copy in aside {
            copy.put_back(workshop);
        }
        return Err(SnapshotError::Cancelled.into());
    }
    let (rule, actor, face) = (wanted.rule, workshop.actor.clone(), workshop.face);
    let let_go = workshop.store.write::<_, TakeError>(move |tx| {
        let let_go = LetGo::of(tx, rule, &unreached)?;
        for session in &let_go.sessions {
            let copy = session.overlay.as_ref();
            if copy.is_some_and(|copy| rows.contains(&(session.row, copy.clone()))) {
                tx.forget_session_copy(session.row)?;
            }
        }
        let_go.tell(tx, &actor, face)?;
        Ok(let_go)
    });
    let let_go = match let_go {
        Ok(let_go) => let_go,
        Err(error) => {
            for copy in aside {
                copy.put_back(workshop);
            }
            return Err(error);
        }
    };
    for copy in aside {
        copy.end(workshop, &let_go, &mut done);
    }
    let counted_on = workshop.store.counted_on()?;
    done.add(remove_files(
        workshop,
        &counted_on,
        &let_go.names,
        Aside::Old,
    )?);
    done.judged = let_go.judged;
    if is_due(workshop)? {
        smaller(workshop, lock, &mut done, progress);
    }
    Ok(done)
}

/// What would go: it goes, and nothing of that is kept.
fn told(workshop: &Workshop, rule: Rule) -> Result<CleanedUp, TakeError> {
    enum End {
        Told(Box<(LetGo, CountedOn)>),
        Failed(TakeError),
    }
    impl From<StoreError> for End {
        fn from(error: StoreError) -> Self {
            Self::Failed(error.into())
        }
    }
    let mut done = CleanedUp::default();
    let unreached = old_copies(workshop, rule, &mut done)?.unreached;
    let end = workshop.store.write(move |tx| {
        let let_go = LetGo::of(tx, rule, &unreached)?;
        let counted_on = tx.counted_on()?;
        Err::<(), _>(End::Told(Box::new((let_go, counted_on))))
    });
    let (let_go, counted_on) = match end {
        Err(End::Told(told)) => *told,
        Err(End::Failed(error)) => return Err(error),
        Ok(()) => return Ok(CleanedUp::default()),
    };
    let only_tell = (Aside::Old, true);
    done.add(sweep(workshop, &counted_on, &let_go.names, only_tell));
    done.judged = let_go.judged;
    Ok(done)
}

/// What was let go of.
struct LetGo {
    judged: Vec<Judged>,
    /// The sessions of which nothing is left.
    sessions: Vec<AgedSession>,
    names: CountedOn,
}

impl LetGo {
    /// Lets go of what is old by its rows.
    fn of(tx: &Tx<'_>, rule: Rule, unreached: &HashSet<i64>) -> Result<Self, StoreError> {
        let before = tx.counted_on()?;
        let (judged, sessions) = judged(&rule, tx.aged_sessions()?, unreached);
        let going = judged.iter().filter(|one| one.verdict == Verdict::Goes);
        let going: Vec<_> = going.map(|one| one.snapshot).collect();
        if !going.is_empty() {
            tx.remove_config_snapshots(&going)?;
            tx.let_go_of_unused()?;
        }
        Ok(Self {
            judged,
            sessions,
            names: before.without(&tx.counted_on()?),
        })
    }

    /// Says in Activity what went, if anything did.
    fn tell(&self, tx: &Tx<'_>, actor: &str, face: &str) -> Result<(), StoreError> {
        let going = self.judged.iter();
        let going = going.filter(|one| one.verdict == Verdict::Goes);
        let sessions = going.map(|one| (one.session.clone(), one.name.clone()));
        let sessions: BTreeSet<_> = sessions.collect();
        if sessions.is_empty() {
            return Ok(());
        }
        activity::tell(tx, "session_clean_up", (actor, face), sessions)
    }
}

/// What becomes of each snapshot, and the sessions of which none stays. Where the own copy of one cannot be
/// reached, its snapshots stay too: without them nobody could tell whether the copy may go.
fn judged(
    rule: &Rule,
    sessions: Vec<AgedSession>,
    unreached: &HashSet<i64>,
) -> (Vec<Judged>, Vec<AgedSession>) {
    let mut all = Vec::new();
    let mut ended = Vec::new();
    for session in sessions {
        let mut verdicts = verdicts(rule, &session.old);
        if unreached.contains(&session.row) {
            verdicts.fill(Verdict::InUse);
        }
        if verdicts.iter().all(|verdict| *verdict == Verdict::Goes) {
            ended.push(session.clone());
        }
        let snapshots = session.snapshots.iter().zip(&session.old.snapshots);
        all.extend(snapshots.zip(verdicts).map(|((one, old), verdict)| Judged {
            session: session.id.clone(),
            name: session.name.clone(),
            snapshot: one.id,
            sequence: old.sequence,
            at: old.at,
            is_of_the_work: old.is_of_the_work,
            verdict,
        }));
    }
    (all, ended)
}

/// Removes files nobody counts on, and forgets the packs among them once all are gone.
pub(super) fn remove_files(
    workshop: &Workshop,
    counted_on: &CountedOn,
    let_go: &CountedOn,
    aside: Aside,
) -> Result<Swept, TakeError> {
    let gone = workshop.store.packs_gone()?;
    let mut let_go = let_go.clone();
    let_go.packs.extend(&gone);
    let swept = sweep(workshop, counted_on, &let_go, (aside, false));
    if swept.failed.is_empty() && !gone.is_empty() {
        workshop.store.write::<_, TakeError>(move |tx| {
            for pack in gone {
                tx.forget_pack(pack)?;
            }
            Ok(())
        })?;
    }
    Ok(swept)
}

/// Makes packs smaller of which most is not wanted any more. It needs room first; without it they stay.
fn smaller(workshop: &Workshop, lock: FileLock, done: &mut CleanedUp, progress: &dyn Progress) {
    let smaller = workshop.marked(lock, || {
        let repacked = repack(workshop, progress)?;
        let counted_on = workshop.store.counted_on()?;
        let swept = remove_files(workshop, &counted_on, &CountedOn::default(), Aside::Old)?;
        Ok((repacked, swept))
    });
    match smaller {
        Ok((Repacked { packs, bytes }, swept)) => {
            tracing::info!(packs, bytes, "packs were made smaller");
            done.freed_bytes += swept.bytes.saturating_sub(bytes);
            done.failed.extend(swept.failed);
        }
        Err(error) => tracing::warn!(%error, "packs stay as large as they are"),
    }
}

/// Own copies of sessions of which nothing stays.
struct Copies<'a> {
    workshop: &'a Workshop,
    found: Vec<OwnCopy>,
    /// Sessions with the names of copies that are not there.
    gone: Vec<(i64, String)>,
    /// Sessions with a copy that cannot be reached.
    unreached: HashSet<i64>,
}

/// The own copy of a session.
struct OwnCopy {
    session: AgedSession,
    name: String,
    bytes: u64,
    place: PathBuf,
    /// Where it is until nobody counts on it.
    aside: PathBuf,
}

/// Those that hold what a snapshot does, and nothing else. Others are somebody's work and stay.
fn old_copies<'a>(
    workshop: &'a Workshop,
    rule: Rule,
    done: &mut CleanedUp,
) -> Result<Copies<'a>, TakeError> {
    let (_, ended) = judged(&rule, workshop.store.aged_sessions()?, &HashSet::new());
    let overlays = workshop.data_dir.join(OVERLAYS);
    let roots = workshop.store.config_roots()?;
    let (mut found, mut gone, mut unreached) = (Vec::new(), Vec::new(), HashSet::new());
    for session in ended {
        let Some(name) = session.overlay.as_ref() else {
            continue;
        };
        let place = overlays.join(name);
        // Another session works in it.
        if roots.iter().any(|root| root.path.starts_with(&place)) {
            continue;
        }
        match unchanged(workshop, (session.row, name), &trees_of(&session), &place) {
            Ok(_) if matches!(workshop.files.entry(&place), Ok(None)) => {
                gone.push((session.row, name.clone()));
            }
            Ok(Some(bytes)) => found.push(OwnCopy {
                aside: overlays.join(format!("{name}.{}{PARTIAL}", Ulid::generate())),
                name: name.clone(),
                bytes,
                place,
                session,
            }),
            Ok(None) => {}
            Err(TakeError::Snapshot(SnapshotError::Io { path, source })) => {
                done.failed.push((path, io_reason(&source)));
                unreached.insert(session.row);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Copies {
        workshop,
        found,
        gone,
        unreached,
    })
}

fn trees_of(session: &AgedSession) -> HashSet<i64> {
    session.snapshots.iter().map(|one| one.tree).collect()
}

/// The bytes of the own copy of a session that is as it was written: as that was noted, or where it was not, from
/// whichever of these trees it was. It may lie elsewhere than it is called.
pub(super) fn unchanged(
    workshop: &Workshop,
    (session, name): (i64, &str),
    trees: &HashSet<i64>,
    place: &Path,
) -> Result<Option<u64>, TakeError> {
    let files = workshop.files.as_ref();
    if let Some(noted) = workshop.store.written_copy(session, name)? {
        let found = digest_of(files, place)?.filter(|(digest, _)| *digest == noted);
        return Ok(found.map(|(_, bytes)| bytes));
    }
    for tree in trees {
        let entries = workshop.store.config_entries(*tree)?;
        let mut entries: Vec<_> = entries.into_iter().map(tree_entry).collect();
        for entry in entries.iter_mut().filter(|entry| !entry.masked.is_empty()) {
            // It may have come back with its keys, from where they still were.
            if let Some(bytes) = held(files, place, &entry.path)?
                && Sha256::of(&bytes) == entry.sha256
            {
                entry.object.blake3 = ObjectHash::of(&bytes);
            }
        }
        if is_as_written(files, place, &entries)? {
            return Ok(Some(entries.iter().map(|entry| entry.bytes).sum()));
        }
    }
    Ok(None)
}

impl Copies<'_> {
    /// Takes their names away, so that nobody takes half of one for a copy. One that somebody has changed since it was
    /// looked at has its name back.
    fn put_aside(self, unreached: &mut HashSet<i64>, done: &mut CleanedUp) -> Vec<OwnCopy> {
        let mut aside = Vec::new();
        for copy in self.found {
            if let Err(error) = self.workshop.files.rename_new(&copy.place, &copy.aside) {
                done.failed.push((copy.place, io_reason(&error)));
                unreached.insert(copy.session.row);
            } else if let Ok(Some(_)) = copy.unchanged(self.workshop) {
                aside.push(copy);
            } else {
                copy.put_back(self.workshop);
                let changed = Message::new("session_copy_changed_meanwhile");
                unreached.insert(copy.session.row);
                done.failed.push((copy.place, changed));
            }
        }
        aside
    }
}

impl OwnCopy {
    /// Whether nobody has changed it since it was put aside.
    fn unchanged(&self, workshop: &Workshop) -> Result<Option<u64>, TakeError> {
        let called = (self.session.row, self.name.as_str());
        unchanged(workshop, called, &trees_of(&self.session), &self.aside)
    }

    /// Removes it, unless its session was taken up meanwhile.
    fn end(self, workshop: &Workshop, let_go: &LetGo, done: &mut CleanedUp) {
        if !let_go
            .sessions
            .iter()
            .any(|one| one.row == self.session.row)
        {
            self.put_back(workshop);
            return;
        }
        match workshop.files.remove_folder(&self.aside) {
            Ok(()) => done.freed_bytes += self.bytes,
            Err(error) => done.failed.push((self.aside, io_reason(&error))),
        }
    }

    fn put_back(&self, workshop: &Workshop) {
        if let Err(error) = workshop.files.rename_new(&self.aside, &self.place) {
            tracing::warn!(%error, path = %self.place.display(), "a copy did not get its name back");
        }
    }
}
