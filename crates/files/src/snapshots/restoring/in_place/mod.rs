//! Files of a session put back where they were, over what is there today.
//!
//! First its own copy as in any restore; then what is there today as a snapshot, with files that hold keys whole
//! besides; then a row that says what is to be done. Only then the first file, each whole or not at all. A row of
//! a dead process is gone on with from that copy by whoever comes next: what somebody has changed meanwhile stays.

mod keep;
mod plan;
mod put;
mod work;

pub(super) use keep::whole_copies;
pub use keep::{SAFETY, whole_copies_of};
pub(super) use plan::is_gone;
pub use plan::{InPlaceAct, InPlaceFile, InPlacePlan, in_place_plan};
pub use put::{PutInPlace, put_in_place};
pub use work::{InPlaceSettled, recover_in_place};

use std::path::PathBuf;

use flowkeep_core::session::candidate::Candidate;
use flowkeep_host::{FileLock, Unfollowed};

use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// Why files were not put back where they were. None of them was touched.
#[derive(Debug, thiserror::Error)]
pub enum InPlaceError {
    /// What is kept cannot be read, or what is there cannot be kept.
    #[error(transparent)]
    Take(#[from] TakeError),
    /// There is nothing of what is wanted; with what was looked at.
    #[error("nothing to go on from")]
    Nothing(Vec<Candidate>),
    /// Nobody ever said where they were.
    #[error("no root is known")]
    NoRoot,
    /// Where they were is not there.
    #[error("{0} is not there")]
    RootGone(PathBuf),
    /// What is there is not what the plan was made from.
    #[error("something has changed since the plan was made")]
    PlanChanged,
    /// Somebody else puts files back at this moment.
    #[error("somebody else puts files back")]
    Busy,
}

impl From<SnapshotError> for InPlaceError {
    fn from(error: SnapshotError) -> Self {
        Self::Take(error.into())
    }
}

impl From<flowkeep_store::StoreError> for InPlaceError {
    fn from(error: flowkeep_store::StoreError) -> Self {
        Self::Take(error.into())
    }
}

/// Keeps everybody else from putting files back; nothing where somebody does. Death gives it back.
fn alone(workshop: &Workshop) -> Result<Option<FileLock>, TakeError> {
    workshop.only_one("in-place")
}

/// The same once what a dead process had begun is done.
///
/// # Errors
/// [`InPlaceError::Busy`]; what the database says.
pub(in crate::snapshots) fn put_back_alone(workshop: &Workshop) -> Result<FileLock, InPlaceError> {
    let lock = alone(workshop)?.ok_or(InPlaceError::Busy)?;
    work::settle_left(workshop, &Unfollowed)?;
    Ok(lock)
}
