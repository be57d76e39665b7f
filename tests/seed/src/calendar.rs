//! When runs are started: each workflow has its hours, and offices are closed at weekends.

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, Weekday};

use crate::chance::Chance;

/// How many days before the last one the first run may be.
pub(crate) const DAYS: u64 = 730;

const MINUTE: i64 = 60_000;

/// When a workflow is started.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hours {
    /// Every night at this minute of the day.
    Nightly(i64),
    /// At every full hour.
    Hourly,
    /// On working days while people are there.
    Office,
    /// On Sundays at this minute of the day.
    Weekly(i64),
}

impl Hours {
    /// A moment before the day `until`: milliseconds.
    pub(crate) fn moment(self, until: NaiveDate, chance: &mut Chance) -> i64 {
        loop {
            let day = until
                .checked_sub_days(Days::new(chance.between(1, DAYS)))
                .unwrap_or(until);
            let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let minute = match self {
                Self::Hourly => 60 * whole(chance.between(0, 23)),
                Self::Office if is_weekend => continue,
                Self::Office => whole(chance.between(8 * 60, 18 * 60)),
                Self::Weekly(_) if day.weekday() != Weekday::Sun => continue,
                Self::Nightly(minute) | Self::Weekly(minute) => minute,
            };
            let midnight = NaiveDateTime::from(day).and_utc().timestamp_millis();
            // A scheduler is some milliseconds late, a person some seconds.
            return midnight
                + minute * MINUTE
                + whole(chance.between(0, MINUTE.unsigned_abs() / 2));
        }
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
