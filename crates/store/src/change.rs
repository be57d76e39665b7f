//! What changed, followed by windows and other processes. A change is written in the transaction
//! that made it; whoever follows reads it from there, never from memory.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use flowkeep_core::{Kind, RunId};
use rusqlite::Connection;

use crate::inbox::{self, Request};
use crate::opened::OpenedFile;
use crate::{Store, StoreError, schema};

/// Changes kept for followers that lag behind; whoever is further back refetches all.
const KEPT: i64 = 10_000;

/// How often another process's commits are looked for. `PRAGMA data_version` reads shared memory
/// only, so looking costs nothing.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// What a change is about. A reader of something declares the same tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// Some document of a kind: `workflow`.
    Kind(Kind),
    /// One document: `workflow:ID`.
    Document(Kind, String),
    /// Activity.
    Operation,
    /// Settings.
    Setting,
    /// The known backups.
    Backup,
    /// Some run: `run`.
    Runs,
    /// A run that was begun by somebody, or is no more: `started`. What happens to it meanwhile is none.
    Started,
    /// One run: `run:ID`.
    Run(RunId),
    /// What starts workflows beside people: `schedule`.
    Schedule,
    /// What other programs recorded: `log`.
    Log,
    /// The connections, or what was seen of one.
    Connection,
    /// The secrets.
    Secret,
    /// What people are told, or not told yet: `notice`.
    Notice,
    /// The task folders, and what is done in one: `folder`.
    Folder,
    /// The sessions, and what is kept of their configurations: `session`.
    Session,
    /// Everything: a follower that was too far behind.
    All,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.as_str()),
            Self::Document(kind, id) => write!(f, "{}:{id}", kind.as_str()),
            Self::Operation => f.write_str("operation"),
            Self::Setting => f.write_str("settings"),
            Self::Backup => f.write_str("backup"),
            Self::Runs => f.write_str("run"),
            Self::Started => f.write_str("started"),
            Self::Run(id) => write!(f, "run:{id}"),
            Self::Schedule => f.write_str("schedule"),
            Self::Log => f.write_str("log"),
            Self::Connection => f.write_str("connection"),
            Self::Secret => f.write_str("secret"),
            Self::Notice => f.write_str("notice"),
            Self::Folder => f.write_str("folder"),
            Self::Session => f.write_str("session"),
            Self::All => f.write_str("all"),
        }
    }
}

/// More single documents than this in one change are told as "some document of that kind".
const SINGLE: usize = 100;

pub(crate) fn record(connection: &Connection, tags: &BTreeSet<String>) -> Result<(), StoreError> {
    if tags.is_empty() {
        return Ok(());
    }
    let many = tags.len() > SINGLE;
    let told: Vec<&String> = tags
        .iter()
        .filter(|tag| !many || !tag.contains(':'))
        .collect();
    let json = serde_json::to_string(&told).map_err(|error| StoreError::Io(error.into()))?;
    connection
        .prepare_cached("INSERT INTO change(tags) VALUES (?1)")?
        .execute([json])?;
    let seq = connection.last_insert_rowid();
    if seq % 256 == 0 {
        connection.execute("DELETE FROM change WHERE seq <= ?1", [seq - KEPT])?;
    }
    Ok(())
}

/// Wakes the follower of this process right after a commit.
#[derive(Clone)]
pub(crate) struct Doorbell(SyncSender<Ring>);

enum Ring {
    Committed,
    End,
}

impl Doorbell {
    pub(crate) fn ring(&self) {
        match self.0.try_send(Ring::Committed) {
            // A ring is waiting already, or nobody follows any more.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

pub(crate) fn doorbell() -> (Doorbell, Rings) {
    let (sender, receiver) = sync_channel(1);
    (Doorbell(sender), Rings(receiver))
}

pub(crate) struct Rings(std::sync::mpsc::Receiver<Ring>);

impl Store {
    /// The number of the newest change, and the tags of all after `last`: [`Tag::All`] among them
    /// where nobody can tell any more, and where no last one is known.
    ///
    /// # Errors
    /// What the database says.
    pub fn changes_since(&self, last: Option<i64>) -> Result<(i64, BTreeSet<String>), StoreError> {
        let reader = self.reader()?;
        match last {
            Some(last) => read_new(&reader, last),
            None => Ok((latest(&reader)?, BTreeSet::from([Tag::All.to_string()]))),
        }
    }
}

/// Follows changes and requests until dropped.
pub struct Follower {
    doorbell: Doorbell,
    thread: Option<JoinHandle<()>>,
}

type Requested = Box<dyn Fn(Vec<(i64, Request)>) + Send>;

pub(crate) struct Listener {
    pub(crate) recipient: &'static str,
    pub(crate) changed: Box<dyn Fn(Vec<String>) + Send>,
    pub(crate) requested: Requested,
    pub(crate) reach: Box<dyn Fn(Reach) + Send>,
}

/// Whether the database can be worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is where it was, and as this program knows it.
    Here,
    /// It cannot be read, or is no longer where it was.
    Gone,
    /// A newer version of the app has changed it; this one must be restarted.
    Newer,
}

impl Follower {
    pub(crate) fn start(
        opened: OpenedFile,
        doorbell: Doorbell,
        rings: Rings,
        listener: Listener,
    ) -> Result<Self, StoreError> {
        let connection = schema::open_reader(&opened)?;
        let last = latest(&connection)?;
        let thread = std::thread::Builder::new()
            .name("store-follower".to_owned())
            .spawn(move || follow(&connection, &opened, last, &rings, &listener))?;
        Ok(Self {
            doorbell,
            thread: Some(thread),
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // A ring may be waiting in the only slot: the thread takes it and then finds this one.
        let _ = self.doorbell.0.send(Ring::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn follow(
    connection: &Connection,
    opened: &OpenedFile,
    mut last: i64,
    rings: &Rings,
    listener: &Listener,
) {
    let mut seen_version = None;
    let mut reach = Reach::Here;
    loop {
        let looked = if opened.is_there() {
            look(connection, &mut last, &mut seen_version, listener)
        } else {
            Err(StoreError::Gone)
        };
        let now = match &looked {
            Ok(()) => Reach::Here,
            // Somebody writes; the next look finds it.
            Err(StoreError::Busy) => reach,
            Err(StoreError::Newer { .. }) => Reach::Newer,
            Err(_) => Reach::Gone,
        };
        if now != reach {
            if let Err(error) = looked {
                tracing::warn!(%error, "the database can no longer be followed");
            }
            reach = now;
            (listener.reach)(reach);
        }
        match rings.0.recv_timeout(LOOK_EVERY) {
            Ok(Ring::Committed) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Ring::End) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Tells what is new since the last look.
fn look(
    connection: &Connection,
    last: &mut i64,
    seen_version: &mut Option<i64>,
    listener: &Listener,
) -> Result<(), StoreError> {
    let version = Some(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?);
    if version == *seen_version {
        return Ok(());
    }
    schema::check_version(connection)?;
    let (seq, tags) = read_new(connection, *last)?;
    let requests = inbox::waiting(connection, listener.recipient)?;
    *last = seq;
    *seen_version = version;
    if !tags.is_empty() {
        (listener.changed)(tags.into_iter().collect());
    }
    if !requests.is_empty() {
        (listener.requested)(requests);
    }
    Ok(())
}

fn latest(connection: &Connection) -> Result<i64, StoreError> {
    Ok(
        connection.query_row("SELECT coalesce(max(seq), 0) FROM change", [], |row| {
            row.get(0)
        })?,
    )
}

fn read_new(connection: &Connection, last: i64) -> Result<(i64, BTreeSet<String>), StoreError> {
    let oldest: Option<i64> =
        connection.query_row("SELECT min(seq) FROM change", [], |row| row.get(0))?;
    let mut tags = BTreeSet::new();
    if oldest.is_some_and(|oldest| oldest > last + 1) {
        tags.insert(Tag::All.to_string());
    }
    let mut seq = last;
    let mut statement =
        connection.prepare_cached("SELECT seq, tags FROM change WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([last])?;
    while let Some(row) = rows.next()? {
        seq = row.get(0)?;
        let json: String = row.get(1)?;
        tags.extend(serde_json::from_str::<Vec<String>>(&json).unwrap_or_default());
    }
    Ok((seq, tags))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;

    use super::*;
    use crate::{StoreOptions, Tx};

    #[test]
    fn what_changed_since_is_told_once_and_all_of_it_where_nobody_knows() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1_000)),
        })
        .unwrap();
        let set = |value: u32| {
            let set = move |tx: &Tx<'_>| tx.set_setting("run_limit", &value.into());
            store.write::<_, StoreError>(set).unwrap();
        };
        let since = |last| {
            let (newest, tags) = store.changes_since(last).unwrap();
            (newest, tags.into_iter().collect::<Vec<_>>().join(" "))
        };
        set(1);
        let (first, tags) = since(None);
        assert_eq!(tags, "all");
        assert_eq!(since(Some(first)), (first, String::new()));
        set(2);
        let (second, tags) = since(Some(first));
        assert_eq!((second > first, tags.as_str()), (true, "settings"));
        let forget = move |tx: &Tx<'_>| {
            let forget = "DELETE FROM change WHERE seq <= ?1";
            tx.connection.execute(forget, [second])?;
            tx.set_setting("run_limit", &3.into())
        };
        store.write::<_, StoreError>(forget).unwrap();
        assert_eq!(since(Some(first)).1, "all settings");
    }
}
