//! Progress towards a face: fewer reports than steps, and never fewer than needed to show life.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_host::Cancellation;

use crate::types::ProgressReport;

/// Follows a long command.
pub trait Progress: Sync {
    /// How far it is; at most about ten times a second, and at every change of phase.
    fn report(&self, report: ProgressReport);

    /// Tells when the operator wants it to end.
    fn cancellation(&self) -> &Cancellation;

    /// Whether the operator wants it to end.
    fn cancelled(&self) -> bool {
        self.cancellation().is_cancelled()
    }
}

/// Nobody follows and nobody cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: ProgressReport) {}

    fn cancellation(&self) -> &Cancellation {
        Cancellation::never()
    }
}

const EVERY: Duration = Duration::from_millis(100);

/// Passes steps on as reports, thinned out.
pub(crate) struct Thinned<'a> {
    report: Box<dyn Fn(ProgressReport) + Send + Sync + 'a>,
    cancellation: Cancellation,
    last: Mutex<Option<(&'static str, Instant)>>,
}

impl<'a> Thinned<'a> {
    pub(crate) fn new(
        cancellation: Cancellation,
        report: impl Fn(ProgressReport) + Send + Sync + 'a,
    ) -> Self {
        Self {
            report: Box::new(report),
            cancellation,
            last: Mutex::new(None),
        }
    }
}

impl flowkeep_host::Progress for Thinned<'_> {
    fn step(&self, phase: &'static str, done: u32, total: Option<u32>, name: Option<&str>) {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|(told, at)| told != phase || now.duration_since(at) >= EVERY);
        if due {
            *last = Some((phase, now));
            (self.report)(ProgressReport {
                phase: phase.to_owned(),
                done,
                total,
                name: name.map(str::to_owned),
            });
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }
}
