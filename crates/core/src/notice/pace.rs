//! What goes out next on a channel. A few messages a minute go out one by one; what comes beyond
//! that is held for the rest of the minute and then told in one message. What did not go out is
//! tried again, ever more slowly, and given up after a day.

use crate::run::Moment;

/// Messages that go out on one channel in a minute. The robots of group chats take twenty.
pub const MOST: usize = 3;

/// The minute.
const SPAN: u64 = 60_000;

/// What is older is news to nobody.
const STALE: i64 = 86_400_000;

/// Milliseconds between tries: a minute, five, a quarter of an hour, then each hour.
const RESTS: [u64; 3] = [60_000, 300_000, 900_000];
const LONGEST_REST: u64 = 3_600_000;

/// What goes out next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing waits.
    Nothing,
    /// The one that has waited longest.
    One,
    /// All that wait, in one message.
    All,
    /// Nothing before this moment.
    Wait(Moment),
}

/// What goes out next, where so many wait and these messages went out before, the newest last.
pub fn next(waiting: usize, sent: &[Moment], now: Moment) -> Next {
    // What lies ahead of the clock was sent before it was set back.
    let lately = |at: &&Moment| at.after(SPAN) > now && **at <= now;
    let mut recent = sent.iter().filter(lately);
    let many = recent.clone().count();
    match (waiting, recent.next()) {
        (0, _) => Next::Nothing,
        (_, Some(oldest)) if many >= MOST => Next::Wait(oldest.after(SPAN)),
        (waiting, _) if waiting <= MOST - many => Next::One,
        _ => Next::All,
    }
}

/// When what has failed so many times is tried again; nothing once it is stale.
pub fn again(tries: u32, happened: Moment, now: Moment) -> Option<Moment> {
    let rest = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let rest = RESTS.get(rest).copied().unwrap_or(LONGEST_REST);
    let at = now.after(rest);
    (!is_stale(happened, at)).then_some(at)
}

/// Whether it is too late to tell it.
pub fn is_stale(happened: Moment, now: Moment) -> bool {
    now.0.saturating_sub(happened.0) > STALE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_becomes_one_message_a_minute() {
        let mut sent: Vec<Moment> = Vec::new();
        let mut told = Vec::new();
        let mut waiting = 0;
        // Ten failures each second, for three minutes.
        for second in 0..180 {
            let now = Moment(second * 1_000);
            waiting += 10;
            loop {
                match next(waiting, &sent, now) {
                    Next::One => waiting -= 1,
                    Next::All => waiting = 0,
                    Next::Wait(_) | Next::Nothing => break,
                }
                sent.push(now);
                told.push(second);
            }
        }
        let minute = |from: i64| {
            told.iter()
                .filter(|at| (from..from + 60).contains(*at))
                .count()
        };
        assert!(
            [0, 60, 120].map(minute).iter().all(|many| *many <= MOST),
            "{told:?}"
        );
        assert!(told.len() >= MOST, "{told:?}");
    }

    #[test]
    fn a_few_go_out_one_by_one() {
        let now = Moment(100_000);
        assert_eq!(next(0, &[], now), Next::Nothing);
        assert_eq!(next(3, &[], now), Next::One);
        assert_eq!(next(4, &[], now), Next::All);
        assert_eq!(next(2, &[Moment(90_000)], now), Next::One);
        assert_eq!(next(3, &[Moment(90_000)], now), Next::All);
        let three = [Moment(50_000), Moment(60_000), Moment(70_000)];
        assert_eq!(next(1, &three, now), Next::Wait(Moment(110_000)));
        assert_eq!(next(1, &three, Moment(110_000)), Next::One);
        assert_eq!(next(1, &three, Moment(10_000)), Next::One, "set back");
    }

    #[test]
    fn what_fails_is_tried_ever_more_slowly_for_a_day() {
        let (mut now, mut tries) = (Moment(0), 0);
        let mut rests = Vec::new();
        while let Some(at) = again(tries + 1, Moment(0), now) {
            tries += 1;
            rests.push((at.0 - now.0) / 60_000);
            now = at;
        }
        assert_eq!(rests[..5], [1, 5, 15, 60, 60]);
        assert!((24..30).contains(&tries), "{tries}");
    }
}
