//! The keyring of the desktop.
//!
//! Whatever answers behind it may take for ever, so each question is asked on a thread of its own
//! and given up after a few seconds. While one is still open, no other is asked: a service that
//! hangs costs one thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use zeroize::Zeroizing;

use super::SecretsError;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The way to the keyring.
#[derive(Debug, Clone, Default)]
pub(super) struct Keyring {
    reading: Arc<AtomicBool>,
    prompting: Arc<AtomicBool>,
}

impl Keyring {
    /// What is kept as `id`. With `prompts`, a locked keyring asks the person at the desk.
    pub(super) fn get(
        &self,
        id: &str,
        prompts: bool,
    ) -> Result<Option<Zeroizing<String>>, SecretsError> {
        let open = if prompts {
            &self.prompting
        } else {
            &self.reading
        };
        let id = id.to_owned();
        asked(open, move || body::get(&id, prompts))
    }

    /// Keeps a key as `id`; a locked keyring takes none.
    pub(super) fn put(&self, id: &str, key: &str) -> Result<(), SecretsError> {
        let (id, key) = (id.to_owned(), Zeroizing::new(key.to_owned()));
        asked(&self.reading, move || body::put(&id, &key))
    }
}

/// Asks on a thread of its own; silence is a locked keyring.
fn asked<T: Send + 'static>(
    open: &Arc<AtomicBool>,
    question: impl FnOnce() -> Result<T, SecretsError> + Send + 'static,
) -> Result<T, SecretsError> {
    if open.swap(true, Ordering::AcqRel) {
        return Err(SecretsError::Locked);
    }
    let (answer, heard) = channel();
    let ended = Arc::clone(open);
    let begun = std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            let _ = answer.send(question());
            ended.store(false, Ordering::Release);
        });
    if let Err(error) = begun {
        open.store(false, Ordering::Release);
        return Err(error.into());
    }
    heard
        .recv_timeout(PATIENCE)
        .unwrap_or(Err(SecretsError::Locked))
}

/// What a keyring shows people of an entry.
const LABEL: &str = "Flowkeep: key of the secrets";

#[cfg(all(unix, not(target_os = "macos")))]
mod body {
    use std::collections::HashMap;

    use secret_service::blocking::SecretService;
    use secret_service::{EncryptionType, Error};
    use zeroize::Zeroizing;

    use super::{LABEL, SecretsError};

    fn attributes(id: &str) -> HashMap<&str, &str> {
        HashMap::from([("application", "flowkeep"), ("secrets", id)])
    }

    pub(super) fn get(id: &str, prompts: bool) -> Result<Option<Zeroizing<String>>, SecretsError> {
        let service = SecretService::connect(EncryptionType::Dh).map_err(refused)?;
        let found = service.search_items(attributes(id)).map_err(refused)?;
        let item = match (found.unlocked.first(), found.locked.first()) {
            (Some(item), _) => item,
            (None, Some(item)) if prompts => {
                item.unlock().map_err(refused)?;
                item
            }
            (None, Some(_)) => return Err(SecretsError::Locked),
            (None, None) => return Ok(None),
        };
        let bytes = Zeroizing::new(item.get_secret().map_err(refused)?);
        Ok(Some(Zeroizing::new(
            String::from_utf8_lossy(&bytes).into_owned(),
        )))
    }

    pub(super) fn put(id: &str, key: &str) -> Result<(), SecretsError> {
        let service = SecretService::connect(EncryptionType::Dh).map_err(refused)?;
        let keyring = service.get_default_collection().map_err(refused)?;
        keyring.ensure_unlocked().map_err(refused)?;
        let kept = keyring.create_item(LABEL, attributes(id), key.as_bytes(), true, "text/plain");
        kept.map(|_| ()).map_err(refused)
    }

    fn refused(error: Error) -> SecretsError {
        match error {
            Error::Locked | Error::Prompt | Error::PromptDisconnected => SecretsError::Locked,
            error => {
                tracing::debug!(%error, "the keyring does not answer");
                SecretsError::Unreachable
            }
        }
    }
}

/// Untried: written for systems that this was not run on. They ask the person themselves.
#[cfg(any(windows, target_os = "macos"))]
mod body {
    use keyring::v1::{Entry, Error};
    use zeroize::Zeroizing;

    use super::{LABEL, SecretsError};

    fn refused(error: &Error) -> SecretsError {
        tracing::debug!(%error, "the keyring does not answer");
        match error {
            Error::NoStorageAccess(_) => SecretsError::Locked,
            _ => SecretsError::Unreachable,
        }
    }

    pub(super) fn get(id: &str, _prompts: bool) -> Result<Option<Zeroizing<String>>, SecretsError> {
        let entry = Entry::new(LABEL, id).map_err(|error| refused(&error))?;
        match entry.get_password() {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    pub(super) fn put(id: &str, key: &str) -> Result<(), SecretsError> {
        let entry = Entry::new(LABEL, id).map_err(|error| refused(&error))?;
        entry.set_password(key).map_err(|error| refused(&error))
    }
}
