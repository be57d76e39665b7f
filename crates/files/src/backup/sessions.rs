//! Sessions in a backup: a file for each, and the files in which the contents of their snapshots lie, as they are
//! in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flowkeep_core::{Message, ObjectHash, file_name};
use flowkeep_host::path_text;
use flowkeep_store::{Snapshot, SnapshotSession, StoreError};

use super::DamagedFile;
use super::write::{Writing, go_on};
use crate::FilesError;
use crate::snapshots::{SnapshotError, manifest, pack};

/// The folder with a file for each session.
const SESSIONS: &str = "sessions";

/// The folder with what sessions need to be whole.
pub(crate) const OBJECTS: &str = "objects";

/// What the name of a tree ends in.
pub(crate) const TREE: &str = ".json.zst";

/// Why a session does not come back whole.
pub(crate) fn objects_lost(count: u32) -> Message {
    Message::new("session_objects_lost").with("count", count)
}

/// A session that was written: what it is called, and how many contents it has in each pack.
struct Written {
    path: String,
    name: String,
    packs: BTreeMap<String, u32>,
}

/// The sessions and what they need; no folder where there are none. Answers how many.
pub(super) fn sessions(
    writing: &mut Writing<'_>,
    snapshot: &Snapshot,
    store: &Path,
) -> Result<u32, FilesError> {
    let rows = writing.unless_broken(SESSIONS, snapshot.session_rows())?;
    if rows.is_empty() {
        return Ok(0);
    }
    writing.subfolder(SESSIONS)?;
    let mut all = Vec::new();
    for row in rows {
        go_on(writing.progress)?;
        match snapshot.session(row) {
            Ok(Some(session)) => all.push(write(writing, &session)?),
            Ok(None) => {}
            Err(StoreError::Damaged(detail)) => {
                tracing::error!(detail, row, "a session could not be read");
                writing.damaged.push(DamagedFile {
                    path: format!("{SESSIONS}/{row}"),
                    reason: Message::new("database_page_damaged").with("detail", detail),
                    name: None,
                });
            }
            Err(error) => return Err(error.into()),
        }
    }
    let Lost {
        packs: lost,
        is_away,
    } = objects(writing, snapshot, store)?;
    for session in &all {
        let packs = session.packs.iter();
        let count: u32 = packs
            .filter(|(pack, _)| lost.contains(*pack))
            .map(|(_, count)| count)
            .sum();
        if count > 0 {
            let away = || Message::new("snapshot_contents_away").with("path", path_text(store));
            writing.damaged.push(DamagedFile {
                path: session.path.clone(),
                reason: if is_away { away() } else { objects_lost(count) },
                name: Some(session.name.clone()),
            });
        }
    }
    Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
}

fn write(writing: &mut Writing<'_>, session: &SnapshotSession) -> Result<Written, FilesError> {
    let path = format!(
        "{SESSIONS}/{}",
        file_name(&session.name, &session.id, "json")
    );
    let mut bytes = serde_json::to_vec(session)
        .map_err(|error| FilesError::at(Path::new(&path))(error.into()))?;
    bytes.push(b'\n');
    let of = (session.id.as_str(), session.name.as_str());
    writing.plain_named(&path, "session", &bytes, Some(of))?;
    let mut packs = BTreeMap::new();
    for object in &session.objects {
        *packs.entry(object.pack.to_string()).or_default() += 1;
    }
    Ok(Written {
        path,
        name: session.name.clone(),
        packs,
    })
}

/// The packs that cannot be had whole.
struct Lost {
    packs: BTreeSet<String>,
    /// Whether nothing at all is there: so it is where their drive is away.
    is_away: bool,
}

/// The packs with what sessions keep, and the trees of their snapshots; answers which packs cannot be had whole. Of
/// those what is there is written all the same: some of it can be read by hand.
fn objects(
    writing: &mut Writing<'_>,
    snapshot: &Snapshot,
    store: &Path,
) -> Result<Lost, FilesError> {
    let packs = writing.unless_broken(OBJECTS, snapshot.packs())?;
    let trees = writing.unless_broken(OBJECTS, snapshot.kept_trees())?;
    writing.subfolder(OBJECTS)?;
    let mut lost = BTreeSet::new();
    let mut is_away = true;
    for (name, _) in packs {
        go_on(writing.progress)?;
        match pack::bytes(store, &name) {
            Ok(bytes) => {
                is_away = false;
                if ObjectHash::of(&bytes) != name {
                    lost.insert(name.to_string());
                }
                let ending = pack::ending(&bytes);
                writing.plain(&format!("{OBJECTS}/{name}.{ending}"), "object", &bytes)?;
            }
            Err(error) => {
                is_away &= matches!(error, SnapshotError::Gone(_));
                tracing::error!(%error, "what sessions keep cannot be read");
                lost.insert(name.to_string());
            }
        }
    }
    for hash in trees {
        go_on(writing.progress)?;
        // The rows say the same: without it nothing is lost that comes back.
        match manifest::packed_tree(store, &hash) {
            Ok(bytes) => writing.plain(&format!("{OBJECTS}/{hash}{TREE}"), "object", &bytes)?,
            Err(error) => tracing::warn!(%error, "the tree of a snapshot cannot be read"),
        }
    }
    // Where its drive is away the folder is gone, or the empty one that the drive is mounted on.
    let is_empty = std::fs::read_dir(store).map_or(true, |mut entries| entries.next().is_none());
    Ok(Lost {
        packs: lost,
        is_away: is_away && is_empty,
    })
}
