//! From Ctrl-C to the end of the command, wherever it is at that moment (reliability, I5).

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::Extent;
use crate::measure::at;
use crate::workshop::{Workshop, text};

/// Moments, spread evenly over the time the command takes.
const MOMENTS: u32 = 7;

pub(crate) fn cancel(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let filled = workshop.filled(extent.many)?;
    let backup = text(&filled.backup)?.to_owned();
    let mut table = format!(
        "From Ctrl-C to the end, at {MOMENTS} moments, {} documents (aim ≤ 1 s)\n",
        extent.many
    );
    for what in ["db backup", "db verify", "db restore"] {
        let mut times = Vec::new();
        let mut whole = Duration::ZERO;
        for moment in 0..=MOMENTS {
            let (into, empty) = (workshop.fresh("backups"), workshop.fresh("empty"));
            let (data, words): (&PathBuf, Vec<&str>) = match what {
                "db backup" => (&filled.data, vec!["db", "backup", "-o", text(&into)?]),
                "db verify" => (&filled.data, vec!["db", "verify", "-i", &backup]),
                _ => (&empty, vec!["db", "restore", "-i", &backup]),
            };
            let mut command = workshop.flowkeep(data, &words);
            let start = Instant::now();
            let mut child = command.stdout(Stdio::null()).spawn()?;
            if moment == 0 {
                // The first one runs to its end, to know how long that is.
                child.wait()?;
                whole = start.elapsed();
            } else {
                std::thread::sleep(whole * moment / (MOMENTS + 1));
                let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                let asked = Instant::now();
                let running = child.try_wait()?.is_none();
                if running {
                    kill_process(pid.context("a process has an id")?, Signal::INT)?;
                    child.wait()?;
                    times.push(asked.elapsed());
                }
            }
            for folder in [into, empty] {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
        writeln!(
            table,
            "  {what:<14} takes {:>7.2} s; ends within {:.2} s (median), {:.2} s (most)",
            whole.as_secs_f64(),
            at(&times, 50).as_secs_f64(),
            at(&times, 100).as_secs_f64(),
        )?;
    }
    Ok(table)
}
