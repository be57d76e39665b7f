//! Task folders on the disk: archiving what is in one before a run writes over it, putting it back,
//! finishing or undoing what a crash broke off, and reading the archives that are there
//! (docs/decisions/0011).
//!
//! No file is ever at neither place: it is moved by one rename, or copied and only removed when the copy
//! is flushed and proven. Which files have moved is told by where they are.
//!
//! Absent on purpose: who may archive, and when. The API and the engine know that.

mod archive;
mod archives;
mod carry;
mod check;
mod clean_up;
mod compare;
mod error;
mod forget;
mod inside;
mod leftovers;
mod list;
mod making;
mod names;
mod outcome;
mod place;
mod plan;
mod put_back;
mod put_back_plan;
mod recover;
mod seal;
mod side;
mod take_back;
mod undo;
mod workshop;

pub use archive::{Wanted, archive};
pub use archives::{ArchiveSummary, FolderFile, archives, contents, look};
pub use check::{Checked, check};
pub use clean_up::{CleanedUp, Judged, clean_up, clean_up_plan};
pub use compare::{Compared, Relation, compare, compare_texts};
pub use error::{FolderBusy, FolderError};
pub use forget::{Forgotten, forget};
pub use inside::{Inside, InsideFile, archive_folder, inside};
pub use leftovers::{Leftover, LeftoverKind, leftovers};
pub use list::{ListThere, put_table_list, table_list};
pub use outcome::{Archived, Failure};
pub use place::{is_unsafe, new_folder};
pub use put_back::{PutBack, PutBackWanted, put_back};
pub use put_back_plan::{NoRoom, PutBackFile, PutBackPlan, PutBackState, put_back_plan};
pub use recover::{Recovered, Settled, recover, recover_one};
pub use workshop::Workshop;
