//! Session files of earlier tools become sessions: each file is read, kept as it came without its keys, and
//! joined with the configuration it names where that is found.
//!
//! `import` says what becomes of each file, `written` writes it down, `locate` finds configurations, `beside`
//! compares what a file holds with what it names.

mod beside;
mod import;
mod locate;
mod outcome;
mod written;

pub use import::import_sessions;
pub use outcome::{ImportedFile, OnKnown, SessionAction, SessionImport, SessionImportError};
