//! What the disk says of a file without its being read, by which it is told that nobody wrote it since.

use std::fs::Metadata;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Clocks of disks are coarse: what was written within so many milliseconds of a look may have been written
/// again after it and say the same.
const COARSE: i64 = 2_000;

/// What the disk says of a regular file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// As it is remembered.
    pub(super) text: String,
    /// Milliseconds; when its content last changed.
    pub(super) modified: Option<i64>,
    /// Milliseconds; the last time of which the disk tells.
    touched: Option<i64>,
}

impl Stamp {
    /// Of the file at a path, where it is a regular one.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = path.symlink_metadata().ok()?;
        found.is_file().then(|| Self::said(&found))
    }

    fn said(found: &Metadata) -> Self {
        let modified = found.modified().ok();
        let (changed, identity) = changed(found);
        Self {
            text: format!(
                "{} {} {} {identity}",
                found.len(),
                nanos(modified),
                nanos(changed)
            ),
            modified: modified.and_then(millis),
            touched: modified.max(changed).and_then(millis),
        }
    }

    /// Whether a file with this stamp, of which it was seen at this moment, was written by nobody since.
    pub(super) fn was_settled(&self, seen_at: i64) -> bool {
        let touched = self.touched;
        touched.is_some_and(|touched| touched.saturating_add(COARSE) <= seen_at)
    }
}

/// When something of a file was last changed, its name or its times too; and which file it is.
#[cfg(unix)]
fn changed(found: &Metadata) -> (Option<SystemTime>, String) {
    use std::os::unix::fs::MetadataExt as _;
    use std::time::Duration;
    let (seconds, nanos) = (
        u64::try_from(found.ctime()),
        u32::try_from(found.ctime_nsec()),
    );
    let changed = seconds
        .ok()
        .zip(nanos.ok())
        .and_then(|(seconds, nanos)| UNIX_EPOCH.checked_add(Duration::new(seconds, nanos)));
    (changed, format!("{}:{}", found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (Option<SystemTime>, String) {
    (None, String::new())
}

/// As a part of what is remembered.
fn nanos(at: Option<SystemTime>) -> String {
    match at.map(|at| at.duration_since(UNIX_EPOCH)) {
        None => "?".to_owned(),
        Some(Ok(since)) => since.as_nanos().to_string(),
        Some(Err(before)) => format!("-{}", before.duration().as_nanos()),
    }
}

fn millis(at: SystemTime) -> Option<i64> {
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).ok(),
        Err(before) => i64::try_from(before.duration().as_millis())
            .ok()
            .map(|past| -past),
    }
}
