//! Which warnings of a run still mean something once it has ended.

/// What is said of a task that waits, and of a clock that was set: nothing of it says that a result is another
/// than was wanted.
pub const PASSING_WARNINGS: [&str; 10] = [
    "run_waits_for_operator",
    "run_broken_off_again",
    "run_no_agent",
    "run_secret_locked",
    "run_password_locked",
    "run_clock_ahead",
    "run_clock_back",
    "run_configuration_differs",
    "run_configuration_not_seen",
    "folder_half_way",
];
