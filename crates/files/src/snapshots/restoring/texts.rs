//! The texts of one file of a session, then and now.

use std::io::ErrorKind;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Message, ObjectHash, Sha256, SnapshotId, secret};
use flowkeep_host::{Folder, ReadError};
use flowkeep_store::SessionRecord;

use super::kept::placed;
use crate::configuration::format_of;
use crate::intake::why;
use crate::snapshots::{SnapshotError, TakeError, Workshop};
use crate::texts::{ComparedTexts, TEXT_LIMIT, Text, text};

/// What of a file is another than it was although its text, as it is shown, is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unshown {
    /// What is masked: keys, or what stands beside them. All else is as it was, byte for byte.
    Masked,
    /// How its bytes spell the text.
    Spelling,
    /// How its bytes spell the text, or what is masked in it, or both.
    MaskedOrSpelling,
}

impl Unshown {
    /// The word in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Spelling => "spelling",
            Self::MaskedOrSpelling => "masked_or_spelling",
        }
    }
}

/// A side of what is compared.
struct Side {
    text: Text,
    /// Of the file itself, where that is known.
    sha256: Option<Sha256>,
    /// Of its bytes with something in the place of keys.
    shown: Option<ObjectHash>,
    is_masked: bool,
}

/// The texts of a file in a snapshot (the newest, unless told) and below `root`, where they are texts of
/// reasonable size, and what differs that they do not show. In both something stands for keys.
///
/// # Errors
/// What the database says.
pub fn compare_file(
    workshop: &Workshop,
    session: &SessionRecord,
    root: Option<&Path>,
    snapshot: Option<SnapshotId>,
    path: &ConfigPath,
) -> Result<(ComparedTexts, Option<Unshown>), TakeError> {
    let then = then(workshop, session, snapshot, path)?;
    let now = root.and_then(|root| now(root, path));
    let unshown = then.as_ref().zip(now.as_ref());
    let unshown = unshown.and_then(|(then, now)| unshown_between(then, now));
    let text = |side: Option<Side>| side.map(|side| side.text);
    Ok((ComparedTexts::of(text(then), text(now)), unshown))
}

fn unshown_between(then: &Side, now: &Side) -> Option<Unshown> {
    let (Ok((then_text, _)), Ok((now_text, _))) = (&then.text, &now.text) else {
        return None;
    };
    let is_other = then.sha256? != now.sha256?;
    let is_masked = then.is_masked || now.is_masked;
    let is_spelled_alike = then.shown == now.shown;
    (is_other && then_text == now_text).then_some(match (is_masked, is_spelled_alike) {
        (false, _) => Unshown::Spelling,
        (true, true) => Unshown::Masked,
        (true, false) => Unshown::MaskedOrSpelling,
    })
}

fn then(
    workshop: &Workshop,
    session: &SessionRecord,
    snapshot: Option<SnapshotId>,
    path: &ConfigPath,
) -> Result<Option<Side>, TakeError> {
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
        return Ok(Some(Side::without(Message::new("object_missing"))));
    };
    if object.object.bytes > TEXT_LIMIT {
        return Ok(Some(Side::without(Message::new("compare_long"))));
    }
    let bytes = workshop.reader().read(&object.pack, &placed(object));
    Ok(Some(match bytes {
        Ok(bytes) => {
            let side = Side::of(path, bytes, entry.sha256);
            Side {
                is_masked: side.is_masked || entry.masked.is_some(),
                ..side
            }
        }
        Err(SnapshotError::Locked) => Side::without(Message::new("secrets_locked")),
        Err(SnapshotError::KeyMissing) => Side::without(Message::new("snapshot_key_missing")),
        Err(SnapshotError::Gone(_)) => {
            let missing = || Message::new("object_missing");
            Side::without(workshop.away().unwrap_or_else(missing))
        }
        Err(_) => Side::without(Message::new("object_damaged")),
    }))
}

impl Side {
    /// What is shown of a file: something stands for its keys, also where it was kept with them.
    fn of(path: &ConfigPath, bytes: Vec<u8>, sha256: Sha256) -> Self {
        let masked = secret::masked(format_of(path), &bytes);
        let is_masked = masked.is_some();
        let shown = masked.map_or(bytes, |masked| masked.bytes);
        Self {
            sha256: Some(sha256),
            shown: Some(ObjectHash::of(&shown)),
            is_masked,
            text: text(&shown),
        }
    }

    fn without(reason: Message) -> Self {
        Self {
            text: Err(reason),
            sha256: None,
            shown: None,
            is_masked: false,
        }
    }
}

fn now(root: &Path, path: &ConfigPath) -> Option<Side> {
    let folder = Folder::open(root).map_err(ReadError::Io);
    let read = folder.and_then(|folder| folder.read(Path::new(path.as_str()), TEXT_LIMIT));
    match read {
        Ok(bytes) => {
            let sha256 = Sha256::of(&bytes);
            Some(Side::of(path, bytes, sha256))
        }
        Err(ReadError::Missing) => None,
        Err(ReadError::Io(error))
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            None
        }
        Err(ReadError::TooLarge { .. }) => Some(Side::without(Message::new("compare_long"))),
        Err(error) => Some(Side::without(why(&error))),
    }
}
