//! Ways to people that lead nowhere, and a notice that could not be sent.

use anyhow::Result;
use flowkeep_e2e::Window;
use serde_json::json;

/// Describes mail and a webhook to ports where nobody listens, and lets a run fail.
///
/// # Errors
/// What the commands say.
pub(super) async fn make(window: &Window<'_>) -> Result<()> {
    let mail = json!({"channel": "mail", "on": true, "host": "127.0.0.1", "port": 1,
        "security": "none", "user": "ops", "secret": "hunter22",
        "from": "Flowkeep <flowkeep@example.com>",
        "to": ["ada@example.com", "linwei@example.com"]});
    let webhook = json!({"channel": "webhook", "on": true, "form": "wecom",
        "secret": "http://127.0.0.1:1/cgi-bin/webhook/send?key=693a91f6"});
    for described in [mail, webhook] {
        window.call("notice_set", &described).await?;
    }
    let context = json!({"day": "2026-11-20", "file": "missing.csv"});
    let start = json!({"workflow": "nightly-0", "context": context});
    window.call("run_start", &start).await?;
    window.click("nav-overview").await?;
    window.shown("notices-unsent").await?;
    Ok(())
}
