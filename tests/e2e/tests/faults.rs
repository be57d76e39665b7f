//! What breaks in the window itself: a panic, a page that shows nothing, a web process that dies.
//! Each on the real app, started without the driver, which ends a browser that starts anew.

use std::fs;
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, desktop, eventually, web_processes, words};
use rustix::process::{Pid, Signal, kill_process};

#[tokio::test]
async fn a_panic_is_written_down_and_told_at_the_next_start() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    // Without a display the toolkit panics on the main thread: nothing of ours can catch that.
    let mut nowhere = desk.command(desktop()?);
    nowhere.arg("--data-dir").arg(desk.data());
    nowhere.env("DISPLAY", ":no-display").stderr(Stdio::null());
    assert!(!desk.end_of(nowhere).await?.success());
    let logs = desk.data().join("logs");
    let report = fs::read_dir(&logs)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.starts_with("crash-") && name.ends_with("txt"))
        .context("a report")?;
    let text = fs::read_to_string(logs.join(&report))?;
    assert!(text.contains("in thread main"), "{text}");
    assert!(text.contains("Failed to initialize gtk"), "{text}");

    let mut window = start(&desk)?;
    let title = words("shell_crash_title")?;
    desk.dialog(&title).await?;
    desk.picture(&desk.folder().join("crash.png")).await?;
    desk.close_dialog(&title).await?;
    desk.window_of_width(1280).await?;
    end(&mut window)?;
    assert!(!logs.join("crash-untold").exists(), "it is told once");
    assert!(logs.join(report).exists(), "the report stays");
    Ok(())
}

#[tokio::test]
async fn a_page_that_shows_nothing_is_started_in_safe_rendering() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    let mut command = desk.command(desktop()?);
    command.arg("--data-dir").arg(desk.data());
    command.env("FLOWKEEP_FIRST_PAINT_SECONDS", "3");
    let mut window = command.stderr(Stdio::null()).spawn()?;
    // Stopped as soon as it is there, the web process paints nothing.
    let stopped = tokio::time::timeout(std::time::Duration::from_mins(1), async {
        loop {
            if let Some(process) = web_processes(window.id()).pop() {
                return process;
            }
            tokio::task::yield_now().await;
        }
    })
    .await?;
    signal(stopped, Signal::STOP)?;

    let environment = format!("/proc/{}/environ", window.id());
    eventually("the second start", async || {
        let variables = fs::read_to_string(&environment)?;
        Ok(variables
            .contains("FLOWKEEP_SAFE_RENDERING=1")
            .then_some(()))
    })
    .await?;
    signal(stopped, Signal::KILL)?;
    desk.window_of_width(1280).await?;
    desk.picture(&desk.folder().join("safe.png")).await?;
    assert_eq!(window.try_wait()?, None, "it is the same process");
    let needed = fs::read_to_string(desk.data().join("safe-rendering"))?;
    assert_eq!(
        needed,
        env!("CARGO_PKG_VERSION"),
        "remembered until an update"
    );
    end(&mut window)?;

    // The next start goes there straight away.
    let mut window = start(&desk)?;
    let environment = format!("/proc/{}/environ", window.id());
    eventually("safe rendering", async || {
        let variables = fs::read_to_string(&environment)?;
        Ok(variables
            .contains("FLOWKEEP_SAFE_RENDERING=1")
            .then_some(()))
    })
    .await?;
    end(&mut window)
}

#[tokio::test]
async fn a_web_process_that_dies_is_replaced_and_the_page_loaded_again() -> Result<()> {
    let desk = Desk::with_screen(Language::English, 1600, 1000).await?;
    let mut window = start(&desk)?;
    let id = desk.window_of_width(1280).await?;
    desk.painted(&desk.data()).await?;
    desk.run("xdotool", &["windowactivate", "--sync", &id])?;
    // Beside the window: a new page does not know what the pointer rests on.
    desk.run("xdotool", &["mousemove", "0", "0"])?;
    let picture = desk.folder().join("page.png");
    let before = settled(&desk, &picture).await?;

    // Something that only the present page knows, to tell it from the new one.
    desk.press(&["ctrl+k"])?;
    eventually("the search", async || {
        Ok((settled(&desk, &picture).await? != before).then_some(()))
    })
    .await?;

    let died = web_processes(window.id());
    for process in &died {
        signal(*process, Signal::KILL)?;
    }
    eventually("another web process", async || {
        let now = web_processes(window.id());
        Ok((!now.is_empty() && now.iter().all(|process| !died.contains(process))).then_some(()))
    })
    .await?;
    eventually("the page as it was at the start", async || {
        Ok((settled(&desk, &picture).await? == before).then_some(()))
    })
    .await?;
    end(&mut window)
}

fn start(desk: &Desk) -> Result<Child> {
    let mut command = desk.command(desktop()?);
    command.arg("--data-dir").arg(desk.data());
    Ok(command.stderr(Stdio::null()).spawn()?)
}

fn end(window: &mut Child) -> Result<()> {
    window.kill()?;
    window.wait()?;
    Ok(())
}

fn signal(process: u32, signal: Signal) -> Result<()> {
    let process = Pid::from_raw(process.try_into()?).context("a process has a number")?;
    Ok(kill_process(process, signal)?)
}

/// What the screen shows once it has come to rest, as a hash of its pixels.
async fn settled(desk: &Desk, picture: &std::path::Path) -> Result<String> {
    desk.picture(picture).await?;
    desk.run("identify", &["-format", "%#", &picture.to_string_lossy()])
}
