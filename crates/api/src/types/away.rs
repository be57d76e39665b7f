//! What `away_show` gives: what came to its end while nobody looked.

use serde::Serialize;
use ts_rs::TS;

/// What ended while nobody looked at the window.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Away {
    /// When somebody last looked, where that is an hour ago or more and something has ended since; null otherwise.
    pub since: Option<String>,
    /// Runs that have ended since.
    pub ended: u32,
    /// Of them those that failed.
    pub failed: u32,
}
