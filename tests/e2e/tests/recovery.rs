//! When the data cannot be opened: the recovery window says why, and gets it back.

use std::fs;

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, eventually, words};
use serde_json::json;

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_a_backup_restored() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let file = desk.folder().join("kept.json");
    let document = json!({"id": "kept", "name": "Kept", "tasks": []});
    fs::write(&file, serde_json::to_string(&document)?)?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let backups = desk.folder().join("backups");
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    let damaged = vec![b'x'; 8192];
    fs::write(desk.data().join("flowkeep.db"), &damaged)?;

    let window = Window::start(&desk).await?;
    window.text_of("recovery-reason", |text| text.contains("damaged")).await?;
    assert_eq!(fs::read(desk.data().join("flowkeep.db"))?, damaged, "nothing was touched");
    desk.picture(&desk.folder().join("recovery.png")).await?;

    window.click("recovery-restore-other").await?;
    desk.choose_in_dialog(&words("recovery_pick_backup_title")?, &backups).await?;
    window.text_of("page-title", |text| text.contains("restored")).await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "kept"])?, document);

    let aside = fs::read_dir(desk.data())?.filter_map(Result::ok).find(|entry| {
        entry.file_name().to_string_lossy().starts_with("damaged-")
    });
    let aside = aside.expect("the damaged database is kept").path();
    assert_eq!(fs::read(aside.join("flowkeep.db"))?, damaged);

    // The same process starts anew, which ends the driver's hold on it.
    let process = window.process().await?;
    window.click("recovery-open").await?;
    eventually("the real window", async || {
        let wide = desk.windows_named("^Flowkeep$")?.into_iter().next();
        let Some(id) = wide else { return Ok(None) };
        let size = desk.run("xdotool", &["getwindowgeometry", &id]).unwrap_or_default();
        Ok(size.contains("1280x").then_some(()))
    })
    .await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    Ok(())
}
