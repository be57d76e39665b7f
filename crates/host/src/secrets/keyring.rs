//! The keyring of the desktop.
//!
//! Whatever answers behind it may take for ever, so each question is asked on a thread of its own
//! and given up after a few seconds. Questions are asked one after the other, and none while one is
//! open that was given up: a service that hangs costs one thread.

use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::SecretsError;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The way to the keyring.
#[derive(Debug, Clone, Default)]
pub(super) struct Keyring {
    reading: Arc<Turn>,
    prompting: Arc<Turn>,
}

/// One question at a time.
#[derive(Debug, Default)]
struct Turn {
    taken: Mutex<bool>,
    given_back: Condvar,
}

impl Turn {
    /// Waits for it that long; says whether it came.
    fn take(&self, patience: Duration) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, waited) = self
            .given_back
            .wait_timeout_while(taken, patience, |taken| *taken)
            .unwrap_or_else(PoisonError::into_inner);
        *taken = true;
        !waited.timed_out()
    }

    fn give_back(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.given_back.notify_one();
    }
}

/// A turn in the hands of who asks; given back also where that ends in a panic.
struct Asking(Arc<Turn>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.give_back();
    }
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

/// Asks on a thread of its own, after whoever is asking; silence is a locked keyring.
fn asked<T: Send + 'static>(
    turn: &Arc<Turn>,
    question: impl FnOnce() -> Result<T, SecretsError> + Send + 'static,
) -> Result<T, SecretsError> {
    let since = Instant::now();
    if !turn.take(PATIENCE) {
        return Err(SecretsError::Locked);
    }
    let asking = Asking(Arc::clone(turn));
    let (answer, heard) = channel();
    std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            let found = question();
            drop(asking);
            // Whoever asked may have given up.
            let _ = answer.send(found);
        })?;
    heard
        .recv_timeout(PATIENCE.saturating_sub(since.elapsed()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_second_is_answered_after_the_first() {
        let turn = Arc::<Turn>::default();
        let (begun, has_begun) = channel();
        let (go_on, goes_on) = channel::<()>();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                asked(&turn, move || {
                    begun.send(()).unwrap();
                    // It takes its time: the other one comes while it is at it.
                    let _ = goes_on.recv_timeout(Duration::from_millis(100));
                    Ok("first")
                })
            });
            has_begun.recv().unwrap();
            assert_eq!(asked(&turn, || Ok("second")).unwrap(), "second");
            assert_eq!(first.join().unwrap().unwrap(), "first");
        });
        drop(go_on);
    }

    #[test]
    fn a_question_that_ends_in_a_panic_gives_its_turn_back() {
        let turn = Arc::<Turn>::default();
        let broken = asked(&turn, || -> Result<(), SecretsError> { panic!("broken") });
        assert!(matches!(broken, Err(SecretsError::Locked)));
        assert!(asked(&turn, || Ok(())).is_ok());
    }
}
