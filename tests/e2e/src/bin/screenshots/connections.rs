//! Connections in every state: one that answers, one that does not, one that waits for its password.

use anyhow::Result;
use flowkeep_e2e::{Desk, Window};
use serde_json::json;

/// Adds them, asks each, and lets a task wait for a secret.
///
/// # Errors
/// What the commands say.
pub(super) async fn make(desk: &Desk, window: &Window<'_>) -> Result<()> {
    let archive = desk.folder().join("archive.db");
    std::fs::write(&archive, b"")?;
    let archive = archive.to_string_lossy();
    desk.flowkeep(&[
        "source", "add", "archive", "--type", "sqlite", "--path", &archive,
    ])?;
    // Nobody listens at the first port, and what is never asked needs nobody.
    for described in [
        json!({"name": "shop", "type": "mysql", "host": "127.0.0.1", "port": 1, "database": "shop",
            "user": "anna", "password": "hunter22"}),
        json!({"name": "search", "type": "elasticsearch", "host": "search.example.com", "tls": true}),
        json!({"name": "cache", "type": "redis", "host": "127.0.0.1", "password": "hunter22"}),
    ] {
        window.call("source_add", &described).await?;
    }
    for name in ["local", "archive", "shop"] {
        window.call("source_test", &json!({"name": name})).await?;
    }
    // Led to another server, it waits for the password of that one.
    let moved = json!({"name": "cache", "type": "redis", "host": "cache.example.com"});
    window.call("source_update", &moved).await?;
    let secret = json!({"name": "mail_password", "value": "hunter22"});
    window.call("secret_set", &secret).await?;
    let orders = json!({"name": "Orders of the shop", "tasks": [
        {"id": "read", "name": "Read the orders", "action": "sql.query", "dataSource": "shop",
         "params": {"sql": "SELECT 1"}},
        {"id": "mail", "name": "Send them", "action": "http.request", "dependsOn": ["read"],
         "params": {"method": "GET", "url": "http://127.0.0.1:1/${secret.mail_password}"}}]});
    let waits = json!({"name": "Stock of the day", "tasks": [
        {"id": "stock", "name": "Ask for the stock", "action": "http.request",
         "params": {"method": "GET", "url": "http://127.0.0.1:1/${secret.stock_token}"}}]});
    for (id, workflow) in [("orders", orders), ("stock-of-the-day", waits)] {
        let made = json!({"id": id, "text": workflow.to_string(), "format": "json"});
        window.call("flow_create", &made).await?;
    }
    let start = json!({"workflow": "stock-of-the-day", "context": {}});
    window.call("run_start", &start).await?;
    window.click("nav-overview").await?;
    window.shown("secrets-awaited").await?;
    Ok(())
}
