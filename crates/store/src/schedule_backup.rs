//! What starts workflows beside people, in backups and what is restored from them: which of them
//! somebody has paused. What they start by stands in their texts.
//!
//! Absent on purpose: times that are done, and what else paused them. Both are of one computer.

use flowkeep_host::Timestamp;
use rusqlite::{Connection, named_params};
use serde::{Deserialize, Serialize};

use crate::{Snapshot, Staging, StoreError, Tag, Tx};

/// A workflow in a backup that does not start by itself because somebody wanted so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSchedule {
    /// The workflow's id.
    pub workflow: String,
    /// Whether somebody has paused it; what is not paused need not be listed.
    pub paused: bool,
}

impl Snapshot {
    /// What somebody has paused, in the order of their ids.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedules(&self) -> Result<Vec<SnapshotSchedule>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.workflow_id FROM schedule s JOIN document d ON d.id = s.workflow_id
             WHERE s.paused = 'person' AND d.kind = 'workflow' AND d.deleted_at IS NULL
               AND d.starts_by NOT NULL AND NOT d.example ORDER BY s.workflow_id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(SnapshotSchedule {
                workflow: row.get(0)?,
                paused: true,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Staging {
    /// Adds to a plan whether somebody had paused a workflow.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_schedule(&mut self, incoming: &SnapshotSchedule) -> Result<(), StoreError> {
        if incoming.paused {
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO schedule VALUES (?1)")?
                .execute([&incoming.workflow])?;
        }
        Ok(())
    }
}

/// What a plan that is attached as `staged` brings in does not start by itself before somebody here
/// says so; what somebody had paused stays so. What was on here is told, for the undo.
pub(crate) fn bring_in(
    connection: &Connection,
    now: Timestamp,
    operation: &str,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO main.schedule(workflow_id, starts_by, looked_at, paused)
         SELECT i.target, i.starts_by, :now, iif(i.decision = 'take' AND EXISTS (
             SELECT 1 FROM staged.schedule p WHERE p.workflow_id = i.id), 'person', 'brought_in')
         FROM staged.item i
         WHERE i.decision <> 'skip' AND i.kind = 'workflow' AND (i.starts_by NOT NULL
           OR EXISTS (SELECT 1 FROM main.schedule s WHERE s.workflow_id = i.target))
         ON CONFLICT DO UPDATE SET
           switched_off_by = iif(paused IS NULL AND starts_by NOT NULL, :operation, switched_off_by),
           paused = iif(excluded.paused = 'person', 'person', coalesce(paused, excluded.paused)),
           trouble = NULL, starts_by = excluded.starts_by, looked_at = excluded.looked_at",
        named_params! {":now": now.0, ":operation": operation},
    )?;
    Ok(())
}

impl Tx<'_> {
    /// Switches a workflow on again that an import or restore switched off, which is undone: its times
    /// begin now.
    pub(crate) fn switch_on_again(&self, workflow: &str, undone: &str) -> Result<(), StoreError> {
        let switched = self.connection.execute(
            "UPDATE schedule SET paused = NULL, switched_off_by = NULL, looked_at = ?3
             WHERE workflow_id = ?1 AND switched_off_by = ?2 AND starts_by NOT NULL",
            (workflow, undone, self.now().0),
        )?;
        if switched > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(())
    }
}
