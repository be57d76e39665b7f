//! Which workflows name something that is not in them: a data source, a secret, a task folder.

use std::collections::HashSet;

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

/// A workflow that names a task folder.
pub(super) struct NamesFolder {
    pub(super) id: String,
    pub(super) name: String,
    /// The folder, as it calls it.
    pub(super) folder: String,
}

/// The workflows that name a task folder, in the order of their names where they spell the key alike.
pub(super) fn naming_folders(api: &Api) -> Result<Vec<NamesFolder>, AppError> {
    let mut found: Vec<NamesFolder> = Vec::new();
    let mut met = HashSet::new();
    for spelled in ["taskFolder", "task_folder"] {
        api.store.workflows_with(spelled, |id, stored| {
            if met.contains(&id) {
                return true;
            }
            let document = Document::parse(stored.format, stored.text).ok();
            let named = document.and_then(|document| Definition::named_folder(document.value()));
            if let Some((folder, _)) = named {
                met.insert(id.clone());
                found.push(NamesFolder {
                    id,
                    name: stored.name,
                    folder,
                });
            }
            true
        })?;
    }
    Ok(found)
}

/// Those of them that name this folder: by its id, its path or what it is called.
pub(super) fn among(naming: &[NamesFolder], folder: &TaskFolderRecord) -> WorkflowUses {
    let mut those = naming.iter().filter(|one| folder.is_called(&one.folder));
    let first = those.by_ref().take(NAMES).map(|one| WorkflowUse {
        id: one.id.clone(),
        name: one.name.clone(),
    });
    WorkflowUses {
        workflows: first.collect(),
        more: those.next().is_some(),
    }
}

/// Those that name a task folder.
pub(super) fn of_folder(api: &Api, folder: &TaskFolderRecord) -> Result<WorkflowUses, AppError> {
    Ok(among(&naming_folders(api)?, folder))
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
