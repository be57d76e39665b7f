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

/// Characters of the last line that stand with the failure of a program.
const LONGEST_SAID: usize = 240;

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
    /// The last line that is not blank.
    last: Vec<u8>,
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
            last: Vec::new(),
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
            let line = std::mem::take(&mut self.line);
            self.told(line, lines);
        }
        Ok(())
    }

    fn split(&mut self, chunk: &[u8], lines: &Lines<'_>) {
        for piece in chunk.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(piece);
            if self.line.ends_with(b"\n") {
                let mut line = std::mem::take(&mut self.line);
                line.pop();
                if line.ends_with(b"\r") {
                    line.pop();
                }
                self.told(line, lines);
            }
            while self.line.len() > LONGEST_LINE {
                let rest = self.line.split_off(LONGEST_LINE);
                let piece = std::mem::replace(&mut self.line, rest);
                self.told(piece, lines);
            }
        }
    }

    fn told(&mut self, line: Vec<u8>, lines: &Lines<'_>) {
        lines.tell(&line);
        if !line.trim_ascii().is_empty() {
            self.last = line;
        }
    }

    /// Its last line that says anything, without colours and no longer than a sentence may be; secrets are hidden in it.
    pub(super) fn said(&self) -> Option<String> {
        let line = plain(&String::from_utf8_lossy(&self.last));
        let line = line.trim();
        let end = line.char_indices().nth(LONGEST_SAID);
        let said = match end {
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
            None => line.to_owned(),
        };
        (!said.is_empty()).then_some(said)
    }

    pub(super) fn finish(self) -> Result<(String, Option<Overflow>), ActionError> {
        let (bytes, overflow) = self.bytes.finish()?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), overflow))
    }
}

/// A line without what a terminal makes colours of, and without other signs that are no text.
fn plain(line: &str) -> String {
    let mut rest = line.chars().peekable();
    let mut text = String::new();
    while let Some(sign) = rest.next() {
        if sign == '\u{1b}' && rest.next_if_eq(&'[').is_some() {
            while rest.next_if(|sign| !sign.is_ascii_alphabetic()).is_some() {}
            rest.next();
        } else if sign == '\t' {
            text.push(' ');
        } else if !sign.is_control() {
            text.push(sign);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_colours_a_line_is_no_part_of_it() {
        assert_eq!(
            plain("\u{1b}[1;31merror:\u{1b}[0m\tno room\r"),
            "error: no room"
        );
        assert_eq!(plain("\u{1b}[31"), "");
        assert_eq!(plain("没有空间"), "没有空间");
    }
}
