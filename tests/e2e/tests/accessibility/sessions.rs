//! Sessions that can be taken up again, and what is drawn over their page.

use anyhow::Result;
use flowkeep_e2e::configs::{self, Configs};
use flowkeep_e2e::{Window, words};

use super::{Tour, go};

pub(super) struct Sessions(Configs);

pub(super) fn make(window: &Window<'_>) -> Result<Sessions> {
    configs::make(window.desk(), "Order import").map(Sessions)
}

impl Sessions {
    fn page(&self) -> String {
        format!("/sessions/{}", self.0.paused)
    }

    pub(super) fn screens(&self) -> Vec<(String, &'static str)> {
        let page = self.page();
        vec![
            ("/sessions".to_owned(), "[data-testid=sessions-space]"),
            (
                format!("/sessions/{}?which=all", self.0.imported),
                "[data-testid=source-snapshot]",
            ),
            (page.clone(), "[data-testid=source-snapshot]"),
            (format!("{page}?tab=snapshots"), "[data-testid=snapshot-1]"),
            (format!("{page}?tab=files"), "[data-testid^=kept-]"),
            ("/sessions?which=completed".to_owned(), "main h2"),
        ]
    }

    /// What is drawn over the page.
    pub(super) async fn dialogs(&self, tour: &mut Tour<'_>) -> Result<()> {
        let window = tour.window;
        go(window, &self.page(), "[data-testid=go-on]").await?;
        let changed = "show-tool-sets/basic-tools.yaml";
        tour.opens(changed, "text-difference", "a file then and now")
            .await?;
        tour.close("dialog-file-difference").await?;
        tour.opens("strategies", "strategy-save", "what is kept")
            .await?;
        tour.close("dialog-strategies").await?;
        window.click("space-menu").await?;
        let clean_up = "menu-clean-up-snapshots";
        tour.opens(clean_up, "clean-up-snapshots-apply", "snapshots that go")
            .await?;
        tour.close("dialog-clean-up-snapshots").await?;
        window.click("space-menu").await?;
        tour.opens("menu-scrub", "scrub-sound", "snapshots that were checked")
            .await?;
        tour.close("dialog-scrub").await?;
        window.click("config-open").await?;
        window.click("config-pick").await?;
        let file = self.0.root.join("workflows/react.yaml");
        let title = words("config_pick_title")?;
        window.desk().choose_in_dialog(&title, &file).await?;
        window.shown("config-preview").await?;
        tour.seen("a configuration to open").await?;
        tour.close("dialog-open-config").await?;
        tour.opens("look-first", "dialog-restored", "files that came back")
            .await?;
        tour.close("dialog-restored").await?;
        window.click("wizard-more").await?;
        tour.opens("menu-in-place", "in-place-files", "files to be put back")
            .await?;
        tour.close("dialog-in-place").await
    }
}
