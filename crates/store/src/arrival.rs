//! Files that appeared in watched folders: a file and the run it starts are one transaction, so that
//! it is neither started twice nor lost, wherever the process dies.
//!
//! Absent on purpose: the folders. Whoever owns the engine looks at them.

use std::collections::HashMap;

use flowkeep_core::RunId;
use flowkeep_core::run::Moment;
use rusqlite::OptionalExtension as _;

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

/// The last run that a file of this name started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalRun {
    /// How many runs led to it, each by what it did to the file.
    pub chain: u32,
    /// Its time, up to now while it is under way.
    pub from: Moment,
    /// See `from`.
    pub until: Option<Moment>,
}

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

    /// The last run that a file of this name started, if any did.
    ///
    /// # Errors
    /// What the database says.
    pub fn arrival_run(
        &self,
        workflow: &str,
        name: &str,
    ) -> Result<Option<ArrivalRun>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT coalesce(r.start ->> '$.chain', 0), r.created_at, r.ended_at
             FROM arrival a JOIN run r ON r.id = a.run
             WHERE a.workflow_id = ?1 AND a.name = ?2",
        )?;
        let found = statement.query_row([workflow, name], |row| {
            Ok(ArrivalRun {
                chain: row.get(0)?,
                from: Moment(row.get(1)?),
                until: row.get::<_, Option<i64>>(2)?.map(Moment),
            })
        });
        Ok(found.optional()?)
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
             WHERE workflow_id = ?1 AND trouble ->> '$.code' = 'watch_unreadable'";
        if self.connection.execute(sql, [workflow])? > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(())
    }
}
