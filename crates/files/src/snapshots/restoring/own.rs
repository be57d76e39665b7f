//! The own copies of a session: what somebody has made of one, which is used, and about which is asked.
//!
//! A copy in which nothing but keys were filled in is used, with these; whether a file in it is what it was, its checksum
//! says. One in which something else was changed as well is somebody's work: it is neither used nor passed over unasked.
//! Any other that somebody changed is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::secret::MASK;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_core::{Message, ObjectHash, Sha256, file_name};
use flowkeep_host::{EntryFiles, EntryKind, Folder, Progress};
use flowkeep_store::{SessionRecord, WorksWith};

use super::found::Recovery;
use super::pieces::Pieces;
use super::restore::{Back, OVERLAYS, put};
use crate::snapshots::manifest::TreeEntry;
use crate::snapshots::overlay::{ESCAPED, Found, Lost, digest, each_entry, held, holds_mask};
use crate::snapshots::place::{above, make};
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// What the own copies of a session are called, before their number.
pub fn copy_stem(session: &SessionRecord) -> String {
    stem_of(&session.name, &session.id)
}

fn stem_of(name: &str, id: &str) -> String {
    let stem = file_name(name, id, "");
    stem.trim_end_matches('.').to_owned()
}

/// Where the own copies of a session are, by their numbers.
///
/// # Errors
/// What the disk says.
pub fn own_copies(
    files: &dyn EntryFiles,
    data_dir: &Path,
    session: &SessionRecord,
) -> Result<BTreeMap<u32, PathBuf>, TakeError> {
    copies_called(files, data_dir, (&session.name, &session.id))
}

/// The same of a session that is only known by what it was called, and by its id.
///
/// # Errors
/// What the disk says.
pub fn copies_called(
    files: &dyn EntryFiles,
    data_dir: &Path,
    (name, id): (&str, &str),
) -> Result<BTreeMap<u32, PathBuf>, TakeError> {
    let overlays = data_dir.join(OVERLAYS);
    let entries = match files.entries(&overlays) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(TakeError::at(&overlays))?,
    };
    let stem = format!("{}-", stem_of(name, id));
    let of = |name: &str| name.strip_prefix(&stem)?.parse::<u32>().ok();
    let copies = entries.into_iter().filter_map(|entry| {
        let number = of(entry.name.to_str()?)?;
        (entry.kind == EntryKind::Folder).then(|| (number, overlays.join(&entry.name)))
    });
    Ok(copies.collect())
}

/// The same, to be read from; without them less comes back.
pub(super) fn own_folders(workshop: &Workshop, session: &SessionRecord) -> Vec<Folder> {
    let found = own_copies(workshop.files.as_ref(), &workshop.data_dir, session);
    let found = found.unwrap_or_default().into_values();
    found.filter_map(|path| Folder::open(&path).ok()).collect()
}

/// What is done with an own copy in which somebody has filled keys in and changed something else besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CopyChoice<'a> {
    /// Whoever wants something brought back is asked.
    #[default]
    Ask,
    /// This one is used as it is, and where it is not there any more it is asked anew; the newest of them where none is
    /// named.
    Changed(Option<&'a Path>),
    /// It is left as it is; where no other one will do, a new one is made.
    New,
    /// The same, and none is used that is not as it was written.
    AsWritten,
}

/// An own copy of a session beside what would be written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyLook {
    /// Where it is.
    pub place: PathBuf,
    /// The files whose keys are filled in and that are what they were: their checksum says so.
    pub filled: Vec<ConfigPath>,
    /// Those in which nothing but keys are filled in, and that are not what they were.
    pub filled_otherwise: Vec<ConfigPath>,
    /// Those in which something stands for a key.
    pub masked: Vec<ConfigPath>,
    /// Those that are otherwise in other ways, too, that are not there, or that are there beside.
    pub changed: Vec<ConfigPath>,
    /// The files that would be written and that are there.
    there: Vec<ConfigPath>,
    /// Whether somebody has filled a key in.
    has_keys: bool,
    /// Whether each file holds what would be written.
    is_exact: bool,
    /// Whether something is there that nobody writes into a copy.
    is_other: bool,
}

impl CopyLook {
    /// Whether somebody has to say what is done with it: keys are filled in, and something else is changed.
    pub fn asks(&self) -> bool {
        self.has_keys && !self.is_usable()
    }

    fn is_usable(&self) -> bool {
        self.changed.is_empty() && !self.is_other
    }

    fn is_as_written(&self) -> bool {
        self.is_usable() && self.is_exact
    }
}

/// The files in a copy, or in a folder that somebody named.
pub(super) struct Copied {
    pub(super) place: PathBuf,
    pub(super) written: Vec<ConfigPath>,
    pub(super) masked: Vec<ConfigPath>,
    pub(super) filled: Vec<ConfigPath>,
    pub(super) filled_otherwise: Vec<ConfigPath>,
    pub(super) changed: Vec<ConfigPath>,
    pub(super) passed_over: Option<PathBuf>,
}

impl Copied {
    /// What was written just now.
    pub(super) fn to(place: &Path, written: Vec<ConfigPath>, pieces: &Pieces) -> Self {
        let of = |paths: &mut dyn Iterator<Item = &ConfigPath>| {
            let mut found: Vec<_> = paths.filter(|path| written.contains(path)).collect();
            found.sort();
            found.into_iter().cloned().collect()
        };
        Self {
            place: place.to_owned(),
            masked: of(&mut pieces.masked.iter()),
            filled: of(&mut pieces.proven.iter()),
            filled_otherwise: Vec::new(),
            changed: Vec::new(),
            passed_over: None,
            written,
        }
    }

    fn of(look: CopyLook) -> Self {
        Self {
            place: look.place,
            written: look.there,
            masked: look.masked,
            filled: look.filled,
            filled_otherwise: look.filled_otherwise,
            changed: look.changed,
            passed_over: None,
        }
    }

    /// What came back with it.
    pub(super) fn back(
        self,
        chosen: Candidate,
        entry: Option<ConfigPath>,
        mut lost: Vec<Lost>,
    ) -> Back {
        lost.sort_by(|one, other| one.path.cmp(&other.path));
        Back {
            chosen,
            place: self.place,
            entry,
            written: self.written,
            masked: self.masked,
            filled: self.filled,
            filled_otherwise: self.filled_otherwise,
            changed: self.changed,
            lost,
            passed_over: self.passed_over,
        }
    }
}

/// What became of a copy that was wanted.
pub(super) enum Copying {
    /// It is there.
    Done(Copied),
    /// Somebody has to say first what is done with this one.
    Asks(CopyLook),
}

/// A copy of the session's own: one that is there and will do, else a new one with the files.
pub(super) fn own_copy(
    workshop: &Workshop,
    (session, choice): (&SessionRecord, CopyChoice<'_>),
    pieces: &mut Pieces,
    progress: &dyn Progress,
) -> Result<Copying, TakeError> {
    let files = workshop.files.as_ref();
    let overlays = workshop.data_dir.join(OVERLAYS);
    if make(files, &overlays)? {
        let above = above(&overlays);
        files.flush(above).map_err(TakeError::at(above))?;
    }
    let looks = looks(workshop, session, pieces)?;
    let used = chosen(workshop, session, &looks, choice)?;
    if let Some(look) = used.filter(|look| look.asks() && asks(choice, &look.place)) {
        return Ok(Copying::Asks(look.clone()));
    }
    let passed_over = passed_over(&looks, used.map(|look| look.place.as_path()));
    if let Some(look) = used {
        // Whoever made it may have died before its name was on the disk.
        files.flush(&overlays).map_err(TakeError::at(&overlays))?;
        if look.is_as_written() && !look.has_keys {
            note(workshop, session, pieces, (&look.place, &look.there))?;
        }
        let entries = pieces.entries.iter().map(|entry| &entry.path);
        let gone = entries.filter(|path| look.there.binary_search(path).is_err());
        for path in gone.cloned().collect::<Vec<_>>() {
            pieces.lose(path, Message::new("session_copy_lacks"));
        }
        let copied = Copied::of(look.clone());
        return Ok(Copying::Done(Copied {
            passed_over,
            ..copied
        }));
    }
    let stem = copy_stem(session);
    let taken: BTreeSet<u32> = own_copies(files, &workshop.data_dir, session)?
        .into_keys()
        .collect();
    for number in (1_u32..).filter(|number| !taken.contains(number)) {
        let place = overlays.join(format!("{stem}-{number}"));
        let there = files.entry(&place).map_err(TakeError::at(&place))?;
        if there.is_some() {
            continue;
        }
        match put(workshop, pieces, &place, progress) {
            // Somebody else brings the same session back at this moment.
            Err(TakeError::Snapshot(SnapshotError::Io { source, .. }))
                if source.kind() == ErrorKind::AlreadyExists => {}
            written => {
                let written = written?;
                note(workshop, session, pieces, (&place, &written))?;
                let copied = Copied {
                    passed_over,
                    ..Copied::to(&place, written, pieces)
                };
                return Ok(Copying::Done(copied));
            }
        }
    }
    Err(TakeError::Unknown)
}

/// The own copy that work would go on with that goes on from the best of its snapshots, or about which it would be asked;
/// nothing where a new one would be made. Nothing is changed.
///
/// # Errors
/// What the disk says.
pub fn copy_to_use(
    workshop: &Workshop,
    session: &SessionRecord,
    recovery: &Recovery,
) -> Result<Option<CopyLook>, TakeError> {
    let mut snapshots = recovery.candidates.iter();
    let best = snapshots.find(|one| one.is_ok && one.source == Source::Snapshot);
    let Some(best) = best else {
        return Ok(None);
    };
    let pieces = Pieces::of(workshop, recovery, (session, None), best);
    let looks = looks(workshop, session, &pieces)?;
    Ok(chosen(workshop, session, &looks, CopyChoice::Ask)?.cloned())
}

/// Which copy is used, or asked about; nothing where a new one is made.
fn chosen<'l>(
    workshop: &Workshop,
    session: &SessionRecord,
    looks: &'l [CopyLook],
    choice: CopyChoice<'_>,
) -> Result<Option<&'l CopyLook>, TakeError> {
    if choice == CopyChoice::AsWritten {
        return Ok(looks.iter().find(|look| look.is_as_written()));
    }
    if let CopyChoice::Changed(Some(named)) = choice
        && let Some(named) = looks.iter().find(|look| look.place == named)
    {
        return Ok(Some(named));
    }
    let changed = looks.iter().rev().find(|look| look.asks());
    if choice == CopyChoice::Changed(None) && changed.is_some() {
        return Ok(changed);
    }
    let works = workshop.store.session_copy(session.row)?;
    let works = works.filter(|copy| copy.works_with == WorksWith::Overlay);
    let works = works.and_then(|copy| copy.overlay);
    let is_used = |look: &CopyLook| {
        let name = look.place.file_name().and_then(|name| name.to_str());
        works.is_some() && works.as_deref() == name
    };
    let usable = || looks.iter().filter(|look| look.is_usable());
    let best = usable().find(|look| is_used(look));
    // Of two that lack as many, the one that is there longer.
    let best = best.or_else(|| usable().min_by_key(|look| look.masked.len()));
    let is_enough =
        best.is_some_and(|look| is_used(look) || look.masked.is_empty() || look.has_keys);
    Ok(match changed {
        Some(changed) if asks(choice, &changed.place) && !is_enough => Some(changed),
        _ => best,
    })
}

/// Whether nobody has said yet what is done with a copy.
fn asks(choice: CopyChoice<'_>, place: &Path) -> bool {
    match choice {
        CopyChoice::Ask => true,
        CopyChoice::Changed(Some(named)) => named != place,
        CopyChoice::Changed(None) | CopyChoice::New | CopyChoice::AsWritten => false,
    }
}

/// A copy in which somebody has filled keys in and that is not the one that is used.
fn passed_over(looks: &[CopyLook], used: Option<&Path>) -> Option<PathBuf> {
    let mut others = looks.iter().rev().filter(|look| look.has_keys);
    let other = others.find(|look| Some(look.place.as_path()) != used)?;
    Some(other.place.clone())
}

/// Files whose keys are not kept, each with the own copy in which somebody has filled them in.
pub(super) fn filled_elsewhere(
    workshop: &Workshop,
    session: &SessionRecord,
    pieces: &Pieces,
) -> BTreeMap<ConfigPath, PathBuf> {
    let files = workshop.files.as_ref();
    let copies = own_copies(files, &workshop.data_dir, session).unwrap_or_default();
    let copy_of = |path: &ConfigPath| {
        let mut copies = copies.values();
        copies.find(|copy| {
            let there = held(files, copy, path).ok().flatten();
            there.is_some_and(|there| !holds_mask(&there))
        })
    };
    let masked = pieces.masked.iter();
    masked
        .filter_map(|path| Some((path.clone(), copy_of(path)?.clone())))
        .collect()
}

/// What somebody has made of each own copy of a session.
fn looks(
    workshop: &Workshop,
    session: &SessionRecord,
    pieces: &Pieces,
) -> Result<Vec<CopyLook>, TakeError> {
    let copies = own_copies(workshop.files.as_ref(), &workshop.data_dir, session)?;
    let looks = copies
        .into_values()
        .map(|place| look(workshop, pieces, place));
    looks.collect()
}

fn look(workshop: &Workshop, pieces: &Pieces, place: PathBuf) -> Result<CopyLook, TakeError> {
    let entries: BTreeMap<_, _> = pieces.entries.iter().map(|one| (&one.path, one)).collect();
    let mut read = pieces.reader(workshop);
    let mut look = CopyLook {
        place: place.clone(),
        filled: Vec::new(),
        filled_otherwise: Vec::new(),
        masked: Vec::new(),
        changed: Vec::new(),
        there: Vec::new(),
        has_keys: false,
        is_exact: true,
        is_other: false,
    };
    let mut others = Vec::new();
    each_entry(workshop.files.as_ref(), &place, |found| {
        let (path, content) = match found {
            Found::File(path, content) => (path, content),
            // One that cannot be read does not serve, and is no reason that another one does not.
            Found::Other(path) | Found::Unread(path, _) => {
                others.push(path);
                return Ok(());
            }
        };
        let Some(entry) = entries.get(&path) else {
            look.changed.push(path);
            return Ok(());
        };
        look.there.push(path.clone());
        let kept = || read(&entry.object.blake3).ok();
        match held_of(pieces, entry, content, kept) {
            Held::AsWritten if pieces.masked.contains(&path) => look.masked.push(path),
            Held::AsWritten => {}
            Held::Filled { is_same: true } => {
                look.is_exact &= ObjectHash::of(content) == entry.object.blake3;
                look.has_keys = true;
                look.filled.push(path);
            }
            Held::Filled { is_same: false } => {
                (look.has_keys, look.is_exact) = (true, false);
                if holds_mask(content) {
                    look.masked.push(path.clone());
                }
                look.filled_otherwise.push(path);
            }
            Held::Changed { has_keys } => {
                look.has_keys |= has_keys;
                look.changed.push(path);
            }
        }
        Ok(())
    })?;
    look.is_other = !others.is_empty();
    look.there.sort();
    let gone = entries.keys();
    let gone = gone.filter(|path| look.there.binary_search(path).is_err());
    look.changed.extend(gone.map(|path| (*path).clone()));
    for path in others
        .into_iter()
        .filter_map(|path| ConfigPath::new(path).ok())
    {
        // What somebody put in the place of a file, or of a folder around it, may have its keys.
        let is_in_place_of = |file: &ConfigPath| {
            let rest = file.as_str().strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        look.has_keys |= pieces.masked.iter().any(is_in_place_of);
        if !look.changed.contains(&path) {
            look.changed.push(path);
        }
    }
    for paths in [
        &mut look.filled,
        &mut look.filled_otherwise,
        &mut look.masked,
        &mut look.changed,
    ] {
        paths.sort();
    }
    Ok(look)
}

/// What a file of a copy is beside what would be written.
enum Held {
    AsWritten,
    Filled { is_same: bool },
    Changed { has_keys: bool },
}

fn held_of(
    pieces: &Pieces,
    entry: &TreeEntry,
    content: &[u8],
    kept: impl FnOnce() -> Option<Vec<u8>>,
) -> Held {
    let is_proven = pieces.proven.contains(&entry.path);
    if ObjectHash::of(content) == entry.object.blake3 {
        return if is_proven {
            Held::Filled { is_same: true }
        } else {
            Held::AsWritten
        };
    }
    if entry.masked.is_empty() {
        return Held::Changed { has_keys: false };
    }
    if Sha256::of(content) == entry.sha256 {
        return Held::Filled { is_same: true };
    }
    let kept = if pieces.masked.contains(&entry.path) {
        kept()
    } else {
        None
    };
    match kept {
        Some(kept) if fills_in(&kept, content) => Held::Filled { is_same: false },
        Some(kept) => Held::Changed {
            has_keys: masks(content) < masks(&kept),
        },
        None => Held::Changed {
            has_keys: !holds_mask(content),
        },
    }
}

/// How often something stands for a key in a text.
fn masks(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    text.matches(MASK).count() + text.matches(ESCAPED).count()
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
