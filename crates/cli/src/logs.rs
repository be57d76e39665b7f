//! `log`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use flowkeep_api::types::{
    BrokenEntry, ChosenPlace, CleanUpInput, CleanUpResult, ExecutionEntry, FiguresShow,
    LogExportInput, LogListInput, LogMigrateInput, LogOperationInput, LogRef, LogReport, LogShow,
    LogStartInput, LogUpdateInput, LogVerifyInput, OperationEntry, RunText, SpreadShow,
    StatisticsInput,
};
use flowkeep_api::{Api, AppError, Catalogue, history, log_transfers, logs};
use flowkeep_core::{visible, visible_whole};

use crate::log_args::Log;
use crate::output::{Out, Outcome, Output, table, values};
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
            operation_type,
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
        executions_table(catalogue, out, &page.items)?;
        broken(catalogue, out, &page.broken)
    })?;
    output.none(page.items.is_empty() && page.broken.is_empty());
    output.more(page.next.as_deref());
    Ok(outcome(page.broken.is_empty()))
}

fn operations(api: &Api, output: &Output, input: LogListInput) -> Result<Outcome, AppError> {
    let page = logs::operations(api, input)?;
    output.print(&page, |catalogue, out| {
        operations_table(catalogue, out, &page.items)?;
        broken(catalogue, out, &page.broken)
    })?;
    output.none(page.items.is_empty() && page.broken.is_empty());
    output.more(page.next.as_deref());
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

/// What a log says, which may be anything, fit for a cell.
fn cell(word: Option<&str>) -> String {
    visible_whole(word.unwrap_or(NONE)).into_owned()
}

fn time(catalogue: &Catalogue, at: Option<&str>) -> String {
    at.map_or_else(|| NONE.to_owned(), |at| catalogue.when(at))
}

fn executions_table(
    catalogue: &Catalogue,
    out: &mut Out,
    entries: &[ExecutionEntry],
) -> io::Result<()> {
    let rows = entries.iter().map(|entry| {
        let known = entry
            .state
            .map(|state| catalogue.word(&format!("status_{}", state.as_str())));
        let status = known.or_else(|| entry.status.clone());
        [
            cell(Some(&entry.execution_id)),
            time(catalogue, entry.start_time.as_deref()),
            cell(status.as_deref()),
            cell(entry.workflow_id.as_deref()),
        ]
    });
    let columns = ["id", "when", "status", "workflow"];
    table(catalogue, out, columns, rows)
}

fn operations_table(
    catalogue: &Catalogue,
    out: &mut Out,
    entries: &[OperationEntry],
) -> io::Result<()> {
    let rows = entries.iter().map(|entry| {
        [
            cell(Some(&entry.operation_id)),
            time(catalogue, entry.timestamp.as_deref()),
            cell(entry.operation_type.as_deref()),
            cell(entry.workflow_id.as_deref()),
            cell(entry.user.as_deref()),
        ]
    });
    let columns = ["id", "when", "what", "workflow", "who"];
    table(catalogue, out, columns, rows)
}

fn execution(output: &Output, entry: &ExecutionEntry) -> Result<Outcome, AppError> {
    output.print(entry, |catalogue, out| {
        executions_table(catalogue, out, std::slice::from_ref(entry))?;
        for message in &entry.messages {
            let text = match &message.text {
                RunText::Message(message) => catalogue.say(message),
                RunText::Line(line) => line.clone(),
            };
            let at = message.at.as_deref().map(|at| catalogue.moment(at));
            let at = at.as_deref().unwrap_or(NONE);
            let task = message.task.as_deref().unwrap_or(NONE);
            let line = format!("{at}  {task}  {text}");
            writeln!(out, "{}", visible_whole(&line))?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

fn operation(output: &Output, entry: &OperationEntry) -> Result<Outcome, AppError> {
    output.print(entry, |catalogue, out| {
        operations_table(catalogue, out, std::slice::from_ref(entry))?;
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
    let rows = done.workflows.iter();
    let rows = rows.map(|line| [cell(line.workflow_id.as_deref()), line.count.to_string()]);
    table(catalogue, out, ["workflow", "runs"], rows)?;
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
