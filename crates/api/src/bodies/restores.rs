//! Import, restore and undo: what brings documents in, and what takes them back out.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use flowkeep_core::{KeptHistory, Kind, Message};
use flowkeep_files::snapshots::{bring_objects, describe};
use flowkeep_files::{
    DamagedFile, FilesError, Manifest, Purpose, Source, find_source, read_manifest, stage_backup,
    stage_files,
};
use flowkeep_host::{Cancellation, machine_id, path_text};
use flowkeep_store::{
    ApplyOutcome, ApplyRequest, Choice, KeptWhy, OperationFilter, PartTotal, StagedGroup,
    StagedPart, Staging, StoreError,
};

use super::backups::{damaged_item, newest_known};
use super::{plan_decisions, run_change_many};
use crate::apart::{apart, in_time};
use crate::configuring::Ticks;
use crate::plans::Plan;
use crate::types::{
    ImportPlanInput, ImportResult, ItemAction, KindCount, PlanRef, PlanSummary, RestoreInput,
    RestorePlanInput, RestoreResult, UndoConflict, UndoInput, UndoResult, UndoneOperation,
};
use crate::{
    Api, AppError, Progress, Silent, checklist, folders_coming, roots_coming, safety_copy, time,
};

/// Reads files and folders and compares them with the catalog. Nothing is written to it.
///
/// # Errors
/// `path_missing`, `place_unknown`, `cancelled`.
pub fn import_plan(
    api: &Api,
    input: ImportPlanInput,
    progress: &dyn Progress,
) -> Result<PlanSummary, AppError> {
    let paths = input
        .places
        .iter()
        .map(|place| api.path_of(place))
        .collect::<Result<Vec<_>, _>>()?;
    plan_files(api, &paths, None, progress)
}

/// As [`import_plan`], for paths and a kind the operator named.
///
/// # Errors
/// As [`import_plan`].
pub fn plan_files(
    api: &Api,
    paths: &[PathBuf],
    expected: Option<Kind>,
    progress: &dyn Progress,
) -> Result<PlanSummary, AppError> {
    let (id, place) = Plan::place(api)?;
    let given = paths.to_vec();
    let mut staging = apart(progress, move |progress| {
        let mut staging = Staging::create(place)?;
        stage_files(&given, expected, &mut staging, progress)?;
        Ok(staging)
    })?;
    staging.compare(&api.store, progress.cancellation())?;
    // Who brings a file in wants it, whatever became of it before.
    staging.decide_group(StagedGroup::DeletedHere, Choice::Take)?;
    let source = match paths {
        [one] => one.clone(),
        _ => paths
            .first()
            .and_then(|path| path.parent())
            .unwrap_or(Path::new(""))
            .to_owned(),
    };
    Plan {
        id,
        staging,
        source,
        manifest: None,
        damaged: Vec::new(),
        notes: Vec::new(),
        applied: false,
    }
    .keep(api)
}

/// Reads a backup, or a loose folder of documents, and compares it with the catalog. Nothing is
/// written to it.
///
/// # Errors
/// `path_missing`, `backup_damaged`, `backup_newer`, `backup_unfinished`, `nothing_there`,
/// `no_backup_known`, `cancelled`.
pub fn restore_plan(
    api: &Api,
    input: RestorePlanInput,
    progress: &dyn Progress,
) -> Result<PlanSummary, AppError> {
    let path = match &input.from {
        Some(place) => api.path_of(place)?,
        None => newest_known(api, progress)?,
    };
    let (id, place) = Plan::place(api)?;
    let filled = apart(progress, move |progress| fill(&path, place, progress))?;
    let mut plan = Plan {
        id,
        staging: filled.staging,
        source: filled.source,
        manifest: filled.manifest,
        damaged: filled.damaged,
        notes: filled.notes,
        applied: false,
    };
    let notes = folders_coming::sort_out(api, &mut plan.staging, progress)?;
    plan.notes.extend(notes);
    roots_coming::sort_out(api, &mut plan.staging)?;
    plan.staging.compare(&api.store, progress.cancellation())?;
    let any = plan
        .staging
        .groups()?
        .iter()
        .any(|total| total.group != StagedGroup::NotOurs);
    if !any && plan.manifest.is_none() {
        return Err(FilesError::NothingThere(plan.source.clone()).into());
    }
    let missing = plan.staging.missing(&api.store)?;
    if missing > 0 {
        plan.notes
            .push(Message::new("plan_note_missing").with("count", missing));
    }
    let here = plan.staging.sessions_here(&api.store)?;
    if here > 0 {
        plan.notes
            .push(Message::new("plan_note_sessions_here").with("count", here));
    }
    plan.keep(api)
}

/// What a folder holds, laid out.
struct Filled {
    staging: Staging,
    source: PathBuf,
    manifest: Option<Manifest>,
    damaged: Vec<DamagedFile>,
    notes: Vec<Message>,
}

/// Lays out in `place` what `path` holds.
fn fill(
    path: &Path,
    place: PathBuf,
    progress: &dyn flowkeep_host::Progress,
) -> Result<Filled, FilesError> {
    let source = find_source(path)?;
    let mut staging = Staging::create(place)?;
    match source {
        Source::Backup(source) => {
            let manifest = read_manifest(&source)?;
            let read = stage_backup(&source, &manifest, &mut staging, Purpose::Keep, progress)?;
            let damaged = read.damaged_parts;
            let parts = damaged
                .iter()
                .map(|part| Message::new("plan_note_damaged_part").with("path", &part.path));
            Ok(Filled {
                notes: left_out(manifest.history)
                    .into_iter()
                    .chain(parts)
                    .collect(),
                staging,
                source,
                manifest: Some(manifest),
                damaged,
            })
        }
        Source::Loose(source) => {
            stage_files(std::slice::from_ref(&source), None, &mut staging, progress)?;
            Ok(Filled {
                staging,
                source,
                manifest: None,
                damaged: Vec::new(),
                notes: vec![Message::new("plan_note_unverified")],
            })
        }
    }
}

/// What the backup was made without.
fn left_out(history: KeptHistory) -> Option<Message> {
    match history {
        KeptHistory::All => None,
        KeptHistory::Days(days) => Some(Message::new("plan_note_history_days").with("days", days)),
        KeptHistory::None => Some(Message::new("plan_note_history_none")),
    }
}

/// Brings in what an import plan chose, in one step that can be undone.
///
/// # Errors
/// `plan_unknown`, `plan_used`, `plan_changed`.
pub fn import_apply(
    api: &Api,
    input: PlanRef,
    progress: &dyn Progress,
) -> Result<ImportResult, AppError> {
    api.may_write()?;
    go_on(progress)?;
    let outcome = apply(api, &input.plan_id, "import", false, progress)?;
    import_result(api, &input.plan_id, &outcome)
}

/// What applying an import plan would do.
///
/// # Errors
/// `plan_unknown`, `plan_used`.
pub fn import_preview(api: &Api, plan_id: &str) -> Result<ImportResult, AppError> {
    let outcome = preview(api, plan_id)?;
    import_result(api, plan_id, &outcome)
}

fn preview(api: &Api, plan_id: &str) -> Result<ApplyOutcome, AppError> {
    api.change_plan(plan_id, |plan| Ok(plan.staging.preview(&api.store)?))
}

fn import_result(
    api: &Api,
    plan_id: &str,
    outcome: &ApplyOutcome,
) -> Result<ImportResult, AppError> {
    let mut result = ImportResult {
        imported: outcome.imported,
        updated: outcome.updated,
        unchanged: outcome.unchanged,
        skipped: outcome.skipped,
        failed: outcome.failed,
        others: others(outcome),
        undo_id: outcome.operation.map(|id| id.to_string()),
    };
    // The numbers are of files, whatever is in them.
    plan_decisions::each_other_result(api, plan_id, |item| {
        match item.action {
            ItemAction::Imported => result.imported += 1,
            _ => result.skipped += 1,
        }
        Ok(())
    })?;
    Ok(result)
}

/// Brings back what a restore plan chose: a safety copy first, then one transaction.
///
/// # Errors
/// `plan_unknown`, `plan_used`, `plan_changed`, `safety_copy_failed` unless a restore without one is asked for.
pub fn restore(
    api: &Api,
    input: RestoreInput,
    progress: &dyn Progress,
) -> Result<RestoreResult, AppError> {
    api.may_write()?;
    go_on(progress)?;
    api.change_plan(&input.plan_id, |_| Ok(()))?;
    if !input.without_safety_copy {
        safety_copy::make(api, progress)?;
    }
    go_on(progress)?;
    let outcome = apply(api, &input.plan_id, "restore", true, progress)?;
    restore_result(api, &input.plan_id, &outcome)
}

/// What applying a restore plan would do.
///
/// # Errors
/// `plan_unknown`, `plan_used`.
pub fn restore_preview(api: &Api, plan_id: &str) -> Result<RestoreResult, AppError> {
    let outcome = preview(api, plan_id)?;
    restore_result(api, plan_id, &outcome)
}

fn restore_result(
    api: &Api,
    plan_id: &str,
    outcome: &ApplyOutcome,
) -> Result<RestoreResult, AppError> {
    let plan = api.plan(plan_id)?;
    let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    let strangers: u32 = plan
        .staging
        .groups()?
        .iter()
        .filter(|total| total.group == StagedGroup::NotOurs)
        .map(|total| total.count)
        .sum();
    let skipped = outcome.skipped.saturating_sub(strangers);
    Ok(RestoreResult {
        imported: outcome.imported,
        updated: outcome.updated,
        unchanged: outcome.unchanged,
        skipped,
        failed: outcome.failed,
        total: outcome.imported + outcome.updated + outcome.unchanged + skipped + outcome.failed,
        source_dir: path_text(&plan.source),
        result: "restore",
        others: others(outcome),
        damaged: plan.damaged.iter().cloned().map(damaged_item).collect(),
        undo_id: outcome.operation.map(|id| id.to_string()),
        checklist: checklist::of(api, &plan, outcome.operation)?,
    })
}

/// What came beside documents.
fn others(outcome: &ApplyOutcome) -> Vec<KindCount> {
    let others = [
        (StagedPart::Operations, outcome.operations),
        (StagedPart::Settings, outcome.settings),
        (StagedPart::Connections, outcome.connections),
        (StagedPart::Folders, outcome.folders),
        (StagedPart::Sessions, outcome.sessions),
        (StagedPart::Runs, outcome.runs),
        (StagedPart::Log, outcome.log),
    ];
    let some = others.into_iter().filter(|(_, count)| *count > 0);
    let counted = some.map(|(kind, count)| KindCount {
        kind: kind.as_str().to_owned(),
        count,
    });
    counted.collect()
}

/// Asked between the steps; the last of them is one short transaction.
fn go_on(progress: &dyn Progress) -> Result<(), AppError> {
    if progress.cancelled() {
        return Err(AppError::new("cancelled"));
    }
    Ok(())
}

/// That the store answers into which something has to be brought. Its disk is asked apart: a restore that waits for a
/// drive whose server is gone could not be called off.
fn store_answers(api: &Api, staging: &Staging) -> Result<(), AppError> {
    let parts = staging.parts()?;
    let brings = |total: &PartTotal| total.part == StagedPart::Sessions && total.chosen;
    if !parts.iter().any(brings) {
        return Ok(());
    }
    match api.see_snapshot_store()?.away {
        Some(error) if error.code == "disk_silent" => Err(error),
        _ => Ok(()),
    }
}

fn apply(
    api: &Api,
    plan_id: &str,
    operation: &str,
    marked: bool,
    progress: &dyn Progress,
) -> Result<ApplyOutcome, AppError> {
    api.change_plan(plan_id, |plan| {
        let latest = api.store.latest_operation_id()?.unwrap_or_default();
        let _applying = if marked {
            Some(api.scratch.applying(&latest)?)
        } else {
            None
        };
        let request = ApplyRequest {
            actor: api.actor()?,
            face: api.face.as_str().to_owned(),
            operation: operation.to_owned(),
            name: path_text(&plan.source),
        };
        let cancellation = progress.cancellation();
        store_answers(api, &plan.staging)?;
        // Held until the rows are written: what was brought is nobody's before that.
        let kept = bring_objects(
            &api.snapshot_workshop()?,
            &mut plan.staging,
            &plan.source,
            cancellation,
        )?;
        let places = folders_coming::Places::make(api, &plan.staging)?;
        let applied = api.store.apply(&mut plan.staging, request, cancellation);
        places.remove_unknown(api);
        match applied {
            Ok(outcome) => {
                plan.applied = true;
                drop(kept);
                describe_snapshots(api);
                Ok(outcome)
            }
            Err(StoreError::PlanChanged) => {
                // The plan stays under its name, compared anew, so that the dialog can show what moved.
                plan.staging.compare(&api.store, Cancellation::never())?;
                Err(StoreError::PlanChanged.into())
            }
            Err(error) => Err(error.into()),
        }
    })
}

/// A store that was filled by a restore says for itself what it holds. The restore is done, whatever becomes of this;
/// a check of the snapshots writes what is not there.
fn describe_snapshots(api: &Api) {
    let described = api.snapshot_workshop().and_then(|workshop| {
        in_time(api.most, &api.data_dir, move |step| {
            describe(&workshop, &Ticks(step)).map_err(AppError::from)
        })
    });
    if let Err(error) = described {
        tracing::warn!(%error, "what was restored of snapshots is described later");
    }
}

/// Undoes an operation as far as nothing was changed since.
///
/// # Errors
/// `nothing_to_undo`, `operation_unknown`, `undone_already`.
pub fn undo(api: &Api, input: UndoInput) -> Result<UndoResult, AppError> {
    undo_long(api, input, &Silent)
}

/// As [`undo`], with what it takes to follow it: runs that were deleted by the thousand take minutes to come back, and
/// cancelled, the others stay deleted.
///
/// # Errors
/// As [`undo`].
pub fn undo_long(
    api: &Api,
    input: UndoInput,
    progress: &dyn Progress,
) -> Result<UndoResult, AppError> {
    let id = if let Some(id) = input.operation_id {
        id
    } else {
        let latest = api.store.latest_undoable(&["restore", "import"])?;
        match latest {
            Some(latest) => latest.id,
            None => return Err(nothing_to_undo(api)?),
        }
    };
    let found = api.store.operation(&id)?;
    let found = found.ok_or_else(|| AppError::new("operation_unknown").with("id", &id))?;
    if found.undone_by.is_some() {
        return Err(AppError::new("undone_already").with("id", &id));
    }
    if found.brings_runs_back {
        return run_change_many::undo(api, found, progress);
    }
    if !found.changed_documents() {
        return Err(AppError::new("nothing_to_undo"));
    }
    let undone = UndoneOperation {
        operation_id: found.id,
        operation: found.operation,
        at: time::rfc3339(found.at),
        name: found.subject_name,
        count: found.count,
    };
    let (actor, face) = (api.actor()?, api.face.as_str());
    let occupied = folders_coming::occupied(api, &id)?;
    let outcome = api.store.write(move |tx| {
        let undone = tx.undo_operation(&id, &actor, face, &occupied)?;
        undone.ok_or_else(|| AppError::new("undone_already").with("id", &id))
    })?;
    folders_coming::remove_places(api, &outcome.folders);
    let conflicts: Vec<_> = outcome
        .kept
        .into_iter()
        .map(|kept| UndoConflict {
            reason: Message::new(match kept.why {
                KeptWhy::Changed => "changed_since",
                KeptWhy::Deleted => "deleted_since",
                KeptWhy::Named => "folder_named",
            }),
            kind: kept.kind,
            id: kept.id,
            name: kept.name,
        })
        .collect();
    Ok(UndoResult {
        undone,
        restored: outcome.restored,
        removed: outcome.removed,
        folders: u32::try_from(outcome.folders.len()).unwrap_or(u32::MAX),
        sessions: outcome.sessions,
        kept: u32::try_from(conflicts.len()).unwrap_or(u32::MAX),
        conflicts,
        operation_id: outcome.operation.map(|id| id.to_string()),
    })
}

/// What came in beside documents is taken back one by one.
fn nothing_to_undo(api: &Api) -> Result<AppError, AppError> {
    let imports = api.store.operations(&OperationFilter {
        operation: Some("import".to_owned()),
        limit: 1,
        ..OperationFilter::default()
    })?;
    let error = AppError::new("nothing_to_undo");
    Ok(if imports.items.iter().any(|one| one.undone_by.is_none()) {
        error.hint("delete_imported_runs")
    } else {
        error
    })
}

impl Api {
    /// Remembers for the Overview that a restore was broken off, unless it turns out to have
    /// happened: `latest` was the newest operation before it.
    pub(crate) fn note_interrupted_restore(&self, latest: &str) -> Result<(), AppError> {
        if self.store.happened_after("restore", latest)? {
            return Ok(());
        }
        tracing::warn!(
            machine = machine_id(),
            "a restore was broken off; nothing was changed"
        );
        self.store.write::<_, AppError>(|tx| {
            tx.set_setting("interrupted_restore", &serde_json::Value::Bool(true))?;
            Ok(())
        })
    }
}
