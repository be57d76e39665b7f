//! Session files of earlier tools become sessions: each file is read, kept as it came without its keys, and
//! joined with the configuration it names where that is found.
//!
//! `import` says what becomes of each file and writes it down, `locate` finds configurations.

mod import;
mod locate;

pub use import::{
    ImportedFile, OnKnown, SessionAction, SessionImport, SessionImportError, import_sessions,
};
