//! A document: a text as it came, and what it says.
//!
//! The text is the truth (invariant 12). [`Document::value`] is derived from it when the document
//! is made and never printed back; edits replace stretches of the text. Absent on purpose: which
//! kind of thing a document describes (`recognise`, `summary`) and what is wrong with what it says
//! (`validate`); here it only has to be readable.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod place;
pub(crate) mod several;
pub(crate) mod tree;
pub(crate) mod yaml;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Message, Sha256, Value};
use place::place_of;
use tree::{Everything, Located, Node, View};

/// How deep lists and objects may be nested (reliability row 28).
pub const MAX_DEPTH: usize = 128;

/// The largest document that is read, in bytes (reliability row 27).
pub const MAX_DOCUMENT_BYTES: usize = 16 << 20;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON, strictly (RFC 8259), with or without byte order mark.
    Json,
    /// YAML 1.2, one document.
    Yaml,
    /// Markdown, with front matter between `---` lines or without.
    Markdown,
}

impl Format {
    /// The word used in results, in the database and in exported wrappers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Markdown => "markdown",
        }
    }

    /// The format whose [`Format::as_str`] is `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Json, Self::Yaml, Self::Markdown]
            .into_iter()
            .find(|format| format.as_str() == word)
    }
}

/// A readable document. Two documents are equal when format and text are.
#[derive(Debug, Clone)]
pub struct Document {
    format: Format,
    text: String,
    value: Value,
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.format == other.format && self.text == other.text
    }
}

impl Eq for Document {}

impl Document {
    /// Reads a text. Byte order mark and line ends are kept in the text and mean nothing.
    ///
    /// # Errors
    /// The first thing that stops the text from being read, with its place. Codes begin with
    /// `document_`, `json_` or `yaml_`. Markdown is always readable unless it is too large.
    pub fn parse(format: Format, text: String) -> Result<Self, Message> {
        if text.len() > MAX_DOCUMENT_BYTES {
            return Err(too_large(text.len()));
        }
        let value = match format {
            Format::Json => json::read(&text, &mut View),
            Format::Yaml => yaml::read(&text, &mut View),
            Format::Markdown => Ok(markdown::read(&text)),
        };
        match value {
            Ok(value) => Ok(Self {
                format,
                text,
                value,
            }),
            Err(fault) => Err(fault.into_message(&text)),
        }
    }

    /// Where the documents of a text stand, one behind the other: YAML may hold several in one file.
    pub fn each_in(format: Format, text: &str) -> Vec<std::ops::Range<usize>> {
        match format {
            Format::Yaml => several::parts(text),
            Format::Json | Format::Markdown => std::iter::once(0..text.len()).collect(),
        }
    }

    /// How the text is written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The text as it came, with byte order mark and line ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, without the view.
    pub fn into_text(self) -> String {
        self.text
    }

    /// What the text says. Markdown is an object: the keys of its front matter, then `body` with
    /// the text below it, byte for byte (a front matter key `body` stays in the text, out of the
    /// view).
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The hash of the text's UTF-8 bytes.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.text.as_bytes())
    }

    /// Places of all values in the text; for Markdown of those in a well-formed front matter.
    pub(crate) fn located(&self) -> Option<Node> {
        match self.format {
            Format::Json => json::read(&self.text, &mut Located).ok(),
            Format::Yaml => yaml::read(&self.text, &mut Located).ok(),
            Format::Markdown => Some(markdown::located(&self.text)),
        }
    }
}

/// What a text says and where, for who looks for something in it: a key that stands twice counts as often. Nothing where it
/// cannot be read.
pub(crate) fn everything(format: Format, text: &str) -> Option<(Value, Node)> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return None;
    }
    match format {
        Format::Json => json::read(text, &mut Everything).ok(),
        Format::Yaml => yaml::read(text, &mut Everything).ok(),
        Format::Markdown => Some((markdown::read(text), markdown::located(text))),
    }
}

/// The answer to a document over [`MAX_DOCUMENT_BYTES`].
pub(crate) fn too_large(bytes: usize) -> Message {
    Message::new("document_too_large")
        .with("megabytes", bytes.div_ceil(1 << 20))
        .with("limit", MAX_DOCUMENT_BYTES >> 20)
}

/// Why a text cannot be read, at a byte offset.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Byte offset in the text.
    pub at: usize,
    /// Code and fields, without place.
    pub message: Message,
}

impl Fault {
    pub(crate) fn new(at: usize, code: &str) -> Self {
        Self {
            at,
            message: Message::new(code),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.message = self.message.with(name, value);
        self
    }

    pub(crate) fn into_message(self, text: &str) -> Message {
        self.message.at(place_of(text, self.at))
    }
}
