//! Which sources may have yet to get something, so that nobody looks for what nobody took.
//!
//! Only the owner of the engine makes rows of the journal, so that what is known here is never too
//! little; what is there no more is found out by whoever watches.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use flowkeep_store::{Store, StoreError};
use tokio::sync::Notify;

/// Which sources may have yet to get something.
#[derive(Default)]
pub(crate) struct Behind {
    /// Nothing until it was read.
    known: Mutex<Option<BTreeSet<String>>>,
    more: Notify,
}

impl Behind {
    /// Whether anything may be kept for a source.
    ///
    /// # Errors
    /// What the database says, where it is asked for the first time.
    pub(super) fn has(&self, store: &Store, source: &str) -> Result<bool, StoreError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match &mut *known {
            Some(known) => known,
            unread => unread.insert(store.fallen_sources()?.into_iter().collect()),
        };
        Ok(known.contains(source))
    }

    /// Notes that something is kept for a source: after that is written, and before anything follows.
    pub(super) fn add(&self, source: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &mut *known {
            known.insert(source.to_owned());
        }
        self.more.notify_one();
    }

    /// Looks anew, and says whether there is anything. What is added meanwhile is not lost: it is
    /// written by then, or added afterwards.
    ///
    /// # Errors
    /// What the database says.
    pub(super) fn look(&self, store: &Store) -> Result<bool, StoreError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found: BTreeSet<String> = store.fallen_sources()?.into_iter().collect();
        let any = !found.is_empty();
        *known = Some(found);
        Ok(any)
    }

    /// Waits until something more is kept.
    pub(super) async fn more(&self) {
        self.more.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;
    use flowkeep_store::StoreOptions;

    use super::*;

    #[test]
    fn what_is_added_is_known_until_somebody_looks_and_finds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::new(TestClock::at(1)),
        })
        .unwrap();
        let behind = Behind::default();
        // Before it was read nothing can be forgotten: it is read when somebody asks.
        behind.add("shop");
        assert!(!behind.has(&store, "shop").unwrap());
        behind.add("shop");
        assert!(behind.has(&store, "shop").unwrap());
        assert!(!behind.has(&store, "other").unwrap());
        assert!(!behind.look(&store).unwrap());
        assert!(!behind.has(&store, "shop").unwrap());
    }
}
