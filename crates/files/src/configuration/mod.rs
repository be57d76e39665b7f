//! Trees of configuration files outside of Flowkeep: what of one belongs to a piece of work. Only what
//! lies below the root of a tree is read, and no link is followed.

mod error;
mod listing;
mod look;
mod memory;
mod stamp;
mod tree;

pub use error::ConfigurationError;
pub(crate) use look::Looking;
pub use look::{Found, Keys, Look, Unread, Wish, find, look};
pub(crate) use tree::Kept;
pub use tree::format_of;
