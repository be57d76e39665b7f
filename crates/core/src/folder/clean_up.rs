//! Which archives of a folder go when it is cleaned up.

use super::CleanUpRule;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is to go of the archives of a folder. Nothing given: none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CleanUpLimits {
    /// So many of the newest stay, whatever else is given.
    pub keep: Option<u32>,
    /// Milliseconds; those made before go.
    pub before: Option<i64>,
    /// The oldest go until the rest takes no more bytes than this.
    pub max_bytes: Option<u64>,
}

impl CleanUpLimits {
    /// What a rule asks for at a time, in milliseconds.
    pub fn of(rule: &CleanUpRule, now: i64) -> Self {
        Self {
            keep: rule.keep,
            before: rule
                .older_than_days
                .map(|days| now.saturating_sub(DAY.saturating_mul(days.into()))),
            max_bytes: rule.max_bytes,
        }
    }

    /// Whether nothing goes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One archive, as far as that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldArchive {
    /// Milliseconds; nothing where nobody knows.
    pub created_at: Option<i64>,
    /// What it takes.
    pub bytes: u64,
    /// Whether its record can be read. Of another nobody knows what it is.
    pub is_usable: bool,
}

/// What becomes of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CleanUpVerdict {
    /// It goes.
    Goes,
    /// It is the newest that can be used, and never goes.
    Newest,
    /// No limit calls it old.
    Stays,
    /// It cannot be used as an archive, and is left to people.
    Broken,
}

/// What becomes of each archive of a folder. They are told the newest first, by the numbers in their records:
/// clocks go back.
pub fn clean_up_verdicts(
    limits: &CleanUpLimits,
    newest_first: &[OldArchive],
) -> Vec<CleanUpVerdict> {
    let broken = newest_first.iter().filter(|archive| !archive.is_usable);
    let mut room = broken.map(|archive| archive.bytes).sum::<u64>();
    let mut usable = 0_u32;
    let mut is_full = false;
    let verdicts = newest_first.iter().map(|archive| {
        if !archive.is_usable {
            return CleanUpVerdict::Broken;
        }
        usable += 1;
        room = room.saturating_add(archive.bytes);
        // Of two, the older one goes first, however small it is.
        is_full |= limits.max_bytes.is_some_and(|most| room > most);
        if usable == 1 {
            return CleanUpVerdict::Newest;
        }
        let is_old = limits
            .before
            .is_some_and(|before| archive.created_at.is_some_and(|made| made < before));
        let goes = match limits.keep {
            Some(keep) if usable <= keep => false,
            // A number alone is a limit of its own.
            Some(_) if limits.before.is_none() && limits.max_bytes.is_none() => true,
            _ => is_old || is_full,
        };
        if goes {
            CleanUpVerdict::Goes
        } else {
            CleanUpVerdict::Stays
        }
    });
    verdicts.collect()
}

#[cfg(test)]
mod tests {
    use super::CleanUpVerdict::{Broken, Goes, Newest, Stays};
    use super::*;

    /// Days ago, bytes, usable.
    fn told(limits: CleanUpLimits, archives: &[(i64, u64, bool)]) -> Vec<CleanUpVerdict> {
        let archives = archives.iter().map(|(days, bytes, is_usable)| OldArchive {
            created_at: Some(-days * DAY),
            bytes: *bytes,
            is_usable: *is_usable,
        });
        clean_up_verdicts(&limits, &archives.collect::<Vec<_>>())
    }

    fn rule(
        keep: Option<u32>,
        older_than_days: Option<u32>,
        max_bytes: Option<u64>,
    ) -> CleanUpLimits {
        let rule = CleanUpRule {
            keep,
            older_than_days,
            max_bytes,
        };
        CleanUpLimits::of(&rule, 0)
    }

    const FOUR: [(i64, u64, bool); 4] =
        [(1, 10, true), (5, 10, true), (9, 10, true), (30, 10, true)];

    #[test]
    fn nothing_goes_unless_somebody_says_so() {
        assert!(rule(None, None, None).is_empty());
        assert_eq!(
            told(rule(None, None, None), &FOUR),
            [Newest, Stays, Stays, Stays]
        );
    }

    #[test]
    fn a_number_lets_the_others_go_and_protects_from_every_other_limit() {
        assert_eq!(
            told(rule(Some(2), None, None), &FOUR),
            [Newest, Stays, Goes, Goes]
        );
        assert_eq!(
            told(rule(Some(3), Some(2), None), &FOUR),
            [Newest, Stays, Stays, Goes]
        );
        assert_eq!(
            told(rule(Some(2), Some(10), None), &FOUR),
            [Newest, Stays, Stays, Goes]
        );
        assert_eq!(
            told(rule(Some(2), None, Some(0)), &FOUR),
            [Newest, Stays, Goes, Goes]
        );
    }

    #[test]
    fn the_newest_stays_whatever_is_asked() {
        assert_eq!(
            told(rule(Some(0), None, None), &FOUR),
            [Newest, Goes, Goes, Goes]
        );
        assert_eq!(told(rule(None, Some(0), None), &FOUR[3..]), [Newest]);
        assert_eq!(told(rule(None, None, Some(0)), &FOUR[..2]), [Newest, Goes]);
    }

    #[test]
    fn age_is_told_by_time_and_order_by_number() {
        assert_eq!(
            told(rule(None, Some(8), None), &FOUR),
            [Newest, Stays, Goes, Goes]
        );
        // The clock went back between them.
        let back = [(400, 10, true), (1, 10, true), (300, 10, true)];
        assert_eq!(
            told(rule(None, Some(100), None), &back),
            [Newest, Stays, Goes]
        );
        let unknown = [
            OldArchive {
                created_at: Some(0),
                bytes: 1,
                is_usable: true,
            },
            OldArchive {
                created_at: None,
                bytes: 1,
                is_usable: true,
            },
        ];
        assert_eq!(
            clean_up_verdicts(&rule(None, Some(1), None), &unknown),
            [Newest, Stays]
        );
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        assert_eq!(
            told(rule(None, None, Some(20)), &FOUR),
            [Newest, Stays, Goes, Goes]
        );
        assert_eq!(
            told(rule(None, None, Some(40)), &FOUR),
            [Newest, Stays, Stays, Stays]
        );
        // The small one behind the large one is older, so it goes too.
        let uneven = [(1, 10, true), (2, 100, true), (3, 1, true)];
        assert_eq!(
            told(rule(None, None, Some(50)), &uneven),
            [Newest, Goes, Goes]
        );
    }

    #[test]
    fn what_cannot_be_used_is_left_alone_and_takes_room() {
        let broken = [(1, 30, false), (2, 10, true), (3, 10, true), (4, 10, false)];
        assert_eq!(
            told(rule(Some(1), None, None), &broken),
            [Broken, Newest, Goes, Broken]
        );
        assert_eq!(
            told(rule(None, None, Some(50)), &broken),
            [Broken, Newest, Goes, Broken]
        );
        assert_eq!(
            told(rule(None, None, Some(60)), &broken),
            [Broken, Newest, Stays, Broken]
        );
    }
}
