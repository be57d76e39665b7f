//! A tree of configuration files on a disk, and what is kept of it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{ObjectHash, Sha256};
use flowkeep_files::snapshots::SnapshotError;
use flowkeep_files::snapshots::compare::{FileState, compare};
use flowkeep_files::snapshots::manifest::{TreeEntry, TreeObject};
use flowkeep_files::snapshots::overlay::{Overlay, write};
use flowkeep_files::snapshots::pack::{PackReader, Placed};
use flowkeep_host::{EntryFiles, SystemFiles};
use tempfile::TempDir;

use crate::shared::{files_below, packed};

/// A tree of configuration files, and a snapshot of it.
pub(crate) struct Kept {
    pub(crate) place: TempDir,
    pub(crate) files: BTreeMap<String, (Vec<u8>, SystemTime)>,
    pub(crate) entries: Vec<TreeEntry>,
    placed: HashMap<ObjectHash, (ObjectHash, Placed)>,
}

impl Kept {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let times = (1_700_000_000..)
            .map(|second| SystemTime::UNIX_EPOCH + Duration::new(second, 123_456_789));
        let files: BTreeMap<_, _> = files
            .iter()
            .zip(times)
            .map(|((path, bytes), at)| ((*path).to_owned(), (bytes.to_vec(), at)))
            .collect();
        let objects: Vec<&[u8]> = files.values().map(|file| file.0.as_slice()).collect();
        let packs = packed(&place.path().join("snapshots"), &objects);
        let placed = packs.iter().flat_map(|pack| {
            let objects = pack.objects.iter();
            objects.map(|placed| (placed.hash, (pack.name, *placed)))
        });
        let entries = files.iter().map(|(path, (bytes, at))| {
            let path = ConfigPath::new(path.as_str()).unwrap();
            TreeEntry {
                kind: path.kind(),
                path,
                bytes: bytes.len() as u64,
                sha256: Sha256::of(bytes),
                modified: Some((*at).into()),
                object: TreeObject {
                    blake3: ObjectHash::of(bytes),
                    bytes: bytes.len() as u64,
                },
                unparsed: None,
                masked: Vec::new(),
                changed_while_read: false,
                references: Vec::new(),
            }
        });
        let kept = Self {
            placed: placed.collect(),
            entries: entries.collect(),
            files,
            place,
        };
        kept.lay();
        kept
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.place.path().join("configs")
    }

    /// Lays the tree anew, as it was.
    pub(crate) fn lay(&self) {
        let _gone = fs::remove_dir_all(self.root());
        fs::create_dir(self.root()).unwrap();
        for (path, (bytes, at)) in &self.files {
            let path = self.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            SystemFiles.set_modified(&path, *at).unwrap();
        }
    }

    pub(crate) fn overlay(
        &self,
        files: &dyn EntryFiles,
        place: &Path,
    ) -> Result<Overlay, SnapshotError> {
        let mut reader = PackReader::new(&self.place.path().join("snapshots"));
        let mut read = |hash: &ObjectHash| {
            let (pack, placed) = self.placed[hash];
            reader.read(&pack, &placed)
        };
        write(files, place, &self.entries, &mut read, &|| true)
    }

    /// Every file of the snapshot is there, with its bytes and its time, and nothing else.
    pub(crate) fn assert_whole(&self, place: &Path) {
        let paths: Vec<_> = self.files.keys().map(PathBuf::from).collect();
        let mut found = files_below(place);
        found.sort();
        let mut wanted = paths.clone();
        wanted.sort();
        assert_eq!(found, wanted);
        for (path, (bytes, at)) in &self.files {
            let path = place.join(path);
            assert_eq!(&fs::read(&path).unwrap(), bytes, "{}", path.display());
            assert_eq!(path.metadata().unwrap().modified().unwrap(), *at);
        }
    }

    pub(crate) fn states(&self, today: &[ConfigPath]) -> Vec<(String, FileState)> {
        let states = compare(&self.root(), &self.entries, today, &|| true).unwrap();
        states
            .into_iter()
            .map(|(path, state)| (path.into(), state))
            .collect()
    }
}

/// Three files.
pub(crate) fn three() -> Kept {
    Kept::new(&[
        ("global.yaml", b"a: 1\n"),
        ("tools/sum.yaml", b"name: sum\n"),
        ("workflows/orders.yaml", b"tools: [sum]\r\n"),
    ])
}
