//! Times as chrono has them and as they are written.

use chrono::{DateTime, FixedOffset, Local, SecondsFormat, Utc};
use flowkeep_host::Timestamp;

/// A time as chrono has it; the few that it cannot hold are the year 262,000 and later.
pub(crate) fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

/// A time as the clock on this machine's wall shows it.
pub(crate) fn local(at: Timestamp) -> DateTime<FixedOffset> {
    utc(at).with_timezone(&Local).fixed_offset()
}

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}
