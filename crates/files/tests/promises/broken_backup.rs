//! A good backup of five documents, to be broken; and what must come of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flowkeep_core::{Format, Kind, Sha256};
use flowkeep_files::{FilesError, prove};
use flowkeep_host::{Cancellation, Unfollowed};
use flowkeep_store::StagedGroup;
use serde_json::Value;
use tempfile::TempDir;

use crate::catalog::{Catalog, Given};

/// The document that the cases break.
pub(crate) const VICTIM: &str = "b";

/// Its name, by which damage is told.
pub(crate) const VICTIM_NAME: &str = "Bread";

pub(crate) struct BrokenBackup {
    root: TempDir,
}

/// What came of a restore: what was told of which file, in the words of the catalogue.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Damaged documents: what they are called, and the code.
    pub(crate) damaged: Vec<(String, String)>,
    /// Files passed over: the file's path in the backup, and the code.
    pub(crate) passed_over: Vec<(String, String)>,
    /// Damaged files that are no documents: path and code.
    pub(crate) parts: Vec<(String, String)>,
}

impl BrokenBackup {
    pub(crate) fn new() -> Self {
        let catalog = Catalog::new();
        catalog.keep(&[Given::workflow("a", r#"{"name": "Older"}"#)]);
        catalog.keep(&[
            Given::workflow("a", r#"{"name": "Apple"}"#),
            Given::workflow(VICTIM, r#"{"name": "Bread"}"#),
            Given::workflow("c", r#"{"name": "Cheese"}"#),
            Given {
                kind: Kind::Roadmap,
                id: "r".to_owned(),
                format: Format::Yaml,
                text: "name: Road\nmilestones: []\n".to_owned(),
            },
            Given {
                kind: Kind::Rule,
                id: "u".to_owned(),
                format: Format::Markdown,
                text: "# Rule\n".to_owned(),
            },
        ]);
        Self {
            root: catalog.back_up_elsewhere(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    /// The path of a document's file, as the manifest has it.
    pub(crate) fn relative(&self, id: &str) -> String {
        let manifest = self.manifest();
        let files = manifest["files"].as_array().unwrap();
        let found = files.iter().find(|file| file["id"] == id).unwrap();
        found["path"].as_str().unwrap().to_owned()
    }

    pub(crate) fn victim(&self) -> PathBuf {
        self.path(&self.relative(VICTIM))
    }

    pub(crate) fn manifest(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path("manifest.json")).unwrap()).unwrap()
    }

    pub(crate) fn change_manifest(&self, change: impl FnOnce(&mut Value)) {
        let mut manifest = self.manifest();
        change(&mut manifest);
        std::fs::write(self.path("manifest.json"), manifest.to_string()).unwrap();
    }

    /// Changes what the manifest says of a document.
    pub(crate) fn change_entry(&self, id: &str, change: impl FnOnce(&mut Value)) {
        self.change_manifest(|manifest| {
            let files = manifest["files"].as_array_mut().unwrap();
            change(files.iter_mut().find(|file| file["id"] == id).unwrap());
        });
    }

    /// Gives the victim another content that the manifest vouches for: what a program wrote that
    /// is not ours.
    pub(crate) fn forge(&self, bytes: &[u8]) {
        std::fs::write(self.victim(), bytes).unwrap();
        self.change_entry(VICTIM, |entry| {
            entry["sha256"] = Sha256::of(bytes).to_string().into();
            entry["bytes"] = bytes.len().into();
        });
    }

    /// Restores into a catalog that has one document of its own. Until it is applied nothing may
    /// change, and afterwards exactly these documents are there besides.
    pub(crate) fn restores(&self, ids: &[&str]) -> Told {
        let catalog = Catalog::new();
        catalog.keep(&[Given::workflow("mine", r#"{"name": "Mine"}"#)]);
        let before = catalog.fingerprint();
        let (mut staging, read) = catalog.plan(self.folder()).unwrap();
        assert_eq!(catalog.fingerprint(), before, "planning writes nothing");
        let mut told = Told::default();
        staging
            .each_item::<FilesError>(|item| {
                let path = Path::new(&item.path);
                let path = path.strip_prefix(self.folder()).unwrap_or(path);
                let path = path.to_str().unwrap().to_owned();
                let code = item.reason.map(|reason| reason.code).unwrap_or_default();
                match item.group {
                    StagedGroup::Damaged => {
                        told.damaged.push((item.name.unwrap_or(path), code));
                    }
                    StagedGroup::Duplicate => {
                        told.damaged
                            .push((item.name.unwrap_or(path), "duplicate".to_owned()));
                    }
                    StagedGroup::NotOurs => told.passed_over.push((path, code)),
                    _ => {}
                }
                Ok(())
            })
            .unwrap();
        told.passed_over.sort();
        let parts = read
            .damaged_parts
            .into_iter()
            .map(|part| (part.path, part.reason.code));
        told.parts = parts.collect();

        let outcome = catalog.apply(&mut staging);
        let there: BTreeSet<_> = catalog.texts().into_keys().map(|(_, id)| id).collect();
        let expected: BTreeSet<_> = ids.iter().map(|id| (*id).to_owned()).collect();
        let mut with_mine = expected.clone();
        with_mine.insert("mine".to_owned());
        assert_eq!(there, with_mine, "{told:?}");
        assert_eq!(outcome.imported as usize, expected.len());
        assert_eq!(outcome.failed as usize, told.damaged.len());
        let whole = catalog.store.quick_check(Cancellation::never()).unwrap();
        assert!(whole.is_empty(), "{whole:?}");

        let proof = prove(self.folder(), &catalog.scratch(), &Unfollowed).unwrap();
        let damaged = told
            .damaged
            .iter()
            .filter(|(_, code)| code != "duplicate")
            .count();
        assert_eq!(
            proof.damaged.len(),
            damaged + told.parts.len(),
            "{:?}",
            proof.damaged
        );
        let strangers = told.passed_over.iter();
        let strangers = strangers.filter(|(_, code)| code == "file_not_listed");
        let mut strangers: Vec<_> = strangers.map(|(path, _)| path.clone()).collect();
        let mut unlisted = proof.unlisted;
        strangers.sort();
        unlisted.sort();
        assert_eq!(unlisted, strangers, "a check tells the same strangers");
        told
    }

    /// The backup is refused as a whole, and nothing is changed.
    pub(crate) fn is_refused(&self) -> FilesError {
        let catalog = Catalog::new();
        catalog.keep(&[Given::workflow("mine", r#"{"name": "Mine"}"#)]);
        let before = catalog.fingerprint();
        let error = catalog.plan(self.folder()).map(|_| ()).unwrap_err();
        assert_eq!(catalog.fingerprint(), before);
        let proof = prove(self.folder(), &catalog.scratch(), &Unfollowed);
        assert_eq!(
            std::mem::discriminant(&proof.unwrap_err()),
            std::mem::discriminant(&error),
            "a check says the same as a restore"
        );
        error
    }
}

/// What is told of one damaged document.
pub(crate) fn damaged(code: &str) -> Told {
    Told {
        damaged: vec![(VICTIM_NAME.to_owned(), code.to_owned())],
        ..Told::default()
    }
}

/// All documents but the victim.
pub(crate) const OTHERS: [&str; 4] = ["a", "c", "r", "u"];

/// All documents.
pub(crate) const ALL: [&str; 5] = ["a", VICTIM, "c", "r", "u"];

#[test]
fn unbroken_it_is_restored_whole() {
    assert_eq!(BrokenBackup::new().restores(&ALL), Told::default());
}
