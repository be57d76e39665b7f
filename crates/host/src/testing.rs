//! For tests: a clock one sets and a disk that fails at the n-th call.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::{
    Clock, Digest, Entry, EntryFiles, FileIdentity, Files, GoesOn, Holders, ReadError, Space,
    SystemFiles, Timestamp,
};

/// A clock that moves one millisecond per look, from where it was set.
#[derive(Debug)]
pub struct TestClock {
    wall: AtomicI64,
    passed: AtomicU64,
    slept: AtomicU64,
}

impl TestClock {
    /// A clock that stands at `millis`.
    pub fn at(millis: i64) -> Self {
        Self {
            wall: AtomicI64::new(millis),
            passed: AtomicU64::new(0),
            slept: AtomicU64::new(0),
        }
    }

    /// Sets it anew; backwards too. No time passes.
    pub fn set(&self, millis: i64) {
        self.wall.store(millis, Ordering::Relaxed);
    }

    /// Lets so many milliseconds pass.
    pub fn pass(&self, millis: u32) {
        self.wall.fetch_add(millis.into(), Ordering::Relaxed);
        self.passed.fetch_add(millis.into(), Ordering::Relaxed);
    }

    /// Lets the machine sleep for so many milliseconds: time goes by and nothing is worked.
    pub fn sleep(&self, millis: u32) {
        self.wall.fetch_add(millis.into(), Ordering::Relaxed);
        self.slept.fetch_add(millis.into(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall.fetch_add(1, Ordering::Relaxed))
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.passed.load(Ordering::Relaxed))
    }

    fn since_boot(&self) -> Option<Duration> {
        let slept = Duration::from_millis(self.slept.load(Ordering::Relaxed));
        Some(self.passed() + slept)
    }
}

/// The real file system, but its n-th writing call fails as asked. Each piece written to an open
/// file is a call of its own.
#[derive(Debug, Clone)]
pub struct FailingFiles {
    calls: Arc<AtomicU64>,
    made: Arc<Mutex<Vec<(&'static str, PathBuf)>>>,
    fail_at: u64,
    error: Arc<Mutex<io::ErrorKind>>,
    space: Option<Space>,
    hang: Option<Hang>,
    across: bool,
    for_good: bool,
    refused: Option<&'static str>,
    never: Option<&'static str>,
    dead: Option<PathBuf>,
}

/// From which call on nothing is answered any more.
#[derive(Debug, Clone)]
struct Hang {
    from: u64,
    reached: Sender<()>,
    gate: Arc<Mutex<Receiver<()>>>,
}

impl FailingFiles {
    /// Fails the `n`-th call (from 1) with `error`; 0 never fails.
    pub fn at(n: u64, error: io::ErrorKind) -> Self {
        Self {
            calls: Arc::default(),
            made: Arc::default(),
            fail_at: n,
            error: Arc::new(Mutex::new(error)),
            space: None,
            hang: None,
            across: false,
            for_good: false,
            refused: None,
            never: None,
            dead: None,
        }
    }

    /// Fails each call after that one as well, removing a folder too: a disk that went away.
    #[must_use]
    pub fn for_good(mut self) -> Self {
        self.for_good = true;
        self
    }

    /// Fails each call of this name, too.
    #[must_use]
    pub fn never(mut self, call: &'static str) -> Self {
        self.never = Some(call);
        self
    }

    /// Fails each call in this folder, too: a disk of its own that is damaged.
    #[must_use]
    pub fn dead_in(mut self, folder: &Path) -> Self {
        self.dead = Some(folder.to_owned());
        self
    }

    /// Lets nothing of this name be renamed or removed, as if it were another person's.
    #[must_use]
    pub fn refusing(mut self, name: &'static str) -> Self {
        self.refused = Some(name);
        self
    }

    fn is_allowed(&self, path: &Path) -> io::Result<()> {
        match self.refused {
            Some(name) if path.ends_with(name) => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    }

    /// Lets nothing be renamed from one folder into another, as if each were a disk of its own.
    #[must_use]
    pub fn across_disks(mut self) -> Self {
        self.across = true;
        self
    }

    /// Claims this much room whatever the volume says.
    #[must_use]
    pub fn with_space(mut self, space: Space) -> Self {
        self.space = Some(space);
        self
    }

    /// From the `n`-th call on (from 1) every call, removing a folder too, says at `reached` that it
    /// was made and returns only when nobody can open `gate` any more: a mount whose server is gone.
    #[must_use]
    pub fn hanging_from(mut self, n: u64, reached: Sender<()>, gate: Receiver<()>) -> Self {
        self.hang = Some(Hang {
            from: n,
            reached,
            gate: Arc::new(Mutex::new(gate)),
        });
        self
    }

    /// How many calls were made.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What was called for what, in order. A rename is told by what it renames.
    pub fn made(&self) -> Vec<(&'static str, PathBuf)> {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn call(&self, name: &'static str, path: &Path) -> io::Result<()> {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((name, path.to_owned()));
        let n = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        self.answer(n);
        let is_gone = self.for_good && self.fail_at != 0 && n >= self.fail_at;
        let is_dead = self
            .dead
            .as_ref()
            .is_some_and(|dead| path.starts_with(dead));
        if n == self.fail_at || is_gone || is_dead || self.never == Some(name) {
            let kind = *self.error.lock().unwrap_or_else(PoisonError::into_inner);
            return Err(kind.into());
        }
        Ok(())
    }

    /// Returns when the disk answers the `n`-th call.
    fn answer(&self, n: u64) {
        if let Some(hang) = &self.hang
            && n >= hang.from
        {
            // Nobody may be looking.
            let _ = hang.reached.send(());
            let gate = hang.gate.lock().unwrap_or_else(PoisonError::into_inner);
            while gate.recv().is_ok() {}
        }
    }
}

struct FailingWriter {
    path: PathBuf,
    files: FailingFiles,
    inner: Box<dyn Write + Send>,
}

impl Write for FailingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.files.call("write", &self.path)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Files for FailingFiles {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.call("create_folder", path)?;
        SystemFiles.create_folder(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.call("write_new", path)?;
        SystemFiles.write_new(path, bytes)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        self.call("create_new", path)?;
        let inner = SystemFiles.create_new(path)?;
        Ok(Box::new(FailingWriter {
            path: path.to_owned(),
            files: self.clone(),
            inner,
        }))
    }

    fn flush_tree(&self, folder: &Path) -> io::Result<()> {
        self.call("flush_tree", folder)?;
        SystemFiles.flush_tree(folder)
    }

    fn flush(&self, path: &Path) -> io::Result<()> {
        self.call("flush", path)?;
        SystemFiles.flush(path)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call("rename_new", from)?;
        self.is_allowed(from)?;
        if self.across && from.parent() != to.parent() {
            return Err(io::ErrorKind::CrossesDevices.into());
        }
        SystemFiles.rename_new(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.call("remove_file", path)?;
        self.is_allowed(path)?;
        SystemFiles.remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.answer(self.calls());
        if self.for_good {
            self.call("remove_folder", path)?;
        }
        // Cleaning up after a fault must be possible, or every sweep would end in a second fault.
        SystemFiles.remove_folder(path)
    }

    fn space(&self, path: &Path) -> io::Result<Space> {
        self.space.map_or_else(|| SystemFiles.space(path), Ok)
    }
}

impl EntryFiles for FailingFiles {
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.call("entries", folder)?;
        SystemFiles.entries(folder)
    }

    fn entry(&self, path: &Path) -> io::Result<Option<Entry>> {
        self.call("entry", path)?;
        SystemFiles.entry(path)
    }

    fn create_folder_like(&self, path: &Path, like: &Path) -> io::Result<()> {
        self.call("create_folder_like", path)?;
        SystemFiles.create_folder_like(path, like)
    }

    fn remove_empty_folder(&self, path: &Path) -> io::Result<()> {
        self.call("remove_empty_folder", path)?;
        SystemFiles.remove_empty_folder(path)
    }

    fn copy_new(&self, from: &Path, to: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        self.call("copy_new", from)?;
        SystemFiles.copy_new(from, to, goes_on)
    }

    fn digest(&self, path: &Path, goes_on: GoesOn<'_>) -> io::Result<Digest> {
        self.call("digest", path)?;
        SystemFiles.digest(path, goes_on)
    }

    fn set_modified(&self, path: &Path, modified: SystemTime) -> io::Result<()> {
        self.call("set_modified", path)?;
        SystemFiles.set_modified(path, modified)
    }

    fn read(&self, folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.call("read", &folder.join(name))?;
        SystemFiles.read(folder, name, limit)
    }

    fn replace(
        &self,
        folder: &Path,
        relative: &Path,
        bytes: &[u8],
        partial: &str,
    ) -> Result<(), ReadError> {
        self.call("replace", &folder.join(relative))?;
        SystemFiles.replace(folder, relative, bytes, partial)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.call("read_link", path)?;
        SystemFiles.read_link(path)
    }

    fn make_link(&self, target: &Path, path: &Path) -> io::Result<()> {
        self.call("make_link", path)?;
        SystemFiles.make_link(target, path)
    }

    fn holders(&self, files: &HashSet<FileIdentity>) -> Holders {
        SystemFiles.holders(files)
    }
}
