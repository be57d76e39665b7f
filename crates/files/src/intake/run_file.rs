//! Exported runs among loose files: `flowkeep-run` documents (docs/formats/run.md).

use std::collections::HashSet;

use flowkeep_core::run::TaskId;
use flowkeep_core::{Message, Sha256};
use flowkeep_store::{IMPORTED, SnapshotRun};
use serde::Deserialize;

/// What such a file says of itself.
const FORMAT: &str = "flowkeep-run";
const VERSION: u32 = 1;

/// What stands at its beginning; another program's file is not read whole to find out.
pub(super) const BEGINNING: usize = 512;

/// The largest, in bytes: a million lines of a log, about.
pub(super) const MOST_BYTES: usize = 128 << 20;

/// Whether a file that begins so may be one.
pub(super) fn begins_so(beginning: &[u8]) -> bool {
    beginning
        .windows(FORMAT.len())
        .any(|piece| piece == FORMAT.as_bytes())
}

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct RunFile {
    record: Vec<SnapshotRun>,
}

/// The parts of the run in a file, marked as imported; nothing where it is another kind of file.
///
/// # Errors
/// `run_file_newer`, `run_file_not_ended`, `run_file_damaged`.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Vec<SnapshotRun>>, Message> {
    if !begins_so(&bytes[..bytes.len().min(BEGINNING)]) {
        return Ok(None);
    }
    match serde_json::from_slice::<Head>(bytes) {
        Ok(head) if head.format != FORMAT => return Ok(None),
        Ok(head) if head.version > VERSION => return Err(Message::new("run_file_newer")),
        Ok(_) => {}
        Err(_) => return Ok(None),
    }
    let damaged = || Message::new("run_file_damaged");
    let mut record = serde_json::from_slice::<RunFile>(bytes)
        .map_err(|_| damaged())?
        .record;
    let (mut known, mut of) = (None, None);
    let (mut rows, mut found) = (None, Found::default());
    for part in &mut record {
        match part {
            SnapshotRun::Definition { sha256, text } => {
                if Sha256::of(text.as_bytes()) != *sha256 || known.replace(*sha256).is_some() {
                    return Err(damaged());
                }
            }
            SnapshotRun::Run(run) => {
                let is_open = run
                    .head
                    .as_ref()
                    .is_some_and(|head| !head.status.is_final());
                if !run.status.is_final() || is_open {
                    return Err(Message::new("run_file_not_ended"));
                }
                if known != Some(run.definition) || of.replace(run.id).is_some() {
                    return Err(damaged());
                }
                rows = run.rows;
                IMPORTED.clone_into(&mut run.face);
                run.session = None;
                run.parent = None;
                run.parent_task = None;
                run.parent_attempt = None;
                run.depth = 0;
            }
            SnapshotRun::Tasks { of: whose, .. }
            | SnapshotRun::Attempts { of: whose, .. }
            | SnapshotRun::Output { of: whose, .. }
            | SnapshotRun::Answer { of: whose, .. }
            | SnapshotRun::Messages { of: whose, .. } => {
                if of != Some(*whose) {
                    return Err(damaged());
                }
            }
        }
        found.add(part);
    }
    // Without all that it had it would not come in, and nobody would hear why.
    if found.is_twice || rows.is_some_and(|rows| rows != found.rows) {
        return Err(damaged());
    }
    of.map(|_| Some(record)).ok_or_else(damaged)
}

/// What hangs on the run of a file.
#[derive(Default)]
struct Found {
    /// How many rows that are.
    rows: u32,
    /// What there is at most once each: which list it stands in, of which task, of which attempt.
    places: HashSet<(u8, String, u32)>,
    is_twice: bool,
}

impl Found {
    fn add(&mut self, part: &SnapshotRun) {
        match part {
            SnapshotRun::Definition { .. } | SnapshotRun::Run(_) => {}
            SnapshotRun::Tasks { tasks, .. } => {
                for one in tasks {
                    self.once(0, &one.task, 0);
                }
            }
            SnapshotRun::Attempts { attempts, .. } => {
                for one in attempts {
                    self.once(1, &one.task, one.number);
                }
            }
            SnapshotRun::Output { task, .. } => self.once(2, task, 0),
            SnapshotRun::Answer { task, .. } => self.once(3, task, 0),
            SnapshotRun::Messages { messages, .. } => {
                let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
                self.rows = self.rows.saturating_add(count);
            }
        }
    }

    fn once(&mut self, list: u8, task: &TaskId, number: u32) {
        self.rows = self.rows.saturating_add(1);
        self.is_twice |= !self.places.insert((list, task.as_str().to_owned(), number));
    }
}
