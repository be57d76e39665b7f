//! What can go wrong, told by what the operator can do about it.

use flowkeep_core::Message;
use mysql_async::{DriverError, Error, IoError, ServerError};

use crate::actions::ActionError;
use crate::sources::server::Peer;

/// Why an operation did not end well.
#[derive(Debug)]
pub(super) enum Fault {
    /// As the server or the driver says.
    Mysql(Error),
    /// As we say.
    Action(ActionError),
    /// As we say, in the middle of a result: its other rows are still to come.
    Abandoned(ActionError),
    /// It was asked to stop, between two statements.
    Stopped,
}

/// What is left after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// A connection in order.
    Connection,
    /// A connection on which rows are still to come.
    Rows,
    /// Nothing: the connection is gone.
    Nothing,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Mysql(error)
    }
}

impl From<ActionError> for Fault {
    fn from(error: ActionError) -> Self {
        Self::Action(error)
    }
}

/// Numbers of the server's errors.
pub(super) mod code {
    pub(in super::super) const DUPLICATE: u16 = 1062;
    pub(in super::super) const SYNTAX: u16 = 1064;
    pub(in super::super) const READ_ONLY_TRANSACTION: u16 = 1792;
    /// Not to be had within a transaction.
    pub(in super::super) const ALONE: [u16; 3] = [1179, 1192, 1568];
    /// Not to be had as a prepared statement.
    pub(in super::super) const UNPREPARED: u16 = 1295;
}

impl Fault {
    /// What stays until the definition is changed.
    pub(super) fn lasting(message: Message) -> Self {
        Self::Action(ActionError::lasting(message))
    }

    /// The server's number of the error, when it is the server's.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Mysql(Error::Server(error)) => Some(error.code),
            _ => None,
        }
    }

    /// What is left of the connection.
    pub(super) fn leaves(&self) -> Leaves {
        match self {
            Self::Mysql(Error::Server(error)) if !is_cut(error.code) => Leaves::Connection,
            Self::Mysql(_) => Leaves::Nothing,
            Self::Abandoned(_) => Leaves::Rows,
            Self::Action(_) | Self::Stopped => Leaves::Connection,
        }
    }

    /// What the run says of it. `changes`: whether it was a write that may have come through.
    /// Values are not told, nor statements beyond the words the server stumbled over.
    pub(super) fn told(self, peer: &Peer, changes: bool) -> ActionError {
        let cut = |reason: &dyn std::fmt::Display| {
            let message = |code| peer.says(code).with("reason", reason);
            if changes {
                ActionError::unsure(message("server_cut_writing"))
            } else {
                ActionError::passing(message("server_cut"))
            }
        };
        match self {
            Self::Action(error) | Self::Abandoned(error) => error,
            Self::Stopped => peer.passing("server_cut"),
            Self::Mysql(Error::Server(error)) if is_cut(error.code) => cut(&error.message),
            Self::Mysql(Error::Server(error)) => server(peer, &error),
            // `LOAD DATA LOCAL`: the server asks for a file of this machine, and gets none.
            Self::Mysql(Error::Driver(DriverError::LocalInfile(_))) => {
                ActionError::lasting(peer.says("sql_local_file"))
            }
            Self::Mysql(Error::Driver(error @ DriverError::PacketTooLarge)) => {
                ActionError::lasting(peer.says("sql_failed").with("reason", error))
            }
            Self::Mysql(error) => cut(&error),
        }
    }
}

/// Whether the server says that it ends the connection.
const fn is_cut(code: u16) -> bool {
    matches!(code, 1053 | 1077 | 1079 | 1152..=1161 | 1184 | 1927 | 4031)
}

/// Why a connection does not stand.
pub(super) fn connecting(peer: &Peer, error: Error) -> ActionError {
    match error {
        Error::Server(error) => refused(peer, &error),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => peer.passing("server_without_tls"),
        Error::Io(IoError::Tls(mysql_async::TlsError::Tls(error))) => peer.unreachable(&error),
        Error::Io(IoError::Io(error)) => peer.unreachable(&error),
        // It answered, and wants something that is not to be had here.
        Error::Driver(
            error @ (DriverError::UnknownAuthPlugin { .. }
            | DriverError::MysqlOldPasswordDisabled
            | DriverError::CleartextPluginDisabled),
        ) => ActionError::passing(peer.says("server_refuses").with("reason", error)),
        error => peer.unreachable(&error),
    }
}

fn refused(peer: &Peer, error: &ServerError) -> ActionError {
    let database = || peer.server.database.as_deref().unwrap_or_default();
    let message = match error.code {
        1045 | 1698 => return peer.login_refused(),
        1044 => peer.says("database_refused").with("database", database()),
        1049 => peer.says("database_unknown").with("database", database()),
        1040 | 1203 | 1226 => peer.says("server_full"),
        1129 | 1130 => peer.says("server_shuns_us"),
        1820 | 1862 => peer.says("login_expired"),
        3159 => peer.says("server_wants_tls"),
        // It says so because it ends.
        code if is_cut(code) => peer
            .says("server_unreachable")
            .with("reason", &error.message),
        // What has answered is there: an account that is locked, a way to log in that it does not offer.
        _ => peer.says("server_refuses").with("reason", &error.message),
    };
    ActionError::passing(message)
}

fn server(peer: &Peer, error: &ServerError) -> ActionError {
    let reason = without_value(error);
    let message = match error.code {
        1205 | 1213 | 3572 => peer.says("rows_locked"),
        1290 | 1836 => peer.says("server_read_only"),
        1021 | 1114 => peer.says("source_full"),
        1044 | 1142 | 1143 | 1227 | 1370 => peer.says("right_missing").with("reason", reason),
        1046 => peer.says("database_missing"),
        _ => peer.says("sql_failed").with("reason", reason),
    };
    ActionError::passing(message)
}

/// The server's own words without the value that it repeats: it may be a secret.
fn without_value(error: &ServerError) -> String {
    let text = &error.message;
    let repeats = matches!(error.code, 1062 | 1292 | 1366 | 1411 | 1525 | 1690);
    let begins = text.find('\'').filter(|_| repeats);
    let ends = text.rfind("' for ").or_else(|| text.rfind('\''));
    match (begins, ends) {
        (Some(begins), Some(ends)) if begins < ends => {
            format!("{}…{}", &text[..=begins], &text[ends..])
        }
        _ => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::connection::Server;
    use rstest::rstest;

    use super::*;

    /// Whoever answers is there: no other source stands in for what somebody has to mend.
    #[rstest]
    #[case::wrong_password(1045, "login_refused_nameless")]
    #[case::account_locked(3118, "server_refuses")]
    #[case::account_locked_there(4151, "server_refuses")]
    #[case::login_plugin(1524, "server_refuses")]
    #[case::it_is_being_shut_down(1053, "server_unreachable")]
    #[case::it_was_cut_while_greeting(1158, "server_unreachable")]
    fn a_server_that_refuses_is_not_away(#[case] number: u16, #[case] code: &str) {
        let peer = Peer {
            source: "shop".to_owned(),
            server: Server {
                host: "db.example".to_owned(),
                port: 3306,
                database: None,
                tls: false,
                user: None,
                ca: None,
            },
        };
        let error = ServerError {
            code: number,
            message: "no".to_owned(),
            state: String::new(),
        };
        assert_eq!(connecting(&peer, Error::Server(error)).message.code, code);
        let error = DriverError::UnknownAuthPlugin {
            name: "odd".to_owned(),
        };
        let told = connecting(&peer, Error::Driver(error)).message;
        assert_eq!(told.code, "server_refuses");
    }

    #[rstest]
    #[case(
        1062,
        "Duplicate entry 'it's' for key 'PRIMARY'",
        "Duplicate entry '…' for key 'PRIMARY'"
    )]
    #[case(
        1366,
        "Incorrect integer value: 'pw' for column `s`.`t`.`n` at row 1",
        "Incorrect integer value: '…' for column `s`.`t`.`n` at row 1"
    )]
    #[case(
        1292,
        "Truncated incorrect DOUBLE value: 'pw'",
        "Truncated incorrect DOUBLE value: '…'"
    )]
    #[case(1146, "Table 's.t' doesn't exist", "Table 's.t' doesn't exist")]
    fn values_are_not_repeated(#[case] code: u16, #[case] says: &str, #[case] told: &str) {
        let error = ServerError {
            code,
            message: says.to_owned(),
            state: String::new(),
        };
        assert_eq!(without_value(&error), told);
    }
}
