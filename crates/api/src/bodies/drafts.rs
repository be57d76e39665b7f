//! Texts being edited: what is wrong with them, the same bodies for every kind; and `draft_*`, which
//! keep them until they are saved. A kept draft is no change of the catalog: it is in no backup, no
//! history and no count of what has changed since.

use std::collections::BTreeMap;

use flowkeep_core::{Document, Finding, Kind, Validation, validate_for_start};
use flowkeep_engine::readiness;
use flowkeep_store::DraftRecord;

use super::documents::{find_kept, not_found, parsed};
use super::lacking_here::odd_here;
use crate::types::{
    Draft, DraftInput, DraftKeepInput, DraftList, DraftRef, DraftRow, DraftShow, KeptDraft, Nothing,
};
use crate::{Api, AppError, time};

/// Applies edits to a text that is being edited; nothing is kept.
///
/// # Errors
/// The reason an edit cannot be made.
pub fn draft(api: &Api, kind: Kind, input: DraftInput) -> Result<Draft, AppError> {
    let parsed = match Document::parse(input.format, input.text.clone()) {
        Ok(document) => document.edit(&input.edits)?,
        Err(broken) => {
            return Ok(Draft {
                text: input.text,
                view: serde_json::Value::Null,
                spelled: BTreeMap::new(),
                broken: Some(broken),
                validation: Validation::default(),
            });
        }
    };
    Ok(Draft {
        view: parsed.value().to_web_json(),
        spelled: parsed.value().spelled_numbers(),
        broken: None,
        validation: checked(api, kind, &parsed, input.id.as_deref()),
        text: parsed.into_text(),
    })
}

/// What validation finds in a kept document, and as a warning that a start would ask for trust in it.
///
/// # Errors
/// `not_found`.
pub fn validate_kept(api: &Api, kind: Kind, id: &str) -> Result<Validation, AppError> {
    let record = find_kept(&api.store, kind, id)?;
    let document = parsed(&api.store, &record, record.revision)?;
    let mut found = checked(api, kind, &document, Some(id));
    if kind == Kind::Workflow && found.valid() && asks_for_trust(api, id) {
        found.warnings.push(Finding {
            path: String::new(),
            code: "trust_required".to_owned(),
            fields: [("name".to_owned(), record.name)].into(),
            place: None,
        });
    }
    Ok(found)
}

/// Whether a start would ask for trust. What cannot be looked at here is not told.
fn asks_for_trust(api: &Api, id: &str) -> bool {
    let ready = api
        .connected()
        .and_then(|connected| Ok(readiness(&api.store, &connected, id)?));
    match ready {
        Ok(ready) => ready.is_some_and(|ready| !ready.trusted),
        Err(error) => {
            tracing::warn!(%error, "whether it is trusted cannot be looked at");
            false
        }
    }
}

/// What validation finds, and what else would refuse a start: among the errors what refuses each, as warnings what
/// is lacking here: data sources that are not connected, a task folder or workflows that are not known, secrets
/// that were not entered. That stops starts, and no keeping. A task folder that is another workflow's is told as well.
pub(super) fn checked(api: &Api, kind: Kind, document: &Document, id: Option<&str>) -> Validation {
    let here = match kind {
        Kind::Workflow => odd_here(api, document, id),
        _ => Vec::new(),
    };
    validate_for_start(kind, document, here)
}

/// The drafts that are kept.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<DraftList, AppError> {
    let row = |record: DraftRecord| DraftRow {
        kind: record.kind,
        id: record.id,
        name: record.name,
        revision: record.revision,
        at: time::rfc3339(record.at),
    };
    let items = api.store.drafts()?.into_iter().map(row).collect();
    Ok(DraftList { items })
}

/// A document's draft as it was left.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, input: DraftRef) -> Result<DraftShow, AppError> {
    let draft = api.store.draft(input.kind, &input.id)?;
    Ok(DraftShow {
        draft: draft.map(|draft| KeptDraft {
            revision: draft.revision,
            text: draft.text,
        }),
    })
}

/// Keeps a document's draft, so that neither a crash nor a closed window takes it away.
///
/// # Errors
/// `not_found`; what the database says.
pub fn keep(api: &Api, input: DraftKeepInput) -> Result<Nothing, AppError> {
    let DraftKeepInput {
        kind,
        id,
        revision,
        text,
    } = input;
    let draft = flowkeep_store::KeptDraft { revision, text };
    api.store.write(move |tx| {
        if tx.keep_draft(kind, &id, &draft)? {
            Ok(Nothing {})
        } else {
            Err(not_found(kind, &id))
        }
    })
}

/// Forgets a document's draft, because it was saved or is not wanted.
///
/// # Errors
/// What the database says.
pub fn forget(api: &Api, input: DraftRef) -> Result<Nothing, AppError> {
    api.store.write::<_, AppError>(move |tx| {
        tx.forget_draft(input.kind, &input.id)?;
        Ok(Nothing {})
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Format;
    use serde_json::json;

    use super::*;
    use crate::bodies::{documents, folders, secrets};
    use crate::testing::open;
    use crate::types::{CreateInput, DocumentRef, FolderCreateInput, SecretSetInput, UpdateInput};

    fn of(id: &str) -> DraftRef {
        DraftRef {
            kind: Kind::Workflow,
            id: id.to_owned(),
        }
    }

    fn keep_text(api: &Api, id: &str, text: &str) -> Result<Nothing, AppError> {
        keep(
            api,
            DraftKeepInput {
                kind: Kind::Workflow,
                id: id.to_owned(),
                revision: 1,
                text: text.to_owned(),
            },
        )
    }

    fn create(api: &Api, id: &str) {
        let input = CreateInput {
            text: format!(r#"{{"id": "{id}", "name": "Saved", "tasks": []}}"#),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(api, Kind::Workflow, input).unwrap();
    }

    #[test]
    fn a_draft_is_no_change_and_is_there_after_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        create(&api, "a");
        let newest = api.store.snapshot().unwrap().latest_operation_id().unwrap();
        keep_text(&api, "a", "{half a thou").unwrap();
        let now = api.store.snapshot().unwrap().latest_operation_id().unwrap();
        assert_eq!(now, newest, "Activity does not hear of it");
        drop(api);

        let api = open(folder.path());
        let listed = list(&api, Nothing {}).unwrap().items;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].name, "Saved");
        let kept = show(&api, of("a")).unwrap().draft.unwrap();
        assert_eq!((kept.revision, kept.text.as_str()), (1, "{half a thou"));
        let shown = DocumentRef {
            id: "a".to_owned(),
            revision: None,
        };
        let shown = documents::show(&api, Kind::Workflow, shown).unwrap();
        assert_eq!(shown.row.revision, 1, "the document is as it was saved");

        forget(&api, of("a")).unwrap();
        assert!(show(&api, of("a")).unwrap().draft.is_none());
    }

    #[test]
    fn saving_a_draft_forgets_it_in_the_same_moment_and_another_text_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        create(&api, "a");
        let save = |text: &str| {
            let input = UpdateInput {
                id: "a".to_owned(),
                text: text.to_owned(),
                format: None,
                base_revision: None,
            };
            documents::update(&api, Kind::Workflow, input).unwrap();
        };
        let mine = r#"{"id": "a", "name": "Mine", "tasks": []}"#;
        keep_text(&api, "a", mine).unwrap();
        save(r#"{"id": "a", "name": "Theirs", "tasks": []}"#);
        assert!(show(&api, of("a")).unwrap().draft.is_some());
        save(mine);
        assert!(show(&api, of("a")).unwrap().draft.is_none());
    }

    /// It stops a start here, but neither the keeping nor what the document says by itself.
    #[test]
    fn a_source_that_is_not_connected_is_a_warning_where_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        let task = |source: &str| {
            format!(
                r#"{{"id": "w", "name": "W", "tasks": [{{"id": "a", "action": "sql.query", "params": {{"sql": "SELECT 1"}}{source}}}]}}"#
            )
        };
        let found = |source: &str| {
            let input = DraftInput {
                text: task(source),
                format: Format::Json,
                edits: Vec::new(),
                id: None,
            };
            let found = draft(&api, Kind::Workflow, input).unwrap().validation;
            assert_eq!(found.errors, []);
            let told = found.warnings.into_iter();
            told.map(|one| (one.code, one.path)).collect::<Vec<_>>()
        };
        let at = |path: &str| vec![("no_connection".to_owned(), path.to_owned())];
        assert_eq!(found(""), []);
        assert_eq!(found(r#", "dataSource": "local""#), []);
        assert_eq!(
            found(r#", "dataSource": "shop""#),
            at("/tasks/0/dataSource")
        );
        assert_eq!(
            found(r#", "data_source": "shop""#),
            at("/tasks/0/data_source")
        );
        let input = CreateInput {
            text: task(r#", "dataSource": "shop""#),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, Kind::Workflow, input).unwrap();
        let kept = validate_kept(&api, Kind::Workflow, "w").unwrap();
        assert_eq!(kept.warnings[0].code, "no_connection");
        let shown = DocumentRef {
            id: "w".to_owned(),
            revision: None,
        };
        let shown = documents::show(&api, Kind::Workflow, shown).unwrap();
        assert_eq!(shown.validation.warnings, kept.warnings);
    }

    #[test]
    fn a_workflow_that_is_not_there_and_a_secret_nobody_entered_are_warnings_where_they_are_named()
    {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        create(&api, "there");
        let found = |id: Option<&str>| {
            let task = |id: &str, workflow: &str| {
                format!(
                    r#"{{"id": "{id}", "action": "workflow.run", "params": {{"workflow": "{workflow}"}}}}"#
                )
            };
            let own = [
                ("a", "there"),
                ("b", "gone"),
                ("c", "w"),
                ("d", "${context.which}"),
            ];
            let tasks = own.map(|(id, workflow)| task(id, workflow)).join(", ");
            let call = r#"{"id": "e", "action": "http.request", "params":
                {"method": "GET", "url": "http://x", "headers": {"a": "${secret.TOKEN} ${secret.KEPT}"}}}"#;
            let input = DraftInput {
                text: format!(r#"{{"id": "w", "name": "W", "tasks": [{tasks}, {call}]}}"#),
                format: Format::Json,
                edits: Vec::new(),
                id: id.map(str::to_owned),
            };
            let found = draft(&api, Kind::Workflow, input).unwrap().validation;
            assert_eq!(found.errors, []);
            let told = found.warnings.into_iter();
            told.map(|one| (one.code, one.path)).collect::<Vec<_>>()
        };
        let told = |code: &str, path: &str| (code.to_owned(), path.to_owned());
        let gone = told("workflow_unknown", "/tasks/1/params/workflow");
        let token = told("secret_missing", "/tasks/4/params/headers/a");
        assert_eq!(found(None), [gone.clone(), token.clone(), token.clone()]);
        assert_eq!(found(Some("w")), found(None));
        let kept = json!({"name": "KEPT", "value": "s"});
        let kept: SecretSetInput = serde_json::from_value(kept).unwrap();
        secrets::set(&api, kept).unwrap();
        assert_eq!(found(None), [gone, token]);
    }

    #[test]
    fn a_task_folder_of_another_workflow_is_a_warning_where_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(&folder.path().join("data"));
        create(&api, "owner");
        let made = FolderCreateInput {
            workflow: "owner".to_owned(),
            root: None,
            for_runs: None,
        };
        let made = folders::create(&api, made).unwrap().id;
        let found = |id: Option<&str>| {
            let input = DraftInput {
                text: format!(
                    r#"{{"name": "W", "taskFolder": "{made}", "tasks": [{{"id": "a", "action": "wait", "params": {{"ms": 1}}}}]}}"#
                ),
                format: Format::Json,
                edits: Vec::new(),
                id: id.map(str::to_owned),
            };
            let found = draft(&api, Kind::Workflow, input).unwrap().validation;
            let told = found.warnings.into_iter();
            told.map(|one| (one.code, one.path, one.fields["workflow"].clone()))
                .collect::<Vec<_>>()
        };
        let shared = (
            "folder_of_another".to_owned(),
            "/taskFolder".to_owned(),
            "Saved".to_owned(),
        );
        assert_eq!(found(Some("owner")), []);
        assert_eq!(found(Some("second")), found(None));
        assert_eq!(found(None), [shared]);
    }

    #[test]
    fn a_folder_for_its_runs_is_no_revision_behind_what_somebody_is_writing() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(&folder.path().join("data"));
        create(&api, "w");
        let made = |for_runs: bool| {
            let made = FolderCreateInput {
                workflow: "w".to_owned(),
                root: None,
                for_runs: Some(for_runs),
            };
            let warnings = folders::create(&api, made).unwrap().warnings;
            warnings.into_iter().map(|one| one.code).collect::<Vec<_>>()
        };
        let revision = || find_kept(&api.store, Kind::Workflow, "w").unwrap().revision;
        let before = revision();
        keep_text(&api, "w", "{\"name\": \"Half wr").unwrap();
        assert_eq!(made(true), ["folder_left_to_draft"]);
        assert_eq!(made(false), [""; 0], "nothing was wanted of the workflow");
        assert_eq!(revision(), before);
        forget(&api, of("w")).unwrap();
        assert_eq!(made(true), [""; 0]);
        assert_eq!(revision(), before + 1);
    }

    #[test]
    fn input_that_nobody_gives_is_a_warning_where_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        let found = |triggered: &str| {
            let input = DraftInput {
                text: format!(
                    r#"{{"id": "w", "name": "W", {triggered} "tasks": [
                        {{"id": "a", "action": "wait", "params": {{"ms": "${{context.name}}"}}}}]}}"#
                ),
                format: Format::Json,
                edits: Vec::new(),
                id: None,
            };
            let found = draft(&api, Kind::Workflow, input).unwrap().validation;
            let told = found.warnings.into_iter();
            told.map(|one| (one.code, one.path)).collect::<Vec<_>>()
        };
        let here = (
            "input_not_given".to_owned(),
            "/tasks/0/params/ms".to_owned(),
        );
        assert_eq!(found(r#""schedule": {"cron": "0 2 * * *"},"#), [here]);
        assert_eq!(found(""), []);
        assert_eq!(found(r#""trigger": "event","#), []);
        let watch = r#""watch": {"folder": "/in", "pattern": "*"},"#;
        assert_eq!(found(watch), []);
    }

    #[test]
    fn a_draft_of_a_document_that_is_not_there_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let api = open(folder.path());
        let refused = keep_text(&api, "nobody", "{}").unwrap_err();
        assert_eq!(refused.code, "not_found");
    }
}
