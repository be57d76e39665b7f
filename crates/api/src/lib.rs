//! The command list.
pub mod error;
pub mod types;
