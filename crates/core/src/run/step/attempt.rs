//! Attempts: their beginning, their end, their timers.

use super::{GRACE_MS, Turn};
use crate::Message;
use crate::connection::said_of;
use crate::run::definition::{Position, Retry};
use crate::run::effect::{Effect, Level, idempotency_key};
use crate::run::event::{Attempted, Parked, Purpose, Timer};
use crate::run::state::{Moment, Phase, Reason, StopReason, Stopping};
use crate::run::status::Status;
use crate::run::task_id::TaskId;

/// No pause between tries is longer than a day, in milliseconds.
const LONGEST_PAUSE: f64 = 86_400_000.0;

impl Turn<'_> {
    /// The task, when this is its present attempt.
    fn present(&self, task: &TaskId, attempt: u32) -> Option<Position> {
        self.at(task)
            .filter(|&at| self.task(at).attempts == attempt)
    }

    pub(super) fn dispatched(&mut self, task: &TaskId, attempt: u32) {
        let Some(at) = self.present(task, attempt) else {
            return;
        };
        let head = &self.state.head;
        if self.task(at).phase != Phase::Queued || head.paused || head.orphaned {
            return;
        }
        let deadline = self.defined(at).timeout.map(|ms| self.now.after(ms));
        self.state.head.begun = true;
        self.task_mut(at).began = true;
        self.set(
            at,
            Phase::Running {
                deadline,
                stopping: None,
                parked: None,
            },
        );
        self.record_attempt(at, Status::Running, None);
        self.effects.push(Effect::Execute {
            task: task.clone(),
            attempt,
            key: idempotency_key(self.state.head.run, task, self.task(at).round),
        });
        if let Some(deadline) = deadline {
            self.set_timer(at, Purpose::Timeout, deadline);
        }
    }

    pub(super) fn attempted(&mut self, task: &TaskId, attempt: u32, result: &Attempted) {
        let Some(at) = self.present(task, attempt) else {
            return;
        };
        let Phase::Running {
            deadline, stopping, ..
        } = self.task(at).phase
        else {
            return;
        };
        match result {
            // Asked to stop and done all the same is done, unless it is to be done anew.
            Attempted::Succeeded { called } if !is_sent_back(stopping) => {
                self.record_attempt(at, Status::Succeeded, None);
                let called = called.as_ref().and_then(|called| self.at(called));
                let calls = &self.defined(at).calls;
                let chosen = called.filter(|called| calls.contains(called));
                self.succeed(at, chosen);
            }
            Attempted::Parked(parked) => {
                self.set(
                    at,
                    Phase::Running {
                        deadline,
                        stopping,
                        parked: Some(*parked),
                    },
                );
                match (parked, stopping) {
                    (Parked::Until(_), Some(stopping)) => self.stopped(at, stopping.why),
                    (Parked::Until(until), None) => self.set_timer(at, Purpose::Wait, *until),
                    (Parked::Child | Parked::ChildAsks, Some(_)) => {
                        self.effects.push(Effect::Stop {
                            task: task.clone(),
                            attempt,
                            hard: false,
                        });
                    }
                    (Parked::Child | Parked::ChildAsks, None) => {}
                }
            }
            _ if stopping.is_some() => {
                if let Some(stopping) = stopping {
                    self.stopped(at, stopping.why);
                }
            }
            Attempted::Succeeded { .. } => {}
            Attempted::Failed { error, permanent } => self.tried(at, error.clone(), *permanent),
            Attempted::Unsure { error } => self.unsure(at, error.clone()),
            Attempted::Broken => self.broken(at),
            Attempted::Left { undone } => self.left(at, *undone),
            Attempted::Locked { secret } => {
                self.record_attempt(at, Status::Waiting, None);
                self.tell(
                    Level::Warning,
                    at,
                    said_of(secret, "run_secret_locked", "run_password_locked"),
                );
                self.set(
                    at,
                    Phase::Locked {
                        secret: secret.clone(),
                    },
                );
            }
        }
    }

    /// An attempt that was asked to stop has stopped.
    pub(super) fn stopped(&mut self, at: Position, why: StopReason) {
        match why {
            StopReason::Timeout => self.tried(at, Message::new("timeout"), false),
            StopReason::Cancel => {
                self.record_attempt(at, Status::Cancelled, None);
                self.cancelled(at, Reason::Cancelled);
            }
            StopReason::SentBack => {
                self.record_attempt(at, Status::Cancelled, None);
                self.renew(at);
                self.next.push_back(at);
            }
        }
    }

    /// An attempt has failed: another try, or the end.
    pub(super) fn tried(&mut self, at: Position, error: Message, permanent: bool) {
        self.record_attempt(at, Status::Failed, Some(error.clone()));
        let task = self.task_mut(at);
        task.tries += 1;
        task.broken = 0;
        let tries = task.tries;
        let retry = &self.defined(at).retry;
        let again = !permanent
            && !self.is_cancelling()
            && tries <= retry.limit
            && (retry.on.is_empty() || retry.on.contains(&error.code));
        if !again {
            return self.fail(at, error);
        }
        let pause = pause(retry, tries, self.variation(at));
        let until = self.now.after(pause);
        self.set(at, Phase::Resting { until });
        self.set_timer(at, Purpose::Retry, until);
    }

    /// Between 0 and 1, by the run's seed, the task and the attempt.
    fn variation(&self, at: Position) -> f64 {
        let mut bits = self.seed ^ u64::from(self.task(at).attempts);
        for byte in self.defined(at).id.as_str().bytes() {
            bits = scramble(bits ^ u64::from(byte));
        }
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float")]
        let part = (scramble(bits) >> 11) as f64;
        part / 9_007_199_254_740_992.0
    }

    pub(super) fn due(&mut self, timer: &Timer) {
        let Some(at) = self.present(&timer.task, timer.attempt) else {
            return;
        };
        let (due, act): (Moment, fn(&mut Self, Position)) =
            match (timer.purpose, &self.task(at).phase) {
                (Purpose::Retry, Phase::Resting { until }) => (*until, Self::start),
                (
                    Purpose::Wait,
                    Phase::Running {
                        parked: Some(Parked::Until(until)),
                        stopping: None,
                        ..
                    },
                ) => (*until, Self::waited),
                (
                    Purpose::Timeout,
                    Phase::Running {
                        deadline: Some(deadline),
                        stopping: None,
                        ..
                    }
                    | Phase::Asking {
                        deadline: Some(deadline),
                    },
                ) => (*deadline, Self::timed_out),
                (
                    Purpose::HardStop,
                    Phase::Running {
                        stopping:
                            Some(Stopping {
                                hard_at,
                                hard: false,
                                ..
                            }),
                        ..
                    },
                ) => (*hard_at, Self::stop_hard),
                _ => return,
            };
        if self.now < due {
            // The clock went back: not yet.
            self.set_timer(at, timer.purpose, due);
        } else {
            act(self, at);
        }
    }

    fn waited(&mut self, at: Position) {
        self.record_attempt(at, Status::Succeeded, None);
        self.succeed(at, None);
    }

    fn timed_out(&mut self, at: Position) {
        if matches!(self.task(at).phase, Phase::Asking { .. }) {
            self.withdraw(at);
            self.tried(at, Message::new("timeout"), false);
        } else {
            self.ask_to_stop(at, StopReason::Timeout);
        }
    }

    /// Asks the present attempt to stop; one that only waits for a moment stops at once.
    pub(super) fn ask_to_stop(&mut self, at: Position, why: StopReason) {
        let Phase::Running {
            deadline,
            parked,
            stopping,
        } = self.task(at).phase
        else {
            return;
        };
        if matches!(parked, Some(Parked::Until(_))) {
            return self.stopped(at, why);
        }
        let hard_at = self.now.after(GRACE_MS);
        let asked = stopping.is_some();
        let stopping = stopping.map_or(
            Stopping {
                why,
                hard_at,
                hard: false,
            },
            |before| Stopping { why, ..before },
        );
        self.set(
            at,
            Phase::Running {
                deadline,
                parked,
                stopping: Some(stopping),
            },
        );
        if !asked {
            self.effects.push(Effect::Stop {
                task: self.id(at),
                attempt: self.task(at).attempts,
                hard: false,
            });
            self.set_timer(at, Purpose::HardStop, hard_at);
        }
    }

    fn stop_hard(&mut self, at: Position) {
        self.effects.push(Effect::Stop {
            task: self.id(at),
            attempt: self.task(at).attempts,
            hard: true,
        });
        if let Phase::Running {
            stopping: Some(stopping),
            ..
        } = &mut self.task_mut(at).phase
        {
            stopping.hard = true;
        }
    }

    pub(super) fn unlocked(&mut self, secret: &str) {
        for at in 0..self.state.tasks.len() {
            if matches!(&self.task(at).phase, Phase::Locked { secret: name } if name == secret) {
                self.queue_again(at);
            }
        }
    }
}

fn is_sent_back(stopping: Option<Stopping>) -> bool {
    stopping.is_some_and(|stopping| stopping.why == StopReason::SentBack)
}

/// How long to wait after so many failed tries, in milliseconds. With jitter, between half of the
/// pause and all of it.
fn pause(retry: &Retry, tries: u32, variation: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "the longest pause is a day")]
    let first = retry.delay as f64;
    let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
    let grown = first * retry.backoff.max(0.0).powi(exponent);
    // Nothing, grown without end, is no number.
    let full = if grown.is_nan() {
        0.0
    } else {
        grown.min(LONGEST_PAUSE)
    };
    let pause = if retry.jitter {
        full * (0.5 + variation / 2.0)
    } else {
        full
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between nothing and a day; what is no number is nothing"
    )]
    let whole = pause as u64;
    whole
}

/// The finishing step of `SplitMix64`: every bit of the input moves every bit of the output.
const fn scramble(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
