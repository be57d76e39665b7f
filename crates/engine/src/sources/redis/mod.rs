//! A Redis server of the user's.
//!
//! An operation has a connection to itself. Replies are what they are in JSON: a text, or
//! `{"$blob": base64}` where the bytes are none; lists, sets and maps; nothing is `null`.
//!
//! A record is a hash under `table:key`. A text stands in it as it is, anything else as its JSON,
//! and so does a text that would read as JSON (`"7"` beside `7`): what comes back is what was put
//! in, and what other programs wrote is read the same way. The key is also the field `id`; where
//! another program's hash has none, `_id` tells it.
//!
//! Absent on purpose: `search`, for which Redis has no index; clusters; commands that listen.

mod command;
mod connection;
mod fault;
mod record;
mod value;

use std::time::Duration;

use flowkeep_core::Secret;
use flowkeep_core::connection::Server;
use tokio::time::{sleep, timeout};

use super::server::{Peer, Pool};
use super::{Bounds, Doing, Operation, Source, unfit};
use crate::actions::{ActionError, Done, Output, Room, Stop};
use connection::{Line, Road};
use fault::Fault;

/// How long until it is called off again: the first call may have come too early.
const AGAIN: Duration = Duration::from_millis(150);

/// A server.
pub(super) struct Redis {
    pool: Pool<Road>,
}

impl Redis {
    pub(super) fn new(name: &str, server: &Server, secret: Option<Secret>, bounds: Bounds) -> Self {
        let peer = Peer {
            source: name.to_owned(),
            server: server.clone(),
        };
        Self {
            pool: Pool::new(Road { peer, secret }, bounds),
        }
    }

    async fn try_perform(
        &self,
        operation: Operation,
        room: Room,
        stop: Stop,
    ) -> Result<Done, ActionError> {
        let peer = &self.pool.way().peer;
        let mut held = tokio::select! {
            held = self.pool.take() => held?,
            () = stop.soft() => return Ok(Done::Stopped { undone: true }),
        };
        let id = held.connection.id;
        let result = {
            let doing = carry_out(&mut held.connection, peer, &operation, &room, &stop);
            tokio::pin!(doing);
            tokio::select! {
                done = &mut doing => Some(done),
                () = stop.soft() => {
                    let ends = async {
                        loop {
                            self.pool.way().call_off(id).await;
                            tokio::select! {
                                done = &mut doing => break done,
                                () = sleep(AGAIN) => {}
                            }
                        }
                    };
                    timeout(self.pool.bounds().ending, ends).await.ok()
                }
            }
        };
        match result {
            Some(Ok(output)) => {
                if leaves_nothing(&operation) {
                    held.keep();
                }
                Ok(output.into())
            }
            Some(Err(fault)) if stop.is_asked() && fault.is_called_off() => {
                Ok(Done::Stopped { undone: true })
            }
            Some(Err(fault)) => {
                if fault.leaves_connection() && leaves_nothing(&operation) {
                    held.keep();
                }
                Err(fault.told(peer, !operation.only_reads()))
            }
            None => Ok(Done::Stopped {
                undone: operation.only_reads(),
            }),
        }
    }
}

/// Whether the connection is as it was before.
fn leaves_nothing(operation: &Operation) -> bool {
    match operation {
        Operation::Command(command) => !command::changes_connection(command),
        _ => true,
    }
}

impl Source for Redis {
    fn name(&self) -> &str {
        &self.pool.way().peer.source
    }

    fn kind(&self) -> &'static str {
        "redis"
    }

    fn is_full(&self) -> bool {
        self.pool.is_full()
    }

    fn version(&self) -> Doing<'_, String> {
        Box::pin(async {
            let mut held = self.pool.take().await?;
            let version = held.connection.version().await;
            let version = version.map_err(|fault| fault.told(&self.pool.way().peer, false))?;
            held.keep();
            Ok(version)
        })
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(self.try_perform(operation, room, stop))
    }
}

async fn carry_out(
    line: &mut Line,
    peer: &Peer,
    operation: &Operation,
    room: &Room,
    stop: &Stop,
) -> Result<Output, Fault> {
    match operation {
        Operation::Command(command) => command::carry_out(line, command, room).await,
        Operation::Add { table, key, values } => record::add(line, table, key, values).await,
        Operation::Update { table, key, values } => record::update(line, table, key, values).await,
        Operation::Get { table, key } => record::get(line, table, key, room).await,
        Operation::Delete { table, key } => record::delete(line, table, key).await,
        Operation::Find {
            table,
            equal,
            limit,
        } => record::find(line, table, equal, *limit, room, stop).await,
        _ => Err(Fault::Action(unfit(&peer.source, operation))),
    }
}
