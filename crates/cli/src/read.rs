//! Documents in files that the operator named.

use std::io::Read as _;
use std::path::Path;

use flowkeep_api::{AppError, Catalogue, io_reason};
use flowkeep_core::{
    Document, Encoding, Format, Kind, MAX_DOCUMENT_BYTES, Message, Recognised, recognise,
};
use serde::de::DeserializeOwned;

/// A document read from a file the operator named, `-` for standard input.
pub(crate) struct Read {
    /// What it is by its content; what the operator called it only where that does not tell.
    pub(crate) kind: Kind,
    pub(crate) document: Document,
    pub(crate) encoding: Encoding,
    pub(crate) id: Option<String>,
    pub(crate) name: String,
}

impl Read {
    /// The document in a file, for people who call it `asked`.
    ///
    /// # Errors
    /// `path_missing`; the reason it cannot be read.
    pub(crate) fn file(path: &Path, asked: Kind) -> Result<Self, AppError> {
        let bytes = bytes(path)?;
        Self::of(&bytes, &name_of(path), asked)
            .map_err(|reason| AppError::from(reason).with("path", path.display()))
    }

    /// The document in these bytes. What a text says of itself goes before what it was called:
    /// else a rule would be kept among the workflows without a word.
    ///
    /// # Errors
    /// The reason it cannot be read.
    pub(crate) fn of(bytes: &[u8], name: &str, asked: Kind) -> Result<Self, Message> {
        let said = match recognise(bytes, name, None) {
            said @ Recognised::Document { .. } => said,
            _ => recognise(bytes, name, Some(asked)),
        };
        match said {
            Recognised::Document {
                kind,
                document,
                encoding,
                summary,
            } => Ok(Self {
                kind,
                document,
                encoding,
                id: summary.id,
                name: summary.name,
            }),
            Recognised::NotOurs(reason) | Recognised::Broken(reason) => Err(reason),
        }
    }

    /// A text that is kept already, read like a file.
    pub(crate) fn kept(text: &str, format: Format, kind: Kind) -> Option<Self> {
        let name = match format {
            Format::Json => "kept.json",
            Format::Yaml => "kept.yaml",
            Format::Markdown => "kept.md",
        };
        Self::of(text.as_bytes(), name, kind).ok()
    }

    /// Why it does not belong among those the operator called it.
    pub(crate) fn differs(&self, asked: Kind) -> Message {
        Message::new("kind_differs")
            .with("kind", asked.as_str())
            .with("found", self.kind.as_str())
            .with("noun", noun(self.kind))
    }

    /// What is to be told of how the file was read.
    pub(crate) fn encoding_note(&self, catalogue: &Catalogue) -> Option<Message> {
        encoding_note(Some(self.encoding), catalogue)
    }
}

/// What is to be told of an encoding; nothing of UTF-8.
pub(crate) fn encoding_note(encoding: Option<Encoding>, catalogue: &Catalogue) -> Option<Message> {
    let word = match encoding? {
        Encoding::Utf8 => return None,
        Encoding::Utf16 => "encoding_utf16",
        Encoding::Gb18030 => "encoding_gb18030",
    };
    Some(Message::new("item_encoding").with("encoding", catalogue.word(word)))
}

/// The noun of the command line for a kind.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Workflow => "flow",
        Kind::Roadmap => "roadmap",
        Kind::Rule => "rule",
        Kind::Template => "template",
    }
}

/// What decides how a file is written, and last of all what to call it.
pub(crate) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The items of a list as a command prints it, whole or its items alone; without the keys that only
/// tell of them.
///
/// # Errors
/// As [`bytes`]; `unreadable` where it is no such list.
pub(crate) fn items<T: DeserializeOwned>(
    path: &Path,
    told: &[&str],
    unreadable: &'static str,
) -> Result<Vec<T>, AppError> {
    let unreadable = |error: serde_json::Error| {
        AppError::new(unreadable)
            .with("path", path.display())
            .with("detail", error)
    };
    let mut list: serde_json::Value = serde_json::from_slice(&bytes(path)?).map_err(unreadable)?;
    if let Some(items) = list.get_mut("items") {
        list = items.take();
    }
    for item in list.as_array_mut().into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            item.retain(|key, _| !told.contains(&key.as_str()));
        }
    }
    serde_json::from_value(list).map_err(unreadable)
}

/// The bytes of a file that may be a document.
///
/// # Errors
/// `path_missing`, `file_too_large`; what the system says.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, AppError> {
    let failed = |error: std::io::Error| {
        let error = match error.kind() {
            std::io::ErrorKind::NotFound => AppError::new("path_missing"),
            _ => AppError::from(io_reason(&error)),
        };
        error.with("path", path.display())
    };
    let limit = MAX_DOCUMENT_BYTES as u64;
    let mut bytes = Vec::new();
    let mut length = 0;
    if path == Path::new("-") {
        let input = std::io::stdin().lock();
        input
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        length = file.metadata().map_err(failed)?.len();
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    if bytes.len() as u64 > limit {
        return Err(AppError::new("file_too_large")
            .with("path", path.display())
            .with("file_bytes", length.max(bytes.len() as u64))
            .with("most_bytes", limit));
    }
    Ok(bytes)
}
