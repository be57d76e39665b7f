//! The server a source speaks to, and the sentences for why it does not answer.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use flowkeep_core::Message;
use flowkeep_core::connection::Server;
use rustls::CertificateError;

use crate::actions::ActionError;

/// A server as the operator knows it.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// What the user calls the connection.
    pub(crate) source: String,
    /// How it is reached.
    pub(crate) server: Server,
}

impl Peer {
    /// `host:port`.
    pub(in crate::sources) fn address(&self) -> String {
        let Server { host, port, .. } = &self.server;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }

    /// A message about this server.
    pub(crate) fn says(&self, code: &str) -> Message {
        Message::new(code)
            .with("source", &self.source)
            .with("address", self.address())
    }

    /// What may pass.
    pub(in crate::sources) fn passing(&self, code: &str) -> ActionError {
        ActionError::passing(self.says(code))
    }

    /// Nobody answered in time.
    pub(crate) fn silent(&self) -> ActionError {
        self.passing(if self.server.tls {
            "server_silent_tls"
        } else {
            "server_silent"
        })
    }

    /// The user or the password is not accepted.
    pub(crate) fn login_refused(&self) -> ActionError {
        match &self.server.user {
            Some(user) => ActionError::passing(self.says("login_refused").with("user", user)),
            None => self.passing("login_refused_nameless"),
        }
    }

    /// Whether the host's name leads anywhere: what a driver says of one that does not is anyone's
    /// guess.
    ///
    /// # Errors
    /// `server_unknown`.
    pub(crate) async fn look_up(&self) -> Result<(), ActionError> {
        let Server { host, port, .. } = &self.server;
        let found = tokio::net::lookup_host((host.as_str(), *port)).await;
        if found.is_ok_and(|mut addresses| addresses.next().is_some()) {
            Ok(())
        } else {
            let message = self.says("server_unknown").with("host", host);
            Err(ActionError::passing(message))
        }
    }

    /// Why a connection does not stand. Looks for the cause an operator can act on.
    pub(crate) fn unreachable(&self, error: &(dyn Error + 'static)) -> ActionError {
        if let Some(error) = tls_cause(error) {
            return self.untrusted(error);
        }
        let because = |code: &str, reason: &dyn std::fmt::Display| {
            ActionError::passing(self.says(code).with("reason", reason))
        };
        match io_cause(error) {
            Some(error) if error.kind() == ErrorKind::ConnectionRefused => {
                self.passing("server_refused")
            }
            Some(error) if error.kind() == ErrorKind::TimedOut => self.silent(),
            Some(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionReset
                        | ErrorKind::ConnectionAborted
                        | ErrorKind::BrokenPipe
                        | ErrorKind::UnexpectedEof
                ) =>
            {
                self.passing("server_hung_up")
            }
            Some(error) => because("server_unreachable", error),
            None => because("server_unreachable", &innermost(error)),
        }
    }

    fn untrusted(&self, error: &rustls::Error) -> ActionError {
        use CertificateError as Certificate;
        let message = match error {
            rustls::Error::InvalidCertificate(certificate) => match certificate {
                // The second: another authority of the same name.
                Certificate::UnknownIssuer | Certificate::BadSignature => {
                    self.says("server_untrusted")
                }
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => self
                    .says("server_named_otherwise")
                    .with("host", &self.server.host),
                Certificate::Expired | Certificate::ExpiredContext { .. } => {
                    self.says("server_certificate_expired")
                }
                other => self
                    .says("server_certificate_wrong")
                    .with("reason", format!("{other:?}")),
            },
            other => self.says("server_tls_failed").with("reason", other),
        };
        ActionError::passing(message)
    }
}

/// What an error is made of, the error itself first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause_of(*cause))
}

/// `source` alone leaves out what an error of the system, or a shared one, holds.
fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return io.get_ref().map(|inner| inner as &(dyn Error + 'static));
    }
    match error.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        Some(shared) => Some(&**shared as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The part of an error that is about TLS.
fn tls_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The part of an error that the system told.
fn io_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost reason, for people.
pub(in crate::sources) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}
