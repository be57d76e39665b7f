//! Why the engine stands still, for those who look on from other processes.
//!
//! It stands in a small file beside the engine's lock, because what cannot be written then is the
//! database. Its room is taken when the engine begins, so that it can be said on a full disk, too. A mark
//! says something only while its writer lives: whoever gets the engine's lock wipes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::AppError;

const NAME: &str = "engine.trouble";

/// Bytes of the file, whatever it says.
const ROOM: usize = 4096;

/// The mark, in the hands of the engine's owner.
pub(crate) struct TroubleMark {
    file: File,
    said: Option<AppError>,
}

impl TroubleMark {
    /// Wipes what a former owner left, and takes the room.
    pub(crate) fn take(data_dir: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(data_dir.join(NAME))?;
        let mut mark = Self { file, said: None };
        let mut there = Vec::new();
        (&mark.file).take(ROOM as u64 + 1).read_to_end(&mut there)?;
        if there != blank() {
            // Over what is there: on a full disk its room would not come back.
            mark.write(blank())?;
            mark.file.set_len(ROOM as u64)?;
        }
        Ok(mark)
    }

    /// Says why nothing goes on, or that it does. What cannot be said now is tried at the next call.
    pub(crate) fn say(&mut self, trouble: Option<AppError>) {
        if trouble == self.said {
            return;
        }
        let text = trouble.as_ref().map(serde_json::to_vec);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let mut room = blank();
        if let Some(start) = room.get_mut(..text.len()) {
            start.copy_from_slice(&text);
        }
        match self.write(room) {
            Ok(()) => self.said = trouble,
            Err(error) => tracing::warn!(%error, "other processes are not told of the engine"),
        }
    }

    fn write(&mut self, room: Vec<u8>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&room)
    }
}

impl Drop for TroubleMark {
    fn drop(&mut self) {
        self.say(None);
    }
}

fn blank() -> Vec<u8> {
    vec![b' '; ROOM]
}

/// What the engine's owner says; nothing where it has nothing to say.
pub(crate) fn read(data_dir: &Path) -> Option<AppError> {
    let text = std::fs::read(data_dir.join(NAME)).ok()?;
    serde_json::from_slice(text.trim_ascii()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_was_said_last_and_nothing_of_a_dead_owner() {
        let root = tempfile::tempdir().unwrap();
        let full = || {
            AppError::new("no_space")
                .with("needed", 7)
                .hint("free_space")
        };
        let mut mark = TroubleMark::take(root.path()).unwrap();
        assert_eq!(read(root.path()), None);
        mark.say(Some(full()));
        assert_eq!(read(root.path()), Some(full()));
        let bytes = root.path().join(NAME).metadata().unwrap().len();
        assert_eq!(bytes, ROOM as u64, "no more room is needed to say it");
        mark.say(None);
        assert_eq!(read(root.path()), None);
        mark.say(Some(full()));
        std::mem::forget(mark);
        let next = TroubleMark::take(root.path()).unwrap();
        assert_eq!(read(root.path()), None);
        drop(next);
    }
}
