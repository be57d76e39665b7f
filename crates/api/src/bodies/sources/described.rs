//! What an input of `source_add`, `source_update` and `source_try` describes.

use std::path::Path;

use flowkeep_core::connection::{Address, Connection, Secret, Server, SourceKind, Target};
use flowkeep_core::{Finding, Message};
use flowkeep_store::ConnectionRecord;

use crate::apart::is_file;
use crate::types::{ChosenPlace, SourceInput};
use crate::{Api, AppError};

/// What an input describes, and the password in it. What an update does not give is as in `before`.
pub(super) fn described(
    api: &Api,
    input: SourceInput,
    before: Option<&ConnectionRecord>,
) -> Result<(Connection, Option<Secret>), AppError> {
    let before = before.map(|before| &before.connection);
    let kind = input.kind.or_else(|| before.map(Connection::kind));
    let missing = || at("/type", Message::new("connection_kind_missing"));
    let kind = kind.ok_or_else(missing)?;
    let before = before.filter(|before| before.kind() == kind);
    let mut password = input.password.clone();
    let target = if kind == SourceKind::Sqlite && input.url.is_none() {
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
        let (server, found) = server(api, &input, kind, known)?;
        password = password.or(found);
        match kind {
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
    kind: SourceKind,
    known: Option<&Server>,
) -> Result<(Server, Option<Secret>), AppError> {
    let address = input.url.as_ref().map(|url| {
        let address = Address::parse(kind, url.reveal());
        address.map_err(|why| at("/url", why))
    });
    let (mut server, password) = match address.transpose()? {
        None => (known.cloned().unwrap_or_else(|| unnamed(kind)), None),
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
    // What is given and empty is taken away.
    let or = |text: &Option<String>, known| text.as_ref().map_or(known, |_| given(text));
    server.database = or(&input.database, server.database);
    server.user = or(&input.user, server.user);
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

/// The files of a connection that are not there: it is kept all the same, for a disk may be away, but nothing
/// answers until they are.
pub(super) fn files_not_there(connection: &Connection) -> Vec<Message> {
    let file = match &connection.target {
        Target::Sqlite { path } => Some(path),
        Target::Mysql(server) | Target::Redis(server) | Target::Elasticsearch(server) => {
            server.ca.as_ref()
        }
    };
    let gone = file.filter(|path| !is_file(Path::new(path)));
    let told = |path: &String| Message::new("source_file_not_there").with("path", path);
    gone.map(told).into_iter().collect()
}

fn at(field: &str, why: Message) -> AppError {
    Message::new("connection_invalid")
        .with("field", field)
        .because(why)
        .into()
}

fn invalid(problem: Finding) -> AppError {
    let path = problem.path.clone();
    at(&path, problem.into())
}
