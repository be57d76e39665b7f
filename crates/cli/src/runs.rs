//! `run`, `source`, `engine`.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flowkeep_api::types::{
    ChosenPlace, Exported, ListFormat, RetryDefinition, RunAnswerInput, RunBegunBy, RunChange,
    RunChangeManyInput, RunDecision, RunDeleteInput, RunExportInput, RunFormat, RunListExportInput,
    RunListInput, RunLog, RunLogInput, RunMessage, RunMode, RunNeeds, RunPage, RunPreviewInput,
    RunRef, RunResumeInput, RunRetryInput, RunRow, RunShow, RunShowInput, RunStartInput, RunStatus,
    RunTaskInput, RunText, RunUndeleteInput, RunsChanged,
};
use flowkeep_api::{
    Api, AppError, Catalogue, Existing, Progress as _, Tongue, copy_log, folder_clean_ups, history,
    run_change_many, run_changes, run_exports, run_questions, run_reports, runs,
};
use flowkeep_core::run::Status;
use flowkeep_core::{Message, visible, visible_whole};
use serde::Serialize;
use serde_json::{Value, json};

use crate::output::{Out, Outcome, Output, aside, table, values, write};
use crate::progress::Shown;
use crate::run_args::{
    Answer, BegunBy, Definition, Mode, Needs, Retry, Run, RunList, Shape, Start,
};
use crate::run_details::{of_archive, preview, show, task_output, told_acts};
use crate::{remedies, run_compare, run_trend, waiting};

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How often it is asked whether old runs are to be removed.
const TIDY: Duration = Duration::from_mins(1);

/// How often our history is copied into the log's folder, where that is wanted.
const COPY: Duration = Duration::from_secs(2);

/// How long the engine may take to become free: a command that is over in a moment may have it.
const FREE: u32 = 50;

pub(crate) fn run(api: &Api, output: &Output, verb: Run) -> Result<Outcome, AppError> {
    match verb {
        Run::Start(start) => {
            let wait = start.wait;
            let run = run_changes::start(api, start_input(start));
            let run = run.map_err(|error| told_acts(output, error))?;
            begun(api, output, &run, wait)
        }
        Run::Task {
            action,
            params,
            context,
            source,
        } => task(
            api,
            output,
            RunTaskInput {
                action,
                params,
                context,
                source,
            },
        ),
        Run::Preview {
            workflow,
            context,
            task_folder,
            ask,
        } => {
            let asked = RunPreviewInput {
                workflow,
                context,
                folder: task_folder,
                ask,
            };
            preview(api, output, asked)
        }
        Run::List(list) => self::list(api, output, list),
        Run::Show { run } => show(api, output, run),
        Run::Compare(asked) => run_compare::run(api, output, asked),
        Run::Trend(asked) => run_trend::run(api, output, asked),
        Run::Export {
            run,
            format,
            output: file,
            overwrite,
        } => export(api, output, (run, format, file), overwrite),
        Run::Output { run, given_task } => task_output(api, output, run, given_task),
        Run::Log { run, follow: true } => follow(api, output, &run),
        Run::Log { run, follow: false } => log(api, output, &run),
        Run::Cancel { runs } => cancel(api, output, runs),
        Run::Delete { runs } => delete(api, output, runs),
        Run::Undelete { runs } => undelete(api, output, runs),
        Run::Pause { run } => told(api, output, &run_changes::pause(api, RunRef { id: run })?),
        Run::Resume {
            run,
            trust,
            todays_files,
            wait,
        } => {
            let input = RunResumeInput {
                id: run.clone(),
                trust: Some(trust),
                shown: None,
                todays_files: Some(todays_files),
            };
            let resumed = match run_changes::resume(api, input) {
                Err(error) if error.code == "run_configuration_undecided" => {
                    return undecided(api, output, &run, &error);
                }
                resumed => resumed.map_err(|error| told_acts(output, error))?,
            };
            if wait {
                waited(api, output, &resumed.run_id)
            } else {
                self::resumed(api, output, &resumed)
            }
        }
        Run::Retry(retry) if retry.runs.len() > 1 => retry_many(api, output, retry),
        Run::Retry(retry) => {
            let wait = retry.wait;
            let run = run_changes::retry(api, retry_input(retry));
            begun(
                api,
                output,
                &run.map_err(|error| told_acts(output, error))?,
                wait,
            )
        }
        Run::Answer(answer) => told(
            api,
            output,
            &run_questions::answer(api, answer_input(answer))?,
        ),
    }
}

fn delete(api: &Api, output: &Output, runs: Vec<String>) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let done = run_change_many::delete_runs(api, RunDeleteInput { ids: runs }, &progress);
    drop(progress);
    changed(output, "cli_runs_deleted", &done?)
}

fn undelete(api: &Api, output: &Output, runs: Vec<String>) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let input = RunUndeleteInput {
        ids: Some(runs),
        operation_id: None,
    };
    let done = run_change_many::undelete(api, input, &progress);
    drop(progress);
    changed(output, "cli_runs_returned", &done?)
}

fn start_input(start: Start) -> RunStartInput {
    RunStartInput {
        workflow: start.workflow,
        context: start.context,
        mode: start.mode.map(|mode| match mode {
            Mode::Complete => RunMode::Complete,
            Mode::Step => RunMode::Step,
        }),
        task: start.only_task,
        trust: Some(start.trust),
        shown: None,
        folder: start.task_folder,
        continue_anyway: Some(start.continue_anyway),
    }
}

fn retry_input(retry: Retry) -> RunRetryInput {
    RunRetryInput {
        id: retry.runs.into_iter().next().unwrap_or_default(),
        from: retry.again_from,
        context: retry.context,
        skip: Some(retry.skip),
        definition: retry.definition.map(|definition| match definition {
            Definition::Old => RetryDefinition::Old,
            Definition::Current => RetryDefinition::Current,
        }),
        trust: Some(retry.trust),
        shown: None,
        continue_anyway: Some(retry.continue_anyway),
    }
}

/// Ends one run, or each of several.
fn cancel(api: &Api, output: &Output, mut runs: Vec<String>) -> Result<Outcome, AppError> {
    if runs.len() == 1 {
        let id = runs.remove(0);
        return told(api, output, &run_changes::cancel(api, RunRef { id })?);
    }
    let progress = Shown::new(output.catalogue());
    let input = RunChangeManyInput {
        change: RunChange::Cancel,
        ids: Some(runs),
        filter: None,
        dry_run: None,
        each: Some(true),
    };
    let done = run_change_many::change_many(api, input, &progress);
    drop(progress);
    changed(output, "cli_runs_cancelled", &done?)
}

/// Runs each of several again. Nobody waits for many: each is there with its id.
fn retry_many(api: &Api, output: &Output, retry: Retry) -> Result<Outcome, AppError> {
    if retry.wait {
        return Err(AppError::new("wait_for_one"));
    }
    let progress = Shown::new(output.catalogue());
    let runs = retry.runs.clone();
    let done = run_change_many::retry_many(api, runs, &retry_input(retry), &progress);
    drop(progress);
    let done = done.map_err(|error| told_acts(output, error))?;
    changed(output, "cli_runs_retried", &done)
}

/// What came of several runs, those that were left out first.
fn changed(output: &Output, key: &str, done: &RunsChanged) -> Result<Outcome, AppError> {
    output.print(done, |catalogue, out| {
        for item in &done.items {
            if let Some(reason) = &item.reason {
                let said = catalogue.labelled(&visible(&item.run_id), &catalogue.say(reason));
                writeln!(out, "{said}")?;
            }
            if let (Some(new), Some(status)) = (&item.new_run_id, item.status) {
                let status = self::status(catalogue, status);
                let line = catalogue.sentence("cli_run_is", &[("run", new), ("status", &status)]);
                writeln!(out, "{line}")?;
            }
        }
        writeln!(out, "{}", catalogue.sentence(key, &[("count", &done.done)]))?;
        match &done.operation_id {
            Some(id) if key == "cli_runs_deleted" => {
                writeln!(
                    out,
                    "{}",
                    catalogue.sentence("cli_undo_with", &[("id", id)])
                )
            }
            _ => Ok(()),
        }
    })?;
    Ok(if done.left_out.is_empty() && !done.cancelled {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

fn answer_input(answer: Answer) -> RunAnswerInput {
    let decision = match &answer {
        Answer { approve: true, .. } => Some(RunDecision::Approve),
        Answer {
            send_back: Some(_), ..
        } => Some(RunDecision::SendBack),
        Answer { rerun: true, .. } => Some(RunDecision::Rerun),
        Answer { done: true, .. } => Some(RunDecision::Done),
        Answer { failed: true, .. } => Some(RunDecision::Failed),
        _ => None,
    };
    RunAnswerInput {
        id: answer.run,
        task: answer.asked_task,
        decision,
        to: answer.next.or(answer.send_back),
        reason: answer.reason,
        fields: answer.fields,
        tick: Some(answer.tick).filter(|ticked| !ticked.is_empty()),
        untick: Some(answer.untick).filter(|ticked| !ticked.is_empty()),
    }
}

/// A run that is in the history now; what becomes of it when that is waited for.
fn begun(api: &Api, output: &Output, run: &RunStatus, wait: bool) -> Result<Outcome, AppError> {
    if wait {
        return waited(api, output, &run.run_id);
    }
    output.print(run, |catalogue, out| {
        writeln!(out, "{}", sentence(catalogue, run))?;
        if run_changes::is_without_owner(api) {
            writeln!(out, "{}", catalogue.word("cli_run_stays_queued"))?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

pub(crate) fn waited(api: &Api, output: &Output, id: &str) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let run = run_changes::wait(api, id, &progress)?;
    drop(progress);
    let shown = brief(api, id)?;
    let waited_for = match run.status {
        Status::Waiting if !output.is_json() => waiting::told(api, output.catalogue(), id)?,
        _ => Vec::new(),
    };
    let result = Waited {
        run: &run,
        warnings: &shown.warnings,
    };
    output.print(&result, |catalogue, out| {
        writeln!(out, "{}", sentence(catalogue, &run))?;
        of_archive(catalogue, out, shown.archive.as_ref())?;
        if run.status == Status::Failed {
            failures(catalogue, out, &shown)?;
        }
        let mut lines = waited_for.iter();
        lines.try_for_each(|line| writeln!(out, "{line}"))
    })?;
    if !output.is_json() {
        warned(output, &shown);
    }
    Ok(outcome(run.status))
}

/// A run that was waited for.
#[derive(Serialize)]
struct Waited<'a> {
    #[serde(flatten)]
    run: &'a RunStatus,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Message],
}

/// What somebody should look at, beside the result. Of files that could not be archived the result has told.
fn warned(output: &Output, shown: &RunShow) {
    let catalogue = output.catalogue();
    let told = shown.archive.iter().flat_map(|archive| &archive.failed);
    let told: BTreeSet<&str> = told.map(|failed| failed.file.as_str()).collect();
    let is_told = |warning: &Message| {
        let file = warning.fields.get("file");
        warning.code == "run_archive_failed_file"
            && file.is_some_and(|file| told.contains(file.as_str()))
    };
    let mut said = BTreeSet::new();
    for warning in shown.warnings.iter().filter(|warning| !is_told(warning)) {
        let line = catalogue.labelled(&catalogue.word("cli_warning"), &catalogue.say(warning));
        if said.insert(line.clone()) {
            aside(&line);
        }
    }
}

/// A run without its outputs and messages.
pub(crate) fn brief(api: &Api, id: &str) -> Result<RunShow, AppError> {
    let (id, brief) = (id.to_owned(), Some(true));
    runs::show(
        api,
        RunShowInput {
            id,
            brief,
            ..RunShowInput::default()
        },
    )
}

/// Why a run could not begin, or why its tasks failed, a line for each.
fn failures(catalogue: &Catalogue, out: &mut Out, shown: &RunShow) -> io::Result<()> {
    let hindered = shown.hindered.iter();
    let hindered = hindered.map(|why| format!("  {}", catalogue.told(why)));
    let failed = shown
        .tasks
        .iter()
        .filter(|task| task.status == Status::Failed);
    let lines = failed.flat_map(|task| {
        let error = task.attempts.last().and_then(|last| last.error.as_ref());
        let said = error.map(|error| {
            let said = catalogue.labelled(&visible(&task.name), &catalogue.say(error));
            format!("  {said}")
        });
        let steps = remedies::told(catalogue, shown, task).into_iter();
        said.into_iter()
            .chain(steps.map(|step| format!("    {step}")))
    });
    let mut all = hindered.chain(lines);
    all.try_for_each(|line| writeln!(out, "{line}"))
}

fn told(api: &Api, output: &Output, run: &RunStatus) -> Result<Outcome, AppError> {
    // One that goes on by itself only where its files are as they were.
    let is_held = matches!(
        run.status,
        Status::Interrupted | Status::Paused | Status::Queued
    );
    let session = if is_held && !output.is_json() {
        brief(api, &run.run_id)?.session
    } else {
        None
    };
    output.print(run, |catalogue, out| {
        writeln!(out, "{}", sentence(catalogue, run))?;
        let could_go_on = matches!(run.status, Status::Interrupted | Status::Queued);
        if could_go_on && run_changes::is_without_owner(api) {
            writeln!(out, "{}", catalogue.word("cli_run_goes_on_later"))?;
        }
        if let Some(session) = &session {
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("session", session), ("run", &run.run_id)];
            let said = catalogue.sentence("cli_run_session_decides", &fields);
            writeln!(out, "{said}")?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// A run that does not go on before a person says with which configuration: that is waited for, and nothing has failed.
fn undecided(api: &Api, output: &Output, run: &str, why: &AppError) -> Result<Outcome, AppError> {
    let shown = brief(api, run)?;
    let run = RunStatus {
        run_id: shown.id,
        status: shown.status,
    };
    output.asks(&run, "undecided", why)
}

/// How a run stands that was to go on; where it waits for somebody, for what.
fn resumed(api: &Api, output: &Output, run: &RunStatus) -> Result<Outcome, AppError> {
    if run.status != Status::Waiting {
        return told(api, output, run);
    }
    let lines = if output.is_json() {
        Vec::new()
    } else {
        waiting::told(api, output.catalogue(), &run.run_id)?
    };
    output.print(run, |catalogue, out| {
        writeln!(out, "{}", sentence(catalogue, run))?;
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    })?;
    Ok(outcome(run.status))
}

fn sentence(catalogue: &Catalogue, run: &RunStatus) -> String {
    let status = status(catalogue, run.status);
    catalogue.sentence("cli_run_is", &[("run", &run.run_id), ("status", &status)])
}

pub(crate) fn status(catalogue: &Catalogue, status: Status) -> String {
    catalogue.word(&format!("status_{}", status.as_str()))
}

/// How a command ends that waited for a run.
pub(crate) fn outcome(status: Status) -> Outcome {
    match status {
        Status::Succeeded | Status::Skipped => Outcome::Done,
        Status::Waiting | Status::Paused => Outcome::InPart,
        _ => Outcome::Findings,
    }
}

fn task(api: &Api, output: &Output, input: RunTaskInput) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let done = run_changes::task(api, input, &progress)?;
    drop(progress);
    output.print(&done, |catalogue, out| match &done.error {
        Some(error) => writeln!(out, "{}", catalogue.told(error)),
        None => values(out, &done.output),
    })?;
    Ok(outcome(done.status))
}

/// A run as a file.
fn export(
    api: &Api,
    output: &Output,
    (id, shape, file): (String, Shape, PathBuf),
    overwrite: bool,
) -> Result<Outcome, AppError> {
    let input = RunExportInput {
        id,
        format: match shape {
            Shape::Json => RunFormat::Json,
            Shape::Html => RunFormat::Html,
        },
        language: Some(language(output).to_owned()),
        to: ChosenPlace::Path(file),
    };
    tell_written(
        output,
        &run_reports::export_over(api, input, existing(overwrite))?,
    )
}

/// What becomes of a file that is there already.
pub(crate) const fn existing(overwrite: bool) -> Existing {
    if overwrite {
        Existing::Replace
    } else {
        Existing::Keep
    }
}

/// Which file was written.
pub(crate) fn tell_written(output: &Output, written: &Exported) -> Result<Outcome, AppError> {
    output.print(written, |catalogue, out| {
        let path = written.files.first().map(|file| visible(file));
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("path", &path.unwrap_or_default())];
        writeln!(out, "{}", catalogue.sentence("cli_run_exported", &fields))
    })?;
    Ok(Outcome::Done)
}

/// The language that is spoken here, as files are asked for in it.
pub(crate) fn language(output: &Output) -> &'static str {
    match output.catalogue().tongue() {
        Tongue::English => "en",
        Tongue::Chinese => "zh-CN",
    }
}

/// All runs that fit, in a file for spreadsheets.
fn list_written(
    api: &Api,
    output: &Output,
    runs: RunListInput,
    (format, file, existing): (ListFormat, PathBuf, Existing),
) -> Result<Outcome, AppError> {
    let asked = RunListExportInput {
        runs,
        format,
        language: Some(language(output).to_owned()),
        to: ChosenPlace::Path(file),
    };
    let progress = Shown::new(output.catalogue());
    let written = run_exports::list_over(api, asked, existing, &progress);
    drop(progress);
    let written = written?;
    output.print(&written, |catalogue, out| {
        let path = written.files.first().map(|file| visible(file));
        let runs = catalogue.counted("n_runs", written.rows as usize);
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("runs", &runs), ("path", &path.unwrap_or_default())];
        let said = catalogue.sentence("cli_run_list_written", &fields);
        writeln!(out, "{said}")
    })?;
    Ok(Outcome::Done)
}

fn list(api: &Api, output: &Output, list: RunList) -> Result<Outcome, AppError> {
    let wanted = list.status.map(|word| {
        let unknown = AppError::new("status_unknown").with("status", &word);
        serde_json::from_value(Value::String(word)).map_err(|_| unknown)
    });
    let file = match (list.csv, list.xlsx) {
        (Some(file), _) => Some((ListFormat::Csv, file)),
        (None, Some(file)) => Some((ListFormat::Xlsx, file)),
        (None, None) => None,
    };
    let asked = RunListInput {
        workflow: list.of.of_workflow,
        status: wanted.transpose()?,
        needs: list.needs.map(|needs| match needs {
            Needs::Answer => RunNeeds::Answer,
            Needs::Look => RunNeeds::Look,
        }),
        begun_by: list.begun_by.map(|by| match by {
            BegunBy::Person => RunBegunBy::Person,
            BegunBy::Schedule => RunBegunBy::Schedule,
            BegunBy::Event => RunBegunBy::Event,
            BegunBy::Run => RunBegunBy::Run,
        }),
        source: list.used_source,
        agent: list.used_agent,
        since: list.of.since,
        until: list.of.until,
        touched_since: None,
        text: list.text,
        oldest_first: Some(list.oldest_first),
        after: list.of.after,
        limit: list.of.limit,
        count: Some(list.of.count),
        count_to: None,
    };
    if let Some((format, file)) = file {
        let existing = existing(list.overwrite);
        return list_written(api, output, asked, (format, file, existing));
    }
    let page = whole_page(api, asked)?;
    if !output.is_json() {
        tell_trouble(output, api.engine_trouble(), &mut None);
    }
    output.print(&page, |catalogue, out| {
        let rows = page.items.iter().map(|row| {
            [
                row.id.clone(),
                catalogue.when(&row.start_time),
                stands(catalogue, row),
                visible(&row.workflow_name).into_owned(),
            ]
        });
        table(catalogue, out, ["run", "when", "status", "workflow"], rows)
    })?;
    output.none(page.items.is_empty());
    output.more(page.next.as_deref());
    Ok(Outcome::Done)
}

/// How a run of a list stands, and that it was not carried out here.
fn stands(catalogue: &Catalogue, row: &RunRow) -> String {
    let said = match row.noted {
        Some(_) => catalogue.word("status_noted"),
        None => status(catalogue, row.status),
    };
    if row.imported {
        let imported = catalogue.word("run_imported");
        return [said, imported].join(&catalogue.word("clause_separator"));
    }
    said
}

/// A page that is full wherever enough runs fit, however many have to be looked at for it.
fn whole_page(api: &Api, mut asked: RunListInput) -> Result<RunPage, AppError> {
    let mut page = runs::list(api, asked.clone())?;
    let limit = asked.limit.unwrap_or(50) as usize;
    asked.count = None;
    while page.sought_to.is_some() && page.items.len() < limit {
        asked.after = page.next.take();
        asked.limit = u32::try_from(limit - page.items.len()).ok();
        let further = runs::list(api, asked.clone())?;
        page.items.extend(further.items);
        (page.next, page.sought_to) = (further.next, further.sought_to);
    }
    // The page is full, and how far was looked for it is nothing to tell.
    page.sought_to = None;
    Ok(page)
}

fn log(api: &Api, output: &Output, id: &str) -> Result<Outcome, AppError> {
    let first = log_page(api, id, None)?;
    if output.is_json() {
        output.stream(&json!({}), |each| {
            each_page(api, id, first, |lines| {
                let mut lines = lines.iter();
                lines.try_for_each(|line| each(serde_json::to_value(line).unwrap_or_default()))
            })
        })?;
    } else {
        each_page(api, id, first, |lines| print_lines(output, lines))?;
    }
    Ok(Outcome::Done)
}

fn log_page(api: &Api, id: &str, after: Option<u32>) -> Result<RunLog, AppError> {
    let (id, limit) = (id.to_owned(), None);
    runs::log(
        api,
        RunLogInput {
            id,
            after,
            limit,
            ..RunLogInput::default()
        },
    )
}

/// Gives a log page by page: one of a million lines is never held whole.
fn each_page(
    api: &Api,
    id: &str,
    mut page: RunLog,
    mut take: impl FnMut(&[RunMessage]) -> Result<(), AppError>,
) -> Result<(), AppError> {
    while !page.items.is_empty() {
        take(&page.items)?;
        page = log_page(api, id, page.next)?;
    }
    Ok(())
}

fn print_lines(output: &Output, lines: &[RunMessage]) -> Result<(), AppError> {
    output.print(&lines, |catalogue, out| {
        let mut lines = lines.iter();
        lines.try_for_each(|line| writeln!(out, "{}", text_line(catalogue, line)))
    })
}

/// Prints a line when it comes, until the run has ended.
fn follow(api: &Api, output: &Output, id: &str) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let mut after = None;
    loop {
        let ended = brief(api, id)?.status.is_final();
        loop {
            let (id, limit) = (id.to_owned(), None);
            let page = runs::log(
                api,
                RunLogInput {
                    id,
                    after,
                    limit,
                    ..RunLogInput::default()
                },
            )?;
            if page.items.is_empty() {
                break;
            }
            after = page.next;
            for line in &page.items {
                output.print(line, |catalogue, out| {
                    writeln!(out, "{}", text_line(catalogue, line))
                })?;
            }
        }
        if ended || progress.cancellation().is_cancelled() {
            return Ok(Outcome::Done);
        }
        std::thread::sleep(LOOK);
    }
}

pub(crate) fn text_line(catalogue: &Catalogue, line: &RunMessage) -> String {
    let text = match &line.text {
        RunText::Message(message) => catalogue.say(message),
        RunText::Line(line) => line.clone(),
    };
    let text = match line.level.as_str() {
        "warning" => catalogue.labelled(&catalogue.word("cli_warning"), &text),
        _ => text,
    };
    let task = line.task.as_deref().unwrap_or("–");
    let at = catalogue.moment(&line.at);
    visible_whole(&format!("{at}  {task}  {text}")).into_owned()
}

/// Carries out all runs until somebody ends it.
pub(crate) fn engine(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let mut tries = 0;
    while !api.run_engine()? {
        tries += 1;
        if tries > FREE {
            return Err(AppError::new("engine_owned").hint("use_that_engine"));
        }
        std::thread::sleep(LOOK);
    }
    write(|out| {
        let running = json!({"running": true});
        if output.is_json() {
            writeln!(out, "{running}")
        } else {
            writeln!(out, "{}", output.catalogue().word("cli_engine_runs"))
        }
    })?;
    let (mut tidied, mut copied): (Option<Instant>, Option<Instant>) = (None, None);
    let mut told = None;
    while !progress.cancellation().is_cancelled() {
        if tidied.is_none_or(|last| last.elapsed() >= TIDY) {
            if let Err(error) = history::clean_up_when_due(api, &progress) {
                tracing::warn!(code = error.code, %error, "old runs are not removed");
            }
            if let Err(error) = folder_clean_ups::clean_up_when_due(api, &progress) {
                tracing::warn!(code = error.code, %error, "old archives are not removed");
            }
            tidied = Some(Instant::now());
        }
        if copied.is_none_or(|last| last.elapsed() >= COPY) {
            if let Err(error) = copy_log(api) {
                tracing::warn!(code = error.code, %error, "the log's folder stays behind");
            }
            copied = Some(Instant::now());
        }
        std::thread::sleep(LOOK);
        if !api.run_engine()? {
            return Err(AppError::new("engine_owned").hint("use_that_engine"));
        }
        tell_trouble(output, api.engine_trouble(), &mut told);
    }
    Ok(Outcome::Done)
}

/// Says on standard error why nothing goes on, once for each reason, and when it goes on again.
fn tell_trouble(output: &Output, trouble: Result<(), AppError>, told: &mut Option<String>) {
    let now = trouble.as_ref().err().map(|error| error.code.clone());
    if now == *told {
        return;
    }
    *told = now;
    let catalogue = output.catalogue();
    let text = match trouble {
        Ok(()) => catalogue.word("cli_engine_goes_on"),
        Err(error) => {
            let held_up = catalogue.word("cli_engine_held_up");
            catalogue.labelled(&held_up, &catalogue.error(&error))
        }
    };
    aside(&text);
}
