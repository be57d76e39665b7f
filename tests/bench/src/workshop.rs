//! Where measuring happens: one temporary folder on a real disk, and data folders filled once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::documents;

pub(crate) struct Workshop {
    root: TempDir,
    program: PathBuf,
    filled: BTreeMap<usize, Filled>,
    count: u32,
}

/// A data folder with so many workflows, the files they came from, and a backup of it.
#[derive(Debug, Clone)]
pub(crate) struct Filled {
    pub(crate) data: PathBuf,
    pub(crate) files: PathBuf,
    pub(crate) backup: PathBuf,
}

impl Workshop {
    pub(crate) fn new() -> Result<Self> {
        let program = match std::env::var_os("FLOWKEEP_CLI") {
            Some(path) => PathBuf::from(path),
            None => std::env::current_exe()?.with_file_name("flowkeep"),
        };
        ensure!(program.is_file(), "{} is not built", program.display());
        Ok(Self {
            root: tempfile::tempdir()?,
            program,
            filled: BTreeMap::new(),
            count: 0,
        })
    }

    /// A path that nothing has yet.
    pub(crate) fn fresh(&mut self, name: &str) -> PathBuf {
        self.count += 1;
        self.root.path().join(format!("{name}-{}", self.count))
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// A command on a data folder.
    pub(crate) fn flowkeep(&self, data: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--json")
            .args(words)
            .env("FLOWKEEP_DATA_DIR", data)
            .env("LANG", "C.UTF-8");
        command
    }

    /// Runs a command; its answer.
    pub(crate) fn answer(&self, data: &Path, words: &[&str]) -> Result<Value> {
        let output = self.flowkeep(data, words).output()?;
        ensure!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// A data folder with `documents` workflows; made when first asked for.
    pub(crate) fn filled(&mut self, documents: usize) -> Result<Filled> {
        if let Some(filled) = self.filled.get(&documents) {
            return Ok(filled.clone());
        }
        let (data, files) = (self.fresh("data"), self.fresh("files"));
        std::fs::create_dir(&files)?;
        for n in 0..documents {
            let path = files.join(format!("{}.json", documents::id(n)));
            std::fs::write(path, documents::workflow(n))?;
        }
        self.answer(&data, &["flow", "import", text(&files)?])?;
        let backups = self.fresh("backups");
        let made = self.answer(&data, &["db", "backup", "-o", text(&backups)?])?;
        let backup = made["target_dir"]
            .as_str()
            .context("a backup has a folder")?
            .into();
        let filled = Filled {
            data,
            files,
            backup,
        };
        self.filled.insert(documents, filled.clone());
        Ok(filled)
    }
}

/// A path as a word of a command.
pub(crate) fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .context("the temporary folder has a plain name")
}
