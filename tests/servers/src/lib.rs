//! Real servers for the tests: `MariaDB`, Redis and `OpenSearch` on free ports of this machine.
//!
//! Each is a value: it answers once `start` comes back, and is ended, by its own handle, when the
//! value is dropped, a panic included; when the test itself is killed the system ends it. Its files
//! are in a temporary folder. As root it runs as `nobody`, because some refuse anything else.
//!
//! A server this machine cannot have fails the test and says what is missing; nothing is skipped.
//!
//! Besides: [`Wire`], a way to a server that can be cut, [`Front`], a door with TLS and a password,
//! and [`Authority`], which vouches for them; [`Mailbox`] and [`Webhook`] receive what people are told.
//!
//! Absent on purpose: sharing a server between processes. Whoever has many cases for one server puts
//! them into one test.
#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is used by tests alone ends the test when it cannot be had"
)]

mod authority;
mod front;
mod mailbox;
mod mariadb;
mod opensearch;
mod port;
mod process;
mod redis;
mod webhook;
mod wire;

pub use authority::Authority;
pub use front::Front;
pub use mailbox::{Door, Letter, Mailbox};
pub use mariadb::MariaDb;
pub use opensearch::OpenSearch;
pub use redis::Redis;
pub use webhook::{Posted, Webhook};
pub use wire::Wire;
