//! A source that is described in the database and opened when it is first asked.

use std::sync::{Arc, Mutex, PoisonError};

use flowkeep_core::Message;
use flowkeep_core::connection::{Connection, Secret};
use flowkeep_host::{Secrets, Stamp};
use flowkeep_store::ConnectionRecord;

use super::{Doing, Operation, Source, open};
use crate::actions::{ActionError, Done, Room, Stop};
use crate::secrets::{found, missing, password_of};

/// A source that is opened when it is first asked, and kept open until its password changes.
pub(super) struct Kept {
    pub(super) connection: Connection,
    pub(super) with_password: bool,
    /// Which password was given for it.
    pub(super) password: Option<String>,
    secrets: Option<Arc<dyn Secrets>>,
    opened: Mutex<Option<Opened>>,
}

struct Opened {
    source: Arc<dyn Source>,
    password: Option<Secret>,
    /// Which password it was opened with.
    version: Option<String>,
    /// What the secrets were like then: while they are the same, so is the password.
    stamp: Stamp,
}

impl Kept {
    pub(super) fn new(record: ConnectionRecord, secrets: Option<Arc<dyn Secrets>>) -> Self {
        Self {
            connection: record.connection,
            with_password: record.with_password,
            password: record.password,
            secrets,
            opened: Mutex::default(),
        }
    }

    /// The source itself and the password it has. Its connections are those of before unless the
    /// password is another.
    fn opened(&self, at_once: bool) -> Result<(Arc<dyn Source>, Option<Secret>), ActionError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.secrets.as_ref().map(|secrets| secrets.stamp());
        let stamp = stamp.unwrap_or_default();
        if let Some(known) = &*opened
            && (!self.with_password || known.stamp == stamp)
        {
            return Ok((Arc::clone(&known.source), known.password.clone()));
        }
        let kept = self.with_password.then(|| {
            let name = password_of(&self.connection.name);
            let kept = found(self.secrets.as_deref(), &name, at_once)?;
            // One that another of this name left behind, or that was kept before this one came with a
            // backup, was not given for this connection.
            let given = self.password.as_deref();
            given
                .and_then(|given| kept.of_version(given))
                .ok_or_else(|| missing(&name))
        });
        let kept = kept.transpose().map_err(|why| {
            let message = Message::new("source_without_password");
            let message = message.with("source", &self.connection.name);
            ActionError::passing(message.because(why))
        })?;
        let version = kept.as_ref().map(|kept| kept.version.clone());
        if let Some(known) = &mut *opened
            && known.version == version
        {
            known.stamp = stamp;
            return Ok((Arc::clone(&known.source), known.password.clone()));
        }
        let password = kept.map(|kept| Secret::new(kept.value.as_str()));
        let source = open(&self.connection, password.clone())?;
        *opened = Some(Opened {
            source: Arc::clone(&source),
            password: password.clone(),
            version,
            stamp,
        });
        Ok((source, password))
    }

    /// Lets its connections go: they belong to an engine that has ended.
    pub(super) fn close(&self) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened = None;
    }
}

impl Source for Kept {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn kind(&self) -> &'static str {
        self.connection.kind().as_str()
    }

    fn password(&self) -> Result<Option<Secret>, String> {
        if !self.with_password {
            return Ok(None);
        }
        match self.opened(false) {
            Ok((_, password)) => Ok(password),
            Err(_) => Err(password_of(&self.connection.name)),
        }
    }

    fn is_full(&self) -> bool {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.as_ref().is_some_and(|known| known.source.is_full())
    }

    fn version(&self) -> Doing<'_, String> {
        Box::pin(async move { self.opened(true)?.0.version().await })
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(async move { self.opened(true)?.0.perform(operation, room, stop).await })
    }
}
