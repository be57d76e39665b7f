//! Writing files so that a power cut leaves either nothing or all of it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Room on a volume, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Free for this user.
    pub free: u64,
    /// What a file of one byte takes.
    pub cluster: u64,
}

/// The few operations a backup is made of. A trait, so that a test can make the n-th of them fail.
pub trait Files: Send + Sync {
    /// Makes one folder, readable by its owner alone. Its parent must exist.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name; else what the system says.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a new file with these bytes, readable by its owner alone. Not flushed to disk.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name; else what the system says.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes a new file to be written piece by piece, readable by its owner alone.
    ///
    /// # Errors
    /// `AlreadyExists` when anything has that name; else what the system says.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write + Send>>;

    /// Flushes everything below `folder` to disk: one `syncfs` where the system has it, else
    /// every file and folder.
    ///
    /// # Errors
    /// What the system says; data may then not be on disk.
    fn flush_tree(&self, folder: &Path) -> io::Result<()>;

    /// Flushes one file or the list of names of one folder.
    ///
    /// # Errors
    /// What the system says; data may then not be on disk.
    fn flush(&self, path: &Path) -> io::Result<()>;

    /// Renames without ever replacing: fails when `to` exists.
    ///
    /// # Errors
    /// `AlreadyExists` when `to` exists; else what the system says.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes one file.
    ///
    /// # Errors
    /// What the system says.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a folder and all below it; links in it are removed, never followed.
    ///
    /// # Errors
    /// What the system says; part of it may be gone.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;

    /// Room on the volume of `path`.
    ///
    /// # Errors
    /// What the system says.
    fn space(&self, path: &Path) -> io::Result<Space>;
}

/// The machine's own file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFiles;

/// Makes files opened with these options readable by their owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a folder and what is missing above it, readable by its owner alone. One that is there is
/// left as it is.
///
/// # Errors
/// What the system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Files for SystemFiles {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        private(OpenOptions::new().write(true).create_new(true))
            .open(path)?
            .write_all(bytes)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        let file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
        Ok(Box::new(file))
    }

    #[cfg(target_os = "linux")]
    fn flush_tree(&self, folder: &Path) -> io::Result<()> {
        Ok(rustix::fs::syncfs(File::open(folder)?)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn flush_tree(&self, folder: &Path) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.flush_tree(&entry.path())?;
            } else if kind.is_file() {
                self.flush(&entry.path())?;
            }
        }
        self.flush(folder)
    }

    fn flush(&self, path: &Path) -> io::Result<()> {
        #[cfg(windows)]
        if path.is_dir() {
            // Windows has no flush of a folder; its names are journaled by NTFS.
            return Ok(());
        }
        File::open(path)?.sync_all()
    }

    #[cfg(target_os = "linux")]
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // File systems without this flag (some FUSE, old network drives) say so.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => rename_checked(from, to),
            other => Ok(other?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        rename_checked(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(path)
    }

    #[cfg(unix)]
    fn space(&self, path: &Path) -> io::Result<Space> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(Space {
            free: stat.f_bavail * stat.f_frsize,
            cluster: stat.f_frsize.max(1),
        })
    }

    #[cfg(not(unix))]
    fn space(&self, _path: &Path) -> io::Result<Space> {
        // Untried elsewhere: without a number nothing is refused before the write itself fails.
        Ok(Space {
            free: u64::MAX,
            cluster: 4096,
        })
    }
}

/// A rename for systems without an exclusive one. Names of backups carry the second and a counter,
/// so that two processes meet here only within the same instant.
fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rename_never_replaces() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        std::fs::create_dir(&from).unwrap();
        std::fs::create_dir(&to).unwrap();
        let error = SystemFiles.rename_new(&from, &to).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        std::fs::remove_dir(&to).unwrap();
        SystemFiles.rename_new(&from, &to).unwrap();
        assert!(to.is_dir() && !from.exists());
    }

    #[cfg(unix)]
    #[test]
    fn new_files_and_folders_belong_to_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("folder");
        SystemFiles.create_folder(&folder).unwrap();
        SystemFiles.write_new(&folder.join("file"), b"x").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("file")), 0o600);
    }
}
