//! The main job with the keyboard alone: no pointer touches the window or a native dialog.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, eventually, words};
use serde_json::{Value, json};

/// The window with the keyboard, the question about the backup folder answered.
async fn open(desk: &Desk) -> Result<Window<'_>> {
    let window = Window::open_unasked(desk).await?;
    window.focus().await?;
    Ok(window)
}

/// The rows of the workflows that are kept.
fn workflows(desk: &Desk) -> Result<Vec<Value>> {
    let list = desk.flowkeep(&["flow", "list"])?;
    Ok(list["items"].as_array().context("rows")?.clone())
}

#[tokio::test]
async fn a_workflow_is_made_edited_and_put_in_order() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = open(&desk).await?;

    desk.press(&["ctrl+2"])?;
    window.shown("new").await?;
    desk.press(&["ctrl+n"])?;
    window.focus_is_on("[data-testid=new-name]").await?;
    desk.type_text("Hiring")?;
    // Stages for people: the second of two, chosen with an arrow key and Space.
    desk.press(&["Tab", "Right", "space", "shift+Tab", "Return"])?;
    window
        .text_of("page-title", |text| text == "Hiring")
        .await?;
    window.focus_is_on("main").await?;

    // Each new stage takes the focus, its name ready to be typed over.
    window
        .press_on("[data-testid=add-stages]", "Return")
        .await?;
    window.focus_is_on("[data-testid=stage-name]").await?;
    desk.press(&["ctrl+a"])?;
    desk.type_text("Interview")?;
    window
        .press_on("[data-testid=add-stages]", "Return")
        .await?;
    window.focus_is_on("[data-testid=stage-name]").await?;
    desk.type_text("Advertise")?;
    window
        .text_of("detail", |text| text.contains("Advertise"))
        .await?;
    window
        .press_on("li:nth-child(2) > [data-row]", "alt+Up")
        .await?;
    desk.press(&["ctrl+s"])?;
    let names = |flow: &Value| {
        let stages = flow["stages"].as_array()?;
        let names = stages.iter().map(|stage| stage["name"].clone());
        Some(names.collect::<Vec<_>>())
    };
    eventually("the stages in their new order", async || {
        let row = workflows(&desk)?.pop().context("a workflow")?;
        let kept = desk.flowkeep(&["flow", "show", row["id"].as_str().context("an id")?])?;
        Ok((names(&kept) == Some(vec![json!("Advertise"), json!("Interview")])).then_some(()))
    })
    .await?;
    window.close().await
}

#[tokio::test]
async fn an_import_a_backup_a_restore_and_their_undo() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let kept = desk.folder().join("earlier-tool");
    fs::create_dir(&kept)?;
    fs::write(
        kept.join("payroll.json"),
        json!({"id": "payroll", "name": "Payroll", "tasks": []}).to_string(),
    )?;
    let backups = desk.folder().join("backups");
    fs::create_dir(&backups)?;
    let window = open(&desk).await?;

    // Import by the picker.
    desk.press(&["ctrl+2"])?;
    window
        .press_on("[data-testid=import-folder]", "Return")
        .await?;
    desk.choose_in_dialog(&words("import_pick_folder_title")?, &kept)
        .await?;
    window.focus().await?;
    window.focus_is_on("[data-testid=import-apply]").await?;
    desk.press(&["Return"])?;
    window.gone("dialog-import").await?;
    ensure!(workflows(&desk)?.len() == 1, "it is imported");

    // Back up.
    desk.press(&["ctrl+5"])?;
    window
        .press_on("[data-testid=choose-backup-folder]", "Return")
        .await?;
    desk.choose_in_dialog(&words("backup_pick_title")?, &backups)
        .await?;
    window.focus().await?;
    window
        .press_on("[data-testid=backup-now]", "Return")
        .await?;
    window.focus_is_on("[data-testid=start-backup]").await?;
    desk.press(&["Return"])?;
    window
        .shown_by(fantoccini::Locator::Css("[data-testid^=\"restore-\"]"))
        .await?;

    // Lose it, get it back, undo even that.
    desk.press(&["ctrl+2"])?;
    window.shown("row-payroll").await?;
    // What was gone to by a key has the keys.
    window.focus_is_on("[role=grid]").await?;
    desk.press(&["space", "Delete"])?;
    window.gone("row-payroll").await?;
    desk.press(&["ctrl+5"])?;
    window.press_on("[data-testid^=restore-]", "Return").await?;
    window
        .press_on("[data-testid=choose-deleted_here] input", "space")
        .await?;
    window
        .press_on("[data-testid=apply-restore]", "Return")
        .await?;
    window.shown("restore-done").await?;
    ensure!(workflows(&desk)?.len() == 1, "it is back");
    window
        .press_on("[data-testid=restore-done] [data-testid=undo]", "Return")
        .await?;
    eventually("the restore to be undone", async || {
        Ok(workflows(&desk)?.is_empty().then_some(()))
    })
    .await?;
    // What the undo came to is told, though the page that asked has gone.
    let undone = words("restore_undone")?;
    let toasts =
        "return [...document.querySelectorAll('[data-testid=toast]')].map(t => t.innerText).join()";
    eventually("the word of the undo", async || {
        let said = window.page.execute(toasts, vec![]).await?;
        Ok(said.to_string().contains(&undone).then_some(()))
    })
    .await?;
    window.close().await
}

#[tokio::test]
async fn a_run_is_started_answered_and_looked_at() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = open(&desk).await?;
    let file = desk.folder().join("count.json");
    let workflow = json!({"id": "count", "name": "Count", "tasks": [
        {"id": "ask", "name": "Count", "action": "manual",
         "params": {"instruction": "Count.", "checklist": ["Locked"]}}]});
    fs::write(&file, workflow.to_string())?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;

    desk.press(&["ctrl+2"])?;
    window.shown("row-count").await?;
    window.press_on("[role=grid]", "Return").await?;
    window.shown("task-action").await?;
    desk.press(&["ctrl+Return"])?;
    window.shown("dialog-run").await?;
    window.focus_is_on("[data-testid=run-start]").await?;
    desk.press(&["Return"])?;
    window.shown("question").await?;
    window
        .press_on("[data-testid=tick-Locked] input", "space")
        .await?;
    window.press_on("[data-testid=approve]", "Return").await?;
    window
        .text_of("run-status", |text| text == "Succeeded")
        .await?;

    // The list of runs, the run in it, its task and what it gave.
    desk.press(&["ctrl+3"])?;
    window.shown("pick-workflow").await?;
    window.press_on("[role=grid]", "Return").await?;
    window.shown("task-ask").await?;
    window.press_on("[data-testid=task-ask]", "Return").await?;
    window
        .text_of("output-ask", |text| text.contains("Approved by"))
        .await?;
    window.close().await
}

#[tokio::test]
async fn another_language() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = open(&desk).await?;
    desk.press(&["ctrl+comma"])?;
    window.tab_to("[data-testid^=language-]").await?;
    desk.press(&["Right", "Right"])?;
    window.focus_is_on("[data-testid=language-zh-CN]").await?;
    desk.press(&["space"])?;
    window.text_of("page-title", |text| text == "设置").await?;
    // Every word is drawn anew; the keys still go on from the page.
    window.focus_is_on("main").await?;
    window.close().await
}
