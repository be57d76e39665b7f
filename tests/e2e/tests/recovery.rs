//! When the data cannot be opened: the recovery window says why, and gets it back.

use std::fs;

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, desktop, eventually, words};
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
    window
        .text_of("recovery-reason", |text| text.contains("damaged"))
        .await?;
    assert_eq!(
        fs::read(desk.data().join("flowkeep.db"))?,
        damaged,
        "nothing was touched"
    );
    desk.picture(&desk.folder().join("recovery.png")).await?;

    window.click("recovery-restore-other").await?;
    desk.choose_in_dialog(&words("recovery_pick_backup_title")?, &backups)
        .await?;
    window
        .text_of("page-title", |text| text.contains("restored"))
        .await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "kept"])?, document);

    let aside = fs::read_dir(desk.data())?
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().starts_with("damaged-"));
    let aside = aside.expect("the damaged database is kept").path();
    assert_eq!(fs::read(aside.join("flowkeep.db"))?, damaged);

    // What was restored opens as if nothing had been.
    window.close().await?;
    let window = Window::open(&desk).await?;
    window.close().await
}

#[tokio::test]
async fn trying_again_starts_the_same_process_anew() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    let database = desk.data().join("flowkeep.db");
    fs::write(&database, vec![b'x'; 8192])?;
    // Without the driver, which ends a browser that starts itself anew.
    let mut window = desk.command(desktop()?);
    window.arg("--data-dir").arg(desk.data());
    let mut window = window.spawn()?;
    let recovery = desk.window_of_width(640).await?;

    fs::remove_file(&database)?;
    desk.run("xdotool", &["windowactivate", "--sync", &recovery])?;
    // The page takes the keyboard when it has painted; then the second button is "Try again".
    eventually("the real window", async || {
        desk.press(&["Tab", "Tab", "Return"])?;
        Ok(desk.windows_of_width(1280)?.into_iter().next())
    })
    .await?;
    assert_eq!(window.try_wait()?, None, "it is the same process");
    window.kill()?;
    window.wait()?;
    Ok(())
}
