//! Every screen as it is drawn in the real window, in both themes, looked at by axe: names, roles,
//! contrast. What axe cannot see (an order of focus that makes sense) is in `keyboard.rs`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window};
use serde_json::{Value, json};

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
    call(&window, "example_add", &json!({})).await?;

    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        let settings = json!({"theme": theme, "backup_folder_asked": true});
        call(&window, "settings_update", &settings).await?;
        window
            .shown_by(Locator::Css(&format!("html[data-theme={theme}]")))
            .await?;
        for (address, drawn) in SCREENS {
            let go = "location.hash = arguments[0]";
            window.page.execute(go, vec![json!(address)]).await?;
            window.shown_by(Locator::Css(drawn)).await?;
            found.extend(look(&window, &format!("{theme} {address}")).await?);
        }
        window.click("nav-workflows").await?;
        window.click("new").await?;
        window.shown("dialog-new").await?;
        found.extend(look(&window, &format!("{theme} a new workflow")).await?);
        window.focus().await?;
        desk.press(&["Escape"])?;
        window.gone("dialog-new").await?;
    }
    ensure!(found.is_empty(), "{found:#?}");
    window.close().await
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

async fn call(window: &Window<'_>, name: &str, input: &Value) -> Result<()> {
    let call = json!({"name": name, "input": input});
    let script = format!("await window.__TAURI_INTERNALS__.invoke('call', {call})");
    window.ask(&script).await.with_context(|| name.to_owned())?;
    Ok(())
}
