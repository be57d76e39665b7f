//! Runs once more, with what was missing: input that is asked for, work that is sent back, trust
//! that a restored definition needs.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::json;

/// A window that does not ask where backups shall go, with the keyboard.
async fn open(desk: &Desk) -> Result<Window<'_>> {
    let window = Window::open_unasked(desk).await?;
    window.focus().await?;
    Ok(window)
}

#[tokio::test]
async fn what_a_run_needs_is_asked_for_before_it_starts_and_given_to_a_retry() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = open(&desk).await?;
    let workflow = json!({"id": "report", "name": "Report", "tasks": [
        {"id": "write", "name": "Write", "action": "file.write",
         "params": {"path": "${context.month}.txt", "text": "Report"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;

    window.click("nav-workflows").await?;
    window.click("row-report").await?;
    window.click("run").await?;
    window.shown("context-month").await?;
    // The cursor is in the field, and Enter asks for what it lacks.
    desk.press(&["Return"])?;
    window
        .text_of("dialog-run", |text| text.contains("This is needed."))
        .await?;
    let runs = desk.flowkeep(&["run", "list"])?;
    assert_eq!(runs["items"], json!([]));
    desk.type_text("October")?;
    desk.press(&["Return"])?;
    window.run_comes_to("Succeeded").await?;
    let run = window.run_on_page().await?;
    let shown = desk.flowkeep(&["run", "show", &run])?;
    assert_eq!(shown["context"], json!({"month": "October"}));

    // One that was started elsewhere with what does not do is repeated with what does.
    let outside = r#"{"month": "../October"}"#;
    let begun = desk.flowkeep(&["run", "start", "report", "--context", outside])?;
    let failed = begun["run_id"].as_str().context("an id")?;
    window.click("nav-runs").await?;
    window.click(&format!("row-{failed}")).await?;
    window.run_comes_to("Failed").await?;
    window.click("run-retry").await?;
    window.click("retry-input").await?;
    window.fill("context-month", "November").await?;
    desk.press(&["Return"])?;
    window.gone("dialog-retry").await?;
    window.run_comes_to("Succeeded").await?;
    let repeated = window.run_on_page().await?;
    let shown = desk.flowkeep(&["run", "show", &repeated])?;
    assert_eq!(shown["repeats"], json!(failed));
    assert_eq!(shown["context"], json!({"month": "November"}));
    window.close().await
}

#[tokio::test]
async fn work_is_sent_back_to_an_earlier_step_and_ticked_anew() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = open(&desk).await?;
    let workflow = json!({"id": "letter", "name": "Letter", "stages": [
        {"id": "draft", "name": "Draft", "checklist": ["Written"]},
        {"id": "check", "name": "Check", "checklist": ["Spelling", "Numbers"]}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    window.click("nav-workflows").await?;
    window.click("row-letter").await?;
    window.click("run").await?;
    window
        .text_of("dialog-run", |text| text.contains("2 stages"))
        .await?;
    window.click("run-start").await?;

    // From the first step there is nowhere to send it.
    window.click("tick-Written").await?;
    window.gone("send-back").await?;
    window.click("approve").await?;
    window.click("tick-Spelling").await?;
    window.click("send-back").await?;
    window.click("send-back-confirm").await?;
    window
        .text_of("question", |text| text.contains("Draft"))
        .await?;
    window
        .text_of("question", |text| {
            text.contains("1 thing is still missing.")
        })
        .await?;
    window.click("tick-Written").await?;
    window.click("approve").await?;
    window
        .text_of("question", |text| {
            text.contains("Check") && text.contains("2 things are still missing.")
        })
        .await?;
    window.click("tick-Spelling").await?;
    // The decision follows the last tick at once, and has it.
    window.click("tick-Numbers").await?;
    window.click("approve").await?;
    window.run_comes_to("Succeeded").await?;
    window.click("task-check").await?;
    window
        .text_of("output-check", |text| {
            text.contains("Approved by") && text.contains("Numbers")
        })
        .await?;
    window.close().await
}

#[tokio::test]
async fn a_restored_run_is_repeated_as_it_was_once_somebody_trusts_it() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let pack = |words: &str| {
        json!({"id": "pack", "name": "Pack", "tasks": [
            {"id": "go", "name": "Pack the files", "action": "program.run",
             "params": {"program": "echo", "args": [words]}}]})
    };
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&pack("as it was"))?])?;
    let begun = desk.flowkeep(&["run", "start", "pack", "--wait"])?;
    let run = begun["run_id"].as_str().context("an id")?;
    let backups = desk.folder().join("backups");
    fs::create_dir(&backups)?;
    let made = desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    let backup = made["target_dir"].as_str().context("where it is")?;

    // Another computer: what came with the restore is trusted by nobody.
    fs::remove_dir_all(desk.data())?;
    fs::create_dir(desk.data())?;
    desk.flowkeep(&["db", "restore", "-i", backup])?;
    let changed = desk.workflow_file(&pack("as it is now"))?;
    desk.flowkeep(&["flow", "update", "pack", &changed])?;
    let window = open(&desk).await?;
    window.click("nav-runs").await?;
    window.click(&format!("row-{run}")).await?;
    window.click("run-retry").await?;
    window.click("retry-old").await?;
    window.click("retry-start").await?;
    let told = window
        .text_of("trust", |text| text.contains("as it was"))
        .await?;
    ensure!(!told.contains("as it is now"), "{told}");
    window.click("retry-start").await?;
    window.gone("dialog-retry").await?;
    window.run_comes_to("Succeeded").await?;
    let repeated = window.run_on_page().await?;
    ensure!(repeated != run, "it is a run of its own");
    window.click("tab-messages").await?;
    window
        .text_of("run-messages", |text| text.contains("as it was"))
        .await?;
    window.close().await
}
