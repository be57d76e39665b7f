//! The keyboard and native dialogs, by `xdotool`: as a person types, not as a page is scripted.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::desk::Desk;
use crate::wait::eventually;

impl Desk {
    /// Presses keys, one combination after the other, in the window that has the focus.
    ///
    /// # Errors
    /// When `xdotool` does not know a key.
    pub fn press(&self, keys: &[&str]) -> Result<()> {
        for key in keys {
            self.run("xdotool", &["key", "--clearmodifiers", key])?;
        }
        Ok(())
    }

    /// Types ASCII text in the window that has the focus.
    ///
    /// # Errors
    /// When the text is not ASCII, which `xdotool` does not type reliably.
    pub fn type_text(&self, text: &str) -> Result<()> {
        ensure!(text.is_ascii(), "typed text must be ASCII");
        self.run(
            "xdotool",
            &["type", "--clearmodifiers", "--delay", "15", "--", text],
        )?;
        Ok(())
    }

    /// Chooses `path` in the native dialog whose title is `title`, and waits until it is gone.
    ///
    /// # Errors
    /// When no such dialog opens, or it does not close on this path, within a minute.
    pub async fn choose_in_dialog(&self, title: &str, path: &Path) -> Result<()> {
        let dialog = self.dialog(title).await?;
        self.run("xdotool", &["windowfocus", "--sync", &dialog])?;
        // From a place in the file system, never from "Recent", where a folder cannot be chosen.
        self.press(&["alt+Home", "ctrl+l", "ctrl+a"])?;
        self.type_text(&path.to_string_lossy())?;
        // The chooser completes a name by itself; what it added is selected.
        self.press(&["Delete"])?;
        eventually(
            format!("the dialog to close on {}", path.display()),
            async || {
                if self.dialogs_titled(title)?.is_empty() {
                    return Ok(Some(()));
                }
                // It is deaf until it has seen whether the file is there. Nobody but the dialog gets
                // the key, which may close on an earlier one meanwhile.
                let mut enter = self.command("xdotool");
                enter
                    .args(["key", "--window", &dialog, "Return"])
                    .output()?;
                // Pressed while the dialog had the keyboard and let go when it had it no longer, the key
                // would stay down for the display, which then repeats it into the page.
                self.run("xdotool", &["keyup", "Return"])?;
                Ok(None)
            },
        )
        .await
    }

    /// Closes the native dialog of that title with Escape.
    ///
    /// # Errors
    /// When no such dialog opens or it does not close within a minute.
    pub async fn close_dialog(&self, title: &str) -> Result<()> {
        let dialog = self.dialog(title).await?;
        self.run("xdotool", &["windowfocus", "--sync", &dialog])?;
        self.press(&["Escape"])?;
        eventually("the dialog to close", async || {
            Ok(self.dialogs_titled(title)?.is_empty().then_some(()))
        })
        .await
    }

    /// The number of the native dialog with that title, once it is there.
    ///
    /// # Errors
    /// When none opens within a minute.
    pub async fn dialog(&self, title: &str) -> Result<String> {
        eventually(format!("the dialog {title}"), async || {
            Ok(self.dialogs_titled(title)?.into_iter().next())
        })
        .await
    }

    /// The visible windows of Flowkeep with that title, in whatever script. `xdotool` itself looks at the
    /// title of old, which GTK leaves out where the desk's locale is not installed.
    fn dialogs_titled(&self, title: &str) -> Result<Vec<String>> {
        let mut search = self.command("xdotool");
        let found = search
            .args(["search", "--onlyvisible", "--class", "flowkeep-desktop"])
            .output()?;
        let mut titled = String::from_utf8(found.stdout)?
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let wanted = format!("= \"{title}\"\n");
        titled.retain(|window| {
            let mut ask = self.command("xprop");
            ask.args(["-id", window, "_NET_WM_NAME"]);
            let told = ask.env("LC_ALL", "C.UTF-8").output();
            // A window may go while it is looked at.
            told.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).ends_with(&wanted))
        });
        Ok(titled)
    }

    /// The window of Flowkeep that is so many pixels wide, once there is one.
    ///
    /// # Errors
    /// When none opens within a minute.
    pub async fn window_of_width(&self, width: u32) -> Result<String> {
        eventually(format!("a window of {width} pixels"), async || {
            Ok(self.windows_of_width(width)?.into_iter().next())
        })
        .await
    }

    /// Waits until a window on this data folder has painted its first page; from then on it takes
    /// the keyboard.
    ///
    /// # Errors
    /// When its log does not say so within a minute.
    pub async fn painted(&self, data_dir: &Path) -> Result<()> {
        let logs = data_dir.join("logs");
        eventually("the first page to be painted", async || {
            let Ok(files) = std::fs::read_dir(&logs) else {
                return Ok(None);
            };
            for file in files {
                if std::fs::read_to_string(file?.path())?.contains("window ready") {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// The visible windows of Flowkeep that are so many pixels wide.
    ///
    /// # Errors
    /// When `xdotool` is missing.
    pub fn windows_of_width(&self, width: u32) -> Result<Vec<String>> {
        let wanted = format!("WIDTH={width}");
        let all = self.windows_named("^Flowkeep$")?.into_iter();
        Ok(all
            .filter(|window| {
                // A window may go while it is looked at.
                let shell = self.run("xdotool", &["getwindowgeometry", "--shell", window]);
                shell.is_ok_and(|shell| shell.lines().any(|line| line == wanted))
            })
            .collect())
    }

    /// The visible windows whose title contains that text.
    ///
    /// # Errors
    /// When `xdotool` is missing.
    pub fn windows_named(&self, title: &str) -> Result<Vec<String>> {
        let mut search = self.command("xdotool");
        let found = search
            .args(["search", "--onlyvisible", "--name", title])
            .output()?;
        Ok(String::from_utf8(found.stdout)?
            .lines()
            .map(str::to_owned)
            .collect())
    }
}
