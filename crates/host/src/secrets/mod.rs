//! Secrets: passwords, keys and tokens by name, in one encrypted file of the data folder.
//!
//! `secrets.age` is the file, in the format of age. Its key is kept somewhere else: in the keyring
//! of the desktop, in a file of the settings folder, or in what a service is handed on its start;
//! `secrets.json` beside it says where. So a copied data folder has no key
//! (`docs/decisions/0008-secrets.md`).
//!
//! Absent on purpose: who needs a secret and what for, and any way to print one.

mod file;
mod key;
mod keyring;
mod text;

use std::io;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use file::SecretsFile;
pub use key::Keys;

/// Secrets by name.
pub trait Secrets: Send + Sync {
    /// The names, in their order, and when each was set. It may take seconds, and no longer.
    ///
    /// # Errors
    /// [`SecretsError`].
    fn list(&self) -> Result<Vec<SecretEntry>, SecretsError>;

    /// The same without asking anybody for the key, as [`Secrets::get_at_once`].
    ///
    /// # Errors
    /// [`SecretsError`].
    fn list_at_once(&self) -> Result<Vec<SecretEntry>, SecretsError>;

    /// One secret; nothing when there is none of this name. It may take seconds, and no longer.
    ///
    /// # Errors
    /// [`SecretsError`].
    fn get(&self, name: &str) -> Result<Option<KeptSecret>, SecretsError>;

    /// The same without asking anybody for the key: what would take long is
    /// [`SecretsError::Locked`].
    ///
    /// # Errors
    /// [`SecretsError`].
    fn get_at_once(&self, name: &str) -> Result<Option<KeptSecret>, SecretsError>;

    /// Sets a secret, or replaces it; the answer is its version ([`KeptSecret::version`]).
    ///
    /// # Errors
    /// [`SecretsError`]; then nothing is changed.
    fn set(&self, name: &str, value: &str) -> Result<String, SecretsError>;

    /// Changes one secret by what it is: `change` is given that and answers what it is from now on, or nothing
    /// where it stays. Nobody else changes it meanwhile.
    ///
    /// # Errors
    /// [`SecretsError`]; then nothing is changed.
    fn change(
        &self,
        name: &str,
        change: &mut dyn FnMut(Option<&str>) -> Option<Zeroizing<String>>,
    ) -> Result<(), SecretsError>;

    /// Sets secrets beside those that are in use, all of them or none; the answer is their versions, in
    /// their order. Both are found ([`KeptSecret::of_version`]) until whoever uses them takes one out
    /// ([`Secrets::remove_version`]). What was set so an hour ago or longer and is not in use is taken
    /// out: nobody came back for it.
    ///
    /// # Errors
    /// [`SecretsError`]; then nothing is changed.
    fn set_beside(&self, given: &[NewSecret<'_>]) -> Result<Vec<String>, SecretsError>;

    /// Takes a secret out, with all its versions; says whether there was one.
    ///
    /// # Errors
    /// [`SecretsError`]; then nothing is changed.
    fn remove(&self, name: &str) -> Result<bool, SecretsError>;

    /// Takes one version of a secret out; says whether it was there.
    ///
    /// # Errors
    /// [`SecretsError`]; then nothing is changed.
    fn remove_version(&self, name: &str, version: &str) -> Result<bool, SecretsError>;

    /// Has the person at the desk asked for what unlocks the key. Answers within seconds; whoever
    /// takes longer to type is heard when the secrets are next read.
    ///
    /// # Errors
    /// [`SecretsError`] while they are locked.
    fn unlock(&self) -> Result<(), SecretsError>;

    /// Puts what can no longer be read aside, so that secrets can be entered anew. It is kept under
    /// another name, for the day its key is found.
    ///
    /// # Errors
    /// [`SecretsError::Io`], [`SecretsError::Busy`].
    fn put_aside(&self) -> Result<(), SecretsError>;

    /// Changes whenever anything that is kept does. Quick.
    fn stamp(&self) -> Stamp;

    /// Where the key is; nothing before the first secret is set.
    fn key_place(&self) -> Option<KeyPlace>;
}

/// What tells that the secrets are no longer those of before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp(pub(crate) Option<(u64, u64, u64)>);

/// A secret that is to be set beside the one in use.
#[derive(Clone, Copy)]
pub struct NewSecret<'a> {
    /// Its name.
    pub name: &'a str,
    /// The secret itself.
    pub value: &'a str,
    /// The version of the one in use, where there is one.
    pub in_use: Option<&'a str>,
}

/// A secret that is kept.
#[derive(Clone)]
pub struct KeptSecret {
    /// The secret itself, as it was last set.
    pub value: Zeroizing<String>,
    /// Another for each time it was set.
    pub version: String,
    /// Those of before that are still kept.
    pub earlier: Vec<KeptSecret>,
}

impl KeptSecret {
    /// The one of this version.
    #[must_use]
    pub fn of_version(mut self, version: &str) -> Option<Self> {
        let earlier = std::mem::take(&mut self.earlier);
        let mut all = std::iter::once(self).chain(earlier);
        all.find(|kept| kept.version == version)
    }
}

/// What may be told of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretEntry {
    /// Its name.
    pub name: String,
    /// Milliseconds; when it was last set.
    pub set_at: i64,
    /// The versions that are kept, the last that was set first.
    pub versions: Vec<String>,
}

/// Where the key of the secrets is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// The keyring of the desktop.
    Keyring,
    /// A file in the settings folder of the account.
    File,
    /// What a service is handed on its start.
    Credential,
}

impl KeyPlace {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Credential => "credential",
        }
    }
}

/// Why secrets cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The keyring that has the key is locked, or gave no answer in time.
    #[error("the keyring with the key is locked")]
    Locked,
    /// The keyring that has the key is not there: this process was not started from a desktop.
    #[error("the keyring with the key cannot be reached")]
    Unreachable,
    /// The key is not where it was put.
    #[error("the key is gone from where it was put ({})", .0.as_str())]
    KeyGone(KeyPlace),
    /// The file is not as it was written.
    #[error("the secrets are damaged: {0}")]
    Damaged(String),
    /// A newer version of the app wrote it.
    #[error("a newer version of the app wrote the secrets")]
    Newer,
    /// Another process is writing them and does not come to an end.
    #[error("another process is writing the secrets")]
    Busy,
    /// What the disk says.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl SecretsError {
    /// Whether the secrets are there and wait for their key.
    pub const fn is_locked(&self) -> bool {
        matches!(self, Self::Locked | Self::Unreachable)
    }
}
