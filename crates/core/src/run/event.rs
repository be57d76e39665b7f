//! What can happen to a run.

use serde::{Deserialize, Serialize};

use super::state::Moment;
use super::task_id::TaskId;
use crate::FolderId;
use crate::Message;
use crate::folder::Policy;

/// Something that happened. Each is given to [`step`](super::step) once it is certain; one that is
/// told twice, or too late, changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    Started(Start),
    /// It cannot begin: what it needs before anything of it is opened could not be made ready.
    Hindered {
        /// Why.
        why: Message,
    },
    /// The condition of a task was evaluated.
    Evaluated {
        /// Which task.
        task: TaskId,
        /// Its round, as in the effect that asked.
        round: u32,
        /// What came of it.
        result: Evaluation,
    },
    /// An attempt was chosen from the queue. It begins with the
    /// [`Effect::Execute`](super::Effect::Execute) that follows, and if none follows it must not.
    Dispatched {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// An attempt has come to something. For a parked child run: that it ended.
    Attempted {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// What it came to.
        result: Attempted,
    },
    /// A timer is due.
    Due(Timer),
    /// A person decided about a task that waits. Ticks and fields alone decide nothing and are no
    /// event; the engine keeps them until the decision, and makes the output of all of them.
    Answered {
        /// Which task.
        task: TaskId,
        /// What was decided.
        decision: Decision,
    },
    /// A secret was unlocked or entered.
    Unlocked {
        /// Its name.
        secret: String,
    },
    /// A person wants the run ended.
    Cancel,
    /// A person wants nothing new to start for now.
    Pause,
    /// A person lets the run go on.
    Resume,
    /// Whoever carried the run out is gone. Only marks: any process may tell it.
    OwnerLost,
    /// A new owner takes the run up. It is told everything that is outstanding.
    Adopted,
}

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Start {
    /// The one task of a step run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<TaskId>,
    /// Tasks that count as succeeded with output `{}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<TaskId>,
    /// Tasks that succeeded in the run that is repeated, in the order in which they ended. The
    /// engine brings their outputs along: what [`RunState::output_of`](super::RunState::output_of)
    /// says there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<TaskId>,
    /// Tasks that failed there and whose fallback stood in, which is among the carried ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stood_in_for: Vec<TaskId>,
    /// Guided steps to begin with, instead of the definition's first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<TaskId>,
    /// Names of the context that were given anew, beside what the repeated run was started with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// The time of the schedule it was started for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// The event it was started by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many runs led to it, each by its end.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub chain: u32,
    /// The task folder it works in; nothing for a folder of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<FolderId>,
    /// What follows when not every file of its folder can be archived, where that was said; else the
    /// folder's own setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_archive_failure: Option<Policy>,
}

impl Start {
    /// Whether all of the run is done anew. One task alone, or what is left of a run that is repeated,
    /// builds on files that are there.
    pub fn is_complete(&self) -> bool {
        self.only.is_none()
            && self.carried.is_empty()
            && self.stood_in_for.is_empty()
            && self.steps.is_empty()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none_yet(chain: &u32) -> bool {
    *chain == 0
}

/// What a condition came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluation {
    /// Whether it holds.
    Holds(bool),
    /// It has no value; the task fails.
    Failed(Message),
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempted {
    /// It succeeded.
    Succeeded {
        /// The task a `branch` chose.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called: Option<TaskId>,
    },
    /// It failed.
    Failed {
        /// Why; `retry.on` speaks of its code.
        error: Message,
        /// Whether another try cannot help, as with an expression that cannot be evaluated.
        #[serde(default)]
        permanent: bool,
    },
    /// It lost touch with what it was changing: what it asked for was done or was not, and only
    /// somebody who looks can tell.
    Unsure {
        /// What cut it off.
        error: Message,
    },
    /// It was stopped hard, or whoever ran it is gone.
    Broken,
    /// It was asked to stop and did: because somebody wanted that, or because whoever ran it had
    /// to leave. It ended in order, so nothing is held against it.
    Left {
        /// Whether nothing of it was done, or all of it was taken back.
        undone: bool,
    },
    /// It waits without anybody working on it: its slot and its agent are free again.
    Parked(Parked),
    /// A secret it needs is locked. Nothing was done.
    Locked {
        /// The secret's name.
        secret: String,
    },
}

/// What an attempt waits for without taking a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parked {
    /// A moment: the action `wait`.
    Until(Moment),
    /// A run it started: the action `workflow.run`. Which one is the engine's to know.
    Child,
    /// That run, which itself waits for a person and nothing else.
    ChildAsks,
}

/// A timer: what it is for, and which attempt set it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timer {
    /// Which task.
    pub task: TaskId,
    /// Which attempt.
    pub attempt: u32,
    /// What for.
    pub purpose: Purpose,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The next try.
    Retry,
    /// The attempt has taken too long.
    Timeout,
    /// A `wait` is over.
    Wait,
    /// An attempt that was asked to stop is stopped hard.
    HardStop,
}

/// A person's decision about a task that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is done; in guided work, this step is next.
    Approve {
        /// One of the steps this one leads to; by default the first that is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<TaskId>,
    },
    /// This earlier task and all that followed are done again.
    SendBack {
        /// Which.
        to: TaskId,
        /// Why, in the words of who sends it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What a crash broke off was done, as the operator knows.
    Done,
    /// It failed, for good.
    Failed,
    /// What a crash broke off is to be run again.
    Rerun,
}
