//! Runs, as an operator makes and follows them in the real window.

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// A further task in the form, with its name and what it does.
async fn add_task(window: &Window<'_>, name: &str, action: &str) -> Result<()> {
    window.click("add-tasks").await?;
    window.fill("task-name", name).await?;
    window.choose("task-action", action).await
}

#[tokio::test]
async fn a_workflow_is_built_in_the_form_run_and_approved() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open_unasked(&desk).await?;
    window.click("nav-workflows").await?;
    window.click("new").await?;
    window.fill("new-name", "Cash count").await?;
    window.click("create").await?;
    window
        .text_of("page-title", |title| title == "Cash count")
        .await?;

    add_task(&window, "Prepare", "sql.execute").await?;
    window.choose("task-source", "local").await?;
    window
        .fill(
            "param-sql",
            "CREATE TABLE cash(day TEXT); INSERT INTO cash VALUES ('monday')",
        )
        .await?;
    add_task(&window, "Count the cash", "manual").await?;
    window
        .fill("param-instruction", "Count the cash of ${context.day}.")
        .await?;
    // The cursor is where one types; an empty line is no item.
    window.click("param-checklist-add").await?;
    window.focus().await?;
    desk.type_text("Drawer locked")?;
    desk.press(&["Return"])?;
    window.shown("param-checklist-1").await?;
    window.click("param-fields-add").await?;
    window.fill("field-label-0", "Amount").await?;
    window.fill("field-name-0", "amount").await?;
    window.choose("field-type-0", "number").await?;
    window.choose("field-required-0", "yes").await?;
    // It was put after the one above it, and the list says so.
    window
        .text_of("rows-tasks", |text| text.contains("After Prepare"))
        .await?;
    add_task(&window, "Report", "file.write").await?;
    window.fill("param-path", "report.txt").await?;
    window
        .fill("param-text", "Counted ${tasks.task_2.output.fields.amount}")
        .await?;
    window.click("save").await?;
    window
        .text_of("state", |state| state == "All saved")
        .await?;

    window.click("run").await?;
    window.fill("context-day", "monday").await?;
    window.click("run-start").await?;
    window
        .text_of("question", |text| {
            text.contains("Count the cash of monday.")
        })
        .await?;
    window.run_comes_to("Waiting").await?;
    let run = window.run_on_page().await?;

    // What waits is on the Overview, and leads here.
    window.click("nav-overview").await?;
    window
        .text_of("waiting-for-you", |text| text.contains("Count the cash"))
        .await?;
    window.click("ask").await?;

    // It is not approved before everything is there.
    window.click("approve").await?;
    window
        .text_of("question", |text| {
            text.contains("1 item is not ticked yet.") && text.contains("This is needed.")
        })
        .await?;
    window.click("tick-Drawer locked").await?;
    window.fill("answer-amount", "12.5").await?;
    window.click("approve").await?;
    window.run_comes_to("Succeeded").await?;
    window.gone("question").await?;

    // The result stands under its task, and is what the person filled in.
    window.click("task-task_2").await?;
    window
        .text_of("output-task_2", |text| text.contains("12.5"))
        .await?;
    let shown = desk.flowkeep(&["run", "show", &run])?;
    assert_eq!(shown["tasks"][1]["output"]["fields"]["amount"], json!(12.5));
    assert_eq!(shown["context"], json!({"day": "monday"}));
    window.close().await
}

#[tokio::test]
async fn a_failing_task_is_retried_from_there_with_the_corrected_definition() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open_unasked(&desk).await?;
    let workflow = json!({"id": "nightly", "name": "Nightly", "tasks": [
        {"id": "load", "name": "Load", "action": "sql.execute", "dataSource": "local",
         "params": {"sql": "CREATE TABLE IF NOT EXISTS t(n); INSERT INTO t VALUES (1)"}},
        {"id": "check", "name": "Check", "action": "sql.query", "dataSource": "local",
         "dependsOn": ["load"], "params": {"sql": "SELECT count(*) AS n FROM missing"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;

    window.click("nav-runs").await?;
    window.click("run").await?;
    window.click_in("dialog-run", "pick-workflow").await?;
    window.click("pick-nightly").await?;
    window.click("run-start").await?;
    window.run_comes_to("Failed").await?;
    let failed = window.run_on_page().await?;
    // What failed is open, and says why and where it is mended.
    window
        .text_of("task-panel-check", |text| text.contains("missing"))
        .await?;
    // The first step stands out, and leads to the field that is changed.
    window.click("open-definition").await?;
    eventually("the statement to have the cursor", async || {
        let focused = "return document.activeElement.dataset.testid ?? ''";
        let focused = window.ask(focused).await?;
        Ok((focused == "param-sql").then_some(()))
    })
    .await?;
    window
        .fill("param-sql", "SELECT count(*) AS n FROM t")
        .await?;
    window.click("save").await?;
    window
        .text_of("state", |state| state == "All saved")
        .await?;

    window.click("tab-runs").await?;
    window.click(&format!("row-{failed}")).await?;
    window.click("run-retry").await?;
    window.shown("retry-current").await?;
    window.click("retry-start").await?;
    window.gone("dialog-retry").await?;
    window.run_comes_to("Succeeded").await?;
    let retried = window.run_on_page().await?;
    ensure!(retried != failed, "it is a run of its own");
    window.click("task-check").await?;
    window
        .text_of("output-check", |text| {
            text.contains('n') && text.contains('1')
        })
        .await?;
    // What had succeeded was taken over and not done again.
    let shown = desk.flowkeep(&["run", "show", &retried])?;
    assert_eq!(shown["repeats"], json!(failed));
    assert_eq!(shown["tasks"][0]["why"], "carried");
    assert_eq!(shown["tasks"][1]["output"]["rows"], json!([{"n": 1}]));
    window.close().await
}

#[tokio::test]
async fn what_came_from_elsewhere_is_trusted_once() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open_unasked(&desk).await?;
    let workflow = json!({"id": "pack", "name": "Pack", "tasks": [
        {"id": "go", "name": "Pack the files", "action": "program.run",
         "params": {"program": "echo", "args": ["packed", "twice"]}}]});
    desk.flowkeep(&["flow", "import", &desk.workflow_file(&workflow)?])?;

    window.click("nav-workflows").await?;
    window.click("row-pack").await?;
    window.click("run").await?;
    // Exactly what it would do is shown before anything is done.
    window
        .text_of("trust", |text| {
            ["Pack the files", "echo", "packed", "twice"]
                .iter()
                .all(|part| text.contains(part))
        })
        .await?;
    let runs = desk.flowkeep(&["run", "list"])?;
    assert_eq!(runs["items"], json!([]));
    window.click("run-start").await?;
    window.run_comes_to("Succeeded").await?;
    window.click("tab-messages").await?;
    window
        .text_of("run-messages", |text| text.contains("packed twice"))
        .await?;

    window.click("run-retry").await?;
    window.click("retry-start").await?;
    window.gone("dialog-retry").await?;
    window.run_comes_to("Succeeded").await?;
    window.click("nav-workflows").await?;
    window.click("row-pack").await?;
    window.click("run").await?;
    // The parts of the sheet come together.
    let parts = Locator::Css("[data-testid=dialog-run] summary");
    window.shown_by(parts).await?;
    window.gone("trust").await?;
    window.close().await
}

#[tokio::test]
async fn what_became_of_a_task_that_a_crash_broke_off_is_asked() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open_unasked(&desk).await?;
    let workflow = json!({"id": "send", "name": "Send", "tasks": [
        {"id": "send", "name": "Send the file", "action": "program.run",
         "params": {"program": "sleep", "args": ["30"]}},
        {"id": "note", "name": "Note it", "action": "file.write", "dependsOn": ["send"],
         "params": {"path": "sent.txt", "text": "sent"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let begun = desk.flowkeep(&["run", "start", "send"])?;
    let run = begun["run_id"].as_str().context("an id")?;
    eventually("the program to run", async || {
        let shown = desk.flowkeep(&["run", "show", run])?;
        Ok((shown["tasks"][0]["status"] == "running").then_some(()))
    })
    .await?;
    let process = window.process().await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    drop(window);

    // It is neither lost nor done again unasked.
    let window = Window::open(&desk).await?;
    window
        .text_of("dialog-start", |text| {
            text.contains("“Send the file”: nobody can tell")
        })
        .await?;
    window.click("start-later").await?;
    window.shown("start-notice").await?;
    window
        .text_of("waiting-for-you", |text| text.contains("Send the file"))
        .await?;
    window.click("ask").await?;
    window
        .text_of("question", |text| {
            text.contains("What became of it?") && text.contains("sleep")
        })
        .await?;
    window.click("broken-done").await?;
    window.run_comes_to("Succeeded").await?;
    let shown = desk.flowkeep(&["run", "show", run])?;
    assert_eq!(shown["tasks"][0]["why"], "marked_done");
    assert_eq!(
        shown["tasks"][0]["attempts"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(shown["tasks"][1]["status"], "succeeded");
    window.close().await
}

#[tokio::test]
async fn a_run_is_followed_and_answered_in_chinese() -> Result<()> {
    let desk = Desk::new(Language::Chinese).await?;
    let window = Window::open_unasked(&desk).await?;
    let workflow = json!({"id": "shenhe", "name": "月末审核", "tasks": [
        {"id": "ask", "name": "核对合计", "action": "manual",
         "params": {"instruction": "请核对合计。"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    desk.flowkeep(&["run", "start", "shenhe"])?;
    window
        .text_of("waiting-for-you", |text| {
            text.contains("等待您处理") && text.contains("核对合计")
        })
        .await?;
    window.click("ask").await?;
    window
        .text_of("question", |text| text.contains("请核对合计。"))
        .await?;
    window.run_comes_to("等待中").await?;
    window.click("approve").await?;
    window.run_comes_to("成功").await?;
    window.close().await
}
