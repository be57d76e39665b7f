//! `run compare`: two runs side by side.

use std::io::{self, Write as _};

use clap::Args;
use flowkeep_api::types::{ComparedRun, ComparedTask, RunCompareInput, RunCompared, TaskCame};
use flowkeep_api::{Api, AppError, Catalogue, run_compare};
use flowkeep_core::{Difference, visible};

use crate::documents::told_differences;
use crate::output::{Out, Outcome, Output};
use crate::runs::status;

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[arg(id = "run")]
    id: String,
    #[arg(id = "run_other", value_name = "OTHER")]
    other: Option<String>,
    #[arg(id = "run_compare_all", long = "all")]
    all: bool,
}

pub(crate) fn run(api: &Api, output: &Output, asked: Compare) -> Result<Outcome, AppError> {
    let compared = run_compare::compare(
        api,
        RunCompareInput {
            id: asked.id,
            with: asked.other,
            all: Some(asked.all),
        },
    )?;
    output.print(&compared, |catalogue, out| told(catalogue, out, &compared))?;
    Ok(Outcome::Done)
}

fn told(catalogue: &Catalogue, out: &mut Out, compared: &RunCompared) -> io::Result<()> {
    for (label, side) in [
        ("run_compared_then", &compared.before),
        ("run_compared_now", &compared.after),
    ] {
        let label = catalogue.word(label);
        writeln!(
            out,
            "{}",
            catalogue.labelled(&label, &facts(catalogue, side))
        )?;
    }
    let mut part = |label: &str, differences: &[Difference]| {
        if differences.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", catalogue.word(label))?;
        told_differences(catalogue, out, differences)
    };
    part("run_input", compared.input.as_deref().unwrap_or_default())?;
    part(
        "run_compared_definition",
        compared.definition.as_deref().unwrap_or_default(),
    )?;
    if compared.definition.is_none() {
        writeln!(
            out,
            "\n{}",
            catalogue.word("run_compared_definition_unreadable")
        )?;
    }
    if !compared.tasks.is_empty() {
        writeln!(out, "\n{}", catalogue.word("run_compared_tasks"))?;
    }
    for task in &compared.tasks {
        of_task(catalogue, out, task)?;
    }
    let counts: [(&str, &dyn std::fmt::Display); 2] =
        [("same", &compared.same), ("total", &compared.total)];
    writeln!(
        out,
        "\n{}",
        catalogue.sentence("run_compared_same_count", &counts)
    )
}

fn facts(catalogue: &Catalogue, side: &ComparedRun) -> String {
    let run = &side.run;
    let mut parts = vec![
        run.id.clone(),
        visible(&run.workflow_name).into_owned(),
        catalogue.when(&run.start_time),
        status(catalogue, run.status),
    ];
    parts.extend(side.took.map(|took| catalogue.length(took)));
    parts.extend(
        side.revision
            .map(|number| catalogue.sentence("revision_number", &[("number", &number)])),
    );
    parts.join("  ")
}

fn of_task(catalogue: &Catalogue, out: &mut Out, task: &ComparedTask) -> io::Result<()> {
    let side = |side: Option<&TaskCame>| match side {
        Some(side) => came(catalogue, side),
        None => catalogue.word("run_compared_not_there"),
    };
    let both = format!(
        "{} → {}",
        side(task.before.as_ref()),
        side(task.after.as_ref())
    );
    writeln!(out, "  {}", catalogue.labelled(&visible(&task.name), &both))?;
    let error = task.after.as_ref().and_then(|after| after.error.as_ref());
    match error {
        Some(error) => writeln!(out, "    {}", catalogue.told(error)),
        None => Ok(()),
    }
}

fn came(catalogue: &Catalogue, side: &TaskCame) -> String {
    let mut parts = vec![status(catalogue, side.status)];
    parts.extend(side.took.map(|took| catalogue.length(took)));
    if side.attempts > 1 {
        parts.push(catalogue.sentence("cli_run_tries", &[("count", &side.attempts)]));
    }
    parts.extend(
        side.source
            .as_deref()
            .map(|source| visible(source).into_owned()),
    );
    parts.join("  ")
}
