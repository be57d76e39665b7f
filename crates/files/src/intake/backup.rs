//! Reading a backup by its manifest. Each file is compared with its size and hash before it is
//! parsed; a damaged one is named by its document's name and the others go on.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::fs::File;
use std::path::Path;

use chrono::DateTime;
use flowkeep_core::connection::SourceKind;
use flowkeep_core::folder::is_file_name;
use flowkeep_core::{
    Document, Encoding, Format, Kind, MAX_DOCUMENT_BYTES, Message, Recognised, Sha256, Summary,
    recognise, summarise,
};
use flowkeep_host::{
    Cancellation, Folder, Progress, ReadError, SpecialFile, machine_id, path_text,
};
use flowkeep_store::{
    IncomingDocument, IndexTerms, Rejection, SnapshotConnection, SnapshotFolder, SnapshotLog,
    SnapshotOperation, SnapshotRun, SnapshotSchedule, SnapshotSession, Staging, StateThere,
};
use walkdir::WalkDir;

use crate::backup::parts::{BOUND_SETTINGS, CONFIG_ROOTS, OWN_FILES, RevisionLine};
use crate::backup::sessions::objects_lost;
use crate::backup::{
    DamagedFile, FORMAT, FORMAT_VERSION, MANIFEST, Manifest, ManifestFile, each_file, read_header,
};
use crate::rounds::{Rounds, hash_of};
use crate::snapshots::pack::{Placed, given_by, name_of};
use crate::{FilesError, io_reason};

/// A wrapper around a text escapes it; six bytes for one is the worst.
const FILE_LIMIT: u64 = (MAX_DOCUMENT_BYTES as u64) * 6 + 4096;

/// What reading a backup found beside what is in the plan.
#[derive(Debug, Default)]
pub struct ReadBackup {
    /// Files read.
    pub files: u32,
    /// Damaged files that are no documents.
    pub damaged_parts: Vec<DamagedFile>,
    /// What lies in the folder and is not part of the backup, by its path inside the folder.
    pub unlisted: Vec<String>,
}

/// Reads a manifest and checks that this program can read the backup.
///
/// # Errors
/// [`FilesError::ManifestDamaged`], [`FilesError::Newer`].
pub fn read_manifest(folder: &Path) -> Result<Manifest, FilesError> {
    let (_, file) = open_manifest(folder)?;
    let manifest = read_header(file).map_err(|error| damaged(folder, &error))?;
    if manifest.format != FORMAT {
        let detail = format!("format is {:?}", manifest.format);
        return Err(damaged(folder, &detail));
    }
    if manifest.version > FORMAT_VERSION {
        return Err(FilesError::Newer {
            found: manifest.version,
            known: FORMAT_VERSION,
            app_version: manifest.app_version,
        });
    }
    Ok(manifest)
}

/// A backup's folder and its manifest, to be read.
fn open_manifest(folder: &Path) -> Result<(Folder, File), FilesError> {
    let opened = Folder::open(folder).map_err(FilesError::reading(folder))?;
    let manifest = opened
        .open_file(Path::new(MANIFEST))
        .map_err(|error| damaged(folder, &error))?;
    Ok((opened, manifest))
}

fn damaged(folder: &Path, detail: &dyn Display) -> FilesError {
    FilesError::ManifestDamaged {
        path: folder.to_owned(),
        detail: detail.to_string(),
    }
}

/// What a backup is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To come into a catalog.
    Keep,
    /// To see whether it would. What the documents are sorted and found by is left out: no backup
    /// holds it, and nobody lists or searches what is restored for trial.
    Trial,
}

/// Lays a whole backup out in a plan. Of the manifest the head was read before.
///
/// # Errors
/// [`FilesError::ManifestDamaged`]; [`FilesError::Cancelled`]; [`FilesError::Store`]. Damaged
/// documents are in the plan, other damaged files in the answer.
pub fn stage_backup(
    folder: &Path,
    manifest: &Manifest,
    staging: &mut Staging,
    purpose: Purpose,
    progress: &dyn Progress,
) -> Result<ReadBackup, FilesError> {
    let total = manifest
        .counts
        .values()
        .copied()
        .reduce(u32::saturating_add);
    let (opened, listing) = open_manifest(folder)?;
    let mut reading = Reading {
        shown: folder,
        staging,
        read: ReadBackup::default(),
        listed: HashSet::new(),
        documents: BTreeMap::new(),
        made_here: manifest.machine == machine_id(),
        folders: 0,
        sessions: 0,
        runs: 0,
        log: 0,
    };
    let mut rounds = Rounds::new(
        |file: ManifestFile| {
            let content = content(&opened, &file, purpose, progress.cancellation());
            (file, content)
        },
        |(file, content)| {
            if progress.cancelled() {
                return Err(FilesError::Cancelled);
            }
            reading.read.files += 1;
            progress.step("read", reading.read.files, total, file.name.as_deref());
            reading.file(&file, content)
        },
    );
    let listed = each_file(listing, |file| {
        let bytes = file.bytes;
        rounds.add(file, bytes)
    });
    // What was read before the manifest broke off is no use: a damaged manifest is refused.
    listed.map_err(|error| damaged(folder, &error))??;
    rounds.end()?;
    reading.unlisted(progress)?;
    reading.counted(manifest);
    reading.not_whole()?;
    Ok(reading.read)
}

/// Reads every listed file and compares it with the manifest; what is in the files is not looked at.
///
/// # Errors
/// As [`read_manifest`]; [`FilesError::Cancelled`]. Every damaged file is in the answer.
pub(crate) fn check_files(
    folder: &Path,
    progress: &dyn Progress,
) -> Result<ReadBackup, FilesError> {
    let (opened, listing) = open_manifest(folder)?;
    let mut read = ReadBackup::default();
    let mut rounds = Rounds::new(
        |file: ManifestFile| {
            let damage = if progress.cancelled() {
                None
            } else {
                checked(&opened, &file).err()
            };
            (file, damage)
        },
        |(file, damage)| {
            if progress.cancelled() {
                return Err(FilesError::Cancelled);
            }
            read.files += 1;
            progress.step("read", read.files, None, file.name.as_deref());
            if let Some(reason) = damage {
                read.damaged_parts.push(DamagedFile {
                    path: file.path,
                    reason,
                    name: file.name,
                });
            }
            Ok(())
        },
    );
    let listed = each_file(listing, |file| {
        let bytes = file.bytes;
        rounds.add(file, bytes)
    });
    listed.map_err(|error| damaged(folder, &error))??;
    rounds.end()?;
    Ok(read)
}

/// No document has this many; a number beyond it is a damaged one.
const MOST_REVISIONS: u32 = 1 << 30;

/// What is in a listed file.
enum Content {
    Document(Kind, Box<ReadDocument>),
    Part(Vec<u8>),
    Damaged(Message),
}

/// A document and all that is made of it before it is laid out.
struct ReadDocument {
    format: Format,
    text: String,
    sha256: Sha256,
    summary: Summary,
    terms: IndexTerms,
}

/// Reads a listed file, checks it against the manifest and parses it.
fn content(
    folder: &Folder,
    file: &ManifestFile,
    purpose: Purpose,
    cancellation: &Cancellation,
) -> Content {
    if cancellation.is_cancelled() {
        // Nobody takes it in any more.
        return Content::Damaged(Message::new("file_unreadable"));
    }
    let kind = Kind::from_word(&file.kind);
    let read = checked(folder, file).and_then(|bytes| match kind {
        None => Ok(Content::Part(bytes)),
        Some(kind) => {
            let document = document(&bytes, file, kind)?;
            let mut summary = summarise(kind, &document, None);
            if !summary.name_given
                && let Some(name) = &file.name
            {
                summary.name.clone_from(name);
            }
            let terms = match purpose {
                Purpose::Keep => IndexTerms::of(&summary),
                Purpose::Trial => IndexTerms::default(),
            };
            let read = ReadDocument {
                format: document.format(),
                sha256: document.sha256(),
                // The view ends here, on the thread that made it.
                text: document.into_text(),
                summary,
                terms,
            };
            Ok(Content::Document(kind, Box::new(read)))
        }
    });
    read.unwrap_or_else(Content::Damaged)
}

/// The bytes of a file that is as the manifest says.
fn checked(folder: &Folder, file: &ManifestFile) -> Result<Vec<u8>, Message> {
    let bytes = folder
        .read(Path::new(&file.path), FILE_LIMIT)
        .map_err(|error| why(&error))?;
    let length = bytes.len() as u64;
    if length < file.bytes {
        return Err(Message::new("file_cut_short")
            .with("bytes", length)
            .with("expected", file.bytes));
    }
    if length != file.bytes || Sha256::of(&bytes) != file.sha256 {
        return Err(Message::new("file_changed"));
    }
    Ok(bytes)
}

struct Reading<'a> {
    shown: &'a Path,
    staging: &'a mut Staging,
    read: ReadBackup,
    /// Hashes of the listed paths: eight bytes each, so that a hundred thousand of them weigh
    /// nothing. Two paths that meet would only leave a stranger untold.
    listed: HashSet<u64>,
    /// Documents listed, per kind.
    documents: BTreeMap<Kind, u32>,
    /// Whether it was made on this computer.
    made_here: bool,
    /// Task folders listed.
    folders: u32,
    /// Sessions read.
    sessions: u32,
    /// Runs read.
    runs: u32,
    /// Entries of the log read.
    log: u32,
}

impl Reading<'_> {
    /// Names what lies in the folder and is not in the manifest. It is told and never read.
    fn unlisted(&mut self, progress: &dyn Progress) -> Result<(), FilesError> {
        let entries = WalkDir::new(self.shown).follow_links(false).min_depth(1);
        for entry in entries {
            if progress.cancelled() {
                return Err(FilesError::Cancelled);
            }
            // What cannot be looked into holds nothing that was listed and read.
            let Ok(entry) = entry else { continue };
            let relative = entry
                .path()
                .strip_prefix(self.shown)
                .unwrap_or(entry.path());
            let known = relative == Path::new(MANIFEST) || self.listed.contains(&hash_of(relative));
            if known || entry.file_type().is_dir() {
                continue;
            }
            self.read.unlisted.push(
                relative
                    .to_str()
                    .map_or_else(|| path_text(entry.path()), str::to_owned),
            );
            self.leave(entry.path(), &Message::new("file_not_listed"))?;
        }
        Ok(())
    }

    /// Names a file that stays out, though nothing is wrong with it.
    fn leave(&mut self, path: &Path, reason: &Message) -> Result<(), FilesError> {
        self.staging.add_rejection(&Rejection {
            path: &path_text(path),
            kind: None,
            id: None,
            name: None,
            damaged: false,
            reason,
        })?;
        Ok(())
    }

    /// A manifest that lists fewer documents, task folders, sessions, runs or entries of the log than it counts has lost some.
    fn counted(&mut self, manifest: &Manifest) {
        let documents = Kind::ALL.map(|kind| {
            let listed = self.documents.get(&kind).copied().unwrap_or_default();
            (kind.as_str(), listed)
        });
        // Of the others a damaged file is named already.
        let whole = self.read.damaged_parts.is_empty();
        let others = [
            ("folder", self.folders),
            ("session", self.sessions),
            ("run", self.runs),
            ("log", self.log),
        ];
        for (kind, listed) in documents
            .into_iter()
            .chain(others.into_iter().filter(|_| whole))
        {
            let expected = manifest.counts.get(kind).copied().unwrap_or_default();
            if listed < expected {
                let reason = Message::new("manifest_incomplete")
                    .with("listed", listed)
                    .with("expected", expected);
                self.read.damaged_parts.push(DamagedFile {
                    path: MANIFEST.to_owned(),
                    reason,
                    name: None,
                });
            }
        }
    }

    /// Names the runs and executions that are not whole: a file with a part of them is damaged.
    fn not_whole(&mut self) -> Result<(), FilesError> {
        let damaged = &mut self.read.damaged_parts;
        self.staging.each_broken_run(|run| {
            damaged.push(DamagedFile {
                path: format!("runs/{}", run.id),
                reason: Message::new(if run.without_definition {
                    "run_without_definition"
                } else {
                    "record_not_whole"
                }),
                name: Some(run.workflow_name),
            });
        })?;
        self.staging.each_broken_execution(|id| {
            damaged.push(DamagedFile {
                path: format!("log/{id}"),
                reason: Message::new("record_not_whole"),
                name: None,
            });
        })?;
        self.staging.each_broken_session(|session| {
            damaged.push(DamagedFile {
                path: session.file,
                reason: objects_lost(session.lost),
                name: Some(session.name),
            });
        })?;
        Ok(())
    }

    fn file(&mut self, file: &ManifestFile, content: Content) -> Result<(), FilesError> {
        self.listed.insert(hash_of(Path::new(&file.path)));
        if let Some(kind) = Kind::from_word(&file.kind) {
            *self.documents.entry(kind).or_default() += 1;
        }
        match content {
            Content::Document(kind, read) => self.put(file, kind, &read),
            Content::Part(bytes) => {
                if let Err(reason) = self.part(file, &bytes)? {
                    self.damaged_part(file, reason);
                }
                Ok(())
            }
            Content::Damaged(reason) => {
                if let Some(kind) = Kind::from_word(&file.kind) {
                    return self.reject(file, kind, &reason);
                }
                self.damaged_part(file, reason);
                Ok(())
            }
        }
    }

    fn put(
        &mut self,
        file: &ManifestFile,
        kind: Kind,
        read: &ReadDocument,
    ) -> Result<(), FilesError> {
        let id = file.id.as_deref().unwrap_or(&read.summary.derived_id);
        let updated = file.updated_at.as_deref().and_then(millis);
        let path = self.shown.join(&file.path);
        self.staging.add_document(&IncomingDocument {
            path: &path_text(&path),
            kind,
            id,
            id_derived: false,
            format: read.format,
            text: &read.text,
            sha256: read.sha256,
            summary: &read.summary,
            terms: &read.terms,
            encoding: Encoding::Utf8,
            there: file
                .revision
                .filter(|revision| *revision <= MOST_REVISIONS)
                .zip(updated)
                .map(|(revision, updated_at)| StateThere {
                    revision,
                    created_at: file.created_at.as_deref().and_then(millis),
                    updated_at,
                }),
        })?;
        Ok(())
    }

    fn reject(
        &mut self,
        file: &ManifestFile,
        kind: Kind,
        reason: &Message,
    ) -> Result<(), FilesError> {
        let path = self.shown.join(&file.path);
        self.staging.add_rejection(&Rejection {
            path: &path_text(&path),
            kind: Some(kind),
            id: file.id.as_deref(),
            name: file.name.as_deref(),
            damaged: true,
            reason,
        })?;
        Ok(())
    }

    fn damaged_part(&mut self, file: &ManifestFile, reason: Message) {
        self.read.damaged_parts.push(DamagedFile {
            path: file.path.clone(),
            reason,
            name: None,
        });
    }

    /// Activity, earlier revisions, runs, the log, settings. The outer error ends the reading, the inner one
    /// says what is wrong with this file.
    fn part(
        &mut self,
        file: &ManifestFile,
        bytes: &[u8],
    ) -> Result<Result<(), Message>, FilesError> {
        let unreadable = |line: usize| Message::new("line_unreadable").with("line", line + 1);
        match file.kind.as_str() {
            "operation" => {
                for (number, line) in lines(bytes) {
                    let Ok(line) = serde_json::from_slice::<SnapshotOperation>(line) else {
                        return Ok(Err(unreadable(number)));
                    };
                    match line {
                        SnapshotOperation::Operation(row) => self.staging.add_operation(&row)?,
                        SnapshotOperation::Items {
                            items_of,
                            first,
                            items,
                        } => {
                            self.staging.add_operation_items(&items_of, first, &items)?;
                        }
                    }
                }
            }
            "revision" => {
                for (number, line) in lines(bytes) {
                    let Ok(line) = serde_json::from_slice::<RevisionLine>(line) else {
                        return Ok(Err(unreadable(number)));
                    };
                    self.staging.add_revision(&line.revision, &line.text)?;
                }
            }
            "run" => {
                for (number, line) in lines(bytes) {
                    let Ok(part) = serde_json::from_slice::<SnapshotRun>(line) else {
                        return Ok(Err(unreadable(number)));
                    };
                    if let SnapshotRun::Definition { sha256, text } = &part
                        && Sha256::of(text.as_bytes()) != *sha256
                    {
                        // Kept under that hash it would take the place of another text.
                        return Ok(Err(unreadable(number)));
                    }
                    self.runs += u32::from(matches!(part, SnapshotRun::Run(_)));
                    self.staging.add_run_part(&part)?;
                }
            }
            "log" => {
                for (number, line) in lines(bytes) {
                    let Ok(part) = serde_json::from_slice::<SnapshotLog>(line) else {
                        return Ok(Err(unreadable(number)));
                    };
                    self.log += u32::from(!matches!(part, SnapshotLog::Messages { .. }));
                    self.staging.add_log_part(&part)?;
                }
            }
            "settings" => {
                if !self.settings(bytes)? {
                    return Ok(Err(unreadable(0)));
                }
            }
            "connection" => {
                let Ok(connections) = serde_json::from_slice::<Vec<serde_json::Value>>(bytes)
                else {
                    return Ok(Err(unreadable(0)));
                };
                for connection in connections {
                    self.connection(file, connection)?;
                }
            }
            "schedule" => {
                let Ok(schedules) = serde_json::from_slice::<Vec<SnapshotSchedule>>(bytes) else {
                    return Ok(Err(unreadable(0)));
                };
                for schedule in schedules {
                    self.staging.add_schedule(&schedule)?;
                }
            }
            "folder" => match serde_json::from_slice(bytes) {
                Ok(folder) => self.folder(file, folder)?,
                Err(_) => return Ok(Err(unreadable(0))),
            },
            "session" => {
                if !self.session(file, bytes)? {
                    return Ok(Err(unreadable(0)));
                }
            }
            "object" => self.object(file, bytes)?,
            "readme" => {}
            // What a later version of this format may add.
            kind => {
                if let Some(own) = OWN_FILES.iter().find(|own| own.kind == kind) {
                    let Ok(value) = serde_json::from_slice(bytes) else {
                        return Ok(Err(unreadable(0)));
                    };
                    match own.refused(&value) {
                        Some(reason) => self.leave(&self.shown.join(&file.path), &reason)?,
                        None => self.staging.add_setting(own.setting, &value)?,
                    }
                    return Ok(Ok(()));
                }
                let reason = Message::new("kind_not_known").with("kind", kind);
                self.leave(&self.shown.join(&file.path), &reason)?;
            }
        }
        Ok(Ok(()))
    }

    /// The settings; says whether they could be read.
    fn settings(&mut self, bytes: &[u8]) -> Result<bool, FilesError> {
        let Ok(mut settings) =
            serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes)
        else {
            return Ok(false);
        };
        let roots = settings.remove(CONFIG_ROOTS).unwrap_or_default();
        let Ok(roots) = serde_json::from_value::<Option<Vec<String>>>(roots) else {
            return Ok(false);
        };
        for root in roots.unwrap_or_default() {
            self.staging.add_config_root(&root)?;
        }
        for (key, value) in settings {
            if !BOUND_SETTINGS.contains(&key.as_str()) {
                self.staging.add_setting(&key, &value)?;
            }
        }
        Ok(true)
    }

    /// One session; says whether it could be read.
    fn session(&mut self, file: &ManifestFile, bytes: &[u8]) -> Result<bool, FilesError> {
        match serde_json::from_slice::<SnapshotSession>(bytes) {
            Ok(session) if session.is_coherent() => {
                self.sessions += 1;
                self.staging.add_session(&session, &file.path)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// One file with contents of sessions. A tree says what its session says as well, and is looked at where it is
    /// brought into the store.
    fn object(&mut self, file: &ManifestFile, bytes: &[u8]) -> Result<(), FilesError> {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let Some(name) = name_of(name) else {
            return Ok(());
        };
        let placed: Vec<_> = self
            .staging
            .objects_in(name)?
            .iter()
            .map(Placed::from)
            .collect();
        let given = given_by(bytes, name, &placed);
        Ok(self.staging.note_found(name, &given)?)
    }

    /// One task folder. What lies at the path of one from another computer may be somebody else's here:
    /// it is told and left to people.
    fn folder(
        &mut self,
        file: &ManifestFile,
        mut folder: SnapshotFolder,
    ) -> Result<(), FilesError> {
        self.folders += 1;
        // What is no name of a file here keeps none, and nobody could set it.
        folder.settings.keep.retain(|name| is_file_name(name));
        if folder.is_own() || (self.made_here && folder.is_whole_path()) {
            return Ok(self.staging.add_folder(&folder)?);
        }
        let reason = Message::new("folder_elsewhere").with("folder", &folder.path);
        self.staging.add_rejection(&Rejection {
            path: &path_text(&self.shown.join(&file.path)),
            kind: None,
            id: file.id.as_deref(),
            name: Some(folder.name()),
            damaged: false,
            reason: &reason,
        })?;
        Ok(())
    }

    /// One connection. A kind that a later version knows is skipped; one that could not be added here
    /// by hand does not come in either.
    fn connection(
        &mut self,
        file: &ManifestFile,
        entry: serde_json::Value,
    ) -> Result<(), FilesError> {
        let word = |key: &str| entry.get(key).and_then(serde_json::Value::as_str);
        let (name, kind) = (word("name").map(str::to_owned), word("kind").unwrap_or(""));
        let known = SourceKind::ALL.iter().any(|known| known.as_str() == kind);
        let not_known = Message::new("kind_not_known").with("kind", kind);
        let reason = match serde_json::from_value::<SnapshotConnection>(entry) {
            Ok(incoming) => match incoming.connection.problems().into_iter().next() {
                None => return Ok(self.staging.add_connection(&incoming)?),
                Some(problem) => problem.into(),
            },
            Err(_) if known => Message::new("connection_unreadable"),
            Err(_) => not_known,
        };
        self.staging.add_rejection(&Rejection {
            path: &path_text(&self.shown.join(&file.path)),
            kind: None,
            id: None,
            name: name.as_deref(),
            damaged: known,
            reason: &reason,
        })?;
        Ok(())
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
}

/// The document in a file of a backup: JSON stands bare, another format inside a wrapper.
fn document(bytes: &[u8], file: &ManifestFile, kind: Kind) -> Result<Document, Message> {
    if file.format.is_none() {
        let text = std::str::from_utf8(bytes).map_err(|_| Message::new("encoding_unknown"))?;
        return Document::parse(Format::Json, text.to_owned());
    }
    match recognise(bytes, &file.path, Some(kind)) {
        Recognised::Document { document, .. } => Ok(document),
        Recognised::NotOurs(reason) | Recognised::Broken(reason) => Err(reason),
    }
}

/// Why a file was not read, for people.
pub(crate) fn why(error: &ReadError) -> Message {
    match error {
        ReadError::Missing => Message::new("file_missing"),
        ReadError::Special(SpecialFile::Link) => Message::new("file_is_link"),
        ReadError::Special(SpecialFile::Folder) => Message::new("file_is_folder"),
        ReadError::Special(SpecialFile::Other) => Message::new("file_is_special"),
        ReadError::TooLarge { bytes, limit } => Message::new("file_too_large")
            .with("file_bytes", bytes)
            .with("most_bytes", limit),
        ReadError::Outside => Message::new("file_outside"),
        ReadError::Io(error) => io_reason(error),
    }
}

fn millis(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.timestamp_millis())
}
