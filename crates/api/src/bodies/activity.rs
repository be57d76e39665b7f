//! `activity_*`: who changed what and when.

use std::path::Path;
use std::sync::Arc;

use flowkeep_files::{Existing, Sink, export_pieces};
use flowkeep_host::{Files, path_text};
use flowkeep_store::{OperationFilter, OperationItemRecord, OperationRecord, Store};

use super::{page, secrets};
use crate::apart::in_time;
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
        changes: input.changes,
        starts: true,
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
    let found = api.store.operation_or_start(&input.id)?;
    let found = found.ok_or_else(|| AppError::new("operation_unknown").with("id", &input.id))?;
    let items = api
        .store
        .operation_items(&input.id, limit, input.offset.unwrap_or_default())?;
    Ok(OperationShow {
        operation: row(found),
        items: items.into_iter().map(item).collect(),
    })
}

/// Writes all of Activity to a file, as JSON: a list of what `activity_show` answers, newest first.
/// A page of it at most is held.
///
/// # Errors
/// What the system says.
pub fn export(api: &Api, input: ExportTo) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let (files, store, file) = (
        Arc::clone(&api.files),
        Arc::clone(&api.store),
        target.clone(),
    );
    in_time(api.most, &target, move |goes_on| {
        write_all(&store, files.as_ref(), &file, goes_on)
    })?;
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

fn write_all(
    store: &Store,
    files: &dyn Files,
    target: &Path,
    goes_on: &dyn Fn(),
) -> Result<(), AppError> {
    export_pieces(files, target, Existing::Replace, |out| {
        out(b"[")?;
        let mut between = "\n";
        let mut filter = OperationFilter {
            limit: PAGE,
            starts: true,
            ..OperationFilter::default()
        };
        loop {
            let page = store.operations(&filter)?;
            for found in page.items {
                out(between.as_bytes())?;
                between = ",\n";
                write_operation(store, found, out, goes_on)?;
            }
            if page.next.is_none() {
                return Ok::<_, AppError>(out(b"\n]\n")?);
            }
            filter.after = page.next;
        }
    })
}

/// Rows read at a time by an export.
const PAGE: u32 = 500;

/// Writes an [`OperationShow`] with all that the operation touched.
fn write_operation(
    store: &Store,
    found: OperationRecord,
    out: &mut Sink<'_>,
    goes_on: &dyn Fn(),
) -> Result<(), AppError> {
    let id = found.id.clone();
    out(b"{\"operation\":")?;
    out(&json(&row(found))?)?;
    out(b",\"items\":[")?;
    let mut first = 0;
    loop {
        goes_on();
        let items = store.operation_items(&id, PAGE, first)?;
        if items.is_empty() {
            return Ok(out(b"]}")?);
        }
        for found in items {
            if first > 0 {
                out(b",")?;
            }
            out(&json(&item(found))?)?;
            first += 1;
        }
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, AppError> {
    serde_json::to_vec(value).map_err(|error| AppError::new("internal").with("detail", error))
}

pub(crate) fn row(record: OperationRecord) -> OperationRow {
    let is_of_secret = ["secret_set", "secret_remove"].contains(&record.operation.as_str());
    let secret = record.subject_name.as_deref().filter(|_| is_of_secret);
    OperationRow {
        undoable: record.undone_by.is_none()
            && (record.changed_documents() || record.brings_runs_back),
        at: time::rfc3339(record.at),
        id: record.id,
        actor: record.actor,
        face: record.face,
        operation: record.operation,
        kind: record.kind,
        subject_id: record.subject_id,
        subject: secret.and_then(secrets::belonging),
        subject_name: record.subject_name,
        before: record.before,
        after: record.after,
        count: record.count,
        undone_by: record.undone_by,
        undone: record.undone,
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

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewOperation, StoreError};

    use super::*;
    use crate::testing::open;
    use crate::types::{ChosenPlace, CreateInput, RunAnswerInput, RunDecision, RunStartInput};
    use crate::{Silent, documents, run_changes, run_questions};

    const REVIEW: &str = r#"{"id": "review", "name": "Review", "tasks": [
        {"id": "look", "name": "Look at it", "action": "manual", "params": {"instruction": "Look"}}]}"#;

    #[test]
    fn who_started_and_approved_stands_there() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let new = CreateInput {
            text: REVIEW.to_owned(),
            format: flowkeep_core::Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, flowkeep_core::Kind::Workflow, new).unwrap();
        let start = RunStartInput {
            workflow: "review".to_owned(),
            ..RunStartInput::default()
        };
        let run = run_changes::start(&api, start).unwrap().run_id;
        run_changes::wait(&api, &run, &Silent).unwrap();
        let answer = |decision| RunAnswerInput {
            id: run.clone(),
            task: "look".to_owned(),
            decision: Some(decision),
            ..RunAnswerInput::default()
        };
        let refused = run_questions::answer(&api, answer(RunDecision::Done));
        assert_eq!(refused.unwrap_err().code, "run_answer_does_not_fit");
        run_questions::answer(&api, answer(RunDecision::Approve)).unwrap();
        let of_run = ActivityInput {
            kind: Some("run".to_owned()),
            id: Some(run.clone()),
            count: true,
            ..ActivityInput::default()
        };
        let page = list(&api, of_run).unwrap();
        let told: Vec<_> = page
            .items
            .iter()
            .map(|row| row.operation.as_str())
            .collect();
        assert_eq!(told, ["run_approve", "run_start"]);
        let approved = &page.items[0];
        assert_eq!(
            approved.subject_name.as_deref(),
            Some("Review · Look at it")
        );
        assert_eq!(approved.actor, api.actor().unwrap());
        assert!(page.items.iter().all(|row| !row.undoable));
    }

    #[test]
    fn an_export_is_all_of_activity_whatever_the_pages() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let operations = PAGE + 1;
        let items = 2 * PAGE;
        api.store
            .write::<_, StoreError>(move |tx| {
                for number in 0..operations {
                    let touched = if number == 1 { items } else { 1 };
                    let items: Vec<_> = (0..touched)
                        .map(|item| OperationItemRecord {
                            kind: "workflow".to_owned(),
                            id: format!("w{item}"),
                            name: None,
                            before: None,
                            after: Some(1),
                        })
                        .collect();
                    let new = NewOperation {
                        actor: "tester",
                        face: "cli",
                        operation: "import",
                        name: None,
                        undoes: None,
                        items: &items,
                    };
                    tx.record_operation(tx.next_operation_id()?, &new)?;
                }
                Ok(())
            })
            .unwrap();
        let file = root.path().join("activity.json");
        let to = ChosenPlace::Path(file.clone());
        export(&api, ExportTo { to }).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let written: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(written.len(), operations as usize);
        let second = &written[written.len() - 2];
        let touched = second["items"].as_array().unwrap();
        assert_eq!(touched.len(), items as usize);
        let shown = show(
            &api,
            OperationRef {
                id: second["operation"]["id"].as_str().unwrap().to_owned(),
                limit: Some(PAGE),
                offset: Some(PAGE),
            },
        )
        .unwrap();
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!(shown["operation"], second["operation"]);
        assert_eq!(
            shown["items"].as_array().unwrap()[..],
            touched[PAGE as usize..]
        );
    }
}
