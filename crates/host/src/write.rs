//! Writing into folders that others use too: a file appears whole or not at all, nothing outside
//! the folder is touched, no link is followed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use ulid::Ulid;

use crate::{Folder, ReadError, SpecialFile};

impl Folder {
    /// Makes or replaces a file below this folder and gives the number of its bytes; folders on
    /// the way are made. Until all of the content is on disk, the file is as it was; what a crash
    /// leaves beside it ends in `.partial`. Whoever could read a file that is replaced still can, and
    /// nobody else.
    ///
    /// # Errors
    /// [`ReadError`], as for reading: never anything but a regular file below the folder is
    /// replaced. An error of `content` is [`ReadError::Io`].
    pub fn replace(&self, relative: &Path, content: &mut impl Read) -> Result<u64, ReadError> {
        let partial = format!(".{}.partial", Ulid::generate());
        self.replace_through(relative, content, &partial)
    }

    /// As [`Folder::replace`]; until it is whole, the file is beside its place under the name `partial`, which
    /// nothing else has.
    ///
    /// # Errors
    /// As [`Folder::replace`].
    pub fn replace_through(
        &self,
        relative: &Path,
        content: &mut impl Read,
        partial: &str,
    ) -> Result<u64, ReadError> {
        let mut parts = Vec::new();
        for part in relative.components() {
            match part {
                Component::Normal(name) => parts.push(name),
                Component::CurDir => {}
                _ => return Err(ReadError::Outside),
            }
        }
        // `folder/` names a folder, whatever its components say.
        let ends = relative.as_os_str().as_encoded_bytes().last().copied();
        let Some((name, folders)) = parts.split_last() else {
            return Err(ReadError::Outside);
        };
        if ends.is_some_and(|byte| std::path::is_separator(byte.into())) {
            return Err(ReadError::Special(SpecialFile::Folder));
        }
        body::replace(self, folders, name, content, partial)
    }
}

fn fill(mut file: &File, content: &mut impl Read) -> io::Result<u64> {
    let bytes = io::copy(content, &mut file)?;
    file.sync_all()?;
    Ok(bytes)
}

#[cfg(unix)]
mod body {
    use std::ffi::OsStr;
    use std::os::fd::OwnedFd;

    use rustix::fs::{
        AtFlags, FileType, Mode, OFlags, Stat, fchmod, fsync, mkdirat, openat, renameat, statat,
    };
    use rustix::io::Errno;

    use super::{File, Folder, Read, ReadError, SpecialFile, fill};

    pub(super) fn replace(
        root: &Folder,
        folders: &[&OsStr],
        name: &OsStr,
        content: &mut impl Read,
        partial: &str,
    ) -> Result<u64, ReadError> {
        let folder = descend(root, folders)?;
        let there = stat(&folder, name)?;
        match there.as_ref().map(kind_of) {
            None | Some(FileType::RegularFile) => {}
            Some(kind) => return Err(special(kind)),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = File::from(openat(&folder, partial, flags, Mode::from(0o666)).map_err(io)?);
        if let Some(there) = there {
            // Not every volume keeps who may read a file.
            let _kept = fchmod(&file, Mode::from_raw_mode(there.st_mode & 0o777));
        }
        let written = fill(&file, content).and_then(|bytes| {
            renameat(&folder, partial, &folder, name)?;
            fsync(&folder)?;
            Ok(bytes)
        });
        written.map_err(|error| {
            // Nothing has that name any more when only the last flush failed.
            let _gone = rustix::fs::unlinkat(&folder, partial, AtFlags::empty());
            ReadError::Io(error)
        })
    }

    /// Step by step, each of them a real folder.
    fn descend(root: &Folder, folders: &[&OsStr]) -> Result<OwnedFd, ReadError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut folder = rustix::fs::open(root.path(), flags, Mode::empty()).map_err(io)?;
        for &name in folders {
            let mut opened = openat(&folder, name, flags, Mode::empty());
            if opened.as_ref().err() == Some(&Errno::NOENT) {
                match mkdirat(&folder, name, Mode::from(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(io(error)),
                }
                opened = openat(&folder, name, flags, Mode::empty());
            }
            folder = match opened {
                Ok(folder) => folder,
                Err(error) => {
                    return Err(match stat(&folder, name)?.as_ref().map(kind_of) {
                        None | Some(FileType::Directory) => io(error),
                        Some(kind) => special(kind),
                    });
                }
            };
        }
        Ok(folder)
    }

    fn kind_of(there: &Stat) -> FileType {
        FileType::from_raw_mode(there.st_mode)
    }

    fn stat(folder: &OwnedFd, name: &OsStr) -> Result<Option<Stat>, ReadError> {
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(io(error)),
        }
    }

    fn special(kind: FileType) -> ReadError {
        ReadError::Special(match kind {
            FileType::Symlink => SpecialFile::Link,
            FileType::Directory => SpecialFile::Folder,
            _ => SpecialFile::Other,
        })
    }

    fn io(error: Errno) -> ReadError {
        ReadError::Io(error.into())
    }
}

/// Looks at every step of the way: for systems where a folder cannot be held while its entries are
/// opened.
#[cfg(not(unix))]
mod body {
    use std::ffi::OsStr;
    use std::path::Path;

    use super::{File, Folder, Read, ReadError, SpecialFile, fill, io};

    pub(super) fn replace(
        root: &Folder,
        folders: &[&OsStr],
        name: &OsStr,
        content: &mut impl Read,
        partial: &str,
    ) -> Result<u64, ReadError> {
        let mut folder = root.path().to_owned();
        for name in folders {
            folder.push(name);
            match kind(&folder)? {
                None => std::fs::create_dir(&folder)?,
                Some(kind) if kind.is_dir() => {}
                Some(kind) => return Err(special(kind)),
            }
        }
        let target = folder.join(name);
        match kind(&target)? {
            Some(kind) if !kind.is_file() => return Err(special(kind)),
            _ => {}
        }
        let partial = folder.join(partial);
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(&partial)?;
        let written = fill(&file, content).and_then(|bytes| {
            drop(file);
            std::fs::rename(&partial, &target)?;
            Ok(bytes)
        });
        written.map_err(|error| {
            let _gone = std::fs::remove_file(&partial);
            ReadError::Io(error)
        })
    }

    fn kind(path: &Path) -> io::Result<Option<std::fs::FileType>> {
        match path.symlink_metadata() {
            Ok(metadata) => Ok(Some(metadata.file_type())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn special(kind: std::fs::FileType) -> ReadError {
        ReadError::Special(if kind.is_symlink() {
            SpecialFile::Link
        } else if kind.is_dir() {
            SpecialFile::Folder
        } else {
            SpecialFile::Other
        })
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn put(folder: &Folder, path: &str) -> Result<u64, ReadError> {
        folder.replace(Path::new(path), &mut "text".as_bytes())
    }

    #[test]
    fn makes_folders_and_replaces_files_and_leaves_nothing_beside_them() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        assert_eq!(put(&folder, "a/b/file.txt").unwrap(), 4);
        std::fs::write(root.path().join("a/b/file.txt"), "longer than before").unwrap();
        assert_eq!(put(&folder, "./a/b/file.txt").unwrap(), 4);
        let there = root.path().join("a/b");
        assert_eq!(std::fs::read(there.join("file.txt")).unwrap(), b"text");
        assert_eq!(std::fs::read_dir(there).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_replaced_can_be_read_by_whom_it_could_be_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let path = root.path().join("file");
        for mode in [0o600, 0o640, 0o444] {
            std::fs::write(root.path().join("new"), "before").unwrap();
            std::fs::rename(root.path().join("new"), &path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            put(&folder, "file").unwrap();
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
            assert_eq!(std::fs::read(&path).unwrap(), b"text");
        }
    }

    #[test]
    fn never_leaves_the_folder_and_never_replaces_what_is_no_file() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("inside");
        std::fs::create_dir_all(inside.join("folder")).unwrap();
        std::fs::write(root.path().join("outside"), "kept").unwrap();
        symlink("../outside", inside.join("link")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, inside.join("pipe"), 0o600.into()).unwrap();
        let folder = Folder::open(&inside).unwrap();
        for path in ["../outside", "/outside", "", ".", "folder/../../outside"] {
            let error = put(&folder, path).unwrap_err();
            assert!(matches!(error, ReadError::Outside), "{path}: {error}");
        }
        let special = |path: &str| match put(&folder, path) {
            Err(ReadError::Special(special)) => special,
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(special("link"), SpecialFile::Link);
        assert_eq!(special("up/outside"), SpecialFile::Link);
        assert_eq!(special("folder"), SpecialFile::Folder);
        assert_eq!(special("new/"), SpecialFile::Folder);
        assert_eq!(special("pipe"), SpecialFile::Other);
        assert_eq!(special("pipe/file"), SpecialFile::Other);
        assert_eq!(std::fs::read(root.path().join("outside")).unwrap(), b"kept");
    }

    #[test]
    fn what_cannot_be_finished_leaves_the_file_as_it_was() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        put(&folder, "file").unwrap();
        let mut content = "half".as_bytes().chain(Broken);
        folder.replace(Path::new("file"), &mut content).unwrap_err();
        assert_eq!(std::fs::read(root.path().join("file")).unwrap(), b"text");
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
