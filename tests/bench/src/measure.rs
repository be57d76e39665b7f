//! Times, medians, peaks of memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// Runs a command to its end; how long it took.
pub(crate) fn timed(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().with_context(|| format!("{command:?}"))?;
    let took = start.elapsed();
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(took)
}

/// Puts everything that waits onto the disk, so that nobody pays for what was written before.
pub(crate) fn settle(place: &Path) -> Result<()> {
    Ok(rustix::fs::syncfs(std::fs::File::open(place)?)?)
}

/// Runs a command to its end; the most memory it had, in bytes. The system keeps that mark itself,
/// so that looking often only catches its last state.
pub(crate) fn peak(command: &mut Command) -> Result<u64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let mut most = 0;
    loop {
        most = most.max(high_water_of(child.id()).unwrap_or_default());
        if let Some(ended) = child.try_wait()? {
            ensure!(ended.success(), "{command:?} ended with {ended}");
            return Ok(most);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The most memory a process had so far, in bytes; nothing when it has ended.
pub(crate) fn high_water_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

pub(crate) fn median<Value: Copy + Default + Ord>(values: &[Value]) -> Value {
    at(values, 50)
}

/// The value below which so many of a hundred lie.
pub(crate) fn at<Value: Copy + Default + Ord>(values: &[Value], percent: usize) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

/// One line of a table of times: the median and the spread; the median of the ratios round by
/// round, because a disk that others write to is slower in one round than in the next; and the
/// ratio of the best to the best, which others disturb least.
pub(crate) fn line(what: &str, times: &[Duration], reference: &[Duration]) -> String {
    let middle = middle(times, reference);
    format!(
        "  {what:<46}{:>8.3} s  ({:.3}–{:.3}){middle:>8.2}{:>8.2}\n",
        median(times).as_secs_f64(),
        at(times, 0).as_secs_f64(),
        at(times, 100).as_secs_f64(),
        ratio(at(times, 0), at(reference, 0)),
    )
}

/// The median of the ratios round by round.
pub(crate) fn middle(times: &[Duration], reference: &[Duration]) -> f64 {
    let pairs = times.iter().zip(reference);
    let mut ratios: Vec<f64> = pairs.map(|(own, base)| ratio(*own, *base)).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

/// One line that says whether an aim was kept, and with which ratio.
pub(crate) fn aim(what: &str, found: f64, most: f64) -> String {
    let kept = if found <= most { "kept" } else { "not kept" };
    format!("  {what:<62}{found:>8.2}  {kept}\n")
}

pub(crate) fn ratio(own: Duration, base: Duration) -> f64 {
    own.as_secs_f64() / base.as_secs_f64().max(1e-9)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
