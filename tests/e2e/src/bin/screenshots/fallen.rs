//! A database that was away: what waits for it, and what a person has to decide about.

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Window};
use serde_json::json;

/// How many records changed there meanwhile.
const CHANGED: usize = 7;

/// Lets `local` stand in for `archive`, which is there already, and changes some of it meanwhile.
///
/// # Errors
/// What the commands say.
pub(super) async fn make(desk: &Desk, window: &Window<'_>) -> Result<()> {
    let here = desk.folder().join("archive.db");
    let away = desk.folder().join("away.db");
    let sql = |source: &str, sql: &str| {
        let params = json!({ "sql": sql }).to_string();
        let action = if sql.starts_with("SELECT") {
            "sql.query"
        } else {
            "sql.execute"
        };
        let words = ["run", "task", action, "--source", source];
        desk.flowkeep(&[&words[..], &["--params", &params]].concat())
    };
    let put = |action: &str, key: &str, amount: usize| {
        let params = json!({"table": "sales", "key": key,
            "values": {"customer": "Meier & Söhne", "amount": amount, "status": "paid"}});
        let task = json!({"id": "put", "name": "Enter the order", "action": action,
            "dataSource": "archive", "allowFallback": true, "params": params});
        let id = format!("enter-{action}-{key}");
        let workflow = json!({"id": id, "name": "Orders of the day", "tasks": [task]});
        let file = desk.folder().join("enter.json");
        std::fs::write(&file, workflow.to_string())?;
        desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
        desk.flowkeep(&["run", "start", &id, "--wait"])
    };
    for source in ["archive", "local"] {
        let columns = "id TEXT PRIMARY KEY, customer TEXT, amount INTEGER, status TEXT";
        sql(source, &format!("CREATE TABLE sales({columns})"))?;
        for n in 0..CHANGED {
            let values = format!("'2026-{n}', 'Meier & Söhne', {n}, 'new'");
            sql(source, &format!("INSERT INTO sales VALUES ({values})"))?;
        }
    }
    std::fs::rename(&here, &away).context("the archive goes")?;
    for n in 0..CHANGED {
        put("record.update", &format!("2026-{n}"), n)?;
    }
    // Somebody else changes it where it is meanwhile.
    let elsewhere = away.to_string_lossy();
    let words = ["source", "add", "elsewhere", "--type", "sqlite"];
    desk.flowkeep(&[&words[..], &["--path", &elsewhere]].concat())?;
    sql("elsewhere", "UPDATE sales SET status = 'cancelled'")?;
    desk.flowkeep(&["source", "remove", "elsewhere"])?;
    std::fs::rename(&away, &here).context("the archive comes back")?;
    sql("archive", "SELECT 1")?;
    std::fs::rename(&here, &away).context("the archive goes again")?;
    for n in 0..3 {
        put("record.add", &format!("2027-{n}"), n)?;
    }
    window.click("nav-overview").await?;
    window.shown("fallen").await?;
    Ok(())
}
