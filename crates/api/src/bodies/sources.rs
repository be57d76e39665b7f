//! `source_*`: the connections to the user's data sources.

use std::path::Path;

use flowkeep_core::connection::{Address, Connection, LOCAL, Secret, Server, SourceKind, Target};
use flowkeep_core::run::Definition;
use flowkeep_core::{Document, Finding, Message};
use flowkeep_engine::sources::{ask_apart, open};
use flowkeep_engine::{password_of, secrets_message};
use flowkeep_store::{ConnectionRecord, NewOperation, OperationItemRecord, SourceHealth, Tx};

use crate::types::{
    ChosenPlace, Nothing, SourceInput, SourceList, SourceRef, SourceRemoved, SourceRow,
    SourceTested,
};
use crate::{Api, AppError, time};

/// Workflows told of those that name a connection.
const NAMES: usize = 20;

/// The data sources, and what was last seen of each.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<SourceList, AppError> {
    let items = rows(api)?;
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
    let given = keep_password(api, &name, password.as_ref())?;
    let taken = name.clone();
    change(api, "connection_add", move |tx| {
        if tx.connection(&taken)?.is_some() {
            return Err(AppError::new("connection_exists").with("name", &taken));
        }
        let with_password = given.is_some();
        let item = tx.put_connection(&connection, with_password, given.as_deref())?;
        Ok(Some(item))
    })?;
    one(api, &name)
}

/// Describes a connection anew. What is not given stays as it is, TLS too unless it is switched off in
/// so many words; nothing stays when it becomes one of another kind.
///
/// # Errors
/// `connection_unknown`; as [`add`].
pub fn update(api: &Api, input: SourceInput) -> Result<SourceRow, AppError> {
    let name = input.name.clone();
    let kept = kept(api, &name)?;
    let without = input.without_password || input.kind != kept.connection.kind();
    let (connection, password) = described(api, input, Some(&kept))?;
    let given = keep_password(api, &name, password.as_ref())?;
    let new = given.is_some();
    let with_password = new || (kept.with_password && !without);
    if connection == kept.connection && with_password == kept.with_password && !new {
        return one(api, &name);
    }
    let stays = kept.password.filter(|_| with_password);
    change(api, "connection_update", move |tx| {
        let given = given.or(stays);
        let item = tx.put_connection(&connection, with_password, given.as_deref())?;
        Ok(Some(item))
    })?;
    if without && !new {
        forget_password(api, &name);
    }
    one(api, &name)
}

/// Takes a connection out, with its password. Tasks that name it do not start until there is one
/// of this name again.
///
/// # Errors
/// `connection_unknown`.
pub fn remove(api: &Api, input: SourceRef) -> Result<SourceRemoved, AppError> {
    let SourceRef { name } = input;
    kept(api, &name)?;
    let named_by = named_by(api, &name)?;
    let gone = name.clone();
    change(api, "connection_remove", move |tx| {
        Ok(tx.remove_connection(&gone)?)
    })?;
    forget_password(api, &name);
    Ok(SourceRemoved { name, named_by })
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
    let waits = source.password().is_err();
    let answer = ask_apart(source.as_ref());
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
/// its name is used where none is given.
///
/// # Errors
/// `connection_invalid`.
pub fn try_out(api: &Api, input: SourceInput) -> Result<SourceTested, AppError> {
    let kept = api.store.connection(&input.name)?;
    let same = |kept: &&ConnectionRecord| kept.connection.kind() == input.kind;
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
        let Some(given) = found.filter(|found| Some(&found.version) == version.as_ref()) else {
            let waits = Message::new("source_without_password").with("source", &connection.name);
            return Ok(tested(Err(waits)));
        };
        password = Some(Secret::new(given.value.as_str()));
    }
    let answer = match open(&connection, password.clone()) {
        Ok(source) => ask_apart(source.as_ref()),
        Err(error) => Err(error.message),
    };
    let mask = flowkeep_engine::actions::Mask::new(password.as_slice());
    Ok(tested(answer.map_err(|error| mask.message(error))))
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
    let row = |name: &str, kind: &str| {
        let kept = kept.iter().find(|kept| kept.connection.name == name);
        let seen = health.iter().find(|seen| seen.name == name);
        row(name, kind, kept, seen)
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
        answers: seen.map(|seen| seen.answers),
        since: seen.map(|seen| time::rfc3339(seen.since)),
        version: seen.and_then(|seen| seen.version.clone()),
        error: seen.and_then(|seen| seen.error.clone()),
    }
}

fn one(api: &Api, name: &str) -> Result<SourceRow, AppError> {
    let mut rows = rows(api)?.into_iter();
    rows.find(|row| row.name == name)
        .ok_or_else(|| unknown(name))
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

/// What an input describes, and the password in it. What an update does not give is as in `before`.
fn described(
    api: &Api,
    input: SourceInput,
    before: Option<&ConnectionRecord>,
) -> Result<(Connection, Option<Secret>), AppError> {
    let before = before.map(|before| &before.connection);
    let before = before.filter(|before| before.kind() == input.kind);
    let mut password = input.password.clone();
    let target = if input.kind == SourceKind::Sqlite && input.url.is_none() {
        let known = match before.map(|before| &before.target) {
            Some(Target::Sqlite { path }) => Some(path.clone()),
            _ => None,
        };
        let given = input.path.as_ref().map(|path| file(api, path, "/path"));
        Target::Sqlite {
            path: given.transpose()?.or(known).unwrap_or_default(),
        }
    } else {
        let known = before.and_then(Connection::server);
        let (server, found) = server(api, &input, known)?;
        password = password.or(found);
        match input.kind {
            SourceKind::Redis => Target::Redis(server),
            SourceKind::Elasticsearch => Target::Elasticsearch(server),
            SourceKind::Sqlite | SourceKind::Mysql => Target::Mysql(server),
        }
    };
    let connection = Connection {
        name: input.name,
        target,
    };
    if let Some(problem) = connection.problems().into_iter().next() {
        return Err(invalid(problem));
    }
    let password = password.filter(|password| !password.reveal().is_empty());
    Ok((connection, password))
}

fn server(
    api: &Api,
    input: &SourceInput,
    known: Option<&Server>,
) -> Result<(Server, Option<Secret>), AppError> {
    let address = input.url.as_ref().map(|url| {
        let address = Address::parse(input.kind, url.reveal());
        address.map_err(|why| at("/url", why))
    });
    let (mut server, password) = match address.transpose()? {
        None => (known.cloned().unwrap_or_else(|| unnamed(input.kind)), None),
        Some(address) => {
            let mut server = address.server;
            if let Some(known) = known {
                server.tls = address.tls.unwrap_or(known.tls);
                server.database = server.database.or_else(|| known.database.clone());
                server.user = server.user.or_else(|| known.user.clone());
                server.ca.clone_from(&known.ca);
            }
            (server, address.password)
        }
    };
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    server.host = given(&input.host).unwrap_or(server.host);
    server.port = input.port.unwrap_or(server.port);
    server.database = given(&input.database).or(server.database);
    server.user = given(&input.user).or(server.user);
    server.tls = input.tls.unwrap_or(server.tls);
    server.ca = match &input.ca {
        Some(place) => Some(file(api, place, "/ca")?),
        None if input.without_ca => None,
        None => server.ca.filter(|_| server.tls),
    };
    Ok((server, password))
}

/// A server of which only the kind is known.
fn unnamed(kind: SourceKind) -> Server {
    Server {
        host: String::new(),
        port: kind.default_port().unwrap_or_default(),
        database: None,
        tls: false,
        user: None,
        ca: None,
    }
}

/// The absolute path of a file that was chosen.
fn file(api: &Api, place: &ChosenPlace, field: &str) -> Result<String, AppError> {
    let path = api.path_of(place)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let text = Path::to_str(&path).map(str::to_owned);
    text.ok_or_else(|| at(field, Message::new("connection_path_odd")))
}

fn at(field: &str, why: Message) -> AppError {
    Message::new("connection_invalid")
        .with("field", field)
        .because(why)
        .into()
}

fn invalid(problem: Finding) -> AppError {
    let mut why = Message::new(problem.code);
    why.fields = problem.fields;
    at(&problem.path, why)
}

/// Keeps the password of a connection, if there is one; says which it is from now on.
fn keep_password(
    api: &Api,
    name: &str,
    password: Option<&Secret>,
) -> Result<Option<String>, AppError> {
    let kept = password.map(|password| api.secrets.set(&password_of(name), password.reveal()));
    let kept = kept.transpose();
    kept.map_err(|error| AppError::from(secrets_message(&error)))
}

/// A password that nobody asks for any more; one that stays behind a locked key is not used for
/// another connection of this name.
fn forget_password(api: &Api, name: &str) {
    if let Err(error) = api.secrets.remove(&password_of(name)) {
        tracing::warn!(%error, "the password of a connection that is gone stays in the secrets");
    }
}

fn change(
    api: &Api,
    operation: &'static str,
    change: impl FnOnce(&Tx<'_>) -> Result<Option<OperationItemRecord>, AppError> + Send + 'static,
) -> Result<(), AppError> {
    let (actor, face) = (api.actor()?, api.face().as_str());
    api.store.write::<_, AppError>(move |tx| {
        let Some(item) = change(tx)? else {
            return Ok(());
        };
        let operation = NewOperation {
            actor: &actor,
            face,
            operation,
            name: None,
            undoes: None,
            items: &[item],
        };
        tx.secrets_changed();
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    })?;
    api.wake_engine();
    Ok(())
}

/// The names of workflows with tasks that name a connection.
fn named_by(api: &Api, name: &str) -> Result<Vec<String>, AppError> {
    let mut found = Vec::new();
    api.store.workflows_with(name, |workflow, stored| {
        let document = Document::parse(stored.format, stored.text).ok();
        let definition = document.and_then(|document| Definition::read(document.value()).ok());
        let names = definition.is_some_and(|definition| {
            let mut tasks = definition.tasks().iter();
            tasks.any(|task| task.routing.data_source.as_deref() == Some(name))
        });
        if names {
            found.push(workflow);
        }
        found.len() < NAMES
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests;
