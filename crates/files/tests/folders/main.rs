//! Task folders: nothing a run writes over is ever lost (requirement 003).
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod beside;
mod clean_up;
mod crash;
mod failing;
mod gone;
mod hostile;
mod inside;
mod list;
mod place;
mod put_back;
mod put_back_faults;
mod reading;
mod scenarios;
mod shared;
mod unusual;
