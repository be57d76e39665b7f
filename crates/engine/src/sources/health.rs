//! What was last seen of each source (requirement 002, section 5.3).
//!
//! Sources that tasks use, and those that were down, are asked for their version every half a
//! minute; what is news is written down, so that every process can tell of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_core::Message;
use flowkeep_host::Clock;
use flowkeep_store::{SourceHealth, Store, StoreError};
use tokio::time::timeout;

use super::{Connections, Source};
use crate::actions::Mask;

/// A source is asked at most so often.
const EVERY: Duration = Duration::from_secs(30);

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
    /// Whether a task has used it since it was last asked.
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
        if before == Some(&seen) {
            return Ok(());
        }
        let written = seen.clone();
        store.write::<_, StoreError>(move |tx| tx.note_health(&written))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(name.to_owned()).or_default().seen = Some(seen);
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

    /// Asks those that are due, for as long as the runtime lives.
    pub(crate) async fn watch(self: Arc<Self>, store: Arc<Store>, clock: Arc<dyn Clock>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
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
                let noted = tokio::task::block_in_place(|| {
                    self.health.note(&store, at, source.name(), answer)
                });
                if let Err(error) = noted {
                    tracing::warn!(%error, "what was seen of a source cannot be written");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::testing::TestClock;
    use flowkeep_store::StoreOptions;

    use super::*;

    #[test]
    fn a_source_that_others_keep_busy_is_not_down() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1_000_000)),
        })
        .unwrap();
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
