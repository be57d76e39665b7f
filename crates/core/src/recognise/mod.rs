//! What a file is, by what it says (decisions, "Across all five" 3).
//!
//! Three answers: a document of a kind, something that is not ours (skipped, and said), something
//! of ours that cannot be read (failed, with the place). The file's name decides only how it is
//! written and, last of all, what to call it.

mod foreign;
mod kind;
mod wrapper;

pub use wrapper::wrap;

use crate::document::{Document, Format, MAX_DOCUMENT_BYTES, markdown, too_large};
use crate::encoding::{Encoding, decode};
use crate::{Kind, Message, Summary, Value, summarise};

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value per file, moved once; a box would only spread the pieces"
)]
pub enum Recognised {
    /// A document of the catalog.
    Document {
        /// What kind of document.
        kind: Kind,
        /// The document, its text in UTF-8.
        document: Document,
        /// How the file's bytes spelled that text.
        encoding: Encoding,
        /// What lists and plans show of it.
        summary: Summary,
    },
    /// Nothing that belongs in the catalog; the message says what it looks like.
    NotOurs(Message),
    /// Meant for the catalog, by its name or its beginning, and not readable; the message says
    /// what is wrong and where.
    Broken(Message),
}

/// Recognises a file by its content. `name` is the file's name with extension; it decides the
/// format and the fallback name. `expected` is the kind the user or a backup's manifest named: it
/// wins over the guess wherever the content can be a document of that kind at all.
pub fn recognise(bytes: &[u8], name: &str, expected: Option<Kind>) -> Recognised {
    let extension = extension(name);
    let ours_by_name = matches!(extension.as_str(), "json" | "yaml" | "yml" | "mdc");
    let ours = ours_by_name || expected.is_some();
    let refuse = |message: Message| {
        if ours {
            Recognised::Broken(message)
        } else {
            Recognised::NotOurs(message)
        }
    };
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return match wrapper::unwrap_large(bytes) {
            Some(Ok(wrapped)) => document_of(wrapped, Encoding::Utf8),
            Some(Err(message)) => Recognised::Broken(message),
            None => refuse(too_large(bytes.len())),
        };
    }
    let Some((text, encoding)) = decode(bytes) else {
        let code = if ours {
            "encoding_unknown"
        } else {
            "not_ours_binary"
        };
        return refuse(Message::new(code));
    };
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return refuse(Message::new("document_empty"));
    }
    let Some(format) = format_of(&extension, &text, expected) else {
        return Recognised::NotOurs(Message::new("not_ours_unknown_format"));
    };
    let document = match Document::parse(format, text) {
        Ok(document) => document,
        Err(message) => return refuse(message),
    };
    if let Some(unwrapped) = wrapper::unwrap(&document) {
        return match unwrapped {
            Ok(wrapped) => document_of(wrapped, encoding),
            Err(message) => Recognised::Broken(message),
        };
    }
    match kind_of(&document, &extension, expected) {
        Ok(kind) => {
            let summary = summarise(kind, &document, Some(name));
            Recognised::Document {
                kind,
                document,
                encoding,
                summary,
            }
        }
        Err(message) if expected.is_some() => Recognised::Broken(message),
        Err(message) => Recognised::NotOurs(message),
    }
}

/// What a wrapper held; its id is the document's.
fn document_of(wrapped: wrapper::Wrapped, encoding: Encoding) -> Recognised {
    let wrapper::Wrapped {
        id,
        kind,
        name,
        document,
    } = wrapped;
    let mut summary = summarise(kind, &document, Some(&name));
    summary.derived_id.clone_from(&id);
    summary.id = Some(id);
    if !summary.name_given {
        summary.name = name;
    }
    Recognised::Document {
        kind,
        document,
        encoding,
        summary,
    }
}

fn kind_of(document: &Document, extension: &str, expected: Option<Kind>) -> Result<Kind, Message> {
    if document.format() == Format::Markdown {
        return match expected {
            Some(kind @ (Kind::Rule | Kind::Template)) => Ok(kind),
            Some(_) => Err(Message::new("not_ours_plain_text")),
            None => kind::of_markdown(document, extension == "mdc"),
        };
    }
    let value = document.value();
    if !matches!(value, Value::Object(_)) {
        return Err(match expected {
            Some(_) => Message::new("document_not_an_object"),
            None => foreign::not_an_object(value),
        });
    }
    match expected {
        // A list of a backup is no document, whoever says so.
        Some(_) if foreign::is_backup_manifest(value) => Err(foreign::backup_manifest()),
        Some(kind) => Ok(kind),
        None => match foreign::looks_like(value) {
            Some(message) => Err(message),
            None => kind::of_object(value).ok_or_else(|| foreign::unknown(value)),
        },
    }
}

/// The lower-case extension of a file's name, empty when it has none.
fn extension(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    base.rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default()
}

fn format_of(extension: &str, text: &str, expected: Option<Kind>) -> Option<Format> {
    match extension {
        "json" => Some(Format::Json),
        "yaml" | "yml" => Some(Format::Yaml),
        "md" | "mdc" | "markdown" => Some(Format::Markdown),
        _ => sniffed_format(text, expected),
    }
}

/// The format of a file whose name does not tell.
fn sniffed_format(text: &str, expected: Option<Kind>) -> Option<Format> {
    let beginning = text.trim_start_matches('\u{feff}').trim_start();
    if beginning.starts_with(['{', '[']) {
        return Some(Format::Json);
    }
    if markdown::parts(text).front.is_some() {
        return Some(Format::Markdown);
    }
    match expected? {
        Kind::Workflow | Kind::Roadmap => Some(Format::Yaml),
        Kind::Rule | Kind::Template => Some(Format::Markdown),
    }
}
