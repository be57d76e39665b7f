//! A workflow whose runs work in a folder from now on: its `taskFolder` names it.

use flowkeep_core::{Edit, Kind, Message, Step};

use super::documents::{find_kept, parsed, update};
use crate::types::{FolderMade, UpdateInput};
use crate::{Api, AppError};

/// Lets the runs of a workflow work in a folder that has just become known, where that is wanted. The folder
/// is there even where its workflow cannot be changed; that is told. What somebody has written in that workflow
/// and not saved is left alone: a revision behind it would ask him later which of the two is to stay.
pub(super) fn for_runs(
    api: &Api,
    workflow: &str,
    wanted: Option<bool>,
    mut made: FolderMade,
) -> FolderMade {
    if wanted.unwrap_or_default() {
        match name_folder(api, workflow, &made.id) {
            Ok(left) => made.warnings.extend(left),
            Err(error) => {
                let why = Message::new("folder_not_for_runs").because(error.into());
                made.warnings.push(why);
            }
        }
    }
    made
}

/// Answers why it was left.
fn name_folder(api: &Api, workflow: &str, folder: &str) -> Result<Option<Message>, AppError> {
    let there = find_kept(&api.store, Kind::Workflow, workflow)?;
    if api.store.draft(Kind::Workflow, workflow)?.is_some() {
        let left = Message::new("folder_left_to_draft").with("name", there.name);
        return Ok(Some(left));
    }
    let document = parsed(&api.store, &there, there.revision)?;
    // As it is spelled already, so that it is named once.
    let spelled = ["task_folder", "taskFolder"];
    let key = spelled
        .into_iter()
        .find(|key| document.value().get(key).is_some());
    let edit = Edit::Set {
        path: vec![Step::Key(key.unwrap_or("taskFolder").to_owned())],
        value: folder.into(),
    };
    let changed = UpdateInput {
        id: workflow.to_owned(),
        text: document.edit(&[edit])?.text().to_owned(),
        format: None,
        base_revision: Some(there.revision),
    };
    update(api, Kind::Workflow, changed)?;
    Ok(None)
}
