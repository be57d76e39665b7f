//! What can go wrong, told by what the operator can do about it.

use flowkeep_core::Message;
use redis::{ErrorKind, RedisError};

use crate::actions::ActionError;
use crate::sources::server::Peer;

/// Why an operation did not end well.
#[derive(Debug)]
pub(super) enum Fault {
    /// As the server or the driver says.
    Redis(RedisError),
    /// As we say.
    Action(ActionError),
    /// It was asked to stop, between two commands.
    Stopped,
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        Self::Redis(error)
    }
}

impl From<ActionError> for Fault {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

impl Fault {
    /// What stays until the definition is changed.
    pub(super) fn lasting(message: Message) -> Self {
        Self::Action(ActionError::lasting(message))
    }

    /// Whether it ended because it was called off, with nothing done.
    pub(super) fn is_called_off(&self) -> bool {
        match self {
            Self::Stopped => true,
            Self::Redis(error) => error.code() == Some("UNBLOCKED"),
            Self::Action(_) => false,
        }
    }

    /// Whether the connection still stands, in order.
    pub(super) fn leaves_connection(&self) -> bool {
        match self {
            Self::Redis(error) => !is_cut(error),
            Self::Action(_) | Self::Stopped => true,
        }
    }

    /// What the run says of it. `changes`: whether it was a write that may have come through.
    pub(super) fn told(self, peer: &Peer, changes: bool) -> ActionError {
        let error = match self {
            Self::Action(error) => return error,
            Self::Stopped => return peer.passing("server_cut"),
            Self::Redis(error) => error,
        };
        if is_cut(&error) {
            let message = |code| peer.says(code).with("reason", &error);
            return if changes {
                ActionError::unsure(message("server_cut_writing"))
            } else {
                ActionError::passing(message("server_cut"))
            };
        }
        server(peer, &error)
    }
}

fn is_cut(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.kind() == ErrorKind::Parse
}

/// Why a connection does not stand.
pub(super) fn connecting(peer: &Peer, error: &RedisError) -> ActionError {
    let detail = error.detail().unwrap_or_default();
    let wants_login = matches!(error.code(), Some("WRONGPASS" | "NOAUTH"))
        || error.kind() == ErrorKind::AuthenticationFailed;
    if wants_login {
        return peer.login_refused();
    }
    if error.is_io_error() {
        return peer.unreachable(error);
    }
    if detail.contains("max number of clients") {
        return peer.passing("server_full");
    }
    if detail.contains("DB index") || error.to_string().contains("database") {
        let database = peer.server.database.as_deref().unwrap_or_default();
        let message = peer.says("database_unknown").with("database", database);
        return ActionError::passing(message);
    }
    match error.code() {
        Some("DENIED") => peer.passing("server_shuns_us"),
        Some(_) => server(peer, error),
        // Something has answered, and not as Redis does.
        None => ActionError::passing(peer.says("server_refuses").with("reason", error)),
    }
}

fn server(peer: &Peer, error: &RedisError) -> ActionError {
    let reason = || {
        let detail = error.detail().unwrap_or_default();
        // What follows repeats the values.
        let words = detail.split(", with args").next().unwrap_or_default();
        match error.code() {
            Some(code) if code != "ERR" => format!("{code} {words}"),
            _ => words.to_owned(),
        }
    };
    let message = match error.code().unwrap_or_default() {
        "READONLY" => peer.says("server_read_only"),
        "OOM" => peer.says("source_full"),
        "NOPERM" => peer.says("right_missing").with("reason", reason()),
        "NOAUTH" | "WRONGPASS" => return peer.login_refused(),
        "LOADING" | "BUSY" | "TRYAGAIN" | "MASTERDOWN" | "CLUSTERDOWN" => {
            peer.says("server_not_ready").with("reason", reason())
        }
        "MOVED" | "ASK" | "CROSSSLOT" => peer.says("redis_cluster"),
        _ => peer.says("redis_failed").with("reason", reason()),
    };
    ActionError::passing(message)
}

#[cfg(test)]
mod tests {
    use flowkeep_core::connection::Server;
    use rstest::rstest;

    use super::*;

    /// Whoever answers is there, whatever it is.
    #[rstest]
    #[case::another_program(ErrorKind::Parse, "server_refuses")]
    #[case::it_lets_nobody_in(ErrorKind::AuthenticationFailed, "login_refused_nameless")]
    #[case::nobody_there(ErrorKind::Io, "server_unreachable")]
    fn what_answers_is_not_away(#[case] kind: ErrorKind, #[case] code: &str) {
        let peer = Peer {
            source: "memory".to_owned(),
            server: Server {
                host: "cache.example".to_owned(),
                port: 6379,
                database: None,
                tls: false,
                user: None,
                ca: None,
            },
        };
        let error = RedisError::from((kind, "it says something else"));
        assert_eq!(connecting(&peer, &error).message.code, code);
    }
}
