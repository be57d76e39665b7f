//! `run_export`: one run as a file that others read, as JSON or as a page. What looks like a key in what it was given,
//! in its definition and in what it gave is left out of both.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use flowkeep_core::json::{parse, print};
use flowkeep_core::{Format, Sha256, Value, secret};
use flowkeep_files::{Existing, export_document};
use flowkeep_host::path_text;
use flowkeep_store::{KeptRun, SnapshotRun};
use serde::Serialize;

use super::runs::{find, message, show};
use crate::apart::in_time;
use crate::report::Page;
use crate::types::{Exported, RunExportInput, RunFormat, RunMessage, RunShow, RunShowInput};
use crate::{Api, AppError, Catalogue, Tongue, time};

/// What a file of this kind says of itself, and the version of its shape (docs/formats/run.md).
pub(crate) const FORMAT: &str = "flowkeep-run";
pub(crate) const VERSION: u32 = 1;

/// Lines of the log that a page has, at most.
const LINES: u32 = 20_001;

/// A run as a file.
#[derive(Serialize)]
struct RunFile {
    format: &'static str,
    version: u32,
    app_version: &'static str,
    exported_at: String,
    /// As `run show` tells it.
    run: RunShow,
    /// All of it, as a line of a backup each.
    record: Vec<SnapshotRun>,
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
    let text = match input.format {
        RunFormat::Json => as_json(api, &input.id)?,
        RunFormat::Html => {
            let tongue = input.language.as_deref();
            let tongue = tongue.map_or_else(Tongue::of_system, Tongue::of_locale);
            as_page(api, &input.id, Catalogue::new(tongue))?
        }
    };
    write(api, &target, text, existing)?;
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

fn write(api: &Api, target: &Path, text: String, existing: Existing) -> Result<(), AppError> {
    let (files, file) = (Arc::clone(&api.files), target.to_owned());
    in_time(api.most, target, move |_| {
        export_document(files.as_ref(), &text, &file, existing)
    })
}

fn as_json(api: &Api, id: &str) -> Result<String, AppError> {
    let kept = find(api, id)?;
    let file = RunFile {
        format: FORMAT,
        version: VERSION,
        app_version: env!("CARGO_PKG_VERSION"),
        exported_at: time::rfc3339(api.clock.now().0),
        run: shown(api, id)?,
        record: record(api, &kept)?,
    };
    let text = serde_json::to_string_pretty(&file);
    let text = text.map_err(|error| AppError::new("internal").with("detail", error))?;
    Ok(text + "\n")
}

fn as_page(api: &Api, id: &str, catalogue: Catalogue) -> Result<String, AppError> {
    let kept = find(api, id)?;
    let run = shown(api, id)?;
    let lines = api.store.messages(kept.row, 0, None, LINES)?;
    let messages: Vec<RunMessage> = lines.into_iter().map(message).collect();
    let definition = api.store.definition_text(&kept)?;
    let page = Page {
        catalogue,
        run: &run,
        messages: &messages,
        definition: &without_keys(Some(kept.format), &definition),
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
    for task in &mut run.tasks {
        task.output = task.output.as_ref().map(value_without_keys);
    }
    Ok(run)
}

fn value_without_keys(value: &Value) -> Value {
    let text = print(value);
    match without_keys(Some(Format::Json), &text) {
        Cow::Borrowed(_) => value.clone(),
        Cow::Owned(text) => parse(&text),
    }
}

/// A text without what looks like a key.
fn without_keys(format: Option<Format>, text: &str) -> Cow<'_, str> {
    match secret::masked(format, text.as_bytes()) {
        Some(masked) => Cow::Owned(String::from_utf8_lossy(&masked.bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// All that is kept of a run, without keys, as it can be brought in elsewhere: without the session and the run above
/// it, which stay here.
fn record(api: &Api, kept: &KeptRun) -> Result<Vec<SnapshotRun>, AppError> {
    let mut parts = Vec::new();
    let snapshot = api.store.snapshot()?;
    let is_whole = snapshot.run::<AppError>(kept.row, |part| {
        parts.push(part);
        Ok(())
    })?;
    if !is_whole {
        return Err(AppError::new("run_not_readable"));
    }
    let masked = |text: &mut String| *text = without_keys(Some(Format::Json), text).into_owned();
    let mut definition = None;
    for part in &mut parts {
        match part {
            SnapshotRun::Definition { sha256, text } => {
                *text = without_keys(Some(kept.format), text).into_owned();
                *sha256 = Sha256::of(text.as_bytes());
                definition = Some(*sha256);
            }
            SnapshotRun::Run(head) => {
                masked(&mut head.context);
                head.definition = definition.unwrap_or(head.definition);
                head.session = None;
                head.parent = None;
                head.parent_task = None;
                head.parent_attempt = None;
                head.depth = 0;
            }
            SnapshotRun::Output { value, .. } | SnapshotRun::Answer { value, .. } => masked(value),
            _ => {}
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewRun, StoreError};

    use super::*;
    use crate::Silent;
    use crate::bodies::{plan_decisions, restores, run_changes};
    use crate::testing::open;
    use crate::types::{ChosenPlace, ImportPlanInput, ItemAction, PlanRef, RunRef};

    const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";

    fn add(api: &Api) -> String {
        let new = NewRun {
            workflow_id: Some("orders".to_owned()),
            context: format!(r#"{{"day": 1, "api_key": "{KEY}", "note": "</pre><script>x"}}"#),
            actor: "Ann".to_owned(),
            ..NewRun::of(
                "<b>Orders</b>",
                format!(
                    r#"{{"tasks": [{{"id": "do", "name": "核对 & send", "action": "manual",
                        "params": {{"instruction": "look", "password": "{KEY}"}}}}]}}"#
                ),
            )
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        added.unwrap().1.to_string()
    }

    fn exported(format: RunFormat, language: &str) -> String {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let id = add(&api);
        let file = root.path().join("run");
        let input = RunExportInput {
            id,
            format,
            language: Some(language.to_owned()),
            to: ChosenPlace::Path(file.clone()),
        };
        export(&api, input.clone()).unwrap();
        let kept = export_over(&api, input, Existing::Keep);
        assert_eq!(kept.unwrap_err().code, "file_exists");
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn a_page_has_no_script_no_keys_and_nothing_from_elsewhere() {
        for (language, words) in [("en", "<h2>Tasks</h2>"), ("zh-CN", "<h2>任务</h2>")] {
            let page = exported(RunFormat::Html, language);
            assert!(page.contains(words), "{page}");
            assert!(
                page.contains("<h1>&lt;b&gt;Orders&lt;/b&gt;</h1>"),
                "{page}"
            );
            assert!(page.contains("核对 &amp; send"));
            assert!(page.contains("&lt;/pre&gt;&lt;script&gt;x"));
            assert!(page.contains("&lt;masked&gt;") && !page.contains(KEY));
            for not in ["<script", "<link", "src=", "href=", "url(http", "@import"] {
                assert!(!page.contains(not), "{not}");
            }
        }
    }

    #[test]
    fn as_json_it_says_what_it_is_and_has_all_of_the_run_but_keys() {
        let text = exported(RunFormat::Json, "en");
        assert!(!text.contains(KEY), "{text}");
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&file["format"], &file["version"]),
            (&FORMAT.into(), &VERSION.into())
        );
        assert_eq!(file["run"]["started_by"], "Ann");
        let record: Vec<SnapshotRun> = serde_json::from_value(file["record"].clone()).unwrap();
        let [
            SnapshotRun::Definition { sha256, text },
            SnapshotRun::Run(head),
            ..,
        ] = &record[..]
        else {
            panic!("{record:?}");
        };
        assert_eq!(
            (*sha256, head.definition),
            (Sha256::of(text.as_bytes()), *sha256)
        );
    }

    fn saved(api: &Api, id: &str, file: &Path) {
        let input = RunExportInput {
            id: id.to_owned(),
            format: RunFormat::Json,
            language: None,
            to: ChosenPlace::Path(file.to_owned()),
        };
        export(api, input).unwrap();
    }

    /// What a drop of these files would bring in, and what it brings.
    fn brought(api: &Api, files: &[&Path]) -> (Vec<(String, u32)>, Vec<String>) {
        let places = files
            .iter()
            .map(|file| ChosenPlace::Path(file.to_path_buf()));
        let input = ImportPlanInput {
            places: places.collect(),
        };
        let plan = restores::import_plan(api, input, &Silent).unwrap();
        let parts = plan.parts.into_iter().map(|part| (part.kind, part.count));
        let parts: Vec<_> = parts.collect();
        let groups = plan.groups.iter();
        let groups = groups.map(|total| format!("{:?} {}", total.group, total.count));
        let groups = groups.collect();
        let plan_id = plan.plan_id;
        let done = restores::import_apply(
            api,
            PlanRef {
                plan_id: plan_id.clone(),
            },
            &Silent,
        )
        .unwrap();
        let mut told = 0;
        plan_decisions::each_other_result(api, &plan_id, |item| {
            told += u32::from(item.action == ItemAction::Imported);
            assert_eq!(
                item.reason.is_some(),
                item.action == ItemAction::Skipped,
                "{item:?}"
            );
            assert!(item.path.is_some_and(|path| Path::new(&path).is_file()));
            Ok(())
        })
        .unwrap();
        assert_eq!(done.imported, told);
        assert_eq!(done.others.iter().map(|one| one.count).sum::<u32>(), told);
        let others: Vec<_> = done
            .others
            .into_iter()
            .map(|one| (one.kind, one.count))
            .collect();
        assert_eq!(others, parts);
        (parts, groups)
    }

    #[test]
    fn an_exported_run_comes_in_elsewhere_to_be_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let (here, there) = (
            open(&root.path().join("here")),
            open(&root.path().join("there")),
        );
        let id = add(&here);
        let file = root.path().join("run.json");
        saved(&here, &id, &file);
        let (parts, groups) = brought(&there, &[&file]);
        assert_eq!(
            (parts, groups),
            (vec![], vec!["Damaged 1".to_owned()]),
            "it has not ended"
        );

        run_changes::cancel(&here, RunRef { id: id.clone() }).unwrap();
        saved(&here, &id, &file);
        let (parts, groups) = brought(&there, &[&file]);
        assert_eq!((parts, groups), (vec![("run".to_owned(), 1)], vec![]));
        let (before, after) = (shown(&here, &id).unwrap(), shown(&there, &id).unwrap());
        assert!(after.imported && !before.imported);
        assert_eq!(
            (after.status, after.end_time),
            (before.status, before.end_time)
        );
        assert_eq!(after.tasks.len(), before.tasks.len());
        let names = after.tasks.iter().map(|task| (&task.id, task.status));
        let were = before.tasks.iter().map(|task| (&task.id, task.status));
        assert!(names.eq(were));
        let input = crate::types::RunResumeInput {
            id: id.clone(),
            trust: Some(true),
            ..crate::types::RunResumeInput::default()
        };
        assert!(run_changes::resume(&there, input).is_err());
        // Once more there is nothing to bring in.
        assert_eq!(brought(&there, &[&file]), (vec![], vec![]));
        std::fs::write(&file, "{\"format\": \"flowkeep-run\", \"version\": 2}").unwrap();
        assert_eq!(brought(&there, &[&file]).1, ["Damaged 1"]);
    }

    #[test]
    fn an_execution_of_another_program_comes_into_the_log() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let folder = root.path().join("executions");
        std::fs::create_dir(&folder).unwrap();
        for number in 1..=2 {
            let text = format!(
                r#"{{"execution_id": "e{number}", "workflow_id": "w", "status": "completed",
                    "start_time": "2026-01-02T03:04:05Z", "end_time": "2026-01-02T03:05:05Z",
                    "context": {{"a": 1}}, "messages": [{{"level": "info", "message": "done"}}]}}"#
            );
            std::fs::write(folder.join(format!("e{number}.json")), text).unwrap();
        }
        let (parts, groups) = brought(&api, &[&folder]);
        assert_eq!((parts, groups), (vec![("log".to_owned(), 2)], vec![]));
        assert_eq!(brought(&api, &[&folder]), (vec![], vec![]));
    }
}
