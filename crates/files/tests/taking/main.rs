//! Taking snapshots of configurations, on a disk and into a store.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

mod at_once;
mod backups;
mod cleaning_up;
mod encrypted;
mod failing;
mod forgetting;
mod importing;
mod in_place;
mod kept;
mod keys;
mod moving;
mod restoring;
mod same;
mod scrubbing;
mod unchanged;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::ObjectHash;
use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus, SnapshotReason};
use flowkeep_files::configuration::{Begin, Wish};
use flowkeep_files::snapshots::pack::Placed;
use flowkeep_files::snapshots::{Of, SnapshotKeys, TakeError, Taken, Wanted, Workshop, take};
use flowkeep_host::testing::TestClock;
use flowkeep_host::{Clock as _, EntryFiles, Progress, SystemClock, SystemFiles, Unfollowed};
use flowkeep_store::{ConfigSnapshotRecord, NewSession, SessionRecord, Store, StoreOptions};
use tempfile::TempDir;
use walkdir::WalkDir;

/// An hour from now: files that were written a moment ago are old then.
const HOUR: i64 = 3_600_000;

/// A tree of configuration files, and data folders beside it.
struct Ground {
    place: TempDir,
    clock: Arc<TestClock>,
}

/// One process on a data folder.
struct Face {
    workshop: Workshop,
    config: PathBuf,
    strategy: Strategy,
    tool_set: &'static str,
}

fn now() -> i64 {
    SystemClock.now().0
}

impl Ground {
    /// A tree with these files in `configs`.
    fn new(files: &[(&str, &str)]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let ground = Self {
            place,
            clock: Arc::new(TestClock::at(now() + HOUR)),
        };
        for (path, text) in files {
            ground.write(path, text);
        }
        fs::create_dir(ground.data()).unwrap();
        ground
    }

    /// A workflow with a tool set of two tools.
    fn orders() -> Self {
        Self::new(&[
            ("workflows/orders.yaml", "tool_set: office\n"),
            ("tool-sets/office.yaml", "tools: [sum, table]\n"),
            ("tools/sum.yaml", "name: sum\n"),
            ("tools/table.yaml", "name: table\n"),
        ])
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.place.path().join("configs").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn face(&self) -> Face {
        self.face_on(Arc::new(SystemFiles))
    }

    fn face_on(&self, files: Arc<dyn EntryFiles>) -> Face {
        let data = self.data();
        let store = Store::open(StoreOptions {
            path: data.join("flowkeep.db"),
            safety: data.join("safety"),
            clock: self.clock.clone(),
        });
        Face {
            workshop: Workshop {
                store: Arc::new(store.unwrap()),
                files,
                clock: self.clock.clone(),
                dir: data.join("snapshots"),
                data_dir: data,
                keys: SnapshotKeys::default(),
                actor: "Ann".to_owned(),
                face: "cli",
            },
            config: self.path("workflows/orders.yaml"),
            strategy: Strategy::factory()[1].clone(),
            tool_set: "basic-tools",
        }
    }

    fn packs(&self) -> Vec<PathBuf> {
        let objects = self.data().join("snapshots/objects");
        let mut packs = self.files_with(".zst");
        packs.retain(|path| path.starts_with(&objects));
        packs
    }

    /// The files of the data folder with these in their names.
    fn files_with(&self, part: &str) -> Vec<PathBuf> {
        let files = WalkDir::new(self.data()).into_iter().map(Result::unwrap);
        let named = files.filter(|file| file.file_name().to_string_lossy().contains(part));
        named.map(walkdir::DirEntry::into_path).collect()
    }
}

impl Face {
    fn begin(&self) -> Result<Taken, TakeError> {
        self.begin_with(&Unfollowed)
    }

    fn begin_with(&self, progress: &dyn Progress) -> Result<Taken, TakeError> {
        self.begin_as("one", SessionStatus::Active, progress)
    }

    fn begin_as(
        &self,
        id: &str,
        status: SessionStatus,
        progress: &dyn Progress,
    ) -> Result<Taken, TakeError> {
        let new = NewSession {
            id: id.to_owned(),
            name: "orders".to_owned(),
            origin: SessionOrigin::Config,
            root: None,
            config: None,
            stated_config: None,
            strategy: "standard".to_owned(),
            run: None,
            status,
            stated_status: None,
            stated_times: StatedTimes::default(),
            agent: None,
            state: None,
            source: None,
            ended_at: None,
        };
        let taken = self.take(Of::New(Box::new(new)), SnapshotReason::Begin, progress)?;
        Ok(taken.unwrap())
    }

    fn session(&self) -> SessionRecord {
        self.workshop.store.session("one").unwrap().unwrap()
    }

    fn again(&self, reason: SnapshotReason, progress: &dyn Progress) -> Option<Taken> {
        let session = Of::Kept(Box::new(self.session()));
        self.take(session, reason, progress).unwrap()
    }

    fn take(
        &self,
        session: Of,
        reason: SnapshotReason,
        progress: &dyn Progress,
    ) -> Result<Option<Taken>, TakeError> {
        let wish = Wish {
            begin: Begin::File {
                config: &self.config,
                root: None,
            },
            strategy: &self.strategy,
            default_tool_set: self.tool_set,
        };
        let wanted = Wanted {
            wish,
            session,
            reason,
            task: None,
            copy_of: None,
        };
        take(&self.workshop, &wanted, progress)
    }

    fn newest(&self) -> ConfigSnapshotRecord {
        let session = self.session().row;
        let newest = self.workshop.store.newest_config_snapshot(session);
        newest.unwrap().unwrap()
    }

    /// What the newest snapshot holds, read from the disk.
    fn held(&self) -> BTreeMap<String, Vec<u8>> {
        let store = &self.workshop.store;
        let entries = store.config_entries(self.newest().tree).unwrap();
        let objects = store.kept_objects(entries.iter().map(|entry| entry.object));
        let objects = objects.unwrap();
        let mut reader = self.workshop.reader();
        let held = entries.into_iter().map(|entry| {
            let kept = &objects[&entry.object];
            let object = kept.object;
            let placed = Placed {
                hash: object.hash,
                bytes: object.bytes,
                frame: object.frame,
                frame_bytes: object.frame_bytes,
                place: object.place,
            };
            let bytes = reader.read(&kept.pack, &placed);
            (entry.path.to_string(), bytes.unwrap())
        });
        held.collect()
    }

    fn is_sound(&self) {
        let wrong = self.workshop.store.wrong_snapshot_counts().unwrap();
        assert!(wrong.is_none(), "{wrong:?}");
    }
}

/// The files below a folder, with their bytes.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file());
    let told = files.map(|file| {
        let path = file.path().strip_prefix(folder).unwrap();
        let bytes = fs::read(file.path()).unwrap();
        (path.to_str().unwrap().to_owned(), bytes)
    });
    told.collect()
}

fn hash_of(bytes: &[u8]) -> ObjectHash {
    ObjectHash::of(bytes)
}
