//! Everything that is kept of a session, as plain files in a folder that a person looks into without Flowkeep.

use std::collections::HashMap;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Message, ObjectHash};
use flowkeep_host::Progress;
use flowkeep_store::{KeptObject, SessionRecord};

use super::definitions::Definitions;
use super::kept::{Contents, placed, tree_entry};
use crate::snapshots::manifest::TreeEntry;
use crate::snapshots::overlay::{Lost, write};
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// The step of progress: writing the files.
const EXPORT: &str = "session_restore";

/// A text that lies beside the snapshots, under its name.
pub type Beside = (&'static str, Vec<u8>);

/// What was written.
#[derive(Debug)]
pub struct Exported {
    /// How many files of snapshots.
    pub files: u32,
    /// How many snapshots.
    pub snapshots: u32,
    /// What is kept and damaged, or not kept any more.
    pub lost: Vec<Lost>,
}

enum Origin {
    Pack(Box<KeptObject>),
    Here(Vec<u8>),
}

/// What is written, with where each content comes from.
#[derive(Default)]
struct Pieces {
    entries: Vec<TreeEntry>,
    origins: HashMap<ObjectHash, Origin>,
    lost: Vec<Lost>,
}

/// Writes everything that is kept of a session to `to`, which is empty or not there: each of its snapshots in
/// `snapshots`, the definition it holds itself, and what `beside` makes of the faults. Keys that were masked stay so;
/// what was encrypted is exact.
///
/// # Errors
/// [`TakeError`]: nothing is left then but what ends in `.partial`.
pub fn export(
    workshop: &Workshop,
    session: &SessionRecord,
    to: &Path,
    beside: impl FnOnce(&[Lost]) -> Vec<Beside>,
    progress: &dyn Progress,
) -> Result<Exported, TakeError> {
    let _shared = workshop.share()?;
    // Also those of what was there before files were put back.
    let records = workshop.store.config_snapshots(session.row)?;
    let mut kept = Vec::with_capacity(records.len());
    for record in &records {
        let entries = workshop.store.config_entries(record.tree)?.into_iter();
        let entries: Vec<_> = entries.map(tree_entry).collect();
        kept.push((record.sequence, entries));
    }
    let hashes = kept.iter().flat_map(|(_, entries)| entries);
    let hashes = hashes.map(|entry| entry.object.blake3).collect();
    let contents = Contents::read(workshop, hashes, progress)?;
    let mut pieces = Pieces::default();
    for (number, entries) in &kept {
        for entry in entries {
            pieces.add_kept(&contents, *number, entry);
        }
    }
    let files = u32::try_from(pieces.entries.len()).unwrap_or(u32::MAX);
    if let Ok(Some(bytes)) = &Definitions::of(workshop, session)?.embedded {
        let is_json = bytes.trim_ascii_start().starts_with(b"{");
        let name = if is_json {
            "definition.json"
        } else {
            "definition.yaml"
        };
        pieces.add(name, bytes.clone());
    }
    pieces.lost.sort_by(|one, other| one.path.cmp(&other.path));
    for (name, bytes) in beside(&pieces.lost) {
        pieces.add(name, bytes);
    }
    let Pieces {
        entries,
        origins,
        mut lost,
    } = pieces;
    let total = u32::try_from(entries.len()).ok();
    let (mut packs, mut done) = (workshop.reader(), 0);
    let mut objects = |hash: &ObjectHash| {
        done += 1;
        progress.step(EXPORT, done, total, None);
        match origins.get(hash) {
            Some(Origin::Pack(kept)) => packs.read(&kept.pack, &placed(kept)),
            Some(Origin::Here(bytes)) => Ok(bytes.clone()),
            None => Err(SnapshotError::Gone(workshop.dir.clone())),
        }
    };
    let goes_on = || !progress.cancelled();
    let written = write(
        workshop.files.as_ref(),
        to,
        &entries,
        &mut objects,
        &goes_on,
    )?;
    lost.extend(written.lost);
    Ok(Exported {
        files,
        snapshots: u32::try_from(records.len()).unwrap_or(u32::MAX),
        lost,
    })
}

impl Pieces {
    fn add_kept(&mut self, contents: &Contents, number: u32, entry: &TreeEntry) {
        let Ok(path) = ConfigPath::new(format!("snapshots/{number:04}/{}", entry.path)) else {
            return;
        };
        match contents.readable(&entry.object.blake3) {
            Ok(kept) => {
                let origin = Origin::Pack(Box::new(kept.clone()));
                self.origins.insert(entry.object.blake3, origin);
                self.entries.push(TreeEntry {
                    path,
                    ..entry.clone()
                });
            }
            Err(code) => self.lost.push(Lost {
                path,
                reason: Message::new(code),
            }),
        }
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let Ok(path) = ConfigPath::new(name) else {
            return;
        };
        let entry = TreeEntry::of_bytes(path, &bytes);
        self.origins
            .insert(entry.object.blake3, Origin::Here(bytes));
        self.entries.push(entry);
    }
}
