//! Writes that another source took because the one they were meant for was down
//! (`core::run::fallback`). Here is what still has to be done; what was done is in the run's log.
//!
//! Absent on purpose: how a write follows the attempt that makes it (`fallen_intended`), what the
//! operation means (the engine's), and how it meets what is there (`core::run::fallback`).

use flowkeep_core::run::{Level, Moment, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::{OptionalExtension as _, Row};

use crate::run::{json_of, to_json};
use crate::{Said, Store, StoreError, Tag, Tx};

/// A write that another source is about to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFallenWrite {
    /// The source it was meant for.
    pub source: String,
    /// What the task does: `record.add`.
    pub action: String,
    /// Where.
    pub table: String,
    /// Which record: JSON.
    pub key: String,
    /// What is to be done: JSON, without secrets.
    pub operation: String,
    /// The record at the source that takes it, before it does: JSON.
    pub before: Option<String>,
}

/// A write that has yet to come to the source it was meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallenWriteRecord {
    /// Its number; later ones are greater.
    pub fallen: i64,
    /// The run that made it, which may be gone.
    pub run: String,
    /// What its workflow was called.
    pub workflow_name: String,
    /// The task.
    pub task: TaskId,
    /// The source that took it.
    pub took: String,
    /// When.
    pub at: Moment,
    /// What it is.
    pub write: NewFallenWrite,
    /// Whether a person said that it goes before what is there.
    pub insists: bool,
    /// Why a person has to decide, where one has to.
    pub conflict: Option<Message>,
    /// Why its source did not take it when that was last tried, though nobody has to decide yet.
    pub refused: Option<Message>,
    /// The record that is there: JSON, `null` where there is none; nothing where nobody looked.
    pub there: Option<String>,
}

/// Which writes to tell of.
#[derive(Debug, Clone, Copy, Default)]
pub struct FallenFilter<'a> {
    /// The source they were meant for.
    pub source: Option<&'a str>,
    /// Only those a person has to decide about.
    pub conflicts: bool,
    /// At most so many, the oldest.
    pub limit: Option<u32>,
}

/// How many writes a source has yet to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallenCount {
    /// The source.
    pub source: String,
    /// How many wait for it.
    pub waiting: u32,
    /// How many wait for a person.
    pub conflicts: u32,
    /// Why it did not take the oldest of those that wait and that it was given.
    pub refused: Option<Message>,
}

pub(crate) const COLUMNS: &str = "f.fallen, f.run, f.workflow_name, f.task, f.took, f.at, f.source, f.action, \
    f.record_table, f.record_key, f.operation, f.before, f.insists, f.why, f.there, f.state";

pub(crate) fn record(row: &Row<'_>) -> rusqlite::Result<FallenWriteRecord> {
    let task: String = row.get(3)?;
    let why: Option<String> = row.get(13)?;
    let why = why.map(|text| json_of(13, &text)).transpose()?;
    let state: String = row.get(15)?;
    let (refused, conflict) = if state == "waiting" {
        (why, None)
    } else {
        (None, why)
    };
    Ok(FallenWriteRecord {
        fallen: row.get(0)?,
        run: row.get(1)?,
        workflow_name: row.get(2)?,
        task: task.as_str().into(),
        took: row.get(4)?,
        at: Moment(row.get(5)?),
        write: NewFallenWrite {
            source: row.get(6)?,
            action: row.get(7)?,
            table: row.get(8)?,
            key: row.get(9)?,
            operation: row.get(10)?,
            before: row.get(11)?,
        },
        insists: row.get(12)?,
        conflict,
        refused,
        there: row.get(14)?,
    })
}

impl Store {
    /// What sources have yet to get, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_writes(
        &self,
        filter: FallenFilter<'_>,
    ) -> Result<Vec<FallenWriteRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM fallen_write f
             WHERE (?1 IS NULL OR f.source = ?1)
               AND (f.state = 'conflict' OR NOT ?2 AND f.state = 'waiting')
             ORDER BY f.fallen LIMIT ?3"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        let limit = filter.limit.map_or(-1, i64::from);
        let rows = statement.query_map((filter.source, filter.conflicts, limit), record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sources of which anything is kept here.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_sources(&self) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT DISTINCT source FROM fallen_write")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many writes sources have yet to get, by their names.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_counts(&self) -> Result<Vec<FallenCount>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT source, count(*) FILTER (WHERE state = 'waiting'),
               count(*) FILTER (WHERE state = 'conflict'),
               (SELECT e.why FROM fallen_write e
                WHERE e.source = f.source AND e.state = 'waiting' AND e.why IS NOT NULL
                ORDER BY e.fallen LIMIT 1)
             FROM fallen_write f WHERE state IN ('waiting', 'conflict')
             GROUP BY source ORDER BY source",
        )?;
        let rows = statement.query_map([], |row| {
            let refused: Option<String> = row.get(3)?;
            Ok(FallenCount {
                source: row.get(0)?,
                waiting: row.get(1)?,
                conflicts: row.get(2)?,
                refused: refused.map(|why| json_of(3, &why)).transpose()?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The next write that waits for a source, after one. What came before it for the same record
    /// goes first, also where that waits for a person, or nobody knows yet what becomes of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_fallen_write(
        &self,
        source: &str,
        after: i64,
    ) -> Result<Option<FallenWriteRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM fallen_write f
             WHERE f.source = ?1 AND f.fallen > ?2 AND f.state = 'waiting' AND NOT EXISTS (
               SELECT 1 FROM fallen_write e WHERE e.source = f.source AND e.fallen < f.fallen
                 AND e.state IN ('waiting', 'conflict', 'intended')
                 AND e.record_table = f.record_table
                 AND CAST(e.record_key ->> '$' AS TEXT) = CAST(f.record_key ->> '$' AS TEXT))
             ORDER BY f.fallen LIMIT 1"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(statement.query_row((source, after), record).optional()?)
    }

    /// Whether a source has yet to get a write of this record (`key`: JSON) from anybody but this task of
    /// a run, whoever that waits for.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_record_behind(
        &self,
        source: &str,
        (table, key): (&str, &str),
        (run, task): (RunId, &TaskId),
    ) -> Result<bool, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM fallen_write
               WHERE source = ?1 AND record_table = ?2
                 AND CAST(record_key ->> '$' AS TEXT) = CAST(?3 ->> '$' AS TEXT)
                 AND NOT (run = ?4 AND task = ?5))",
        )?;
        let of = (source, table, key, run.to_string(), task.as_str());
        Ok(statement.query_row(of, |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Writes down that a write has come to its own source, which `said` tells in its run's log.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_write_done(
        &self,
        write: &FallenWriteRecord,
        at: Moment,
        said: Message,
    ) -> Result<(), StoreError> {
        self.take_fallen(write.fallen)?;
        self.say_of_fallen(write, at, Level::Info, said)
    }

    /// Leaves a write to a person, which its run's log tells. `there`: the record that is there, JSON,
    /// `null` where there is none. Nothing happens where a person has decided about it since it was
    /// read, as `write` has it.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_write_asks(
        &self,
        write: &FallenWriteRecord,
        at: Moment,
        why: &Message,
        there: Option<&str>,
    ) -> Result<(), StoreError> {
        let asks = self.changed_fallen(
            "UPDATE fallen_write SET state = 'conflict', insists = 0, why = ?2, there = ?3
             WHERE fallen = ?1 AND insists = ?4 AND state IN ('waiting', 'intended')",
            (write.fallen, to_json(why)?, there, write.insists),
        )?;
        if !asks {
            return Ok(());
        }
        let said = Message::new("run_fallen_asks").with("source", &write.write.source);
        let said = said.because(why.clone());
        self.say_of_fallen(write, at, Level::Warning, said)
    }

    /// Notes why the source did not take a write that goes on waiting. `there`: as in
    /// [`Self::fallen_write_asks`].
    ///
    /// # Errors
    /// What the database says.
    pub fn note_fallen_refused(
        &self,
        fallen: i64,
        why: &Message,
        there: Option<&str>,
    ) -> Result<(), StoreError> {
        self.change_fallen(
            "UPDATE fallen_write SET why = ?2, there = ?3
             WHERE fallen = ?1 AND state = 'waiting' AND (why IS NOT ?2 OR there IS NOT ?3)",
            (fallen, to_json(why)?, there),
        )
    }

    /// Does what a person decided about a write, which `said` tells in its run's log: it goes before
    /// what is there, or it is not wanted. Answers what it was; nothing when there is none of this
    /// number any more.
    ///
    /// # Errors
    /// What the database says.
    pub fn settle_fallen_write(
        &self,
        fallen: i64,
        ours: bool,
        said: impl FnOnce(&FallenWriteRecord) -> Message,
    ) -> Result<Option<FallenWriteRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM fallen_write f 
             WHERE f.fallen = ?1 AND f.state IN ('waiting', 'conflict')"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let Some(found) = statement.query_row([fallen], record).optional()? else {
            return Ok(None);
        };
        if ours {
            self.change_fallen(
                "UPDATE fallen_write SET state = 'waiting', insists = 1, why = NULL, there = NULL
                 WHERE fallen = ?1",
                [fallen],
            )?;
        } else {
            self.take_fallen(fallen)?;
        }
        let said = said(&found);
        self.say_of_fallen(&found, Moment(self.now().0), Level::Info, said)?;
        Ok(Some(found))
    }

    /// The writes of a source that a person has to decide about, with those that only wait where these
    /// are meant, too; the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_of(&self, source: &str, waiting: bool) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT fallen FROM fallen_write WHERE source = ?1
                     AND (state = 'conflict' OR ?2 AND state = 'waiting') ORDER BY fallen";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((source, waiting), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many writes a source has yet to get.
    ///
    /// # Errors
    /// What the database says.
    pub fn fallen_writes_of(&self, source: &str) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM fallen_write
                   WHERE source = ?1 AND state IN ('waiting', 'conflict')";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([source], |row| row.get(0))?)
    }

    /// A run with an attempt that has not ended and makes a write for a source elsewhere: its id, and
    /// what its workflow was called.
    ///
    /// # Errors
    /// What the database says.
    pub fn intended_for(&self, source: &str) -> Result<Option<(String, String)>, StoreError> {
        let sql = "SELECT run, workflow_name FROM fallen_write
                   WHERE source = ?1 AND state = 'intended' LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row([source], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    fn take_fallen(&self, fallen: i64) -> Result<(), StoreError> {
        self.change_fallen("DELETE FROM fallen_write WHERE fallen = ?1", [fallen])
    }

    pub(crate) fn tag_fallen(&self, changed: usize) {
        if changed > 0 {
            self.tag(&Tag::Connection);
        }
    }

    /// Tells the run that made a write, where it is there still.
    fn say_of_fallen(
        &self,
        write: &FallenWriteRecord,
        at: Moment,
        level: Level,
        said: Message,
    ) -> Result<(), StoreError> {
        let sql = "SELECT run FROM run WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let row = statement.query_row([&write.run], |row| row.get(0));
        if let (Some(row), Ok(id)) = (row.optional()?, write.run.parse()) {
            self.say(row, at, level, Some(&write.task), &Said::Message(said))?;
            self.tag(&Tag::Run(id));
        }
        Ok(())
    }
}
