//! Documents that are no JSON travel as `{id, kind, name, format, raw}` (contracts, "Backup
//! folder, format 1"), so that a backup is JSON files throughout and an id is never written into
//! a text that had none.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::document::MAX_DOCUMENT_BYTES;
use crate::{Document, Format, Kind, Message, Value};

/// A wrapper's text may be this many times as long as what it holds: JSON writes a control
/// character in six.
const ESCAPED: usize = 6;

/// A document out of its wrapper.
pub(super) struct Wrapped {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) document: Document,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapper<'d> {
    id: Cow<'d, str>,
    kind: Kind,
    name: Cow<'d, str>,
    format: Format,
    raw: Cow<'d, str>,
}

/// The wrapper of a document that is no JSON: pretty JSON with a final line end. What
/// [`recognise`](crate::recognise) gives for it is the same document with this id.
pub fn wrap(id: &str, kind: Kind, name: &str, document: &Document) -> String {
    let wrapper = Wrapper {
        id: id.into(),
        kind,
        name: name.into(),
        format: document.format(),
        raw: document.text().into(),
    };
    // Serialising texts and words cannot fail.
    serde_json::to_string_pretty(&wrapper)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// What is in this document when it is a wrapper: exactly the five keys with fitting values. A
/// document of the user's that happens to have these keys among others is none.
pub(super) fn unwrap(document: &Document) -> Option<Result<Wrapped, Message>> {
    let members = document
        .value()
        .as_object()
        .filter(|members| members.len() == 5)?;
    if document.format() != Format::Json {
        return None;
    }
    let text = |key: &str| {
        members
            .iter()
            .find(|(name, _)| name == key)
            .and_then(|(_, value)| value.as_str())
    };
    let kind = Kind::from_word(text("kind")?)?;
    let format = Format::from_word(text("format")?)?;
    let id = document
        .value()
        .get("id")
        .and_then(Value::as_word)?
        .to_owned();
    let (name, raw) = (text("name")?.to_owned(), text("raw")?.to_owned());
    Some(Document::parse(format, raw).map(|document| Wrapped {
        id,
        kind,
        name,
        document,
    }))
}

/// What is in a wrapper that is itself longer than a document may be: what it holds need not be.
pub(super) fn unwrap_large(bytes: &[u8]) -> Option<Result<Wrapped, Message>> {
    if bytes.len() > ESCAPED * MAX_DOCUMENT_BYTES {
        return None;
    }
    let Wrapper {
        id,
        kind,
        name,
        format,
        raw,
    } = serde_json::from_slice(bytes).ok()?;
    let (id, name) = (id.into_owned(), name.into_owned());
    Some(
        Document::parse(format, raw.into_owned()).map(|document| Wrapped {
            id,
            kind,
            name,
            document,
        }),
    )
}
