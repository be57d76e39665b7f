//! Exported runs among loose files: `flowkeep-run` documents (docs/formats/run.md).

use flowkeep_core::{Message, Sha256};
use flowkeep_store::{IMPORTED, SnapshotRun};
use serde::Deserialize;

/// What such a file says of itself.
const FORMAT: &str = "flowkeep-run";
const VERSION: u32 = 1;

/// What stands at its beginning; another program's file is not read whole to find out.
const BEGINNING: usize = 512;

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
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    if !beginning
        .windows(FORMAT.len())
        .any(|piece| piece == FORMAT.as_bytes())
    {
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
    }
    of.map(|_| Some(record)).ok_or_else(damaged)
}
