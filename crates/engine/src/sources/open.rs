//! From the description of a connection to the source itself.

use std::sync::Arc;
use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::connection::{Connection, Secret, Target};

use super::elasticsearch::Elasticsearch;
use super::mysql::Mysql;
use super::redis::Redis;
use super::{Source, Sqlite};
use crate::actions::ActionError;

/// How much of a server a source may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Operations at a time, each on a connection of its own.
    pub connections: usize,
    /// How long an operation waits for its turn before it is told that the source is busy.
    pub turn: Duration,
    /// How long a server may take until a connection stands.
    pub connect: Duration,
    /// How long an operation may take to end once it is to stop. What has not ended by then is left
    /// to the server, and whether it was undone is not known.
    pub ending: Duration,
}

impl Default for Bounds {
    /// Eight at a time, half a minute for a turn, ten seconds to connect, not quite one to stop.
    fn default() -> Self {
        Self {
            connections: 8,
            turn: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            ending: Duration::from_millis(900),
        }
    }
}

/// The source a connection leads to. Nothing is reached and no file read before its first
/// operation, so that a server that is down costs nothing here. It is to be shared: it keeps its
/// connections for the next operation and makes new ones when those have broken. They belong to the
/// runtime it is used on.
///
/// # Errors
/// What the system says when a relative path cannot be made absolute.
pub fn open(
    connection: &Connection,
    secret: Option<Secret>,
) -> Result<Arc<dyn Source>, ActionError> {
    open_within(connection, secret, Bounds::default())
}

/// As [`open`], within other bounds.
///
/// # Errors
/// As [`open`].
pub fn open_within(
    connection: &Connection,
    secret: Option<Secret>,
    bounds: Bounds,
) -> Result<Arc<dyn Source>, ActionError> {
    let name = &connection.name;
    match &connection.target {
        Target::Sqlite { path } => {
            let file = Sqlite::new(name, path).map_err(|error| {
                let message = Message::new("source_unreachable")
                    .with("source", name)
                    .with("path", path);
                ActionError::passing(message.with("reason", error))
            })?;
            Ok(Arc::new(file))
        }
        Target::Mysql(server) => Ok(Arc::new(Mysql::new(name, server, secret, bounds))),
        Target::Redis(server) => Ok(Arc::new(Redis::new(name, server, secret, bounds))),
        Target::Elasticsearch(server) => {
            Ok(Arc::new(Elasticsearch::new(name, server, secret, bounds)))
        }
    }
}
