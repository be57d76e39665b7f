//! `make screenshots`: every screen of the real window, with the example and a little history, as
//! pictures of 1280 × 800. English in light and Chinese in dark, or with `--all` every pair.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use fantoccini::Locator;
use flowkeep_e2e::{Desk, Language, Window, drop_on_window};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(folder) = arguments.next() else {
        bail!("usage: screenshots FOLDER [--all]")
    };
    let folder = std::path::absolute(PathBuf::from(folder))?;
    let all = arguments.next().is_some_and(|argument| argument == "--all");
    for (language, theme, always) in [
        (Language::English, "light", true),
        (Language::English, "dark", false),
        (Language::Chinese, "light", false),
        (Language::Chinese, "dark", true),
    ] {
        if always || all {
            let spoken = if language == Language::English {
                "en"
            } else {
                "zh"
            };
            shoot(language, theme, &folder, &format!("{spoken}-{theme}")).await?;
        }
    }
    Ok(())
}

async fn shoot(language: Language, theme: &str, folder: &Path, end: &str) -> Result<()> {
    // Room for the window's frame, which is not in the pictures.
    let desk = Desk::with_screen(language, 1320, 860).await?;
    let backups = desk.folder().join("backups");
    let window = Window::open(&desk).await?;
    command(
        &window,
        "settings_update",
        &json!({"theme": theme, "backup_folder_asked": true}),
    )
    .await?;
    command(&window, "example_add", &json!({})).await?;
    command(
        &window,
        "settings_update",
        &json!({"display_name": if language == Language::English { "Ada" } else { "林薇" }}),
    )
    .await?;
    let kept = catalog(&desk, language)?;
    desk.flowkeep(&["flow", "import", &kept.to_string_lossy()])?;
    desk.flowkeep(&["db", "backup", "-o", &backups.to_string_lossy()])?;
    // Since then: one was changed, one was lost.
    let changed = kept.join("stock.json");
    let text = fs::read_to_string(&changed)?;
    fs::write(
        &changed,
        text.replace("\"maxConcurrent\":2", "\"maxConcurrent\":6"),
    )?;
    desk.flowkeep(&["flow", "update", "stock", &changed.to_string_lossy()])?;
    desk.flowkeep(&["flow", "delete", "reconcile"])?;
    let files = earlier_tool(&desk)?;

    let picture = async |name: &str| {
        let file = folder.join(format!("{name}-{end}.png"));
        window.picture(&file).await?;
        println!("{}", file.display());
        anyhow::Ok(())
    };
    window.click("nav-overview").await?;
    picture("overview").await?;
    window.click("nav-workflows").await?;
    picture("workflows").await?;
    window
        .shown_by(Locator::Css("[data-testid^=\"row-\"]"))
        .await?
        .click()
        .await?;
    window.shown("field-name").await?;
    picture("workflow").await?;
    window.click("nav-workflows").await?;
    let dropped: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    drop_on_window(&desk, &window, &dropped).await?;
    window.shown("import-apply").await?;
    picture("import").await?;
    window.focus().await?;
    desk.press(&["Escape"])?;
    window.gone("dialog-import").await?;
    window.click("nav-backup").await?;
    let restore = window
        .shown_by(Locator::Css("[data-testid^=\"restore-\"]"))
        .await?;
    picture("backup").await?;
    restore.click().await?;
    window.shown("apply-restore").await?;
    window
        .shown_by(Locator::Css("[data-testid^=\"item-\"]"))
        .await?
        .click()
        .await?;
    picture("restore").await?;
    for page in ["activity", "settings"] {
        window.click(&format!("nav-{page}")).await?;
        picture(page).await?;
    }
    window.close().await
}

/// One command of the list, as the page itself would call it.
async fn command(window: &Window<'_>, name: &str, input: &serde_json::Value) -> Result<()> {
    let call = json!({"name": name, "input": input});
    let script = format!("await window.__TAURI_INTERNALS__.invoke('call', {call})");
    window.ask(&script).await.with_context(|| name.to_owned())?;
    Ok(())
}

/// Workflows as an office keeps them.
fn catalog(desk: &Desk, language: Language) -> Result<PathBuf> {
    let folder = desk.folder().join("catalog");
    fs::create_dir_all(&folder)?;
    let workflows = [
        ("stock", "Stock check", "库存检查"),
        ("reconcile", "End-of-day reconciliation", "日终对账"),
        ("customers", "Customer import", "客户导入"),
        ("invoices", "Invoice run", "开具发票"),
        ("archive-logs", "Archive logs", "归档日志"),
        ("price-list", "Price list to the shops", "向门店发送价目表"),
        ("payroll", "Payroll preparation", "工资准备"),
        ("suppliers", "Supplier onboarding", "供应商入驻"),
    ];
    for (index, (id, english, chinese)) in workflows.into_iter().enumerate() {
        let name = if language == Language::English {
            english
        } else {
            chinese
        };
        let tasks: Vec<_> = (0..=index % 4 + 1)
            .map(|step| {
                let after: Vec<_> = step
                    .checked_sub(1)
                    .map(|n| format!("step-{n}"))
                    .into_iter()
                    .collect();
                json!({"id": format!("step-{step}"), "name": format!("Step {}", step + 1),
                    "action": "manual", "params": {"instruction": "Do it"}, "dependsOn": after})
            })
            .collect();
        let text =
            json!({"id": id, "name": name, "priority": 1, "maxConcurrent": 2, "tasks": tasks});
        fs::write(folder.join(format!("{id}.json")), text.to_string())?;
    }
    Ok(folder)
}

/// A few files such as an earlier tool leaves behind; the second is the first, changed.
fn earlier_tool(desk: &Desk) -> Result<Vec<PathBuf>> {
    let folder = desk.folder().join("earlier-tool");
    fs::create_dir_all(&folder)?;
    let workflow = |name: &str, concurrent: u32| {
        json!({"id": "payroll", "name": name, "priority": 1, "maxConcurrent": concurrent,
            "tasks": [
                {"id": "load", "name": "Load", "action": "manual", "params": {"instruction": "Load"}},
                {"id": "check", "name": "Check", "action": "manual", "dependsOn": ["load"],
                 "params": {"instruction": "Check"}}]})
        .to_string()
    };
    let contents = [
        ("nightly-load.json", workflow("Nightly load", 2)),
        ("nightly-load-2.json", workflow("Nightly load and check", 3)),
        (
            "roadmap.json",
            json!({"id": "year", "title": "The year", "milestones": []}).to_string(),
        ),
        (
            "review.md",
            "---\nname: Review\n---\nTwo people read every change.\n".to_owned(),
        ),
        ("half.json", "{\"id\": \"half\", \"name\": ".to_owned()),
        (
            "notes.txt",
            "Call the printer about the new labels.\n".to_owned(),
        ),
    ];
    let mut files = Vec::new();
    for (name, text) in contents {
        let file = folder.join(name);
        fs::write(&file, text)?;
        files.push(file);
    }
    Ok(files)
}
