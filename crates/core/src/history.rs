//! How much of what happened goes into a backup.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much of the history a backup keeps: earlier revisions, Activity and runs. The documents as they
/// stand are always in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeptHistory {
    /// All of it.
    #[default]
    All,
    /// What is younger than so many days.
    Days(NonZeroU32),
    /// Nothing of it.
    None,
}

const DAY: i64 = 24 * 60 * 60 * 1000;

impl KeptHistory {
    /// The first moment that is kept, for a backup made at `now`; both in milliseconds.
    pub fn since(self, now: i64) -> i64 {
        match self {
            Self::All => i64::MIN,
            Self::Days(days) => now.saturating_sub(i64::from(days.get()) * DAY),
            Self::None => i64::MAX,
        }
    }
}
