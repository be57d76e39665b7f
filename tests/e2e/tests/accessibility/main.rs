//! Every screen as it is drawn in the real window, in both themes, looked at by axe: names, roles,
//! contrast. What axe cannot see (an order of focus that makes sense) is in `keyboard.rs`.

mod folders;
mod sessions;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, eventually};
use serde_json::json;

/// Each screen by its address, and what is there once it is drawn.
const SCREENS: [(&str, &str); 17] = [
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
    ("/connections", "[data-testid=connection-shop]"),
    ("/connections?tab=secrets", "[data-testid=secret-mail]"),
    ("/connections?tab=agents", "[data-testid=agent-local]"),
    ("/connections?tab=rules", "[data-testid=rules-try]"),
    ("/activity", "[data-testid^=row-]"),
    ("/settings", "[data-testid=diagnostics]"),
    ("/help/shortcuts", "[data-testid=guide] table"),
];

#[tokio::test]
async fn every_screen_can_be_read_and_used_by_everybody() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, mut screens) = open(&desk).await?;
    let folders = folders::make(&window).await?;
    let sessions = sessions::make(&window)?;
    // The dialogs begin at the last one.
    screens.splice(0..0, folders.screens());
    screens.splice(0..0, sessions.screens());
    let mut tour = Tour {
        window: &window,
        theme: "",
        found: Vec::new(),
    };
    for theme in ["light", "dark"] {
        in_theme(&window, theme).await?;
        tour.theme = theme;
        for (address, drawn) in &screens {
            go(&window, address, drawn).await?;
            tour.seen(address).await?;
        }
        dialogs(&mut tour).await?;
        folders.dialogs(&mut tour).await?;
        sessions.dialogs(&mut tour).await?;
    }
    ensure!(tour.found.is_empty(), "{:#?}", tour.found);
    window.close().await
}

/// A way through the window, and what axe finds wrong on it.
struct Tour<'w> {
    window: &'w Window<'w>,
    theme: &'static str,
    found: Vec<String>,
}

impl Tour<'_> {
    /// Looks at what is drawn now.
    async fn seen(&mut self, what: &str) -> Result<()> {
        let wrong = look(self.window, &format!("{} {what}", self.theme)).await?;
        self.found.extend(wrong);
        Ok(())
    }

    /// Clicks, and looks once that is shown.
    async fn opens(&mut self, click: &str, shown: &str, what: &str) -> Result<()> {
        self.window.click(click).await?;
        self.window.shown(shown).await?;
        self.seen(what).await
    }

    async fn close(&self, dialog: &str) -> Result<()> {
        self.window.focus().await?;
        self.window.desk().press(&["Escape"])?;
        self.window.gone(dialog).await
    }
}

/// What is drawn over a page. Begins at a run that has failed.
async fn dialogs(tour: &mut Tour<'_>) -> Result<()> {
    let window = tour.window;
    tour.opens("run-retry", "dialog-retry", "a run once more")
        .await?;
    tour.close("dialog-retry").await?;
    window.click("nav-connections").await?;
    window.click("test-shop").await?;
    window
        .text_of("connection-shop", |text| text.contains("does not answer"))
        .await?;
    tour.seen("a connection that is down").await?;
    window.click("more-shop").await?;
    tour.opens("menu-edit", "dialog-connection", "a connection to change")
        .await?;
    tour.opens("connection-test", "test-failed", "a test that failed")
        .await?;
    tour.close("dialog-connection").await?;
    window.click("tab-agents").await?;
    tour.opens("agent-add", "dialog-agent", "a new agent")
        .await?;
    tour.close("dialog-agent").await?;
    window.click("tab-rules").await?;
    tour.opens("rule-add", "dialog-rule", "a new rule").await?;
    tour.close("dialog-rule").await?;
    window.click("nav-workflows").await?;
    tour.opens("new", "dialog-new", "a new workflow").await?;
    tour.close("dialog-new").await?;
    window.click("row-example-month-end").await?;
    tour.opens("run", "context-month", "a run that is to start")
        .await?;
    tour.close("dialog-run").await
}

#[tokio::test]
async fn with_text_twice_as_large_nothing_but_lists_goes_sideways() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, mut screens) = open(&desk).await?;
    screens.extend(folders::make(&window).await?.screens());
    screens.extend(sessions::make(&window)?.screens());
    window.focus().await?;
    desk.press(&["ctrl+equal"; 5])?;
    eventually("the page to be twice as large", async || {
        let ratio = window.ask("return outerWidth / innerWidth").await?;
        Ok(ratio.as_f64().filter(|ratio| *ratio >= 1.99))
    })
    .await?;
    let mut found = Vec::new();
    for (address, drawn) in &screens {
        go(&window, address, drawn).await?;
        found.extend(look(&window, address).await?);
        let wide = window
            .ask(
                "const lists = '[role=grid], table, .cm-scroller, pre'; \
                 const scrolls = (one) => one === document.documentElement \
                 || ['auto', 'scroll'].includes(getComputedStyle(one).overflowX); \
                 return [...document.querySelectorAll('*')] \
                 .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 && scrolls(one)) \
                 .filter((one) => !one.closest(lists) && !one.querySelector(`:scope > :is(${lists})`)) \
                 .map((one) => `${one.clientWidth} of ${one.scrollWidth}: ${one.outerHTML.slice(0, 160)}`)",
            )
            .await?;
        let wide = wide.as_array().context("a list")?;
        found.extend(wide.iter().map(|one| format!("{address}: {one}")));
    }
    ensure!(found.is_empty(), "{found:#?}");
    window.close().await
}

/// A window with something on every screen, and the screens.
async fn open(desk: &Desk) -> Result<(Window<'_>, Vec<(String, &'static str)>)> {
    let window = Window::open(desk).await?;
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&script)
        .with_context(|| format!("{}: npm ci --prefix ui", script.display()))?;
    window.page.execute(&axe, vec![]).await?;
    window.call("example_add", &json!({})).await?;
    window
        .call("settings_update", &json!({"backup_folder_asked": true}))
        .await?;
    let shop = json!({"name": "shop", "type": "elasticsearch", "host": "127.0.0.1", "port": 1,
        "user": "anna", "password": "hunter22"});
    window.call("source_add", &shop).await?;
    let secret = json!({"name": "mail", "value": "hunter22"});
    window.call("secret_set", &secret).await?;
    let screens = SCREENS.map(|(address, drawn)| (address.to_owned(), drawn));
    let screens = screens.into_iter().chain(runs(&window).await?).collect();
    Ok((window, screens))
}

async fn in_theme(window: &Window<'_>, theme: &str) -> Result<()> {
    window
        .call("settings_update", &json!({"theme": theme}))
        .await?;
    let drawn = format!("html[data-theme={theme}]");
    window.shown_by(Locator::Css(&drawn)).await?;
    Ok(())
}

async fn go(window: &Window<'_>, address: &str, drawn: &str) -> Result<()> {
    let go = "location.hash = arguments[0]";
    window.page.execute(go, vec![json!(address)]).await?;
    window.shown_by(Locator::Css(drawn)).await?;
    Ok(())
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
        (
            "/runs?view=timeline".to_owned(),
            "[data-testid=history] [data-mark]",
        ),
        (
            "/runs?view=calendar".to_owned(),
            "[data-testid=calendar-sum]",
        ),
        ("/workflows/asks?tab=runs".to_owned(), "[data-testid^=row-]"),
        (
            "/workflows/fails?tab=statistics".to_owned(),
            "[data-testid=trend-tasks]",
        ),
        (format!("/runs/{asking}"), "[data-testid=answer-kind]"),
        (
            format!("/runs/{failed}?tab=messages"),
            "[data-testid=run-messages]",
        ),
        (
            format!("/runs/{failed}?tab=graph"),
            "[data-testid=graph-panel]",
        ),
        (
            format!("/runs/{failed}?tab=graph&path=critical&task=none"),
            "[data-testid=graph-path]",
        ),
        (format!("/runs/{failed}?tab=data"), "[data-testid=data-add]"),
        (
            format!("/runs/{failed}?tab=definition"),
            "[data-testid=definition-open]",
        ),
        (
            format!("/runs/{failed}?tab=related"),
            "[data-testid=run-related]",
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
