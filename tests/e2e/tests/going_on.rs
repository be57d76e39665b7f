//! Work that goes on with the configuration it had, in the real window.

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, configs, eventually, words};
use rustix::process::{Signal, kill_process};

#[tokio::test]
async fn a_run_goes_on_as_it_was_though_its_file_is_gone() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let made = configs::make(&desk, "Order import")?;
    window.click("nav-sessions").await?;
    window.click(&format!("session-{}", made.paused)).await?;
    window
        .text_of("source-file", |text| text.contains("not there any more"))
        .await?;
    window
        .text_of("source-snapshot", |text| text.contains("recommended"))
        .await?;
    window
        .text_of("file-tool-sets/basic-tools.yaml", |text| {
            text.contains("changed")
        })
        .await?;
    window.click("go-on").await?;
    // The step that waits for a person does so again.
    window.run_comes_to("Waiting").await?;
    window.shown("run-configuration").await?;
    let shown = desk.flowkeep(&["session", "show", &made.paused])?;
    ensure!(shown["works_with"] == "overlay", "{shown}");
    let orders = made.root.join("workflows/orders.yaml");
    ensure!(!orders.exists(), "nobody's files are touched");
    window.click("run-configuration").await?;
    window.shown("kept-workflows/orders.yaml").await?;
    window.close().await
}

#[tokio::test]
async fn a_configuration_is_kept_and_starts_once_it_is_trusted() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let made = configs::make(&desk, "Order import")?;
    let acts = made.root.join("workflows/acts.yaml");
    let definition = "name: acts\ntasks:\n  - {id: write, name: Write, action: file.write, \
         params: {path: out.txt, text: done}}\n";
    std::fs::write(&acts, definition)?;
    window.click("nav-sessions").await?;
    window.click("config-open").await?;
    window.click("config-pick").await?;
    desk.choose_in_dialog(&words("config_pick_title")?, &acts)
        .await?;
    window
        .text_of("config-preview", |text| text.contains("acts.yaml"))
        .await?;
    window.click("config-start").await?;
    window.shown("trust").await?;
    window.click("config-start").await?;
    window.run_comes_to("Succeeded").await?;
    window.close().await
}

#[tokio::test]
async fn after_a_crash_the_first_that_needs_somebody_goes_on_once_that_is_decided() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let made = configs::make(&desk, "Order import")?;
    let send = made.root.join("workflows/send.yaml");
    let definition = "name: send\ntool_set: basic-tools\ntasks:\n  \
         - {id: begin, name: Begin, action: wait, params: {ms: 1}}\n  \
         - {id: send, name: Send the file, action: program.run, dependsOn: [begin], \
         params: {program: sleep, args: ['30']}}\n  \
         - {id: check, name: Look it over, action: manual, dependsOn: [send], \
         params: {instruction: Is it there?}}\n  \
         - {id: note, name: Note it, action: file.write, dependsOn: [check], \
         params: {path: sent.txt, text: sent}}\n";
    std::fs::write(&send, definition)?;
    let file = send.to_string_lossy();
    let begun = desk.flowkeep(&["session", "create", &file, "--start", "--trust"])?;
    let run = begun["run_id"].as_str().context("a run")?;
    eventually("the program to run", async || {
        let shown = desk.flowkeep(&["run", "show", run])?;
        Ok((shown["tasks"][1]["status"] == "running").then_some(()))
    })
    .await?;
    kill_process(window.process().await?, Signal::KILL)?;
    drop(window);
    std::fs::remove_file(&send)?;
    let tools = made.root.join("tool-sets/basic-tools.yaml");
    let changed = "name: basic_tools\ntools:\n  - nothing\n";
    std::fs::write(&tools, changed)?;

    let window = Window::open(&desk).await?;
    window
        .text_of("dialog-start", |text| {
            text.contains("“Send the file”: nobody can tell")
                && text.contains("still running: sleep, process")
        })
        .await?;
    window.click("start-first").await?;
    window
        .text_of("source-file", |text| text.contains("not there any more"))
        .await?;
    window
        .text_of("file-tool-sets/basic-tools.yaml", |text| {
            text.contains("changed")
        })
        .await?;
    window.click("show-tool-sets/basic-tools.yaml").await?;
    window
        .text_of("dialog-file-difference", |text| {
            text.contains("calculator") && text.contains("nothing")
        })
        .await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-file-difference").await?;
    window
        .text_of("go-on", |text| text == "Decide first")
        .await?;
    window.click("broken-done-send").await?;
    window.click("broken-answer-send").await?;
    window
        .text_of("go-on", |text| text == "Go on as it was")
        .await?;
    window.click("go-on").await?;
    window.run_comes_to("Waiting").await?;
    window.click("approve").await?;
    window.run_comes_to("Succeeded").await?;
    window.close().await?;
    ensure!(!send.exists(), "nobody's files are touched");
    ensure!(std::fs::read_to_string(&tools)? == changed);

    // What was understood, or ended in order, is told no more.
    let window = Window::open(&desk).await?;
    window.shown("backup-card").await?;
    window.gone("dialog-start").await?;
    window.close().await
}
