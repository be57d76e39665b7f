//! Which workflows name something that is not in them: a data source, a secret.

use flowkeep_core::Document;
use flowkeep_core::run::Definition;
use flowkeep_store::StoredText;

use crate::types::{WorkflowUse, WorkflowUses};
use crate::{Api, AppError};

/// Workflows told of at most.
const NAMES: usize = 20;

/// Those with tasks that name a data source.
pub(super) fn of_source(api: &Api, name: &str) -> Result<WorkflowUses, AppError> {
    with(api, name, |stored| {
        let document = Document::parse(stored.format, stored.text).ok();
        let definition = document.and_then(|document| Definition::read(document.value()).ok());
        definition.is_some_and(|definition| {
            let mut tasks = definition.tasks().iter();
            tasks.any(|task| task.routing.data_source.as_deref() == Some(name))
        })
    })
}

/// Those in whose text a secret is named.
pub(super) fn of_secret(api: &Api, name: &str) -> Result<WorkflowUses, AppError> {
    let named = format!("secret.{name}");
    with(api, &named, |stored| {
        let mut places = stored.text.match_indices(&named);
        places.any(|(at, _)| {
            let next = stored.text[at + named.len()..].chars().next();
            // The name of another may begin with this one.
            !next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
        })
    })
}

fn with(
    api: &Api,
    text: &str,
    names: impl Fn(StoredText) -> bool,
) -> Result<WorkflowUses, AppError> {
    let mut found = WorkflowUses {
        workflows: Vec::new(),
        more: false,
    };
    api.store.workflows_with(text, |id, stored| {
        let name = stored.name.clone();
        if names(stored) {
            found.more = found.workflows.len() == NAMES;
            if !found.more {
                found.workflows.push(WorkflowUse { id, name });
            }
        }
        !found.more
    })?;
    Ok(found)
}
