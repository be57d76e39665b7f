//! The sources that workflows will use which start by themselves: nobody may have used one since it
//! went down, and it is told before its time comes.

use std::collections::BTreeSet;

use flowkeep_core::run::Definition;
use flowkeep_core::run::route::Wanted;
use flowkeep_core::{Document, Kind, Value};
use flowkeep_store::{Store, StoreError};

use super::Connected;

/// The sources that they would get now, as far as that can be told without what they are started
/// with. A workflow that cannot be read uses none.
pub(super) fn coming(store: &Store, connected: &Connected) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    let kept = store.schedules()?.into_iter();
    for kept in kept.filter(|kept| kept.paused.is_none()) {
        let id = &kept.workflow_id;
        let Some(definition) = definition(store, id)? else {
            continue;
        };
        for task in definition.tasks().iter().filter(|task| task.needs_source()) {
            let wanted = Wanted {
                routing: &task.routing,
                action: task.action,
                workflow: id,
                context: &Value::Null,
            };
            if let Ok(route) = connected.route(&wanted, |_| 0) {
                found.insert(route.source.to_owned());
            }
        }
    }
    Ok(found)
}

fn definition(store: &Store, workflow: &str) -> Result<Option<Definition>, StoreError> {
    let Some(record) = store.document(Kind::Workflow, workflow)? else {
        return Ok(None);
    };
    let stored = match store.text(record.row, record.revision) {
        Err(StoreError::TextDamaged { .. }) => None,
        read => read?,
    };
    let document = stored.and_then(|stored| Document::parse(stored.format, stored.text).ok());
    Ok(document.and_then(|document| Definition::read(document.value()).ok()))
}
