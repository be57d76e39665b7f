//! The canonical statuses (decisions, "Across all five" 4).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a run, a task or an attempt has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// For a slot, a dependency or a back-off.
    Queued,
    /// For a person or an answer from outside.
    Waiting,
    /// Under way.
    Running,
    /// Nothing new starts until a person says so; runs only.
    Paused,
    /// Done.
    Succeeded,
    /// Not done.
    Failed,
    /// Broken off because a person wanted it.
    Cancelled,
    /// Never started; tasks only.
    Skipped,
    /// Broken off by a crash; not final.
    Interrupted,
}

impl Status {
    /// Whether it never changes again.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Skipped
        )
    }

    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        }
    }
}
