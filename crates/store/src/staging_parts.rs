//! What a plan brings beside documents: how much of each part is not here, and whether it comes in.

use rusqlite::{Connection, Row};

use crate::{
    StagedPart, Staging, StoreError, folder_backup, staging_log, staging_runs, staging_sessions,
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

/// A file that holds something beside documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFile {
    /// The file, openable as it stands.
    pub path: String,
    /// What is in it.
    pub part: StagedPart,
    /// Its id.
    pub id: String,
    /// What its workflow was called, where it says so.
    pub name: Option<String>,
    /// Whether it is not here; of several files with one id this is the first.
    pub coming: bool,
    /// Whether such a thing comes in at all.
    pub chosen: bool,
}

impl Staging {
    /// Notes in which file something was found that is no document.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_part_file(
        &mut self,
        path: &str,
        part: StagedPart,
        id: &str,
        name: Option<&str>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO part_file(path, part, id, name) VALUES (?1, ?2, ?3, ?4)")?
            .execute((path, part.as_str(), id, name))?;
        Ok(())
    }

    /// Gives every such file to `each`, in the order in which they were found.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn each_part_file<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(PartFile) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT f.path, f.part, f.id, f.name, f.coming, p.chosen
                   FROM part_file f JOIN part p USING (part) ORDER BY f.rowid";
        let mut statement = self.connection.prepare(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            if let Some(file) = part_file(row).map_err(StoreError::from)? {
                each(file)?;
            }
        }
        Ok(())
    }

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
                    StagedPart::Settings => "DELETE FROM setting;",
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

fn part_file(row: &Row<'_>) -> rusqlite::Result<Option<PartFile>> {
    let word: String = row.get(1)?;
    let part = StagedPart::ALL
        .into_iter()
        .find(|part| part.as_str() == word);
    let Some(part) = part else { return Ok(None) };
    Ok(Some(PartFile {
        path: row.get(0)?,
        part,
        id: row.get(2)?,
        name: row.get(3)?,
        coming: row.get(4)?,
        chosen: row.get(5)?,
    }))
}

/// Counts what of each part is not in the catalog, which is attached as `live`.
pub(crate) fn count(plan: &Connection) -> Result<(), StoreError> {
    let runs = staging_runs::coming("live", "main");
    let sessions = staging_sessions::coming("live", "main");
    let (executions, logged) = staging_log::coming("live", "main");
    for part in StagedPart::ALL {
        let coming = match part {
            StagedPart::Operations => {
                "SELECT count(*) FROM operation WHERE id NOT IN (SELECT id FROM live.operation)"
                    .to_owned()
            }
            StagedPart::Settings => {
                "SELECT count(*) FROM setting WHERE key NOT IN (SELECT key FROM live.setting)"
                    .to_owned()
            }
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
    for (part, coming) in [(StagedPart::Runs, &runs), (StagedPart::Log, &executions)] {
        plan.execute(
            &format!(
                "UPDATE part_file SET coming = id IN (SELECT s.id {coming})
                   AND rowid = (SELECT min(o.rowid) FROM part_file o
                                WHERE o.part = part_file.part AND o.id = part_file.id)
                 WHERE part = ?1"
            ),
            [part.as_str()],
        )?;
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
