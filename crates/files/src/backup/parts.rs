//! What comes as lines: Activity, earlier revisions, runs, the log of other programs. A file per month, cut when it grows large;
//! past months do not change, so the same file is in the next backup.

use std::collections::HashSet;

use flowkeep_core::run::route::Rule;
use flowkeep_core::{Message, Sha256};
use flowkeep_host::Timestamp;
use flowkeep_store::{
    Lost, Snapshot, SnapshotLog, SnapshotOperation, SnapshotRevision, SnapshotRun, StoreError,
};
use serde::{Deserialize, Serialize};

use super::DamagedFile;
use crate::FilesError;
use crate::snapshots::{STORE_DIR, STORE_MOVE};
use crate::time::utc;

/// A part is closed at about this size, so that reading one back needs little memory.
const PART: usize = 4 << 20;

/// Settings that mean something on this computer only.
pub(crate) const BOUND_SETTINGS: [&str; 18] = [
    "archives_cleaned_up_at",
    "backup_folder",
    "backup_folder_asked",
    "backup_target",
    "cleaned_up_at",
    "example_declined",
    "interrupted_restore",
    // What is kept how long is said anew where a history is brought back: else the next clean-up
    // would take away what a restore has just brought.
    "keep_days",
    "keep_runs",
    "log_dir",
    "log_storage",
    // Elsewhere there is another disk.
    STORE_DIR,
    // Only here is the key to what is encrypted.
    "snapshot_recipient",
    "snapshot_secrets",
    STORE_MOVE,
    "snapshots_brought_at",
    "snapshots_cleaned_up_at",
    "stopped_start",
];

/// One line of `revisions/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RevisionLine {
    #[serde(flatten)]
    pub(crate) revision: SnapshotRevision,
    pub(crate) text: String,
}

type Sink<'a> = &'a mut dyn FnMut(&str, &[u8]) -> Result<(), FilesError>;

/// Collects lines and hands them on as files.
pub(crate) struct Parts<'a> {
    sink: Sink<'a>,
    month: String,
    number: u32,
    lines: Vec<u8>,
    /// Files handed on.
    closed: u32,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(sink: Sink<'a>) -> Self {
        Self {
            sink,
            month: String::new(),
            number: 1,
            lines: Vec::new(),
            closed: 0,
        }
    }

    fn add(&mut self, at: Timestamp, line: &impl Serialize) -> Result<(), FilesError> {
        self.open(at)?;
        self.join(line)
    }

    /// Opens the file of a line of this moment; says which it is, counted from 0.
    fn open(&mut self, at: Timestamp) -> Result<u32, FilesError> {
        let month = utc(at).format("%Y-%m").to_string();
        // Rows come in the order of what happened; where the clock went back they stay with the
        // later month, so that a closed file is never opened again.
        if month > self.month {
            self.close()?;
            self.month = month;
            self.number = 1;
        } else if self.lines.len() >= PART {
            self.close()?;
        }
        Ok(self.closed)
    }

    /// Adds a line to the open file, however large that is.
    fn join(&mut self, line: &impl Serialize) -> Result<(), FilesError> {
        serde_json::to_writer(&mut self.lines, line)
            .map_err(|error| FilesError::at(std::path::Path::new(&self.month))(error.into()))?;
        self.lines.push(b'\n');
        Ok(())
    }

    fn close(&mut self) -> Result<(), FilesError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let name = match self.number {
            1 => format!("{}.jsonl", self.month),
            n => format!("{}-{n}.jsonl", self.month),
        };
        (self.sink)(&name, &self.lines)?;
        self.lines.clear();
        self.number += 1;
        self.closed += 1;
        Ok(())
    }

    pub(crate) fn end(mut self) -> Result<(), FilesError> {
        self.close()
    }
}

/// What cannot be read any further because a page is broken: what was read before it stays.
fn as_far_as_it_goes(
    read: Result<(), FilesError>,
    what: &str,
    lost: &mut Vec<DamagedFile>,
) -> Result<(), FilesError> {
    match read {
        Err(FilesError::Store(StoreError::Damaged(detail))) => {
            tracing::error!(detail, what, "could not be read to its end");
            lost.push(DamagedFile {
                path: what.to_owned(),
                reason: Message::new("database_page_damaged").with("detail", detail),
                name: None,
            });
            Ok(())
        }
        other => other,
    }
}

/// Earlier revisions from `since` on. One whose text is not what was written is named in `lost`
/// and left out.
pub(crate) fn revisions(
    snapshot: &Snapshot,
    since: i64,
    out: &mut Parts<'_>,
    lost: &mut Vec<DamagedFile>,
) -> Result<u32, FilesError> {
    let mut count = 0;
    let mut unreadable = Vec::new();
    let mut documents = Vec::new();
    let each = |revision: SnapshotRevision, text: Result<(String, Sha256), StoreError>| {
        let code = match text {
            Ok((text, sha256)) if Sha256::of(text.as_bytes()) == sha256 => {
                count += 1;
                let at = Timestamp(revision.at);
                return out.add(at, &RevisionLine { revision, text });
            }
            Ok(_) => "kept_text_changed",
            Err(StoreError::Damaged(_)) => "kept_text_damaged",
            Err(_) => "kept_text_unreadable",
        };
        tracing::error!(code, "a revision could not be read");
        unreadable.push(DamagedFile {
            path: format!("revisions/{}/{}", revision.id, revision.revision),
            reason: Message::new(code),
            name: Some(revision.name),
        });
        Ok::<_, FilesError>(())
    };
    let read = snapshot.earlier_revisions(since, each, |document| {
        documents.push(DamagedFile {
            path: format!("revisions/{}", document.id()),
            reason: Message::new("kept_text_damaged"),
            name: Some(snapshot.document_name(document)),
        });
    });
    lost.append(&mut unreadable);
    lost.append(&mut documents);
    as_far_as_it_goes(read, "revisions", lost)?;
    Ok(count)
}

/// Activity from `since` on.
pub(crate) fn operations(
    snapshot: &Snapshot,
    since: i64,
    out: &mut Parts<'_>,
    lost: &mut Vec<DamagedFile>,
) -> Result<u32, FilesError> {
    let mut count = 0;
    let mut at = Timestamp(0);
    let read = snapshot.operations(since, |piece| {
        if let SnapshotOperation::Operation(operation) = &piece {
            count += 1;
            at = Timestamp(operation.at);
        }
        out.add(at, &piece)
    });
    as_far_as_it_goes(read, "operations", lost)?;
    Ok(count)
}

/// Runs that ended from `since` on, and those that have not ended: these stand with what ended
/// last, at the moment `now` of the backup, so that earlier months do not change. The file in which a run
/// begins has the definition it was started with.
pub(crate) fn runs(
    snapshot: &Snapshot,
    since: i64,
    now: Timestamp,
    out: &mut Parts<'_>,
    lost: &mut Vec<DamagedFile>,
) -> Result<u32, FilesError> {
    let mut count = 0;
    let mut unreadable = Vec::new();
    let mut file = 0;
    let mut known = HashSet::new();
    let read = snapshot.runs(
        since,
        |ended, part| {
            let at = ended.map_or(now, Timestamp);
            match &part {
                // It comes before each run, and both stand in one file.
                SnapshotRun::Definition { sha256, .. } => {
                    let open = out.open(at)?;
                    if open != file {
                        file = open;
                        known.clear();
                    }
                    if known.insert(*sha256) {
                        out.join(&part)?;
                    }
                    Ok(())
                }
                SnapshotRun::Run(_) => {
                    count += 1;
                    out.join(&part)
                }
                _ => out.add(at, &part),
            }
        },
        |run| unreadable.push(unreadable_entry("runs", run)),
    );
    lost.append(&mut unreadable);
    as_far_as_it_goes(read, "runs", lost)?;
    Ok(count)
}

/// What other programs recorded of what ended or was done from `since` on.
pub(crate) fn log(
    snapshot: &Snapshot,
    since: i64,
    out: &mut Parts<'_>,
    lost: &mut Vec<DamagedFile>,
) -> Result<u32, FilesError> {
    let mut count = 0;
    let mut unreadable = Vec::new();
    let read = snapshot.log(
        since,
        |at, part| {
            count += u32::from(!matches!(part, SnapshotLog::Messages { .. }));
            out.add(Timestamp(at), &part)
        },
        |entry| unreadable.push(unreadable_entry("log", entry)),
    );
    lost.append(&mut unreadable);
    as_far_as_it_goes(read, "log", lost)?;
    Ok(count)
}

/// By the name that the reading back has for one that breaks off.
fn unreadable_entry(folder: &str, lost: Lost) -> DamagedFile {
    tracing::error!(folder, "one could not be read");
    DamagedFile {
        path: format!("{folder}/{}", lost.id),
        reason: Message::new("kept_text_damaged"),
        name: lost.name,
    }
}

/// A setting that has a file of its own in a backup.
pub(crate) struct OwnFile {
    /// Its key.
    pub(crate) setting: &'static str,
    /// The file.
    pub(crate) path: &'static str,
    /// What kind the manifest says it is.
    pub(crate) kind: &'static str,
}

impl OwnFile {
    /// Why this version cannot go by what such a file says; a later one may have written it.
    pub(crate) fn refused(&self, value: &serde_json::Value) -> Option<Message> {
        let of_rules = self.setting == "routes" && !value.is_null();
        of_rules.then(|| Rule::read_all(value.clone()).err())?
    }
}

/// Who carries tasks out, and which data source they use.
pub(crate) const OWN_FILES: [OwnFile; 2] = [
    OwnFile {
        setting: "agents",
        path: "agents.json",
        kind: "agent",
    },
    OwnFile {
        setting: "routes",
        path: "routes.json",
        kind: "route",
    },
];

/// Where `settings.json` has the paths of the folders of configurations that the operator named; no setting has this
/// key.
pub(crate) const CONFIG_ROOTS: &str = "config_roots";

/// The text of `settings.json`.
pub(crate) fn settings(all: Vec<(String, serde_json::Value)>, roots: Vec<String>) -> Vec<u8> {
    let mut settings: serde_json::Map<_, _> = all
        .into_iter()
        .filter(|(key, _)| key != CONFIG_ROOTS && !BOUND_SETTINGS.contains(&key.as_str()))
        .collect();
    if !roots.is_empty() {
        settings.insert(CONFIG_ROOTS.to_owned(), roots.into());
    }
    let mut bytes = serde_json::Value::Object(settings).to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}
