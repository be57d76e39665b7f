//! Everything that is kept of a session, as plain files in a folder that a person looks into without Flowkeep.

use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Format, ObjectHash, secret};
use flowkeep_host::Progress;
use flowkeep_store::SessionRecord;

use super::definitions::Definitions;
use super::kept::{Contents, tree_entry};
use super::pieces::Pieces;
use crate::snapshots::manifest::TreeEntry;
use crate::snapshots::overlay::{Lost, write};
use crate::snapshots::{TakeError, Workshop};

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
    let mut pieces = Pieces::none();
    for (number, entries) in &kept {
        for entry in entries {
            add_kept(&mut pieces, &contents, *number, entry);
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
        let format = if is_json { Format::Json } else { Format::Yaml };
        let masked = secret::masked(Some(format), bytes);
        let bytes = masked.map_or_else(|| bytes.clone(), |masked| masked.bytes);
        add_beside(&mut pieces, name, bytes);
    }
    pieces.lost.sort_by(|one, other| one.path.cmp(&other.path));
    for (name, bytes) in beside(&pieces.lost) {
        add_beside(&mut pieces, name, bytes);
    }
    let total = u32::try_from(pieces.entries.len()).ok();
    let mut lost = std::mem::take(&mut pieces.lost);
    let (mut read, mut done) = (pieces.reader(workshop), 0);
    let mut objects = |hash: &ObjectHash| {
        done += 1;
        progress.step(EXPORT, done, total, None);
        read(hash)
    };
    let goes_on = || !progress.cancelled();
    let written = write(
        workshop.files.as_ref(),
        to,
        &pieces.entries,
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

fn add_kept(pieces: &mut Pieces, contents: &Contents, number: u32, entry: &TreeEntry) {
    let Ok(path) = ConfigPath::new(format!("snapshots/{number:04}/{}", entry.path)) else {
        return;
    };
    match contents.readable(&entry.object.blake3) {
        Ok(kept) => {
            let entry = TreeEntry {
                path,
                ..entry.clone()
            };
            pieces.add_kept(entry, kept);
        }
        Err(why) => pieces.lose(path, why),
    }
}

fn add_beside(pieces: &mut Pieces, name: &str, bytes: Vec<u8>) {
    if let Ok(path) = ConfigPath::new(name) {
        pieces.add_here(path, bytes);
    }
}
