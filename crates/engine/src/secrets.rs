//! Secrets on their way into attempts: found when a task executes, hidden in whatever comes back.
//!
//! Absent on purpose: where they are kept (`host::Secrets`).

use std::cell::RefCell;

use flowkeep_core::Message;
pub use flowkeep_core::connection::password_of;
use flowkeep_core::connection::{Secret, said_of};
use flowkeep_core::run::expression::Fault;
use flowkeep_host::{KeptSecret, Secrets, SecretsError};

/// Why secrets cannot be read or written, for people.
pub fn secrets_message(error: &SecretsError) -> Message {
    match error {
        SecretsError::Locked => Message::new("secrets_locked"),
        SecretsError::Unreachable => Message::new("secrets_unreachable"),
        SecretsError::KeyGone(place) => Message::new(match place.as_str() {
            "keyring" => "secrets_key_gone_keyring",
            "credential" => "secrets_key_gone_credential",
            _ => "secrets_key_gone_file",
        }),
        SecretsError::Damaged(detail) => Message::new("secrets_damaged").with("detail", detail),
        SecretsError::Newer => Message::new("secrets_newer"),
        SecretsError::Busy => Message::new("secrets_busy"),
        SecretsError::Io(error) => Message::new("secrets_not_read").with("reason", error),
    }
}

/// Gives expressions the secrets they name, and remembers which were given.
pub(crate) struct Revealing<'a> {
    secrets: Option<&'a dyn Secrets>,
    /// Whether nobody is asked for the key: whoever wants an answer holds up all others.
    at_once: bool,
    revealed: RefCell<Vec<Secret>>,
}

impl<'a> Revealing<'a> {
    /// For whoever may wait for seconds.
    pub(crate) fn patient(secrets: Option<&'a dyn Secrets>) -> Self {
        Self {
            secrets,
            at_once: false,
            revealed: RefCell::default(),
        }
    }

    /// For whoever may not.
    pub(crate) fn at_once(secrets: Option<&'a dyn Secrets>) -> Self {
        Self {
            at_once: true,
            ..Self::patient(secrets)
        }
    }

    /// The secret of this name. One that is not there is waited for like one that is locked: it is
    /// entered, and the task goes on.
    pub(crate) fn reveal(&self, name: &str) -> Result<String, Fault> {
        let kept = found(self.secrets, name, self.at_once)
            .map_err(|_| Fault::SecretLocked(name.to_owned()))?;
        let value = kept.value.to_string();
        self.revealed.borrow_mut().push(Secret::new(value.clone()));
        Ok(value)
    }

    /// Those that were given.
    pub(crate) fn revealed(self) -> Vec<Secret> {
        self.revealed.into_inner()
    }
}

/// That a secret has not been entered.
pub fn missing(name: &str) -> Message {
    said_of(name, "secret_missing", "password_missing")
}

/// A secret that is kept, or why there is none.
///
/// # Errors
/// As [`missing`], or as [`secrets_message`].
pub(crate) fn found(
    secrets: Option<&dyn Secrets>,
    name: &str,
    at_once: bool,
) -> Result<KeptSecret, Message> {
    let missing = || missing(name);
    let secrets = secrets.ok_or_else(missing)?;
    let kept = if at_once {
        secrets.get_at_once(name)
    } else {
        secrets.get(name)
    };
    match kept {
        Ok(Some(kept)) => Ok(kept),
        Ok(None) => Err(missing()),
        Err(error) => {
            tracing::info!(%error, "a secret cannot be read");
            Err(secrets_message(&error))
        }
    }
}
