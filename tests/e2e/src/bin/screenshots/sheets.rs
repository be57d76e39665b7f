//! Sheets and dialogs that name the configuration a run works with, a crash with three runs, many runs chosen at once, how
//! long a workflow takes, and what ended while nobody looked.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, Window, cli, eventually};
use serde_json::{Value, json};

use crate::tour::{Screen, look, pressed, screen};

/// By this word alone they are asked for.
pub(super) const WORD: &str = "sheets";

const RUNS: usize = 24;

/// Takes their pictures, on a desk of their own.
///
/// # Errors
/// When a screen does not come.
pub(super) async fn shoot(language: Language, folder: &Path, spoken: &str) -> Result<()> {
    let desk = Desk::with_screen(language, 1320, 860).await?;
    crash(&desk, language).await?;
    let window = Window::open(&desk).await?;
    window.shown("dialog-start").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    let three = pressed(
        "sheet-crash",
        "/",
        &["[data-testid=start-look]"],
        "dialog-start",
    );
    look(&window, &[three], folder, spoken).await?;
    window.call("start_seen", &json!({})).await?;
    let masked = masked(&desk, language)?;
    let made = runs(&desk, language)?;
    look(&window, &screens(&made, &masked), folder, spoken).await?;
    window.close().await?;
    long_ago(&desk)?;
    let window = Window::open(&desk).await?;
    let away = screen("sheet-away", "/", "away-notice");
    look(&window, &[away], folder, spoken).await?;
    window.close().await
}

fn screens(made: &Made, masked: &str) -> [Screen; 10] {
    let workflow = "/workflows/nightly";
    [
        pressed("sheet-start", workflow, &["[data-testid=run]"], "run-start"),
        pressed(
            "sheet-retry",
            &format!("/runs/{}", made.failed),
            &["[data-testid=run-retry]"],
            "dialog-retry",
        ),
        screen(
            "sheet-statistics",
            "/workflows/nightly?tab=statistics",
            "trend",
        ),
        screen("sheet-timeline", "/runs?view=timeline", "history"),
        screen(
            "sheet-compare",
            &format!("/runs/compare?run={}&other={}", made.failed, made.first),
            "compare-configurations",
        ),
        pressed(
            "sheet-bulk",
            "/runs",
            &[
                "[role=grid] [data-testid^=row-]:nth-of-type(1) label",
                "[role=grid] [data-testid^=row-]:nth-of-type(2) label",
            ],
            "runs-chosen",
        ),
        pressed(
            "sheet-bulk-delete",
            "/runs?needs=look",
            &[
                "[role=grid] [role=columnheader] label",
                "[data-testid=runs-delete]",
            ],
            "dialog-runs-change",
        ),
        pressed(
            "sheet-bulk-retry",
            "/runs?status=failed",
            &[
                "[role=grid] [role=columnheader] label",
                "[data-testid=runs-retry]",
            ],
            "dialog-runs-change",
        ),
        pressed(
            "sheet-masked",
            &format!("/sessions/{masked}?which=all"),
            &["[data-testid=wizard-more]", "[data-testid=menu-in-place]"],
            "in-place-files",
        ),
        screen("sheet-settings-roots", "/settings", "settings-roots"),
    ]
}

/// Three runs that were at work when the app stopped; the configuration of two says something else since.
async fn crash(desk: &Desk, language: Language) -> Result<()> {
    let names = match language {
        Language::English => [
            "Send the orders to the warehouse and the carrier",
            "Bill the customers",
            "Nightly import",
        ],
        Language::Chinese => ["把订单发送到仓库和承运商", "给客户开票", "每夜导入"],
    };
    let mut command = desk.command(cli()?);
    let mut owner = command
        .arg("--data-dir")
        .arg(desk.data())
        .args(["engine", "run"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut files = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let root = desk.folder().join(format!("stopped-{number}/configs"));
        fs::create_dir_all(root.join("workflows"))?;
        let file = root.join("workflows/send.yaml");
        let program = format!("while [ -e '{}' ]; do sleep 0.2; done", file.display());
        let definition = json!({"name": name, "tasks": [
            {"id": "send", "name": name, "action": "program.run",
                "params": {"program": "sh", "args": ["-c", program]}},
            {"id": "note", "name": "note", "action": "wait", "dependsOn": ["send"], "params": {"ms": 1}}]});
        fs::write(&file, definition.to_string())?;
        let path = file.to_string_lossy().into_owned();
        desk.flowkeep(&["session", "create", "--start", "--trust", &path])?;
        files.push((file, definition));
    }
    let at_work = eventually("the programs to run", async || {
        let listed = desk.flowkeep(&["run", "list", "--status", "running"])?;
        let count = listed["items"].as_array().map_or(0, Vec::len);
        Ok((count > 1).then_some(()))
    })
    .await;
    owner.kill()?;
    owner.wait()?;
    for (file, definition) in &files[..2] {
        let other = definition.to_string().replace("\"ms\":1", "\"ms\":2");
        fs::write(file, other)?;
    }
    at_work
}

/// A session of which a file with a key is gone, whose key is not kept.
fn masked(desk: &Desk, language: Language) -> Result<String> {
    let root = desk.folder().join("masked/configs");
    fs::create_dir_all(root.join("workflows"))?;
    fs::create_dir_all(root.join("llms"))?;
    let name = match language {
        Language::English => "Answer the customers",
        Language::Chinese => "回复客户",
    };
    let file = root.join("workflows/answer.yaml");
    let definition = json!({"name": name, "llm_client": "gpt", "tasks": [
        {"id": "a", "name": "a", "action": "wait", "params": {"ms": 1}}]});
    fs::write(&file, definition.to_string())?;
    let model = root.join("llms/gpt.yaml");
    fs::write(
        &model,
        format!("api_key: sk-{}\nmodel: gpt-4\n", "3f9A".repeat(8)),
    )?;
    let path = file.to_string_lossy().into_owned();
    // Not all of it is kept as it is, which the exit code says.
    let mut command = desk.command(cli()?);
    let output = command
        .arg("--data-dir")
        .arg(desk.data())
        .args([
            "--json",
            "session",
            "create",
            "--strategy",
            "comprehensive",
            &path,
        ])
        .output()?;
    let made: Value = serde_json::from_slice(&output.stdout)?;
    fs::remove_file(model)?;
    fs::write(
        &file,
        definition.to_string().replace("\"ms\":1", "\"ms\":2"),
    )?;
    Ok(made["session_id"].as_str().context("a session")?.to_owned())
}

struct Made {
    first: String,
    failed: String,
}

/// Runs of a workflow that works with files in a folder of configurations, some of which failed, and some of another
/// one that wait for somebody.
fn runs(desk: &Desk, language: Language) -> Result<Made> {
    let root = desk.folder().join("office/configs");
    fs::create_dir_all(root.join("tool-sets"))?;
    fs::create_dir_all(root.join("tools"))?;
    fs::write(root.join("tool-sets/office.yaml"), "tools: [sum]\n")?;
    fs::write(root.join("tools/sum.yaml"), "name: sum\n")?;
    desk.flowkeep(&["session", "roots", "add", &root.to_string_lossy()])?;
    let (nightly, asking) = match language {
        Language::English => ("Nightly reconciliation", "Approve the invoices"),
        Language::Chinese => ("每夜对账", "审批发票"),
    };
    let workflow = json!({"id": "nightly", "name": nightly, "tool_set": "office", "tasks": [
        {"id": "load", "name": "load", "action": "wait", "params": {"ms": 30}},
        {"id": "check", "name": "check", "action": "program.run", "dependsOn": ["load"],
            "params": {"program": "sh", "args": ["-c", "sleep 0.1; exit $(( $(date +%N | cut -c3) % 4 == 0 ))"]}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&workflow)?])?;
    let waiting = json!({"id": "approve", "name": asking, "tasks": [
        {"id": "look", "name": "look", "action": "manual", "params": {"instruction": "Look"}}]});
    desk.flowkeep(&["flow", "create", &desk.workflow_file(&waiting)?])?;
    let mut runs = Vec::new();
    for number in 0..RUNS {
        if number == RUNS / 2 {
            fs::write(root.join("tools/sum.yaml"), "name: sum\nround: 2\n")?;
        }
        let begun = desk.flowkeep(&["run", "start", "nightly"])?;
        runs.push(begun["run_id"].as_str().context("a run")?.to_owned());
        if number % 6 == 0 {
            let waits = desk.flowkeep(&["run", "start", "approve"])?;
            if number == 0 {
                let id = waits["run_id"].as_str().context("a run")?;
                desk.flowkeep(&["run", "pause", id])?;
            }
        }
    }
    // A run that fails for certain.
    let other = json!({"id": "nightly", "name": nightly, "tool_set": "office", "tasks": [
        {"id": "load", "name": "load", "action": "wait", "params": {"ms": 30}},
        {"id": "check", "name": "check", "action": "program.run", "dependsOn": ["load"],
            "params": {"program": "sh", "args": ["-c", "exit 3"]}}]});
    let file = desk.workflow_file(&other)?;
    desk.flowkeep(&["flow", "update", "nightly", &file])?;
    let mut failed = String::new();
    for _ in 0..2 {
        let begun = desk.flowkeep(&["run", "start", "nightly"])?;
        begun["run_id"]
            .as_str()
            .context("a run")?
            .clone_into(&mut failed);
    }
    let first = runs.into_iter().next().context("a run")?;
    Ok(Made { first, failed })
}

/// Somebody last looked two hours ago.
fn long_ago(desk: &Desk) -> Result<()> {
    let script = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db:\n db.execute('UPDATE looked SET at = at - 7200000')";
    let database = desk.data().join("flowkeep.db");
    desk.run("python3", &["-c", script, &database.to_string_lossy()])?;
    Ok(())
}
