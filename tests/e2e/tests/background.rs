//! Nobody looks: the window is closed, the session ends, and what goes on goes on.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Tied, Window, desktop, eventually, web_processes};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};

/// A workflow that starts when somebody tells of `goods.in`.
fn listens(desk: &Desk) -> Result<()> {
    let workflow = json!({"id": "count", "name": "Count the goods", "trigger": "event",
        "event": {"name": "goods.in"},
        "tasks": [{"id": "wait", "action": "wait", "params": {"ms": 0}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    Ok(())
}

/// A run of a task that goes on until the file is there, and leaves a line beside it each time it
/// begins.
fn works_until(desk: &Desk, mark: &Path, idempotent: bool) -> Result<String> {
    let script = format!(
        "echo began >> '{0}.begins'; until [ -e '{0}' ]; do sleep 0.05; done",
        mark.display()
    );
    let task = json!({"id": "work", "action": "program.run", "idempotent": idempotent,
        "params": {"program": "sh", "args": ["-c", script]}});
    let workflow = json!({"id": "works", "name": "Works", "tasks": [task]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let started = desk.flowkeep(&["run", "start", "works"])?;
    let id = started["run_id"].as_str().context("a run")?;
    Ok(id.to_owned())
}

fn begins(mark: &Path) -> usize {
    let told = PathBuf::from(format!("{}.begins", mark.display()));
    std::fs::read_to_string(told).map_or(0, |lines| lines.lines().count())
}

async fn has_begun(mark: &Path, times: usize) -> Result<()> {
    eventually(
        format!("the task to begin for the {times}. time"),
        async || Ok((begins(mark) == times).then_some(())),
    )
    .await
}

async fn comes_to(desk: &Desk, run: &str, status: &str) -> Result<()> {
    let mut last = Value::Null;
    let come = eventually(format!("a run that is {status}"), async || {
        last = desk.flowkeep(&["run", "show", run])?;
        Ok((last["status"] == status).then_some(()))
    })
    .await;
    come.with_context(|| last.to_string())
}

async fn no_window(desk: &Desk) -> Result<()> {
    eventually("the window to go", async || {
        Ok(desk.windows_named("^Flowkeep$")?.is_empty().then_some(()))
    })
    .await
}

async fn a_window(desk: &Desk) -> Result<()> {
    eventually("the window", async || {
        Ok((!desk.windows_named("^Flowkeep$")?.is_empty()).then_some(()))
    })
    .await
}

async fn gone(process: Pid) -> Result<()> {
    eventually("the process to end", async || {
        Ok(test_kill_process(process).is_err().then_some(()))
    })
    .await
}

/// A start from the menu: it brings the window up and ends, or becomes the window.
async fn start_from_menu(desk: &Desk) -> Result<()> {
    let mut command = desk.command(desktop()?);
    command.arg("--data-dir").arg(desk.data());
    let ended = desk.end_of(command).await?;
    ensure!(ended.success(), "the second start ends well: {ended}");
    Ok(())
}

#[tokio::test]
async fn closing_asks_once_and_what_listens_goes_on_without_a_window() -> Result<()> {
    for (language, title) in [
        (Language::English, "Keep running in the background?"),
        (Language::Chinese, "要在后台继续运行吗？"),
    ] {
        let desk = Desk::new(language).await?;
        listens(&desk)?;
        let window = Window::open(&desk).await?;
        let process = window.process().await?;
        window.focus().await?;
        desk.press(&["alt+F4"])?;
        let dialog = window
            .text_of("dialog-closing", |text| !text.is_empty())
            .await?;
        assert!(dialog.contains(title), "{dialog}");
        window
            .keep_picture(&format!("closing-{language:?}.png"))
            .await?;
        // Whoever did not mean it stays, and is asked again.
        desk.press(&["Escape"])?;
        window.gone("dialog-closing").await?;
        desk.press(&["alt+F4"])?;
        window.click("closing-stay").await?;
        no_window(&desk).await?;
        eventually("the web view to be given back", async || {
            let number = u32::try_from(process.as_raw_nonzero().get())?;
            Ok(web_processes(number).is_empty().then_some(()))
        })
        .await?;

        let told = desk.flowkeep(&["event", "emit", "goods.in"])?;
        let run = told["started"][0].as_str().context("a run")?;
        comes_to(&desk, run, "succeeded").await?;

        start_from_menu(&desk).await?;
        a_window(&desk).await?;
        // It is remembered: nobody is asked any more.
        let id = desk.windows_named("^Flowkeep$")?.remove(0);
        desk.run("xdotool", &["windowactivate", "--sync", &id])?;
        eventually("the page to be drawn", async || {
            let number = u32::try_from(process.as_raw_nonzero().get())?;
            Ok((!web_processes(number).is_empty()).then_some(()))
        })
        .await?;
        if let Some(folder) = std::env::var_os("FLOWKEEP_PICTURES") {
            let name = format!("again-{language:?}.png");
            desk.picture(&Path::new(&folder).join(name)).await?;
        }
        desk.press(&["alt+F4"])?;
        no_window(&desk).await?;
        assert!(test_kill_process(process).is_ok(), "it goes on");
        // With nothing left that could start, it ends by itself.
        desk.flowkeep(&["schedule", "pause", "count"])?;
        gone(process).await?;
    }
    Ok(())
}

#[tokio::test]
async fn quitting_is_remembered_and_takes_runs_back_until_the_next_start() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let mark = desk.folder().join("mark");
    let run = works_until(&desk, &mark, true)?;
    let window = Window::open(&desk).await?;
    let process = window.process().await?;
    has_begun(&mark, 1).await?;
    window.focus().await?;
    desk.press(&["alt+F4"])?;
    window
        .text_of("dialog-closing", |text| text.contains("1 run is under way"))
        .await?;
    window.click("closing-quit").await?;
    gone(process).await?;
    drop(window);
    let kept = desk.flowkeep(&["settings", "show"])?;
    assert_eq!(kept["on_close"], "quit");
    let left = desk.flowkeep(&["run", "show", &run])?;
    assert_ne!(left["status"], "running", "{left}");

    std::fs::write(&mark, "")?;
    let window = Window::open(&desk).await?;
    comes_to(&desk, &run, "succeeded").await?;
    assert_eq!(begins(&mark), 2);
    window.close().await
}

#[tokio::test]
async fn a_session_that_ends_leaves_runs_for_the_next_start() -> Result<()> {
    for (signal, idempotent) in [
        (Signal::TERM, true),
        (Signal::HUP, true),
        (Signal::TERM, false),
    ] {
        let desk = Desk::new(Language::English).await?;
        let mark = desk.folder().join("mark");
        let run = works_until(&desk, &mark, idempotent)?;
        let program = desk.start_desktop(&["--background"])?;
        has_begun(&mark, 1).await?;
        assert!(desk.windows_named("^Flowkeep$")?.is_empty());
        kill_process(program.process(), signal)?;
        let ended = program.end().await?;
        assert!(ended.success(), "{signal:?}: {ended}");
        let left = desk.flowkeep(&["run", "show", &run])?;
        let task = &left["tasks"][0];
        if idempotent {
            assert_ne!(left["status"], "running", "{signal:?}: {left}");
        } else {
            // Nobody knows how far it came.
            assert_eq!(left["status"], "waiting", "{left}");
        }
        assert_eq!(task["attempts"][0]["status"], "interrupted", "{left}");

        std::fs::write(&mark, "")?;
        let next = desk.start_desktop(&["--background"])?;
        if idempotent {
            comes_to(&desk, &run, "succeeded").await?;
            assert_eq!(begins(&mark), 2, "{signal:?}");
        }
        // There is nothing left that could go on by itself.
        assert!(next.end().await?.success());
        if !idempotent {
            assert_eq!(begins(&mark), 1, "it was not done again unasked");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_signal_ends_an_open_window_in_order_and_keeps_the_draft() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    listens(&desk)?;
    let window = Window::open(&desk).await?;
    let process = window.process().await?;
    window.click("nav-workflows").await?;
    window.click("row-count").await?;
    window.fill("field-name", "Count all goods").await?;
    kill_process(process, Signal::TERM)?;
    gone(process).await?;
    drop(window);
    let database = desk.data().join("flowkeep.db");
    let kept = desk.run(
        "sqlite3",
        &[&database.to_string_lossy(), "SELECT text FROM draft"],
    )?;
    assert!(kept.contains("Count all goods"), "{kept}");
    Ok(())
}

#[tokio::test]
async fn a_start_while_the_app_ends_becomes_the_next_window() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let mark = desk.folder().join("mark");
    works_until(&desk, &mark, true)?;
    let first = desk.start_desktop(&["--background"])?;
    has_begun(&mark, 1).await?;
    kill_process(first.process(), Signal::TERM)?;
    let next: Tied = desk.start_desktop(&[])?;
    assert!(first.end().await?.success());
    a_window(&desk).await?;
    has_begun(&mark, 2).await?;
    kill_process(next.process(), Signal::TERM)?;
    assert!(next.end().await?.success());
    Ok(())
}
