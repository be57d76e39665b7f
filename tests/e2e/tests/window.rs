//! The window itself: it opens in the system's language, keeps what it has, and is one.

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window, desktop, eventually};

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
