//! Runs as an office has them: some that succeeded, one that failed, one that asks, one under way.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::{Value, json};

/// The runs that are worth a picture.
pub(super) struct Runs {
    /// It failed.
    pub(super) failed: String,
    /// It asks a person.
    pub(super) asking: String,
}

impl Runs {
    /// The screens of runs, each as a picture.
    ///
    /// # Errors
    /// When a screen does not come.
    pub(super) async fn shoot(
        &self,
        window: &Window<'_>,
        picture: &impl AsyncFn(&str) -> Result<()>,
    ) -> Result<()> {
        let go = async |address: String, drawn: &str| {
            let script = "location.hash = arguments[0]";
            window.page.execute(script, vec![json!(address)]).await?;
            window.shown(drawn).await?;
            anyhow::Ok(())
        };
        window.click("nav-runs").await?;
        window.shown(&format!("row-{}", self.failed)).await?;
        picture("runs").await?;
        go(format!("/runs/{}", self.failed), "task-panel-pack").await?;
        picture("run").await?;
        go(format!("/runs/{}", self.asking), "question").await?;
        picture("question").await?;
        go("/workflows/nightly?at=tasks/2".to_owned(), "task-action").await?;
        window.click("run").await?;
        window.shown("context-day").await?;
        picture("start").await?;
        window.focus().await?;
        window.desk().press(&["Escape"])?;
        window.gone("dialog-run").await
    }
}

/// Makes the workflows and runs them.
///
/// # Errors
/// What the command line says; when a run does not come to what it should.
pub(super) async fn make(desk: &Desk, language: Language, folder: &Path) -> Result<Runs> {
    fs::create_dir_all(folder)?;
    for workflow in [nightly(language), report(language), upload(language)] {
        let file = folder.join(format!(
            "{}.json",
            workflow["id"].as_str().context("an id")?
        ));
        fs::write(&file, workflow.to_string())?;
        desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    }
    for day in ["2026-11-18", "2026-11-19"] {
        start(desk, "nightly", &json!({"day": day, "file": "orders.csv"})).await?;
    }
    let given = json!({"day": "2026-11-20", "file": "missing.csv"});
    let failed = start(desk, "nightly", &given).await?;
    let asking = start(desk, "report", &json!({"month": "2026-10"})).await?;
    desk.flowkeep(&["run", "start", "upload"])?;
    Ok(Runs { failed, asking })
}

/// Starts a run and waits until it has ended or asks; its id.
pub(super) async fn start(desk: &Desk, workflow: &str, context: &Value) -> Result<String> {
    let context = context.to_string();
    let begun = desk.flowkeep(&["run", "start", workflow, "--context", &context])?;
    let run = begun["run_id"].as_str().context("an id")?.to_owned();
    eventually(format!("{workflow} to come to something"), async || {
        let shown = desk.flowkeep(&["run", "show", &run])?;
        let status = shown["status"].as_str().unwrap_or_default();
        Ok(["succeeded", "failed", "waiting"]
            .contains(&status)
            .then_some(()))
    })
    .await?;
    Ok(run)
}

pub(super) fn nightly(language: Language) -> Value {
    let said = |english: &'static str, chinese: &'static str| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    let prepare = "CREATE TABLE IF NOT EXISTS orders(day TEXT, customer TEXT, amount REAL); \
        DELETE FROM orders; \
        INSERT INTO orders VALUES (${context.day}, 'Bakery Lang', 128.5), \
        (${context.day}, 'Hotel am See', 964), (${context.day}, 'Mensa', 431.25)";
    let pack = "[ \"$0\" = orders.csv ] && echo packed \"$0\" || \
        { echo \"gzip: $0: No such file or directory\" >&2; exit 1; }";
    json!({"id": "nightly", "name": said("Nightly sync", "每晚同步"), "tasks": [
        {"id": "prepare", "name": said("Prepare the tables", "准备数据表"), "action": "sql.execute",
         "dataSource": "local", "params": {"sql": prepare}},
        {"id": "orders", "name": said("Extract orders", "提取订单"), "action": "sql.query",
         "dataSource": "local", "dependsOn": ["prepare"],
         "params": {"sql": "SELECT * FROM orders WHERE day = ?", "args": ["${context.day}"]}},
        {"id": "pack", "name": said("Pack the file", "打包文件"), "action": "program.run",
         "dependsOn": ["orders"], "retry": {"limit": 2, "delay": 200},
         "params": {"program": "sh", "args": ["-c", pack, "${context.file}"]}},
        {"id": "publish", "name": said("Publish", "发布"), "action": "file.write",
         "dependsOn": ["pack"], "params": {"path": "published.txt", "text": "${context.day}"}}]})
}

pub(super) fn report(language: Language) -> Value {
    let said = |english: &'static str, chinese: &'static str| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    let instruction = said(
        "Compare the totals of ${context.month} with the bank statement.",
        "请将 ${context.month} 的合计与银行对账单核对。",
    );
    let currency = [
        said("Euro", "欧元"),
        said("Swiss francs", "瑞士法郎"),
        said("Yuan", "人民币"),
    ];
    json!({"id": "report", "name": said("Monthly report", "月度报告"), "tasks": [
        {"id": "totals", "name": said("Add up the totals", "汇总合计"), "action": "wait",
         "params": {"ms": 1}},
        {"id": "check", "name": said("Check the totals", "核对合计"), "action": "manual",
         "dependsOn": ["totals"], "params": {
            "instruction": instruction,
            "checklist": [said("Orders match", "订单一致"), said("Refunds match", "退款一致")],
            "fields": [
                {"name": "total", "label": said("Total of the statement", "对账单合计"),
                 "type": "number", "required": true},
                {"name": "currency", "label": said("Currency", "币种"), "options": currency}]}},
        {"id": "write", "name": said("Write the report", "生成报告"), "action": "file.write",
         "dependsOn": ["check"],
         "params": {"path": "report.txt", "text": "${tasks.check.output.fields.total}"}}]})
}

fn upload(language: Language) -> Value {
    let said = |english: &'static str, chinese: &'static str| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    json!({"id": "upload", "name": said("Upload to the archive", "上传到归档"), "tasks": [
        {"id": "collect", "name": said("Collect the files", "收集文件"), "action": "wait",
         "params": {"ms": 1}},
        {"id": "window", "name": said("Wait for the night", "等待夜间时段"), "action": "wait",
         "dependsOn": ["collect"], "params": {"ms": 3_600_000}},
        {"id": "send", "name": said("Send them", "发送"), "action": "wait",
         "dependsOn": ["window"], "params": {"ms": 1}}]})
}

/// Sixty tasks, six at a time, each as long as its number says.
pub(super) fn many_tasks() -> Value {
    let tasks: Vec<_> = (0..60_u64)
        .map(|n| {
            let after: Vec<_> = n
                .checked_sub(6)
                .map(|n| format!("t{n}"))
                .into_iter()
                .collect();
            json!({"id": format!("t{n}"), "name": format!("Branch {n}"), "action": "wait",
                "params": {"ms": 40 + n * 53 % 17 * 30}, "dependsOn": after})
        })
        .collect();
    json!({"id": "many", "name": "All branches", "tasks": tasks})
}

/// Tasks side by side, a branch of which one way is taken, and a person at the end.
pub(super) fn closing(language: Language) -> Value {
    let said = |english: &'static str, chinese: &'static str| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    let task = |id: &str, name: &str, ms: u64, after: &[&str]| json!({"id": id, "name": name, "action": "wait", "params": {"ms": ms}, "dependsOn": after});
    let ways = json!({"when": [{"condition": "${context.amount > 1000}", "task": "review"},
        {"task": "book"}]});
    json!({"id": "closing", "name": said("Month closing", "月末结账"), "tasks": [
        task("open", said("Open the books", "打开账簿"), 120, &[]),
        task("orders", said("Extract orders", "提取订单"), 900, &["open"]),
        task("customers", said("Extract customers", "提取客户"), 300, &["open"]),
        task("stock", said("Extract stock", "提取库存"), 1500, &["open"]),
        task("load", said("Load the totals", "汇入总额"), 400, &["orders", "customers", "stock"]),
        task("rates", said("Exchange rates of the central bank", "中央银行汇率"), 200, &["open"]),
        {"id": "size", "name": said("Large amount?", "金额较大？"), "action": "branch",
         "params": ways, "dependsOn": ["load", "rates"]},
        task("review", said("Review the large amounts", "复核大额款项"), 150, &[]),
        task("book", said("Book at once", "直接入账"), 150, &[]),
        {"id": "sign", "name": said("Sign the report", "签署报告"), "action": "manual",
         "params": {"instruction": said("Sign", "签字")}, "dependsOn": ["load"]},
        task("publish", said("Publish", "发布"), 100, &["sign", "rates"])]})
}
