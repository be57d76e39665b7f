//! `log` and `settings`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use flowkeep_api::types::{
    BrokenEntry, ChosenPlace, CleanUpInput, CleanUpResult, ExecutionEntry, FiguresShow, Language,
    LogExportInput, LogListInput, LogMigrateInput, LogOperationInput, LogRef, LogReport, LogShow,
    LogStartInput, LogStorageKind, LogUpdateInput, LogVerifyInput, Nothing, OnClose,
    OperationEntry, RunText, Settings, SettingsUpdate, SpreadShow, StatisticsInput, Theme,
};
use flowkeep_api::{Api, AppError, Catalogue, history, log_transfers, logs, settings};
use flowkeep_core::{visible, visible_whole};

use crate::log_args::{
    Closing, Log, SettingsChange, SettingsVerb, Storage, WindowLanguage, WindowTheme,
};
use crate::output::{Out, Outcome, Output, values};
use crate::progress::Shown;
use crate::run_args::Which;

pub(crate) fn run(api: &Api, output: &Output, verb: Log) -> Result<Outcome, AppError> {
    match verb {
        Log::Executions { status, text, of } => executions(api, output, input(of, status, text)),
        Log::Operations { operation_type, of } => {
            operations(api, output, input(of, operation_type, None))
        }
        Log::Show { entry } => match logs::show(api, LogRef { id: entry })? {
            LogShow::Execution(entry) => execution(output, &entry),
            LogShow::Operation(entry) => operation(output, &entry),
        },
        Log::Start {
            workflow,
            execution_id,
            context,
        } => {
            let id = execution_id;
            let input = LogStartInput {
                workflow,
                id,
                context,
            };
            execution(output, &logs::start(api, input)?)
        }
        Log::Update {
            execution: id,
            new_status: status,
            messages,
            level,
            about_task: task,
        } => {
            let messages = Some(messages);
            let input = LogUpdateInput {
                id,
                status,
                messages,
                level,
                task,
            };
            execution(output, &logs::update(api, input)?)
        }
        Log::Operation {
            done: operation_type,
            workflow,
            data,
        } => {
            let input = LogOperationInput {
                operation_type,
                workflow,
                data,
            };
            operation(output, &logs::record_operation(api, input)?)
        }
        Log::Statistics {
            of_workflow: workflow,
            since,
            until,
        } => {
            let input = StatisticsInput {
                workflow,
                since,
                until,
            };
            statistics(api, output, input)
        }
        Log::CleanUp {
            older_than,
            keep_newest: keep,
            of_workflow: workflow,
            dry_run,
        } => {
            let input = CleanUpInput {
                older_than,
                keep,
                workflow,
                dry_run: Some(dry_run),
            };
            clean_up(api, output, input)
        }
        transfer => transferred(api, output, transfer),
    }
}

fn input(of: Which, word: Option<String>, text: Option<String>) -> LogListInput {
    LogListInput {
        workflow: of.of_workflow,
        word,
        since: of.since,
        until: of.until,
        text,
        after: of.after,
        limit: of.limit,
        count: Some(of.count),
    }
}

fn executions(api: &Api, output: &Output, input: LogListInput) -> Result<Outcome, AppError> {
    let page = logs::executions(api, input)?;
    output.print(&page, |catalogue, out| {
        let mut items = page.items.iter();
        items.try_for_each(|entry| writeln!(out, "{}", execution_line(catalogue, entry)))?;
        broken(catalogue, out, &page.broken)
    })?;
    output.more(page.next.as_deref())?;
    Ok(outcome(page.broken.is_empty()))
}

fn operations(api: &Api, output: &Output, input: LogListInput) -> Result<Outcome, AppError> {
    let page = logs::operations(api, input)?;
    output.print(&page, |catalogue, out| {
        let mut items = page.items.iter();
        items.try_for_each(|entry| writeln!(out, "{}", operation_line(entry)))?;
        broken(catalogue, out, &page.broken)
    })?;
    output.more(page.next.as_deref())?;
    Ok(outcome(page.broken.is_empty()))
}

/// The files of a page that cannot be read, each with why.
fn broken(catalogue: &Catalogue, out: &mut Out, files: &[BrokenEntry]) -> io::Result<()> {
    files.iter().try_for_each(|file| {
        let reason = catalogue.say(&file.reason);
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &reason))
    })
}

fn outcome(whole: bool) -> Outcome {
    if whole {
        Outcome::Done
    } else {
        Outcome::InPart
    }
}

const NONE: &str = "–";

fn execution_line(catalogue: &Catalogue, entry: &ExecutionEntry) -> String {
    let known = entry
        .state
        .map(|state| catalogue.word(&format!("status_{}", state.as_str())));
    let status = known.or_else(|| entry.status.clone());
    let at = entry.start_time.as_deref().unwrap_or(NONE);
    let workflow = entry.workflow_id.as_deref().unwrap_or(NONE);
    let status = status.unwrap_or_else(|| NONE.to_owned());
    let line = format!("{}  {at}  {status}  {workflow}", entry.execution_id);
    visible_whole(&line).into_owned()
}

fn operation_line(entry: &OperationEntry) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| NONE.to_owned());
    let (at, what) = (word(&entry.timestamp), word(&entry.operation_type));
    let (workflow, user) = (word(&entry.workflow_id), word(&entry.user));
    let line = format!("{}  {at}  {what}  {workflow}  {user}", entry.operation_id);
    visible_whole(&line).into_owned()
}

fn execution(output: &Output, entry: &ExecutionEntry) -> Result<Outcome, AppError> {
    output.print(entry, |catalogue, out| {
        writeln!(out, "{}", execution_line(catalogue, entry))?;
        for message in &entry.messages {
            let text = match &message.text {
                RunText::Message(message) => catalogue.say(message),
                RunText::Line(line) => line.clone(),
            };
            let at = message.at.as_deref().unwrap_or(NONE);
            let task = message.task.as_deref().unwrap_or(NONE);
            let line = format!("{at}  {task}  {text}");
            writeln!(out, "{}", visible_whole(&line))?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

fn operation(output: &Output, entry: &OperationEntry) -> Result<Outcome, AppError> {
    output.print(entry, |_, out| {
        writeln!(out, "{}", operation_line(entry))?;
        if entry.data.is_null() {
            Ok(())
        } else {
            values(out, &entry.data)
        }
    })?;
    Ok(Outcome::Done)
}

/// What a report is called for, and how it ends where both sides do not agree.
fn transferred(api: &Api, output: &Output, verb: Log) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let place = |path: PathBuf| ChosenPlace::Path(path);
    let (done, said, outcome) = match verb {
        Log::Migrate { log_from, dry_run } => {
            let (from, dry_run) = (place(log_from), Some(dry_run));
            let said = match dry_run {
                Some(true) => "cli_log_would_migrate",
                _ => "cli_log_migrated",
            };
            let done = log_transfers::migrate(api, LogMigrateInput { from, dry_run }, &progress)?;
            let whole = done.failed == 0 && done.differing == 0;
            (done, said, outcome(whole))
        }
        Log::Verify { log_from } => {
            let from = place(log_from);
            let done = log_transfers::verify(api, LogVerifyInput { from }, &progress)?;
            let found = if done.ok {
                Outcome::Done
            } else {
                Outcome::Findings
            };
            (done, "cli_log_verified", found)
        }
        Log::Export { log_to } => {
            let to = place(log_to);
            let done = log_transfers::export(api, LogExportInput { to }, &progress)?;
            let whole = done.ok;
            (done, "cli_log_exported", outcome(whole))
        }
        _ => return Ok(Outcome::Done),
    };
    drop(progress);
    output.print(&done, |catalogue, out| report(catalogue, out, &done, said))?;
    Ok(outcome)
}

fn report(catalogue: &Catalogue, out: &mut Out, done: &LogReport, said: &str) -> io::Result<()> {
    for item in done.items.iter().filter(|item| item.reason.is_some()) {
        let reason = item.reason.as_ref().map(|reason| catalogue.say(reason));
        writeln!(
            out,
            "{}",
            catalogue.labelled(&visible(&item.path), &reason.unwrap_or_default())
        )?;
    }
    let sentence = catalogue.sentence(
        said,
        &[
            ("read", &done.read),
            ("new", &done.imported),
            ("same", &done.unchanged),
            ("differing", &done.differing),
            ("failed", &done.failed),
        ],
    );
    writeln!(out, "{sentence}")?;
    let agree = done.checksum == done.checksum_there;
    let key = if agree {
        "cli_log_checksums_same"
    } else {
        "cli_log_checksums_differ"
    };
    let (checksum, there) = (&done.checksum, &done.checksum_there);
    writeln!(
        out,
        "{}",
        catalogue.sentence(key, &[("checksum", checksum), ("there", there)])
    )
}

fn statistics(api: &Api, output: &Output, input: StatisticsInput) -> Result<Outcome, AppError> {
    let found = history::statistics(api, input)?;
    output.print(&found, |catalogue, out| {
        let looked_at = &[
            ("count", &found.looked_at as &dyn std::fmt::Display),
            ("total", &found.total),
        ];
        writeln!(
            out,
            "{}",
            catalogue.sentence("cli_log_figures_of", looked_at)
        )?;
        if found.files_left_out {
            writeln!(out, "{}", catalogue.word("cli_log_files_left_out"))?;
        }
        for (key, lines) in [
            ("cli_log_workflows", &found.workflows),
            ("cli_log_tasks", &found.tasks),
            ("cli_log_sources", &found.sources),
            ("cli_log_agents", &found.agents),
        ] {
            if !lines.is_empty() {
                writeln!(out, "{}", catalogue.word(key))?;
            }
            lines
                .iter()
                .try_for_each(|line| writeln!(out, "  {}", figures(catalogue, line)))?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

fn figures(catalogue: &Catalogue, line: &FiguresShow) -> String {
    let statuses = line
        .statuses
        .iter()
        .map(|(status, count)| format!("{} {count}", catalogue.word(&format!("status_{status}"))));
    let mut parts: Vec<String> = statuses.collect();
    let mut spread = |key: &str, spread: Option<SpreadShow>| {
        if let Some(SpreadShow { median, p90, .. }) = spread {
            parts.push(catalogue.sentence(key, &[("median", &median), ("p90", &p90)]));
        }
    };
    spread("cli_log_took", line.duration);
    spread("cli_log_waited", line.queue);
    format!("{}  {}", visible(&line.name), parts.join(" · "))
}

fn clean_up(api: &Api, output: &Output, input: CleanUpInput) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let dry_run = input.dry_run.unwrap_or_default();
    let done = history::clean_up(api, input, &progress)?;
    drop(progress);
    output.print(&done, |catalogue, out| {
        cleaned(catalogue, out, &done, dry_run)
    })?;
    Ok(outcome(!done.cancelled))
}

fn cleaned(
    catalogue: &Catalogue,
    out: &mut Out,
    done: &CleanUpResult,
    dry_run: bool,
) -> io::Result<()> {
    for line in &done.workflows {
        let workflow = line.workflow_id.as_deref().unwrap_or(NONE);
        writeln!(out, "  {}  {}", visible(workflow), line.count)?;
    }
    let key = if dry_run {
        "cli_log_would_clean_up"
    } else {
        "cli_log_cleaned_up"
    };
    let megabytes = |bytes: u64| format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10);
    let bytes = megabytes(done.freed_bytes.unwrap_or(done.bytes));
    let count = done.runs + done.executions;
    let fields: [(&str, &dyn std::fmt::Display); 3] = [
        ("count", &count),
        ("rows", &done.rows),
        ("megabytes", &bytes),
    ];
    writeln!(out, "{}", catalogue.sentence(key, &fields))
}

pub(crate) fn settings(
    api: &Api,
    output: &Output,
    verb: SettingsVerb,
) -> Result<Outcome, AppError> {
    let found = match verb {
        SettingsVerb::Show => settings::show(api, Nothing {})?,
        SettingsVerb::Update(change) => settings::update(api, update(change))?,
    };
    output.print(&found, |_, out| shown(out, &found))?;
    Ok(Outcome::Done)
}

/// Settings are told by the names that programs use.
fn shown(out: &mut Out, found: &Settings) -> io::Result<()> {
    let fields = serde_json::to_value(found)?;
    for (key, value) in fields.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(text) => writeln!(out, "{key}  {text}")?,
            None => writeln!(out, "{key}  {value}")?,
        }
    }
    Ok(())
}

fn update(change: SettingsChange) -> SettingsUpdate {
    SettingsUpdate {
        language: change.language.map(|language| match language {
            WindowLanguage::System => Language::System,
            WindowLanguage::En => Language::English,
            WindowLanguage::Chinese => Language::Chinese,
        }),
        theme: change.theme.map(|theme| match theme {
            WindowTheme::System => Theme::System,
            WindowTheme::Light => Theme::Light,
            WindowTheme::Dark => Theme::Dark,
        }),
        // Who names one need not be asked for it.
        backup_folder_asked: change.backup_folder.is_some().then_some(true),
        backup_folder: change.backup_folder.map(ChosenPlace::Path),
        log_storage: change.log_storage.map(|storage| match storage {
            Storage::Database => LogStorageKind::Database,
            Storage::Both => LogStorageKind::Both,
            Storage::Files => LogStorageKind::Files,
        }),
        log_dir: change.log_dir.map(ChosenPlace::Path),
        log_dir_usual: change.usual_log_dir.then_some(true),
        keep_days: change.keep_days,
        keep_runs: change.keep_runs,
        on_close: change.on_close.map(|wish| match wish {
            Closing::Ask => OnClose::Ask,
            Closing::Background => OnClose::Background,
            Closing::Quit => OnClose::Quit,
        }),
        ..SettingsUpdate::default()
    }
}
