//! `flow_*`, `roadmap_*`, `rule_*`, `template_*`: the same bodies for every kind.

use flowkeep_core::{Document, Edit, Kind, Step, Summary, search_query, summarise, validate};
use flowkeep_store::{
    DocumentRecord, ListQuery, ListSort, NewDocument, NewOperation, OperationItemRecord, Tx,
};

use super::page;
use crate::types::{
    Changed, CreateInput, DeleteInput, Deleted, DocumentPage, DocumentRef, DocumentRow,
    DocumentShow, DocumentSort, ListInput, UpdateInput,
};
use crate::{Api, AppError, time};

/// A page of documents.
///
/// # Errors
/// `limit_too_large`; what the database says.
pub fn list(api: &Api, kind: Kind, input: ListInput) -> Result<DocumentPage, AppError> {
    let words = input
        .query
        .as_deref()
        .map(str::trim)
        .filter(|words| !words.is_empty());
    let matching = words.map(search_query);
    if let Some(None) = matching {
        return Ok(DocumentPage {
            total: 0,
            items: Vec::new(),
        });
    }
    let listing = api.store.list(&ListQuery {
        kind,
        matching: matching.flatten(),
        limit: page(input.limit, 50)?,
        offset: input.offset.unwrap_or_default(),
        sort: match input.sort.unwrap_or_default() {
            DocumentSort::Name => ListSort::Name,
            DocumentSort::Updated => ListSort::Updated,
        },
        deleted: input.deleted.unwrap_or_default(),
    })?;
    let items = listing.items.into_iter().map(row).collect();
    Ok(DocumentPage {
        total: listing.total,
        items,
    })
}

/// One document.
///
/// # Errors
/// `not_found`, `revision_not_found`.
pub fn show(api: &Api, kind: Kind, input: DocumentRef) -> Result<DocumentShow, AppError> {
    let record = find(api, kind, &input.id)?;
    let revision = input.revision.unwrap_or(record.revision);
    let stored = api
        .store
        .text(record.row, revision)?
        .ok_or_else(|| revision_not_found(&record, revision))?;
    let (view, spelled, validation) = match Document::parse(stored.format, stored.text.clone()) {
        Ok(document) => (
            document.value().to_web_json(),
            document.value().spelled_numbers(),
            validate(kind, &document),
        ),
        Err(_) => Default::default(),
    };
    let mut row = row(record);
    row.revision = revision;
    row.format = stored.format;
    row.name = stored.name;
    Ok(DocumentShow {
        row,
        text: stored.text,
        view,
        spelled,
        validation,
    })
}

/// Keeps a new document.
///
/// # Errors
/// `exists`; the reason the text cannot be read.
pub fn create(api: &Api, kind: Kind, input: CreateInput) -> Result<Changed, AppError> {
    let document = Document::parse(input.format, input.text)?;
    let mut summary = summarise(kind, &document, None);
    name_as_told(&mut summary, input.name);
    let id = input
        .id
        .or_else(|| summary.id.clone())
        .unwrap_or_else(|| summary.derived_id.clone());
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write(move |tx| {
        if tx
            .document(kind, &id)?
            .is_some_and(|there| there.deleted_at.is_none())
        {
            return Err(AppError::new("exists")
                .with("kind", kind.as_str())
                .with("id", &id)
                .with("name", &summary.name)
                .hint("update_or_other_id"));
        }
        put(
            tx,
            Put {
                kind,
                id,
                document,
                summary,
                operation: "create",
                actor,
                face,
            },
        )
    })
}

/// Keeps a new revision of a document.
///
/// # Errors
/// `not_found`, `document_changed` when another revision has come since `base_revision`; the
/// reason the text cannot be read.
pub fn update(api: &Api, kind: Kind, input: UpdateInput) -> Result<Changed, AppError> {
    let there = find_kept(api, kind, &input.id)?;
    let document = Document::parse(input.format.unwrap_or(there.format), input.text)?;
    let mut summary = summarise(kind, &document, None);
    name_as_told(&mut summary, Some(there.name));
    let (actor, face) = (api.actor()?, api.face.as_str());
    let (id, base) = (input.id, input.base_revision);
    api.store.write(move |tx| {
        let there = tx
            .document(kind, &id)?
            .filter(|there| there.deleted_at.is_none());
        let there = there.ok_or_else(|| not_found(kind, &id))?;
        if base.is_some_and(|base| base != there.revision) {
            return Err(AppError::new("document_changed")
                .with("name", &there.name)
                .with("revision", there.revision)
                .hint("compare_first"));
        }
        put(
            tx,
            Put {
                kind,
                id,
                document,
                summary,
                operation: "update",
                actor,
                face,
            },
        )
    })
}

/// Deletes documents; they can be brought back.
///
/// # Errors
/// `not_found` when one of them is not there; nothing is deleted then.
pub fn delete(api: &Api, kind: Kind, input: DeleteInput) -> Result<Deleted, AppError> {
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write(move |tx| {
        let operation = tx.next_operation_id()?;
        let mut items = Vec::new();
        for id in input.ids {
            let there = tx
                .delete_document(kind, &id)?
                .ok_or_else(|| not_found(kind, &id))?;
            items.push(OperationItemRecord {
                kind: kind.as_str().to_owned(),
                id,
                name: Some(there.name),
                before: Some(there.revision),
                after: None,
            });
        }
        if items.is_empty() {
            return Ok(Deleted {
                deleted: 0,
                operation_id: None,
            });
        }
        tx.record_operation(operation, &new_operation(&actor, face, "delete", &items))?;
        let deleted = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Ok(Deleted {
            deleted,
            operation_id: Some(operation.to_string()),
        })
    })
}

/// Brings a deleted document back.
///
/// # Errors
/// `not_found`, `not_deleted`.
pub fn undelete(api: &Api, kind: Kind, input: DocumentRef) -> Result<Changed, AppError> {
    let there = find(api, kind, &input.id)?;
    if there.deleted_at.is_none() {
        return Err(AppError::new("not_deleted").with("name", there.name));
    }
    put_again(api, kind, &there, there.revision, "undelete")
}

/// Makes a copy of a document under an id of its own.
///
/// # Errors
/// `not_found`.
pub fn duplicate(api: &Api, kind: Kind, input: DocumentRef) -> Result<Changed, AppError> {
    let there = find_kept(api, kind, &input.id)?;
    let document = parsed(api, &there, there.revision)?;
    let mut summary = summarise(kind, &document, None);
    let name = copied_name(&there.name);
    // A copy is told apart by its name; its id stands beside the text, never in it.
    let document = if summary.name_given {
        renamed(&document, &summary.name, &name).unwrap_or(document)
    } else {
        document
    };
    summary = summarise(kind, &document, None);
    name_as_told(&mut summary, Some(name));
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write(move |tx| {
        let mut number = 2_u32;
        let id = loop {
            let id = format!("{}-{number}", there.id);
            if tx.document(kind, &id)?.is_none() {
                break id;
            }
            number += 1;
        };
        put(
            tx,
            Put {
                kind,
                id,
                document,
                summary,
                operation: "duplicate",
                actor,
                face,
            },
        )
    })
}

struct Put {
    kind: Kind,
    id: String,
    document: Document,
    summary: Summary,
    operation: &'static str,
    actor: String,
    face: &'static str,
}

/// Keeps a document and records the operation. A text that was there already is no change.
fn put(tx: &Tx<'_>, put: Put) -> Result<Changed, AppError> {
    let operation = tx.next_operation_id()?;
    let new = NewDocument {
        kind: put.kind,
        id: &put.id,
        document: &put.document,
        summary: &put.summary,
        example: false,
    };
    let (before, after) = tx.put_document(&new, operation, &put.actor)?;
    if before == Some(after) {
        return Ok(Changed {
            id: put.id,
            revision: after,
            operation_id: None,
        });
    }
    let item = OperationItemRecord {
        kind: put.kind.as_str().to_owned(),
        id: put.id.clone(),
        name: Some(put.summary.name),
        before,
        after: Some(after),
    };
    tx.record_operation(
        operation,
        &new_operation(&put.actor, put.face, put.operation, &[item]),
    )?;
    Ok(Changed {
        id: put.id,
        revision: after,
        operation_id: Some(operation.to_string()),
    })
}

pub(super) fn put_again(
    api: &Api,
    kind: Kind,
    there: &DocumentRecord,
    revision: u32,
    operation: &'static str,
) -> Result<Changed, AppError> {
    let document = parsed(api, there, revision)?;
    let mut summary = summarise(kind, &document, None);
    name_as_told(&mut summary, Some(there.name.clone()));
    let (actor, face, id) = (api.actor()?, api.face.as_str(), there.id.clone());
    api.store.write(move |tx| {
        put(
            tx,
            Put {
                kind,
                id,
                document,
                summary,
                operation,
                actor,
                face,
            },
        )
    })
}

pub(super) fn new_operation<'a>(
    actor: &'a str,
    face: &'a str,
    operation: &'a str,
    items: &'a [OperationItemRecord],
) -> NewOperation<'a> {
    NewOperation {
        actor,
        face,
        operation,
        name: None,
        undoes: None,
        items,
    }
}

/// A document of any state.
pub(super) fn find(api: &Api, kind: Kind, id: &str) -> Result<DocumentRecord, AppError> {
    api.store
        .document(kind, id)?
        .ok_or_else(|| not_found(kind, id))
}

/// A document that is not deleted.
pub(super) fn find_kept(api: &Api, kind: Kind, id: &str) -> Result<DocumentRecord, AppError> {
    let record = find(api, kind, id)?;
    if record.deleted_at.is_some() {
        return Err(not_found(kind, id).hint("bring_back"));
    }
    Ok(record)
}

fn not_found(kind: Kind, id: &str) -> AppError {
    AppError::new("not_found")
        .with("kind", kind.as_str())
        .with("id", id)
        .hint("list_first")
}

fn revision_not_found(record: &DocumentRecord, revision: u32) -> AppError {
    AppError::new("revision_not_found")
        .with("name", &record.name)
        .with("revision", revision)
        .with("latest", record.revision)
}

pub(super) fn parsed(
    api: &Api,
    record: &DocumentRecord,
    revision: u32,
) -> Result<Document, AppError> {
    let stored = api
        .store
        .text(record.row, revision)?
        .ok_or_else(|| revision_not_found(record, revision))?;
    Ok(Document::parse(stored.format, stored.text)?)
}

/// A text without a name is called what the operator calls it.
fn name_as_told(summary: &mut Summary, told: Option<String>) {
    if !summary.name_given
        && let Some(name) = told.filter(|name| !name.is_empty())
    {
        summary.name = name;
    }
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

pub(crate) fn row(record: DocumentRecord) -> DocumentRow {
    let stated = |text: Option<&String>| text.and_then(|text| time::stated(text.as_str()));
    DocumentRow {
        created_at: stated(record.stated_created_at.as_ref())
            .unwrap_or_else(|| time::rfc3339(record.created_at)),
        updated_at: time::rfc3339(record.updated_at),
        deleted_at: record.deleted_at.map(time::rfc3339),
        id: record.id,
        kind: record.kind,
        name: record.name,
        doc_type: record.doc_type,
        description: record.description,
        shape: record.shape,
        format: record.format,
        revision: record.revision,
        stages: record.stages,
        tasks: record.tasks,
        milestones: record.milestones,
        problems: record.problems,
        warnings: record.warnings,
        runs_something: record.runs_something,
        contains_key: record.contains_key,
        example: record.example,
    }
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
