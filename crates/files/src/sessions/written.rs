//! The rows of sessions that are brought in: many files in one transaction, their snapshots after it. What was
//! broken off between the two is found and done when the file is met again.

use flowkeep_core::Message;
use flowkeep_core::session::SnapshotReason;
use flowkeep_store::{NewSession, SessionRecord, StoreError, Tx};

use super::import::Importing;
use super::locate::Located;
use super::outcome::{SessionAction, SessionImportError};
use crate::FilesError;
use crate::configuration::{Begin, ConfigurationError, Wish};
use crate::snapshots::activity::tell;
use crate::snapshots::{Of, TakeError, Wanted, keep_sources, take};

/// So many sessions, or bytes of their files, are written down together.
const TOGETHER: usize = 200;
const BYTES_TOGETHER: usize = 16 << 20;

/// A session that is about to be written down.
pub(super) struct Pending {
    /// Which of the files it is.
    file: usize,
    change: Change,
    /// What is kept of its file.
    content: Option<Vec<u8>>,
    located: Option<Located>,
}

/// What is written of it.
#[derive(Clone)]
pub(super) enum Change {
    Add(Box<NewSession>),
    Replace(Box<NewSession>),
    /// It is as it was, and its configuration was found.
    Link {
        id: String,
    },
}

impl Importing<'_> {
    /// Has a session written down with those that come after it.
    pub(super) fn pending(
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
    pub(super) fn flush(&mut self) -> Result<(), SessionImportError> {
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
                file.differs = None;
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
                begin: Begin::File {
                    config: &config,
                    root: Some(&located.root),
                },
                strategy: self.wanted.strategy,
                default_tool_set: self.wanted.default_tool_set,
            },
            session: Of::Kept(Box::new(session)),
            reason: SnapshotReason::Import,
            task: None,
            copy_of: None,
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
    let sessions = written.iter().flatten();
    let sessions = sessions.map(|session| (session.id.clone(), session.name.clone()));
    let sessions: Vec<_> = sessions.collect();
    if !sessions.is_empty() {
        tell(tx, "session_import", (actor, face), sessions)?;
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
