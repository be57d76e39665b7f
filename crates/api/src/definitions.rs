//! Definitions of runs that were read before: that of ten thousand tasks takes longer to read than all else a page
//! of its run asks for, and pages ask again and again. What a run was started with never changes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use flowkeep_core::RunId;
use flowkeep_core::run::Definition;
use flowkeep_engine::definition_of;
use flowkeep_store::{KeptRun, Store, StoreError};

/// So many are kept: pages of a few runs may be open.
const KEPT: usize = 8;

/// A run, and the text it was started with: a restore may bring another one of the same id.
type Started = (RunId, i64);

/// The definitions that were read last, each with the run it was read for.
#[derive(Default)]
pub(crate) struct Definitions(Mutex<VecDeque<(Started, Option<Arc<Definition>>)>>);

impl Definitions {
    /// The definition a run was started with; nothing when this program can no longer read it.
    ///
    /// # Errors
    /// What the database says; [`StoreError::TextDamaged`].
    pub(crate) fn of(
        &self,
        store: &Store,
        run: &KeptRun,
    ) -> Result<Option<Arc<Definition>>, StoreError> {
        let started = (run.id, run.content);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| *known == started) {
            let known = kept.remove(at);
            let definition = known.as_ref().and_then(|(_, read)| read.clone());
            kept.extend(known);
            return Ok(definition);
        }
        // Others may read meanwhile.
        drop(kept);
        let read = definition_of(store, run)?.map(Arc::new);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| *known != started);
        kept.push_back((started, read.clone()));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(read)
    }
}
