//! `source_*`: the connections to the user's data sources.

mod described;

use flowkeep_core::Message;
use flowkeep_core::connection::{Connection, LOCAL, Secret, SourceKind, Target};
use flowkeep_engine::actions::Mask;
use flowkeep_engine::sources::{Bounds, ask_apart, open};
use flowkeep_engine::{password_of, secret_missing, secrets_message};
use flowkeep_host::NewSecret;
use flowkeep_store::{ConnectionRecord, NewOperation, OperationItemRecord, SourceHealth, Tx};

use self::described::{described, files_not_there};
use super::uses;
use crate::types::{
    FallenCount, Nothing, SourceInput, SourceList, SourceRef, SourceRemoved, SourceRow,
    SourceTested, WorkflowUses,
};
use crate::{Api, AppError, time};

/// The data sources, what was last seen of each, and which wait for their password. Takes seconds
/// where the keyring does.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<SourceList, AppError> {
    let mut items = rows(api)?;
    let kept = api.store.connections()?;
    if kept.iter().any(|kept| kept.password.is_some()) {
        // The keyring is asked once, for all of them: whether it answers is told with each.
        let _ = api.secrets.list();
    }
    for row in &mut items {
        let kept = kept.iter().find(|kept| kept.connection.name == row.name);
        row.waits = kept.and_then(|kept| waits(api, kept));
    }
    Ok(SourceList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// Adds a connection. Whether it answers is not asked.
///
/// # Errors
/// `connection_invalid` with what is wrong (`field`, because), `connection_exists`; why a password
/// cannot be kept. Then nothing is kept.
pub fn add(api: &Api, input: SourceInput) -> Result<SourceRow, AppError> {
    let name = input.name.clone();
    let exists = || AppError::new("connection_exists").with("name", &name);
    if api.store.connection(&name)?.is_some() {
        return Err(exists());
    }
    let (connection, password) = described(api, input, None)?;
    let given = Given::keep(api, &password_of(&name), password, None)?;
    let (taken, version) = (name.clone(), given.version());
    let warnings = files_not_there(&connection);
    let added = change(api, "connection_add", move |tx| {
        if tx.connection(&taken)?.is_some() {
            return Err(AppError::new("connection_exists").with("name", &taken));
        }
        let item = tx.put_connection(&connection, version.is_some(), version.as_deref())?;
        Ok((Some(item), None))
    });
    given.settle(api, added)?;
    let row = one(api, &name)?;
    Ok(SourceRow { warnings, ..row })
}

/// Describes a connection anew. What is not given stays as it is, TLS too unless it is switched off in
/// so many words; nothing stays when it becomes one of another kind. A password was given for one
/// server: where the connection leads to another from now on, it waits for its password.
///
/// # Errors
/// `connection_unknown`, `connection_changed_meanwhile`; as [`add`]; `connection_behind_elsewhere` where
/// it would lead elsewhere while it has yet to get what others took for it, unless that is to go along,
/// and `connection_behind_run` as [`remove`].
pub fn update(api: &Api, input: SourceInput) -> Result<SourceRow, AppError> {
    let name = input.name.clone();
    let kept = kept(api, &name)?;
    let (without, move_waiting) = (input.without_password, input.move_waiting);
    let (connection, password) = described(api, input, Some(&kept))?;
    let without = without || connection.kind() != kept.connection.kind();
    let new = password.is_some();
    let with_password = new || (kept.with_password && !without);
    let warnings = files_not_there(&connection);
    let row = |row: SourceRow| SourceRow { warnings, ..row };
    if connection == kept.connection && with_password == kept.with_password && !new {
        return one(api, &name).map(row);
    }
    let same = same_server(&kept.connection, &connection);
    let stays = kept.password.clone().filter(|_| with_password && same);
    let given = Given::keep(api, &password_of(&name), password, kept.password.as_deref())?;
    let version = given.version().or(stays);
    let to = (connection, move_waiting);
    let updated = write_update(api, &kept, to, with_password, version);
    given.settle(api, updated)?;
    one(api, &name).map(row)
}

/// Writes what a connection is from now on, if it still is what was `seen`; gives the version of the
/// password that it no longer names. `move_waiting`: what waits for it goes along.
fn write_update(
    api: &Api,
    seen: &ConnectionRecord,
    (connection, move_waiting): (Connection, bool),
    with_password: bool,
    version: Option<String>,
) -> Result<Option<String>, AppError> {
    let (revision, before) = (seen.revision, seen.password.clone());
    let elsewhere = !seen.connection.is_same_place(&connection);
    change(api, "connection_update", move |tx| {
        let name = &connection.name;
        let now = tx.connection(name)?.ok_or_else(|| unknown(name))?;
        if now.revision != revision {
            return Err(AppError::new("connection_changed_meanwhile").with("name", name));
        }
        if elsewhere && !move_waiting {
            waits_for_nothing(tx, name, "connection_behind_elsewhere")?;
        }
        if elsewhere {
            is_about_to_get_nothing(tx, name)?;
        }
        let item = tx.put_connection(&connection, with_password, version.as_deref())?;
        let left = if version == before { None } else { before };
        Ok((Some(item), left))
    })
}

/// Takes a connection out, with its password. Tasks that name it do not start until there is one
/// of this name again.
///
/// # Errors
/// `connection_unknown`; `connection_behind` while it has yet to get what others took for it, which
/// would be lost; `connection_behind_run` while a run is about to make such a write.
pub fn remove(api: &Api, input: SourceRef) -> Result<SourceRemoved, AppError> {
    let SourceRef { name } = input;
    kept(api, &name)?;
    let named_by = uses::of_source(api, &name)?.workflows.into_iter();
    let named_by = named_by.map(|workflow| workflow.name).collect();
    let given = Given::none(&password_of(&name));
    let gone = name.clone();
    let removed = change(api, "connection_remove", move |tx| {
        waits_for_nothing(tx, &gone, "connection_behind")?;
        is_about_to_get_nothing(tx, &gone)?;
        let password = tx.connection(&gone)?.and_then(|kept| kept.password);
        Ok((tx.remove_connection(&gone)?, password))
    });
    given.settle(api, removed)?;
    Ok(SourceRemoved { name, named_by })
}

/// The workflows with tasks that name a data source.
///
/// # Errors
/// What the database says.
pub fn named_by(api: &Api, input: SourceRef) -> Result<WorkflowUses, AppError> {
    uses::of_source(api, &input.name)
}

/// Asks a data source whether it answers. Takes as long as the source, ten seconds at most.
///
/// # Errors
/// `connection_unknown`. That it does not answer is no error but what was asked for.
pub fn test(api: &Api, input: SourceRef) -> Result<SourceTested, AppError> {
    let connected = api.connected()?;
    let mut sources = connected.sources.iter();
    let source = sources.find(|source| source.name() == input.name);
    let source = source.ok_or_else(|| unknown(&input.name))?;
    let password = source.password();
    let waits = password.is_err();
    // On connections of its own, in the runtime of this question: those the engine has stay its own.
    let answer = match (api.store.connection(&input.name)?, password) {
        (Some(kept), Ok(password)) => ask_alone(&kept.connection, password),
        _ => ask_apart(source.as_ref()),
    };
    // One that waits for its password is not down.
    if !api.only_reads() && !waits {
        let at = api.clock.now().0;
        let noted = api
            .connections
            .note(&api.store, at, &input.name, answer.clone());
        if let Err(error) = noted {
            tracing::warn!(%error, "what was seen of a source is not written");
        }
    }
    Ok(tested(answer))
}

/// Asks a source that is described and not kept, or not kept so. The password that is kept under
/// its name is used where none is given and it leads to the same server.
///
/// # Errors
/// `connection_invalid`.
pub fn try_out(api: &Api, input: SourceInput) -> Result<SourceTested, AppError> {
    let kept = api.store.connection(&input.name)?;
    let of_kind = |kept: &ConnectionRecord, kind| kept.connection.kind() == kind;
    let same = |kept: &&ConnectionRecord| input.kind.is_none_or(|kind| of_kind(kept, kind));
    let old = kept.as_ref().filter(same).filter(|kept| kept.with_password);
    let version = old.and_then(|old| old.password.clone());
    let wanted = old.is_some() && input.password.is_none() && !input.without_password;
    let (connection, mut password) = described(api, input, kept.as_ref())?;
    if wanted && password.is_none() {
        let found = api.secrets.get(&password_of(&connection.name));
        let found = match found {
            Ok(found) => found,
            Err(error) => return Ok(tested(Err(secrets_message(&error)))),
        };
        let same = kept.is_some_and(|kept| same_server(&kept.connection, &connection));
        let version = version.filter(|_| same);
        let given = found.and_then(|found| found.of_version(&version?));
        let Some(given) = given else {
            let waits = Message::new("source_without_password").with("source", &connection.name);
            return Ok(tested(Err(waits)));
        };
        password = Some(Secret::new(given.value.as_str()));
    }
    Ok(tested(ask_alone(&connection, password)))
}

/// Asks a source that is opened for this question; what it says does not repeat the password.
fn ask_alone(connection: &Connection, password: Option<Secret>) -> Result<String, Message> {
    let mask = Mask::new(password.as_slice());
    let answer = match open(connection, password) {
        Ok(source) => ask_apart(source.as_ref()),
        Err(error) => Err(error.message),
    };
    answer.map_err(|error| mask.message(error))
}

fn tested(answer: Result<String, Message>) -> SourceTested {
    let (version, error) = match answer {
        Ok(version) => (Some(version), None),
        Err(error) => (None, Some(error)),
    };
    SourceTested {
        ok: error.is_none(),
        version,
        error,
    }
}

/// All sources as they are told of.
pub(super) fn rows(api: &Api) -> Result<Vec<SourceRow>, AppError> {
    let connected = api.connected()?;
    let kept = api.store.connections()?;
    let health = api.store.source_health()?;
    let under_way = api.store.attempts_under_way()?;
    let counts = api.store.fallen_counts()?;
    let row = |name: &str, kind: &str| {
        let kept = kept.iter().find(|kept| kept.connection.name == name);
        let seen = health.iter().find(|seen| seen.name == name);
        let mut row = row(name, kind, kept, seen);
        let its = under_way.iter();
        let its = its.filter(|one| one.data_source.as_deref() == Some(name));
        row.running = u32::try_from(its.count()).unwrap_or(u32::MAX);
        let count = counts.iter().find(|count| count.source == name);
        row.fallen = count.map(|count| FallenCount {
            waiting: count.waiting,
            conflicts: count.conflicts,
            refused: count.refused.clone(),
        });
        row
    };
    let sources = connected.sources.iter();
    Ok(sources
        .map(|source| row(source.name(), source.kind()))
        .collect())
}

fn row(
    name: &str,
    kind: &str,
    kept: Option<&ConnectionRecord>,
    seen: Option<&SourceHealth>,
) -> SourceRow {
    SourceRow {
        name: name.to_owned(),
        kind: kind.to_owned(),
        address: kept.map(|kept| address(&kept.connection)),
        connection: kept.map(|kept| kept.connection.clone()),
        with_password: kept.is_some_and(|kept| kept.with_password),
        waits: None,
        answers: seen.map(|seen| seen.answers),
        since: seen.map(|seen| time::rfc3339(seen.since)),
        version: seen.and_then(|seen| seen.version.clone()),
        error: seen.and_then(|seen| seen.error.clone()),
        running: 0,
        most: kept
            .filter(|kept| kept.connection.server().is_some())
            .and_then(|_| u32::try_from(Bounds::default().connections).ok()),
        fallen: None,
        warnings: Vec::new(),
    }
}

/// Why the password that belongs to a connection cannot be had, where that is so.
fn waits(api: &Api, kept: &ConnectionRecord) -> Option<Message> {
    if !kept.with_password {
        return None;
    }
    let secret = password_of(&kept.connection.name);
    match api.secrets.get_at_once(&secret) {
        // One that was given for another connection of this name is none.
        Ok(found) => {
            let given = kept.password.as_deref();
            let found = found.and_then(|found| found.of_version(given?));
            found.is_none().then(|| secret_missing(&secret))
        }
        Err(_) if kept.password.is_none() => Some(secret_missing(&secret)),
        Err(error) => Some(secrets_message(&error)),
    }
}

/// What others took for a source is for the one that was meant.
fn waits_for_nothing(tx: &Tx<'_>, name: &str, code: &str) -> Result<(), AppError> {
    let count = tx.fallen_writes_of(name)?;
    if count > 0 {
        let behind = AppError::new(code).with("name", name);
        let behind = behind.with("count", count).hint("source_fallen");
        return Err(if code == "connection_behind_elsewhere" {
            behind.hint("move_waiting")
        } else {
            behind
        });
    }
    Ok(())
}

/// Whoever stands in for a source just now means the one that was meant.
fn is_about_to_get_nothing(tx: &Tx<'_>, name: &str) -> Result<(), AppError> {
    if let Some((run, workflow)) = tx.intended_for(name)? {
        let behind = AppError::new("connection_behind_run").with("name", name);
        return Err(behind.with("run", run).with("workflow", workflow));
    }
    Ok(())
}

/// Whether the password of one is for the other, too: it is said to the same server, as the same
/// user, and nobody can hear it who could not before.
fn same_server(one: &Connection, other: &Connection) -> bool {
    let peer = |connection: &Connection| {
        let server = connection.server()?;
        Some((server.host.to_lowercase(), server.port, server.user.clone()))
    };
    let is_private = |connection: &Connection| connection.server().is_some_and(|server| server.tls);
    one.kind() == other.kind()
        && peer(one) == peer(other)
        && (is_private(other) || !is_private(one))
}

fn one(api: &Api, name: &str) -> Result<SourceRow, AppError> {
    let mut rows = rows(api)?.into_iter();
    let row = rows.find(|row| row.name == name);
    let mut row = row.ok_or_else(|| unknown(name))?;
    row.waits = waits(api, &kept(api, name)?);
    Ok(row)
}

fn unknown(name: &str) -> AppError {
    AppError::new("connection_unknown").with("name", name)
}

fn kept(api: &Api, name: &str) -> Result<ConnectionRecord, AppError> {
    if name == LOCAL {
        return Err(AppError::new("connection_local"));
    }
    let kept = api.store.connection(name)?;
    kept.ok_or_else(|| unknown(name))
}

fn address(connection: &Connection) -> String {
    let Some(server) = connection.server() else {
        return match &connection.target {
            Target::Sqlite { path } => path.clone(),
            Target::Mysql(_) | Target::Redis(_) | Target::Elasticsearch(_) => String::new(),
        };
    };
    let scheme = match (connection.kind(), server.tls) {
        (SourceKind::Redis, true) => "rediss",
        (SourceKind::Elasticsearch, true) => "https",
        (SourceKind::Elasticsearch, false) => "http",
        (kind, _) => kind.as_str(),
    };
    let user = server.user.as_ref().map(|user| format!("{user}@"));
    let host = if server.host.contains(':') {
        format!("[{}]", server.host)
    } else {
        server.host.clone()
    };
    let database = server.database.as_ref().map(|name| format!("/{name}"));
    format!(
        "{scheme}://{}{host}:{}{}",
        user.unwrap_or_default(),
        server.port,
        database.unwrap_or_default()
    )
}

/// A secret that is given with a row that names its version. It stands beside the one that the row names
/// so far until the row is written, or is not: so no row is ever left with a version that is gone, and
/// nobody who writes waits for the key or the file of the secrets.
pub(super) struct Given {
    name: String,
    version: Option<String>,
}

impl Given {
    /// Keeps it, where there is one, beside the version that is in use. May take seconds.
    ///
    /// # Errors
    /// Why it cannot be kept; then nothing is.
    pub(super) fn keep(
        api: &Api,
        name: &str,
        given: Option<Secret>,
        in_use: Option<&str>,
    ) -> Result<Self, AppError> {
        let new = given.iter().map(|given| NewSecret {
            name,
            value: given.reveal(),
            in_use,
        });
        let kept = api.secrets.set_beside(&new.collect::<Vec<_>>());
        let kept = kept.map_err(|error| AppError::from(secrets_message(&error)))?;
        Ok(Self {
            name: name.to_owned(),
            version: kept.into_iter().next(),
        })
    }

    /// None is given with this row.
    pub(super) fn none(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: None,
        }
    }

    /// Which version of the secret it is.
    pub(super) fn version(&self) -> Option<String> {
        self.version.clone()
    }

    /// The row was written, and says which version it no longer names; or it was not. What no row names is
    /// taken out; what stays behind a locked key is used by nobody.
    ///
    /// # Errors
    /// Why the row was not written.
    pub(super) fn settle(
        self,
        api: &Api,
        written: Result<Option<String>, AppError>,
    ) -> Result<(), AppError> {
        let (left, settled) = match written {
            Ok(left) => (left, Ok(())),
            Err(error) => (self.version, Err(error)),
        };
        if let Some(version) = left
            && let Err(error) = api.secrets.remove_version(&self.name, &version)
        {
            tracing::warn!(%error, "a secret that nothing names any more stays");
        }
        settled
    }
}

/// Writes what `change` does and what Activity says of it, in one transaction; gives what it answers
/// beside that.
fn change<T: Send + 'static>(
    api: &Api,
    operation: &'static str,
    change: impl FnOnce(&Tx<'_>) -> Result<(Option<OperationItemRecord>, T), AppError> + Send + 'static,
) -> Result<T, AppError> {
    let (actor, face) = (api.actor()?, api.face().as_str());
    let changed = api.store.write::<_, AppError>(move |tx| {
        let (item, answer) = change(tx)?;
        if let Some(item) = item {
            let operation = NewOperation {
                actor: &actor,
                face,
                operation,
                name: None,
                undoes: None,
                items: &[item],
            };
            tx.secrets_changed();
            tx.record_operation(tx.next_operation_id()?, &operation)?;
        }
        Ok(answer)
    })?;
    api.wake_engine();
    Ok(changed)
}

#[cfg(test)]
mod tests;
