//! What runs say, for finding a run by the words of a message in whatever language it is read.

use std::sync::OnceLock;

use flowkeep_core::Sentences;

use crate::{Catalogue, Tongue};

/// The codes of what runs say: messages of the engine, and why attempts fail (`build.rs`).
pub(crate) const CODES: &[&str] = include!(concat!(env!("OUT_DIR"), "/codes.rs"));

/// Their sentences.
pub(crate) fn sentences() -> &'static Sentences {
    static SENTENCES: OnceLock<Sentences> = OnceLock::new();
    SENTENCES.get_or_init(|| {
        let tongues = [Tongue::English, Tongue::Chinese].map(Catalogue::new);
        let said = CODES.iter().flat_map(|code| {
            let forms = ["", "_one", "_said"].map(|form| format!("{code}{form}"));
            let entries = forms.into_iter().flat_map(|form| {
                let entry = move |tongue: &Catalogue| tongue.entry(&form);
                tongues.iter().filter_map(entry)
            });
            entries.map(move |entry| (*code, entry))
        });
        Sentences::new(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_say_is_known_from_the_sources_that_say_it() {
        for code in [
            "timeout",
            "run_task_failed",
            "run_no_agent",
            "run_clock_ahead",
            "sql_failed",
        ] {
            assert!(CODES.contains(&code), "{code}: {CODES:?}");
        }
        for words in ["search", "tasks", "nav_runs", "cli_log_statistics"] {
            assert!(!CODES.contains(&words), "{words} is of a face");
        }
    }
}
