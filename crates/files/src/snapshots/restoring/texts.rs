//! The texts of one file of a session, then and now.

use std::io::ErrorKind;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Message, SnapshotId, secret};
use flowkeep_host::{Folder, ReadError};
use flowkeep_store::SessionRecord;

use super::kept::placed;
use crate::configuration::format_of;
use crate::intake::why;
use crate::snapshots::{SnapshotError, TakeError, Workshop};
use crate::texts::{ComparedTexts, TEXT_LIMIT, Text, text};

/// The texts of a file in a snapshot (the newest, unless told) and below `root`, where they are texts of
/// reasonable size. In both something stands for keys.
///
/// # Errors
/// What the database says.
pub fn compare_file(
    workshop: &Workshop,
    session: &SessionRecord,
    root: Option<&Path>,
    snapshot: Option<SnapshotId>,
    path: &ConfigPath,
) -> Result<ComparedTexts, TakeError> {
    let then = then(workshop, session, snapshot, path)?;
    Ok(ComparedTexts::of(
        then,
        root.and_then(|root| now(root, path)),
    ))
}

fn then(
    workshop: &Workshop,
    session: &SessionRecord,
    snapshot: Option<SnapshotId>,
    path: &ConfigPath,
) -> Result<Option<Text>, TakeError> {
    let record = workshop
        .store
        .snapshot_or_newest_of_the_work(session.row, snapshot)?;
    let Some(record) = record else {
        return Ok(None);
    };
    let mut entries = workshop.store.config_entries(record.tree)?.into_iter();
    let Some(entry) = entries.find(|entry| entry.path == *path) else {
        return Ok(None);
    };
    let objects = workshop.store.kept_objects([entry.object])?;
    let Some(object) = objects.get(&entry.object) else {
        return Ok(Some(Err(Message::new("object_missing"))));
    };
    if object.object.bytes > TEXT_LIMIT {
        return Ok(Some(Err(Message::new("compare_long"))));
    }
    let bytes = workshop.reader().read(&object.pack, &placed(object));
    Ok(Some(match bytes {
        Ok(bytes) => without_keys(path, bytes),
        Err(SnapshotError::Locked) => Err(Message::new("secrets_locked")),
        Err(SnapshotError::KeyMissing) => Err(Message::new("snapshot_key_missing")),
        Err(_) => Err(Message::new("object_damaged")),
    }))
}

/// What is shown of a file: something stands for its keys, also where it was kept with them.
fn without_keys(path: &ConfigPath, bytes: Vec<u8>) -> Text {
    let masked = secret::masked(format_of(path), &bytes);
    text(&masked.map_or(bytes, |masked| masked.bytes))
}

fn now(root: &Path, path: &ConfigPath) -> Option<Text> {
    let folder = Folder::open(root).map_err(ReadError::Io);
    let read = folder.and_then(|folder| folder.read(Path::new(path.as_str()), TEXT_LIMIT));
    match read {
        Ok(bytes) => Some(without_keys(path, bytes)),
        Err(ReadError::Missing) => None,
        Err(ReadError::Io(error))
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            None
        }
        Err(ReadError::TooLarge { .. }) => Some(Err(Message::new("compare_long"))),
        Err(error) => Some(Err(why(&error))),
    }
}
