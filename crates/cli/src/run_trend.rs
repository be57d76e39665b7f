//! `run trend`: how the runs of a workflow went over time, on the terminal or as a page.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flowkeep_api::types::{ChosenPlace, RunStretch, RunTrend, RunTrendExportInput, RunTrendInput};
use flowkeep_api::{Api, AppError, Catalogue, TrendSpan, run_trend};
use flowkeep_core::visible;
use serde::Serialize;

use crate::args::given_path;
use crate::output::{Out, Outcome, Output, table};
use crate::runs::{existing, language, tell_written};

#[derive(Debug, Args)]
pub(crate) struct Trend {
    workflow: String,
    #[arg(
        id = "run_trend_by",
        long = "by",
        value_enum,
        value_name = "days|weeks|months",
        hide_possible_values = true,
        default_value = "days"
    )]
    by: By,
    #[arg(id = "run_trend_file", short = 'o', long = "output", value_name = "FILE", value_parser = given_path())]
    output: Option<PathBuf>,
    #[arg(short = 'f', long = "force", requires = "run_trend_file")]
    overwrite: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Days,
    Weeks,
    Months,
}

/// The figures, with when each stretch begins.
#[derive(Serialize)]
struct Told<'a> {
    workflow_id: &'a str,
    /// And at last when the last one ends.
    moments: &'a [String],
    #[serde(flatten)]
    trend: &'a RunTrend,
}

pub(crate) fn run(api: &Api, output: &Output, asked: Trend) -> Result<Outcome, AppError> {
    let Trend {
        workflow,
        by,
        output: file,
        overwrite,
    } = asked;
    let moments = run_trend::moments(
        api,
        match by {
            By::Days => TrendSpan::Days,
            By::Weeks => TrendSpan::Weeks,
            By::Months => TrendSpan::Months,
        },
    );
    if let Some(file) = file {
        let input = RunTrendExportInput {
            workflow,
            moments,
            language: Some(language(output).to_owned()),
            to: ChosenPlace::Path(file),
        };
        let written = run_trend::export_over(api, input, existing(overwrite))?;
        return tell_written(output, &written);
    }
    let wanted = RunTrendInput {
        workflow: workflow.clone(),
        moments: moments.clone(),
    };
    let trend = run_trend::trend(api, wanted)?;
    let told = Told {
        workflow_id: &workflow,
        moments: &moments,
        trend: &trend,
    };
    output.print(&told, |catalogue, out| tell(catalogue, out, &told))?;
    Ok(Outcome::Done)
}

fn tell(catalogue: &Catalogue, out: &mut Out, told: &Told<'_>) -> io::Result<()> {
    let trend = told.trend;
    let whole = &trend.whole;
    if whole.ended == 0 {
        return writeln!(out, "{}", catalogue.word("trend_none"));
    }
    let length =
        |length: Option<i64>| length.map_or_else(|| "–".to_owned(), |is| catalogue.length(is));
    let days = told.moments.iter().zip(&trend.stretches);
    let rows = days.filter(|(_, one)| one.ended > 0).map(|(moment, one)| {
        let RunStretch {
            succeeded,
            failed,
            cancelled,
            median,
            p95,
            ..
        } = one;
        [
            catalogue.day(moment),
            succeeded.to_string(),
            failed.to_string(),
            cancelled.to_string(),
            length(*median),
            length(*p95),
        ]
    });
    let columns = ["from", "succeeded", "failed", "cancelled", "median", "p95"];
    table(catalogue, out, columns, rows)?;
    let share = u64::from(whole.succeeded) * 100 / u64::from(whole.ended);
    let runs = catalogue.counted("n_runs", whole.ended as usize);
    let fields: [(&str, &dyn std::fmt::Display); 2] = [("share", &share), ("runs", &runs)];
    writeln!(out, "\n{}", catalogue.sentence("trend_success", &fields))?;
    if let (Some(median), Some(p95)) = (whole.median, whole.p95) {
        let (median, p95) = (catalogue.length(median), catalogue.length(p95));
        let fields: [(&str, &dyn std::fmt::Display); 2] = [("median", &median), ("p95", &p95)];
        writeln!(out, "{}", catalogue.sentence("trend_usual", &fields))?;
    }
    if trend.cut {
        writeln!(out, "{}", catalogue.word("trend_cut"))?;
    }
    if !trend.tasks.is_empty() {
        writeln!(out, "\n{}", catalogue.word("trend_slowest"))?;
        let rows = trend.tasks.iter().map(|task| {
            [
                visible(&task.name).into_owned(),
                catalogue.length(task.median),
                catalogue.length(task.p90),
                task.attempts.to_string(),
                task.failed.to_string(),
            ]
        });
        let columns = ["task", "median", "p90", "attempts", "failed"];
        table(catalogue, out, columns, rows)?;
    }
    if !trend.slower.is_empty() {
        writeln!(out, "\n{}", catalogue.word("trend_slower"))?;
        let rows = trend.slower.iter().map(|run| {
            [
                run.run_id.clone(),
                catalogue.when(&run.start_time),
                catalogue.length(run.took),
                catalogue.length(run.usual),
            ]
        });
        let columns = ["run", "when", "took", "usual"];
        table(catalogue, out, columns, rows)?;
    }
    Ok(())
}
