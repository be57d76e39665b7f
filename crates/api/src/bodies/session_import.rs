//! `session_import`: session files of earlier tools become sessions. Nothing that is there is taken away by it:
//! what a file replaces keeps its snapshots, so there is no plan before it.

use flowkeep_core::Message;
use flowkeep_core::session::SnapshotStatus;
use flowkeep_files::sessions::{
    ImportedFile, OnKnown, SessionAction, SessionImport, SessionImportError, import_sessions,
};
use flowkeep_host::path_text;

use super::sessions::default_tool_set;
use super::settings;
use super::strategies::strategy;
use crate::apart::apart_for;
use crate::types::{
    Decision, ItemAction, ItemResult, Nothing, SessionImportInput, SessionImportItem,
    SessionImported, Snapshots,
};
use crate::{Api, AppError, Progress};

/// Brings session files in, each with a snapshot of its configuration where that is found.
///
/// # Errors
/// `path_missing`, `root_missing`, `cancelled`, `snapshot_store_busy`; what the disk says. Sessions that Activity
/// tells of are there all the same.
pub fn import(
    api: &Api,
    input: SessionImportInput,
    progress: &dyn Progress,
) -> Result<SessionImported, AppError> {
    let settings = settings::show(api, Nothing {})?;
    let strategy = strategy(&settings, None)?;
    let default_tool_set = default_tool_set(&settings);
    let places = input.places.iter().map(|place| api.path_of(place));
    let paths = places.collect::<Result<Vec<_>, _>>()?;
    let root = input.root.as_ref().map(|root| api.path_of(root));
    let root = root.transpose()?;
    let on_known = match input.on_conflict.unwrap_or(Decision::Skip) {
        Decision::Skip => OnKnown::Skip,
        Decision::Take => OnKnown::Replace,
        Decision::Copy => OnKnown::Copy,
    };
    let workshop = api.snapshot_workshop()?;
    let work = move |steps: &crate::progress::Thinned<'_>| {
        let wanted = SessionImport {
            paths: &paths,
            root: root.as_deref(),
            on_known,
            dry_run: input.dry_run.unwrap_or_default(),
            snapshots: settings.snapshots != Snapshots::Off,
            strategy: &strategy,
            default_tool_set: &default_tool_set,
        };
        Ok(import_sessions(&workshop, &wanted, steps))
    };
    let left = || AppError::new("cancelled");
    let files = apart_for(api.patience, progress, work, left, drop)??;
    let mut imported = SessionImported {
        imported: 0,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        failed: 0,
        items: Vec::with_capacity(files.len()),
    };
    for file in files {
        *match file.action {
            SessionAction::Imported => &mut imported.imported,
            SessionAction::Updated => &mut imported.updated,
            SessionAction::Unchanged => &mut imported.unchanged,
            SessionAction::Skipped => &mut imported.skipped,
            SessionAction::Failed => &mut imported.failed,
        } += 1;
        imported.items.push(item(file));
    }
    Ok(imported)
}

fn item(file: ImportedFile) -> SessionImportItem {
    let trouble = file.trouble.map(|trouble| AppError::from(trouble).into());
    let reason: Option<Message> = file.reason.or(trouble);
    let place = reason.as_ref().and_then(|reason| reason.place);
    let is_there = !matches!(file.action, SessionAction::Skipped | SessionAction::Failed);
    let config = is_there.then(|| {
        let config = file.config.as_deref();
        config.map(path_text)
    });
    let (id, name) = file.session.unzip();
    SessionImportItem {
        item: ItemResult {
            path: Some(file.path),
            kind: id.as_ref().map(|_| "session".to_owned()),
            id,
            name,
            encoding: None,
            action: match file.action {
                SessionAction::Imported => ItemAction::Imported,
                SessionAction::Updated => ItemAction::Updated,
                SessionAction::Unchanged => ItemAction::Unchanged,
                SessionAction::Skipped => ItemAction::Skipped,
                SessionAction::Failed => ItemAction::Failed,
            },
            reason,
            count: None,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        },
        recoverable: is_there.then_some(file.recoverable),
        differs: file.differs,
        config,
        also_in: file.also_in.iter().map(|root| path_text(root)).collect(),
        snapshot: file.snapshot.map(SnapshotStatus::as_str),
    }
}

impl From<SessionImportError> for AppError {
    fn from(error: SessionImportError) -> Self {
        match error {
            SessionImportError::Files(error) => error.into(),
            SessionImportError::Take(error) => error.into(),
        }
    }
}
