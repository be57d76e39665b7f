//! What a screen reader is told of the window, and what it can press: the names and roles that AT-SPI gives, not what
//! the page's own elements say.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::desk::Desk;
use crate::program::Tied;
use crate::wait::eventually;

/// Reads the window, and presses what is in it.
const READER: &str = include_str!("../screen_reader.py");

/// Where the bus of assistive technology is started from; it has no place in `PATH`.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";

/// One thing that is shown.
#[derive(Debug, Clone, Deserialize)]
pub struct Heard {
    /// What it is: `push button`, `table row`.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What is written in it.
    pub text: String,
    /// `expanded`, `checked` and others.
    pub states: Vec<String>,
}

impl Desk {
    /// The same desk with somebody at it who uses a screen reader: every window opened from now on tells what it shows.
    ///
    /// # Errors
    /// When the bus of assistive technology does not start.
    pub fn with_screen_reader(mut self) -> Result<Self> {
        let mut launcher = self.command(LAUNCHER);
        launcher
            .args(["--launch-immediately", "--a11y=1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.screen_reader = Some(Tied::new(launcher)?);
        Ok(self)
    }

    /// Everything that is told of the window now, from the top on.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn heard(&self) -> Result<Vec<Heard>> {
        Ok(serde_json::from_str(&self.read(&[])?)?)
    }

    /// Waits until something of that role is as `right` wants it, and gives it.
    ///
    /// # Errors
    /// When there is no such thing within a minute, with what there is.
    pub async fn hears(&self, role: &str, right: impl Fn(&Heard) -> bool) -> Result<Heard> {
        let mut last = Vec::new();
        let found = eventually(format!("a {role}"), async || {
            last = self.heard()?;
            let mut of_role = last.iter().filter(|heard| heard.role == role);
            Ok(of_role.find(|heard| right(heard)).cloned())
        })
        .await;
        let lines = last.iter().map(|heard| format!("{heard:?}\n"));
        found.with_context(|| lines.collect::<String>())
    }

    /// Presses the first thing of that role whose name begins so, as a screen reader does.
    ///
    /// # Errors
    /// When there is none within a minute.
    pub async fn press_heard(&self, role: &str, name: &str) -> Result<()> {
        self.hears(role, |heard| heard.name.starts_with(name))
            .await?;
        eventually(format!("the {role} {name}"), async || {
            match self.read(&[role, name])?.trim() {
                "true" => Ok(Some(())),
                "false" => Ok(None),
                said => bail!("{said}"),
            }
        })
        .await
    }

    fn read(&self, asked: &[&str]) -> Result<String> {
        // The system's Python: only that one has the bindings of AT-SPI.
        let mut command = self.command("/usr/bin/python3");
        let output = command.args(["-c", READER]).args(asked).output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}
