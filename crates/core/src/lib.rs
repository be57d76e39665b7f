//! The part of Flowkeep that only decides: documents, what they mean, what is wrong with them,
//! how two of them differ. It performs no I/O, never reads a clock and knows no runtime
//! (ARCHITECTURE.md, invariant 2): bytes and times are arguments, answers are values.
//!
//! Absent on purpose: files, SQLite, languages. A finding is a [`Message`] with a code and fields;
//! the faces turn it into a sentence.

mod bound;
pub mod configuration;
pub mod connection;
pub mod description;
mod difference;
mod document;
mod edit;
mod encoding;
pub mod folder;
mod history;
mod id;
pub mod json;
mod kind;
pub mod log;
mod masking;
mod message;
mod names;
pub mod notice;
pub mod pattern;
mod recognise;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod session;
mod shape;
mod summary;
pub mod template;
pub mod trigger;
mod trust;
mod validate;
mod value;

pub use bound::{Bound, bound};
pub use connection::{Connection, Secret};
pub use difference::{Difference, DifferenceKind, Subject, differences, line_difference};
pub use document::{Document, Format, MAX_DEPTH, MAX_DOCUMENT_BYTES};
pub use edit::{Edit, Step};
pub use encoding::{Encoding, decode, spelled_as};
pub use history::KeptHistory;
pub use id::{BackupId, FolderId, ObjectHash, OperationId, PlanId, RunId, Sha256, SnapshotId};
pub use kind::Kind;
pub use masking::without_passwords;
pub use message::{Message, Place};
pub use names::{
    Sentences, excerpt, file_name, has_a_word, search_query, search_terms, search_words, slug,
    sort_key, visible, visible_whole,
};
pub use recognise::{Recognised, recognise, wrap};
pub use summary::{Summary, starts_by, summarise};
pub use validate::{Finding, Validation, validate, validate_for_start};
pub use value::{Value, fits_script_number};
