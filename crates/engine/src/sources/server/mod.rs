//! What every source on a server has in common: who it is, why it is not reached, and the
//! connections that are kept.

mod certificates;
mod peer;
mod pool;

pub(super) use certificates::authority_file;
pub(crate) use certificates::{authorities, tls_ready};
pub(crate) use peer::Peer;
pub(super) use peer::innermost;
pub(super) use pool::{Held, KEEPALIVE, Pool, Turns, Way};
