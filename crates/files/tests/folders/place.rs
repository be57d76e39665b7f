//! A task folder on a machine of its own, and what must be true of it at any time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::FolderId;
use flowkeep_core::folder::{ArchiveName, How, Policy, Record, Settings};
use flowkeep_files::folders::{
    Archived, FolderError, PutBack, PutBackPlan, PutBackWanted, Wanted, Workshop, archive,
    put_back, put_back_plan, recover,
};
use flowkeep_host::testing::TestClock;
use flowkeep_host::{EntryFiles, SystemFiles, Unfollowed};
use flowkeep_store::{
    FolderWork, FolderWorkKind, OperationFilter, Store, StoreError, StoreOptions, TaskFolderRecord,
};
use tempfile::TempDir;

/// 2025-01-21T01:44:00Z.
const NOW: i64 = 1_737_423_840_000;

pub(crate) struct Place {
    _root: TempDir,
    pub(crate) folder: PathBuf,
    pub(crate) workshop: Workshop,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) id: FolderId,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = root.path().canonicalize().unwrap();
        let (folder, data_dir) = (at.join("task_20250721_083557"), at.join("data"));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&data_dir).unwrap();
        let clock = Arc::new(TestClock::at(NOW));
        let store = Store::open(StoreOptions {
            path: data_dir.join("flowkeep.db"),
            safety: data_dir.join("safety"),
            clock: clock.clone(),
        });
        let workshop = Workshop {
            store: Arc::new(store.unwrap()),
            files: Arc::new(SystemFiles),
            clock: clock.clone(),
            data_dir,
            actor: "somebody".to_owned(),
            face: "cli",
        };
        let id: FolderId = "00000000000000000000000001".parse().unwrap();
        let record = TaskFolderRecord {
            id,
            workflow_id: "w".to_owned(),
            path: folder.clone(),
            settings,
            sequence: 0,
            created_at: NOW,
        };
        let add = workshop
            .store
            .write::<_, StoreError>(move |tx| tx.add_task_folder(&record));
        add.unwrap();
        Self {
            _root: root,
            folder,
            workshop,
            clock,
            id,
        }
    }

    /// The same machine with another disk.
    pub(crate) fn on(&mut self, files: impl EntryFiles + 'static) -> &mut Self {
        self.workshop.files = Arc::new(files);
        self
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes files that say what they are called.
    pub(crate) fn put(&self, names: &[&str]) -> &Self {
        for name in names {
            fs::write(self.at(name), format!("this is {name}")).unwrap();
        }
        self
    }

    pub(crate) fn try_archive(&self, policy: Policy) -> Result<Archived, FolderError> {
        let wanted = Wanted { policy, run: None };
        archive(&self.workshop, self.id, &wanted, &Unfollowed)
    }

    pub(crate) fn archive(&self) -> Archived {
        self.try_archive(Policy::Stop).unwrap()
    }

    /// What putting an archive back would come to.
    pub(crate) fn plan(&self, archive: &str, only: Option<&[String]>) -> PutBackPlan {
        put_back_plan(&self.workshop, self.id, archive, only, &Unfollowed).unwrap()
    }

    /// Plans and puts back, on one disk and then on another.
    pub(crate) fn try_put_back(
        &mut self,
        archive: &str,
        only: Option<&[&str]>,
        disk: impl EntryFiles + 'static,
    ) -> Result<PutBack, FolderError> {
        let only: Option<Vec<String>> =
            only.map(|only| only.iter().map(ToString::to_string).collect());
        let stamp = self.plan(archive, only.as_deref()).stamp;
        let wanted = PutBackWanted {
            archive,
            only: only.as_deref(),
            stamp,
        };
        self.on(disk);
        put_back(&self.workshop, self.id, &wanted, &Unfollowed)
    }

    pub(crate) fn put_back(&mut self, archive: &str, only: Option<&[&str]>) -> PutBack {
        self.try_put_back(archive, only, SystemFiles).unwrap()
    }

    /// What Activity was told, the newest first.
    pub(crate) fn activity(&self) -> Vec<String> {
        let filter = OperationFilter {
            limit: 100,
            ..OperationFilter::default()
        };
        let page = self.workshop.store.operations(&filter).unwrap();
        page.items.into_iter().map(|item| item.operation).collect()
    }

    /// Writes down what somebody has begun here and not ended.
    pub(crate) fn begun(&self, kind: FolderWorkKind, archive: &str, plan: &str) {
        let work = FolderWork {
            folder: self.id,
            kind,
            archive: archive.to_owned(),
            run: None,
            plan: plan.to_owned(),
            at: 0,
        };
        let begun = self
            .workshop
            .store
            .write::<_, StoreError>(move |tx| tx.begin_folder_work(&work));
        begun.unwrap();
    }

    /// What the next process does first.
    pub(crate) fn recover(&self) {
        for recovered in recover(&self.workshop).unwrap() {
            recovered.outcome.unwrap();
        }
        assert_eq!(self.workshop.store.folder_works().unwrap(), []);
    }

    /// Names right in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.folder)
    }

    pub(crate) fn record(&self, archive: &str) -> Record {
        let bytes = fs::read(self.at(archive).join("backup_info.json")).unwrap();
        Record::read(&bytes).unwrap()
    }

    /// Each of these texts is in the folder, or in one of its archives.
    pub(crate) fn is_there(&self, names: &[&str], moment: &str) {
        let archives = self.names();
        let archives = archives.iter().filter(|name| name.starts_with("file_bak_"));
        let folders: Vec<_> = archives.map(|name| self.at(name)).collect();
        for name in names {
            let text = format!("this is {name}");
            let says = |path: &Path| {
                let mut entries = fs::read_dir(path).unwrap();
                entries
                    .any(|one| fs::read_to_string(one.unwrap().path()).ok() == Some(text.clone()))
            };
            let found = says(&self.folder) || folders.iter().any(|folder| says(folder));
            assert!(found, "{moment}: {name} is lost");
        }
        let hidden = self.names().into_iter().find(|name| name.starts_with('.'));
        assert_eq!(hidden, None, "{moment}");
    }

    /// Where each of these texts is: in the folder under its own name, in an archive whose record tells
    /// of it under that name, or at both where it was copied. Anything else fails.
    pub(crate) fn is_known(&self, names: &[&str], moment: &str) {
        let mut archived: BTreeMap<String, Vec<(How, PathBuf)>> = BTreeMap::new();
        for archive in self.names() {
            if archive.parse::<ArchiveName>().is_err() {
                assert!(
                    !archive.ends_with(".partial"),
                    "{moment}: {archive} is left"
                );
                continue;
            }
            let record = self.record(&archive);
            assert_eq!(record.backup_directory, archive, "{moment}");
            for file in &record.files {
                let path = self.at(&archive).join(file.in_archive());
                let file_at = archived.entry(file.name.clone()).or_default();
                file_at.push((file.how, path));
            }
            // Nothing lies there that the record does not tell of.
            let told = record.files.len() + 1;
            assert_eq!(self::names(&self.at(&archive)).len(), told, "{moment}");
        }
        for name in names {
            let says =
                |path: &Path| fs::read_to_string(path).ok() == Some(format!("this is {name}"));
            let here = says(&self.at(name));
            let there = archived.get(*name).map_or(&[][..], Vec::as_slice);
            let held: Vec<How> = there
                .iter()
                .filter(|(_, path)| says(path))
                .map(|(how, _)| *how)
                .collect();
            assert_eq!(
                held.len(),
                there.len(),
                "{moment}: {name} is told of and not there"
            );
            match (here, held.as_slice()) {
                (true, [] | [How::Copied]) | (false, [How::Moved]) => {}
                (_, _) => panic!("{moment}: {name} is here: {here}, in archives: {held:?}"),
            }
        }
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
