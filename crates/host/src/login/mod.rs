//! Starting this program when the person at the desk logs in: one entry where the platform looks for
//! such things, and what it says is what holds. Nobody remembers beside it that it is there.
//!
//! Written here and not taken from a library: those look only whether an entry is there, quote no
//! paths, and pass by `XDG_CONFIG_HOME`, so that a switch of theirs would show what is not so.
//!
//! Absent on purpose: an entry for all accounts, which is an administrator's.

#[cfg(any(test, all(unix, not(target_os = "macos"))))]
mod desktop_entry;
#[cfg(any(test, target_os = "macos"))]
mod launch_agent;
#[cfg(windows)]
mod registry;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// This program with these arguments, as the platform's list of what starts at login has it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginStart {
    /// What the entry is called; several data folders have several.
    name: String,
    /// The program and its arguments, as the entry has to name them.
    words: Vec<String>,
    /// The platform's folder for such entries, where it has one.
    folder: Option<PathBuf>,
}

impl LoginStart {
    /// `program`, told `arguments`. What is told the data folder `told` has an entry of its own.
    ///
    /// # Errors
    /// Where the platform has no place for it, or a path cannot be written there.
    pub fn new(program: &Path, arguments: &[&str], told: Option<&Path>) -> io::Result<Self> {
        Self::in_folder(folder()?, program, arguments, told)
    }

    fn in_folder(
        folder: Option<PathBuf>,
        program: &Path,
        arguments: &[&str],
        told: Option<&Path>,
    ) -> io::Result<Self> {
        let mut words = vec![written(program)?];
        words.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut name = "flowkeep".to_owned();
        if let Some(told) = told {
            let told = written(told)?;
            let hash = hex::encode(Sha256::digest(told.as_bytes()));
            name = format!("{name}-{}", &hash[..8]);
            words.extend(["--data-dir".to_owned(), told]);
        }
        Ok(Self {
            name,
            words,
            folder,
        })
    }

    /// Whether the entry is there, is not switched off, and starts this program so.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_on(&self) -> io::Result<bool> {
        platform::is_on(self)
    }

    /// Puts the entry there, whatever was there, or takes it away.
    ///
    /// # Errors
    /// What the system says; then it is as it was.
    pub fn switch(&self, on: bool) -> io::Result<()> {
        if on {
            platform::switch_on(self)
        } else {
            platform::switch_off(self)
        }
    }
}

/// A path as the text of an entry has it.
fn written(path: &Path) -> io::Result<String> {
    let text = path
        .to_str()
        .filter(|text| Path::new(text).is_absolute() && !text.chars().any(char::is_control));
    text.map(str::to_owned).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path cannot be written down",
        )
    })
}

#[cfg(not(windows))]
fn folder() -> io::Result<Option<PathBuf>> {
    let above = platform::above();
    let none = || {
        io::Error::new(
            io::ErrorKind::NotFound,
            "this system has no place for what starts at login",
        )
    };
    above.map(Some).ok_or_else(none)
}

#[cfg(windows)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other platforms may have no folder"
)]
fn folder() -> io::Result<Option<PathBuf>> {
    Ok(None)
}

#[cfg(all(unix, not(target_os = "macos")))]
use desktop_entry as platform;
#[cfg(target_os = "macos")]
use launch_agent as platform;
#[cfg(windows)]
use registry as platform;

/// What is in a file that may not be there.
#[cfg(any(test, not(windows)))]
fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read(path) {
        // One that is not text is not ours.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_told_has_an_entry_of_its_own() {
        let new = |told: Option<&str>| {
            let program = Path::new("/usr/bin/flowkeep-desktop");
            let told = told.map(Path::new);
            LoginStart::in_folder(None, program, &["--background"], told).unwrap()
        };
        let (usual, one, other) = (new(None), new(Some("/srv/a")), new(Some("/srv/b")));
        assert_eq!(usual.name, "flowkeep");
        assert_ne!(one.name, other.name);
        assert_eq!(
            one.words,
            [
                "/usr/bin/flowkeep-desktop",
                "--background",
                "--data-dir",
                "/srv/a"
            ]
        );
    }

    #[test]
    fn what_an_entry_cannot_name_is_refused() {
        for path in ["relative", "/a\nExec=other"] {
            let made = LoginStart::in_folder(None, Path::new(path), &[], None);
            assert_eq!(
                made.unwrap_err().kind(),
                io::ErrorKind::InvalidInput,
                "{path:?}"
            );
        }
    }
}
