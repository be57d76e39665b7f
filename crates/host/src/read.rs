//! Reading from folders we did not write ourselves: no link is followed, nothing but regular files
//! is opened, nothing larger than a limit is read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::own_database::may_open;

/// A folder to read from. Everything read lies below it, whatever its entries claim.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    #[cfg(target_os = "linux")]
    handle: File,
}

/// Something with a name that is neither a file nor a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialFile {
    /// A symbolic link or junction; never followed.
    Link,
    /// A folder where a file was expected.
    Folder,
    /// A pipe, socket or device; never opened.
    Other,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No such file.
    #[error("no such file")]
    Missing,
    /// Not a regular file.
    #[error("not a regular file: {0:?}")]
    Special(SpecialFile),
    /// Larger than the limit, in bytes.
    #[error("{bytes} bytes are more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The path leads out of the folder.
    #[error("the path leads out of the folder")]
    Outside,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Folder {
    /// Opens `path` as a folder. The path itself may go through links: the operator chose it.
    ///
    /// # Errors
    /// What the system says; `NotADirectory` for anything but a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        if !path.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self {
            #[cfg(target_os = "linux")]
            handle: File::open(&path)?,
            path,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a file below this folder, `limit` at most.
    ///
    /// # Errors
    /// [`ReadError`]: never anything but a regular file below the folder is read.
    pub fn read(&self, relative: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut file = self.open_file(relative)?;
        let bytes = file.metadata()?.len();
        if bytes > limit {
            return Err(ReadError::TooLarge { bytes, limit });
        }
        let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0) + 1);
        // One byte more than the limit: a file that grew since must not pass.
        file.by_ref().take(limit + 1).read_to_end(&mut content)?;
        let read = content.len() as u64;
        if read > limit {
            return Err(ReadError::TooLarge { bytes: read, limit });
        }
        Ok(content)
    }

    /// Opens a regular file below this folder for reading piece by piece.
    ///
    /// # Errors
    /// [`ReadError`]: never anything but a regular file below the folder is opened.
    pub fn open_file(&self, relative: &Path) -> Result<File, ReadError> {
        let inside = !relative.as_os_str().is_empty()
            && relative
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(ReadError::Outside);
        }
        may_open(&self.path.join(relative))?;
        let file = self.open_unfollowed(relative)?;
        let kind = file.metadata()?.file_type();
        if kind.is_file() {
            Ok(file)
        } else if kind.is_dir() {
            Err(ReadError::Special(SpecialFile::Folder))
        } else {
            Err(ReadError::Special(SpecialFile::Other))
        }
    }

    #[cfg(target_os = "linux")]
    fn open_unfollowed(&self, relative: &Path) -> Result<File, ReadError> {
        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        use rustix::io::Errno;
        // NONBLOCK: a pipe with the name of a file must not hold us until somebody writes to it.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match openat2(&self.handle, relative, flags, Mode::empty(), resolve) {
            Ok(handle) => Ok(File::from(handle)),
            Err(Errno::LOOP) => Err(ReadError::Special(SpecialFile::Link)),
            Err(Errno::NOENT) => Err(ReadError::Missing),
            // A socket cannot be opened at all.
            Err(Errno::NXIO) => Err(ReadError::Special(SpecialFile::Other)),
            Err(Errno::XDEV) => Err(ReadError::Outside),
            Err(Errno::NOSYS) => open_checked(&self.path, relative),
            Err(error) => Err(ReadError::Io(error.into())),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn open_unfollowed(&self, relative: &Path) -> Result<File, ReadError> {
        open_checked(&self.path, relative)
    }
}

/// Opens a file the operator chose, through links if need be, without waiting for whoever might
/// write into a pipe of that name.
///
/// # Errors
/// [`ReadError::Special`] for anything but a regular file; what the system says.
pub fn open_regular(path: &Path) -> Result<File, ReadError> {
    let mut options = File::options();
    options.read(true);
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    may_open(path)?;
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        Ok(file)
    } else if kind.is_dir() {
        Err(ReadError::Special(SpecialFile::Folder))
    } else {
        Err(ReadError::Special(SpecialFile::Other))
    }
}

/// Opens after looking at every step of the way: for systems where the kernel cannot be told not
/// to follow links.
fn open_checked(root: &Path, relative: &Path) -> Result<File, ReadError> {
    let mut path = root.to_owned();
    for part in relative.components() {
        path.push(part);
        let kind = match path.symlink_metadata() {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::Missing);
            }
            Err(error) => return Err(error.into()),
        };
        if kind.is_symlink() {
            return Err(ReadError::Special(SpecialFile::Link));
        }
        if !kind.is_file() && !kind.is_dir() {
            return Err(ReadError::Special(SpecialFile::Other));
        }
    }
    Ok(File::open(path)?)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("inside")).unwrap();
        std::fs::write(root.path().join("inside/file.json"), "{}").unwrap();
        let folder = Folder::open(&root.path().join("inside")).unwrap();
        (root, folder)
    }

    #[test]
    fn reads_a_file_up_to_the_limit() {
        let (_root, folder) = folder();
        assert_eq!(folder.read(Path::new("file.json"), 2).unwrap(), b"{}");
        let error = folder.read(Path::new("file.json"), 1).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { bytes: 2, limit: 1 }));
    }

    #[test]
    fn never_leaves_the_folder() {
        let (root, folder) = folder();
        std::fs::write(root.path().join("secret"), "x").unwrap();
        symlink("../secret", root.path().join("inside/link.json")).unwrap();
        symlink("..", root.path().join("inside/up")).unwrap();
        let read = |path: &str| folder.read(Path::new(path), 100).unwrap_err();
        assert!(matches!(read("../secret"), ReadError::Outside));
        assert!(matches!(read("/etc/hostname"), ReadError::Outside));
        assert!(matches!(read(""), ReadError::Outside));
        assert!(matches!(
            read("link.json"),
            ReadError::Special(SpecialFile::Link)
        ));
        assert!(matches!(
            read("up/secret"),
            ReadError::Special(SpecialFile::Link)
        ));
        for path in ["link.json", "up/secret"] {
            let error = open_checked(folder.path(), Path::new(path)).unwrap_err();
            assert!(matches!(error, ReadError::Special(SpecialFile::Link)));
        }
    }

    #[test]
    fn pipes_folders_and_gaps_are_told_apart_without_waiting() {
        let (root, folder) = folder();
        let inside = root.path().join("inside");
        rustix::fs::mkfifoat(rustix::fs::CWD, inside.join("pipe.json"), 0o600.into()).unwrap();
        std::fs::create_dir(inside.join("folder.json")).unwrap();
        let read = |path: &str| folder.read(Path::new(path), 100).unwrap_err();
        assert!(matches!(
            read("pipe.json"),
            ReadError::Special(SpecialFile::Other)
        ));
        assert!(matches!(
            read("folder.json"),
            ReadError::Special(SpecialFile::Folder)
        ));
        assert!(matches!(read("gone.json"), ReadError::Missing));
    }
}
