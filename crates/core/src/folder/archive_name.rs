//! How archives are called: `file_bak_YYYYMMDD_HHMMSS`, then with `_1`, `_2`, … when there is one of
//! that second.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset};

const PREFIX: &str = "file_bak_";

/// What an archive is called while it is filled.
const UNFINISHED: &str = ".partial";

/// The name of an archive. Names are in the order of the local times in them, which is not always the
/// order in which they came: clocks go back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveName {
    /// `YYYYMMDD_HHMMSS`, local time.
    stamp: String,
    /// 0 is not written.
    number: u32,
}

impl ArchiveName {
    /// The name of one that is made at this local time.
    pub fn at(local: DateTime<FixedOffset>) -> Self {
        Self {
            stamp: local.format("%Y%m%d_%H%M%S").to_string(),
            number: 0,
        }
    }

    /// The next one of the same second.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            stamp: self.stamp.clone(),
            number: self.number + 1,
        }
    }

    /// What it is called while it is filled.
    pub fn unfinished(&self) -> String {
        format!("{self}{UNFINISHED}")
    }

    /// The local time in it, as `YYYY-MM-DD HH:MM:SS`.
    pub fn local_time(&self) -> String {
        let (day, time) = self.stamp.split_at(8);
        let part =
            |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
        format!(
            "{}-{}-{} {}:{}:{}",
            part(day, 0, 4),
            part(day, 4, 6),
            part(day, 6, 8),
            part(time, 1, 3),
            part(time, 3, 5),
            part(time, 5, 7)
        )
    }
}

impl fmt::Display for ArchiveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.stamp)?;
        match self.number {
            0 => Ok(()),
            number => write!(f, "_{number}"),
        }
    }
}

/// It is not the name of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoArchiveName;

impl FromStr for ArchiveName {
    type Err = NoArchiveName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix(PREFIX).ok_or(NoArchiveName)?;
        let (stamp, number) = match rest.split_at_checked(15) {
            Some((stamp, "")) => (stamp, 0),
            Some((stamp, number)) => {
                let number = number.strip_prefix('_').ok_or(NoArchiveName)?;
                (stamp, number.parse().map_err(|_| NoArchiveName)?)
            }
            None => return Err(NoArchiveName),
        };
        let is_stamp = stamp.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'_',
            _ => byte.is_ascii_digit(),
        });
        let name = Self {
            stamp: stamp.to_owned(),
            number,
        };
        // `_0` and `_01` are spelled so by nobody, and would be another folder.
        (is_stamp && name.to_string() == text)
            .then_some(name)
            .ok_or(NoArchiveName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_nothing_else_is_one() {
        for text in ["file_bak_20250121_094400", "file_bak_20250121_094400_12"] {
            assert_eq!(text.parse::<ArchiveName>().unwrap().to_string(), text);
        }
        for text in [
            "file_bak_",
            "file_bak_20250121_09440",
            "file_bak_20250121-094400",
            "file_bak_20250121_094400_",
            "file_bak_20250121_094400_0",
            "file_bak_20250121_094400_01",
            "file_bak_20250121_094400_x",
            "file_bak_20250121_094400.partial",
            "File_bak_20250121_094400",
            "file_bak_2025012é_09440",
            "vector_bak",
        ] {
            assert_eq!(text.parse::<ArchiveName>(), Err(NoArchiveName), "{text}");
        }
    }

    #[test]
    fn the_tenth_of_a_second_comes_after_its_ninth() {
        let at = DateTime::parse_from_rfc3339("2025-01-21T09:44:00+08:00").unwrap();
        let first = ArchiveName::at(at);
        assert_eq!(first.to_string(), "file_bak_20250121_094400");
        assert_eq!(first.local_time(), "2025-01-21 09:44:00");
        assert_eq!(first.unfinished(), "file_bak_20250121_094400.partial");
        let names: Vec<_> = std::iter::successors(Some(first), |name| Some(name.next()))
            .take(12)
            .collect();
        assert!(names.is_sorted());
        assert_eq!(names[11].to_string(), "file_bak_20250121_094400_11");
    }
}
