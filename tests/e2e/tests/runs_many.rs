//! Many runs at once, in the real window: chosen by mouse and by keys, deleted, and brought back.

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::json;

#[tokio::test]
async fn runs_are_chosen_by_mouse_and_keys_deleted_and_brought_back() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open_unasked(&desk).await?;
    let orders = json!({"id": "orders", "name": "Orders", "tasks": [
        {"id": "a", "name": "Wait", "action": "wait", "params": {"ms": 1}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&orders)?])?;
    let mut runs = Vec::new();
    for _ in 0..4 {
        let begun = desk.flowkeep(&["run", "start", "orders"])?;
        let id = begun["run_id"].as_str().context("an id")?;
        runs.push(id.to_owned());
    }
    let asking = json!({"id": "asking", "name": "Asking", "tasks": [
        {"id": "a", "name": "Look", "action": "manual", "params": {"instruction": "Look"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&asking)?])?;
    let waits = desk.flowkeep(&["run", "start", "asking"])?;
    let waits = waits["run_id"].as_str().context("an id")?.to_owned();
    window.click("nav-runs").await?;
    for run in runs.iter().chain([&waits]) {
        let row = format!("row-{run}");
        let ended = if *run == waits {
            "waiting"
        } else {
            "succeeded"
        };
        let comes_to = |text: &str| text.to_lowercase().contains(ended);
        window.text_of(&row, comes_to).await?;
    }
    window.focus().await?;

    // Two by mouse. The newest row is the one that waits for somebody, the oldest the last.
    for run in &runs[..2] {
        let tick = format!("[data-testid=row-{run}] label");
        window.click_by(Locator::Css(&tick)).await?;
    }
    window
        .text_of("runs-chosen", |text| text == "2 chosen")
        .await?;
    // And two by keys, from the top: the one that waits, and the one below.
    window
        .ask("document.querySelector('[role=grid]').focus()")
        .await?;
    desk.press(&["Home", "space", "Down", "space"])?;
    window
        .text_of("runs-chosen", |text| text == "4 chosen")
        .await?;
    desk.press(&["Delete"])?;
    window
        .text_of("runs-change-apply", |text| text == "Delete 3 runs")
        .await?;
    window
        .text_of("runs-left-out", |text| text.contains("1 has not ended"))
        .await?;
    desk.press(&["Return"])?;
    window.gone("dialog-runs-change").await?;
    for run in [&runs[0], &runs[1], &runs[3]] {
        window.gone(&format!("row-{run}")).await?;
    }
    window.shown(&format!("row-{}", runs[2])).await?;
    let left = desk.flowkeep(&["run", "list"])?;
    ensure!(left["items"].as_array().map(Vec::len) == Some(2), "{left}");

    window.click("undo").await?;
    for run in &runs {
        window.shown(&format!("row-{run}")).await?;
    }
    // What was said in it is there again as well.
    window.click(&format!("row-{}", runs[0])).await?;
    window.run_comes_to("Succeeded").await?;
    window.close().await
}
