//! Every screen as it is drawn in the real window, in both themes, looked at by axe: names, roles,
//! contrast. What axe cannot see (an order of focus that makes sense) is in `keyboard.rs`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::json;

/// Each screen by its address, and what is there once it is drawn.
const SCREENS: [(&str, &str); 13] = [
    ("/", "[data-testid=backup-card]"),
    ("/workflows", "[data-testid=row-example-month-end]"),
    ("/workflows?deleted=true", "main h2"),
    ("/workflows/example-month-end", "[data-testid=task-action]"),
    ("/workflows/example-month-end?tab=text", ".cm-line"),
    (
        "/workflows/example-month-end?tab=revisions",
        "[data-testid=revision-1]",
    ),
    ("/library/rule", "[data-testid^=row-]"),
    ("/library/template/example-report-template", "details"),
    ("/backup", "[data-testid=backup-now]"),
    ("/backup/restore", "main h2"),
    ("/activity", "[data-testid^=row-]"),
    ("/settings", "[data-testid=diagnostics]"),
    ("/help/shortcuts", "[data-testid=guide] table"),
];

#[tokio::test]
async fn every_screen_can_be_read_and_used_by_everybody() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let window = Window::open(&desk).await?;
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&script)
        .with_context(|| format!("{}: npm ci --prefix ui", script.display()))?;
    window.page.execute(&axe, vec![]).await?;
    window.call("example_add", &json!({})).await?;
    let runs = runs(&window).await?;

    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        let settings = json!({"theme": theme, "backup_folder_asked": true});
        window.call("settings_update", &settings).await?;
        window
            .shown_by(Locator::Css(&format!("html[data-theme={theme}]")))
            .await?;
        let screens = SCREENS.map(|(address, drawn)| (address.to_owned(), drawn));
        for (address, drawn) in screens.iter().chain(&runs) {
            let go = "location.hash = arguments[0]";
            window.page.execute(go, vec![json!(address)]).await?;
            window.shown_by(Locator::Css(drawn)).await?;
            found.extend(look(&window, &format!("{theme} {address}")).await?);
        }
        window.click("run-retry").await?;
        window.shown("dialog-retry").await?;
        found.extend(look(&window, &format!("{theme} a run once more")).await?);
        window.focus().await?;
        desk.press(&["Escape"])?;
        window.gone("dialog-retry").await?;
        window.click("nav-workflows").await?;
        window.click("new").await?;
        window.shown("dialog-new").await?;
        found.extend(look(&window, &format!("{theme} a new workflow")).await?);
        window.focus().await?;
        desk.press(&["Escape"])?;
        window.gone("dialog-new").await?;
        window.click("row-example-month-end").await?;
        window.click("run").await?;
        window.shown("context-month").await?;
        found.extend(look(&window, &format!("{theme} a run that is to start")).await?);
        window.focus().await?;
        desk.press(&["Escape"])?;
        window.gone("dialog-run").await?;
    }
    ensure!(found.is_empty(), "{found:#?}");
    window.close().await
}

/// A run that asks and one that fails, and the screens that show them; the last one has failed.
async fn runs(window: &Window<'_>) -> Result<Vec<(String, &'static str)>> {
    let asks = json!({"name": "Count", "tasks": [{"id": "count", "name": "Count", "action": "manual",
        "params": {"instruction": "Count.", "checklist": ["Locked"], "fields": [
            {"name": "amount", "label": "Amount", "type": "number", "required": true},
            {"name": "day", "label": "Day", "type": "date"},
            {"name": "sure", "label": "Sure", "type": "boolean"},
            {"name": "kind", "label": "Kind", "options": ["a", "b"]}]}}]});
    let fails = json!({"name": "Fail", "tasks": [
        {"id": "add", "name": "Add", "action": "sql.query", "dataSource": "local",
         "params": {"sql": "SELECT 1 AS one"}},
        {"id": "fail", "name": "Fail", "action": "sql.query", "dataSource": "local",
         "dependsOn": ["add"], "params": {"sql": "SELECT 1 FROM missing"}}]});
    let mut begun = Vec::new();
    for (id, definition) in [("asks", asks), ("fails", fails)] {
        let made = json!({"id": id, "text": definition.to_string(), "format": "json"});
        window.call("flow_create", &made).await?;
        let run = window
            .call("run_start", &json!({"workflow": id, "context": {}}))
            .await?;
        begun.push(run["run_id"].as_str().context("an id")?.to_owned());
    }
    let (asking, failed) = (&begun[0], &begun[1]);
    Ok(vec![
        ("/runs".to_owned(), "[data-testid^=row-]"),
        ("/workflows/asks?tab=runs".to_owned(), "[data-testid^=row-]"),
        (format!("/runs/{asking}"), "[data-testid=answer-kind]"),
        (
            format!("/runs/{failed}?tab=messages"),
            "[data-testid=run-messages]",
        ),
        (
            format!("/runs/{failed}?task=add"),
            "[data-testid=output-add] table",
        ),
        (format!("/runs/{failed}"), "[data-testid=task-panel-fail]"),
    ])
}

/// What axe finds wrong with what is drawn now.
async fn look(window: &Window<'_>, place: &str) -> Result<Vec<String>> {
    let found = window
        .ask(
            // One that goes round for ever never finishes.
            "const ends = ({effect}) => effect.getComputedTiming().endTime !== Infinity; \
             await Promise.all(document.getAnimations().filter(ends).map(({finished}) => finished)); \
             const {violations} = await axe.run(document, {resultTypes: ['violations']}); \
             return violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => \
             `${id}: ${html.slice(0, 120)}: ${failureSummary}`))",
        )
        .await?;
    let found = found.as_array().context("axe answers with a list")?;
    Ok(found
        .iter()
        .map(|one| format!("{place}: {}", one.as_str().unwrap_or_default()))
        .collect())
}
