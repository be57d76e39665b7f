//! Files that appeared in watched folders: a file and the run it starts are one transaction, so that
//! it is neither started twice nor lost, wherever the process dies.
//!
//! Absent on purpose: the folders. Whoever owns the engine looks at them.

use std::collections::HashMap;

use flowkeep_core::RunId;
use flowkeep_core::run::Moment;
use flowkeep_core::trigger::WatchTrouble;

use crate::run::to_json;
use crate::{NewRun, ScheduleRecord, Store, StoreError, Tag, Tx};

/// What was there is remembered for so long after it has gone.
const REMEMBERED_MS: i64 = 90 * 86_400_000;

/// A file as it lies in a watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its name in the folder, as text that leads back to it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When its content last changed.
    pub modified: Moment,
}

/// A run that a file of a watched folder started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalRun {
    /// How many runs led to it ([`Start::chain`](flowkeep_core::run::Start::chain)).
    pub chain: u32,
    /// When it was made.
    pub made: Moment,
    /// When its first task began; nothing while it is queued.
    pub from: Option<Moment>,
    /// When it ended; nothing while it is open.
    pub until: Option<Moment>,
    /// Whether it does nothing at present: it waits for a person.
    pub rests: bool,
}

impl ArrivalRun {
    /// One that is just being made.
    #[must_use]
    pub const fn made(chain: u32, at: Moment) -> Self {
        Self {
            chain,
            made: at,
            from: None,
            until: None,
            rests: false,
        }
    }
}

/// So many runs of a folder are looked back upon.
const LOOKED_BACK_ON: u32 = 1_000;

impl Store {
    /// The files of a workflow's folder that are done, by their names.
    ///
    /// # Errors
    /// What the database says.
    pub fn arrivals(&self, workflow: &str) -> Result<HashMap<String, Arrived>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT name, size, modified FROM arrival WHERE workflow_id = ?1")?;
        let rows = statement.query_map([workflow], |row| {
            Ok(Arrived {
                name: row.get(0)?,
                size: row.get(1)?,
                modified: Moment(row.get(2)?),
            })
        })?;
        rows.map(|row| Ok(row.map(|file| (file.name.clone(), file))?))
            .collect()
    }

    /// The runs that files of a workflow's folder started, the newest first: the last thousand.
    ///
    /// # Errors
    /// What the database says.
    pub fn arrival_runs(&self, workflow: &str) -> Result<Vec<ArrivalRun>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT coalesce(start ->> '$.chain', 0), created_at, started_at, ended_at,
               status IN ('waiting', 'paused', 'interrupted')
             FROM run WHERE workflow_id = ?1 AND face = 'event' ORDER BY id DESC LIMIT ?2",
        )?;
        let moment = |at: Option<i64>| at.map(Moment);
        let rows = statement.query_map((workflow, LOOKED_BACK_ON), |row| {
            Ok(ArrivalRun {
                chain: row.get(0)?,
                made: Moment(row.get(1)?),
                from: moment(row.get(2)?),
                until: moment(row.get(3)?),
                rests: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// A file is done: it starts this run, or nothing. Nothing at all is written where somebody has
    /// changed or paused what the workflow watches since it was looked at; says whether it was.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_arrival(
        &self,
        seen: &ScheduleRecord,
        file: &Arrived,
        run: Option<&NewRun>,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM schedule s JOIN document d ON d.id = s.workflow_id
             WHERE s.workflow_id = ?1 AND s.paused IS NULL AND s.looked_at = ?2
               AND s.starts_by = ?3 AND d.kind = 'workflow' AND d.starts_by = ?3
               AND d.deleted_at IS NULL)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let starts_by = to_json(&seen.trigger)?;
        let params = (&seen.workflow_id, seen.looked_at.0, starts_by);
        if !statement.query_row(params, |row| row.get(0))? {
            return Ok(false);
        }
        let id = run.map(|run| self.add_run(run)).transpose()?;
        let id: Option<RunId> = id.map(|(_, id)| id);
        if let Some(id) = id {
            self.note_started(&seen.workflow_id, Moment(self.now().0), id)?;
        }
        self.connection
            .prepare_cached(
                "INSERT INTO arrival(workflow_id, name, size, modified, at, run)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET size = excluded.size, modified = excluded.modified,
                   at = excluded.at, run = coalesce(excluded.run, run)",
            )?
            .execute((
                &seen.workflow_id,
                &file.name,
                file.size,
                file.modified.0,
                self.now().0,
                id.map(|id| id.to_string()),
            ))?;
        Ok(true)
    }

    /// Forgets files that were done long ago and no longer lie there.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_arrivals(&self, workflow: &str, gone: &[String]) -> Result<(), StoreError> {
        let before = self.now().0.saturating_sub(REMEMBERED_MS);
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM arrival WHERE workflow_id = ?1 AND name = ?2 AND at < ?3",
        )?;
        for name in gone {
            statement.execute((workflow, name, before))?;
        }
        Ok(())
    }

    /// A folder can be looked at again: what was said of it is no longer so.
    ///
    /// # Errors
    /// What the database says.
    pub fn watched_again(&self, workflow: &str) -> Result<(), StoreError> {
        let sql = "UPDATE schedule SET trouble = NULL
             WHERE workflow_id = ?1 AND trouble ->> '$.code' = ?2";
        let unreadable = WatchTrouble::Unreadable.code();
        if self.connection.execute(sql, [workflow, unreadable])? > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(())
    }
}
