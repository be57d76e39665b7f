//! What a plan brings beside documents: how much of each part is not here, and whether it comes in.

use rusqlite::Connection;

use crate::{
    StagedPart, Staging, StoreError, folder_backup, root_backup, staging_log, staging_runs,
    staging_sessions,
};

/// A part of a plan and whether it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartTotal {
    /// The part.
    pub part: StagedPart,
    /// How much of it is not here.
    pub coming: u32,
    /// Whether that comes in; it does until somebody says otherwise.
    pub chosen: bool,
}

impl Staging {
    /// The parts that have something which is not here.
    ///
    /// # Errors
    /// What the database says.
    pub fn parts(&self) -> Result<Vec<PartTotal>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT coming, chosen FROM part WHERE part = ?1 AND coming > 0")?;
        let mut parts = Vec::new();
        for part in StagedPart::ALL {
            let mut rows = statement.query([part.as_str()])?;
            if let Some(row) = rows.next()? {
                parts.push(PartTotal {
                    part,
                    coming: row.get(0)?,
                    chosen: row.get(1)?,
                });
            }
        }
        Ok(parts)
    }

    /// Decides whether a part comes in.
    ///
    /// # Errors
    /// What the database says.
    pub fn choose_part(&mut self, part: StagedPart, chosen: bool) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO part(part, coming, chosen) VALUES (?1, 0, ?2)
                 ON CONFLICT(part) DO UPDATE SET chosen = excluded.chosen",
            )?
            .execute((part.as_str(), chosen))?;
        Ok(())
    }

    /// Takes out of the plan what was decided not to come in.
    pub(crate) fn leave_parts_out(&mut self) -> Result<(), StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM part WHERE part = ?1 AND NOT chosen)")?;
        for part in StagedPart::ALL {
            if statement.query_row([part.as_str()], |row| row.get(0))? {
                self.connection.execute_batch(match part {
                    StagedPart::Operations => "DELETE FROM operation_item; DELETE FROM operation;",
                    StagedPart::Settings => "DELETE FROM setting; DELETE FROM config_root;",
                    StagedPart::Connections => "DELETE FROM connection;",
                    StagedPart::Folders => "DELETE FROM folder;",
                    StagedPart::Sessions => "DELETE FROM session;",
                    StagedPart::Runs => "DELETE FROM run;",
                    StagedPart::Log => "DELETE FROM execution; DELETE FROM logged_operation;",
                })?;
            }
        }
        Ok(())
    }
}

/// Counts what of each part is not in the catalog, which is attached as `live`.
pub(crate) fn count(plan: &Connection) -> Result<(), StoreError> {
    let runs = staging_runs::coming("live", "main");
    let sessions = staging_sessions::coming("live", "main");
    let (executions, logged) = staging_log::coming("live", "main");
    let roots = root_backup::coming("live", "main");
    for part in StagedPart::ALL {
        let coming = match part {
            StagedPart::Operations => {
                "SELECT count(*) FROM operation WHERE id NOT IN (SELECT id FROM live.operation)"
                    .to_owned()
            }
            StagedPart::Settings => format!(
                "SELECT (SELECT count(*) FROM setting WHERE key NOT IN (SELECT key FROM live.setting))
                   + (SELECT count(*) {roots})"
            ),
            StagedPart::Connections => {
                "SELECT count(*) FROM connection WHERE name NOT IN (SELECT name FROM live.connection)"
                    .to_owned()
            }
            // Whose workflow comes in may still be decided.
            StagedPart::Folders => {
                note(plan, part, folder_backup::count(plan, "true")?)?;
                continue;
            }
            StagedPart::Sessions => format!("SELECT count(*) {sessions}"),
            StagedPart::Runs => format!("SELECT count(*) {runs}"),
            StagedPart::Log => {
                format!("SELECT (SELECT count(*) {executions}) + (SELECT count(*) {logged})")
            }
        };
        note(plan, part, plan.query_row(&coming, [], |row| row.get(0))?)?;
    }
    Ok(())
}

/// Counts again what depends on the documents that come in, now that these are decided.
pub(crate) fn settle(plan: &Connection) -> Result<(), StoreError> {
    let coming = folder_backup::count(plan, "i.decision = 'take'")?;
    note(plan, StagedPart::Folders, coming)
}

fn note(plan: &Connection, part: StagedPart, coming: u32) -> Result<(), StoreError> {
    plan.execute(
        "INSERT INTO part(part, coming) VALUES (?1, ?2)
         ON CONFLICT(part) DO UPDATE SET coming = excluded.coming",
        (part.as_str(), coming),
    )?;
    Ok(())
}
