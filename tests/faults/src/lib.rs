//! The command line, killed at every call that can change what is on disk, and given disks that
//! are full: whatever happens, the promises of backup, restore, archive and snapshots hold (reliability, I1–I3,
//! rows 1 to 4, 6, 7).
//!
//! `make faults` runs all of it over the release build; a test runs a small part of it over the
//! debug build. Absent on purpose: faults that a failing call can stand for. Those are tested where
//! the files are written, one call at a time.

mod contents;
mod folders;
mod in_place;
mod kill;
mod machine;
mod mixed;
mod room;
mod runs;
mod sessions;

pub use folders::{sweep_folder, sweep_put_back};
pub use in_place::sweep_in_place;
pub use kill::{Deed, Extent, Swept, can_trace, sweep};
pub use machine::{Machine, flowkeep};
pub use room::{RoomTried, full_disks};
pub use runs::{RunsKilled, kill_runs};
pub use sessions::{SessionDeed, sweep_sessions};
