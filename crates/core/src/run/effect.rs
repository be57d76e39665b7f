//! What has to be done and written down because of an event.
//!
//! The list and the new state belong into one transaction; only then are the effects acted on.
//! Whoever acts may die at any point and is told again ([`Event::Adopted`](super::Event::Adopted)),
//! so each effect is one that can be carried out twice.

use serde::{Deserialize, Serialize};

use super::event::Timer;
use super::state::Moment;
use super::status::Status;
use super::task_id::TaskId;
use crate::{Message, RunId};

/// One thing to do or to write down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Evaluate the condition of this task and tell
    /// [`Event::Evaluated`](super::Event::Evaluated), in the same transaction if that suits.
    Evaluate {
        /// Which task.
        task: TaskId,
        /// Its round.
        round: u32,
    },
    /// Put an attempt into the queue.
    Queue(QueuedAttempt),
    /// Take an attempt out of the queue, or a question back.
    Withdraw {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// Carry an attempt out; the answer is [`Event::Attempted`](super::Event::Attempted).
    Execute {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// The same for every attempt that stands for one doing: see [`idempotency_key`].
        key: String,
    },
    /// Stop an attempt, or the child run it waits for.
    Stop {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// Without asking.
        hard: bool,
    },
    /// Ask a person; answers are [`Event::Answered`](super::Event::Answered).
    Ask {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// What about.
        question: Question,
        /// Whether it is asked only because the run was taken up: it was asked before.
        #[serde(default)]
        again: bool,
    },
    /// Tell [`Event::Due`](super::Event::Due) at this moment. Timers are never taken back: one
    /// that has lost its purpose changes nothing.
    SetTimer {
        /// When.
        at: Moment,
        /// What for.
        timer: Timer,
    },
    /// Write down what an attempt has come to.
    Attempt {
        /// Which task.
        task: TaskId,
        /// Which attempt, from 1.
        attempt: u32,
        /// Its status.
        status: Status,
        /// Why it failed or was broken off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Message>,
    },
    /// Write down the state of a task: it has changed.
    Task {
        /// Which task.
        task: TaskId,
        /// Its status now.
        status: Status,
    },
    /// Write down the head of the run: it has changed.
    Run {
        /// Its status now.
        status: Status,
    },
    /// Tell whoever reads the run.
    Message {
        /// How much it matters. Warnings are the run's `warnings`.
        level: Level,
        /// Which task it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskId>,
        /// Code and fields.
        message: Message,
    },
}

/// An attempt for the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedAttempt {
    /// Which task.
    pub task: TaskId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Smaller goes first.
    pub priority: i64,
    /// What an agent needs; the type of the data source that is chosen comes on top.
    pub capabilities: Vec<String>,
}

/// What a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// To do the work of the task: its instruction, checklist and fields.
    Work,
    /// What became of an attempt that a crash broke off: run again, done or failed.
    Interrupted,
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Something failed.
    Error,
}

/// What a write carries along so that its receiver knows it again: the same for the first attempt,
/// its retries and what follows a crash, another one when the task is done anew.
pub fn idempotency_key(run: RunId, task: &TaskId, round: u32) -> String {
    match round {
        0 => format!("{run}/{task}"),
        round => format!("{run}/{task}/{round}"),
    }
}
