//! What files of a configuration said when they were last read. It spares reading them again; nothing is
//! lost with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{ObjectHash, Sha256};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};

use crate::pressed::{of_pressed, pressed};
use crate::{Store, StoreError, Tx};

/// Into how many cells the files of a root go. Of a thousand files each has sixty, which is enough of the same for
/// it to be pressed well, fills a page, and is little to write for one that has changed.
const PARTS: u32 = 16;

/// The files of one cell.
type Part = BTreeMap<ConfigPath, ConfigSeen>;

/// What a file said when it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigSeen {
    /// What the disk said of it.
    pub stamp: String,
    /// Milliseconds; when the disk was asked.
    pub seen_at: i64,
    /// The hash of its bytes.
    pub sha256: Sha256,
    /// The hash of what is kept of it.
    pub object: ObjectHash,
    /// What was found in it: JSON, as `files::snapshots` has it.
    pub read: String,
}

impl Store {
    /// What is remembered of the files below a root.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_seen(&self, root: i64) -> Result<HashMap<ConfigPath, ConfigSeen>, StoreError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT files FROM config_seen WHERE root = ?1")?;
        let mut rows = statement.query([root])?;
        let mut seen = HashMap::new();
        while let Some(row) = rows.next()? {
            seen.extend(part_of(row.get_ref(0)?.as_blob().unwrap_or_default()));
        }
        Ok(seen)
    }
}

impl Tx<'_> {
    /// Remembers what files below a root said, and forgets those that are no longer there.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_config_seen(
        &self,
        root: i64,
        seen: &[(ConfigPath, ConfigSeen)],
        gone: &[ConfigPath],
    ) -> Result<(), StoreError> {
        let mut changed: BTreeMap<u32, (Vec<_>, BTreeSet<_>)> = BTreeMap::new();
        for one in seen {
            changed.entry(part(&one.0)).or_default().0.push(one);
        }
        for path in gone {
            changed.entry(part(path)).or_default().1.insert(path);
        }
        let find = "SELECT files FROM config_seen WHERE root = ?1 AND part = ?2";
        let mut find = self.connection.prepare_cached(find)?;
        let keep = "INSERT OR REPLACE INTO config_seen(root, part, files) VALUES (?1, ?2, ?3)";
        let mut keep = self.connection.prepare_cached(keep)?;
        for (number, (seen, gone)) in changed {
            let kept = find.query_row((root, number), |row| row.get::<_, Vec<u8>>(0));
            let mut files = part_of(&kept.optional()?.unwrap_or_default());
            files.retain(|path, _| !gone.contains(path));
            files.extend(seen.into_iter().cloned());
            keep.execute((root, number, pressed(&files)?))?;
        }
        Ok(())
    }
}

/// Which cell the file of a path is in: FNV-1a, which spreads names that differ by a number.
fn part(path: &ConfigPath) -> u32 {
    let bytes = path.as_str().bytes();
    let sum = bytes.fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (sum ^ (sum >> 16)) % PARTS
}

/// What a cell holds. One that cannot be read is as good as none: its files are read once more.
fn part_of(files: &[u8]) -> Part {
    of_pressed(files).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_spread_over_the_cells() {
        let mut cells = BTreeMap::<u32, usize>::new();
        for n in 0..100 {
            let path = ConfigPath::new(format!("{n:02}.yaml")).unwrap();
            *cells.entry(part(&path)).or_default() += 1;
        }
        assert!(cells.len() == 16, "{cells:?}");
        assert!(cells.values().all(|files| *files < 14), "{cells:?}");
    }
}
