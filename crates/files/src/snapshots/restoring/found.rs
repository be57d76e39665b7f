//! Looking for what a session can go on from. Nothing is changed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use flowkeep_core::SnapshotId;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{Candidate, Found, FoundFile, Source, order};
use flowkeep_host::{Progress, path_text};
use flowkeep_store::SessionRecord;

use super::definitions::{self, Definitions};
use super::kept::{Contents, KeptSnapshot, LeftOut, snapshots};
use crate::configuration::{ConfigurationError, Keys, Look, Wish, look};
use crate::snapshots::compare::FileState;
use crate::snapshots::{TakeError, Workshop};

/// A session whose configuration is looked for.
#[derive(Debug, Clone)]
pub struct Seeking<'a> {
    /// The session.
    pub session: &'a SessionRecord,
    /// The root of its tree, where one was ever named.
    pub root: Option<&'a Path>,
    /// What belongs to it today is found so.
    pub wish: Option<Wish<'a>>,
    /// A snapshot that is wanted by its id, also where it is one of what was written over.
    pub named: Option<SnapshotId>,
}

impl Seeking<'_> {
    /// What belongs to it today, or why that cannot be said; nothing where nobody ever named its root.
    pub(super) fn today(
        &self,
        progress: &dyn Progress,
    ) -> Result<Option<Result<Look, ConfigurationError>>, ConfigurationError> {
        let today = self
            .wish
            .as_ref()
            .map(|wish| look(wish, Keys::Masked, progress));
        match today {
            Some(Err(ConfigurationError::Cancelled)) => Err(ConfigurationError::Cancelled),
            today => Ok(today),
        }
    }
}

/// What a session can go on from.
pub struct Recovery {
    /// All sources, in the order in which they are tried.
    pub candidates: Vec<Candidate>,
    pub(super) root: Option<PathBuf>,
    pub(super) snapshots: Vec<KeptSnapshot>,
    pub(super) contents: Contents,
    pub(super) today: Option<Look>,
    pub(super) definitions: Definitions,
}

impl Recovery {
    /// The number of a snapshot in its session.
    pub fn sequence(&self, id: SnapshotId) -> Option<u32> {
        self.snapshot(Some(id)).map(|kept| kept.record.sequence)
    }

    /// The file that a snapshot begins with, where that is one.
    pub fn entry(&self, id: SnapshotId) -> Option<&ConfigPath> {
        self.snapshot(Some(id))?.entry.as_ref()
    }

    /// The files that are not as they were in a snapshot (in the newest, unless told), by their paths.
    pub fn differences(&self, id: Option<SnapshotId>) -> Vec<(ConfigPath, FileState)> {
        let snapshot = self.snapshot(id);
        let files = snapshot.map_or(&[][..], |snapshot| &snapshot.files);
        let differ = files.iter().filter(|(_, state)| !state.is_as_it_was());
        let mut differences: Vec<_> = differ
            .map(|(entry, state)| (entry.path.clone(), state.clone()))
            .collect();
        let is_of_the_work = |kept: &&KeptSnapshot| kept.record.reason.is_of_the_work();
        if let (Some(_), Some(today)) = (snapshot.filter(is_of_the_work), &self.today) {
            let known: HashSet<_> = files.iter().map(|(entry, _)| &entry.path).collect();
            let added = today
                .files
                .iter()
                .filter(|file| !known.contains(&file.path));
            differences.extend(added.map(|file| (file.path.clone(), FileState::Added)));
        }
        differences.sort_by(|one, other| one.0.cmp(&other.0));
        differences
    }

    /// The file that begins what came back from a candidate: that of the snapshot, whatever the session begins with
    /// today. A definition came back alone.
    pub(super) fn begins_with(
        &self,
        session: &SessionRecord,
        chosen: &Candidate,
        written: &[ConfigPath],
    ) -> Option<ConfigPath> {
        match chosen.source {
            Source::File => ConfigPath::new(session.config.clone()?).ok(),
            Source::Snapshot => self.entry(chosen.snapshot?).cloned(),
            Source::Embedded | Source::Revision => written.first().cloned(),
        }
    }

    pub(super) fn snapshot(&self, id: Option<SnapshotId>) -> Option<&KeptSnapshot> {
        match id {
            Some(id) => self.snapshots.iter().find(|kept| kept.record.id == id),
            None => self.snapshots.first(),
        }
    }
}

/// Looks for what a session can go on from: everything that is kept of it is read, and how its files are today.
///
/// # Errors
/// [`TakeError`]; `Cancelled` in it.
pub fn look_for(
    workshop: &Workshop,
    seeking: &Seeking<'_>,
    progress: &dyn Progress,
) -> Result<Recovery, TakeError> {
    let snapshots = snapshots(
        workshop,
        seeking.session,
        (seeking.root, seeking.named),
        progress,
    )?;
    let hashes = snapshots.iter().flat_map(|kept| &kept.files);
    let hashes = hashes.map(|(entry, _)| entry.object.blake3).collect();
    let contents = Contents::read(workshop, hashes, progress)?;
    let today = seeking.today(progress)?;
    let definitions = Definitions::of(workshop, seeking.session)?;
    let newest = snapshots.first();
    let was = definitions.worked_with(workshop, seeking.session, newest)?;
    let defined = |definition| definitions::found(definition, &was);
    let mut left_out = LeftOut::below(seeking.root);
    let found = Found {
        file: found_file(seeking, newest, today.as_ref()),
        snapshots: snapshots
            .iter()
            .map(|kept| contents.found(kept, seeking.session, &mut left_out))
            .collect(),
        away: contents.away.clone(),
        embedded: defined(&definitions.embedded),
        revision: defined(&definitions.revision),
    };
    Ok(Recovery {
        candidates: order(&found),
        root: seeking.root.map(Path::to_owned),
        today: today.and_then(Result::ok),
        snapshots,
        contents,
        definitions,
    })
}

fn found_file(
    seeking: &Seeking<'_>,
    newest: Option<&KeptSnapshot>,
    today: Option<&Result<Look, ConfigurationError>>,
) -> FoundFile {
    if let Some(root) = seeking.root
        && seeking.session.begins_with_run()
    {
        return found_files(root, newest);
    }
    let (Some(root), Some(entry)) = (seeking.root, &seeking.session.config) else {
        let named = seeking.session.config.as_ref();
        return match named.or(seeking.session.stated_config.as_ref()) {
            Some(path) => FoundFile::NotFound { path: path.clone() },
            None => FoundFile::NotNamed,
        };
    };
    if !root.is_dir() {
        let path = path_text(root);
        return FoundFile::RootGone { path };
    }
    let path = path_text(&root.join(entry));
    match newest.and_then(|newest| newest.state(entry)) {
        Some(FileState::Gone) => return FoundFile::Gone { path },
        Some(FileState::Unreadable(why)) => {
            let why = why.clone();
            return FoundFile::Unreadable { path, why };
        }
        Some(_) => {}
        None => match without_snapshot(path, entry, today) {
            FoundFile::Unproven if newest.is_some() => {}
            found => return found,
        },
    }
    match newest.map_or(0, KeptSnapshot::differs) {
        0 => FoundFile::AsItWas,
        files => FoundFile::Differs { files },
    }
}

/// How the files are that the definition of a run refers to.
fn found_files(root: &Path, newest: Option<&KeptSnapshot>) -> FoundFile {
    if !root.is_dir() {
        let path = path_text(root);
        return FoundFile::RootGone { path };
    }
    // Where the strategy leaves all of them out nothing is known of them.
    let newest = newest.filter(|newest| !newest.files.is_empty());
    match newest.map(KeptSnapshot::differs) {
        None => FoundFile::Unproven,
        Some(0) => FoundFile::AsItWas,
        Some(files) => FoundFile::Differs { files },
    }
}

/// How the file it begins with is, where no snapshot says how it was.
fn without_snapshot(
    path: String,
    entry: &str,
    today: Option<&Result<Look, ConfigurationError>>,
) -> FoundFile {
    let of_it = |list: &[crate::configuration::Unread]| {
        let mut list = list.iter();
        let found = list.find(|unread| unread.path.as_str() == entry);
        found.map(|unread| unread.reason.clone())
    };
    match today {
        Some(Ok(look)) => match (of_it(&look.unread), of_it(&look.unparsed)) {
            (Some(why), _) => FoundFile::Unreadable { path, why },
            (None, Some(why)) => FoundFile::Unparsed { path, why },
            (None, None) => FoundFile::Unproven,
        },
        Some(Err(ConfigurationError::Io { source, .. })) => FoundFile::Unreadable {
            path,
            why: crate::io_reason(source),
        },
        Some(Err(_)) | None => FoundFile::Gone { path },
    }
}
