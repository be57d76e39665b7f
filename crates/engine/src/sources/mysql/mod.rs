//! A `MySQL` or `MariaDB` server of the user's.
//!
//! An operation has a connection to itself for as long as it takes; given back, the connection is
//! reset, so that nothing a statement sets (a variable, a lock, a temporary table) is there for the
//! next one. Statements are prepared by the server and values bound.
//!
//! Values: numbers are what they are in JSON, decimals and whole numbers of 64 bits digit by digit;
//! dates and times are texts as the server prints them (`2026-01-31 08:00:00`), in the zone of its
//! session; bytes are `{"$blob": base64}`. True and false are bound as 1 and 0, lists and objects as
//! their JSON. `MariaDB` keeps JSON as text, and so it comes back; `MySQL` has a type for it.
//!
//! Stopping breaks the statement off on the server and takes back what it wrote, as far as its
//! tables can.
//!
//! Absent on purpose: a table of ours in the user's database; reading more of a statement's words than
//! the first to learn what it does, because the server says so.

mod connection;
mod describe;
mod fault;
mod record;
mod split;
mod statement;
mod value;

use std::time::Duration;

use flowkeep_core::Secret;
use flowkeep_core::connection::Server;
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use tokio::time::{sleep, timeout};

use super::server::{Held, Peer, Pool};
use super::{Bounds, Doing, Operation, Source, unfit};
use crate::actions::{ActionError, Done, Output, Room, Stop};
use connection::{Breaking, Road};
use fault::{Fault, Leaves};

/// How long until it is broken off again: the first call may have come between two statements.
const AGAIN: Duration = Duration::from_millis(150);

/// A server.
pub(super) struct Mysql {
    pool: Pool<Road>,
}

/// What an operation works with.
struct Session<'a> {
    connection: &'a mut Conn,
    stop: &'a Stop,
    /// What the user calls the source.
    source: &'a str,
    /// Whether the server keeps what was done until now, whatever follows.
    committed: bool,
}

impl Session<'_> {
    /// Whether it is still wanted.
    fn go_on(&self) -> Result<(), Fault> {
        if self.stop.is_asked() {
            return Err(Fault::Stopped);
        }
        Ok(())
    }

    /// Runs a statement as it is.
    async fn run(&mut self, sql: &str) -> Result<(), Fault> {
        Ok(self.connection.query_drop(sql).await?)
    }
}

impl Mysql {
    pub(super) fn new(name: &str, server: &Server, secret: Option<Secret>, bounds: Bounds) -> Self {
        let peer = Peer {
            source: name.to_owned(),
            server: server.clone(),
        };
        let road = Road { peer, secret };
        Self {
            pool: Pool::new(road, bounds),
        }
    }

    async fn try_perform(
        &self,
        operation: Operation,
        room: Room,
        stop: Stop,
    ) -> Result<Done, ActionError> {
        let mut held = tokio::select! {
            held = self.pool.take() => held?,
            () = stop.soft() => return Ok(Done::Stopped { undone: true }),
        };
        let id = held.connection.id();
        let mut session = Session {
            connection: &mut held.connection,
            stop: &stop,
            source: self.name(),
            committed: false,
        };
        let result = {
            let doing = carry_out(&mut session, &operation, &room);
            tokio::pin!(doing);
            tokio::select! {
                done = &mut doing => Some(done),
                () = stop.soft() => {
                    let ends = async {
                        loop {
                            self.pool.way().break_off(id, Breaking::Statement).await;
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
        let committed = session.committed;
        let fault = match result {
            Some(Ok(output)) => {
                give_back(held).await;
                return Ok(output.into());
            }
            Some(Err(fault)) => fault,
            None => {
                self.pool.way().break_off(id, Breaking::Connection).await;
                let undone = operation.only_reads();
                return Ok(Done::Stopped { undone });
            }
        };
        let taken_back = match fault.leaves() {
            Leaves::Connection => roll_back(&mut held.connection).await,
            Leaves::Rows => {
                self.pool.way().break_off(id, Breaking::Connection).await;
                false
            }
            Leaves::Nothing => false,
        };
        drop(held);
        if stop.is_asked() {
            let undone = operation.only_reads() || taken_back && !committed;
            return Ok(Done::Stopped { undone });
        }
        let told = fault.told(&self.pool.way().peer, !operation.only_reads());
        Err(told)
    }
}

/// Takes back what is not kept yet. Says whether all of it could be: there are tables that cannot.
async fn roll_back(connection: &mut Conn) -> bool {
    connection.query_drop("ROLLBACK").await.is_ok() && connection.get_warnings() == 0
}

async fn give_back(mut held: Held<'_, Road>) {
    // A server that cannot do this ends what was set by ending the connection.
    if held.connection.reset().await.unwrap_or(false) {
        held.keep();
    }
}

impl Source for Mysql {
    fn name(&self) -> &str {
        &self.pool.way().peer.source
    }

    fn kind(&self) -> &'static str {
        "mysql"
    }

    fn is_full(&self) -> bool {
        self.pool.is_full()
    }

    fn version(&self) -> Doing<'_, String> {
        Box::pin(async {
            let mut held = self.pool.take().await?;
            let said: Result<Option<String>, _> =
                held.connection.query_first("SELECT VERSION()").await;
            let peer = &self.pool.way().peer;
            let version = said.map_err(|error| Fault::from(error).told(peer, false))?;
            give_back(held).await;
            Ok(version.unwrap_or_default())
        })
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(self.try_perform(operation, room, stop))
    }
}

async fn carry_out(
    session: &mut Session<'_>,
    operation: &Operation,
    room: &Room,
) -> Result<Output, Fault> {
    match operation {
        Operation::Query(asked) => statement::query(session, asked, room).await,
        Operation::Execute(asked) => statement::execute(session, asked).await,
        Operation::Either(asked) => statement::either(session, asked, room).await,
        Operation::Add { table, key, values } => record::add(session, table, key, values).await,
        Operation::Update { table, key, values } => {
            record::update(session, table, key, values).await
        }
        Operation::Get { table, key } => record::get(session, table, key, room).await,
        Operation::Delete { table, key } => record::delete(session, table, key).await,
        Operation::Find {
            table,
            equal,
            limit,
        } => record::find(session, table, equal, *limit, room).await,
        Operation::Search { table, text, limit } => {
            record::search(session, table, text, *limit, room).await
        }
        Operation::Describe { table, samples } => {
            describe::describe(session, table, *samples).await
        }
        Operation::Command(_) | Operation::Request(_) => {
            let source = session.source;
            Err(Fault::Action(unfit(source, operation)))
        }
    }
}
