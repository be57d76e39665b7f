//! The one writer. Commands queue up here; what has queued up is committed in one transaction, a
//! savepoint per command, so that one bad command never takes its neighbours down.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use flowkeep_host::{Clock, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use crate::change::{self, Doorbell};
use crate::opened::OpenedFile;
use crate::{StoreError, Tag, schema};

/// More commands than this in one transaction would make the first wait for the last.
const GROUP: usize = 64;

/// One command's part of a transaction.
pub struct Tx<'a> {
    pub(crate) connection: &'a Connection,
    now: Timestamp,
    tags: RefCell<BTreeSet<String>>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(connection: &'a Connection, now: Timestamp) -> Self {
        Self {
            connection,
            now,
            tags: RefCell::default(),
        }
    }

    /// The time of this transaction.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Says what changes; told to all who follow once it is committed.
    pub fn tag(&self, tag: &Tag) {
        self.tags.borrow_mut().insert(tag.to_string());
    }

    /// Writes the change row of what was tagged so far.
    pub(crate) fn record_change(&self) -> Result<(), StoreError> {
        change::record(self.connection, &self.tags.borrow())
    }
}

/// A command in the queue.
trait Job: Send {
    /// Does the work; says whether to keep it.
    fn run(&mut self, tx: &Tx<'_>) -> bool;
    /// Turns what was done into this failure.
    fn fail(&mut self, error: StoreError);
    /// Answers the caller.
    fn answer(self: Box<Self>);
}

struct Command<F, T, E> {
    body: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: SyncSender<Result<T, E>>,
}

impl<F, T, E> Job for Command<F, T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &Tx<'_>) -> bool {
        let Some(body) = self.body.take() else {
            return false;
        };
        // One command's fault must not take the writer, and with it the whole app, down.
        let mut outcome = catch_unwind(AssertUnwindSafe(|| body(tx)))
            .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        if outcome.is_ok()
            && let Err(error) = tx.record_change()
        {
            outcome = Err(error.into());
        }
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A caller that has gone does not want its answer.
            let _ = self.reply.send(outcome);
        }
    }
}

type Alone = Box<dyn FnOnce(Result<&mut Connection, StoreError>, Timestamp) + Send>;

enum Entry {
    Grouped(Box<dyn Job>),
    /// Work that needs the connection outside a transaction (attaching a plan).
    Alone(Alone),
}

pub(crate) struct Writer {
    queue: Option<Sender<Entry>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        opened: OpenedFile,
        clock: Arc<dyn Clock>,
        doorbell: Doorbell,
    ) -> Result<Self, StoreError> {
        let (queue, entries) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_all(connection, &opened, &entries, clock.as_ref(), &doorbell))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// None at all: what only can be read has no writer, and who wants to write is told so.
    pub(crate) const fn none() -> Self {
        Self {
            queue: None,
            thread: None,
        }
    }

    pub(crate) fn write<T, E>(
        &self,
        body: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        self.send(Entry::Grouped(Box::new(Command {
            body: Some(body),
            outcome: None,
            reply,
        })))?;
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    pub(crate) fn alone<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Connection, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.send(Entry::Alone(Box::new(move |connection, now| {
            let outcome = connection.and_then(|connection| {
                catch_unwind(AssertUnwindSafe(|| body(connection, now)))
                    .unwrap_or(Err(StoreError::Panicked))
            });
            let _ = reply.send(outcome);
        })))?;
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    fn send(&self, entry: Entry) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::OnlyRead)?;
        queue.send(entry).map_err(|_| StoreError::Closed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended in a panic");
        }
    }
}

fn write_all(
    mut connection: Connection,
    opened: &OpenedFile,
    entries: &Receiver<Entry>,
    clock: &dyn Clock,
    doorbell: &Doorbell,
) {
    let mut next = entries.recv().ok();
    while let Some(entry) = next.take() {
        let connection = if opened.is_there() {
            Ok(&mut connection)
        } else {
            Err(StoreError::Gone)
        };
        match entry {
            Entry::Alone(body) => body(connection, clock.now()),
            Entry::Grouped(job) => {
                let mut group = vec![job];
                while group.len() < GROUP {
                    match entries.try_recv() {
                        Ok(Entry::Grouped(job)) => group.push(job),
                        Ok(alone) => {
                            next = Some(alone);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                commit(connection, clock.now(), group);
            }
        }
        doorbell.ring();
        if next.is_none() {
            next = entries.recv().ok();
        }
    }
}

fn commit(
    connection: Result<&mut Connection, StoreError>,
    now: Timestamp,
    mut group: Vec<Box<dyn Job>>,
) {
    let committed = connection.and_then(|connection| try_commit(connection, now, &mut group));
    if let Err(error) = committed {
        // Nothing of the group is in the database: each is told why.
        for job in &mut group {
            job.fail(error.again());
        }
    }
    for job in group {
        job.answer();
    }
}

fn try_commit(
    connection: &mut Connection,
    now: Timestamp,
    group: &mut [Box<dyn Job>],
) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema::check_version(&transaction)?;
    for job in group {
        let savepoint = transaction.savepoint()?;
        let tx = Tx::new(&savepoint, now);
        if job.run(&tx) {
            savepoint.commit()?;
        } else {
            drop(savepoint);
        }
        // A full disk or a failing one makes SQLite roll the whole transaction back by itself;
        // what came after would be committed piece by piece and told as failed.
        if transaction.is_autocommit() {
            return Err(StoreError::Full);
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;
    use serde_json::Value;

    use super::*;
    use crate::{Store, StoreOptions};

    fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap()
    }

    fn set(store: &Store, key: &'static str, bytes: usize) -> Result<(), StoreError> {
        store.write(move |tx| tx.set_setting(key, &Value::from("x".repeat(bytes))))
    }

    #[test]
    fn a_full_disk_keeps_nothing_of_a_command_and_the_next_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        set(&store, "before", 10).unwrap();
        let limit = |pages: u32| {
            store.alone(move |connection, _| {
                let sql = format!("PRAGMA max_page_count = {pages}");
                Ok(connection.query_row(&sql, [], |_| Ok(()))?)
            })
        };
        limit(1).unwrap();
        let error = set(&store, "large", 1 << 20).unwrap_err();
        assert!(matches!(error, StoreError::Full), "{error}");
        limit(u32::MAX - 1).unwrap();
        assert_eq!(store.setting("large").unwrap(), None);
        set(&store, "after", 1 << 20).unwrap();
        assert!(store.setting("before").unwrap().is_some());
    }

    #[test]
    fn nothing_is_written_into_a_file_that_was_moved_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        set(&store, "before", 1).unwrap();
        let (here, away) = (store.path().to_owned(), folder.path().join("away"));
        std::fs::rename(&here, &away).unwrap();
        let error = set(&store, "moved", 1).unwrap_err();
        assert!(matches!(error, StoreError::Gone), "{error}");
        let alone = store.alone(|_, _| Ok(())).unwrap_err();
        assert!(matches!(alone, StoreError::Gone), "{alone}");

        std::fs::write(&here, "").unwrap();
        let error = set(&store, "another", 1).unwrap_err();
        assert!(matches!(error, StoreError::Gone), "another file is not it");

        std::fs::rename(&away, &here).unwrap();
        set(&store, "back", 1).unwrap();
        assert_eq!(store.setting("moved").unwrap(), None);
    }

    #[test]
    fn a_panic_costs_one_command_not_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let outcome: Result<(), StoreError> = store.write(|tx| {
            tx.set_setting("half", &Value::Null)?;
            panic!("on purpose")
        });
        assert!(matches!(outcome, Err(StoreError::Panicked)));
        assert_eq!(store.setting("half").unwrap(), None);
        set(&store, "next", 1).unwrap();
    }

    #[test]
    fn a_panic_in_work_done_alone_costs_that_work_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let outcome: Result<(), StoreError> = store.alone(|_, _| panic!("on purpose"));
        assert!(matches!(outcome, Err(StoreError::Panicked)));
        set(&store, "next", 1).unwrap();
    }

    #[test]
    fn one_bad_command_does_not_take_its_neighbours_down() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        std::thread::scope(|scope| {
            for number in 0..40_u32 {
                let store = &store;
                scope.spawn(move || {
                    let outcome: Result<(), StoreError> = store.write(move |tx| {
                        tx.set_setting(&format!("k{number}"), &number.into())?;
                        if number % 3 == 0 {
                            Err(StoreError::Busy)
                        } else {
                            Ok(())
                        }
                    });
                    assert_eq!(outcome.is_ok(), number % 3 != 0);
                });
            }
        });
        for number in 0..40_u32 {
            let kept = store.setting(&format!("k{number}")).unwrap().is_some();
            assert_eq!(kept, number % 3 != 0, "{number}");
        }
    }
}
