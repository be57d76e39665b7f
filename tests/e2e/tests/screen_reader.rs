//! The real window as a screen reader is told of it, in Chinese: a failed run is found, read and taken up again
//! without a look at the screen.

use anyhow::{Result, ensure};
use flowkeep_e2e::{Desk, Heard, Language};
use serde_json::json;

/// Everything that is told, as text.
fn all(heard: &[Heard]) -> String {
    let lines = heard
        .iter()
        .map(|one| format!("{} | {} | {}\n", one.role, one.name, one.text));
    lines.collect()
}

fn names<'a>(heard: &'a [Heard], role: &str) -> Vec<&'a str> {
    let of_role = heard.iter().filter(|one| one.role == role);
    of_role.map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn a_failed_run_is_found_read_and_taken_up_again_by_what_a_screen_reader_says() -> Result<()>
{
    let desk = Desk::new(Language::Chinese).await?.with_screen_reader()?;
    let workflow = json!({"id": "nightly", "name": "每晚导出", "tasks": [
        {"id": "load", "name": "提取订单", "action": "program.run", "params": {"program": "true"}},
        {"id": "pack", "name": "打包文件", "action": "program.run", "dependsOn": ["load"],
         "params": {"program": "sh", "args": ["-c", "echo no ledger >&2; exit 3"]}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let window = desk.start_desktop(&[])?;
    let runs = Language::Chinese.words("nav_runs")?;
    desk.hears("link", |link| link.name == runs).await?;
    desk.flowkeep(&["run", "start", "nightly"])?;

    // The list says of each run what it came to, of which workflow, and why.
    desk.press_heard("link", &runs).await?;
    let failed = Language::Chinese.words("status_failed")?;
    let row = desk
        .hears("table row", |row| row.name.starts_with(&failed))
        .await?;
    ensure!(row.name.contains("每晚导出"), "{row:?}");
    ensure!(row.name.contains("no ledger"), "{row:?}");

    // Its page says of each task how it ended, and of the open one the reason and what can be done.
    desk.press_heard("table row", &failed).await?;
    let task = desk
        .hears("push button", |task| task.name.starts_with("打包文件，"))
        .await?;
    ensure!(task.name.contains(&failed), "{task:?}");
    let is_open = |state: &String| state == "expanded";
    ensure!(task.states.iter().any(is_open), "{task:?}");
    desk.hears("paragraph", |told| told.text.contains("no ledger"))
        .await?;
    let heard = desk.heard()?;
    let unnamed = heard.iter().filter(|one| {
        let is_control = [
            "push button",
            "link",
            "radio button",
            "entry",
            "combo box",
            "slider",
        ]
        .contains(&one.role.as_str());
        is_control && one.name.trim().is_empty()
    });
    ensure!(unnamed.count() == 0, "{}", all(&heard));
    // The graph tells what comes after what.
    desk.press_heard("radio button", &Language::Chinese.words("run_graph")?)
        .await?;
    let task = desk
        .hears("push button", |task| {
            task.name.starts_with("打包文件，") && task.name.contains("提取订单")
        })
        .await?;
    ensure!(task.name.contains(&failed), "{task:?}");

    let retry = Language::Chinese.words("run_retry_here")?;
    desk.press_heard("push button", &retry).await?;
    desk.hears("dialog", |dialog| !dialog.name.is_empty())
        .await?;
    let heard = desk.heard()?;
    let dialogs = names(&heard, "dialog");
    ensure!(dialogs.len() == 1, "{}", all(&heard));
    drop(window);
    Ok(())
}
