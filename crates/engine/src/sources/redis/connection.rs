//! How connections to a Redis server are made, and how a command that waits is called off.

use flowkeep_core::Secret;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ErrorKind, IntoConnectionInfo as _,
    Pipeline, ProtocolVersion, RedisConnectionInfo, RedisError, RedisResult, TlsCertificates,
    Value,
};

use super::fault::{self, Fault};
use crate::actions::ActionError;
use crate::sources::server::{KEEPALIVE, Peer, Way, authority_file, tls_ready};

/// The way to one server.
pub(super) struct Road {
    pub(super) peer: Peer,
    pub(super) secret: Option<Secret>,
}

/// One connection. Dropped, it is closed, and a command that waits on the server ends.
pub(super) struct Line {
    connection: MultiplexedConnection,
    /// The server's number of it; nothing where the server does not tell.
    pub(super) id: Option<i64>,
}

impl Line {
    /// What the server answers to one command.
    pub(super) async fn ask(&mut self, command: &Cmd) -> Result<Value, Fault> {
        match self.connection.send_packed_command(command).await? {
            Value::ServerError(error) => Err(RedisError::from(error).into()),
            answer => Ok(answer),
        }
    }

    /// What the server answers to many, sent in one go. A key that holds something else than it was
    /// asked for is told in its place; any other answer that says no is that of all of them.
    pub(super) async fn ask_all(&mut self, commands: &Pipeline) -> Result<Vec<Value>, Fault> {
        let count = commands.cmd_iter().count();
        if count == 0 {
            return Ok(Vec::new());
        }
        let answers = self.connection.send_packed_commands(commands, 0, count);
        let answers = answers.await?;
        let refusal = answers.iter().find_map(|answer| match answer {
            Value::ServerError(error) if error.code() != "WRONGTYPE" => Some(error.clone()),
            _ => None,
        });
        refusal.map_or(Ok(answers), |error| Err(RedisError::from(error).into()))
    }

    /// Which version answers; nothing where it does not tell.
    pub(super) async fn version(&mut self) -> Result<String, Fault> {
        self.ask(&redis::cmd("PING")).await?;
        let mut told = redis::cmd("INFO");
        told.arg("server");
        let Ok(told) = self.ask(&told).await else {
            return Ok(String::new());
        };
        let text: String = redis::from_redis_value(told).unwrap_or_default();
        let version = |line: &str| Some(line.strip_prefix("redis_version:")?.trim().to_owned());
        Ok(text.lines().find_map(version).unwrap_or_default())
    }
}

impl Road {
    async fn client(&self, protocol: ProtocolVersion) -> Result<Client, ActionError> {
        let server = &self.peer.server;
        let (host, port) = (server.host.clone(), server.port);
        let address = if server.tls {
            ConnectionAddr::TcpTls {
                host,
                port,
                insecure: false,
                tls_params: None,
            }
        } else {
            ConnectionAddr::Tcp(host, port)
        };
        let mut login = RedisConnectionInfo::default().set_protocol(protocol);
        if let Some(number) = server
            .database
            .as_deref()
            .and_then(|text| text.parse().ok())
        {
            login = login.set_db(number);
        }
        if let Some(user) = &server.user {
            login = login.set_username(user);
        }
        if let Some(secret) = &self.secret {
            login = login.set_password(secret.reveal());
        }
        let wrong = |error| fault::connecting(&self.peer, &error);
        let info = address.into_connection_info().map_err(wrong)?;
        let alive = TcpKeepalive::new().with_time(KEEPALIVE);
        let wire = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(alive);
        let info = info.set_redis_settings(login).set_tcp_settings(wire);
        let Some(file) = server.ca.clone().filter(|_| server.tls) else {
            return Client::open(info).map_err(wrong);
        };
        let root = tokio::task::spawn_blocking(move || authority_file(&file)).await;
        let root = root.map_err(|error| self.peer.unreachable(&error))??;
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: Some(root),
        };
        Client::build_with_tls(info, certificates).map_err(wrong)
    }

    async fn reach(&self, protocol: ProtocolVersion) -> Result<MultiplexedConnection, Unreached> {
        let client = self.client(protocol).await.map_err(Unreached::Told)?;
        // The time to connect and to answer is bounded elsewhere.
        let unbounded = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let made: RedisResult<_> = client
            .get_multiplexed_async_connection_with_config(&unbounded)
            .await;
        made.map_err(|error| {
            if error.kind() == ErrorKind::RESP3NotSupported {
                Unreached::Older
            } else {
                Unreached::Told(fault::connecting(&self.peer, &error))
            }
        })
    }

    /// Ends the waiting of another connection's command, by a connection of its own. A command that
    /// does not wait is not touched. Takes as long as the server lets it.
    pub(super) async fn call_off(&self, id: Option<i64>) {
        let Some(id) = id else { return };
        let mut unblock = redis::cmd("CLIENT");
        unblock.arg("UNBLOCK").arg(id).arg("ERROR");
        match self.connect().await {
            Ok(mut line) => {
                if let Err(fault) = line.ask(&unblock).await {
                    tracing::debug!(?fault, "a command could not be called off");
                }
            }
            Err(error) => {
                tracing::warn!(
                    code = error.message.code,
                    "a command could not be called off"
                );
            }
        }
    }
}

/// Why a connection does not stand.
enum Unreached {
    /// The server does not know the newer protocol.
    Older,
    /// This.
    Told(ActionError),
}

impl Way for Road {
    type Connection = Line;

    fn peer(&self) -> &Peer {
        &self.peer
    }

    async fn connect(&self) -> Result<Line, ActionError> {
        self.peer.look_up().await?;
        tls_ready();
        let made = match self.reach(ProtocolVersion::RESP3).await {
            Err(Unreached::Older) => self.reach(ProtocolVersion::RESP2).await,
            made => made,
        };
        let connection = made.map_err(|why| match why {
            Unreached::Told(error) => error,
            Unreached::Older => self.peer.silent(),
        })?;
        let mut line = Line {
            connection,
            id: None,
        };
        let mut own = redis::cmd("CLIENT");
        own.arg("ID");
        if let Ok(Value::Int(id)) = line.ask(&own).await {
            line.id = Some(id);
        }
        Ok(line)
    }

    async fn is_alive(&self, line: &mut Line) -> bool {
        line.ask(&redis::cmd("PING")).await.is_ok()
    }
}
