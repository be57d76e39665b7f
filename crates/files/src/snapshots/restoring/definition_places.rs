//! In which places two definitions differ, without what their keys are.

use flowkeep_core::secret::{self, MASK};
use flowkeep_core::{Difference, Document, Kind, decode, differences};

use super::definitions::format_of;

/// In which places a definition is not what was worked with, in the words of the form. A key that is another one is a
/// place, too, with something in its stead on either side; where something already stood for it when it was kept,
/// nobody knows what it was, and nothing is said of it.
pub(super) fn definition_places(was: &[u8], is: &[u8]) -> Vec<Difference> {
    let (Some(before), Some(after)) = (document(was), document(is)) else {
        return Vec::new();
    };
    let places = differences(Kind::Workflow, &before, &after);
    let (without, also_without) = (without_keys(&before), without_keys(&after));
    if matches!((&without, &also_without), (Keys::None, Keys::None)) {
        return places;
    }
    let mut shown = match (without.or(before), also_without.or(after)) {
        (Some(before), Some(after)) => differences(Kind::Workflow, &before, &after),
        _ => Vec::new(),
    };
    let told = places.into_iter().filter_map(|place| {
        let same = shown.iter().position(|one| is_same(one, &place));
        match same {
            Some(at) => Some(shown.remove(at)),
            None if holds_mask(place.before.as_ref()) => None,
            None => Some(Difference {
                before: place.before.map(|_| MASK.to_owned()),
                after: place.after.map(|_| MASK.to_owned()),
                ..place
            }),
        }
    });
    told.collect()
}

fn is_same(one: &Difference, other: &Difference) -> bool {
    (&one.path, &one.field, one.change) == (&other.path, &other.field, other.change)
}

fn holds_mask(text: Option<&String>) -> bool {
    text.is_some_and(|text| text.contains(MASK))
}

/// A text that is YAML or, as what is written in braces, JSON.
fn document(bytes: &[u8]) -> Option<Document> {
    let (text, _) = decode(bytes)?;
    Document::parse(format_of(&text), text).ok()
}

/// The keys of a document.
enum Keys {
    /// It has none.
    None,
    /// The same with something in the place of them; nothing where that cannot be read any more.
    Masked(Option<Document>),
}

impl Keys {
    fn or(self, document: Document) -> Option<Document> {
        match self {
            Self::None => Some(document),
            Self::Masked(masked) => masked,
        }
    }
}

fn without_keys(document: &Document) -> Keys {
    let format = document.format();
    let Some(masked) = secret::masked(Some(format), document.text().as_bytes()) else {
        return Keys::None;
    };
    let text = String::from_utf8(masked.bytes).ok();
    Keys::Masked(text.and_then(|text| Document::parse(format, text).ok()))
}

#[cfg(test)]
mod tests {
    use super::definition_places;

    /// Where they differ, and both sides.
    fn told(was: &str, is: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let places = definition_places(was.as_bytes(), is.as_bytes());
        let told = places
            .into_iter()
            .map(|one| (one.path, one.before, one.after));
        told.collect()
    }

    fn place(path: &str, before: &str, after: &str) -> (String, Option<String>, Option<String>) {
        (path.to_owned(), Some(before.into()), Some(after.into()))
    }

    #[test]
    fn a_key_that_is_another_one_is_a_place_and_is_not_told() {
        let was = "name: a\napi_key: sk-1f0e9d8c7b6a59483726\ntimeout: 5\n";
        let is = "name: b\napi_key: sk-00112233445566778899\ntimeout: 5\n";
        let expected = [
            place("/name", "a", "b"),
            place("/api_key", "<masked>", "<masked>"),
        ];
        assert_eq!(told(was, is), expected);
    }

    #[test]
    fn what_stood_for_a_key_when_it_was_kept_is_no_difference() {
        let was = "name: a\napi_key: <masked>\n";
        let is = "name: a\napi_key: sk-00112233445566778899\n";
        assert_eq!(told(was, is), []);
        let renamed = "name: b\napi_key: sk-00112233445566778899\n";
        assert_eq!(told(was, renamed), [place("/name", "a", "b")]);
    }

    #[test]
    fn what_is_no_document_differs_in_no_place() {
        assert_eq!(told("name: [", "name: a\n"), []);
    }
}
