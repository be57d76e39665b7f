//! The canonical status behind a word of an earlier tool.

use crate::run::Status;

/// What a word for a status means; `None` for one that nobody knows, which is kept and shown.
pub fn status_of_word(word: &str) -> Option<Status> {
    let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    Some(match word.as_str() {
        "queued" | "pending" | "created" | "scheduled" | "new" => Status::Queued,
        "waiting" | "blocked" | "suspended" => Status::Waiting,
        "running" | "started" | "in_progress" | "active" | "executing" => Status::Running,
        "paused" => Status::Paused,
        "succeeded" | "success" | "successful" | "completed" | "complete" | "done" | "finished"
        | "ok" => Status::Succeeded,
        "failed" | "failure" | "error" | "errored" | "timeout" | "timed_out" => Status::Failed,
        "cancelled" | "canceled" | "aborted" | "stopped" | "terminated" | "killed" => {
            Status::Cancelled
        }
        "skipped" => Status::Skipped,
        "interrupted" => Status::Interrupted,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_earlier_tools_are_understood_and_our_own_are_themselves() {
        for status in [
            Status::Queued,
            Status::Waiting,
            Status::Running,
            Status::Paused,
            Status::Succeeded,
            Status::Failed,
            Status::Cancelled,
            Status::Skipped,
            Status::Interrupted,
        ] {
            assert_eq!(status_of_word(status.as_str()), Some(status));
        }
        assert_eq!(status_of_word("Completed"), Some(Status::Succeeded));
        assert_eq!(status_of_word("In Progress"), Some(Status::Running));
        assert_eq!(status_of_word("半成品"), None);
    }
}
