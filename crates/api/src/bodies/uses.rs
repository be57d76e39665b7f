//! Which workflows name something that is not in them: a data source, a secret, a task folder.

use flowkeep_core::Document;
use flowkeep_core::run::Definition;
use flowkeep_store::{StoredText, TaskFolderRecord};

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

/// Those that name a task folder: by its id, its path or what it is called.
pub(super) fn of_folder(api: &Api, folder: &TaskFolderRecord) -> Result<WorkflowUses, AppError> {
    let names = |stored: StoredText| {
        let document = Document::parse(stored.format, stored.text).ok();
        let named = document.and_then(|document| Definition::named_folder(document.value()));
        named.is_some_and(|(named, _)| folder.is_called(&named))
    };
    // As it may be spelled.
    let mut found = with(api, "taskFolder", names)?;
    let other = with(api, "task_folder", names)?;
    let known = |one: &WorkflowUse| !found.workflows.iter().any(|known| known.id == one.id);
    let new: Vec<_> = other.workflows.into_iter().filter(known).collect();
    found.workflows.extend(new);
    found.more |= other.more;
    Ok(found)
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
