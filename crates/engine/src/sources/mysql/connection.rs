//! How connections to a `MySQL` or `MariaDB` server are made, and how a statement is broken off.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};

use flowkeep_core::Secret;
use tokio::time::timeout;

use super::fault;
use crate::actions::ActionError;
use crate::sources::server::{KEEPALIVE, Peer, Way, authorities};

/// How long breaking off a whole connection may take; nobody waits for what comes of it.
const SOON: Duration = Duration::from_millis(300);

/// The way to one server.
pub(super) struct Road {
    pub(super) peer: Peer,
    pub(super) secret: Option<Secret>,
}

impl Road {
    /// Files with certificates are read each time: a renewed one counts from the next connection on.
    async fn options(&self) -> Result<Opts, ActionError> {
        let server = &self.peer.server;
        let password = self.secret.as_ref().map(Secret::reveal);
        let options = OptsBuilder::default()
            .ip_or_hostname(server.host.clone())
            .tcp_port(server.port)
            .user(server.user.clone())
            .pass(password)
            .db_name(server.database.clone())
            .prefer_socket(false)
            .tcp_keepalive(Some(KEEPALIVE))
            // An update counts the rows it was for, as with every other kind of source.
            .client_found_rows(true);
        if !server.tls {
            return Ok(options.into());
        }
        let file = server.ca.clone();
        let roots = tokio::task::spawn_blocking(move || authorities(file.as_deref())).await;
        let roots = roots.map_err(|error| self.peer.unreachable(&error))??;
        let roots = roots.into_iter().map(|root| root.to_vec().into());
        let tls = SslOpts::default()
            .with_disable_built_in_roots(true)
            .with_root_certs(roots.collect());
        Ok(options.ssl_opts(tls).into())
    }

    /// Breaks off what another connection is at, by a connection of its own: its statement alone,
    /// or all of it. What cannot be reached soon cannot be broken off, and ends by itself.
    pub(super) async fn break_off(&self, id: u32, what: Breaking) {
        let words = match what {
            Breaking::Statement => format!("KILL QUERY {id}"),
            Breaking::Connection => format!("KILL CONNECTION {id}"),
        };
        let broken_off = async {
            let mut connection = self.connect().await?;
            if let Err(error) = connection.query_drop(words).await {
                tracing::debug!(%error, "there was nothing to break off");
            }
            Ok::<_, ActionError>(())
        };
        let broken_off = match what {
            // Whoever waits for the end of the statement knows how long.
            Breaking::Statement => broken_off.await,
            Breaking::Connection => timeout(SOON, broken_off).await.unwrap_or(Ok(())),
        };
        if let Err(error) = broken_off {
            tracing::warn!(
                code = error.message.code,
                "a statement could not be broken off"
            );
        }
    }
}

/// What is broken off.
#[derive(Debug, Clone, Copy)]
pub(super) enum Breaking {
    /// The statement; the connection stays.
    Statement,
    /// The connection.
    Connection,
}

impl Way for Road {
    type Connection = Conn;

    fn peer(&self) -> &Peer {
        &self.peer
    }

    async fn connect(&self) -> Result<Conn, ActionError> {
        self.peer.look_up().await?;
        let options = self.options().await?;
        let made = Conn::new(options).await;
        made.map_err(|error| fault::connecting(&self.peer, error))
    }

    async fn is_alive(&self, connection: &mut Conn) -> bool {
        connection.ping().await.is_ok()
    }
}
