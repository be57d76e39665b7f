//! What becomes of each file that is to be a session.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use flowkeep_core::session::file::{self, NoSession, SessionFile};
use flowkeep_core::{Kind, Message, ObjectHash, Value, secret};
use flowkeep_host::Progress;
use flowkeep_store::{NewSession, SessionFilter, SessionRecord, StoreError, Which};
use ulid::Ulid;

use super::beside::differs;
use super::locate::{Located, locate};
use super::outcome::{ImportedFile, OnKnown, SessionAction, SessionImport, SessionImportError};
use super::written::{Change, Pending};
use crate::configuration::ConfigurationError;
use crate::intake::{Met, Receive, gather};
use crate::snapshots::{TakeError, Workshop};

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

pub(super) struct Importing<'a> {
    pub(super) workshop: &'a Workshop,
    pub(super) wanted: &'a SessionImport<'a>,
    pub(super) progress: &'a dyn Progress,
    /// Roots that the operator named before.
    roots: Vec<PathBuf>,
    pub(super) files: Vec<ImportedFile>,
    /// The sessions that were met, by their ids.
    met: HashMap<String, ObjectHash>,
    /// What is about to be written down together, and how many bytes that is.
    pub(super) batch: Vec<Pending>,
    pub(super) batch_bytes: usize,
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
            also_in: Vec::new(),
            recoverable: false,
            differs: None,
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
            stated.and_then(|stated| locate(stated, self.wanted.root, &self.roots, met.place));
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
        let beside = located.as_ref().filter(|_| !is_left);
        let recoverable = self.is_recoverable(&session, beside)?;
        let differs = beside.and_then(|found| differs(session.definition.as_ref()?, found));
        self.files.push(ImportedFile {
            path: met.shown.to_owned(),
            session: Some((id, session.name)),
            action,
            reason,
            stated_config: session.config,
            recoverable,
            differs,
            config: beside.map(Located::file),
            also_in: beside.map(|found| found.also.clone()).unwrap_or_default(),
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
                limit: 1,
                ..SessionFilter::default()
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

    /// Whether its configuration could be restored: from its files, from the definition in it, or from the workflow
    /// in the catalog.
    fn is_recoverable(
        &self,
        session: &SessionFile,
        found: Option<&Located>,
    ) -> Result<bool, StoreError> {
        if session.definition.is_some() || found.is_some() {
            return Ok(true);
        }
        let Some(id) = &session.workflow_id else {
            return Ok(false);
        };
        let there = self.workshop.store.document(Kind::Workflow, id)?;
        Ok(there.is_some())
    }

    /// Whether a session that is there lacks what could be known of its configuration.
    fn lacks(&self, there: &SessionRecord) -> Result<bool, StoreError> {
        if there.config.is_none() {
            return Ok(true);
        }
        let store = &self.workshop.store;
        Ok(self.wanted.snapshots && store.newest_snapshot_of_the_work(there.row)?.is_none())
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
            stated_times: session.stated_times(),
            agent: text(&session.agent),
            state: text(&session.state),
            source: Some(source),
            // What the file says of its times is kept as it stands: its clock is not ours, and mostly has no zone.
            ended_at: None,
        }
    }
}
