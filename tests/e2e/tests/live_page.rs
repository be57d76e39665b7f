//! The page of a run while it is under way: how far it is, and what a person can make of it.

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::{Value, json};

/// One task that ends at once, one that takes an hour, one that comes after it.
fn hourly() -> Value {
    json!({"id": "hourly", "name": "Hourly", "tasks": [
        {"id": "load", "name": "Load", "action": "sql.query", "dataSource": "local",
         "params": {"sql": "SELECT 1 AS one"}},
        {"id": "hour", "name": "An hour", "action": "wait", "dependsOn": ["load"],
         "params": {"ms": 3_600_000}},
        {"id": "note", "name": "Note it", "action": "file.write", "dependsOn": ["hour"],
         "params": {"path": "note.txt", "text": "noted"}}]})
}

/// A window, and a run of it that waits for an hour.
async fn under_way(desk: &Desk) -> Result<(Window<'_>, String)> {
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&hourly())?])?;
    let window = Window::open_unasked(desk).await?;
    let begun = desk.flowkeep(&["run", "start", "hourly"])?;
    let run = begun["run_id"].as_str().context("an id")?.to_owned();
    // "Running now" says what it does and how far it is, and leads to it.
    window
        .text_of("under-way", |text| {
            ["Hourly", "An hour", "1 of 3 tasks"]
                .iter()
                .all(|part| text.contains(part))
        })
        .await?;
    let link = Locator::Css("[data-testid=under-way] a");
    window.shown_by(link).await?.click().await?;
    window.run_comes_to("Running").await?;
    assert_eq!(window.run_on_page().await?, run);
    Ok((window, run))
}

async fn status_is(desk: &Desk, run: &str, status: &str) -> Result<()> {
    eventually(format!("{run} to be {status}"), async || {
        let shown = desk.flowkeep(&["run", "show", run])?;
        Ok((shown["status"] == status).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_run_is_held_goes_on_and_is_cancelled_once_that_is_confirmed() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, run) = under_way(&desk).await?;

    window.click("run-pause").await?;
    window.run_comes_to("Paused").await?;
    status_is(&desk, &run, "paused").await?;
    window.gone("run-pause").await?;
    window.click("nav-overview").await?;
    window
        .text_of("under-way", |text| {
            text.contains("Paused") && text.contains("1 of 3 tasks")
        })
        .await?;
    let link = Locator::Css("[data-testid=under-way] a");
    window.shown_by(link).await?.click().await?;
    window.click("run-resume").await?;
    window.run_comes_to("Running").await?;
    status_is(&desk, &run, "running").await?;

    // Nothing is cancelled by the first press, nor by leaving the question.
    window.click("run-cancel").await?;
    window
        .text_of("dialog-cancel-run", |text| text.contains("Hourly"))
        .await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-cancel-run").await?;
    status_is(&desk, &run, "running").await?;
    window.click("run-cancel").await?;
    window.click("run-cancel-confirm").await?;
    window.run_comes_to("Cancelled").await?;
    window.gone("run-cancel").await?;
    let shown = desk.flowkeep(&["run", "show", &run])?;
    let became = |task: usize| shown["tasks"][task]["status"].clone();
    assert_eq!(
        [became(0), became(1), became(2)],
        ["succeeded", "cancelled", "skipped"]
    );
    window.click("nav-overview").await?;
    window.gone("under-way").await?;
    window.close().await
}

#[tokio::test]
async fn a_run_is_repeated_from_a_chosen_task_without_one_that_is_left_out() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, run) = under_way(&desk).await?;
    window.call("run_cancel", &json!({"id": run})).await?;
    window.run_comes_to("Cancelled").await?;

    window.click("run-retry").await?;
    window.choose("retry-from", "note").await?;
    window.choose_several("retry-skip", &["hour"]).await?;
    window.click("retry-start").await?;
    window.gone("dialog-retry").await?;
    window.run_comes_to("Succeeded").await?;
    let again = window.run_on_page().await?;
    let shown = desk.flowkeep(&["run", "show", &again])?;
    assert_eq!(shown["repeats"], json!(run));
    let why = |task: usize| shown["tasks"][task]["why"].clone();
    assert_eq!([why(0), why(1)], ["carried", "left_out"], "{shown}");
    let note = desk.data().join("task-folders").join(&again);
    assert_eq!(std::fs::read_to_string(note.join("note.txt"))?, "noted");
    window.close().await
}
