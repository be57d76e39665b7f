//! What time and mishaps make of sessions: sixty of them, one that is damaged, snapshots that are old enough to go, and
//! a start after many runs were broken off at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, cli, eventually};
use serde_json::{Value, json};

use crate::tour::{Screen, look, pressed, screen};

/// By this word alone they are asked for.
pub(super) const WORD: &str = "worn";

const SESSIONS: usize = 60;
/// Those whose runs are broken off.
const BROKEN: usize = 14;

/// Takes their pictures, on a desk of their own.
///
/// # Errors
/// When a screen does not come.
pub(super) async fn shoot(language: Language, folder: &Path, spoken: &str) -> Result<()> {
    let desk = Desk::with_screen(language, 1320, 860).await?;
    // Nothing goes by itself before it is looked at.
    desk.flowkeep(&["settings", "update", "--snapshot-keep-days", "0"])?;
    let mut last = String::new();
    for number in 0..SESSIONS {
        last = begin(&desk, &name_of(language, number), number, number < BROKEN)?;
    }
    let aged = aged(&desk, &name_of(language, 2))?;
    let damaged = damaged(&desk, &name_of(language, 1))?;
    break_off(&desk).await?;
    let window = Window::open(&desk).await?;
    window.shown("dialog-start").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    look(&window, &screens(&last, &aged, &damaged), folder, spoken).await?;
    window.close().await
}

fn screens(last: &str, aged: &str, damaged: &str) -> [Screen; 8] {
    let at = |session: &str, more: &str| format!("/sessions/{session}{more}");
    [
        pressed(
            "worn-start-sheet",
            "/",
            &["[data-testid=start-look]"],
            "dialog-start",
        ),
        screen("worn-sessions", "/sessions", "sessions-space"),
        screen("worn-sessions-all", &at(last, "?which=all"), "source-file"),
        screen(
            "worn-damaged",
            &at(damaged, "?which=all"),
            "session-certainty",
        ),
        screen(
            "worn-damaged-snapshots",
            &at(damaged, "?which=all&tab=snapshots"),
            "snapshot-1",
        ),
        screen(
            "worn-snapshots",
            &at(aged, "?which=all&tab=snapshots"),
            "snapshot-6",
        ),
        pressed(
            "worn-clean-up",
            "/sessions",
            &[
                "[data-testid=space-menu]",
                "[data-testid=menu-clean-up-snapshots]",
            ],
            "clean-up-snapshots-apply",
        ),
        pressed(
            "worn-scrub",
            "/sessions",
            &["[data-testid=space-menu]", "[data-testid=menu-scrub]"],
            "scrub-damaged",
        ),
    ]
}

fn name_of(language: Language, number: usize) -> String {
    let names = match language {
        Language::English => [
            "Quarterly reconciliation of customer orders with the warehouse, the carrier and the bank",
            "Nightly import",
            "Reports for the board",
            "客户数据导入与对账（华东区）",
        ],
        Language::Chinese => [
            "第四季度客户订单与仓库、承运商及银行流水的逐笔对账（含退货与补发）",
            "每夜导入",
            "董事会报表",
            "Quarterly reconciliation of customer orders",
        ],
    };
    let name = names[number % names.len()];
    if number < names.len() {
        name.to_owned()
    } else {
        format!("{name} {}", number / names.len() + 1)
    }
}

/// Where the configuration with this number is.
fn root_of(desk: &Desk, number: usize) -> PathBuf {
    desk.folder()
        .join(format!("branches/branch-{number:02}/configs"))
}

/// Begins a session with a configuration of its own; where it starts, its first step goes on until it is killed.
fn begin(desk: &Desk, name: &str, number: usize, starts: bool) -> Result<String> {
    let root = root_of(desk, number);
    fs::create_dir_all(root.join("workflows"))?;
    fs::create_dir_all(root.join("tools"))?;
    let file = root.join(format!("workflows/{}.yaml", name.replace(' ', "-")));
    let stay = format!("while [ -e '{}' ]; do sleep 0.2; done", root.display());
    let definition = json!({"name": name, "tools": ["sum"], "tasks": [
        {"id": "send", "name": "send", "action": "program.run",
            "params": {"program": "sh", "args": ["-c", stay]}},
        {"id": "note", "name": "note", "action": "wait", "dependsOn": ["send"], "params": {"ms": 1}}]});
    fs::write(&file, serde_json::to_string_pretty(&definition)?)?;
    fs::write(
        root.join("tools/sum.yaml"),
        format!("name: sum\nbranch: {number}\n"),
    )?;
    let file = file.to_string_lossy();
    let mut create = vec!["session", "create", "--strategy", "standard"];
    if starts {
        create.extend(["--start", "--trust"]);
    }
    create.push(&file);
    let made = desk.flowkeep(&create)?;
    Ok(made["session_id"].as_str().context("a session")?.to_owned())
}

/// A session with six snapshots that were taken long ago.
fn aged(desk: &Desk, name: &str) -> Result<String> {
    let number = SESSIONS;
    let id = begin(desk, name, number, false)?;
    for change in 0..5 {
        let text = format!("name: sum\nbranch: {number}\nchange: {change}\n");
        fs::write(root_of(desk, number).join("tools/sum.yaml"), text)?;
        desk.flowkeep(&["session", "snapshot", &id])?;
    }
    let older = "import sqlite3, sys\n\
        with sqlite3.connect(sys.argv[1]) as database:\n    \
            database.execute('UPDATE snapshot SET at = at - 60 * 86400000 '\n        \
                'WHERE session = (SELECT session FROM session WHERE id = ?)', [sys.argv[2]])\n";
    let database = desk.data().join("flowkeep.db");
    let mut command = desk.command("python3");
    let done = command
        .args(["-c", older])
        .arg(database)
        .arg(&id)
        .status()?;
    ensure!(done.success(), "the snapshots did not grow old");
    Ok(id)
}

/// A session whose configuration is gone, and of whose snapshot a pack is damaged.
fn damaged(desk: &Desk, name: &str) -> Result<String> {
    let number = SESSIONS + 1;
    let before = packs(desk)?;
    let id = begin(desk, name, number, false)?;
    let new = packs(desk)?.into_iter().find(|pack| !before.contains(pack));
    let pack = new.context("a pack of its own")?;
    let mut bytes = fs::read(&pack)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&pack, bytes)?;
    fs::remove_dir_all(root_of(desk, number))?;
    let mut check = desk.command(cli()?);
    let check = check.arg("--data-dir").arg(desk.data()).arg("--json");
    let found = check.args(["session", "scrub"]).output()?;
    let found: Value = serde_json::from_slice(&found.stdout)?;
    let lost = found["damaged"].as_array().context("what is damaged")?;
    ensure!(!lost.is_empty(), "nothing is damaged: {found}");
    Ok(id)
}

/// The packs of the store.
fn packs(desk: &Desk) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![desk.data().join("snapshots/objects")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Carries the runs out, and dies in the midst of them; meanwhile the files of each have changed, so that none goes on
/// by itself.
async fn break_off(desk: &Desk) -> Result<()> {
    let mut command = desk.command(cli()?);
    let command = command.arg("--data-dir").arg(desk.data());
    let command = command.args(["engine", "run"]).stdout(Stdio::null());
    let mut owner = command.stderr(Stdio::null()).spawn()?;
    let at_work = eventually("the runs to begin", async || {
        let listed = desk.flowkeep(&["run", "list", "--status", "running"])?;
        let running = listed["items"].as_array().map_or(0, Vec::len);
        Ok((running > 1).then_some(()))
    })
    .await;
    owner.kill()?;
    owner.wait()?;
    for number in 0..BROKEN {
        fs::write(root_of(desk, number).join("tools/sum.yaml"), "name: sum\n")?;
    }
    at_work
}
