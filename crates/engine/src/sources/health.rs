//! What was last seen of each source (requirement 002, section 5.3).
//!
//! Sources that tasks use, and those that were down, are asked for their version every half a
//! minute, those that workflows will use which start by themselves every five; what is news is
//! written down, so that every process can tell of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_core::Message;
use flowkeep_host::Clock;
use flowkeep_store::{SourceHealth, Store, StoreError};
use tokio::time::timeout;

use super::coming::coming;
use super::{Connections, Source};
use crate::actions::Mask;

/// A source is asked at most so often.
const EVERY: Duration = Duration::from_secs(30);

/// Those that nothing uses now, and something will, are asked so often.
const COMING_EVERY: Duration = Duration::from_mins(5);

/// How often it is looked which are due.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the sources in this process.
#[derive(Default)]
pub(super) struct Health {
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Default)]
struct Known {
    seen: Option<SourceHealth>,
    /// Whether a task has used it since it was last asked, or one will.
    used: bool,
    asked: Option<Instant>,
}

impl Health {
    /// Whether it answered when it was last asked, as far as anybody knows.
    pub(super) fn answers(&self, name: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = known.get(name).and_then(|known| known.seen.as_ref());
        seen.is_none_or(|seen| seen.answers)
    }

    /// Takes over what all processes have seen.
    pub(super) fn read(&self, store: &Store) -> Result<(), StoreError> {
        let rows = store.source_health()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values_mut().for_each(|known| known.seen = None);
        for row in rows {
            let name = row.name.clone();
            known.entry(name).or_default().seen = Some(row);
        }
        Ok(())
    }

    /// Notes that a task uses it.
    pub(super) fn used(&self, name: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(name.to_owned()).or_default().used = true;
    }

    /// Whether it is to be asked now; then it counts as asked.
    fn take_due(&self, name: &str) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.get_mut(name) else {
            return false;
        };
        let down = known.seen.as_ref().is_some_and(|seen| !seen.answers);
        let rested = known.asked.is_none_or(|asked| asked.elapsed() >= EVERY);
        let due = (known.used || down) && rested;
        if due {
            known.used = false;
            known.asked = Some(Instant::now());
        }
        due
    }

    fn seen(&self, name: &str) -> Option<SourceHealth> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).and_then(|known| known.seen.clone())
    }

    /// What is news about it: written down, and known from now on.
    fn note(
        &self,
        store: &Store,
        at: i64,
        name: &str,
        answer: Result<String, Message>,
    ) -> Result<(), StoreError> {
        // One that others keep busy answers them.
        if matches!(&answer, Err(why) if why.code == "source_busy") {
            return Ok(());
        }
        // Whoever asks how a source is does not wait for the database.
        let before = self.seen(name);
        let before = before.as_ref();
        let answers = answer.is_ok();
        let since = before.filter(|before| before.answers == answers);
        let since = since.map_or(at, |before| before.since);
        let (version, error) = match answer {
            Ok(version) => (Some(version), None),
            Err(error) => (
                before.and_then(|before| before.version.clone()),
                Some(error),
            ),
        };
        let seen = SourceHealth {
            name: name.to_owned(),
            answers,
            since,
            version,
            error,
        };
        self.keep(store, seen, before)
    }

    /// Notes that a source did what it was asked for, where it was down before.
    fn note_answering(&self, store: &Store, at: i64, name: &str) -> Result<(), StoreError> {
        let Some(before) = self.seen(name).filter(|before| !before.answers) else {
            return Ok(());
        };
        let seen = SourceHealth {
            answers: true,
            since: at,
            error: None,
            ..before.clone()
        };
        self.keep(store, seen, Some(&before))
    }

    fn keep(
        &self,
        store: &Store,
        seen: SourceHealth,
        before: Option<&SourceHealth>,
    ) -> Result<(), StoreError> {
        if before == Some(&seen) {
            return Ok(());
        }
        let written = seen.clone();
        store.write::<_, StoreError>(move |tx| tx.note_health(&written))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let name = seen.name.clone();
        known.entry(name).or_default().seen = Some(seen);
        Ok(())
    }
}

/// Asks a source for its version; why it does not tell, where it does not. Neither repeats its
/// password.
///
/// # Errors
/// What the source says; `source_slow` when that takes too long.
pub async fn ask(source: &dyn Source) -> Result<String, Message> {
    let password = source.password().ok().flatten();
    let mask = Mask::new(password.as_slice());
    let slow = || Message::new("source_slow").with("source", source.name());
    let answer = timeout(PATIENCE, source.version()).await;
    let answer = answer.unwrap_or_else(|_| Err(crate::actions::ActionError::passing(slow())));
    answer.map_err(|error| mask.message(error.message))
}

/// The same for whoever has no runtime: the source's connections are made for this question alone.
///
/// # Errors
/// As [`ask`]; `source_broke` when the system gives no runtime.
pub fn ask_apart(source: &dyn Source) -> Result<String, Message> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        let message = Message::new("source_broke").with("source", source.name());
        message.with("reason", error)
    })?;
    let answer = runtime.block_on(ask(source));
    // One that hangs is left to itself.
    runtime.shutdown_background();
    answer
}

impl Connections {
    /// Notes what a source answered, for all processes.
    ///
    /// # Errors
    /// What the database says.
    pub fn note(
        &self,
        store: &Store,
        at: i64,
        name: &str,
        answer: Result<String, Message>,
    ) -> Result<(), StoreError> {
        self.health.note(store, at, name, answer)
    }

    /// Notes that a source did what it was asked for: it is not down any more.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn note_answering(
        &self,
        store: &Store,
        at: i64,
        name: &str,
    ) -> Result<(), StoreError> {
        self.health.note_answering(store, at, name)
    }

    /// Asks those that are due, for as long as the runtime lives. `starts`: whether this process
    /// starts workflows by themselves; then also what those will use.
    pub(crate) async fn watch(
        self: Arc<Self>,
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        starts: bool,
    ) {
        let mut looked: Option<Instant> = None;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if starts && looked.is_none_or(|looked| looked.elapsed() >= COMING_EVERY) {
                looked = Some(Instant::now());
                if let Err(error) = tokio::task::block_in_place(|| self.look_ahead(&store)) {
                    tracing::warn!(%error, "which sources will be used cannot be looked at");
                }
            }
            self.ask_due(&store, clock.as_ref()).await;
        }
    }

    /// Notes which sources workflows will use that start by themselves.
    fn look_ahead(&self, store: &Store) -> Result<(), StoreError> {
        let connected = self.renew(store)?;
        for name in coming(store, &connected)? {
            self.health.used(&name);
        }
        Ok(())
    }

    async fn ask_due(&self, store: &Store, clock: &dyn Clock) {
        for source in &self.now().sources {
            // What our own operations are at tells more than a question that waits for its turn.
            if source.is_full() || !self.health.take_due(source.name()) {
                continue;
            }
            // One that waits for its password is not down.
            let waits = tokio::task::block_in_place(|| source.password().is_err());
            if waits {
                continue;
            }
            let answer = ask(source.as_ref()).await;
            let at = clock.now().0;
            let noted =
                tokio::task::block_in_place(|| self.health.note(store, at, source.name(), answer));
            if let Err(error) = noted {
                tracing::warn!(%error, "what was seen of a source cannot be written");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use flowkeep_core::{Document, Format, Kind, summarise};
    use flowkeep_host::testing::TestClock;
    use flowkeep_store::{NewDocument, Paused, StoreOptions, Tx};
    use serde_json::json;

    use super::*;

    fn store(folder: &Path) -> Store {
        Store::open(StoreOptions {
            path: folder.join("flowkeep.db"),
            safety: folder.join("safety"),
            clock: Arc::new(TestClock::at(1_000_000)),
        })
        .unwrap()
    }

    /// Nobody uses it, so nobody would hear of it before the night.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_source_that_a_schedule_will_use_is_asked_though_nobody_uses_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let text = r#"{"name": "W", "schedule": {"cron": "0 2 * * *"}, "tasks": [
            {"id": "a", "action": "redis.command", "dataSource": "shop", "params": {"command": ["PING"]}}]}"#;
        let put = |tx: &Tx<'_>| {
            let document = Document::parse(Format::Json, text.to_owned()).unwrap();
            let new = NewDocument {
                kind: Kind::Workflow,
                id: "w",
                document: &document,
                summary: &summarise(Kind::Workflow, &document, None),
                example: false,
            };
            tx.put_document(&new, tx.next_operation_id()?, "somebody")?;
            for name in ["shop", "other"] {
                // Nobody listens there.
                let server = json!({"name": name, "kind": "redis", "host": "127.0.0.1", "port": 1, "tls": false});
                let connection = serde_json::from_value(server).unwrap();
                tx.put_connection(&connection, false, None)?;
            }
            tx.pause_schedules(None, Paused::Person)
        };
        store.write::<_, StoreError>(put).unwrap();
        let (connections, clock) = (Connections::new(Vec::new()), TestClock::at(1_000_000));
        let told = || {
            let seen = store.source_health().unwrap().into_iter();
            seen.map(|seen| (seen.name, seen.answers))
                .collect::<Vec<_>>()
        };
        connections.look_ahead(&store).unwrap();
        connections.ask_due(&store, &clock).await;
        assert_eq!(told(), []);

        let resume = |tx: &Tx<'_>| tx.resume_schedule("w", Paused::Person);
        assert!(store.write::<_, StoreError>(resume).unwrap());
        connections.look_ahead(&store).unwrap();
        connections.ask_due(&store, &clock).await;
        assert_eq!(told(), [("shop".to_owned(), false)]);

        // It was asked just now, and rests as any other.
        let answer = Ok("7.0".to_owned());
        connections.note(&store, 1, "shop", answer).unwrap();
        connections.look_ahead(&store).unwrap();
        connections.ask_due(&store, &clock).await;
        assert_eq!(told(), [("shop".to_owned(), true)]);
    }

    /// What a task meets is seen as well as what a question meets.
    #[test]
    fn a_source_that_did_something_is_down_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let health = Health::default();
        health.note_answering(&store, 1, "shop").unwrap();
        assert_eq!(
            store.source_health().unwrap(),
            [],
            "nobody thought otherwise"
        );
        let down = Message::new("server_refused").with("source", "shop");
        health
            .note(&store, 2, "shop", Ok("8.0".to_owned()))
            .unwrap();
        health.note(&store, 3, "shop", Err(down)).unwrap();
        health.note_answering(&store, 4, "shop").unwrap();
        assert!(health.answers("shop"));
        let seen = store.source_health().unwrap().remove(0);
        assert_eq!((seen.answers, seen.since, seen.error), (true, 4, None));
        assert_eq!(seen.version.as_deref(), Some("8.0"), "it is the same one");
    }

    #[test]
    fn a_source_that_others_keep_busy_is_not_down() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let health = Health::default();
        let said = |code: &str| Err(Message::new(code).with("source", "shop"));
        health
            .note(&store, 1, "shop", Ok("8.0".to_owned()))
            .unwrap();
        health.note(&store, 2, "shop", said("source_busy")).unwrap();
        assert!(health.answers("shop"));
        health
            .note(&store, 3, "shop", said("source_silent"))
            .unwrap();
        assert!(!health.answers("shop"));
        health.note(&store, 4, "shop", said("source_busy")).unwrap();
        assert!(!health.answers("shop"), "nobody knows better yet");
    }
}
