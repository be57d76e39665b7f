//! What can go wrong, told by what the operator can do about it.

use flowkeep_core::Value;
use reqwest::StatusCode;

use super::request::Answer;
use crate::actions::ActionError;
use crate::sources::server::{Peer, innermost};

/// A request without an answer. `changes`: whether it was a write that may have come through.
pub(super) fn unsent(peer: &Peer, error: reqwest::Error, changes: bool) -> ActionError {
    let error = error.without_url();
    if error.is_connect() {
        return if error.is_timeout() {
            peer.silent()
        } else {
            peer.unreachable(&error)
        };
    }
    if error.is_timeout() && !changes {
        return peer.silent();
    }
    cut(peer, innermost(&error), changes)
}

/// The way to the server broke off.
fn cut(peer: &Peer, reason: impl std::fmt::Display, changes: bool) -> ActionError {
    let message = |code| peer.says(code).with("reason", reason);
    if changes {
        ActionError::unsure(message("server_cut_writing"))
    } else {
        ActionError::passing(message("server_cut"))
    }
}

/// What the type of a failure is called; empty where the answer does not say.
pub(super) fn kind(answer: &Answer) -> &str {
    let kind = answer.body.pointer("/error/type");
    kind.and_then(Value::as_str).unwrap_or_default()
}

/// An answer that says no. `changes`: whether it was a write that may have come through.
pub(super) fn answered(peer: &Peer, answer: &Answer, changes: bool) -> ActionError {
    let status = answer.status;
    let reason = || {
        let reason = answer.body.pointer("/error/reason");
        let reason = reason.or_else(|| answer.body.get("error"));
        let words = reason.and_then(Value::as_str).unwrap_or_default();
        // What follows repeats the value.
        words
            .split(". Preview of")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let message = match (status, kind(answer)) {
        (StatusCode::UNAUTHORIZED, _) => return peer.login_refused(),
        // What stands before the server got no answer from it.
        (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT, _) => {
            return cut(peer, status, changes);
        }
        (_, "cluster_block_exception") if reason().contains("flood-stage") => {
            peer.says("source_full")
        }
        (_, "cluster_block_exception") => peer.says("server_read_only"),
        (StatusCode::FORBIDDEN, _) => peer.says("right_missing").with("reason", reason()),
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
            peer.says("server_not_ready").with("reason", reason())
        }
        _ => peer
            .says("elasticsearch_failed")
            .with("status", status.as_u16())
            .with("reason", reason()),
    };
    ActionError::passing(message)
}

#[cfg(test)]
mod tests {
    use flowkeep_core::connection::Server;
    use rstest::rstest;

    use super::*;

    /// What a proxy says while the server behind it starts: the server is not there, and a write may
    /// have come through.
    #[rstest]
    #[case(502, false, "server_cut")]
    #[case(504, false, "server_cut")]
    #[case(502, true, "server_cut_writing")]
    #[case(504, true, "server_cut_writing")]
    #[case(503, true, "server_not_ready")]
    #[case(500, true, "elasticsearch_failed")]
    fn a_gateway_without_a_server_is_a_server_that_is_not_there(
        #[case] status: u16,
        #[case] changes: bool,
        #[case] code: &str,
    ) {
        let peer = Peer {
            source: "search".to_owned(),
            server: Server {
                host: "search.example".to_owned(),
                port: 9200,
                database: None,
                tls: false,
                user: None,
                ca: None,
            },
        };
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: Value::Null,
            bytes: 0,
        };
        let error = answered(&peer, &answer, changes);
        assert_eq!(error.message.code, code);
        assert_eq!(error.unsure, code == "server_cut_writing");
    }
}
