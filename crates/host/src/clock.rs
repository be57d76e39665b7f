//! Time as an argument: whoever needs it is given a [`Clock`].

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads a time as people and programs write it: RFC 3339, or without a zone, which is this
    /// machine's then.
    pub fn read(text: &str) -> Option<Self> {
        const SHAPES: [&str; 3] = [
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
        ];
        let text = text.trim();
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(Self(at.timestamp_millis()));
        }
        let day = || {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        };
        let local = SHAPES
            .iter()
            .find_map(|shape| NaiveDateTime::parse_from_str(text, shape).ok())
            .or_else(day)?;
        let at = local.and_local_timezone(Local).earliest()?;
        Some(Self(at.timestamp_millis()))
    }

    /// As [`Timestamp::read`], in what earlier tools recorded: their first day of 1900 is no time.
    pub fn stated(text: &str) -> Option<Self> {
        Self::read(text).filter(|_| !text.trim_start().starts_with("1900-01-01"))
    }

    /// RFC 3339 in UTC, with milliseconds.
    pub fn rfc3339(self) -> String {
        let at: DateTime<Utc> = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// How long this process has been at work, from some moment on: the same however the clock is
    /// set, and standing still while the machine sleeps. For differences only.
    fn passed(&self) -> Duration {
        static SINCE: OnceLock<Instant> = OnceLock::new();
        SINCE.get_or_init(Instant::now).elapsed()
    }

    /// How long the machine has been on, its sleep counted in: the same however the clock is set.
    /// For differences only. Nothing where the system does not say: a clock that was set cannot be
    /// told from a sleep there.
    fn since_boot(&self) -> Option<Duration> {
        None
    }
}

/// The zone of this machine, as the IANA database calls it; `UTC` where it does not say.
pub fn local_zone() -> String {
    iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".to_owned())
}

/// The machine's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is a machine without a set clock; zero keeps the order of records,
        // which hangs on sequence numbers, not on time.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[cfg(target_os = "linux")]
    fn since_boot(&self) -> Option<Duration> {
        let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        since.try_into().ok()
    }
}
