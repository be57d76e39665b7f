//! Task folders with what earlier tools and earlier days left in them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use flowkeep_e2e::Desk;
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

/// Takes over a folder with three archives and fills another that is new; gives the id of the first.
///
/// # Errors
/// When the command line refuses.
pub(super) fn make(desk: &Desk, folder: &Path) -> Result<String> {
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
