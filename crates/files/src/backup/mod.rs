//! Backup, format 1 (contracts, "Backup folder"). Everything is written into a folder that ends in
//! `.partial`, flushed once, listed in a manifest, read back and restored into a temporary
//! database; only then does the folder get its name. So a folder with the final name is complete
//! and proven (reliability, I2).

mod documents;
mod manifest;
pub(crate) mod parts;
mod prove;
mod readme;
pub(crate) mod sessions;
mod target;
mod unfinished;
mod write;

pub use manifest::{FORMAT_VERSION, MANIFEST, Manifest, ManifestFile};
pub use prove::{DamagedFile, Proof, prove};
pub use target::{BackupTarget, Estimate, estimate};
pub use unfinished::{Unfinished, remove_unfinished, unfinished_in};
pub use write::{Backup, BackupRequest, withdraw_backup, write_backup};

pub(crate) use manifest::{FORMAT, each_file, read_header};
pub(crate) use unfinished::{is_backup_name, rank};
