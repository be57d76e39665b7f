//! The Overview tells the truth about many: each number leads to a list of as many.

use std::fs;

use anyhow::Result;
use fantoccini::Locator;
use fantoccini::key::Key;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// Workflows that fail and that ask, each run once by the command line.
fn run_many(desk: &Desk, failing: usize, asking: usize) -> Result<()> {
    let fails = json!({"action": "sql.query", "params": {"sql": "SELECT 1 FROM nowhere"}});
    let asks = json!({"action": "manual", "params": {"instruction": "Look"}});
    for (word, count, mut task) in [("fails", failing, fails), ("asks", asking, asks)] {
        (task["id"], task["name"]) = (json!("look"), json!("Look at it"));
        for n in 0..count {
            let id = format!("{word}-{n}");
            let file = desk.folder().join(format!("{id}.json"));
            let workflow = json!({"id": id, "name": id, "tasks": [task]});
            fs::write(&file, workflow.to_string())?;
            desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
            // That it failed or asks is told by the exit code, too.
            let _ = desk.flowkeep(&["run", "start", &id, "--wait"]);
        }
    }
    Ok(())
}

/// Waits until so many rows are listed.
async fn listed(window: &Window<'_>, count: usize) -> Result<()> {
    let rows = Locator::Css("[role=row][data-testid^=\"row-\"]");
    eventually(format!("{count} rows"), async || {
        Ok((window.page.find_all(rows).await?.len() == count).then_some(()))
    })
    .await
}

#[tokio::test]
async fn what_needs_a_person_is_counted_whole_and_each_number_leads_to_as_many() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    run_many(&desk, 7, 6)?;
    let window = Window::open(&desk).await?;
    window
        .text_of("needs-a-look", |text| text.contains("and 2 more"))
        .await?;
    window.click("more-failures").await?;
    listed(&window, 7).await?;
    window.click("nav-overview").await?;
    window.click("more-asks").await?;
    listed(&window, 6).await?;

    // Who approved stands in Activity, and leads to the run.
    let asking = window.call("run_overview", &json!({})).await?["asks"][0]["run_id"].clone();
    let answer = json!({"id": asking, "task": "look", "decision": "approve"});
    window.call("run_answer", &answer).await?;
    listed(&window, 5).await?;
    window.click("nav-activity").await?;
    let approved = "//button[contains(., 'Approved “asks-0 · Look at it”')]";
    window
        .shown_by(Locator::XPath(approved))
        .await?
        .click()
        .await?;
    window.click("operation-run").await?;
    window
        .text_of("run-status", |text| text == "Succeeded")
        .await?;
    window.close().await
}

#[tokio::test]
async fn what_is_not_in_the_last_backup_is_told_and_listed() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    run_many(&desk, 0, 1)?;
    let backups = desk.folder().join("backups");
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    let window = Window::open(&desk).await?;
    window
        .text_of("backup-card", |text| {
            text.contains("Nothing has changed since")
        })
        .await?;
    desk.flowkeep(&["run", "start", "asks-0"])?;
    window
        .text_of("backup-card", |text| text.contains("Since then: 1 run."))
        .await?;
    let folder = desk.folder().join("more");
    fs::create_dir(&folder)?;
    for id in ["one", "two"] {
        let text = json!({"id": id, "name": id, "tasks": []}).to_string();
        fs::write(folder.join(format!("{id}.json")), text)?;
    }
    desk.flowkeep(&["flow", "import", &folder.to_string_lossy()])?;
    window
        .text_of("backup-card", |text| {
            text.contains("2 documents changed, 1 run.")
        })
        .await?;
    window.click("see-changes").await?;
    // The import, and not the backup that was made before it is told of.
    window
        .text_of("page-title", |title| title == "Activity")
        .await?;
    let entries = Locator::Css("main li button");
    eventually("one entry", async || {
        let found = window.page.find_all(entries).await?;
        Ok((found.len() == 1).then_some(()))
    })
    .await?;
    window.click("nav-overview").await?;
    window.click("see-runs").await?;
    listed(&window, 1).await?;
    window.close().await
}

#[tokio::test]
async fn a_limit_of_the_history_shows_what_it_would_take_before_it_holds() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    run_many(&desk, 1, 0)?;
    for _ in 0..2 {
        let _ = desk.flowkeep(&["run", "start", "fails-0", "--wait"]);
    }
    let window = Window::open(&desk).await?;
    window.click("nav-settings").await?;
    window
        .fill("keep-runs", &format!("1{}", char::from(Key::Enter)))
        .await?;
    window
        .text_of("dialog-clean-up", |text| text.contains("2 runs would go"))
        .await?;
    let kept = desk.flowkeep(&["settings", "show"])?;
    assert_eq!(kept["keep_runs"], json!(null), "nothing holds yet");
    window.click("clean-up-apply").await?;
    window.gone("dialog-clean-up").await?;
    let left = desk.flowkeep(&["run", "list", "--count"])?;
    assert_eq!(left["total"], 1);
    assert_eq!(desk.flowkeep(&["settings", "show"])?["keep_runs"], 1);
    window.close().await
}
