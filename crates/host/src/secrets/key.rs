//! The key of the secrets, and the places it may be kept in.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use zeroize::Zeroizing;

use super::keyring::Keyring;
use super::{KeyPlace, SecretsError};
use crate::files::private;
use crate::private_folder;

/// The name of the credential that a service is handed.
const CREDENTIAL: &str = "flowkeep-key";

/// Where keys may be kept, on this machine and for this account.
#[derive(Debug, Clone)]
pub struct Keys {
    credential: Option<PathBuf>,
    folder: Option<PathBuf>,
    keyring: Option<Keyring>,
}

impl Keys {
    /// The places of this process: the credential its service was handed, the keyring of the
    /// desktop, the settings folder.
    pub fn system() -> Self {
        let handed = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|path| !path.is_empty());
        Self {
            credential: handed.map(|folder| Path::new(&folder).join(CREDENTIAL)),
            folder: dirs::config_dir().map(|folder| folder.join("flowkeep").join("keys")),
            keyring: Some(Keyring::default()),
        }
    }

    /// Files of this folder alone.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            credential: None,
            folder: Some(folder),
            keyring: None,
        }
    }

    /// Makes a key and puts it into the first place that takes it: what was handed goes before the
    /// keyring, and that before a file.
    pub(super) fn make(&self, id: &str) -> Result<(Identity, KeyPlace), SecretsError> {
        if let Some(handed) = self.credential()? {
            return Ok((handed, KeyPlace::Credential));
        }
        let key = Identity::generate();
        let text = key.to_string();
        if let Some(keyring) = &self.keyring {
            match keyring.put(id, text.expose_secret()) {
                Ok(()) => return Ok((key, KeyPlace::Keyring)),
                Err(error) => tracing::info!(%error, "the keyring takes no key; a file does"),
            }
        }
        let path = self.file(id).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "this system has no folder for settings",
            )
        })?;
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut file = private(options.write(true).create_new(true)).open(&path)?;
        writeln!(file, "{}", text.expose_secret())?;
        file.sync_all()?;
        Ok((key, KeyPlace::File))
    }

    /// The key that was put into `place` as `id`, or that lies where nobody has to be asked. Only
    /// `is_it` knows the right one.
    ///
    /// With `asks`, the keyring is asked; `prompts` lets it ask a person.
    pub(super) fn find(
        &self,
        id: &str,
        place: KeyPlace,
        ask: Ask,
        is_it: impl Fn(&Identity) -> bool,
    ) -> Result<Identity, SecretsError> {
        for found in [self.credential()?, self.in_file(id)?] {
            if let Some(key) = found.filter(|key| is_it(key)) {
                return Ok(key);
            }
        }
        let gone = SecretsError::KeyGone(place);
        match (&self.keyring, place, ask) {
            (Some(_), KeyPlace::Keyring, Ask::Nobody) => Err(SecretsError::Locked),
            (Some(keyring), KeyPlace::Keyring, _) => {
                let text = keyring.get(id, ask == Ask::Person)?;
                let key = text.and_then(|text| Identity::from_str(text.trim()).ok());
                key.filter(|key| is_it(key)).ok_or(gone)
            }
            _ => Err(gone),
        }
    }

    fn credential(&self) -> Result<Option<Identity>, SecretsError> {
        match &self.credential {
            Some(path) => read(path),
            None => Ok(None),
        }
    }

    fn in_file(&self, id: &str) -> Result<Option<Identity>, SecretsError> {
        match self.file(id) {
            Some(path) => read(&path),
            None => Ok(None),
        }
    }

    fn file(&self, id: &str) -> Option<PathBuf> {
        self.folder
            .as_ref()
            .map(|folder| folder.join(format!("{id}.key")))
    }
}

/// Who may be asked for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Nobody: only what is at hand.
    Nobody,
    /// The keyring, if it is unlocked.
    Keyring,
    /// The keyring, which may ask the person at the desk.
    Person,
}

/// The first line of a file that is a key; others are remarks, as age writes them.
fn read(path: &Path) -> Result<Option<Identity>, SecretsError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(line.and_then(|line| Identity::from_str(line).ok()))
}
