//! Applying a plan: one short transaction on the writer, all or nothing.

use flowkeep_core::{Kind, OperationId};
use flowkeep_host::{Cancellation, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior, named_params};

use crate::connection::put_connections;
use crate::interrupt::interruptible;
use crate::operation::{next_id, put_items};
use crate::path_value::PathValue;
use crate::root_backup::put_config_roots;
use crate::staging_log::put_log;
use crate::staging_runs::put_runs;
use crate::staging_sessions::put_sessions;
use crate::{
    OperationItemRecord, StagedPart, Staging, Store, StoreError, Tag, Tx, folder_backup,
    schedule_backup, schema, staging_parts,
};

/// How to record what is applied.
#[derive(Debug, Clone)]
pub struct ApplyRequest {
    /// Who.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// What: `import` or `restore`.
    pub operation: String,
    /// What to call it: the source.
    pub name: String,
}

/// What was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplyOutcome {
    /// New documents, copies among them.
    pub imported: u32,
    /// Documents replaced.
    pub updated: u32,
    /// Documents that were the same.
    pub unchanged: u32,
    /// Documents and files left out.
    pub skipped: u32,
    /// Ours, but unreadable, or undecided among files with one id.
    pub failed: u32,
    /// Operations of Activity that came with it.
    pub operations: u32,
    /// Settings that came with it, folders of configurations among them.
    pub settings: u32,
    /// Connections that came with it.
    pub connections: u32,
    /// Task folders that came with it.
    pub folders: u32,
    /// Sessions that came with it.
    pub sessions: u32,
    /// Runs that came with it.
    pub runs: u32,
    /// Entries of the log that other programs recorded and that came with it.
    pub log: u32,
    /// The entry in Activity; absent when nothing came in that can be undone.
    pub operation: Option<OperationId>,
}

impl Store {
    /// Applies what is chosen in a plan, in one transaction. Afterwards the plan's items say what
    /// was done with them.
    ///
    /// # Errors
    /// [`StoreError::PlanChanged`] when something chosen has changed since the plan was compared;
    /// [`StoreError::Cancelled`]. Nothing is written then, nor on any other error.
    pub fn apply(
        &self,
        staging: &mut Staging,
        request: ApplyRequest,
        cancellation: &Cancellation,
    ) -> Result<ApplyOutcome, StoreError> {
        // What it comes to is written into the plan first: the transaction only reads there, and
        // one that is broken off leaves the plan whole.
        staging.leave_parts_out()?;
        staging.settle(self)?;
        let path = PathValue(staging.path.clone());
        let cancellation = cancellation.clone();
        self.alone(move |connection, now| {
            let connection = &*connection;
            connection.execute("ATTACH DATABASE ?1 AS staged", [path])?;
            let _attached = Attached(connection);
            interruptible(connection, &cancellation, || {
                apply_attached(connection, now, &request)
            })
        })
    }
}

/// Notes when what came from files of its own came in; of what has gone since nothing is known any more.
fn note_arrivals(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM main.came_in WHERE id NOT IN (SELECT id FROM main.run)
           AND id NOT IN (SELECT id FROM main.execution)",
        [],
    )?;
    connection.execute(
        "INSERT OR REPLACE INTO main.came_in(id, at) SELECT f.id, ?1 FROM staged.part_file f
         WHERE f.coming AND (f.id IN (SELECT id FROM main.run)
           OR f.id IN (SELECT id FROM main.execution))",
        [now.0],
    )?;
    Ok(())
}

impl Staging {
    /// What applying would do as it is decided now; nothing is written to the catalog.
    ///
    /// # Errors
    /// What the database says.
    pub fn preview(&mut self, store: &Store) -> Result<ApplyOutcome, StoreError> {
        self.settle(store)?;
        let mut outcome = count(&self.connection, "item")?;
        for total in self.parts()?.iter().filter(|total| total.chosen) {
            let count = match total.part {
                StagedPart::Operations => &mut outcome.operations,
                StagedPart::Settings => &mut outcome.settings,
                StagedPart::Connections => &mut outcome.connections,
                StagedPart::Folders => &mut outcome.folders,
                StagedPart::Sessions => &mut outcome.sessions,
                StagedPart::Runs => &mut outcome.runs,
                StagedPart::Log => &mut outcome.log,
            };
            *count = total.coming;
        }
        Ok(outcome)
    }

    /// Writes down what the decisions come to: what will be done with every item, and under which
    /// id it will be kept.
    fn settle(&mut self, store: &Store) -> Result<(), StoreError> {
        // Not to be broken off: a plan has no journal to go back by.
        self.beside(store, Cancellation::never(), |plan| {
            let transaction = plan.unchecked_transaction()?;
            transaction.execute_batch(
                "UPDATE item SET target = CASE decision WHEN 'take' THEN id END, action = CASE
                   WHEN decision = 'copy' THEN 'imported'
                   WHEN decision = 'take' AND (here_row IS NULL OR here_deleted) THEN 'imported'
                   WHEN decision = 'take' THEN 'updated'
                   WHEN section = 8 THEN 'unchanged'
                   WHEN section = 5 AND EXISTS (
                     SELECT 1 FROM item o WHERE o.kind = item.kind AND o.id = item.id
                       AND o.decision = 'take') THEN 'skipped'
                   WHEN section IN (5, 6) THEN 'failed'
                   ELSE 'skipped' END",
            )?;
            name_copies(&transaction)?;
            staging_parts::settle(&transaction)?;
            Ok(transaction.commit()?)
        })
    }
}

/// A plan beside the catalog. What is committed is committed, whatever becomes of the plan's file.
struct Attached<'a>(&'a Connection);

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.execute_batch("DETACH DATABASE staged") {
            tracing::warn!(%error, "a plan could not be detached");
        }
    }
}

fn apply_attached(
    connection: &Connection,
    now: Timestamp,
    request: &ApplyRequest,
) -> Result<ApplyOutcome, StoreError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    schema::check_version(&transaction)?;
    check_unmoved(&transaction)?;
    let staged: Option<String> =
        transaction.query_row("SELECT max(id) FROM staged.operation", [], |row| row.get(0))?;
    let operation = next_id(&transaction, now, staged.as_deref())?;
    let id = operation.to_string();
    let last = put_documents(&transaction, now, &id, &request.actor)?;
    let (operations, settings) = put_rest(&transaction)?;
    let settings = settings.saturating_add(put_config_roots(&transaction, now)?);
    let connections = put_connections(&transaction, now)?;
    let folders = folder_backup::put_folders(&transaction)?;
    let sessions = put_sessions(&transaction, now)?;
    let runs = put_runs(&transaction)?;
    let log = put_log(&transaction)?;
    note_arrivals(&transaction, now)?;
    let others = operations + settings + connections + runs + log;
    let came = [folders.as_slice(), &sessions].concat();
    let undoable = record(&transaction, now, &id, request, last, others, &came)?;
    let mut outcome = count(&transaction, "staged.item")?;
    outcome.operations = operations;
    outcome.settings = settings;
    outcome.connections = connections;
    outcome.folders = u32::try_from(folders.len()).unwrap_or(u32::MAX);
    outcome.sessions = u32::try_from(sessions.len()).unwrap_or(u32::MAX);
    outcome.runs = runs;
    outcome.log = log;
    outcome.operation = undoable.then_some(operation);
    transaction.commit()?;
    Ok(outcome)
}

/// Invariant 11: the plan was made from these revisions.
fn check_unmoved(connection: &Connection) -> Result<(), StoreError> {
    let moved: bool = connection.query_row(
        "SELECT EXISTS (
           SELECT 1 FROM staged.item i
           LEFT JOIN main.document d ON d.kind = i.kind AND d.id = i.id
           WHERE i.decision <> 'skip' AND (
             d.document IS NOT i.here_row OR d.revision IS NOT i.here_revision
             OR (d.document NOT NULL AND (d.deleted_at NOT NULL) <> i.here_deleted)))
         OR EXISTS (
           SELECT 1 FROM staged.item i JOIN main.document d ON d.kind = i.kind AND d.id = i.target
           WHERE i.decision = 'copy')",
        [],
        |row| row.get(0),
    )?;
    if moved {
        Err(StoreError::PlanChanged)
    } else {
        Ok(())
    }
}

/// Gives each copy the first free id of the form `ID-2`, `ID-3`, …
fn name_copies(plan: &Connection) -> Result<(), StoreError> {
    let copies = "SELECT item, kind, id FROM item WHERE decision = 'copy' ORDER BY item";
    let mut copies = plan.prepare(copies)?;
    if !copies.exists([])? {
        return Ok(());
    }
    plan.execute_batch("CREATE INDEX IF NOT EXISTS item_by_target ON item(kind, target)")?;
    let mut taken = plan.prepare(
        "SELECT EXISTS (SELECT 1 FROM live.document WHERE kind = ?1 AND id = ?2)
             OR EXISTS (SELECT 1 FROM item WHERE kind = ?1 AND id = ?2)
             OR EXISTS (SELECT 1 FROM item WHERE kind = ?1 AND target = ?2)",
    )?;
    let mut name = plan.prepare("UPDATE item SET target = ?2 WHERE item = ?1")?;
    let mut rows = copies.query([])?;
    while let Some(row) = rows.next()? {
        let (item, kind, id): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut number = 2_u32;
        let target = loop {
            let target = format!("{id}-{number}");
            if !taken.query_row((&kind, &target), |row| row.get::<_, bool>(0))? {
                break target;
            }
            number += 1;
        };
        name.execute((item, target))?;
    }
    Ok(())
}

/// The row of the catalog that a chosen item `i` becomes: the one it takes the place of, or a new one
/// after all that are there (`:last`). So what belongs to a document is put beside it without looking
/// it up by its id.
const ROW: &str = "iif(i.decision = 'take', coalesce(i.here_row, :last + i.item), :last + i.item)";

/// Puts the documents that are chosen; answers the last row that was there before.
fn put_documents(
    connection: &Connection,
    now: Timestamp,
    operation: &str,
    actor: &str,
) -> Result<i64, StoreError> {
    let last: i64 = connection.query_row(
        "SELECT coalesce(max(document), 0) FROM main.document",
        [],
        |row| row.get(0),
    )?;
    connection.execute_batch(
        "INSERT INTO main.content(sha256, text)
         SELECT i.sha256, t.text FROM staged.item i JOIN staged.text t USING (item)
         WHERE i.decision <> 'skip' ORDER BY i.item
         ON CONFLICT(sha256) DO UPDATE SET text = excluded.text WHERE text <> excluded.text;
         DELETE FROM main.document_search WHERE rowid IN (
           SELECT here_row FROM staged.item
           WHERE decision = 'take' AND here_row NOT NULL AND NOT here_deleted);",
    )?;
    // A state that came from a backup keeps its number where there was nothing; elsewhere it is
    // one more revision of what is here.
    let documents = format!(
        "INSERT INTO main.document(document, kind, id, name, sort_key, format, doc_type,
           description, shape, stages, tasks, milestones, problems, warnings, runs_something,
           contains_key, stated_created_at, stated_updated_at, revision, content, bytes,
           created_at, updated_at, starts_by)
         SELECT {ROW}, i.kind, i.target, i.name, i.sort_key, i.format, i.doc_type, i.description, i.shape,
           i.stages, i.tasks, i.milestones, i.problems, i.warnings, i.runs_something,
           i.contains_key, i.stated_created_at, i.stated_updated_at,
           CASE WHEN i.decision = 'take' THEN coalesce(i.there_revision, 1) ELSE 1 END,
           c.content, i.bytes, coalesce(i.there_created_at, :now), coalesce(i.there_updated_at, :now),
           i.starts_by
         FROM staged.item i JOIN main.content c USING (sha256)
         WHERE i.decision <> 'skip' ORDER BY i.item
         ON CONFLICT DO UPDATE SET name = excluded.name, sort_key = excluded.sort_key,
           format = excluded.format, doc_type = excluded.doc_type,
           description = excluded.description, shape = excluded.shape, stages = excluded.stages,
           tasks = excluded.tasks, milestones = excluded.milestones, problems = excluded.problems,
           warnings = excluded.warnings, runs_something = excluded.runs_something,
           contains_key = excluded.contains_key, stated_created_at = excluded.stated_created_at,
           stated_updated_at = excluded.stated_updated_at, revision = document.revision + 1,
           content = excluded.content, bytes = excluded.bytes, updated_at = :now, example = 0,
           deleted_at = NULL, starts_by = excluded.starts_by"
    );
    connection.execute(&documents, named_params! {":last": last, ":now": now.0})?;
    schedule_backup::bring_in(connection, now, operation)?;
    let revisions = format!(
        "INSERT INTO main.revision(document, revision, content, format, name, bytes, at, actor,
           operation)
         SELECT d.document, d.revision, d.content, d.format, d.name, d.bytes, d.updated_at,
           :actor, :operation
         FROM staged.item i JOIN main.document d ON d.document = {ROW}
         WHERE i.decision <> 'skip'"
    );
    connection.execute(
        &revisions,
        named_params! {":last": last, ":actor": actor, ":operation": operation},
    )?;
    let search = format!(
        "INSERT INTO main.document_search(rowid, workflow, roadmap, rule, template)
         SELECT {ROW},
           CASE i.kind WHEN 'workflow' THEN t.search END,
           CASE i.kind WHEN 'roadmap' THEN t.search END,
           CASE i.kind WHEN 'rule' THEN t.search END,
           CASE i.kind WHEN 'template' THEN t.search END
         FROM staged.item i JOIN staged.text t USING (item)
         WHERE i.decision <> 'skip' AND t.search <> ''"
    );
    connection.execute(&search, named_params! {":last": last})?;
    Ok(last)
}

/// Earlier revisions of documents that were not here at all, Activity, and settings nobody set.
fn put_rest(connection: &Connection) -> Result<(u32, u32), StoreError> {
    connection.execute_batch(
        "INSERT INTO main.content(sha256, text)
         SELECT h.sha256, h.text FROM staged.history h
         JOIN staged.item i ON i.kind = h.kind AND i.id = h.id
         WHERE i.decision = 'take' AND i.here_row IS NULL
         ON CONFLICT(sha256) DO UPDATE SET text = excluded.text WHERE text <> excluded.text;
         INSERT OR IGNORE INTO main.revision(document, revision, content, format, name, bytes, at,
           actor, operation)
         SELECT d.document, h.revision, c.content, h.format, h.name, h.bytes, h.at, h.actor,
           h.operation
         FROM staged.history h
         JOIN staged.item i ON i.kind = h.kind AND i.id = h.id
         JOIN main.document d ON d.kind = i.kind AND d.id = i.target
         JOIN main.content c ON c.sha256 = h.sha256
         WHERE i.decision = 'take' AND i.here_row IS NULL AND h.revision < d.revision;",
    )?;
    let operations = connection.execute(
        "INSERT OR IGNORE INTO main.operation(id, at, actor, face, operation, kind, subject_id,
           subject_name, before, after, count, undoes, undone_by, came_in)
         SELECT id, at, actor, face, operation, kind, subject_id, subject_name, before, after,
           count, undoes, undone_by, 1 FROM staged.operation",
        [],
    )?;
    connection.execute(
        "INSERT OR IGNORE INTO main.operation_item SELECT * FROM staged.operation_item
         WHERE operation IN (SELECT id FROM main.operation WHERE came_in)",
        [],
    )?;
    let settings = connection.execute(
        "INSERT OR IGNORE INTO main.setting SELECT key, value FROM staged.setting",
        [],
    )?;
    Ok((
        u32::try_from(operations).unwrap_or(u32::MAX),
        u32::try_from(settings).unwrap_or(u32::MAX),
    ))
}

/// Records the operation and the change, where there was any; says whether it can be undone: documents changed,
/// or task folders and sessions came.
fn record(
    connection: &Connection,
    now: Timestamp,
    id: &str,
    request: &ApplyRequest,
    last: i64,
    others: u32,
    came: &[OperationItemRecord],
) -> Result<bool, StoreError> {
    let count: u32 = connection.query_row(
        "SELECT count(*) FROM staged.item WHERE decision <> 'skip'",
        [],
        |row| row.get(0),
    )?;
    if count == 0 && others == 0 && came.is_empty() {
        return Ok(false);
    }
    connection.execute(
        "INSERT INTO main.operation(id, at, actor, face, operation, subject_name, count)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            id,
            now.0,
            &request.actor,
            &request.face,
            &request.operation,
            &request.name,
            count,
        ),
    )?;
    let items = format!(
        "INSERT INTO main.operation_item(operation, item, kind, id, name, before, after)
         SELECT :operation, row_number() OVER (ORDER BY i.item) - 1, d.kind, d.id, d.name,
           CASE WHEN i.decision = 'take' AND NOT i.here_deleted THEN i.here_revision END,
           d.revision
         FROM staged.item i JOIN main.document d ON d.document = {ROW}
         WHERE i.decision <> 'skip'"
    );
    connection.execute(&items, named_params! {":operation": id, ":last": last})?;
    put_items(connection, id, count, came)?;
    if count == 1 {
        connection.execute(
            "UPDATE main.operation SET (kind, subject_id, before, after) =
               (SELECT kind, id, before, after FROM main.operation_item WHERE operation = ?1 AND item = 0)
             WHERE id = ?1",
            [id],
        )?;
    }
    let tx = Tx::new(connection, now);
    tx.tag(&Tag::Operation);
    tx.tag(&Tag::Setting);
    tx.tag(&Tag::Connection);
    tx.tag(&Tag::Folder);
    tx.tag(&Tag::Session);
    tx.tag(&Tag::Runs);
    tx.tag(&Tag::Started);
    tx.tag(&Tag::Schedule);
    tx.tag(&Tag::Log);
    let mut statement =
        connection.prepare("SELECT DISTINCT kind FROM staged.item WHERE decision <> 'skip'")?;
    let kinds: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for kind in kinds.iter().filter_map(|word| Kind::from_word(word)) {
        tx.tag(&Tag::Kind(kind));
    }
    tx.record_change()?;
    Ok(count > 0 || !came.is_empty())
}

fn count(connection: &Connection, items: &str) -> Result<ApplyOutcome, StoreError> {
    let mut outcome = ApplyOutcome::default();
    let sql = format!("SELECT action, count(*) FROM {items} GROUP BY action");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (action, count): (String, u32) = (row.get(0)?, row.get(1)?);
        match action.as_str() {
            "imported" => outcome.imported = count,
            "updated" => outcome.updated = count,
            "unchanged" => outcome.unchanged = count,
            "failed" => outcome.failed = count,
            _ => outcome.skipped += count,
        }
    }
    Ok(outcome)
}
