//! Notices in the real window: described with a wrong password first, tried, and received by a mail
//! server and a webhook on this machine; what could not be sent stands on the Overview.

use anyhow::Result;
use flowkeep_e2e::{Desk, Language, Window};
use flowkeep_test_servers::{Door, Mailbox, Webhook};
use serde_json::json;

const WELL: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

async fn fails(window: &Window<'_>, id: &str) -> Result<()> {
    let task = json!({"id": "look", "name": "Look at it", "action": "sql.query",
        "params": {"sql": "SELECT 1 FROM nowhere"}});
    let workflow = json!({"id": id, "name": format!("Name of {id}"), "tasks": [task]});
    let text = json!({"text": workflow.to_string(), "format": "json"});
    window.call("flow_create", &text).await?;
    window.call("run_start", &json!({"workflow": id})).await?;
    Ok(())
}

#[tokio::test]
async fn a_person_hears_of_what_failed_by_mail_and_webhook() -> Result<()> {
    let mailbox = Mailbox::locked(Door::Open, "ops", "right");
    let robot = Webhook::answering(200, WELL);
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    window.click("nav-settings").await?;
    window.click("notice-set-mail").await?;
    window.fill("mail-host", "localhost").await?;
    window.click("mail-security-none").await?;
    window.fill("mail-port", &mailbox.port.to_string()).await?;
    window.fill("mail-user", "ops").await?;
    window.fill("mail-password", "wrong").await?;
    window
        .fill("mail-from", "Flowkeep <ops@example.com>")
        .await?;
    window.fill("mail-to", "ada@example.com").await?;
    window.click("notice-form-test").await?;
    let refused = "does not let “ops” in with this password";
    window
        .text_of("notice-tested", |text| text.contains(refused))
        .await?;
    window.fill("mail-password", "right").await?;
    window.click("notice-form-test").await?;
    window
        .text_of("notice-tested", |text| text.contains("went out"))
        .await?;
    assert!(mailbox.next().contains("Subject: Test from Flowkeep"));
    window.click("notice-form-save").await?;
    window.gone("dialog-mail").await?;

    window.click("notice-set-webhook").await?;
    window
        .fill("webhook-address", "qyapi.weixin.qq.com")
        .await?;
    window.click("notice-form-save").await?;
    window.shown("dialog-webhook").await?;
    let address = robot.address("/send?key=0123456789");
    window.fill("webhook-address", &address).await?;
    window.click("notice-form-save").await?;
    window.gone("dialog-webhook").await?;

    fails(&window, "nightly").await?;
    let mail = mailbox.next();
    assert!(
        mail.contains("Subject: Run failed: Name of nightly"),
        "{mail}"
    );
    let told = robot.next().body;
    assert!(told.contains("Task: Look at it"), "{told}");

    // What could not be sent is seen, and tried again by a press.
    robot.answer(200, r#"{"errcode":93000,"errmsg":"no such robot"}"#);
    fails(&window, "weekly").await?;
    robot.next();
    window.click("nav-overview").await?;
    window
        .text_of("notices-unsent", |text| text.contains("no such robot"))
        .await?;
    robot.answer(200, WELL);
    window.click("notices-retry").await?;
    let told = robot.next().body;
    assert!(told.contains("Name of weekly"), "{told}");
    window.gone("notices-unsent").await?;
    Ok(())
}
