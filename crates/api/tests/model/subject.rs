//! The real catalog, and what can be seen of it.

use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_api::types::{DocumentRef, ListInput};
use flowkeep_api::{Api, Face, NoPlaces, OpenOptions, documents};
use flowkeep_core::Kind;
use tempfile::TempDir;

use crate::model::{Contents, Kept};

/// A data folder, open; others of its kind before it; and the backups.
pub(crate) struct Subject {
    pub(crate) root: TempDir,
    api: Option<Api>,
    folders: u32,
    pub(crate) backups: Vec<PathBuf>,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let mut subject = Self {
            root: tempfile::tempdir().unwrap(),
            api: None,
            folders: 0,
            backups: Vec::new(),
        };
        subject.restart();
        subject
    }

    pub(crate) fn api(&self) -> &Api {
        self.api.as_ref().unwrap()
    }

    /// Ends and starts anew on the same data folder.
    pub(crate) fn restart(&mut self) {
        self.api = None;
        let options = OpenOptions {
            data_dir: Some(self.root.path().join(format!("data-{}", self.folders))),
            face: Face::Cli,
            places: Arc::new(NoPlaces),
        };
        self.api = Some(Api::open(options).unwrap());
    }

    /// Goes on with an empty data folder, as on another computer.
    pub(crate) fn begin_anew(&mut self) {
        self.folders += 1;
        self.restart();
    }

    /// All documents, read through the commands.
    pub(crate) fn contents(&self) -> Contents {
        let mut contents = Contents::new();
        for kind in Kind::ALL {
            for deleted in [false, true] {
                let input = ListInput {
                    limit: Some(500),
                    deleted: Some(deleted),
                    ..ListInput::default()
                };
                let page = documents::list(self.api(), kind, input).unwrap();
                assert_eq!(page.total as usize, page.items.len());
                for row in page.items {
                    let texts = (1..=row.revision).map(|revision| {
                        let one = DocumentRef {
                            id: row.id.clone(),
                            revision: Some(revision),
                        };
                        documents::show(self.api(), kind, one).unwrap().text
                    });
                    let kept = Kept {
                        texts: texts.collect(),
                        deleted,
                    };
                    assert!(contents.insert((kind, row.id), kept).is_none());
                }
            }
        }
        contents
    }
}
