//! The main job, as a person does it: drop files of an earlier tool on the window, edit one in the
//! form, back up into a folder chosen in the native dialog, lose something, get it back, undo.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window, eventually};
use serde_json::{Value, json};

fn write(desk: &Desk, name: &str, document: &Value) -> Result<PathBuf> {
    let folder = desk.folder().join("earlier-tool");
    fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    fs::write(&file, serde_json::to_string_pretty(document)?)?;
    Ok(file)
}

fn workflow(id: &str, name: &str) -> Value {
    json!({
        "id": id,
        "name": name,
        "maxConcurrent": 2,
        "tasks": [
            {"id": "load", "name": "Load", "action": "manual", "params": {"instruction": "Load"}},
            {"id": "check", "name": "Check", "action": "manual", "dependsOn": ["load"],
             "params": {"instruction": "Check"}},
        ],
    })
}

fn total(desk: &Desk) -> Result<u64> {
    desk.flowkeep(&["flow", "list"])?["total"]
        .as_u64()
        .context("a total")
}

#[tokio::test]
async fn import_edit_back_up_lose_restore_undo() -> Result<()> {
    let steps = [
        "Undone: Restored 1 document from “{backup}”",
        "Restored 1 document from “{backup}”",
        "Deleted “Nightly load”",
        "Backed up to “{backup}”",
        "Changed “Nightly load”",
        "Changed settings: backup folder",
        "Imported 2 documents from “{files}”",
    ];
    main_job(Language::English, &steps).await
}

#[tokio::test]
async fn import_edit_back_up_lose_restore_undo_in_chinese() -> Result<()> {
    let steps = [
        "已撤销：恢复 1 份文档，来自“{backup}”",
        "恢复 1 份文档，来自“{backup}”",
        "删除“Nightly load”",
        "备份到“{backup}”",
        "更改“Nightly load”",
        "更改设置：备份文件夹",
        "导入 2 份文档，来自“{files}”",
    ];
    main_job(Language::Chinese, &steps).await
}

/// Does all of it in a window of that language, where Activity then tells of these steps and of nothing
/// else, the newest first.
async fn main_job(language: Language, steps: &[&str]) -> Result<()> {
    let desk = Desk::new(language).await?;
    let nightly = write(&desk, "nightly.json", &workflow("nightly", "Nightly"))?;
    let weekly = write(&desk, "weekly.json", &workflow("weekly", "Weekly"))?;
    let backups = desk.folder().join("backups");
    fs::create_dir(&backups)?;
    let window = Window::open(&desk).await?;

    // Import, by a drop from another window. Nothing is written before it is confirmed.
    drop_on_window(&desk, &window, &[&nightly, &weekly]).await?;
    window.shown("import-apply").await?;
    assert_eq!(total(&desk)?, 0, "a preview writes nothing");
    window.click("import-apply").await?;
    window.gone("dialog-import").await?;
    assert_eq!(total(&desk)?, 2);

    // After the first real change the Overview asks once where backups shall go: the native dialog.
    window.click("nav-overview").await?;
    window
        .click_in("folder-question", "choose-backup-folder")
        .await?;
    desk.choose_in_dialog(&language.words("backup_pick_title")?, &backups)
        .await?;
    window.gone("folder-question").await?;

    // Edit in the form.
    window.click("nav-workflows").await?;
    window.click("row-nightly").await?;
    window.fill("field-name", "Nightly load").await?;
    window.click("save").await?;
    eventually("the edit to be kept", async || {
        let kept = desk.flowkeep(&["flow", "show", "nightly"])?;
        Ok((kept["name"] == "Nightly load").then_some(()))
    })
    .await?;
    let edited = desk.flowkeep(&["flow", "show", "nightly"])?;
    assert_eq!(
        edited["tasks"],
        workflow("nightly", "")["tasks"],
        "the rest is as it came"
    );

    // Back up.
    window.click("nav-backup").await?;
    window.click("backup-now").await?;
    window.click("start-backup").await?;
    let restore = window
        .shown_by(Locator::Css("[data-testid^=\"restore-\"]"))
        .await?;
    let made: Vec<_> = fs::read_dir(&backups)?.collect::<Result<_, _>>()?;
    assert_eq!(made.len(), 1);
    assert!(made[0].path().join("manifest.json").is_file());

    // Lose something, and get it back.
    desk.flowkeep(&["flow", "delete", "nightly"])?;
    assert_eq!(total(&desk)?, 1);
    restore.click().await?;
    // That it was deleted is one's own doing: it comes back when one says so.
    window.click("choose-deleted_here").await?;
    window.click("apply-restore").await?;
    window.shown("restore-done").await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "nightly"])?, edited);

    // And undo even that.
    window.click_in("restore-done", "undo").await?;
    eventually("the restore to be undone", async || {
        Ok((total(&desk)? == 1).then_some(()))
    })
    .await?;

    // Every step is in Activity.
    window.click("nav-activity").await?;
    let lines = "return [...document.querySelectorAll('[data-testid^=\"row-\"]')]
        .map((row) => row.querySelector('span > span').textContent)";
    let backup = made[0].path();
    let files = nightly.parent().context("a folder")?;
    let steps: Vec<_> = steps
        .iter()
        .map(|step| step.replace("{backup}", &backup.to_string_lossy()))
        .map(|step| step.replace("{files}", &files.to_string_lossy()))
        .collect();
    let mut told = Value::Null;
    eventually("every step, the newest first", async || {
        told = window.ask(lines).await?;
        Ok((told == json!(steps)).then_some(()))
    })
    .await
    .with_context(|| told.to_string())?;
    window.close().await
}

#[tokio::test]
async fn what_the_command_line_changes_shows_in_the_open_window() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    window.click("nav-workflows").await?;
    let file = write(&desk, "other.json", &workflow("other", "From elsewhere"))?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let row = Locator::Css("[data-testid=\"row-other\"]");
    eventually("the row", async || Ok(window.page.find(row).await.ok())).await?;
    window.close().await
}

#[tokio::test]
async fn a_window_that_was_killed_opens_again_with_everything() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let file = write(&desk, "kept.json", &workflow("kept", "Kept"))?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let window = Window::open(&desk).await?;
    let process = window.process().await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    drop(window);

    let window = Window::open(&desk).await?;
    assert_ne!(window.process().await?, process);
    window.click("folder-later").await?;
    window.gone("folder-question").await?;
    window.click("nav-workflows").await?;
    let row = Locator::Css("[data-testid=\"row-kept\"]");
    eventually("the row", async || Ok(window.page.find(row).await.ok())).await?;
    window.close().await
}
