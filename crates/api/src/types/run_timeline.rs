//! What a run's timeline is drawn from (`run_timeline`), and all of one of its tasks (`run_task_show`).

use flowkeep_core::run::{Reason, Status};
use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{RunQuestion, RunTask};

/// Which run's timeline, and from when on.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunTimelineInput {
    /// The run.
    pub id: String,
    /// The `seen` of an earlier answer: what has changed after it is told, where that is still known.
    pub since: Option<String>,
}

/// The tasks of a run without their texts, column by column: a run may have ten thousand. Of the columns each has an
/// entry for every task that is told.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct RunTimeline {
    /// What the next call names as `since`.
    pub seen: String,
    /// Its tasks as the definition has them. With it all of them are told, in their order, and what was told before
    /// counts no more; without it those that have changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plan: Option<RunTimelinePlan>,
    /// The places of the tasks that have changed; empty where all are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<u32>>", optional)]
    pub at: Vec<u32>,
    /// The words that `status` counts, from 0.
    pub statuses: Vec<Status>,
    /// What each has come to: a place in `statuses`.
    pub status: Vec<u8>,
    /// The size of what each gave last, in bytes of JSON; 0 where it gave nothing.
    pub output_bytes: Vec<u32>,
    /// How many attempts each has.
    pub tries: Vec<u32>,
    /// The attempts, those of the first task first.
    pub attempts: RunTimelineAttempts,
    /// What not every task has.
    pub more: Vec<RunTimelineMore>,
}

/// The tasks of a run as its definition has them, in its order.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct RunTimelinePlan {
    /// Their ids.
    pub ids: Vec<String>,
    /// What people call them.
    pub names: Vec<String>,
    /// The actions that `action` counts, from 0.
    pub actions: Vec<String>,
    /// What each does: a place in `actions`.
    pub action: Vec<u32>,
}

/// Attempts at tasks, column by column.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct RunTimelineAttempts {
    /// Their numbers, from 1.
    pub number: Vec<u32>,
    /// What they came to: places in `statuses`.
    pub status: Vec<u8>,
    /// When they came into the queue, in milliseconds since 1970.
    #[ts(type = "number[]")]
    pub queued: Vec<i64>,
    /// Milliseconds from then until they began; `null` where they have not.
    #[ts(type = "(number | null)[]")]
    pub waited: Vec<Option<i64>>,
    /// Milliseconds from their place in the queue to their end; `null` where they have not ended.
    #[ts(type = "(number | null)[]")]
    pub ended: Vec<Option<i64>>,
}

/// What a task has that most have not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct RunTimelineMore {
    /// Its place among the tasks of the run, from 0.
    pub at: u32,
    /// Why it has come to this, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<Reason>,
    /// The places of the tasks it depends on and still waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<u32>>", optional)]
    pub waits_for: Vec<u32>,
    /// When it goes on by itself: the next try, the end of a wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub goes_on_at: Option<String>,
    /// The secret it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub secret: Option<String>,
    /// The run it started last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub child: Option<String>,
    /// What it asks of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub question: Option<RunQuestion>,
    /// Its attempts whose work was sent back, or that sent work back: the number of each, and the words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<(u32, Message)>>", optional)]
    pub sent_back: Vec<(u32, Message)>,
}

impl RunTimelineMore {
    /// Whether there is nothing to tell.
    pub(crate) fn is_nothing(&self) -> bool {
        *self
            == Self {
                at: self.at,
                ..Self::default()
            }
    }
}

/// All of one task of a run, but for what it gave (`run_output`) and what it said (`run_log`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTaskShow {
    /// The task, its attempts with their errors.
    pub task: RunTask,
    /// What it is given: its parameters as far as the run knows their values by now, without secrets. As the
    /// definition writes them where they are larger than 64 KiB.
    #[ts(type = "unknown")]
    pub params: Value,
}
