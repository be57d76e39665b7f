//! `flow_hindered`: workflows that cannot start because the task folder they name is not known, or not there.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_core::{FolderId, Message};
use flowkeep_engine::task_folder;
use flowkeep_files::folders;
use flowkeep_store::TaskFolderRecord;

use super::uses::{self, NamesFolder};
use crate::apart::in_time;
use crate::types::{HinderedFlow, HinderedFlows, Nothing};
use crate::{Api, AppError};

/// Workflows that are named.
const ROWS: usize = 5;

/// The workflows that cannot start as they are because of the task folder they name. The disks are asked, all at
/// once: one that does not answer is a folder that cannot be worked in.
///
/// # Errors
/// What the database says.
pub(crate) fn list(api: &Api, _: Nothing) -> Result<HinderedFlows, AppError> {
    let mut naming = uses::naming_folders(api)?;
    naming.sort_by_cached_key(|one| one.name.to_lowercase());
    let known = api.store.task_folders()?;
    let texts: HashSet<_> = naming.iter().map(|one| &*one.folder).collect();
    let mut folders = HashMap::new();
    for (text, folder) in at_once(texts, |text| meant(api, &known, text)) {
        folders.insert(text.to_owned(), folder?);
    }
    let found: Vec<_> = naming
        .into_iter()
        .filter_map(|one| {
            let folder = folders.get(&one.folder)?.clone();
            Some((one, folder))
        })
        .collect();
    let named = found.iter().filter_map(|(_, folder)| folder.as_ref().ok());
    let away = away(api, named);
    let hindered = found.into_iter().filter_map(|(one, folder)| {
        let (why, folder) = match folder {
            Ok(folder) => (away.get(&folder.id)?.clone(), Some(folder.id.to_string())),
            Err(why) => (why, None),
        };
        let NamesFolder { id, name, .. } = one;
        Some(HinderedFlow {
            id,
            name,
            why,
            folder,
        })
    });
    let mut items: Vec<_> = hindered.collect();
    let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
    items.truncate(ROWS);
    Ok(HinderedFlows { total, items })
}

/// The folder that is meant by what a workflow calls it, or why there is none. Its disk is asked only where the text
/// alone does not tell.
fn meant(
    api: &Api,
    known: &[TaskFolderRecord],
    text: &str,
) -> Result<Result<TaskFolderRecord, Message>, AppError> {
    let mut called = known.iter().filter(|folder| folder.is_called(text));
    if let (Some(folder), None) = (called.next(), called.next()) {
        return Ok(Ok(folder.clone()));
    }
    let (store, named) = (Arc::clone(&api.store), text.to_owned());
    let place = PathBuf::from(&named);
    let looked = in_time(api.most, &place, move |_| {
        task_folder(&store, &named).map_err(AppError::from)
    });
    match looked {
        Err(error) if error.code == "disk_silent" => Ok(Err(error.into())),
        other => other,
    }
}

/// Why folders cannot be worked in now.
fn away<'f>(
    api: &Api,
    folders: impl Iterator<Item = &'f TaskFolderRecord>,
) -> HashMap<FolderId, Message> {
    let once: HashMap<_, _> = folders.map(|folder| (folder.id, folder)).collect();
    let looked = at_once(once.into_values(), |folder| look(api, folder)).into_iter();
    looked
        .filter_map(|(folder, looked)| Some((folder.id, looked.err()?.into())))
        .collect()
}

/// What each answers, all asked at the same time.
fn at_once<'k, K: ?Sized + Sync, T: Send>(
    asked: impl IntoIterator<Item = &'k K>,
    ask: impl Fn(&'k K) -> Result<T, AppError> + Sync,
) -> Vec<(&'k K, Result<T, AppError>)> {
    let ask = &ask;
    std::thread::scope(|scope| {
        let asking: Vec<_> = asked
            .into_iter()
            .map(|one| (one, scope.spawn(move || ask(one))))
            .collect();
        let broken = |_| Err(AppError::new("internal").with("detail", "a look ended in a panic"));
        asking
            .into_iter()
            .map(|(one, answer)| (one, answer.join().unwrap_or_else(broken)))
            .collect()
    })
}

fn look(api: &Api, folder: &TaskFolderRecord) -> Result<(), AppError> {
    let (workshop, id) = (api.workshop()?, folder.id);
    in_time(api.most, &folder.path, move |_| {
        folders::contents(&workshop, id)
            .map(drop)
            .map_err(AppError::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{adopt, keep_workflow, open};

    fn workflow(api: &Api, id: &str, folder: &str) {
        let text = serde_json::json!({"id": id, "name": id, "taskFolder": folder, "tasks": []});
        keep_workflow(api, &text.to_string());
    }

    #[test]
    fn a_folder_that_is_not_known_or_not_there_is_told_of_each_workflow_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let real = root.path().canonicalize().unwrap();
        for (id, folder) in [
            ("Fine", "here"),
            ("Away", "away"),
            ("Also away", "away"),
            ("Unknown", "nowhere"),
            ("None", ""),
        ] {
            workflow(&api, id, folder);
        }
        for (id, folder) in [("Fine", "here"), ("Away", "away")] {
            std::fs::create_dir(real.join(folder)).unwrap();
            adopt(&api, id, &real.join(folder));
        }
        let told = || {
            let found = list(&api, Nothing {}).unwrap();
            let items = found.items.into_iter();
            let told = items.map(|one| (one.name, one.why.code, one.folder.is_some()));
            (found.total, told.collect::<Vec<_>>())
        };
        let unknown = ("Unknown".to_owned(), "folder_unknown".to_owned(), false);
        assert_eq!(told(), (1, vec![unknown.clone()]));
        std::fs::rename(real.join("away"), real.join("moved")).unwrap();
        let away = |name: &str| (name.to_owned(), "error_folder_gone".to_owned(), true);
        assert_eq!(told(), (3, vec![away("Also away"), away("Away"), unknown]));
    }
}
