//! Task folders and templates with the keyboard alone: each dialog is opened by a key, keeps the keys while it
//! is open, and gives them back to what opened it.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use flowkeep_e2e::{Desk, Language, Window, eventually, words};
use serde_json::{Value, json};

const EARLIER: &str = "file_bak_20250721_120236";

/// A window at the page of a folder that an earlier tool has worked in; the folder's id.
async fn open(desk: &Desk) -> Result<(Window<'_>, String)> {
    let folder = desk.folder().join("Descriptions");
    let archive = folder.join(EARLIER);
    fs::create_dir_all(&archive)?;
    let record = json!({"backup_time": "2025-07-21T12:02:36", "backup_directory": EARLIER,
        "moved_files": ["orders.ddl"], "failed_files": [], "task_id": "task_1"});
    fs::write(archive.join("backup_info.json"), record.to_string())?;
    fs::write(archive.join("orders.ddl"), "CREATE TABLE orders(old);\n")?;
    fs::write(folder.join("orders.ddl"), "CREATE TABLE orders(new);\n")?;
    fs::write(desk.folder().join("tables.txt"), "orders\n")?;
    let workflow = desk.folder().join("describe.json");
    let tasks = json!([{"id": "look", "name": "Look", "action": "manual",
        "params": {"instruction": "Look"}}]);
    let text = json!({"id": "describe", "name": "Describe", "tasks": tasks});
    fs::write(&workflow, text.to_string())?;
    let window = Window::open(desk).await?;
    desk.flowkeep(&["flow", "create", &workflow.to_string_lossy()])?;
    let made = desk.flowkeep(&["folder", "adopt", "describe", &folder.to_string_lossy()])?;
    let id = made["id"].as_str().context("an id")?.to_owned();
    window.focus().await?;
    Ok((window, id))
}

/// Opens a dialog by Enter on a button.
async fn ask(window: &Window<'_>, opener: &str, dialog: &str) -> Result<()> {
    window.press_on(opener, "Return").await?;
    window.shown(dialog).await?;
    Ok(())
}

/// The dialog has the keys: Tab goes through it from top to bottom, comes to what is named, and begins again.
/// Escape closes it, and its opener has them.
async fn goes_round(
    window: &Window<'_>,
    dialog: &str,
    wanted: &[&str],
    opener: &str,
) -> Result<()> {
    let inside = format!("[data-testid={dialog}], [data-testid={dialog}] *");
    window.focus_is_on(&inside).await?;
    let script = "window.focusSeen = []; window.tabs = 0; \
        window.tabbed ??= addEventListener('keyup', ({key}) => { window.tabs += key === 'Tab' }, true) ?? true";
    window.page.execute(script, vec![]).await?;
    let mut last = -1;
    let mut turns = 0;
    let mut met = Vec::new();
    for pressed in 1.. {
        window.desk().press(&["Tab"])?;
        // Where there is but one control, the focus stays on it.
        let took = "return window.tabs";
        eventually(format!("Tab in {dialog}"), async || {
            let tabs = window.page.execute(took, vec![]).await?;
            Ok((tabs == pressed).then_some(()))
        })
        .await?;
        let script = "const now = document.activeElement; \
            const places = [...document.querySelectorAll(`[data-testid=${arguments[0]}] *`)]; \
            const known = window.focusSeen.includes(now); window.focusSeen.push(now); \
            return [known, places.indexOf(now), \
            arguments[1].findIndex((one) => now.matches(one)), now.outerHTML.slice(0, 120)]";
        let asked = window
            .page
            .execute(script, vec![json!(dialog), json!(wanted)])
            .await?;
        let place = asked[1].as_i64().context("a place in the page")?;
        ensure!(place >= 0, "{dialog}: Tab leaves it for {}", asked[3]);
        if asked[0] == true {
            break;
        }
        if place < last {
            turns += 1;
        }
        last = place;
        met.push((asked[2].clone(), asked[3].clone()));
    }
    ensure!(turns <= 1, "{dialog}: Tab goes to and fro: {met:#?}");
    for (n, wanted) in wanted.iter().enumerate() {
        let has = met.iter().any(|(which, _)| which == &json!(n));
        ensure!(has, "{dialog}: Tab never comes to {wanted}: {met:#?}");
    }
    window.desk().press(&["Escape"])?;
    window.gone(dialog).await?;
    window.focus_is_on(opener).await
}

async fn go(window: &Window<'_>, address: &str, drawn: &str) -> Result<()> {
    let go = "location.hash = arguments[0]";
    window.page.execute(go, vec![json!(address)]).await?;
    window.shown(drawn).await?;
    Ok(())
}

#[tokio::test]
async fn every_dialog_keeps_the_keys_and_gives_them_back() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, id) = open(&desk).await?;

    window
        .press_on("[data-testid=nav-task-folders]", "Return")
        .await?;
    window.shown("folder-new").await?;
    let new = "[data-testid=folder-new]";
    ask(&window, new, "dialog-folder-new").await?;
    let controls = ["[data-testid=pick-workflow]", "[data-testid=folder-root]"];
    goes_round(&window, "dialog-folder-new", &controls, new).await?;
    let take = "[data-testid=folder-use]";
    window.press_on(take, "Return").await?;
    desk.choose_in_dialog(&words("task_folder_use_pick")?, desk.folder())
        .await?;
    window.focus().await?;
    window.shown("dialog-folder-use").await?;
    let controls = ["[data-testid=pick-workflow]", "[data-testid=folder-other]"];
    goes_round(&window, "dialog-folder-use", &controls, take).await?;

    // Into the folder by its row, and to its parts by the arrow keys.
    window.press_on("[role=grid]", "Return").await?;
    window.shown("folder-archive").await?;
    let list = "[data-testid=table-list]";
    window.press_on(list, "Return").await?;
    let tables = desk.folder().join("tables.txt");
    desk.choose_in_dialog(&words("table_list_pick")?, &tables)
        .await?;
    window.focus().await?;
    window.shown("table-names").await?;
    let put = "[data-testid=table-list-put]";
    goes_round(&window, "dialog-table-list", &[put], list).await?;
    let archive = "[data-testid=folder-archive]";
    ask(&window, archive, "dialog-archive").await?;
    window.focus_is_on("[data-testid=archive-start]").await?;
    let start = "[data-testid=archive-start]";
    goes_round(&window, "dialog-archive", &[start], archive).await?;
    window.tab_to("[data-testid=tab-files]").await?;
    desk.press(&["Right", "space"])?;
    window.shown("archive-panel").await?;

    window
        .press_on(&format!("[data-testid=archive-{EARLIER}]"), "Return")
        .await?;
    let put_back = "[data-testid=archive-put-back]";
    window.press_on(put_back, "Return").await?;
    window.shown("put-back-start").await?;
    let controls = ["[data-testid=put-back-all]", "[data-testid=put-back-start]"];
    goes_round(&window, "dialog-put-back", &controls, put_back).await?;
    let compare = "[data-testid=archive-compare]";
    ask(&window, compare, "dialog-compare").await?;
    window.shown("text-difference").await?;
    let controls = ["[data-testid=compare-with]", "[role=grid], [role=row]"];
    goes_round(&window, "dialog-compare", &controls, compare).await?;
    let check = "[data-testid=archive-check]";
    ask(&window, check, "dialog-check").await?;
    window
        .focus_is_on("[data-testid=dialog-check] footer button")
        .await?;
    goes_round(&window, "dialog-check", &["footer button"], check).await?;
    let clean_up = "[data-testid=archives-clean-up]";
    ask(&window, clean_up, "dialog-clean-up-archives").await?;
    let controls = [
        "[data-testid=archives-keep]",
        "[data-testid=clean-up-daily] input",
    ];
    goes_round(&window, "dialog-clean-up-archives", &controls, clean_up).await?;

    // Of a template the dialog comes out of another one.
    go(&window, "/workflows", "new").await?;
    let new = "[data-testid=new]";
    ask(&window, new, "dialog-new").await?;
    let offer = "[data-testid=offer-describe-database]";
    window.press_on(offer, "Return").await?;
    window.shown("template-connection").await?;
    let controls = ["[data-testid=template-connection]"];
    goes_round(&window, "dialog-template-use", &controls, new).await?;
    go(&window, &format!("/task-folders/{id}"), "folder-archive").await?;
    window.close().await
}

#[tokio::test]
async fn a_folder_is_archived_and_put_back() -> Result<()> {
    let desk = Desk::new(Language::English).await?;
    let (window, id) = open(&desk).await?;
    let folder = desk.folder().join("Descriptions");
    let file = folder.join("orders.ddl");
    go(&window, &format!("/task-folders/{id}"), "folder-archive").await?;
    let archive = "[data-testid=folder-archive]";
    ask(&window, archive, "dialog-archive").await?;
    desk.press(&["Return"])?;
    window.shown("archive-done").await?;
    ensure!(!file.exists(), "it is archived");
    // The keys stay where they were, though there is nothing left to archive.
    window
        .press_on("[data-testid=archive-look]", "Return")
        .await?;
    window.shown("archive-panel").await?;
    window
        .press_on("[data-testid=archive-put-back]", "Return")
        .await?;
    window.shown("put-back-start").await?;
    window
        .press_on("[data-testid=put-back-start]", "Return")
        .await?;
    let back = || fs::read_to_string(&file).is_ok_and(|text| text == "CREATE TABLE orders(new);\n");
    eventually("the file to be back", async || Ok(back().then_some(()))).await?;
    window.shown("toast").await?;
    let lost = "return document.activeElement === document.body";
    let lost: Value = window.page.execute(lost, vec![]).await?;
    ensure!(lost == false, "the keys are somewhere on the page");
    window.close().await
}
