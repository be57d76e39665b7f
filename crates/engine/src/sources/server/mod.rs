//! What every source on a server has in common: who it is, why it is not reached, and the
//! connections that are kept.

mod certificates;
mod peer;
mod pool;

pub(super) use certificates::{authorities, authority_file, tls_ready};
pub(super) use peer::{Peer, innermost};
pub(super) use pool::{Held, KEEPALIVE, Pool, Turns, Way};
