//! A machine in small: a display, a session bus, a window manager, an empty home.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::program::{Tied, cli, desktop, tied};
use crate::wait::eventually;

/// The language of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// 简体中文.
    Chinese,
}

impl Language {
    /// What Flowkeep says under a key of the message catalogue in this language.
    ///
    /// # Errors
    /// When the catalogue has no such entry.
    pub fn words(self, key: &str) -> Result<String> {
        let catalogue = match self {
            Self::English => include_str!("../../../messages/en.json"),
            Self::Chinese => include_str!("../../../messages/zh-CN.json"),
        };
        let catalogue: serde_json::Value = serde_json::from_str(catalogue)?;
        let entry = catalogue.get(key).and_then(serde_json::Value::as_str);
        entry
            .map(str::to_owned)
            .with_context(|| format!("the catalogue has no {key}"))
    }
}

/// A machine in small. Everything that runs on it writes below [`Desk::folder`] only.
pub struct Desk {
    // In the order in which they end: the window manager before the display.
    _manager: Tied,
    _bus: Tied,
    _display: Tied,
    display: String,
    bus: String,
    language: Language,
    folder: TempDir,
    pinyin: Option<Tied>,
    pub(crate) keyring: Option<Tied>,
    pub(crate) screen_reader: Option<Tied>,
}

impl Desk {
    /// Sets up a desk with a screen of 1280 × 800.
    ///
    /// # Errors
    /// When a program it needs is missing (`scripts/setup test` installs them) or does not start.
    pub async fn new(language: Language) -> Result<Self> {
        Self::with_screen(language, 1280, 800).await
    }

    /// Sets up a desk with a screen of that many pixels.
    ///
    /// # Errors
    /// As [`Desk::new`].
    pub async fn with_screen(language: Language, width: u32, height: u32) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("flowkeep-e2e-").tempdir()?;
        Self::in_folder(folder, language, width, height).await
    }

    /// Sets up a desk whose folder is called as an operator's home is, for pictures that show it:
    /// below `/home` where that may be written, else below the folder for temporary files.
    ///
    /// # Errors
    /// As [`Desk::new`]; when there is a folder of that name already.
    pub async fn with_home(
        name: &str,
        language: Language,
        (width, height): (u32, u32),
    ) -> Result<Self> {
        let mut named = tempfile::Builder::new();
        let named = named.prefix(name).rand_bytes(0);
        let folder = match named.tempdir_in("/home") {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => named.tempdir(),
            made => made,
        }
        .with_context(|| format!("a home called {name}"))?;
        Self::in_folder(folder, language, width, height).await
    }

    async fn in_folder(
        folder: TempDir,
        language: Language,
        width: u32,
        height: u32,
    ) -> Result<Self> {
        for inside in ["home", "run", "data"] {
            std::fs::create_dir(folder.path().join(inside))?;
        }

        let mut xvfb = tied("Xvfb");
        // Without a number the display chooses a free one and says which. It must not begin anew
        // when the first program that looks at it has gone.
        xvfb.args([
            "-displayfd",
            "1",
            "-noreset",
            "-nolisten",
            "tcp",
            "-screen",
            "0",
        ])
        .arg(format!("{width}x{height}x24"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
        let mut screen = Tied::new(xvfb)?;
        let display = format!(
            ":{}",
            first_line(&mut screen).context("the display's number")?
        );

        let mut daemon = tied("dbus-daemon");
        daemon.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        daemon.stdout(Stdio::piped()).stderr(Stdio::null());
        Self::dress(&mut daemon, folder.path(), &display, "", language);
        let mut bus_daemon = Tied::new(daemon)?;
        let bus = first_line(&mut bus_daemon).context("the session bus's address")?;

        let mut openbox = tied("openbox");
        Self::dress(&mut openbox, folder.path(), &display, &bus, language);
        openbox.stdout(Stdio::null()).stderr(Stdio::null());
        let manager = Tied::new(openbox)?;

        let desk = Self {
            _manager: manager,
            _bus: bus_daemon,
            _display: screen,
            display,
            bus,
            language,
            folder,
            pinyin: None,
            keyring: None,
            screen_reader: None,
        };
        eventually("the window manager", async || {
            let asked = desk
                .command("xprop")
                .args(["-root", "_NET_SUPPORTING_WM_CHECK"])
                .output()?;
            Ok(String::from_utf8_lossy(&asked.stdout)
                .contains("window id")
                .then_some(()))
        })
        .await?;
        // The first key ever pressed makes the display change its keyboard, and the manager takes
        // its shortcuts anew: what is pressed meanwhile goes to the window instead.
        desk.press(&["shift"])?;
        Ok(desk)
    }

    /// The same desk with a Chinese input method switched on for every window opened from now on.
    ///
    /// # Errors
    /// When ibus or its pinyin engine does not start.
    pub async fn with_pinyin(mut self) -> Result<Self> {
        let mut daemon = self.command("ibus-daemon");
        daemon
            .args(["--panel", "disable"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.pinyin = Some(Tied::new(daemon)?);
        eventually("the pinyin engine", async || {
            self.command("ibus")
                .args(["engine", "libpinyin"])
                .output()?;
            let engine = self.command("ibus").arg("engine").output()?;
            Ok(String::from_utf8_lossy(&engine.stdout)
                .contains("libpinyin")
                .then_some(()))
        })
        .await?;
        Ok(self)
    }

    /// Everything on this desk lies below this folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder its windows and commands use.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command of this desk: its display, bus, home and language, and of the environment of the
    /// test only what finds programs. It ends with the test.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = tied(program);
        Self::dress(
            &mut command,
            self.folder.path(),
            &self.display,
            &self.bus,
            self.language,
        );
        if self.screen_reader.is_some() {
            command.env_remove("NO_AT_BRIDGE");
        }
        command
    }

    /// Runs a command to its end and gives what it printed.
    ///
    /// # Errors
    /// When it cannot start or fails, with its words.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.command(program).args(arguments).output()?;
        ensure!(
            output.status.success(),
            "{program} {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts a command and waits until it ends by itself.
    ///
    /// # Errors
    /// When it cannot start, or is still there after a minute.
    pub async fn end_of(&self, command: Command) -> Result<ExitStatus> {
        Tied::new(command)?.end().await
    }

    /// Starts the window's program on the desk's data folder by itself, as a menu or a login does:
    /// nothing drives its page.
    ///
    /// # Errors
    /// When it cannot start.
    pub fn start_desktop(&self, arguments: &[&str]) -> Result<Tied> {
        let mut command = self.command(desktop()?);
        command.arg("--data-dir").arg(self.data()).args(arguments);
        Tied::new(command)
    }

    /// The command line of Flowkeep on the same data folder, as another process.
    ///
    /// # Errors
    /// When it fails, or what it prints is not JSON.
    pub fn flowkeep(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let data = self.data();
        let program = cli()?;
        let mut command = self.command(program);
        let output = command
            .arg("--data-dir")
            .arg(data)
            .arg("--json")
            .args(arguments)
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "flowkeep {arguments:?}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_str(&said).with_context(|| format!("flowkeep {arguments:?}: {said}"))
    }

    fn dress(command: &mut Command, folder: &Path, display: &str, bus: &str, language: Language) {
        let locale = match language {
            Language::English => "en_GB.UTF-8",
            Language::Chinese => "zh_CN.UTF-8",
        };
        let home = folder.join("home");
        command.env_clear();
        for kept in ["PATH", "RUST_BACKTRACE", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_RUNTIME_DIR", folder.join("run"))
            .env("TMPDIR", folder)
            .env("LANG", locale)
            .env("LANGUAGE", locale)
            .env("DISPLAY", display)
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_USE_PORTAL", "0")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
}

/// A port nobody listens on now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn first_line(program: &mut Tied) -> Result<String> {
    let output = program.child().stdout.take().context("its output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let line = line.trim().to_owned();
    ensure!(!line.is_empty(), "it ended without a word");
    Ok(line)
}
