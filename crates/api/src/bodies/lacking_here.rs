//! What a workflow names that is not here: data sources, a task folder, other workflows, secrets. It may be
//! here tomorrow, or on another computer, so it is told as warnings.

use std::collections::BTreeMap;

use flowkeep_core::run::{Definition, Task};
use flowkeep_core::{Document, Finding, Kind, Message, summarise};
use flowkeep_engine::{absent_workflows, secret_missing, task_folder, unconnected, unknown_folder};
use flowkeep_store::StoreError;

use crate::Api;

/// What cannot be looked at here is not told: what is typed is checked all the same.
pub(super) fn odd_here(api: &Api, document: &Document, id: Option<&str>) -> Vec<Finding> {
    let mut lacking = Vec::new();
    match api.connected() {
        Ok(connected) => lacking.extend(unconnected(document.value(), "", &connected)),
        Err(error) => tracing::warn!(%error, "what is connected cannot be looked at"),
    }
    match unknown_folder(&api.store, document.value()) {
        Ok(unknown) => lacking.extend(unknown),
        Err(error) => tracing::warn!(%error, "the task folders cannot be looked at"),
    }
    if let Ok(definition) = Definition::read(document.value()) {
        let own = summarise(Kind::Workflow, document, None).id;
        let own = id.or(own.as_deref()).unwrap_or_default();
        match absent_workflows(&api.store, &definition, own) {
            Ok(absent) => lacking.extend(absent),
            Err(error) => tracing::warn!(%error, "which workflows there are cannot be looked at"),
        }
        lacking.extend(secrets_not_entered(api, &definition));
    }
    match of_another(api, document, id) {
        Ok(shared) => lacking.extend(shared),
        Err(error) => tracing::warn!(%error, "whose the task folder is cannot be looked at"),
    }
    lacking
}

/// The secrets that tasks name and that nobody has entered. While their key is not at hand nothing is known.
fn secrets_not_entered(api: &Api, definition: &Definition) -> Vec<Finding> {
    let mut named = BTreeMap::new();
    for (name, path) in definition.tasks().iter().flat_map(Task::secret_places) {
        named.entry(name).or_insert(path);
    }
    let found = api
        .connections
        .readable(named.keys().cloned().collect(), true);
    if let Some(error) = found.why {
        tracing::info!(%error, "which secrets there are cannot be looked at");
        return Vec::new();
    }
    named.retain(|name, _| !found.names.contains(name));
    let finding = |(name, path): (String, String)| {
        let missing = secret_missing(&name);
        Finding {
            path,
            code: missing.code,
            fields: missing.fields,
            place: None,
        }
    };
    named.into_iter().map(finding).collect()
}

/// The task folder that a workflow names, where it is another one's.
fn of_another(
    api: &Api,
    document: &Document,
    id: Option<&str>,
) -> Result<Option<Finding>, StoreError> {
    let Some((named, path)) = Definition::named_folder(document.value()) else {
        return Ok(None);
    };
    let own = summarise(Kind::Workflow, document, None).id;
    let Ok(folder) = task_folder(&api.store, &named)? else {
        return Ok(None);
    };
    let owner = folder.workflow_id.as_str();
    if id.or(own.as_deref()) == Some(owner) {
        return Ok(None);
    }
    let owner = api.store.document(Kind::Workflow, owner)?;
    let owner = owner.filter(|owner| owner.deleted_at.is_none());
    Ok(owner.map(|owner| {
        let message = Message::new("folder_of_another").with("folder", folder.name());
        let message = message.with("workflow", owner.name);
        Finding {
            path,
            code: message.code,
            fields: message.fields,
            place: None,
        }
    }))
}
