//! `flow_*`, `roadmap_*`, `rule_*`, `template_*`: the same bodies for every kind.

use flowkeep_core::{Document, Kind, Summary, search_query, summarise};
use flowkeep_engine::tasks_hash;
use flowkeep_store::{
    DocumentRecord, ListQuery, ListSort, NewDocument, NewOperation, OperationItemRecord, Store, Tx,
};

use super::drafts::checked;
use super::{page, schedules};
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
    let record = find(&api.store, kind, &input.id)?;
    let revision = input.revision.unwrap_or(record.revision);
    let stored = api
        .store
        .text(record.row, revision)?
        .ok_or_else(|| revision_not_found(&record, revision))?;
    let (view, spelled, validation) = match Document::parse(stored.format, stored.text.clone()) {
        Ok(document) => (
            document.value().to_web_json(),
            document.value().spelled_numbers(),
            checked(api, kind, &document, Some(&record.id)),
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
    let put = Put::new(api, kind, document, input.name, "create")?;
    let id = input
        .id
        .or_else(|| put.summary.id.clone())
        .unwrap_or_else(|| put.summary.derived_id.clone());
    let created = api.store.write(move |tx| {
        if tx
            .document(kind, &id)?
            .is_some_and(|there| there.deleted_at.is_none())
        {
            return Err(exists(kind, &id, &put.summary.name));
        }
        put.under(tx, id)
    });
    created.inspect(|created| tell_hindrance(api, kind, created))
}

/// Keeps a new revision of a document.
///
/// # Errors
/// `not_found`, `document_changed` when another revision has come since `base_revision`; the
/// reason the text cannot be read.
pub fn update(api: &Api, kind: Kind, input: UpdateInput) -> Result<Changed, AppError> {
    let there = find_kept(&api.store, kind, &input.id)?;
    let document = Document::parse(input.format.unwrap_or(there.format), input.text)?;
    let put = Put::new(api, kind, document, Some(there.name), "update")?;
    let (id, base) = (input.id, input.base_revision);
    let updated = api.store.write(move |tx| {
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
        tx.forget_saved_draft(kind, &id, put.document.text())?;
        put.under(tx, id)
    });
    updated.inspect(|updated| tell_hindrance(api, kind, updated))
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
    let there = find(&api.store, kind, &input.id)?;
    if there.deleted_at.is_none() {
        return Err(AppError::new("not_deleted").with("name", there.name));
    }
    put_again(api, kind, &there, there.revision, "undelete")
}

/// Operations by which somebody here writes a text; what it does is trusted from then on.
const WRITTEN: [&str; 2] = ["create", "update"];

/// A text on its way into the catalog, and how that is told.
pub(super) struct Put {
    kind: Kind,
    document: Document,
    summary: Summary,
    operation: &'static str,
    actor: String,
    face: &'static str,
    along: Vec<OperationItemRecord>,
}

impl Put {
    /// A text without a name is called what the operator calls it.
    pub(super) fn new(
        api: &Api,
        kind: Kind,
        document: Document,
        told_name: Option<String>,
        operation: &'static str,
    ) -> Result<Self, AppError> {
        let mut summary = summarise(kind, &document, None);
        if !summary.name_given
            && let Some(name) = told_name.filter(|name| !name.is_empty())
        {
            summary.name = name;
        }
        Ok(Self {
            kind,
            document,
            summary,
            operation,
            actor: api.actor()?,
            face: api.face.as_str(),
            along: Vec::new(),
        })
    }

    /// With something that comes along with it, and goes when this is undone.
    pub(super) fn along_with(mut self, item: OperationItemRecord) -> Self {
        self.along.push(item);
        self
    }

    /// Keeps the document and records the operation. A text that was there already is no change.
    pub(super) fn under(self, tx: &Tx<'_>, id: String) -> Result<Changed, AppError> {
        let operation = tx.next_operation_id()?;
        let new = NewDocument {
            kind: self.kind,
            id: &id,
            document: &self.document,
            summary: &self.summary,
            example: false,
        };
        let (before, after) = tx.put_document(&new, operation, &self.actor)?;
        if self.kind == Kind::Workflow && WRITTEN.contains(&self.operation) {
            tx.trust(tasks_hash(self.document.value()), &self.actor)?;
        }
        let changed = before != Some(after);
        if changed {
            let item = OperationItemRecord {
                kind: self.kind.as_str().to_owned(),
                id: id.clone(),
                name: Some(self.summary.name),
                before,
                after: Some(after),
            };
            let items = [vec![item], self.along].concat();
            tx.record_operation(
                operation,
                &new_operation(&self.actor, self.face, self.operation, &items),
            )?;
        }
        Ok(Changed {
            id,
            revision: after,
            operation_id: changed.then(|| operation.to_string()),
        })
    }
}

pub(super) fn put_again(
    api: &Api,
    kind: Kind,
    there: &DocumentRecord,
    revision: u32,
    operation: &'static str,
) -> Result<Changed, AppError> {
    let document = parsed(&api.store, there, revision)?;
    let put = Put::new(api, kind, document, Some(there.name.clone()), operation)?;
    let id = there.id.clone();
    let again = api.store.write(move |tx| put.under(tx, id));
    again.inspect(|again| tell_hindrance(api, kind, again))
}

/// What was written is written, whether or not this can be said.
fn tell_hindrance(api: &Api, kind: Kind, changed: &Changed) {
    if kind == Kind::Workflow
        && let Err(error) = schedules::tell_hindrance(api, &changed.id)
    {
        tracing::warn!(%error, "what keeps a workflow from starting by itself is not said");
    }
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
pub(super) fn find(store: &Store, kind: Kind, id: &str) -> Result<DocumentRecord, AppError> {
    store.document(kind, id)?.ok_or_else(|| not_found(kind, id))
}

/// A document that is not deleted.
pub(super) fn find_kept(store: &Store, kind: Kind, id: &str) -> Result<DocumentRecord, AppError> {
    let record = find(store, kind, id)?;
    if record.deleted_at.is_some() {
        return Err(not_found(kind, id).hint("bring_back"));
    }
    Ok(record)
}

pub(super) fn exists(kind: Kind, id: &str, name: &str) -> AppError {
    AppError::new("exists")
        .with("kind", kind.as_str())
        .with("id", id)
        .with("name", name)
        .hint("update_or_other_id")
}

pub(super) fn not_found(kind: Kind, id: &str) -> AppError {
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
    store: &Store,
    record: &DocumentRecord,
    revision: u32,
) -> Result<Document, AppError> {
    let stored = store
        .text(record.row, revision)?
        .ok_or_else(|| revision_not_found(record, revision))?;
    Ok(Document::parse(stored.format, stored.text)?)
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
