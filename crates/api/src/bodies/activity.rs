//! `activity_*`: who changed what and when.

use flowkeep_files::export_document;
use flowkeep_store::{OperationFilter, OperationItemRecord, OperationRecord};

use super::page;
use crate::types::{
    ActivityInput, ActivityPage, ExportTo, Exported, OperationItem, OperationRef, OperationRow,
    OperationShow,
};
use crate::{Api, AppError, time};

/// A page of operations, newest first.
///
/// # Errors
/// `limit_too_large`, `time_unreadable`.
pub fn list(api: &Api, input: ActivityInput) -> Result<ActivityPage, AppError> {
    let now = api.clock.now().0;
    let at = |text: Option<String>| text.map(|text| time::given(&text, now)).transpose();
    let page = api.store.operations(&OperationFilter {
        text: input
            .query
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty()),
        operation: input.operation,
        kind: input.kind,
        id: input.id,
        since: at(input.since)?,
        until: at(input.until)?,
        after: input.after,
        limit: page(input.limit, 50)?,
        count: input.count,
    })?;
    Ok(ActivityPage {
        items: page.items.into_iter().map(row).collect(),
        next: page.next,
        total: page.total,
    })
}

/// One operation and a page of what it touched.
///
/// # Errors
/// `operation_unknown`, `limit_too_large`.
pub fn show(api: &Api, input: OperationRef) -> Result<OperationShow, AppError> {
    let limit = page(input.limit, 100)?;
    let found = api.store.operation(&input.id)?;
    let found = found.ok_or_else(|| AppError::new("operation_unknown").with("id", &input.id))?;
    let items = api
        .store
        .operation_items(&input.id, limit, input.offset.unwrap_or_default())?;
    Ok(OperationShow {
        operation: row(found),
        items: items.into_iter().map(item).collect(),
    })
}

/// Writes all of Activity to a file, as JSON.
///
/// # Errors
/// What the system says.
pub fn export(api: &Api, input: ExportTo) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let filter = OperationFilter {
            after,
            limit: 500,
            ..OperationFilter::default()
        };
        let page = api.store.operations(&filter)?;
        for found in page.items {
            let items = api.store.operation_items(&found.id, u32::MAX, 0)?;
            let items = items.into_iter().map(item).collect();
            entries.push(OperationShow {
                operation: row(found),
                items,
            });
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let json = serde_json::to_string_pretty(&entries)
        .map_err(|error| AppError::new("internal").with("detail", error))?;
    export_document(api.files.as_ref(), &(json + "\n"), &target)?;
    Ok(Exported {
        files: vec![target.display().to_string()],
    })
}

pub(crate) fn row(record: OperationRecord) -> OperationRow {
    OperationRow {
        undoable: record.count > 0 && record.undone_by.is_none() && !record.came_in,
        at: time::rfc3339(record.at),
        id: record.id,
        actor: record.actor,
        face: record.face,
        operation: record.operation,
        kind: record.kind,
        subject_id: record.subject_id,
        subject_name: record.subject_name,
        before: record.before,
        after: record.after,
        count: record.count,
        undone_by: record.undone_by,
    }
}

fn item(record: OperationItemRecord) -> OperationItem {
    OperationItem {
        kind: record.kind,
        id: record.id,
        name: record.name,
        before: record.before,
        after: record.after,
    }
}
