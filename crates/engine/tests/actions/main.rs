//! Every action on the real thing: SQLite files, programs, a server on this machine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod attempts;
mod choice;
mod files;
mod http;
mod plain;
mod programs;
mod records;
mod sql;
