//! Which warnings of a run pass, and when.

use super::Status;

/// Until when a warning means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// As long as the run stands so.
    Run(Status),
    /// As long as its task stands so.
    Task(Status),
    /// Until the run has come to its end.
    End,
}

/// What is said of a task that waits, and of a clock that was set: once the run has ended well nothing of it says that
/// a result is another than was wanted.
pub const PASSING_WARNINGS: [(&str, Passing); 11] = [
    ("run_waits_for_operator", Passing::Task(Status::Interrupted)),
    ("run_broken_off_again", Passing::Task(Status::Interrupted)),
    ("run_no_agent", Passing::Task(Status::Queued)),
    ("run_secret_locked", Passing::Task(Status::Waiting)),
    ("run_password_locked", Passing::Task(Status::Waiting)),
    ("run_clock_ahead", Passing::End),
    ("run_clock_back", Passing::End),
    ("run_configuration_differs", Passing::Run(Status::Paused)),
    (
        "run_configuration_kept_too_late",
        Passing::Run(Status::Paused),
    ),
    ("run_configuration_not_seen", Passing::Run(Status::Paused)),
    ("folder_half_way", Passing::End),
];

/// Until when this warning means something; nothing for one that does for good.
pub fn passing(code: &str) -> Option<Passing> {
    let mut all = PASSING_WARNINGS.iter();
    let found = all.find(|(passing, _)| *passing == code);
    found.map(|(_, passing)| *passing)
}
