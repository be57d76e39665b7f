//! Task folders in the real window: a folder of an earlier tool is chosen in the native dialog, its
//! archives are found, a list of tables is dropped on it, its files are archived and found again, and those of the
//! earlier archive are compared and put back. In the end it leaves the list.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window};
use serde_json::json;

/// A folder as an earlier tool leaves one: its last results, and the archive of those before.
fn earlier_folder(folder: &Path) -> Result<()> {
    let archive = folder.join("file_bak_20250721_120236");
    fs::create_dir_all(&archive)?;
    let record = json!({
        "backup_time": "2025-07-21T12:02:36.512345",
        "backup_directory": "file_bak_20250721_120236",
        "moved_files": ["orders.ddl", "gone.ddl"],
        "failed_files": [],
        "task_id": "task_20250721_113010",
    });
    fs::write(archive.join("backup_info.json"), record.to_string())?;
    fs::write(archive.join("orders.ddl"), "CREATE TABLE orders(old);")?;
    fs::write(folder.join("orders.ddl"), "CREATE TABLE orders(new);")?;
    fs::write(folder.join("metadata.txt"), "2 tables\n")?;
    fs::write(folder.join("table_list.txt"), "orders\n")?;
    Ok(())
}

/// Puts the earlier tool's archive back: what is gone is named, and today's makes way into an archive.
async fn put_back(window: &Window<'_>, folder: &Path, old: &str) -> Result<()> {
    fs::write(folder.join("orders.ddl"), "CREATE TABLE orders(today);")?;
    window.click(&format!("archive-{old}")).await?;
    window.click("archive-compare").await?;
    window
        .text_of("text-difference", |text| {
            text.contains("old") && text.contains("today")
        })
        .await?;
    window.focus().await?;
    window.desk().press(&["Escape"])?;
    window.gone("dialog-compare").await?;
    window.click("archive-put-back").await?;
    window
        .text_of("put-back-hindered", |text| text.contains("gone.ddl"))
        .await?;
    window
        .text_of("put-back-makes-way", |text| text.contains("orders.ddl"))
        .await?;
    window.click("put-back-start").await?;
    window
        .text_of("put-back-done", |text| text.contains("file_bak_"))
        .await?;
    assert_eq!(
        fs::read_to_string(folder.join("orders.ddl"))?,
        "CREATE TABLE orders(old);"
    );
    assert!(folder.join(old).join("orders.ddl").is_file());
    let made_way = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("orders.ddl"))
        .filter_map(|path| fs::read_to_string(path).ok())
        .any(|text| text == "CREATE TABLE orders(today);");
    assert!(made_way, "today's file is in an archive");
    Ok(())
}

#[tokio::test]
async fn an_earlier_folder_is_taken_over_given_a_list_and_archived() -> Result<()> {
    let language = Language::English;
    let desk = Desk::new(language).await?;
    let folder = desk.folder().join("task_20250721_113010");
    earlier_folder(&folder)?;
    let list = desk.folder().join("tables.txt");
    fs::write(&list, "orders, customers\n# notes\ntwo words\n")?;
    let window = Window::open(&desk).await?;
    let workflow = json!({"id": "describe", "name": "Describe a database", "tasks": [
        {"id": "look", "name": "Look", "action": "manual", "params": {"instruction": "Look"}}]});
    let text = json!({"text": workflow.to_string(), "format": "json"});
    window.call("flow_create", &text).await?;

    // Taken over: nothing in it changes, and the earlier archive is there.
    window.click("nav-task-folders").await?;
    window.click("folder-use").await?;
    desk.choose_in_dialog(&language.words("task_folder_use_pick")?, &folder)
        .await?;
    window.click("pick-workflow").await?;
    window.click("pick-describe").await?;
    window.click("folder-adopt").await?;
    window.shown("row-orders.ddl").await?;
    assert!(folder.join("orders.ddl").is_file());
    window.click("tab-archives").await?;
    window
        .text_of("archive-file_bak_20250721_120236", |text| {
            text.contains("earlier tool") && text.contains("1 file is missing")
        })
        .await?;

    // A list that is dropped is shown first; the one that was there stays beside it.
    drop_on_window(&desk, &window, &[&list]).await?;
    window
        .text_of("table-names", |text| {
            text.contains("orders") && text.contains("customers")
        })
        .await?;
    window
        .text_of("table-dropped", |text| text.contains("two words"))
        .await?;
    assert_eq!(
        fs::read_to_string(folder.join("table_list.txt"))?,
        "orders\n"
    );
    window.click("table-list-put").await?;
    window.gone("dialog-table-list").await?;
    assert_eq!(fs::read(folder.join("table_list.txt"))?, fs::read(&list)?);

    // Archived: all but the list is in a new archive, where the window shows it.
    window.click("folder-archive").await?;
    window.click("archive-start").await?;
    window.click("archive-look").await?;
    window
        .shown_by(Locator::Css(
            "[data-testid=\"archive-panel\"] [data-testid=\"row-orders.ddl\"]",
        ))
        .await?;
    let mut left: Vec<String> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    left.sort();
    let [new, old, table_list] = left.as_slice() else {
        anyhow::bail!("two archives and the list of tables, not {left:?}");
    };
    // The newer of the two names comes last.
    let (old, new) = if old < new { (old, new) } else { (new, old) };
    assert_eq!(
        (old.as_str(), table_list.as_str()),
        ("file_bak_20250721_120236", "table_list.txt")
    );
    let archive = folder.join(new);
    assert_eq!(
        fs::read_to_string(archive.join("orders.ddl"))?,
        "CREATE TABLE orders(new);"
    );
    let earlier_list = fs::read_dir(&archive)?
        .filter_map(Result::ok)
        .find(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("table_list_")
        })
        .context("the list that was there before")?;
    assert_eq!(fs::read_to_string(earlier_list.path())?, "orders\n");

    put_back(&window, &folder, old).await?;

    // Off the list: nothing in it changes.
    window.click("tab-settings").await?;
    window.click("folder-forget").await?;
    window.click("folder-forget-go").await?;
    window.gone("dialog-forget-folder").await?;
    assert_eq!(desk.flowkeep(&["folder", "list"])?["total"], 0);
    assert!(folder.join(old).join("backup_info.json").is_file());
    window.close().await
}
