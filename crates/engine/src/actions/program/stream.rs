//! What a program prints: kept for the output, and told line by line while it runs.

use std::sync::atomic::{AtomicU64, Ordering};

use flowkeep_core::Message;
use flowkeep_core::run::Level;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::actions::mask::MaskedStream;
use crate::actions::output::{Bytes, Overflow};
use crate::actions::{ActionError, Attempt, Said};

/// A line that is longer is told in pieces.
const LONGEST_LINE: usize = 16 * 1024;

/// What a line costs the log beside its own bytes.
const ROW: u64 = 64;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// The way into the run's log, for both streams of one program.
pub(super) struct Lines<'a> {
    attempt: &'a Attempt<'a>,
    told: AtomicU64,
}

/// One stream of a program.
pub(super) struct Stream {
    bytes: Bytes,
    /// What is told is cut, so secrets are hidden before it is.
    masked: MaskedStream,
    /// The beginning of a line that has not ended.
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(attempt: &'a Attempt<'a>) -> Self {
        Self {
            attempt,
            told: AtomicU64::new(0),
        }
    }

    fn tell(&self, line: &[u8]) {
        let length = line.len() as u64 + ROW;
        let before = self.told.fetch_add(length, Ordering::Relaxed);
        let most = self.attempt.room.caps.kept;
        if before + length <= most {
            let line = String::from_utf8_lossy(line).into_owned();
            (self.attempt.say)(Level::Info, Said::Line(line));
        } else if before <= most {
            // Only one line crosses the mark: what comes after begins beyond it.
            let message = Message::new("program_lines_left_out");
            (self.attempt.say)(Level::Warning, Said::Message(message));
            self.told.store(most + 1, Ordering::Relaxed);
        }
    }
}

impl Stream {
    pub(super) fn new(attempt: &Attempt<'_>, part: &'static str) -> Self {
        Self {
            bytes: Bytes::new(&attempt.room, part),
            masked: MaskedStream::new(attempt.room.mask.clone()),
            line: Vec::new(),
        }
    }

    /// Reads to the end.
    pub(super) async fn read(
        &mut self,
        from: Option<impl AsyncRead + Unpin>,
        lines: &Lines<'_>,
    ) -> Result<(), ActionError> {
        let Some(mut from) = from else { return Ok(()) };
        let mut chunk = vec![0; CHUNK];
        // A pipe that breaks has nothing more to give.
        while let Ok(count @ 1..) = from.read(&mut chunk).await {
            let chunk = &chunk[..count];
            self.bytes.push(chunk)?;
            let told = self.masked.push(chunk);
            self.split(&told, lines);
        }
        let rest = self.masked.finish();
        self.split(&rest, lines);
        if !self.line.is_empty() {
            lines.tell(&std::mem::take(&mut self.line));
        }
        Ok(())
    }

    fn split(&mut self, chunk: &[u8], lines: &Lines<'_>) {
        for piece in chunk.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(piece);
            if let Some(line) = self.line.strip_suffix(b"\n") {
                lines.tell(line.strip_suffix(b"\r").unwrap_or(line));
                self.line.clear();
            }
            while self.line.len() > LONGEST_LINE {
                let rest = self.line.split_off(LONGEST_LINE);
                lines.tell(&std::mem::replace(&mut self.line, rest));
            }
        }
    }

    pub(super) fn finish(self) -> Result<(String, Option<Overflow>), ActionError> {
        let (bytes, overflow) = self.bytes.finish()?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), overflow))
    }
}
