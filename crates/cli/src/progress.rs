//! Progress on standard error, when that is a terminal, and Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowkeep_api::types::ProgressReport;
use flowkeep_api::{Catalogue, Progress};
use indicatif::{ProgressBar, ProgressStyle};

/// Follows one long command.
pub(crate) struct Shown {
    bar: ProgressBar,
    catalogue: Catalogue,
    cancelled: Arc<AtomicBool>,
}

impl Shown {
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = cancelled.clone();
        // The first Ctrl-C (or SIGTERM) lets the command end cleanly; the second ends it at once.
        let set = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
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
            cancelled,
        }
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
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
