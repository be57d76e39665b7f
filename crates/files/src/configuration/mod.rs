//! Trees of configuration files outside of Flowkeep: what of one belongs to a piece of work. Only what
//! lies below the root of a tree is read, and no link is followed.

mod error;
mod look;
mod tree;

pub use error::ConfigurationError;
pub use look::{Found, Look, Standing, Unread, Wish, look};
