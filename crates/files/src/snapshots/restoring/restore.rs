//! Bringing the configuration of a session back into a folder of its own. The folder is on the disk before
//! anything is written down of it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::secret::MASK;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_core::{ObjectHash, SnapshotId, file_name};
use flowkeep_host::{EntryFiles, EntryKind, Progress};
use flowkeep_store::{NewAttempt, SessionRecord};

use super::found::{Recovery, Seeking, look_for};
use super::kept::KeptSnapshot;
use super::pieces::Pieces;
use crate::snapshots::activity::tell;
use crate::snapshots::overlay::{ESCAPED, Lost, digest, held, holds_mask, is_as_written, write};
use crate::snapshots::place::{above, make};
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
    pub back: Result<Back, Nothing>,
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
    /// Those that did not come back.
    pub lost: Vec<Lost>,
}

/// There is nothing a session could go on from.
pub struct Nothing {
    /// Attempts in a row that came to nothing, this one among them.
    pub failures: u32,
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
        let back = Err(Nothing { failures });
        return Ok(Restored { recovery, back });
    };
    let mut pieces = Pieces::of(workshop, &recovery, session, &chosen);
    if chosen.source == Source::Snapshot {
        let kept = recovery.snapshot(chosen.snapshot).into_iter();
        for unread in kept.flat_map(KeptSnapshot::unread) {
            pieces.lose(unread.path.clone(), unread.reason.clone());
        }
    }
    let (place, written) = match wanting.to {
        Some(to) => (to.to_owned(), put(workshop, &mut pieces, to, progress)?),
        None => own_copy(
            workshop,
            (session, Keys::MayBeFilledIn),
            &mut pieces,
            progress,
        )?,
    };
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
    let Pieces {
        masked, mut lost, ..
    } = pieces;
    lost.sort_by(|one, other| one.path.cmp(&other.path));
    let entry = recovery.begins_with(session, &chosen, &written);
    let is_there = |path: &ConfigPath| written.contains(path);
    let masked = masked.into_iter().filter(is_there).collect();
    let back = Ok(Back {
        chosen,
        place,
        entry,
        written,
        masked,
        lost,
    });
    Ok(Restored { recovery, back })
}

/// Writes the files to a place; answers which, by their paths.
fn put(
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

/// What the own copies of a session are called, before their number.
pub fn copy_stem(session: &SessionRecord) -> String {
    let stem = file_name(&session.name, &session.id, "");
    stem.trim_end_matches('.').to_owned()
}

/// Which copy of a session's own may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Also one in which somebody has filled keys in.
    MayBeFilledIn,
    /// Only one that is as it was written.
    AsWritten,
}

/// Writes the files into a copy of the session's own. One that is there and is just so is used again; one that
/// somebody changed is left alone.
pub(super) fn own_copy(
    workshop: &Workshop,
    (session, keys): (&SessionRecord, Keys),
    pieces: &mut Pieces,
    progress: &dyn Progress,
) -> Result<(PathBuf, Vec<ConfigPath>), TakeError> {
    let files = workshop.files.as_ref();
    let overlays = workshop.data_dir.join(OVERLAYS);
    if make(files, &overlays)? {
        let above = above(&overlays);
        files.flush(above).map_err(TakeError::at(above))?;
    }
    let stem = copy_stem(session);
    let mut number = 0_u32;
    loop {
        number += 1;
        let place = overlays.join(format!("{stem}-{number}"));
        if files
            .entry(&place)
            .map_err(TakeError::at(&place))?
            .is_none()
        {
            match put(workshop, pieces, &place, progress) {
                // Somebody else brings the same session back at this moment.
                Err(TakeError::Snapshot(SnapshotError::Io { source, .. }))
                    if source.kind() == ErrorKind::AlreadyExists => {}
                written => {
                    let written = written?;
                    note(workshop, session, pieces, (&place, &written))?;
                    return Ok((place, written));
                }
            }
        } else if is_as_written(files, &place, &pieces.entries)?
            || (keys == Keys::MayBeFilledIn && is_filled_in(workshop, pieces, &place)?)
        {
            let entries = pieces.entries.iter();
            let mut written: Vec<_> = entries.map(|entry| entry.path.clone()).collect();
            written.sort();
            // Whoever made it may have died before its name was on the disk.
            files.flush(&overlays).map_err(TakeError::at(&overlays))?;
            note(workshop, session, pieces, (&place, &written))?;
            return Ok((place, written));
        }
    }
}

/// The files of the snapshot that work would go on from whose keys are not kept, and that somebody has filled in where it
/// would go on with them. Nothing is changed.
///
/// # Errors
/// What the disk says.
pub fn filled_in(
    workshop: &Workshop,
    session: &SessionRecord,
    recovery: &Recovery,
) -> Result<Vec<ConfigPath>, TakeError> {
    let mut snapshots = recovery.candidates.iter();
    let Some(chosen) = snapshots.find(|one| one.is_ok && one.source == Source::Snapshot) else {
        return Ok(Vec::new());
    };
    let mut pieces = Pieces::of(workshop, recovery, session, chosen);
    let mut lacking = pieces.masked.clone();
    let files = workshop.files.as_ref();
    let stem = copy_stem(session);
    for number in 1_u32.. {
        let place = workshop
            .data_dir
            .join(OVERLAYS)
            .join(format!("{stem}-{number}"));
        let is_there = files
            .entry(&place)
            .map_err(TakeError::at(&place))?
            .is_some();
        if lacking.is_empty()
            || !is_there
            || is_as_written(files, &place, &pieces.entries)?
            || is_filled_in(workshop, &mut pieces, &place)?
        {
            break;
        }
    }
    lacking.retain(|path| !pieces.masked.contains(path));
    Ok(lacking)
}

/// Whether an own copy is as it was written but for keys that somebody has filled in there: with these the work goes on,
/// and they are lacking no more.
fn is_filled_in(workshop: &Workshop, pieces: &mut Pieces, place: &Path) -> Result<bool, TakeError> {
    let files = workshop.files.as_ref();
    let mut entries = pieces.entries.clone();
    let mut whole = Vec::new();
    let mut is_any = false;
    {
        let mut read = pieces.reader(workshop);
        let masked = entries.iter_mut();
        for entry in masked.filter(|entry| pieces.masked.contains(&entry.path)) {
            let Some(there) = held(files, place, &entry.path)? else {
                return Ok(false);
            };
            let hash = ObjectHash::of(&there);
            if hash == entry.object.blake3 {
                continue;
            }
            match read(&entry.object.blake3) {
                Ok(kept) if fills_in(&kept, &there) => {}
                _ => return Ok(false),
            }
            if !holds_mask(&there) {
                whole.push(entry.path.clone());
            }
            (entry.object.blake3, is_any) = (hash, true);
        }
    }
    if !is_any || !is_as_written(files, place, &entries)? {
        return Ok(false);
    }
    pieces.masked.retain(|path| !whole.contains(path));
    Ok(true)
}

/// Whether a text is another one with something else in the places of keys alone.
fn fills_in(kept: &[u8], there: &[u8]) -> bool {
    let (Ok(kept), Ok(there)) = (str::from_utf8(kept), str::from_utf8(there)) else {
        return false;
    };
    let kept = kept.replace(ESCAPED, MASK);
    let mut parts: Vec<_> = kept.split(MASK).collect();
    // The quotes around what stands for a key are those that keep it a text: a key may need none.
    for at in 1..parts.len() {
        let quote = QUOTES
            .into_iter()
            .find(|quote| parts[at - 1].ends_with(*quote) && parts[at].starts_with(*quote));
        if quote.is_some() {
            parts[at - 1] = &parts[at - 1][..parts[at - 1].len() - 1];
            parts[at] = &parts[at][1..];
        }
    }
    let [first, between @ .., last] = &*parts else {
        return kept == there;
    };
    let Some(mut rest) = there.strip_prefix(first) else {
        return false;
    };
    for part in between {
        match rest.split_once(part) {
            Some((key, after)) if is_key(key) => rest = after,
            _ => return false,
        }
    }
    rest.strip_suffix(last).is_some_and(is_key)
}

const QUOTES: [char; 2] = ['"', '\''];

/// Whether a text may be what somebody fills in for a key: something, and in one line but for a block with its own ends.
fn is_key(text: &str) -> bool {
    let inside = text.trim_matches(QUOTES).trim();
    !inside.is_empty() && (!inside.contains(['\n', '\r']) || inside.starts_with("-----BEGIN "))
}

/// Writes down what is in an own copy, by which it is told later whether somebody has changed something in it.
fn note(
    workshop: &Workshop,
    session: &SessionRecord,
    pieces: &Pieces,
    (place, written): (&Path, &[ConfigPath]),
) -> Result<(), TakeError> {
    let entries = pieces.entries.iter();
    let entries = entries.filter(|entry| written.binary_search(&entry.path).is_ok());
    let digest = digest(entries.map(|entry| (&entry.path, &entry.object.blake3)));
    let name = place.file_name().unwrap_or_default();
    let (row, name) = (session.row, name.to_string_lossy().into_owned());
    workshop
        .store
        .write(move |tx| Ok(tx.note_written_copy(row, &name, digest)?))
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
            tell(
                tx,
                "session_restore",
                (&actor, face),
                [(there.id, there.name)],
            )?;
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

#[cfg(test)]
mod tests {
    use super::fills_in;

    #[test]
    fn a_text_fills_another_one_in_where_only_keys_are_otherwise() {
        let kept = b"name: db\npassword: <masked>\nport: 1\ntoken: <masked>\n";
        let filled = [
            ("name: db\npassword: s3\nport: 1\ntoken: t\n", true),
            ("name: db\npassword: <masked>\nport: 1\ntoken: t\n", true),
            ("name: db\npassword: s3\nport: 2\ntoken: t\n", false),
            ("name: other\npassword: s3\nport: 1\ntoken: t\n", false),
            (
                "name: db\npassword: s3\nport: 1\ntoken: t\nmore: 1\nend",
                false,
            ),
            ("name: db\npassword: \nport: 1\ntoken: t\n", false),
            ("name: db\npassword: s3\nport: 1\ntoken: \"\"\n", false),
            (
                "name: db\npassword: s3\nextra: 1\nport: 1\ntoken: t\n",
                false,
            ),
            ("", false),
        ];
        for (there, expected) in filled {
            assert_eq!(fills_in(kept, there.as_bytes()), expected, "{there}");
        }
        let quoted = b"A=1\nDB_PASSWORD=\"<masked>\"\nB='<masked>'\n";
        for there in [
            "A=1\nDB_PASSWORD=hunter2\nB=x\n",
            "A=1\nDB_PASSWORD=\"hunter2\"\nB='x'\n",
        ] {
            assert!(fills_in(quoted, there.as_bytes()), "{there}");
        }
        assert!(!fills_in(quoted, b"A=1\nDB_PASSWORD=\"\"\nB='x'\n"));
        let block = b"key: |\n  <masked>\nport: 1\n";
        let filled = b"key: |\n  -----BEGIN KEY-----\n  abc\n  -----END KEY-----\nport: 1\n";
        assert!(fills_in(block, filled));
        let escaped = b"<a p=\"&lt;masked&gt;\"/>";
        assert!(fills_in(escaped, b"<a p=\"s3\"/>"));
        assert!(!fills_in(b"a: 1\n", b"a: 2\n"), "nothing is masked in it");
    }
}
