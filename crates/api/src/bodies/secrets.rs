//! `secret_*`: passwords, keys and tokens by name. What they are is never an answer.

use flowkeep_core::Message;
use flowkeep_core::connection::connection_of;
use flowkeep_core::notice::Channel;
use flowkeep_core::session::SNAPSHOT_KEY;
use flowkeep_engine::{secret_missing, secrets_message};
use flowkeep_host::SecretsError;
use flowkeep_store::{NewOperation, Tx};

use super::sources::Given;
use super::{settings, snapshot_keys, uses};
use crate::types::{
    LockedSecret, Nothing, SecretList, SecretRef, SecretRow, SecretSetInput, SecretState, Settings,
    SnapshotSecrets, WorkflowUses,
};
use crate::{Api, AppError, time};

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// The names of the secrets.
///
/// # Errors
/// Why they cannot be read.
pub fn list(api: &Api, _: Nothing) -> Result<SecretList, AppError> {
    let row = |entry: flowkeep_host::SecretEntry| SecretRow {
        what: belonging(&entry.name),
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
/// `secret_name_wrong`, `secret_empty`, `connection_unknown`; why it cannot be kept.
pub fn set(api: &Api, input: SecretSetInput) -> Result<SecretRef, AppError> {
    let SecretSetInput { name, value } = input;
    let connection = connection_of(&name);
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
    let Some(of) = connection.map(str::to_owned) else {
        api.secrets.set(&name, value.reveal()).map_err(refused)?;
        told(api, "secret_set", &name, |_| Ok(()))?;
        return Ok(SecretRef { name });
    };
    // The row of its connection names it from now on.
    let kept = api.store.connection(&of)?;
    let in_use = kept.and_then(|kept| kept.password);
    let given = Given::keep(api, &name, Some(value), in_use.as_deref())?;
    let version = given.version();
    let written = told(api, "secret_set", &name, move |tx| {
        let Some(kept) = tx.connection(&of)? else {
            return Err(AppError::new("connection_unknown").with("name", &of));
        };
        tx.put_connection(&kept.connection, true, version.as_deref())?;
        Ok(kept.password)
    });
    given.settle(api, written)?;
    Ok(SecretRef { name })
}

/// Takes a secret out. Tasks that name it wait for it from now on.
///
/// # Errors
/// `secret_unknown`, `snapshot_key_needed`; why it cannot be taken out.
pub fn remove(api: &Api, input: SecretRef) -> Result<SecretRef, AppError> {
    if input.name == SNAPSHOT_KEY {
        let settings = settings::show(api, Nothing {})?;
        let is_used = settings.snapshot_secrets == SnapshotSecrets::Encrypted;
        if is_used || api.store.keeps_encrypted()? {
            return Err(AppError::new("snapshot_key_needed"));
        }
    }
    if !api.secrets.remove(&input.name).map_err(refused)? {
        return Err(AppError::new("secret_unknown").with("name", &input.name));
    }
    told(api, "secret_remove", &input.name, |_| Ok(()))?;
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
    let settings = settings::show(api, Nothing {})?;
    match api.secrets.list() {
        Err(SecretsError::KeyGone(_) | SecretsError::Damaged(_)) => {
            // Nothing more is encrypted to a key that is gone, also when this is broken off.
            api.store.write::<_, AppError>(|tx| {
                Ok(tx.set_setting(snapshot_keys::RECIPIENT, &serde_json::Value::Null)?)
            })?;
            api.secrets.put_aside().map_err(refused)?;
        }
        // That was done, and broken off before there was another key for snapshots.
        Ok(_) if lacks_snapshot_key(api, &settings)? => {}
        Ok(_) => return Err(AppError::new("secrets_readable")),
        Err(error) => return Err(refused(error)),
    }
    let recipient = match settings.snapshot_secrets {
        SnapshotSecrets::Masked => None,
        SnapshotSecrets::Encrypted => Some(snapshot_keys::made(api)?),
    };
    let (actor, face) = (api.actor()?, api.face().as_str());
    told(api, "secret_start_over", "", move |tx| match recipient {
        Some(recipient) => snapshot_keys::go_on_with(tx, &recipient, (&actor, face)),
        None => Ok(()),
    })?;
    Ok(SecretState {
        locked: false,
        reason: None,
    })
}

/// Whether snapshots are to be encrypted, and there is no key for that.
fn lacks_snapshot_key(api: &Api, settings: &Settings) -> Result<bool, AppError> {
    if settings.snapshot_secrets == SnapshotSecrets::Masked {
        return Ok(false);
    }
    Ok(api.secrets.get(SNAPSHOT_KEY).map_err(refused)?.is_none())
}

/// The secrets that tasks wait for and that cannot be read.
///
/// # Errors
/// What the database says.
pub fn waited_for(api: &Api) -> Result<Vec<LockedSecret>, AppError> {
    let waiting = api.store.locked_secrets()?;
    let names = waiting.iter().map(|(secret, _)| secret.clone()).collect();
    // What is kept may be newer than what this process, which may own no engine, last read.
    api.connected()?;
    let found = api.connections.readable(names, true);
    let one = |(secret, tasks): (String, u32)| {
        // One that can be read lets its tasks go on in a moment.
        let waits = !found.names.contains(&secret);
        waits.then(|| unreadable(secret, tasks, found.why.as_ref()))
    };
    Ok(waiting.into_iter().filter_map(one).collect())
}

/// A secret that so many tasks need; without an error it is missing.
pub(super) fn unreadable(secret: String, tasks: u32, error: Option<&SecretsError>) -> LockedSecret {
    let missing = || secret_missing(&secret);
    LockedSecret {
        connection: connection_of(&secret).map(str::to_owned),
        tasks,
        reason: error.map_or_else(missing, secrets_message),
        unlocks: error.is_some_and(SecretsError::is_locked),
        secret,
    }
}

/// What a secret is that belongs to something and that no task can name.
pub(super) fn belonging(name: &str) -> Option<Message> {
    if let Some(connection) = connection_of(name) {
        return Some(Message::new("secret_of_connection").with("name", connection));
    }
    if name == SNAPSHOT_KEY {
        return Some(Message::new("secret_of_snapshots"));
    }
    Channel::ALL.into_iter().find_map(|channel| {
        let is = |secret: Option<&str>| secret == Some(name);
        let code = match channel {
            Channel::Mail if is(channel.secret()) => "secret_of_mail",
            Channel::Webhook if is(channel.secret()) => "secret_of_webhook",
            Channel::Webhook if is(channel.signing()) => "secret_of_signing",
            _ => return None,
        };
        Some(Message::new(code))
    })
}

fn key(api: &Api) -> Option<String> {
    let place = api.secrets.key_place();
    place.map(|place| place.as_str().to_owned())
}

pub(super) fn refused(error: SecretsError) -> AppError {
    let told = AppError::from(secrets_message(&error));
    match error {
        SecretsError::Locked | SecretsError::Busy => told.retryable(),
        _ => told,
    }
}

/// Writes down that a secret was changed, and what else is so from now on.
pub(super) fn told<T: Send + 'static>(
    api: &Api,
    operation: &'static str,
    name: &str,
    change: impl FnOnce(&Tx<'_>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let (actor, face, name) = (api.actor()?, api.face().as_str(), name.to_owned());
    let answer = api.store.write::<_, AppError>(move |tx| {
        let answer = change(tx)?;
        let operation = NewOperation {
            actor: &actor,
            face,
            operation,
            name: Some(name.as_str()).filter(|name| !name.is_empty()),
            undoes: None,
            items: &[],
        };
        tx.secrets_changed();
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(answer)
    })?;
    api.wake_engine();
    Ok(answer)
}
