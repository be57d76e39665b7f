//! All runs along the clock and by days, in the real window: by mouse, and by the keys alone.

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// A window at the timeline of all runs: one workflow that succeeded three times, one that failed once and is
/// planned for every hour.
async fn timeline(desk: &Desk) -> Result<(Window<'_>, String)> {
    let window = Window::open_unasked(desk).await?;
    let workflows = [
        json!({"id": "orders", "name": "Orders", "type": "sync", "tasks": [
            {"id": "a", "name": "Wait", "action": "wait", "params": {"ms": 1}}]}),
        json!({"id": "letters", "name": "Letters", "trigger": "schedule",
            "schedule": {"cron": "0 * * * *"}, "tasks": [
            {"id": "a", "name": "Send", "action": "program.run", "params": {"program": "false"}}]}),
    ];
    for workflow in &workflows {
        desk.flowkeep(&["flow", "create", &desk.workflow_file(workflow)?])?;
    }
    let mut failed = String::new();
    for workflow in ["orders", "orders", "orders", "letters"] {
        let begun = desk.flowkeep(&["run", "start", workflow])?;
        begun["run_id"]
            .as_str()
            .context("an id")?
            .clone_into(&mut failed);
    }
    window.click("nav-runs").await?;
    window.click("runs-as-timeline").await?;
    window
        .text_of("history-of-letters", |text| text.contains("1 failed"))
        .await?;
    window.focus().await?;
    Ok((window, failed))
}

async fn until(window: &Window<'_>, script: &str, wanted: &str) -> Result<()> {
    let script = format!("return String({script})");
    eventually(format!("{script} to be {wanted}"), async || {
        let told = window.ask(&script).await?;
        Ok((told == wanted).then_some(()))
    })
    .await
}

const HASH: &str = "location.hash";
const FOCUSED: &str = "document.activeElement.dataset.testid";

#[tokio::test]
async fn all_runs_are_seen_along_the_clock_as_figures_and_by_days() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, failed) = timeline(&desk).await?;
    // What is planned is drawn as well, and the line of now.
    window.shown("timeline-now").await?;
    let planned = "document.querySelectorAll('[data-testid=history-of-letters] [data-kind=planned]').length > 0";
    until(&window, planned, "true").await?;

    // Further, closer, another time and back.
    window.click("span-month").await?;
    until(
        &window,
        &format!("{HASH}.includes('span=2592000000')"),
        "true",
    )
    .await?;
    window.click("timeline-closer").await?;
    until(
        &window,
        &format!("{HASH}.includes('span=1296000000')"),
        "true",
    )
    .await?;
    window.click("history-earlier").await?;
    until(&window, &format!("{HASH}.includes('end=')"), "true").await?;
    window.click("history-now").await?;
    window.gone("history-now").await?;

    // One type folds into one line.
    window.click("history-type-sync").await?;
    window.gone("history-of-orders").await?;
    window
        .text_of("history-type-sync", |text| text.contains('3'))
        .await?;
    window.click("history-as-table").await?;
    window
        .text_of("history-table", |text| text.contains("Letters"))
        .await?;

    window.click("runs-as-calendar").await?;
    window
        .text_of("calendar-sum", |text| text == "4 runs, 1 failed")
        .await?;
    window
        .ask("document.querySelector('[data-day][aria-current]').click()")
        .await?;
    window.shown(&format!("row-{failed}")).await?;
    window.close().await
}

#[tokio::test]
async fn a_failed_run_is_found_on_the_timeline_by_keys_alone() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, failed) = timeline(&desk).await?;
    window
        .ask("document.querySelector('[data-testid=history-type-sync]').focus()")
        .await?;
    desk.press(&["End"])?;
    until(&window, FOCUSED, "history-of-letters").await?;
    desk.press(&["plus"])?;
    until(&window, &format!("{HASH}.includes('span=')"), "true").await?;
    // To the first box of the line, which is the run that failed: what else is there is planned.
    desk.press(&["Right"])?;
    let said = window
        .text_of("history-at", |text| text.contains("failed"))
        .await?;
    ensure!(said.starts_with("1 run, 1 failed, "), "{said}");
    desk.press(&["Return"])?;
    window.shown(&format!("history-run-{failed}")).await?;
    until(&window, FOCUSED, &format!("history-run-{failed}")).await?;
    desk.press(&["Escape"])?;
    window.gone("history-list").await?;
    until(&window, FOCUSED, "history-of-letters").await?;
    desk.press(&["Return"])?;
    until(&window, FOCUSED, &format!("history-run-{failed}")).await?;
    desk.press(&["Return"])?;
    window.run_comes_to("Failed").await?;
    window.close().await
}
