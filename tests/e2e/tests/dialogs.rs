//! A file dialog lists the data folder while the window has it open: nothing of the database is taken away by
//! that, however many other processes come and go.

use std::fs;

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::json;

/// The files of the database that the window still has open and that somebody has removed.
fn removed(process: i32) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for entry in fs::read_dir(format!("/proc/{process}/fd"))? {
        let Ok(target) = fs::read_link(entry?.path()) else {
            continue;
        };
        let target = target.to_string_lossy().into_owned();
        if target.contains("flowkeep.db") && target.ends_with("(deleted)") {
            removed.push(target);
        }
    }
    Ok(removed)
}

#[tokio::test]
async fn a_dialog_that_lists_the_data_folder_takes_nothing_from_the_database() -> Result<()> {
    let language = Language::English;
    let desk = Desk::new(language).await?;
    let workflow = json!({"id": "describe", "name": "Describe", "tasks": []});
    let file = desk.folder().join("workflow.json");
    fs::write(&file, workflow.to_string())?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let window = Window::open(&desk).await?;
    let process = window.process().await?.as_raw_nonzero().get();

    window.click("nav-task-folders").await?;
    window.click("folder-use").await?;
    let title = language.words("task_folder_use_pick")?;
    desk.choose_in_dialog(&title, &desk.data().join("logs"))
        .await?;
    // Whoever opens the data and goes again would clean up behind a window that had gone without a word.
    for _ in 0..2 {
        let list = desk.flowkeep(&["flow", "list"])?;
        assert_eq!(list["total"], 1);
    }
    assert_eq!(removed(process)?, [""; 0]);
    Ok(())
}
