//! Every action on the real thing: SQLite files, programs, servers on this machine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod attempts;
mod choice;
mod describe;
mod elasticsearch;
mod files;
mod http;
mod mysql;
mod plain;
mod portable;
mod programs;
mod records;
mod redis;
mod sql;
