//! Writing a backup.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flowkeep_core::{BackupId, KeptHistory, Kind, Message, Sha256};
use flowkeep_host::{FileLock, Files, Progress, Timestamp};
use flowkeep_store::{Snapshot, Store, StoreError};
use serde::Serialize;

use super::manifest::{FORMAT, FORMAT_VERSION, MANIFEST, Manifest, ManifestFile, ManifestWriter};
use super::prove::{prove, read_back};
use super::target::{BackupTarget, estimate};
use super::{DamagedFile, parts, readme, sessions};
use crate::FilesError;
use crate::snapshots::{TakeError, share, store_dir, usual_store_dir};
use crate::time::{local, rfc3339};

/// The manifest until it is whole.
const UNLISTED: &str = "manifest.json.partial";

/// What to back up and where.
pub struct BackupRequest<'a> {
    /// The file system.
    pub files: &'a dyn Files,
    /// The catalog.
    pub store: &'a Store,
    /// The data folder, whose locks are taken.
    pub data_dir: &'a Path,
    /// The folder in which the backup's own folder is made.
    pub target: &'a BackupTarget,
    /// A folder for the trial restore's temporary database.
    pub scratch: &'a Path,
    /// Now.
    pub at: Timestamp,
    /// Its id.
    pub id: BackupId,
    /// Its place among the backups of this data folder, from 1.
    pub sequence: u64,
    /// How much of the history goes into it.
    pub history: KeptHistory,
    /// The version of the app.
    pub app_version: &'a str,
    /// A hash that tells this computer from others.
    pub machine: &'a str,
    /// Whether to prove it by a trial restore. Only measurements leave that out, no face does; the
    /// files are read back either way.
    pub trial: bool,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Backup {
    /// Its folder.
    pub folder: PathBuf,
    /// How many of each kind.
    pub counts: Vec<(String, u32)>,
    /// Bytes of all files.
    pub bytes: u64,
    /// Documents with something like a password or a key in them.
    pub with_keys: u32,
    /// The newest operation it knows of.
    pub latest_operation: Option<String>,
    /// What the database could not give.
    pub damaged: Vec<DamagedFile>,
}

/// Makes a backup. Until it is proven its folder's name ends in `.partial`; when anything goes
/// wrong that folder is removed.
///
/// # Errors
/// [`FilesError`]; earlier backups are as they were.
pub fn write_backup(
    request: &BackupRequest<'_>,
    progress: &dyn Progress,
) -> Result<Backup, FilesError> {
    let _kept = kept_meanwhile(request)?;
    // Taken before the database is checked: what is checked is what is written.
    let snapshot = request.store.snapshot()?;
    let faults = request.store.quick_check(progress.cancellation())?;
    let estimate = estimate(
        request.files,
        &snapshot,
        request.target,
        request.history,
        request.at,
    )?;
    if estimate.needed > estimate.free {
        return Err(FilesError::NoRoom {
            path: request.target.folder.clone(),
            needed: estimate.needed,
            free: estimate.free,
        });
    }
    // The plan and the trial restore each hold all texts once, and their indexes.
    let rows = estimate.needed.saturating_sub(estimate.objects);
    let trial = rows.saturating_mul(3);
    let scratch = request.scratch.parent().unwrap_or(request.scratch);
    let space = request
        .files
        .space(scratch)
        .map_err(FilesError::at(scratch))?;
    if trial > space.free {
        return Err(FilesError::NoRoom {
            path: scratch.to_owned(),
            needed: trial,
            free: space.free,
        });
    }
    let (partial, folder) = create_folder(request)?;
    let made = write_and_prove(request, &snapshot, &partial, faults, progress).and_then(|made| {
        // The last moment at which nothing has its name.
        go_on(progress)?;
        let named = name_it(request, &partial, folder)?;
        Ok(Backup {
            folder: named,
            ..made
        })
    });
    made.map_err(|error| {
        if let Err(error) = request.files.remove_folder(&partial) {
            tracing::warn!(%error, folder = %partial.display(), "could not be removed");
        }
        with_room(request, estimate.needed, error)
    })
}

/// Keeps what snapshots hold from being cleared away while it is copied. In a data folder that cannot be written
/// nobody clears anything away.
fn kept_meanwhile(request: &BackupRequest<'_>) -> Result<Option<FileLock>, FilesError> {
    match share(request.data_dir) {
        Ok(lock) => Ok(Some(lock)),
        Err(TakeError::Busy) => Err(FilesError::SnapshotsBusy),
        Err(error) => {
            tracing::warn!(%error, "a backup is made without the lock of snapshots");
            Ok(None)
        }
    }
}

/// Where the contents of snapshots lie. That settings cannot be read is told where they are written.
fn where_snapshots_lie(request: &BackupRequest<'_>) -> Result<PathBuf, FilesError> {
    match store_dir(request.store, request.data_dir) {
        Err(StoreError::Damaged(_)) => Ok(usual_store_dir(request.data_dir)),
        dir => Ok(dir?),
    }
}

/// Takes a backup back that was made and is not wanted. Until it is gone it looks like an unfinished
/// one.
///
/// # Errors
/// What the system says.
pub fn withdraw_backup(files: &dyn Files, folder: &Path) -> Result<(), FilesError> {
    let partial = partial_of(folder);
    files
        .rename_new(folder, &partial)
        .and_then(|()| files.remove_folder(&partial))
        .map_err(FilesError::at(folder))
}

/// What a backup is called while it is not whole.
fn partial_of(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// The room ran out under way, because somebody else took it: said in bytes, as it is without us.
fn with_room(request: &BackupRequest<'_>, needed: u64, error: FilesError) -> FilesError {
    match error {
        FilesError::NoRoom { path, .. } => {
            let space = request.files.space(&request.target.folder);
            FilesError::NoRoom {
                path,
                needed,
                free: space.map_or(0, |space| space.free),
            }
        }
        other => other,
    }
}

/// The folder to write into, and the name it will have.
fn create_folder(request: &BackupRequest<'_>) -> Result<(PathBuf, PathBuf), FilesError> {
    for n in 0..1000 {
        let name = BackupTarget::name(request.at, n);
        let folder = request.target.folder.join(&name);
        let partial = partial_of(&folder);
        if folder.symlink_metadata().is_ok() {
            continue;
        }
        match request.files.create_folder(&partial) {
            Ok(()) => return Ok((partial, folder)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FilesError::at(&partial)(error)),
        }
    }
    let source = std::io::ErrorKind::AlreadyExists.into();
    Err(FilesError::Io {
        path: request.target.folder.clone(),
        source,
    })
}

/// Gives the proven folder its name; somebody else may have taken it meanwhile.
fn name_it(
    request: &BackupRequest<'_>,
    partial: &Path,
    wanted: PathBuf,
) -> Result<PathBuf, FilesError> {
    let mut folder = wanted;
    for n in 1..1000 {
        match request.files.rename_new(partial, &folder) {
            Ok(()) => {
                let above = &request.target.folder;
                if let Err(error) = request.files.flush(above) {
                    // A backup that failed has no final name: whole as it is, it goes the way of
                    // every unfinished one.
                    let _ = request.files.rename_new(&folder, partial);
                    return Err(FilesError::at(above)(error));
                }
                return Ok(folder);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                folder = request
                    .target
                    .folder
                    .join(BackupTarget::name(request.at, n));
            }
            Err(error) => return Err(FilesError::at(&folder)(error)),
        }
    }
    let source = std::io::ErrorKind::AlreadyExists.into();
    Err(FilesError::Io {
        path: folder,
        source,
    })
}

/// The settings, and those that have a file of their own.
fn settings(writing: &mut Writing<'_>, snapshot: &Snapshot) -> Result<(), FilesError> {
    let mut settings = writing.unless_broken("settings.json", snapshot.settings())?;
    let mut apart = Vec::new();
    for own in &parts::OWN_FILES {
        let mut taken = settings.extract_if(.., |(key, _)| key == own.setting);
        apart.extend(taken.next().map(|(_, value)| (own, value)));
    }
    let roots = writing.unless_broken("settings.json", snapshot.listed_config_roots())?;
    let bytes = parts::settings(settings, roots);
    writing.plain("settings.json", "settings", &bytes)?;
    for (own, value) in apart.into_iter().filter(|(_, value)| !value.is_null()) {
        writing.plain(own.path, own.kind, format!("{value}\n").as_bytes())?;
    }
    Ok(())
}

/// The file with the connections.
const CONNECTIONS: &str = "connections.json";

/// The file with what somebody has paused of what starts by itself.
const SCHEDULES: &str = "schedules.json";

/// The connections without their passwords; no file where there are none.
fn connections(writing: &mut Writing<'_>, snapshot: &Snapshot) -> Result<u32, FilesError> {
    let connections = writing.unless_broken(CONNECTIONS, snapshot.connections())?;
    listed(writing, CONNECTIONS, "connection", &connections)
}

/// The folder with a file for each task folder.
const FOLDERS: &str = "folders";

/// The task folders, a file for each; not what is in them.
fn folders(writing: &mut Writing<'_>, snapshot: &Snapshot) -> Result<u32, FilesError> {
    let folders = writing.unless_broken(FOLDERS, snapshot.task_folders())?;
    if !folders.is_empty() {
        writing.subfolder(FOLDERS)?;
    }
    for folder in &folders {
        let path = format!("{FOLDERS}/{}.json", folder.id);
        let mut bytes = serde_json::to_vec(folder)
            .map_err(|error| FilesError::at(Path::new(&path))(error.into()))?;
        bytes.push(b'\n');
        let id = folder.id.to_string();
        writing.plain_named(&path, "folder", &bytes, Some((&id, folder.name())))?;
    }
    Ok(u32::try_from(folders.len()).unwrap_or(u32::MAX))
}

/// What somebody has paused of what starts by itself; no file where there is none.
fn schedules(writing: &mut Writing<'_>, snapshot: &Snapshot) -> Result<(), FilesError> {
    let schedules = writing.unless_broken(SCHEDULES, snapshot.schedules())?;
    listed(writing, SCHEDULES, "schedule", &schedules)?;
    Ok(())
}

/// What there is beside documents and the history.
fn beside_documents(
    writing: &mut Writing<'_>,
    snapshot: &Snapshot,
    snapshots: &Path,
    counts: &mut BTreeMap<String, u32>,
) -> Result<(), FilesError> {
    settings(writing, snapshot)?;
    let connections = connections(writing, snapshot)?;
    schedules(writing, snapshot)?;
    let folders = folders(writing, snapshot)?;
    let sessions = sessions::sessions(writing, snapshot, snapshots)?;
    for (kind, count) in [
        ("connection", connections),
        ("folder", folders),
        ("session", sessions),
    ] {
        if count > 0 {
            counts.insert(kind.to_owned(), count);
        }
    }
    Ok(())
}

/// A file with all of these, unless there are none; answers how many.
fn listed<T: Serialize>(
    writing: &mut Writing<'_>,
    path: &'static str,
    kind: &'static str,
    all: &[T],
) -> Result<u32, FilesError> {
    if all.is_empty() {
        return Ok(0);
    }
    let mut bytes =
        serde_json::to_vec(all).map_err(|error| FilesError::at(Path::new(path))(error.into()))?;
    bytes.push(b'\n');
    writing.plain(path, kind, &bytes)?;
    Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
}

fn write_and_prove(
    request: &BackupRequest<'_>,
    snapshot: &Snapshot,
    partial: &Path,
    faults: Vec<String>,
    progress: &dyn Progress,
) -> Result<Backup, FilesError> {
    let mut writing = Writing::begin(request, partial, progress)?;
    let latest_operation = writing.unless_broken("operations", snapshot.latest_operation_id())?;
    // Says to others that this one is not broken off; not every volume knows locks.
    let _busy = FileLock::try_take(&partial.join(UNLISTED)).ok();
    for fault in faults {
        tracing::error!(fault, "the database is damaged");
        let reason = Message::new("database_page_damaged").with("detail", fault);
        writing.damaged.push(DamagedFile {
            path: "flowkeep.db".to_owned(),
            reason,
            name: None,
        });
    }
    let mut counts = BTreeMap::new();
    for kind in Kind::ALL {
        let count = writing.documents(snapshot, kind)?;
        counts.insert(kind.as_str().to_owned(), count);
    }
    let snapshots = where_snapshots_lie(request)?;
    beside_documents(&mut writing, snapshot, &snapshots, &mut counts)?;
    let since = request.history.since(request.at.0);
    let mut lost = Vec::new();
    writing.in_parts("revisions", "revision", |out| {
        parts::revisions(snapshot, since, out, &mut lost)
    })?;
    writing.damaged.append(&mut lost);
    let mut lost = Vec::new();
    let operations = writing.in_parts("operations", "operation", |out| {
        parts::operations(snapshot, since, out, &mut lost)
    })?;
    writing.damaged.append(&mut lost);
    counts.insert("operation".to_owned(), operations);
    let mut lost = Vec::new();
    let runs = writing.in_parts("runs", "run", |out| {
        parts::runs(snapshot, since, request.at, out, &mut lost)
    })?;
    writing.damaged.append(&mut lost);
    counts.insert("run".to_owned(), runs);
    let mut lost = Vec::new();
    let log = writing.in_parts("log", "log", |out| {
        parts::log(snapshot, since, out, &mut lost)
    })?;
    writing.damaged.append(&mut lost);
    counts.insert("log".to_owned(), log);
    let documents = Kind::ALL
        .iter()
        .filter_map(|kind| counts.get(kind.as_str()))
        .sum();
    let with_keys = with_keys(snapshot)?;
    let sessions = writing.unless_broken("sessions", snapshot.session_totals())?;
    let keys = readme::Keys {
        in_documents: with_keys,
        masked: sessions.masked,
        encrypted: sessions.encrypted,
    };
    writing.plain(
        "README.txt",
        "readme",
        readme::text(&rfc3339(request.at), documents, keys, request.history).as_bytes(),
    )?;
    let Writing {
        manifest, damaged, ..
    } = writing;
    let bytes = manifest.bytes;
    // One flush for all files; only what is on disk gets into a manifest.
    request
        .files
        .flush_tree(partial)
        .map_err(FilesError::at(partial))?;
    manifest
        .end(&counts, latest_operation.as_deref())
        .map_err(FilesError::at(partial))?;
    let (unlisted, listed) = (partial.join(UNLISTED), partial.join(MANIFEST));
    for step in [
        request.files.flush(&unlisted),
        request.files.rename_new(&unlisted, &listed),
        request.files.flush(partial),
    ] {
        step.map_err(FilesError::at(&listed))?;
    }
    let proof = if request.trial {
        prove(partial, request.scratch, progress)?
    } else {
        read_back(partial, progress)?
    };
    // What the database could not give whole is told already.
    let told = |part: &DamagedFile| damaged.iter().any(|lost| lost.path == part.path);
    if let Some(first) = proof.damaged.iter().find(|part| !told(part)) {
        let detail = format!("{}: {}", first.path, first.reason.code);
        return Err(FilesError::NotProven {
            path: partial.to_owned(),
            detail,
        });
    }
    Ok(Backup {
        folder: partial.to_owned(),
        counts: counts.into_iter().collect(),
        with_keys,
        bytes,
        latest_operation,
        damaged,
    })
}

/// In how many documents something like a key stands, as far as can be read: what broke is told by
/// what it keeps back.
fn with_keys(snapshot: &Snapshot) -> Result<u32, FilesError> {
    match snapshot.with_keys() {
        Err(StoreError::Damaged(_)) => Ok(0),
        counted => Ok(counted?),
    }
}

/// A backup being written.
pub(super) struct Writing<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) folder: &'a Path,
    pub(super) progress: &'a dyn Progress,
    pub(super) manifest: ManifestWriter,
    pub(super) damaged: Vec<DamagedFile>,
}

impl<'a> Writing<'a> {
    fn begin(
        request: &BackupRequest<'a>,
        folder: &'a Path,
        progress: &'a dyn Progress,
    ) -> Result<Self, FilesError> {
        let head = Manifest {
            format: FORMAT.to_owned(),
            version: FORMAT_VERSION,
            app_version: request.app_version.to_owned(),
            created_at: rfc3339(request.at),
            offset: local(request.at).format("%:z").to_string(),
            sequence: request.sequence,
            backup_id: request.id.to_string(),
            machine: request.machine.to_owned(),
            history: request.history,
            ..Manifest::default()
        };
        let path = folder.join(UNLISTED);
        let manifest = request
            .files
            .create_new(&path)
            .and_then(|out| ManifestWriter::begin(out, &head))
            .map_err(FilesError::at(&path))?;
        Ok(Self {
            files: request.files,
            folder,
            progress,
            manifest,
            damaged: Vec::new(),
        })
    }

    /// What was read, or what stands for nothing when a broken page kept it; then that is named.
    pub(super) fn unless_broken<T: Default>(
        &mut self,
        what: &str,
        read: Result<T, StoreError>,
    ) -> Result<T, FilesError> {
        match read {
            Err(StoreError::Damaged(detail)) => {
                tracing::error!(detail, what, "could not be read");
                self.damaged.push(DamagedFile {
                    path: what.to_owned(),
                    reason: Message::new("database_page_damaged").with("detail", detail),
                    name: None,
                });
                Ok(T::default())
            }
            read => Ok(read?),
        }
    }

    /// Writes one file that is not a document.
    pub(super) fn plain(&mut self, path: &str, kind: &str, bytes: &[u8]) -> Result<(), FilesError> {
        self.plain_named(path, kind, bytes, None)
    }

    /// Writes one file that is not a document but has an id and a name.
    pub(super) fn plain_named(
        &mut self,
        path: &str,
        kind: &str,
        bytes: &[u8],
        of: Option<(&str, &str)>,
    ) -> Result<(), FilesError> {
        let target = self.folder.join(path);
        self.files
            .write_new(&target, bytes)
            .map_err(FilesError::at(&target))?;
        self.list(ManifestFile {
            path: path.to_owned(),
            kind: kind.to_owned(),
            id: of.map(|(id, _)| id.to_owned()),
            name: of.map(|(_, name)| name.to_owned()),
            format: None,
            revision: None,
            created_at: None,
            updated_at: None,
            sha256: Sha256::of(bytes),
            bytes: bytes.len() as u64,
        })
    }

    /// Writes lines into files of a month each; answers how many were counted.
    fn in_parts(
        &mut self,
        folder: &str,
        kind: &str,
        fill: impl FnOnce(&mut parts::Parts<'_>) -> Result<u32, FilesError>,
    ) -> Result<u32, FilesError> {
        self.subfolder(folder)?;
        let mut sink = |name: &str, bytes: &[u8]| {
            go_on(self.progress)?;
            self.plain(&format!("{folder}/{name}"), kind, bytes)
        };
        let mut out = parts::Parts::new(&mut sink);
        let count = fill(&mut out)?;
        out.end()?;
        Ok(count)
    }

    pub(super) fn subfolder(&self, name: &str) -> Result<(), FilesError> {
        let path = self.folder.join(name);
        self.files
            .create_folder(&path)
            .map_err(FilesError::at(&path))
    }

    fn list(&mut self, file: ManifestFile) -> Result<(), FilesError> {
        self.manifest
            .add(&file)
            .map_err(FilesError::at(self.folder))
    }
}

pub(super) fn go_on(progress: &dyn Progress) -> Result<(), FilesError> {
    if progress.cancelled() {
        Err(FilesError::Cancelled)
    } else {
        Ok(())
    }
}
