//! `secret_*`: passwords, keys and tokens by name. What they are is never an answer.

use flowkeep_core::Message;
use flowkeep_engine::secrets_message;
use flowkeep_host::SecretsError;
use flowkeep_store::NewOperation;

use super::uses;
use crate::types::{
    LockedSecret, Nothing, SecretList, SecretRef, SecretRow, SecretSetInput, SecretState,
    WorkflowUses,
};
use crate::{Api, AppError, time};

/// What the passwords of connections are kept under.
const OF_CONNECTIONS: &str = "connection/";

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// The names of the secrets.
///
/// # Errors
/// Why they cannot be read.
pub fn list(api: &Api, _: Nothing) -> Result<SecretList, AppError> {
    let row = |entry: flowkeep_host::SecretEntry| SecretRow {
        name: entry.name,
        set_at: time::rfc3339(entry.set_at),
    };
    let items: Vec<_> = api.secrets.list().map_err(refused)?;
    let items: Vec<_> = items.into_iter().map(row).collect();
    Ok(SecretList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        key: key(api),
    })
}

/// The workflows whose text names a secret.
///
/// # Errors
/// What the database says.
pub fn named_by(api: &Api, input: SecretRef) -> Result<WorkflowUses, AppError> {
    uses::of_secret(api, &input.name)
}

/// Sets a secret, or replaces it. Tasks that wait for it go on.
///
/// # Errors
/// `secret_name_wrong`, `secret_empty`; why it cannot be kept.
pub fn set(api: &Api, input: SecretSetInput) -> Result<SecretRef, AppError> {
    let SecretSetInput { name, value } = input;
    let connection = name.strip_prefix(OF_CONNECTIONS);
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let sound = connection.unwrap_or(&name);
    let fits = !sound.is_empty()
        && sound.chars().count() <= LONGEST_NAME
        && (connection.is_some() || sound.chars().all(word));
    if !fits || sound.chars().any(char::is_control) {
        return Err(AppError::new("secret_name_wrong").with("name", &name));
    }
    if value.reveal().is_empty() {
        return Err(AppError::new("secret_empty"));
    }
    let version = api.secrets.set(&name, value.reveal()).map_err(refused)?;
    let connection = connection.map(|of| (of.to_owned(), version));
    told(api, "secret_set", &name, connection)?;
    Ok(SecretRef { name })
}

/// Takes a secret out. Tasks that name it wait for it from now on.
///
/// # Errors
/// `secret_unknown`; why it cannot be taken out.
pub fn remove(api: &Api, input: SecretRef) -> Result<SecretRef, AppError> {
    if !api.secrets.remove(&input.name).map_err(refused)? {
        return Err(AppError::new("secret_unknown").with("name", &input.name));
    }
    told(api, "secret_remove", &input.name, None)?;
    Ok(input)
}

/// Has the person at the desk asked for what unlocks the key. Answers within seconds, also while
/// the person is still typing; tasks that wait go on by themselves.
///
/// # Errors
/// What the database says.
pub fn unlock(api: &Api, _: Nothing) -> Result<SecretState, AppError> {
    let reason = api.secrets.unlock().err();
    let reason = reason.as_ref().map(secrets_message);
    if reason.is_none() {
        api.wake_engine();
    }
    Ok(SecretState {
        locked: reason.is_some(),
        reason,
    })
}

/// Puts secrets whose key is gone aside, so that they can be entered anew.
///
/// # Errors
/// `secrets_readable` where nothing is wrong with them; what they wait for, where they only wait;
/// what the disk says.
pub fn start_over(api: &Api, _: Nothing) -> Result<SecretState, AppError> {
    match api.secrets.list() {
        Err(SecretsError::KeyGone(_) | SecretsError::Damaged(_)) => {}
        Ok(_) => return Err(AppError::new("secrets_readable")),
        Err(error) => return Err(refused(error)),
    }
    api.secrets.put_aside().map_err(refused)?;
    told(api, "secret_start_over", "", None)?;
    Ok(SecretState {
        locked: false,
        reason: None,
    })
}

/// The secrets that tasks wait for.
pub(super) fn locked(api: &Api) -> Result<Vec<LockedSecret>, AppError> {
    let waiting = api.store.locked_secrets()?;
    let one = |(secret, tasks): (String, u32)| {
        // One that is there lets its tasks go on in a moment.
        let error = api.secrets.get_at_once(&secret).err();
        unreadable(secret, tasks, error.as_ref())
    };
    Ok(waiting.into_iter().map(one).collect())
}

/// A secret that so many tasks need; without an error it is missing.
pub(super) fn unreadable(secret: String, tasks: u32, error: Option<&SecretsError>) -> LockedSecret {
    let missing = || Message::new("secret_missing").with("secret", &secret);
    LockedSecret {
        connection: secret.strip_prefix(OF_CONNECTIONS).map(str::to_owned),
        tasks,
        reason: error.map_or_else(missing, secrets_message),
        unlocks: error.is_some_and(SecretsError::is_locked),
        secret,
    }
}

fn key(api: &Api) -> Option<String> {
    let place = api.secrets.key_place();
    place.map(|place| place.as_str().to_owned())
}

fn refused(error: SecretsError) -> AppError {
    let told = AppError::from(secrets_message(&error));
    match error {
        SecretsError::Locked | SecretsError::Busy => told.retryable(),
        _ => told,
    }
}

/// Writes down that a secret was changed. What was set as the password of a connection (its name, the
/// version of the secret) is used for it from now on.
fn told(
    api: &Api,
    operation: &'static str,
    name: &str,
    connection: Option<(String, String)>,
) -> Result<(), AppError> {
    let (actor, face, name) = (api.actor()?, api.face().as_str(), name.to_owned());
    api.store.write::<_, AppError>(move |tx| {
        if let Some((of, version)) = &connection
            && let Some(kept) = tx.connection(of)?
        {
            tx.put_connection(&kept.connection, true, Some(version))?;
        }
        let operation = NewOperation {
            actor: &actor,
            face,
            operation,
            name: Some(name.as_str()).filter(|name| !name.is_empty()),
            undoes: None,
            items: &[],
        };
        tx.secrets_changed();
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    })?;
    api.wake_engine();
    Ok(())
}
