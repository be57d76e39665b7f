//! Times at the edge: RFC 3339 in UTC.

use chrono::{DateTime, Local, TimeDelta};
use flowkeep_host::Timestamp;

use crate::AppError;

/// Milliseconds as RFC 3339 in UTC.
pub(crate) fn rfc3339(millis: i64) -> String {
    Timestamp(millis).rfc3339()
}

/// A time in RFC 3339 as this place's clock shows it: `2026-11-21 15:26`. None for anything else.
pub(crate) fn local(text: &str) -> Option<String> {
    local_as(text, "%Y-%m-%d %H:%M")
}

/// The same to the second: `2026-11-21 15:26:07`.
pub(crate) fn local_second(text: &str) -> Option<String> {
    local_as(text, "%Y-%m-%d %H:%M:%S")
}

/// Its day alone: `2026-11-21`; what is no time stays as it is.
pub(crate) fn local_day(text: &str) -> String {
    local_as(text, "%Y-%m-%d").unwrap_or_else(|| text.to_owned())
}

fn local_as(text: &str, format: &str) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.with_timezone(&Local).format(format).to_string())
}

/// What a document says of its own times, as RFC 3339 where it can be read; a time without a zone
/// is taken as local time.
pub(crate) fn stated(text: &str) -> Option<String> {
    parse(text).map(rfc3339)
}

/// A time in words a person or program gives: RFC 3339, `30d` or `12h` ago, or local time.
///
/// # Errors
/// `time_unreadable`.
pub(crate) fn given(text: &str, now: i64) -> Result<i64, AppError> {
    if let Some(ago) = ago(text) {
        return Ok(now - ago.num_milliseconds());
    }
    parse(text).ok_or_else(|| AppError::new("time_unreadable").with("value", text))
}

fn ago(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    match unit {
        "d" => TimeDelta::try_days(number),
        "h" => TimeDelta::try_hours(number),
        "m" => TimeDelta::try_minutes(number),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i64> {
    Timestamp::read(text).map(|at| at.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(given("30d", 40 * 86_400_000).unwrap(), 10 * 86_400_000);
        assert_eq!(given("12h", 86_400_000).unwrap(), 43_200_000);
        assert_eq!(given("1970-01-02T08:00:00+08:00", 0).unwrap(), 86_400_000);
        assert!(given("2023-06-05 10:30:00", 0).is_ok());
        assert_eq!(given("soon", 0).unwrap_err().code, "time_unreadable");
        assert_eq!(given("", 0).unwrap_err().code, "time_unreadable");
        assert_eq!(given("天", 0).unwrap_err().code, "time_unreadable");
    }
}
