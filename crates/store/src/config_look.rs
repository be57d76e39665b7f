//! What looking at a configuration came to. It spares looking again where nothing is another than it was; nothing
//! is lost with it.

use flowkeep_core::ObjectHash;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::SnapshotStatus;
use rusqlite::OptionalExtension as _;
use rusqlite::types::Type;

use crate::config_snapshot::word;
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
            Ok(ConfigLook {
                at: LookedAt {
                    wish,
                    digest: ObjectHash(row.get(0)?),
                    files: paths(row.get_ref(1)?.as_blob()?)?,
                },
                tree: ObjectHash(row.get(2)?),
                status: word(row, 3)?,
                files: row.get(4)?,
                bytes: row.get(5)?,
            })
        });
        Ok(look.optional()?)
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
        let mut files = Vec::new();
        for path in &at.files {
            files.extend_from_slice(path.as_str().as_bytes());
            files.push(0);
        }
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO config_look(root, wish, digest, files, tree)
                 VALUES (?1, ?2, ?3, ?4, (SELECT tree FROM snapshot_tree WHERE hash = ?5))",
            )?
            .execute((root, at.wish.0, at.digest.0, files, tree.0))?;
        Ok(())
    }
}

/// Paths that are each ended by a NUL, which none of them has.
fn paths(bytes: &[u8]) -> rusqlite::Result<Vec<ConfigPath>> {
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(1, Type::Blob, error)
    };
    let text = str::from_utf8(bytes).map_err(|error| wrong(error.into()))?;
    let paths = text.split_terminator('\0').map(ConfigPath::new);
    paths
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(error.into()))
}
