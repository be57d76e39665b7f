//! Bringing one file from one place to another so that it is always at one of them, or at both.

use std::io::{self, ErrorKind};
use std::path::Path;

use flowkeep_host::{Digest, EntryFiles, GoesOn};

/// How a file came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// By a rename: it is there and no longer here.
    Renamed,
    /// By a copy, which is not on the disk for sure yet. It is still here.
    Copied(Digest),
}

/// Renames, and copies where a rename is impossible because the two places are on two disks.
///
/// # Errors
/// What the system says; the file is here then, and nothing is there.
pub(super) fn carry(
    files: &dyn EntryFiles,
    from: &Path,
    to: &Path,
    copying: &Path,
    goes_on: GoesOn<'_>,
) -> io::Result<Carried> {
    match files.rename_new(from, to) {
        Ok(()) => Ok(Carried::Renamed),
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            copy_whole(files, from, to, copying, goes_on).map(Carried::Copied)
        }
        Err(error) => Err(error),
    }
}

/// Brings a file over to stay: what had to be copied is flushed and proven before the one here goes.
///
/// # Errors
/// What the system says; the file is here then, and perhaps also there.
pub(super) fn carry_proven(
    files: &dyn EntryFiles,
    from: &Path,
    to: &Path,
    copying: &Path,
) -> io::Result<()> {
    let wanted = || true;
    // What a crash left of a copy on the way.
    if files.entry(copying)?.is_some() {
        files.remove_file(copying)?;
    }
    match carry(files, from, to, copying, &wanted)? {
        Carried::Renamed => Ok(()),
        Carried::Copied(digest) => {
            files.flush(to)?;
            if let Some(folder) = to.parent() {
                files.flush(folder)?;
            }
            remove_copied(files, from, to, &digest, &wanted)
        }
    }
}

/// Copies to a name that is known to be unfinished, and gives the copy its name when it is whole.
///
/// # Errors
/// What the system says; nothing is there then.
pub(super) fn copy_whole(
    files: &dyn EntryFiles,
    from: &Path,
    to: &Path,
    copying: &Path,
    goes_on: GoesOn<'_>,
) -> io::Result<Digest> {
    let copied = files
        .copy_new(from, copying, goes_on)
        .and_then(|digest| files.rename_new(copying, to).map(|()| digest));
    if copied.is_err()
        && let Err(error) = files.remove_file(copying)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %copying.display(), "part of a copy could not be removed");
    }
    copied
}

/// Takes a file away whose copy is on the disk, if the copy is as it was made and the file as it was
/// copied.
///
/// # Errors
/// What the system says, `InvalidData` where the two are not the same; the file is here then.
pub(super) fn remove_copied(
    files: &dyn EntryFiles,
    from: &Path,
    copy: &Path,
    made: &Digest,
    goes_on: GoesOn<'_>,
) -> io::Result<()> {
    let same = |read: Digest| read.bytes == made.bytes && read.sha256 == made.sha256;
    if !same(files.digest(copy, goes_on)?) {
        return Err(ErrorKind::InvalidData.into());
    }
    let here = files.entry(from)?;
    let unchanged =
        here.is_some_and(|here| here.bytes == made.bytes && here.modified == made.modified);
    if !unchanged {
        return Err(ErrorKind::InvalidData.into());
    }
    files.remove_file(from)
}

/// Brings a link over, which says `text` there.
///
/// # Errors
/// What the system says; the link is here then.
pub(super) fn carry_link(
    files: &dyn EntryFiles,
    from: &Path,
    to: &Path,
    text: &Path,
) -> io::Result<()> {
    let mut apart = false;
    if files.read_link(from)? == text {
        match files.rename_new(from, to) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => apart = true,
            renamed => return renamed,
        }
    }
    files.make_link(text, to)?;
    let flushed = match to.parent() {
        // What is done on one disk is kept in order by itself.
        Some(folder) if apart => files.flush(folder),
        _ => Ok(()),
    };
    flushed
        .and_then(|()| files.remove_file(from))
        .inspect_err(|_| {
            if let Err(error) = files.remove_file(to) {
                tracing::warn!(%error, path = %to.display(), "a link could not be taken back");
            }
        })
}
