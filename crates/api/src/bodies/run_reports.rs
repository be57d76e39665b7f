//! `run_export`: one run as a file that others read, as JSON or as a page. What looks like a key in what it was given,
//! in its definition, in what it gave, in its log and in why it failed is left out of both.

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::{Message, Sha256, Value};
use flowkeep_files::{Existing, export_document, export_pieces};
use flowkeep_host::{Files, path_text};
use flowkeep_store::{KeptRun, SnapshotRun, Store};
use serde::Serialize;

use super::runs::{find, message, show};
use crate::apart::in_time;
use crate::report::{
    LogKeys, Page, json_without_keys, mask, mask_message, text_without_keys, value_without_keys,
};
use crate::types::{
    Exported, RunExportInput, RunField, RunFormat, RunMessage, RunQuestion, RunShow, RunShowInput,
    RunText,
};
use crate::{Api, AppError, Catalogue, Tongue, time};

/// What a file of this kind says of itself, and the version of its shape (docs/formats/run.md).
pub(crate) const FORMAT: &str = "flowkeep-run";
pub(crate) const VERSION: u32 = 1;

/// Lines of the log that a page has, at most: one of more opens in no browser.
const LINES: u32 = 20_000;

/// A run as a file, but for its last key, `record`: all of it, as a line of a backup each.
#[derive(Serialize)]
struct RunFile {
    format: &'static str,
    version: u32,
    app_version: &'static str,
    exported_at: String,
    /// As `run show` tells it.
    run: RunShow,
}

/// Writes a run to a file, in place of what is there.
///
/// # Errors
/// `run_unknown`; what the database and the system say.
pub fn export(api: &Api, input: RunExportInput) -> Result<Exported, AppError> {
    export_over(api, input, Existing::Replace)
}

/// The same for the command line, told what becomes of a file that is there already.
///
/// # Errors
/// As [`export`]; `file_exists` when it is to be kept.
pub fn export_over(
    api: &Api,
    input: RunExportInput,
    existing: Existing,
) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let (files, file) = (Arc::clone(&api.files), target.clone());
    match input.format {
        RunFormat::Json => {
            let kept = find(api, &input.id)?;
            let head = head(api, &input.id)?;
            let store = Arc::clone(&api.store);
            in_time(api.most, &target, move |goes_on| {
                write_json(
                    &store,
                    files.as_ref(),
                    (&file, existing),
                    &head,
                    &kept,
                    goes_on,
                )
            })?;
        }
        RunFormat::Html => {
            let tongue = input.language.as_deref();
            let tongue = tongue.map_or_else(Tongue::of_system, Tongue::of_locale);
            let page = as_page(api, &input.id, Catalogue::new(tongue))?;
            in_time(api.most, &target, move |_| {
                export_document(files.as_ref(), &page, &file, existing)
            })?;
        }
    }
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

/// What stands before the list of parts.
fn head(api: &Api, id: &str) -> Result<String, AppError> {
    let file = RunFile {
        format: FORMAT,
        version: VERSION,
        app_version: env!("CARGO_PKG_VERSION"),
        exported_at: time::rfc3339(api.clock.now().0),
        run: shown(api, id)?,
    };
    let mut text = json(&file)?;
    // The list is its last key.
    text.pop();
    Ok(text + ",\n\"record\":[")
}

fn json<T: Serialize>(what: &T) -> Result<String, AppError> {
    serde_json::to_string(what).map_err(|error| AppError::new("internal").with("detail", error))
}

/// Writes the file part by part, so that a long log is never held whole.
fn write_json(
    store: &Store,
    files: &dyn Files,
    (target, existing): (&Path, Existing),
    head: &str,
    kept: &KeptRun,
    goes_on: &dyn Fn(),
) -> Result<(), AppError> {
    export_pieces(files, target, existing, |out| {
        out(head.as_bytes())?;
        let mut between = "\n";
        record(store, kept, |part| {
            out(between.as_bytes())?;
            between = ",\n";
            out(json(&part)?.as_bytes())?;
            goes_on();
            Ok(())
        })?;
        Ok::<_, AppError>(out(b"\n]}\n")?)
    })
}

fn as_page(api: &Api, id: &str, catalogue: Catalogue) -> Result<String, AppError> {
    let kept = find(api, id)?;
    let run = shown(api, id)?;
    let lines = api.store.messages(kept.row, 0, None, LINES)?;
    let mut messages: Vec<RunMessage> = lines.into_iter().map(message).collect();
    mask_log(&mut messages);
    let definition = api.store.definition_text(&kept)?;
    let page = Page {
        catalogue,
        run: &run,
        messages: &messages,
        lines: api.store.count_messages(kept.row)?,
        definition: &text_without_keys(Some(kept.format), &definition),
        at: &time::rfc3339(api.clock.now().0),
    };
    Ok(page.html())
}

/// A run as people are shown it, without keys.
fn shown(api: &Api, id: &str) -> Result<RunShow, AppError> {
    let mut run = show(
        api,
        RunShowInput {
            id: id.to_owned(),
            ..RunShowInput::default()
        },
    )?;
    run.context_text = None;
    run.context = value_without_keys(&run.context);
    let noted = run.noted.iter_mut().map(|noted| &mut noted.warning);
    let said = run.hindered.iter_mut().chain(&mut run.warnings);
    said.chain(noted).for_each(mask_message);
    for task in &mut run.tasks {
        mask(&mut task.name);
        task.output = task.output.as_ref().map(value_without_keys);
        task.question.iter_mut().for_each(mask_question);
        for attempt in &mut task.attempts {
            let passed_over = attempt.passed_over.iter_mut().map(|one| &mut one.why);
            attempt
                .error
                .iter_mut()
                .chain(passed_over)
                .for_each(mask_message);
        }
    }
    mask_log(&mut run.messages);
    Ok(run)
}

fn mask_log(messages: &mut [RunMessage]) {
    let mut keys = LogKeys::default();
    keys.mask(
        messages
            .iter_mut()
            .filter_map(|message| match &mut message.text {
                RunText::Line(line) => Some(line),
                RunText::Message(said) => {
                    mask_message(said);
                    None
                }
            }),
    );
}

fn mask_question(question: &mut RunQuestion) {
    let RunQuestion::Work(work) = question else {
        return;
    };
    work.instruction.iter_mut().for_each(mask);
    let said = work.open.iter_mut().chain(&mut work.problem);
    said.for_each(mask_message);
    for RunField { field, value } in &mut work.fields {
        // By its name, too.
        let named = Value::Object(vec![(field.name.clone(), value.clone())]);
        if let Some([(_, masked)]) = value_without_keys(&named).as_object() {
            value.clone_from(masked);
        }
    }
}

/// Gives all that is kept of a run to `each`, without keys, as it can be brought in elsewhere: without the session and
/// the run above it, which stay here.
fn record(
    store: &Store,
    kept: &KeptRun,
    mut each: impl FnMut(SnapshotRun) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let masked = |text: &mut String| *text = json_without_keys(text);
    let masked_error = |error: &mut Option<Message>| error.iter_mut().for_each(mask_message);
    let mut definition = None;
    let mut keys = LogKeys::default();
    let is_whole = store.snapshot()?.run::<AppError>(kept.row, |mut part| {
        match &mut part {
            SnapshotRun::Definition { sha256, text } => {
                *text = text_without_keys(Some(kept.format), text).into_owned();
                *sha256 = Sha256::of(text.as_bytes());
                definition = Some(*sha256);
            }
            SnapshotRun::Run(run) => {
                masked(&mut run.context);
                run.definition = definition.unwrap_or(run.definition);
                run.session = None;
                run.parent = None;
                run.parent_task = None;
                run.parent_attempt = None;
                run.depth = 0;
                run.head
                    .iter_mut()
                    .for_each(|head| masked_error(&mut head.hindered));
            }
            SnapshotRun::Tasks { .. } => {}
            SnapshotRun::Attempts { attempts, .. } => {
                for attempt in attempts {
                    masked_error(&mut attempt.error);
                    for passed_over in &mut attempt.passed_over {
                        mask_message(&mut passed_over.why);
                    }
                }
            }
            SnapshotRun::Output { value, .. } | SnapshotRun::Answer { value, .. } => masked(value),
            SnapshotRun::Messages { messages, .. } => {
                for line in messages.iter_mut() {
                    masked_error(&mut line.said);
                }
                keys.mask(messages.iter_mut().filter_map(|line| line.line.as_mut()));
            }
        }
        each(part)
    })?;
    if !is_whole {
        return Err(AppError::new("run_not_readable"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
