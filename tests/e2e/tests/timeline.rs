//! A run along its time, in the real window: by mouse, and by the keys alone.

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// A window at a run that failed at its second task, after a second try some seconds later.
async fn failed(desk: &Desk) -> Result<Window<'_>> {
    let window = Window::open_unasked(desk).await?;
    let workflow = json!({"id": "nightly", "name": "Nightly", "tasks": [
        {"id": "load", "name": "Load", "action": "program.run",
         "params": {"program": "true"}},
        {"id": "check", "name": "Check", "action": "program.run", "dependsOn": ["load"],
         "retry": {"limit": 1, "delay": 4000},
         "params": {"program": "sh", "args": ["-c", "echo no ledger >&2; exit 3"]}},
        {"id": "publish", "name": "Publish", "action": "program.run", "dependsOn": ["check"],
         "params": {"program": "true"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let begun = desk.flowkeep(&["run", "start", "nightly"])?;
    let run = begun["run_id"].as_str().context("an id")?;
    window.click("nav-runs").await?;
    window.click(&format!("row-{run}")).await?;
    window.run_comes_to("Failed").await?;
    window.focus().await?;
    Ok(window)
}

/// Waits until the script answers with this text.
async fn until(window: &Window<'_>, script: &str, text: &str) -> Result<()> {
    let script = format!("return String({script})");
    eventually(format!("{script} to be {text}"), async || {
        let told = window.ask(&script).await?;
        Ok((told == text).then_some(()))
    })
    .await
}

const FOCUSED: &str = "document.activeElement.dataset.testid";
const CLOSENESS: &str = "document.querySelector('[data-testid=timeline-zoom]').value";

#[tokio::test]
async fn a_failed_run_is_read_measured_and_filtered_by_mouse() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = failed(&desk).await?;
    // What failed is open, and says why.
    window
        .text_of("task-panel-check", |text| text.contains("no ledger"))
        .await?;
    // The pause before the second try is folded, and opens.
    window.click("timeline-fold").await?;
    window.gone("timeline-fold").await?;
    window.click("timeline-fold-all").await?;
    window.shown("timeline-fold").await?;

    window.click("axis-clock").await?;
    until(&window, "location.hash.includes('axis=clock')", "true").await?;
    window.click("timeline-closer").await?;
    until(&window, &format!("{CLOSENESS} > 0"), "true").await?;
    window.click("timeline-further").await?;
    until(&window, CLOSENESS, "0").await?;

    window.click("timeline-filter").await?;
    window.fill("list-search", "check").await?;
    window.gone("task-load").await?;
    until(&window, "location.hash.includes('q=check')", "true").await?;
    window.click("timeline-filter").await?;
    window.shown("task-load").await?;

    window.click("retry-here").await?;
    window.shown("dialog-retry").await?;
    window.close().await
}

#[tokio::test]
async fn the_graph_of_a_run_is_walked_by_keys_and_has_the_task_of_the_timeline_open() -> Result<()>
{
    let desk = Desk::new(Language::English).await?;
    let window = failed(&desk).await?;
    window.click("tab-graph").await?;
    window
        .text_of("graph-panel", |text| text.contains("no ledger"))
        .await?;
    window.click("node-load").await?;
    until(&window, "location.hash.includes('task=load')", "true").await?;
    desk.press(&["Right"])?;
    until(&window, FOCUSED, "node-check").await?;
    desk.press(&["Right", "Return"])?;
    until(&window, "location.hash.includes('task=publish')", "true").await?;
    window.click("tab-tasks").await?;
    window.shown("task-panel-publish").await?;
    window.click("tab-graph").await?;
    window.click("graph-close").await?;
    window.gone("graph-panel").await?;
    until(&window, FOCUSED, "node-publish").await?;
    window.close().await
}

#[tokio::test]
async fn a_failed_run_is_read_and_measured_by_keys_alone() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = failed(&desk).await?;
    window.shown("task-panel-check").await?;
    window
        .ask("document.querySelector('[data-testid=task-check]').focus()")
        .await?;
    let named = window
        .ask("return document.activeElement.firstElementChild.textContent")
        .await?;
    let named = named.as_str().context("a name")?;
    ensure!(
        named.starts_with("Check, failed, attempt 2 of 2, "),
        "{named}"
    );

    desk.press(&["Return"])?;
    window.gone("task-panel-check").await?;
    desk.press(&["Down"])?;
    until(&window, FOCUSED, "task-publish").await?;
    desk.press(&["Home"])?;
    until(&window, FOCUSED, "task-load").await?;
    desk.press(&["plus"; 3])?;
    until(&window, &format!("{CLOSENESS} > 0"), "true").await?;
    desk.press(&["f"])?;
    until(&window, CLOSENESS, "0").await?;
    desk.press(&["i"])?;
    window.gone("timeline-fold").await?;
    desk.press(&["k"])?;
    until(&window, "location.hash.includes('axis=clock')", "true").await?;

    // From the first task to the second, with the pause.
    desk.press(&["m", "Down"])?;
    until(&window, FOCUSED, "task-check").await?;
    desk.press(&["m"])?;
    window
        .text_of("timeline-range", |text| {
            text.ends_with('s') && !text.ends_with("ms")
        })
        .await?;
    desk.press(&["Escape"])?;
    window.gone("timeline-range").await?;
    desk.press(&["Return"])?;
    window
        .text_of("task-panel-check", |text| text.contains("no ledger"))
        .await?;
    window.close().await
}

#[tokio::test]
async fn what_a_run_used_and_gave_is_looked_at_by_mouse_and_by_keys() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = failed(&desk).await?;
    window.click("tab-data").await?;
    until(&window, "location.hash.includes('tab=data')", "true").await?;
    window
        .text_of("run-input", |text| text.contains("without input"))
        .await?;
    window.fill("data-search", "load").await?;
    window.click("data-load").await?;
    window.shown("copy-load").await?;
    window.shown("output-load").await?;

    window.click("tab-definition").await?;
    window
        .text_of("definition-today", |text| text.contains("still the same"))
        .await?;
    window
        .text_of("run-definition", |text| {
            text.contains("after Load") && text.contains("no ledger")
        })
        .await?;
    window.click("definition-text").await?;
    window
        .text_of("run-definition", |text| text.contains("dependsOn"))
        .await?;

    // The ways to look at it are gone through with the arrow keys.
    window
        .ask("document.querySelector('[data-testid=tab-definition]').focus()")
        .await?;
    desk.press(&["Right", "space"])?;
    window
        .text_of("run-related", |text| text.contains("No other run"))
        .await?;
    desk.press(&["Left", "Left", "space"])?;
    window.shown("run-data").await?;

    window.click("tab-definition").await?;
    window.click("definition-open").await?;
    until(
        &window,
        "location.hash.includes('/workflows/nightly')",
        "true",
    )
    .await?;
    window.close().await
}
