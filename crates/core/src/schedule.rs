//! When a workflow that starts by the clock starts: its cron line in its zone, and what becomes of
//! times that went by while nothing could start it (decisions, 002).
//!
//! Times are counted on the calendar of the zone. A job of a fixed time that falls into the hour
//! that daylight saving leaves out comes right after it, and one that falls into the hour that
//! comes twice comes once; a job of every so many minutes follows the clock on the wall.
//!
//! Absent on purpose: the clock, who looks at it, and the pause of a schedule (it is kept beside
//! the document).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::run::Moment;
use crate::trigger::{Times, Trigger};
use crate::{Message, Value};

/// A start this much after its time is still that start and was not missed.
pub const GRACE_MS: u64 = 60_000;

/// At most so many missed times are made up for, the latest ones.
pub const MOST_MADE_UP: usize = 100;

/// Missed times are counted up to here; nobody is helped by a larger number.
pub const MOST_COUNTED: usize = 1_000;

/// What becomes of times that went by while nothing could start the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missed {
    /// One run stands for all of them.
    #[default]
    Once,
    /// One run for each, [`MOST_MADE_UP`] at most.
    All,
    /// None; it is only said.
    None,
}

/// The clock of one workflow.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
    /// What becomes of missed times.
    pub missed: Missed,
}

/// What a look at the clock finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// The times to start a run for, the earliest first.
    pub start: Vec<Moment>,
    /// How many times went by without a start of their own, [`MOST_COUNTED`] at most.
    pub missed: usize,
    /// The latest of them.
    pub last_missed: Option<Moment>,
    /// How many of them no run makes up for.
    pub left_out: usize,
}

impl Schedule {
    /// The schedule of a workflow that starts by the clock; nothing where it does not. `here` is
    /// the zone of this computer, for a schedule that names none; `UTC` where that is not known
    /// either.
    ///
    /// # Errors
    /// `schedule_without_cron`, `cron_not_five_fields`, `cron_unreadable` or `zone_unknown`.
    pub fn of(workflow: &Value, here: &str) -> Result<Option<Self>, Message> {
        match Trigger::of(workflow) {
            Some(Trigger::Schedule(times)) => Self::read(&times, here).map(Some),
            _ => Ok(None),
        }
    }

    /// The schedule of these words; `here` as in [`Schedule::of`].
    ///
    /// # Errors
    /// As [`Schedule::of`].
    pub fn read(times: &Times, here: &str) -> Result<Self, Message> {
        let Some(line) = times.cron.as_deref() else {
            return Err(Message::new("schedule_without_cron"));
        };
        let zone = match times.zone.as_deref() {
            Some(name) => zone(name).ok_or_else(|| unknown(name))?,
            None => zone(here).unwrap_or(Tz::UTC),
        };
        let missed = match times.missed.as_deref() {
            Some("all") => Missed::All,
            Some("none") => Missed::None,
            _ => Missed::Once,
        };
        let cron = cron(line)?;
        Ok(Self { cron, zone, missed })
    }

    /// The first time after a moment; nothing when it never comes.
    pub fn next(&self, after: Moment) -> Option<Moment> {
        let after = self.at(after)?;
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(Moment(next.timestamp_millis()))
    }

    /// The zone it goes by, as the IANA database calls it.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// What has come since `looked`, a moment up to which all was started or said, and `now`.
    /// Nothing when the clock went back.
    pub fn due(&self, looked: Moment, now: Moment) -> Due {
        let mut due = Due::default();
        let late = Moment(now.0.saturating_sub_unsigned(GRACE_MS));
        let mut last = looked;
        while let Some(time) = self.next(last)
            && time <= now
        {
            if time >= late {
                due.start.push(time);
            } else {
                due.missed += 1;
                due.last_missed = Some(time);
                if due.missed == MOST_COUNTED {
                    // The rest is known without counting it.
                    due.last_missed = self.latest_before(late).or(due.last_missed);
                    last = due.last_missed.unwrap_or(time);
                    continue;
                }
            }
            last = time;
        }
        let made_up = match self.missed {
            Missed::None => 0,
            // A run that starts now anyhow stands for them, too.
            Missed::Once => usize::from(due.start.is_empty()),
            Missed::All => MOST_MADE_UP,
        };
        let made_up = made_up.min(due.missed);
        due.left_out = match self.missed {
            Missed::Once => 0,
            Missed::All | Missed::None => due.missed - made_up,
        };
        due.start.splice(0..0, self.before(late, looked, made_up));
        due
    }

    /// The last `count` times before a moment and after another, the earliest first.
    fn before(&self, moment: Moment, after: Moment, count: usize) -> Vec<Moment> {
        let mut found: Vec<Moment> = Vec::with_capacity(count);
        let mut from = moment;
        while found.len() < count
            && let Some(time) = self.latest_before(from).filter(|time| *time > after)
        {
            found.push(time);
            from = time;
        }
        found.reverse();
        found
    }

    fn latest_before(&self, moment: Moment) -> Option<Moment> {
        let before = self.at(moment)?;
        let found = self.cron.find_previous_occurrence(&before, false).ok()?;
        Some(Moment(found.timestamp_millis()))
    }

    fn at(&self, moment: Moment) -> Option<DateTime<Tz>> {
        let at = DateTime::<Utc>::from_timestamp_millis(moment.0)?;
        Some(at.with_timezone(&self.zone))
    }
}

/// Reads a cron line of five fields.
///
/// # Errors
/// `cron_not_five_fields` or `cron_unreadable`.
pub fn check_cron(line: &str) -> Result<(), Message> {
    cron(line).map(|_| ())
}

/// Whether there is such a zone.
pub fn is_zone(name: &str) -> bool {
    zone(name.trim()).is_some()
}

fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

fn unknown(zone: &str) -> Message {
    Message::new("zone_unknown").with("zone", zone)
}

fn cron(line: &str) -> Result<Cron, Message> {
    if line.split_whitespace().count() != 5 {
        return Err(Message::new("cron_not_five_fields"));
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser
        .parse(line)
        .map_err(|_| Message::new("cron_unreadable").with("cron", line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn schedule(cron: &str, zone: &str, missed: &str) -> Schedule {
        let text = format!(
            r#"{{"trigger": "schedule", "schedule": {{"cron": "{cron}", "zone": "{zone}", "missed": "{missed}"}}}}"#
        );
        let workflow = crate::json::parse(&text);
        Schedule::of(&workflow, "UTC").unwrap().unwrap()
    }

    fn at(text: &str) -> Moment {
        Moment(
            DateTime::parse_from_rfc3339(text)
                .unwrap()
                .timestamp_millis(),
        )
    }

    fn told(moments: &[Moment]) -> Vec<String> {
        let texts = moments.iter().map(|moment| {
            let at = DateTime::<Utc>::from_timestamp_millis(moment.0).unwrap();
            at.format("%m-%d %H:%M").to_string()
        });
        texts.collect()
    }

    #[rstest]
    // In March the hour from two to three is left out in Berlin: once, right after it.
    #[case::left_out("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", &["03-29 01:00", "03-30 00:30"])]
    // In October it comes twice: once, in the first of them.
    #[case::twice("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", &["10-25 00:30", "10-26 01:30"])]
    // Every half hour goes on through both.
    #[case::through("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:10:00Z", &["10-25 00:30", "10-25 01:00", "10-25 01:30"])]
    #[case::no_change("0 2 * * *", "Asia/Shanghai", "2026-03-28T12:00:00Z", &["03-28 18:00", "03-29 18:00"])]
    #[case::half_hour_zone("0 9 * * 1-5", "Asia/Kolkata", "2026-11-20T03:30:00Z", &["11-23 03:30"])]
    #[case::leap_day("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", &["02-29 00:00"])]
    fn times_are_those_of_the_zone(
        #[case] cron: &str,
        #[case] zone: &str,
        #[case] from: &str,
        #[case] expected: &[&str],
    ) {
        let schedule = schedule(cron, zone, "once");
        let times = std::iter::successors(schedule.next(at(from)), |last| schedule.next(*last));
        let times: Vec<Moment> = times.take(expected.len()).collect();
        assert_eq!(told(&times), expected);
    }

    #[rstest]
    #[case::on_time("once", "2026-11-21T02:00:30Z", 0, &["11-21 02:00"])]
    #[case::not_yet("once", "2026-11-21T01:59:59Z", 0, &[])]
    #[case::one_for_all("once", "2026-11-24T09:00:00Z", 4, &["11-24 02:00"])]
    #[case::each("all", "2026-11-24T09:00:00Z", 4, &["11-21 02:00", "11-22 02:00", "11-23 02:00", "11-24 02:00"])]
    #[case::only_said("none", "2026-11-24T09:00:00Z", 4, &[])]
    #[case::now_stands_for_them("once", "2026-11-24T02:00:10Z", 3, &["11-24 02:00"])]
    #[case::now_and_each("all", "2026-11-23T02:00:10Z", 2, &["11-21 02:00", "11-22 02:00", "11-23 02:00"])]
    #[case::now_alone("none", "2026-11-23T02:00:10Z", 2, &["11-23 02:00"])]
    #[case::clock_back("all", "2026-11-19T02:00:00Z", 0, &[])]
    fn what_was_missed_is_made_up_for_as_it_says(
        #[case] missed: &str,
        #[case] now: &str,
        #[case] count: usize,
        #[case] start: &[&str],
    ) {
        let due = schedule("0 2 * * *", "UTC", missed).due(at("2026-11-20T12:00:00Z"), at(now));
        assert_eq!(told(&due.start), start);
        assert_eq!(due.missed, count);
        assert_eq!(due.left_out, if missed == "none" { count } else { 0 });
    }

    #[test]
    fn a_year_of_minutes_is_not_counted_one_by_one() {
        let schedule = schedule("* * * * *", "UTC", "all");
        let due = schedule.due(at("2025-11-21T00:00:00Z"), at("2026-11-21T00:00:30Z"));
        assert_eq!(due.missed, MOST_COUNTED);
        assert_eq!(due.left_out, MOST_COUNTED - MOST_MADE_UP);
        assert_eq!(told(&[due.last_missed.unwrap()]), ["11-20 23:59"]);
        assert_eq!(due.start.len(), MOST_MADE_UP + 1);
        assert_eq!(told(&due.start[MOST_MADE_UP..]), ["11-21 00:00"]);
    }

    #[rstest]
    #[case::none(r#"{"trigger": "api"}"#, "")]
    #[case::event(r#"{"trigger": "event", "schedule": {"cron": "0 2 * * *"}}"#, "")]
    #[case::unsaid(r#"{"schedule": {"cron": "0 2 * * *"}}"#, "Asia/Shanghai")]
    #[case::own_zone(
        r#"{"trigger": "schedule", "schedule": {"cron": "0 2 * * *", "zone": "America/New_York"}}"#,
        "America/New_York"
    )]
    #[case::nothing_given(r#"{"trigger": "schedule"}"#, "schedule_without_cron")]
    #[case::four(r#"{"schedule": {"cron": "0 2 * *"}}"#, "cron_not_five_fields")]
    #[case::seconds(r#"{"schedule": {"cron": "0 0 2 * * *"}}"#, "cron_not_five_fields")]
    #[case::no_such_hour(r#"{"schedule": {"cron": "0 25 * * *"}}"#, "cron_unreadable")]
    #[case::no_such_zone(
        r#"{"schedule": {"cron": "0 2 * * *", "zone": "Mars/X"}}"#,
        "zone_unknown"
    )]
    fn a_workflow_says_whether_it_starts_by_the_clock(#[case] text: &str, #[case] expected: &str) {
        let found = match Schedule::of(&crate::json::parse(text), "Asia/Shanghai") {
            Ok(Some(schedule)) => schedule.zone().to_owned(),
            Ok(None) => String::new(),
            Err(message) => message.code,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_day_that_never_comes_has_no_next_time() {
        let schedule = schedule("0 0 30 2 *", "UTC", "once");
        assert_eq!(schedule.next(at("2026-01-01T00:00:00Z")), None);
    }

    proptest! {
        /// Looking twice starts what looking once starts: no time twice, none left out, wherever
        /// the first look falls, as long as both looks are in time.
        #[test]
        fn no_time_is_started_twice_or_left_out(
            minutes in 1_u32..40,
            first in 0_i64..50_000,
            second in 0_i64..50_000,
        ) {
            let schedule = schedule(&format!("*/{minutes} * * * *"), "Europe/Berlin", "all");
            // Across the hour that comes twice.
            let from = at("2026-10-25T00:59:20Z");
            let middle = Moment(from.0 + first);
            let end = Moment(middle.0 + second);
            let mut parted = schedule.due(from, middle).start;
            parted.extend(schedule.due(middle, end).start);
            prop_assert_eq!(parted, schedule.due(from, end).start);
        }
    }
}
