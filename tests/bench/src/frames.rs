//! One run of very many tasks in the real window: how long until it is there, and how evenly it is drawn while somebody
//! scrolls and zooms, beside an almost empty page that is scrolled in the same window.
//!
//! A frame is the time from one call of `requestAnimationFrame` to the next, with a step of scrolling or zooming in
//! each. What an empty page takes is the display's own pace, and the most even that a page here can be.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use flowkeep_seed::{Plan, fill};
use serde_json::{Value, json};

use crate::Extent;
use crate::measure::{at, mebibytes, median, ratio};
use crate::start::settled;
use crate::workshop::Workshop;

/// Tasks of the run.
const TASKS: usize = 10_000;

/// Steps of one round, each in a frame of its own.
const STEPS: usize = 240;

/// Pixels of one step of scrolling: as fast as a turn of a wheel.
const PIXELS: usize = 96;

/// What a frame may take at its 95th percentile, beside an almost empty page.
const MOST: f64 = 1.2;

/// A frame that somebody sees was late.
const LATE: Duration = Duration::from_millis(25);

/// Of a hundred frames so many may be late.
const LATE_AT_MOST: f64 = 5.0;

/// One round that takes longer will not end.
const LONGEST: Duration = Duration::from_mins(5);

/// Frames of one kind, all rounds together.
#[derive(Default)]
struct Frames(Vec<Duration>);

pub(crate) fn frames(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measured(workshop, extent))
}

async fn measured(_: &mut Workshop, extent: Extent) -> Result<String> {
    let desk = Desk::new(Language::English).await?;
    fill(&Plan {
        folder: desk.data(),
        runs: 1,
        tasks: TASKS,
        seed: 1,
        until: NaiveDate::from_ymd_opt(2026, 6, 1).context("a day of the calendar")?,
    })?;
    let listed = desk.flowkeep(&["run", "list"])?;
    let large = word(&listed["items"][0]["id"])?;
    let window = Window::open_unasked(&desk).await?;
    window.allow_scripts(LONGEST).await?;
    let small = small(&desk).await?;
    let process = u32::try_from(window.process().await?.as_raw_nonzero().get())?;

    let mut shown = (Vec::new(), Vec::new());
    let (mut empty, mut scrolled, mut zoomed) = <(Frames, Frames, Frames)>::default();
    let mut memory = 0;
    for _ in 0..extent.rounds {
        window.ask(EMPTY).await?;
        let nothing = format!("empty.scrollTop += at < {STEPS} / 2 ? {PIXELS} : -{PIXELS}");
        empty.take(&window, "", &nothing).await?;
        window.page.refresh().await.context("the page again")?;
        window.shown("page-title").await?;
        shown.1.push(to_see(&window, &small).await?);
        shown.0.push(to_see(&window, &large).await?);
        let scroll = format!("scroller.scrollTop += at < {STEPS} / 2 ? {PIXELS} : -{PIXELS}");
        scrolled.take(&window, SCROLLER, &scroll).await?;
        let zoom = format!(
            "chart.dispatchEvent(new WheelEvent('wheel', {{ctrlKey: true, bubbles: true, cancelable: true, \
             deltaY: at < {STEPS} / 2 ? -24 : 24, clientX: box.x + box.width * 0.6, clientY: box.y + 200}}))"
        );
        zoomed.take(&window, CHART, &zoom).await?;
        memory = settled(process)?;
    }
    window.close().await?;

    let mut table = format!(
        "One run of {TASKS} tasks in the real window, {} rounds of {STEPS} frames\n  {:<30}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        extent.rounds, "", "p50 ms", "p95 ms", "worst", "> 25 ms", "p95"
    );
    for (what, frames) in [
        ("an almost empty page", &empty),
        ("scrolling", &scrolled),
        ("zooming", &zoomed),
    ] {
        frames.tell(&mut table, what, &empty)?;
    }
    let (own, beside) = (median(&shown.0), median(&shown.1));
    writeln!(
        table,
        "  until its tasks are there: {:.0} ms, of a run of one task {:.0} ms ({:.2} times); memory then {:.0} MiB",
        millis(own),
        millis(beside),
        ratio(own, beside),
        mebibytes(memory),
    )?;
    Ok(table)
}

/// A run of one task, which has ended.
async fn small(desk: &Desk) -> Result<String> {
    let workflow = json!({"id": "small", "name": "Small", "tasks": [
        {"id": "a", "name": "Wait", "action": "wait", "params": {"ms": 1}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let begun = desk.flowkeep(&["run", "start", "small"])?;
    let run = word(&begun["run_id"])?;
    eventually("the small run to end", async || {
        let shown = desk.flowkeep(&["run", "show", &run])?;
        Ok((shown["status"] == "succeeded").then_some(()))
    })
    .await?;
    Ok(run)
}

fn word(value: &Value) -> Result<String> {
    let word = value
        .as_str()
        .with_context(|| format!("{value} is a word"))?;
    Ok(word.to_owned())
}

/// From the runs to one of them, until its first tasks are drawn.
async fn to_see(window: &Window<'_>, run: &str) -> Result<Duration> {
    window.ask("location.hash = '#/runs'").await?;
    window.shown(&format!("row-{run}")).await?;
    let script = format!(
        "const begun = performance.now();
         document.querySelector('[data-testid=\"row-{run}\"]').click();
         while (!document.querySelector('[data-testid=run-tasks] [data-testid^=task-]')) await {FRAME};
         await {FRAME};
         return performance.now() - begun"
    );
    let took = window.ask(&script).await?;
    let took = took.as_f64().context("milliseconds")?;
    Ok(Duration::from_secs_f64(took / 1000.0))
}

/// The next frame.
const FRAME: &str = "new Promise(requestAnimationFrame)";

/// A page of a few words, in the place of all there is, that can be scrolled as far as the run.
const EMPTY: &str = "document.body.innerHTML = `<div id=empty style='height: 100vh; overflow: auto'>\
    <p>Almost nothing</p><div style='height: 280000px'></div><p>Here neither</p></div>`";

/// What scrolls the tasks.
const SCROLLER: &str = "
    let scroller = document.querySelector('[data-testid=run-tasks]');
    while (scroller.scrollHeight < scroller.clientHeight + 1000) scroller = scroller.parentElement;";

/// What is zoomed, and where it is.
const CHART: &str = "
    const chart = document.querySelector('[data-testid=run-tasks]');
    const box = chart.getBoundingClientRect();";

impl Frames {
    /// Takes one round: after `before`, a step in each frame, which knows `at`.
    async fn take(&mut self, window: &Window<'_>, before: &str, step: &str) -> Result<()> {
        let script = format!(
            "{before}
             const frames = [];
             let last = await {FRAME};
             for (let at = 0; at < {STEPS}; at += 1) {{
               {step};
               const now = await {FRAME};
               frames.push(now - last);
               last = now;
             }}
             return frames"
        );
        let frames = window.ask(&script).await?;
        let frames = frames.as_array().context("frames")?;
        let times = frames.iter().filter_map(Value::as_f64);
        self.0
            .extend(times.map(|millis| Duration::from_secs_f64(millis.max(0.0) / 1000.0)));
        ensure!(frames.len() == STEPS, "{} frames", frames.len());
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    fn tell(&self, table: &mut String, what: &str, reference: &Self) -> Result<()> {
        let late = self.0.iter().filter(|frame| **frame > LATE).count();
        let late = 100.0 * late as f64 / self.0.len().max(1) as f64;
        let beside = ratio(at(&self.0, 95), at(&reference.0, 95));
        let kept = beside <= MOST && late < LATE_AT_MOST;
        writeln!(
            table,
            "  {what:<30}{:>9.1}{:>9.1}{:>9.1}{late:>8.1}%{beside:>9.2}  {}",
            millis(at(&self.0, 50)),
            millis(at(&self.0, 95)),
            millis(at(&self.0, 100)),
            if kept { "kept" } else { "not kept" },
        )?;
        Ok(())
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
