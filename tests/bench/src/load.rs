//! Many runs at once: what one of a hundred thousand queued tasks costs, ten thousand runs a minute and
//! the memory they take.
//!
//! The runs are started as the window starts them, by commands in the process that carries them
//! out; it is a process of its own here too, so that it can be weighed and killed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use flowkeep_api::types::{RunListInput, RunStartInput};
use flowkeep_api::{Api, Face, NoPlaces, OpenOptions, run_changes, runs};
use flowkeep_core::run::Status;

use crate::Extent;
use crate::measure::{high_water_of, mebibytes, median, settle, timed};
use crate::runs::{WAIT, workflow};
use crate::workshop::{Workshop, text};

const WORD: &str = "carry-runs";
pub(crate) const ID: &str = "nothing";

/// What a task costs among few and among very many.
pub(crate) fn queue(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let mut table =
        "Independent tasks of one run, all queued at once: median, per task\n".to_owned();
    for count in [extent.many / 100, extent.many / 10, extent.many] {
        let data = folder(workshop, &workflow(ID, count, false, WAIT))?;
        let mut took = Vec::new();
        for _ in 0..3 {
            settle(workshop.root())?;
            took.push(timed(
                &mut workshop.flowkeep(&data, &["run", "start", ID, "--wait"]),
            )?);
        }
        let took = median(&took);
        let each = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(count)?);
        let seconds = took.as_secs_f64();
        writeln!(table, "  {count:>7} tasks{seconds:>33.3} s{each:>10.1} µs")?;
    }
    Ok(table)
}

/// Ten thousand runs a minute, for one minute or ten.
pub(crate) fn rate(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let minutes = extent.minutes;
    let (count, seconds) = (extent.documents * minutes, 60 * minutes);
    let data = folder(workshop, &workflow(ID, 2, true, WAIT))?;
    let start = Instant::now();
    let mut child = carry(&data, count, seconds, count)?.spawn()?;
    let quarter = Duration::from_secs(u64::try_from(seconds)?) / 4;
    let mut early = 0;
    let mut most = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        most = high_water_of(child.id()).unwrap_or(most);
        if start.elapsed() < quarter {
            early = most;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    ensure!(ended.success(), "carrying runs out ended with {ended}");
    Ok(format!(
        "Runs of two tasks, {} a minute for {minutes} min\n  \
         {count} runs ended after {:.1} s (aim: about {seconds})\n  \
         memory at most: {:.0} MiB in the first quarter, {:.0} MiB in all (aim: the same)\n",
        extent.documents,
        start.elapsed().as_secs_f64(),
        mebibytes(early),
        mebibytes(most),
    ))
}

pub(crate) fn folder(workshop: &mut Workshop, definition: &str) -> Result<PathBuf> {
    let data = workshop.fresh("load");
    let file = workshop.fresh("workflow").with_extension("json");
    std::fs::write(&file, definition)?;
    workshop.answer(&data, &["flow", "create", text(&file)?])?;
    Ok(data)
}

/// A process that starts so many runs in so many seconds and ends when so many have succeeded or
/// wait for somebody.
pub(crate) fn carry(data: &Path, start: usize, seconds: usize, expect: usize) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WORD).arg(data).stdin(Stdio::null());
    command.args([start, seconds, expect].map(|number| number.to_string()));
    command.stdout(Stdio::null());
    Ok(command)
}

/// What came of it where this is that process.
pub(crate) fn asked() -> Option<Result<()>> {
    let mut words = std::env::args().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let words: Vec<String> = words.collect();
    let usage = "usage: carry-runs DATA START SECONDS EXPECT";
    Some(match words.as_slice() {
        [data, numbers @ ..] => numbers
            .iter()
            .map(|word| word.parse::<u32>().context(usage))
            .collect::<Result<Vec<_>>>()
            .and_then(|numbers| match numbers.as_slice() {
                [start, seconds, expect] => carry_out(data, *start, *seconds, *expect),
                _ => Err(anyhow::anyhow!(usage)),
            }),
        [] => Err(anyhow::anyhow!(usage)),
    })
}

fn carry_out(data: &str, start: u32, seconds: u32, expect: u32) -> Result<()> {
    let api = Api::open(OpenOptions {
        data_dir: Some(data.into()),
        face: Face::Desktop,
        places: Arc::new(NoPlaces),
    })?;
    ensure!(api.run_engine()?, "another process owns the engine");
    let begun = Instant::now();
    for number in 0..start {
        let due = Duration::from_secs(u64::from(seconds)) * number / start;
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let input = RunStartInput {
            workflow: ID.to_owned(),
            ..RunStartInput::default()
        };
        run_changes::start(&api, input)?;
    }
    let mut out = std::io::stdout();
    writeln!(out, "started")?;
    out.flush()?;
    let count = |status| -> Result<u32> {
        let input = RunListInput {
            status: Some(status),
            limit: Some(1),
            count: Some(true),
            ..RunListInput::default()
        };
        Ok(runs::list(&api, input)?.total.unwrap_or_default())
    };
    while count(Status::Succeeded)? + count(Status::Waiting)? < expect {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
