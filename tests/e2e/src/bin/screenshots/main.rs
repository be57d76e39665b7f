//! `make screenshots`: the screens of the real window, with the example and a little history, as
//! pictures of 1280 × 800, English in light and Chinese in dark. With `--all` a tour instead: every screen
//! and dialog in every language, theme and size, with much data and with none; or those alone in whose
//! names one of the words after it stands.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod connections;
mod fallen;
mod folders;
mod notices;
mod office;
mod people;
mod runs;
mod sheets;
mod tour;
mod worn;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, configs, drop_on_window};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(folder) = arguments.next() else {
        bail!("usage: screenshots FOLDER [--all [WORD…]]")
    };
    let folder = std::path::absolute(PathBuf::from(folder))?;
    let all = arguments.next().is_some_and(|argument| argument == "--all");
    if all {
        let words: Vec<String> = arguments
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        return tour::shoot(&folder, &words).await;
    }
    shoot(Language::English, "light", &folder, "en-light").await?;
    shoot(Language::Chinese, "dark", &folder, "zh-dark").await
}

async fn shoot(language: Language, theme: &str, folder: &Path, end: &str) -> Result<()> {
    // Room for the window's frame, which is not in the pictures.
    let home = if language == Language::English {
        "ada"
    } else {
        "linwei"
    };
    let desk = Desk::with_home(home, language, (1320, 860)).await?;
    let usb = Disk::new()?;
    let backups = usb.0.join("Backups");
    let window = Window::open(&desk).await?;
    let settings = json!({"theme": theme, "backup_folder_asked": true,
        "display_name": if language == Language::English { "Ada" } else { "林薇" }});
    window.call("settings_update", &settings).await?;
    window.call("example_add", &json!({})).await?;
    fs::create_dir(&backups)?;
    window.click("nav-backup").await?;
    window.click("choose-backup-folder").await?;
    desk.choose_in_dialog(&language.words("backup_pick_title")?, &backups)
        .await?;
    let kept = usb.0.join("Workflows");
    office::write(language, &kept, 1)?;
    desk.flowkeep(&["flow", "import", &kept.to_string_lossy()])?;
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    // Since then: one was changed, one was lost.
    let changed = kept.join("stock.json");
    let text = fs::read_to_string(&changed)?;
    fs::write(
        &changed,
        text.replace("\"maxConcurrent\":2", "\"maxConcurrent\":6"),
    )?;
    desk.flowkeep(&["flow", "update", "stock", &changed.to_string_lossy()])?;
    desk.flowkeep(&["flow", "delete", "reconcile"])?;
    let runs = runs::make(&desk, language, &usb.0.join("Runs")).await?;
    let files = earlier_tool(&usb.0)?;

    let picture = async |name: &str| {
        let file = folder.join(format!("{name}-{end}.png"));
        window.picture(&file).await?;
        println!("{}", file.display());
        anyhow::Ok(())
    };
    window.click("nav-overview").await?;
    window.shown("waiting-for-you").await?;
    picture("overview").await?;
    runs.shoot(&window, &picture).await?;
    window.click("nav-workflows").await?;
    picture("workflows").await?;
    window.click("row-example-month-end").await?;
    window.shown("field-name").await?;
    picture("workflow").await?;
    window.click("nav-workflows").await?;
    let dropped: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    drop_on_window(&desk, &window, &dropped).await?;
    window.shown("import-apply").await?;
    picture("import").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-import").await?;
    window.click("nav-backup").await?;
    let restore = window
        .shown_by(Locator::Css("[data-testid^=\"restore-\"]"))
        .await?;
    picture("backup").await?;
    restore.click().await?;
    window.shown("apply-restore").await?;
    // Each group comes by itself; the one that was changed has something to compare.
    window.click("choose-deleted_here").await?;
    let changed = "[data-testid=\"group-changed_here\"] [data-testid^=\"item-\"] button";
    window
        .shown_by(Locator::Css(changed))
        .await?
        .click()
        .await?;
    window
        .text_of("plan-detail", |text| text.contains('6'))
        .await?;
    picture("restore").await?;
    window.click("nav-activity").await?;
    picture("activity").await?;
    window.click("nav-settings").await?;
    window.shown("diagnostics").await?;
    picture("settings").await?;
    let folders = folders::make(&window, language, &usb.0).await?;
    window.click("nav-task-folders").await?;
    window.click(&format!("row-{}", folders.earlier)).await?;
    window.click("tab-archives").await?;
    window.shown("archive-panel").await?;
    picture("folder").await?;
    let named = match language {
        Language::English => "Customer import",
        Language::Chinese => "客户数据导入",
    };
    let sessions = configs::make(&desk, named)?;
    window.click("nav-sessions").await?;
    window
        .click(&format!("session-{}", sessions.paused))
        .await?;
    window.shown("files-then-and-now").await?;
    picture("sessions").await?;
    window.close().await
}

/// A disk for the backups, whose name in the pictures reads as an operator's would. It is a folder
/// made for the run and taken away after it.
struct Disk(PathBuf);

impl Disk {
    /// Below `/media` where that may be written, else in the home folder.
    fn new() -> Result<Self> {
        let home = std::env::var_os("HOME").context("a home folder")?;
        for disk in [PathBuf::from("/media/usb"), PathBuf::from(home).join("usb")] {
            let made = fs::create_dir_all(disk.parent().context("a folder above")?)
                .and_then(|()| fs::create_dir(&disk));
            match made {
                Ok(()) => return Ok(Self(disk)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    bail!(
                        "{} is there already; it is not this program's",
                        disk.display()
                    )
                }
                Err(_) => {}
            }
        }
        bail!("no folder for the backups can be made")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is left behind is said at the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A few files such as an earlier tool leaves behind; the second is the first, changed.
fn earlier_tool(disk: &Path) -> Result<Vec<PathBuf>> {
    let folder = disk.join("Earlier tool");
    fs::create_dir_all(&folder)?;
    let workflow = |name: &str, concurrent: u32| {
        json!({"id": "payroll", "name": name, "priority": 1, "maxConcurrent": concurrent,
            "tasks": [
                {"id": "load", "name": "Load", "action": "manual", "params": {"instruction": "Load"}},
                {"id": "check", "name": "Check", "action": "manual", "dependsOn": ["load"],
                 "params": {"instruction": "Check"}}]})
        .to_string()
    };
    let contents = [
        ("nightly-load.json", workflow("Nightly load", 2)),
        ("nightly-load-2.json", workflow("Nightly load and check", 3)),
        (
            "roadmap.json",
            json!({"id": "year", "title": "The year", "milestones": []}).to_string(),
        ),
        (
            "review.md",
            "---\nname: Review\n---\nTwo people read every change.\n".to_owned(),
        ),
        ("half.json", "{\"id\": \"half\", \"name\": ".to_owned()),
        (
            "notes.txt",
            "Call the printer about the new labels.\n".to_owned(),
        ),
    ];
    let mut files = Vec::new();
    for (name, text) in contents {
        let file = folder.join(name);
        fs::write(&file, text)?;
        files.push(file);
    }
    Ok(files)
}
