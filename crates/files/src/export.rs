//! One file that the operator named.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flowkeep_host::Files;

use crate::FilesError;

/// Takes what goes into a file, piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> Result<(), FilesError> + 'a;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced: whoever asks has agreed to that.
    Replace,
    /// It stays, and nothing is written.
    Keep,
}

/// Writes a document's text to a file the operator named; what was there is replaced, if it is,
/// only once the new text is on disk.
///
/// # Errors
/// [`FilesError`], [`FilesError::FileExists`] for a file that is to be kept; the old file is then
/// as it was.
pub fn export_document(
    files: &dyn Files,
    text: &str,
    target: &Path,
    existing: Existing,
) -> Result<(), FilesError> {
    write(files, target, existing, |out| out(text.as_bytes()))
}

/// As [`export_document`], for what `body` gives piece by piece, so that it is never held whole.
///
/// # Errors
/// [`FilesError`] and what `body` answers; the old file is then as it was.
pub fn export_pieces<E: From<FilesError>>(
    files: &dyn Files,
    target: &Path,
    existing: Existing,
    body: impl FnOnce(&mut Sink<'_>) -> Result<(), E>,
) -> Result<(), E> {
    write(files, target, existing, body)
}

fn write<E: From<FilesError>>(
    files: &dyn Files,
    target: &Path,
    existing: Existing,
    body: impl FnOnce(&mut Sink<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // A link stays a link: what it leads to is written. A device or pipe is written into.
    let target = &target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let failed = |error: io::Error| E::from(FilesError::at(target)(error));
    if target.metadata().is_ok_and(|found| !found.is_file()) {
        let out = File::options().write(true).open(target).map_err(failed)?;
        return fill(out, target, body);
    }
    let exists = || E::from(FilesError::FileExists(target.to_owned()));
    if existing == Existing::Keep && target.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let mut name = target.file_name().map(OsString::from).unwrap_or_default();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = target.with_file_name(name);
    let out = files
        .create_new(&partial)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => E::from(FilesError::FolderMissing(folder_of(target))),
            _ => failed(error),
        })?;
    let written = fill(out, target, body).and_then(|()| {
        as_open_as(target, &partial);
        files
            .flush(&partial)
            .and_then(|()| match existing {
                Existing::Replace => std::fs::rename(&partial, target),
                Existing::Keep => files.rename_new(&partial, target),
            })
            .map_err(|error| match error.kind() {
                // Somebody else made it meanwhile.
                io::ErrorKind::AlreadyExists => exists(),
                _ => failed(error),
            })
    });
    if written.is_err() {
        // The partial file is ours; when even it cannot be removed its name says what it is.
        let _ = files.remove_file(&partial);
    } else if let Err(error) = files.flush(&folder_of(target)) {
        // It is there and whole; only a power cut now might bring back what was there before.
        tracing::warn!(%error, path = %target.display(), "the name of a file may not be on disk");
    }
    written
}

/// Whoever could read the file that is replaced still can: a new one is its owner's alone.
fn as_open_as(replaced: &Path, fresh: &Path) {
    let Ok(found) = replaced.metadata() else {
        return;
    };
    if let Err(error) = std::fs::set_permissions(fresh, found.permissions()) {
        tracing::warn!(%error, path = %replaced.display(), "the rights of a file are not kept");
    }
}

/// The folder a file is to be in, as a person names it.
fn folder_of(target: &Path) -> PathBuf {
    let parent = target.parent().filter(|path| !path.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

fn fill<E: From<FilesError>>(
    out: impl Write,
    target: &Path,
    body: impl FnOnce(&mut Sink<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    body(&mut |bytes| out.write_all(bytes).map_err(FilesError::at(target)))?;
    Ok(out.flush().map_err(FilesError::at(target))?)
}

#[cfg(test)]
mod tests {
    use flowkeep_host::SystemFiles;
    use flowkeep_host::testing::FailingFiles;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_can_be_read_by_whom_it_could_before_and_a_new_one_by_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        let mode = || target.metadata().unwrap().permissions().mode() & 0o777;
        let export = || export_document(&SystemFiles, "{}", &target, Existing::Replace);
        export().unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o644)).unwrap();
        export().unwrap();
        assert_eq!(mode(), 0o644);
    }

    #[test]
    fn the_folder_is_flushed_after_the_file_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        // Made, written, flushed, renamed without a call of its own; then the folder.
        let files = FailingFiles::at(4, io::ErrorKind::Other);
        export_document(&files, "{}", &target, Existing::Replace).unwrap();
        assert_eq!(files.calls(), 4);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "{}");
    }
}
