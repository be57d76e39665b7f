//! `example_*`: a small workspace to try things on. It is offered, never there by itself, never
//! counted in a backup, and gone in one click.

use flowkeep_core::{Document, Format, Kind, summarise};
use flowkeep_store::{NewDocument, OperationItemRecord};

use super::documents::new_operation;
use crate::types::{Changed, Nothing};
use crate::{Api, AppError};

/// Kind, id and text of the example documents.
const DOCUMENTS: [(Kind, Format, &str, &str); 6] = [
    (
        Kind::Workflow,
        Format::Json,
        "example-month-end",
        include_str!("../examples/month-end.json"),
    ),
    (
        Kind::Workflow,
        Format::Json,
        "example-new-customer",
        include_str!("../examples/new-customer.json"),
    ),
    (
        Kind::Workflow,
        Format::Json,
        "example-stock-check",
        include_str!("../examples/stock-check.json"),
    ),
    (
        Kind::Roadmap,
        Format::Yaml,
        "example-year",
        include_str!("../examples/year.yaml"),
    ),
    (
        Kind::Rule,
        Format::Markdown,
        "example-four-eyes",
        include_str!("../examples/four-eyes.md"),
    ),
    (
        Kind::Template,
        Format::Json,
        "example-report-template",
        include_str!("../examples/report-template.json"),
    ),
];

/// Adds the example workspace.
///
/// # Errors
/// What the database says.
pub fn add(api: &Api, _: Nothing) -> Result<Changed, AppError> {
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write(move |tx| {
        let operation = tx.next_operation_id()?;
        let mut items = Vec::new();
        for (kind, format, id, text) in DOCUMENTS {
            if tx
                .document(kind, id)?
                .is_some_and(|there| there.deleted_at.is_none())
            {
                continue;
            }
            let document = Document::parse(format, text.to_owned())?;
            let summary = summarise(kind, &document, None);
            let new = NewDocument {
                kind,
                id,
                document: &document,
                summary: &summary,
                example: true,
            };
            let (before, after) = tx.put_document(&new, operation, &actor)?;
            items.push(OperationItemRecord {
                kind: kind.as_str().to_owned(),
                id: id.to_owned(),
                name: Some(summary.name),
                before,
                after: Some(after),
            });
        }
        let added = u32::try_from(items.len()).unwrap_or(u32::MAX);
        if items.is_empty() {
            return Ok(Changed {
                id: String::new(),
                revision: 0,
                operation_id: None,
            });
        }
        tx.record_operation(
            operation,
            &new_operation(&actor, face, "example_add", &items),
        )?;
        Ok(Changed {
            id: String::new(),
            revision: added,
            operation_id: Some(operation.to_string()),
        })
    })
}

/// Removes what is left of the example workspace. What the operator changed is the operator's own
/// by then and stays.
///
/// # Errors
/// What the database says.
pub fn remove(api: &Api, _: Nothing) -> Result<Changed, AppError> {
    let examples = api.store.examples()?;
    let (actor, face) = (api.actor()?, api.face.as_str());
    api.store.write(move |tx| {
        let operation = tx.next_operation_id()?;
        let mut items = Vec::new();
        for (kind, id) in examples {
            if let Some(there) = tx.delete_document(kind, &id)? {
                items.push(OperationItemRecord {
                    kind: kind.as_str().to_owned(),
                    id,
                    name: Some(there.name),
                    before: Some(there.revision),
                    after: None,
                });
            }
        }
        tx.set_setting("example_declined", &true.into())?;
        if items.is_empty() {
            return Ok(Changed {
                id: String::new(),
                revision: 0,
                operation_id: None,
            });
        }
        tx.record_operation(
            operation,
            &new_operation(&actor, face, "example_remove", &items),
        )?;
        Ok(Changed {
            id: String::new(),
            revision: 0,
            operation_id: Some(operation.to_string()),
        })
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_core::validate;

    use super::*;
    use crate::testing::open;
    use crate::types::{BackupInput, ChosenPlace, ListInput, PlanRef, UndoInput, UpdateInput};
    use crate::{Silent, backups, documents, restores};

    /// How many documents a backup made now has, as it says and as lie in it.
    fn backed_up(api: &Api, into: &std::path::Path) -> (u32, usize) {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into.to_owned())),
            ..BackupInput::default()
        };
        let made = backups::backup(api, input, &Silent).unwrap();
        let files = ["workflows", "roadmaps", "rules", "templates"]
            .map(|kind| std::path::Path::new(&made.target_dir).join(kind))
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .map(Iterator::count)
            .sum();
        (made.count, files)
    }

    fn workflows(api: &Api) -> Vec<String> {
        let page = documents::list(api, Kind::Workflow, ListInput::default()).unwrap();
        page.items.into_iter().map(|row| row.id).collect()
    }

    #[test]
    fn examples_are_in_no_backup_and_gone_at_once_but_for_what_somebody_made_theirs() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let into = root.path().join("backups");
        add(&api, Nothing {}).unwrap();
        assert_eq!(workflows(&api).len(), 3);
        assert_eq!(backed_up(&api, &into), (0, 0));

        let (_, format, id, text) = DOCUMENTS[0];
        let edited = UpdateInput {
            id: id.to_owned(),
            text: text.replacen("\"name\": \"", "\"name\": \"Our ", 1),
            format: Some(format),
            base_revision: None,
        };
        documents::update(&api, Kind::Workflow, edited).unwrap();
        assert_eq!(backed_up(&api, &into), (1, 1));
        // A file that takes the place of another makes that one theirs, and undo gives it back.
        let (_, _, _, text) = DOCUMENTS[1];
        let file = root.path().join("other.json");
        let theirs = text.replacen("\"name\": \"", "\"name\": \"Their ", 1);
        std::fs::write(&file, theirs).unwrap();
        let plan = restores::plan_files(&api, &[file], None, &Silent).unwrap();
        crate::plan_decisions::choose(
            &api,
            &plan.plan_id,
            crate::types::Decision::Take,
            crate::types::Decision::Take,
        )
        .unwrap();
        let plan_id = plan.plan_id;
        let done = restores::import_apply(&api, PlanRef { plan_id }, &Silent).unwrap();
        assert_eq!((done.imported, done.updated), (0, 1));
        assert_eq!(backed_up(&api, &into), (2, 2));
        let undo = UndoInput {
            operation_id: done.undo_id,
        };
        restores::undo(&api, undo).unwrap();

        remove(&api, Nothing {}).unwrap();
        assert!(workflows(&api).contains(&id.to_owned()));
        assert_eq!(api.store.examples().unwrap(), []);
        assert!(!workflows(&api).contains(&DOCUMENTS[2].2.to_owned()));
    }

    #[test]
    fn the_examples_are_sound() {
        for (kind, format, id, text) in DOCUMENTS {
            let document = Document::parse(format, text.to_owned()).unwrap();
            let found = validate(kind, &document);
            assert!(
                found.errors.is_empty() && found.warnings.is_empty(),
                "{id}: {found:?}"
            );
            assert!(summarise(kind, &document, None).name_given, "{id}");
        }
    }
}
