//! One document to one file.

use std::ffi::OsString;
use std::path::Path;

use flowkeep_host::Files;

use crate::FilesError;

/// Writes a document's text to a file the operator named; what was there is replaced only once the
/// new text is on disk.
///
/// # Errors
/// [`FilesError`]; the old file is then as it was.
pub fn export_document(files: &dyn Files, text: &str, target: &Path) -> Result<(), FilesError> {
    // A link stays a link: what it leads to is written. A device or pipe is written into.
    let target = &target.canonicalize().unwrap_or_else(|_| target.to_owned());
    if target.metadata().is_ok_and(|found| !found.is_file()) {
        return std::fs::write(target, text).map_err(FilesError::at(target));
    }
    let mut name = target.file_name().map(OsString::from).unwrap_or_default();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = target.with_file_name(name);
    let written = files
        .write_new(&partial, text.as_bytes())
        .and_then(|()| files.flush(&partial));
    if let Err(error) = written.and_then(|()| std::fs::rename(&partial, target)) {
        // The partial file is ours; when even it cannot be removed its name says what it is.
        let _ = files.remove_file(&partial);
        return Err(FilesError::at(target)(error));
    }
    Ok(())
}
