//! What moving the entries of a folder needs beside [`Files`]: seeing them without following links,
//! copies that are hashed as they are made, links as links.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::files::private;
use crate::holders::{FileIdentity, Holders};
use crate::own_database::may_open;
use crate::{Files, Folder, ReadError, SystemFiles};

/// What is behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link or junction, whatever it leads to.
    Link,
    /// A pipe, socket or device.
    Other,
}

/// Something with a name in a folder; links are not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes.
    pub bytes: u64,
    /// When its content last changed, where the system says.
    pub modified: Option<SystemTime>,
    /// Device and number of the file: two names of one are the same file. Unix only.
    pub identity: Option<(u64, u64)>,
}

/// A copy that was made, or a file that was read through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// Bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// When the content of what was read last changed, looked at after its last byte.
    pub modified: Option<SystemTime>,
}

/// Whether whoever waits still wants it. Asked between two pieces of a long file.
pub type GoesOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// Moving the entries of a folder.
pub trait EntryFiles: Files {
    /// What is right inside a folder, in no order.
    ///
    /// # Errors
    /// What the system says.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// What is behind this name; nothing where nothing is.
    ///
    /// # Errors
    /// What the system says.
    fn entry(&self, path: &Path) -> io::Result<Option<Entry>>;

    /// Makes one folder that those may enter who may enter `like`.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name; else what the system says.
    fn create_folder_like(&self, path: &Path, like: &Path) -> io::Result<()>;

    /// Removes a folder in which nothing is.
    ///
    /// # Errors
    /// `DirectoryNotEmpty`; else what the system says.
    fn remove_empty_folder(&self, path: &Path) -> io::Result<()>;

    /// Copies a regular file to a new one, with its permissions and its time. What is appended
    /// meanwhile is left out. Not flushed to disk.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name, `Interrupted` when it is no longer wanted,
    /// `InvalidInput` for anything but a regular file; else what the system says. A part of the copy
    /// may be there then.
    fn copy_new(&self, from: &Path, to: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest>;

    /// Reads a regular file through.
    ///
    /// # Errors
    /// As [`EntryFiles::copy_new`].
    fn digest(&self, path: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest>;

    /// Says of a regular file when its content last changed.
    ///
    /// # Errors
    /// `InvalidInput` for anything but a regular file; else what the system says.
    fn set_modified(&self, path: &Path, modified: SystemTime) -> io::Result<()>;

    /// The bytes of a regular file right in a folder, `limit` at most.
    ///
    /// # Errors
    /// [`ReadError`]: `Missing` only where the folder is there and the file is not.
    fn read(&self, folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Makes or replaces a file below a folder, as [`Folder::replace_through`] does.
    ///
    /// # Errors
    /// [`ReadError`]; the file is as it was then, or whole.
    fn replace(
        &self,
        folder: &Path,
        relative: &Path,
        bytes: &[u8],
        partial: &str,
    ) -> Result<(), ReadError>;

    /// Where a link leads, as it is written in it.
    ///
    /// # Errors
    /// What the system says.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;

    /// Makes a link that leads there.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name, `Unsupported` where links to files and to folders
    /// differ; else what the system says.
    fn make_link(&self, target: &Path, path: &Path) -> io::Result<()>;

    /// Who has which of these files open for writing right now, as far as the system tells.
    fn holders(&self, files: &HashSet<FileIdentity>) -> Holders;
}

impl EntryFiles for SystemFiles {
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for found in std::fs::read_dir(folder)? {
            let found = found?;
            match found.metadata() {
                Ok(metadata) => entries.push(seen(found.file_name(), &metadata)),
                // Gone since the name was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    fn entry(&self, path: &Path) -> io::Result<Option<Entry>> {
        match path.symlink_metadata() {
            Ok(metadata) => {
                let name = path.file_name().unwrap_or_default().to_owned();
                Ok(Some(seen(name, &metadata)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create_folder_like(&self, path: &Path, like: &Path) -> io::Result<()> {
        self.create_folder(path)?;
        // The owner must be able to fill it, whatever the other one allows.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = like.metadata()?.permissions().mode() & 0o3777 | 0o700;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        }
        #[cfg(not(unix))]
        let _ = like;
        Ok(())
    }

    fn remove_empty_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_dir(path)
    }

    fn copy_new(&self, from: &Path, to: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        let (source, metadata) = regular(from)?;
        let mut copy = private(OpenOptions::new().write(true).create_new(true)).open(to)?;
        let digest = read_through(&source, metadata.len(), Ends::There, goes_on, |piece| {
            copy.write_all(piece)
        })?;
        keep_times(&copy, &metadata)?;
        // Last: a file that nobody may write must be written first.
        copy.set_permissions(metadata.permissions())?;
        Ok(digest)
    }

    fn digest(&self, path: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        let (file, metadata) = regular(path)?;
        read_through(
            &file,
            metadata.len(),
            Ends::WhereItEnds,
            goes_on,
            |_| Ok(()),
        )
    }

    fn set_modified(&self, path: &Path, modified: SystemTime) -> io::Result<()> {
        let (file, _) = regular(path)?;
        // Windows wants it open for writing.
        #[cfg(windows)]
        let file = {
            drop(file);
            File::options().write(true).open(path)?
        };
        file.set_modified(modified)
    }

    fn read(&self, folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        Folder::open(folder)?.read(Path::new(name), limit)
    }

    fn replace(
        &self,
        folder: &Path,
        relative: &Path,
        mut bytes: &[u8],
        partial: &str,
    ) -> Result<(), ReadError> {
        Folder::open(folder)?
            .replace_through(relative, &mut bytes, partial)
            .map(drop)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }

    fn make_link(&self, target: &Path, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(target, path);
        #[cfg(not(unix))]
        {
            let _ = (target, path);
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    fn holders(&self, files: &HashSet<FileIdentity>) -> Holders {
        Holders::among(files)
    }
}

fn seen(name: OsString, metadata: &Metadata) -> Entry {
    let kind = metadata.file_type();
    Entry {
        name,
        kind: if kind.is_file() {
            EntryKind::File
        } else if kind.is_dir() {
            EntryKind::Folder
        } else if kind.is_symlink() {
            EntryKind::Link
        } else {
            EntryKind::Other
        },
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
        identity: identity(metadata),
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere nobody tells")]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Opens a regular file for reading. No link is followed, nobody is waited for who might write into a
/// pipe of that name.
fn regular(path: &Path) -> io::Result<(File, Metadata)> {
    may_open(path)?;
    let file = open_regular(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata))
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

#[cfg(unix)]
fn open_regular(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    // That it was read for an archive is nobody's use of it, and not to note it spares the disk. Only
    // its owner may ask for that.
    #[cfg(target_os = "linux")]
    let opened = match open(path, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => open(path, flags, Mode::empty()),
        opened => opened,
    };
    #[cfg(not(target_os = "linux"))]
    let opened = open(path, flags, Mode::empty());
    match opened {
        Ok(file) => Ok(file.into()),
        Err(Errno::LOOP) => Err(io::ErrorKind::InvalidInput.into()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn open_regular(path: &Path) -> io::Result<File> {
    if path.symlink_metadata()?.is_symlink() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)
}

/// The time stays that of the content; when it was last read is nobody's concern.
fn keep_times(copy: &File, metadata: &Metadata) -> io::Result<()> {
    match metadata.modified() {
        Ok(modified) => copy.set_modified(modified),
        Err(_) => Ok(()),
    }
}

/// How far a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// As far as it went when it was opened.
    There,
    /// To its end, which may be further by now.
    WhereItEnds,
}

/// Goes through a file that had so many bytes when it was opened.
fn read_through(
    file: &File,
    expected: u64,
    ends: Ends,
    goes_on: GoesOn<'_>,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Digest> {
    // Most files are small: no more is asked for than there is, and a byte that tells its end.
    let room = usize::try_from(expected).unwrap_or(usize::MAX);
    let mut buffer = vec![0; room.saturating_add(1).min(1 << 18)];
    let mut hash = Sha256::new();
    let mut done = 0;
    let mut reader = file;
    let seen_last = loop {
        if done == expected {
            let now = file.metadata()?;
            // Some files of the system have a content and no length.
            if ends == Ends::There || (now.len() == done && done > 0) {
                break now;
            }
        }
        let want = match ends {
            Ends::There => usize::try_from(expected - done).unwrap_or(usize::MAX),
            Ends::WhereItEnds => usize::MAX,
        };
        let want = want.min(buffer.len());
        let read = match reader.read(&mut buffer[..want]) {
            Ok(0) => break file.metadata()?,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        each(&buffer[..read])?;
        done += read as u64;
        if !goes_on() {
            return Err(io::ErrorKind::Interrupted.into());
        }
    };
    Ok(Digest {
        bytes: done,
        sha256: hash.finalize().into(),
        modified: seen_last.modified().ok(),
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_in_a_folder_is_seen_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::write(at("file"), "four").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        SystemFiles
            .make_link(Path::new("nowhere"), &at("dangling"))
            .unwrap();
        SystemFiles
            .make_link(Path::new("folder"), &at("to-folder"))
            .unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), 0o600.into()).unwrap();
        let mut entries = SystemFiles.entries(root.path()).unwrap();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let kinds: Vec<_> = entries
            .iter()
            .map(|entry| (entry.name.to_str().unwrap(), entry.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                ("dangling", EntryKind::Link),
                ("file", EntryKind::File),
                ("folder", EntryKind::Folder),
                ("pipe", EntryKind::Other),
                ("to-folder", EntryKind::Link),
            ]
        );
        assert_eq!(entries[1].bytes, 4);
        assert_eq!(
            SystemFiles.entry(&at("file")).unwrap().as_ref(),
            Some(&entries[1])
        );
        assert_eq!(SystemFiles.entry(&at("gone")).unwrap(), None);
        assert_eq!(
            SystemFiles.read_link(&at("dangling")).unwrap(),
            Path::new("nowhere")
        );
    }

    #[test]
    fn a_copy_has_the_bytes_the_time_and_the_permissions_and_replaces_nothing() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        let text = "x".repeat(700_000);
        std::fs::write(&from, &text).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_007);
        File::options()
            .write(true)
            .open(&from)
            .unwrap()
            .set_modified(at)
            .unwrap();
        std::fs::set_permissions(&from, std::fs::Permissions::from_mode(0o440)).unwrap();
        let digest = SystemFiles.copy_new(&from, &to, &|| true).unwrap();
        assert_eq!(digest.bytes, 700_000);
        assert_eq!(digest.sha256, <[u8; 32]>::from(Sha256::digest(&text)));
        assert_eq!(SystemFiles.digest(&to, &|| true).unwrap(), digest);
        let copied = to.metadata().unwrap();
        assert_eq!(copied.modified().unwrap(), at);
        assert_eq!(copied.permissions().mode() & 0o777, 0o440);
        let again = SystemFiles.copy_new(&from, &to, &|| true).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_file_is_given_its_time_and_what_a_link_leads_to_is_not() {
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        std::fs::write(&file, "four").unwrap();
        SystemFiles.make_link(Path::new("file"), &link).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_007, 123_456_789);
        SystemFiles.set_modified(&file, at).unwrap();
        assert_eq!(file.metadata().unwrap().modified().unwrap(), at);
        let error = SystemFiles
            .set_modified(&link, SystemTime::now())
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(file.metadata().unwrap().modified().unwrap(), at);
    }

    #[test]
    fn a_long_copy_ends_when_nobody_wants_it_and_links_are_never_followed() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        std::fs::write(&from, "x".repeat(700_000)).unwrap();
        let broken_off = SystemFiles.copy_new(&from, &to, &|| false).unwrap_err();
        assert_eq!(broken_off.kind(), io::ErrorKind::Interrupted);
        let link = root.path().join("link");
        SystemFiles.make_link(Path::new("from"), &link).unwrap();
        for path in [&link, &root.path().to_owned()] {
            let error = SystemFiles.digest(path, &|| true).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn an_archive_is_open_to_those_to_whom_its_folder_is() {
        let root = tempfile::tempdir().unwrap();
        let (like, made) = (root.path().join("like"), root.path().join("made"));
        std::fs::create_dir(&like).unwrap();
        std::fs::set_permissions(&like, std::fs::Permissions::from_mode(0o2775)).unwrap();
        SystemFiles.create_folder_like(&made, &like).unwrap();
        assert_eq!(
            made.metadata().unwrap().permissions().mode() & 0o3777,
            0o2775
        );
        SystemFiles.remove_empty_folder(&made).unwrap();
        std::fs::write(like.join("file"), "").unwrap();
        SystemFiles.remove_empty_folder(&like).unwrap_err();
        assert!(like.join("file").exists());
    }

    #[test]
    fn a_file_is_read_to_its_end_wherever_that_is() {
        use std::io::Write as _;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        let wanted = || true;
        for text in ["", "four", &"long".repeat(1 << 17)] {
            std::fs::write(&path, text).unwrap();
            let read = SystemFiles.digest(&path, &wanted).unwrap();
            assert_eq!(read.bytes, text.len() as u64);
            assert_eq!(read.sha256[..], Sha256::digest(text)[..]);
        }
        // It grows while it is read.
        let grows = || {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            if file.metadata().unwrap().len() == 1 << 19 {
                file.write_all(b"more").unwrap();
            }
            true
        };
        let read = SystemFiles.digest(&path, &grows).unwrap();
        let now = std::fs::read(&path).unwrap();
        assert_eq!(read.bytes, (1 << 19) + 4);
        assert_eq!(read.sha256[..], Sha256::digest(now)[..]);
        // What the system makes up as it is read has no length.
        #[cfg(target_os = "linux")]
        assert!(
            SystemFiles
                .digest(Path::new("/proc/version"), &wanted)
                .unwrap()
                .bytes
                > 0
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn reading_a_file_for_an_archive_is_no_use_of_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        std::fs::write(&path, "four").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        let times = std::fs::FileTimes::new().set_accessed(long_ago);
        File::options()
            .append(true)
            .open(&path)
            .unwrap()
            .set_times(times)
            .unwrap();
        SystemFiles.digest(&path, &|| true).unwrap();
        assert_eq!(path.metadata().unwrap().accessed().unwrap(), long_ago);
    }
}
