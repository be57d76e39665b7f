//! The database of one data folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flowkeep_host::{Cancellation, Clock};
use rusqlite::Connection;

use crate::change::{self, Doorbell, Listener, Rings};
use crate::interrupt::interruptible;
use crate::look;
use crate::opened::OpenedFile;
use crate::readers::{Reader, Readers};
use crate::writer::Writer;
use crate::{Follower, Reach, Request, StoreError, Tx, schema};

/// How to open a [`Store`].
pub struct StoreOptions {
    /// The database file; made when missing. Its folder must exist.
    pub path: PathBuf,
    /// The folder for the copy made before a migration.
    pub safety: PathBuf,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
}

/// The database of one data folder, open.
pub struct Store {
    path: PathBuf,
    opened: OpenedFile,
    readers: Readers,
    writer: Writer,
    doorbell: Doorbell,
    rings: Mutex<Option<Rings>>,
}

impl Store {
    /// Opens the database, making or migrating it as needed.
    ///
    /// # Errors
    /// [`StoreError`]; a newer database is left untouched.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let connection = schema::open_writer(&options.path, &options.safety, options.clock.now())?;
        flowkeep_host::leave_to_sqlite(&options.path);
        Self::start(options, connection)
    }

    /// Opens a database that is thrown away afterwards, for a trial restore: nothing is flushed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_scratch(options: StoreOptions) -> Result<Self, StoreError> {
        let connection = schema::open_scratch(&options.path)?;
        Self::start(options, connection)
    }

    /// Opens a database where nothing can be written: every write is refused. `still` when it is the
    /// medium itself that reads alone; else somebody may write it meanwhile, and a copy is looked at. The
    /// folder `safety` is a private one elsewhere, for that copy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_to_look(options: StoreOptions, still: bool) -> Result<Self, StoreError> {
        let (doorbell, rings) = change::doorbell();
        let opened = look::open(&options, still)?;
        Ok(Self {
            readers: Readers::new(opened.clone()),
            path: opened.path().to_owned(),
            opened,
            writer: Writer::none(),
            doorbell,
            rings: Mutex::new(Some(rings)),
        })
    }

    fn start(options: StoreOptions, connection: Connection) -> Result<Self, StoreError> {
        let (doorbell, rings) = change::doorbell();
        let opened = OpenedFile::remember(&options.path)?;
        let writer = Writer::start(connection, opened.clone(), options.clock, doorbell.clone())?;
        Ok(Self {
            readers: Readers::new(opened.clone()),
            path: options.path,
            opened,
            writer,
            doorbell,
            rings: Mutex::new(Some(rings)),
        })
    }

    pub(crate) fn opened(&self) -> &OpenedFile {
        &self.opened
    }

    /// Where the file is that is read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `body` in the next transaction and answers when that is on disk. What `body` tagged is
    /// told to all who follow. On an error nothing of it is kept.
    ///
    /// # Errors
    /// What `body` answers, or why the transaction was not committed.
    pub fn write<T, E>(
        &self,
        body: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write(body)
    }

    /// Calls `changed` with the tags of every change from now on, whoever makes it, and
    /// `requested` with requests left for `recipient`, and `reach` when the database can no longer
    /// be worked with, and when it can again. There is one follower per store.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Closed`] for a second follower.
    pub fn follow(
        &self,
        recipient: &'static str,
        changed: impl Fn(Vec<String>) + Send + 'static,
        requested: impl Fn(Vec<(i64, Request)>) + Send + 'static,
        reach: impl Fn(Reach) + Send + 'static,
    ) -> Result<Follower, StoreError> {
        let rings = self
            .rings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let rings = rings.ok_or(StoreError::Closed)?;
        let listener = Listener {
            recipient,
            changed: Box::new(changed),
            requested: Box::new(requested),
            reach: Box::new(reach),
        };
        Follower::start(self.opened.clone(), self.doorbell.clone(), rings, listener)
    }

    pub(crate) fn reader(&self) -> Result<Reader<'_>, StoreError> {
        self.readers.lend()
    }

    pub(crate) fn alone<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Connection, flowkeep_host::Timestamp) -> Result<T, StoreError>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        self.writer.alone(body)
    }

    /// What SQLite's own check finds wrong; empty when all is well. Reads the whole file.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`]; what the database says.
    pub fn quick_check(&self, cancellation: &Cancellation) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let found = interruptible(&reader, cancellation, || {
            let mut statement = reader.prepare("PRAGMA quick_check(20)")?;
            let lines = statement.query_map([], |row| row.get(0))?;
            Ok(lines.collect::<Result<Vec<String>, _>>()?)
        });
        match found {
            Ok(lines) => Ok(lines.into_iter().filter(|line| line != "ok").collect()),
            Err(StoreError::Damaged(text)) => Ok(vec![text]),
            Err(error) => Err(error),
        }
    }

    /// Bytes of the database file and its journal.
    pub fn bytes(&self) -> u64 {
        let size = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
        let mut journal = self.path.clone().into_os_string();
        journal.push("-wal");
        size(&self.path) + size(Path::new(&journal))
    }
}
