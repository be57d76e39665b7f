//! Earlier states of documents: the same bodies for every kind.

use flowkeep_core::{Kind, differences};

use super::documents::{find, find_kept, parsed, put_again};
use crate::types::{
    Changed, CompareInput, Comparison, DocumentRef, History, RevertInput, RevisionRow,
};
use crate::{Api, AppError, time};

/// Makes the text of an earlier revision the newest.
///
/// # Errors
/// `not_found`, `revision_not_found`.
pub fn revert(api: &Api, kind: Kind, input: RevertInput) -> Result<Changed, AppError> {
    let there = find_kept(&api.store, kind, &input.id)?;
    put_again(api, kind, &there, input.revision, "revert")
}

/// The revisions of a document, newest first.
///
/// # Errors
/// `not_found`.
pub fn history(api: &Api, kind: Kind, input: DocumentRef) -> Result<History, AppError> {
    let record = find(&api.store, kind, &input.id)?;
    let items: Vec<_> = api
        .store
        .revisions(record.row)?
        .into_iter()
        .map(|revision| RevisionRow {
            revision: revision.revision,
            at: time::rfc3339(revision.at),
            actor: revision.actor,
            operation: revision.operation.unwrap_or_else(|| "restore".to_owned()),
            operation_id: revision.operation_id,
            name: revision.name,
            bytes: revision.bytes,
        })
        .collect();
    Ok(History {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// How two revisions differ.
///
/// # Errors
/// `not_found`, `revision_not_found`.
pub fn compare(api: &Api, kind: Kind, input: CompareInput) -> Result<Comparison, AppError> {
    let record = find(&api.store, kind, &input.id)?;
    let before = parsed(&api.store, &record, input.from)?;
    let after = parsed(&api.store, &record, input.to)?;
    Ok(Comparison {
        differences: differences(kind, &before, &after),
        before: before.into_text(),
        after: after.into_text(),
    })
}
