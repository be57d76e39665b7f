//! What a snapshot says about itself, in files that can be read without Flowkeep: its manifest, and the tree
//! it names. The database is what counts; these say the same. Trees are JSON packed with zstd and named by what
//! they unpack to, so that the same tree has the same name however it was packed.

mod tree;

use std::path::{Path, PathBuf};

use flowkeep_core::configuration::{ConfigPath, Strategy};
use flowkeep_core::{ObjectHash, Sha256, SnapshotId, file_name};
use flowkeep_host::{EntryFiles, Folder, ReadError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::SnapshotError;
use super::frame::{compressor, unpacked};
use super::place::{by_hash, keep};
use crate::configuration::Definition;

pub use tree::{
    TreeAmbiguous, TreeEntry, TreeFile, TreeLeftOut, TreeMasked, TreeMissing, TreeObject,
    TreeReference, TreeUnparsed, TreeUnread,
};

/// The version of both kinds of files.
const VERSION: u64 = 1;

/// What a tree says that it is.
const TREE: &str = "flowkeep-tree";

/// What a manifest says that it is.
const MANIFEST: &str = "flowkeep-snapshot";

/// Where trees lie.
pub(super) const TREES: &str = "trees";

/// Where manifests lie.
pub(super) const SESSIONS: &str = "sessions";

/// The largest of these files that is read: 50,000 files with some references each.
const LARGEST: u64 = 256 << 20;

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What wrote it.
    pub app_version: String,
    /// Its id.
    pub id: String,
    /// Which of its session it is, from 1.
    pub sequence: u32,
    /// The piece of work it was made for.
    pub session: ManifestSession,
    /// The run it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The task after which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// When, in UTC.
    pub created_at: String,
    /// What the clock on the wall was ahead of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// Why: `begin`, `changed`, `asked`, `import`, `before_in_place`, `put_back`.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// The root of the tree.
    pub root: String,
    /// The file it begins with, below the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigPath>,
    /// The workflow it begins with, where that is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<ManifestDefinition>,
    /// What was taken.
    pub strategy: Strategy,
    /// `complete`, `partial` or `failed`.
    pub status: String,
    /// `masked` or `encrypted`.
    pub secrets: String,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Where its tree is, from the store.
    pub tree: String,
    /// The snapshot before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// The piece of work that a snapshot was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSession {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from: `run`, `config`, `import1`, `import2`.
    pub origin: String,
}

/// A definition that is no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestDefinition {
    /// The workflow.
    pub workflow: String,
    /// Its revision, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The hash of its text.
    pub sha256: Sha256,
}

impl From<&Definition> for ManifestDefinition {
    fn from(definition: &Definition) -> Self {
        Self {
            workflow: definition.workflow.clone(),
            revision: definition.revision,
            sha256: definition.sha256,
        }
    }
}

/// A tree that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTree {
    /// Its name.
    pub hash: ObjectHash,
    /// Where it is, from the store; what a manifest says.
    pub place: String,
}

/// Where a tree lies, from the store.
pub fn tree_place(hash: &ObjectHash) -> String {
    place_of_tree(hash).join("/")
}

fn place_of_tree(hash: &ObjectHash) -> [String; 3] {
    by_hash(TREES, &hash.to_string(), "json.zst")
}

/// Where a manifest lies, from the store.
pub fn manifest_place(manifest: &Manifest) -> String {
    place_of(manifest).join("/")
}

fn place_of(manifest: &Manifest) -> [String; 3] {
    let session = (manifest.session.name.as_str(), manifest.session.id.as_str());
    place_in(session, manifest.sequence, &manifest.id)
}

/// Where the manifest of a snapshot lies, from the store: that of a session with this name and id.
pub(super) fn place_of_snapshot(session: (&str, &str), sequence: u32, id: SnapshotId) -> String {
    place_in(session, sequence, &id.to_string()).join("/")
}

fn place_in((name, id): (&str, &str), sequence: u32, snapshot: &str) -> [String; 3] {
    let session = file_name(name, id, "");
    let session = session.trim_end_matches('.').to_owned();
    let name = format!("{sequence:04}-{snapshot}.json");
    [SESSIONS.to_owned(), session, name]
}

/// What a tree is called.
///
/// # Errors
/// None that anybody can do something about.
pub fn tree_hash(tree: &TreeFile) -> Result<ObjectHash, SnapshotError> {
    let text = tree.text(TREE, VERSION);
    let text = text.map_err(|error| unwritten(Path::new(TREES), error))?;
    Ok(ObjectHash::of(text.as_bytes()))
}

/// Writes a tree; one that is there and whole is left as it is.
///
/// # Errors
/// What the system says.
pub fn write_tree(
    files: &dyn EntryFiles,
    store: &Path,
    tree: &TreeFile,
) -> Result<WrittenTree, SnapshotError> {
    let text = tree
        .text(TREE, VERSION)
        .map_err(|error| unwritten(store, error))?;
    let hash = ObjectHash::of(text.as_bytes());
    // It may have been packed in another way.
    if tree_bytes(store, &hash).is_err() {
        let packed = compressor().and_then(|mut to| to.compress(text.as_bytes()));
        let packed = packed.map_err(SnapshotError::at(store))?;
        keep(files, store, &place_of_tree(&hash), &packed)?;
    }
    Ok(WrittenTree {
        hash,
        place: tree_place(&hash),
    })
}

/// Reads a tree, which is what its name says.
///
/// # Errors
/// [`SnapshotError::Gone`], [`SnapshotError::Damaged`], [`SnapshotError::Newer`]; what the system says.
pub fn read_tree(store: &Path, hash: &ObjectHash) -> Result<TreeFile, SnapshotError> {
    let bytes = tree_bytes(store, hash)?;
    read(&store.join(tree_place(hash)), &bytes, TREE)
}

/// A tree as it is packed, which is what its name says.
///
/// # Errors
/// As [`read_tree`].
pub(crate) fn packed_tree(store: &Path, hash: &ObjectHash) -> Result<Vec<u8>, SnapshotError> {
    tree_bytes(store, hash)?;
    bytes(store, &place_of_tree(hash).iter().collect::<PathBuf>())
}

/// Puts a tree that was packed elsewhere into the store, unless one is there; one that is not what its name says is
/// left out.
///
/// # Errors
/// What the system says.
pub(super) fn keep_packed_tree(
    files: &dyn EntryFiles,
    store: &Path,
    hash: &ObjectHash,
    packed: &[u8],
) -> Result<(), SnapshotError> {
    let is_it = unpacked(packed, LARGEST).is_some_and(|text| ObjectHash::of(&text) == *hash);
    if is_it && tree_bytes(store, hash).is_err() {
        keep(files, store, &place_of_tree(hash), packed)?;
    }
    Ok(())
}

fn tree_bytes(store: &Path, hash: &ObjectHash) -> Result<Vec<u8>, SnapshotError> {
    let path = place_of_tree(hash).iter().collect::<PathBuf>();
    unpacked(&bytes(store, &path)?, LARGEST)
        .filter(|bytes| ObjectHash::of(bytes) == *hash)
        .ok_or_else(|| SnapshotError::Damaged(store.join(path)))
}

/// Writes a manifest and gives its path. Its id is in its name, so there is none yet.
///
/// # Errors
/// What the system says.
pub fn write_manifest(
    files: &dyn EntryFiles,
    store: &Path,
    manifest: &Manifest,
) -> Result<PathBuf, SnapshotError> {
    #[derive(Serialize)]
    struct Written<'a> {
        format: &'a str,
        version: u64,
        #[serde(flatten)]
        manifest: &'a Manifest,
    }
    let written = Written {
        format: MANIFEST,
        version: VERSION,
        manifest,
    };
    let mut text =
        serde_json::to_string_pretty(&written).map_err(|error| unwritten(store, error))?;
    text.push('\n');
    keep(files, store, &place_of(manifest), text.as_bytes())
}

/// Reads a manifest, by its place in the store.
///
/// # Errors
/// As [`read_tree`].
pub fn read_manifest(store: &Path, place: &str) -> Result<Manifest, SnapshotError> {
    read(
        &store.join(place),
        &bytes(store, Path::new(place))?,
        MANIFEST,
    )
}

fn unwritten(store: &Path, error: serde_json::Error) -> SnapshotError {
    SnapshotError::at(store)(error.into())
}

fn bytes(store: &Path, relative: &Path) -> Result<Vec<u8>, SnapshotError> {
    let path = store.join(relative);
    Folder::open(store)
        .map_err(ReadError::Io)
        .and_then(|folder| folder.read(relative, LARGEST))
        .map_err(SnapshotError::reading(&path))
}

/// Reads one of both kinds of files: what it is for and which version it has are looked at first.
fn read<T: DeserializeOwned>(path: &Path, bytes: &[u8], format: &str) -> Result<T, SnapshotError> {
    let damaged = || SnapshotError::Damaged(path.to_owned());
    let json: Json = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    if json.get("format").and_then(Json::as_str) != Some(format) {
        return Err(damaged());
    }
    match json.get("version").and_then(Json::as_u64) {
        Some(VERSION) => serde_json::from_value(json).map_err(|_| damaged()),
        Some(version) if version > VERSION => Err(SnapshotError::Newer {
            path: path.to_owned(),
            version,
        }),
        _ => Err(damaged()),
    }
}
