//! The same tasks in other tools: what one task costs beyond the tool's own start. It is the
//! difference between a run of many tasks and a run of few, so that nobody's start counts.
//!
//! The tools are measured where a Python that has them is found: the one `FLOWKEEP_BENCH_PYTHON`
//! names, else `python3` (`pip install luigi prefect`). They keep less: Luigi a file per task, Prefect a row in its own database.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::Extent;
use crate::measure::{median, settle, timed};
use crate::runs::{WORKED, workflow};
use crate::workshop::{Workshop, text};

const FEW: usize = 10;
const MANY: usize = 210;

/// What a task costs, chained and independent, here and there.
pub(crate) fn peers(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let mut table = format!(
        "One task that does nothing, of {} in a run: median, ratio to this program\n",
        MANY - FEW
    );
    for chained in [false, true] {
        let what = if chained { "chained" } else { "independent" };
        let own = own(workshop, extent.rounds, chained)?;
        table += &line(&format!("Flowkeep, {what}"), own, own);
        for tool in ["luigi", "prefect"] {
            let label = format!("{tool}, {what} (aim ≥ 20)");
            let cost = theirs(workshop, tool, chained)?;
            table += &cost.map_or_else(|| absent(&label), |cost| line(&label, cost, own));
        }
    }
    Ok(table)
}

fn own(workshop: &mut Workshop, rounds: usize, chained: bool) -> Result<Duration> {
    let data = workshop.fresh("peers");
    for count in [FEW, MANY] {
        let file = workshop.fresh("workflow").with_extension("json");
        let id = format!("nothing-{count}");
        std::fs::write(&file, workflow(&id, count, chained, WORKED))?;
        workshop.answer(&data, &["flow", "create", text(&file)?])?;
    }
    let mut costs = Vec::new();
    for _ in 0..rounds {
        let mut took = [Duration::ZERO; 2];
        for (took, count) in took.iter_mut().zip([FEW, MANY]) {
            settle(workshop.root())?;
            let id = format!("nothing-{count}");
            *took = timed(&mut workshop.flowkeep(&data, &["run", "start", &id, "--wait"]))?;
        }
        costs.push(per_task(took));
    }
    Ok(median(&costs))
}

/// Nothing where the tool is not there, or does not work. Once: it takes long, and is far from
/// the limit.
fn theirs(workshop: &mut Workshop, tool: &str, chained: bool) -> Result<Option<Duration>> {
    let home = workshop.fresh(tool);
    std::fs::create_dir(&home)?;
    let shape = if chained { "chained" } else { "independent" };
    let mut times = [Duration::ZERO; 3];
    // The first makes the tool's own database.
    for (time, count) in times.iter_mut().zip([1, FEW, MANY]) {
        let mut command = python(&home);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers.py"));
        command.args([tool, shape, &count.to_string()]);
        match timed(command.stderr(Stdio::null())) {
            Ok(all) => *time = all,
            Err(_) => return Ok(None),
        }
    }
    let [_, few, many] = times;
    Ok(Some(per_task([few, many])))
}

fn python(home: &Path) -> Command {
    let program = std::env::var_os("FLOWKEEP_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let mut python = Command::new(program);
    python
        .current_dir(home)
        .env("PREFECT_HOME", home)
        .env("PREFECT_LOGGING_LEVEL", "CRITICAL")
        .env("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true")
        .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        .env("DO_NOT_TRACK", "1");
    python
}

fn per_task([few, many]: [Duration; 2]) -> Duration {
    let tasks = u32::try_from(MANY - FEW).unwrap_or(u32::MAX);
    many.saturating_sub(few) / tasks
}

fn absent(what: &str) -> String {
    format!("  {what:<46} not measured: there is no Python here in which it works\n")
}

fn line(what: &str, cost: Duration, own: Duration) -> String {
    let ratio = crate::measure::ratio(cost, own);
    format!(
        "  {what:<46}{:>10.3} ms{ratio:>10.1}\n",
        cost.as_secs_f64() * 1000.0
    )
}
