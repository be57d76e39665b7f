//! A run that the engine has in hand.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use flowkeep_core::json::parse;
use flowkeep_core::run::{Definition, RunState, Start, TaskId};
use flowkeep_core::{Document, FolderId, Format, Message, RunId, Value};
use flowkeep_store::{KeptRun, Parent, Store, StoreError};

use crate::load::Share;
use crate::sources::Chosen;

/// A run that the engine has in hand.
pub(crate) struct Live {
    pub(crate) row: i64,
    pub(crate) definition: Arc<Definition>,
    pub(crate) state: RunState,
    pub(crate) seed: u64,
    /// What `maxConcurrent` counts by.
    pub(crate) workflow: Arc<str>,
    pub(crate) context: Arc<Value>,
    pub(crate) parent: Option<Parent>,
    /// How many runs are above it.
    pub(crate) depth: u32,
    /// How it begins, until it was told so.
    pub(crate) start: Option<Box<Start>>,
    /// The task folder that is its own for as long as it has not ended.
    pub(crate) folder: Option<Arc<TaskFolder>>,
    /// The sources of attempts that wait for their turn, with what these take up of them.
    pub(crate) chosen: BTreeMap<TaskId, (Chosen, Share)>,
    /// When attempts that were queued before this engine began came into the queue.
    pub(crate) queued_since: BTreeMap<TaskId, i64>,
    /// Whether its attempts are carried out here; otherwise the engine only decides.
    pub(crate) ours: bool,
    /// The session it belongs to, which has a configuration.
    pub(crate) session: Option<String>,
    /// Whether it goes on once its configuration was looked at.
    pub(crate) awaits_look: bool,
}

/// A task folder that a run works in.
#[derive(Debug)]
pub(crate) struct TaskFolder {
    pub(crate) id: FolderId,
    /// Where it is; empty where it is known no more.
    pub(crate) path: PathBuf,
}

/// Why a run cannot be taken in hand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("its definition cannot be read")]
    Definition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unreadable {
    /// Why it never will be, where that is so.
    pub(crate) fn lasting(&self) -> Option<Message> {
        match self {
            Self::Definition => Some(Message::new("run_not_readable")),
            Self::Store(StoreError::TextDamaged { name }) => {
                Some(Message::new("run_text_damaged").with("name", name))
            }
            Self::Store(_) => None,
        }
    }
}

/// Definitions that are in use, by the number of their text: many runs of one workflow share it.
#[derive(Default)]
pub(crate) struct Definitions(HashMap<i64, Weak<Definition>>);

impl Definitions {
    fn read(&mut self, store: &Store, run: &KeptRun) -> Result<Arc<Definition>, Unreadable> {
        if let Some(known) = self.0.get(&run.content).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let definition = definition_of(store, run)?.ok_or(Unreadable::Definition)?;
        let definition = Arc::new(definition);
        self.0.retain(|_, known| known.strong_count() > 0);
        self.0.insert(run.content, Arc::downgrade(&definition));
        Ok(definition)
    }
}

/// What a run has come to, as it is kept.
///
/// # Errors
/// What the database says.
pub fn state_of(
    store: &Store,
    run: &KeptRun,
    definition: &Definition,
) -> Result<RunState, StoreError> {
    let mut state = RunState::new(run.id, definition);
    let Some(head) = &run.head else {
        return Ok(state);
    };
    state.head.clone_from(head);
    let mut kept: HashMap<TaskId, _> = store.run_tasks(run.row)?.into_iter().collect();
    for (task, state) in definition.tasks().iter().zip(&mut state.tasks) {
        if let Some(kept) = kept.remove(&task.id) {
            *state = kept;
        }
    }
    state.recount();
    Ok(state)
}

/// The definition a run was started with; nothing when this program can no longer read it.
///
/// # Errors
/// What the database says; [`StoreError::TextDamaged`].
pub fn definition_of(store: &Store, run: &KeptRun) -> Result<Option<Definition>, StoreError> {
    Ok(read_definition(run.format, store.definition_text(run)?))
}

fn read_definition(format: Format, text: String) -> Option<Definition> {
    let document = Document::parse(format, text).ok()?;
    Definition::read(document.value()).ok()
}

impl Live {
    /// Reads a run as it is kept.
    pub(crate) fn read(
        store: &Store,
        definitions: &mut Definitions,
        run: KeptRun,
    ) -> Result<Self, Unreadable> {
        let definition = definitions.read(store, &run)?;
        let state = state_of(store, &run, &definition)?;
        let mut queued_since = BTreeMap::new();
        if run.head.is_some() {
            queued_since.extend(store.queued_since(run.row)?);
        }
        let folder = match run.start.folder {
            Some(_) => store.run_folder(run.row)?,
            None => None,
        };
        let folder = folder.map(|held| TaskFolder {
            id: held.folder,
            path: held.path,
        });
        let workflow = run.workflow_id.clone();
        Ok(Self {
            row: run.row,
            workflow: workflow.unwrap_or_else(|| run.id.to_string()).into(),
            definition,
            state,
            seed: run.seed,
            context: Arc::new(parse(&run.context)),
            depth: run.parent.as_ref().map_or(0, |parent| parent.depth),
            parent: run.parent,
            start: Some(Box::new(run.start)),
            folder: folder.map(Arc::new),
            chosen: BTreeMap::new(),
            queued_since,
            ours: false,
            session: run.session,
            awaits_look: false,
        })
    }

    pub(crate) fn id(&self) -> RunId {
        self.state.head.run
    }
}
