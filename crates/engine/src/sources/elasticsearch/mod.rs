//! An Elasticsearch or `OpenSearch` server of the user's, over its REST API: versions 7 to 9 of the
//! one, all of the other.
//!
//! A record is a document: `id` in it is its key, and so is `_id` on the server; where another
//! program's document has no such `id`, `_id` tells the key. What was written is found by the next
//! task: a write waits until the index shows it.
//!
//! Numbers are as the document spells them. `find` compares what the documents hold, so that an
//! index's analysis changes nothing; `search` is the server's own, over its text fields.
//!
//! Absent on purpose: mappings of ours, and patterns of indices: a record has one index.

mod fault;
mod record;
mod request;
mod search;

use flowkeep_core::Secret;
use flowkeep_core::connection::Server;

use super::server::{Peer, Turns};
use super::{Bounds, Doing, Operation, Source, unfit};
use crate::actions::{ActionError, Done, Output, Room, Stop};
use request::Api;

/// A server.
pub(super) struct Elasticsearch {
    api: Api,
    turns: Turns,
}

impl Elasticsearch {
    pub(super) fn new(name: &str, server: &Server, secret: Option<Secret>, bounds: Bounds) -> Self {
        let peer = Peer {
            source: name.to_owned(),
            server: server.clone(),
        };
        Self {
            api: Api::new(peer, secret, bounds.connect),
            turns: Turns::new(bounds),
        }
    }

    async fn carry_out(&self, operation: &Operation, room: &Room) -> Result<Output, ActionError> {
        let api = &self.api;
        match operation {
            Operation::Request(request) => request::carry_out(api, request, room).await,
            Operation::Add { table, key, values } => record::add(api, table, key, values).await,
            Operation::Update { table, key, values } => {
                record::update(api, table, key, values).await
            }
            Operation::Get { table, key } => record::get(api, table, key, room).await,
            Operation::Delete { table, key } => record::delete(api, table, key).await,
            Operation::Find {
                table,
                equal,
                limit,
            } => search::find(api, table, equal, *limit, room).await,
            Operation::Search { table, text, limit } => {
                search::search(api, table, text, *limit, room).await
            }
            _ => Err(unfit(&api.peer.source, operation)),
        }
    }

    async fn try_perform(
        &self,
        operation: Operation,
        room: Room,
        stop: Stop,
    ) -> Result<Done, ActionError> {
        let _turn = tokio::select! {
            turn = self.turns.take(&self.api.peer) => turn?,
            () = stop.soft() => return Ok(Done::Stopped { undone: true }),
        };
        tokio::select! {
            done = self.carry_out(&operation, &room) => Ok(done?.into()),
            // A request that nobody waits for is dropped; the server ends a search that way.
            () = stop.soft() => Ok(Done::Stopped { undone: operation.only_reads() }),
        }
    }
}

impl Source for Elasticsearch {
    fn name(&self) -> &str {
        &self.api.peer.source
    }

    fn kind(&self) -> &'static str {
        "elasticsearch"
    }

    fn is_full(&self) -> bool {
        self.turns.are_taken()
    }

    fn version(&self) -> Doing<'_, String> {
        Box::pin(async {
            let _turn = self.turns.take(&self.api.peer).await?;
            self.api.version().await
        })
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(self.try_perform(operation, room, stop))
    }
}
