//! Copies of documents within the catalog.

use flowkeep_core::{Document, Edit, Kind, Step, summarise};
use flowkeep_store::Paused;

use super::documents::{Put, find_kept, parsed};
use crate::types::{Changed, DocumentRef};
use crate::{Api, AppError};

/// Makes a copy of a document under an id of its own.
///
/// # Errors
/// `not_found`.
pub fn duplicate(api: &Api, kind: Kind, input: DocumentRef) -> Result<Changed, AppError> {
    let there = find_kept(&api.store, kind, &input.id)?;
    let document = parsed(&api.store, &there, there.revision)?;
    let summary = summarise(kind, &document, None);
    let name = copied_name(&there.name);
    // A copy is told apart by its name; its id stands beside the text, never in it.
    let document = if summary.name_given {
        renamed(&document, &summary.name, &name).unwrap_or(document)
    } else {
        document
    };
    let put = Put::new(api, kind, document, Some(name), "duplicate")?;
    api.store.write(move |tx| {
        let mut number = 2_u32;
        let id = loop {
            let id = format!("{}-{number}", there.id);
            if tx.document(kind, &id)?.is_none() {
                break id;
            }
            number += 1;
        };
        let copied = put.under(tx, id.clone())?;
        // Two of them at the same time are seldom meant.
        if kind == Kind::Workflow {
            tx.pause_schedules(Some(&id), Paused::BroughtIn)?;
        }
        Ok(copied)
    })
}

/// "Report" → "Report (2)" → "Report (3)".
fn copied_name(name: &str) -> String {
    let numbered = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    if let Some((start, number)) = numbered
        && let Ok(number) = number.parse::<u32>()
    {
        return format!("{start} ({})", number.saturating_add(1));
    }
    format!("{name} (2)")
}

/// The document with its name changed where it stands; `None` where it stands elsewhere.
fn renamed(document: &Document, from: &str, to: &str) -> Option<Document> {
    let places: [&[&str]; 4] = [
        &["name"],
        &["title"],
        &["metadata", "name"],
        &["metadata", "title"],
    ];
    places.iter().find_map(|place| {
        let path: Vec<Step> = place
            .iter()
            .map(|key| Step::Key((*key).to_owned()))
            .collect();
        let edit = Edit::Set {
            path,
            value: to.into(),
        };
        let edited = document.edit(&[edit]).ok()?;
        let now = |document: &Document| {
            place
                .iter()
                .try_fold(document.value(), |value, key| value.get(key))
                .and_then(|value| value.as_str().map(str::to_owned))
        };
        (now(document).as_deref() == Some(from)).then_some(edited)
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Format;

    use super::*;

    #[test]
    fn copies_are_numbered_by_name() {
        assert_eq!(copied_name("Report"), "Report (2)");
        assert_eq!(copied_name("Report (2)"), "Report (3)");
        assert_eq!(copied_name("Report (draft)"), "Report (draft) (2)");
    }

    #[test]
    fn only_the_place_the_name_stands_in_is_changed() {
        let text = r#"{"title": "T", "name": "N"}"#;
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let edited = renamed(&document, "T", "T (2)").unwrap();
        assert_eq!(edited.text(), r#"{"title": "T (2)", "name": "N"}"#);
        assert!(renamed(&document, "elsewhere", "x").is_none());
    }
}
