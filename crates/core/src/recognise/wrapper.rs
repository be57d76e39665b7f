//! Documents that are no JSON travel as `{id, kind, name, format, raw}` (contracts, "Backup
//! folder, format 1"), so that a backup is JSON files throughout and an id is never written into
//! a text that had none.

use serde::Serialize;

use crate::{Document, Format, Kind, Message, Value};

/// A document out of its wrapper.
pub(super) struct Wrapped {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) document: Document,
}

#[derive(Serialize)]
struct Wrapper<'d> {
    id: &'d str,
    kind: Kind,
    name: &'d str,
    format: Format,
    raw: &'d str,
}

/// The wrapper of a document that is no JSON: pretty JSON with a final line end. What
/// [`recognise`](crate::recognise) gives for it is the same document with this id.
pub fn wrap(id: &str, kind: Kind, name: &str, document: &Document) -> String {
    let wrapper = Wrapper {
        id,
        kind,
        name,
        format: document.format(),
        raw: document.text(),
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
