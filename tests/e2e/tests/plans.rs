//! Plans: what an import or a restore would do is shown as it is, also when it moves meanwhile.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window, eventually, words};
use serde_json::{Value, json};

/// A workflow in a file of its own, and the file.
fn workflow(desk: &Desk, file: &str, id: &str, concurrent: u32) -> Result<PathBuf> {
    let folder = desk.folder().join("files");
    fs::create_dir_all(&folder)?;
    let file = folder.join(file);
    let document = json!({"id": id, "name": id, "maxConcurrent": concurrent, "tasks": []});
    fs::write(&file, document.to_string())?;
    Ok(file)
}

fn concurrent(desk: &Desk, id: &str) -> Result<Value> {
    Ok(desk.flowkeep(&["flow", "show", id])?["maxConcurrent"].clone())
}

async fn open(desk: &Desk) -> Result<Window<'_>> {
    let window = Window::open(desk).await?;
    Ok(window)
}

#[tokio::test]
async fn a_folder_is_imported_item_by_item() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let kept = workflow(&desk, "kept.json", "kept", 2)?;
    desk.flowkeep(&["flow", "import", &kept.to_string_lossy()])?;
    workflow(&desk, "kept.json", "kept", 5)?;
    workflow(&desk, "more.json", "more", 1)?;
    let window = open(&desk).await?;

    window.click("nav-workflows").await?;
    window.click("import-folder").await?;
    let folder = kept.parent().context("a folder")?;
    desk.choose_in_dialog(&words("import_pick_folder_title")?, folder)
        .await?;
    window.shown("import-apply").await?;
    // How the one that is there already differs, and back to all of them.
    let compare = Locator::Css("[data-testid^=\"compare-\"]");
    window.shown_by(compare).await?.click().await?;
    let differs = |text: &str| text.contains('2') && text.contains('5');
    window.text_of("dialog-import", differs).await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.shown("import-apply").await?;
    let take = Locator::Css("[data-testid^=\"take-\"]");
    window.shown_by(take).await?.click().await?;
    window.click("import-apply").await?;
    window.gone("dialog-import").await?;
    assert_eq!(concurrent(&desk, "kept")?, 5);
    assert_eq!(concurrent(&desk, "more")?, 1);
    window.close().await
}

#[tokio::test]
async fn a_drop_that_differs_is_skipped_unless_taken() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let kept = workflow(&desk, "kept.json", "kept", 2)?;
    desk.flowkeep(&["flow", "import", &kept.to_string_lossy()])?;
    workflow(&desk, "kept.json", "kept", 5)?;
    let more = workflow(&desk, "more.json", "more", 1)?;
    let window = open(&desk).await?;
    drop_on_window(&desk, &window, &[&kept, &more]).await?;
    window.click("import-apply").await?;
    window.gone("dialog-import").await?;
    assert_eq!(concurrent(&desk, "kept")?, 2);
    assert_eq!(concurrent(&desk, "more")?, 1);
    window.close().await
}

#[tokio::test]
async fn a_restore_that_moved_is_shown_anew_before_anything_is_written() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    for id in ["first", "second", "third"] {
        let file = workflow(&desk, &format!("{id}.json"), id, 2)?;
        desk.flowkeep(&["flow", "import", &file.to_string_lossy()])?;
    }
    let backups = desk.folder().join("backups");
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    let backup = fs::read_dir(&backups)?.next().context("a backup")??.path();
    for id in ["first", "second"] {
        desk.flowkeep(&["flow", "delete", id])?;
    }
    let window = open(&desk).await?;

    // The plan, of a folder chosen in the native dialog.
    window.click("nav-backup").await?;
    window.click("restore").await?;
    desk.choose_in_dialog(&words("restore_pick_title")?, &backup)
        .await?;
    window.click("choose-deleted_here").await?;
    window.shown("apply-restore").await?;

    // One of those it would bring back is made anew elsewhere.
    let changed = workflow(&desk, "second.json", "second", 7)?;
    desk.flowkeep(&["flow", "import", &changed.to_string_lossy()])?;
    window.click("apply-restore").await?;
    let anew = words("plan_made_anew")?;
    window
        .text_of("plan-made-anew", |text| text.contains(&anew))
        .await?;
    window
        .text_of("group-changed_here", |text| text.contains("second"))
        .await?;
    assert!(desk.flowkeep(&["flow", "show", "first"]).is_err());

    // Looked at again, it is carried out; the change made meanwhile stays.
    window.click("choose-deleted_here").await?;
    window.click("apply-restore").await?;
    window.shown("restore-done").await?;
    eventually("the restored workflow", async || {
        Ok(desk.flowkeep(&["flow", "show", "first"]).ok())
    })
    .await?;
    assert_eq!(concurrent(&desk, "second")?, 7);
    window.close().await
}
