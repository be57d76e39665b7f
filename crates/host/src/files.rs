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

/// Puts a small file there whole, in folders that are made where they are missing.
///
/// # Errors
/// What the system says.
pub(crate) fn put(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    replace(path, text.as_bytes())
}

/// Writes a file whole beside its name and renames it, readable by its owner alone: whoever reads finds
/// the old one or the new one. One writes at a time, so what a crash left is overwritten.
///
/// # Errors
/// What the system says.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut options = OpenOptions::new();
    let mut file = private(options.write(true).create(true).truncate(true)).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&partial, path)?;
    path.parent()
        .map_or(Ok(()), |folder| SystemFiles.flush(folder))
}

/// Removes a file that may not be there.
///
/// # Errors
/// What the system says.
pub(crate) fn take_away(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
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

    #[cfg(windows)]
    fn space(&self, path: &Path) -> io::Result<Space> {
        let volume = fs4::statvfs(path)?;
        Ok(Space {
            free: volume.available_space(),
            cluster: volume.allocation_granularity().max(1),
        })
    }
}

/// How long a file that another program holds is waited for.
#[cfg(any(windows, test))]
const HELD: std::time::Duration = std::time::Duration::from_secs(5);

/// Whether somebody else has the file open right now, as virus scanners and sync clients do with what
/// was just written. Elsewhere an open file can be renamed.
#[cfg(windows)]
fn is_held(error: &io::Error) -> bool {
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    const HELD_BY_OTHERS: [i32; 2] = [32, 33];
    let by_others = |code| HELD_BY_OTHERS.contains(&code);
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error().is_some_and(by_others)
}

/// Tries something again, after longer and longer pauses, while somebody else holds the file; after
/// five seconds it is as it is.
///
/// # Errors
/// What the last try says.
#[cfg(any(windows, test))]
fn once_let_go<T>(
    is_held: impl Fn(&io::Error) -> bool,
    mut wait: impl FnMut(std::time::Duration),
    mut act: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let mut left = HELD;
    let mut pause = std::time::Duration::from_millis(20);
    loop {
        match act() {
            Err(error) if is_held(&error) && !left.is_zero() => {
                let next = pause.min(left);
                wait(next);
                left -= next;
                pause *= 2;
            }
            done => return done,
        }
    }
}

/// A rename for systems without an exclusive one. Names of backups carry the second and a counter,
/// so that two processes meet here only within the same instant.
fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    #[cfg(windows)]
    return once_let_go(is_held, std::thread::sleep, || std::fs::rename(from, to));
    #[cfg(not(windows))]
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_hold_is_tried_again_for_five_seconds_and_anything_else_is_not() {
        let held = || io::Error::from(io::ErrorKind::PermissionDenied);
        let is_held = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        for (free_after, tries) in [(0, 1), (1, 2), (4, 5), (u32::MAX, 9)] {
            let (mut done, mut waited) = (0, std::time::Duration::ZERO);
            let answer = once_let_go(
                is_held,
                |pause| waited += pause,
                || {
                    done += 1;
                    if done > free_after {
                        Ok(())
                    } else {
                        Err(held())
                    }
                },
            );
            assert_eq!((done, answer.is_ok()), (tries, free_after != u32::MAX));
            assert!(waited <= HELD && (answer.is_ok() || waited == HELD));
        }
        let mut done = 0;
        let gone = || -> io::Result<()> {
            done += 1;
            Err(io::ErrorKind::NotFound.into())
        };
        assert!(once_let_go(is_held, |_| (), gone).is_err());
        assert_eq!(done, 1);
    }

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
