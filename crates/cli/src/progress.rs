//! Progress on standard error, when that is a terminal, and Ctrl-C.

use std::sync::Once;
use std::time::Duration;

use flowkeep_api::types::ProgressReport;
use flowkeep_api::{Cancellation, Catalogue, Progress};
use indicatif::{ProgressBar, ProgressStyle};

/// Follows one long command.
pub(crate) struct Shown {
    bar: ProgressBar,
    catalogue: Catalogue,
    cancellation: Cancellation,
    moves: Once,
}

/// How often it moves while one step goes on for long.
const TICK: Duration = Duration::from_millis(200);

impl Shown {
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        let cancellation = Cancellation::default();
        let asked = cancellation.clone();
        // The first Ctrl-C (or SIGTERM) lets the command end cleanly; the second ends it at once.
        let set = ctrlc::set_handler(move || {
            if asked.cancel() {
                std::process::exit(130);
            }
        });
        if let Err(error) = set {
            tracing::debug!(%error, "no handler for Ctrl-C");
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {pos}/{len} {wide_msg}")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            catalogue: *catalogue,
            cancellation,
            moves: Once::new(),
        }
    }

    /// Shows how far it is until it has ended: what it came to is printed where no bar stands any more.
    pub(crate) fn until_done<T>(self, work: impl FnOnce(&Self) -> T) -> T {
        work(&self)
    }
}

impl Progress for Shown {
    fn report(&self, report: ProgressReport) {
        self.bar
            .set_prefix(self.catalogue.word(&format!("phase_{}", report.phase)));
        self.bar.set_position(report.done.into());
        if let Some(total) = report.total {
            self.bar.set_length(total.into());
        }
        self.bar.set_message(report.name.unwrap_or_default());
        self.moves.call_once(|| self.bar.enable_steady_tick(TICK));
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
