//! When the data cannot be opened: the recovery window says why, and gets it back.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, cli, desktop, words};
use serde_json::{Value, json};

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_a_backup_restored() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (document, backups) = back_up_one(&desk)?;
    let damaged = damage(&desk)?;

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

    let aside = set_aside(&desk)?;
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(fs::read(aside[0].join("flowkeep.db"))?, damaged);

    // What was restored opens as if nothing had been.
    window.close().await?;
    let window = Window::open(&desk).await?;
    window.close().await
}

#[tokio::test]
async fn the_newest_good_backup_is_found_without_the_database() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (document, _) = back_up_one(&desk)?;
    let damaged = damage(&desk)?;
    let window = Window::start(&desk).await?;
    window.shown("recovery-restore-newest").await?;

    // Another process works with the data: nothing is moved under its feet.
    let lock = fs::File::options()
        .write(true)
        .open(desk.data().join("lock"))?;
    lock.try_lock()?;
    window.click("recovery-restore-newest").await?;
    window
        .text_of("recovery-failure", |text| text.contains("Another Flowkeep"))
        .await?;
    assert_eq!(fs::read(desk.data().join("flowkeep.db"))?, damaged);
    assert!(set_aside(&desk)?.is_empty());
    drop(lock);

    window.click("recovery-restore-newest").await?;
    window
        .text_of("page-title", |text| text.contains("restored"))
        .await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "kept"])?, document);
    window.close().await
}

#[tokio::test]
async fn a_safety_copy_newer_than_any_backup_is_offered() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (_, backups) = back_up_one(&desk)?;
    let file = desk.folder().join("newer.json");
    let newer = json!({"id": "kept", "name": "Newer", "tasks": []});
    fs::write(&file, serde_json::to_string(&newer)?)?;
    desk.flowkeep(&["flow", "update", "kept", &file.to_string_lossy()])?;
    // A restore keeps a copy of what was before it.
    desk.flowkeep(&["db", "restore", "-f", "-i", &backups.to_string_lossy()])?;
    let damaged = damage(&desk)?;

    let window = Window::start(&desk).await?;
    window.shown("recovery-restore-newest").await?;
    window.click("recovery-use-copy").await?;
    window
        .text_of("page-title", |text| text.contains("restored"))
        .await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "kept"])?, newer);
    let aside = set_aside(&desk)?;
    assert_eq!(fs::read(aside[0].join("flowkeep.db"))?, damaged);
    window.close().await
}

#[tokio::test]
async fn data_of_a_newer_version_stays_and_the_copy_from_before_can_be_used() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (document, _) = back_up_one(&desk)?;
    let database = desk.data().join("flowkeep.db");
    let copy = fs::read(&database)?;
    let mut file = fs::File::options().write(true).open(&database)?;
    // Where SQLite keeps `user_version`.
    file.seek(SeekFrom::Start(60))?;
    file.write_all(&99_u32.to_be_bytes())?;
    drop(file);
    let newer = fs::read(&database)?;

    let window = Window::start(&desk).await?;
    window
        .text_of("recovery-reason", |text| text.contains("newer Flowkeep"))
        .await?;
    for mended in ["restore-newest", "restore-other", "use-copy"] {
        window.gone(&format!("recovery-{mended}")).await?;
    }
    let asked = "return await window.__TAURI_INTERNALS__.invoke('recovery_restore', {token: ''})\
        .catch(error => error.code)";
    assert_eq!(window.ask(asked).await?, "database_newer");
    assert_eq!(fs::read(&database)?, newer);
    assert!(set_aside(&desk)?.is_empty());
    window.close().await?;

    // The newer version keeps a copy before it changes the database.
    let safety = desk.data().join("safety");
    fs::create_dir_all(&safety)?;
    fs::write(safety.join("before-migration-7-1790000000000.db"), copy)?;
    let window = Window::start(&desk).await?;
    window.click("recovery-use-copy").await?;
    window
        .text_of("page-title", |text| text.contains("restored"))
        .await?;
    assert_eq!(desk.flowkeep(&["flow", "show", "kept"])?, document);
    let aside = set_aside(&desk)?;
    assert_eq!(fs::read(aside[0].join("flowkeep.db"))?, newer);
    window.close().await
}

#[tokio::test]
async fn nothing_is_left_in_a_folder_that_is_refused() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    fs::create_dir(desk.data().join(".stfolder"))?;
    let window = Window::start(&desk).await?;
    window
        .text_of("recovery-reason", |text| text.contains("Syncthing"))
        .await?;
    window.close().await?;
    let left: Vec<_> = fs::read_dir(desk.data())?.collect::<Result<_, _>>()?;
    assert_eq!(left.len(), 1, "only the mark is there: {left:?}");
    Ok(())
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
    desk.painted(&desk.data()).await?;
    desk.run("xdotool", &["windowactivate", "--sync", &recovery])?;
    // The second button is "Try again".
    desk.press(&["Tab", "Tab", "Return"])?;
    desk.window_of_width(1280).await?;
    assert_eq!(window.try_wait()?, None, "it is the same process");
    window.kill()?;
    window.wait()?;
    Ok(())
}

#[tokio::test]
async fn another_folder_is_remembered_also_by_the_command_line() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    let usual = desk.folder().join("home/.local/share/flowkeep");
    fs::create_dir_all(&usual)?;
    fs::write(usual.join("flowkeep.db"), vec![b'x'; 8192])?;
    let chosen = desk.folder().join("chosen");
    fs::create_dir(&chosen)?;

    // Without the driver, which ends a browser that starts itself anew; and told no folder.
    let mut window = desk.command(desktop()?).spawn()?;
    let recovery = desk.window_of_width(640).await?;
    desk.painted(&usual).await?;
    desk.picture(&desk.folder().join("recovery.png")).await?;
    let title = words("recovery_choose_folder_title")?;
    desk.run("xdotool", &["windowactivate", "--sync", &recovery])?;
    // The last button of the page.
    desk.press(&["shift+Tab", "Return"])?;
    desk.choose_in_dialog(&title, &chosen).await?;
    desk.window_of_width(1280).await?;
    assert_eq!(window.try_wait()?, None, "it is the same process");
    window.kill()?;
    window.wait()?;

    // The next start, told nothing, and the command line are where the choice leads.
    let mut window = desk.command(desktop()?).spawn()?;
    desk.window_of_width(1280).await?;
    let doctor = desk.run(&cli()?.to_string_lossy(), &["--json", "doctor"])?;
    assert!(doctor.contains("doctor_folder_chosen"), "{doctor}");
    assert!(doctor.contains(&*chosen.to_string_lossy()), "{doctor}");
    window.kill()?;
    window.wait()?;

    // Its drive is not there: said, and nothing is made in its place.
    fs::rename(&chosen, desk.folder().join("unplugged"))?;
    let mut window = desk.command(desktop()?).spawn()?;
    desk.window_of_width(640).await?;
    assert!(!chosen.exists());
    window.kill()?;
    window.wait()?;
    Ok(())
}

/// Keeps a document and backs it up; answers it and the folder the backup is in.
fn back_up_one(desk: &Desk) -> Result<(Value, PathBuf)> {
    let file = desk.folder().join("kept.json");
    let document = json!({"id": "kept", "name": "Kept", "tasks": []});
    fs::write(&file, serde_json::to_string(&document)?)?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let backups = desk.folder().join("backups");
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    Ok((document, backups))
}

/// Writes over the database; answers what is there now.
fn damage(desk: &Desk) -> Result<Vec<u8>> {
    let damaged = vec![b'x'; 8192];
    fs::write(desk.data().join("flowkeep.db"), &damaged)?;
    Ok(damaged)
}

/// The folders of databases that were set aside.
fn set_aside(desk: &Desk) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(desk.data())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("damaged-") {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
