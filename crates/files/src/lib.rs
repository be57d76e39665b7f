//! Everything that touches the user's files. `backup` writes the catalog into a folder and proves
//! it; `intake` reads backups, loose files and archives into a plan; `folders` archives task folders;
//! `configuration` looks at trees of configuration files; `snapshots` keeps their contents; `sessions` reads
//! session files of earlier tools.
//!
//! Absent on purpose: deciding what comes in (that is the plan's matter, in `store`) and knowing
//! who asks (that is the API's).

mod backup;
pub mod configuration;
mod error;
mod export;
pub mod folders;
mod intake;
pub mod log;
mod reason;
mod rounds;
pub mod sessions;
pub mod snapshots;
mod texts;
mod time;

pub use backup::{
    Backup, BackupRequest, BackupTarget, DamagedFile, Estimate, FORMAT_VERSION, MANIFEST, Manifest,
    ManifestFile, Proof, Unfinished, estimate, prove, remove_unfinished, unfinished_in,
    withdraw_backup, write_backup,
};
pub use error::FilesError;
pub use export::{Existing, Sink, export_document, export_pieces};
pub use intake::{
    Purpose, ReadBackup, Source, find_source, read_manifest, stage_backup, stage_files,
};
pub use reason::{io_reason, write_reason};
pub use texts::ComparedTexts;
