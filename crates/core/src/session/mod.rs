//! Work that can be taken up again, with the configuration it had (requirement 004).

pub mod candidate;
pub mod clean_up;
pub mod file;

use serde::{Deserialize, Serialize};

use crate::run::Status;

/// The secret that has the keys to what is kept encrypted of configurations, those of this computer first.
pub const SNAPSHOT_KEY: &str = "snapshots/key";

/// How a piece of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// It is under way, or about to be.
    Active,
    /// Nothing new of it starts until a person says so.
    Paused,
    /// It was broken off.
    Interrupted,
    /// Done.
    Completed,
    /// Not done, and it does not go on by itself.
    Aborted,
}

impl SessionStatus {
    /// How a piece of work stands whose run has come to this.
    pub const fn of_run(status: Status) -> Self {
        match status {
            Status::Queued | Status::Waiting | Status::Running => Self::Active,
            Status::Paused => Self::Paused,
            Status::Interrupted => Self::Interrupted,
            Status::Succeeded | Status::Skipped => Self::Completed,
            Status::Failed | Status::Cancelled => Self::Aborted,
        }
    }

    /// Whether nothing of it is left to do.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Aborted)
    }

    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Interrupted => "interrupted",
            Self::Completed => "completed",
            Self::Aborted => "aborted",
        }
    }
}

/// Where a piece of work comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionOrigin {
    /// A run of a workflow.
    Run,
    /// A tree of configuration files.
    Config,
    /// A session file of an earlier tool that holds the definition.
    Import1,
    /// A session file of an earlier tool that only names it.
    Import2,
}

impl SessionOrigin {
    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Config => "config",
            Self::Import1 => "import1",
            Self::Import2 => "import2",
        }
    }
}

/// Whether a piece of work could go on with what was kept alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotStatus {
    /// With all of it.
    Complete,
    /// Something is missing, not understood or not sure.
    Partial,
    /// Not even the file it begins with could be read.
    Failed,
}

impl SnapshotStatus {
    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// Why a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotReason {
    /// The work began.
    Begin,
    /// The configuration was found changed.
    Changed,
    /// A person asked for it.
    Asked,
    /// A session file was brought in.
    Import,
    /// Live files were about to be written over.
    BeforeInPlace,
    /// Files were put back where they were.
    PutBack,
}

impl SnapshotReason {
    /// Whether the work had these files. What was kept before files were written over is what it was not to have, and
    /// of its files only those.
    pub const fn is_of_the_work(self) -> bool {
        !matches!(self, Self::BeforeInPlace)
    }

    /// Whether it is not taken where nothing has changed.
    pub const fn wants_a_change(self) -> bool {
        matches!(self, Self::Changed | Self::PutBack)
    }

    /// The word in results and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Changed => "changed",
            Self::Asked => "asked",
            Self::Import => "import",
            Self::BeforeInPlace => "before_in_place",
            Self::PutBack => "put_back",
        }
    }
}
