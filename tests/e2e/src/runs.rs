//! Runs on the page, and workflows as files of somebody's.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::desk::Desk;
use crate::window::Window;

impl Window<'_> {
    /// Waits until the run on the page has come to that.
    ///
    /// # Errors
    /// When it has not within a minute.
    pub async fn run_comes_to(&self, status: &str) -> Result<()> {
        match self.text_of("run-status", |text| text == status).await {
            Ok(_) => Ok(()),
            Err(error) => Err(error.context(self.words().await)),
        }
    }

    /// The id of the run on the page.
    ///
    /// # Errors
    /// When the page is none of a run.
    pub async fn run_on_page(&self) -> Result<String> {
        let address = self.ask("return location.hash").await?;
        let address = address.as_str().context("an address")?.to_owned();
        let run = address.strip_prefix("#/runs/").context(address.clone())?;
        Ok(run.split('?').next().unwrap_or(run).to_owned())
    }
}

impl Desk {
    /// A workflow as a file of somebody's.
    ///
    /// # Errors
    /// When it has no id or cannot be written.
    pub fn workflow_file(&self, workflow: &Value) -> Result<String> {
        let id = workflow["id"].as_str().context("an id")?;
        let file = self.folder().join(format!("{id}.json"));
        fs::write(&file, workflow.to_string())?;
        Ok(file.to_string_lossy().into_owned())
    }
}
