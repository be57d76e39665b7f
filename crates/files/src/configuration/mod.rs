//! Trees of configuration files outside of Flowkeep: what of one belongs to a piece of work. Only what
//! lies below the root of a tree is read, and no link is followed.

mod entry;
mod error;
mod listing;
mod look;
mod memory;
mod stamp;
mod tree;

pub use entry::{Begin, Definition, Entry};
pub use error::ConfigurationError;
pub use look::{Found, Keys, Look, Unread, Wish, count_resolved, find, look};
pub(crate) use look::{Looking, leads_there};
pub(crate) use tree::Kept;
pub use tree::format_of;
