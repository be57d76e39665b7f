//! Which folder holds the data: the one that was told, else the one a person chose in the window,
//! else the platform's own. Window and command line ask here, so that both mean the same.
//!
//! A choice is one line in the platform's folder for settings, outside every data folder: it is
//! what leads to one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::files::{put, take_away};

/// The folder that holds the data, and why it is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    /// The folder; it may not be there yet.
    pub path: PathBuf,
    /// Why it is this one.
    pub origin: FolderOrigin,
}

/// Why a folder is the one that holds the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderOrigin {
    /// Somebody said so for this start, by an option or the environment.
    Told,
    /// A person chose it in the window.
    Chosen,
    /// It is where this platform keeps such data.
    Platform,
}

impl DataFolder {
    /// The folder to use when `told` is what this start was told. None where the platform has no
    /// place for data and none was told or chosen.
    pub fn find(told: Option<PathBuf>) -> Option<Self> {
        Self::among(told, dirs::config_dir().as_deref(), platform())
    }

    /// A folder somebody names.
    pub fn told(path: PathBuf) -> Self {
        Self {
            path,
            origin: FolderOrigin::Told,
        }
    }

    /// Whether it was chosen and is not there: its drive may be missing. A new and empty one in
    /// its place would look as if everything were lost.
    pub fn is_gone(&self) -> bool {
        self.origin == FolderOrigin::Chosen && !self.path.is_dir()
    }

    /// Makes it the one that is used from the next start on.
    ///
    /// # Errors
    /// What the system says; then the next start uses the folder of before.
    pub fn choose(path: &Path) -> io::Result<()> {
        let settings = settings()?;
        if platform().as_deref() == Some(path) {
            return forget_in(&settings);
        }
        choose_in(&settings, path)
    }

    /// Back to the platform's own folder from the next start on.
    ///
    /// # Errors
    /// What the system says; then the choice stays.
    pub fn forget_choice() -> io::Result<()> {
        forget_in(&settings()?)
    }

    fn among(
        told: Option<PathBuf>,
        settings: Option<&Path>,
        platform: Option<PathBuf>,
    ) -> Option<Self> {
        let told = told.filter(|path| !path.as_os_str().is_empty());
        let of = |origin| move |path| Self { path, origin };
        told.map(of(FolderOrigin::Told))
            .or_else(|| settings.and_then(chosen).map(of(FolderOrigin::Chosen)))
            .or_else(|| platform.map(of(FolderOrigin::Platform)))
    }
}

/// The platform's folder for application data, with this app's name in it.
fn platform() -> Option<PathBuf> {
    dirs::data_dir().map(|folder| folder.join("flowkeep"))
}

fn settings() -> io::Result<PathBuf> {
    let none = || {
        io::Error::new(
            io::ErrorKind::NotFound,
            "this system has no folder for settings",
        )
    };
    dirs::config_dir().ok_or_else(none)
}

fn note(settings: &Path) -> PathBuf {
    settings.join("flowkeep").join("data-folder")
}

/// The folder that was chosen. A note that is there and cannot be read is a choice all the same:
/// the note itself stands for a folder that is gone, or all would look lost in the usual one.
fn chosen(settings: &Path) -> Option<PathBuf> {
    let note = note(settings);
    match fs::read_to_string(&note) {
        Ok(line) => {
            let path = PathBuf::from(line.trim_end_matches(['\r', '\n']));
            path.is_absolute().then_some(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(note),
    }
}

fn choose_in(settings: &Path, path: &Path) -> io::Result<()> {
    let note = note(settings);
    let line = path.to_str().filter(|_| path.is_absolute());
    let line = line.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path cannot be written down",
        )
    })?;
    put(&note, &format!("{line}\n"))
}

fn forget_in(settings: &Path) -> io::Result<()> {
    take_away(&note(settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_goes_before_what_was_chosen_and_that_before_the_platform() {
        let settings = tempfile::tempdir().unwrap();
        let platform = settings.path().join("platform");
        let find = |told: Option<&str>| {
            DataFolder::among(
                told.map(PathBuf::from),
                Some(settings.path()),
                Some(platform.clone()),
            )
            .unwrap()
        };
        assert_eq!(find(None).origin, FolderOrigin::Platform);

        let elsewhere = settings.path().join("elsewhere");
        choose_in(settings.path(), &elsewhere).unwrap();
        let found = find(None);
        assert_eq!(
            (found.path.as_path(), found.origin),
            (elsewhere.as_path(), FolderOrigin::Chosen)
        );
        assert!(found.is_gone(), "nobody made it");
        assert_eq!(find(Some("/told")), DataFolder::told("/told".into()));
        assert_eq!(
            find(Some("")).origin,
            FolderOrigin::Chosen,
            "an empty variable tells nothing"
        );

        forget_in(settings.path()).unwrap();
        forget_in(settings.path()).unwrap();
        assert_eq!(find(None).origin, FolderOrigin::Platform);
    }

    #[test]
    fn a_note_that_leads_nowhere_is_no_choice() {
        let settings = tempfile::tempdir().unwrap();
        fs::create_dir(settings.path().join("flowkeep")).unwrap();
        for text in ["", "\n", "relative/folder\n"] {
            fs::write(note(settings.path()), text).unwrap();
            assert_eq!(chosen(settings.path()), None, "{text:?}");
        }
        assert!(choose_in(settings.path(), Path::new("relative")).is_err());
    }
}
