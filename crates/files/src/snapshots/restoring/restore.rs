//! Bringing the configuration of a session back into a folder of its own. The folder is on the disk before
//! anything is written down of it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::SnapshotId;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_host::{EntryFiles, EntryKind, Progress};
use flowkeep_store::{NewAttempt, SessionRecord};

use super::found::{Recovery, Seeking, look_for};
use super::kept::KeptSnapshot;
use super::own::{Copied, CopyChoice, CopyLook, Copying, own_copy};
use super::pieces::Pieces;
use crate::snapshots::activity::tell;
use crate::snapshots::overlay::{Lost, write};
use crate::snapshots::workshop::PARTIAL;
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// Where the own copies of sessions lie, in the data folder.
pub const OVERLAYS: &str = "overlays";

/// The step of progress: writing the files.
const RESTORE: &str = "session_restore";

/// Which source is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The first from which it can go on.
    Any,
    /// The files as they are today, where the one it begins with is there.
    File,
    /// The newest snapshot that is whole.
    Snapshot,
    /// This one.
    Kept(SnapshotId),
    /// The definition that was kept with it.
    Embedded,
    /// The workflow in the catalog.
    Revision,
}

impl Use {
    /// The source that is taken, and nothing where there is none.
    fn choice(self, candidates: &[Candidate]) -> Option<&Candidate> {
        candidates.iter().find(|candidate| match self {
            Self::Any => candidate.is_ok,
            Self::Snapshot => candidate.is_ok && candidate.source == Source::Snapshot,
            Self::Kept(id) => candidate.is_ok && candidate.snapshot == Some(id),
            Self::Embedded => candidate.is_ok && candidate.source == Source::Embedded,
            Self::Revision => candidate.is_ok && candidate.source == Source::Revision,
            // Whoever names the files wants them as they are today.
            Self::File => {
                candidate.source == Source::File && (candidate.is_ok || candidate.differs > 0)
            }
        })
    }
}

/// What is wanted of a session.
#[derive(Debug, Clone)]
pub struct Wanting<'a> {
    /// The session, and where its files were.
    pub seeking: Seeking<'a>,
    /// From what.
    pub from: Use,
    /// Where it is brought back to; its own copy, where nobody says.
    pub to: Option<&'a Path>,
    /// Whether its work goes on with that.
    pub goes_on: bool,
    /// Files whose keys are not kept and that are made all the same where there are none, with what stands for a key.
    /// Only for putting files back where they were.
    pub make_masked: &'a [ConfigPath],
    /// What is done with an own copy in which somebody has filled keys in and changed something else besides.
    pub copy: CopyChoice<'a>,
}

impl Wanting<'_> {
    /// The source that is taken; nothing where there is none. A bare definition is no stand-in for what comes back with
    /// its drive, unless somebody says so.
    ///
    /// # Errors
    /// [`TakeError::StoreGone`], [`TakeError::StoreForeign`].
    pub(super) fn choice(
        &self,
        workshop: &Workshop,
        recovery: &Recovery,
    ) -> Result<Option<Candidate>, TakeError> {
        let chosen = self.from.choice(&recovery.candidates);
        let chosen = chosen.or_else(|| self.in_part(recovery));
        let is_bare = chosen.is_some_and(|chosen| chosen.source > Source::Snapshot);
        if self.from == Use::Any && is_bare && recovery.contents.away.is_some() {
            workshop.stands()?;
        }
        Ok(chosen.cloned())
    }

    /// A snapshot that somebody names and wants in a folder of his own: what can be read of it is written there, as
    /// long as nothing of it is to be had with a drive or a key.
    fn in_part<'r>(&self, recovery: &'r Recovery) -> Option<&'r Candidate> {
        let Use::Kept(id) = self.from else {
            return None;
        };
        let is_apart = self.to.is_some() && !self.goes_on;
        if !is_apart || recovery.contents.may_come_back() {
            return None;
        }
        let kept = recovery.snapshot(Some(id))?;
        let mut files = kept.files.iter();
        let can_be_had =
            files.any(|(file, _)| recovery.contents.readable(&file.object.blake3).is_ok());
        let mut candidates = recovery.candidates.iter();
        let named = candidates.find(|candidate| candidate.snapshot == Some(id));
        named.filter(|_| can_be_had)
    }
}

/// What came of it.
pub struct Restored {
    /// What was found.
    pub recovery: Recovery,
    /// What came back, if anything.
    pub back: Result<Back, NotBack>,
}

/// A configuration that came back.
pub struct Back {
    /// From what.
    pub chosen: Candidate,
    /// Where the files are.
    pub place: PathBuf,
    /// The file it begins with, where that is one.
    pub entry: Option<ConfigPath>,
    /// The files.
    pub written: Vec<ConfigPath>,
    /// Those of them in which something stands for a key.
    pub masked: Vec<ConfigPath>,
    /// Those whose keys somebody has filled in, and that are what they were: their checksum says so.
    pub filled: Vec<ConfigPath>,
    /// Those in which somebody has filled keys in and that are not what they were.
    pub filled_otherwise: Vec<ConfigPath>,
    /// Those that somebody has changed otherwise.
    pub changed: Vec<ConfigPath>,
    /// Those that did not come back.
    pub lost: Vec<Lost>,
    /// Another own copy in which keys are filled in, which is left as it is.
    pub passed_over: Option<PathBuf>,
}

/// Why nothing came back.
pub enum NotBack {
    /// There is nothing a session could go on from.
    Nothing {
        /// Attempts in a row that came to nothing, this one among them.
        failures: u32,
    },
    /// A person has to say what is done with this copy. Nothing was written.
    Asks(Box<CopyLook>),
}

/// Brings the configuration of a session back; the files it had are not touched. Each call is an attempt that is
/// written down, unless the operator cancelled it or there was no room for it where he pointed.
///
/// Steps of progress: `configuration_scan` as in a look, `session_restore` for each file.
///
/// # Errors
/// [`TakeError`]: nothing is left then but what ends in `.partial`.
pub fn restore(
    workshop: &Workshop,
    wanting: &Wanting<'_>,
    progress: &dyn Progress,
) -> Result<Restored, TakeError> {
    let _shared = workshop.share()?;
    let restored = bring_back(workshop, wanting, progress);
    if let Err(error) = &restored
        && counts(error)
    {
        let found = serde_json::json!({ "error": error.to_string() }).to_string();
        if let Err(error) = came_to_nothing(workshop, wanting.seeking.session, found) {
            tracing::warn!(%error, "the attempt could not be written down");
        }
    }
    restored
}

/// Whether an error is one of the attempt, and not of how it was asked for.
pub(super) fn counts(error: &TakeError) -> bool {
    match error {
        TakeError::Snapshot(error) => {
            !matches!(error, SnapshotError::Cancelled | SnapshotError::NotEmpty(_))
        }
        TakeError::Configuration(_)
        | TakeError::Busy
        | TakeError::StoreGone(_)
        | TakeError::StoreForeign { .. }
        | TakeError::Unknown => false,
        _ => true,
    }
}

fn bring_back(
    workshop: &Workshop,
    wanting: &Wanting<'_>,
    progress: &dyn Progress,
) -> Result<Restored, TakeError> {
    let session = wanting.seeking.session;
    let recovery = look_for(workshop, &wanting.seeking, progress)?;
    let Some(chosen) = wanting.choice(workshop, &recovery)? else {
        let failures = came_to_nothing(workshop, session, told(&recovery.candidates))?;
        let back = Err(NotBack::Nothing { failures });
        return Ok(Restored { recovery, back });
    };
    let mut pieces = Pieces::of(workshop, &recovery, (session, wanting.to), &chosen);
    if chosen.source == Source::Snapshot {
        let kept = recovery.snapshot(chosen.snapshot).into_iter();
        for unread in kept.flat_map(KeptSnapshot::unread) {
            pieces.lose(unread.path.clone(), unread.reason.clone());
        }
    }
    let copied = if let Some(to) = wanting.to {
        Copied::to(to, put(workshop, &mut pieces, to, progress)?, &pieces)
    } else {
        let choice = match chosen.source {
            Source::Snapshot => wanting.copy,
            _ => CopyChoice::New,
        };
        match own_copy(workshop, (session, choice), &mut pieces, progress)? {
            Copying::Done(copied) => copied,
            Copying::Asks(look) => {
                let back = Err(NotBack::Asks(Box::new(look)));
                return Ok(Restored { recovery, back });
            }
        }
    };
    let Copied { place, written, .. } = &copied;
    let own = wanting.to.is_none().then_some(place.as_path());
    write_down(
        workshop,
        &Done {
            session: &session.id,
            source: chosen.source,
            found: &told(&recovery.candidates),
            own,
            goes_on: wanting.goes_on,
            work: None,
            entry: None,
        },
    )?;
    let entry = recovery.begins_with(session, &chosen, written);
    let back = Ok(copied.back(chosen, entry, pieces.lost));
    Ok(Restored { recovery, back })
}

/// Writes the files to a place; answers which, by their paths.
pub(super) fn put(
    workshop: &Workshop,
    pieces: &mut Pieces,
    place: &Path,
    progress: &dyn Progress,
) -> Result<Vec<ConfigPath>, TakeError> {
    let total = u32::try_from(pieces.entries.len()).ok();
    let mut done = 0;
    let mut read = pieces.reader(workshop);
    let mut objects = |hash: &_| {
        done += 1;
        progress.step(RESTORE, done, total, None);
        read(hash)
    };
    let goes_on = || !progress.cancelled();
    let files = workshop.files.as_ref();
    let overlay = write(files, place, &pieces.entries, &mut objects, &goes_on)?;
    drop(read);
    pieces.lost.extend(overlay.lost);
    let mut written = overlay.written;
    written.sort();
    Ok(written)
}

/// The candidates, for whoever asks later what was found.
pub(super) fn told(candidates: &[Candidate]) -> String {
    let one = |candidate: &Candidate| {
        serde_json::json!({
            "source": candidate.source.as_str(),
            "snapshot": candidate.snapshot.map(|id| id.to_string()),
            "ok": candidate.is_ok,
            "reason": candidate.reason,
        })
    };
    let told: serde_json::Value = candidates.iter().map(one).collect();
    told.to_string()
}

pub(super) fn came_to_nothing(
    workshop: &Workshop,
    session: &SessionRecord,
    found: String,
) -> Result<u32, TakeError> {
    let (id, actor) = (session.id.clone(), workshop.actor.clone());
    workshop.store.write(move |tx| {
        let there = tx.session(&id)?.ok_or(TakeError::Unknown)?;
        let attempt = NewAttempt {
            session: there.row,
            actor: &actor,
            source: None,
            found: &found,
        };
        Ok(tx.add_session_attempt(&attempt)?)
    })
}

/// A session that was brought back.
pub(super) struct Done<'a> {
    /// Its id.
    pub(super) session: &'a str,
    /// From what.
    pub(super) source: Source,
    /// What was found: JSON.
    pub(super) found: &'a str,
    /// Its own copy.
    pub(super) own: Option<&'a Path>,
    /// Whether its work goes on with that.
    pub(super) goes_on: bool,
    /// What was written down before live files were written over.
    pub(super) work: Option<&'a str>,
    /// The file it begins with from now on, where that is where it was again.
    pub(super) entry: Option<&'a ConfigPath>,
}

/// The attempt, what the session goes on with, and that it stands in Activity: in one transaction.
pub(super) fn write_down(workshop: &Workshop, done: &Done<'_>) -> Result<(), TakeError> {
    let (id, actor, face) = (
        done.session.to_owned(),
        workshop.actor.clone(),
        workshop.face,
    );
    let (source, found) = (done.source, done.found.to_owned());
    // Where files are used as they are today nothing is brought back, and whether work goes on with them is told once it
    // does.
    let is_told = source != Source::File || !done.goes_on;
    let own = done.own.and_then(Path::file_name);
    let own = own.map(|name| name.to_string_lossy().into_owned());
    let work = done.work.map(str::to_owned);
    let entry = done.entry.map(ConfigPath::to_string);
    workshop.store.write(move |tx| {
        if let Some(work) = &work {
            tx.end_session_work(work)?;
        }
        let there = tx.session(&id)?.ok_or(TakeError::Unknown)?;
        tx.add_session_attempt(&NewAttempt {
            session: there.row,
            actor: &actor,
            source: Some(source.as_str()),
            found: &found,
        })?;
        if let Some(own) = &own {
            tx.name_session_copy(there.row, own)?;
        }
        if let (Some(entry), Some(root)) = (entry, there.root)
            && there.config.as_ref() != Some(&entry)
        {
            tx.link_session(there.row, root, &entry)?;
        }
        if is_told {
            // Whether somebody's own folder was written to is not left open.
            let operation = match work {
                Some(_) => "session_put_back",
                None => "session_restore",
            };
            tell(tx, operation, (&actor, face), [(there.id, there.name)])?;
        }
        Ok(())
    })
}

/// That work goes on with the files of today stands in Activity.
///
/// # Errors
/// [`TakeError::Unknown`]; what the database says.
pub fn tell_went_on(workshop: &Workshop, session: &str) -> Result<(), TakeError> {
    let (session, actor, face) = (session.to_owned(), workshop.actor.clone(), workshop.face);
    workshop.store.write(move |tx| {
        let there = tx.session(&session)?.ok_or(TakeError::Unknown)?;
        tell(
            tx,
            "session_go_on",
            (&actor, face),
            [(there.id, there.name)],
        )?;
        Ok(())
    })
}

/// Removes own copies of sessions that a dead process left unfinished; answers how many. While somebody is at
/// work none is.
///
/// # Errors
/// [`TakeError::Io`]; what is left then is looked for again.
pub fn clear_unfinished(workshop: &Workshop) -> Result<u32, TakeError> {
    let files = workshop.files.as_ref();
    let overlays = workshop.data_dir.join(OVERLAYS);
    if unfinished(files, &overlays)?.is_empty() {
        return Ok(0);
    }
    let _lock = match workshop.alone() {
        Err(TakeError::Busy) => return Ok(0),
        lock => lock?,
    };
    let mut removed = 0;
    for place in unfinished(files, &overlays)? {
        files.remove_folder(&place).map_err(TakeError::at(&place))?;
        removed += 1;
    }
    Ok(removed)
}

fn unfinished(files: &dyn EntryFiles, overlays: &Path) -> Result<Vec<PathBuf>, TakeError> {
    let entries = match files.entries(overlays) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(TakeError::at(overlays))?,
    };
    let unfinished = entries.into_iter().filter(|entry| {
        let name = entry.name.as_encoded_bytes();
        entry.kind == EntryKind::Folder && name.ends_with(PARTIAL.as_bytes())
    });
    Ok(unfinished.map(|entry| overlays.join(entry.name)).collect())
}
