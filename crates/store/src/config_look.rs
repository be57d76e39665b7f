//! What looking at a configuration came to. It spares looking again where nothing is another than it was; nothing
//! is lost with it.

use flowkeep_core::ObjectHash;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::SnapshotStatus;
use rusqlite::OptionalExtension as _;

use crate::config_snapshot::word;
use crate::pressed::{of_pressed, pressed};
use crate::{Store, StoreError, Tx};

/// What a look came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// The hash of what was looked for.
    pub wish: ObjectHash,
    /// The hash of all names there were, and of the stamps of the files that were read.
    pub digest: ObjectHash,
    /// Those files, by their paths.
    pub files: Vec<ConfigPath>,
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigLook {
    /// What it came from.
    pub at: LookedAt,
    /// The hash of the tree, which is kept.
    pub tree: ObjectHash,
    /// Whether everything was there.
    pub status: SnapshotStatus,
    /// Files of the tree.
    pub files: u64,
    /// Bytes of these, as they were.
    pub bytes: u64,
}

impl Store {
    /// What a look for this below a root last came to.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_look(
        &self,
        root: i64,
        wish: ObjectHash,
    ) -> Result<Option<ConfigLook>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT l.digest, l.files, t.hash, t.status, t.files, t.bytes
             FROM config_look l JOIN snapshot_tree t USING (tree) WHERE l.root = ?1 AND l.wish = ?2",
        )?;
        let look = statement.query_row((root, wish.0), |row| {
            Ok((
                row.get::<_, Vec<u8>>(1)?,
                ConfigLook {
                    at: LookedAt {
                        wish,
                        digest: ObjectHash(row.get(0)?),
                        files: Vec::new(),
                    },
                    tree: ObjectHash(row.get(2)?),
                    status: word(row, 3)?,
                    files: row.get(4)?,
                    bytes: row.get(5)?,
                },
            ))
        });
        let Some((files, mut look)) = look.optional()? else {
            return Ok(None);
        };
        look.at.files = of_pressed(&files)?;
        Ok(Some(look))
    }
}

impl Tx<'_> {
    /// Remembers which tree a look below a root came to. The tree is kept by now.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_config_look(
        &self,
        root: i64,
        at: &LookedAt,
        tree: ObjectHash,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO config_look(root, wish, digest, files, tree)
                 VALUES (?1, ?2, ?3, ?4, (SELECT tree FROM snapshot_tree WHERE hash = ?5))",
            )?
            .execute((root, at.wish.0, at.digest.0, pressed(&at.files)?, tree.0))?;
        Ok(())
    }
}
