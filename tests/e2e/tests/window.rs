//! The window itself: it opens in the system's language, keeps what it has, and is one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, Window, desktop, eventually};
use serde_json::json;

#[tokio::test]
async fn the_first_screen_speaks_the_systems_language() -> Result<()> {
    for (language, title) in [(Language::English, "Overview"), (Language::Chinese, "概览")] {
        let desk = Desk::new(language).await?;
        let window = Window::open(&desk).await?;
        window.text_of("page-title", |text| text == title).await?;
        window.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_second_start_brings_the_window_forward_and_ends() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let id = window.id().await?;
    desk.run("xdotool", &["windowminimize", "--sync", &id])?;
    assert!(
        desk.windows_named("^Flowkeep$")?.is_empty(),
        "the window is out of sight"
    );

    let mut second = desk.command(desktop()?);
    second.arg("--data-dir").arg(desk.data());
    let second = desk.end_of(second).await?;
    assert!(second.success(), "the second start ends well: {second}");
    assert_eq!(window.id().await?, id, "the same window is in front again");
    eventually("the window to be the active one", async || {
        let active = desk.run("xdotool", &["getactivewindow"])?;
        Ok((active.trim() == id).then_some(()))
    })
    .await?;
    window.close().await
}

#[tokio::test]
async fn it_opens_where_and_as_large_as_it_was_closed() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    let window = Window::open(&desk).await?;
    let place = |id: &str| desk.run("xdotool", &["getwindowgeometry", id]);
    let id = window.id().await?;
    let first = place(&id)?;
    desk.run("xdotool", &["windowsize", "--sync", &id, "1100", "700"])?;
    desk.run("xdotool", &["windowmove", "--sync", &id, "150", "90"])?;
    let left = place(&id)?;
    let told = |place: &str| place.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_ne!(told(&left), told(&first));
    window.close().await?;

    let window = Window::open(&desk).await?;
    let id = window.id().await?;
    eventually("the window where it was", async || {
        Ok((told(&place(&id)?) == told(&left)).then_some(()))
    })
    .await
    .with_context(|| format!("{left} and now {:?}", place(&id)))?;
    window.close().await
}

#[tokio::test]
async fn the_page_can_ask_for_nothing_but_what_its_window_is_for() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    for forbidden in [
        "plugin:fs|read_file",
        "plugin:shell|execute",
        "plugin:event|emit",
        "plugin:window|close",
        "recovery_restore",
        "recovery_choose_folder",
    ] {
        let asked = window
            .ask(&format!(
                "return await window.__TAURI_INTERNALS__.invoke('{forbidden}', {{}})"
            ))
            .await;
        let error = asked.expect_err(forbidden).to_string();
        assert!(
            error.contains("not allowed") || error.contains("not found"),
            "{error}"
        );
    }
    let made_up = "return await window.__TAURI_INTERNALS__.invoke('open_place', {token: '/etc'})\
        .catch(error => error.code)";
    assert_eq!(window.ask(made_up).await?, "place_unknown");
    for blocked in [
        "eval('1')",
        "new Function('return 1')()",
        "await fetch('http://127.0.0.1:9/')",
    ] {
        let ran = window.ask(&format!("{blocked}; return 'ran'")).await;
        assert!(ran.is_err(), "{blocked} ran on the page");
    }
    window.close().await
}

#[tokio::test]
async fn a_data_folder_that_goes_is_said_until_it_is_back() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let away = desk.folder().join("away");
    std::fs::rename(desk.data(), &away)?;
    window.shown("data-gone").await?;
    window
        .text_of("state", |text| text == "Nothing can be saved")
        .await?;
    let create = "return await window.__TAURI_INTERNALS__\
        .invoke('call', {name: 'settings_update', input: {display_name: 'Nobody'}})\
        .catch(error => error.code)";
    assert_eq!(window.ask(create).await?, "data_unreachable");
    std::fs::rename(&away, desk.data())?;
    window.gone("data-gone").await?;
    window.text_of("state", |text| text == "All saved").await?;
    window.close().await
}

#[tokio::test]
async fn a_data_folder_that_can_only_be_read_is_looked_at_in_peace() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let workflow = json!({"id": "nightly", "name": "Nightly", "tasks": []});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let rights = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode));
    let database = desk.data().join("flowkeep.db");
    let before = std::fs::read(&database)?;
    rights(&database, 0o400)?;
    rights(&desk.data(), 0o500)?;

    let window = Window::open_unprivileged(&desk).await?;
    window.shown("data-only_read").await?;
    window
        .text_of("state", |text| text == "Nothing can be saved")
        .await?;
    window.click("nav-workflows").await?;
    window.click("row-nightly").await?;
    // What is typed is not kept, and nobody is told so with each letter.
    window.fill("field-name", "Daily").await?;
    let asked = "const keep = {name: 'draft_keep', input: {kind: 'workflow', id: 'nightly', revision: 1, text: '{}'}};
        return await window.__TAURI_INTERNALS__.invoke('call', keep).catch(error => error.code)";
    assert_eq!(window.ask(asked).await?, "data_only_read");
    window.click("save").await?;
    window
        .text_of("toast", |text| text.contains("can only be read"))
        .await?;
    let toasts = "return document.querySelectorAll('[data-testid=toast]').length";
    assert_eq!(window.ask(toasts).await?, 1, "only the save was refused");
    for place in [
        "runs", "library", "backup", "activity", "settings", "overview",
    ] {
        window.click(&format!("nav-{place}")).await?;
        window.shown("page-title").await?;
        window.shown("data-only_read").await?;
    }
    window.close().await?;
    rights(&desk.data(), 0o700)?;
    assert_eq!(std::fs::read(&database)?, before);
    Ok(())
}

#[tokio::test]
async fn a_window_whose_data_a_newer_version_changed_says_to_restart() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    desk.run(
        "sqlite3",
        &[
            &desk.data().join("flowkeep.db").to_string_lossy(),
            "PRAGMA user_version = 99",
        ],
    )?;
    window.shown("data-newer").await?;
    let change = "return await window.__TAURI_INTERNALS__\
        .invoke('call', {name: 'settings_update', input: {display_name: 'Nobody'}})\
        .catch(error => error.code)";
    assert_eq!(window.ask(change).await?, "database_newer");
    window.shown("restart").await?;
    window.close().await
}
