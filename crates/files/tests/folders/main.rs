//! Task folders: nothing a run writes over is ever lost (requirement 003).
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod clean_up;
mod crash;
mod failing;
mod inside;
mod list;
mod place;
mod reading;
mod scenarios;
mod unusual;
