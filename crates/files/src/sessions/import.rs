//! What becomes of each file that is to be a session, and its rows: many files in one transaction, their
//! snapshots after it. What was broken off between the two is found and done when the file is met again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::file::{self, NoSession, SessionFile};
use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_core::{Message, ObjectHash, Value, secret};
use flowkeep_host::Progress;
use flowkeep_store::{
    NewOperation, NewSession, OperationItemRecord, SessionFilter, SessionRecord, StoreError, Tx,
    Which,
};
use ulid::Ulid;

use super::locate::{Located, locate};
use crate::FilesError;
use crate::configuration::{ConfigurationError, Wish};
use crate::intake::{Met, Receive, gather};
use crate::snapshots::{Of, TakeError, Wanted, Workshop, keep_sources, take};

/// So many sessions, or bytes of their files, are written down together.
const TOGETHER: usize = 200;
const BYTES_TOGETHER: usize = 16 << 20;

/// Session files that are to be brought in.
#[derive(Debug, Clone)]
pub struct SessionImport<'a> {
    /// Files, folders, `.zip` files.
    pub paths: &'a [PathBuf],
    /// The root of the configurations they name, where the operator says so.
    pub root: Option<&'a Path>,
    /// What becomes of one that is there and says something else.
    pub on_known: OnKnown,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
    /// Whether snapshots are taken.
    pub snapshots: bool,
    /// What these take.
    pub strategy: &'a Strategy,
    /// The tool set that `default` stands for.
    pub default_tool_set: &'a str,
}

/// What becomes of a session that is there and says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnKnown {
    /// It stays.
    Skip,
    /// It becomes what the file says, if nobody carried it on here; its snapshots stay.
    Replace,
    /// It stays, and the other one gets an id of its own.
    Copy,
}

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAction {
    /// A session was added.
    Imported,
    /// One was replaced, or its configuration was found.
    Updated,
    /// It is there already.
    Unchanged,
    /// Left out.
    Skipped,
    /// It could not be read.
    Failed,
}

/// A file, and what was done with it.
#[derive(Debug)]
pub struct ImportedFile {
    /// Its path; behind a `!` where it is in a `.zip`.
    pub path: String,
    /// The session: its id and its name. Nothing where the file is none.
    pub session: Option<(String, String)>,
    /// What was done.
    pub action: SessionAction,
    /// Why nothing was, and where in the file.
    pub reason: Option<Message>,
    /// The file that the session says its configuration begins with.
    pub stated_config: Option<String>,
    /// Where that was found.
    pub config: Option<PathBuf>,
    /// What came of the snapshot of it.
    pub snapshot: Option<SnapshotStatus>,
    /// Why there is none, although it was found.
    pub trouble: Option<ConfigurationError>,
}

/// Why no more session files are brought in. Those that were told of in Activity are there.
#[derive(Debug, thiserror::Error)]
pub enum SessionImportError {
    /// What was named cannot be read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// It cannot be kept.
    #[error(transparent)]
    Take(#[from] TakeError),
}

impl From<StoreError> for SessionImportError {
    fn from(error: StoreError) -> Self {
        Self::Take(error.into())
    }
}

/// Brings session files in; tells of each file that was met.
///
/// # Errors
/// [`SessionImportError`].
pub fn import_sessions(
    workshop: &Workshop,
    wanted: &SessionImport<'_>,
    progress: &dyn Progress,
) -> Result<Vec<ImportedFile>, SessionImportError> {
    if let Some(root) = wanted.root.filter(|root| !root.is_dir()) {
        let missing = ConfigurationError::RootMissing(root.to_owned());
        return Err(TakeError::from(missing).into());
    }
    let known = workshop.store.config_roots()?.into_iter();
    let mut importing = Importing {
        workshop,
        wanted,
        progress,
        roots: known
            .filter(|root| root.listed)
            .map(|root| root.path)
            .collect(),
        files: Vec::new(),
        met: HashMap::new(),
        batch: Vec::new(),
        batch_bytes: 0,
    };
    gather(wanted.paths, &mut importing, progress)?;
    importing.flush()?;
    Ok(importing.files)
}

struct Importing<'a> {
    workshop: &'a Workshop,
    wanted: &'a SessionImport<'a>,
    progress: &'a dyn Progress,
    /// Roots that the operator named before.
    roots: Vec<PathBuf>,
    files: Vec<ImportedFile>,
    /// The sessions that were met, by their ids.
    met: HashMap<String, ObjectHash>,
    batch: Vec<Pending>,
    batch_bytes: usize,
}

/// A session that is about to be written down.
struct Pending {
    /// Which of the files it is.
    file: usize,
    change: Change,
    /// What is kept of its file.
    content: Option<Vec<u8>>,
    located: Option<Located>,
}

#[derive(Clone)]
enum Change {
    Add(Box<NewSession>),
    Replace(Box<NewSession>),
    /// It is as it was, and its configuration was found.
    Link {
        id: String,
    },
}

/// What a session that was read is to those that are there.
enum Verdict {
    New,
    Copy,
    Replace,
    /// It is there as it is; this is its row, unless it is about to be written.
    Same(Option<Box<SessionRecord>>),
    Known(&'static str),
}

impl Receive for Importing<'_> {
    type Error = SessionImportError;

    fn file(&mut self, met: &Met<'_>) -> Result<(), SessionImportError> {
        match file::read(met.bytes, met.name) {
            Ok(session) => self.session(met, session),
            Err(NoSession::Other(reason)) => self.refused(met.shown, false, &reason),
            Err(NoSession::Broken(reason)) if may_be_one(met.name) => {
                self.refused(met.shown, true, &reason)
            }
            Err(NoSession::Broken(_)) => {
                self.refused(met.shown, false, &Message::new("not_a_session"))
            }
        }
    }

    fn refused(
        &mut self,
        shown: &str,
        damaged: bool,
        reason: &Message,
    ) -> Result<(), SessionImportError> {
        self.files.push(ImportedFile {
            path: shown.to_owned(),
            session: None,
            action: if damaged {
                SessionAction::Failed
            } else {
                SessionAction::Skipped
            },
            reason: Some(reason.clone()),
            stated_config: None,
            config: None,
            snapshot: None,
            trouble: None,
        });
        Ok(())
    }
}

/// Whether a file of this name is broken where it cannot be read; anything else is just no session.
fn may_be_one(name: &str) -> bool {
    let ending = Path::new(name).extension().unwrap_or_default();
    ["json", "yaml", "yml"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

impl Importing<'_> {
    /// Decides about a session file.
    fn session(
        &mut self,
        met: &Met<'_>,
        mut session: SessionFile,
    ) -> Result<(), SessionImportError> {
        let mut content = met.bytes.to_vec();
        // Whatever is kept of it is read from what has no keys any more.
        if let Some(masked) = secret::masked(Some(file::format_of(met.name)), met.bytes) {
            let Ok(without) = file::read(&masked.bytes, met.name) else {
                let reason = Message::new("session_all_keys");
                return self.refused(met.shown, true, &reason);
            };
            session = without;
            content = masked.bytes;
        }
        let hash = ObjectHash::of(&content);
        let verdict = self.verdict(&session.id, hash)?;
        let stated = session.config.as_deref();
        let located =
            stated.and_then(|stated| locate(stated, &self.wish(), &self.roots, met.place));
        let new = |id: String| Box::new(self.new_session(id, &session, hash));
        let (action, reason, change) = match verdict {
            Verdict::New => {
                let change = Change::Add(new(session.id.clone()));
                (SessionAction::Imported, None, Some(change))
            }
            Verdict::Copy => {
                let change = Change::Add(new(Ulid::generate().to_string()));
                (SessionAction::Imported, None, Some(change))
            }
            Verdict::Replace => {
                let change = Change::Replace(new(session.id.clone()));
                (SessionAction::Updated, None, Some(change))
            }
            Verdict::Same(Some(there)) if located.is_some() && self.lacks(&there)? => {
                let id = session.id.clone();
                let change = Change::Link { id };
                (SessionAction::Updated, None, Some(change))
            }
            Verdict::Same(_) => (SessionAction::Unchanged, None, None),
            Verdict::Known(code) => (SessionAction::Skipped, Some(Message::new(code)), None),
        };
        let id = match &change {
            Some(Change::Add(new)) => new.id.clone(),
            _ => session.id.clone(),
        };
        self.met.entry(session.id.clone()).or_insert(hash);
        let is_left = action == SessionAction::Skipped;
        self.files.push(ImportedFile {
            path: met.shown.to_owned(),
            session: Some((id, session.name)),
            action,
            reason,
            stated_config: session.config,
            config: located.as_ref().filter(|_| !is_left).map(Located::file),
            snapshot: None,
            trouble: None,
        });
        match change {
            Some(change) if !self.wanted.dry_run => self.pending(change, content, located),
            _ => Ok(()),
        }
    }

    fn verdict(&self, id: &str, hash: ObjectHash) -> Result<Verdict, StoreError> {
        let store = &self.workshop.store;
        let same = store.sessions_from(hash)?;
        if same.iter().any(|there| there == id) {
            return Ok(Verdict::Same(store.session(id)?.map(Box::new)));
        }
        let is_copy = self.wanted.on_known == OnKnown::Copy;
        if let Some(met) = self.met.get(id) {
            return Ok(match *met == hash {
                true => Verdict::Same(None),
                false if is_copy => Verdict::Copy,
                false => Verdict::Known("session_twice"),
            });
        }
        let there = store.session(id)?;
        let is_run = there.is_none() && {
            let filter = SessionFilter {
                which: Which::All,
                id: Some(id.to_owned()),
                offset: 0,
                limit: 1,
            };
            store.sessions(&filter)?.total > 0
        };
        Ok(match (there, self.wanted.on_known) {
            (None, _) if !is_run => Verdict::New,
            // It was brought in as a copy before.
            (_, OnKnown::Copy) if !same.is_empty() => Verdict::Same(None),
            (_, OnKnown::Copy) => Verdict::Copy,
            (_, OnKnown::Skip) => Verdict::Known("session_exists"),
            (Some(there), OnKnown::Replace) if there.is_as_it_came() => Verdict::Replace,
            (_, OnKnown::Replace) => Verdict::Known("session_went_on"),
        })
    }

    /// Whether a session that is there lacks what could be known of its configuration.
    fn lacks(&self, there: &SessionRecord) -> Result<bool, StoreError> {
        if there.config.is_none() {
            return Ok(true);
        }
        let store = &self.workshop.store;
        Ok(self.wanted.snapshots && store.newest_config_snapshot(there.row)?.is_none())
    }

    fn new_session(&self, id: String, session: &SessionFile, source: ObjectHash) -> NewSession {
        let text = |value: &Option<Value>| value.as_ref().map(|value| value.to_json().to_string());
        NewSession {
            id,
            name: session.name.clone(),
            origin: session.origin,
            root: None,
            config: None,
            stated_config: session.config.clone(),
            strategy: self.wanted.strategy.name.clone(),
            run: None,
            status: session.status,
            stated_status: session.stated_status.clone(),
            agent: text(&session.agent),
            state: text(&session.state),
            source: Some(source),
            // What the file says of that stays in it: its clock is not ours, and mostly has no zone.
            ended_at: None,
        }
    }

    fn pending(
        &mut self,
        change: Change,
        content: Vec<u8>,
        located: Option<Located>,
    ) -> Result<(), SessionImportError> {
        let content = match change {
            Change::Add(_) | Change::Replace(_) => Some(content),
            Change::Link { .. } => None,
        };
        self.batch_bytes += content.as_ref().map_or(0, Vec::len);
        self.batch.push(Pending {
            file: self.files.len() - 1,
            change,
            content,
            located,
        });
        if self.batch.len() >= TOGETHER || self.batch_bytes >= BYTES_TOGETHER {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes down what is pending, and takes the snapshots of it.
    fn flush(&mut self) -> Result<(), SessionImportError> {
        let mut batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let contents: Vec<_> = batch
            .iter_mut()
            .filter_map(|pending| pending.content.take())
            .collect();
        let changes: Vec<_> = batch
            .iter()
            .map(|pending| (pending.change.clone(), pending.located.clone()))
            .collect();
        let (actor, face) = (self.workshop.actor.clone(), self.workshop.face);
        let written = keep_sources(self.workshop, &contents, move |tx| {
            Ok(write_down(tx, changes, &actor, face)?)
        })?;
        for (pending, session) in batch.into_iter().zip(written) {
            if let Some(session) = session {
                self.snapshot(&pending, session)?;
            } else {
                let file = &mut self.files[pending.file];
                file.action = SessionAction::Skipped;
                file.reason = Some(Message::new("session_exists"));
                file.config = None;
            }
        }
        Ok(())
    }

    fn snapshot(
        &mut self,
        pending: &Pending,
        session: SessionRecord,
    ) -> Result<(), SessionImportError> {
        let Some(located) = pending.located.as_ref().filter(|_| self.wanted.snapshots) else {
            return Ok(());
        };
        let config = located.file();
        let wanted = Wanted {
            wish: Wish {
                config: &config,
                root: Some(&located.root),
                ..self.wish()
            },
            session: Of::Kept(Box::new(session)),
            reason: SnapshotReason::Import,
            task: None,
        };
        let taken = take(self.workshop, &wanted, self.progress);
        let file = &mut self.files[pending.file];
        match taken {
            Ok(taken) => file.snapshot = taken.map(|taken| taken.status),
            Err(TakeError::Configuration(ConfigurationError::Cancelled)) => {
                return Err(FilesError::Cancelled.into());
            }
            Err(TakeError::Configuration(trouble)) => file.trouble = Some(trouble),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn wish(&self) -> Wish<'_> {
        Wish {
            config: Path::new(""),
            root: self.wanted.root,
            strategy: self.wanted.strategy,
            default_tool_set: self.wanted.default_tool_set,
        }
    }
}

/// The rows of sessions, and what Activity says of them. Answers each that was written; one that somebody else
/// made known meanwhile is not.
fn write_down(
    tx: &Tx<'_>,
    changes: Vec<(Change, Option<Located>)>,
    actor: &str,
    face: &str,
) -> Result<Vec<Option<SessionRecord>>, StoreError> {
    let mut written = Vec::with_capacity(changes.len());
    for (change, located) in changes {
        let place = match &located {
            Some(located) => {
                let root = tx.meet_config_root(&located.root)?;
                if located.is_named {
                    tx.list_config_root(root)?;
                }
                Some((root, located.config.to_string()))
            }
            None => None,
        };
        written.push(one(tx, change, place)?);
    }
    let item = |session: &SessionRecord| OperationItemRecord {
        kind: "session".to_owned(),
        id: session.id.clone(),
        name: Some(session.name.clone()),
        before: None,
        after: None,
    };
    let items: Vec<_> = written.iter().flatten().map(item).collect();
    if !items.is_empty() {
        let operation = NewOperation {
            actor,
            face,
            operation: "session_import",
            name: None,
            undoes: None,
            items: &items,
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
    }
    Ok(written)
}

fn one(
    tx: &Tx<'_>,
    change: Change,
    place: Option<(i64, String)>,
) -> Result<Option<SessionRecord>, StoreError> {
    let with_place = |mut new: Box<NewSession>, place: Option<(i64, String)>| {
        (new.root, new.config) = place.unzip();
        new
    };
    let id = match &change {
        Change::Add(new) | Change::Replace(new) => new.id.clone(),
        Change::Link { id } => id.clone(),
    };
    match (change, tx.session(&id)?) {
        (Change::Add(new), None) => {
            tx.add_session(&with_place(new, place))?;
        }
        (Change::Replace(new), Some(there)) if there.is_as_it_came() => {
            tx.replace_session(there.row, &with_place(new, place))?;
        }
        (Change::Link { .. }, Some(there)) => {
            if let Some((root, config)) = place {
                tx.link_session(there.row, root, &config)?;
            }
        }
        _ => return Ok(None),
    }
    tx.session(&id)
}
