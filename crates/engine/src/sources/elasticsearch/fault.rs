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
    let reason = innermost(&error);
    if changes {
        ActionError::unsure(peer.says("server_cut_writing").with("reason", reason))
    } else if error.is_timeout() {
        peer.silent()
    } else {
        ActionError::passing(peer.says("server_cut").with("reason", reason))
    }
}

/// What the type of a failure is called; empty where the answer does not say.
pub(super) fn kind(answer: &Answer) -> &str {
    let kind = answer.body.pointer("/error/type");
    kind.and_then(Value::as_str).unwrap_or_default()
}

/// An answer that says no.
pub(super) fn answered(peer: &Peer, answer: &Answer) -> ActionError {
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
