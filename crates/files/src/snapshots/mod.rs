//! Where the contents of configuration snapshots lie: a store of files that can be read without Flowkeep.
//!
//! `pack` holds the contents themselves, `manifest` says which of them are what, and `take` puts what belongs
//! to a configuration there and writes it down; `compare` tells how files are today, `overlay` writes
//! them as they were, and `restoring` finds from what a session can go on and brings that back. A file of the store has its
//! name once all of it is on the disk and was read back; what a crash leaves ends in `.partial`, and nothing
//! is ever written over. Absent on purpose: which files belong to a snapshot (`configuration`) and who counts
//! on what is kept (the rows of the database).

pub(crate) mod activity;
mod bring;
mod clean_up;
pub mod compare;
mod error;
mod forget;
mod frame;
mod keys;
pub mod manifest;
mod moving;
pub mod overlay;
pub mod pack;
mod place;
mod readme;
mod recover;
mod repack;
pub mod restoring;
mod scrub;
mod source;
mod store_place;
mod sweep;
mod take;
mod take_copy;
mod take_error;
mod take_rows;
mod take_same;
mod workshop;

pub use bring::bring_objects;
pub use clean_up::{CleanedUp, CleaningUp, Judged, clean_up};
pub use error::SnapshotError;
pub use forget::{Forgotten, copies_that_stay, forget, is_kept};
pub use keys::{SnapshotKeys, note_recipients, without_key};
pub use moving::{StoreMoved, StorePlaceError, WantedMove, move_store, settle_move};
pub use place::prepare;
pub use recover::{recover, stored_bytes};
pub use scrub::{LostFile, Scrubbed, describe, scrub};
pub(crate) use source::keep_sources;
pub use store_place::{STORE_DIR, STORE_MOVE, store_dir, usual_store_dir};
pub use take::{Of, Taken, Wanted, take};
pub use take_error::TakeError;
pub use workshop::Workshop;
pub(crate) use workshop::share;
