//! How a write that another source took follows the attempt that makes it.
//!
//! It is kept before that source is asked (`intended`), and what becomes of it stands in the very
//! transactions that end its attempt, its task and its run: a success leaves it `waiting`, and what
//! was surely not done was taken out before. Where nobody knows whether it was done, because the
//! attempt was stopped in the middle of it, a person decides. An attempt that a crash broke off keeps
//! it until somebody has decided about that attempt.

use flowkeep_core::run::{Moment, Status, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::{Params, ToSql};

use crate::fallen_write::{COLUMNS, record};
use crate::{NewFallenWrite, StoreError, Tx};

/// Nobody knows whether the other source took it.
const BROKEN_OFF: &str = "fallen_broken_off";

impl Tx<'_> {
    /// Writes down what another source is about to take; where that was another one before, instead
    /// of that.
    pub(crate) fn intend_write(
        &self,
        (row, id): (i64, RunId),
        at: Moment,
        (task, attempt): (&TaskId, u32),
        took: &str,
        new: &NewFallenWrite,
    ) -> Result<(), StoreError> {
        // An attempt before this one may have done it: what was there before is what that one found.
        let sql =
            "INSERT INTO fallen_write(run, workflow_name, task, attempt, source, took, action,
               record_table, record_key, operation, before, at)
             SELECT ?2, workflow_name, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, coalesce((
               SELECT e.before FROM fallen_write e WHERE e.run = ?2 AND e.task = ?3
                 AND e.attempt < ?4 AND e.took = ?6 AND e.operation = ?10
               ORDER BY e.attempt LIMIT 1), ?11), ?12
             FROM run WHERE run = ?1
             ON CONFLICT(run, task, attempt) DO UPDATE SET took = excluded.took,
               before = excluded.before";
        self.connection.prepare_cached(sql)?.execute((
            row,
            id.to_string(),
            task.as_str(),
            attempt,
            &new.source,
            took,
            &new.action,
            &new.table,
            &new.key,
            &new.operation,
            &new.before,
            at.0,
        ))?;
        Ok(())
    }

    /// Takes out what another source was about to take and surely did not.
    pub(crate) fn forget_intended(
        &self,
        id: RunId,
        task: &TaskId,
        attempt: u32,
    ) -> Result<(), StoreError> {
        self.change_fallen(
            "DELETE FROM fallen_write
             WHERE run = ?1 AND task = ?2 AND attempt = ?3 AND state = 'intended'",
            (id.to_string(), task.as_str(), attempt),
        )
    }

    /// What the end of an attempt means for the write it made elsewhere.
    pub(crate) fn write_follows_attempt(
        &self,
        id: RunId,
        at: Moment,
        (task, attempt): (&TaskId, u32),
        status: Status,
    ) -> Result<(), StoreError> {
        let run = id.to_string();
        match status {
            Status::Succeeded => {
                self.change_fallen(
                    "UPDATE fallen_write SET state = 'waiting'
                     WHERE run = ?1 AND task = ?2 AND attempt = ?3 AND state = 'intended'",
                    (&run, task.as_str(), attempt),
                )?;
                // What an attempt before this one may have done is done now.
                self.change_fallen(
                    "DELETE FROM fallen_write WHERE run = ?1 AND task = ?2 AND attempt < ?3
                       AND (state = 'intended' OR state = 'conflict' AND why ->> '$.code' = ?4)",
                    (&run, task.as_str(), attempt, BROKEN_OFF),
                )
            }
            // The same attempt is made anew, as nothing was done.
            Status::Queued => self.forget_intended(id, task, attempt),
            // With what attempts before it left open: nothing has answered that.
            Status::Failed | Status::Cancelled => self.ask_about_intended(
                "f.run = ?1 AND f.task = ?2 AND f.attempt <= ?3",
                &[&run, &task.as_str(), &attempt],
                at,
            ),
            _ => Ok(()),
        }
    }

    /// What the end of a task means for the writes of attempts that nobody ended: a person called it
    /// done, or failed; else nobody has said anything.
    pub(crate) fn write_follows_task(
        &self,
        id: RunId,
        at: Moment,
        task: &TaskId,
        status: Status,
    ) -> Result<(), StoreError> {
        let run = id.to_string();
        match status {
            Status::Succeeded => self.change_fallen(
                "UPDATE fallen_write SET state = 'waiting'
                 WHERE run = ?1 AND task = ?2 AND state = 'intended'",
                (run, task.as_str()),
            ),
            Status::Failed => self.change_fallen(
                "DELETE FROM fallen_write WHERE run = ?1 AND task = ?2 AND state = 'intended'",
                (run, task.as_str()),
            ),
            status if status.is_final() => {
                self.ask_about_intended("f.run = ?1 AND f.task = ?2", &[&run, &task.as_str()], at)
            }
            _ => Ok(()),
        }
    }

    /// What is left of a run that has ended: it asks nobody any more.
    pub(crate) fn writes_end_with_run(&self, id: RunId, at: Moment) -> Result<(), StoreError> {
        let run = id.to_string();
        self.ask_about_intended("f.run = ?1", &[&run], at)
    }

    /// Leaves to a person what may have been done or not.
    fn ask_about_intended(
        &self,
        which: &str,
        of: &[&dyn ToSql],
        at: Moment,
    ) -> Result<(), StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM fallen_write f WHERE f.state = 'intended' AND {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_map(of, record)?;
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        for write in found {
            let why = Message::new(BROKEN_OFF)
                .with("source", &write.write.source)
                .with("took", &write.took);
            self.fallen_write_asks(&write, at, &why, None)?;
        }
        Ok(())
    }

    /// Carries out a statement that changes what sources have yet to get.
    pub(crate) fn change_fallen(&self, sql: &str, of: impl Params) -> Result<(), StoreError> {
        self.changed_fallen(sql, of).map(drop)
    }

    /// The same; says whether it changed anything.
    pub(crate) fn changed_fallen(&self, sql: &str, of: impl Params) -> Result<bool, StoreError> {
        let changed = self.connection.prepare_cached(sql)?.execute(of)?;
        self.tag_fallen(changed);
        Ok(changed > 0)
    }
}
