//! Reading what comes from outside into a plan: backups by their manifest, anything else file by
//! file. Nothing here decides; nothing here writes to the catalog.

mod archive;
mod backup;
mod loose;
mod run_file;
mod source;

pub use backup::{Purpose, ReadBackup, read_manifest, stage_backup};
pub(crate) use backup::{check_files, why};
pub use loose::stage_files;
pub(crate) use loose::{Met, PASSED_OVER, Receive, gather};
pub use source::{Source, find_source};
