//! `flow`, `roadmap`, `rule`, `template`.

use std::io::Write as _;
use std::path::Path;

use flowkeep_api::types::{
    Changed, ChosenPlace, CompareInput, CreateInput, Decision, DeleteInput, DocumentRef,
    DocumentRow, ExportInput, ItemAction, ListInput, RevertInput, UpdateInput,
};
use flowkeep_api::{
    Api, AppError, documents, drafts, duplicates, exports, plan_decisions, restores, revisions,
};
use flowkeep_core::Kind;
use serde_json::json;

use crate::args::{Import, List, OnConflict, Validate, Verb};
use crate::output::{Outcome, Output, raw, write};
use crate::progress::Shown;
use crate::read::Read;
use crate::validation;

/// Rows fetched at a time by a list without end.
const PAGE: u32 = 500;

pub(crate) fn run(api: &Api, output: &Output, kind: Kind, verb: Verb) -> Result<Outcome, AppError> {
    match verb {
        Verb::List(list) => return self::list(api, output, kind, &list),
        Verb::Show { id, revision } => return show(api, output, kind, id, revision),
        Verb::Import(import) => return self::import(api, output, &import),
        Verb::Validate(Validate { id, .. }) => {
            let found = drafts::validate_kept(api, kind, &id.unwrap_or_default())?;
            return validation::print(output, &found);
        }
        Verb::Create { file } => {
            changed(output, "cli_created", &create(api, kind, &file)?)?;
        }
        Verb::Update { id, file } => {
            changed(output, "cli_updated", &update(api, kind, id, &file)?)?;
        }
        Verb::Delete { id } => {
            let revision = documents::show(api, kind, reference(&id))?.row.revision;
            let deleted = documents::delete(
                api,
                kind,
                DeleteInput {
                    ids: vec![id.clone()],
                },
            )?;
            let done = Changed {
                id,
                revision,
                operation_id: deleted.operation_id,
            };
            changed(output, "cli_deleted", &done)?;
        }
        Verb::Undelete { id } => {
            changed(
                output,
                "cli_undeleted",
                &documents::undelete(api, kind, reference(&id))?,
            )?;
        }
        Verb::Duplicate { id } => {
            changed(
                output,
                "cli_created",
                &duplicates::duplicate(api, kind, reference(&id))?,
            )?;
        }
        Verb::Revert { id, revision } => {
            let done = revisions::revert(api, kind, RevertInput { id, revision })?;
            changed(output, "cli_updated", &done)?;
        }
        Verb::History { id } => {
            let found = revisions::history(api, kind, reference(&id))?;
            output.print(&found, |catalogue, out| {
                for row in &found.items {
                    let did = catalogue.word(&format!("operation_{}", row.operation));
                    writeln!(
                        out,
                        "{:>4}  {}  {did}  {}  {}",
                        row.revision, row.at, row.actor, row.name
                    )?;
                }
                Ok(())
            })?;
        }
        Verb::Compare { id, from, to } => {
            let found = revisions::compare(api, kind, CompareInput { id, from, to })?;
            output.print(&found, |_, out| {
                for difference in &found.differences {
                    let before = difference.before.as_deref().unwrap_or("–");
                    let after = difference.after.as_deref().unwrap_or("–");
                    writeln!(out, "{}: {before} → {after}", difference.path)?;
                }
                Ok(())
            })?;
        }
        Verb::Export { id, output: None } => {
            raw(&exports::text_of(api, kind, &id)?)?;
        }
        Verb::Export {
            id,
            output: Some(file),
        } => {
            let to = ChosenPlace::Path(file);
            let done = exports::export(api, kind, ExportInput { ids: vec![id], to })?;
            output.print(&done, |catalogue, out| {
                let files = done.files.join("\n");
                writeln!(
                    out,
                    "{}",
                    catalogue.sentence("cli_exported", &[("files", &files)])
                )
            })?;
        }
    }
    Ok(Outcome::Done)
}

fn create(api: &Api, kind: Kind, file: &Path) -> Result<Changed, AppError> {
    let read = Read::file(file, kind)?;
    let input = CreateInput {
        text: read.document.text().to_owned(),
        format: read.document.format(),
        id: read.id,
        name: Some(read.name),
    };
    documents::create(api, kind, input)
}

fn update(api: &Api, kind: Kind, id: String, file: &Path) -> Result<Changed, AppError> {
    let read = Read::file(file, kind)?;
    let input = UpdateInput {
        id,
        text: read.document.text().to_owned(),
        format: Some(read.document.format()),
        base_revision: None,
    };
    documents::update(api, kind, input)
}

fn list(api: &Api, output: &Output, kind: Kind, list: &List) -> Result<Outcome, AppError> {
    let fetch = |offset: u32, limit: u32| {
        documents::list(
            api,
            kind,
            ListInput {
                query: list.query.clone(),
                limit: Some(limit),
                offset: Some(offset),
                sort: None,
                deleted: Some(list.deleted),
            },
        )
    };
    let mut left = list.limit.unwrap_or(u32::MAX);
    let mut offset = list.offset;
    let first = fetch(offset, left.min(PAGE))?;
    let total = first.total;
    let all = |each: &mut dyn FnMut(Vec<DocumentRow>) -> Result<(), AppError>| {
        let mut rows = first.items;
        loop {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            each(rows)?;
            left = left.saturating_sub(count);
            offset = offset.saturating_add(count);
            if count == 0 || left == 0 || offset >= total {
                return Ok(());
            }
            rows = fetch(offset, left.min(PAGE))?.items;
        }
    };
    if output.is_json() {
        output.stream(&json!({"total": total}), |each| {
            all(&mut |rows| {
                rows.into_iter()
                    .try_for_each(|row| each(serde_json::to_value(row).unwrap_or_default()))
            })
        })?;
    } else {
        all(&mut |rows| {
            write(|out| {
                rows.iter().try_for_each(|row| {
                    let state = if row.problems > 0 { "!" } else { " " };
                    writeln!(out, "{state} {}  {}  ({})", row.name, row.id, row.revision)
                })
            })
        })?;
    }
    Ok(Outcome::Done)
}

fn show(
    api: &Api,
    output: &Output,
    kind: Kind,
    id: String,
    revision: Option<u32>,
) -> Result<Outcome, AppError> {
    let text = match revision {
        Some(_) => documents::show(api, kind, DocumentRef { id, revision })?.text,
        None if output.is_json() => exports::text_for_programs(api, kind, &id)?,
        None => exports::text_of(api, kind, &id)?,
    };
    // A byte-order mark says how a file is encoded; what is printed here is UTF-8 anyway.
    raw(text.strip_prefix('\u{feff}').unwrap_or(&text))?;
    Ok(Outcome::Done)
}

fn import(api: &Api, output: &Output, import: &Import) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let plan = restores::plan_files(api, &import.paths, None, &progress)?;
    let differing = match import.on_conflict {
        OnConflict::Skip => Decision::Skip,
        OnConflict::Replace => Decision::Take,
        OnConflict::Copy => Decision::Copy,
    };
    plan_decisions::choose(api, &plan.plan_id, differing, Decision::Take)?;
    let result = if import.dry_run {
        restores::import_preview(api, &plan.plan_id)?
    } else {
        let input = flowkeep_api::types::PlanRef {
            plan_id: plan.plan_id.clone(),
        };
        restores::import_apply(api, input, &progress)?
    };
    drop(progress);
    if output.is_json() {
        output.stream(&result, |each| {
            plan_decisions::each_result(api, &plan.plan_id, |item| {
                each(serde_json::to_value(item).unwrap_or_default())
            })
        })?;
    } else {
        let catalogue = output.catalogue();
        plan_decisions::each_result(api, &plan.plan_id, |item| {
            write(|out| {
                let action = catalogue.word(&format!("action_{}", word(item.action)));
                let path = item.path.unwrap_or_default();
                let reason = item.reason.map(|reason| catalogue.say(&reason));
                match reason {
                    Some(reason) => writeln!(out, "{action}: {path}: {reason}"),
                    None => writeln!(out, "{action}: {path}"),
                }
            })
        })?;
        let key = if import.dry_run {
            "cli_import_would"
        } else {
            "cli_import_done"
        };
        raw(&catalogue.sentence(
            key,
            &[
                ("imported", &result.imported),
                ("updated", &result.updated),
                ("unchanged", &result.unchanged),
                ("skipped", &result.skipped),
                ("failed", &result.failed),
            ],
        ))?;
    }
    Ok(if result.failed > 0 {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

/// The word of an action, as in results.
pub(crate) fn word(action: ItemAction) -> &'static str {
    match action {
        ItemAction::Imported => "imported",
        ItemAction::Updated => "updated",
        ItemAction::Unchanged => "unchanged",
        ItemAction::Skipped => "skipped",
        ItemAction::Failed => "failed",
    }
}

fn changed(output: &Output, key: &str, done: &Changed) -> Result<(), AppError> {
    output.print(done, |catalogue, out| {
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("id", &done.id), ("revision", &done.revision)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })
}

fn reference(id: &str) -> DocumentRef {
    DocumentRef {
        id: id.to_owned(),
        revision: None,
    }
}
