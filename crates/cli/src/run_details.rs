//! One run for people: its tasks, what they ask and gave; what a start would do; what tasks can do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use flowkeep_api::types::{
    Nothing, RunArchive, RunAttempt, RunBroken, RunContextName, RunPreview, RunPreviewInput,
    RunPreviewTask, RunProgram, RunQuestion, RunShow, RunShowInput, RunTask, RunTaskRef, RunWork,
};
use flowkeep_api::{Api, AppError, Catalogue, run_previews, runs, secrets};
use flowkeep_core::json::print;
use flowkeep_core::{Finding, Value, visible, visible_whole};
use serde_json::Value as Json;

use crate::output::{Out, Outcome, Output, table, values};
use crate::preflight;
use crate::routes::reason;
use crate::runs::{status, text_line};
use crate::{remedies, validation, waiting};

pub(crate) fn show(api: &Api, output: &Output, id: String) -> Result<Outcome, AppError> {
    let shown = runs::show(
        api,
        RunShowInput {
            id,
            ..RunShowInput::default()
        },
    )?;
    let (mut files, mut locked) = (BTreeMap::new(), Vec::new());
    if !output.is_json() {
        files = written(api, &shown)?;
        if shown.tasks.iter().any(|task| task.secret.is_some()) {
            locked = secrets::waited_for(api)?;
        }
    }
    output.print(&shown, |catalogue, out| {
        let of_run = status(catalogue, shown.status);
        let end = shown.end_time.as_deref().map(|end| catalogue.when(end));
        let end = end.as_deref().unwrap_or("–");
        let name = visible(&shown.workflow_name);
        writeln!(out, "{}  {name}  {of_run}", shown.id)?;
        writeln!(out, "{} → {end}", catalogue.when(&shown.start_time))?;
        if shown.imported {
            writeln!(out, "{}", catalogue.word("run_imported"))?;
        }
        if let Some(forgotten) = &shown.forgotten {
            let (by, at) = (visible(&forgotten.by), catalogue.when(&forgotten.at));
            let key = if shown.workflow_id.is_some() {
                "run_session_was_forgotten"
            } else {
                "cli_run_session_was_forgotten_file"
            };
            let said = catalogue.sentence(key, &[("by", &by), ("when", &at)]);
            writeln!(out, "{said}")?;
        }
        of_folder(catalogue, out, &shown)?;
        for task in &shown.tasks {
            of_task(catalogue, out, &shown.id, task)?;
            for step in remedies::told(catalogue, &shown, task) {
                writeln!(out, "    {step}")?;
            }
            let wrote = files.get(&task.id).into_iter().flatten();
            for file in wrote {
                let label = catalogue.word("cli_run_wrote");
                writeln!(out, "    {}", catalogue.labelled(&label, &visible(file)))?;
            }
            let waits = waiting::of_task(catalogue, task, &locked);
            if let Some(waits) = waits {
                writeln!(out, "    {waits}")?;
            }
        }
        for line in &shown.messages {
            writeln!(out, "{}", text_line(catalogue, line))?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// Where the files are that its tasks wrote, by task.
fn written(api: &Api, shown: &RunShow) -> Result<BTreeMap<String, Vec<String>>, AppError> {
    let names_one = |output: &Value| {
        let members = output.as_object().unwrap_or_default();
        members
            .iter()
            .any(|(key, _)| key == "path" || key.ends_with("_file"))
    };
    let mut files = BTreeMap::new();
    for task in &shown.tasks {
        if task.output.as_ref().is_some_and(names_one) {
            let (id, task) = (shown.id.clone(), task.id.clone());
            let found = runs::output(
                api,
                RunTaskRef {
                    id,
                    task: task.clone(),
                },
            )?;
            files.insert(
                task,
                found.files.into_iter().map(|file| file.path).collect(),
            );
        }
    }
    Ok(files)
}

/// Where a run works, what was archived there before it began, and why it could not begin.
fn of_folder(catalogue: &Catalogue, out: &mut Out, shown: &RunShow) -> io::Result<()> {
    if let Some(folder) = &shown.folder {
        let label = catalogue.word("run_folder");
        writeln!(
            out,
            "{}",
            catalogue.labelled(&label, &visible(&folder.path))
        )?;
    }
    of_archive(catalogue, out, shown.archive.as_ref())?;
    if let Some(why) = &shown.hindered {
        writeln!(out, "{}", catalogue.told(why))?;
    }
    Ok(())
}

/// What of a task folder was archived before a run began.
pub(crate) fn of_archive(
    catalogue: &Catalogue,
    out: &mut Out,
    archive: Option<&RunArchive>,
) -> io::Result<()> {
    // Where a run could not begin there may be nothing to tell of.
    let archive = archive.filter(|made| made.name.is_some() || !made.failed.is_empty());
    if let Some(archive) = archive {
        let label = catalogue.word("run_archive");
        let counts = match archive.name {
            None => catalogue.word("run_archive_none_made"),
            Some(_) => catalogue.sentence(
                "run_archive_counts",
                &[
                    ("moved", &archive.moved),
                    ("copied", &archive.copied),
                    ("kept", &archive.kept),
                ],
            ),
        };
        let name = archive.name.as_deref().map(visible).unwrap_or_default();
        let parts = [name.as_ref(), &counts];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        writeln!(out, "{}", catalogue.labelled(&label, &parts.join("  ")))?;
        for failed in &archive.failed {
            let reason = catalogue.say(&failed.reason);
            let line = catalogue.labelled(&visible(&failed.file), &reason);
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

fn of_task(catalogue: &Catalogue, out: &mut Out, run: &str, task: &RunTask) -> io::Result<()> {
    let last = task.attempts.last();
    let mut parts = vec![
        status(catalogue, task.status),
        visible(&task.name).into_owned(),
    ];
    parts.extend(last.and_then(|last| used(catalogue, last)));
    if task.attempts.len() > 1 {
        let tries: [(&str, &dyn std::fmt::Display); 1] = [("count", &task.attempts.len())];
        parts.push(catalogue.sentence("cli_run_tries", &tries));
    }
    let error = last.and_then(|last| last.error.as_ref());
    parts.extend(error.map(|error| catalogue.told(error)));
    writeln!(out, "  {}", parts.join("  "))?;
    match &task.question {
        None => Ok(()),
        Some(RunQuestion::Work(work)) => of_work(catalogue, out, (run, &task.id), work),
        Some(RunQuestion::Interrupted(broken)) => {
            of_broken(catalogue, out, (run, &task.id), broken)
        }
    }
}

/// The data source of an attempt, and why that one.
fn used(catalogue: &Catalogue, attempt: &RunAttempt) -> Option<String> {
    let source = visible(attempt.data_source.as_deref()?);
    let Some(word) = attempt.reason.as_deref() else {
        return Some(source.into_owned());
    };
    let fields: [(&str, &dyn std::fmt::Display); 2] =
        [("source", &source), ("why", &reason(catalogue, word))];
    Some(catalogue.sentence("source_used", &fields))
}

fn of_work(
    catalogue: &Catalogue,
    out: &mut Out,
    (run, task): (&str, &str),
    work: &RunWork,
) -> io::Result<()> {
    for line in work.instruction.iter().flat_map(|text| text.lines()) {
        writeln!(out, "    {}", visible(line))?;
    }
    for item in &work.checklist {
        let mark = if item.ticked { 'x' } else { ' ' };
        let (text, id) = (visible(&item.item.text), visible(&item.item.id));
        let id = if id == text {
            String::new()
        } else {
            format!("  {id}")
        };
        writeln!(out, "    [{mark}] {text}{id}")?;
    }
    for field in &work.fields {
        let (label, name) = (visible(&field.field.label), visible(&field.field.name));
        let value = match &field.value {
            Value::Null => String::new(),
            value => visible(&print(value)).into_owned(),
        };
        writeln!(out, "    {label} ({name}): {value}")?;
    }
    for message in work.problem.iter().chain(&work.open) {
        writeln!(out, "    {}", catalogue.say(message))?;
    }
    writeln!(
        out,
        "    {}",
        catalogue.sentence("cli_run_asks_work", &[("run", &run), ("task", &task)])
    )
}

fn of_broken(
    catalogue: &Catalogue,
    out: &mut Out,
    (run, task): (&str, &str),
    broken: &RunBroken,
) -> io::Result<()> {
    for line in &broken.act.lines {
        of_line(
            catalogue,
            out,
            (&broken.act.action, &line.param),
            &line.text,
        )?;
    }
    let running = match &broken.running {
        Some(RunProgram { process, name }) => {
            let name = visible(name);
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("name", &name), ("process", process)];
            Some(catalogue.sentence("broken_running", &fields))
        }
        None if broken.ended => Some(catalogue.word("broken_ended")),
        None if broken.act.action == "program.run" => Some(catalogue.word("broken_may_run")),
        None => None,
    };
    if let Some(said) = running {
        writeln!(out, "    {said}")?;
    }
    writeln!(
        out,
        "    {}",
        catalogue.sentence("cli_run_asks_broken", &[("run", &run), ("task", &task)])
    )
}

/// A parameter of an action, by the word that the action has for it.
fn of_line(
    catalogue: &Catalogue,
    out: &mut Out,
    (action, param): (&str, &str),
    text: &str,
) -> io::Result<()> {
    let own = format!("param_{}_{param}", action.replace('.', "_"));
    let label = if catalogue.has(&own) {
        catalogue.word(&own)
    } else {
        catalogue.word(&format!("param_{param}"))
    };
    for (number, line) in text.lines().enumerate() {
        let line = visible_whole(line);
        if number == 0 {
            writeln!(out, "    {}", catalogue.labelled(&label, &line))?;
        } else {
            writeln!(out, "      {line}")?;
        }
    }
    Ok(())
}

pub(crate) fn task_output(
    api: &Api,
    output: &Output,
    id: String,
    task: String,
) -> Result<Outcome, AppError> {
    let found = runs::output(api, RunTaskRef { id, task })?;
    output.print(&found, |_, out| values(out, &found.output))?;
    Ok(Outcome::Done)
}

pub(crate) fn preview(
    api: &Api,
    output: &Output,
    asked: RunPreviewInput,
) -> Result<Outcome, AppError> {
    let found = run_previews::preview(api, asked)?;
    let stops = !found.problems.is_empty();
    let lacking = found.context_names.iter();
    let lacking: Vec<_> = lacking.filter(|name| name.needed && !name.given).collect();
    output.print(&found, |catalogue, out| {
        for (key, list) in [
            ("cli_problem", &found.problems),
            ("cli_warning", &found.warnings),
        ] {
            for finding in list {
                let said = catalogue.labelled(&catalogue.word(key), &sentence(catalogue, finding));
                writeln!(out, "{said}")?;
            }
        }
        preflight::told(catalogue, out, &found)?;
        if !found.trust.acts.is_empty() {
            let said = catalogue.counted("run_acts", found.trust.acts.len());
            writeln!(out, "{said}")?;
        }
        let acts = serde_json::to_value(&found.trust.acts)?;
        of_acts(catalogue, out, acts.as_array().map_or(&[], Vec::as_slice))?;
        for name in &found.context_names {
            let input = visible(&name.name);
            writeln!(out, "${{context.{input}}}  {}", used_by(name))?;
        }
        for name in &lacking {
            let (input, uses) = (visible(&name.name), used_by(name));
            let fields: [(&str, &dyn std::fmt::Display); 2] = [("input", &input), ("tasks", &uses)];
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_run_input_needed", &fields)
            )?;
        }
        let held_up = held_up(catalogue, &found);
        let said = match (stops, lacking.is_empty(), found.trust.needed) {
            (true, ..) => catalogue.word("cli_run_would_not_start"),
            (false, false, _) => catalogue.word("cli_run_lacks_input"),
            (false, true, true) => catalogue.word("cli_run_needs_trust"),
            (false, true, false) if held_up.is_empty() => catalogue.word("cli_run_would_start"),
            (false, true, false) => held_up.join("\n"),
        };
        writeln!(out, "{said}")
    })?;
    Ok(if stops || !lacking.is_empty() {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// At which tasks a start would be held up: their data source was asked and does not answer, a secret they
/// need cannot be read, or the list of tables that they read is not there.
fn held_up(catalogue: &Catalogue, found: &RunPreview) -> Vec<String> {
    let silent = |source: &Option<String>| {
        let mut sources = found.sources.iter();
        let own = sources.find(|one| Some(&one.name) == source.as_ref());
        own.is_some_and(|one| one.asked && one.answers == Some(false))
    };
    let locked = |task: &RunPreviewTask| {
        found.secrets.iter().any(|secret| {
            task.secrets.contains(&secret.secret)
                || (secret.connection.is_some() && secret.connection == task.source)
        })
    };
    let at = |key: &str, meets: &dyn Fn(&RunPreviewTask) -> bool| {
        let tasks = found.tasks.iter().filter(|task| meets(task));
        let names: Vec<_> = tasks.map(|task| visible(&task.name).into_owned()).collect();
        let names = Some(names).filter(|names| !names.is_empty())?;
        let names = names.join(&catalogue.word("list_separator"));
        Some(catalogue.sentence(key, &[("tasks", &names)]))
    };
    let waits = at("cli_run_would_wait_at", &locked);
    let fails = at("cli_run_would_fail_at", &|task| {
        !locked(task) && silent(&task.source)
    });
    let lacks = at("cli_run_would_lack_list_at", &|task| {
        !locked(task) && task.no_input.is_some()
    });
    waits.into_iter().chain(fails).chain(lacks).collect()
}

/// The tasks that use an input.
fn used_by(name: &RunContextName) -> String {
    let uses: Vec<_> = name.used.iter().map(|used| visible(&used.task)).collect();
    uses.join(", ")
}

fn sentence(catalogue: &Catalogue, finding: &Finding) -> String {
    let said = validation::sentence(catalogue, finding);
    if finding.path.is_empty() {
        said
    } else {
        catalogue.labelled(&visible(&finding.path), &said)
    }
}

/// What a workflow would do, beside the refusal to do it untrusted.
pub(crate) fn told_acts(output: &Output, error: AppError) -> AppError {
    let acts = error.fields.get("acts").filter(|_| !output.is_json());
    let acts: Option<Vec<Json>> = acts.and_then(|text| serde_json::from_str(text).ok());
    if let Some(acts) = acts {
        // The refusal itself follows, and says so when this cannot be printed.
        let _ = crate::output::write(|out| of_acts(output.catalogue(), out, &acts));
    }
    error
}

/// Tasks with what they write, call or run; the shape is `RunAct`.
fn of_acts(catalogue: &Catalogue, out: &mut Out, acts: &[Json]) -> io::Result<()> {
    for act in acts {
        let text = |key: &str| act[key].as_str().unwrap_or_default();
        let source = match text("source") {
            "" => String::new(),
            source => format!("  {}", visible(source)),
        };
        let of = match text("workflow") {
            "" => String::new(),
            workflow => format!("{} · ", visible(workflow)),
        };
        let (task, action) = (visible(text("task")), visible(text("action")));
        writeln!(out, "  {of}{task}  {action}{source}")?;
        for line in act["lines"].as_array().into_iter().flatten() {
            let text = |key: &str| line[key].as_str().unwrap_or_default();
            let of = (act["action"].as_str().unwrap_or_default(), text("param"));
            of_line(catalogue, out, of, text("text"))?;
        }
    }
    Ok(())
}

pub(crate) fn actions(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let found = run_previews::actions(api, Nothing {})?;
    output.print(&found, |catalogue, out| {
        let rows = found.items.iter().map(|row| {
            let said = catalogue.word(&format!("action_{}", row.key));
            let params = row.action.params.iter().map(|param| {
                if param.required {
                    param.name.to_owned()
                } else {
                    format!("[{}]", param.name)
                }
            });
            let params: Vec<_> = params.collect();
            [row.action.name.to_owned(), params.join(" "), said]
        });
        table(catalogue, out, ["action", "params", "does"], rows)
    })?;
    Ok(Outcome::Done)
}
