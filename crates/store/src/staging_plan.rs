//! Comparing a plan with the catalog, and deciding it.

use flowkeep_host::Cancellation;
use rusqlite::{Connection, OptionalExtension as _};

use crate::interrupt::interruptible;
use crate::staging::{COLUMNS, staged};
use crate::{StagedItem, Staging, Store, StoreError, staging_parts};

/// What an item is, compared with the catalog. The order is the order to show them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StagedGroup {
    /// Deleted here since: the incoming text is among its revisions.
    DeletedHere,
    /// Only the catalog's side changed since.
    ChangedHere,
    /// Both sides changed, or nobody can tell.
    Conflict,
    /// The incoming one is a later state.
    NewerThere,
    /// Not in the catalog, or deleted from it.
    New,
    /// Several files with different texts carry one id.
    Duplicate,
    /// Ours, but unreadable.
    Damaged,
    /// Nothing Flowkeep keeps.
    NotOurs,
    /// The same text already.
    Same,
}

impl StagedGroup {
    /// All groups in the order to show them.
    pub const ALL: [Self; 9] = [
        Self::DeletedHere,
        Self::ChangedHere,
        Self::Conflict,
        Self::NewerThere,
        Self::New,
        Self::Duplicate,
        Self::Damaged,
        Self::NotOurs,
        Self::Same,
    ];

    const fn number(self) -> i64 {
        match self {
            Self::DeletedHere => 0,
            Self::ChangedHere => 1,
            Self::Conflict => 2,
            Self::NewerThere => 3,
            Self::New => 4,
            Self::Duplicate => 5,
            Self::Damaged => 6,
            Self::NotOurs => 7,
            Self::Same => 8,
        }
    }

    pub(crate) fn from_number(number: i64) -> Self {
        Self::ALL
            .into_iter()
            .find(|group| group.number() == number)
            .unwrap_or(Self::NotOurs)
    }

    /// Whether an item of this group can be taken at all.
    pub const fn can_be_taken(self) -> bool {
        !matches!(self, Self::Damaged | Self::NotOurs | Self::Same)
    }
}

/// What will happen to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The catalog stays as it is.
    Skip,
    /// It is added, or takes the place of the catalog's.
    Take,
    /// Both are kept: it gets an id of its own.
    Copy,
}

impl Choice {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Take => "take",
            Self::Copy => "copy",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "take" => Self::Take,
            "copy" => Self::Copy,
            _ => Self::Skip,
        }
    }
}

/// What is in a plan beside documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StagedPart {
    /// Activity.
    Operations,
    /// Settings.
    Settings,
    /// Connections to data sources.
    Connections,
    /// Task folders.
    Folders,
    /// Sessions with their snapshots.
    Sessions,
    /// Runs.
    Runs,
    /// What other programs recorded.
    Log,
}

impl StagedPart {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Operations,
        Self::Settings,
        Self::Connections,
        Self::Folders,
        Self::Sessions,
        Self::Runs,
        Self::Log,
    ];

    /// Its word, as in results and `--only`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operations => "operation",
            Self::Settings => "settings",
            Self::Connections => "connection",
            Self::Folders => "folder",
            Self::Sessions => "session",
            Self::Runs => "run",
            Self::Log => "log",
        }
    }
}

/// A group and how much of it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupTotal {
    /// The group.
    pub group: StagedGroup,
    /// Items in it.
    pub count: u32,
    /// Of them, to be taken or copied.
    pub chosen: u32,
}

impl Staging {
    /// Compares with the catalog as it is now, sorts the items into groups and decides what is
    /// safe: new ones and later states come in, everything else waits for a person.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Cancelled`], and the plan is of no more use then.
    pub fn compare(
        &mut self,
        store: &Store,
        cancellation: &Cancellation,
    ) -> Result<(), StoreError> {
        // Filling happens in one transaction; attaching needs none.
        self.finish_filling()?;
        self.beside(store, cancellation, |plan| {
            compare_attached(plan)?;
            staging_parts::count(plan)
        })
    }

    /// Runs `body` on the plan with the catalog attached as `live`.
    pub(crate) fn beside<T>(
        &mut self,
        store: &Store,
        cancellation: &Cancellation,
        body: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.connection
            .execute("ATTACH DATABASE ?1 AS live", [store.opened().name()])?;
        let plan = &self.connection;
        let answer = interruptible(plan, cancellation, || body(plan));
        self.connection.execute_batch("DETACH DATABASE live")?;
        answer
    }

    /// The groups that have items, in the order to show them.
    ///
    /// # Errors
    /// What the database says.
    pub fn groups(&self) -> Result<Vec<GroupTotal>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT section, count(*), sum(decision <> 'skip') FROM item GROUP BY section
             ORDER BY section",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(GroupTotal {
                group: StagedGroup::from_number(row.get(0)?),
                count: row.get(1)?,
                chosen: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many documents the catalog has that the plan does not name.
    ///
    /// # Errors
    /// What the database says.
    pub fn missing(&self, store: &Store) -> Result<u32, StoreError> {
        let here: u32 = store.counts()?.iter().map(|(_, count)| count).sum();
        let met: u32 = self.connection.query_row(
            "SELECT count(DISTINCT here_row) FROM item WHERE here_row NOT NULL AND NOT here_deleted",
            [],
            |row| row.get(0),
        )?;
        Ok(here.saturating_sub(met))
    }

    /// A page of items, of one group or of all in the order of groups, by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn items(
        &self,
        group: Option<StagedGroup>,
        limit: u32,
        offset: u32,
    ) -> Result<(u32, Vec<StagedItem>), StoreError> {
        let section = group.map(StagedGroup::number);
        let total = self
            .connection
            .prepare_cached("SELECT count(*) FROM item WHERE ?1 IS NULL OR section = ?1")?
            .query_row([section], |row| row.get(0))?;
        let sql = format!(
            "SELECT {COLUMNS} FROM item WHERE ?1 IS NULL OR section = ?1
             ORDER BY section, sort_key, path, item LIMIT ?2 OFFSET ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map((section, limit, offset), staged)?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    /// Gives every item to `each`, in the order in which they were found.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn each_item<E: From<StoreError>>(
        &self,
        each: impl FnMut(StagedItem) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_where("1", each)
    }

    /// Decides one item. Of several files with one id, taking one leaves the others out.
    /// What cannot be taken stays left out.
    ///
    /// # Errors
    /// What the database says.
    pub fn decide(&mut self, item: u32, choice: Choice) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        if choice == Choice::Take {
            transaction.execute(
                "UPDATE item SET decision = 'skip' WHERE section = 5 AND decision = 'take'
                 AND (kind, id) = (SELECT kind, id FROM item WHERE item = ?1)",
                [item],
            )?;
        }
        transaction.execute(
            "UPDATE item SET decision = ?2 WHERE item = ?1 AND section IN (0, 1, 2, 3, 4, 5)",
            (item, choice.as_str()),
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Decides all items of a group. Files that share an id are only ever taken one by one.
    ///
    /// # Errors
    /// What the database says.
    pub fn decide_group(&mut self, group: StagedGroup, choice: Choice) -> Result<(), StoreError> {
        let taking_duplicates = group == StagedGroup::Duplicate && choice == Choice::Take;
        if group.can_be_taken() && !taking_duplicates {
            self.connection.execute(
                "UPDATE item SET decision = ?2 WHERE section = ?1",
                (group.number(), choice.as_str()),
            )?;
        }
        Ok(())
    }

    /// Leaves out whatever is of none of these kinds; what is no document is told apart.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_only(
        &mut self,
        kinds: &[flowkeep_core::Kind],
        others: &[StagedPart],
    ) -> Result<(), StoreError> {
        let words: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        let json = serde_json::to_string(&words).map_err(|error| StoreError::Io(error.into()))?;
        self.connection.execute(
            "DELETE FROM item WHERE kind IS NULL
               OR kind NOT IN (SELECT value FROM json_each(?1))",
            [json],
        )?;
        for part in StagedPart::ALL {
            self.choose_part(part, others.contains(&part))?;
        }
        Ok(())
    }

    /// The file of another item with this id, of the one that is taken where one is.
    ///
    /// # Errors
    /// What the database says.
    pub fn other_path(&self, item: u32) -> Result<Option<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT o.path FROM item i JOIN item o ON o.kind = i.kind AND o.id = i.id
             WHERE i.item = ?1 AND o.item <> i.item
             ORDER BY o.decision <> 'take', o.item LIMIT 1",
        )?;
        Ok(statement.query_row([item], |row| row.get(0)).optional()?)
    }

    /// How many documents of the plan are in a catalog with the very same text. For a trial
    /// restore: all of them must be.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Cancelled`].
    pub fn count_restored(
        &mut self,
        store: &Store,
        cancellation: &Cancellation,
    ) -> Result<u32, StoreError> {
        self.beside(store, cancellation, |plan| {
            Ok(plan.query_row(
                "SELECT count(*) FROM item i
                 JOIN live.document d ON d.kind = i.kind AND d.id = i.target
                 JOIN live.content c ON c.content = d.content
                 JOIN text t ON t.item = i.item
                 WHERE i.action = 'imported' AND c.sha256 = i.sha256 AND c.text = t.text",
                [],
                |row| row.get(0),
            )?)
        })
    }
}

fn compare_attached(plan: &Connection) -> Result<(), StoreError> {
    let transaction = plan.unchecked_transaction()?;
    // Each of these goes through the whole plan, so there are few of them, and what is as it was
    // is not written again.
    transaction.execute_batch(
        "CREATE INDEX IF NOT EXISTS item_by_id ON item(kind, id);
         CREATE INDEX IF NOT EXISTS history_by_id ON history(kind, id, sha256);
         CREATE INDEX IF NOT EXISTS message_by_run ON message(run);
         UPDATE item SET here_row = NULL, here_revision = NULL, here_deleted = 0,
           here_updated_at = NULL, here_sha256 = NULL WHERE here_row NOT NULL;
         UPDATE item SET here_row = d.document, here_revision = d.revision,
           here_deleted = d.deleted_at IS NOT NULL, here_updated_at = d.updated_at,
           here_sha256 = c.sha256
         FROM live.document d JOIN live.content c ON c.content = d.content
         WHERE status = 'document' AND d.kind = item.kind AND d.id = item.id;
         UPDATE item SET section = compared.section,
           decision = CASE WHEN compared.section IN (3, 4) THEN 'take' ELSE 'skip' END
         FROM (SELECT item AS number, CASE
           WHEN status = 'damaged' THEN 6
           WHEN status = 'not_ours' THEN 7
           WHEN here_row IS NULL THEN 4
           WHEN here_deleted THEN CASE
             WHEN EXISTS (SELECT 1 FROM live.revision r JOIN live.content c USING (content)
                          WHERE r.document = here_row AND c.sha256 = i.sha256) THEN 0
             ELSE 4 END
           WHEN here_sha256 = sha256 THEN CASE
             WHEN (SELECT t.text FROM text t WHERE t.item = i.item) =
                  (SELECT c.text FROM live.content c WHERE c.sha256 = i.sha256)
             -- Rotted here under its hash: the incoming one heals it.
             THEN 8 ELSE 3 END
           WHEN EXISTS (SELECT 1 FROM live.revision r JOIN live.content c USING (content)
                        WHERE r.document = here_row AND c.sha256 = i.sha256) THEN 1
           WHEN EXISTS (SELECT 1 FROM history h WHERE h.kind = i.kind AND h.id = i.id
                        AND h.sha256 = i.here_sha256) THEN 3
           ELSE 2 END AS section FROM item i) compared
         WHERE compared.number = item.item;
         -- Of files with one id and one text the first stands for all; with unlike texts a person
         -- must pick.
         UPDATE item SET section = 5, decision = 'skip'
         WHERE status = 'document' AND (kind, id) IN (
           SELECT kind, id FROM item WHERE status = 'document'
           GROUP BY kind, id HAVING count(DISTINCT sha256) > 1);
         UPDATE item SET section = 8, decision = 'skip'
         WHERE status = 'document' AND section <> 5
           AND item > (SELECT min(o.item) FROM item o
                       WHERE o.status = 'document' AND o.kind = item.kind AND o.id = item.id);",
    )?;
    transaction.commit()?;
    Ok(())
}
