//! `source_fallen`, `source_settle`, `source_settle_all`: writes that another source took because the
//! one they were meant for was down. They come to it by themselves; what has changed there meanwhile a
//! person decides.

use flowkeep_core::json;
use flowkeep_engine::{settle_fallen, values_of};
use flowkeep_store::{FallenFilter, FallenWriteRecord, NewOperation, OperationItemRecord, Tx};

use super::page;
use crate::types::{
    FallenInput, FallenKeep, FallenList, FallenRow, FallenSettleAllInput, FallenSettleInput,
    FallenSettled, FallenSettledAll,
};
use crate::{Api, AppError, time};

/// Rows unless more are asked for.
const LIMIT: u32 = 100;

/// The writes that sources have yet to get.
///
/// # Errors
/// `limit_too_large`; `connection_unknown` where nothing is called so.
pub fn list(api: &Api, input: FallenInput) -> Result<FallenList, AppError> {
    let found = api.store.fallen_writes(FallenFilter {
        source: input.name.as_deref(),
        conflicts: input.conflicts,
        limit: Some(page(input.limit, LIMIT)?),
    })?;
    let mut counts = api.store.fallen_counts()?;
    if let Some(name) = &input.name {
        counts.retain(|count| *name == count.source);
        if counts.is_empty() && !is_source(api, name)? {
            return Err(AppError::new("connection_unknown").with("name", name));
        }
    }
    let conflicts = counts.iter().map(|count| count.conflicts).sum();
    let waiting: u32 = counts.iter().map(|count| count.waiting).sum();
    Ok(FallenList {
        total: if input.conflicts {
            conflicts
        } else {
            conflicts + waiting
        },
        conflicts,
        items: found.into_iter().map(row).collect(),
    })
}

/// Decides about a write: it is done whatever is there, or it is not wanted any more.
///
/// # Errors
/// `fallen_unknown`.
pub fn settle(api: &Api, input: FallenSettleInput) -> Result<FallenSettled, AppError> {
    let unknown = AppError::new("fallen_unknown").with("id", &input.id);
    let Ok(fallen) = input.id.parse() else {
        return Err(unknown);
    };
    let by = By::of(api, input.keep)?;
    let source = api.store.write::<_, AppError>(move |tx| {
        let Some(found) = settle_fallen(tx, fallen, by.ours)? else {
            return Err(unknown);
        };
        by.tell(tx, &found.write.source)?;
        Ok(found.write.source)
    })?;
    api.wake_engine();
    Ok(FallenSettled {
        id: input.id,
        source,
        keep: input.keep,
    })
}

/// The same about all writes of a source that a person has to decide about, in one go.
///
/// # Errors
/// `connection_unknown` where nothing is called so.
pub fn settle_all(api: &Api, input: FallenSettleAllInput) -> Result<FallenSettledAll, AppError> {
    let FallenSettleAllInput {
        name,
        waiting,
        keep,
    } = input;
    let by = By::of(api, keep)?;
    let is_known = is_source(api, &name)?;
    let of = name.clone();
    let count = api.store.write::<_, AppError>(move |tx| {
        let all = tx.fallen_of(&of, waiting)?;
        for fallen in &all {
            settle_fallen(tx, *fallen, by.ours)?;
        }
        if !all.is_empty() {
            by.tell(tx, &of)?;
        } else if !is_known {
            return Err(AppError::new("connection_unknown").with("name", &of));
        }
        Ok(all.len())
    })?;
    api.wake_engine();
    Ok(FallenSettledAll {
        source: name,
        keep,
        count: u32::try_from(count).unwrap_or(u32::MAX),
    })
}

fn is_source(api: &Api, name: &str) -> Result<bool, AppError> {
    let connected = api.connected()?;
    Ok(connected.sources.iter().any(|one| one.name() == name))
}

/// Who decides, and how.
struct By {
    actor: String,
    face: &'static str,
    ours: bool,
}

impl By {
    fn of(api: &Api, keep: FallenKeep) -> Result<Self, AppError> {
        Ok(Self {
            actor: api.actor()?,
            face: api.face().as_str(),
            ours: keep == FallenKeep::Ours,
        })
    }

    /// Tells in Activity what was decided about a source.
    fn tell(&self, tx: &Tx<'_>, source: &str) -> Result<(), AppError> {
        let item = OperationItemRecord {
            kind: "connection".to_owned(),
            id: source.to_owned(),
            name: Some(source.to_owned()),
            before: None,
            after: None,
        };
        let operation = NewOperation {
            actor: &self.actor,
            face: self.face,
            operation: if self.ours {
                "connection_settle_ours"
            } else {
                "connection_settle_theirs"
            },
            name: None,
            undoes: None,
            items: &[item],
        };
        Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
    }
}

fn row(record: FallenWriteRecord) -> FallenRow {
    let write = record.write;
    FallenRow {
        id: record.fallen.to_string(),
        source: write.source,
        took: record.took,
        ours: values_of(&write.operation),
        action: write.action,
        table: write.table,
        key: json::parse(&write.key),
        theirs: record.there.as_deref().map(json::parse),
        conflict: record.conflict,
        refused: record.refused,
        run_id: record.run,
        workflow_name: record.workflow_name,
        task: record.task.to_string(),
        at: time::rfc3339(record.at.0),
    }
}
