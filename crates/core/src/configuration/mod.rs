//! Configuration of a workflow that lies in files outside of Flowkeep (requirement 004): which files
//! belong to it, told from what they refer to. Names and contents are arguments; nothing here reads.
//!
//! A tree has one folder for each kind of file below its root. A reference names a file by its stem, a
//! member of a `_group` file, or a path (`by_path`); [`collect`] follows all of them from an entry, as far as a
//! [`Strategy`] wants, and tells what is not there. Where several files fit, all are taken.

mod by_path;
mod collect;
mod facts;
mod kind;
mod names;
mod path;
mod paths;
mod reference;
mod resolve;
mod strategy;

pub use collect::{Ambiguous, Collected, Edge, Entry, Missing, collect, count_resolved};
pub use facts::{Facts, Keys, Registered};
pub use kind::ConfigKind;
pub use names::Names;
pub use path::{ConfigPath, NotBelowRoot};
pub use reference::{Reference, ReferenceKey, references, references_of_definition};
pub use resolve::Settings;
pub use strategy::{LeftOut, Strategy};
