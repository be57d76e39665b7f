//! What an attempt hands back, and what becomes of more than fits.
//!
//! An output keeps the beginning of a part that is too large (the first rows, the first bytes of
//! what a program printed) and names the file that has the whole of it: beside `rows` there is
//! then `rows_file: {path, bytes}`. Lists become JSON Lines.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flowkeep_core::json::print;
use flowkeep_core::{Message, Value};

use super::ActionError;
use super::mask::{Mask, MaskedStream};

/// How much an attempt may hand back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of one part of an output (`rows`, `stdout`, `body`), and of the rows that a program's
    /// lines may take in the run's log.
    pub kept: u64,
    /// Bytes of the file that takes what is beyond; more fails the attempt.
    pub file: u64,
}

impl Default for Caps {
    /// 10 MB kept, a file of 1 GB.
    fn default() -> Self {
        Self {
            kept: 10_000_000,
            file: 1_000_000_000,
        }
    }
}

/// How much an attempt may hand back, and where what is beyond goes.
#[derive(Debug, Clone)]
pub struct Room {
    /// How much.
    pub caps: Caps,
    /// A folder of the run's own in the data folder; made when it is needed.
    pub overflow: PathBuf,
    /// What the files there begin with, so that attempts of one run keep theirs apart: the task
    /// and the number of the attempt, fit to be part of a file name.
    pub prefix: String,
    /// What must not stand in either.
    pub mask: Mask,
}

/// What an attempt hands back.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// An object in the shape of the contract's table.
    pub value: Value,
    /// Parts that were too large for it.
    pub overflows: Vec<Overflow>,
}

/// A part of an output that was too large for it and is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// Its key in the output.
    pub part: &'static str,
    /// The file that has the whole of it.
    pub path: PathBuf,
    /// The size of that file.
    pub bytes: u64,
}

impl Overflow {
    /// What the run says of it.
    pub fn message(&self) -> Message {
        Message::new("output_in_file")
            .with("part", self.part)
            .with("path", self.path.display())
            .with("bytes", self.bytes)
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::of([])
    }
}

impl Output {
    /// An output that is nothing but these members.
    pub(crate) fn of<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self {
            value: Value::object(members),
            overflows: Vec::new(),
        }
    }

    /// Names the file of a part that was too large.
    pub(crate) fn overflow(&mut self, overflow: Option<Overflow>) {
        let Some(overflow) = overflow else { return };
        let path = flowkeep_host::path_text(&overflow.path);
        let file = Value::object([("path", path.into()), ("bytes", overflow.bytes.into())]);
        if let Value::Object(members) = &mut self.value {
            members.push((format!("{}_file", overflow.part), file));
        }
        self.overflows.push(overflow);
    }
}

/// A part of an output that grows byte by byte.
#[derive(Debug)]
pub(crate) struct Bytes {
    masked: MaskedStream,
    kept: Vec<u8>,
    spill: Spill,
}

/// A part of an output that grows value by value.
#[derive(Debug)]
pub(crate) struct List {
    kept: Vec<Value>,
    /// The lines of what is kept, for the file that may be needed.
    lines: Vec<u8>,
    spill: Spill,
}

/// The file that is there once a part has become too large. It begins with all of the part.
#[derive(Debug)]
struct Spill {
    part: &'static str,
    room: Room,
    file: Option<(PathBuf, BufWriter<File>)>,
    bytes: u64,
}

impl Bytes {
    pub(crate) fn new(room: &Room, part: &'static str) -> Self {
        Self {
            masked: MaskedStream::new(room.mask.clone()),
            kept: Vec::new(),
            spill: Spill::new(room, part),
        }
    }

    /// Takes more.
    ///
    /// # Errors
    /// `output_too_large` beyond the largest file; `output_not_written` when the file cannot be.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), ActionError> {
        let bytes = self.masked.push(bytes);
        self.keep(&bytes)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), ActionError> {
        if self.spill.fits(bytes.len()) {
            self.kept.extend_from_slice(bytes);
            return Ok(());
        }
        let first = self.spill.file.is_none();
        self.spill.write(&self.kept, bytes)?;
        if first {
            // The output begins with as much as there is room for, not with what came before the
            // piece that was too much.
            let room = usize::try_from(self.spill.room.caps.kept).unwrap_or(usize::MAX);
            let rest = room.saturating_sub(self.kept.len()).min(bytes.len());
            self.kept.extend_from_slice(&bytes[..rest]);
        }
        Ok(())
    }

    /// What is kept, and the file when there is more.
    ///
    /// # Errors
    /// As [`push`](Self::push); `output_not_written` when the file cannot be finished.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, Option<Overflow>), ActionError> {
        let rest = self.masked.finish();
        self.keep(&rest)?;
        Ok((self.kept, self.spill.finish()?))
    }
}

impl List {
    pub(crate) fn new(room: &Room, part: &'static str) -> Self {
        Self {
            kept: Vec::new(),
            lines: Vec::new(),
            spill: Spill::new(room, part),
        }
    }

    /// Takes one more value.
    ///
    /// # Errors
    /// As [`Bytes::push`].
    pub(crate) fn push(&mut self, mut value: Value) -> Result<(), ActionError> {
        self.spill.room.mask.value(&mut value);
        let mut line = print(&value).into_bytes();
        line.push(b'\n');
        if self.spill.fits(line.len()) {
            self.lines.extend_from_slice(&line);
            self.kept.push(value);
            return Ok(());
        }
        self.spill.write(&std::mem::take(&mut self.lines), &line)
    }

    /// What is kept, and the file when there is more.
    ///
    /// # Errors
    /// As [`Bytes::finish`].
    pub(crate) fn finish(self) -> Result<(Vec<Value>, Option<Overflow>), ActionError> {
        Ok((self.kept, self.spill.finish()?))
    }
}

impl Spill {
    fn new(room: &Room, part: &'static str) -> Self {
        Self {
            part,
            room: room.clone(),
            file: None,
            bytes: 0,
        }
    }

    /// Whether so many more bytes are kept. Once something was not, nothing more is.
    fn fits(&mut self, more: usize) -> bool {
        let bytes = self.bytes + more as u64;
        let fits = self.file.is_none() && bytes <= self.room.caps.kept;
        if fits {
            self.bytes = bytes;
        }
        fits
    }

    /// Writes these bytes into the file; into a new one, what was kept goes before them.
    fn write(&mut self, kept: &[u8], bytes: &[u8]) -> Result<(), ActionError> {
        let size = self.bytes + bytes.len() as u64;
        if size > self.room.caps.file {
            let message = Message::new("output_too_large")
                .with("part", self.part)
                .with("megabytes", self.room.caps.file / 1_000_000);
            self.discard();
            return Err(ActionError::passing(message));
        }
        self.bytes = size;
        let written = match &mut self.file {
            Some((_, file)) => file.write_all(bytes),
            None => self.begin(kept, bytes),
        };
        written.map_err(|error| {
            self.discard();
            not_written(&self.room.overflow, &error)
        })
    }

    fn begin(&mut self, kept: &[u8], bytes: &[u8]) -> io::Result<()> {
        flowkeep_host::private_folder(&self.room.overflow)?;
        let name = format!("{}-{}.txt", self.room.prefix, self.part);
        let path = self.room.overflow.join(name);
        let mut options = File::options();
        // The attempt's own: what another try of it left behind is replaced.
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let (_, file) = self
            .file
            .insert((path.clone(), BufWriter::new(options.open(path)?)));
        file.write_all(kept)?;
        file.write_all(bytes)
    }

    /// Removes a file that will not be whole.
    fn discard(&mut self) {
        if let Some((path, _)) = self.file.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::warn!(%error, "an unfinished output stays behind");
        }
    }

    fn finish(mut self) -> Result<Option<Overflow>, ActionError> {
        let Some((path, file)) = &mut self.file else {
            return Ok(None);
        };
        file.flush()
            .and_then(|()| file.get_ref().sync_all())
            .map_err(|error| not_written(path, &error))?;
        let overflow = self.file.take().map(|(path, _)| Overflow {
            part: self.part,
            path,
            bytes: self.bytes,
        });
        Ok(overflow)
    }
}

/// An attempt that failed or was stopped has no output, so its file goes too.
impl Drop for Spill {
    fn drop(&mut self) {
        self.discard();
    }
}

fn not_written(path: &Path, error: &io::Error) -> ActionError {
    ActionError::passing(
        Message::new("output_not_written")
            .with("path", path.display())
            .with("reason", error),
    )
}
