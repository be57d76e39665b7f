//! What is typed and not saved outlives the window, however that ends.

use std::fs;

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

const SAVED: &str = "Nightly close";

/// A desk with one workflow, and its form in the window.
async fn editing(desk: &Desk) -> Result<Window<'_>> {
    let file = desk.folder().join("nightly.json");
    let document = json!({"id": "nightly", "name": SAVED, "tasks": [{"id": "load"}]});
    fs::write(&file, serde_json::to_string_pretty(&document)?)?;
    desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    let window = Window::open(desk).await?;
    window.click("nav-workflows").await?;
    window.click("row-nightly").await?;
    window.shown("field-name").await?;
    Ok(window)
}

/// Puts the cursor behind the name, types on, and waits for the last letter to stand there: what the
/// test does next may otherwise go past keys that still wait to be handled.
async fn type_on(window: &Window<'_>, text: &str) -> Result<()> {
    window.click("field-name").await?;
    window.desk().press(&["End"])?;
    window.desk().type_text(text)?;
    name_is(window, &format!("{SAVED}{text}")).await
}

async fn name_is(window: &Window<'_>, name: &str) -> Result<()> {
    let script = "return document.querySelector('[data-testid=\"field-name\"]')?.value ?? null";
    eventually(format!("{name} in its field"), async || {
        Ok((window.ask(script).await? == name).then_some(()))
    })
    .await
}

/// The window says that the draft is there, and opens it.
async fn finds_the_draft(desk: &Desk, text: &str) -> Result<()> {
    let window = Window::open(desk).await?;
    window
        .text_of("state", |state| state == "1 unsaved draft")
        .await?;
    let toast = window
        .text_of("toast", |said| said.contains("still here"))
        .await?;
    assert!(toast.contains(SAVED), "{toast}");
    window.click("open-draft").await?;
    name_is(&window, text).await?;
    let kept = desk.flowkeep(&["flow", "show", "nightly"])?;
    assert_eq!(kept["name"], SAVED, "a draft is not saved by itself");

    // Saved, it is a revision and no draft any more.
    window.click("save").await?;
    window
        .text_of("state", |state| state == "All saved")
        .await?;
    let kept = desk.flowkeep(&["flow", "show", "nightly"])?;
    assert_eq!(kept["name"], text);
    window.close().await
}

#[tokio::test]
async fn a_draft_is_there_after_the_window_was_killed() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = editing(&desk).await?;
    type_on(&window, " of books").await?;
    let database = desk.data().join("flowkeep.db");
    eventually("the draft to be kept", async || {
        let database = database.to_string_lossy();
        let kept = desk.run("sqlite3", &[&database, "SELECT text FROM draft"])?;
        Ok(kept.contains("Nightly close of books").then_some(()))
    })
    .await?;
    let process = window.process().await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    drop(window);

    finds_the_draft(&desk, "Nightly close of books").await
}

#[tokio::test]
async fn the_last_letter_before_the_window_is_closed_is_there() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = editing(&desk).await?;
    type_on(&window, " of books").await?;
    // At once, as the window manager does it: nothing was kept by time or focus yet.
    desk.press(&["alt+F4"])?;
    eventually("the window to close", async || {
        Ok(desk.windows_named("^Flowkeep$")?.is_empty().then_some(()))
    })
    .await?;
    drop(window);

    finds_the_draft(&desk, "Nightly close of books").await
}

#[tokio::test]
async fn a_field_left_right_after_typing_loses_nothing() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = editing(&desk).await?;
    type_on(&window, " of books, as every night").await?;
    window.click("tab-text").await?;
    window.click("save").await?;
    window
        .text_of("state", |state| state == "All saved")
        .await?;
    let kept = desk.flowkeep(&["flow", "show", "nightly"])?;
    assert_eq!(kept["name"], "Nightly close of books, as every night");
    window.close().await
}

#[tokio::test]
async fn taking_theirs_leaves_mine_to_undo() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = editing(&desk).await?;
    type_on(&window, " of mine").await?;
    window
        .text_of("state", |state| state == "1 unsaved draft")
        .await?;
    let theirs = desk.folder().join("theirs.json");
    fs::write(
        &theirs,
        r#"{"id": "nightly", "name": "Theirs", "tasks": []}"#,
    )?;
    desk.flowkeep(&["flow", "update", "nightly", &theirs.to_string_lossy()])?;
    window.shown("draft-behind").await?;

    window.click("save").await?;
    window.click("take-theirs").await?;
    window.gone("dialog-conflict").await?;
    name_is(&window, "Theirs").await?;
    window.click("draft-back").await?;
    name_is(&window, "Nightly close of mine").await?;
    window
        .text_of("state", |state| state == "1 unsaved draft")
        .await?;
    window.close().await
}
