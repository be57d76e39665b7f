//! Task folders: what is archived and what stays, how archives are called and in which order they came,
//! what their record says, and how the list of tables in such a folder is read (requirement 003,
//! docs/decisions/0011).
//!
//! Absent on purpose: moving anything, which is `files::folders`; the folders themselves, which are rows.

mod archive_name;
mod clean_up;
mod kept;
mod record;
mod settings;
mod table_list;

pub use archive_name::ArchiveName;
pub use clean_up::{CleanUpLimits, CleanUpVerdict, OldArchive, clean_up_verdicts};
pub use kept::{TABLE_LIST, is_file_name, is_table_list, same_name, table_list_among};
pub use record::{ArchivedFile, FailedFile, How, NOT_PUT_BACK, RECORD, Record};
pub use settings::{CleanUpRule, Policy, Settings};
pub use table_list::{DroppedName, TABLE_LIST_LIMIT, TableList};

/// The folder in a data folder where task folders are made unless somebody says otherwise, and where runs
/// without one have a folder of their own.
pub const OWN_FOLDERS: &str = "task-folders";
