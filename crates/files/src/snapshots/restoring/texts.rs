//! The texts of one file of a session, then and now.

use std::io::ErrorKind;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{Difference, Format, Message, ObjectHash, Sha256, SnapshotId, decode, secret};
use flowkeep_host::{Folder, ReadError, Unfollowed};
use flowkeep_store::SessionRecord;

use super::definition_places::definition_places;
use super::definitions::{self, Definition, Definitions};
use super::kept::{read_kept, snapshots};
use crate::configuration::format_of;
use crate::intake::why;
use crate::snapshots::{TakeError, Workshop};
use crate::texts::{ComparedTexts, TEXT_LIMIT, Text, text};

/// What of a file is another than it was, or may be, and is not to be seen in its text as that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unshown {
    /// The text is another, and what is masked in it may be, too.
    MaskedToo,
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
            Self::MaskedToo => "masked_too",
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
    /// Its text with its keys, where that is at hand.
    whole: Option<String>,
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

/// A definition that is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defined {
    /// The one that is kept with the session itself.
    Embedded,
    /// The one in the catalog, as it is today.
    Revision,
}

/// A definition beside what was worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedDefinition {
    /// The texts: what was worked with is `then`.
    pub texts: ComparedTexts,
    /// What differs that the texts do not show.
    pub unshown: Option<Unshown>,
    /// In which places they differ, in the words of the form.
    pub places: Vec<Difference>,
}

/// A definition of a session beside what it worked with, as [`super::look_for`] counts the places in which they differ.
/// In the texts something stands for keys. Where there is no such definition, that is the reason.
///
/// # Errors
/// What the database says; `Cancelled`.
pub fn compare_definition(
    workshop: &Workshop,
    session: &SessionRecord,
    defined: Defined,
) -> Result<ComparedDefinition, TakeError> {
    let kept = snapshots(workshop, session, (None, None), &Unfollowed)?;
    let definitions = Definitions::of(workshop, session)?;
    let was = definitions.worked_with(workshop, session, kept.first())?;
    let (is, none) = match defined {
        Defined::Embedded => (definitions.embedded, "nothing_embedded"),
        Defined::Revision => (definitions.revision, "no_such_workflow"),
    };
    let is = is.and_then(|is| is.ok_or_else(|| Message::new(none)));
    let places = match (&was, &is) {
        (Ok(Some(was)), Ok(is)) => definition_places(was, is),
        _ => Vec::new(),
    };
    let (then, now) = (of_definition(was), of_definition(is.map(Some)));
    let unshown = then.as_ref().zip(now.as_ref());
    let unshown = unshown.and_then(|(then, now)| unshown_between(then, now));
    let text = |side: Option<Side>| side.map(|side| side.text);
    Ok(ComparedDefinition {
        texts: ComparedTexts::of(text(then), text(now)),
        unshown,
        places,
    })
}

fn of_definition(definition: Definition) -> Option<Side> {
    Some(match definition {
        Ok(None) => return None,
        Ok(Some(bytes)) if bytes.len() as u64 > TEXT_LIMIT => {
            Side::without(Message::new("compare_long"))
        }
        Ok(Some(bytes)) => {
            let format = decode(&bytes).map(|(text, _)| definitions::format_of(&text));
            let sha256 = Sha256::of(&bytes);
            Side::of(format, bytes, sha256)
        }
        Err(why) => Side::without(why),
    })
}

fn unshown_between(then: &Side, now: &Side) -> Option<Unshown> {
    let (Ok((then_text, _)), Ok((now_text, _))) = (&then.text, &now.text) else {
        return None;
    };
    let is_other = then.sha256? != now.sha256?;
    let is_masked = then.is_masked || now.is_masked;
    if then_text != now_text {
        // Where only one has any, that is to be seen.
        let are_masked = then.is_masked && now.is_masked;
        let may_be_other = are_masked && !has_its_keys(then, then_text, now, now_text);
        return may_be_other.then_some(Unshown::MaskedToo);
    }
    let is_spelled_alike = then.shown == now.shown;
    is_other.then_some(match (is_masked, is_spelled_alike) {
        (false, _) => Unshown::Spelling,
        (true, true) => Unshown::Masked,
        (true, false) => Unshown::MaskedOrSpelling,
    })
}

/// Whether a file had the very keys then that it has now: with these in their places it is what it was.
fn has_its_keys(then: &Side, then_text: &str, now: &Side, now_text: &str) -> bool {
    let Some(whole) = &now.whole else {
        return false;
    };
    let Some(keys) = keys_between(now_text, whole) else {
        return false;
    };
    let mut pieces = then_text.split(secret::MASK);
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    let mut keys = keys.into_iter();
    for piece in pieces {
        let Some(key) = keys.next() else {
            return false;
        };
        filled += key;
        filled += piece;
    }
    keys.next().is_none() && then.sha256 == Some(Sha256::of(filled.as_bytes()))
}

/// What stands in a text where another one of it is masked; nothing where that cannot be told.
fn keys_between<'a>(masked: &str, whole: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = masked.split(secret::MASK);
    let mut rest = whole.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut keys = Vec::new();
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let at = if is_last {
            rest.len() - rest.strip_suffix(piece).map(|_| piece.len())?
        } else {
            rest.find(piece)?
        };
        keys.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    (rest.is_empty() || !keys.is_empty()).then_some(keys)
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
    Ok(Some(match read_kept(workshop, object) {
        Ok(bytes) => {
            let side = Side::of(format_of(path), bytes, entry.sha256);
            Side {
                is_masked: side.is_masked || entry.masked.is_some(),
                ..side
            }
        }
        Err(why) => Side::without(why),
    }))
}

impl Side {
    /// What is shown of a file: something stands for its keys, also where it was kept with them.
    fn of(format: Option<Format>, bytes: Vec<u8>, sha256: Sha256) -> Self {
        let masked = secret::masked(format, &bytes);
        let is_masked = masked.is_some();
        let whole = is_masked.then(|| decode(&bytes).map(|(text, _)| text));
        let shown = masked.map_or(bytes, |masked| masked.bytes);
        Self {
            sha256: Some(sha256),
            shown: Some(ObjectHash::of(&shown)),
            is_masked,
            whole: whole.flatten(),
            text: text(&shown),
        }
    }

    fn without(reason: Message) -> Self {
        Self {
            text: Err(reason),
            sha256: None,
            shown: None,
            is_masked: false,
            whole: None,
        }
    }
}

fn now(root: &Path, path: &ConfigPath) -> Option<Side> {
    let folder = Folder::open(root).map_err(ReadError::Io);
    let read = folder.and_then(|folder| folder.read(Path::new(path.as_str()), TEXT_LIMIT));
    match read {
        Ok(bytes) => {
            let sha256 = Sha256::of(&bytes);
            Some(Side::of(format_of(path), bytes, sha256))
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
