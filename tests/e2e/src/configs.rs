//! A configuration as tools outside Flowkeep keep it, and the session file of an earlier one.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{Desk, cli, eventually};

const TOOLS: &str = "name: basic_tools\ntimeout: 30\ntools:\n  - calculator\n  - weather\n";

/// A configuration, and the sessions that work with it.
pub struct Configs {
    /// Its root.
    pub root: PathBuf,
    /// A session whose run waits, paused, for somebody.
    pub paused: String,
    /// One that an earlier tool left.
    pub imported: String,
    /// One that was only kept, and whose files were put back where they were; another one has its name.
    pub kept: String,
}

/// Writes a configuration, lets a session work with it, brings another in, and changes the files then: the
/// workflow of the one that is paused is gone, and a tool set of both says something else.
///
/// # Errors
/// What the disk and the commands say.
pub fn make(desk: &Desk, name: &str) -> Result<Configs> {
    let root = desk.folder().join("configs");
    for folder in ["workflows", "tool-sets", "tools", "llms/provider/openai"] {
        fs::create_dir_all(root.join(folder))?;
    }
    let step = |id: &str| json!({"id": id, "name": id, "action": "manual", "params": {"instruction": "Look at it."}});
    let orders = json!({"name": name, "llm_client": "openai-gpt4", "tool_manager": "default",
        "tasks": [{"id": "begin", "name": "begin", "action": "wait", "params": {"ms": 1}},
            step("check"), step("send")]});
    let react = json!({"name": "react", "tool_manager": "default", "tools": ["search"],
        "nodes": {"load": {"type": "tool_node"}}, "edges": []});
    let secret = format!("api_key: sk-{}\nmodel_name: gpt-4\n", "3f9A".repeat(8));
    for (path, text) in [
        (
            "workflows/orders.yaml",
            serde_json::to_string_pretty(&orders)?,
        ),
        (
            "workflows/react.yaml",
            serde_json::to_string_pretty(&react)?,
        ),
        ("tool-sets/basic-tools.yaml", TOOLS.to_owned()),
        ("tools/calculator.yaml", "name: calculator\n".to_owned()),
        (
            "tools/weather.yaml",
            "name: weather\nunits: metric\n".to_owned(),
        ),
        ("llms/provider/openai/openai-gpt4.yaml", secret),
    ] {
        fs::write(root.join(path), text)?;
    }
    let file = |path: &str| root.join(path).to_string_lossy().into_owned();
    let create = [
        "session",
        "create",
        "--strategy",
        "comprehensive",
        "--start",
        "--trust",
    ];
    let orders = file("workflows/orders.yaml");
    let made = kept(desk, &[&create[..], &[&orders]].concat())?;
    let paused = made["session_id"].as_str().context("a session")?.to_owned();
    let run = made["run_id"].as_str().context("a run")?;
    desk.flowkeep(&["run", "pause", run])?;
    let session = json!({
        "metadata": {"session_id": "react-251022", "status": "active",
            "workflow_config_path": "configs/workflows/react.yaml",
            "created_at": "2025-10-22T16:34:52", "updated_at": "2025-10-22T16:40:00"},
        "state": {"messages": []},
        "workflow_config": react});
    let left = desk.folder().join("react-251022.json");
    fs::write(&left, session.to_string())?;
    let brought = kept(desk, &["session", "import", &left.to_string_lossy()])?;
    let imported = brought["items"][0]["id"]
        .as_str()
        .context("a session")?
        .to_owned();
    fs::remove_file(orders)?;
    fs::write(
        file("tool-sets/basic-tools.yaml"),
        TOOLS.replace("30", "60"),
    )?;
    Ok(Configs {
        root,
        paused,
        imported,
        kept: only_kept(desk)?,
    })
}

/// A session that nobody has started, over whose files its own were put; and another one of its name.
fn only_kept(desk: &Desk) -> Result<String> {
    let root = desk.folder().join("reports/configs");
    fs::create_dir_all(root.join("workflows"))?;
    fs::create_dir_all(root.join("tools"))?;
    let file = root.join("workflows/report.yaml");
    let definition = json!({"name": "report", "tools": ["sum"], "tasks": [
        {"id": "write", "name": "write", "action": "file.write", "params": {"path": "out.txt", "text": "done"}}]});
    fs::write(&file, serde_json::to_string_pretty(&definition)?)?;
    fs::write(root.join("tools/sum.yaml"), "name: sum\nround: 2\n")?;
    let file = file.to_string_lossy();
    let create = ["session", "create", "--strategy", "comprehensive", &file];
    kept(desk, &create)?;
    let made = kept(desk, &create)?;
    let id = made["session_id"].as_str().context("a session")?.to_owned();
    fs::write(root.join("tools/sum.yaml"), "name: sum\nround: 0\n")?;
    kept(desk, &["session", "restore", &id, "--in-place"])?;
    fs::write(root.join("tools/sum.yaml"), "name: sum\nround: 4\n")?;
    Ok(id)
}

/// A session whose first step was broken off with whoever carried it out, and whose file says something else since. Its program goes on for as long as the
/// desk's folder is there.
///
/// # Errors
/// What the disk and the commands say.
pub async fn broken_off(desk: &Desk, name: &str) -> Result<String> {
    let root = desk.folder().join("broken/configs");
    fs::create_dir_all(root.join("workflows"))?;
    let file = root.join("workflows/send.yaml");
    let definition = json!({"name": name, "tasks": [
        {"id": "send", "name": name, "action": "program.run", "params": {"program": "sh",
            "args": ["-c", format!("while [ -e '{}' ]; do sleep 0.2; done", file.display())]}},
        {"id": "note", "name": "note", "action": "wait", "dependsOn": ["send"], "params": {"ms": 1}}]});
    fs::write(&file, definition.to_string())?;
    let mut command = desk.command(cli()?);
    let command = command.arg("--data-dir").arg(desk.data());
    let create = ["session", "create", "--start", "--trust", "--wait"];
    let command = command.args(create).arg(&file);
    let mut owner = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let session = eventually("the program to run", async || {
        let listed = desk.flowkeep(&["session", "list"])?;
        let Some(run) = listed["items"][0]["run_id"].as_str() else {
            return Ok(None);
        };
        let shown = desk.flowkeep(&["run", "show", run])?;
        let is_running = shown["tasks"][0]["status"] == "running";
        let id = listed["items"][0]["id"].as_str().map(str::to_owned);
        Ok(id.filter(|_| is_running))
    })
    .await;
    owner.kill()?;
    owner.wait()?;
    // With another configuration nobody goes on by himself.
    let other = definition.to_string().replace("\"ms\":1", "\"ms\":2");
    fs::write(&file, other)?;
    session
}

/// What the command line says, also where not all of a configuration is there (exit code 3).
fn kept(desk: &Desk, arguments: &[&str]) -> Result<Value> {
    let mut command = desk.command(cli()?);
    let command = command.arg("--data-dir").arg(desk.data()).arg("--json");
    let output = command.args(arguments).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        matches!(output.status.code(), Some(0 | 3)),
        "flowkeep {arguments:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&said).with_context(|| format!("flowkeep {arguments:?}: {said}"))
}
