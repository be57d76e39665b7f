//! A long history in the real window: a failure is found in it, read, repeated from the task that failed, and compared
//! with the last success; by mouse, and again by the keys alone.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use flowkeep_seed::{Plan, fill};
use serde_json::json;

/// Runs of other workflows before those of this test.
const RUNS: usize = 2_000;

/// A window at the runs, one of which failed at its second task for want of a file.
struct Failure<'desk> {
    window: Window<'desk>,
    /// The run that failed, and the last that succeeded before.
    failed: String,
    succeeded: String,
    ledger: PathBuf,
}

impl<'desk> Failure<'desk> {
    async fn in_history(desk: &'desk Desk) -> Result<Self> {
        fill(&Plan {
            folder: desk.data(),
            runs: RUNS,
            tasks: 5,
            seed: 1,
            until: NaiveDate::from_ymd_opt(2026, 6, 1).context("a day of the calendar")?,
        })?;
        let ledger = desk.folder().join("ledger.csv");
        fs::write(&ledger, "day,sum\n")?;
        let workflow = json!({"id": "ledger", "name": "Ledger of the day", "tasks": [
            {"id": "load", "name": "Load", "action": "program.run", "params": {"program": "true"}},
            {"id": "check", "name": "Check", "action": "program.run", "dependsOn": ["load"],
             "params": {"program": "cat", "args": [ledger.to_string_lossy()]}}]});
        desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
        let window = Window::open_unasked(desk).await?;
        let succeeded = ended(desk, "succeeded").await?;
        fs::remove_file(&ledger)?;
        let failed = ended(desk, "failed").await?;
        window.focus().await?;
        Ok(Self {
            window,
            failed,
            succeeded,
            ledger,
        })
    }

    /// Nothing is listed but the run that was looked for.
    async fn is_found_alone(&self) -> Result<()> {
        self.window.shown(&format!("row-{}", self.failed)).await?;
        eventually("one row", async || {
            let rows = "return document.querySelectorAll('[data-testid^=row-]').length";
            let rows = self.window.ask(rows).await?;
            Ok((rows == 1).then_some(()))
        })
        .await
    }

    /// The page says of the failed task why, and the file is there again.
    async fn is_read_and_mended(&self) -> Result<()> {
        self.window.run_comes_to("Failed").await?;
        self.window
            .text_of("task-panel-check", |text| text.contains("ledger.csv"))
            .await?;
        Ok(fs::write(&self.ledger, "day,sum\n")?)
    }

    /// What was repeated kept what had been done, and succeeded.
    async fn is_repeated(&self) -> Result<()> {
        self.window.run_comes_to("Succeeded").await?;
        let again = self.window.run_on_page().await?;
        let shown = self.window.desk().flowkeep(&["run", "show", &again])?;
        assert_eq!(shown["repeats"], json!(self.failed));
        let tasks = shown["tasks"].as_array().context("tasks")?;
        let load = tasks.iter().find(|task| task["id"] == "load");
        let load = load.with_context(|| shown.to_string())?;
        ensure!(load["attempts"] == json!([]), "{shown}");
        Ok(())
    }

    /// The failed run stands beside the last success, and the task that differs is told.
    async fn is_compared(&self) -> Result<()> {
        self.window
            .text_of("compare-tasks", |text| {
                text.contains("Check") && text.contains("ledger.csv")
            })
            .await?;
        for run in [&self.failed, &self.succeeded] {
            let link = format!(
                "return document.querySelector('[data-testid=compare-facts] a[href*=\"{run}\"]') !== null"
            );
            ensure!(self.window.ask(&link).await? == true, "{run}");
        }
        Ok(())
    }
}

/// Starts the workflow, and waits until it has come to that.
async fn ended(desk: &Desk, status: &str) -> Result<String> {
    let begun = desk.flowkeep(&["run", "start", "ledger"])?;
    let run = begun["run_id"].as_str().context("an id")?.to_owned();
    eventually(format!("the run to be {status}"), async || {
        let shown = desk.flowkeep(&["run", "show", &run])?;
        Ok((shown["status"] == status).then_some(()))
    })
    .await?;
    Ok(run)
}

#[tokio::test]
async fn a_failure_is_found_read_repeated_and_compared_by_mouse() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let failure = Failure::in_history(&desk).await?;
    let window = &failure.window;
    window.click("nav-runs").await?;
    window.choose("filter-status", "failed").await?;
    window.fill("list-search", "ledger.csv").await?;
    failure.is_found_alone().await?;
    window.click(&format!("row-{}", failure.failed)).await?;
    failure.is_read_and_mended().await?;

    window.click("retry-here").await?;
    window.click("retry-start").await?;
    window.gone("dialog-retry").await?;
    failure.is_repeated().await?;

    window.click(&format!("strip-{}", failure.failed)).await?;
    window.run_comes_to("Failed").await?;
    window.click("run-menu").await?;
    window.click("menu-compare").await?;
    failure.is_compared().await?;
    failure.window.close().await
}

#[tokio::test]
async fn a_failure_is_found_read_repeated_and_compared_by_keys_alone() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let failure = Failure::in_history(&desk).await?;
    let window = &failure.window;
    window.press_on("[data-testid=nav-runs]", "Return").await?;
    window.shown("runs-as-list").await?;
    window.tab_to("[data-testid=list-search]").await?;
    desk.type_text("ledger.csv")?;
    window
        .press_on("[data-testid=filter-status]", "Return")
        .await?;
    window.shown("option-failed").await?;
    desk.type_text("Failed")?;
    window.focus_is_on("[data-testid=option-failed]").await?;
    desk.press(&["Return"])?;
    failure.is_found_alone().await?;
    window.press_on("[role=grid]", "Return").await?;
    failure.is_read_and_mended().await?;

    window
        .press_on("[data-testid=retry-here]", "Return")
        .await?;
    window.shown("dialog-retry").await?;
    window
        .press_on("[data-testid=retry-start]", "Return")
        .await?;
    window.gone("dialog-retry").await?;
    failure.is_repeated().await?;

    let bar = format!("[data-testid=\"strip-{}\"]", failure.failed);
    window.press_on(&bar, "Return").await?;
    window.run_comes_to("Failed").await?;
    window.press_on("[data-testid=run-menu]", "Return").await?;
    window.shown("menu-compare").await?;
    desk.type_text("Compare")?;
    window.focus_is_on("[data-testid=menu-compare]").await?;
    desk.press(&["Return"])?;
    failure.is_compared().await?;
    failure.window.close().await
}
