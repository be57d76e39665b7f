//! The keyring of the desk, as GNOME has it: what a login unlocks, and what asks for a password when
//! a login did not.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, Result};

use crate::desk::Desk;
use crate::program::Tied;
use crate::wait::eventually;

/// What the person at the desk logs in with.
const PASSWORD: &str = "desk";
const SERVICE: &str = "--dest=org.freedesktop.secrets";
/// After so many looks that found the keyring locked, its password is typed again.
const TYPED_EVERY: u32 = 60;
const KEYRING: &str = "/org/freedesktop/secrets/collection/login";

impl Desk {
    /// The same desk with a keyring that its login has unlocked.
    ///
    /// # Errors
    /// When `gnome-keyring-daemon` does not start.
    pub async fn with_keyring(mut self) -> Result<Self> {
        let mut command = self.command("gnome-keyring-daemon");
        command
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut daemon = Tied::new(command)?;
        let mut login = daemon.child().stdin.take().context("its input")?;
        login.write_all(PASSWORD.as_bytes())?;
        drop(login);
        self.keyring = Some(daemon);
        eventually("the keyring", async || {
            // Whoever speaks to one that is not there yet has the bus start another.
            let name = [
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ];
            let there = self.bus_says(&name, "true");
            Ok((there && self.keyring_is_locked(false)).then_some(()))
        })
        .await?;
        Ok(self)
    }

    /// Locks the keyring, as a login without a password leaves it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn lock_keyring(&self) -> Result<()> {
        let keyring = format!("array:objpath:{KEYRING}");
        self.run(
            "dbus-send",
            &[
                "--session",
                "--print-reply",
                SERVICE,
                "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service.Lock",
                &keyring,
            ],
        )?;
        eventually("the keyring to be locked", async || {
            Ok(self.keyring_is_locked(true).then_some(()))
        })
        .await
    }

    /// Types the password into the window in which the keyring asks for it.
    ///
    /// # Errors
    /// When no such window opens, or the keyring stays locked, for a minute.
    pub async fn answer_keyring(&self) -> Result<()> {
        let asks = async || {
            let mut search = self.command("xdotool");
            search.args(["search", "--onlyvisible", "--class", "gcr-prompter"]);
            let found = String::from_utf8(search.output()?.stdout)?;
            anyhow::Ok(found.lines().next().map(str::to_owned))
        };
        let window = eventually("the keyring's question", asks).await?;
        self.run("xdotool", &["windowfocus", "--sync", &window])?;
        let mut looks = 0;
        eventually("the keyring to be unlocked", async || {
            if self.keyring_is_locked(false) {
                return Ok(Some(()));
            }
            // It is seen before it listens: what was typed until then is lost, and it asks on, or again in a new window.
            if looks % TYPED_EVERY == 0
                && let Some(window) = asks().await?
            {
                // It may have gone meanwhile: then the next look says so.
                let focused = self.run("xdotool", &["windowfocus", &window]);
                if focused.is_ok() {
                    self.press(&["ctrl+a"])?;
                    self.type_text(PASSWORD)?;
                    self.press(&["Return"])?;
                }
            }
            looks += 1;
            Ok(None)
        })
        .await
    }

    fn keyring_is_locked(&self, locked: bool) -> bool {
        let asked = [
            SERVICE,
            KEYRING,
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        ];
        self.bus_says(&asked, if locked { "true" } else { "false" })
    }

    /// Whether the answer to a question on the session bus ends so.
    fn bus_says(&self, question: &[&str], answer: &str) -> bool {
        let mut all = vec!["--session", "--print-reply"];
        all.extend(question);
        let said = self.run("dbus-send", &all);
        said.is_ok_and(|said| said.trim_end().ends_with(answer))
    }
}
