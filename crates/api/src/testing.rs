//! For the unit tests of this crate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::folder::Settings;
use flowkeep_core::{Format, Kind};
use flowkeep_store::{StoreError, TaskFolderRecord};

use crate::types::{ChosenPlace, CreateInput, FolderAdoptInput, FolderMade, SessionCreateInput};
use crate::{Api, Face, NoPlaces, OpenOptions, documents, folders};

/// How the command line opens a data folder.
pub(crate) fn options(data_dir: &Path) -> OpenOptions {
    OpenOptions {
        data_dir: Some(data_dir.to_owned()),
        face: Face::Cli,
        places: Arc::new(NoPlaces),
    }
}

/// A data folder, opened so.
pub(crate) fn open(data_dir: &Path) -> Api {
    Api::open(options(data_dir)).unwrap()
}

/// A session that begins with a file, as far as nothing else is said.
pub(crate) fn session_of(config: PathBuf) -> SessionCreateInput {
    SessionCreateInput {
        config: ChosenPlace::Path(config),
        root: None,
        strategy: None,
        agent: None,
        state: None,
        start: None,
        trust: None,
        shown: None,
    }
}

/// Keeps a workflow.
pub(crate) fn keep_workflow(api: &Api, text: &str) {
    let new = CreateInput {
        text: text.to_owned(),
        format: Format::Json,
        id: None,
        name: None,
    };
    documents::create(api, Kind::Workflow, new).unwrap();
}

/// Takes a folder as a workflow's task folder, as an operator does.
pub(crate) fn adopt(api: &Api, workflow: &str, folder: &Path) -> FolderMade {
    let input = FolderAdoptInput {
        workflow: workflow.to_owned(),
        path: ChosenPlace::Path(folder.to_owned()),
        for_runs: None,
    };
    folders::adopt(api, input).unwrap()
}

/// A task folder of a workflow, wherever it is.
pub(crate) fn task_folder(id: &str, workflow: &str, path: &Path) -> TaskFolderRecord {
    TaskFolderRecord {
        id: id.parse().unwrap(),
        workflow_id: workflow.to_owned(),
        path: path.to_owned(),
        settings: Settings::default(),
        sequence: 0,
        created_at: 0,
    }
}

/// Makes a task folder known as it is, also one that would be refused.
pub(crate) fn know(api: &Api, folder: &TaskFolderRecord) {
    let folder = folder.clone();
    let known = api
        .store
        .write::<_, StoreError>(move |tx| tx.add_task_folder(&folder));
    known.unwrap();
}
