//! What the machine gives: time, who is at it, files, locks, secrets. The rest is written against the
//! traits here, so that a test can give a clock that stands still or a disk that fails at the
//! n-th call; the bodies per platform are here too and nowhere else.
//!
//! Absent on purpose: anything that knows what a workflow is.

mod awake;
mod clock;
mod data_folder;
mod desktop;
mod encryption;
mod entries;
mod files;
mod holders;
mod lock;
mod login;
mod machine;
mod own_database;
mod path_text;
mod programs;
mod progress;
mod read;
mod secrets;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod volume;
mod write;

pub use awake::{Awake, SystemAwake};
pub use clock::{Clock, SystemClock, Timestamp, local_zone};
pub use data_folder::{DataFolder, FolderOrigin};
pub use desktop::DesktopNotices;
pub use encryption::{Identities, Recipient, Unopened, is_encrypted};
pub use entries::{Digest, Entry, EntryFiles, EntryKind, GoesOn};
pub use files::{Files, Space, SystemFiles, private_folder};
pub use holders::{FileIdentity, Holders};
pub use lock::{FileLock, LockError};
pub use login::LoginStart;
pub use machine::{account_name, computer_name, home_folder, machine_id};
pub use own_database::leave_to_sqlite;
pub use path_text::{path_text, text_path};
pub use programs::{RunningProgram, running_with};
pub use progress::{Cancellation, Progress, Unfollowed};
pub use read::{Folder, ReadError, SpecialFile, open_regular};
pub use secrets::{
    KeptSecret, KeyPlace, Keys, NewSecret, SecretEntry, Secrets, SecretsError, SecretsFile, Stamp,
};
pub use volume::{Unsafe, is_mount_point, unsafe_place, unwritable_by_all};
