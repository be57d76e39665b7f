//! One data folder, its backups and its files, that can be put back to how they were.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// The command line under test: `FLOWKEEP_CLI`, or what was built beside this program.
///
/// # Errors
/// When it has not been built.
pub fn flowkeep() -> Result<PathBuf> {
    let program = match env::var_os("FLOWKEEP_CLI") {
        Some(path) => PathBuf::from(path),
        None => env::current_exe()?
            .ancestors()
            .map(|folder| folder.join("flowkeep"))
            .find(|path| path.is_file())
            .context("flowkeep is not built: cargo build --bin flowkeep")?,
    };
    ensure!(program.is_file(), "{} is not there", program.display());
    Ok(program)
}

/// A machine in small: everything it has lies below `now`, and a copy of that beside it. Paths stay
/// the same when it is put back, because the database knows some of them.
pub struct Machine {
    root: TempDir,
    program: PathBuf,
}

impl Machine {
    /// A machine with nothing on it.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(program: &Path) -> Result<Self> {
        let root = tempfile::tempdir()?;
        for folder in ["now/files", "now/backups"] {
            fs::create_dir_all(root.path().join(folder))?;
        }
        Ok(Self {
            root,
            program: program.to_owned(),
        })
    }

    /// A place on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("now").join(name)
    }

    /// Writes a file into `files`; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.path("files").join(name);
        fs::write(&path, text)?;
        Ok(path.display().to_string())
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Sets what every call of the program has.
    pub(crate) fn equip(&self, command: &mut Command) {
        command
            .env("FLOWKEEP_DATA_DIR", self.path("data"))
            .env("HOME", self.root.path())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
    }

    /// Runs a command with `--json`: its exit code and its answer, null when it gave none.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, words: &[&str]) -> Result<(i32, Value)> {
        let mut command = Command::new(&self.program);
        command.arg("--json").args(words);
        self.equip(&mut command);
        let output = command.output()?;
        let value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Ok((output.status.code().unwrap_or(-1), value))
    }

    /// As [`Machine::run`], for what must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub fn done(&self, words: &[&str]) -> Result<Value> {
        let (code, value) = self.run(words)?;
        ensure!(code == 0, "{words:?} ended with {code}: {value}");
        Ok(value)
    }

    /// Remembers everything as it is now.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self) -> Result<()> {
        copy(
            &self.root.path().join("now"),
            &self.root.path().join("saved"),
        )
    }

    /// Puts everything back to how it was saved.
    ///
    /// # Errors
    /// What the system says.
    pub fn put_back(&self) -> Result<()> {
        let now = self.root.path().join("now");
        fs::remove_dir_all(&now)?;
        copy(&self.root.path().join("saved"), &now)
    }

    /// The names in the folder for backups.
    pub(crate) fn backups(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(self.path("backups"))?;
        let mut found = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        found.sort();
        Ok(found)
    }

    /// Whether a folder is byte for byte as it was saved; true of one that was not there then.
    pub(crate) fn as_saved(&self, path: &Path) -> Result<bool> {
        let relative = path.strip_prefix(self.path(""))?;
        let saved = self.root.path().join("saved").join(relative);
        if !saved.exists() {
            return Ok(true);
        }
        for entry in WalkDir::new(&saved) {
            let entry = entry?;
            let there = path.join(entry.path().strip_prefix(&saved)?);
            let same = !entry.file_type().is_file()
                || fs::read(entry.path())? == fs::read(&there).unwrap_or_default();
            if !same || !there.exists() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
