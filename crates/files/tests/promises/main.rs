//! The promises of backup and restore (reliability, I1–I6), each broken on purpose in every way we
//! know: a disk that fails at any call, a person who cancels at any item, a database with flipped
//! bits, and a corpus of bad backups.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

mod archives;
mod bad_contents;
mod bad_files;
mod bad_manifests;
mod broken_backup;
mod cancelling;
mod catalog;
mod damaged_database;
mod earlier_versions;
mod failing_disk;
mod history;
mod order;
mod recorded;
mod round_trip;
mod runs;
mod task_folders;
