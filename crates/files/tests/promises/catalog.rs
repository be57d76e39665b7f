//! A catalog in a temporary folder, what can be done with it, and what can be seen of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::{
    BackupId, Document, Format, KeptHistory, Kind, OperationId, Sha256, summarise,
};
use flowkeep_files::{
    Backup, BackupRequest, BackupTarget, FilesError, Purpose, ReadBackup, read_manifest,
    stage_backup, write_backup,
};
use flowkeep_host::testing::TestClock;
use flowkeep_host::{
    Cancellation, Clock as _, Files, Progress, SystemFiles, Timestamp, Unfollowed,
};
use flowkeep_store::{
    ApplyOutcome, ApplyRequest, NewDocument, NewOperation, Staging, Store, StoreError, StoreOptions,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use ulid::Ulid;

/// The middle of 2024.
const NOW: i64 = 1_720_000_000_000;

pub(crate) struct Catalog {
    root: TempDir,
    pub(crate) store: Store,
    clock: Arc<TestClock>,
}

/// A document to keep.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) format: Format,
    pub(crate) text: String,
}

impl Given {
    pub(crate) fn workflow(id: &str, text: &str) -> Self {
        Self {
            kind: Kind::Workflow,
            id: id.to_owned(),
            format: Format::Json,
            text: text.to_owned(),
        }
    }
}

impl Catalog {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["data", "scratch", "backups"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        let clock = Arc::new(TestClock::at(NOW));
        let store = open(root.path(), clock.clone());
        Self { root, store, clock }
    }

    /// Closes the database, lets `between` at its file, and opens it again.
    pub(crate) fn reopened(self, between: impl FnOnce(&Path)) -> Self {
        let Self { root, store, clock } = self;
        drop(store);
        between(&root.path().join("data/flowkeep.db"));
        let store = open(root.path(), clock.clone());
        Self { root, store, clock }
    }

    /// The data folder, through no links.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data").canonicalize().unwrap()
    }

    pub(crate) fn backups(&self) -> PathBuf {
        self.root.path().join("backups")
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.path().join("scratch")
    }

    /// Keeps documents, each a new revision of what has its id.
    pub(crate) fn keep(&self, given: &[Given]) {
        let given = given.to_vec();
        self.store
            .write::<_, StoreError>(move |tx| {
                for given in &given {
                    let document = Document::parse(given.format, given.text.clone()).unwrap();
                    let summary = summarise(given.kind, &document, None);
                    let new = NewDocument {
                        kind: given.kind,
                        id: &given.id,
                        document: &document,
                        summary: &summary,
                        example: false,
                    };
                    tx.put_document(&new, OperationId(Ulid::from_parts(1, 1)), "tester")?;
                }
                Ok(())
            })
            .unwrap();
    }

    /// Deletes a workflow.
    pub(crate) fn delete(&self, id: &'static str) {
        let deleted = self
            .store
            .write(move |tx| tx.delete_document(Kind::Workflow, id));
        assert!(deleted.unwrap().is_some());
    }

    /// Leaves a setting, an entry in Activity and a run.
    pub(crate) fn note_something(&self) {
        crate::runs::put_run(self, flowkeep_core::run::Status::Succeeded, None);
        self.store
            .write::<_, StoreError>(|tx| {
                tx.set_setting("language", &"en".into())?;
                let operation = tx.next_operation_id()?;
                tx.record_operation(
                    operation,
                    &NewOperation {
                        actor: "tester",
                        face: "cli",
                        operation: "update",
                        name: Some("something"),
                        undoes: None,
                        items: &[],
                    },
                )
            })
            .unwrap();
    }

    /// Backs up through this disk and for this person.
    pub(crate) fn try_back_up(
        &self,
        files: &dyn Files,
        progress: &dyn Progress,
    ) -> Result<Backup, FilesError> {
        self.try_back_up_with(files, progress, KeptHistory::All)
    }

    /// As [`Catalog::try_back_up`], with so much of the history.
    pub(crate) fn try_back_up_with(
        &self,
        files: &dyn Files,
        progress: &dyn Progress,
        history: KeptHistory,
    ) -> Result<Backup, FilesError> {
        let target = BackupTarget::check(files, &self.backups(), &self.root.path().join("data"))?;
        let request = BackupRequest {
            files,
            store: &self.store,
            data_dir: &self.data(),
            target: &target,
            scratch: &self.scratch(),
            at: self.clock.now(),
            id: BackupId(Ulid::from_parts(2, 2)),
            sequence: 1,
            history,
            app_version: "0.0.0",
            machine: "here",
            trial: true,
        };
        write_backup(&request, progress)
    }

    pub(crate) fn back_up(&self) -> Backup {
        self.try_back_up(&SystemFiles, &Unfollowed).unwrap()
    }

    /// Reads a backup into a plan, compared with this catalog.
    pub(crate) fn plan(&self, backup: &Path) -> Result<(Staging, ReadBackup), FilesError> {
        let plan = self
            .scratch()
            .join(format!("plan-{}.db", self.clock.now().0));
        let mut staging = Staging::create(plan)?;
        let read = stage_backup(
            backup,
            &read_manifest(backup)?,
            &mut staging,
            Purpose::Keep,
            &Unfollowed,
        )?;
        staging.compare(&self.store, Cancellation::never())?;
        Ok((staging, read))
    }

    pub(crate) fn apply(&self, staging: &mut Staging) -> ApplyOutcome {
        let request = ApplyRequest {
            actor: "tester".to_owned(),
            face: "cli".to_owned(),
            operation: "restore".to_owned(),
            name: "backup".to_owned(),
        };
        self.store
            .apply(staging, request, Cancellation::never())
            .unwrap()
    }

    /// The text of every kept document.
    pub(crate) fn texts(&self) -> BTreeMap<(Kind, String), String> {
        let snapshot = self.store.snapshot().unwrap();
        let mut texts = BTreeMap::new();
        for kind in Kind::ALL {
            for row in snapshot.document_rows(kind).unwrap() {
                let document = snapshot.document(&row).unwrap().unwrap();
                texts.insert((kind, document.id), document.text);
            }
        }
        texts
    }

    /// A hash of every row of every table.
    pub(crate) fn fingerprint(&self) -> Sha256 {
        fingerprint(&self.root.path().join("data/flowkeep.db"))
    }

    /// Every name in the folder for backups, and the bytes of every file below it.
    pub(crate) fn backups_tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        tree(&self.backups())
    }

    pub(crate) fn set_clock(&self, millis: i64) {
        self.clock.set(millis);
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.clock.now()
    }
}

fn open(root: &Path, clock: Arc<TestClock>) -> Store {
    Store::open(StoreOptions {
        path: root.join("data/flowkeep.db"),
        safety: root.join("data/safety"),
        clock,
    })
    .unwrap()
}

fn fingerprint(path: &Path) -> Sha256 {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let tables: Vec<String> = connection
        .prepare(
            "SELECT name FROM sqlite_schema
             WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut all = String::new();
    for table in tables {
        writeln!(all, "# {table}").unwrap();
        let mut statement = connection
            .prepare(&format!("SELECT * FROM \"{table}\""))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let mut line = String::new();
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    ValueRef::Blob(bytes) => write!(line, "{}|", Sha256::of(bytes)).unwrap(),
                    value => write!(line, "{value:?}|").unwrap(),
                }
            }
            lines.push(line);
        }
        lines.sort();
        all.push_str(&lines.join("\n"));
    }
    Sha256::of(all.as_bytes())
}

/// Every name below a folder; files with their bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder).unwrap().to_owned();
        let bytes = entry
            .file_type()
            .is_file()
            .then(|| std::fs::read(entry.path()).unwrap());
        found.insert(name, bytes);
    }
    found
}

/// The document files of a backup by path.
pub(crate) fn document_files(backup: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut files = tree(backup);
    files.retain(|path, bytes| {
        let folders = Kind::ALL.map(Kind::folder);
        bytes.is_some() && folders.iter().any(|folder| path.starts_with(folder))
    });
    files
}

impl Catalog {
    /// A backup in a folder that outlives this catalog.
    pub(crate) fn back_up_elsewhere(&self) -> TempDir {
        let made = self.back_up();
        let elsewhere = tempfile::tempdir().unwrap();
        for (path, bytes) in tree(&made.folder) {
            let target = elsewhere.path().join(path);
            match bytes {
                Some(bytes) => std::fs::write(target, bytes).unwrap(),
                None => std::fs::create_dir(target).unwrap(),
            }
        }
        elsewhere
    }
}
