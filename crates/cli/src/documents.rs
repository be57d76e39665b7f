//! `flow`, `roadmap`, `rule`, `template`.

use std::io::{Read as _, Write as _};
use std::path::Path;

use flowkeep_api::types::{
    Changed, ChosenPlace, CompareInput, CreateInput, Decision, DeleteInput, DocumentRef,
    ExportInput, ItemAction, ListInput, RevertInput, UpdateInput,
};
use flowkeep_api::{
    Api, AppError, Catalogue, documents, drafts, exports, plan_decisions, restores, revisions,
};
use flowkeep_core::{
    Document, Finding, Kind, MAX_DOCUMENT_BYTES, Recognised, Validation, recognise, validate,
};
use serde_json::json;

use crate::args::{Import, List, OnConflict, Validate, Verb};
use crate::output::{Outcome, Output, raw, write};
use crate::progress::Shown;

/// Rows fetched at a time by a list without end.
const PAGE: u32 = 500;

pub(crate) fn run(api: &Api, output: &Output, kind: Kind, verb: Verb) -> Result<Outcome, AppError> {
    match verb {
        Verb::List(list) => return self::list(api, output, kind, &list),
        Verb::Show { id, revision } => return show(api, output, kind, id, revision),
        Verb::Import(import) => return self::import(api, output, &import),
        Verb::Validate(Validate { id, .. }) => {
            let found = drafts::validate_kept(api, kind, &id.unwrap_or_default())?;
            return print_validation(output, &found);
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
                &documents::duplicate(api, kind, reference(&id))?,
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

/// Checks a file by itself.
pub(crate) fn validate_file(output: &Output, kind: Kind, file: &Path) -> Result<Outcome, AppError> {
    let read = Read::file(file, kind)?;
    print_validation(output, &validate(kind, &read.document))
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
    if output.is_json() {
        let mut page = first;
        output.stream(&json!({"total": total}), |each| {
            loop {
                let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
                for row in page.items {
                    each(serde_json::to_value(row).unwrap_or_default())?;
                }
                left = left.saturating_sub(count);
                offset = offset.saturating_add(count);
                if count == 0 || left == 0 || offset >= total {
                    return Ok(());
                }
                page = fetch(offset, left.min(PAGE))?;
            }
        })?;
    } else {
        let mut page = first;
        loop {
            let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
            write(|out| {
                for row in &page.items {
                    let state = if row.problems > 0 { "!" } else { " " };
                    writeln!(out, "{state} {}  {}  ({})", row.name, row.id, row.revision)?;
                }
                Ok(())
            })?;
            left = left.saturating_sub(count);
            offset = offset.saturating_add(count);
            if count == 0 || left == 0 || offset >= total {
                break;
            }
            page = fetch(offset, left.min(PAGE))?;
        }
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
    restores::choose(api, &plan.plan_id, differing, Decision::Take)?;
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

fn print_validation(output: &Output, found: &Validation) -> Result<Outcome, AppError> {
    let catalogue = output.catalogue();
    let findings = |list: &[Finding]| -> Vec<_> {
        list.iter()
            .map(|finding| {
                let mut entry = json!({
                    "path": finding.path,
                    "code": finding.code,
                    "message": sentence(catalogue, finding),
                });
                if !finding.fields.is_empty() {
                    entry["fields"] = json!(finding.fields);
                }
                if let Some(place) = finding.place {
                    entry["line"] = place.line.into();
                    entry["column"] = place.column.into();
                }
                entry
            })
            .collect()
    };
    let valid = found.errors.is_empty();
    let result = json!({
        "valid": valid,
        "errors": findings(&found.errors),
        "warnings": findings(&found.warnings),
    });
    output.print(&result, |catalogue, out| {
        let lists = [
            ("cli_problem", &found.errors),
            ("cli_warning", &found.warnings),
        ];
        for (key, list) in lists {
            for finding in list {
                let label = catalogue.word(key);
                writeln!(
                    out,
                    "{label}: {}: {}",
                    finding.path,
                    sentence(catalogue, finding)
                )?;
            }
        }
        writeln!(
            out,
            "{}",
            catalogue.word(if valid { "cli_valid" } else { "cli_invalid" })
        )
    })?;
    Ok(if valid {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn sentence(catalogue: &Catalogue, finding: &Finding) -> String {
    let own = format!("finding_{}", finding.code);
    let key = if catalogue.has(&own) {
        own
    } else {
        finding.code.clone()
    };
    catalogue.text(&key, &finding.fields)
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

/// A document read from a file the operator named, `-` for standard input.
struct Read {
    document: Document,
    id: Option<String>,
    name: String,
}

impl Read {
    fn file(path: &Path, kind: Kind) -> Result<Self, AppError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                AppError::new("path_missing").with("path", path.display())
            }
            _ => AppError::new("file_failed")
                .with("path", path.display())
                .with("detail", error),
        };
        let limit = MAX_DOCUMENT_BYTES as u64 + 1;
        let mut bytes = Vec::new();
        if path == Path::new("-") {
            std::io::stdin()
                .lock()
                .take(limit)
                .read_to_end(&mut bytes)
                .map_err(failed)?;
        } else {
            let file = std::fs::File::open(path).map_err(failed)?;
            file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        }
        if bytes.len() as u64 == limit {
            return Err(AppError::new("file_too_large")
                .with("path", path.display())
                .with("limit", MAX_DOCUMENT_BYTES));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match recognise(&bytes, &name, Some(kind)) {
            Recognised::Document {
                document, summary, ..
            } => Ok(Self {
                document,
                id: summary.id.clone(),
                name: summary.name.clone(),
            }),
            Recognised::NotOurs(reason) | Recognised::Broken(reason) => {
                Err(AppError::from(reason).with("path", path.display()))
            }
        }
    }
}
