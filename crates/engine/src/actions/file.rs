//! `file.write` and `file.copy`: inside the attempt's folder and nowhere else.
//!
//! What a file is to hold is a text; anything else is written as its JSON, a line for each part.
//! A file appears whole or not at all, and doing it again gives the same file. No link is followed,
//! neither to what is read nor to what is written.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flowkeep_core::json::print_lines;
use flowkeep_core::{Message, Value};
use flowkeep_host::{Folder, ReadError, SpecialFile, path_text};

use super::params::{Params, needs};
use super::{ActionError, Attempt, Done, Output, Stop};

pub(super) async fn write(attempt: &Attempt<'_>, params: &Params<'_>) -> Result<Done, ActionError> {
    let content = match params.value("text")? {
        None => return Err(needs("text")),
        Some(content) => content
            .as_word()
            .map_or_else(|| print_lines(content), str::to_owned),
    };
    let to = params.needed("path")?.to_owned();
    let written = blocking(attempt, move |folder, stop| {
        put_text(folder, stop, &to, &content)
    });
    Ok(done(written.await?))
}

pub(super) async fn copy(attempt: &Attempt<'_>, params: &Params<'_>) -> Result<Done, ActionError> {
    let from = params.needed("from")?.to_owned();
    let to = params.needed("to")?.to_owned();
    let copied = blocking(attempt, move |folder, stop| {
        let file = folder.open_file(Path::new(&from));
        let mut content = Watched {
            inner: file.map_err(|error| failed(&from, &error))?,
            stop,
        };
        put(folder, &to, &mut content)
    });
    Ok(done(copied.await?))
}

/// Writes texts into files, one after the other: what is told of each. Nothing where it is to stop.
pub(super) async fn write_all(
    attempt: &Attempt<'_>,
    files: Vec<(String, String)>,
) -> Result<Option<Vec<Value>>, ActionError> {
    blocking(attempt, move |folder, stop| {
        let files = files.iter();
        files
            .map(|(to, text)| Ok(put_text(folder, stop, to, text)?.value))
            .collect()
    })
    .await
}

/// The names of what lies in the attempt's folder, as far as they are text, each with whether it is a plain
/// file. Nothing where it is to stop.
pub(super) async fn names(
    attempt: &Attempt<'_>,
) -> Result<Option<Vec<(String, bool)>>, ActionError> {
    blocking(attempt, |folder, _| {
        let at = folder.path();
        let names = fs::read_dir(at).and_then(|entries| {
            let names = entries.map(|entry| {
                let entry = entry?;
                let is_file = match entry.file_type() {
                    Ok(kind) => kind.is_file(),
                    // It went this instant.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(error),
                };
                let name = entry.file_name().into_string().ok();
                Ok(name.map(|name| (name, is_file)))
            });
            names.filter_map(Result::transpose).collect()
        });
        names.map_err(|error| failed(&path_text(at), &ReadError::Io(error)))
    })
    .await
}

/// Reads a whole file that is no longer than `longest`; what is longer is `None` inside. Nothing
/// where it is to stop.
pub(super) async fn read(
    attempt: &Attempt<'_>,
    from: &str,
    longest: u64,
) -> Result<Option<Option<Vec<u8>>>, ActionError> {
    let from = from.to_owned();
    blocking(attempt, move |folder, stop| {
        let file = folder.open_file(Path::new(&from));
        let content = Watched {
            inner: file.map_err(|error| failed(&from, &error))?,
            stop,
        };
        let mut bytes = Vec::new();
        let read = content.take(longest + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(&from, &ReadError::Io(error)))?;
        Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= longest))
    })
    .await
}

fn done(output: Option<Output>) -> Done {
    output.map_or(Done::Stopped { undone: true }, Done::from)
}

/// Work in the attempt's folder; nothing where it was broken off because it is to stop.
async fn blocking<T: Send + 'static>(
    attempt: &Attempt<'_>,
    work: impl FnOnce(&Folder, &Stop) -> Result<T, ActionError> + Send + 'static,
) -> Result<Option<T>, ActionError> {
    let path = attempt.folder.to_owned();
    let stop = attempt.stop.clone();
    let done = tokio::task::spawn_blocking(move || {
        let folder = Folder::open(&path).map_err(|error| {
            let message = Message::new("folder_unreachable");
            let message = message.with("path", path_text(&path));
            ActionError::passing(message.with("reason", error))
        })?;
        match work(&folder, &stop) {
            Ok(done) => Ok(Some(done)),
            Err(_) if stop.is_asked() => Ok(None),
            Err(error) => Err(error),
        }
    });
    done.await.unwrap_or_else(|error| {
        let message = Message::new("file_failed")
            .with("path", "")
            .with("reason", error);
        Err(ActionError::passing(message))
    })
}

fn put_text(folder: &Folder, stop: &Stop, to: &str, text: &str) -> Result<Output, ActionError> {
    let mut content = Watched {
        inner: text.as_bytes(),
        stop,
    };
    put(folder, to, &mut content)
}

fn put(folder: &Folder, to: &str, content: &mut impl Read) -> Result<Output, ActionError> {
    let bytes = folder.replace(Path::new(to), content);
    let bytes = bytes.map_err(|error| failed(to, &error))?;
    Ok(Output::of([("path", to.into()), ("bytes", bytes.into())]))
}

fn failed(path: &str, error: &ReadError) -> ActionError {
    let message = match error {
        ReadError::Outside => {
            let message = Message::new("path_outside").with("path", path);
            return ActionError::lasting(message);
        }
        ReadError::Missing => Message::new("path_missing"),
        ReadError::Special(SpecialFile::Link) => Message::new("path_is_link"),
        ReadError::Special(SpecialFile::Folder) => Message::new("path_is_folder"),
        ReadError::Special(SpecialFile::Other) => Message::new("path_is_special"),
        ReadError::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
            Message::new("file_disk_full")
        }
        ReadError::Io(_) | ReadError::TooLarge { .. } => {
            Message::new("file_failed").with("reason", error)
        }
    };
    ActionError::passing(message.with("path", path))
}

/// A reader that ends with an error once the attempt is to stop.
struct Watched<'s, R> {
    inner: R,
    stop: &'s Stop,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_asked() {
            // Not `Interrupted`, which means: try again.
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.inner.read(buffer)
    }
}
