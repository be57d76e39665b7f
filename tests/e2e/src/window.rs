//! The window under test and what is on its page.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus, NewSessionError};
use fantoccini::key::Key;
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::geteuid;
use serde_json::{Value, json};

use crate::desk::{Desk, free_port};
use crate::program::{Tied, desktop};
use crate::wait::eventually;

/// An open window. Ends with its handle; [`Window::close`] ends it as a person would.
pub struct Window<'desk> {
    /// The page, for what has no helper here.
    pub page: Client,
    pub(crate) desk: &'desk Desk,
    _driver: Tied,
}

impl<'desk> Window<'desk> {
    /// Opens the window on the desk's data folder and waits for its first screen.
    ///
    /// # Errors
    /// When it does not start or shows no page title within a minute.
    pub async fn open(desk: &'desk Desk) -> Result<Self> {
        let window = Self::start(desk).await?;
        window.shown("page-title").await?;
        Ok(window)
    }

    /// As [`Window::open`], with the question answered where backups shall go.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_unasked(desk: &'desk Desk) -> Result<Self> {
        let window = Self::open(desk).await?;
        window
            .call("settings_update", &json!({"backup_folder_asked": true}))
            .await?;
        Ok(window)
    }

    /// As [`Window::open`], without the privileges of root: what its rights forbid is forbidden.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_unprivileged(desk: &'desk Desk) -> Result<Self> {
        let mut driver = desk.command(if geteuid().is_root() {
            "setpriv"
        } else {
            "env"
        });
        if geteuid().is_root() {
            driver.args([
                "--bounding-set=-all",
                "--inh-caps=-all",
                "--no-new-privs",
                "--",
            ]);
        }
        driver.arg("WebKitWebDriver");
        let window = Self::start_by(desk, driver).await?;
        window.shown("page-title").await?;
        Ok(window)
    }

    /// Starts the window and waits for no particular page.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(desk: &'desk Desk) -> Result<Self> {
        Self::start_by(desk, desk.command("WebKitWebDriver")).await
    }

    async fn start_by(desk: &'desk Desk, mut driver: Command) -> Result<Self> {
        let port = free_port()?;
        driver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Tied::new(driver)?;
        let wanted = json!({
            "webkitgtk:browserOptions": {
                "binary": desktop()?,
                "args": ["--data-dir", desk.data()],
            }
        });
        let Value::Object(wanted) = wanted else {
            bail!("capabilities are an object")
        };
        let address = format!("http://127.0.0.1:{port}");
        let page = eventually("the WebDriver", async || {
            let mut client = ClientBuilder::new(HttpConnector::new());
            match client.capabilities(wanted.clone()).connect(&address).await {
                Ok(page) => Ok(Some(page)),
                // Not listening yet. Anything else is an answer.
                Err(NewSessionError::FailedC(error)) if error.is_connect() => Ok(None),
                Err(error) => Err(error).context("starting the window"),
            }
        })
        .await?;
        Ok(Self {
            page,
            desk,
            _driver: driver,
        })
    }

    /// The desk it stands on.
    pub fn desk(&self) -> &'desk Desk {
        self.desk
    }

    /// Closes the window as the window manager's button does, and waits until it is gone.
    ///
    /// # Errors
    /// When it stays open for a minute.
    pub async fn close(self) -> Result<()> {
        let id = self.id().await?;
        self.desk.run("xdotool", &["windowclose", &id])?;
        // The driver may close the connection without an answer once its browser is gone.
        let _ = self.page.clone().close().await;
        let desk = self.desk;
        eventually("the window to close", async || {
            Ok(find(desk)?.is_none().then_some(()))
        })
        .await
    }

    /// The window's number on the display.
    ///
    /// # Errors
    /// When there is none for a minute.
    pub async fn id(&self) -> Result<String> {
        eventually("a window", async || find(self.desk)).await
    }

    /// The element with that `data-testid`, once it is there and visible.
    ///
    /// # Errors
    /// When it does not appear within a minute.
    pub async fn shown(&self, testid: &str) -> Result<Element> {
        let css = format!("[data-testid=\"{testid}\"]");
        self.shown_by(Locator::Css(&css)).await
    }

    /// The element a locator finds, once it is there and visible.
    ///
    /// # Errors
    /// When it does not appear within a minute.
    pub async fn shown_by(&self, locator: Locator<'_>) -> Result<Element> {
        let found = eventually(format!("{locator:?}"), async || {
            for element in self.all(locator).await?.unwrap_or_default() {
                if self.is_visible(&element).await? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => Err(error.context(self.words().await)),
        }
    }

    /// What a locator finds, or nothing when the page was drawn anew while it looked.
    async fn all(&self, locator: Locator<'_>) -> Result<Option<Vec<Element>>> {
        fresh(self.page.find_all(locator).await)
    }

    /// Whether a person could see it. The driver's own answer takes what lies in a page that
    /// scrolls inside a fixed frame for hidden.
    async fn is_visible(&self, element: &Element) -> Result<bool> {
        let script = "return arguments[0].checkVisibility({visibilityProperty: true}) \
                      && arguments[0].getClientRects().length > 0";
        let element = serde_json::to_value(element)?;
        let visible = fresh(self.page.execute(script, vec![element]).await)?;
        Ok(visible
            .and_then(|visible| visible.as_bool())
            .unwrap_or(false))
    }

    /// Its text as it is drawn, without the line breaks around it that the layout makes. (The
    /// driver's own answer has the same fault as above.)
    async fn inner_text(&self, element: &Element) -> Result<String> {
        let element = serde_json::to_value(element)?;
        let text = self
            .page
            .execute("return arguments[0].innerText", vec![element])
            .await;
        let text = fresh(text)?.unwrap_or_default();
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// What the page says, for the message of a test that fails.
    pub(crate) async fn words(&self) -> String {
        let script = "return location.href + '\\n' + document.body.innerText";
        let words = self.page.execute(script, vec![]).await;
        words.map_or_else(|error| error.to_string(), |words| words.to_string())
    }

    /// Clicks the element with that `data-testid`, once it can be clicked.
    ///
    /// # Errors
    /// When it cannot within a minute.
    pub async fn click(&self, testid: &str) -> Result<()> {
        let css = format!("[data-testid=\"{testid}\"]");
        self.click_by(Locator::Css(&css)).await
    }

    /// Clicks the element a locator finds, once it can be clicked.
    ///
    /// # Errors
    /// When it cannot within a minute.
    pub async fn click_by(&self, locator: Locator<'_>) -> Result<()> {
        let clicked = eventually(format!("a click on {locator:?}"), async || {
            let element = self.shown_by(locator).await?;
            if !fresh(element.is_enabled().await)?.unwrap_or(false) {
                return Ok(None);
            }
            match element.click().await {
                Ok(()) => Ok(Some(())),
                // It moved or something lies over it: looked at again.
                Err(error) if error.is_stale_element_reference() || is_covered(&error) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await;
        match clicked {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(self.words().await)),
        }
    }

    /// Moves the pointer of the display onto the element with that `data-testid`.
    ///
    /// # Errors
    /// When there is no such element within a minute.
    pub async fn point_at(&self, testid: &str) -> Result<()> {
        let element = serde_json::to_value(self.shown(testid).await?)?;
        let script = "const box = arguments[0].getBoundingClientRect(); \
                      return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round)";
        let middle = self.page.execute(script, vec![element]).await?;
        let (x, y) = (middle[0].to_string(), middle[1].to_string());
        let id = self.id().await?;
        self.desk
            .run("xdotool", &["mousemove", "--sync", "--window", &id, &x, &y])?;
        Ok(())
    }

    /// Clicks the element with that `data-testid` that lies inside another one.
    ///
    /// # Errors
    /// When it cannot within a minute.
    pub async fn click_in(&self, outer: &str, testid: &str) -> Result<()> {
        let css = format!("[data-testid=\"{outer}\"] [data-testid=\"{testid}\"]");
        self.shown_by(Locator::Css(&css)).await?.click().await?;
        Ok(())
    }

    /// Puts `text` in the place of what a field holds, as a person would.
    ///
    /// # Errors
    /// When there is no such field within a minute.
    pub async fn fill(&self, testid: &str, text: &str) -> Result<()> {
        let css = format!(
            "input[data-testid=\"{testid}\"], textarea[data-testid=\"{testid}\"], \
             [data-testid=\"{testid}\"] input"
        );
        let field = self.shown_by(Locator::Css(&css)).await?;
        field.click().await?;
        let all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
        field.send_keys(&all).await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Opens the list of that `data-testid` and chooses a value of it.
    ///
    /// # Errors
    /// When there is no such list or value within a minute.
    pub async fn choose(&self, testid: &str, value: &str) -> Result<()> {
        self.click(testid).await?;
        let option = format!("option-{value}");
        self.click(&option).await?;
        self.gone(&option).await
    }

    /// Opens the list of that `data-testid`, chooses these values and closes it.
    ///
    /// # Errors
    /// When there is no such list or value within a minute.
    pub async fn choose_several(&self, testid: &str, values: &[&str]) -> Result<()> {
        self.click(testid).await?;
        for value in values {
            self.click(&format!("option-{value}")).await?;
        }
        self.focus().await?;
        self.desk.press(&["Escape"])?;
        match values.first() {
            Some(first) => self.gone(&format!("option-{first}")).await,
            None => Ok(()),
        }
    }

    /// Calls a command as the page would.
    ///
    /// # Errors
    /// What the command answers.
    pub async fn call(&self, name: &str, input: &Value) -> Result<Value> {
        let call = json!({"name": name, "input": input});
        let script = format!("return await window.__TAURI_INTERNALS__.invoke('call', {call})");
        self.ask(&script).await.with_context(|| name.to_owned())
    }

    /// Waits until no element with that `data-testid` is to be seen.
    ///
    /// # Errors
    /// When there still is one after a minute.
    pub async fn gone(&self, testid: &str) -> Result<()> {
        let css = format!("[data-testid=\"{testid}\"]");
        eventually(format!("{testid} to go"), async || {
            let found = self.all(Locator::Css(&css)).await?;
            Ok(found.is_some_and(|all| all.is_empty()).then_some(()))
        })
        .await
    }

    /// Gives the window the keyboard, as a click on its title would.
    ///
    /// # Errors
    /// When it cannot be found.
    pub async fn focus(&self) -> Result<()> {
        let id = self.id().await?;
        self.desk
            .run("xdotool", &["windowactivate", "--sync", &id])?;
        Ok(())
    }

    /// The process of the window.
    ///
    /// # Errors
    /// When the display does not know it.
    pub async fn process(&self) -> Result<rustix::process::Pid> {
        let id = self.id().await?;
        let number = self
            .desk
            .run("xdotool", &["getwindowpid", &id])?
            .trim()
            .parse()?;
        rustix::process::Pid::from_raw(number).context("a process has a number above zero")
    }

    /// Waits until the element's text is as `right` wants it, and gives it.
    ///
    /// # Errors
    /// When it is not within a minute.
    pub async fn text_of(&self, testid: &str, right: impl Fn(&str) -> bool) -> Result<String> {
        let css = format!("[data-testid=\"{testid}\"]");
        let mut last = String::new();
        let found = eventually("the right text", async || {
            let Ok(element) = self.page.find(Locator::Css(&css)).await else {
                return Ok(None);
            };
            last = self.inner_text(&element).await?;
            Ok(right(&last).then(|| last.clone()))
        })
        .await;
        found.with_context(|| format!("{testid} says {last:?}"))
    }

    /// Lets a script of [`Window::ask`] take so long, where half a minute is not enough.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn allow_scripts(&self, most: Duration) -> Result<()> {
        let timeouts = TimeoutConfiguration::new(Some(most), None, None);
        Ok(self.page.update_timeouts(timeouts).await?)
    }

    /// Runs a script on the page, as its own scripts run, and waits for what it resolves to.
    ///
    /// # Errors
    /// What the script throws.
    pub async fn ask(&self, script: &str) -> Result<Value> {
        let script = format!(
            "const [done] = arguments; (async () => {{ {script} }})().then(\
             value => done({{value}}), error => done({{error: String(error?.message ?? error)}}));"
        );
        let answer = self.page.execute_async(&script, vec![]).await?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => bail!("{error}"),
            None => Ok(answer.get("value").cloned().unwrap_or(Value::Null)),
        }
    }
}

/// The desk's window of Flowkeep.
fn find(desk: &Desk) -> Result<Option<String>> {
    let mut search = desk.command("xdotool");
    let found = search
        .args(["search", "--onlyvisible", "--name", "^Flowkeep$"])
        .output()?;
    Ok(String::from_utf8(found.stdout)?
        .lines()
        .next()
        .map(str::to_owned))
}

/// What was asked of an element, or nothing when the page has drawn it anew in between.
fn fresh<Value>(answer: Result<Value, CmdError>) -> Result<Option<Value>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_stale_element_reference() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_covered(error: &CmdError) -> bool {
    let CmdError::Standard(answer) = error else {
        return false;
    };
    matches!(
        answer.error,
        ErrorStatus::ElementClickIntercepted | ErrorStatus::ElementNotInteractable
    )
}
