//! Deleting runs, and bringing them back.
//!
//! A run that is deleted goes out of every table into one row here, together with the runs below it, so that
//! nothing that lists, counts or searches runs has to leave it out. It comes back with the numbers it had. What goes
//! for good, and when, says whoever calls [`Store::forget_removed_runs`].

use std::collections::{BTreeSet, HashMap, HashSet};

use flowkeep_core::RunId;
use flowkeep_host::{Progress, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use crate::clean_up::{
    Copies, FINAL, OF_A_RUN, Unchecked, list, remove_unused_texts, runs_within, within,
};
use crate::operation::{RUN, put_items};
use crate::pressed::{of_pressed, pressed};
use crate::removed_run_rows::KeptRows;
use crate::run::id_of;
use crate::run_list::ids_in;
use crate::run_search::join_stretches;
use crate::search::{self, Searched};
use crate::{
    CleanUpActor, NewOperation, OperationItemRecord, Store, StoreError, Tag, Tx, schema, session,
};

/// Runs of one transaction that lets go of deleted ones, with those below each.
const BATCH: u32 = 50;

/// Bytes of runs that come back in one transaction, as they are kept: some ten thousand rows.
const BYTES: u64 = 1 << 20;

/// Why a run is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStays {
    /// There is none of this id.
    Unknown,
    /// It has not ended.
    GoesOn,
    /// A run that it started has not ended.
    GoesOnBelow(RunId),
    /// Another run started it, and stays.
    IsBelow(RunId),
    /// A session keeps snapshots for it or came from a file.
    OfSession(String),
}

/// Why a deleted run does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStaysAway {
    /// None of this id was deleted, or it is gone for good.
    Unknown,
    /// A run of this id is here again, by a restore.
    IsHere,
}

/// What deleting runs comes to.
#[derive(Debug, Default)]
pub struct RemovalPlan {
    roots: Vec<Removal>,
    /// Those that go, of those that were named.
    pub goes: Vec<RunId>,
    /// Those that stay.
    pub stays: Vec<(RunId, RunStays)>,
}

/// What was deleted.
#[derive(Debug, Default)]
pub struct RemovedRuns {
    /// The operation, where anything was.
    pub operation: Option<String>,
    /// Those that went, of those that were named; cancelled, those that went until then.
    pub removed: Vec<RunId>,
    /// Those that stayed.
    pub stays: Vec<(RunId, RunStays)>,
}

/// What came back.
#[derive(Debug, Default)]
pub struct ReturnedRuns {
    /// The operation, where anything did.
    pub operation: Option<String>,
    /// Those that came, with those below them.
    pub returned: Vec<RunId>,
    /// Those that did not.
    pub stay_away: Vec<(RunId, RunStaysAway)>,
}

/// A run that is deleted, with those that were named and go with it.
#[derive(Debug, Clone)]
struct Removal {
    id: RunId,
    named: Vec<RunId>,
}

/// A run of a tree, the root first.
struct Member {
    row: i64,
    id: RunId,
    name: String,
    content: i64,
}

impl Store {
    /// What deleting these runs would come to now.
    ///
    /// # Errors
    /// What the database says.
    pub fn plan_removal(&self, runs: &[RunId]) -> Result<RemovalPlan, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        plan(&reader, runs)
    }

    /// Deletes runs, so that they can come back, as one operation. Whoever keeps copies elsewhere (`copies`) is told
    /// the ids of what goes, before it does.
    ///
    /// # Errors
    /// What the database says; what went by then is in Activity.
    pub fn remove_runs(
        &self,
        runs: &[RunId],
        actor: &CleanUpActor,
        copies: Copies<'_>,
        progress: &dyn Progress,
    ) -> Result<RemovedRuns, StoreError> {
        let plan = self.plan_removal(runs)?;
        let mut done = RemovedRuns {
            stays: plan.stays,
            ..RemovedRuns::default()
        };
        let total = plan.roots.len();
        let mut rest = &plan.roots[..];
        while !rest.is_empty() && !progress.cancelled() {
            step(progress, total - rest.len(), total);
            let batch;
            let ids: Vec<_> = {
                let reader = self.reader()?;
                let count = runs_within(&reader, rest, |root| row_of(&reader, root.id))?;
                (batch, rest) = rest.split_at(count);
                let trees = batch.iter().map(|root| tree(&reader, root.id));
                let trees = trees.collect::<Result<Vec<_>, _>>()?;
                trees
                    .iter()
                    .flatten()
                    .map(|one| one.id.to_string())
                    .collect()
            };
            copies(&ids);
            let (batch, actor, known) = (batch.to_vec(), actor.clone(), done.operation.take());
            let removed =
                self.alone(move |connection, now| remove(connection, now, &batch, &actor, known))?;
            done.operation = removed.operation;
            done.removed.extend(removed.removed);
            done.stays.extend(removed.stays);
        }
        step(progress, total - rest.len(), total);
        Ok(done)
    }

    /// The runs an operation deleted that can still come back: those that were named then.
    ///
    /// # Errors
    /// What the database says.
    pub fn removed_by(&self, operation: &str) -> Result<Vec<RunId>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT id FROM removed_run WHERE operation = ?1 AND id = root ORDER BY id",
        )?;
        let ids = statement.query_map([operation], |row| id_of(row, 0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Brings deleted runs back as they were, each with the runs it went with, as one operation.
    ///
    /// # Errors
    /// What the database says; what came by then is in Activity.
    pub fn return_runs(
        &self,
        runs: &[RunId],
        actor: &CleanUpActor,
        progress: &dyn Progress,
    ) -> Result<ReturnedRuns, StoreError> {
        let mut done = ReturnedRuns::default();
        let mut roots = Vec::new();
        let mut seen = HashSet::new();
        {
            let reader = self.reader()?;
            let mut statement =
                reader.prepare_cached("SELECT root FROM removed_run WHERE id = ?1")?;
            for id in runs {
                let root = statement.query_row([id.to_string()], |row| id_of(row, 0));
                match root.optional()? {
                    Some(root) if seen.insert(root) => roots.push(root),
                    Some(_) => {}
                    None => done.stay_away.push((*id, RunStaysAway::Unknown)),
                }
            }
        }
        let total = roots.len();
        let mut rest = &roots[..];
        while !rest.is_empty() && !progress.cancelled() {
            step(progress, total - rest.len(), total);
            let batch;
            let count = within(rest, BYTES, |root| bytes_of(&*self.reader()?, *root))?;
            (batch, rest) = rest.split_at(count);
            let (batch, actor, known) = (batch.to_vec(), actor.clone(), done.operation.take());
            let came =
                self.alone(move |connection, now| bring(connection, now, &batch, &actor, known))?;
            done.operation = came.operation;
            done.returned.extend(came.returned);
            done.stay_away.extend(came.stay_away);
        }
        step(progress, total - rest.len(), total);
        Ok(done)
    }

    /// When the run was deleted that was deleted first of those that can come back: milliseconds.
    ///
    /// # Errors
    /// What the database says.
    pub fn first_removed_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT min(removed_at) FROM removed_run";
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Lets go for good of runs that were deleted before this time (milliseconds); says how many.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_removed_runs(
        &self,
        before: i64,
        progress: &dyn Progress,
    ) -> Result<u32, StoreError> {
        let mut gone = 0;
        while !progress.cancelled() {
            let removed = self.write::<_, StoreError>(move |tx| {
                let texts = list(&contents(tx.connection, before)?);
                let removed = tx
                    .connection
                    .prepare_cached(OLD)?
                    .execute((before, BATCH))?;
                remove_unused_texts(tx.connection, &texts)?;
                Ok(removed)
            })?;
            gone += u32::try_from(removed).unwrap_or(u32::MAX);
            if removed == 0 {
                break;
            }
        }
        Ok(gone)
    }
}

/// Number of a run's row.
fn row_of(connection: &Connection, id: RunId) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT run FROM run WHERE id = ?1")?;
    let row = statement.query_row([id.to_string()], |row| row.get(0));
    Ok(row.optional()?)
}

/// What a deleted run takes with those below it, in bytes.
fn bytes_of(connection: &Connection, root: RunId) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(octet_length(kept)), 0) FROM removed_run WHERE root = ?1",
    )?;
    Ok(statement.query_row([root.to_string()], |row| row.get(0))?)
}

const OLD: &str = "DELETE FROM removed_run WHERE id IN (
    SELECT id FROM removed_run WHERE root IN (
      SELECT id FROM removed_run WHERE id = root AND removed_at < ?1 ORDER BY removed_at, id LIMIT ?2))";

/// The definitions of those that [`OLD`] takes.
fn contents(connection: &Connection, before: i64) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT content FROM removed_run WHERE root IN (
           SELECT id FROM removed_run WHERE id = root AND removed_at < ?1 ORDER BY removed_at, id LIMIT ?2)",
    )?;
    let contents = statement.query_map((before, BATCH), |row| row.get(0))?;
    Ok(contents.collect::<Result<_, _>>()?)
}

fn step(progress: &dyn Progress, done: usize, total: usize) {
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    progress.step("runs", number(done), Some(number(total)), None);
}

/// Which of these go, and why the others stay. One that is below another of them goes or stays with that.
fn plan(connection: &Connection, runs: &[RunId]) -> Result<RemovalPlan, StoreError> {
    let mut above = connection.prepare_cached(
        "SELECT p.id FROM run r LEFT JOIN run p ON p.run = r.parent WHERE r.id = ?1",
    )?;
    let mut parent = |id: RunId| -> Result<Option<Option<RunId>>, StoreError> {
        let found = above.query_row([id.to_string()], |row| {
            row.get::<_, Option<String>>(0)?
                .map(|_| id_of(row, 0))
                .transpose()
        });
        Ok(found.optional()?)
    };
    let named: HashSet<_> = runs.iter().copied().collect();
    let mut seen = HashSet::new();
    let mut roots: HashMap<RunId, Result<usize, RunStays>> = HashMap::new();
    let mut plan = RemovalPlan::default();
    for &id in runs {
        if !seen.insert(id) {
            continue;
        }
        let Some(direct) = parent(id)? else {
            plan.stays.push((id, RunStays::Unknown));
            continue;
        };
        // The highest above it that was named, too.
        let (mut root, mut next) = (id, direct);
        while let Some(one) = next {
            if named.contains(&one) {
                root = one;
            }
            next = parent(one)?.flatten();
        }
        let verdict = if let Some(verdict) = roots.get(&root) {
            verdict.clone()
        } else {
            let stays = match parent(root)?.flatten() {
                Some(above) => Some(RunStays::IsBelow(above)),
                None => stays(connection, root)?,
            };
            let verdict = stays.map_or(Ok(plan.roots.len()), Err);
            if verdict.is_ok() {
                plan.roots.push(Removal {
                    id: root,
                    named: Vec::new(),
                });
            }
            roots.insert(root, verdict.clone());
            verdict
        };
        match (verdict, direct) {
            (Ok(at), _) => {
                plan.roots[at].named.push(id);
                plan.goes.push(id);
            }
            (Err(why), _) if root == id => plan.stays.push((id, why)),
            (Err(_), above) => plan
                .stays
                .push((id, RunStays::IsBelow(above.unwrap_or(root)))),
        }
    }
    Ok(plan)
}

/// Why a run with all below it stays.
fn stays(connection: &Connection, id: RunId) -> Result<Option<RunStays>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{TREE} SELECT r.id, r.status IN {FINAL}, (SELECT s.id FROM session s
             WHERE (s.run = r.id OR s.id = r.session)
               AND (s.source NOT NULL OR EXISTS (SELECT 1 FROM snapshot n WHERE n.session = s.session)))
         FROM tree JOIN run r USING (run) ORDER BY r.run <> (SELECT run FROM run WHERE id = ?1), r.run"
    ))?;
    let mut rows = statement.query([id.to_string()])?;
    let mut found = None;
    let mut is_there = false;
    while let Some(row) = rows.next()? {
        is_there = true;
        let member = id_of(row, 0)?;
        let session: Option<String> = row.get(2)?;
        if !row.get::<_, bool>(1)? {
            return Ok(Some(if member == id {
                RunStays::GoesOn
            } else {
                RunStays::GoesOnBelow(member)
            }));
        }
        found = found.or(session);
    }
    Ok(if is_there {
        found.map(RunStays::OfSession)
    } else {
        Some(RunStays::Unknown)
    })
}

const TREE: &str = "WITH RECURSIVE tree(run) AS (
    SELECT run FROM run WHERE id = ?1 UNION SELECT r.run FROM tree JOIN run r ON r.parent = tree.run)";

fn tree(connection: &Connection, id: RunId) -> Result<Vec<Member>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{TREE} SELECT r.run, r.id, r.workflow_name, r.content FROM tree JOIN run r USING (run)
         ORDER BY r.id <> ?1, r.run"
    ))?;
    let members = statement.query_map([id.to_string()], |row| {
        Ok(Member {
            row: row.get(0)?,
            id: id_of(row, 1)?,
            name: row.get(2)?,
            content: row.get(3)?,
        })
    })?;
    Ok(members.collect::<Result<_, _>>()?)
}

fn remove(
    connection: &mut Connection,
    now: Timestamp,
    roots: &[Removal],
    actor: &CleanUpActor,
    known: Option<String>,
) -> Result<RemovedRuns, StoreError> {
    let connection = Unchecked::new(connection)?;
    let transaction = Transaction::new_unchecked(connection.0, TransactionBehavior::Immediate)?;
    schema::check_version(&transaction)?;
    let tx = Tx::new(&transaction, now);
    let operation = match &known {
        Some(known) => known.clone(),
        None => tx.next_operation_id()?.to_string(),
    };
    let mut done = RemovedRuns::default();
    let (mut rows, mut items) = (Vec::new(), Vec::new());
    for root in roots {
        if let Some(why) = stays(&transaction, root.id)? {
            let each = root.named.iter();
            done.stays.extend(each.map(|id| (*id, why.clone())));
            continue;
        }
        for member in tree(&transaction, root.id)? {
            keep(&transaction, (root.id, &operation), &member, now)?;
            search::forget(&transaction, Searched::Runs, member.row)?;
            tx.tag(&Tag::Run(member.id));
            if member.id == root.id {
                items.push(item(member.id, &member.name));
            }
            rows.push(member.row);
        }
        done.removed.extend(&root.named);
    }
    if rows.is_empty() {
        done.operation = known;
        return Ok(done);
    }
    let listed = list(&rows);
    if session::leave_runs(&transaction, &listed)? {
        tx.tag(&Tag::Session);
    }
    for (table, _) in OF_A_RUN {
        let sql = format!("DELETE FROM {table} WHERE run IN (SELECT value FROM json_each(?1))");
        transaction.prepare_cached(&sql)?.execute([&listed])?;
    }
    join_stretches(&transaction)?;
    tx.tag(&Tag::Runs);
    tx.tag(&Tag::Started);
    tell(
        &tx,
        ("run_delete", actor),
        &operation,
        known.is_some(),
        &items,
        None,
    )?;
    tx.record_change()?;
    transaction.commit()?;
    done.operation = Some(operation);
    Ok(done)
}

fn item(id: RunId, name: &str) -> OperationItemRecord {
    OperationItemRecord {
        kind: RUN.to_owned(),
        id: id.to_string(),
        name: Some(name.to_owned()),
        before: None,
        after: None,
    }
}

/// Keeps a run as it is, before its rows go.
fn keep(
    connection: &Connection,
    (root, operation): (RunId, &str),
    member: &Member,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = member.id.to_string();
    let kept = KeptRows::read(connection, member.row, &id)?;
    let outputs = kept
        .texts("output", "value")
        .filter(|value| value.contains("outputs"));
    let carried: BTreeSet<_> = outputs.flat_map(ids_in).map(|id| id.to_string()).collect();
    let carried = serde_json::to_value(carried).map_err(std::io::Error::from)?;
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO removed_run(id, root, operation, removed_at, workflow_name, content, carried, kept)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(rusqlite::params![
        id,
        root.to_string(),
        operation,
        now.0,
        member.name,
        member.content,
        carried.to_string(),
        pressed(&kept)?,
    ])?;
    Ok(())
}

fn bring(
    connection: &mut Connection,
    now: Timestamp,
    roots: &[RunId],
    actor: &CleanUpActor,
    known: Option<String>,
) -> Result<ReturnedRuns, StoreError> {
    let connection = Unchecked::new(connection)?;
    let transaction = Transaction::new_unchecked(connection.0, TransactionBehavior::Immediate)?;
    schema::check_version(&transaction)?;
    let tx = Tx::new(&transaction, now);
    let mut done = ReturnedRuns::default();
    let (mut items, mut undone) = (Vec::new(), BTreeSet::new());
    for root in roots {
        let mut members = kept(&transaction, *root)?;
        if members.is_empty() {
            done.stay_away.push((*root, RunStaysAway::Unknown));
            continue;
        }
        let mut is_here =
            transaction.prepare_cached("SELECT 1 FROM run WHERE id = ?1 OR run = ?2")?;
        let mut here = false;
        for member in &members {
            here |= is_here.exists((member.id.to_string(), member.rows.run))?;
        }
        if here {
            done.stay_away.push((*root, RunStaysAway::IsHere));
            continue;
        }
        members.sort_by_key(|member| member.rows.run);
        for member in &members {
            if member.rows.put_back(&transaction)? {
                tx.tag(&Tag::Session);
            }
            if member.id == *root {
                items.push(item(member.id, &member.name));
            }
            undone.insert(member.operation.clone());
            tx.tag(&Tag::Run(member.id));
            done.returned.push(member.id);
        }
        transaction
            .prepare_cached("DELETE FROM removed_run WHERE root = ?1")?
            .execute([root.to_string()])?;
    }
    if items.is_empty() {
        done.operation = known;
        return Ok(done);
    }
    // Where ids fell only because others were not back yet.
    join_stretches(&transaction)?;
    tx.tag(&Tag::Runs);
    tx.tag(&Tag::Started);
    let operation = match &known {
        Some(known) => known.clone(),
        None => tx.next_operation_id()?.to_string(),
    };
    // What was deleted at once is undone when all of it is back.
    let mut left = transaction.prepare_cached("SELECT 1 FROM removed_run WHERE operation = ?1")?;
    let mut whole = None;
    for operation in &undone {
        if !left.exists([operation])? {
            whole = Some(operation.as_str());
        }
    }
    tell(
        &tx,
        ("run_undelete", actor),
        &operation,
        known.is_some(),
        &items,
        whole,
    )?;
    drop(left);
    tx.record_change()?;
    transaction.commit()?;
    done.operation = Some(operation);
    Ok(done)
}

/// A deleted run of a tree.
struct Away {
    id: RunId,
    name: String,
    operation: String,
    rows: KeptRows,
}

fn kept(connection: &Connection, root: RunId) -> Result<Vec<Away>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, workflow_name, operation, kept FROM removed_run WHERE root = ?1",
    )?;
    let mut rows = statement.query([root.to_string()])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        members.push(Away {
            id: id_of(row, 0)?,
            name: row.get(1)?,
            operation: row.get(2)?,
            rows: of_pressed(row.get_ref(3)?.as_blob().unwrap_or_default())?,
        });
    }
    Ok(members)
}

/// Says in Activity what was done: in the operation that the first batch made, where there is one.
fn tell(
    tx: &Tx<'_>,
    (operation, actor): (&str, &CleanUpActor),
    id: &str,
    is_known: bool,
    items: &[OperationItemRecord],
    undoes: Option<&str>,
) -> Result<(), StoreError> {
    if !is_known {
        let id = id.parse().map_err(|_| StoreError::Damaged(id.to_owned()))?;
        return tx.record_operation(
            id,
            &NewOperation {
                actor: &actor.actor,
                face: actor.face,
                operation,
                name: None,
                undoes,
                items,
            },
        );
    }
    let more = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let first = tx.connection.query_row(
        "UPDATE operation SET count = count + ?2, undoes = coalesce(?3, undoes),
           kind = NULL, subject_id = NULL, subject_name = NULL
         WHERE id = ?1 RETURNING count - ?2",
        (id, more, undoes),
        |row| row.get(0),
    )?;
    put_items(tx.connection, id, first, items)?;
    if let Some(undone) = undoes {
        tx.connection.execute(
            "UPDATE operation SET undone_by = ?1 WHERE id = ?2",
            (id, undone),
        )?;
    }
    tx.tag(&Tag::Operation);
    Ok(())
}
