//! Programs: those under test, and those that make up a desk.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use anyhow::{Context as _, Result, ensure};
use rustix::process::Pid;

use crate::wait::eventually;

/// The window under test: `FLOWKEEP_DESKTOP`, or what was built beside this test.
///
/// # Errors
/// When it has not been built.
pub fn desktop() -> Result<PathBuf> {
    under_test("FLOWKEEP_DESKTOP", "flowkeep-desktop")
}

/// The command line under test: `FLOWKEEP_CLI`, or what was built beside this test.
///
/// # Errors
/// When it has not been built.
pub fn cli() -> Result<PathBuf> {
    under_test("FLOWKEEP_CLI", "flowkeep")
}

fn under_test(variable: &str, name: &str) -> Result<PathBuf> {
    let program = if let Some(path) = env::var_os(variable) {
        PathBuf::from(path)
    } else {
        let here = env::current_exe().context("where this test lies")?;
        let folder = here.ancestors().find(|folder| folder.join(name).is_file());
        folder
            .map(|folder| folder.join(name))
            .with_context(|| format!("{name} is not built: cargo build --workspace --bins"))?
    };
    ensure!(program.is_file(), "{} is not there", program.display());
    Ok(program)
}

/// A program that ends when the test does, however that ends.
pub(crate) fn tied(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// A child that is ended with its handle.
pub struct Tied(Child);

impl Tied {
    pub(crate) fn new(mut command: Command) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        Ok(Self(child))
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its process.
    pub fn process(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it is still there after a minute.
    pub async fn end(mut self) -> Result<ExitStatus> {
        let what = format!("process {} to end", self.0.id());
        eventually(what, async || Ok(self.0.try_wait()?)).await
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
