//! Task folders with what earlier tools and earlier days left in them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// Archives of an earlier tool, oldest first, and what their records say of the time.
const EARLIER: [(&str, &str); 3] = [
    ("file_bak_20250721_120236", "2025-07-21T12:02:36.094246"),
    ("file_bak_20250721_122048", "2025-07-21T12:20:48.512345"),
    ("file_bak_20260103_023001", "2026-01-03T02:30:01.000001"),
];
/// What a pipeline writes for a table.
const TABLES: [&str; 6] = [
    "orders",
    "customers",
    "invoice",
    "invoice_line",
    "stock_movement",
    "supplier",
];

/// What there is to be looked at.
pub(super) struct Made {
    /// The folder of an earlier tool.
    pub(super) earlier: String,
    /// A run that archived its folder first, and one that could not.
    pub(super) archived: String,
    pub(super) hindered: String,
    /// A folder whose newest archive was made before files were put back.
    pub(super) put_back: String,
    /// A workflow whose folder has no list of tables, and its run.
    pub(super) listless: (String, String),
    /// A run that described one table and left out two.
    pub(super) left_out: String,
    /// A list of tables to drop.
    pub(super) list: PathBuf,
}

/// Takes over a folder with four archives, fills another that is new, and lets a workflow run in a third.
///
/// # Errors
/// When a command refuses.
pub(super) async fn make(window: &Window<'_>, language: Language, place: &Path) -> Result<Made> {
    let desk = window.desk();
    let list = place.join("tables.txt");
    fs::write(
        &list,
        "# shop\norders, customers\n`order items`\norders\nsee the wiki\n",
    )?;
    let earlier = earlier(desk, &place.join("Descriptions"))?;
    let (archived, hindered) = runs(window, language, &place.join("Warehouse")).await?;
    let put_back = put_back(desk, &place.join("Put back"))?;
    let listless = listless(window).await?;
    let left_out = left_out(window).await?;
    let odd = json!({"text": json!({"id": "second", "name": "Second", "trigger": "schedule",
        "schedule": {"cron": "30 2 * * 1-5"}, "taskFolder": earlier,
        "tasks": [{"id": "a", "name": "Wait", "action": "wait", "params": {"ms": 1}}]}).to_string(),
        "format": "json"});
    window.call("flow_create", &odd).await?;
    lost(window, &place.join("Letters")).await?;
    let text = json!({"id": "empty", "name": "Month’s end", "trigger": "api", "tasks": []});
    let empty = json!({"text": text.to_string(), "format": "json"});
    window.call("flow_create", &empty).await?;
    Ok(Made {
        earlier,
        archived,
        hindered,
        put_back,
        listless,
        left_out,
        list,
    })
}

/// A workflow whose folder left the list and that needs what nobody gives, and one whose folder is not there.
async fn lost(window: &Window<'_>, folder: &Path) -> Result<()> {
    let desk = window.desk();
    fs::create_dir(folder)?;
    let made = desk.flowkeep(&["folder", "adopt", "nightly", &folder.to_string_lossy()])?;
    let folder = made["id"].as_str().context("an id")?;
    for (id, named, text) in [
        ("lost", folder, "${context.name}"),
        ("away", "exports", "x"),
    ] {
        let workflow = json!({"id": id, "name": "Letters", "taskFolder": named, "trigger": "schedule",
            "schedule": {"cron": "30 1 * * *"}, "tasks": [{"id": "a", "name": "Write",
            "action": "file.write", "params": {"path": "a.txt", "text": text}}]});
        let new = json!({"text": workflow.to_string(), "format": "json"});
        window.call("flow_create", &new).await?;
    }
    desk.flowkeep(&["folder", "forget", folder])?;
    Ok(())
}

/// A folder with an archive whose files were put back over others.
fn put_back(desk: &Desk, folder: &Path) -> Result<String> {
    fs::create_dir(folder)?;
    results(folder, 2)?;
    let made = desk.flowkeep(&["folder", "adopt", "nightly", &folder.to_string_lossy()])?;
    let id = made["id"].as_str().context("an id")?;
    let made = desk.flowkeep(&["folder", "archive", id])?;
    let archive = made["archive"].as_str().context("an archive")?;
    fs::write(folder.join("orders.ddl"), "CREATE TABLE orders(id INT);\n")?;
    desk.flowkeep(&["folder", "put-back", id, archive])?;
    Ok(id.to_owned())
}

/// A workflow of the template whose folder is empty, and what came of starting it.
async fn listless(window: &Window<'_>) -> Result<(String, String)> {
    let (workflow, _) = describing(window).await?;
    let run = run(window, &workflow).await?;
    Ok((workflow, run))
}

/// A run of the template that finds one of three tables.
async fn left_out(window: &Window<'_>) -> Result<String> {
    let (workflow, folder) = describing(window).await?;
    let sql = r#"{"sql": "CREATE TABLE IF NOT EXISTS stock (id INTEGER PRIMARY KEY, amount INT)"}"#;
    let task = ["run", "task", "sql.execute", "--source", "local"];
    window
        .desk()
        .flowkeep(&[&task[..], &["--params", sql]].concat())?;
    let list = Path::new(&folder).join("table_list.txt");
    fs::write(list, "stock\nsuppliers\n库存\n")?;
    run(window, &workflow).await
}

/// A workflow of the template that comes with Flowkeep, and its folder.
async fn describing(window: &Window<'_>) -> Result<(String, String)> {
    let values = json!({"id": "describe-database", "values": {"connection": "local"}});
    let used = window.call("template_use", &values).await?;
    let workflow = used["id"].as_str().context("an id")?.to_owned();
    let folder = used["folder"]["path"].as_str().context("a folder")?;
    Ok((workflow, folder.to_owned()))
}

/// A workflow at a set time that works in a folder of its own: a run that archived first what lay there, and one
/// that could not. Another workflow lacks what it needs to start by itself.
async fn runs(window: &Window<'_>, language: Language, folder: &Path) -> Result<(String, String)> {
    let desk = window.desk();
    let (name, task, other) = match language {
        Language::English => ("Describe the warehouse", "Write it down", "Monthly letter"),
        Language::Chinese => ("描述仓库数据库", "写入说明", "每月来信"),
    };
    let at = |cron: &str| json!({"cron": cron, "missed": "once"});
    let workflow = json!({"name": name, "trigger": "schedule", "schedule": at("30 2 * * *"), "tasks": [
        {"id": "write", "name": task, "action": "file.write",
         "params": {"path": "metadata.txt", "text": "6 tables"}}]});
    let lacks = json!({"name": other, "trigger": "schedule", "schedule": at("0 7 1 * *"), "tasks": [
        {"id": "write", "name": task, "action": "file.write",
         "params": {"path": "letter.txt", "text": "${context.name}"}}]});
    for (id, workflow) in [("warehouse", &workflow), ("letter-monthly", &lacks)] {
        let made = json!({"id": id, "text": workflow.to_string(), "format": "json"});
        window.call("flow_create", &made).await?;
    }
    fs::create_dir(folder)?;
    results(folder, TABLES.len())?;
    fs::write(folder.join("table_list.txt"), "orders\ncustomers\n")?;
    let place = folder.to_string_lossy();
    desk.flowkeep(&["folder", "adopt", "warehouse", &place, "--for-runs"])?;
    let archived = run(window, "warehouse").await?;
    let _open = fs::File::options()
        .append(true)
        .open(folder.join("metadata.txt"))?;
    let hindered = run(window, "warehouse").await?;
    Ok((archived, hindered))
}

/// A run of a workflow that works in a folder, once it has ended.
async fn run(window: &Window<'_>, workflow: &str) -> Result<String> {
    let start = json!({"workflow": workflow, "context": {}});
    let begun = window.call("run_start", &start).await?;
    let id = begun["run_id"].as_str().context("an id")?.to_owned();
    eventually("the run to end", async || {
        let run = window.call("run_show", &json!({"id": id})).await?;
        Ok(run["end_time"].as_str().map(drop))
    })
    .await?;
    Ok(id)
}

fn earlier(desk: &Desk, folder: &Path) -> Result<String> {
    for (n, (archive, made)) in EARLIER.iter().enumerate() {
        let archive = folder.join(archive);
        fs::create_dir_all(&archive)?;
        results(&archive, 4 + n)?;
        let mut moved = names(4 + n);
        moved.push("prompt_old.txt".to_owned());
        let record = json!({
            "backup_time": made,
            "backup_directory": archive.file_name().map(|name| name.to_string_lossy()),
            "moved_files": moved,
            "failed_files": if n == 1 {
                json!([{"file": "data_pipeline.log", "error": "[WinError 32] used by another process"}])
            } else {
                json!([])
            },
            "task_id": "task_20250721_113010",
        });
        // The middle one is whole; the first has lost a file; of the last the record was cut off.
        let text = record.to_string();
        let text = if n == 2 { &text[..40] } else { &text };
        fs::write(archive.join("backup_info.json"), text)?;
        if n == 1 {
            fs::write(archive.join("prompt_old.txt"), "Describe these tables.\n")?;
        }
    }
    let unrecorded = folder.join("file_bak_20260205_081500");
    fs::create_dir(&unrecorded)?;
    results(&unrecorded, 2)?;
    results(folder, TABLES.len())?;
    fs::write(folder.join("mapping.csv"), "old,new\na,b\n")?;
    fs::write(
        folder.join("table_list.txt"),
        "orders\ncustomers, invoice\n",
    )?;
    let made = desk.flowkeep(&["folder", "adopt", "nightly", &folder.to_string_lossy()])?;
    let id = made["id"].as_str().context("an id")?.to_owned();
    let set = [
        "--keep",
        "mapping.csv",
        "--keep-archives",
        "2",
        "--archive-days",
        "3650",
    ];
    desk.flowkeep(&[&["folder", "set", &id], &set[..]].concat())?;
    desk.flowkeep(&["folder", "archive", &id])?;
    results(folder, TABLES.len())?;
    // What the next run made is not what the last one did.
    fs::write(
        folder.join("orders.ddl"),
        format!(
            "{}CREATE TABLE orders(id INT);\n",
            "-- orders.ddl\n".repeat(38)
        ),
    )?;
    fs::remove_file(folder.join("supplier.ddl"))?;
    // What a process of data that is gone has left.
    fs::create_dir(folder.join(".01KAQJ3ZV2B4C6D8E0F2G4H6J8.partial"))?;
    std::os::unix::fs::symlink("orders.ddl", folder.join("latest"))?;
    let gone = folder.with_file_name("exports");
    fs::create_dir(&gone)?;
    desk.flowkeep(&["folder", "adopt", "report", &gone.to_string_lossy()])?;
    fs::remove_dir(&gone)?;
    desk.flowkeep(&["folder", "create", "nightly"])?;
    Ok(id)
}

fn names(tables: usize) -> Vec<String> {
    let tables = TABLES.iter().take(tables);
    tables
        .flat_map(|table| [format!("{table}.ddl"), format!("{table}_detail.md")])
        .chain(["metadata.txt".to_owned()])
        .collect()
}

fn results(folder: &Path, tables: usize) -> Result<()> {
    for (n, name) in names(tables).iter().enumerate() {
        fs::write(
            folder.join(name),
            format!("-- {name}\n").repeat(40 + 90 * n),
        )?;
    }
    Ok(())
}
