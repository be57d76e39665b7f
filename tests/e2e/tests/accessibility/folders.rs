//! Task folders and what is drawn over their pages, with what earlier tools, earlier runs and a broken-off
//! archive left in one, and with one that is away.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use flowkeep_e2e::{Window, words};
use serde_json::json;

use super::{Tour, go};

/// An archive of an earlier tool, which has lost a file.
const EARLIER: &str = "file_bak_20250721_120236";

pub(super) struct Folders {
    path: PathBuf,
    there: String,
    gone: String,
    archived: String,
    hindered: String,
}

pub(super) async fn make(window: &Window<'_>) -> Result<Folders> {
    let desk = window.desk();
    let path = desk.folder().join("Descriptions");
    let earlier = path.join(EARLIER);
    fs::create_dir_all(&earlier)?;
    let record = json!({"backup_time": "2025-07-21T12:02:36.512345", "backup_directory": EARLIER,
        "moved_files": ["orders.ddl", "gone.ddl"], "failed_files": [], "task_id": "task_1"});
    fs::write(earlier.join("backup_info.json"), record.to_string())?;
    fs::write(earlier.join("orders.ddl"), "CREATE TABLE orders(old);\n")?;
    let broken = path.join("file_bak_20250722_120236");
    fs::create_dir(&broken)?;
    fs::write(broken.join("backup_info.json"), "{\"backup_time\": ")?;
    fs::create_dir(path.join("file_bak_20250723_120236"))?;
    fs::write(path.join("orders.ddl"), "CREATE TABLE orders(new);\n")?;
    fs::write(path.join("mapping.csv"), "a,b\n")?;
    fs::write(path.join("table_list.txt"), "orders\n")?;
    let workflow = json!({"id": "describe", "name": "Describe", "tasks": [
        {"id": "write", "name": "Write", "action": "file.write",
         "params": {"path": "result.md", "text": "# Orders"}}]});
    let made = json!({"text": workflow.to_string(), "format": "json"});
    window.call("flow_create", &made).await?;
    let adopt = |path: &str, more: &[&str]| {
        let words = [&["folder", "adopt", "describe", path], more].concat();
        let made = desk.flowkeep(&words)?;
        anyhow::Ok(made["id"].as_str().context("an id")?.to_owned())
    };
    let there = adopt(&path.to_string_lossy(), &["--for-runs"])?;
    desk.flowkeep(&["folder", "set", &there, "--keep", "mapping.csv"])?;
    let away = desk.folder().join("exports");
    fs::create_dir(&away)?;
    let gone = adopt(&away.to_string_lossy(), &[])?;
    fs::remove_dir(&away)?;
    let folders = Folders {
        archived: run(window).await?,
        hindered: {
            let _open = fs::File::options()
                .append(true)
                .open(path.join("result.md"))?;
            run(window).await?
        },
        path,
        there,
        gone,
    };
    Ok(folders)
}

/// A run that has ended.
async fn run(window: &Window<'_>) -> Result<String> {
    let wanted = json!({"workflow": "describe", "context": {}});
    let begun = window.call("run_start", &wanted).await?;
    let id = begun["run_id"].as_str().context("an id")?.to_owned();
    let page = format!("/runs/{id}");
    go(window, &page, "[data-testid=run-status]").await?;
    let ended = |text: &str| text == "Succeeded" || text == "Failed";
    window.text_of("run-status", ended).await?;
    Ok(id)
}

impl Folders {
    pub(super) fn screens(&self) -> Vec<(String, &'static str)> {
        let Self {
            there,
            gone,
            archived,
            hindered,
            ..
        } = self;
        let page = format!("/task-folders/{there}");
        vec![
            ("/task-folders".to_owned(), "[data-testid^=row-]"),
            (page.clone(), "[data-testid=\"row-mapping.csv\"]"),
            (
                format!("{page}?tab=archives"),
                "[data-testid=archive-panel] [data-testid^=row-]",
            ),
            (
                format!("{page}?tab=archives&archive={EARLIER}"),
                "[data-testid=archive-panel] [data-testid=\"row-gone.ddl\"]",
            ),
            (
                format!("{page}?tab=archives&archive=file_bak_20250722_120236"),
                "[data-testid=archive-panel]",
            ),
            (
                format!("{page}?tab=settings"),
                "[data-testid=\"keep-mapping.csv\"]",
            ),
            (format!("/task-folders/{gone}"), "main [data-testid=error]"),
            (
                format!("/runs/{archived}"),
                "[data-testid=run-archive][data-status=succeeded]",
            ),
            (format!("/runs/{hindered}"), "[data-testid=run-hindered]"),
        ]
    }

    /// What is drawn over these pages, and what stands on them after an archive.
    pub(super) async fn dialogs(&self, tour: &mut Tour<'_>) -> Result<()> {
        let window = tour.window;
        window.click("nav-task-folders").await?;
        window.click("folder-new").await?;
        window.click("pick-workflow").await?;
        window.click("pick-describe").await?;
        window.gone("pick-describe").await?;
        tour.seen("a new folder").await?;
        tour.close("dialog-folder-new").await?;
        window.click("folder-use").await?;
        self.choose(window, "task_folder_use_pick", "Descriptions")
            .await?;
        window.shown("dialog-folder-use").await?;
        tour.seen("a folder that is there").await?;
        tour.close("dialog-folder-use").await?;

        let page = format!("/task-folders/{}", self.there);
        go(window, &page, "[data-testid=folder-archive]").await?;
        window.click("table-list").await?;
        self.choose(window, "table_list_pick", "Descriptions/mapping.csv")
            .await?;
        window.shown("table-names").await?;
        tour.seen("a list of tables").await?;
        tour.close("dialog-table-list").await?;
        self.archive(tour).await?;

        fs::write(self.path.join("orders.ddl"), "CREATE TABLE orders(now);\n")?;
        let page = format!("{page}?tab=archives&archive={EARLIER}");
        go(window, &page, "[data-testid=archive-put-back]").await?;
        tour.opens(
            "archive-put-back",
            "put-back-hindered",
            "an archive to put back",
        )
        .await?;
        window.click("put-back-few").await?;
        tour.seen("files to put back").await?;
        tour.close("dialog-put-back").await?;
        tour.opens(
            "archive-compare",
            "text-difference",
            "an archive beside the folder",
        )
        .await?;
        tour.close("dialog-compare").await?;
        tour.opens(
            "archive-check",
            "check-failed",
            "an archive that has lost a file",
        )
        .await?;
        tour.close("dialog-check").await?;
        window.click("archives-clean-up").await?;
        let line = format!("[data-testid=clean-up-{EARLIER}]");
        window.shown_by(Locator::Css(&line)).await?;
        tour.seen("archives to clean up").await?;
        tour.close("dialog-clean-up-archives").await?;

        window.click("nav-workflows").await?;
        window.click("new").await?;
        tour.opens(
            "offer-describe-database",
            "template-connection",
            "a template to fill in",
        )
        .await?;
        tour.close("dialog-template-use").await
    }

    /// An archive that somebody is in the way of, and one that is made.
    async fn archive(&self, tour: &mut Tour<'_>) -> Result<()> {
        let result = self.path.join("result.md");
        fs::write(&result, "# Orders\n")?;
        let open = fs::File::options().append(true).open(&result)?;
        tour.opens("folder-archive", "dialog-archive", "a folder to archive")
            .await?;
        tour.opens(
            "archive-start",
            "archive-failed",
            "an archive that was not made",
        )
        .await?;
        drop(open);
        tour.opens(
            "archive-continue",
            "archive-done",
            "an archive that was made",
        )
        .await
    }

    async fn choose(&self, window: &Window<'_>, title: &str, name: &str) -> Result<()> {
        let path = window.desk().folder().join(name);
        window.desk().choose_in_dialog(&words(title)?, &path).await
    }
}
