//! A small machine to run `flowkeep` on: a data folder, a folder for files, no settings of the
//! person who runs the tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder and a place for files.
pub(crate) struct Flowkeep {
    root: TempDir,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Flowkeep {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("files")).unwrap();
        Self { root }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Where files are written that a command is given.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("files").join(name)
    }

    /// Writes a file to give to a command.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        text(&path)
    }

    /// The command, ready to be started; the first word may be another program that starts it.
    pub(crate) fn command_with(&self, before: &[&str], words: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_flowkeep");
        let mut all = before.to_vec();
        all.push(program);
        all.extend(words);
        let mut command = Command::new(all[0]);
        command
            .args(&all[1..])
            .current_dir(self.root.path().join("files"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.path())
            .env("LANG", "C.UTF-8")
            .env("FLOWKEEP_DATA_DIR", self.data())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_with(&[], words)
    }

    /// Runs a command for a person.
    pub(crate) fn say(&self, words: &[&str]) -> Answer {
        Answer::of(self.command(words).output().unwrap())
    }

    /// Runs a command with `--json`; exactly one JSON document must come back.
    pub(crate) fn json(&self, words: &[&str]) -> (i32, Value) {
        let mut all = vec!["--json"];
        all.extend(words);
        self.say(&all).one_document()
    }

    /// As [`Flowkeep::json`], for what must succeed.
    pub(crate) fn done(&self, words: &[&str]) -> Value {
        let (code, value) = self.json(words);
        assert_eq!(code, 0, "{words:?}: {value}");
        value
    }

    /// As [`Flowkeep::json`], for what must be refused with this code and nothing changed.
    pub(crate) fn refused(&self, words: &[&str], code: &str) -> Value {
        self.ends(words, 1, code)
    }

    /// As [`Flowkeep::refused`], for words that are wrong whatever there is.
    pub(crate) fn misused(&self, words: &[&str], code: &str) -> Value {
        self.ends(words, 2, code)
    }

    /// A call that ends with this exit code and this error.
    fn ends(&self, words: &[&str], code: i32, error: &str) -> Value {
        let (exit, value) = self.json(words);
        assert_eq!(exit, code, "{words:?}: {value}");
        assert_eq!(value["error"]["code"], error, "{words:?}: {value}");
        sound_error(&value);
        value
    }

    /// The texts of all documents of a noun, by id, as `show` gives them.
    pub(crate) fn texts(&self, noun: &str) -> Vec<(String, String)> {
        let list = self.done(&[noun, "list"]);
        let ids = list["items"].as_array().unwrap().iter();
        ids.map(|item| item["id"].as_str().unwrap())
            .map(|id| (id.to_owned(), self.say(&["--json", noun, "show", id]).out))
            .collect()
    }

    /// A backup made now; its folder.
    pub(crate) fn backup(&self, name: &str) -> PathBuf {
        let folder = text(&self.path(name));
        let made = self.done(&["db", "backup", "-o", &folder]);
        PathBuf::from(made["target_dir"].as_str().unwrap())
    }
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON document on standard output, and the exit code.
    pub(crate) fn one_document(self) -> (i32, Value) {
        let Self { code, out, err } = self;
        let value = serde_json::from_str(&out)
            .unwrap_or_else(|error| panic!("{error}: {out:?}, standard error: {err:?}"));
        (code, value)
    }
}

/// An error has all its keys, a sentence rather than a code, and no placeholder left open.
pub(crate) fn sound_error(value: &Value) {
    let error = value["error"].as_object().unwrap();
    let keys: Vec<_> = error.keys().map(String::as_str).collect();
    assert_eq!(keys, ["code", "message", "hints", "fields", "retryable"]);
    let said = error["hints"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&error["message"]]);
    for sentence in said {
        let sentence = sentence.as_str().unwrap();
        assert!(
            sentence.contains(' ') || !sentence.is_ascii(),
            "no sentence: {sentence:?}"
        );
        assert!(!sentence.contains('{'), "not filled in: {sentence:?}");
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The keys of an object, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// A workflow's JSON.
pub(crate) fn workflow(id: &str, name: &str) -> String {
    format!(
        r#"{{"id": "{id}", "name": "{name}", "tasks": [{{"id": "t", "name": "T", "action": "wait", "params": {{"ms": 1e1}}}}]}}"#
    )
}

/// Every file below a folder with its bytes, in order.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                found.push((text(name), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
